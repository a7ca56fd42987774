// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a guest ended. The order of the questions is the point: a kernel in
 * trouble breaks the port, goes silent and takes QEMU with it, so its own words
 * come before everything that follows from them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guest-judge.h"
#include "proc.h"

static const struct {
	const char *name;
	enum verdict verdict;
} ends[GUEST_END_NR] = {
	[GUEST_DONE] = { "done", VERDICT_PASS },
	[GUEST_PANIC] = { "panic", VERDICT_FAIL },
	[GUEST_OOPS] = { "oops", VERDICT_FAIL },
	[GUEST_WARNING] = { "warning", VERDICT_FAIL },
	[GUEST_HANG] = { "hang", VERDICT_FAIL },
	[GUEST_NO_BOOT] = { "no boot", VERDICT_BROKEN },
	[GUEST_GARBAGE] = { "garbage", VERDICT_BROKEN },
	[GUEST_QEMU_DIED] = { "qemu died", VERDICT_BROKEN },
	[GUEST_INTERRUPTED] = { "interrupted", VERDICT_BROKEN },
};

const char *guest_end_name(enum guest_end end)
{
	return end < GUEST_END_NR ? ends[end].name : "invalid";
}

static void __attribute__((format(printf, 3, 4)))
judge(struct guest_result *result, enum guest_end end, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(result->reason, sizeof(result->reason), fmt, args);
	va_end(args);
	result->end = end;
	result->verdict = ends[end].verdict;
}

static void judge_console(struct guest_result *result, enum guest_end end,
			  const struct console_trouble *trouble)
{
	judge(result, end, "%s%s%s", trouble->text, trouble->rip[0] ? "; " : "", trouble->rip);
}

/*
 * The kernel says more than one thing when it dies: an oops is followed by the
 * panic that oops=panic asks for, a panic on its way down may oops. The first
 * one names it.
 */
static bool judge_death(const struct console *console, struct guest_result *result)
{
	const struct console_trouble *panic = console_trouble(console, CONSOLE_PANIC);
	const struct console_trouble *oops = console_trouble(console, CONSOLE_OOPS);

	if (!panic && !oops)
		return false;
	if (!panic || (oops && oops->line < panic->line))
		judge_console(result, GUEST_OOPS, oops);
	else
		judge_console(result, GUEST_PANIC, panic);
	return true;
}

static bool judge_silence(const struct guest_facts *facts, const struct console *console,
			  struct guest_result *result)
{
	const struct console_trouble *stall = console_trouble(console, CONSOLE_STALL);
	const char *rip = console_provoked(console);

	if (facts->cut != CUT_SILENCE && facts->cut != CUT_DEADLINE)
		return false;
	if (facts->hello)
		judge(result, GUEST_HANG, "%s; last phase: %s%s%s%s%s", facts->cut_why,
		      facts->phase[0] ? facts->phase : "none", stall ? "; " : "",
		      stall ? stall->text : "", rip[0] ? "; " : "", rip);
	else
		judge(result, GUEST_NO_BOOT, "%s before the agent said hello; last line: %s%s%s",
		      facts->cut_why, console_last(console)[0] ? console_last(console) : "none",
		      rip[0] ? "; " : "", rip);
	return true;
}

/* The kernel went on, and said that something is wrong: worse than all below. */
static bool judge_complaint(const struct console *console, struct guest_result *result)
{
	const struct console_trouble *first = NULL;

	for (unsigned int kind = CONSOLE_WARNING; kind <= CONSOLE_OOM; kind++) {
		const struct console_trouble *trouble = console_trouble(console, kind);

		if (trouble && (!first || trouble->line < first->line))
			first = trouble;
	}
	if (first)
		judge_console(result, GUEST_WARNING, first);
	return first;
}

static bool judge_qemu(const struct guest_facts *facts, struct guest_result *result)
{
	char how[64];

	if (facts->killed || !facts->status)
		return false;
	judge(result, GUEST_QEMU_DIED, "QEMU: %s%s%s",
	      proc_status_text(how, sizeof(how), facts->status), facts->words[0] ? ": " : "",
	      facts->words);
	return true;
}

/*
 * With reboot=t a kernel that reboots in order and one that faults three times
 * look alike to QEMU, but the first one says so.
 */
static bool reset_in_order(const struct console *console)
{
	return strstr(console_last(console), "reboot: ");
}

static void judge_port(const struct guest_facts *facts, const struct console *console,
		       struct guest_result *result)
{
	const char *last = console_last(console)[0] ? console_last(console) : "none";

	if (!facts->hello)
		judge(result, GUEST_NO_BOOT, "ended before the agent said hello; last line: %s",
		      last);
	else if (facts->end)
		judge(result, GUEST_DONE, "done");
	else if (facts->reset && !reset_in_order(console))
		/* A fault with broken page tables faults again, thrice, and nobody can print. */
		judge(result, GUEST_PANIC, "the guest reset itself without a word (triple fault); "
		      "last phase: %s", facts->phase[0] ? facts->phase : "none");
	else if (facts->unfinished)
		judge(result, GUEST_GARBAGE, "the stream of records is cut off: %zu bytes of an "
		      "unfinished frame", facts->unfinished);
	else
		judge(result, GUEST_GARBAGE, "the stream of records has no end; last phase: %s",
		      facts->phase[0] ? facts->phase : "none");
}

void guest_judge(const struct guest_facts *facts, const struct console *console,
		 struct guest_result *ret_result)
{
	if (facts->cut == CUT_CALLER) {
		judge(ret_result, facts->cut_end, "%s", facts->cut_why);
		return;
	}
	if (judge_death(console, ret_result) || judge_silence(facts, console, ret_result) ||
	    judge_complaint(console, ret_result))
		return;
	if (facts->cut == CUT_BED)
		judge(ret_result, facts->cut_end, "%s", facts->cut_why);
	else if (facts->garbage[0])
		judge(ret_result, GUEST_GARBAGE, "%s", facts->garbage);
	else if (!judge_qemu(facts, ret_result))
		judge_port(facts, console, ret_result);
}
