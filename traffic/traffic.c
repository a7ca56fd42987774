// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counting, and the windows that the agent marks. Windows of different threads can be
 * open at once; what a thread's window counts is everything that runs meanwhile, as
 * with instructions.
 */
#include "traffic.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_HALF (UINT64_C(1) << 63)
#define PAGE_SHIFT 12
#define LINE_TAG (UINT64_C(1) << 63)	/* so that no tag is 0 */

int traffic_init(struct traffic *traffic, const struct cache_size size[CACHE_LEVELS], FILE *out)
{
	unsigned int level;
	uint64_t set;
	int err;

	memset(traffic, 0, sizeof(*traffic));
	traffic->out = out;
	for (level = 0; level < CACHE_LEVELS; level++) {
		err = cache_init(&traffic->cache[level], &size[level]);
		if (err)
			return err;
	}
	traffic->recent = calloc(traffic->cache[CACHE_L1].mask + 1, sizeof(*traffic->recent));
	if (!traffic->recent)
		return -ENOMEM;
	for (set = 0; set <= traffic->cache[CACHE_L1].mask; set++)
		traffic->recent[set].line = UINT64_MAX;
	return 0;
}

void traffic_free(struct traffic *traffic)
{
	unsigned int i;

	for (i = 0; i < CACHE_LEVELS; i++)
		cache_free(&traffic->cache[i]);
	free(traffic->recent);
	for (i = 0; i < traffic->nr_ranges; i++) {
		stamps_free(&traffic->range[i].lines);
		stamps_free(&traffic->range[i].pages);
	}
}

static struct traffic_range *range_of(struct traffic *traffic, uint64_t address)
{
	unsigned int i;

	if (!(address & KERNEL_HALF))
		return NULL;
	for (i = 0; i < traffic->nr_ranges; i++)
		if (address >= traffic->range[i].start && address <= traffic->range[i].last)
			return &traffic->range[i];
	return NULL;
}

/*
 * A line is new to each window that has begun since it was last touched. Return: true
 * when it is new to any.
 */
static bool stamp(struct traffic *traffic, struct stamps *stamps, uint64_t address,
		  unsigned int count)
{
	uint32_t *at = stamps_at(stamps, address);
	unsigned int i;

	if (!at) {
		traffic->lost = true;
		return false;
	}
	if (*at == traffic->epoch)
		return false;
	for (i = 0; i < traffic->nr_open; i++) {
		struct traffic_window *window = &traffic->window[traffic->open[i]];

		if (window->epoch > *at)
			window->count[count]++;
	}
	*at = traffic->epoch;
	return true;
}

static void remember(struct traffic *traffic, uint64_t line, uint64_t page, uint64_t tlb_tag,
		     uint64_t *count)
{
	const struct cache *tlb = &traffic->cache[CACHE_TLB];

	traffic->recent[line & traffic->cache[CACHE_L1].mask] = (struct traffic_recent){
		.line = line, .tlb = tlb->tag + (page & tlb->mask) * tlb->ways,
		.tlb_tag = tlb_tag, .count = count, .epoch = traffic->epoch,
	};
}

static void touch_line(struct traffic *traffic, struct traffic_range *range, uint64_t address)
{
	enum traffic_class class = range ? range->class : TRAFFIC_REST;
	unsigned int shift = range ? range->page_shift : PAGE_SHIFT;
	uint64_t *count = traffic->count + traffic_count_at(class, 0);
	uint64_t line = address >> CACHE_LINE_SHIFT, page = address >> shift;
	uint64_t tlb_tag = page << 6 | shift;

	remember(traffic, line, page, tlb_tag, count);
	if (!cache_touch(&traffic->cache[CACHE_TLB], page, tlb_tag))
		count[TRAFFIC_DTLB_MISSES]++;
	if (!cache_touch(&traffic->cache[CACHE_L1], line, line | LINE_TAG)) {
		count[TRAFFIC_L1_MISSES]++;
		if (!cache_touch(&traffic->cache[CACHE_L2], line, line | LINE_TAG)) {
			count[TRAFFIC_L2_MISSES]++;
			if (!cache_touch(&traffic->cache[CACHE_LLC], line, line | LINE_TAG))
				count[TRAFFIC_LLC_MISSES]++;
		}
	}
	/* A line that is not new is of a page that is not new either. */
	if (class != TRAFFIC_REST &&
	    stamp(traffic, &range->lines, address, traffic_count_at(class, TRAFFIC_LINES)))
		stamp(traffic, &range->pages, address, traffic_count_at(class, TRAFFIC_PAGES));
}

void traffic_access_any(struct traffic *traffic, uint64_t address, unsigned int bytes, bool store)
{
	struct traffic_range *range = range_of(traffic, address);
	enum traffic_class class = range ? range->class : TRAFFIC_REST;
	uint64_t last = address + bytes - 1;

	traffic->count[traffic_count_at(class, store ? TRAFFIC_STORES : TRAFFIC_LOADS)]++;
	touch_line(traffic, range, address);
	if (last >> CACHE_LINE_SHIFT != address >> CACHE_LINE_SHIFT)
		touch_line(traffic, range_of(traffic, last), last);
}

static uint64_t take_u64(const uint8_t *bytes)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = 0; i < 8; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

static void add_range(struct traffic *traffic)
{
	struct traffic_range *range = &traffic->range[traffic->nr_ranges];
	uint64_t start = take_u64(traffic->bytes + 2), size = take_u64(traffic->bytes + 10);
	unsigned int nr_bytes = traffic->nr_bytes;

	traffic->nr_bytes = 0;
	if (nr_bytes != TRAFFIC_RANGE_BYTES || traffic->active ||
	    traffic->nr_ranges == TRAFFIC_RANGES || traffic->bytes[0] >= TRAFFIC_CLASSES ||
	    traffic->bytes[1] < PAGE_SHIFT || traffic->bytes[1] > 39 || !size ||
	    size - 1 > UINT64_MAX - start) {
		traffic->lost = true;
		return;
	}
	*range = (struct traffic_range){
		.class = traffic->bytes[0], .page_shift = traffic->bytes[1],
		.start = start, .last = start + size - 1,
	};
	traffic->nr_ranges++;
	if (range->class != TRAFFIC_REST &&
	    (stamps_init(&range->lines, start, size, CACHE_LINE_SHIFT) ||
	     stamps_init(&range->pages, start, size, PAGE_SHIFT)))
		traffic->lost = true;
}

static bool has_class(const struct traffic *traffic, enum traffic_class class)
{
	unsigned int i;

	for (i = 0; i < traffic->nr_ranges; i++)
		if (traffic->range[i].class == class)
			return true;
	return class == TRAFFIC_REST;
}

static void start(struct traffic *traffic)
{
	unsigned int class;

	fprintf(traffic->out, TRAFFIC_HEADER "\nclasses");
	for (class = 0; class < TRAFFIC_CLASSES; class++)
		if (has_class(traffic, class))
			fprintf(traffic->out, " %s", traffic_class_name(class));
	fputc('\n', traffic->out);
	traffic->active = true;
}

static void stop(struct traffic *traffic)
{
	if (!traffic->active)
		return;
	traffic->active = false;
	if (!traffic->lost)
		fprintf(traffic->out, "end %" PRIu64 "\n", traffic->written);
	fflush(traffic->out);
}

static void forget(struct traffic *traffic, unsigned int slot)
{
	unsigned int i;

	for (i = 0; i < traffic->nr_open; i++)
		if (traffic->open[i] == slot)
			traffic->open[i] = traffic->open[--traffic->nr_open];
	traffic->window[slot].open = false;
}

static bool is_distinct(unsigned int at)
{
	return at % TRAFFIC_KINDS == TRAFFIC_LINES || at % TRAFFIC_KINDS == TRAFFIC_PAGES;
}

/* One that has begun and did not end was given up: an operation failed. */
static void begin(struct traffic *traffic, unsigned int slot)
{
	struct traffic_window *window = &traffic->window[slot];
	unsigned int i;

	forget(traffic, slot);
	memcpy(window->count, traffic->count, sizeof(window->count));
	for (i = 0; i < TRAFFIC_COUNTS; i++)
		if (is_distinct(i))
			window->count[i] = 0;
	window->epoch = ++traffic->epoch;
	window->open = true;
	traffic->open[traffic->nr_open++] = slot;
	/* Stamps of so long ago would be taken for new ones. */
	if (!traffic->epoch)
		traffic->lost = true;
}

static void end(struct traffic *traffic, unsigned int slot)
{
	struct traffic_window *window = &traffic->window[slot];
	unsigned int i;

	window->serial++;
	if (!window->open)
		return;
	forget(traffic, slot);
	if (traffic->written == TRAFFIC_WINDOWS_MAX) {
		traffic->lost = true;
		return;
	}
	fprintf(traffic->out, "%u %" PRIu64, slot, window->serial);
	for (i = 0; i < TRAFFIC_COUNTS; i++)
		fprintf(traffic->out, " %" PRIu64, is_distinct(i) ?
			window->count[i] : traffic->count[i] - window->count[i]);
	fputc('\n', traffic->out);
	traffic->written++;
}

static void take_byte(struct traffic *traffic, uint8_t byte)
{
	if (traffic->nr_bytes < TRAFFIC_RANGE_BYTES)
		traffic->bytes[traffic->nr_bytes] = byte;
	traffic->nr_bytes++;
}

void traffic_take_mark(struct traffic *traffic, unsigned int code)
{
	if (code < TRAFFIC_BEGIN)
		take_byte(traffic, (uint8_t)code);
	else if (code == TRAFFIC_RANGE)
		add_range(traffic);
	else if (code == TRAFFIC_START && !traffic->active)
		start(traffic);
	else if (code == TRAFFIC_STOP)
		stop(traffic);
	else if (traffic->active && code < TRAFFIC_END)
		begin(traffic, code - TRAFFIC_BEGIN);
	else if (traffic->active && code < TRAFFIC_RANGE)
		end(traffic, code - TRAFFIC_END);
}
