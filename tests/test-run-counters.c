// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters by phases: which phases are recorded, what belongs to them, and who may end
 * one.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "perfctr-msg.h"
#include "run-private.h"

#define PAGES 200
#define MANY (RUN_COUNTERS_PHASES + 20)

/** struct seen - the phases that came out of a run, the last ones first dropped */
struct seen {
	struct run_outcome outcome;
	struct perfctr_phase phase[2 * RUN_COUNTERS_PHASES];
	size_t nr;
	struct msg msg;
};

static struct seen seen;	/* large */

static int see(void *ctx, uint16_t type, const uint8_t *payload, uint32_t len)
{
	struct frame frame = { .type = type, .payload = payload, .len = len };

	(void)ctx;
	assert_int_equal(msg_decode(&frame, &seen.msg), 0);
	if (type != MSG_COUNTERS)
		return 0;
	assert_int_equal(perfctr_from_msg(&seen.msg, &seen.phase[seen.nr]), 0);
	seen.nr++;
	return 0;
}

static void execute_as(enum perfctr_mode mode, enum workload_kind kind,
		       int (*function)(struct run *run))
{
	const struct workload workload = { .name = "t", .kind = kind, .deadline_s = 20,
					   .run = function };
	const struct job job = { .perfctr = mode };
	const struct run_config config = { .workload = &workload, .job = &job, .port = -1 };
	struct run *run;

	seen.nr = 0;
	assert_int_equal(run_new(&config, &run), 0);
	assert_int_equal(run_execute(run, &seen.outcome), 0);
	assert_int_equal(run_records(run, see, NULL), 0);
	run_free(run);
}

static void execute(int (*function)(struct run *run))
{
	execute_as(PERFCTR_QUIET, WORKLOAD_MEASURE, function);
	assert_string_equal(seen.outcome.text, "finished, 0 of its checks passed");
	assert_int_equal(seen.outcome.verdict, VERDICT_PASS);
}

static void expect_phase(size_t at, const char *name, uint64_t number, uint64_t windows)
{
	assert_true(at < seen.nr);
	assert_string_equal(seen.phase[at].name, name);
	assert_true(seen.phase[at].number == number);
	assert_true(seen.phase[at].windows == windows);
}

static uint64_t faults(size_t at)
{
	for (int i = 0; i < PERFCTR_EVENTS; i++)
		if (!strcmp(perfctr_event[i].name, "page_faults")) {
			assert_int_equal(seen.phase[at].value[i].error, 0);
			return seen.phase[at].value[i].value;
		}
	fail_msg("no page faults");
	return 0;
}

static void touch(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	madvise(memory, PAGES * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < PAGES; i++)
		memory[i * page] = 1;
	munmap(memory, PAGES * page);
}

static void window(struct run *run)
{
	run_end(run, run_begin(run));
}

static int several(struct run *run)
{
	touch();
	window(run);
	run_phase(run, "nothing timed");
	touch();
	run_phase(run, "op=%s", "touch");
	touch();
	for (int i = 0; i < 3; i++)
		window(run);
	run_phase(run, "op=rest");
	window(run);
	return 0;
}

static void phases_with_windows_are_recorded(void **state)
{
	(void)state;
	execute(several);
	assert_int_equal(seen.nr, 3);
	expect_phase(0, "run", 1, 1);
	expect_phase(1, "op=touch", 3, 3);
	expect_phase(2, "op=rest", 4, 1);
	assert_in_range(faults(0), PAGES, PAGES + 150);
	assert_in_range(faults(1), PAGES, PAGES + 150);
	assert_in_range(faults(2), 0, PAGES - 1);
}

static int setup_phase(struct run *run)
{
	run_phase(run, "set-up");
	return 0;
}

static void a_phase_of_the_setup_lasts_until_the_first_of_run(void **state)
{
	const struct workload workload = { .name = "t", .deadline_s = 20, .setup = setup_phase,
					   .run = several };
	const struct job job = { .perfctr = PERFCTR_QUIET };
	const struct run_config config = { .workload = &workload, .job = &job, .port = -1 };
	struct run *run;

	(void)state;
	seen.nr = 0;
	assert_int_equal(run_new(&config, &run), 0);
	assert_int_equal(run_execute(run, &seen.outcome), 0);
	assert_int_equal(run_records(run, see, NULL), 0);
	run_free(run);
	expect_phase(0, "set-up", 1, 1);
}

static void nothing_is_counted_where_nothing_is_wanted(void **state)
{
	(void)state;
	execute_as(PERFCTR_NONE, WORKLOAD_MEASURE, several);
	assert_int_equal(seen.outcome.verdict, VERDICT_PASS);
	assert_int_equal(seen.nr, 0);
	execute_as(PERFCTR_QUIET, WORKLOAD_CHECK, several);
	assert_int_equal(seen.outcome.verdict, VERDICT_PASS);
	assert_int_equal(seen.nr, 0);
}

/* Where perf is not allowed, software is absent as well, and the workload runs. */
static void software_is_counted_by_perf_or_says_why_not(void **state)
{
	(void)state;
	execute_as(PERFCTR_PERF, WORKLOAD_MEASURE, several);
	assert_int_equal(seen.outcome.verdict, VERDICT_PASS);
	assert_int_equal(seen.nr, 3);
	for (int i = 0; i < PERFCTR_EVENTS; i++)
		assert_int_equal(seen.phase[1].value[i].via, PERFCTR_VIA_PERF);
	if (!seen.phase[1].value[5].error)
		assert_in_range(faults(1), PAGES, PAGES + 150);
}

static void *name_phases(void *run)
{
	run_phase(run, "another thread");
	run_phase(run, "and again");
	return NULL;
}

static int phases_of_others(struct run *run)
{
	pthread_t thread;

	run_phase(run, "the workload's own");
	window(run);
	if (!fork()) {
		name_phases(run);
		window(run);
		_exit(0);
	}
	wait(NULL);
	if (pthread_create(&thread, NULL, name_phases, run) || pthread_join(thread, NULL))
		return -EAGAIN;
	window(run);
	return 0;
}

static void only_the_workload_itself_ends_a_phase(void **state)
{
	(void)state;
	execute(phases_of_others);
	assert_int_equal(seen.nr, 1);
	assert_true(seen.phase[0].windows == 2);
}

static int many_phases(struct run *run)
{
	for (int i = 0; i < MANY; i++) {
		run_phase(run, "phase %d", i);
		window(run);
	}
	return 0;
}

static void further_phases_are_one(void **state)
{
	uint64_t windows = 0;

	(void)state;
	execute(many_phases);
	assert_int_equal(seen.nr, RUN_COUNTERS_PHASES);
	expect_phase(0, "phase 0", 2, 1);
	expect_phase(RUN_COUNTERS_PHASES - 2, "phase 126", 128, 1);
	assert_string_equal(seen.phase[RUN_COUNTERS_PHASES - 1].name, RUN_COUNTERS_FURTHER);
	for (size_t i = 0; i < seen.nr; i++)
		windows += seen.phase[i].windows;
	assert_true(windows == MANY);
}

static int fail_later(struct run *run)
{
	several(run);
	return run_error(run, -EIO, "no luck");
}

static void a_workload_that_fails_has_counters_all_the_same(void **state)
{
	(void)state;
	execute_as(PERFCTR_QUIET, WORKLOAD_MEASURE, fail_later);
	assert_string_equal(seen.outcome.text, "no luck");
	assert_int_equal(seen.nr, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_with_windows_are_recorded),
		cmocka_unit_test(a_phase_of_the_setup_lasts_until_the_first_of_run),
		cmocka_unit_test(nothing_is_counted_where_nothing_is_wanted),
		cmocka_unit_test(software_is_counted_by_perf_or_says_why_not),
		cmocka_unit_test(only_the_workload_itself_ends_a_phase),
		cmocka_unit_test(further_phases_are_one),
		cmocka_unit_test(a_workload_that_fails_has_counters_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
