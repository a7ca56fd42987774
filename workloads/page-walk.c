/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks page tables (Intel SDM volume 3, 4.5; AMD APM volume 2, 5.3).
 */
#include "page-walk.h"

#include <errno.h>

#define PRESENT 1u
#define HUGE 0x80u			/* PS, in entries above the last level */
#define ADDRESS UINT64_C(0x000ffffffffff000)
#define PAGE_SHIFT 12u
#define LEVEL_BITS 9u
#define HUGE_SHIFT_MAX 30u		/* an entry maps 1 GiB at most */
#define TOP_SHIFT_4 39u
#define TOP_SHIFT_5 48u

/** struct part - of a walk: the range that was asked for */
struct part {
	const struct page_walk *walk;
	uint64_t start;
	uint64_t last;
};

static int walk_table(const struct part *part, uint64_t physical, uint64_t base,
		      unsigned int shift);

static int enter_table(const struct part *part, uint64_t physical, uint64_t address,
		       unsigned int shift)
{
	const struct page_walk *walk = part->walk;

	if (walk->table && !walk->table(walk->ctx, physical, address, UINT64_C(1) << shift))
		return 0;
	return walk_table(part, physical, address, shift - LEVEL_BITS);
}

static int walk_entry(const struct part *part, uint64_t entry, uint64_t address,
		      unsigned int shift)
{
	const struct page_walk *walk = part->walk;
	uint64_t bytes = UINT64_C(1) << shift;

	if (address + (bytes - 1) < part->start || address > part->last)
		return 0;
	if (shift > PAGE_SHIFT && !(shift <= HUGE_SHIFT_MAX && entry & HUGE))
		return enter_table(part, entry & ADDRESS, address, shift);
	/* Above bit 12 an entry of a large page has an attribute where small ones have an address. */
	if (walk->leaf)
		walk->leaf(walk->ctx, address, entry & ADDRESS & ~(bytes - 1), bytes);
	return 0;
}

/* @base: the address that its first entry maps; @shift: what an entry maps */
static int walk_table(const struct part *part, uint64_t physical, uint64_t base,
		      unsigned int shift)
{
	const struct page_walk *walk = part->walk;
	uint64_t entry[PAGE_WALK_ENTRIES];
	unsigned int i, used = 0;
	int err = walk->read(walk->ctx, physical, entry);

	for (i = 0; i < PAGE_WALK_ENTRIES && !err; i++) {
		if (!(entry[i] & PRESENT))
			continue;
		used++;
		err = walk_entry(part, entry[i], base + ((uint64_t)i << shift), shift);
	}
	if (!err && walk->table_done && physical != walk->top)
		walk->table_done(walk->ctx, physical, used);
	return err;
}

int page_walk(const struct page_walk *walk, uint64_t start, uint64_t last)
{
	const struct part part = { .walk = walk, .start = start, .last = last };
	unsigned int shift = walk->five_levels ? TOP_SHIFT_5 : TOP_SHIFT_4;
	uint64_t half = UINT64_C(1) << (shift + LEVEL_BITS - 1);

	/* The upper half begins at entry 256, where addresses go on from -half. */
	if (last < start || start < -half)
		return -EINVAL;
	return walk_table(&part, walk->top & ADDRESS, -half - half, shift);
}
