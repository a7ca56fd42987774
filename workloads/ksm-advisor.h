/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KSM's advisor computed anew: what scan_time_advisor() of mm/ksm.c must make of
 * pages_to_scan. Pure arithmetic.
 */
#ifndef PAGEMETA_KSM_ADVISOR_H
#define PAGEMETA_KSM_ADVISOR_H

#include <stdint.h>

/* Its defaults in 6.12; the files of the same names are not touched. */
#define KSM_ADVISOR_MIN_PAGES 500	/* where it starts */
#define KSM_ADVISOR_MAX_PAGES 30000
#define KSM_ADVISOR_TARGET_S 200	/* a scan of everything should take that long */
#define KSM_ADVISOR_MIN_CPU 10		/* per cent */
#define KSM_ADVISOR_MAX_CPU 70

/**
 * struct ksm_advisor - what it remembers
 * @pages: pages_to_scan
 * @scan_s: seconds the last scan took, at least 1; 0 before the first
 * @change: moving average of how that changed, in per cent
 */
struct ksm_advisor {
	uint64_t pages;
	uint64_t scan_s;
	uint64_t change;
};

/**
 * ksm_advisor_next() - after a full scan
 * @advisor: as it was before
 * @scan_s: whole seconds the scan took; less than one counts as one
 * @cpu_ns: CPU time of ksmd since the last scan ended; after the first scan, all
 *	since boot
 *
 * Return: what it is afterwards.
 */
struct ksm_advisor ksm_advisor_next(struct ksm_advisor advisor, uint64_t scan_s,
				    uint64_t cpu_ns);

#endif
