// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The advisor's formula, as the comment above scan_time_advisor() and its code have
 * it: the rate is scaled by scan time over target time and by the moving average of
 * changes, and then kept between 10 and 70 per cent of a CPU by what a page cost last.
 */
#include "ksm-advisor.h"

#define EWMA_NEW 30	/* per cent that a new value weighs */

static uint64_t at_least_one(uint64_t value)
{
	return value ? value : 1;
}

struct ksm_advisor ksm_advisor_next(struct ksm_advisor advisor, uint64_t scan_s,
				    uint64_t cpu_ns)
{
	uint64_t seconds = at_least_one(scan_s);
	uint64_t percent = at_least_one(cpu_ns / 1000000 * 100 / (seconds * 1000));
	uint64_t factor = at_least_one(KSM_ADVISOR_TARGET_S * 100 / seconds);
	uint64_t last = advisor.scan_s ? advisor.scan_s : seconds;
	uint64_t change = at_least_one(seconds * 100 / last);
	uint64_t per_percent = at_least_one(advisor.pages / percent), pages;

	change = ((100 - EWMA_NEW) * advisor.change + EWMA_NEW * change) / 100;
	pages = advisor.pages * 100 / factor * change / 100;
	if (pages > per_percent * KSM_ADVISOR_MAX_CPU)
		pages = per_percent * KSM_ADVISOR_MAX_CPU;
	if (pages < per_percent * KSM_ADVISOR_MIN_CPU)
		pages = per_percent * KSM_ADVISOR_MIN_CPU;
	if (pages > KSM_ADVISOR_MAX_PAGES)
		pages = KSM_ADVISOR_MAX_PAGES;
	return (struct ksm_advisor){ .pages = pages, .scan_s = seconds, .change = change };
}
