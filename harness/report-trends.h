/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of a run's variants over earlier runs, as far as these can be read in a moment.
 */
#ifndef PAGEMETA_REPORT_TRENDS_H
#define PAGEMETA_REPORT_TRENDS_H

#include "trend.h"

#define REPORT_TREND_RUNS 30			/* earlier runs at most */
#define REPORT_TREND_BYTES (UINT64_C(64) << 20)	/* of databases, all of them */

/**
 * struct report_trends - a trend for each variant that an earlier run has
 * @trend: judged; each has this run and at least one earlier
 * @nr: how many
 * @runs: earlier runs of the same host, engine and QEMU that were read
 * @left_out: those that were not, for there are too many, or that are too large together
 */
struct report_trends {
	struct trend *trend;
	size_t nr;
	size_t runs;
	size_t left_out;
};

/**
 * report_trends_make() - read earlier runs
 * @compare: the run, which is the last point
 * @results: folder that holds runs; NULL for none
 * @ret_trends: freed with report_trends_free()
 *
 * What cannot be read is no earlier run. A patch of a gate ("baseline+1") is another one in
 * every run, and has no trend.
 */
void report_trends_make(const struct compare *compare, const char *results,
			struct report_trends *ret_trends);
void report_trends_free(struct report_trends *trends);

#endif
