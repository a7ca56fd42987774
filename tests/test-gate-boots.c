// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many boots decide a figure of the exact engine, which is the same with every boot but
 * for where the timer's tick falls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate.h"
#include "stats.h"

static const struct store_metric load = {
	.workload = (char *)"zswap", .name = (char *)"load", .series = (char *)"load",
	.unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN,
};
static const struct store_metric load_max = {
	.workload = (char *)"zswap", .name = (char *)"load_max", .series = (char *)"load",
	.unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MAX,
};

#define MANY 200	/* samples of a boot that no tick moves the median of */

/**
 * struct figures - of one metric: of two kernels, each over its boots; 0 ends them
 * @samples: of a boot of the old kernel
 * @samples_new: of one of the new kernel
 */
struct figures {
	const struct store_metric *metric;
	const double *old;
	const double *new;
	size_t samples;
	size_t samples_new;
};

static void fill_side(struct compare_side *side, const double *figure, size_t samples)
{
	*side = (struct compare_side){ .variant = "kernel", .figure = (double *)figure };
	while (figure[side->nr])
		side->nr++;
	side->median = stats_median(side->figure, side->nr);
	side->nr_samples = samples * side->nr;
}

static struct gate_pair judge_figures(const struct figures *figures, bool final)
{
	static struct compare_side side[2];
	static struct compare_row row;
	const struct gate_rules rules = { .final = final };
	struct gate_pair pair = { .row = &row, .old = 0, .new = 1 };

	row = (struct compare_row){ .metric = figures->metric, .side = side };
	fill_side(&side[0], figures->old, figures->samples);
	fill_side(&side[1], figures->new, figures->samples_new);
	gate_judge_pairs(&pair, 1, true, &rules);
	return pair;
}

#define BOOTS(...) (const double[]){ __VA_ARGS__, 0 }

static void assert_figures(const struct figures *figures, bool final, enum gate_verdict verdict,
			   bool more_old, bool more_new)
{
	struct gate_pair pair = judge_figures(figures, final);

	assert_int_equal(pair.verdict, verdict);
	assert_int_equal(pair.more_old, more_old);
	assert_int_equal(pair.more_new, more_new);
	if (!final)
		assert_int_equal(pair.plain, verdict != GATE_NO_CHANGE && !more_old && !more_new);
}

static void assert_pair(const double *old, const double *new, bool final,
			enum gate_verdict verdict, bool more_old, bool more_new)
{
	const struct figures figures = { &load, old, new, 1, 1 };

	assert_figures(&figures, final, verdict, more_old, more_new);
}

static void a_figure_that_differs_is_measured_again(void **state)
{
	(void)state;
	assert_pair(BOOTS(1000), BOOTS(1001), false, GATE_NO_CHANGE, false, false);
	assert_pair(BOOTS(1000), BOOTS(1010), false, GATE_REGRESSION, true, true);
	assert_pair(BOOTS(1000), BOOTS(1010), true, GATE_REGRESSION, false, false);
}

static void what_the_tick_does_not_move_is_decided_by_two_boots(void **state)
{
	(void)state;
	assert_pair(BOOTS(1000, 1000), BOOTS(1010, 1010), false, GATE_REGRESSION, false, false);
	assert_pair(BOOTS(1000, 1000), BOOTS(990, 990), false, GATE_IMPROVEMENT, false, false);
}

static void a_median_of_many_that_it_moves_a_little_by_three(void **state)
{
	const struct figures many = { &load, BOOTS(1000, 1000, 1001), BOOTS(1010, 1010, 1011),
				       MANY, MANY };
	const struct figures two = { &load, BOOTS(1000, 1001), BOOTS(1010, 1010), MANY, MANY };
	const struct figures close = { &load, BOOTS(1000, 1000, 1002), BOOTS(1010, 1011, 1011),
				       MANY, MANY };
	const struct figures few = { &load, BOOTS(1000, 1000, 1001), BOOTS(1010, 1010, 1011), 15, 15 };
	const struct figures fewer = { &load, BOOTS(1000, 1000, 1001), BOOTS(1010, 1010, 1011), MANY,
				       15 };
	const struct figures max = { &load_max, BOOTS(1000, 1000, 1001), BOOTS(1200, 1200, 1201),
				       MANY, MANY };

	(void)state;
	assert_figures(&many, false, GATE_REGRESSION, false, false);
	assert_figures(&two, false, GATE_REGRESSION, true, true);
	assert_figures(&close, false, GATE_REGRESSION, true, true);
	assert_figures(&few, false, GATE_REGRESSION, true, true);
	assert_figures(&fewer, false, GATE_REGRESSION, true, true);
	assert_figures(&max, false, GATE_REGRESSION, true, true);
}

static void and_by_one_where_all_of_the_other_are_known(void **state)
{
	const struct figures known = { &load, BOOTS(1000, 1001, 1000, 1001, 1000), BOOTS(1010),
				       MANY, MANY };
	const struct figures close = { &load, BOOTS(1000, 1003, 1000, 1002, 1000), BOOTS(1010),
				       MANY, MANY };
	const struct figures unknown = { &load, BOOTS(1000, 1000, 1000, 1000), BOOTS(1010),
				       MANY, MANY };
	const struct figures few = { &load, BOOTS(1000, 1000, 1000, 1000, 1000), BOOTS(1010), 15, 15 };
	const struct figures max = { &load_max, BOOTS(1000, 1000, 1000, 1000, 1000), BOOTS(1200),
				       MANY, MANY };

	(void)state;
	assert_figures(&known, false, GATE_REGRESSION, false, false);
	assert_figures(&close, false, GATE_REGRESSION, false, true);
	assert_figures(&unknown, false, GATE_REGRESSION, true, true);
	assert_figures(&few, false, GATE_REGRESSION, false, true);
	assert_figures(&max, false, GATE_REGRESSION, false, true);
}

static void ranges_that_overlap_are_no_change(void **state)
{
	(void)state;
	assert_pair(BOOTS(1000, 1050), BOOTS(1020), false, GATE_NO_CHANGE, false, false);
	assert_pair(BOOTS(1000, 1010, 1200), BOOTS(1190, 1250, 1300), true, GATE_NO_CHANGE, false,
		    false);
}

static void ranges_that_lie_apart_are_a_change_if_they_are_narrow(void **state)
{
	(void)state;
	assert_pair(BOOTS(1000, 1003, 1001, 1002, 1000), BOOTS(1010, 1012, 1013, 1011, 1012), true,
		    GATE_REGRESSION, false, false);
	assert_pair(BOOTS(1000, 1009, 1001, 1002, 1000), BOOTS(1010, 1012, 1013, 1011, 1012), true,
		    GATE_INCONCLUSIVE, false, false);
	assert_pair(BOOTS(1000, 1009), BOOTS(1010, 1012, 1013, 1011, 1012), false,
		    GATE_INCONCLUSIVE, true, false);
}

/* --- figures of one cell --- */

static const double low[] = { 2000, 2020, 0 }, high[] = { 2200, 2220, 0 };
static const struct figures open_worse = { &load_max, low, high, 1, 1 };
static const struct figures open_better = { &load_max, high, low, 1, 1 };

/* What is judged of two figures, of which the second one is not plain. */
static struct gate judge_two(const struct figures *first, const struct figures *second,
			     const char *second_cell, const struct gate_rules *rules)
{
	static struct compare_side side[2][2];
	static struct compare_row row[2];
	static struct store_content content;
	static struct compare compare;
	static const struct gate_patch patch;
	struct gate gate;

	content = (struct store_content){ .run = { .exact = true, .engine = (char *)"exact" } };
	compare = (struct compare){ .content = &content, .row = row, .nr_rows = 2 };
	row[0] = (struct compare_row){ .metric = first->metric, .cell_params = "pool=zbud",
				       .side = side[0] };
	row[1] = (struct compare_row){ .metric = second->metric, .cell_params = second_cell,
				       .side = side[1] };
	fill_side(&side[0][0], first->old, 1);
	fill_side(&side[0][1], first->new, 1);
	fill_side(&side[1][0], second->old, 1);
	fill_side(&side[1][1], second->new, 1);
	gate_judge(&compare, &patch, 1, rules, &gate);
	return gate;
}

static size_t wants(const struct figures *first, const struct figures *second,
		    const char *second_cell, bool all)
{
	const struct gate_rules rules = { .all = all };
	struct gate gate = judge_two(first, second, second_cell, &rules);
	size_t nr = gate.nr_wants;

	gate_free(&gate);
	return nr;
}

static const struct figures worse = { &load, BOOTS(1000, 1000), BOOTS(1010, 1010), 1, 1 };
static const struct figures better = { &load, BOOTS(1010, 1010), BOOTS(1000, 1000), 1, 1 };

static void a_cell_that_is_plainly_worse_gets_two_boots(void **state)
{
	(void)state;
	assert_int_equal(wants(&worse, &open_worse, "pool=zbud", false), 0);
	assert_int_equal(wants(&worse, &open_better, "pool=zbud", false), 0);
	assert_int_equal(wants(&worse, &open_worse, "pool=zbud", true), 2);
	assert_int_equal(wants(&worse, &open_worse, "pool=z3fold", false), 2);
}

static void one_that_is_plainly_better_gets_all_for_what_may_be_worse(void **state)
{
	(void)state;
	assert_int_equal(wants(&better, &open_worse, "pool=zbud", false), 2);
	assert_int_equal(wants(&better, &open_better, "pool=zbud", false), 0);
}

static void the_others_are_judged_by_two_boots(void **state)
{
	static const double once[] = { 2000, 0 }, near[] = { 2021, 2041, 0 };
	const struct figures unseen = { &load_max, once, high, 1, 1 }, close = { &load, low, near, 1, 1 };
	const struct gate_rules final = { .final = true };
	struct gate gate;

	(void)state;
	assert_int_equal(wants(&worse, &unseen, "pool=zbud", false), 1);
	assert_int_equal(wants(&worse, &unseen, "pool=zbud", true), 2);
	gate = judge_two(&worse, &open_worse, "pool=zbud", &final);
	assert_int_equal(gate.nr_changes, 2);
	assert_int_equal(gate.change[1].verdict, GATE_REGRESSION);
	gate_free(&gate);
	gate = judge_two(&worse, &close, "pool=zbud", &final);
	assert_int_equal(gate.change[0].verdict, GATE_REGRESSION);
	assert_int_equal(gate.change[1].verdict, GATE_INCONCLUSIVE);
	assert_int_equal(gate.verdict, GATE_REGRESSION);
	gate_free(&gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_figure_that_differs_is_measured_again),
		cmocka_unit_test(what_the_tick_does_not_move_is_decided_by_two_boots),
		cmocka_unit_test(a_median_of_many_that_it_moves_a_little_by_three),
		cmocka_unit_test(and_by_one_where_all_of_the_other_are_known),
		cmocka_unit_test(ranges_that_overlap_are_no_change),
		cmocka_unit_test(ranges_that_lie_apart_are_a_change_if_they_are_narrow),
		cmocka_unit_test(a_cell_that_is_plainly_worse_gets_two_boots),
		cmocka_unit_test(one_that_is_plainly_better_gets_all_for_what_may_be_worse),
		cmocka_unit_test(the_others_are_judged_by_two_boots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
