// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Spends a budget of boots where they decide something.
 */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sort.h>

#include "trials.h"
#include "util.h"

#define EVEN(nr) ((nr) & ~(size_t)1)

static double seconds_of_all(const struct trials_group *group, size_t nr_groups)
{
	double seconds = 0;

	for (size_t i = 0; i < nr_groups; i++)
		seconds += group[i].seconds;
	return seconds;
}

/* How many fit into a budget, @most at most. */
static size_t affordable(double budget, double seconds, size_t most)
{
	if (budget >= seconds * most)
		return most;
	return budget > 0 ? budget / seconds : 0;
}

size_t trials_first(const struct trials_rules *rules, struct trials_group *group,
		    size_t nr_groups, double budget)
{
	size_t boots = affordable(budget, seconds_of_all(group, nr_groups), rules->first);

	if (boots < rules->first && boots > 2)
		boots = EVEN(boots);
	for (size_t i = 0; i < nr_groups; i++)
		group[i].more = boots;
	return boots;
}

/* The fewest boots of each side with which p can be as small as @p. */
static size_t boots_for_p(double p)
{
	size_t boots = 1;

	while (boots < STATS_BOOTS_MAX && stats_smallest_p(boots, boots) > p)
		boots++;
	return boots;
}

/* How much narrower an interval is at the level of another look, boots being equal. */
static double narrowing(const struct judge_rules *now, const struct judge_rules *next)
{
	return gsl_cdf_ugaussian_Qinv(judge_level(next) / 2) /
	       gsl_cdf_ugaussian_Qinv(judge_level(now) / 2);
}

size_t trials_needed(const struct trials_rules *rules, const struct judge_comparison *comparison,
		     size_t nr_counted, const struct judge_rules *now,
		     const struct judge_rules *next)
{
	const struct judge_result *result = &comparison->result;
	size_t boots = GSL_MIN(comparison->nr_old, comparison->nr_new);
	double change = fabs(result->effect.value - (result->effect.scale == STATS_RATIO));
	double half = (result->effect.high - result->effect.low) / 2;
	double narrow = rules->narrow * result->floor;
	double needed, for_p;

	if (judge_decided(comparison))
		return boots;
	if (isinf(half))
		return GSL_MAX(boots, boots_for_p(judge_level(next)));
	if (result->why == JUDGE_WHY_NOISE && half <= narrow)
		return boots;
	needed = boots * gsl_pow_2(narrowing(now, next) * half /
				   fmax(narrow, fabs(change - result->floor)));
	for_p = change > result->floor ? boots_for_p(judge_level(next) / nr_counted) : 0;
	return ceil(fmin(fmax(fmax(needed, for_p), boots + 1), STATS_BOOTS_MAX));
}

/* What each group would get if there were no budget. Return: whether all is decided. */
static bool find_wishes(const struct trials_rules *rules, const struct judge_comparison *list,
			size_t nr, const struct judge_rules *now, struct trials_group *group)
{
	struct judge_rules next = *now;
	bool decided = true;

	next.look++;
	for (size_t i = 0; i < nr; i++) {
		struct trials_group *from = &group[list[i].group];
		size_t needed, most, more;

		if (list[i].direction == DIR_NEUTRAL || judge_decided(&list[i]))
			continue;
		decided = false;
		needed = trials_needed(rules, &list[i], nr, now, &next);
		most = GSL_MIN(2 * from->boots, rules->most);
		if (needed <= from->boots || most <= from->boots)
			continue;
		more = GSL_MIN(EVEN(needed - from->boots + 1), EVEN(most - from->boots));
		from->more = GSL_MAX(from->more, more);
	}
	return decided;
}

/* The cheapest wishes first. Return: whether any is granted. */
static bool grant(struct trials_group *group, size_t nr_groups, double left)
{
	double *cost = mem_grow(NULL, nr_groups, sizeof(*cost));
	size_t *order = mem_grow(NULL, nr_groups, sizeof(*order));
	bool any = false;

	for (size_t i = 0; i < nr_groups; i++)
		cost[i] = group[i].seconds * group[i].more;
	gsl_sort_index(order, cost, 1, nr_groups);
	for (size_t i = 0; i < nr_groups; i++) {
		struct trials_group *next = &group[order[i]];

		next->more = EVEN(affordable(left, next->seconds, next->more));
		left -= next->seconds * next->more;
		any |= next->more > 0;
	}
	free(order);
	free(cost);
	return any;
}

bool trials_next(const struct trials_rules *rules, const struct judge_comparison *list, size_t nr,
		 struct judge_rules *judge_rules, struct trials_group *group, size_t nr_groups,
		 double left)
{
	for (size_t i = 0; i < nr_groups; i++) {
		group[i].boots += group[i].more;
		group[i].more = 0;
	}
	if (judge_rules->look >= judge_rules->looks)
		return false;
	if (find_wishes(rules, list, nr, judge_rules, group))
		return false;
	if (grant(group, nr_groups, left))
		judge_rules->look++;
	else
		judge_rules->look = judge_rules->looks;
	return true;
}
