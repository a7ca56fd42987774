/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a metric is: a workload records series of raw samples, and a metric
 * declares how one series becomes one figure for one boot. Raw samples are
 * kept; figures are derived and can be derived anew.
 */
#ifndef PAGEMETA_METRIC_H
#define PAGEMETA_METRIC_H

/**
 * enum metric_unit - what one sample counts
 * @UNIT_CLOCK: time of an operation: nanoseconds under kvm and tcg,
 *	instructions under exact. Resolved by metric_unit_name() with the engine
 *	at hand, so that an instruction count is never printed as time.
 * @UNIT_BYTES: bytes
 * @UNIT_PAGES: base pages of 4096 bytes
 * @UNIT_COUNT: a plain number
 * @UNIT_RATIO: a dimensionless ratio, recorded in millionths
 */
enum metric_unit { UNIT_CLOCK, UNIT_BYTES, UNIT_PAGES, UNIT_COUNT, UNIT_RATIO, UNIT_NR };

/** enum metric_direction - which way is better */
enum metric_direction { DIR_LOWER, DIR_HIGHER, DIR_NEUTRAL, DIR_NR };

/**
 * enum metric_combine - how the samples of one boot become one figure
 * @COMBINE_MEDIAN: the median
 * @COMBINE_MEAN: the arithmetic mean
 * @COMBINE_P99: the 99th percentile (GSL's type 7 interpolation)
 * @COMBINE_P999: the 99.9th percentile
 * @COMBINE_P9999: the 99.99th percentile
 * @COMBINE_MAX: the largest
 * @COMBINE_SUM: the sum
 */
enum metric_combine {
	COMBINE_MEDIAN, COMBINE_MEAN, COMBINE_P99, COMBINE_P999, COMBINE_P9999, COMBINE_MAX,
	COMBINE_SUM, COMBINE_NR
};

/**
 * enum metric_reference - what a figure must be beside that of the run's first variant
 * @REFERENCE_NONE: it is compared and shown, and no check of correctness
 * @REFERENCE_EQUAL: the same, sample by sample; any difference is a failed check
 * @REFERENCE_NO_WORSE: the figure of a series is the same or better, by the metric's
 *	direction; a neutral one must be the same
 *
 * For what only a known good kernel can tell: how each page is classified, which
 * tests pass. Every series of the metric's name is held against the one with the
 * same labels of the same workload, parameters and trial; one that only one of the
 * two has is a difference. See harness/reference.h for which variant that is.
 */
enum metric_reference { REFERENCE_NONE, REFERENCE_EQUAL, REFERENCE_NO_WORSE, REFERENCE_NR };

/**
 * struct metric - a figure a workload yields
 * @name: name in tables and on the command line; unique within a workload
 * @help: one line
 * @series: the series of samples it is derived from
 * @unit: unit of one sample
 * @direction: which way is better
 * @combine: how samples combine
 * @reference: whether a difference from the first variant is a failed check
 *
 * Arrays of metrics end with an entry whose @name is NULL.
 */
struct metric {
	const char *name;
	const char *help;
	const char *series;
	enum metric_unit unit;
	enum metric_direction direction;
	enum metric_combine combine;
	enum metric_reference reference;
};

/**
 * metric_unit_name() - the unit as it is printed
 * @unit: the declared unit
 * @exact: whether the samples come from the exact engine
 *
 * Return: "insns" or "ns" for UNIT_CLOCK; "B", "pages", "count", "ratio".
 */
const char *metric_unit_name(enum metric_unit unit, int exact);

/** metric_direction_name() - "lower", "higher" or "neutral" */
const char *metric_direction_name(enum metric_direction direction);

/** metric_combine_name() - "median", "mean", "p99", "p99.9", "p99.99", "max", "sum" */
const char *metric_combine_name(enum metric_combine combine);

/** metric_reference_name() - "none", "equal", "no-worse" */
const char *metric_reference_name(enum metric_reference reference);

#endif
