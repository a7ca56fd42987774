// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Free pages out of /proc/zoneinfo.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "free-pages.h"

static int parse(const char *text, struct free_pages *ret_free)
{
	FILE *file = fmemopen((void *)text, strlen(text) + 1, "r");
	int err;

	assert_non_null(file);
	err = free_pages_parse(file, ret_free);
	fclose(file);
	return err;
}

/* As 6.12 prints it (mm/vmstat.c), two zones and two CPUs. */
static const char zoneinfo[] =
	"Node 0, zone      DMA\n"
	"  per-node stats\n"
	"      nr_inactive_anon 17\n"
	"  pages free     3000\n"
	"        boost    0\n"
	"        min      22\n"
	"        managed  3840\n"
	"      nr_free_pages 3840\n"
	"  pagesets\n"
	"    cpu: 0\n"
	"              count: 5\n"
	"              high:  6\n"
	"              batch: 1\n"
	"  vm stats threshold: 4\n"
	"    cpu: 1\n"
	"              count: 9\n"
	"              high:  6\n"
	"              batch: 1\n"
	"  vm stats threshold: 4\n"
	"  node_unreclaimable:  0\n"
	"Node 0, zone    DMA32\n"
	"  pages free     100000\n"
	"        managed  200000\n"
	"  pagesets\n"
	"    cpu: 0\n"
	"              count: 513\n"
	"              high:  600\n"
	"              batch: 63\n"
	"    cpu: 1\n"
	"              count: 0\n"
	"              high:  252\n"
	"              batch: 63\n";

static void lists_of_the_cpus_count(void **state)
{
	struct free_pages free_pages;

	(void)state;
	assert_int_equal(parse(zoneinfo, &free_pages), 0);
	assert_int_equal(free_pages.managed, 3840 + 200000);
	assert_int_equal(free_pages.buddy, 3000 + 100000);
	assert_int_equal(free_pages.listed, 5 + 9 + 513);
}

/* Four batches; but a limit below 8 does not shrink any more, so 7 is the least. */
static void lists_and_limits_shrink_to_four_batches(void **state)
{
	struct free_pages free_pages;

	(void)state;
	assert_int_equal(parse(zoneinfo, &free_pages), 0);
	assert_int_equal(free_pages.above, (9 - 7) + (600 - 4 * 63));
}

static void what_is_no_zoneinfo_is_refused(void **state)
{
	struct free_pages free_pages = { .managed = 7 };

	(void)state;
	assert_int_equal(parse("MemFree: 12 kB\n count: 12\n", &free_pages), -EBADMSG);
	assert_int_equal(parse(" pages free 5\n managed 4\n", &free_pages), -EBADMSG);
	assert_int_equal(parse(" pages free 5\n managed 9\n count: 5\n", &free_pages), -EBADMSG);
	assert_int_equal(free_pages.managed, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_the_cpus_count),
		cmocka_unit_test(lists_and_limits_shrink_to_four_batches),
		cmocka_unit_test(what_is_no_zoneinfo_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
