// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Effects and their intervals: against all resamples there are, against resamples drawn
 * at random, and against simulated boots whose true ratio is known.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>

#include "simulated.h"
#include "stats.h"
#include "util.h"

#define FEW 6		/* boots of which all resamples can be looked at: 6^6 */
#define MOST 40

static void assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-12 * fmax(1, fabs(expected))))
		fail_msg("%.17g is not %.17g", value, expected);
}

static struct stats_effect effect_of(const double *old, size_t nr_old, const double *new,
				     size_t nr_new, double confidence)
{
	struct stats_effect effect;

	assert_int_equal(stats_median_effect(old, nr_old, new, nr_new, confidence, &effect), 0);
	return effect;
}

/* Medians of all nr^nr resamples, each as likely as any other. Return: malloc'd. */
static double *all_medians(const double *figure, size_t nr, size_t *ret_nr)
{
	size_t all = lround(pow(nr, nr));
	double *median = mem_grow(NULL, all, sizeof(*median));

	for (size_t i = 0; i < all; i++) {
		double drawn[FEW];
		size_t digits = i;

		for (size_t j = 0; j < nr; j++, digits /= nr)
			drawn[j] = figure[digits % nr];
		median[i] = stats_median(drawn, nr);
	}
	gsl_sort(median, 1, all);
	*ret_nr = all;
	return median;
}

/* Both sides' resamples, of which equal medians are taken together. */
struct resamples {
	double value[FEW * FEW];
	double times[FEW * FEW];
	size_t nr;
	size_t all;
};

static struct resamples all_resamples(const double *figure, size_t nr)
{
	struct resamples resamples = { 0 };
	double *median = all_medians(figure, nr, &resamples.all);

	for (size_t i = 0; i < resamples.all; i++) {
		if (!i || median[i] != median[i - 1])
			resamples.value[resamples.nr++] = median[i];
		resamples.times[resamples.nr - 1]++;
	}
	free(median);
	return resamples;
}

/* The share of all pairs of resamples whose effect is up to @limit, or below it. */
static double share(const struct resamples *old, const struct resamples *new,
		    enum stats_scale scale, double limit, bool below)
{
	double count = 0;

	for (size_t i = 0; i < old->nr; i++) {
		for (size_t j = 0; j < new->nr; j++) {
			double effect = scale == STATS_RATIO ? new->value[j] / old->value[i] :
							       new->value[j] - old->value[i];

			if (below ? effect < limit : effect <= limit)
				count += old->times[i] * new->times[j];
		}
	}
	return count / old->all / new->all;
}

static void check_interval(const double *figure, size_t nr_old, size_t nr_new, double confidence)
{
	struct resamples old = all_resamples(figure, nr_old);
	struct resamples new = all_resamples(figure + nr_old, nr_new);
	struct stats_effect effect = effect_of(figure, nr_old, figure + nr_old, nr_new, confidence);
	double tail = (1 - confidence) / 2;

	/* an end is a quantile: the first effect at which the tail is reached */
	assert_true(share(&old, &new, effect.scale, effect.low, false) >= tail - 1e-12);
	assert_true(share(&old, &new, effect.scale, effect.low, true) < tail + 1e-12);
	assert_true(share(&old, &new, effect.scale, effect.high, false) >= 1 - tail - 1e-12);
	assert_true(share(&old, &new, effect.scale, effect.high, true) < 1 - tail + 1e-12);
}

static void intervals_are_those_of_all_resamples(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	(void)state;

	for (int run = 0; run < 60; run++) {
		size_t nr_old = 4 + run % 3, nr_new = 4 + run / 3 % 3;
		double figure[2 * FEW];

		for (size_t i = 0; i < nr_old + nr_new; i++) {
			figure[i] = 100 + gsl_ran_gaussian(rng, 10);
			if (run % 4 == 1)
				figure[i] = round(figure[i] / 10) * 10;
			if (run % 4 == 2)
				figure[i] -= 100;
		}
		check_interval(figure, nr_old, nr_new, 0.95);
		check_interval(figure, nr_old, nr_new, 0.5);
	}
	gsl_rng_free(rng);
}

static double drawn_median(gsl_rng *rng, double *figure, size_t nr)
{
	double drawn[MOST];

	gsl_ran_sample(rng, drawn, nr, figure, nr, sizeof(*figure));
	return stats_median(drawn, nr);
}

/* An end is a quantile: fewer than the tail lie beyond it, and no fewer with what lies on it. */
static void check_drawn(gsl_rng *rng, double *old, size_t nr_old, double *new, size_t nr_new)
{
	struct stats_effect effect = effect_of(old, nr_old, new, nr_new, 0.9);
	size_t below = 0, on_low = 0, up_to_high = 0, on_high = 0, runs = 10000;

	for (size_t i = 0; i < runs; i++) {
		double ratio = drawn_median(rng, new, nr_new) / drawn_median(rng, old, nr_old);

		below += ratio < effect.low;
		on_low += ratio == effect.low;
		up_to_high += ratio <= effect.high;
		on_high += ratio == effect.high;
	}
	assert_at_most("resamples below the interval", below, runs, 0.05);
	assert_at_least("and at its lower end", below + on_low, runs, 0.05);
	assert_at_least("resamples up to its upper end", up_to_high, runs, 0.95);
	assert_at_most("without the end", up_to_high - on_high, runs, 0.95);
}

static void intervals_are_those_of_resamples_drawn_at_random(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double old[MOST], new[MOST];
	(void)state;

	simulated_boots(rng, SHAPE_SKEWED, 1.1, MOST, old, new);
	check_drawn(rng, old, 21, new, 20);
	check_drawn(rng, old, 40, new, 19);
	gsl_rng_free(rng);
}

static void the_effect_is_the_ratio_of_medians(void **state)
{
	static const double old[] = { 100, 90, 300, 101, 99 }, new[] = { 110, 1, 112, 108 };
	struct stats_effect effect = effect_of(old, 5, new, 4, 0.95);
	(void)state;

	assert_int_equal(effect.scale, STATS_RATIO);
	assert_near(effect.old_median, 100);
	assert_near(effect.new_median, 109);
	assert_near(effect.value, 1.09);
	assert_true(effect.low <= effect.value && effect.value <= effect.high);
}

static void figures_of_zero_and_below_are_subtracted(void **state)
{
	static const double zeros[] = { 0, 0, 0, 0, 0 }, some[] = { 7, 8, 9, 8, 7 };
	static const double negative[] = { -10, -11, -9, -10, -10 };
	struct stats_effect effect;
	(void)state;

	effect = effect_of(zeros, 5, some, 5, 0.95);
	assert_int_equal(effect.scale, STATS_DIFFERENCE);
	assert_near(effect.value, 8);
	assert_near(effect.low, 7);
	assert_near(effect.high, 9);
	effect = effect_of(some, 5, zeros, 5, 0.95);
	assert_near(effect.value, -8);
	effect = effect_of(negative, 5, some, 5, 0.95);
	assert_int_equal(effect.scale, STATS_DIFFERENCE);
	assert_near(effect.value, 18);
	effect = effect_of(zeros, 5, zeros, 5, 0.95);
	assert_true(effect.value == 0 && effect.low == 0 && effect.high == 0);
}

static void figures_that_never_differ_have_no_interval_but_the_ratio(void **state)
{
	static const double old[] = { 300, 300, 300, 300, 300 };
	static const double new[] = { 307, 307, 307, 307, 307 };
	struct stats_effect effect = effect_of(old, 5, new, 5, 0.95);
	(void)state;

	assert_true(effect.value == 307.0 / 300);
	assert_true(effect.low == effect.value && effect.high == effect.value);
}

/* 2 / C(6, 3) is 10 %, 2 / C(8, 4) 2.9 %, 2 / C(10, 5) 0.8 % */
static void too_few_boots_have_no_interval(void **state)
{
	static const double old[] = { 10, 11, 12, 13, 14 }, zeros[] = { 0, 0, 0 };
	struct stats_effect effect;
	(void)state;

	effect = effect_of(old, 3, old, 3, 0.95);
	assert_true(effect.low == 0 && effect.high == INFINITY);
	effect = effect_of(zeros, 3, old, 3, 0.95);
	assert_true(effect.low == -INFINITY && effect.high == INFINITY);
	assert_true(isfinite(effect_of(old, 3, old, 3, 0.9).high));
	assert_true(isfinite(effect_of(old, 4, old, 4, 0.95).high));
	assert_true(isinf(effect_of(old, 4, old, 4, 0.98).high));
	assert_true(isfinite(effect_of(old, 5, old, 5, 0.99).high));
	assert_true(isinf(effect_of(old, 1, old, 1, 0.5).high));
}

static void what_has_no_effect_is_refused(void **state)
{
	static const double good[] = { 1, 2, 3, 4 }, bad[] = { 1, NAN, 3, 4 };
	static double many[STATS_BOOTS_MAX + 1];
	struct stats_effect effect = { .value = 7 };
	(void)state;

	assert_int_equal(stats_median_effect(good, 4, good, 0, 0.95, &effect), -EINVAL);
	assert_int_equal(stats_median_effect(good, 0, good, 4, 0.95, &effect), -EINVAL);
	assert_int_equal(stats_median_effect(bad, 4, good, 4, 0.95, &effect), -EINVAL);
	assert_int_equal(stats_median_effect(good, 4, good, 4, 1, &effect), -EINVAL);
	assert_int_equal(stats_median_effect(good, 4, good, 4, NAN, &effect), -EINVAL);
	assert_int_equal(stats_median_effect(good, 4, many, ARRAY_SIZE(many), 0.9, &effect),
			 -E2BIG);
	assert_true(effect.value == 7);
	assert_int_equal(stats_median_effect(good, 4, many, STATS_BOOTS_MAX, 0.9, &effect), 0);
}

struct coverage {
	size_t covered;
	size_t runs;
	double width;
};

typedef void (*interval_fn)(gsl_rng *rng, double *old, double *new, size_t nr, double confidence,
			    double *ret_low, double *ret_high);

static struct coverage coverage_of(interval_fn interval, enum shape shape, size_t nr,
				   double confidence, size_t runs)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct coverage coverage = { .runs = runs };
	double old[MOST], new[MOST], low, high;

	gsl_rng_set(rng, 1000 * nr + shape);
	for (size_t run = 0; run < runs; run++) {
		simulated_boots(rng, shape, 1.25, nr, old, new);
		interval(rng, old, new, nr, confidence, &low, &high);
		coverage.covered += low <= 1.25 + 1e-9 && 1.25 - 1e-9 <= high;
		coverage.width += (high - low) / runs;
	}
	gsl_rng_free(rng);
	return coverage;
}

static void percentile(gsl_rng *rng, double *old, double *new, size_t nr, double confidence,
		       double *ret_low, double *ret_high)
{
	struct stats_effect effect = effect_of(old, nr, new, nr, confidence);
	(void)rng;

	*ret_low = effect.low;
	*ret_high = effect.high;
}

static const size_t boots[] = { 5, 10, 20 };

static void intervals_cover_what_they_promise(void **state)
{
	size_t runs = simulated_runs(600, 20000);
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(boots); i++) {
		for (int shape = 0; shape <= SHAPE_DRIFTING; shape++) {
			char *what = str_printf("95 %% interval, %zu boots, %s", boots[i],
						simulated_name(shape));
			struct coverage coverage = coverage_of(percentile, shape, boots[i], 0.95,
							       runs);

			assert_at_least(what, coverage.covered, runs, 0.95);
			free(what);
		}
	}
}

/* Nothing is easier than to cover everything. */
static void intervals_are_not_wider_than_they_have_to_be(void **state)
{
	/* the variance of a median is pi / 2 times that of the mean: 2 z sd sqrt(2 pi / 2 n) */
	double ideal = 2 * 1.96 * 0.02 * 1.25 * sqrt(M_PI / 20);
	struct coverage normal = coverage_of(percentile, SHAPE_NORMAL, 20, 0.95, 300);
	(void)state;

	if (normal.width > 1.2 * ideal || normal.width < 0.9 * ideal)
		fail_msg("%g wide on average, should be about %g", normal.width, ideal);
}

/* How the acceleration of BCa is estimated: effects with one boot left out. */
static double acceleration(const double *old, const double *new, size_t nr)
{
	double cubes = 0, squares = 0;

	for (int side = 0; side < 2; side++) {
		double effect[MOST], mean = 0;

		for (size_t i = 0; i < nr; i++) {
			double left[MOST];
			size_t count = 0;

			for (size_t j = 0; j < nr; j++)
				if (j != i)
					left[count++] = side ? new[j] : old[j];
			effect[i] = side ? stats_median(left, count) / stats_median(old, nr) :
					   stats_median(new, nr) / stats_median(left, count);
			mean += effect[i] / nr;
		}
		for (size_t i = 0; i < nr; i++) {
			cubes += gsl_pow_3((mean - effect[i]) * (nr - 1) / nr);
			squares += gsl_pow_2((mean - effect[i]) * (nr - 1) / nr);
		}
	}
	return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

#define RESAMPLES 1000

/* Efron, Better Bootstrap Confidence Intervals, JASA 82, 1987: what was not chosen */
static void bca(gsl_rng *rng, double *old, double *new, size_t nr, double confidence,
		double *ret_low, double *ret_high)
{
	double accelerated = acceleration(old, new, nr);
	double z = gsl_cdf_ugaussian_Qinv((1 - confidence) / 2);
	double ratio = stats_median(new, nr) / stats_median(old, nr);
	double drawn[RESAMPLES], below = 0, shift, q[2];

	for (size_t i = 0; i < RESAMPLES; i++) {
		drawn[i] = drawn_median(rng, new, nr) / drawn_median(rng, old, nr);
		below += drawn[i] < ratio ? 1 : drawn[i] == ratio ? 0.5 : 0;
	}
	shift = gsl_cdf_ugaussian_Pinv((below + 0.5) / (RESAMPLES + 1));
	for (int end = 0; end < 2; end++) {
		double at = shift + (end ? z : -z);

		q[end] = gsl_cdf_ugaussian_P(shift + at / (1 - accelerated * at));
	}
	*ret_low = stats_quantile(drawn, RESAMPLES, q[0]);
	*ret_high = stats_quantile(drawn, RESAMPLES, q[1]);
}

/* Why it was not chosen: here it does not keep its promise. */
static void bca_covers_too_little_where_modes_are_even(void **state)
{
	size_t runs = simulated_runs(400, 5000);
	struct coverage coverage = coverage_of(bca, SHAPE_EVEN, 10, 0.95, runs);
	(void)state;

	assert_at_most("BCa 95 % interval, 10 boots, evenly bimodal", coverage.covered, runs, 0.92);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_are_those_of_all_resamples),
		cmocka_unit_test(intervals_are_those_of_resamples_drawn_at_random),
		cmocka_unit_test(the_effect_is_the_ratio_of_medians),
		cmocka_unit_test(figures_of_zero_and_below_are_subtracted),
		cmocka_unit_test(figures_that_never_differ_have_no_interval_but_the_ratio),
		cmocka_unit_test(too_few_boots_have_no_interval),
		cmocka_unit_test(what_has_no_effect_is_refused),
		cmocka_unit_test(intervals_cover_what_they_promise),
		cmocka_unit_test(intervals_are_not_wider_than_they_have_to_be),
		cmocka_unit_test(bca_covers_too_little_where_modes_are_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
