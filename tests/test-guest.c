// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests of every sort, played by fake-qemu: how they end and what is said of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest-bench.h"

static void a_guest_that_is_well_is_done(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "console booting\nhello\nalive store\nsamples 1000\nsamples 65536\nend pass");
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
	assert_int_equal(bench->records.nr, 5);
	assert_string_equal(bench->records.item[0], "hello:fake:0");
	assert_string_equal(bench->records.item[1], "alive:store:0");
	assert_string_equal(bench->records.item[3], "samples::65536");
	assert_string_equal(bench->records.item[4], "end:all is said:0");
	assert_int_equal(bench->result.end_verdict, VERDICT_PASS);
	assert_string_equal(bench->result.end_text, "all is said");
	assert_true(bench->result.ready_ns > 0);
	assert_true(bench->result.wall_ns >= bench->result.ready_ns);
	assert_true(bench->result.max_rss > 0);
	assert_non_null(strstr(bench->result.command, "-machine microvm"));
	bench_expect_kept(bench, "booting\r\n");
}

static void one_call_runs_a_guest(void **state)
{
	struct bench *bench = *state;

	setenv("FAKE_QEMU_SCRIPT", "hello\nend pass", 1);
	assert_int_equal(guest_run(&bench->config, &bench->result, NULL), 0);
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
}

static void the_workloads_verdict_is_handed_on(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\nend fail");
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
	assert_int_equal(bench->result.end_verdict, VERDICT_FAIL);
}

static void a_panic_does_not_wait_for_the_deadline(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\nconsole [    1.000000] Kernel panic - not syncing: no way\nreset");
	bench_expect(bench, GUEST_PANIC, VERDICT_FAIL, "Kernel panic - not syncing: no way");
	assert_true(bench->result.wall_ns < 5 * GUEST_SECOND);
	assert_int_equal(bench->result.end_verdict, VERDICT_BROKEN);
	bench_expect_kept(bench, "no way");
}

static void an_oops_is_named_by_its_first_line(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\nconsole [    1.000000] BUG: unable to handle page fault\n"
		  "console [    1.000001] RIP: 0010:folio_add+0x1/0x2\n"
		  "console [    1.000002] Kernel panic - not syncing: Fatal exception");
	bench_expect(bench, GUEST_OOPS, VERDICT_FAIL,
		     "BUG: unable to handle page fault; RIP: 0010:folio_add+0x1/0x2");
}

static void a_warning_fails_a_guest_that_ended_well(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\nconsole [    1.000000] WARNING: CPU: 0 PID: 1 at mm/x.c:1\nend pass");
	bench_expect(bench, GUEST_WARNING, VERDICT_FAIL, "WARNING: CPU: 0 PID: 1 at mm/x.c:1");
	assert_int_equal(bench->result.end_verdict, VERDICT_PASS);
}

static void silence_is_a_hang_and_an_nmi_says_where(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	bench_run(bench, "hello\nalive compaction\nwait-nmi\n"
		  "console [    9.000000] RIP: 0010:isolate_migratepages+0x1/0x2\n"
		  "console [    9.000000] Kernel panic - not syncing: NMI: Not continuing");
	bench_expect(bench, GUEST_HANG, VERDICT_FAIL,
		     "no output for 0 s; last phase: compaction; RIP: 0010:isolate_migratepages+0x1/0x2");
	bench_expect_kept(bench, "NMI: Not continuing");
	assert_true(bench->result.wall_ns < 4 * GUEST_SECOND);
}

static void a_guest_that_ignores_the_nmi_is_killed(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	bench_run(bench, "hello\nhang");
	bench_expect(bench, GUEST_HANG, VERDICT_FAIL, "no output for 0 s; last phase: hello");
	/* Silence and the wait for the NMI, and nothing else. */
	assert_true(bench->result.wall_ns > GUEST_SECOND * 8 / 10);
	assert_true(bench->result.wall_ns < 8 * GUEST_SECOND);
}

static void the_deadline_counts_for_a_talkative_guest(void **state)
{
	struct bench *bench = *state;

	bench->config.deadline_s = 1;
	bench->impatient = true;
	/* More than can be printed before the deadline. */
	bench_run(bench, "hello\nalive storm\nflood 60000");
	bench_expect(bench, GUEST_HANG, VERDICT_FAIL, "not done after 1 s; last phase: storm");
}

static void a_guest_that_does_not_power_off_hangs(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	bench_run(bench, "hello\nend pass\nhang");
	bench_expect(bench, GUEST_HANG, VERDICT_FAIL, "after END");
}

static void garbage_on_the_port_is_garbage(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	bench_run(bench, "hello\ngarbage\nhang");
	bench_expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "");
	assert_true(bench->result.reason[0]);
	assert_int_equal(bench->records.nr, 1);
}

static void garbage_waits_for_the_kernel_to_explain_itself(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	bench_run(bench, "hello\ngarbage\nconsole BUG: Bad page state in process init\nhang");
	bench_expect(bench, GUEST_OOPS, VERDICT_FAIL, "Bad page state");
}

static void a_record_out_of_order_is_garbage(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	bench_run(bench, "hello\nskip\nalive x\nend pass");
	bench_expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "");
	assert_int_equal(bench->records.nr, 1);
}

static void a_truncated_stream_is_garbage(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\ntruncate");
	bench_expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "unfinished frame");
}

static void a_missing_end_is_noticed(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\nalive load");
	bench_expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "has no end; last phase: load");
}

static void a_reset_without_a_word_is_a_triple_fault(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\nalive load\nreset");
	bench_expect(bench, GUEST_PANIC, VERDICT_FAIL, "triple fault");
}

static void hello_comes_first_and_once(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	bench_run(bench, "alive early\nhello\nend pass");
	bench_expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "begins with alive");
	guest_result_free(&bench->result);
	bench_run(bench, "hello\nhello\nend pass");
	bench_expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "hello twice");
	guest_result_free(&bench->result);
	bench_run(bench, "hello\nend pass\nnote more");
	bench_expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "after END");
}

static void a_kernel_that_ends_before_hello_did_not_boot(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "console [    0.100000] the last it said");
	bench_expect(bench, GUEST_NO_BOOT, VERDICT_BROKEN, "the last it said");
	assert_true(bench->result.ready_ns == 0);
}

static void a_kernel_that_is_silent_before_hello_did_not_boot(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	bench_run(bench, "console [    0.100000] tsc: Unable to calibrate\nhang");
	bench_expect(bench, GUEST_NO_BOOT, VERDICT_BROKEN, "Unable to calibrate");
}

static void a_qemu_that_exits_has_last_words(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "stderr first\nstderr qemu: error: failed to set MSR 0x345\nexit 1");
	bench_expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN, "exit 1: first; qemu: error: failed to set");
}

static void a_qemu_that_dies_before_the_monitor_is_a_result(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "stderr cannot set up guest memory\nexit 1\ncont");
	bench_expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN, "cannot set up guest memory");
}

static void a_qemu_that_crashes_is_told_by_its_signal(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\nkill 9");
	bench_expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN, "killed by SIGKILL");
}

static void nonsense_on_the_monitor_is_a_broken_bed(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\nqmp this is not JSON\nhang");
	bench_expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN, "not JSON");
}

static void a_closed_monitor_alone_ends_nothing(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\nclose-qmp\nalive still here\nend pass");
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
}

static void a_flood_is_survived_and_its_end_is_read(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\nflood 100\nend pass\nconsole \nconsole [    2.000000] BUG: Bad page map");
	bench_expect(bench, GUEST_OOPS, VERDICT_FAIL, "Bad page map");
	bench_expect_kept(bench, "are left out here]");
	bench_expect_kept(bench, "Bad page map");
}

static void a_line_without_end_is_survived(void **state)
{
	struct bench *bench = *state;

	bench_run(bench, "hello\nblob 30\nend pass");
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
}

static void a_qemu_that_takes_too_much_memory_is_killed(void **state)
{
	struct bench *bench = *state;

	bench->config.mem_limit = 64 << 20;
	bench_run(bench, "hello\neat 300\nhang");
	bench_expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN, "of host memory, its limit is");
	/* It may be seen, and killed, before it has taken all that it wants. */
	assert_true(bench->result.max_rss > bench->config.mem_limit);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_guest_that_is_well_is_done),
		TEST(one_call_runs_a_guest),
		TEST(the_workloads_verdict_is_handed_on),
		TEST(a_panic_does_not_wait_for_the_deadline),
		TEST(an_oops_is_named_by_its_first_line),
		TEST(a_warning_fails_a_guest_that_ended_well),
		TEST(silence_is_a_hang_and_an_nmi_says_where),
		TEST(a_guest_that_ignores_the_nmi_is_killed),
		TEST(the_deadline_counts_for_a_talkative_guest),
		TEST(a_guest_that_does_not_power_off_hangs),
		TEST(garbage_on_the_port_is_garbage),
		TEST(garbage_waits_for_the_kernel_to_explain_itself),
		TEST(a_record_out_of_order_is_garbage),
		TEST(a_truncated_stream_is_garbage),
		TEST(a_missing_end_is_noticed),
		TEST(a_reset_without_a_word_is_a_triple_fault),
		TEST(hello_comes_first_and_once),
		TEST(a_kernel_that_ends_before_hello_did_not_boot),
		TEST(a_kernel_that_is_silent_before_hello_did_not_boot),
		TEST(a_qemu_that_exits_has_last_words),
		TEST(a_qemu_that_dies_before_the_monitor_is_a_result),
		TEST(a_qemu_that_crashes_is_told_by_its_signal),
		TEST(nonsense_on_the_monitor_is_a_broken_bed),
		TEST(a_closed_monitor_alone_ends_nothing),
		TEST(a_flood_is_survived_and_its_end_is_read),
		TEST(a_line_without_end_is_survived),
		TEST(a_qemu_that_takes_too_much_memory_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
