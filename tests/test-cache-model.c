// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model of caches and TLB against sequences that were worked out by hand.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cache-model.h"
#include "stamps.h"

#define TAG(index) ((index) | UINT64_C(1) << 63)

/* h a hit, m a miss, for each number of @index. */
static void play(struct cache *cache, const uint64_t *index, const char *expected)
{
	for (size_t i = 0; expected[i]; i++)
		if (cache_touch(cache, index[i], TAG(index[i])) != (expected[i] == 'h'))
			fail_msg("access %zu of %s: line %d", i, expected, (int)index[i]);
}

static void the_least_recently_used_way_goes(void **state)
{
	const struct cache_size size = { .lines = 2, .ways = 2 };	/* one set */
	const uint64_t index[] = { 1, 2, 1, 3, 1, 2, 3, 2, 1 };
	struct cache cache;

	(void)state;
	assert_int_equal(cache_init(&cache, &size), 0);
	/* 1 2 fill it; 1 again; 3 in place of 2; 1 there; 2 for 3; 3 for 1; 2; 1 for 3 */
	play(&cache, index, "mmhmhmmhm");
	cache_free(&cache);
}

static void sets_do_not_share_ways(void **state)
{
	const struct cache_size size = { .lines = 8, .ways = 2 };	/* four sets */
	const uint64_t index[] = { 0, 4, 8, 1, 5, 0, 4, 1, 5, 3 };
	struct cache cache;

	(void)state;
	assert_int_equal(cache_init(&cache, &size), 0);
	/* 0 4 8 are of set 0, which then has 8 4; 1 5 of set 1; so 0 misses, and 4 after it */
	play(&cache, index, "mmmmmmmhhm");
	cache_free(&cache);
}

/* Going round more than there is room for never finds anything: the worst case of LRU. */
static void a_round_larger_than_the_cache_always_misses(void **state)
{
	const struct cache_size size = { .lines = 512, .ways = 8 };
	struct cache cache;

	(void)state;
	assert_int_equal(cache_init(&cache, &size), 0);
	for (int round = 0; round < 3; round++)
		for (uint64_t i = 0; i < 1024; i++)
			assert_false(cache_touch(&cache, i, TAG(i)));
	for (uint64_t i = 0; i < 512; i++)
		cache_touch(&cache, i, TAG(i));
	for (uint64_t i = 0; i < 512; i++)
		assert_true(cache_touch(&cache, i, TAG(i)));
	cache_free(&cache);
}

static void pages_of_different_sizes_are_told_apart_by_their_tags(void **state)
{
	const struct cache_size size = { .lines = 4, .ways = 4 };
	struct cache cache;

	(void)state;
	assert_int_equal(cache_init(&cache, &size), 0);
	assert_false(cache_touch(&cache, 7, 7 << 6 | 12));
	assert_false(cache_touch(&cache, 7, 7 << 6 | 21));
	assert_true(cache_touch(&cache, 7, 7 << 6 | 12));
	cache_free(&cache);
}

static void sizes_are_read(void **state)
{
	struct cache_size size[CACHE_LEVELS];
	char why[256] = "";

	(void)state;
	assert_int_equal(cache_sizes_parse(CACHE_SIZES_DEFAULT, size, why, sizeof(why)), 0);
	assert_true(size[CACHE_L1].lines == 512 && size[CACHE_L1].ways == 8);
	assert_true(size[CACHE_L2].lines == 16384 && size[CACHE_L2].ways == 16);
	assert_true(size[CACHE_LLC].lines == 131072 && size[CACHE_LLC].ways == 16);
	assert_true(size[CACHE_TLB].lines == 64 && size[CACHE_TLB].ways == 4);
	/* 48 KiB with 12 ways and 30 MiB with 15: the sets must be a power of 2, not the size */
	assert_int_equal(cache_sizes_parse("48K/12,2048K/16,30M/15,1536/12", size, why,
					   sizeof(why)), 0);
	assert_true(size[CACHE_LLC].lines == 491520);
}

static void sizes_that_make_no_sense_are_refused(void **state)
{
	static const struct {
		const char *text, *level;
	} bad[] = {
		{ "", "L1 " }, { "32K", "L1 " }, { "32K/8", "L1 " }, { "32K/8,", "L2 " },
		{ "32K/0,1M/16,8M/16,64/4", "L1 " }, { "32K/7,1M/16,8M/16,64/4", "L1 " },
		{ "32K/8,1M/65,8M/16,64/4", "L2 " }, { "32K/8,1M/16,8G/16,64/4", "LLC " },
		{ "32K/8,1M/16,8M/16", "LLC " }, { "32K/8,1M/16,8M/16,64K/4", "dTLB " },
		{ "32K/8,1M/16,8M/16,64/4,", "dTLB " }, { "-32K/8,1M/16,8M/16,64/4", "L1 " },
		{ "0/1,1M/16,8M/16,64/4", "L1 " }, { "32/1,1M/16,8M/16,64/4", "L1 " },
		{ "99999999999999999999K/8,1M/16,8M/16,64/4", "L1 " },
		{ "32K/8,1M/16,8M/16,65/5", "dTLB " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cache_size size[CACHE_LEVELS] = { { .lines = 1 } };
		char why[256] = "";

		assert_int_equal(cache_sizes_parse(bad[i].text, size, why, sizeof(why)), -EINVAL);
		if (strncmp(why, bad[i].level, strlen(bad[i].level)))
			fail_msg("\"%s\": %s", bad[i].text, why);
		assert_int_equal(size[0].lines, 1);
	}
}

static void stamps_are_0_until_set_and_apart(void **state)
{
	const uint64_t start = UINT64_C(0xffffea0000000000), bytes = UINT64_C(1) << 40;
	struct stamps stamps;

	(void)state;
	assert_int_equal(stamps_init(&stamps, start, bytes, 6), 0);
	*stamps_at(&stamps, start) = 1;
	*stamps_at(&stamps, start + 64) = 2;
	*stamps_at(&stamps, start + bytes - 1) = 3;
	assert_int_equal(*stamps_at(&stamps, start + 63), 1);
	assert_int_equal(*stamps_at(&stamps, start + 127), 2);
	assert_int_equal(*stamps_at(&stamps, start + 128), 0);
	assert_int_equal(*stamps_at(&stamps, start + bytes - 64), 3);
	stamps_free(&stamps);
	/* A range that does not begin where a line does has one more. */
	assert_int_equal(stamps_init(&stamps, 4096 + 60, 8, 6), 0);
	*stamps_at(&stamps, 4096 + 63) = 1;
	assert_int_equal(*stamps_at(&stamps, 4096 + 64), 0);
	stamps_free(&stamps);
	assert_int_equal(stamps_init(&stamps, UINT64_MAX, 2, 6), -EINVAL);
	assert_int_equal(stamps_init(&stamps, 0, 0, 6), -EINVAL);
	assert_int_equal(stamps_init(&stamps, 0, UINT64_MAX, 6), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_recently_used_way_goes),
		cmocka_unit_test(sets_do_not_share_ways),
		cmocka_unit_test(a_round_larger_than_the_cache_always_misses),
		cmocka_unit_test(pages_of_different_sizes_are_told_apart_by_their_tags),
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(sizes_that_make_no_sense_are_refused),
		cmocka_unit_test(stamps_are_0_until_set_and_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
