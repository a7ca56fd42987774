// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verdicts of comparisons whose answer can be told by hand.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge.h"
#include "util.h"

#define NR 10

static const struct judge_rules rules = { .alpha = 0.05, .look = 1, .looks = 1 };

static void assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-12 * fmax(1, fabs(expected))))
		fail_msg("%.17g is not %.17g", value, expected);
}

/* Ten boots around a figure, by up to 0.45 %. */
static void fill(double figure, double *ret_boots)
{
	for (size_t i = 0; i < NR; i++)
		ret_boots[i] = figure * (1 + ((double)i - 4.5) / 1000);
}

static struct judge_comparison latency(const double *old, const double *new)
{
	return (struct judge_comparison){
		.unit = UNIT_CLOCK, .combine = COMBINE_MEDIAN, .direction = DIR_LOWER,
		.old = old, .nr_old = NR, .new = new, .nr_new = NR,
	};
}

static struct judge_comparison judged(double old, double new, enum metric_direction direction)
{
	static double before[NR], after[NR];
	struct judge_comparison comparison = latency(before, after);

	fill(old, before);
	fill(new, after);
	comparison.direction = direction;
	judge(&comparison, 1, &rules);
	return comparison;
}

static void a_clear_change_is_told_by_its_direction(void **state)
{
	(void)state;
	assert_int_equal(judged(1000, 1100, DIR_LOWER).result.verdict, JUDGE_REGRESSION);
	assert_int_equal(judged(1000, 900, DIR_LOWER).result.verdict, JUDGE_IMPROVEMENT);
	assert_int_equal(judged(1000, 1100, DIR_HIGHER).result.verdict, JUDGE_IMPROVEMENT);
	assert_int_equal(judged(1000, 900, DIR_HIGHER).result.verdict, JUDGE_REGRESSION);
	assert_int_equal(judged(1000, 1100, DIR_NEUTRAL).result.verdict, JUDGE_CHANGED);
	assert_int_equal(judged(1000, 900, DIR_NEUTRAL).result.verdict, JUDGE_CHANGED);
}

static void the_result_says_what_was_found(void **state)
{
	struct judge_result result = judged(1000, 1100, DIR_LOWER).result;
	(void)state;

	assert_int_equal(result.why, JUDGE_WHY_NOTHING);
	assert_near(result.effect.value, 1.1);
	assert_near(result.effect.old_median, 1000);
	assert_near(result.floor, 0.02);
	assert_near(result.confidence, 0.95);
	assert_near(result.p, 2 / 184756.0);
	assert_near(result.p_adjusted, result.p);
	assert_true(result.effect.low > 1.09 && result.effect.high < 1.11);
}

static void what_stays_within_the_floor_is_no_change(void **state)
{
	struct judge_result same = judged(1000, 1000, DIR_LOWER).result;
	struct judge_result small = judged(1000, 1010, DIR_LOWER).result;
	(void)state;

	assert_int_equal(same.verdict, JUDGE_NO_CHANGE);
	/* significant, and yet too small to matter */
	assert_true(small.p < 0.001);
	assert_int_equal(small.verdict, JUDGE_NO_CHANGE);
}

static void what_reaches_across_the_floor_cannot_be_told(void **state)
{
	struct judge_result result = judged(1000, 1020, DIR_LOWER).result;
	(void)state;

	assert_true(result.effect.low < 1.02 && result.effect.high > 1.02);
	assert_true(result.p_adjusted < 0.001);
	assert_int_equal(result.verdict, JUDGE_INCONCLUSIVE);
	assert_int_equal(result.why, JUDGE_WHY_NOISE);
}

/* Ten boots that never differ, just on the floor: 1.02 less 1 is more than 0.02 in binary. */
static void a_change_of_just_the_floor_does_not_count(void **state)
{
	double old[NR], new[NR];
	struct judge_comparison comparison = latency(old, new);
	(void)state;

	for (size_t i = 0; i < NR; i++) {
		old[i] = 100;
		new[i] = 102;
	}
	judge(&comparison, 1, &rules);
	assert_int_equal(comparison.result.verdict, JUDGE_NO_CHANGE);
	new[0] = 103;
	old[0] = 99;
	judge(&comparison, 1, &rules);
	assert_int_equal(comparison.result.verdict, JUDGE_NO_CHANGE);
	for (size_t i = 0; i < NR; i++)
		new[i] = 102.001;
	judge(&comparison, 1, &rules);
	assert_int_equal(comparison.result.verdict, JUDGE_REGRESSION);
}

static void a_floor_of_its_own_takes_the_place_of_the_default(void **state)
{
	double old[NR], new[NR];
	struct judge_comparison comparison = latency(old, new);
	(void)state;

	fill(1000, old);
	fill(1030, new);
	comparison.floor.relative = 50000;
	judge(&comparison, 1, &rules);
	assert_near(comparison.result.floor, 0.05);
	assert_int_equal(comparison.result.verdict, JUDGE_NO_CHANGE);
	comparison.floor = (struct judge_floor){ .relative = 1, .absolute = 100 };
	judge(&comparison, 1, &rules);
	assert_near(comparison.result.floor, 0.1);
	assert_int_equal(comparison.result.verdict, JUDGE_NO_CHANGE);
	comparison.floor.absolute = 10;
	judge(&comparison, 1, &rules);
	assert_near(comparison.result.floor, 0.01);
	assert_int_equal(comparison.result.verdict, JUDGE_REGRESSION);
}

/* 2 / C(20, 10) = 1.08e-5: with 4618 comparisons it is below 5 %, with 4620 not. */
static void many_comparisons_need_more_boots(void **state)
{
	enum { MANY = 4620 };
	struct judge_comparison *list = mem_grow(NULL, MANY, sizeof(*list));
	double old[NR], new[NR], noise[NR];
	(void)state;

	fill(1000, old);
	fill(1100, new);
	fill(1000.0001, noise);
	list[0] = latency(old, new);
	for (size_t i = 1; i < MANY; i++)
		list[i] = latency(old, noise);
	judge(list, 4618, &rules);
	assert_int_equal(list[0].result.verdict, JUDGE_REGRESSION);
	assert_int_equal(list[4617].result.verdict, JUDGE_NO_CHANGE);
	judge(list, MANY, &rules);
	assert_int_equal(list[0].result.verdict, JUDGE_INCONCLUSIVE);
	assert_int_equal(list[0].result.why, JUDGE_WHY_FEW_BOOTS);
	free(list);
}

static void what_cannot_differ_is_not_counted(void **state)
{
	enum { MANY = 9000 };
	struct judge_comparison *list = mem_grow(NULL, MANY, sizeof(*list));
	double old[NR], new[NR], same[NR];
	(void)state;

	fill(1000, old);
	fill(1100, new);
	for (size_t i = 0; i < NR; i++)
		same[i] = 8388608;
	list[0] = latency(old, new);
	for (size_t i = 1; i < MANY; i++)
		list[i] = latency(same, same);
	judge(list, MANY, &rules);
	assert_int_equal(list[0].result.verdict, JUDGE_REGRESSION);
	assert_near(list[0].result.p_adjusted, list[0].result.p);
	assert_int_equal(list[1].result.verdict, JUDGE_NO_CHANGE);
	assert_near(list[1].result.p, 1);
	assert_true(isnan(list[1].result.p_adjusted));
	free(list);
}

/* p of 4 % each: Holm takes none of both, Benjamini and Hochberg both. */
static void the_way_of_adjusting_is_a_choice(void **state)
{
	static const double old[] = { 100, 101, 102, 103 }, new[] = { 200, 201, 202, 203 };
	struct judge_rules hochberg = { .alpha = 0.05, .adjust = JUDGE_BENJAMINI_HOCHBERG,
					.look = 1, .looks = 1 };
	struct judge_comparison list[2];
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		list[i] = latency(old, new);
		list[i].nr_old = list[i].nr_new = 4;
	}
	judge(list, 2, &rules);
	assert_near(list[1].result.p_adjusted, 4 / 70.0);
	assert_int_equal(list[1].result.verdict, JUDGE_INCONCLUSIVE);
	assert_int_equal(list[1].result.why, JUDGE_WHY_FEW_BOOTS);
	judge(list, 2, &hochberg);
	assert_near(list[1].result.p_adjusted, 2 / 70.0);
	assert_int_equal(list[1].result.verdict, JUDGE_REGRESSION);
}

/*
 * Ten boots of which one is on the wrong side: the interval lies beyond the floor, but
 * among 3000 comparisons it is not rare enough, p = 2 (1 + 1) / C(20, 10), times 3000 is
 * 6.5 %. One that is not, times 3000 is 3.2 %, would be.
 */
static void what_may_be_chance_is_said_to(void **state)
{
	enum { MANY = 3000 };
	struct judge_comparison *list = mem_grow(NULL, MANY, sizeof(*list));
	double old[NR], new[NR], noise[NR];
	(void)state;

	fill(1000, old);
	fill(1100, new);
	fill(1000.0001, noise);
	old[NR - 1] = (new[0] + new[1]) / 2;
	list[0] = latency(old, new);
	for (size_t i = 1; i < MANY; i++)
		list[i] = latency(old, noise);
	judge(list, MANY, &rules);
	assert_near(list[0].result.p, 4 / 184756.0);
	assert_true(list[0].result.effect.low > 1.02);
	assert_int_equal(list[0].result.verdict, JUDGE_INCONCLUSIVE);
	assert_int_equal(list[0].result.why, JUDGE_WHY_CHANCE);
	assert_false(judge_decided(&list[0]));
	free(list);
}

static void few_boots_say_nothing(void **state)
{
	static const double old[] = { 100, 101, 102 }, new[] = { 200, 201, 202 };
	struct judge_comparison comparison = latency(old, new);
	(void)state;

	comparison.nr_old = comparison.nr_new = 3;
	judge(&comparison, 1, &rules);
	assert_int_equal(comparison.result.verdict, JUDGE_INCONCLUSIVE);
	assert_int_equal(comparison.result.why, JUDGE_WHY_FEW_BOOTS);
	assert_true(isinf(comparison.result.effect.high));
	assert_false(judge_decided(&comparison));
}

static void no_figures_say_nothing_at_all(void **state)
{
	static const double bad[] = { 100, NAN, 102 };
	double old[NR], new[NR];
	struct judge_comparison list[3];
	(void)state;

	fill(1000, old);
	fill(1100, new);
	list[0] = latency(old, new);
	list[1] = latency(old, NULL);
	list[1].nr_new = 0;
	list[2] = latency(bad, new);
	list[2].nr_old = 3;
	judge(list, 3, &rules);
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(list[i].result.verdict, JUDGE_INCONCLUSIVE);
		assert_int_equal(list[i].result.why, JUDGE_WHY_NO_FIGURES);
		assert_true(isnan(list[i].result.effect.value) && isnan(list[i].result.p));
		assert_true(judge_decided(&list[i]));
	}
	/* and they do not count as comparisons */
	assert_near(list[0].result.p_adjusted, list[0].result.p);
	judge(NULL, 0, &rules);
}

static struct judge_result exact(const double *old, size_t nr_old, const double *new,
				 size_t nr_new, struct judge_floor floor,
				 enum metric_direction direction)
{
	struct judge_comparison comparison = {
		.unit = UNIT_CLOCK, .combine = COMBINE_MEDIAN, .direction = direction,
		.exact = true, .floor = floor,
		.old = old, .nr_old = nr_old, .new = new, .nr_new = nr_new,
	};

	judge(&comparison, 1, &rules);
	return comparison.result;
}

static enum judge_verdict exactly(double old, double new, enum metric_direction direction)
{
	return exact(&old, 1, &new, 1, (struct judge_floor){ 0 }, direction).verdict;
}

static void one_exact_boot_is_enough(void **state)
{
	(void)state;
	assert_int_equal(exactly(100000, 100101, DIR_LOWER), JUDGE_REGRESSION);
	assert_int_equal(exactly(100000, 99899, DIR_LOWER), JUDGE_IMPROVEMENT);
	assert_int_equal(exactly(100000, 99899, DIR_HIGHER), JUDGE_REGRESSION);
	assert_int_equal(exactly(100000, 100101, DIR_NEUTRAL), JUDGE_CHANGED);
	assert_int_equal(exactly(100000, 100000, DIR_LOWER), JUDGE_NO_CHANGE);
}

/* 0.1 % of 100,000 is 100, whatever 1.001 is in binary. */
static void an_exact_change_of_just_the_floor_does_not_count(void **state)
{
	static const double old_figure = 22000, new_figure = 22099;
	struct judge_floor floor = { .relative = 4500 };
	(void)state;

	/* 0.0045 times 22000 is a little less than 99 in binary */
	assert_int_equal(exact(&old_figure, 1, &new_figure, 1, floor, DIR_LOWER).verdict,
			 JUDGE_NO_CHANGE);
	for (double old = 1000; old < 1e9; old *= 10) {
		assert_int_equal(exactly(old, old + old / 1000, DIR_LOWER), JUDGE_NO_CHANGE);
		assert_int_equal(exactly(old, old - old / 1000, DIR_LOWER), JUDGE_NO_CHANGE);
		assert_int_equal(exactly(old, old + old / 1000 + 1, DIR_LOWER), JUDGE_REGRESSION);
		assert_int_equal(exactly(old, old - old / 1000 - 1, DIR_LOWER), JUDGE_IMPROVEMENT);
	}
}

static void exact_figures_of_zero_have_a_verdict(void **state)
{
	static const double zero = 0, one = 1, two = 2, less = -3;
	struct judge_floor one_more = { .absolute = 1 }, any = { 0 };
	(void)state;

	assert_int_equal(exactly(0, 0, DIR_LOWER), JUDGE_NO_CHANGE);
	assert_int_equal(exactly(0, 1, DIR_LOWER), JUDGE_REGRESSION);
	assert_int_equal(exactly(1, 0, DIR_LOWER), JUDGE_IMPROVEMENT);
	assert_int_equal(exactly(-1, 1, DIR_HIGHER), JUDGE_IMPROVEMENT);
	assert_int_equal(exact(&zero, 1, &one, 1, one_more, DIR_LOWER).verdict, JUDGE_NO_CHANGE);
	assert_int_equal(exact(&zero, 1, &two, 1, one_more, DIR_LOWER).verdict, JUDGE_REGRESSION);
	assert_int_equal(exact(&zero, 1, &less, 1, any, DIR_NEUTRAL).verdict, JUDGE_CHANGED);
	assert_int_equal(exact(&zero, 1, &two, 1, any, DIR_LOWER).effect.scale, STATS_DIFFERENCE);
}

static void exact_boots_that_differ_are_not_exact(void **state)
{
	static const double same[] = { 5, 5, 5 }, other[] = { 5, 5, 6 }, more[] = { 7, 7 };
	struct judge_floor floor = { 0 };
	struct judge_result result;
	(void)state;

	result = exact(same, 3, more, 2, floor, DIR_LOWER);
	assert_int_equal(result.verdict, JUDGE_REGRESSION);
	assert_true(result.effect.low == 1.4 && result.effect.high == 1.4);
	assert_true(isnan(result.p) && result.confidence == 1);
	result = exact(same, 3, other, 3, floor, DIR_LOWER);
	assert_int_equal(result.verdict, JUDGE_INCONCLUSIVE);
	assert_int_equal(result.why, JUDGE_WHY_NOT_EXACT);
	result = exact(other, 3, same, 3, floor, DIR_LOWER);
	assert_int_equal(result.why, JUDGE_WHY_NOT_EXACT);
}

static void exact_figures_are_not_among_those_adjusted_for(void **state)
{
	double old[NR], new[NR];
	struct judge_comparison list[2];
	(void)state;

	fill(1000, old);
	fill(1100, new);
	list[0] = latency(old, new);
	list[1] = list[0];
	list[1].exact = true;
	list[1].nr_old = list[1].nr_new = 1;
	judge(list, 2, &rules);
	assert_near(list[0].result.p_adjusted, list[0].result.p);
	assert_int_equal(list[1].result.verdict, JUDGE_REGRESSION);
}

static void figures_of_zero_are_judged_by_their_difference(void **state)
{
	double zero[NR] = { 0 }, some[NR] = { 3, 3, 3, 3, 3, 3, 3, 3, 3, 3 };
	double bytes[NR] = { 0, 4096, 0, 4096, 0, 0, 4096, 0, 0, 4096 };
	struct judge_comparison comparison = latency(zero, some);
	(void)state;

	comparison.unit = UNIT_COUNT;
	judge(&comparison, 1, &rules);
	assert_int_equal(comparison.result.verdict, JUDGE_REGRESSION);
	assert_near(comparison.result.effect.value, 3);
	comparison.new = zero;
	judge(&comparison, 1, &rules);
	assert_int_equal(comparison.result.verdict, JUDGE_NO_CHANGE);
	/* a page more or less is none */
	comparison.new = bytes;
	comparison.unit = UNIT_BYTES;
	judge(&comparison, 1, &rules);
	assert_near(comparison.result.floor, 4096);
	assert_int_equal(comparison.result.verdict, JUDGE_NO_CHANGE);
}

static void looks_share_alpha(void **state)
{
	(void)state;
	for (unsigned int looks = 1; looks <= 7; looks++) {
		struct judge_rules at = { .alpha = 0.05, .looks = looks };
		double sum = 0, last = 0;

		for (at.look = 1; at.look <= looks; at.look++) {
			assert_true(judge_level(&at) > last);
			last = judge_level(&at);
			sum += last;
		}
		assert_near(sum, 0.05);
	}
	assert_near(judge_level(&(struct judge_rules){ .alpha = 0.9, .look = 2, .looks = 3 }), 0.3);
}

static void default_floors_grow_with_the_tail(void **state)
{
	static const enum metric_combine outward[] = {
		COMBINE_MEDIAN, COMBINE_MEAN, COMBINE_P99, COMBINE_P999, COMBINE_P9999, COMBINE_MAX
	};
	(void)state;

	for (int engine = 0; engine < 2; engine++) {
		unsigned int inner = 0;

		for (size_t i = 0; i < ARRAY_SIZE(outward); i++) {
			unsigned int floor = judge_default_floor(UNIT_CLOCK, outward[i],
								 engine).relative;

			assert_true(floor >= inner);
			inner = floor;
		}
	}
	for (int unit = 0; unit < UNIT_NR; unit++) {
		assert_int_equal(judge_default_floor(unit, COMBINE_MEDIAN, true).relative, 1000);
		assert_true(judge_default_floor(unit, COMBINE_MEDIAN, true).absolute == 0);
		for (int combine = 0; combine <= COMBINE_NR; combine++)
			assert_true(judge_default_floor(unit, combine, false).relative >= 1000);
	}
	assert_int_equal(judge_default_floor(UNIT_CLOCK, COMBINE_MEDIAN, false).relative, 20000);
}

static void every_verdict_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < JUDGE_NR; i++)
		assert_string_not_equal(judge_verdict_name(i), "invalid");
	for (int i = 0; i < JUDGE_WHY_NR; i++)
		assert_string_not_equal(judge_why_text(i), "invalid");
	assert_string_equal(judge_verdict_name(JUDGE_NR), "invalid");
	assert_string_equal(judge_why_text(JUDGE_WHY_NR), "invalid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clear_change_is_told_by_its_direction),
		cmocka_unit_test(the_result_says_what_was_found),
		cmocka_unit_test(what_stays_within_the_floor_is_no_change),
		cmocka_unit_test(what_reaches_across_the_floor_cannot_be_told),
		cmocka_unit_test(a_change_of_just_the_floor_does_not_count),
		cmocka_unit_test(a_floor_of_its_own_takes_the_place_of_the_default),
		cmocka_unit_test(many_comparisons_need_more_boots),
		cmocka_unit_test(what_cannot_differ_is_not_counted),
		cmocka_unit_test(the_way_of_adjusting_is_a_choice),
		cmocka_unit_test(what_may_be_chance_is_said_to),
		cmocka_unit_test(few_boots_say_nothing),
		cmocka_unit_test(no_figures_say_nothing_at_all),
		cmocka_unit_test(one_exact_boot_is_enough),
		cmocka_unit_test(an_exact_change_of_just_the_floor_does_not_count),
		cmocka_unit_test(exact_figures_of_zero_have_a_verdict),
		cmocka_unit_test(exact_boots_that_differ_are_not_exact),
		cmocka_unit_test(exact_figures_are_not_among_those_adjusted_for),
		cmocka_unit_test(figures_of_zero_are_judged_by_their_difference),
		cmocka_unit_test(looks_share_alpha),
		cmocka_unit_test(default_floors_grow_with_the_tail),
		cmocka_unit_test(every_verdict_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
