// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures from samples. Quantiles are GSL's, which interpolate linearly between
 * order statistics (type 7 of Hyndman and Fan, Sample Quantiles in Statistical
 * Packages, The American Statistician 50, 1996).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "stats.h"
#include "util.h"

bool stats_usable(const double *figures, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!isfinite(figures[i]))
			return false;
	return nr > 0;
}

double stats_quantile(const double *figures, size_t nr, double q)
{
	double *sorted;
	double value;

	if (!nr)
		return NAN;
	sorted = mem_grow(NULL, nr, sizeof(*sorted));
	memcpy(sorted, figures, nr * sizeof(*sorted));
	gsl_sort(sorted, 1, nr);
	value = gsl_stats_quantile_from_sorted_data(sorted, 1, nr, fmin(fmax(q, 0), 1));
	free(sorted);
	return value;
}

double stats_median(const double *figures, size_t nr)
{
	return stats_quantile(figures, nr, 0.5);
}

double stats_spread(const double *figures, size_t nr)
{
	double median = stats_median(figures, nr);
	double smallest, largest;

	if (nr == 1)
		return 0;
	if (!nr || median == 0)
		return NAN;
	gsl_stats_minmax(&smallest, &largest, figures, 1, nr);
	return (largest - smallest) / median;
}

/* Added up as integers: rounding would make equal sums differ by their order. */
static double sum(const uint64_t *samples, size_t nr)
{
	unsigned __int128 total = 0;

	for (size_t i = 0; i < nr; i++)
		total += samples[i];
	return total;
}

double stats_combine(enum metric_combine combine, const uint64_t *samples, size_t nr)
{
	double *figures;
	double value = NAN;

	if (!nr)
		return NAN;
	figures = mem_grow(NULL, nr, sizeof(*figures));
	for (size_t i = 0; i < nr; i++)
		figures[i] = samples[i];
	switch (combine) {
	case COMBINE_MEDIAN:
		value = stats_median(figures, nr);
		break;
	case COMBINE_MEAN:
		value = sum(samples, nr) / nr;
		break;
	case COMBINE_P99:
		value = stats_quantile(figures, nr, 0.99);
		break;
	case COMBINE_P999:
		value = stats_quantile(figures, nr, 0.999);
		break;
	case COMBINE_P9999:
		value = stats_quantile(figures, nr, 0.9999);
		break;
	case COMBINE_MAX:
		value = gsl_stats_max(figures, 1, nr);
		break;
	case COMBINE_SUM:
		value = sum(samples, nr);
		break;
	case COMBINE_NR:
		break;
	}
	free(figures);
	return value;
}
