/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The metrics of memory traffic, SERIES.CLASS_KIND: one for each series of times of a
 * workload and each count of common/traffic-count.h.
 */
#ifndef PAGEMETA_TRAFFIC_METRIC_H
#define PAGEMETA_TRAFFIC_METRIC_H

#include <stdbool.h>

#include "store.h"
#include "workload.h"

/**
 * traffic_metric_each() - the metrics of the traffic of a workload
 * @workload: what it declares
 * @each: gets them one by one; what it returns other than 0 ends it and is returned
 * @ctx: handed to @each
 */
int traffic_metric_each(const struct workload *workload,
			int (*each)(void *ctx, const struct store_metric *metric), void *ctx);

/** traffic_metric_is() - whether a stored metric is one of traffic */
bool traffic_metric_is(const struct store_metric *metric);

/** traffic_metric_is_first() - whether it is the one that is shown: lines of the memmap */
bool traffic_metric_is_first(const struct store_metric *metric);

#endif
