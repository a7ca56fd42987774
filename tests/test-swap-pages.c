/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Contents of swapped pages: every version of every page is its own, and whatever
 * comes back in place of it is noticed and named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "prng.h"
#include "swap-pages.h"

#define PAGES 64

static uint32_t version[PAGES];
static const struct swap_pages pages = { .seed = 7, .nr = PAGES, .version = version };

static int set_up(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < PAGES; i++)
		version[i] = 1;
	return 0;
}

static struct swap_verdict compare(size_t i, const void *seen)
{
	struct swap_verdict verdict = { 0 };

	swap_pages_compare(&pages, i, seen, &verdict);
	assert_int_equal(1, verdict.right + verdict.wrong);
	return verdict;
}

static void right_pages_are_right(void **state)
{
	uint8_t page[SWAP_PAGES_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < PAGES; i++) {
		swap_pages_make(&pages, i, 1, page);
		assert_int_equal(1, compare(i, page).right);
	}
	version[5] = 0;
	memset(page, 0, sizeof(page));
	assert_int_equal(1, compare(5, page).right);
}

static void any_wrong_byte_is_noticed(void **state)
{
	uint8_t page[SWAP_PAGES_SIZE];
	size_t at;

	(void)state;
	swap_pages_make(&pages, 3, 1, page);
	for (at = 0; at < SWAP_PAGES_SIZE; at++) {
		page[at] ^= 0x01;
		assert_int_equal(1, compare(3, page).wrong);
		page[at] ^= 0x01;
	}
	version[3] = 0;
	memset(page, 0, sizeof(page));
	page[SWAP_PAGES_SIZE - 1] = 1;
	assert_int_equal(1, compare(3, page).wrong);
}

static void another_page_and_an_old_version_are_named(void **state)
{
	uint8_t page[SWAP_PAGES_SIZE];
	struct swap_verdict verdict;

	(void)state;
	swap_pages_make(&pages, 9, 1, page);
	verdict = compare(8, page);
	assert_non_null(strstr(verdict.first, "page 8 version 1 is wrong"));
	assert_non_null(strstr(verdict.first, "starts like page 9 version 1"));
	version[9] = 2;
	verdict = compare(9, page);
	assert_non_null(strstr(verdict.first, "page 9 version 2 is wrong"));
	assert_non_null(strstr(verdict.first, "starts like page 9 version 1"));
}

/* What is left after compression: all sizes, so that all size classes are used. */
static void sizes_spread_below_a_page(void **state)
{
	uint8_t page[SWAP_PAGES_SIZE], small[2 * SWAP_PAGES_SIZE];
	size_t eighth[8] = { 0 }, i;
	uLongf size;

	(void)state;
	for (i = 0; i < 512; i++) {
		swap_pages_make(&pages, i, 1, page);
		size = sizeof(small);
		assert_int_equal(Z_OK, compress(small, &size, page, sizeof(page)));
		assert_true(size < 3700);
		eighth[size / 512]++;
	}
	for (i = 0; i < 7; i++)
		assert_true(eighth[i] >= 32);
}

static void an_order_has_every_page_once(void **state)
{
	uint32_t order[PAGES], again[PAGES];
	uint64_t seed = 11, same = 11;
	uint8_t seen[PAGES] = { 0 };
	size_t i, moved = 0;

	(void)state;
	prng_order(&seed, order, PAGES);
	prng_order(&same, again, PAGES);
	assert_memory_equal(order, again, sizeof(order));
	for (i = 0; i < PAGES; i++) {
		assert_true(order[i] < PAGES);
		assert_int_equal(0, seen[order[i]]++);
		moved += order[i] != i;
	}
	assert_true(moved > PAGES / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(right_pages_are_right, set_up),
		cmocka_unit_test_setup(any_wrong_byte_is_noticed, set_up),
		cmocka_unit_test_setup(another_page_and_an_old_version_are_named, set_up),
		cmocka_unit_test_setup(sizes_spread_below_a_page, set_up),
		cmocka_unit_test(an_order_has_every_page_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
