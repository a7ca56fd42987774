/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of page contents: made again they are the same, a single wrong byte is
 * found, and each class compresses as it must.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "content.h"

#define PAGES 32

static void equal_seeds_make_equal_pages_others_do_not(void **state)
{
	uint8_t a[CONTENT_PAGE], b[CONTENT_PAGE];
	int content;

	(void)state;
	for (content = 0; content < CONTENT_NR; content++) {
		struct content_maker *one = content_maker_new((enum content)content, 1);
		struct content_maker *again = content_maker_new((enum content)content, 1);
		struct content_maker *other = content_maker_new((enum content)content, 2);

		content_fill(one, 7, a);
		content_fill(again, 3, b);	/* no state is carried along */
		content_fill(again, 7, b);
		assert_memory_equal(a, b, CONTENT_PAGE);
		content_fill(one, 8, b);
		assert_memory_not_equal(a, b, CONTENT_PAGE);
		content_fill(other, 7, b);
		assert_memory_not_equal(a, b, CONTENT_PAGE);
		content_maker_free(one);
		content_maker_free(again);
		content_maker_free(other);
	}
}

static void any_wrong_byte_is_found_where_it_is(void **state)
{
	uint8_t page[CONTENT_PAGE];
	int content, at;

	(void)state;
	for (content = 0; content < CONTENT_NR; content++) {
		struct content_maker *maker = content_maker_new((enum content)content, 5);

		content_fill(maker, 1, page);
		assert_int_equal(content_differs(maker, 1, page), -1);
		for (at = 0; at < CONTENT_PAGE; at += content == CONTENT_TEXT ? 97 : 31) {
			page[at] ^= 0x10;
			assert_int_equal(content_differs(maker, 1, page), at);
			page[at] ^= 0x10;
		}
		page[CONTENT_PAGE - 1] ^= 1;
		assert_int_equal(content_differs(maker, 1, page), CONTENT_PAGE - 1);
		assert_true(content_differs(maker, 2, page) >= 0);
		content_maker_free(maker);
	}
}

static void same_is_one_word_and_never_zero(void **state)
{
	struct content_maker *maker = content_maker_new(CONTENT_SAME, 9);
	uint64_t page[CONTENT_PAGE / 8];
	size_t i, k;

	(void)state;
	for (i = 0; i < 10000; i++) {
		content_fill(maker, i, page);
		assert_true(page[0] != 0);
		for (k = 1; k < CONTENT_PAGE / 8; k += 73)
			assert_true(page[k] == page[0]);
	}
	content_maker_free(maker);
}

/* Shrinks to this many thousandths, all pages together, each compressed alone. */
static unsigned int shrinks_to(enum content content)
{
	struct content_maker *maker = content_maker_new(content, 1);
	uint8_t page[CONTENT_PAGE], out[2 * CONTENT_PAGE];
	unsigned long sum = 0;
	uLongf len;
	uint64_t i;

	for (i = 0; i < PAGES; i++) {
		content_fill(maker, i, page);
		len = sizeof(out);
		assert_int_equal(compress2(out, &len, page, sizeof(page), 1), Z_OK);
		sum += len;
	}
	content_maker_free(maker);
	return (unsigned int)(sum * 1000 / (PAGES * CONTENT_PAGE));
}

static void classes_compress_as_they_must(void **state)
{
	(void)state;
	assert_true(shrinks_to(CONTENT_SAME) < 30);
	assert_in_range(shrinks_to(CONTENT_TEXT), 290, 500);
	assert_true(shrinks_to(CONTENT_RANDOM) >= 1000);
}

/* Figures of stored runs are only comparable as long as the contents stay what they are. */
static void contents_are_what_they_have_always_been(void **state)
{
	static const unsigned long crc[CONTENT_NR] = { 0xc2db96fd, 0xddda7431, 0xe2b80e38 };
	uint8_t page[CONTENT_PAGE];
	int content;

	(void)state;
	for (content = 0; content < CONTENT_NR; content++) {
		struct content_maker *maker = content_maker_new((enum content)content, 1);

		content_fill(maker, 0, page);
		assert_int_equal(crc32(0, page, sizeof(page)), crc[content]);
		content_maker_free(maker);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_seeds_make_equal_pages_others_do_not),
		cmocka_unit_test(any_wrong_byte_is_found_where_it_is),
		cmocka_unit_test(same_is_one_word_and_never_zero),
		cmocka_unit_test(classes_compress_as_they_must),
		cmocka_unit_test(contents_are_what_they_have_always_been),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
