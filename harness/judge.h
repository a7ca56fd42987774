/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a change did, as a verdict for each figure: numbers in, verdicts out. Knows
 * neither runs nor guests; whoever gates fills in what was measured and prints what
 * comes out.
 *
 *	judge(list, nr, &rules);		all comparisons of a run at once
 *	trials_next(...)			how many more boots, see trials.h
 *
 * exact engine. One boot is the truth: any difference is a difference, and it counts
 * when it is larger than the floor.
 *
 * Other engines. A verdict that something changed needs two things: that the difference
 * is not chance (Mann-Whitney, p adjusted for all comparisons of the run), and that it
 * matters (the whole interval of the effect lies beyond the floor, on one side). "No
 * change" is a statement as well and needs evidence: the whole interval lies within the
 * floor. Everything else is inconclusive, and says why.
 *
 * What that promises, with rules.alpha = 5 %: a run of which no figure has changed tells
 * of any change with a chance of 5 % at most (Holm; also Benjamini-Hochberg). A figure
 * that did change by the floor or more is said not to have changed with a chance of
 * 2.5 % (5 % where one side's boots vary several times as much as the other's).
 * Simulated with normal, skewed, bimodal, rounded and outlying boots, 20000 runs and 15000
 * figures of each, these are 1.7 to 4.4 % and 0.4 to 1.9 %, and less when the host drifts
 * (tests/test-judge-rates.c).
 */
#ifndef PAGEMETA_JUDGE_H
#define PAGEMETA_JUDGE_H

#include "metric.h"
#include "stats.h"

/**
 * struct judge_floor - the change from which on a figure counts as changed
 * @relative: of the old median, in millionths
 * @absolute: in the figure's unit
 *
 * The larger of both holds; a change of just as much does not count yet. Both 0 stand
 * for judge_default_floor().
 */
struct judge_floor {
	unsigned int relative;
	double absolute;
};

/**
 * judge_default_floor() - the floor of a metric that declares none
 * @unit: what a figure counts
 * @combine: how it came out of a boot's samples
 * @exact: whether the figures are of the exact engine
 *
 * exact: 0.1 %. Of times, means and sums 0.2 %, the 99th percentile 0.5 %, further
 * tails and maxima 2 %: the timer ticks after the same number of instructions whatever
 * they do, so that a change which makes nothing slower moves ticks into other
 * operations. Seen with a patch of one function of zswap, one boot, 870 times of all
 * workloads: 99 of 100 medians within 0.11 %, 95 of 100 means within 0.11 %, 99 of 100
 * 99th percentiles within 0.25 %, 9 of 10 99.9th within 1.2 %, 95 of 100 maxima within
 * 0.1 %. The rest goes up to 40 %: no floor keeps it out that lets anything else in, and
 * boots with the tick elsewhere have to tell.
 *
 * Other engines: times 2 %, means and sums 3 %, 99th percentile 5 %, 99.9th 10 %,
 * further tails and maxima 25 %; bytes and pages 0.5 % and one page; counts and ratios
 * 1 %. These are choices; calibrate tells what a host can see.
 */
struct judge_floor judge_default_floor(enum metric_unit unit, enum metric_combine combine,
				       bool exact);

/** enum judge_verdict - what became of one figure */
enum judge_verdict {
	JUDGE_NO_CHANGE,	/* it is the same, as far as the floor goes */
	JUDGE_REGRESSION,	/* it got worse */
	JUDGE_IMPROVEMENT,	/* it got better */
	JUDGE_CHANGED,		/* it changed, and neither way is better */
	JUDGE_INCONCLUSIVE,	/* it cannot be told */
	JUDGE_NR
};

/** judge_verdict_name() - "no change", "regression", "improvement", "changed", "inconclusive" */
const char *judge_verdict_name(enum judge_verdict verdict);

/** enum judge_why - why it cannot be told */
enum judge_why {
	JUDGE_WHY_NOTHING,	/* it can */
	JUDGE_WHY_NO_FIGURES,	/* a side has none, one that is no number, or too many */
	JUDGE_WHY_NOT_EXACT,	/* boots of one kernel differ under the exact engine */
	JUDGE_WHY_FEW_BOOTS,	/* with so few boots no figures could have shown it */
	JUDGE_WHY_NOISE,	/* the interval is too wide for the floor */
	JUDGE_WHY_CHANCE,	/* beyond the floor, but it might be chance */
	JUDGE_WHY_NR
};

/** judge_why_text() - a few words, for after a colon */
const char *judge_why_text(enum judge_why why);

/**
 * struct judge_result - what was found
 * @verdict: what became of the figure
 * @why: for JUDGE_INCONCLUSIVE
 * @effect: both medians, their ratio or difference, and its interval; of an exact figure
 *	the interval has no width. All NaN for JUDGE_WHY_NO_FIGURES
 * @confidence: of the interval; 1 for an exact figure
 * @p: of the Mann-Whitney test; NaN for an exact figure
 * @p_adjusted: the same, adjusted for all comparisons; NaN where @p is, or where all
 *	figures of both sides are equal
 * @floor: in terms of @effect: 0.02 for 2 % of a ratio, or a difference
 */
struct judge_result {
	enum judge_verdict verdict;
	enum judge_why why;
	struct stats_effect effect;
	double confidence;
	double p;
	double p_adjusted;
	double floor;
};

/**
 * struct judge_comparison - one figure, old against new
 * @unit: what it counts
 * @combine: how it came out of a boot's samples
 * @direction: which way is better
 * @floor: from which change on it counts; all 0: judge_default_floor()
 * @exact: the figures are of the exact engine
 * @group: which boots it is from: figures of one group come out of the same boots
 * @old: one figure per boot; owned by the caller, not touched
 * @nr_old: how many
 * @new: the same after the change
 * @nr_new: how many
 * @result: filled in
 */
struct judge_comparison {
	enum metric_unit unit;
	enum metric_combine combine;
	enum metric_direction direction;
	struct judge_floor floor;
	bool exact;
	size_t group;
	const double *old;
	size_t nr_old;
	const double *new;
	size_t nr_new;
	struct judge_result result;
};

/** enum judge_adjust - how p-values are adjusted, see stats_holm() */
enum judge_adjust { JUDGE_HOLM, JUDGE_BENJAMINI_HOCHBERG };

/**
 * struct judge_rules - how sure a verdict has to be
 * @alpha: the chance of a wrong one that is accepted over all looks, such as 0.05
 * @adjust: for how many comparisons
 * @look: which look at the growing figures this is, from 1
 * @looks: how many there will be at most, 1 when boots are never added; fixed before the
 *	first: each look is a further chance to be wrong
 */
struct judge_rules {
	double alpha;
	enum judge_adjust adjust;
	unsigned int look;
	unsigned int looks;
};

/**
 * judge_level() - the part of alpha that a look may use up
 *
 *	alpha ((look / looks)^2 - ((look - 1) / looks)^2)
 *
 * All looks together are alpha: whatever the looks have to do with each other, one of
 * them goes wrong with that chance at most. Later looks, at more boots, get more of it
 * (the power family of Kim and DeMets, Biometrika 74, 1987, spent by Bonferroni's rule).
 * With three looks 0.56, 1.67 and 2.78 of 5 %. p-values are held against it, and
 * intervals have a confidence of the rest.
 */
double judge_level(const struct judge_rules *rules);

/**
 * judge() - judge all comparisons of a run
 * @list: everything but the results filled in
 * @nr: how many
 * @rules: how
 *
 * Comparisons whose figures are all equal on both sides could not be significant
 * whatever happened, and are not among those that p-values are adjusted for (Tarone,
 * A Modified Bonferroni Method for Discrete Data, Biometrics 46, 1990).
 */
void judge(struct judge_comparison *list, size_t nr, const struct judge_rules *rules);

/**
 * judge_decided() - no further boots are needed for it
 *
 * True for any verdict but inconclusive, and for what more boots cannot help.
 */
bool judge_decided(const struct judge_comparison *comparison);

#endif
