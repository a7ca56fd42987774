// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often verdicts are wrong, and how often they are right, over simulated runs whose
 * truth is known: no more often than judge.h promises, whatever boots are like.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge.h"
#include "simulated.h"
#include "util.h"

#define COMPARISONS 6
#define MOST 20

/**
 * struct run - a simulated run
 * @rng: where chance comes from
 * @shape: how boots differ
 * @nr: boots of each side
 * @rules: by which it is judged
 * @floor: of all comparisons
 * @ratio: what the change did to each
 * @list: judged
 */
struct run {
	gsl_rng *rng;
	enum shape shape;
	size_t nr;
	struct judge_rules rules;
	struct judge_floor floor;
	double ratio[COMPARISONS];
	struct judge_comparison list[COMPARISONS];
	double old[COMPARISONS][MOST];
	double new[COMPARISONS][MOST];
};

static void run_start(struct run *run, enum shape shape, size_t nr, unsigned int floor)
{
	*run = (struct run){
		.rng = gsl_rng_alloc(gsl_rng_mt19937), .shape = shape, .nr = nr,
		.rules = { .alpha = 0.05, .look = 1, .looks = 1 }, .floor.relative = floor,
	};
	gsl_rng_set(run->rng, 100 * nr + shape);
	for (size_t i = 0; i < COMPARISONS; i++)
		run->ratio[i] = 1;
}

static void run_boot(struct run *run)
{
	for (size_t i = 0; i < COMPARISONS; i++) {
		simulated_boots(run->rng, run->shape, run->ratio[i], run->nr, run->old[i],
				run->new[i]);
		run->list[i] = (struct judge_comparison){
			.unit = UNIT_CLOCK, .direction = DIR_LOWER, .floor = run->floor,
			.old = run->old[i], .nr_old = run->nr,
			.new = run->new[i], .nr_new = run->nr,
		};
	}
	judge(run->list, COMPARISONS, &run->rules);
}

static bool is(const struct run *run, size_t comparison, enum judge_verdict verdict)
{
	return run->list[comparison].result.verdict == verdict;
}

static bool tells_of_a_change(const struct run *run, size_t comparison)
{
	return is(run, comparison, JUDGE_REGRESSION) || is(run, comparison, JUDGE_IMPROVEMENT);
}

static char *describe(const struct run *run, const char *what)
{
	return str_printf("%s, %zu boots, %s", what, run->nr, simulated_name(run->shape));
}

/* How many of so many runs tell of any change. */
static size_t alarms(struct run *run, size_t runs)
{
	size_t count = 0;

	for (size_t i = 0; i < runs; i++) {
		bool any = false;

		run_boot(run);
		for (size_t j = 0; j < COMPARISONS; j++)
			any |= tells_of_a_change(run, j);
		count += any;
	}
	return count;
}

/* With hardly any floor, so that it is not the floor that keeps the promise. */
static void check_false_alarms(enum judge_adjust adjust, size_t nr, const char *name)
{
	size_t runs = simulated_runs(200, 20000);

	for (int shape = 0; shape <= SHAPE_DRIFTING; shape++) {
		struct run run;
		char *what;

		run_start(&run, shape, nr, 1);
		run.rules.adjust = adjust;
		what = describe(&run, name);
		assert_at_most(what, alarms(&run, runs), runs, 0.05);
		free(what);
		gsl_rng_free(run.rng);
	}
}

static void a_run_without_change_seldom_tells_of_one(void **state)
{
	(void)state;
	check_false_alarms(JUDGE_HOLM, 6, "false alarm, Holm");
	check_false_alarms(JUDGE_BENJAMINI_HOCHBERG, 10, "false alarm, Benjamini-Hochberg");
}

/* The check above would see it: this is what the design forbids. */
static void boots_in_blocks_would_give_false_alarms(void **state)
{
	size_t runs = simulated_runs(100, 1000);
	struct run run;
	(void)state;

	run_start(&run, SHAPE_BLOCKS, 10, 20000);
	assert_at_least("alarm, first one side, then the other", alarms(&run, runs), runs, 0.9);
	gsl_rng_free(run.rng);
}

static void check_missed(enum shape shape, size_t nr)
{
	size_t runs = simulated_runs(100, 5000), missed = 0, beyond = 0;
	struct run run;
	char *what;

	run_start(&run, shape, nr, 200000);
	for (size_t i = 0; i < COMPARISONS; i++)
		run.ratio[i] = i % 2 ? 1.2001 : 1.1999;
	for (size_t i = 0; i < runs; i++) {
		run_boot(&run);
		for (size_t j = 0; j < COMPARISONS; j++)
			if (j % 2)
				missed += is(&run, j, JUDGE_NO_CHANGE);
			else
				beyond += tells_of_a_change(&run, j);
	}
	runs *= COMPARISONS / 2;
	what = describe(&run, "change beyond the floor called none");
	assert_at_most(what, missed, runs, 0.025);
	free(what);
	what = describe(&run, "change within the floor called one");
	assert_at_most(what, beyond, runs, 0.025);
	free(what);
	gsl_rng_free(run.rng);
}

static void the_floor_is_where_it_says(void **state)
{
	(void)state;
	for (int shape = 0; shape <= SHAPE_DRIFTING; shape++) {
		check_missed(shape, 5);
		check_missed(shape, 20);
	}
}

/* What has to be found, and what has to be cleared, at ten boots and a floor of 2 %. */
static void check_power(enum shape shape, double ratio, enum judge_verdict verdict, double power)
{
	size_t runs = simulated_runs(50, 2000), found = 0;
	struct run run;
	char *what, *name;

	run_start(&run, shape, 10, 20000);
	for (size_t i = 0; i < COMPARISONS; i++)
		run.ratio[i] = ratio;
	for (size_t i = 0; i < runs; i++) {
		run_boot(&run);
		for (size_t j = 0; j < COMPARISONS; j++)
			found += is(&run, j, verdict);
	}
	name = str_printf("%+.1f %% is %s", 100 * (ratio - 1), judge_verdict_name(verdict));
	what = describe(&run, name);
	assert_at_least(what, found, runs * COMPARISONS, power);
	free(what);
	free(name);
	gsl_rng_free(run.rng);
}

static void changes_are_found(void **state)
{
	(void)state;
	check_power(SHAPE_NORMAL, 1.08, JUDGE_REGRESSION, 0.95);
	check_power(SHAPE_NORMAL, 0.92, JUDGE_IMPROVEMENT, 0.95);
	check_power(SHAPE_ROUNDED, 1.08, JUDGE_REGRESSION, 0.95);
	check_power(SHAPE_OUTLIERS, 1.08, JUDGE_REGRESSION, 0.75);
	check_power(SHAPE_BIMODAL, 1.2, JUDGE_REGRESSION, 0.85);
	check_power(SHAPE_SKEWED, 1.4, JUDGE_REGRESSION, 0.95);
	check_power(SHAPE_DRIFTING, 1.15, JUDGE_REGRESSION, 0.95);
}

/* A floor that is wide beside what boots differ by is what no change can be told with. */
static void figures_that_do_not_change_are_cleared(void **state)
{
	size_t runs = simulated_runs(50, 2000), cleared = 0;
	struct run run;
	(void)state;

	run_start(&run, SHAPE_NORMAL, 10, 80000);
	for (size_t i = 0; i < runs; i++) {
		run_boot(&run);
		for (size_t j = 0; j < COMPARISONS; j++)
			cleared += is(&run, j, JUDGE_NO_CHANGE);
	}
	assert_at_least("no change, floor of four times the spread", cleared, runs * COMPARISONS,
			0.99);
	gsl_rng_free(run.rng);
}

/* Half of the figures change: of what is told, few are false in the mean. */
static void few_of_what_is_told_is_false(void **state)
{
	size_t runs = simulated_runs(300, 20000);
	double share = 0;
	struct run run;
	(void)state;

	run_start(&run, SHAPE_NORMAL, 10, 1);
	run.rules.adjust = JUDGE_BENJAMINI_HOCHBERG;
	for (size_t i = 0; i < COMPARISONS / 2; i++)
		run.ratio[i] = 1.1;
	for (size_t i = 0; i < runs; i++) {
		double told = 0, wrong = 0;

		run_boot(&run);
		for (size_t j = 0; j < COMPARISONS; j++) {
			told += tells_of_a_change(&run, j);
			wrong += j >= COMPARISONS / 2 && tells_of_a_change(&run, j);
		}
		share += told > 0 ? wrong / told / runs : 0;
	}
	print_message("# false among what is told: %.2f %%\n", 100 * share);
	assert_true(share <= 0.05);
	assert_true(share > 0);
	gsl_rng_free(run.rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_without_change_seldom_tells_of_one),
		cmocka_unit_test(boots_in_blocks_would_give_false_alarms),
		cmocka_unit_test(the_floor_is_where_it_says),
		cmocka_unit_test(changes_are_found),
		cmocka_unit_test(figures_that_do_not_change_are_cleared),
		cmocka_unit_test(few_of_what_is_told_is_false),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
