// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words for what is counted of traffic.
 */
#include "traffic-count.h"

static const char *const class_names[TRAFFIC_CLASSES] = {
	[TRAFFIC_MEMMAP] = "memmap",
	[TRAFFIC_DESCRIPTORS] = "descriptors",
	[TRAFFIC_REST] = "rest",
};

static const char *const kind_names[TRAFFIC_KINDS] = {
	[TRAFFIC_LOADS] = "loads",
	[TRAFFIC_STORES] = "stores",
	[TRAFFIC_LINES] = "lines",
	[TRAFFIC_PAGES] = "pages",
	[TRAFFIC_L1_MISSES] = "l1_misses",
	[TRAFFIC_L2_MISSES] = "l2_misses",
	[TRAFFIC_LLC_MISSES] = "llc_misses",
	[TRAFFIC_DTLB_MISSES] = "dtlb_misses",
};

const char *traffic_class_name(enum traffic_class class)
{
	return (unsigned int)class < TRAFFIC_CLASSES ? class_names[class] : "invalid";
}

const char *traffic_kind_name(enum traffic_kind kind)
{
	return (unsigned int)kind < TRAFFIC_KINDS ? kind_names[kind] : "invalid";
}
