/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers in, numbers out (GSL): knows declared metric properties, never files
 * or guests. What a gate makes of them is in judge.h.
 *
 * The figures that are compared are one per boot, see stats_combine(): boots differ
 * more than what is repeated within one, so that a boot is the unit of sampling.
 */
#ifndef PAGEMETA_STATS_H
#define PAGEMETA_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metric.h"

#define STATS_BOOTS_MAX 1000	/* figures of one side that an effect can be had of */
#define STATS_EXACT_MAX 80	/* figures of both sides of an exact Mann-Whitney test */

/** stats_usable() - there are figures, and all of them are finite numbers */
bool stats_usable(const double *figures, size_t nr);

/** stats_combine() - one boot's figure from its samples; NaN for no samples */
double stats_combine(enum metric_combine combine, const uint64_t *samples, size_t nr);

/** stats_median() - median of @nr figures (not reordered); NaN for none */
double stats_median(const double *figures, size_t nr);

/** stats_quantile() - quantile 0..1, linear interpolation between order statistics */
double stats_quantile(const double *figures, size_t nr, double q);

/** stats_spread() - (largest - smallest) / median; 0 for one figure, NaN for none or median 0 */
double stats_spread(const double *figures, size_t nr);

/** enum stats_scale - how new figures are held against old ones */
enum stats_scale { STATS_RATIO, STATS_DIFFERENCE };

/**
 * struct stats_effect - what a change did to the median of a figure
 * @scale: STATS_RATIO when all figures of both sides are above zero; otherwise a
 *	ratio says nothing, and everything is a difference in the figures' own unit
 * @old_median: of the boots before the change
 * @new_median: of those after it
 * @value: new / old, or new - old
 * @low: lower end of the interval; 0 or -INFINITY where boots are too few for one
 * @high: upper end; INFINITY where boots are too few
 */
struct stats_effect {
	enum stats_scale scale;
	double old_median;
	double new_median;
	double value;
	double low;
	double high;
};

/**
 * stats_median_effect() - ratio (or difference) of medians with a bootstrap interval
 * @old: one figure per boot, not reordered
 * @nr_old: how many
 * @new: the same after the change
 * @nr_new: how many
 * @confidence: of the interval, 0.95 for 95 %
 * @ret_effect: set on success
 *
 * The percentile interval of the bootstrap over boots: boots of each side are drawn
 * with replacement, and the (1 - @confidence) / 2 quantiles of the ratio of their
 * medians at both ends are left out. Nothing is drawn at random: the bootstrap's
 * distribution of a median is known (Efron, Bootstrap Methods: Another Look at the
 * Jackknife, Annals of Statistics 7, 1979, section 3; Hutson and Ernst, The exact
 * bootstrap mean and variance of an L-estimator, J. R. Stat. Soc. B 62, 2000), and the
 * ratio's follows from both. It is what infinitely many resamples would give, is the
 * same whenever it is asked for, and needs no seed. With B_n,q a binomial count,
 *
 *	n odd:	P(median* <= x_i) = P(B_n,i/n >= (n + 1) / 2)
 *	n even:	P(middle two* = x_i, x_j) = C(n, n/2) (i^k - (i-1)^k)
 *			((n-j+1)^k - (n-j)^k) / n^n		i < j, k = n/2
 *
 * Chosen by simulation (tests/test-stats-effect.c): at 5, 10 and 20 boots it covers at
 * least what it promises for normal, skewed, bimodal and outlying figures. BCa, the
 * usual refinement, falls to 90 % where figures have two equal modes, because a
 * jackknifed median has no use for it. Where one side varies several times as much as
 * the other, 95 % can be 93 %.
 *
 * An interval is unbounded where even the range of all ratios could not be so sure:
 * two equal sides of n and m boots lie apart with a chance of 2 / C(n + m, n).
 *
 * Return: 0, -EINVAL for a side without figures, a figure that is no finite number or
 * a confidence outside of 0 to 1, -E2BIG for more than STATS_BOOTS_MAX figures.
 */
int stats_median_effect(const double *old, size_t nr_old, const double *new, size_t nr_new,
			double confidence, struct stats_effect *ret_effect);

/**
 * stats_midranks() - places in order, from 1
 * @figures: finite numbers, not reordered
 * @nr: how many
 * @ret_rank: @nr ranks; equal figures share the mean of theirs
 *
 * Return: sum of t^3 - t over groups of t equal figures, 0 without ties.
 */
double stats_midranks(const double *figures, size_t nr, double *ret_rank);

/**
 * struct stats_rank_test - whether two sides differ more than by chance
 * @u: pairs in which the new figure is the larger; one half for each tie
 * @p_less: chance of so small a @u where there is no difference
 * @p_greater: chance of so large a @u
 * @p: two-sided: twice the smaller of both, 1 at most
 * @exact: from all permutations, not from the normal approximation
 */
struct stats_rank_test {
	double u;
	double p_less;
	double p_greater;
	double p;
	bool exact;
};

/**
 * stats_mann_whitney() - the rank sum test of Wilcoxon, Mann and Whitney
 * @old: one figure per boot, not reordered
 * @nr_old: how many
 * @new: the same after the change
 * @nr_new: how many
 * @ret_test: set on success
 *
 * Up to STATS_EXACT_MAX figures in all the distribution is exact, with ties as without:
 * the subsets of the (mid)ranks that have each sum are counted (Streitberg and Roehmel,
 * Exact Distributions for Permutations and Rank Tests, Statistical Software Newsletter
 * 12, 1986). Beyond, the normal approximation with the variance corrected for ties and
 * for continuity (Lehmann, Nonparametrics, 1975, section 1.4):
 *
 *	var U = n m / 12 (N + 1 - sum(t^3 - t) / (N (N - 1)))
 *
 * Return: 0, or -EINVAL for a side without figures or one that is no finite number.
 */
int stats_mann_whitney(const double *old, size_t nr_old, const double *new, size_t nr_new,
		       struct stats_rank_test *ret_test);

/** stats_smallest_p() - 2 / C(n + m, n): the two-sided p when one side is wholly above */
double stats_smallest_p(size_t nr_old, size_t nr_new);

/**
 * stats_holm() - p-values adjusted for how many there are
 * @p: p-values; one that is NaN is no comparison: it is not counted and stays NaN
 * @nr: how many
 * @ret_adjusted: @nr of them; may be @p
 *
 * With m of them in order, adjusted p_(i) = max over j <= i of (m - j + 1) p_(j), 1 at
 * most. What is then taken at a level of 5 % contains any false one with a chance of 5 %
 * at most, whatever the comparisons have to do with each other (Holm, A Simple
 * Sequentially Rejective Multiple Test Procedure, Scand. J. Stat. 6, 1979).
 */
void stats_holm(const double *p, size_t nr, double *ret_adjusted);

/**
 * stats_benjamini_hochberg() - the same, for the share of false ones among those taken
 *
 * Adjusted p_(i) = min over j >= i of m p_(j) / j. Of what is taken at 5 %, 5 % at most
 * are false in the mean, for comparisons that are independent or rise and fall together
 * (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995; Benjamini and Yekutieli, Annals
 * of Statistics 29, 2001). Finds more than Holm where many figures have changed.
 */
void stats_benjamini_hochberg(const double *p, size_t nr, double *ret_adjusted);

/**
 * stats_binomial_interval() - which chances fit to having seen @hits in @trials
 * @hits: how often it happened
 * @trials: how often it could have
 * @confidence: 0.95 for 95 %
 * @ret_low: lower end
 * @ret_high: upper end; 0 to 1 for no trials
 *
 * Never covers less than it says (Clopper and Pearson, Biometrika 26, 1934):
 * quantiles of Beta(hits, trials - hits + 1) and Beta(hits + 1, trials - hits).
 */
void stats_binomial_interval(size_t hits, size_t trials, double confidence, double *ret_low,
			     double *ret_high);

/**
 * struct stats_change - a place where a series changed its level
 * @at: index of the first figure of the new level
 * @before: median of the figures from the change before it on
 * @after: median up to the next change
 * @p: chance of so clear a change anywhere between both neighbours without one
 */
struct stats_change {
	size_t at;
	double before;
	double after;
	double p;
};

/**
 * struct stats_changes - what became of a series over time
 * @drifts: it goes up or down all the time rather than in steps; then there are none
 * @change: in order of time; freed with stats_changes_free()
 * @nr: how many
 */
struct stats_changes {
	bool drifts;
	struct stats_change *change;
	size_t nr;
};

/**
 * struct stats_change_rules - when a change is one
 * @level: chance of finding one in a series that has none, such as 0.01
 * @shortest: figures a level must have lasted, at least 2: fewer are outliers
 * @permutations: of the test; 1 / (permutations + 1) must not be above @level
 * @seed: of the permutations; the same seed gives the same answer
 */
struct stats_change_rules {
	double level;
	size_t shortest;
	size_t permutations;
	unsigned long seed;
};

#define STATS_CHANGE_RULES_DEFAULT { .level = 0.01, .shortest = 3, .permutations = 999, .seed = 1 }

/**
 * stats_changes() - where a series of nightly figures changed
 * @series: in order of time
 * @nr: how many; too few for two levels have no change
 * @rules: when a change is one
 * @ret_changes: set on success
 *
 * Of all places the one is taken at which the rank sums of both sides differ most,
 *
 *	max over t of |S_t| / sqrt(t (n - t)),	S_t = sum of (rank_i - (n + 1) / 2), i <= t
 *
 * (a Mann-Whitney statistic for each t: Pettitt, A Non-Parametric Approach to the
 * Change-Point Problem, Applied Statistics 28, 1979, standardised). It is a change when
 * among random permutations of the series at most a part @rules->level has one as clear,
 * (1 + hits) / (1 + permutations) (Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9,
 * 2010). Then both parts are searched in the same way, as E-divisive does (Matteson and
 * James, JASA 109, 2014; for nightly figures of performance Daly et al., ICPE 2020).
 * Ranks instead of means: a night that went wrong is no more than the largest of them.
 *
 * A straight line has a change wherever one looks. So steps are held against one line
 * through the ranks by Schwarz's criterion, n ln(rss / n) + k ln n with k = 2 for the line
 * and a level and a place for each step; when the line is better, the series drifts. One
 * that does both is told by whichever is more of it.
 *
 * Return: 0, or -EINVAL for a figure that is no finite number or rules that cannot be.
 */
int stats_changes(const double *series, size_t nr, const struct stats_change_rules *rules,
		  struct stats_changes *ret_changes);
void stats_changes_free(struct stats_changes *changes);

#endif
