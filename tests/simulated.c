// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Boots that were never booted. Everything is drawn from seeded generators: a test
 * that passes once passes always.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "simulated.h"

/* A promise is taken as broken when what is seen had less chance than this if it held. */
#define DOUBT 1e-4

static const char *const names[SHAPE_NR] = {
	[SHAPE_NORMAL]	= "normal",
	[SHAPE_SKEWED]	= "skewed",
	[SHAPE_BIMODAL]	= "bimodal",
	[SHAPE_EVEN]	= "evenly bimodal",
	[SHAPE_OUTLIERS] = "with outliers",
	[SHAPE_ROUNDED]	= "rounded",
	[SHAPE_DRIFTING] = "drifting",
	[SHAPE_BLOCKS]	= "drifting in blocks",
};

const char *simulated_name(enum shape shape)
{
	return names[shape];
}

static double two_modes(gsl_rng *rng, double slower)
{
	double mode = gsl_rng_uniform(rng) < slower ? 1100 : 1000;

	return mode + gsl_ran_gaussian(rng, 10);
}

double simulated_figure(gsl_rng *rng, enum shape shape)
{
	switch (shape) {
	case SHAPE_NORMAL:
		return 1000 + gsl_ran_gaussian(rng, 20);
	case SHAPE_SKEWED:
		return 1000 * gsl_ran_lognormal(rng, 0, 0.1);
	case SHAPE_BIMODAL:
		return two_modes(rng, 0.3);
	case SHAPE_EVEN:
		return two_modes(rng, 0.5);
	case SHAPE_OUTLIERS:
		return 1000 + gsl_ran_gaussian(rng, 20) +
		       (gsl_rng_uniform(rng) < 0.1 ? gsl_ran_flat(rng, 0, 1000) : 0);
	case SHAPE_ROUNDED:
		return 10 * round(100 + gsl_ran_gaussian(rng, 2));
	case SHAPE_DRIFTING:
	case SHAPE_BLOCKS:
		return 1000 + gsl_ran_gaussian(rng, 10);
	case SHAPE_NR:
		break;
	}
	abort();
}

/* In order of boots: A B B A A B B A ... */
static bool is_new(enum shape shape, size_t nr, size_t boot)
{
	if (shape == SHAPE_BLOCKS)
		return boot >= nr;
	return boot % 4 == 1 || boot % 4 == 2;
}

void simulated_boots(gsl_rng *rng, enum shape shape, double ratio, size_t nr, double *ret_old,
		     double *ret_new)
{
	bool drifts = shape == SHAPE_DRIFTING || shape == SHAPE_BLOCKS;
	size_t old = 0, new = 0;

	for (size_t boot = 0; old + new < 2 * nr; boot++) {
		double figure = simulated_figure(rng, shape);

		if (drifts)
			figure *= 1 + 0.1 * boot / (2 * nr);
		if (old == nr || (new < nr && is_new(shape, nr, boot)))
			ret_new[new++] = figure * ratio;
		else
			ret_old[old++] = figure;
	}
}

size_t simulated_runs(size_t few, size_t many)
{
	return getenv("PAGEMETA_SIMULATE") ? many : few;
}

/* Told as well when it holds: a long simulation is done to see the rates. */
static void tell(const char *what, size_t hits, size_t runs, const char *bound, double promised)
{
	print_message("# %s: %.2f %% of %zu, promised %s %.2f %%\n", what, 100.0 * hits / runs,
		      runs, bound, 100 * promised);
}

void assert_at_most(const char *what, size_t hits, size_t runs, double promised)
{
	tell(what, hits, runs, "at most", promised);
	if (hits && gsl_cdf_binomial_Q(hits - 1, promised, runs) < DOUBT)
		fail_msg("%s: %zu of %zu is more than %g", what, hits, runs, promised);
}

void assert_at_least(const char *what, size_t hits, size_t runs, double promised)
{
	tell(what, hits, runs, "at least", promised);
	if (gsl_cdf_binomial_P(hits, promised, runs) < DOUBT)
		fail_msg("%s: %zu of %zu is less than %g", what, hits, runs, promised);
}
