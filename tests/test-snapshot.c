/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of snapshots: what is read out of the kernel's tables, and that a leak of one
 * object or page per cycle is beyond the bound while noise below it is not.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "snapshot.h"

static const char slabinfo[] =
	"slabinfo - version: 2.1\n"
	"# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables\n"
	"zswap_entry          128    146     56   73    1 : tunables    0    0    0 : slabdata      2      2      0\n"
	"debug_objects_cache   90     96     40   32    2 : tunables    0    0    0 : slabdata      3      3      0\n"
	"kmemleak_object       16     32    240   16    1 : tunables    0    0    0 : slabdata      1      2      0\n"
	"kmalloc-64          2048   2048     64   64    1 : tunables    0    0    0 : slabdata     32     32      0\n";

static struct snapshot *sample(void)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	assert_non_null(snapshot);
	assert_int_equal(snapshot_parse_slabinfo(slabinfo, snapshot), 0);
	return snapshot;
}

static void slabinfo_gives_objects_in_use(void **state)
{
	struct snapshot *snapshot = sample();

	(void)state;
	assert_int_equal(snapshot->nr_caches, 2);
	assert_string_equal(snapshot->cache[0].name, "zswap_entry");
	assert_int_equal(snapshot->cache[0].objects, 128);
	assert_string_equal(snapshot->cache[1].name, "kmalloc-64");
	assert_int_equal(snapshot->cache[1].objects, 2048);
	free(snapshot);
}

/* Objects of the debug kernel's tools stand for those of other caches. */
static void caches_of_tools_are_left_out(void **state)
{
	struct snapshot *snapshot = sample();

	(void)state;
	assert_int_equal(snapshot->tool_pages, 3 * 2 + 2 * 1);
	assert_int_equal(snapshot_parse_slabinfo(slabinfo, snapshot), 0);
	assert_int_equal(snapshot->tool_pages, 3 * 2 + 2 * 1);
	free(snapshot);
}

static void no_slabinfo_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "slabinfo", "slabinfo - version: 2.1", "slabinfo - version: 2.1\n",
		"slabinfo - version: 2.1\nkmalloc-64\n", "slabinfo - version: 2.1\nkmalloc-64 x\n",
		"slabinfo - version: 1.2\nkmalloc-64 1 1 64 64 1 : tunables 0 0 0 : slabdata 1 1 0\n",
		"slabinfo - version: 2.1\nkmalloc-64 1 1 64 64 1 : tunables 0 0 0 : slabdata 1\n",
	};
	struct snapshot *snapshot = sample();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(snapshot_parse_slabinfo(bad[i], snapshot), -EINVAL);
	free(snapshot);
}

static void too_many_caches_do_not_run_over(void **state)
{
	struct snapshot *snapshot = sample();
	size_t size = (SNAPSHOT_CACHES_MAX + 2) * 80;
	char *text = malloc(size);
	size_t used, i;

	(void)state;
	assert_non_null(text);
	sprintf(text, "slabinfo - version: 2.1\na-name-that-is-longer-than-the-room-for-a-name "
		"1 1 64 64 1 : tunables 0 0 0 : slabdata 1 1 0\n");
	assert_int_equal(snapshot_parse_slabinfo(text, snapshot), -EINVAL);
	used = (size_t)sprintf(text, "slabinfo - version: 2.1\n");
	for (i = 0; i <= SNAPSHOT_CACHES_MAX; i++)
		used += (size_t)sprintf(text + used, "cache-%zu 1 1 64 64 1 : tunables 0 0 0 : "
					"slabdata 1 1 0\n", i);
	assert_int_equal(snapshot_parse_slabinfo(text, snapshot), -EFBIG);
	free(text);
	free(snapshot);
}

/* A slab of this cache has 73 objects. */
static void slabs_of_cpus_are_no_leak(void **state)
{
	const struct snapshot_bound bound = { .pages = 48, .objects = 16, .slabs = 2 };
	struct snapshot *before = sample(), *after = sample();
	char text[512];

	(void)state;
	after->cache[0].objects += 16 + 2 * 73;
	after->value[SNAP_USED] = before->value[SNAP_USED] + 48;
	assert_int_equal(snapshot_growth_by(before, after, &bound, text, sizeof(text)), 0);
	assert_non_null(strstr(text, "most: slab cache zswap_entry by 162"));
	after->cache[0].objects++;
	after->value[SNAP_USED]++;
	assert_int_equal(snapshot_growth_by(before, after, &bound, text, sizeof(text)), 2);
	assert_non_null(strstr(text, "used pages 0 -> 49 (may grow by 48)"));
	assert_non_null(strstr(text, "slab cache zswap_entry 128 -> 291 (may grow by 162)"));
	free(before);
	free(after);
}

/* With N cycles the bound is N / 2: one leak per cycle is twice that. */
static void a_leak_per_cycle_is_beyond_the_bound(void **state)
{
	struct snapshot *before = sample(), *after = sample();
	char text[512];

	(void)state;
	after->cache[0].objects += 32;
	after->value[SNAP_USED] = before->value[SNAP_USED] + 32;
	assert_int_equal(snapshot_growth(before, after, 16, text, sizeof(text)), 2);
	assert_non_null(strstr(text, "used pages 0 -> 32 (may grow by 16)"));
	assert_non_null(strstr(text, "slab cache zswap_entry 128 -> 160 (may grow by 16)"));
	free(before);
	free(after);
}

static void noise_and_shrinking_are_no_leak(void **state)
{
	struct snapshot *before = sample(), *after = sample();
	char text[512];

	(void)state;
	after->cache[0].objects += 16;
	after->cache[1].objects = 0;
	before->value[SNAP_FILE] = 500;
	assert_int_equal(snapshot_growth(before, after, 16, text, sizeof(text)), 0);
	assert_non_null(strstr(text, "most: slab cache zswap_entry by 16"));
	assert_int_equal(snapshot_growth(before, before, 0, text, sizeof(text)), 0);
	assert_string_equal(text, "no counter and no slab cache grew");
	free(before);
	free(after);
}

static void memmap_counters_may_not_differ_at_all(void **state)
{
	static const enum snapshot_counter exact[] = {
		SNAP_MANAGED, SNAP_MEMMAP, SNAP_MEMMAP_BOOT, SNAP_ISOLATED
	};
	struct snapshot *before = sample(), *after = sample();
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
		before->value[exact[i]] = 10;
		after->value[exact[i]] = 9;
		assert_int_equal(snapshot_growth(before, after, 16, text, sizeof(text)), 1);
		after->value[exact[i]] = 11;
		assert_int_equal(snapshot_growth(before, after, 16, text, sizeof(text)), 1);
		after->value[exact[i]] = 10;
	}
	free(before);
	free(after);
}

/* A cache that is made in between moves the others and starts from nothing. */
static void caches_are_matched_by_name(void **state)
{
	struct snapshot *before = sample(), *after = sample();
	char text[512];

	(void)state;
	after->cache[2] = after->cache[1];
	after->cache[1] = after->cache[0];
	strcpy(after->cache[0].name, "new");
	after->cache[0].objects = 17;
	after->nr_caches = 3;
	assert_int_equal(snapshot_growth(before, after, 16, text, sizeof(text)), 1);
	assert_non_null(strstr(text, "slab cache new 0 -> 17"));
	free(before);
	free(after);
}

static void a_kib_counter_is_held_in_pages(void **state)
{
	struct snapshot *before = sample(), *after = sample();
	char text[512];

	(void)state;
	after->value[SNAP_STACK] = 64;
	assert_int_equal(snapshot_growth(before, after, 16, text, sizeof(text)), 0);
	after->value[SNAP_STACK] = 65;
	assert_int_equal(snapshot_growth(before, after, 16, text, sizeof(text)), 1);
	free(before);
	free(after);
}

/* A descriptor is a 64th of a page, and leaked as any page is. */
static void descriptors_of_a_pool_count(void **state)
{
	struct snapshot *before = sample(), *after = sample();
	char text[512];

	(void)state;
	before->value[SNAP_DESCRIPTORS] = 2000;
	after->value[SNAP_DESCRIPTORS] = 2016;
	assert_int_equal(snapshot_growth(before, after, 16, text, sizeof(text)), 0);
	after->value[SNAP_DESCRIPTORS] = 2032;
	assert_int_equal(snapshot_growth(before, after, 16, text, sizeof(text)), 1);
	assert_non_null(strstr(text, "descriptors in use 2000 -> 2032 (may grow by 16)"));
	free(before);
	free(after);
}

static void counters_of_the_variant_count(void **state)
{
	struct snapshot *before = sample(), *after = sample();
	char text[32];

	(void)state;
	before->nr_variant = after->nr_variant = 1;
	after->variant[0] = 17;
	/* The text is cut where the room ends. */
	assert_int_equal(snapshot_growth(before, after, 16, text, sizeof(text)), 1);
	assert_int_equal(strlen(text), sizeof(text) - 1);
	free(before);
	free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slabinfo_gives_objects_in_use),
		cmocka_unit_test(caches_of_tools_are_left_out),
		cmocka_unit_test(no_slabinfo_is_refused),
		cmocka_unit_test(too_many_caches_do_not_run_over),
		cmocka_unit_test(slabs_of_cpus_are_no_leak),
		cmocka_unit_test(a_leak_per_cycle_is_beyond_the_bound),
		cmocka_unit_test(noise_and_shrinking_are_no_leak),
		cmocka_unit_test(memmap_counters_may_not_differ_at_all),
		cmocka_unit_test(caches_are_matched_by_name),
		cmocka_unit_test(a_kib_counter_is_held_in_pages),
		cmocka_unit_test(descriptors_of_a_pool_count),
		cmocka_unit_test(counters_of_the_variant_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
