// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verdicts. Two questions are kept apart: whether a difference can be chance, and
 * whether it is large enough to matter.
 */
#include <math.h>
#include <stdlib.h>

#include "judge.h"
#include "util.h"

static const char *const verdict_names[JUDGE_NR] = {
	[JUDGE_NO_CHANGE]	= "no change",
	[JUDGE_REGRESSION]	= "regression",
	[JUDGE_IMPROVEMENT]	= "improvement",
	[JUDGE_CHANGED]		= "changed",
	[JUDGE_INCONCLUSIVE]	= "inconclusive",
};

static const char *const why_texts[JUDGE_WHY_NR] = {
	[JUDGE_WHY_NOTHING]	= "",
	[JUDGE_WHY_NO_FIGURES]	= "a side has no usable figures",
	[JUDGE_WHY_NOT_EXACT]	= "boots of one kernel differ under the exact engine",
	[JUDGE_WHY_FEW_BOOTS]	= "too few boots",
	[JUDGE_WHY_NOISE]	= "the interval is too wide for the floor",
	[JUDGE_WHY_CHANCE]	= "beyond the floor, but it may be chance",
};

const char *judge_verdict_name(enum judge_verdict verdict)
{
	return (unsigned int)verdict < JUDGE_NR ? verdict_names[verdict] : "invalid";
}

const char *judge_why_text(enum judge_why why)
{
	return (unsigned int)why < JUDGE_WHY_NR ? why_texts[why] : "invalid";
}

double judge_level(const struct judge_rules *rules)
{
	double looks = rules->looks;

	return rules->alpha * (2.0 * rules->look - 1) / (looks * looks);
}

/* The floor on the scale of the effect. */
static double floor_of(const struct judge_comparison *comparison, const struct stats_effect *effect)
{
	struct judge_floor floor = comparison->floor;
	double old = fabs(effect->old_median);

	if (!floor.relative && floor.absolute == 0)
		floor = judge_default_floor(comparison->unit, comparison->combine,
					    comparison->exact);
	if (effect->scale == STATS_RATIO)
		return fmax(floor.relative / 1e6, floor.absolute / old);
	return fmax(floor.relative / 1e6 * old, floor.absolute);
}

/* An effect that is no effect: a ratio of 1, or a difference of 0. */
static double nothing(const struct stats_effect *effect)
{
	return effect->scale == STATS_RATIO ? 1 : 0;
}

/* Just as much is not beyond: a ratio of 1.002 is a little more or less in binary. */
static bool beyond(double change, double floor)
{
	return change > floor * (1 + 1e-9);
}

static bool all_above(const struct judge_result *result)
{
	return beyond(result->effect.low - nothing(&result->effect), result->floor);
}

static bool all_below(const struct judge_result *result)
{
	return beyond(nothing(&result->effect) - result->effect.high, result->floor);
}

static bool all_within(const struct judge_result *result)
{
	double none = nothing(&result->effect);

	return !beyond(none - result->effect.low, result->floor) &&
	       !beyond(result->effect.high - none, result->floor);
}

static enum judge_verdict verdict_of(enum metric_direction direction, bool more)
{
	switch (direction) {
	case DIR_LOWER:
		return more ? JUDGE_REGRESSION : JUDGE_IMPROVEMENT;
	case DIR_HIGHER:
		return more ? JUDGE_IMPROVEMENT : JUDGE_REGRESSION;
	default:
		return JUDGE_CHANGED;
	}
}

static void inconclusive(struct judge_result *result, enum judge_why why)
{
	result->verdict = JUDGE_INCONCLUSIVE;
	result->why = why;
}

static bool all_equal(const double *figures, size_t nr)
{
	for (size_t i = 1; i < nr; i++)
		if (figures[i] != figures[0])
			return false;
	return true;
}

static void judge_exact(const struct judge_comparison *comparison, struct judge_result *result)
{
	struct stats_effect *effect = &result->effect;

	effect->low = effect->value;
	effect->high = effect->value;
	result->confidence = 1;
	if (!all_equal(comparison->old, comparison->nr_old) ||
	    !all_equal(comparison->new, comparison->nr_new))
		inconclusive(result, JUDGE_WHY_NOT_EXACT);
	else if (all_within(result))
		result->verdict = JUDGE_NO_CHANGE;
	else
		result->verdict = verdict_of(comparison->direction, all_above(result));
}

/* Nothing could have been different: no chance of a false verdict, so none to share. */
static bool could_differ(const struct judge_comparison *comparison)
{
	return !all_equal(comparison->old, comparison->nr_old) ||
	       !all_equal(comparison->new, comparison->nr_new) ||
	       comparison->old[0] != comparison->new[0];
}

/* What can be said of a comparison alone. Return: its p, NaN when it has none. */
static double measure(struct judge_comparison *comparison, double level)
{
	struct judge_result *result = &comparison->result;
	struct stats_rank_test test;

	*result = (struct judge_result){ .confidence = 1 - level, .p = NAN, .p_adjusted = NAN };
	if (stats_median_effect(comparison->old, comparison->nr_old, comparison->new,
				comparison->nr_new, result->confidence, &result->effect)) {
		result->effect = (struct stats_effect){ .old_median = NAN, .new_median = NAN,
							.value = NAN, .low = NAN, .high = NAN };
		result->floor = NAN;
		inconclusive(result, JUDGE_WHY_NO_FIGURES);
		return NAN;
	}
	result->floor = floor_of(comparison, &result->effect);
	if (comparison->exact) {
		judge_exact(comparison, result);
		return NAN;
	}
	stats_mann_whitney(comparison->old, comparison->nr_old, comparison->new,
			   comparison->nr_new, &test);
	result->p = test.p;
	return could_differ(comparison) ? test.p : NAN;
}

/* Whether figures could be so far apart that p, times all comparisons, is small enough. */
static bool enough_boots(const struct judge_comparison *comparison, size_t counted, double level)
{
	return stats_smallest_p(comparison->nr_old, comparison->nr_new) * counted <= level;
}

static void decide(struct judge_comparison *comparison, size_t counted, double level)
{
	struct judge_result *result = &comparison->result;
	bool above = all_above(result), below = all_below(result);

	if (all_within(result))
		result->verdict = JUDGE_NO_CHANGE;
	else if ((above || below) && result->p_adjusted <= level)
		result->verdict = verdict_of(comparison->direction, above);
	else if (isinf(result->effect.high))
		inconclusive(result, JUDGE_WHY_FEW_BOOTS);
	else if (!above && !below)
		inconclusive(result, JUDGE_WHY_NOISE);
	else if (!enough_boots(comparison, counted, level))
		inconclusive(result, JUDGE_WHY_FEW_BOOTS);
	else
		inconclusive(result, JUDGE_WHY_CHANCE);
}

void judge(struct judge_comparison *list, size_t nr, const struct judge_rules *rules)
{
	double level = judge_level(rules);
	double *p = mem_grow(NULL, nr, sizeof(*p));
	size_t counted = 0;

	for (size_t i = 0; i < nr; i++) {
		p[i] = measure(&list[i], level);
		counted += !isnan(p[i]);
	}
	if (rules->adjust == JUDGE_HOLM)
		stats_holm(p, nr, p);
	else
		stats_benjamini_hochberg(p, nr, p);
	for (size_t i = 0; i < nr; i++) {
		list[i].result.p_adjusted = p[i];
		if (!isnan(list[i].result.p))
			decide(&list[i], counted, level);
	}
	free(p);
}

bool judge_decided(const struct judge_comparison *comparison)
{
	return comparison->result.verdict != JUDGE_INCONCLUSIVE ||
	       comparison->result.why == JUDGE_WHY_NO_FIGURES ||
	       comparison->result.why == JUDGE_WHY_NOT_EXACT;
}
