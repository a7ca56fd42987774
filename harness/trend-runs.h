/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trend from the runs that lie below a results folder.
 */
#ifndef PAGEMETA_TREND_RUNS_H
#define PAGEMETA_TREND_RUNS_H

#include "trend.h"

/**
 * struct trend_request - what to look at
 * @results: folder that holds runs
 * @variant: label of the variant
 * @engine: name; NULL: that of the newest run that has the variant
 * @since: a run as in store_find(), what is older is left out; or NULL
 */
struct trend_request {
	const char *results;
	const char *variant;
	const char *engine;
	const char *since;
};

/**
 * trend_runs() - the trend of a variant
 * @request: what to look at
 * @ret_trend: judged; trend_free() it, also after an error
 * @unreadable: gets a sentence for each run that is left out because it cannot be read
 * @err: why there is none
 *
 * The newest run that has the variant says of which host, engine and QEMU runs must be.
 * One run at a time is in memory.
 *
 * Return: 0, -ENOENT when no run has the variant or the name is wrong, or what reading the
 * folder gave.
 */
int trend_runs(const struct trend_request *request, struct trend *ret_trend,
	       struct strv *unreadable, struct err *err);

#endif
