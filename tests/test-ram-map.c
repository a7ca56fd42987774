// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where RAM is: the parser of /proc/iomem, and what is asked of its ranges.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ram-map.h"

static int parse(const char *text, struct ram_map *ret_map)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(file);
	err = ram_map_parse(file, ret_map);
	fclose(file);
	return err;
}

static void test_ranges(void **state)
{
	static const char text[] =
		"00000000-00000fff : Reserved\n"
		"00001000-0009fbff : System RAM\n"
		"  00002000-00002fff : System RAM\n"
		"000f0000-000fffff : Reserved\n"
		"00100000-05ffffff : System RAM\n"
		"  01000000-01c00d50 : Kernel code\n"
		"0a000000-13ffffff : System RAM\n";
	struct ram_map map;

	(void)state;
	assert_int_equal(parse(text, &map), 0);
	assert_int_equal(map.nr, 3);
	assert_false(ram_map_has(&map, 0));
	assert_true(ram_map_has(&map, 1));
	/* Only a part of this one is RAM. */
	assert_false(ram_map_has(&map, 0x9f));
	assert_true(ram_map_has(&map, 0x5fff));
	assert_false(ram_map_has(&map, 0x6000));
	assert_true(ram_map_overlaps(&map, 0x6000, 0xa001));
	assert_false(ram_map_overlaps(&map, 0x6000, 0xa000));
	assert_int_equal(ram_map_pages(&map), 0x9e + 0x5f00 + 0xa000);
	assert_int_equal(ram_map_end(&map), 0x14000);
}

static void assert_range(const struct ram_map *map, size_t i, uint64_t start, uint64_t end)
{
	assert_true(i < map->nr);
	assert_int_equal(map->range[i].start, start);
	assert_int_equal(map->range[i].end, end);
}

static void test_removed(void **state)
{
	struct ram_map map = { .nr = 2, .range = { { 0x10, 0x20 }, { 0x40, 0x80 } } };
	size_t i;

	(void)state;
	assert_int_equal(ram_map_remove(&map, 0x20, 0x40), 0);
	assert_int_equal(map.nr, 2);
	assert_int_equal(ram_map_remove(&map, 0x50, 0x60), 0);
	assert_int_equal(map.nr, 3);
	assert_range(&map, 0, 0x10, 0x20);
	assert_range(&map, 1, 0x40, 0x50);
	assert_range(&map, 2, 0x60, 0x80);
	assert_int_equal(ram_map_remove(&map, 0x18, 0x70), 0);
	assert_int_equal(map.nr, 2);
	assert_range(&map, 0, 0x10, 0x18);
	assert_range(&map, 1, 0x70, 0x80);
	assert_int_equal(ram_map_remove(&map, 0, 0x18), 0);
	assert_int_equal(map.nr, 1);
	assert_range(&map, 0, 0x70, 0x80);
	for (map.nr = RAM_MAP_RANGES, i = 0; i < map.nr; i++) {
		map.range[i].start = i * 0x10;
		map.range[i].end = i * 0x10 + 8;
	}
	assert_int_equal(ram_map_remove(&map, 2, 4), -E2BIG);
	assert_range(&map, 0, 0, 8);
}

static void test_refused(void **state)
{
	struct ram_map map;
	char many[RAM_MAP_RANGES * 32 + 64] = "";
	int i;

	(void)state;
	assert_int_equal(parse("00000000-00000000 : System RAM\n", &map), -EACCES);
	assert_int_equal(parse("nonsense\n00000000-0009ffff : Reserved\n", &map), -ENODATA);
	for (i = 0; i <= RAM_MAP_RANGES; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many),
			 "%08x-%08x : System RAM\n", i << 20, (i << 20) + 0xffff);
	assert_int_equal(parse(many, &map), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
