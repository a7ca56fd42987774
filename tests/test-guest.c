// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests of every sort, played by fake-qemu: how they end, and that none of them
 * outlives the harness.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest-private.h"

/**
 * struct bench - a folder, the fake, and what a guest said
 * @impatient: silence, NMI and garbage are waited for in tenths of seconds
 */
struct bench {
	bool impatient;
	char *dir;
	char *console;
	char *qemu;
	struct strv records;
	struct guest_config config;
	struct guest_result result;
};

static void on_msg(void *ctx, const struct msg *msg)
{
	struct bench *bench = ctx;

	strv_add(&bench->records, "%s:%s:%u", msg_type_name(msg->type), msg->text, msg->nr_samples);
}

/* $FAKE_QEMU, or beside this test. */
static char *find_fake(void)
{
	char self[4096], *slash = NULL;
	const char *asked = getenv("FAKE_QEMU");
	ssize_t len;

	if (asked && *asked)
		return str_dup(asked);
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len > 0) {
		self[len] = '\0';
		slash = strrchr(self, '/');
	}
	return slash ? str_printf("%.*s/fake-qemu", (int)(slash - self), self) : NULL;
}

static int open_bench(void **state)
{
	struct bench *bench = mem_grow(NULL, 1, sizeof(*bench));

	memset(bench, 0, sizeof(*bench));
	bench->dir = str_dup("/tmp/test-guest.XXXXXX");
	if (!mkdtemp(bench->dir))
		return -1;
	bench->console = str_printf("%s/console", bench->dir);
	bench->qemu = find_fake();
	bench->config = (struct guest_config){
		.qemu = bench->qemu,
		.bzimage = "/no/bzImage",
		.initramfs = "/no/initramfs",
		.engine = ENGINE_TCG,
		.cpus = 1,
		.mem_mib = 64,
		.deadline_s = 20,
		.silence_s = 10,
		.console_path = bench->console,
		.on_msg = on_msg,
		.on_msg_ctx = bench,
	};
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	unsetenv("FAKE_QEMU_SCRIPT");
	fs_remove(bench->dir, NULL);
	free(bench->dir);
	free(bench->console);
	free(bench->qemu);
	strv_free(&bench->records);
	guest_result_free(&bench->result);
	free(bench);
	return 0;
}

static struct guest *start(struct bench *bench, const char *script)
{
	struct err err = { "" };
	struct guest *guest;

	setenv("FAKE_QEMU_SCRIPT", script, 1);
	if (guest_start(&bench->config, &guest, &err))
		fail_msg("%s", err.text);
	return guest;
}

static void step(struct guest *guest)
{
	while (!guest_step(guest)) {
		struct pollfd poll_fd = { .fd = guest_fd(guest), .events = POLLIN };

		poll(&poll_fd, 1, guest_timeout_ms(guest));
	}
}

static void run(struct bench *bench, const char *script)
{
	struct guest *guest = start(bench, script);

	if (bench->impatient) {
		guest->limits.silence_ns = GUEST_SECOND * 5 / 10;
		guest->limits.nmi_ns = GUEST_SECOND * 3 / 10;
		guest->limits.garbage_ns = GUEST_SECOND * 5 / 10;
	}
	step(guest);
	guest_finish(guest, &bench->result);
}

static void expect(const struct bench *bench, enum guest_end end, enum verdict verdict,
		   const char *reason)
{
	if (bench->result.end != end || bench->result.verdict != verdict ||
	    !strstr(bench->result.reason, reason))
		fail_msg("%s, %s, '%s'; wanted %s, '%s'", guest_end_name(bench->result.end),
			 verdict_name(bench->result.verdict), bench->result.reason,
			 guest_end_name(end), reason);
}

static void expect_kept(const struct bench *bench, const char *words)
{
	char *text;

	assert_int_equal(fs_read(bench->console, &text, NULL, NULL), 0);
	if (!strstr(text, words))
		fail_msg("the kept console does not say '%s'", words);
	free(text);
}

static void a_guest_that_is_well_is_done(void **state)
{
	struct bench *bench = *state;

	run(bench, "console booting\nhello\nalive store\nsamples 1000\nsamples 65536\nend pass");
	expect(bench, GUEST_DONE, VERDICT_PASS, "done");
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
	expect_kept(bench, "booting\r\n");
}

static void one_call_runs_a_guest(void **state)
{
	struct bench *bench = *state;

	setenv("FAKE_QEMU_SCRIPT", "hello\nend pass", 1);
	assert_int_equal(guest_run(&bench->config, &bench->result, NULL), 0);
	expect(bench, GUEST_DONE, VERDICT_PASS, "done");
}

static void the_workloads_verdict_is_handed_on(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\nend fail");
	expect(bench, GUEST_DONE, VERDICT_PASS, "done");
	assert_int_equal(bench->result.end_verdict, VERDICT_FAIL);
}

static void a_panic_does_not_wait_for_the_deadline(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\nconsole [    1.000000] Kernel panic - not syncing: no way\nreset");
	expect(bench, GUEST_PANIC, VERDICT_FAIL, "Kernel panic - not syncing: no way");
	assert_true(bench->result.wall_ns < 5 * GUEST_SECOND);
	assert_int_equal(bench->result.end_verdict, VERDICT_BROKEN);
	expect_kept(bench, "no way");
}

static void an_oops_is_named_by_its_first_line(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\nconsole [    1.000000] BUG: unable to handle page fault\n"
	    "console [    1.000001] RIP: 0010:folio_add+0x1/0x2\n"
	    "console [    1.000002] Kernel panic - not syncing: Fatal exception");
	expect(bench, GUEST_OOPS, VERDICT_FAIL,
	       "BUG: unable to handle page fault; RIP: 0010:folio_add+0x1/0x2");
}

static void a_warning_fails_a_guest_that_ended_well(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\nconsole [    1.000000] WARNING: CPU: 0 PID: 1 at mm/x.c:1\nend pass");
	expect(bench, GUEST_WARNING, VERDICT_FAIL, "WARNING: CPU: 0 PID: 1 at mm/x.c:1");
	assert_int_equal(bench->result.end_verdict, VERDICT_PASS);
}

static void silence_is_a_hang_and_an_nmi_says_where(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	run(bench, "hello\nalive compaction\nwait-nmi\n"
	    "console [    9.000000] RIP: 0010:isolate_migratepages+0x1/0x2\n"
	    "console [    9.000000] Kernel panic - not syncing: NMI: Not continuing");
	expect(bench, GUEST_HANG, VERDICT_FAIL,
	       "no output for 0 s; last phase: compaction; RIP: 0010:isolate_migratepages+0x1/0x2");
	expect_kept(bench, "NMI: Not continuing");
	assert_true(bench->result.wall_ns < 4 * GUEST_SECOND);
}

static void a_guest_that_ignores_the_nmi_is_killed(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	run(bench, "hello\nhang");
	expect(bench, GUEST_HANG, VERDICT_FAIL, "no output for 0 s; last phase: hello");
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
	run(bench, "hello\nalive storm\nflood 60000");
	expect(bench, GUEST_HANG, VERDICT_FAIL, "not done after 1 s; last phase: storm");
}

static void a_guest_that_does_not_power_off_hangs(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	run(bench, "hello\nend pass\nhang");
	expect(bench, GUEST_HANG, VERDICT_FAIL, "after END");
}

static void garbage_on_the_port_is_garbage(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	run(bench, "hello\ngarbage\nhang");
	expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "");
	assert_true(bench->result.reason[0]);
	assert_int_equal(bench->records.nr, 1);
}

static void garbage_waits_for_the_kernel_to_explain_itself(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	run(bench, "hello\ngarbage\nconsole BUG: Bad page state in process init\nhang");
	expect(bench, GUEST_OOPS, VERDICT_FAIL, "Bad page state");
}

static void a_record_out_of_order_is_garbage(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	run(bench, "hello\nskip\nalive x\nend pass");
	expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "");
	assert_int_equal(bench->records.nr, 1);
}

static void a_truncated_stream_is_garbage(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\ntruncate");
	expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "unfinished frame");
}

static void a_missing_end_is_noticed(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\nalive load");
	expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "has no end; last phase: load");
}

static void a_reset_without_a_word_is_a_triple_fault(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\nalive load\nreset");
	expect(bench, GUEST_PANIC, VERDICT_FAIL, "triple fault");
}

static void hello_comes_first_and_once(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	run(bench, "alive early\nhello\nend pass");
	expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "begins with alive");
	guest_result_free(&bench->result);
	run(bench, "hello\nhello\nend pass");
	expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "hello twice");
	guest_result_free(&bench->result);
	run(bench, "hello\nend pass\nnote more");
	expect(bench, GUEST_GARBAGE, VERDICT_BROKEN, "after END");
}

static void a_kernel_that_ends_before_hello_did_not_boot(void **state)
{
	struct bench *bench = *state;

	run(bench, "console [    0.100000] the last it said");
	expect(bench, GUEST_NO_BOOT, VERDICT_BROKEN, "the last it said");
	assert_true(bench->result.ready_ns == 0);
}

static void a_kernel_that_is_silent_before_hello_did_not_boot(void **state)
{
	struct bench *bench = *state;

	bench->impatient = true;
	run(bench, "console [    0.100000] tsc: Unable to calibrate\nhang");
	expect(bench, GUEST_NO_BOOT, VERDICT_BROKEN, "Unable to calibrate");
}

static void a_qemu_that_exits_has_last_words(void **state)
{
	struct bench *bench = *state;

	run(bench, "stderr first\nstderr qemu: error: failed to set MSR 0x345\nexit 1");
	expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN, "exit 1: first; qemu: error: failed to set");
}

static void a_qemu_that_dies_before_the_monitor_is_a_result(void **state)
{
	struct bench *bench = *state;

	run(bench, "stderr cannot set up guest memory\nexit 1\ncont");
	expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN, "cannot set up guest memory");
}

static void a_qemu_that_crashes_is_told_by_its_signal(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\nkill 9");
	expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN, "killed by SIGKILL");
}

static void nonsense_on_the_monitor_is_a_broken_bed(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\nqmp this is not JSON\nhang");
	expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN, "not JSON");
}

static void a_closed_monitor_alone_ends_nothing(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\nclose-qmp\nalive still here\nend pass");
	expect(bench, GUEST_DONE, VERDICT_PASS, "done");
}

static void a_flood_is_survived_and_its_end_is_read(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\nflood 100\nend pass\nconsole \nconsole [    2.000000] BUG: Bad page map");
	expect(bench, GUEST_OOPS, VERDICT_FAIL, "Bad page map");
	expect_kept(bench, "are left out here]");
	expect_kept(bench, "Bad page map");
}

static void a_line_without_end_is_survived(void **state)
{
	struct bench *bench = *state;

	run(bench, "hello\nblob 30\nend pass");
	expect(bench, GUEST_DONE, VERDICT_PASS, "done");
}

static void a_qemu_that_takes_too_much_memory_is_killed(void **state)
{
	struct bench *bench = *state;

	bench->config.mem_limit = 64 << 20;
	run(bench, "hello\neat 300\nhang");
	expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN, "of host memory, its limit is");
	assert_true(bench->result.max_rss > 300u << 20);
}

static void threads_are_placed_before_they_run(void **state)
{
	struct topo_placement place = { .node = -1, .nr_cpus = 1, .housekeeping = -1 };
	struct bench *bench = *state;
	struct topo *topo;
	char *words;

	assert_int_equal(topo_load(&topo, NULL), 0);
	assert_int_equal(topo_place(topo, 0, 1, 1, &place), 0);
	topo_free(topo);
	bench->config.placement = &place;
	run(bench, "affinity\nhello\nend pass");
	expect(bench, GUEST_DONE, VERDICT_PASS, "done");
	words = str_printf("Cpus_allowed_list:\t%d\n", place.cpu[0]);
	expect_kept(bench, words);
	free(words);
}

static void a_cpu_that_is_not_there_is_named(void **state)
{
	struct topo_placement place = { .node = -1, .cpu = { 4000 }, .nr_cpus = 1,
					.housekeeping = -1 };
	struct bench *bench = *state;

	bench->config.placement = &place;
	run(bench, "hello\nend pass");
	expect(bench, GUEST_NO_BOOT, VERDICT_BROKEN, "cannot be pinned to CPU 4000");
}

static void vcpus_that_are_missing_are_noticed(void **state)
{
	struct topo_placement place = { .node = -1, .nr_cpus = 2, .housekeeping = -1 };
	struct bench *bench = *state;

	bench->config.placement = &place;
	bench->config.cpus = 2;
	run(bench, "hello\nend pass");
	expect(bench, GUEST_NO_BOOT, VERDICT_BROKEN, "1 of 2 vCPU threads");
}

static void a_missing_qemu_is_an_error(void **state)
{
	struct bench *bench = *state;
	struct err err = { "" };

	bench->config.qemu = "/no/such/qemu";
	assert_int_equal(guest_run(&bench->config, &bench->result, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/no/such/qemu"));
}

static void a_console_that_cannot_be_kept_is_an_error(void **state)
{
	struct bench *bench = *state;
	struct err err = { "" };

	bench->config.console_path = "/no/such/dir/console";
	assert_int_equal(guest_run(&bench->config, &bench->result, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/no/such/dir/console"));
}

static void a_full_disk_breaks_the_cell(void **state)
{
	struct bench *bench = *state;

	if (access("/dev/full", W_OK))
		skip();
	bench->config.console_path = "/dev/full";
	run(bench, "console words\nhello\nend pass");
	expect(bench, GUEST_DONE, VERDICT_BROKEN, "cannot be kept: No space left");
}

static void step_until_records(struct bench *bench, struct guest *guest, size_t nr)
{
	uint64_t until = clock_ns() + 10 * GUEST_SECOND;

	for (;;) {
		struct pollfd poll_fd = { .fd = guest_fd(guest), .events = POLLIN };

		if (guest_step(guest) || bench->records.nr >= nr)
			break;
		assert_true(clock_ns() < until);
		poll(&poll_fd, 1, guest_timeout_ms(guest));
	}
	assert_int_equal(bench->records.nr, nr);
}

static bool is_gone(pid_t pid)
{
	return kill(pid, 0) && errno == ESRCH;
}

static void a_stopped_guest_has_the_callers_reason(void **state)
{
	struct bench *bench = *state;
	struct guest *guest = start(bench, "hello\nhang");
	pid_t pid = guest->pid;

	step_until_records(bench, guest, 1);
	guest_stop(guest, GUEST_INTERRUPTED, "enough");
	assert_true(guest_step(guest));
	assert_true(is_gone(pid));
	guest_finish(guest, &bench->result);
	expect(bench, GUEST_INTERRUPTED, VERDICT_BROKEN, "enough");
}

/** struct stopper - a callback that stops its guest */
struct stopper {
	struct guest *guest;
	unsigned int calls;
};

static void stop_at_once(void *ctx, const struct msg *msg)
{
	struct stopper *stopper = ctx;

	(void)msg;
	stopper->calls++;
	guest_stop(stopper->guest, GUEST_DONE, "seen enough");
}

static void a_guest_may_be_stopped_from_its_callback(void **state)
{
	struct bench *bench = *state;
	struct stopper stopper = { 0 };
	struct pollfd poll_fd = { .events = POLLIN };

	bench->config.on_msg = stop_at_once;
	bench->config.on_msg_ctx = &stopper;
	/* When the console speaks, all three records lie in the port. */
	stopper.guest = start(bench, "hello\nalive x\nalive y\nconsole now\ncont\nhang");
	poll_fd.fd = stopper.guest->fd[CHANNEL_CONSOLE];
	assert_int_equal(poll(&poll_fd, 1, 10000), 1);
	step(stopper.guest);
	guest_finish(stopper.guest, &bench->result);
	expect(bench, GUEST_DONE, VERDICT_PASS, "seen enough");
	assert_int_equal(stopper.calls, 1);
}

static void what_was_printed_before_a_stop_is_kept(void **state)
{
	struct bench *bench = *state;
	struct guest *guest = start(bench, "hello\nwait-nmi\nconsole late words\nhang");
	struct pollfd poll_fd = { .fd = guest->fd[CHANNEL_CONSOLE], .events = POLLIN };

	step_until_records(bench, guest, 1);
	assert_int_equal(qmp_send(guest->qmp, "inject-nmi", NULL, NULL), 0);
	assert_int_equal(poll(&poll_fd, 1, 10000), 1);
	guest_stop(guest, GUEST_INTERRUPTED, "enough");
	guest_finish(guest, &bench->result);
	expect_kept(bench, "late words");
}

/* A caller that polls many guests gives no timeout. */
static void the_fd_wakes_for_silence(void **state)
{
	struct bench *bench = *state;
	struct guest *guest = start(bench, "hello\nhang");
	struct pollfd poll_fd = { .fd = guest_fd(guest), .events = POLLIN };

	guest->limits.silence_ns = GUEST_SECOND * 3 / 10;
	guest->limits.nmi_ns = GUEST_SECOND / 10;
	while (!guest_step(guest))
		assert_int_equal(poll(&poll_fd, 1, 10000), 1);
	guest_finish(guest, &bench->result);
	expect(bench, GUEST_HANG, VERDICT_FAIL, "no output");
}

static void finishing_kills_what_still_runs(void **state)
{
	struct bench *bench = *state;
	struct guest *guest = start(bench, "hello\nhang");
	pid_t pid = guest->pid;

	step_until_records(bench, guest, 1);
	guest_finish(guest, &bench->result);
	assert_true(is_gone(pid));
	expect(bench, GUEST_INTERRUPTED, VERDICT_BROKEN, "given up");
}

static void several_guests_run_in_one_loop(void **state)
{
	struct bench *bench = *state;
	struct guest *guest[4];
	struct pollfd poll_fd[4];
	unsigned int ended = 0;

	bench->config.console_path = NULL;
	for (unsigned int i = 0; i < 4; i++) {
		guest[i] = start(bench, "hello\nflood 2\nsamples 30000\nend pass");
		poll_fd[i] = (struct pollfd){ .fd = guest_fd(guest[i]), .events = POLLIN };
	}
	/* No timeout: the fds alone must wake the loop, also for an ended guest. */
	while (ended < 4) {
		assert_true(poll(poll_fd, 4, 10000) > 0);
		ended = 0;
		for (unsigned int i = 0; i < 4; i++)
			ended += guest_step(guest[i]);
	}
	for (unsigned int i = 0; i < 4; i++) {
		guest_finish(guest[i], &bench->result);
		expect(bench, GUEST_DONE, VERDICT_PASS, "done");
		guest_result_free(&bench->result);
	}
	assert_int_equal(bench->records.nr, 12);
}

/* The harness of the next test: starts a guest, tells its pid, waits for ever. */
static void __attribute__((noreturn)) doomed_harness(struct bench *bench, int tell)
{
	struct guest *guest;
	pid_t pid;

	bench->config.on_msg = NULL;
	if (guest_start(&bench->config, &guest, NULL))
		_exit(1);
	pid = guest->pid;
	while (!guest->facts.hello)
		if (guest_step(guest))
			_exit(1);
	if (write(tell, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	for (;;)
		pause();
}

static void no_qemu_outlives_a_killed_harness(void **state)
{
	struct bench *bench = *state;
	struct pollfd poll_fd = { .events = POLLIN };
	pid_t harness, qemu;
	int tell[2];

	setenv("FAKE_QEMU_SCRIPT", "hello\nhang", 1);
	/* Orphans come to us, so that this test can see that they are dead. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe(tell), 0);
	harness = fork();
	assert_true(harness >= 0);
	if (!harness)
		doomed_harness(bench, tell[1]);
	close(tell[1]);
	assert_int_equal(read(tell[0], &qemu, sizeof(qemu)), sizeof(qemu));
	poll_fd.fd = syscall(SYS_pidfd_open, qemu, 0);
	assert_true(poll_fd.fd >= 0);
	assert_int_equal(poll(&poll_fd, 1, 0), 0);
	kill(harness, SIGKILL);
	assert_int_equal(waitpid(harness, NULL, 0), harness);
	assert_int_equal(poll(&poll_fd, 1, 5000), 1);
	assert_int_equal(waitpid(qemu, NULL, 0), qemu);
	close(poll_fd.fd);
	close(tell[0]);
}

static int open_fds(void)
{
	int nr = 0;

	for (int fd = 0; fd < 256; fd++)
		nr += fcntl(fd, F_GETFD) >= 0;
	return nr;
}

static void no_fd_is_left_behind(void **state)
{
	struct bench *bench = *state;
	int before = open_fds();

	run(bench, "hello\nend pass");
	assert_int_equal(open_fds(), before);
	guest_result_free(&bench->result);
	bench->config.qemu = "/no/such/qemu";
	assert_int_equal(guest_run(&bench->config, &bench->result, NULL), -ENOENT);
	assert_int_equal(open_fds(), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

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
		TEST(threads_are_placed_before_they_run),
		TEST(a_cpu_that_is_not_there_is_named),
		TEST(vcpus_that_are_missing_are_noticed),
		TEST(a_missing_qemu_is_an_error),
		TEST(a_console_that_cannot_be_kept_is_an_error),
		TEST(a_full_disk_breaks_the_cell),
		TEST(a_stopped_guest_has_the_callers_reason),
		TEST(a_guest_may_be_stopped_from_its_callback),
		TEST(what_was_printed_before_a_stop_is_kept),
		TEST(the_fd_wakes_for_silence),
		TEST(finishing_kills_what_still_runs),
		TEST(several_guests_run_in_one_loop),
		TEST(no_qemu_outlives_a_killed_harness),
		TEST(no_fd_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
