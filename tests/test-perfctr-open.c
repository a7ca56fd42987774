// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libperf itself, on this host: software events, which any Linux has where perf is
 * allowed. Hardware events are counted or absent, never anything else.
 */
#include <fcntl.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "perfctr-open.h"

#define PAGES 300

static const pid_t self;
static const struct perfctr_target myself = { .tid = &self, .nr = 1 };
static const struct perfctr_target family = { .tid = &self, .nr = 1, .inherit = true };

static const struct perfctr_event *event(const char *name)
{
	for (int i = 0; i < PERFCTR_EVENTS; i++)
		if (!strcmp(perfctr_event[i].name, name))
			return &perfctr_event[i];
	fail_msg("no event %s", name);
	return NULL;
}

/* Where perf is not allowed or not there, that is no fault of ours. */
static bool is_refusal(int err)
{
	return err == -EACCES || err == -EPERM || err == -ENOSYS || err == -PERFCTR_NO_LIBPERF;
}

static struct perfctr *must_open(const char *name, const struct perfctr_target *target)
{
	struct perfctr *counter = NULL;

	assert_int_equal(perfctr_open(event(name), target, &counter), 0);
	return counter;
}

static uint64_t count(struct perfctr *counter)
{
	struct perfctr_reading reading;

	assert_int_equal(perfctr_instances(counter), 1);
	assert_int_equal(perfctr_read(counter, &reading), 0);
	assert_true(reading.running <= reading.enabled);
	return reading.raw;
}

static void touch(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(memory != MAP_FAILED);
	madvise(memory, PAGES * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < PAGES; i++)
		memory[i * page] = 1;
	munmap(memory, PAGES * page);
}

static void page_faults_are_counted(void **state)
{
	struct perfctr *counter = must_open("page_faults", &myself);
	uint64_t before = count(counter), touched;

	(void)state;
	touch();
	touched = count(counter) - before;
	assert_in_range(touched, PAGES, PAGES + 100);
	assert_in_range(count(counter) - before - touched, 0, 50);
	perfctr_close(counter);
}

static void touch_in_child(void)
{
	pid_t pid = fork();

	if (!pid) {
		touch();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void children_are_counted_where_they_are_asked_for(void **state)
{
	struct perfctr *with = must_open("page_faults", &family);
	struct perfctr *without = must_open("page_faults", &myself);
	uint64_t before_with = count(with), before_without = count(without);

	(void)state;
	touch_in_child();
	assert_in_range(count(with) - before_with, PAGES, 10 * PAGES);
	/* fork() itself makes pages of ours read-only. */
	assert_in_range(count(without) - before_without, 0, PAGES - 1);
	perfctr_close(with);
	perfctr_close(without);
}

/** struct other - a thread that is counted from outside */
struct other {
	pthread_t thread;
	pid_t tid;
	int ready[2];
	int go[2];
};

static void *other_main(void *ctx)
{
	struct other *other = ctx;
	char byte = 0;

	other->tid = gettid();
	if (write(other->ready[1], &byte, 1) == 1 && read(other->go[0], &byte, 1) == 1)
		touch();
	return NULL;
}

static void a_thread_can_be_read_after_its_end(void **state)
{
	struct other other;
	const struct perfctr_target target = { .tid = &other.tid, .nr = 1 };
	struct perfctr *counter;
	char byte;

	(void)state;
	assert_int_equal(pipe(other.ready) | pipe(other.go), 0);
	assert_int_equal(pthread_create(&other.thread, NULL, other_main, &other), 0);
	assert_int_equal(read(other.ready[0], &byte, 1), 1);
	counter = must_open("page_faults", &target);
	assert_int_equal(write(other.go[1], &byte, 1), 1);
	pthread_join(other.thread, NULL);
	assert_in_range(count(counter), PAGES, PAGES + 100);
	perfctr_close(counter);
	for (int i = 0; i < 2; i++) {
		close(other.ready[i]);
		close(other.go[i]);
	}
}

static void a_thread_that_is_gone_is_no_counter(void **state)
{
	pid_t pid = fork();
	const struct perfctr_target target = { .tid = &pid, .nr = 1 };
	struct perfctr *counter = NULL;

	(void)state;
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	perfctr_close(must_open("page_faults", &myself));
	assert_int_equal(perfctr_open(event("page_faults"), &target, &counter), -ESRCH);
	assert_null(counter);
}

/* Return: how many of this process there are; -1 where one would survive exec(). */
static int perf_fds(void)
{
	char path[64], link[64];
	int nr = 0;

	for (int fd = 0; fd < 256; fd++) {
		ssize_t len;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		len = readlink(path, link, sizeof(link) - 1);
		link[len > 0 ? len : 0] = '\0';
		if (strcmp(link, "anon_inode:[perf_event]"))
			continue;
		nr++;
		if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC))
			return -1;
	}
	return nr;
}

static void files_are_not_inherited_and_none_are_left(void **state)
{
	struct perfctr *counter = must_open("page_faults", &myself);

	(void)state;
	assert_int_equal(perf_fds(), 1);
	perfctr_close(counter);
	assert_int_equal(perf_fds(), 0);
}

static void cpus_are_counted_each(void **state)
{
	const struct perfctr_event clock = {
		.name = "cpu_clock", .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK,
	};
	const struct perfctr_target cpus = { 0 };
	struct perfctr *counter = NULL;
	struct perfctr_reading *reading;
	unsigned int nr;
	int err = perfctr_open(&clock, &cpus, &counter);

	(void)state;
	/* More is allowed of oneself than of CPUs. cmocka's skip() would be a failure in TAP. */
	if (is_refusal(err)) {
		print_message("# left out: perf on CPUs: errno %d\n", -err);
		return;
	}
	assert_int_equal(err, 0);
	nr = perfctr_instances(counter);
	assert_int_equal(nr, sysconf(_SC_NPROCESSORS_ONLN));
	reading = calloc(nr, sizeof(*reading));
	poll(NULL, 0, 20);
	assert_int_equal(perfctr_read(counter, reading), 0);
	for (unsigned int i = 0; i < nr; i++)
		assert_in_range(reading[i].enabled, 1, 60000000000);
	free(reading);
	perfctr_close(counter);
}

static void hardware_is_counted_or_absent(void **state)
{
	(void)state;
	for (int i = 0; i < PERFCTR_EVENTS; i++) {
		struct perfctr *counter = NULL;
		int err;

		if (perfctr_event[i].type == PERF_TYPE_SOFTWARE)
			continue;
		err = perfctr_open(&perfctr_event[i], &myself, &counter);
		assert_true(err <= 0);
		assert_true(!err == (counter != NULL));
		if (!err)
			count(counter);
		perfctr_close(counter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_faults_are_counted),
		cmocka_unit_test(children_are_counted_where_they_are_asked_for),
		cmocka_unit_test(a_thread_can_be_read_after_its_end),
		cmocka_unit_test(a_thread_that_is_gone_is_no_counter),
		cmocka_unit_test(files_are_not_inherited_and_none_are_left),
		cmocka_unit_test(cpus_are_counted_each),
		cmocka_unit_test(hardware_is_counted_or_absent),
	};

	struct perfctr *counter = NULL;
	char why[PERFCTR_WHY];
	int err = perfctr_open(event("page_faults"), &myself, &counter);

	if (is_refusal(err)) {
		printf("1..0 # SKIP %s\n", perfctr_why(-err, why));
		return 0;
	}
	perfctr_close(counter);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
