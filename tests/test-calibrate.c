// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What A/A comparisons tell of a host, against verdicts on simulated boots of the host
 * that they are from.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "calibrate.h"
#include "simulated.h"
#include "util.h"

#define ROUNDS 12
#define BOOTS 10

static const struct judge_comparison latency = {
	.unit = UNIT_CLOCK, .combine = COMBINE_MEDIAN, .direction = DIR_LOWER,
};

static struct calibrate_rules rules_for(size_t boots, size_t counted)
{
	return (struct calibrate_rules){
		.judge = { .alpha = 0.05, .look = 1, .looks = 1 }, .boots = boots,
		.counted = counted, .power = 0.8, .draws = 400, .seed = 1,
	};
}

/** struct host - A/A comparisons of one metric */
struct host {
	struct calibrate_round round[ROUNDS];
	double old[ROUNDS][BOOTS];
	double new[ROUNDS][BOOTS];
};

/* Each round @growth times the one before it. */
static void host_make(struct host *host, enum shape shape, double growth)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double level = 1;

	for (size_t i = 0; i < ROUNDS; i++, level *= growth) {
		simulated_boots(rng, shape, 1, BOOTS, host->old[i], host->new[i]);
		for (size_t j = 0; j < BOOTS; j++) {
			host->old[i][j] *= level;
			host->new[i][j] *= level;
		}
		host->round[i] = (struct calibrate_round){
			.old = host->old[i], .nr_old = BOOTS,
			.new = host->new[i], .nr_new = BOOTS,
		};
	}
	gsl_rng_free(rng);
}

/* All figures times @scale, and @more. */
static void host_move(struct host *host, double scale, double more)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		for (size_t j = 0; j < BOOTS; j++) {
			host->old[i][j] = host->old[i][j] * scale + more;
			host->new[i][j] = host->new[i][j] * scale + more;
		}
	}
}

static struct calibration calibration_of(const struct host *host, size_t boots, size_t counted)
{
	struct calibrate_rules rules = rules_for(boots, counted);
	struct calibration calibration;

	assert_int_equal(calibrate(&latency, host->round, ROUNDS, &rules, &calibration), 0);
	return calibration;
}

/* binom.test(1, 12) of R 4.2.2 is 0.0021 to 0.3848 */
static void alarms_are_counted(void **state)
{
	struct host host;
	struct calibration calibration;
	(void)state;

	host_make(&host, SHAPE_NORMAL, 1);
	for (size_t i = 0; i < BOOTS; i++)
		host.new[5][i] *= 1.2;
	calibration = calibration_of(&host, BOOTS, 1);
	assert_int_equal(calibration.rounds, 12);
	assert_int_equal(calibration.alarms, 1);
	assert_true(fabs(calibration.rate - 1 / 12.0) < 1e-12);
	assert_true(fabs(calibration.rate_low - 0.0021) < 5e-5);
	assert_true(fabs(calibration.rate_high - 0.3848) < 5e-5);
	/* 1.1e-5 is no alarm among 5000 comparisons */
	assert_int_equal(calibration_of(&host, BOOTS, 5000).alarms, 0);
}

/* A host whose boots are really slower by what is said to be detectable. */
static void check_detectable(enum shape shape, size_t boots)
{
	size_t runs = simulated_runs(200, 4000), found = 0;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct judge_rules rules = { .alpha = 0.05, .look = 1, .looks = 1 };
	double old[BOOTS], new[BOOTS];
	struct host host;
	double growth;
	char *what;

	host_make(&host, shape, 1);
	growth = calibration_of(&host, boots, 1).detectable;
	gsl_rng_set(rng, 99);
	for (size_t run = 0; run < runs; run++) {
		struct judge_comparison comparison = latency;

		simulated_boots(rng, shape, 1 + growth, boots, old, new);
		comparison.old = old;
		comparison.new = new;
		comparison.nr_old = comparison.nr_new = boots;
		judge(&comparison, 1, &rules);
		found += comparison.result.verdict == JUDGE_REGRESSION;
	}
	what = str_printf("%.1f %% of growth is found, %zu boots, %s", 100 * growth, boots,
			  simulated_name(shape));
	/* the 240 boots it was learned from are not quite the host */
	assert_at_least(what, found, runs, 0.7);
	assert_at_most(what, found, runs, 0.9);
	free(what);
	gsl_rng_free(rng);
}

static void what_is_said_to_be_detectable_is_found(void **state)
{
	(void)state;
	check_detectable(SHAPE_NORMAL, 10);
	check_detectable(SHAPE_NORMAL, 5);
	check_detectable(SHAPE_SKEWED, 10);
	check_detectable(SHAPE_BIMODAL, 10);
	check_detectable(SHAPE_OUTLIERS, 10);
}

static void more_comparisons_hide_more(void **state)
{
	struct host host;
	(void)state;

	host_make(&host, SHAPE_NORMAL, 1);
	assert_true(calibration_of(&host, 10, 1000).detectable >
		    calibration_of(&host, 10, 1).detectable);
	assert_true(calibration_of(&host, 20, 1).detectable <
		    calibration_of(&host, 10, 1).detectable);
	/* 2 / C(10, 5) is 0.8 %: five boots show nothing among ten comparisons */
	assert_true(isfinite(calibration_of(&host, 5, 6).detectable));
	assert_true(isinf(calibration_of(&host, 5, 7).detectable));
	assert_true(isinf(calibration_of(&host, 3, 1).detectable));
}

static void a_host_that_changes_from_night_to_night_sees_as_well(void **state)
{
	struct host still, moving;
	double here, there;
	(void)state;

	host_make(&still, SHAPE_NORMAL, 1);
	host_make(&moving, SHAPE_NORMAL, 1.3);
	here = calibration_of(&still, BOOTS, 1).detectable;
	there = calibration_of(&moving, BOOTS, 1).detectable;
	assert_true(fabs(here - there) < 1e-9);
}

static void figures_that_never_differ_show_anything_beyond_the_floor(void **state)
{
	struct calibration calibration;
	struct host host;
	(void)state;

	host_make(&host, SHAPE_NORMAL, 1);
	host_move(&host, 0, 4096);
	calibration = calibration_of(&host, BOOTS, 1);
	assert_int_equal(calibration.alarms, 0);
	assert_int_equal(calibration.scale, STATS_RATIO);
	assert_true(calibration.floor == 0.02);
	assert_true(fabs(calibration.detectable - 0.02) < 1e-12);
}

static void exact_figures_show_anything_beyond_the_floor(void **state)
{
	static const double figure = 12345;
	static const struct calibrate_round round = { &figure, 1, &figure, 1 };
	struct calibrate_rules rules = rules_for(BOOTS, 1);
	struct judge_comparison exact = latency;
	struct calibration calibration;
	(void)state;

	exact.exact = true;
	assert_int_equal(calibrate(&exact, &round, 1, &rules, &calibration), 0);
	assert_int_equal(calibration.alarms, 0);
	assert_true(calibration.detectable == 0.001);
}

/* Differences: a floor of 2 % of 1000 less what is taken off everywhere is another one. */
static void figures_around_zero_are_differences(void **state)
{
	struct calibrate_rules rules = rules_for(BOOTS, 1);
	struct calibration here, there;
	struct judge_comparison like = latency;
	struct host host;
	(void)state;

	like.floor.absolute = 20;
	host_make(&host, SHAPE_NORMAL, 1);
	host_move(&host, 1, -1000);
	assert_int_equal(calibrate(&like, host.round, ROUNDS, &rules, &here), 0);
	assert_int_equal(here.scale, STATS_DIFFERENCE);
	assert_true(here.floor == 20);
	host_move(&host, 1, -5000);
	assert_int_equal(calibrate(&like, host.round, ROUNDS, &rules, &there), 0);
	assert_true(fabs(here.detectable - there.detectable) < 1e-6);
	/* about what a ratio of figures around 1000 shows */
	host_make(&host, SHAPE_NORMAL, 1);
	there = calibration_of(&host, BOOTS, 1);
	assert_true(fabs(here.detectable / 1000 - there.detectable) < 0.003);
	/* one round around zero makes all of them differences */
	for (size_t i = 0; i < BOOTS; i++)
		host.old[3][i] -= 1000;
	assert_int_equal(calibrate(&like, host.round, ROUNDS, &rules, &there), 0);
	assert_int_equal(there.scale, STATS_DIFFERENCE);
	assert_true(fabs(there.floor - 20) < 0.5);
}

static void rounds_without_figures_are_left_out(void **state)
{
	struct calibrate_rules rules = rules_for(BOOTS, 1);
	struct calibration calibration = { .rounds = 7 };
	struct host host;
	(void)state;

	host_make(&host, SHAPE_NORMAL, 1);
	host.round[0].nr_new = 0;
	host.new[1][3] = NAN;
	assert_int_equal(calibration_of(&host, BOOTS, 1).rounds, 10);
	assert_int_equal(calibrate(&latency, host.round, 2, &rules, &calibration), -EINVAL);
	assert_int_equal(calibrate(&latency, NULL, 0, &rules, &calibration), -EINVAL);
	assert_int_equal(calibration.rounds, 7);
	/* three boots say nothing about what ten can show */
	host.round[0] = (struct calibrate_round){ host.old[0], 2, host.old[1], 1 };
	assert_int_equal(calibrate(&latency, host.round, 1, &rules, &calibration), 0);
	assert_true(isnan(calibration.detectable));
}

static void the_same_seed_gives_the_same_answer(void **state)
{
	struct host host;
	(void)state;

	host_make(&host, SHAPE_SKEWED, 1);
	assert_true(calibration_of(&host, BOOTS, 1).detectable ==
		    calibration_of(&host, BOOTS, 1).detectable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alarms_are_counted),
		cmocka_unit_test(what_is_said_to_be_detectable_is_found),
		cmocka_unit_test(more_comparisons_hide_more),
		cmocka_unit_test(a_host_that_changes_from_night_to_night_sees_as_well),
		cmocka_unit_test(figures_that_never_differ_show_anything_beyond_the_floor),
		cmocka_unit_test(exact_figures_show_anything_beyond_the_floor),
		cmocka_unit_test(figures_around_zero_are_differences),
		cmocka_unit_test(rounds_without_figures_are_left_out),
		cmocka_unit_test(the_same_seed_gives_the_same_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
