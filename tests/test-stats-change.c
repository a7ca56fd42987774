// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes in a series: the Nile, all permutations of short series, and simulated nights
 * with no change, one, two, a drift and outliers.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_permutation.h>
#include <gsl/gsl_randist.h>

#include "simulated.h"
#include "stats.h"
#include "util.h"

#define NIGHTS 60

static const struct stats_change_rules rules = STATS_CHANGE_RULES_DEFAULT;

static struct stats_changes changes_of(const double *series, size_t nr)
{
	struct stats_changes changes;

	assert_int_equal(stats_changes(series, nr, &rules, &changes), 0);
	return changes;
}

/*
 * Annual flow at Aswan, 1871 to 1970, in 10^8 m^3. What the literature finds in it is one
 * drop, from 1899 on (Cobb, The Problem of the Nile, Biometrika 65, 1978).
 */
static const double nile[] = {
	1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960,
	1180, 799, 958, 1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694,
	940, 833, 701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764,
	821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822,
	1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050,
	918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740
};

static void the_nile_drops_once(void **state)
{
	struct stats_changes changes = changes_of(nile, ARRAY_SIZE(nile));
	(void)state;

	assert_int_equal(ARRAY_SIZE(nile), 100);
	assert_false(changes.drifts);
	assert_int_equal(changes.nr, 1);
	assert_int_equal(1871 + changes.change[0].at, 1899);
	assert_true(changes.change[0].before > 1100 && changes.change[0].after < 850);
	/* no permutation of 999 is as clear, and the series itself is one of a thousand */
	assert_true(changes.change[0].p == 0.001);
	stats_changes_free(&changes);
}

/* The clearest difference of rank sums, from the definition. */
static double clearest(const double *series, const size_t *order, size_t nr, size_t shortest,
		       size_t *ret_at)
{
	double best = 0;

	for (size_t at = shortest; at + shortest <= nr; at++) {
		double above = 0, clear;

		for (size_t i = 0; i < at; i++)
			for (size_t j = at; j < nr; j++)
				above += (series[order[i]] > series[order[j]]) -
					 (series[order[i]] < series[order[j]]);
		clear = fabs(above) / sqrt(at * (nr - at));
		if (clear > best + 1e-9) {
			best = clear;
			*ret_at = at;
		}
	}
	return best;
}

/* Of all orders of the series, those that are as clear. */
static double exact_chance(const double *series, size_t nr, size_t shortest, size_t *ret_at)
{
	gsl_permutation *order = gsl_permutation_calloc(nr);
	double seen = clearest(series, order->data, nr, shortest, ret_at);
	double hits = 0, all = 0;
	size_t at;

	do {
		hits += clearest(series, order->data, nr, shortest, &at) >= seen - 1e-9;
		all++;
	} while (gsl_permutation_next(order) == GSL_SUCCESS);
	gsl_permutation_free(order);
	return hits / all;
}

static void chances_are_those_of_all_permutations(void **state)
{
	static const double short_series[][7] = {
		{ 1, 2, 3, 14, 15, 16, 17 }, { 5, 9, 1, 7, 3, 8, 2 }, { 1, 1, 1, 1, 2, 2, 2 },
		{ 9, 8, 8, 3, 4, 9, 1 }, { 100, 4, 3, 4, 1, 2, 2 },
	};
	struct stats_change_rules loose = { .level = 0.999, .shortest = 2, .permutations = 4000 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(short_series); i++) {
		struct stats_changes changes;
		size_t at, found = SIZE_MAX;
		double chance = exact_chance(short_series[i], 7, 2, &at);

		assert_int_equal(stats_changes(short_series[i], 7, &loose, &changes), 0);
		for (size_t j = 0; j < changes.nr; j++)
			if (changes.change[j].at == at)
				found = j;
		if (!changes.drifts && found == SIZE_MAX)
			fail_msg("series %zu: no change at %zu", i, at);
		if (!changes.drifts)
			assert_true(fabs(changes.change[found].p - chance) <
				    4 * sqrt(chance * (1 - chance) / 4000) + 1.0 / 4000);
		stats_changes_free(&changes);
	}
}

/* Exact figures: nothing but the change itself. */
static void figures_that_never_differ_change_when_they_do(void **state)
{
	struct stats_changes changes;
	double series[NIGHTS];
	(void)state;

	for (size_t i = 0; i < NIGHTS; i++)
		series[i] = i < 57 ? 16432 : 16431;
	changes = changes_of(series, NIGHTS);
	assert_int_equal(changes.nr, 1);
	assert_int_equal(changes.change[0].at, 57);
	assert_true(changes.change[0].before == 16432 && changes.change[0].after == 16431);
	stats_changes_free(&changes);
	for (size_t i = 0; i < NIGHTS; i++)
		series[i] = i < 20 ? 1 : i < 40 ? 2 : 1;
	changes = changes_of(series, NIGHTS);
	assert_int_equal(changes.nr, 2);
	assert_int_equal(changes.change[0].at, 20);
	assert_int_equal(changes.change[1].at, 40);
	stats_changes_free(&changes);
	for (size_t i = 0; i < NIGHTS; i++)
		series[i] = 4096;
	changes = changes_of(series, NIGHTS);
	assert_int_equal(changes.nr, 0);
	assert_false(changes.drifts);
	stats_changes_free(&changes);
}

/* Two bad nights in a row at the end are not yet a new level. */
static void outliers_are_no_change(void **state)
{
	struct stats_changes changes;
	double series[NIGHTS];
	(void)state;

	for (size_t i = 0; i < NIGHTS; i++)
		series[i] = 1000 + (i * 37 % 11);
	series[20] = 50000;
	series[41] = 90000;
	series[58] = series[59] = 70000;
	changes = changes_of(series, NIGHTS);
	assert_int_equal(changes.nr, 0);
	stats_changes_free(&changes);
}

static void a_straight_line_drifts(void **state)
{
	struct stats_changes changes;
	double series[NIGHTS];
	(void)state;

	for (size_t i = 0; i < NIGHTS; i++)
		series[i] = 1000 - (double)i;
	changes = changes_of(series, NIGHTS);
	assert_true(changes.drifts);
	assert_int_equal(changes.nr, 0);
	assert_null(changes.change);
	stats_changes_free(&changes);
}

static void short_series_have_no_change(void **state)
{
	static const double five[] = { 1, 2, 3, 14, 15 };
	struct stats_changes changes;
	(void)state;

	for (size_t nr = 0; nr <= 5; nr++) {
		changes = changes_of(five, nr);
		assert_int_equal(changes.nr, 0);
		stats_changes_free(&changes);
	}
}

static void the_same_seed_gives_the_same_answer(void **state)
{
	struct stats_changes first = changes_of(nile, ARRAY_SIZE(nile));
	struct stats_changes second = changes_of(nile, ARRAY_SIZE(nile));
	(void)state;

	assert_true(first.change[0].p == second.change[0].p);
	stats_changes_free(&first);
	stats_changes_free(&second);
}

static void what_is_no_series_is_refused(void **state)
{
	static const double bad[] = { 1, 2, 3, NAN, 5, 6 };
	static const struct stats_change_rules wrong[] = {
		{ .level = 0.01, .shortest = 1, .permutations = 999 },
		{ .level = 0.01, .shortest = 3, .permutations = 98 },
		{ .level = 0, .shortest = 3, .permutations = 999 },
		{ .level = 1, .shortest = 3, .permutations = 999 },
		{ .level = NAN, .shortest = 3, .permutations = 999 },
	};
	struct stats_changes changes = { .nr = 7 };
	(void)state;

	assert_int_equal(stats_changes(bad, 6, &rules, &changes), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(stats_changes(nile, 100, &wrong[i], &changes), -EINVAL);
	assert_int_equal(changes.nr, 7);
}

/**
 * struct nights - a simulated series
 * @shape: how nights differ
 * @step: what the level is multiplied with at each of @at
 * @at: NIGHTS where there is none
 * @drift: growth over the whole series
 */
struct nights {
	enum shape shape;
	double step[2];
	size_t at[2];
	double drift;
};

static void simulate(gsl_rng *rng, const struct nights *nights, double *ret_series)
{
	for (size_t i = 0; i < NIGHTS; i++) {
		double level = 1 + nights->drift * i / NIGHTS;

		for (size_t j = 0; j < 2; j++)
			if (i >= nights->at[j])
				level *= nights->step[j];
		ret_series[i] = level * simulated_figure(rng, nights->shape);
	}
}

/* Each change within two nights of where it is, and no further ones. */
static bool all_found(const struct nights *nights, const struct stats_changes *changes)
{
	size_t expected = (nights->at[0] < NIGHTS) + (nights->at[1] < NIGHTS);

	if (changes->drifts || changes->nr != expected)
		return false;
	for (size_t i = 0; i < expected; i++)
		if (labs((long)changes->change[i].at - (long)nights->at[i]) > 2)
			return false;
	return true;
}

/**
 * struct tally - what was said of so many series
 * @any: changes were told, or a drift
 * @right: just the changes there are
 * @drifts: a drift was told
 */
struct tally {
	size_t any;
	size_t right;
	size_t drifts;
};

static struct tally tally_of(const struct nights *nights, size_t runs)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct tally tally = { 0 };
	double series[NIGHTS];

	gsl_rng_set(rng, 7 + nights->shape);
	for (size_t run = 0; run < runs; run++) {
		struct stats_changes changes;

		simulate(rng, nights, series);
		changes = changes_of(series, NIGHTS);
		tally.any += changes.nr > 0 || changes.drifts;
		tally.right += all_found(nights, &changes);
		tally.drifts += changes.drifts;
		stats_changes_free(&changes);
	}
	gsl_rng_free(rng);
	return tally;
}

static void nights_without_change_seldom_have_one(void **state)
{
	size_t runs = simulated_runs(400, 20000);
	(void)state;

	for (int shape = 0; shape <= SHAPE_ROUNDED; shape++) {
		struct nights nights = { .shape = shape, .at = { NIGHTS, NIGHTS } };
		char *what = str_printf("change where there is none, %s", simulated_name(shape));

		assert_at_most(what, tally_of(&nights, runs).any, runs, rules.level);
		free(what);
	}
}

static void check_found(const char *what, const struct nights *nights, double share)
{
	size_t runs = simulated_runs(60, 2000);

	assert_at_least(what, tally_of(nights, runs).right, runs, share);
}

static void changes_are_found_where_they_are(void **state)
{
	(void)state;
	check_found("one change of 5 %, normal",
		    &(struct nights){ SHAPE_NORMAL, { 1.05 }, { 35, NIGHTS }, 0 }, 0.85);
	check_found("one change of 6 %, the last 6 nights",
		    &(struct nights){ SHAPE_NORMAL, { 1.06 }, { 54, NIGHTS }, 0 }, 0.8);
	check_found("one change of 5 %, with outliers",
		    &(struct nights){ SHAPE_OUTLIERS, { 1.05 }, { 25, NIGHTS }, 0 }, 0.7);
	check_found("one change of 25 %, bimodal",
		    &(struct nights){ SHAPE_BIMODAL, { 0.8 }, { 30, NIGHTS }, 0 }, 0.9);
	check_found("up 5 % and up 5 % again",
		    &(struct nights){ SHAPE_NORMAL, { 1.05, 1.05 }, { 20, 40 }, 0 }, 0.6);
	check_found("up 6 % and down again",
		    &(struct nights){ SHAPE_NORMAL, { 1.06, 1 / 1.06 }, { 15, 40 }, 0 }, 0.8);
}

static void a_drift_is_told_as_one(void **state)
{
	struct nights nights = { .shape = SHAPE_NORMAL, .drift = 0.15, .at = { NIGHTS, NIGHTS } };
	size_t runs = simulated_runs(60, 2000);
	(void)state;

	assert_at_least("drift of 15 % over all nights", tally_of(&nights, runs).drifts, runs, 0.9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nile_drops_once),
		cmocka_unit_test(chances_are_those_of_all_permutations),
		cmocka_unit_test(figures_that_never_differ_change_when_they_do),
		cmocka_unit_test(outliers_are_no_change),
		cmocka_unit_test(a_straight_line_drifts),
		cmocka_unit_test(short_series_have_no_change),
		cmocka_unit_test(the_same_seed_gives_the_same_answer),
		cmocka_unit_test(what_is_no_series_is_refused),
		cmocka_unit_test(nights_without_change_seldom_have_one),
		cmocka_unit_test(changes_are_found_where_they_are),
		cmocka_unit_test(a_drift_is_told_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
