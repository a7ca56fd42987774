// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a count of hits says about the chance behind it.
 */
#include <gsl/gsl_cdf.h>

#include "stats.h"

void stats_binomial_interval(size_t hits, size_t trials, double confidence, double *ret_low,
			     double *ret_high)
{
	double tail = (1 - confidence) / 2;

	*ret_low = 0;
	*ret_high = 1;
	if (hits > 0)
		*ret_low = gsl_cdf_beta_Pinv(tail, hits, trials - hits + 1.0);
	if (hits < trials)
		*ret_high = gsl_cdf_beta_Qinv(tail, hits + 1.0, trials - hits);
}
