/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The metric of metadata of memory: no workload declares it, each has it.
 */
#ifndef PAGEMETA_METADATA_METRIC_H
#define PAGEMETA_METADATA_METRIC_H

#include <stdbool.h>

#include "store.h"
#include "workload.h"

/** metadata_metric() - the metric of a workload; its texts are constant or @workload's */
struct store_metric metadata_metric(const struct workload *workload);

/** metadata_metric_is() - whether a stored metric is this one */
bool metadata_metric_is(const struct store_metric *metric);

#endif
