// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * On which node a page frame is, also where two nodes share a memory block.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake-kernel.h"
#include "memory-map.h"
#include "sample-run.h"

#define MIB(n) ((n) * 256ULL)	/* in frames */

/* 129 MiB on node 0 and 128 on node 1, as 6.12 prints them (mm/vmstat.c). */
static const char zoneinfo[] =
	"Node 0, zone      DMA\n"
	"  pages free     3000\n"
	"  start_pfn:           1\n"
	"Node 0, zone    DMA32\n"
	"  pages free     20000\n"
	"  start_pfn:           4096\n"
	"Node 0, zone   Normal\n"
	"  pages free     100\n"
	"  start_pfn:           32800\n"
	"Node 1, zone      DMA\n"
	"  pages free     0\n"
	"  start_pfn:           0\n"
	"Node 1, zone    DMA32\n"
	"  pages free     20000\n"
	"  start_pfn:           33024\n";

static char *make_host(const char *zones)
{
	char *root = sample_folder();

	fake_write(root, "proc/iomem", "00001000-100fffff : System RAM\n");
	if (zones)
		fake_write(root, "proc/zoneinfo", zones);
	fake_write(root, "sys/devices/system/memory/block_size_bytes", "8000000\n");
	fake_write(root, "sys/devices/system/node/node0/memory0/state", "online\n");
	fake_write(root, "sys/devices/system/node/node0/memory1/state", "online\n");
	fake_write(root, "sys/devices/system/node/node1/memory1/state", "online\n");
	fake_write(root, "sys/devices/system/node/node1/memory2/state", "online\n");
	return root;
}

static void read_map(const char *root, struct memory_map *map)
{
	const char *path;

	assert_int_equal(memory_map_read(root, map, &path), 0);
}

static void a_shared_block_is_divided_where_the_higher_nodes_zone_begins(void **state)
{
	char *root = make_host(zoneinfo);
	struct memory_map map;

	(void)state;
	read_map(root, &map);
	assert_int_equal(memory_map_node(&map, 1), 0);
	assert_int_equal(memory_map_node(&map, MIB(128)), 0);
	assert_int_equal(memory_map_node(&map, MIB(129) - 1), 0);
	assert_int_equal(memory_map_node(&map, MIB(129)), 1);
	assert_int_equal(memory_map_node(&map, MIB(256) - 1), 1);
	assert_int_equal(memory_map_node(&map, MIB(256)), 1);
	assert_int_equal(memory_map_node(&map, MIB(257)), METADATA_DEVICE);
	memory_map_free(&map);
	sample_remove(root);
}

static void its_struct_pages_are_the_lower_nodes(void **state)
{
	char *root = make_host(zoneinfo);
	struct memory_map map;

	(void)state;
	read_map(root, &map);
	assert_int_equal(memory_map_section_node(&map, 0), 0);
	assert_int_equal(memory_map_section_node(&map, 1), 0);
	assert_int_equal(memory_map_section_node(&map, 2), 1);
	memory_map_free(&map);
	sample_remove(root);
}

static void without_a_border_it_is_the_lower_nodes(void **state)
{
	char *root = make_host("Node 1, zone    DMA32\n  start_pfn:           0\n");
	struct memory_map map;

	(void)state;
	read_map(root, &map);
	assert_int_equal(memory_map_node(&map, MIB(256) - 1), 0);
	assert_int_equal(memory_map_node(&map, MIB(256)), 1);
	memory_map_free(&map);
	sample_remove(root);
}

static void zones_that_cannot_be_read_are_an_error(void **state)
{
	char *root = make_host(NULL);
	struct memory_map map;
	const char *path;

	(void)state;
	assert_int_equal(memory_map_read(root, &map, &path), -ENOENT);
	assert_string_equal(path, "/proc/zoneinfo");
	sample_remove(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shared_block_is_divided_where_the_higher_nodes_zone_begins),
		cmocka_unit_test(its_struct_pages_are_the_lower_nodes),
		cmocka_unit_test(without_a_border_it_is_the_lower_nodes),
		cmocka_unit_test(zones_that_cannot_be_read_are_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
