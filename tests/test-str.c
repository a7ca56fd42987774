// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strings, lists, and the nearest known name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util.h"

static struct strv list_of(const char *words)
{
	struct strv list = { 0 };

	strv_split(&list, words, " ");
	return list;
}

static void assert_nearest(const char *name, const char *known, const char *expected)
{
	struct strv list = list_of(known);
	const char *nearest = name_nearest(name, &list);

	if (expected)
		assert_string_equal(nearest ? nearest : "(none)", expected);
	else
		assert_null(nearest);
	strv_free(&list);
}

static void nearest_finds_typing_mistakes(void **state)
{
	(void)state;
	assert_nearest("basline", "baseline vmemmap-4k", "baseline");
	assert_nearest("vmemap-4k", "baseline vmemmap-4k", "vmemmap-4k");
	assert_nearest("zwsap", "memmap zswap", "zswap");	/* two letters swapped */
	assert_nearest("Baseline", "baseline vmemmap-4k", "baseline");
}

static void nearest_takes_a_unique_beginning(void **state)
{
	(void)state;
	assert_nearest("vm", "baseline vmemmap-4k", "vmemmap-4k");
	assert_nearest("memdesc", "memdesc-static-long memdesc-on-demand-long", NULL);
}

static void nearest_does_not_guess_wildly(void **state)
{
	(void)state;
	assert_nearest("banana", "baseline vmemmap-4k", NULL);
	assert_nearest("", "baseline", NULL);
	assert_nearest("x", "", NULL);
}

static void split_drops_empty_parts(void **state)
{
	struct strv list = { 0 };

	(void)state;
	strv_split(&list, ",a,,bc,", ",");
	assert_int_equal(list.nr, 2);
	assert_string_equal(list.item[0], "a");
	assert_string_equal(list.item[1], "bc");
	assert_null(list.item[2]);
	assert_true(strv_has(&list, "bc"));
	assert_false(strv_has(&list, "b"));
	strv_free(&list);
	assert_int_equal(list.nr, 0);
}

static void join_is_the_reverse_of_split(void **state)
{
	struct strv list = list_of("one two three"), empty = { 0 };
	char *text = strv_join(&list, ", "), *nothing = strv_join(&empty, ", ");

	(void)state;
	assert_string_equal(text, "one, two, three");
	assert_string_equal(nothing, "");
	free(text);
	free(nothing);
	strv_free(&list);
}

static void bytes_are_readable(void **state)
{
	char buf[16];

	(void)state;
	assert_string_equal(text_bytes(buf, sizeof(buf), 0), "0 B");
	assert_string_equal(text_bytes(buf, sizeof(buf), 1023), "1023 B");
	assert_string_equal(text_bytes(buf, sizeof(buf), 4096), "4.0 KiB");
	assert_string_equal(text_bytes(buf, sizeof(buf), UINT64_C(4160749568)), "3.9 GiB");
	assert_string_equal(text_bytes(buf, sizeof(buf), UINT64_MAX), "16384 PiB");
}

static void seconds_are_readable(void **state)
{
	char buf[32];

	(void)state;
	assert_string_equal(text_seconds(buf, sizeof(buf), 0.44), "0.4 s");
	assert_string_equal(text_seconds(buf, sizeof(buf), 9.97), "10 s");
	assert_string_equal(text_seconds(buf, sizeof(buf), 59.6), "1 min 00 s");
	assert_string_equal(text_seconds(buf, sizeof(buf), 185), "3 min 05 s");
	assert_string_equal(text_seconds(buf, sizeof(buf), 3720), "1 h 02 min");
	assert_string_equal(text_seconds(buf, sizeof(buf), -1), "0.0 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearest_finds_typing_mistakes),
		cmocka_unit_test(nearest_takes_a_unique_beginning),
		cmocka_unit_test(nearest_does_not_guess_wildly),
		cmocka_unit_test(split_drops_empty_parts),
		cmocka_unit_test(join_is_the_reverse_of_split),
		cmocka_unit_test(bytes_are_readable),
		cmocka_unit_test(seconds_are_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
