// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The metric of metadata: one for all kinds, nodes and phases, which are labels.
 */
#include <string.h>

#include "metadata.h"
#include "metadata-metric.h"

struct store_metric metadata_metric(const struct workload *workload)
{
	return (struct store_metric){
		.workload = (char *)workload->name,
		.name = (char *)METADATA_SERIES,
		.help = (char *)"memory that describes memory, by kind, node and phase",
		.series = (char *)METADATA_SERIES,
		.unit = UNIT_BYTES,
		.direction = DIR_LOWER,
		.combine = COMBINE_MAX,
	};
}

bool metadata_metric_is(const struct store_metric *metric)
{
	return !strcmp(metric->name, METADATA_SERIES);
}
