/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of a zsmalloc pool's classes: read, summed, and refused when it is not
 * what the kernel would write.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "zsmalloc-stat.h"

#define HEAD " class  size       10%       20%       30%       40%       50%       60%       70%" \
	     "       80%       90%       99%      100% obj_allocated   obj_used pages_used" \
	     " pages_per_zspage freeable\n"
/* 128 objects of 32 bytes in one page; 73 of 112 bytes in two; 5 of 3264 in four. */
#define SMALL "     0    32         0         1         0         0         0         0         0" \
	      "         0         0         0         0           128          9          1" \
	      "                1        0 \n"
#define MIDDLE "     5   112         0         0         0         2         0         0         0" \
	       "         0         0         0         1           219        130          6" \
	       "                2        2 \n"
#define LARGE "   202  3264         0         1         0         1         0         0         0" \
	      "         0         0         0         0            10          3          8" \
	      "                4        4 \n"
#define SUM(used, pages, freeable)								\
	"\n Total               0         1         0         3         0         0         0"	\
	"         0         0         0         1           357        " used "         " pages	\
	"                         " freeable " \n"

static void test_reads_classes(void **state)
{
	struct zsmalloc_stat stat;

	(void)state;
	assert_int_equal(0, zsmalloc_stat_parse(HEAD SMALL MIDDLE LARGE SUM("142", "15", "6"), &stat));
	assert_int_equal(3, stat.nr);
	assert_int_equal(3, stat.occupied);
	assert_int_equal(142, stat.used);
	assert_int_equal(15, stat.pages);
	assert_int_equal(6, stat.freeable);
	assert_int_equal(3264, stat.class[2].size);
	assert_int_equal(10, stat.class[2].objects);
	assert_int_equal(4, stat.class[2].chain);
}

/* 119 free of 128 empty no page; 89 free of 73 a zspage each empty one; 7 of 5 one. */
static void test_reckons_freeable(void **state)
{
	struct zsmalloc_stat stat;

	(void)state;
	assert_int_equal(0, zsmalloc_stat_parse(HEAD SMALL MIDDLE LARGE SUM("142", "15", "6"), &stat));
	assert_int_equal(0 + 2 + 4, zsmalloc_stat_freeable(&stat));
	stat.class[0].used = 0;
	assert_int_equal(1 + 2 + 4, zsmalloc_stat_freeable(&stat));
}

static void test_refuses(void **state)
{
	static const char *const bad[] = {
		"",
		HEAD,
		HEAD SMALL MIDDLE LARGE,
		HEAD SMALL MIDDLE LARGE SUM("143", "15", "6"),
		HEAD SMALL MIDDLE LARGE SUM("142", "16", "6"),
		HEAD SMALL MIDDLE LARGE SUM("142", "15", "7"),
		HEAD SMALL MIDDLE SUM("142", "15", "6"),
		HEAD SMALL MIDDLE LARGE SUM("142", "15", "6") SMALL,
		HEAD "     0    32         0\n" SUM("0", "0", "0"),
		HEAD "     x    32         0\n" SUM("0", "0", "0"),
		HEAD "     0    32 99999999999999999999999\n" SUM("0", "0", "0"),
	};
	struct zsmalloc_stat stat;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (zsmalloc_stat_parse(bad[i], &stat) != -EINVAL)
			fail_msg("text %zu is taken:\n%s", i, bad[i]);
}

/* Cut anywhere, a text is read or refused, and never read beyond. */
static void test_truncated(void **state)
{
	static const char whole[] = HEAD SMALL MIDDLE LARGE SUM("142", "15", "6");
	struct zsmalloc_stat stat;
	char text[sizeof(whole)];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(whole) - 2; i++) {
		memcpy(text, whole, i);
		text[i] = '\0';
		if (!zsmalloc_stat_parse(text, &stat))
			assert_non_null(strstr(text, "142         15                         6"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_classes),
		cmocka_unit_test(test_reckons_freeable),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
