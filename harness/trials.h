/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many boots a gate should do, with a budget of seconds: some of everything first,
 * then more of what is not decided, where they decide most per second.
 *
 *	trials_first(&rules, group, nr_groups, budget);
 *	do {
 *		... boot group[i].more times on each side, interleaved A B B A,
 *		    and add the figures to the comparisons; count the seconds ...
 *		judge(list, nr, &judge_rules);
 *	} while (trials_next(&rules, list, nr, &judge_rules, group, nr_groups, left));
 *
 * Looking again and again until something shows is the classic way to false alarms.
 * Here the number of looks is fixed before the first, and alpha is shared out among
 * them, see judge_level(); tests/test-trials.c simulates whole runs and counts.
 */
#ifndef PAGEMETA_TRIALS_H
#define PAGEMETA_TRIALS_H

#include "judge.h"

/**
 * struct trials_rules - how boots are added
 * @first: boots of each side before the first look
 * @most: boots of each side at most
 * @narrow: an interval whose half is at most this part of the floor is narrow enough:
 *	what is still undecided then lies on the floor, and is left so
 */
struct trials_rules {
	size_t first;
	size_t most;
	double narrow;
};

/*
 * Ten boots a side are what benchstat asks for; their smallest p, 1e-5, can be significant
 * among some hundreds of comparisons at the first of three looks, and twenty among 1e8.
 */
#define TRIALS_RULES_DEFAULT { .first = 10, .most = 40, .narrow = 0.5 }
#define TRIALS_LOOKS_DEFAULT 3

/**
 * struct trials_group - a kind of boot that figures come out of
 * @seconds: what one boot of each side takes, both together
 * @boots: boots of each side so far
 * @more: filled in: how many to add to each side; even, so that A B B A is whole
 */
struct trials_group {
	double seconds;
	size_t boots;
	size_t more;
};

/**
 * trials_first() - boots before the first look
 * @rules: how many they should be
 * @group: @more is set for each
 * @nr_groups: how many
 * @budget: seconds for everything
 *
 * The same number for all: @rules->first, or as many as the budget pays for.
 *
 * Return: that number; 0 when the budget does not even pay for one of each.
 */
size_t trials_first(const struct trials_rules *rules, struct trials_group *group,
		    size_t nr_groups, double budget);

/**
 * trials_needed() - boots of each side that should decide a comparison
 * @rules: when an interval is narrow enough
 * @comparison: a judged one
 * @nr_counted: comparisons of the run, for how small p has to be
 * @now: the rules it was judged by
 * @next: the rules it will be judged by
 *
 * An interval shrinks with the square root of boots. It has to become so narrow that it
 * no longer reaches from the effect to the floor, but at least @rules->narrow of the
 * floor; and for what lies beyond the floor p must be able to be small enough.
 *
 * Return: as many as there are where no more are needed, otherwise at least one more;
 * not bounded by @rules->most.
 */
size_t trials_needed(const struct trials_rules *rules, const struct judge_comparison *comparison,
		     size_t nr_counted, const struct judge_rules *now,
		     const struct judge_rules *next);

/**
 * trials_next() - which boots to add before the next look
 * @rules: how boots are added
 * @list: comparisons as judge() left them; each one's group is an index of @group
 * @nr: how many
 * @judge_rules: by which they were judged; its look is advanced for the next judge()
 * @group: @more is added to @boots, then set anew
 * @nr_groups: how many
 * @left: seconds that are left of the budget
 *
 * A group gets what the comparison that needs most of it needs, but not more than it
 * has: what is needed is a guess from few boots. Comparisons that have no better way
 * (DIR_NEUTRAL) fail no gate, and no boots are spent on them. When the budget does not
 * pay for all, the cheapest come first. When it pays for none, or none are needed that
 * may be added, the next look is the last, without any.
 *
 * Return: whether to judge() again; false when all is decided or this was the last look.
 */
bool trials_next(const struct trials_rules *rules, const struct judge_comparison *list, size_t nr,
		 struct judge_rules *judge_rules, struct trials_group *group, size_t nr_groups,
		 double left);

#endif
