// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words of a kernel in trouble, as 6.12 prints them. Apart from the scanner,
 * because this table is what grows.
 */
#include <ctype.h>
#include <string.h>

#include "console-rules.h"
#include "util.h"

/**
 * struct rule - one sentence
 * @text: what to look for
 * @also: must follow in the same line; NULL for nothing
 * @anywhere: it may stand inside a message. Otherwise it begins one: the kernel's
 *	command line, for one, has "oops=panic" in it
 * @kind: what it means
 */
struct rule {
	const char *text;
	const char *also;
	bool anywhere;
	enum console_kind kind;
};

/* The first that fits counts: the special ones of "BUG:" stand before it. */
static const struct rule rules[] = {
	{ "Kernel panic - not syncing", NULL, true, CONSOLE_PANIC },
	{ "PANIC: early exception", NULL, true, CONSOLE_PANIC },
	{ "PANIC: double fault", NULL, true, CONSOLE_OOPS },
	{ "soft lockup - CPU#", NULL, true, CONSOLE_STALL },
	{ "detected hard LOCKUP", NULL, true, CONSOLE_STALL },
	{ "self-detected stall on CPU", NULL, true, CONSOLE_STALL },
	{ "detected stalls on CPUs", NULL, true, CONSOLE_STALL },
	{ "detected expedited stalls on CPUs", NULL, true, CONSOLE_STALL },
	{ "kthread starved for", NULL, true, CONSOLE_STALL },
	{ "INFO: task ", " blocked for more than ", false, CONSOLE_STALL },
	{ "BUG: workqueue lockup", NULL, false, CONSOLE_STALL },
	{ "BUG: KASAN: ", NULL, false, CONSOLE_WARNING },
	{ "BUG: KFENCE: ", NULL, false, CONSOLE_WARNING },
	{ "BUG: KCSAN: ", NULL, false, CONSOLE_WARNING },
	{ "BUG: KMSAN: ", NULL, false, CONSOLE_WARNING },
	{ "kernel BUG at ", NULL, true, CONSOLE_OOPS },
	{ "BUG: ", NULL, false, CONSOLE_OOPS },
	/* Without a colon: SLUB's reports of a damaged object or freelist. */
	{ "BUG ", NULL, false, CONSOLE_OOPS },
	{ "Oops: ", NULL, false, CONSOLE_OOPS },
	{ "general protection fault", NULL, false, CONSOLE_OOPS },
	{ "Unable to handle kernel ", NULL, true, CONSOLE_OOPS },
	{ "Internal error: ", NULL, false, CONSOLE_OOPS },
	/* mm/pgtable-generic.c: a page table entry that cannot be. */
	{ ": bad pgd ", NULL, true, CONSOLE_OOPS },
	{ ": bad p4d ", NULL, true, CONSOLE_OOPS },
	{ ": bad pud ", NULL, true, CONSOLE_OOPS },
	{ ": bad pmd ", NULL, true, CONSOLE_OOPS },
	{ ": bad pte ", NULL, true, CONSOLE_OOPS },
	/* A memory cgroup's kill is a workload's own business and reads otherwise. */
	{ "Out of memory: Killed process ", "(init)", false, CONSOLE_OOM },
	{ "Out of memory: Killed process ", "(agent)", false, CONSOLE_OOM },
	{ "WARNING: ", NULL, false, CONSOLE_WARNING },
	{ "UBSAN: ", NULL, false, CONSOLE_WARNING },
	{ "INFO: trying to register non-static key", NULL, false, CONSOLE_WARNING },
	{ "DEBUG_LOCKS_WARN_ON", NULL, true, CONSOLE_WARNING },
	{ "kmemleak: ", " new suspected memory leaks", false, CONSOLE_WARNING },
	{ ": Bad swap file entry ", NULL, true, CONSOLE_WARNING },
	{ ": Bad swap offset entry ", NULL, true, CONSOLE_WARNING },
	{ ": Unused swap file entry ", NULL, true, CONSOLE_WARNING },
	{ ": Unused swap offset entry ", NULL, true, CONSOLE_WARNING },
};

static const char *skip_digits(const char *text)
{
	while (isdigit((unsigned char)*text))
		text++;
	return text;
}

/* "[   T12]" or "[    C0]" of CONFIG_PRINTK_CALLER. Return: what follows, or @text. */
static const char *skip_caller(const char *text)
{
	const char *who, *end;

	if (*text != '[')
		return text;
	who = text + 1 + strspn(text + 1, " ");
	if (*who != 'T' && *who != 'C')
		return text;
	end = skip_digits(who + 1);
	return end > who + 1 && *end == ']' ? end + 1 : text;
}

/* "[    1.234567] ": Return: what follows, or NULL. */
static const char *skip_stamp(const char *text)
{
	const char *seconds, *dot, *end;

	if (*text != '[')
		return NULL;
	seconds = text + 1 + strspn(text + 1, " ");
	dot = skip_digits(seconds);
	if (dot == seconds || *dot != '.')
		return NULL;
	end = skip_digits(dot + 1);
	if (end != dot + 7 || *end != ']')
		return NULL;
	end = skip_caller(end + 1);
	return *end == ' ' ? end + 1 : NULL;
}

/*
 * The beginnings of messages in a line: its own, and each place after a time
 * stamp, as a message may follow what a program printed without a newline.
 */
static const char *message_next(const char *text)
{
	for (text = strchr(text, '['); text; text = strchr(text + 1, '[')) {
		const char *after = skip_stamp(text);

		if (after)
			return after;
	}
	return NULL;
}

static const char *rule_find(const struct rule *rule, const char *line)
{
	size_t len = strlen(rule->text);

	if (rule->anywhere)
		return strstr(line, rule->text);
	for (const char *message = line; message; message = message_next(message))
		if (!strncmp(message, rule->text, len))
			return message;
	return NULL;
}

/* The message @at stands in: what follows the last time stamp before it. */
static const char *message_of(const char *line, const char *at)
{
	const char *message = line, *next;

	while ((next = message_next(message)) && next <= at)
		message = next;
	return message;
}

bool console_classify(const char *line, enum console_kind *ret_kind, const char **ret_text)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const char *at = rule_find(&rules[i], line);

		if (!at || (rules[i].also && !strstr(at, rules[i].also)))
			continue;
		*ret_kind = rules[i].kind;
		*ret_text = message_of(line, at);
		return true;
	}
	return false;
}

const char *console_message(const char *line)
{
	return message_of(line, line + strlen(line));
}

const char *console_find_rip(const char *line)
{
	/* 0010 is __KERNEL_CS; 0033 would be the program's. */
	return strstr(line, "RIP: 0010:");
}
