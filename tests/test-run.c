/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of running a workload: whatever it does to itself, what it recorded stays
 * and the verdict says what happened.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "run-private.h"

/** struct seen - what came out of a run */
struct seen {
	struct run_outcome outcome;
	unsigned int nr_records;
	unsigned int nr_alive;
	char phase[RUN_PHASE_MAX];
	struct msg last;
	uint64_t nr_samples;
	int records_error;
};

static int group_setup(void **state)
{
	*state = calloc(1, sizeof(struct seen));
	return *state ? 0 : -1;
}

static int group_teardown(void **state)
{
	free(*state);
	return 0;
}

static int see(void *ctx, uint16_t type, const uint8_t *payload, uint32_t len)
{
	struct frame frame = { .type = type, .payload = payload, .len = len };
	struct seen *seen = ctx;

	if (msg_decode(&frame, &seen->last))
		return -EPROTO;
	seen->nr_records++;
	seen->nr_samples += seen->last.nr_samples;
	return 0;
}

static void see_alive(void *ctx, const char *phase)
{
	struct seen *seen = ctx;

	seen->nr_alive++;
	strcpy(seen->phase, phase);
}

static void execute_job(struct seen *seen, const struct workload *workload, const struct job *job)
{
	const struct run_config config = {
		.workload = workload, .job = job, .port = -1, .alive_ms = 100,
		.alive = see_alive, .ctx = seen,
	};
	struct run *run;

	memset(seen, 0, sizeof(*seen));
	assert_int_equal(run_new(&config, &run), 0);
	assert_int_equal(run_execute(run, &seen->outcome), 0);
	seen->records_error = run_records(run, see, seen);
	run_free(run);
}

static void execute(struct seen *seen, const struct workload *workload)
{
	const struct job job = { .seed = 42 };

	execute_job(seen, workload, &job);
}

static void expect(const struct seen *seen, enum verdict verdict, const char *text)
{
	assert_string_equal(seen->outcome.text, text);
	assert_int_equal(seen->outcome.verdict, verdict);
}

static int nothing(struct run *run)
{
	(void)run;
	return 0;
}

static int samples(struct run *run)
{
	uint64_t values[3] = { 1, 2, run_seed(run) };

	run_samples(run, "latency", "content=text", values, 3);
	return 0;
}

static int pass_check(struct run *run)
{
	run_check(run, "done", "x=1", VERDICT_PASS, "saw %d", 1);
	return 0;
}

static int fail_check(struct run *run)
{
	run_check(run, "done", "x=2", VERDICT_FAIL, "page %d differs", 7);
	return 0;
}

static int segfault(struct run *run)
{
	run_phase(run, "storing %d", 3);
	raise(SIGSEGV);
	return 0;
}

static const char *const done_check[] = { "done", NULL };

static void samples_and_checks_arrive(void **state)
{
	const struct workload workload = { .name = "t", .deadline_s = 10, .checks = done_check,
					   .setup = samples, .run = pass_check };
	struct seen *seen = *state;

	execute(seen, &workload);
	expect(seen, VERDICT_PASS, "finished, 1 of its checks passed");
	assert_int_equal(seen->records_error, 0);
	assert_int_equal(seen->nr_records, 2);
	assert_int_equal(seen->nr_samples, 3);
	assert_string_equal(seen->last.text, "saw 1");
}

static void samples_survive_a_crash(void **state)
{
	const struct workload workload = { .name = "t", .deadline_s = 10, .checks = done_check,
					   .setup = samples, .run = segfault };
	struct seen *seen = *state;

	execute(seen, &workload);
	expect(seen, VERDICT_BROKEN,
	       "workload ended by signal 11 (Segmentation fault), phase 'storing 3'");
	assert_int_equal(seen->nr_samples, 3);
	assert_true(seen->last.samples[2] == 42);
}

static void failed_check_outweighs_a_crash(void **state)
{
	const struct workload workload = { .name = "t", .deadline_s = 10,
					   .setup = fail_check, .run = segfault };

	execute(*state, &workload);
	expect(*state, VERDICT_FAIL, "check done x=2: page 7 differs");
}

static void check_that_is_declared_and_not_reported_fails(void **state)
{
	static const char *const checks[] = { "other", "done", NULL };
	const struct workload workload = { .name = "t", .deadline_s = 10, .checks = checks,
					   .run = pass_check };

	execute(*state, &workload);
	expect(*state, VERDICT_FAIL, "declared check 'other' was not reported");
}

static int sleep_forever(struct run *run)
{
	run_phase(run, "sleeping");
	if (!fork()) {
		run_phase(run, "sleeping in two processes");
		alarm(20);	/* should the kill fail that is tested here */
	}
	for (;;)
		pause();
	return 0;
}

static void deadline_ends_the_whole_process_group(void **state)
{
	const struct workload workload = { .name = "t", .deadline_s = 100,
					   .setup = samples, .run = sleep_forever };
	const struct job job = { .deadline_s = 1 };
	struct seen *seen = *state;
	struct pollfd pfd = { .events = POLLIN };
	int pipes[2];

	/* The other end hangs up only when no process of the group is left. */
	assert_int_equal(pipe(pipes), 0);
	execute_job(seen, &workload, &job);
	close(pipes[1]);
	pfd.fd = pipes[0];
	assert_int_equal(poll(&pfd, 1, 5000), 1);
	assert_true(pfd.revents & POLLHUP);
	close(pipes[0]);
	expect(seen, VERDICT_FAIL,
	       "still at work after 1 s of guest time, phase 'sleeping in two processes'");
	assert_int_equal(seen->nr_samples, 3);
	assert_in_range(seen->nr_alive, 1, 10);
	assert_string_equal(seen->phase, "sleeping in two processes");
}

static int exit_early(struct run *run)
{
	(void)run;
	_exit(3);
}

static void exit_of_the_process_is_broken(void **state)
{
	const struct workload workload = { .name = "t", .deadline_s = 10, .run = exit_early };

	execute(*state, &workload);
	expect(*state, VERDICT_BROKEN, "workload ended its process with exit code 3, phase ''");
}

static int say_error(struct run *run)
{
	return run_error(run, -EIO, "/dev/x: read: %s", "no luck");
}

static int plain_error(struct run *run)
{
	(void)run;
	return -ENOSPC;
}

static int say_unsupported(struct run *run)
{
	return run_unsupported(run, "no %s here", "NVDIMM");
}

static void errors_and_missing_needs_are_told_apart(void **state)
{
	struct workload workload = { .name = "t", .deadline_s = 10, .checks = done_check };

	workload.setup = say_error;
	execute(*state, &workload);
	expect(*state, VERDICT_BROKEN, "/dev/x: read: no luck");
	workload.setup = plain_error;
	execute(*state, &workload);
	expect(*state, VERDICT_BROKEN, "setup() of workload 't' failed: No space left on device");
	workload.setup = say_unsupported;
	execute(*state, &workload);
	expect(*state, VERDICT_UNSUPPORTED, "no NVDIMM here");
	workload.setup = fail_check;
	workload.run = say_unsupported;
	execute(*state, &workload);
	expect(*state, VERDICT_FAIL, "check done x=2: page 7 differs");
}

static void note_cleanup(struct run *run)
{
	run_value(run, "cleaned", "", 1);
}

static void cleanup_is_called_after_a_failure(void **state)
{
	const struct workload workload = { .name = "t", .deadline_s = 10, .setup = say_error,
					   .run = segfault, .cleanup = note_cleanup };
	struct seen *seen = *state;

	execute(seen, &workload);
	expect(seen, VERDICT_BROKEN, "/dev/x: read: no luck");
	assert_string_equal(seen->last.name, "cleaned");
}

static const char *const colours[] = { "red", "blue", NULL };

static const struct workload_param params[] = {
	{ .name = "pages", .def = "64", .min = 8, .max = 128 },
	{ .name = "colour", .def = "red", .choices = colours },
	{ .name = NULL }
};

static int record_params(struct run *run)
{
	run_value(run, run_param(run, "colour"), "", run_param_u64(run, "pages"));
	return 0;
}

static int ask_for_another(struct run *run)
{
	run_param(run, "size");
	return 0;
}

static void run_with_param(struct seen *seen, int (*function)(struct run *run), const char *name,
			   const char *value)
{
	const struct workload workload = { .name = "t", .deadline_s = 10, .params = params,
					   .run = function };
	struct job job = { .nr_params = name ? 1 : 0 };

	if (name) {
		strcpy(job.params[0].name, name);
		strcpy(job.params[0].value, value);
	}
	execute_job(seen, &workload, &job);
}

static void parameters_are_defaulted_and_checked(void **state)
{
	struct seen *seen = *state;

	run_with_param(seen, record_params, NULL, NULL);
	assert_string_equal(seen->last.name, "red");
	assert_true(seen->last.samples[0] == 64);
	run_with_param(seen, record_params, "pages", "128");
	assert_true(seen->last.samples[0] == 128);
	run_with_param(seen, record_params, "pages", "129");
	expect(seen, VERDICT_BROKEN, "parameter 'pages': '129' is not a number from 8 to 128");
	run_with_param(seen, record_params, "pages", "1e2");
	expect(seen, VERDICT_BROKEN, "parameter 'pages': '1e2' is not a number from 8 to 128");
	run_with_param(seen, record_params, "colour", "green");
	expect(seen, VERDICT_BROKEN, "parameter 'colour': 'green' is none of its choices");
	run_with_param(seen, record_params, "size", "1");
	expect(seen, VERDICT_BROKEN, "workload 't' has no parameter 'size'");
	run_with_param(seen, ask_for_another, NULL, NULL);
	expect(seen, VERDICT_BROKEN,
	       "bug: workload 't' asks for parameter 'size' and does not declare it");
}

#define MANY (3 * MSG_SAMPLES_MAX + 5)

static int many_samples(struct run *run)
{
	uint64_t *values = malloc(MANY * sizeof(*values));
	size_t i;

	for (i = 0; i < MANY; i++)
		values[i] = i;
	run_samples(run, "many", "", values, MANY);
	free(values);
	return 0;
}

static int endless_samples(struct run *run)
{
	int i;

	for (i = 0; i < 40; i++)
		many_samples(run);
	return 0;
}

static void long_series_are_split_and_too_much_is_said(void **state)
{
	struct workload workload = { .name = "t", .deadline_s = 20, .run = many_samples };
	struct seen *seen = *state;

	execute(seen, &workload);
	assert_int_equal(seen->outcome.verdict, VERDICT_PASS);
	assert_int_equal(seen->nr_records, 4);
	assert_int_equal(seen->nr_samples, MANY);
	assert_true(seen->last.samples[4] == MANY - 1);
	workload.run = endless_samples;
	execute(seen, &workload);
	expect(seen, VERDICT_BROKEN, "more records than the 32 MiB kept for them");
	assert_int_equal(seen->records_error, 0);
}

static int bad_name(struct run *run)
{
	run_value(run, "store latency", "", 1);
	return 0;
}

static int bad_verdict(struct run *run)
{
	run_check(run, "done", "", (enum verdict)77, "?");
	return 0;
}

static void records_the_host_would_refuse_are_bugs(void **state)
{
	struct workload workload = { .name = "t", .deadline_s = 10, .run = bad_name };
	struct seen *seen = *state;

	execute(seen, &workload);
	expect(seen, VERDICT_BROKEN, "bug: record 'store latency' with labels '': "
	       "only letters, digits and ._=,+-");
	assert_int_equal(seen->nr_records, 0);
	workload.run = bad_verdict;
	execute(seen, &workload);
	expect(seen, VERDICT_BROKEN, "bug: check 'done' reports 77, which is no verdict");
}

static int scribble_length(struct run *run)
{
	samples(run);
	samples(run);
	run->arena->data[4 + 1] = 0x7f;		/* length of the first record */
	return 0;
}

static int scribble_payload(struct run *run)
{
	samples(run);
	samples(run);
	memset(run->arena->data + run->arena->used / 2 + RUN_RECORD_HEADER, 0xff, 16);
	return 0;
}

static int scribble_used(struct run *run)
{
	run->arena->used = UINT64_MAX - 3;
	return 0;
}

static int scribble_all(struct run *run)
{
	memset(run->arena, 0xff, 65536);
	segfault(run);
	return 0;
}

static void damaged_records_are_broken_and_survived(void **state)
{
	struct workload workload = { .name = "t", .deadline_s = 10, .run = scribble_length };
	struct seen *seen = *state;

	execute(seen, &workload);
	expect(seen, VERDICT_BROKEN, "records of the workload are damaged");
	assert_int_equal(seen->records_error, -EBADMSG);
	assert_int_equal(seen->nr_records, 0);
	workload.run = scribble_payload;
	execute(seen, &workload);
	expect(seen, VERDICT_BROKEN, "records of the workload are damaged");
	assert_int_equal(seen->nr_records, 1);
	workload.run = scribble_used;
	execute(seen, &workload);
	expect(seen, VERDICT_BROKEN, "records of the workload are damaged");
	assert_int_equal(seen->records_error, -EBADMSG);
	workload.run = scribble_all;
	execute(seen, &workload);
	assert_int_equal(seen->outcome.verdict, VERDICT_BROKEN);
}

static int tell_time(struct run *run)
{
	uint64_t start = run_now(run), now = start;

	while (now - start < 2000000)
		now = run_now(run);
	run_value(run, "elapsed", "", now - start);
	return 0;
}

static void clock_runs_in_nanoseconds_and_forward(void **state)
{
	const struct workload workload = { .name = "t", .deadline_s = 10, .run = tell_time };
	struct seen *seen = *state;
	struct timespec before, after;
	uint64_t outside;

	clock_gettime(CLOCK_MONOTONIC, &before);
	execute(seen, &workload);
	clock_gettime(CLOCK_MONOTONIC, &after);
	outside = (uint64_t)((after.tv_sec - before.tv_sec) * 1000000000 +
			     after.tv_nsec - before.tv_nsec);
	assert_true(seen->last.samples[0] >= 2000000);
	assert_true(seen->last.samples[0] <= outside);
}

/* As a workload does that leaves out one of three and sorts the rest. */
static int times(struct run *run)
{
	uint64_t first, second, sorted[2];

	run_begin(run);
	first = run_end_as(run, 100);
	run_begin(run);
	run_end_as(run, 200);
	run_slot(3);
	run_begin(run);
	second = run_end_as(run, 300);
	sorted[0] = second;
	sorted[1] = first;
	if (run_time_taken(run, first) != 100)
		return -EINVAL;
	run_times(run, "latency", "op=x", sorted, 2);
	return 0;
}

static int shared_time(struct run *run)
{
	run_begin(run);
	run_time_each(run, "latency", "", run_end_as(run, 700), 7);
	return 0;
}

static void times_know_their_windows_where_instructions_are_counted(void **state)
{
	struct workload workload = { .name = "t", .deadline_s = 5, .run = times };
	const struct job exact = { .exact = true }, other = { .exact = false };
	struct seen *seen = *state;

	execute_job(seen, &workload, &exact);
	assert_int_equal(seen->nr_records, 2);
	assert_int_equal(seen->last.type, MSG_WINDOWS);
	assert_string_equal(seen->last.labels, "op=x");
	assert_true(seen->last.number[0] == 1);
	assert_true(seen->last.samples[0] == MSG_WINDOW(3, 1));
	assert_true(seen->last.samples[1] == MSG_WINDOW(0, 1));
	execute_job(seen, &workload, &other);
	assert_int_equal(seen->nr_records, 1);
	assert_true(seen->last.samples[0] == 300 && seen->last.samples[1] == 100);
	workload.run = shared_time;
	execute_job(seen, &workload, &other);
	assert_true(seen->last.samples[0] == 100);
	execute_job(seen, &workload, &exact);
	assert_true(seen->last.number[0] == 7 && seen->last.samples[0] == MSG_WINDOW(0, 1));
}

static int endless_time(struct run *run)
{
	run_begin(run);
	run_time(run, "latency", "", run_end_as(run, UINT64_C(1) << 40));
	return 0;
}

static void a_time_that_would_be_taken_for_a_window_is_a_bug(void **state)
{
	const struct workload workload = { .name = "t", .deadline_s = 5, .run = endless_time };
	const struct job exact = { .exact = true };
	struct seen *seen = *state;

	execute_job(seen, &workload, &exact);
	expect(seen, VERDICT_BROKEN, "bug: an operation of 1099511627776 instructions, window 1");
}

static void workload_without_functions_of_its_own_passes(void **state)
{
	const struct workload workload = { .name = "t", .deadline_s = 10, .run = nothing };

	execute(*state, &workload);
	expect(*state, VERDICT_PASS, "finished, 0 of its checks passed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_and_checks_arrive),
		cmocka_unit_test(samples_survive_a_crash),
		cmocka_unit_test(failed_check_outweighs_a_crash),
		cmocka_unit_test(check_that_is_declared_and_not_reported_fails),
		cmocka_unit_test(deadline_ends_the_whole_process_group),
		cmocka_unit_test(exit_of_the_process_is_broken),
		cmocka_unit_test(errors_and_missing_needs_are_told_apart),
		cmocka_unit_test(cleanup_is_called_after_a_failure),
		cmocka_unit_test(parameters_are_defaulted_and_checked),
		cmocka_unit_test(long_series_are_split_and_too_much_is_said),
		cmocka_unit_test(records_the_host_would_refuse_are_bugs),
		cmocka_unit_test(damaged_records_are_broken_and_survived),
		cmocka_unit_test(clock_runs_in_nanoseconds_and_forward),
		cmocka_unit_test(times_know_their_windows_where_instructions_are_counted),
		cmocka_unit_test(a_time_that_would_be_taken_for_a_window_is_a_bug),
		cmocka_unit_test(workload_without_functions_of_its_own_passes),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
