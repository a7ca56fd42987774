/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words for what a metric declares, as tables, stored runs and the command
 * line spell them.
 */
#include "metric.h"

#include <stddef.h>

static const char *const unit_names[UNIT_NR] = {
	[UNIT_CLOCK]	= "ns",
	[UNIT_BYTES]	= "B",
	[UNIT_PAGES]	= "pages",
	[UNIT_COUNT]	= "count",
	[UNIT_RATIO]	= "ratio",
};

static const char *const direction_names[DIR_NR] = {
	[DIR_LOWER]	= "lower",
	[DIR_HIGHER]	= "higher",
	[DIR_NEUTRAL]	= "neutral",
};

static const char *const combine_names[COMBINE_NR] = {
	[COMBINE_MEDIAN] = "median",
	[COMBINE_MEAN]	= "mean",
	[COMBINE_P99]	= "p99",
	[COMBINE_P999]	= "p99.9",
	[COMBINE_P9999]	= "p99.99",
	[COMBINE_MAX]	= "max",
	[COMBINE_SUM]	= "sum",
};

static const char *const reference_names[REFERENCE_NR] = {
	[REFERENCE_NONE] = "none",
	[REFERENCE_EQUAL] = "equal",
	[REFERENCE_NO_WORSE] = "no-worse",
};

const char *metric_unit_name(enum metric_unit unit, int exact)
{
	if ((unsigned int)unit >= UNIT_NR)
		return "invalid";
	if (unit == UNIT_CLOCK && exact)
		return "insns";
	return unit_names[unit];
}

const char *metric_direction_name(enum metric_direction direction)
{
	if ((unsigned int)direction >= DIR_NR)
		return "invalid";
	return direction_names[direction];
}

const char *metric_combine_name(enum metric_combine combine)
{
	if ((unsigned int)combine >= COMBINE_NR)
		return "invalid";
	return combine_names[combine];
}

const char *metric_reference_name(enum metric_reference reference)
{
	if ((unsigned int)reference >= REFERENCE_NR)
		return "invalid";
	return reference_names[reference];
}
