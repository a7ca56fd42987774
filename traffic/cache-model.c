// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model of caches and TLB: sizes from text, and the replacement in a set.
 */
#include "cache-model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAYS_MAX 64
#define LINES_MAX (UINT64_C(1) << 26)	/* 4 GiB of cache */

static const char *const level_names[CACHE_LEVELS] = {
	[CACHE_L1] = "L1", [CACHE_L2] = "L2", [CACHE_LLC] = "LLC", [CACHE_TLB] = "dTLB",
};

static uint64_t take_number(const char **at)
{
	uint64_t value = 0;

	for (; **at >= '0' && **at <= '9' && value < LINES_MAX << CACHE_LINE_SHIFT; (*at)++)
		value = value * 10 + (uint64_t)(**at - '0');
	return value;
}

static uint64_t take_unit(const char **at)
{
	switch (**at) {
	case 'K':
		(*at)++;
		return 1u << 10;
	case 'M':
		(*at)++;
		return 1u << 20;
	default:
		return 1;
	}
}

static bool is_power_of_2(uint64_t value)
{
	return value && !(value & (value - 1));
}

static bool parse_level(const char **at, enum cache_level level, struct cache_size *ret_size)
{
	uint64_t total = take_number(at) * (level == CACHE_TLB ? 1 : take_unit(at)), ways, lines;

	if (**at != '/')
		return false;
	(*at)++;
	ways = take_number(at);
	lines = level == CACHE_TLB ? total : total >> CACHE_LINE_SHIFT;
	if (!ways || ways > WAYS_MAX || lines > LINES_MAX || lines % ways ||
	    !is_power_of_2(lines / ways))
		return false;
	*ret_size = (struct cache_size){ .lines = lines, .ways = (unsigned int)ways };
	return true;
}

int cache_sizes_parse(const char *text, struct cache_size ret_size[CACHE_LEVELS], char *why,
		      size_t why_size)
{
	struct cache_size size[CACHE_LEVELS];
	const char *at = text;
	unsigned int level;

	for (level = 0; level < CACHE_LEVELS; level++) {
		const char *from = at;

		if (!parse_level(&at, level, &size[level]) ||
		    *at != (level == CACHE_LEVELS - 1 ? '\0' : ',')) {
			snprintf(why, why_size, "%s of \"%.100s\", at \"%.40s\": give size/ways with a "
				 "number of sets that is a power of 2, as in " CACHE_SIZES_DEFAULT,
				 level_names[level], text, from);
			return -EINVAL;
		}
		at++;
	}
	memcpy(ret_size, size, sizeof(size));
	return 0;
}

int cache_init(struct cache *cache, const struct cache_size *size)
{
	uint64_t *tag = calloc(size->lines, sizeof(*tag));

	if (!tag)
		return -ENOMEM;
	*cache = (struct cache){
		.mask = size->lines / size->ways - 1, .ways = size->ways, .tag = tag,
	};
	return 0;
}

void cache_free(struct cache *cache)
{
	free(cache->tag);
	*cache = (struct cache){ 0 };
}

bool cache_touch_deep(uint64_t *set, unsigned int ways, uint64_t tag)
{
	uint64_t moved = tag, next;
	unsigned int way;

	/* Every way up to the one that has it moves back by one; without it the last goes. */
	for (way = 0; way < ways; way++) {
		next = set[way];
		set[way] = moved;
		if (next == tag)
			return true;
		moved = next;
	}
	return false;
}
