/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts loads and stores by whose memory they go to, in windows that the agent marks.
 * Knows nothing of QEMU: plugin.c hands it every access and every mark.
 */
#ifndef PAGEMETA_TRAFFIC_H
#define PAGEMETA_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cache-model.h"
#include "stamps.h"
#include "traffic-code.h"
#include "traffic-count.h"

#define TRAFFIC_RANGES 32
#define TRAFFIC_WINDOWS_MAX (1u << 20)	/* that are written: some 200 MB */

/**
 * struct traffic_range - addresses that belong to a class
 * @class: which
 * @page_shift: log2 of the size of the pages that map it, for the dTLB
 * @start: first address
 * @last: last one
 * @lines: stamps of its lines; empty for TRAFFIC_REST
 * @pages: stamps of its pages of 4 KiB
 */
struct traffic_range {
	enum traffic_class class;
	unsigned int page_shift;
	uint64_t start;
	uint64_t last;
	struct stamps lines;
	struct stamps pages;
};

/**
 * struct traffic_window - a window of one slot
 * @open: it has begun
 * @serial: windows of this slot that have ended
 * @epoch: when it began
 * @count: of enum traffic_count as they were when it began; for lines and pages, which
 *	cannot be told by subtracting, what it has touched
 */
struct traffic_window {
	bool open;
	uint64_t serial;
	uint32_t epoch;
	uint64_t count[TRAFFIC_COUNTS];
};

/**
 * struct traffic_recent - the line used last of a set of the L1
 * @line: its number, ~0 for none
 * @tlb: the way used last of the set that its page is in
 * @tlb_tag: of its page
 * @count: of its class, from TRAFFIC_LOADS on
 * @epoch: when it was used
 *
 * While it is used last, and its page too, and no window has begun, another access changes
 * nothing but the count of loads or stores.
 */
struct traffic_recent {
	uint64_t line;
	const uint64_t *tlb;
	uint64_t tlb_tag;
	uint64_t *count;
	uint32_t epoch;
};

/**
 * struct traffic - one guest with one CPU
 * @active: between TRAFFIC_START and TRAFFIC_STOP
 * @lost: something could not be counted; there will be no figures
 * @out: where windows are written to
 * @range: what is known of the guest's addresses
 * @nr_ranges: how many
 * @bytes: the last bytes that were said
 * @nr_bytes: how many were, since the last range
 * @cache: L1, L2, LLC, dTLB
 * @recent: one for each set of the L1
 * @count: since the start
 * @epoch: counts windows of all slots as they begin
 * @window: one a slot
 * @open: slots whose window is open
 * @nr_open: how many
 * @written: windows written
 */
struct traffic {
	bool active;
	bool lost;
	FILE *out;
	struct traffic_range range[TRAFFIC_RANGES];
	unsigned int nr_ranges;
	uint8_t bytes[TRAFFIC_RANGE_BYTES];
	unsigned int nr_bytes;
	struct cache cache[CACHE_LEVELS];
	struct traffic_recent *recent;
	uint64_t count[TRAFFIC_COUNTS];
	uint32_t epoch;
	struct traffic_window window[TRAFFIC_SLOTS];
	unsigned int open[TRAFFIC_SLOTS];
	unsigned int nr_open;
	uint64_t written;
};

/**
 * traffic_init() - nothing known and nothing counted yet
 * @traffic: filled; freed with traffic_free(), also after a failure
 * @size: of the modelled caches
 * @out: written to, never closed
 *
 * Return: 0 or -ENOMEM.
 */
int traffic_init(struct traffic *traffic, const struct cache_size size[CACHE_LEVELS], FILE *out);
void traffic_free(struct traffic *traffic);

/** traffic_access_any() - traffic_access() for those that are not as the last ones were */
void traffic_access_any(struct traffic *traffic, uint64_t address, unsigned int bytes, bool store);

/**
 * traffic_access() - a load or a store; only while @traffic->active
 * @traffic: counts it
 * @address: virtual, of its first byte
 * @bytes: its size. One that crosses a line is one load or store, of two lines
 * @store: it is a store
 *
 * In a header: it is done some ten million times a second.
 */
static inline void traffic_access(struct traffic *traffic, uint64_t address, unsigned int bytes,
				  bool store)
{
	uint64_t line = address >> CACHE_LINE_SHIFT;
	struct traffic_recent *recent = &traffic->recent[line & traffic->cache[CACHE_L1].mask];

	if (recent->line == line && recent->epoch == traffic->epoch &&
	    *recent->tlb == recent->tlb_tag &&
	    (address + bytes - 1) >> CACHE_LINE_SHIFT == line)
		recent->count[store ? TRAFFIC_STORES : TRAFFIC_LOADS]++;
	else
		traffic_access_any(traffic, address, bytes, store);
}

/** traffic_take_mark() - the agent says something; @code is of enum traffic_code */
void traffic_take_mark(struct traffic *traffic, unsigned int code);

#endif
