// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a guest in its harness: placed, polled with others, stopped, and
 * never left behind.
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
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "affinity.h"
#include "guest-bench.h"

/* The console of fake-qemu says where its one thread may run. */
static void expect_affinity(struct bench *bench, const char *cpus)
{
	char *words = str_printf("Cpus_allowed_list:\t%s\n", cpus);

	bench_run(bench, "affinity\nhello\nend pass");
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
	bench_expect_kept(bench, words);
	guest_result_free(&bench->result);
	free(words);
}

static void threads_are_placed_before_they_run(void **state)
{
	const struct topo_want want = { .cpus = 1 };
	struct topo_placement place;
	struct bench *bench = *state;
	struct topo_pool *pool;
	struct topo *topo;
	char cpu[16];

	assert_int_equal(topo_load(&topo, NULL), 0);
	pool = topo_pool_new(topo, true, true);
	assert_int_equal(topo_take(pool, &want, &place), 0);
	bench->config.placement = &place;
	snprintf(cpu, sizeof(cpu), "%d", place.cpu[0]);
	expect_affinity(bench, cpu);
	topo_pool_free(pool);
	topo_free(topo);
}

/* What is not pinned runs anywhere, though the harness that starts it does not. */
static void a_guest_does_not_inherit_the_cpus_of_the_harness(void **state)
{
	struct topo_placement place = { .want.cpus = 1, .cpu = { -1 } };
	struct bench *bench = *state;
	struct topo *topo;

	assert_int_equal(topo_load(&topo, NULL), 0);
	place.others = topo_cpu_list(topo);
	bench->config.placement = &place;
	assert_int_equal(affinity_set(0, topo_first_core(topo), NULL), 0);
	expect_affinity(bench, topo_cpu_list(topo));
	assert_int_equal(affinity_set(0, topo_cpu_list(topo), NULL), 0);
	topo_free(topo);
}

static void a_cpu_that_is_not_there_is_named(void **state)
{
	struct topo_placement place = { .want.cpus = 1, .cpu = { 4000 } };
	struct bench *bench = *state;

	bench->config.placement = &place;
	bench_run(bench, "hello\nend pass");
	bench_expect(bench, GUEST_NO_BOOT, VERDICT_BROKEN, "cannot be put on CPU 4000");
}

static void a_start_on_cpus_that_are_not_there_is_an_error(void **state)
{
	struct topo_placement place = { .want.cpus = 1, .cpu = { -1 }, .others = "4000-4001" };
	struct bench *bench = *state;
	struct err err = { "" };

	bench->config.placement = &place;
	assert_int_equal(guest_run(&bench->config, &bench->result, &err), -EINVAL);
	assert_non_null(strstr(err.text, "cannot be put on its CPUs"));
}

static void vcpus_that_are_missing_are_noticed(void **state)
{
	struct topo_placement place = { .want.cpus = 2, .cpu = { 0, 0 } };
	struct bench *bench = *state;

	bench->config.placement = &place;
	bench->config.cpus = 2;
	bench_run(bench, "hello\nend pass");
	bench_expect(bench, GUEST_NO_BOOT, VERDICT_BROKEN, "1 of 2 vCPU threads");
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
	bench_run(bench, "console words\nhello\nend pass");
	bench_expect(bench, GUEST_DONE, VERDICT_BROKEN, "cannot be kept: No space left");
}

/* What a kernel does that takes an NVDIMM for RAM: it writes a memmap as large. */
static void an_nvdimm_of_a_tebibyte_does_not_let_a_guest_take_one(void **state)
{
	struct bench *bench = *state;

	bench->config.pmem_mib = 1024 * 1024;
	bench->config.pmem_touch_mib = 16;
	bench->config.mem_limit = 64 << 20;
	bench_run(bench, "hello\neat 300\nhang");
	bench_expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN, "of host memory, its limit is");
	assert_non_null(strstr(bench->result.command, "reserve=off"));
}

/* The fake grants what leaves 64 MiB. */
static void a_balloon_is_inflated_before_the_guest_runs(void **state)
{
	struct bench *bench = *state;

	bench->config.balloon_mib = bench->config.mem_mib - 64;
	bench_run(bench, "hello\nend pass");
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
}

static void a_balloon_that_is_refused_is_said(void **state)
{
	struct bench *bench = *state;

	bench->config.balloon_mib = bench->config.mem_mib - 63;
	bench_run(bench, "hello\nend pass");
	bench_expect(bench, GUEST_QEMU_DIED, VERDICT_BROKEN,
		     "QEMU does not inflate the balloon: no balloon of that size");
}

static bool is_gone(pid_t pid)
{
	return kill(pid, 0) && errno == ESRCH;
}

static void a_stopped_guest_has_the_callers_reason(void **state)
{
	struct bench *bench = *state;
	struct guest *guest = bench_start(bench, "hello\nhang");
	pid_t pid = guest->pid;

	bench_step_until(bench, guest, 1);
	guest_stop(guest, GUEST_INTERRUPTED, "enough");
	assert_true(guest_step(guest));
	assert_true(is_gone(pid));
	guest_finish(guest, &bench->result);
	bench_expect(bench, GUEST_INTERRUPTED, VERDICT_BROKEN, "enough");
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
	stopper.guest = bench_start(bench, "hello\nalive x\nalive y\nconsole now\ncont\nhang");
	poll_fd.fd = stopper.guest->fd[CHANNEL_CONSOLE];
	assert_int_equal(poll(&poll_fd, 1, 10000), 1);
	bench_step(stopper.guest);
	guest_finish(stopper.guest, &bench->result);
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "seen enough");
	assert_int_equal(stopper.calls, 1);
}

static void what_was_printed_before_a_stop_is_kept(void **state)
{
	struct bench *bench = *state;
	struct guest *guest = bench_start(bench, "hello\nwait-nmi\nconsole late words\nhang");
	struct pollfd poll_fd = { .fd = guest->fd[CHANNEL_CONSOLE], .events = POLLIN };

	bench_step_until(bench, guest, 1);
	assert_int_equal(qmp_send(guest->qmp, "inject-nmi", NULL, NULL, NULL), 0);
	assert_int_equal(poll(&poll_fd, 1, 10000), 1);
	guest_stop(guest, GUEST_INTERRUPTED, "enough");
	guest_finish(guest, &bench->result);
	bench_expect_kept(bench, "late words");
}

/* A caller that polls many guests gives no timeout. */
static bool has_ended(const struct guest *guest)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, guest->pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

/* Until it has ended, or has written nothing for half a second: its pipe is full then. */
static void wait_until_it_is_stuck(const struct guest *guest)
{
	int waiting = 0, before = -1, still = 0;

	while (still < 50 && !has_ended(guest)) {
		assert_int_equal(ioctl(guest->fd[CHANNEL_PORT], FIONREAD, &waiting), 0);
		still = waiting == before ? still + 1 : 0;
		before = waiting;
		usleep(10000);
	}
}

/* Six records of half a MiB, more than the pipe takes, and a console as long. */
static void a_harness_that_gets_no_cpu_loses_nothing(void **state)
{
	struct bench *bench = *state;
	struct pollfd poll_fd = { .events = POLLIN };
	struct guest *guest;
	char *console;
	size_t len;

	guest = bench_start(bench, "cont\nhello\nsamples 65536\nsamples 65536\nsamples 65536\n"
			    "samples 65536\nsamples 65536\nsamples 65536\nflood 3\nend pass\n"
			    "reset\nexit 0");
	poll_fd.fd = guest_fd(guest);
	while (guest->state == STATE_MONITOR && !guest_step(guest))
		poll(&poll_fd, 1, guest_timeout_ms(guest));
	wait_until_it_is_stuck(guest);
	assert_false(has_ended(guest));
	bench_step(guest);
	guest_finish(guest, &bench->result);
	bench_expect(bench, GUEST_DONE, VERDICT_PASS, "");
	assert_int_equal(bench->records.nr, 8);
	assert_int_equal(fs_read(bench->console, &console, &len, NULL), 0);
	assert_true(len >= 3 << 20);
	free(console);
}

static void the_fd_wakes_for_silence(void **state)
{
	struct bench *bench = *state;
	struct guest *guest = bench_start(bench, "hello\nhang");
	struct pollfd poll_fd = { .fd = guest_fd(guest), .events = POLLIN };

	guest->limits.silence_ns = guest->limits.boot_silence_ns = GUEST_SECOND * 3 / 10;
	guest->limits.nmi_ns = GUEST_SECOND / 10;
	while (!guest_step(guest))
		assert_int_equal(poll(&poll_fd, 1, 10000), 1);
	guest_finish(guest, &bench->result);
	bench_expect(bench, GUEST_HANG, VERDICT_FAIL, "no output");
}

static void finishing_kills_what_still_runs(void **state)
{
	struct bench *bench = *state;
	struct guest *guest = bench_start(bench, "hello\nhang");
	pid_t pid = guest->pid;

	bench_step_until(bench, guest, 1);
	guest_finish(guest, &bench->result);
	assert_true(is_gone(pid));
	bench_expect(bench, GUEST_INTERRUPTED, VERDICT_BROKEN, "given up");
}

static void several_guests_run_in_one_loop(void **state)
{
	struct bench *bench = *state;
	struct guest *guest[4];
	struct pollfd poll_fd[4];
	unsigned int ended = 0;

	bench->config.console_path = NULL;
	for (unsigned int i = 0; i < 4; i++) {
		guest[i] = bench_start(bench, "hello\nflood 2\nsamples 30000\nend pass");
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
		bench_expect(bench, GUEST_DONE, VERDICT_PASS, "done");
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

	bench_run(bench, "hello\nend pass");
	assert_int_equal(open_fds(), before);
	guest_result_free(&bench->result);
	bench->config.qemu = "/no/such/qemu";
	assert_int_equal(guest_run(&bench->config, &bench->result, NULL), -ENOENT);
	assert_int_equal(open_fds(), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(threads_are_placed_before_they_run),
		TEST(a_guest_does_not_inherit_the_cpus_of_the_harness),
		TEST(a_cpu_that_is_not_there_is_named),
		TEST(a_start_on_cpus_that_are_not_there_is_an_error),
		TEST(vcpus_that_are_missing_are_noticed),
		TEST(a_missing_qemu_is_an_error),
		TEST(a_console_that_cannot_be_kept_is_an_error),
		TEST(a_full_disk_breaks_the_cell),
		TEST(an_nvdimm_of_a_tebibyte_does_not_let_a_guest_take_one),
		TEST(a_balloon_is_inflated_before_the_guest_runs),
		TEST(a_balloon_that_is_refused_is_said),
		TEST(a_stopped_guest_has_the_callers_reason),
		TEST(a_guest_may_be_stopped_from_its_callback),
		TEST(what_was_printed_before_a_stop_is_kept),
		TEST(a_harness_that_gets_no_cpu_loses_nothing),
		TEST(the_fd_wakes_for_silence),
		TEST(finishing_kills_what_still_runs),
		TEST(several_guests_run_in_one_loop),
		TEST(no_qemu_outlives_a_killed_harness),
		TEST(no_fd_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
