// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of events and the arithmetic of readings: what was counted part of the time,
 * never, or beyond what can be told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "perfctr.h"

static void events_have_names_of_their_own(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++) {
		assert_non_null(perfctr_event[i].name);
		assert_non_null(perfctr_event[i].help);
		assert_non_null(perfctr_event[i].unit);
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(perfctr_event[i].name, perfctr_event[k].name);
	}
}

static void modes_are_parsed_as_they_are_spelt(void **state)
{
	enum perfctr_mode mode = PERFCTR_NONE;

	(void)state;
	for (int i = 0; i < PERFCTR_MODES; i++) {
		assert_int_equal(perfctr_mode_parse(perfctr_mode_name((enum perfctr_mode)i), &mode),
				 0);
		assert_int_equal(mode, i);
	}
	mode = PERFCTR_PERF;
	assert_int_equal(perfctr_mode_parse("loud", &mode), -EINVAL);
	assert_int_equal(mode, PERFCTR_PERF);
	assert_string_equal(perfctr_mode_name(PERFCTR_MODES), "invalid");
}

static void expect(uint64_t got, uint64_t want)
{
	assert_true(got == want);
}

static void figures_are_scaled_by_the_time_they_were_counted(void **state)
{
	(void)state;
	expect(perfctr_scale(1000, 4000, 1000), 4000);
	expect(perfctr_scale(1000, 3000, 2000), 1500);
	expect(perfctr_scale(7, 10, 3), 23);
	expect(perfctr_scale(0, 10, 3), 0);
	expect(perfctr_scale(5, 9, 9), 5);
	/* 2^53 + 1, which a double does not have. */
	expect(perfctr_scale(UINT64_C(9007199254740993), 2, 2), UINT64_C(9007199254740993));
	expect(perfctr_scale(UINT64_C(4503599627370497), 2, 1), UINT64_C(9007199254740994));
}

static void what_cannot_be_told_is_the_largest_figure(void **state)
{
	(void)state;
	expect(perfctr_scale(INT64_MAX, 1, 1), PERFCTR_MAX);
	expect(perfctr_scale(INT64_MAX, 2, 1), PERFCTR_MAX);
	expect(perfctr_scale(UINT64_MAX, UINT64_MAX, 1), PERFCTR_MAX);
	expect(perfctr_scale(UINT64_MAX, UINT64_MAX, UINT64_MAX), PERFCTR_MAX);
	expect(perfctr_scale((uint64_t)INT64_MAX / 2, 2, 1), INT64_MAX - 1);
}

static struct perfctr_value delta(struct perfctr_reading from, struct perfctr_reading to)
{
	struct perfctr_value value = { .via = PERFCTR_VIA_PERF };

	perfctr_add(&value, &from, &to);
	return value;
}

#define READING(count, ena, run) \
	((struct perfctr_reading){ .raw = (count), .enabled = (ena), .running = (run) })

static void a_counter_that_always_ran_is_taken_as_it_is(void **state)
{
	struct perfctr_value value = delta(READING(100, 50, 40), READING(350, 150, 140));

	(void)state;
	assert_int_equal(value.error, 0);
	expect(value.value, 250);
	expect(value.raw, 250);
	expect(value.enabled, 100);
	expect(value.running, 100);
	assert_false(perfctr_multiplexed(&value));
}

static void a_counter_that_was_shared_is_scaled_and_keeps_what_it_read(void **state)
{
	struct perfctr_value value = delta(READING(100, 50, 50), READING(350, 150, 75));

	(void)state;
	assert_int_equal(value.error, 0);
	expect(value.value, 1000);
	expect(value.raw, 250);
	expect(value.enabled, 100);
	expect(value.running, 25);
	assert_true(perfctr_multiplexed(&value));
}

static void expect_absent(const struct perfctr_value *value, int error)
{
	assert_int_equal(value->error, error);
	expect(value->value | value->raw | value->enabled | value->running, 0);
}

static void a_counter_that_never_ran_is_not_zero(void **state)
{
	struct perfctr_value value = delta(READING(5, 50, 50), READING(5, 150, 50));

	(void)state;
	expect_absent(&value, PERFCTR_NEVER_RAN);
}

static void an_account_has_no_times_and_always_runs(void **state)
{
	struct perfctr_value value = delta(READING(5, 0, 0), READING(12, 0, 0));

	(void)state;
	assert_int_equal(value.error, 0);
	expect(value.value, 7);
	assert_false(perfctr_multiplexed(&value));
}

static void readings_that_go_backwards_are_no_figure(void **state)
{
	struct perfctr_value value = delta(READING(9, 1, 1), READING(8, 2, 2));

	(void)state;
	expect_absent(&value, ERANGE);
	value = delta(READING(1, 9, 1), READING(2, 8, 2));
	expect_absent(&value, ERANGE);
	value = delta(READING(1, 1, 9), READING(2, 2, 8));
	expect_absent(&value, ERANGE);
}

static void several_cpus_are_scaled_each_by_itself(void **state)
{
	struct perfctr_value value = { .via = PERFCTR_VIA_PERF };

	(void)state;
	perfctr_add(&value, &READING(0, 0, 0), &READING(100, 10, 10));
	perfctr_add(&value, &READING(0, 0, 0), &READING(100, 10, 5));
	assert_int_equal(value.error, 0);
	expect(value.value, 300);
	expect(value.raw, 200);
	expect(value.enabled, 20);
	expect(value.running, 15);
	assert_true(perfctr_multiplexed(&value));
	perfctr_add(&value, &READING(0, 0, 0), &READING(UINT64_MAX, 10, 10));
	expect(value.value, PERFCTR_MAX);
	expect(value.raw, PERFCTR_MAX);
}

static void one_cpu_that_was_not_counted_spoils_the_sum(void **state)
{
	struct perfctr_value value = { .via = PERFCTR_VIA_PERF };

	(void)state;
	perfctr_add(&value, &READING(0, 0, 0), &READING(100, 10, 10));
	perfctr_add(&value, &READING(0, 0, 0), &READING(0, 10, 0));
	expect_absent(&value, PERFCTR_NEVER_RAN);
	perfctr_add(&value, &READING(0, 0, 0), &READING(100, 10, 10));
	expect_absent(&value, PERFCTR_NEVER_RAN);
}

static void a_thread_that_never_ran_counted_nothing(void **state)
{
	struct perfctr_value value = delta(READING(0, 0, 0), READING(0, 0, 0));

	(void)state;
	assert_int_equal(value.error, 0);
	expect(value.value, 0);
}

static void reasons_say_what_they_mean_here(void **state)
{
	char why[PERFCTR_WHY];

	(void)state;
	assert_string_equal(perfctr_why(ENOENT, why), "ENOENT (there is no PMU that counts it)");
	assert_non_null(strstr(perfctr_why(EACCES, why), "perf_event_paranoid"));
	assert_non_null(strstr(perfctr_why(PERFCTR_NO_LIBPERF, why), "built without libperf"));
	assert_string_equal(perfctr_why(EMFILE, why), "EMFILE (Too many open files)");
	assert_string_equal(perfctr_why(4000, why), "no errno (unknown)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_have_names_of_their_own),
		cmocka_unit_test(modes_are_parsed_as_they_are_spelt),
		cmocka_unit_test(figures_are_scaled_by_the_time_they_were_counted),
		cmocka_unit_test(what_cannot_be_told_is_the_largest_figure),
		cmocka_unit_test(a_counter_that_always_ran_is_taken_as_it_is),
		cmocka_unit_test(a_counter_that_was_shared_is_scaled_and_keeps_what_it_read),
		cmocka_unit_test(a_counter_that_never_ran_is_not_zero),
		cmocka_unit_test(an_account_has_no_times_and_always_runs),
		cmocka_unit_test(readings_that_go_backwards_are_no_figure),
		cmocka_unit_test(several_cpus_are_scaled_each_by_itself),
		cmocka_unit_test(one_cpu_that_was_not_counted_spoils_the_sum),
		cmocka_unit_test(a_thread_that_never_ran_counted_nothing),
		cmocka_unit_test(reasons_say_what_they_mean_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
