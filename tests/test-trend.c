// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is found in series of nightly runs, and that nothing is found where nothing changed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "nights.h"
#include "store-cells.h"
#include "util.h"

static void assert_change(const struct trend *trend, size_t metric, size_t which, size_t at,
			  double before, double after, enum judge_verdict verdict)
{
	const struct trend_series *series = nights_series(trend, metric);

	assert_true(which < series->nr_changes);
	assert_int_equal(series->change[which].at, at);
	assert_true(series->change[which].before == before);
	assert_true(series->change[which].after == after);
	assert_int_equal(series->change[which].verdict, verdict);
}

/* --- exact engine --- */

static void equal_nights_have_no_change(void **state)
{
	const struct trend *trend = nights_trend(*state);

	assert_int_equal(trend->nr_runs, 6);
	assert_int_equal(trend->nr_series, 3);
	assert_int_equal(nights_series(trend, LOAD)->nr, 6);
	assert_true(nights_series(trend, LOAD)->searched);
	assert_true(trend_is_searched(trend));
	assert_int_equal(nights_changes(trend), 0);
	assert_false(trend_is_worse(trend));
}

static void a_change_is_named_with_its_run(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	nights_from(nights, 3, LOAD, 10500);
	trend = nights_trend(nights);
	assert_int_equal(nights_changes(trend), 1);
	assert_change(trend, LOAD, 0, 3, 10000, 10500, JUDGE_REGRESSION);
	assert_int_equal(nights_series(trend, LOAD)->change[0].from, 0);
	assert_false(nights_series(trend, LOAD)->change[0].crept);
	assert_string_equal(trend->run[3].id, "20260104-010000-aaaa");
	assert_true(trend_is_worse(trend));
}

static void what_was_made_good_is_not_worse(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	nights_from(nights, 2, LOAD, 10500);
	nights_from(nights, 4, LOAD, 10000);
	trend = nights_trend(nights);
	assert_change(trend, LOAD, 0, 2, 10000, 10500, JUDGE_REGRESSION);
	assert_change(trend, LOAD, 1, 4, 10500, 10000, JUDGE_IMPROVEMENT);
	assert_false(trend_is_worse(trend));
}

static void directions_are_those_of_the_metric(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	nights_from(nights, 1, LOAD, 9000);
	nights_from(nights, 2, DENSITY, 1900000);
	nights_from(nights, 3, PAGES, 1100);
	trend = nights_trend(nights);
	assert_change(trend, LOAD, 0, 1, 10000, 9000, JUDGE_IMPROVEMENT);
	assert_change(trend, DENSITY, 0, 2, 2000000, 1900000, JUDGE_REGRESSION);
	assert_change(trend, PAGES, 0, 3, 1024, 1100, JUDGE_CHANGED);
}

/* The floor of a median is 0.1 %: 10 of 10000 is not beyond it, 11 is. */
static void the_floor_is_kept(void **state)
{
	struct nights *nights = *state;

	nights_from(nights, 3, LOAD, 10010);
	assert_int_equal(nights_changes(nights_trend(nights)), 0);
	trend_free(&nights->trend);
	nights_from(nights, 3, LOAD, 10011);
	assert_int_equal(nights_changes(nights_trend(nights)), 1);
}

/* 4 a night: no step is beyond the floor, the third sum is. */
static void what_creeps_is_found(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	for (size_t i = 0; i < nights->nr; i++)
		nights->value[i][LOAD][0] = 10000 + 4 * i;
	trend = nights_trend(nights);
	assert_int_equal(nights_changes(trend), 1);
	assert_change(trend, LOAD, 0, 3, 10000, 10012, JUDGE_REGRESSION);
	assert_int_equal(nights_series(trend, LOAD)->change[0].from, 0);
	assert_true(nights_series(trend, LOAD)->change[0].crept);
}

static void another_agent_cuts_a_series(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	nights_from(nights, 3, LOAD, 15000);
	nights_from(nights, 5, LOAD, 16000);
	for (size_t i = 3; i < nights->nr; i++)
		nights->agent[i] = 'b';
	trend = nights_trend(nights);
	assert_true(trend_is_cut(trend, nights_series(trend, LOAD), 3));
	assert_false(trend_is_cut(trend, nights_series(trend, LOAD), 4));
	assert_int_equal(nights_changes(trend), 1);
	assert_change(trend, LOAD, 0, 5, 15000, 16000, JUDGE_REGRESSION);
}

/* Nothing was compared with anything: that must not look like no change. */
static void an_agent_a_night_leaves_nothing_to_search(void **state)
{
	struct nights *nights = *state;

	for (size_t i = 0; i < nights->nr; i++)
		nights->agent[i] = 'a' + i;
	assert_false(trend_is_searched(nights_trend(nights)));
}

/* Trials 2 and 3 have the tick elsewhere; a night that has only the first says nothing of them. */
static void only_trials_of_both_are_compared(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	nights->boots[3] = 3;
	nights->value[3][LOAD][1] = 12000;
	nights->value[3][LOAD][2] = 12000;
	trend = nights_trend(nights);
	assert_int_equal(nights_changes(trend), 0);
	assert_true(nights_series(trend, LOAD)->point[3].value == 10000);
}

/* Nor do they hide what the first one shows. */
static void other_trials_hide_nothing(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	nights_from(nights, 3, LOAD, 9000);
	for (size_t i = 3; i < nights->nr; i++) {
		nights->boots[i] = 3;
		nights->value[i][LOAD][0] = 10300;
	}
	trend = nights_trend(nights);
	assert_int_equal(nights_changes(trend), 1);
	assert_change(trend, LOAD, 0, 3, 10000, 10300, JUDGE_REGRESSION);
}

/* As a gate judges it: what the tick alone moves as far is no change. */
static void what_the_tick_moves_is_no_change(void **state)
{
	struct nights *nights = *state;

	nights->boots[2] = nights->boots[3] = 2;
	nights->nr = 4;
	nights->value[2][LOAD][1] = 10400;
	nights->value[3][LOAD][0] = 10300;
	nights->value[3][LOAD][1] = 10000;
	nights->boots[0] = nights->boots[1] = 2;
	nights->value[0][LOAD][1] = nights->value[1][LOAD][1] = 10400;
	assert_int_equal(nights_changes(nights_trend(nights)), 0);
}

static void failed_cells_have_no_figures(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	nights->broken[2] = true;
	nights->value[2][LOAD][0] = 1;
	trend = nights_trend(nights);
	assert_int_equal(trend->nr_runs, 6);
	assert_int_equal(nights_series(trend, LOAD)->nr, 5);
	assert_int_equal(nights_changes(trend), 0);
}

static void one_night_is_no_trend(void **state)
{
	struct nights *nights = *state;

	nights->nr = 1;
	assert_false(nights_series(nights_trend(nights), LOAD)->searched);
}

static void other_hosts_engines_and_qemus_do_not_fit(void **state)
{
	struct nights *nights = *state;
	struct store_content content;

	nights_trend(nights);
	nights_content(nights, 0, &content);
	assert_true(trend_fits(&nights->trend, &content.run));
	content.run.host[0] = 't';
	assert_false(trend_fits(&nights->trend, &content.run));
	content.run.host[0] = 'h';
	content.run.engine[0] = 'E';
	assert_false(trend_fits(&nights->trend, &content.run));
	content.run.engine[0] = 'e';
	content.run.qemu_version[0] = 'K';
	assert_false(trend_fits(&nights->trend, &content.run));
	store_content_free(&content);
}

/* --- engines whose figures vary --- */

static void vary(struct nights *nights, gsl_rng *rng, double sigma)
{
	for (size_t i = 0; i < nights->nr; i++)
		for (size_t j = LOAD; j <= PAGES; j++)
			for (size_t k = 0; k < NIGHTS_BOOTS; k++)
				nights->value[i][j][k] *= 1 + gsl_ran_gaussian(rng, sigma);
}

static void a_change_is_found_in_noise(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct nights *nights = *state;
	const struct trend *trend;
	const struct trend_series *load;

	nights->engine = "kvm";
	nights->nr = 30;
	nights_from(nights, 18, LOAD, 11000);
	vary(nights, rng, 0.01);
	trend = nights_trend(nights);
	load = nights_series(trend, LOAD);
	assert_int_equal(nights_changes(trend), 1);
	assert_int_equal(load->nr_changes, 1);
	assert_in_range(load->change[0].at, 17, 19);
	assert_int_equal(load->change[0].verdict, JUDGE_REGRESSION);
	assert_true(fabs(trend_ratio(&load->change[0]) - 1.1) < 0.01);
	assert_true(trend_is_worse(trend));
	gsl_rng_free(rng);
}

/* The floor of a time is 2 %: 1 % is seen, and does not matter. */
static void what_is_clear_and_small_does_not_matter(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct nights *nights = *state;

	nights->engine = "kvm";
	nights->nr = 30;
	nights_from(nights, 15, LOAD, 10100);
	vary(nights, rng, 0.001);
	assert_int_equal(nights_series(nights_trend(nights), LOAD)->nr_changes, 0);
	gsl_rng_free(rng);
}

static void times_of_an_emulator_are_not_judged(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct nights *nights = *state;
	const struct trend *trend;

	nights->engine = "tcg";
	nights->nr = 30;
	nights_from(nights, 15, LOAD, 20000);
	vary(nights, rng, 0.01);
	trend = nights_trend(nights);
	assert_int_equal(nights_series(trend, LOAD)->change[0].verdict, JUDGE_CHANGED);
	assert_false(trend_is_worse(trend));
	gsl_rng_free(rng);
}

static void a_drift_is_no_step(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct nights *nights = *state;
	const struct trend *trend;

	nights->engine = "kvm";
	nights->nr = 40;
	for (size_t i = 0; i < nights->nr; i++)
		for (size_t k = 0; k < NIGHTS_BOOTS; k++)
			nights->value[i][LOAD][k] = 10000 + 50 * i;
	vary(nights, rng, 0.003);
	trend = nights_trend(nights);
	assert_true(nights_series(trend, LOAD)->drifts);
	assert_false(nights_series(trend, PAGES)->drifts);
	assert_int_equal(nights_changes(trend), 0);
	gsl_rng_free(rng);
}

/* Nine nights are too few for a level of 1 %: 2 / C(9, 4) is 1.6 %. */
static void few_nights_cannot_show_a_change(void **state)
{
	struct nights *nights = *state;

	nights->engine = "kvm";
	nights->nr = 9;
	assert_false(nights_series(nights_trend(nights), LOAD)->searched);
	trend_free(&nights->trend);
	nights->nr = 10;
	assert_true(nights_series(nights_trend(nights), LOAD)->searched);
}

/*
 * Two hundred series of noise. At a level of 1 % each, two of them would be named every
 * night; chosen together, in most of all trends none is.
 */
static void many_series_do_not_cry_wolf(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t named = 0;

	(void)state;
	for (size_t round = 0; round < 10; round++) {
		const struct store_run like = { .engine = "kvm", .host = "", .qemu_version = "" };
		struct trend trend;

		trend_begin(&trend, &like, "baseline");
		trend.run = mem_grow(NULL, 1, sizeof(*trend.run));
		trend.run[0] = (struct trend_run){ .id = str_dup("a"), .agent = str_dup("a") };
		trend.nr_runs = 1;
		trend.nr_series = 200;
		trend.series = mem_grow(NULL, 200, sizeof(*trend.series));
		for (size_t i = 0; i < 200; i++) {
			struct trend_series *series = &trend.series[i];

			*series = (struct trend_series){ .metric = { .unit = UNIT_CLOCK }, .nr = 24 };
			series->point = mem_grow(NULL, 24, sizeof(*series->point));
			for (size_t k = 0; k < 24; k++)
				series->point[k] = (struct trend_point){
					.value = 1e6 * (1 + gsl_ran_gaussian(rng, 0.1)),
				};
		}
		trend_judge(&trend);
		named += !!nights_changes(&trend);
		trend_free(&trend);
	}
	print_message("# %zu of 10 trends of 200 series of noise name a change\n", named);
	assert_in_range(named, 0, 2);
	gsl_rng_free(rng);
}

/* --- one metric --- */

static void a_metric_is_picked(void **state)
{
	struct nights *nights = *state;
	struct err err = { "" };

	nights_trend(nights);
	must(trend_pick(&nights->trend, "zswap.density", &err), &err);
	assert_int_equal(nights->trend.nr_series, 1);
	assert_string_equal(nights->trend.series[0].metric.name, "density");
	assert_int_equal(trend_pick(&nights->trend, "zswap.densiti", &err), -ENOENT);
	assert_non_null(strstr(err.text, "did you mean zswap.density?"));
}

#define night_test(test) cmocka_unit_test_setup_teardown(test, nights_open, nights_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		night_test(equal_nights_have_no_change),
		night_test(a_change_is_named_with_its_run),
		night_test(what_was_made_good_is_not_worse),
		night_test(directions_are_those_of_the_metric),
		night_test(the_floor_is_kept),
		night_test(what_creeps_is_found),
		night_test(another_agent_cuts_a_series),
		night_test(an_agent_a_night_leaves_nothing_to_search),
		night_test(only_trials_of_both_are_compared),
		night_test(other_trials_hide_nothing),
		night_test(what_the_tick_moves_is_no_change),
		night_test(failed_cells_have_no_figures),
		night_test(one_night_is_no_trend),
		night_test(other_hosts_engines_and_qemus_do_not_fit),
		night_test(a_change_is_found_in_noise),
		night_test(what_is_clear_and_small_does_not_matter),
		night_test(times_of_an_emulator_are_not_judged),
		night_test(a_drift_is_no_step),
		night_test(few_nights_cannot_show_a_change),
		cmocka_unit_test(many_series_do_not_cry_wolf),
		night_test(a_metric_is_picked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
