/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model of data caches and of a data TLB: set-associative, the least recently used
 * way is replaced. It is to rank designs by the misses they cause, not to foretell
 * those of one processor: there is no prefetching, no writing back, and no table walk.
 */
#ifndef PAGEMETA_CACHE_MODEL_H
#define PAGEMETA_CACHE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CACHE_LINE_SHIFT 6

/* A desktop processor of 2020: 32 KiB L1d, 1 MiB L2, 8 MiB LLC, 64 entries of dTLB. */
#define CACHE_SIZES_DEFAULT "32K/8,1M/16,8M/16,64/4"

/** enum cache_level - the levels in the order they are asked, and the TLB */
enum cache_level { CACHE_L1, CACHE_L2, CACHE_LLC, CACHE_TLB, CACHE_LEVELS };

/** struct cache_size - lines (of a TLB: entries) in all, and how many share a set */
struct cache_size {
	uint64_t lines;
	unsigned int ways;
};

/**
 * cache_sizes_parse() - what a user asks for
 * @text: "32K/8,1M/16,8M/16,64/4": bytes and ways of L1, L2, LLC, entries and ways of
 *	the dTLB
 * @ret_size: filled on success
 * @why: on failure what is wrong
 * @why_size: bytes at @why
 *
 * Return: 0 or -EINVAL.
 */
int cache_sizes_parse(const char *text, struct cache_size ret_size[CACHE_LEVELS], char *why,
		      size_t why_size);

/**
 * struct cache - one level
 * @mask: number of sets - 1
 * @ways: per set
 * @tag: of each way of each set, most recently used first; 0 is an empty way
 */
struct cache {
	uint64_t mask;
	unsigned int ways;
	uint64_t *tag;
};

/** cache_init() - an empty one. Return: 0 or -ENOMEM */
int cache_init(struct cache *cache, const struct cache_size *size);
void cache_free(struct cache *cache);

/** cache_touch_deep() - cache_touch() beyond the way used last */
bool cache_touch_deep(uint64_t *set, unsigned int ways, uint64_t tag);

/**
 * cache_touch() - an access
 * @cache: a level
 * @index: number of the line or page, of which the low bits choose the set
 * @tag: what tells it from all others; not 0
 *
 * Return: whether it was there; it is now.
 */
static inline bool cache_touch(struct cache *cache, uint64_t index, uint64_t tag)
{
	uint64_t *set = cache->tag + (index & cache->mask) * cache->ways;

	return *set == tag || cache_touch_deep(set, cache->ways, tag);
}

#endif
