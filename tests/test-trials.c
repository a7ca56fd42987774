// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How boots are added: by hand, and over simulated runs in which nobody knows beforehand
 * how many looks there will be.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "simulated.h"
#include "trials.h"
#include "util.h"

static const struct trials_rules rules = TRIALS_RULES_DEFAULT;

static void the_first_boots_are_the_same_for_all(void **state)
{
	struct trials_group group[] = { { .seconds = 3 }, { .seconds = 7 } };
	(void)state;

	assert_int_equal(trials_first(&rules, group, 2, 1000), 10);
	assert_int_equal(group[0].more, 10);
	assert_int_equal(group[1].more, 10);
	assert_int_equal(trials_first(&rules, group, 2, 100), 10);
	assert_int_equal(trials_first(&rules, group, 2, 99), 8);
	assert_int_equal(trials_first(&rules, group, 2, 10), 1);
	assert_int_equal(trials_first(&rules, group, 2, 9), 0);
	assert_int_equal(group[1].more, 0);
	assert_int_equal(trials_first(&rules, group, 2, -1), 0);
}

/* As judge() leaves a latency with a floor of 2 % after ten boots. */
static struct judge_comparison seen(double value, double half, size_t group)
{
	return (struct judge_comparison){
		.group = group, .nr_old = 10, .nr_new = 10,
		.result = {
			.verdict = JUDGE_INCONCLUSIVE, .why = JUDGE_WHY_NOISE, .floor = 0.02,
			.effect = { .value = value, .low = value - half, .high = value + half },
		},
	};
}

static size_t needed(double value, double half, size_t counted)
{
	struct judge_rules same = { .alpha = 0.05, .look = 1, .looks = 1 };
	struct judge_comparison comparison = seen(value, half, 0);

	return trials_needed(&rules, &comparison, counted, &same, &same);
}

static void an_interval_of_half_the_width_takes_four_times_the_boots(void **state)
{
	(void)state;
	/* no change: from 1 to the floor it is 0.02 */
	assert_int_equal(needed(1, 0.0399, 1), 40);
	/* 1 % slower: 0.01 is left */
	assert_int_equal(needed(1.01, 0.0199, 1), 40);
	assert_int_equal(needed(0.99, 0.0199, 1), 40);
	/* 5 % slower: 0.03 beyond the floor */
	assert_int_equal(needed(1.05, 0.0599, 1), 40);
	/* undecided all the same */
	assert_int_equal(needed(1, 0.0199, 1), 11);
}

static void what_lies_on_the_floor_is_not_pursued_for_ever(void **state)
{
	(void)state;
	assert_int_equal(needed(1.02, 0.0199, 1), 40);
	assert_int_equal(needed(1.02, 0.0101, 1), 11);
	assert_int_equal(needed(1.02, 0.0099, 1), 10);
}

/* 2 / C(28, 14) = 5.0e-8 is the first p below 5 % of a millionth, 2 / C(26, 13) is 1.9e-7 */
static void p_has_to_become_small_enough(void **state)
{
	(void)state;
	assert_int_equal(needed(1.2, 0.02, 1), 11);
	assert_int_equal(needed(1.2, 0.02, 1000000), 14);
	assert_int_equal(needed(1, 0.0199, 1000000), 11);
}

/* z of 0.56 % over z of 1.67 % is 2.77 / 2.39: of itself that needs fewer boots */
static void a_later_look_is_less_severe(void **state)
{
	struct judge_rules now = { .alpha = 0.05, .look = 1, .looks = 3 };
	struct judge_rules next = { .alpha = 0.05, .look = 2, .looks = 3 };
	struct judge_comparison comparison = seen(1, 0.0399999, 0);
	(void)state;

	/* 40 (2.394 / 2.773)^2 = 29.8 */
	assert_int_equal(trials_needed(&rules, &comparison, 1, &now, &next), 30);
	comparison.result.effect.high = INFINITY;
	comparison.nr_old = comparison.nr_new = 3;
	/* 2 / C(8, 4) = 2.9 %, 2 / C(10, 5) = 0.8 % */
	assert_int_equal(trials_needed(&rules, &comparison, 1, &now, &next), 5);
}

static void difference_scale_is_understood(void **state)
{
	struct judge_rules same = { .alpha = 0.05, .look = 1, .looks = 1 };
	struct judge_comparison comparison = seen(0, 0.0399999, 0);
	(void)state;

	comparison.result.effect.scale = STATS_DIFFERENCE;
	assert_int_equal(trials_needed(&rules, &comparison, 1, &same, &same), 40);
}

static void the_cheapest_come_first(void **state)
{
	struct trials_group group[] = {
		{ .seconds = 10, .boots = 10 }, { .seconds = 1, .boots = 10 },
		{ .seconds = 4, .boots = 10 },
	};
	struct judge_rules judge_rules = { .alpha = 0.05, .look = 1, .looks = 3 };
	struct judge_comparison list[] = {
		seen(1, 0.1, 0), seen(1, 0.1, 1), seen(1, 0.1, 2), seen(1, 0.02, 2),
	};
	(void)state;

	/* all want to be doubled: 10 s, 40 s and 100 s */
	assert_true(trials_next(&rules, list, 4, &judge_rules, group, 3, 150));
	assert_int_equal(group[0].more, 10);
	assert_int_equal(group[1].more, 10);
	assert_int_equal(group[2].more, 10);
	assert_int_equal(judge_rules.look, 2);
	judge_rules.look = 1;
	for (size_t i = 0; i < 3; i++)
		group[i].more = 0;
	assert_true(trials_next(&rules, list, 4, &judge_rules, group, 3, 43));
	assert_int_equal(group[0].more, 0);
	assert_int_equal(group[1].more, 10);
	assert_int_equal(group[2].more, 8);
}

static void boots_that_were_added_are_counted(void **state)
{
	struct trials_group group = { .seconds = 1, .more = 10 };
	struct judge_rules judge_rules = { .alpha = 0.05, .look = 1, .looks = 9 };
	struct judge_comparison comparison = seen(1, 0.1, 0);
	(void)state;

	assert_true(trials_next(&rules, &comparison, 1, &judge_rules, &group, 1, 1e6));
	assert_int_equal(group.boots, 10);
	assert_int_equal(group.more, 10);
	assert_true(trials_next(&rules, &comparison, 1, &judge_rules, &group, 1, 1e6));
	assert_int_equal(group.boots, 20);
	assert_int_equal(group.more, 20);
	/* 40 are the most: one last look, and no more */
	assert_true(trials_next(&rules, &comparison, 1, &judge_rules, &group, 1, 1e6));
	assert_int_equal(group.boots, 40);
	assert_int_equal(group.more, 0);
	assert_int_equal(judge_rules.look, 9);
	assert_false(trials_next(&rules, &comparison, 1, &judge_rules, &group, 1, 1e6));
}

static void boots_are_added_in_twos(void **state)
{
	struct trials_rules odd = { .first = 5, .most = 9, .narrow = 0.5 };
	struct trials_group group = { .seconds = 1, .boots = 5 };
	struct judge_rules judge_rules = { .alpha = 0.05, .look = 1, .looks = 3 };
	struct judge_comparison comparison = seen(1, 0.022, 0);
	(void)state;

	comparison.nr_old = comparison.nr_new = 5;
	assert_true(trials_next(&odd, &comparison, 1, &judge_rules, &group, 1, 1e6));
	assert_int_equal(group.more % 2, 0);
	assert_true(group.more > 0 && group.boots + group.more <= 9);
}

static void nothing_is_spent_on_what_is_decided(void **state)
{
	struct trials_group group[] = {
		{ .seconds = 1, .boots = 10 }, { .seconds = 1, .boots = 10 },
	};
	struct judge_rules judge_rules = { .alpha = 0.05, .look = 1, .looks = 3 };
	struct judge_comparison list[] = { seen(1, 0.1, 0), seen(1, 0.1, 0), seen(1, 0.1, 1) };
	(void)state;

	list[0].direction = DIR_NEUTRAL;
	list[1].result.verdict = JUDGE_REGRESSION;
	assert_true(trials_next(&rules, list, 3, &judge_rules, group, 2, 1e6));
	assert_int_equal(group[0].more, 0);
	assert_int_equal(group[1].more, 10);
	list[2].result.why = JUDGE_WHY_NO_FIGURES;
	assert_false(trials_next(&rules, list, 3, &judge_rules, group, 2, 1e6));
	assert_int_equal(group[1].more, 0);
}

static void a_spent_budget_leads_to_the_last_look(void **state)
{
	struct trials_group group = { .seconds = 1, .boots = 10 };
	struct judge_rules judge_rules = { .alpha = 0.05, .look = 1, .looks = 3 };
	struct judge_comparison comparison = seen(1, 0.1, 0);
	(void)state;

	assert_true(trials_next(&rules, &comparison, 1, &judge_rules, &group, 1, 1.5));
	assert_int_equal(group.more, 0);
	assert_int_equal(judge_rules.look, 3);
	assert_false(trials_next(&rules, &comparison, 1, &judge_rules, &group, 1, 1.5));
}

#define GROUPS 2
#define COMPARISONS 4
#define MOST 24

/**
 * struct simulation - a gate that boots nothing
 * @rng: where chance comes from
 * @shape: how boots differ
 * @ratio: what the change does to all figures
 * @floor: of all comparisons, in millionths
 * @budget: seconds, of which a boot takes one or three
 * @looks: at most
 * @spent: of the budget
 * @told: a look told of a change
 * @cleared: comparisons that a look told not to have changed
 * @open: comparisons that were inconclusive in the end
 */
struct simulation {
	gsl_rng *rng;
	enum shape shape;
	double ratio;
	unsigned int floor;
	double budget;
	unsigned int looks;
	double spent;
	bool told;
	bool cleared[COMPARISONS];
	size_t open;
	struct judge_comparison list[COMPARISONS];
	double old[COMPARISONS][MOST];
	double new[COMPARISONS][MOST];
};

static void boot(struct simulation *simulation, const struct trials_group *group)
{
	for (size_t i = 0; i < COMPARISONS; i++) {
		struct judge_comparison *comparison = &simulation->list[i];

		for (size_t j = 0; j < group[comparison->group].more; j++) {
			simulation->old[i][comparison->nr_old++] =
				simulated_figure(simulation->rng, simulation->shape);
			simulation->new[i][comparison->nr_new++] = simulation->ratio *
				simulated_figure(simulation->rng, simulation->shape);
		}
	}
	for (size_t i = 0; i < GROUPS; i++)
		simulation->spent += group[i].more * group[i].seconds;
}

static void look_at(struct simulation *simulation, const struct judge_rules *judge_rules)
{
	judge(simulation->list, COMPARISONS, judge_rules);
	simulation->open = 0;
	for (size_t i = 0; i < COMPARISONS; i++) {
		enum judge_verdict verdict = simulation->list[i].result.verdict;

		simulation->told |= verdict == JUDGE_REGRESSION || verdict == JUDGE_IMPROVEMENT;
		simulation->cleared[i] |= verdict == JUDGE_NO_CHANGE;
		simulation->open += verdict == JUDGE_INCONCLUSIVE;
	}
}

static void start(struct simulation *simulation)
{
	simulation->spent = 0;
	simulation->told = false;
	for (size_t i = 0; i < COMPARISONS; i++) {
		simulation->cleared[i] = false;
		simulation->list[i] = (struct judge_comparison){
			.unit = UNIT_CLOCK, .direction = DIR_LOWER, .group = i % GROUPS,
			.floor.relative = simulation->floor,
			.old = simulation->old[i], .new = simulation->new[i],
		};
	}
}

static void gate(struct simulation *simulation)
{
	struct trials_rules few = { .first = 6, .most = MOST, .narrow = 0.5 };
	struct trials_group group[GROUPS] = { { .seconds = 1 }, { .seconds = 3 } };
	struct judge_rules judge_rules = { .alpha = 0.05, .look = 1, .looks = simulation->looks };

	start(simulation);
	trials_first(&few, group, GROUPS, simulation->budget);
	do {
		boot(simulation, group);
		look_at(simulation, &judge_rules);
	} while (trials_next(&few, simulation->list, COMPARISONS, &judge_rules, group, GROUPS,
			     simulation->budget - simulation->spent));
}

/* 24 s are for the first boots; 48 s pay for some of what is wanted, 1000 s for all. */
static const double budgets[] = { 36, 60, 1000 };
static const enum shape shapes[] = { SHAPE_NORMAL, SHAPE_SKEWED, SHAPE_BIMODAL, SHAPE_OUTLIERS };

/* No floor to speak of: no comparison is ever cleared, every look is a chance to be wrong. */
static void looking_again_gives_no_more_false_alarms(void **state)
{
	size_t runs = simulated_runs(60, 2000);
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(shapes) * ARRAY_SIZE(budgets); i++) {
		struct simulation simulation = {
			.rng = gsl_rng_alloc(gsl_rng_mt19937), .shape = shapes[i % 4], .ratio = 1,
			.floor = 1, .budget = budgets[i / 4], .looks = 3,
		};
		size_t alarms = 0;
		char *what;

		gsl_rng_set(simulation.rng, i + 1);
		for (size_t run = 0; run < runs; run++) {
			gate(&simulation);
			alarms += simulation.told;
			assert_true(simulation.spent <= simulation.budget);
		}
		what = str_printf("false alarm in any of three looks, %g s, %s", simulation.budget,
				  simulated_name(simulation.shape));
		assert_at_most(what, alarms, runs, 0.05);
		free(what);
		gsl_rng_free(simulation.rng);
	}
}

static void looking_again_misses_no_more(void **state)
{
	size_t runs = simulated_runs(100, 1000);
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct simulation simulation = {
			.rng = gsl_rng_alloc(gsl_rng_mt19937), .shape = shapes[i], .ratio = 1.05,
			.floor = 49999, .budget = 1000, .looks = 3,
		};
		size_t missed = 0;
		char *what;

		gsl_rng_set(simulation.rng, i + 1);
		for (size_t run = 0; run < runs; run++) {
			gate(&simulation);
			for (size_t j = 0; j < COMPARISONS; j++)
				missed += simulation.cleared[j];
		}
		what = str_printf("change beyond the floor called none in any of three looks, %s",
				  simulated_name(simulation.shape));
		assert_at_most(what, missed, runs * COMPARISONS, 0.025);
		free(what);
		gsl_rng_free(simulation.rng);
	}
}

/* The checks above would see it: alpha spent anew at each of ten looks. */
static void looking_again_without_a_share_would(void **state)
{
	struct judge_rules all_of_it = { .alpha = 0.05, .look = 1, .looks = 1 };
	struct simulation simulation = {
		.rng = gsl_rng_alloc(gsl_rng_mt19937), .shape = SHAPE_NORMAL, .ratio = 1,
		.floor = 1,
	};
	size_t runs = simulated_runs(150, 5000), alarms = 0;
	(void)state;

	for (size_t run = 0; run < runs; run++) {
		struct trials_group group[GROUPS] = { { .more = 6 }, { .more = 6 } };

		start(&simulation);
		for (size_t look = 0; look < 10; look++) {
			boot(&simulation, group);
			look_at(&simulation, &all_of_it);
			group[0].more = group[1].more = 2;
		}
		alarms += simulation.told;
	}
	assert_at_least("false alarm in any of ten looks, each at all of alpha", alarms, runs, 0.1);
	gsl_rng_free(simulation.rng);
}

/* Boots that differ by 2 % and a floor of 4 %: ten decide less than what a budget adds. */
static void a_budget_decides_more(void **state)
{
	size_t runs = simulated_runs(40, 2000), open[2] = { 0 };
	double spent[2] = { 0 };
	(void)state;

	for (size_t big = 0; big < 2; big++) {
		struct simulation simulation = {
			.rng = gsl_rng_alloc(gsl_rng_mt19937), .shape = SHAPE_NORMAL, .ratio = 1,
			.floor = 40000, .budget = big ? 1000 : 24, .looks = 3,
		};

		for (size_t run = 0; run < runs; run++) {
			gate(&simulation);
			open[big] += simulation.open;
			spent[big] += simulation.spent / runs;
		}
		gsl_rng_free(simulation.rng);
	}
	print_message("# open: %.1f %% after %.0f s, %.1f %% after %.0f s\n",
		      100.0 * open[0] / runs / COMPARISONS, spent[0],
		      100.0 * open[1] / runs / COMPARISONS, spent[1]);
	assert_true(open[1] * 10 < runs * COMPARISONS);
	assert_true(open[0] > 3 * open[1]);
	/* a fixed number would have been the most of all: 4 s times 24 */
	assert_true(spent[1] < 0.75 * 96);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_boots_are_the_same_for_all),
		cmocka_unit_test(an_interval_of_half_the_width_takes_four_times_the_boots),
		cmocka_unit_test(what_lies_on_the_floor_is_not_pursued_for_ever),
		cmocka_unit_test(p_has_to_become_small_enough),
		cmocka_unit_test(a_later_look_is_less_severe),
		cmocka_unit_test(difference_scale_is_understood),
		cmocka_unit_test(the_cheapest_come_first),
		cmocka_unit_test(boots_that_were_added_are_counted),
		cmocka_unit_test(boots_are_added_in_twos),
		cmocka_unit_test(nothing_is_spent_on_what_is_decided),
		cmocka_unit_test(a_spent_budget_leads_to_the_last_look),
		cmocka_unit_test(looking_again_gives_no_more_false_alarms),
		cmocka_unit_test(looking_again_misses_no_more),
		cmocka_unit_test(looking_again_without_a_share_would),
		cmocka_unit_test(a_budget_decides_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
