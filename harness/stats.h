/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers in, numbers out (GSL): knows declared metric properties, never files
 * or guests.
 */
#ifndef PAGEMETA_STATS_H
#define PAGEMETA_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "metric.h"

/** stats_combine() - one boot's figure from its samples; NaN for no samples */
double stats_combine(enum metric_combine combine, const uint64_t *samples, size_t nr);

/** stats_median() - median of @nr figures (not reordered); NaN for none */
double stats_median(const double *figures, size_t nr);

/** stats_quantile() - quantile 0..1, linear interpolation between order statistics */
double stats_quantile(const double *figures, size_t nr, double q);

/** stats_spread() - (largest - smallest) / median; 0 for one figure, NaN for none or median 0 */
double stats_spread(const double *figures, size_t nr);

#endif
