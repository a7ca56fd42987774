/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is counted of the traffic of a window, and how the file looks in which the
 * plugin hands it to the harness:
 *
 *	pagemeta-traffic 1
 *	classes memmap rest
 *	SLOT SERIAL COUNT COUNT ...
 *	end WINDOWS
 *
 * A line for each window, with the counts in the order of enum traffic_count; those of
 * a class that the guest has not are 0 and mean nothing. Without its last line the file
 * is not whole.
 */
#ifndef PAGEMETA_TRAFFIC_COUNT_H
#define PAGEMETA_TRAFFIC_COUNT_H

#include "traffic-code.h"

#define TRAFFIC_HEADER "pagemeta-traffic 1"

/**
 * enum traffic_kind - what is counted of each class
 * @TRAFFIC_LOADS: loads
 * @TRAFFIC_STORES: stores
 * @TRAFFIC_LINES: different lines of 64 bytes; not of the rest
 * @TRAFFIC_PAGES: different pages of 4 KiB; not of the rest
 * @TRAFFIC_L1_MISSES: accesses that the modelled L1 does not have
 * @TRAFFIC_L2_MISSES: nor the L2
 * @TRAFFIC_LLC_MISSES: nor the last-level cache
 * @TRAFFIC_DTLB_MISSES: accesses that the modelled TLB has no entry for
 */
enum traffic_kind {
	TRAFFIC_LOADS, TRAFFIC_STORES, TRAFFIC_LINES, TRAFFIC_PAGES, TRAFFIC_L1_MISSES,
	TRAFFIC_L2_MISSES, TRAFFIC_LLC_MISSES, TRAFFIC_DTLB_MISSES, TRAFFIC_KINDS
};

#define TRAFFIC_COUNTS (TRAFFIC_CLASSES * TRAFFIC_KINDS)

/** traffic_count_at() - where the count of a kind of a class stands */
static inline unsigned int traffic_count_at(enum traffic_class class, enum traffic_kind kind)
{
	return (unsigned int)class * TRAFFIC_KINDS + (unsigned int)kind;
}

/** traffic_class_name() - "memmap", "descriptors", "rest" */
const char *traffic_class_name(enum traffic_class class);

/** traffic_kind_name() - "loads", "stores", "lines", ... */
const char *traffic_kind_name(enum traffic_kind kind);

/** traffic_is_counted() - whether there is such a count: lines and pages of the rest are not */
static inline int traffic_is_counted(enum traffic_class class, enum traffic_kind kind)
{
	return class != TRAFFIC_REST || (kind != TRAFFIC_LINES && kind != TRAFFIC_PAGES);
}

#endif
