// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console: what is kept, what counts as trouble, and bytes that no kernel
 * would send.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "console.h"
#include "util.h"

static struct console *open_console(const char *path)
{
	struct console *console;

	assert_int_equal(console_open(path, &console, NULL), 0);
	return console;
}

static void feed(struct console *console, const char *text)
{
	console_feed(console, text, strlen(text));
}

/** struct sentence - a line and what it must be taken for; kind -1 is nothing */
struct sentence {
	const char *line;
	int kind;
	const char *text;
};

static const struct sentence sentences[] = {
	{ "[    1.234567] Kernel panic - not syncing: Fatal exception", CONSOLE_PANIC,
	  "Kernel panic - not syncing: Fatal exception" },
	{ "PANIC: early exception 0x0e IP 10:ffffffff81000000 error 0 cr2 0x8", CONSOLE_PANIC, NULL },
	{ "[    2.000000] BUG: unable to handle page fault for address: ffffea0000000000",
	  CONSOLE_OOPS, "BUG: unable to handle page fault for address: ffffea0000000000" },
	{ "[    2.000000] BUG: kernel NULL pointer dereference, address: 0000000000000008",
	  CONSOLE_OOPS, NULL },
	{ "[    2.000000] BUG: Bad page state in process init  pfn:01234", CONSOLE_OOPS, NULL },
	{ "[    2.000000] BUG: Bad rss-counter state mm:00000000 type:MM_ANONPAGES val:1",
	  CONSOLE_OOPS, NULL },
	{ "[    2.000000] kernel BUG at mm/page_alloc.c:1234!", CONSOLE_OOPS, NULL },
	{ "[    2.000000] Oops: general protection fault, probably for non-canonical address",
	  CONSOLE_OOPS, NULL },
	{ "[    2.000000] Oops: Oops: 0002 [#1] PREEMPT SMP PTI", CONSOLE_OOPS, NULL },
	{ "[    2.000000] general protection fault, maybe for address 0x0: 0000 [#1]",
	  CONSOLE_OOPS, NULL },
	{ "[    2.000000] BUG kmalloc-64 (Not tainted): Redzone overwritten", CONSOLE_OOPS, NULL },
	{ "[    2.000000] mm/pgtable-generic.c:50: bad pmd 00000000(8000000000000065)",
	  CONSOLE_OOPS, NULL },
	{ "[    2.000000] traps: PANIC: double fault, error_code: 0x0", CONSOLE_OOPS, NULL },
	{ "[    2.000000] Unable to handle kernel paging request at virtual address 8",
	  CONSOLE_OOPS, NULL },
	{ "[    2.000000][   T12] BUG: KASAN: slab-use-after-free in foo+0x1/0x2", CONSOLE_WARNING,
	  "BUG: KASAN: slab-use-after-free in foo+0x1/0x2" },
	{ "[    2.000000] BUG: KFENCE: use-after-free read in foo", CONSOLE_WARNING, NULL },
	{ "[    2.000000] UBSAN: array-index-out-of-bounds in mm/x.c:1:2", CONSOLE_WARNING, NULL },
	{ "[    2.000000] WARNING: CPU: 0 PID: 1 at mm/x.c:1 foo+0x1/0x2", CONSOLE_WARNING, NULL },
	{ "[    2.000000] WARNING: possible circular locking dependency detected",
	  CONSOLE_WARNING, NULL },
	{ "[    2.000000] INFO: trying to register non-static key.", CONSOLE_WARNING, NULL },
	{ "[    2.000000] kmemleak: 3 new suspected memory leaks (see x)", CONSOLE_WARNING, NULL },
	{ "[    2.000000] get_swap_device: Bad swap file entry 3ffffffffffff", CONSOLE_WARNING, NULL },
	{ "[    2.000000] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [init:1]",
	  CONSOLE_STALL, NULL },
	{ "[    2.000000] INFO: task init:1 blocked for more than 120 seconds.", CONSOLE_STALL, NULL },
	{ "[    2.000000] rcu: INFO: rcu_sched self-detected stall on CPU", CONSOLE_STALL, NULL },
	{ "[    2.000000] rcu: INFO: rcu_sched detected stalls on CPUs/tasks:", CONSOLE_STALL, NULL },
	{ "[    2.000000] BUG: workqueue lockup - pool cpus=0 node=0 stuck for 30s!",
	  CONSOLE_STALL, NULL },
	{ "[    2.000000] Out of memory: Killed process 71 (init) total-vm:1kB", CONSOLE_OOM, NULL },
	{ "[    2.000000] Out of memory: Killed process 71 (other) total-vm:1kB", -1, NULL },
	{ "[    2.000000] Memory cgroup out of memory: Killed process 71 (init)", -1, NULL },
	{ "[    0.000000] Command line: oops=panic panic=-1 BUG: WARNING: console=ttyS0", -1, NULL },
	{ "[    0.000000] Spectre V2 : WARNING: Unprivileged eBPF is enabled", -1, NULL },
	{ "[    0.000000] traps: init[1] general protection fault ip:401000 sp:7ff", -1, NULL },
	{ "[    0.000000] x86/fpu: Supporting XSAVE feature 0x001", -1, NULL },
	{ "[    0.00000] WARNING: a time stamp of five digits is none", -1, NULL },
	{ "text without newline[    2.000000] BUG: Bad page map in process", CONSOLE_OOPS,
	  "BUG: Bad page map in process" },
	{ "", -1, NULL },
};

static void each_sentence_is_taken_for_what_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sentences); i++) {
		struct console *console = open_console(NULL);

		feed(console, sentences[i].line);
		feed(console, "\r\n");
		for (int kind = 0; kind < CONSOLE_KIND_NR; kind++) {
			const struct console_trouble *trouble = console_trouble(console, kind);

			if ((trouble != NULL) != (kind == sentences[i].kind))
				fail_msg("'%s' as kind %d: %d", sentences[i].line, kind, !!trouble);
			if (trouble && sentences[i].text)
				assert_string_equal(trouble->text, sentences[i].text);
		}
		console_free(console);
	}
}

static void a_line_may_come_byte_by_byte(void **state)
{
	const char *text = "x\r\n[    1.000000] Kernel panic - not syncing: VFS\r\ny\r\n";
	struct console *console = open_console(NULL);

	(void)state;
	for (; *text; text++)
		console_feed(console, text, 1);
	assert_non_null(console_trouble(console, CONSOLE_PANIC));
	assert_string_equal(console_last(console), "y");
	console_free(console);
}

static void half_a_line_is_not_judged_before_it_ends(void **state)
{
	struct console *console = open_console(NULL);

	(void)state;
	feed(console, "[    1.000000] Out of memory: Killed process 1 (in");
	assert_null(console_trouble(console, CONSOLE_OOM));
	feed(console, "it)\n");
	assert_non_null(console_trouble(console, CONSOLE_OOM));
	console_free(console);
}

static void the_last_line_needs_no_newline(void **state)
{
	struct console *console = open_console(NULL);

	(void)state;
	feed(console, "[    1.000000] WARNING: CPU: 0");
	assert_null(console_trouble(console, CONSOLE_WARNING));
	assert_int_equal(console_end(console), 0);
	assert_non_null(console_trouble(console, CONSOLE_WARNING));
	console_free(console);
}

static void nothing_hides_behind_nuls_and_carriage_returns(void **state)
{
	static const char text[] = "all is well\rBU\0G: Bad page\0 state\n";
	struct console *console = open_console(NULL);

	(void)state;
	console_feed(console, text, sizeof(text) - 1);
	assert_string_equal(console_trouble(console, CONSOLE_OOPS)->text, "BUG: Bad page state");
	console_free(console);
}

static void control_characters_do_not_reach_a_reason(void **state)
{
	struct console *console = open_console(NULL);

	(void)state;
	feed(console, "BUG: \033[31mred\007\177 \n");
	assert_string_equal(console_trouble(console, CONSOLE_OOPS)->text, "BUG:  [31mred");
	console_free(console);
}

static void expect_found(const char *words, size_t at)
{
	struct console *console = open_console(NULL);
	char *line = malloc(20000);

	memset(line, 'x', 20000);
	memcpy(line + at, words, strlen(words));
	console_feed(console, line, 20000);
	console_end(console);
	if (!console_trouble(console, CONSOLE_OOPS))
		fail_msg("not found at %zu", at);
	console_free(console);
	free(line);
}

static void trouble_inside_an_endless_line_is_found(void **state)
{
	const char *words = "[    1.000000] BUG: Bad page state";

	(void)state;
	for (size_t at = 0; at < 12000; at += 151)
		expect_found(words, at);
	/* Every way to straddle the edges of the scanner's windows. */
	for (size_t at = 4040; at < 4120; at++)
		expect_found(words, at);
	for (size_t at = 7620; at < 7700; at++)
		expect_found(words, at);
}

/* The scanner's windows must not make a beginning of what is none. */
static void words_inside_an_endless_line_are_no_trouble(void **state)
{
	char *line = malloc(60000);

	(void)state;
	for (size_t shift = 0; shift < 6; shift++) {
		struct console *console = open_console(NULL);

		for (size_t i = 0; i < 60000; i++)
			line[i] = " BUG: "[(i + shift) % 6];
		line[0] = 'x';
		console_feed(console, line, 60000);
		console_end(console);
		assert_null(console_trouble(console, CONSOLE_OOPS));
		console_free(console);
	}
	free(line);
}

static void the_first_of_a_kind_counts(void **state)
{
	struct console *console = open_console(NULL);

	(void)state;
	feed(console, "x\nWARNING: first\nWARNING: second\nBUG: third\n");
	assert_string_equal(console_trouble(console, CONSOLE_WARNING)->text, "WARNING: first");
	assert_true(console_trouble(console, CONSOLE_WARNING)->line == 2);
	assert_true(console_trouble(console, CONSOLE_OOPS)->line == 4);
	console_free(console);
}

static void the_instruction_pointer_goes_with_its_trouble(void **state)
{
	struct console *console = open_console(NULL);

	(void)state;
	feed(console, "RIP: 0010:before+0x1\nBUG: x\nRIP: 0033:0x401000\n"
	     "[    1.000000] RIP: 0010:folio_add+0x12/0x30\nRIP: 0010:after+0x1\n");
	assert_string_equal(console_trouble(console, CONSOLE_OOPS)->rip,
			    "RIP: 0010:folio_add+0x12/0x30");
	console_free(console);
}

static void what_was_provoked_is_kept_apart(void **state)
{
	struct console *console = open_console(NULL);

	(void)state;
	feed(console, "RIP: 0010:before+0x1\n");
	assert_string_equal(console_provoked(console), "");
	console_mark(console);
	feed(console, "Kernel panic - not syncing: NMI: Not continuing\n"
	     "RIP: 0010:spin+0x1\nRIP: 0010:other+0x1\n");
	assert_null(console_trouble(console, CONSOLE_PANIC));
	assert_string_equal(console_provoked(console), "RIP: 0010:spin+0x1");
	console_free(console);
}

static char *temporary_dir(void)
{
	char *dir = str_dup("/tmp/test-console.XXXXXX");

	assert_non_null(mkdtemp(dir));
	return dir;
}

static void every_byte_is_kept(void **state)
{
	static const char text[] = "one\r\n\0two\033[0m partial";
	char *dir = temporary_dir(), *path = str_printf("%s/console", dir), *kept;
	struct console *console = open_console(path);
	size_t len;

	(void)state;
	console_feed(console, text, sizeof(text) - 1);
	assert_int_equal(console_end(console), 0);
	console_free(console);
	assert_int_equal(fs_read(path, &kept, &len, NULL), 0);
	assert_int_equal(len, sizeof(text) - 1);
	assert_memory_equal(kept, text, len);
	free(kept);
	fs_remove(dir, NULL);
	free(path);
	free(dir);
}

static void a_console_that_just_fits_is_whole(void **state)
{
	char *dir = temporary_dir(), *path = str_printf("%s/console", dir), *kept;
	struct console *console = open_console(path);
	char *block = malloc(1 << 20);
	size_t len;

	(void)state;
	for (unsigned int i = 0; i < 16; i++) {
		memset(block, 'a' + i, 1 << 20);
		console_feed(console, block, 1 << 20);
	}
	assert_int_equal(console_end(console), 0);
	console_free(console);
	assert_int_equal(fs_read(path, &kept, &len, NULL), 0);
	assert_int_equal(len, 16 << 20);
	for (size_t i = 0; i < len; i += 4096)
		assert_int_equal(kept[i], 'a' + (i >> 20));
	free(kept);
	free(block);
	fs_remove(dir, NULL);
	free(path);
	free(dir);
}

static void a_flood_keeps_both_ends_and_says_so(void **state)
{
	char *dir = temporary_dir(), *path = str_printf("%s/console", dir), *kept;
	struct console *console = open_console(path);
	char line[64];
	size_t len;

	(void)state;
	feed(console, "the first line\n");
	for (unsigned int i = 0; i < 600000; i++) {
		snprintf(line, sizeof(line), "[    1.000000] line %u of a flood that is long\n", i);
		feed(console, line);
	}
	feed(console, "Kernel panic - not syncing: the end\n");
	assert_int_equal(console_end(console), 0);
	assert_true(console_bytes(console) > 20u << 20);
	assert_non_null(console_trouble(console, CONSOLE_PANIC));
	console_free(console);
	assert_int_equal(fs_read(path, &kept, &len, NULL), 0);
	assert_true(len <= CONSOLE_HEAD_MAX + CONSOLE_TAIL_MAX + 200);
	assert_memory_equal(kept, "the first line\n", 15);
	assert_non_null(strstr(kept, "of them are left out here]"));
	assert_string_equal(kept + len - 36, "Kernel panic - not syncing: the end\n");
	free(kept);
	fs_remove(dir, NULL);
	free(path);
	free(dir);
}

static void a_full_disk_does_not_hide_a_panic(void **state)
{
	struct console *console;

	(void)state;
	if (access("/dev/full", W_OK))
		skip();
	console = open_console("/dev/full");
	feed(console, "line\nKernel panic - not syncing: x\n");
	assert_non_null(console_trouble(console, CONSOLE_PANIC));
	assert_int_equal(console_end(console), -ENOSPC);
	console_free(console);
}

static void a_place_that_is_not_there_is_named(void **state)
{
	struct console *console;
	struct err err = { "" };

	(void)state;
	assert_int_equal(console_open("/no/such/dir/console", &console, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/no/such/dir/console"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sentence_is_taken_for_what_it_says),
		cmocka_unit_test(a_line_may_come_byte_by_byte),
		cmocka_unit_test(half_a_line_is_not_judged_before_it_ends),
		cmocka_unit_test(the_last_line_needs_no_newline),
		cmocka_unit_test(nothing_hides_behind_nuls_and_carriage_returns),
		cmocka_unit_test(control_characters_do_not_reach_a_reason),
		cmocka_unit_test(trouble_inside_an_endless_line_is_found),
		cmocka_unit_test(words_inside_an_endless_line_are_no_trouble),
		cmocka_unit_test(the_first_of_a_kind_counts),
		cmocka_unit_test(the_instruction_pointer_goes_with_its_trouble),
		cmocka_unit_test(what_was_provoked_is_kept_apart),
		cmocka_unit_test(every_byte_is_kept),
		cmocka_unit_test(a_console_that_just_fits_is_whole),
		cmocka_unit_test(a_flood_keeps_both_ends_and_says_so),
		cmocka_unit_test(a_full_disk_does_not_hide_a_panic),
		cmocka_unit_test(a_place_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
