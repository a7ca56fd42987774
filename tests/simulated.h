/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures of boots whose truth is known, to see whether statistics keep what they
 * promise. And what a number of hits says, so that a promise can be seen to be broken
 * without being broken by chance.
 */
#ifndef PAGEMETA_TESTS_SIMULATED_H
#define PAGEMETA_TESTS_SIMULATED_H

#include <stdbool.h>
#include <stddef.h>

#include <gsl/gsl_rng.h>

/**
 * enum shape - how boots differ, by a few per cent of 1000
 * @SHAPE_NORMAL: by 2 %
 * @SHAPE_SKEWED: log-normal, by 10 %
 * @SHAPE_BIMODAL: by 1 %, and three of ten are 10 % slower
 * @SHAPE_EVEN: the same, but every other one: nothing lies where the median is
 * @SHAPE_OUTLIERS: by 2 %, and one of ten is up to twice as slow
 * @SHAPE_ROUNDED: by 2 %, in steps of 1 %: full of ties
 * @SHAPE_DRIFTING: by 1 %, while the host gets 10 % slower from the first boot to the
 *	last; boots are interleaved, A B B A
 * @SHAPE_BLOCKS: the same, but first all of one side, then all of the other
 */
enum shape {
	SHAPE_NORMAL, SHAPE_SKEWED, SHAPE_BIMODAL, SHAPE_EVEN, SHAPE_OUTLIERS, SHAPE_ROUNDED,
	SHAPE_DRIFTING, SHAPE_BLOCKS, SHAPE_NR
};

/** simulated_name() - for messages */
const char *simulated_name(enum shape shape);

/**
 * simulated_boots() - figures of the boots of both sides
 * @rng: where chance comes from
 * @shape: how boots differ
 * @ratio: what the change does: new figures are that many times what they would be
 * @nr: boots of each side
 * @ret_old: @nr of them
 * @ret_new: @nr of them
 */
void simulated_boots(gsl_rng *rng, enum shape shape, double ratio, size_t nr, double *ret_old,
		     double *ret_new);

/** simulated_figure() - one boot of a host that does not drift */
double simulated_figure(gsl_rng *rng, enum shape shape);

/**
 * simulated_runs() - how many simulations to do
 *
 * Return: @few, or @many when PAGEMETA_SIMULATE is set in the environment.
 */
size_t simulated_runs(size_t few, size_t many);

/** assert_at_most() - so many hits may be had where the chance is @promised at most */
void assert_at_most(const char *what, size_t hits, size_t runs, double promised);

/** assert_at_least() - the same for a chance of at least @promised */
void assert_at_least(const char *what, size_t hits, size_t runs, double promised);

#endif
