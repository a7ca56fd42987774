// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The metrics of memory traffic: no workload declares them, each series of times has
 * them all.
 */
#include <stdlib.h>
#include <string.h>

#include "traffic-count.h"
#include "traffic-metric.h"
#include "util.h"

static bool seen_before(const struct metric *metrics, const struct metric *metric)
{
	for (; metrics != metric; metrics++)
		if (metrics->unit == UNIT_CLOCK && !strcmp(metrics->series, metric->series))
			return true;
	return false;
}

static int emit(const struct workload *workload, const char *series, enum traffic_class class,
		enum traffic_kind kind, int (*each)(void *ctx, const struct store_metric *metric),
		void *ctx)
{
	const char *of = traffic_class_name(class), *what = traffic_kind_name(kind);
	char *name = str_printf("%s.%s_%s", series, of, what);
	char *help = str_printf("%s: %s of %s per operation", series, what, of);
	const struct store_metric metric = {
		.workload = (char *)workload->name, .name = name, .help = help, .series = name,
		.unit = UNIT_COUNT, .direction = DIR_LOWER, .combine = COMBINE_MEAN,
	};
	int error = each(ctx, &metric);

	free(help);
	free(name);
	return error;
}

int traffic_metric_each(const struct workload *workload,
			int (*each)(void *ctx, const struct store_metric *metric), void *ctx)
{
	const struct metric *metric = workload->metrics;
	int error = 0;

	for (; metric && metric->name; metric++) {
		if (metric->unit != UNIT_CLOCK || seen_before(workload->metrics, metric))
			continue;
		for (unsigned int at = 0; at < TRAFFIC_COUNTS && !error; at++)
			if (traffic_is_counted(at / TRAFFIC_KINDS, at % TRAFFIC_KINDS))
				error = emit(workload, metric->series, at / TRAFFIC_KINDS,
					     at % TRAFFIC_KINDS, each, ctx);
	}
	return error;
}

static const char *suffix_of(const struct store_metric *metric)
{
	return strchr(metric->name, '.');
}

bool traffic_metric_is(const struct store_metric *metric)
{
	return suffix_of(metric) && !strcmp(metric->name, metric->series);
}

bool traffic_metric_is_first(const struct store_metric *metric)
{
	return traffic_metric_is(metric) && !strcmp(suffix_of(metric), ".memmap_lines");
}
