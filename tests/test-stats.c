// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures from samples, against values worked out by hand.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats.h"
#include "util.h"

static void assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-9 * fmax(1, fabs(expected))))
		fail_msg("%.17g is not %.17g", value, expected);
}

static void each_way_of_combining_gives_its_figure(void **state)
{
	static const uint64_t samples[] = { 9, 1, 7, 3 };
	(void)state;

	assert_near(stats_combine(COMBINE_MEDIAN, samples, 4), 5);
	assert_near(stats_combine(COMBINE_MEAN, samples, 4), 5);
	assert_near(stats_combine(COMBINE_MAX, samples, 4), 9);
	assert_near(stats_combine(COMBINE_SUM, samples, 4), 20);
	/* type 7: place 0.99 * 3 = 2.97 between 7 and 9 */
	assert_near(stats_combine(COMBINE_P99, samples, 4), 7 + 0.97 * 2);
	assert_near(stats_combine(COMBINE_P999, samples, 4), 7 + 0.997 * 2);
	assert_near(stats_combine(COMBINE_P9999, samples, 4), 7 + 0.9997 * 2);
}

static void one_sample_is_its_own_figure(void **state)
{
	static const uint64_t sample = 8388608;
	(void)state;

	for (int combine = 0; combine < COMBINE_NR; combine++)
		assert_near(stats_combine(combine, &sample, 1), 8388608);
}

static void no_samples_give_no_number(void **state)
{
	(void)state;
	for (int combine = 0; combine < COMBINE_NR; combine++)
		assert_true(isnan(stats_combine(combine, NULL, 0)));
	assert_true(isnan(stats_median(NULL, 0)));
	assert_true(isnan(stats_quantile(NULL, 0, 0.5)));
	assert_true(isnan(stats_spread(NULL, 0)));
}

static void an_unknown_way_of_combining_gives_no_number(void **state)
{
	static const uint64_t sample = 1;
	(void)state;

	assert_true(isnan(stats_combine(COMBINE_NR, &sample, 1)));
}

static void large_samples_add_up_without_wrapping(void **state)
{
	static const uint64_t samples[] = { UINT64_MAX, UINT64_MAX, UINT64_MAX };
	(void)state;

	assert_near(stats_combine(COMBINE_SUM, samples, 3), 3 * 18446744073709551615.0);
	assert_near(stats_combine(COMBINE_MEAN, samples, 3), 18446744073709551615.0);
}

/* 2^53 + 1 is no double: added up as doubles the ones would be lost one by one. */
static void sums_do_not_depend_on_the_order(void **state)
{
	static const uint64_t up[] = { UINT64_C(1) << 53, 1, 1 };
	static const uint64_t down[] = { 1, 1, UINT64_C(1) << 53 };
	(void)state;

	assert_true(stats_combine(COMBINE_SUM, up, 3) == stats_combine(COMBINE_SUM, down, 3));
	assert_true(stats_combine(COMBINE_SUM, up, 3) == 9007199254740994.0);
}

static void quantiles_interpolate_between_order_statistics(void **state)
{
	static const double figures[] = { 40, 10, 30, 20, 50 };
	(void)state;

	assert_near(stats_quantile(figures, 5, 0), 10);
	assert_near(stats_quantile(figures, 5, 0.25), 20);
	assert_near(stats_quantile(figures, 5, 0.9), 46);
	assert_near(stats_quantile(figures, 5, 1), 50);
	assert_near(stats_median(figures, 5), 30);
	assert_near(stats_median(figures, 4), 25);
}

static void quantiles_out_of_range_are_the_ends(void **state)
{
	static const double figures[] = { 2, 1 };
	(void)state;

	assert_near(stats_quantile(figures, 2, -1), 1);
	assert_near(stats_quantile(figures, 2, 2), 2);
}

static void figures_are_not_reordered(void **state)
{
	double figures[] = { 3, 1, 2 };
	(void)state;

	stats_median(figures, 3);
	stats_spread(figures, 3);
	assert_true(figures[0] == 3 && figures[1] == 1 && figures[2] == 2);
}

static void spread_is_the_range_over_the_median(void **state)
{
	static const double figures[] = { 98, 100, 103 };
	static const double zeros[] = { 0, 0 };
	(void)state;

	assert_near(stats_spread(figures, 3), 0.05);
	assert_near(stats_spread(figures, 1), 0);
	assert_near(stats_spread(zeros, 1), 0);
	assert_true(isnan(stats_spread(zeros, 2)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_of_combining_gives_its_figure),
		cmocka_unit_test(one_sample_is_its_own_figure),
		cmocka_unit_test(no_samples_give_no_number),
		cmocka_unit_test(an_unknown_way_of_combining_gives_no_number),
		cmocka_unit_test(large_samples_add_up_without_wrapping),
		cmocka_unit_test(sums_do_not_depend_on_the_order),
		cmocka_unit_test(quantiles_interpolate_between_order_statistics),
		cmocka_unit_test(quantiles_out_of_range_are_the_ends),
		cmocka_unit_test(figures_are_not_reordered),
		cmocka_unit_test(spread_is_the_range_over_the_median),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
