// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The judgement over a guest for every order of events: what the kernel says
 * comes before what follows from it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guest-judge.h"
#include "util.h"

#define PANIC "Kernel panic - not syncing: x\n"
#define OOPS "BUG: Bad page state in process init\n"
#define WARN "WARNING: CPU: 0 PID: 1 at mm/x.c:1\n"
#define STALL "watchdog: BUG: soft lockup - CPU#0 stuck for 26s!\n"
#define WELL .hello = true, .end = true
#define DIED .status = SIGKILL

/** struct trial - what was seen and what must come of it */
struct trial {
	const char *console;
	struct guest_facts facts;
	enum guest_end end;
	enum verdict verdict;
	const char *reason;
};

static const struct trial trials[] = {
	{ "", { WELL }, GUEST_DONE, VERDICT_PASS, "done" },
	{ PANIC, { WELL }, GUEST_PANIC, VERDICT_FAIL, "Kernel panic" },
	{ OOPS PANIC, { WELL }, GUEST_OOPS, VERDICT_FAIL, "Bad page state" },
	{ PANIC OOPS, { WELL }, GUEST_PANIC, VERDICT_FAIL, "Kernel panic" },
	{ WARN PANIC, { WELL }, GUEST_PANIC, VERDICT_FAIL, "Kernel panic" },
	{ OOPS, { WELL }, GUEST_OOPS, VERDICT_FAIL, "Bad page state" },
	{ WARN, { WELL }, GUEST_WARNING, VERDICT_FAIL, "mm/x.c:1" },
	{ STALL, { WELL }, GUEST_WARNING, VERDICT_FAIL, "soft lockup" },
	{ STALL WARN, { WELL }, GUEST_WARNING, VERDICT_FAIL, "soft lockup" },
	{ WARN STALL, { WELL }, GUEST_WARNING, VERDICT_FAIL, "mm/x.c:1" },
	{ "Out of memory: Killed process 1 (init)\n", { .hello = true }, GUEST_WARNING,
	  VERDICT_FAIL, "Out of memory" },
	{ OOPS "RIP: 0010:folio_put+0x1\n", { WELL }, GUEST_OOPS, VERDICT_FAIL,
	  "Bad page state in process init; RIP: 0010:folio_put+0x1" },

	/* Kernel trouble explains garbage, silence, and a QEMU that is gone. */
	{ PANIC, { .garbage = "wrong magic" }, GUEST_PANIC, VERDICT_FAIL, "Kernel panic" },
	{ WARN, { .garbage = "wrong magic" }, GUEST_WARNING, VERDICT_FAIL, "mm/x.c:1" },
	{ PANIC, { .cut = CUT_SILENCE, .cut_why = "no output for 60 s" }, GUEST_PANIC,
	  VERDICT_FAIL, "Kernel panic" },
	{ OOPS, { DIED }, GUEST_OOPS, VERDICT_FAIL, "Bad page state" },
	{ PANIC, { .cut = CUT_BED, .cut_end = GUEST_QEMU_DIED, .cut_why = "memory" }, GUEST_PANIC,
	  VERDICT_FAIL, "Kernel panic" },

	{ "", { .cut = CUT_SILENCE, .cut_why = "no output for 60 s", .hello = true,
		.phase = "swap-in" }, GUEST_HANG, VERDICT_FAIL,
	  "no output for 60 s; last phase: swap-in" },
	{ STALL, { .cut = CUT_SILENCE, .cut_why = "no output for 60 s", .hello = true },
	  GUEST_HANG, VERDICT_FAIL, "soft lockup" },
	{ WARN, { .cut = CUT_DEADLINE, .cut_why = "not done after 9 s", .hello = true },
	  GUEST_HANG, VERDICT_FAIL, "not done after 9 s; last phase: none" },
	{ "first\nlast line\n", { .cut = CUT_SILENCE, .cut_why = "no output for 60 s" },
	  GUEST_NO_BOOT, VERDICT_BROKEN, "before the agent said hello; last line: last line" },

	{ "", { .garbage = "wrong magic", .hello = true }, GUEST_GARBAGE, VERDICT_BROKEN,
	  "wrong magic" },
	{ "", { .garbage = "wrong magic", WELL }, GUEST_GARBAGE, VERDICT_BROKEN, "wrong magic" },
	{ "", { DIED, WELL, .words = "qemu: out of wit" }, GUEST_QEMU_DIED, VERDICT_BROKEN,
	  "killed by SIGKILL: qemu: out of wit" },
	{ "", { .status = 1 << 8, .words = "qemu: no" }, GUEST_QEMU_DIED, VERDICT_BROKEN,
	  "exit 1: qemu: no" },
	{ "", { .cut = CUT_BED, .cut_end = GUEST_QEMU_DIED, .cut_why = "memory", .killed = true,
		DIED }, GUEST_QEMU_DIED, VERDICT_BROKEN, "memory" },
	/* Killed after a panic that did not end: the status is the harness's own doing. */
	{ "", { WELL, .killed = true, DIED }, GUEST_DONE, VERDICT_PASS, "done" },

	{ "", { .hello = false }, GUEST_NO_BOOT, VERDICT_BROKEN, "last line: none" },
	{ "", { .hello = true, .phase = "store" }, GUEST_GARBAGE, VERDICT_BROKEN,
	  "has no end; last phase: store" },
	{ "", { .hello = true, .unfinished = 17 }, GUEST_GARBAGE, VERDICT_BROKEN, "17 bytes" },
	{ "", { .hello = true, .reset = true, .phase = "store" }, GUEST_PANIC, VERDICT_FAIL,
	  "triple fault" },
	{ "", { .hello = true, .reset = true, .unfinished = 3 }, GUEST_PANIC, VERDICT_FAIL,
	  "triple fault" },
	{ "[    1.000000] reboot: Restarting system\n", { .hello = true, .reset = true,
							  .unfinished = 3 },
	  GUEST_GARBAGE, VERDICT_BROKEN, "unfinished frame" },
	{ "[    1.000000] reboot: Restarting system\n", { .hello = true, .reset = true },
	  GUEST_GARBAGE, VERDICT_BROKEN, "no end" },
	/* With reboot=t every regular end is a reset too. */
	{ "", { WELL, .reset = true }, GUEST_DONE, VERDICT_PASS, "done" },

	{ PANIC, { .cut = CUT_CALLER, .cut_end = GUEST_INTERRUPTED, .cut_why = "told to stop" },
	  GUEST_INTERRUPTED, VERDICT_BROKEN, "told to stop" },
};

static void every_order_of_events_is_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(trials); i++) {
		const struct trial *trial = &trials[i];
		struct guest_result result = { .end = GUEST_END_NR, .verdict = VERDICT_NR };
		struct console *console;

		assert_int_equal(console_open(NULL, &console, NULL), 0);
		console_feed(console, trial->console, strlen(trial->console));
		console_end(console);
		guest_judge(&trial->facts, console, &result);
		console_free(console);
		if (result.end != trial->end || result.verdict != trial->verdict ||
		    !strstr(result.reason, trial->reason))
			fail_msg("trial %zu: %s, %s, '%s' instead of %s, '%s'", i,
				 guest_end_name(result.end), verdict_name(result.verdict),
				 result.reason, guest_end_name(trial->end), trial->reason);
	}
}

/* An NMI makes a hung kernel panic: that panic is ours. */
static void the_panic_of_an_nmi_is_still_a_hang(void **state)
{
	struct guest_facts facts = { .cut = CUT_SILENCE, .cut_why = "no output for 60 s",
				     .hello = true, .phase = "compact" };
	const char *text = PANIC "RIP: 0010:spin+0x1\n";
	struct guest_result result = { 0 };
	struct console *console;

	(void)state;
	assert_int_equal(console_open(NULL, &console, NULL), 0);
	console_mark(console);
	console_feed(console, text, strlen(text));
	console_end(console);
	guest_judge(&facts, console, &result);
	console_free(console);
	assert_int_equal(result.end, GUEST_HANG);
	assert_string_equal(result.reason,
			    "no output for 60 s; last phase: compact; RIP: 0010:spin+0x1");
}

static void every_end_has_a_name(void **state)
{
	(void)state;
	for (unsigned int end = 0; end < GUEST_END_NR; end++)
		assert_non_null(guest_end_name(end));
	assert_string_equal(guest_end_name(GUEST_END_NR), "invalid");
	assert_string_equal(guest_end_name(GUEST_NO_BOOT), "no boot");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_of_events_is_judged),
		cmocka_unit_test(the_panic_of_an_nmi_is_still_a_hang),
		cmocka_unit_test(every_end_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
