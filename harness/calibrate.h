/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host can see: one kernel measured against itself, again and again. It tells how
 * often a figure cries wolf here, and how large a change has to be to be found.
 */
#ifndef PAGEMETA_CALIBRATE_H
#define PAGEMETA_CALIBRATE_H

#include "judge.h"

/**
 * struct calibrate_round - one A/A comparison: boots of the same kernel under two names
 * @old: one figure per boot
 * @nr_old: how many
 * @new: the same under the other name, interleaved with them
 * @nr_new: how many
 */
struct calibrate_round {
	const double *old;
	size_t nr_old;
	const double *new;
	size_t nr_new;
};

/**
 * struct calibrate_rules - what a gate on this host will do
 * @judge: how it judges; @judge.look is the look that is meant, for the last one the
 *	same as @judge.looks
 * @boots: of each side at that look
 * @counted: comparisons of its runs, for which p is adjusted; at least 1
 * @power: how often a change has to be found to be called detectable, 0.8
 * @draws: simulated comparisons, such as 400
 * @seed: of what is drawn
 */
struct calibrate_rules {
	struct judge_rules judge;
	size_t boots;
	size_t counted;
	double power;
	size_t draws;
	unsigned long seed;
};

/**
 * struct calibration - what one metric can show
 * @rounds: that have figures on both sides
 * @alarms: of them, told of a change although there was none
 * @rate: @alarms of @rounds
 * @rate_low: 95 % interval of it, see stats_binomial_interval()
 * @rate_high: its upper end
 * @scale: what @floor and @detectable are: parts of the old figure, or a difference
 * @floor: from which change on a figure counts
 * @detectable: the smallest growth that is found with @power: 0.031 for 3.1 %.
 *	INFINITY when with so many boots none is; NaN when there are fewer figures than
 *	the boots that are asked about
 */
struct calibration {
	size_t rounds;
	size_t alarms;
	double rate;
	double rate_low;
	double rate_high;
	enum stats_scale scale;
	double floor;
	double detectable;
};

/**
 * calibrate() - what one metric can show on this host
 * @like: unit, combine, direction, floor and engine of the metric; nothing else is read
 * @round: A/A comparisons of it
 * @nr: how many
 * @rules: what a gate will do
 * @ret_calibration: set on success
 *
 * An alarm is what judge() would tell if nothing else of the run were significant: a
 * verdict with p times @counted within the level.
 *
 * For what is detectable boots are drawn (with replacement) from all of the rounds, each
 * held against the median of its own round, because a host changes from night to night.
 * Each pair of sides has a growth g from which on judge() tells of it, in closed form: for
 * the interval, whose lower end grows along, (1 + floor) / low - 1; for the rank test the
 * k-th smallest of all old_i / new_j - 1, where k is the critical value of U. The larger
 * of both is exceeded by the detectable growth in a part @power of all pairs.
 *
 * Return: 0, or -EINVAL when no round has figures on both sides.
 */
int calibrate(const struct judge_comparison *like, const struct calibrate_round *round, size_t nr,
	      const struct calibrate_rules *rules, struct calibration *ret_calibration);

#endif
