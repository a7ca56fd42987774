// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The size of the memmap from two sides, in a made-up /proc and /sys: when they agree, what
 * explains a difference, and what does not.
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

#include "fake-memory.h"
#include "memmap-size.h"

/* Four sections, whose memmap takes 2048 pages; nothing else is known of this kernel. */
static int setup(void **state)
{
	struct fake_memory *fake = calloc(1, sizeof(*fake));

	*state = fake;
	fake_memory_make(fake);
	fake_memory_put(fake, "/proc/zoneinfo", "");
	fake_memory_put(fake, "/sys/devices/system/memory/auto_online_blocks", "offline\n");
	fake_memory_put(fake, "/sys/devices/system/memory/memory_failure", "no block\n");
	return 0;
}

static int teardown(void **state)
{
	fake_memory_remove(*state);
	free(*state);
	return 0;
}

static struct memmap_judged judge(const struct fake_memory *fake, uint64_t boot, uint64_t later)
{
	struct memmap_judged judged;
	struct memmap_beside beside;
	struct memmap_size size;

	fake_memory_counted(fake, boot, later);
	assert_int_equal(memmap_size_read(fake->root, &size), 0);
	memmap_size_beside(fake->root, &beside);
	memmap_size_judge(&size, 64, &beside, &judged);
	return judged;
}

static void assert_seen(const struct fake_memory *fake, uint64_t boot, uint64_t later,
			uint64_t pages, unsigned int extras, uint64_t added)
{
	struct memmap_judged judged = judge(fake, boot, later);

	assert_int_equal(judged.expected, 8 << 20);
	assert_int_equal(judged.seen, pages * 4096);
	assert_int_equal(judged.extras, extras);
	assert_int_equal(judged.added, added);
}

static void page_ext_and_device_memory_are_told_apart(void **state)
{
	struct fake_memory *fake = *state;

	assert_seen(fake, 2048, 0, 2048, 0, 0);
	assert_seen(fake, 2047, 0, 2047, 0, 0);
	fake_memory_put(fake, "/proc/kallsyms", "ffffffff81000000 T page_ext_get_not\n");
	fake_memory_put(fake, "/proc/zoneinfo", "Node 0, zone   Normal\n        spanned  262144\n"
			"Node 0, zone   Device\n        spanned  0\n");
	assert_seen(fake, 2048, 512, 2560, 0, 0);
	fake_memory_put(fake, "/proc/kallsyms", "ffffffff81000000 T page_ext_get\n");
	assert_seen(fake, 2048, 512, 2048, MEMMAP_EXTRA_PAGE_EXT, 0);
	fake_memory_put(fake, "/proc/zoneinfo", "Node 0, zone   Device\n        spanned  32768\n");
	assert_seen(fake, 2048, 512, 2048, MEMMAP_EXTRA_PAGE_EXT | MEMMAP_EXTRA_DEVICE, 0);
	assert_seen(fake, 2047, 512, 2047, MEMMAP_EXTRA_PAGE_EXT | MEMMAP_EXTRA_DEVICE, 0);
}

static void blocks_that_came_later_are_told_apart(void **state)
{
	struct fake_memory *fake = *state;

	fake_memory_put(fake, "/proc/kallsyms", "ffffffff81000000 T page_ext_get\n");
	assert_seen(fake, 1536, 4480, 1536, MEMMAP_EXTRA_PAGE_EXT, 0);
	fake_memory_put(fake, "/proc/iomem", "00100000-17ffffff : System RAM\n"
			"18000000-1fffffff : Persistent Memory\n"
			"  18000000-1ffffffe : System RAM (kmem)\n");
	assert_seen(fake, 1536, 4480, 1536, MEMMAP_EXTRA_PAGE_EXT, 0);
	fake_memory_put(fake, "/proc/iomem", "00100000-17ffffff : System RAM\n"
			"18000000-1fffffff : Persistent Memory\n"
			"  18000000-1fffffff : System RAM (kmem)\n");
	assert_seen(fake, 1536, 4480, 2048, MEMMAP_EXTRA_PAGE_EXT, 1);
	fake_memory_put(fake, "/proc/iomem", "00100000-1fffffff : System RAM\n");
	assert_seen(fake, 1536, 4480, 1536, MEMMAP_EXTRA_PAGE_EXT, 0);
	fake_memory_put(fake, "/sys/devices/system/memory/memory2/state", "offline\n");
	assert_seen(fake, 1536, 4480, 2048, MEMMAP_EXTRA_PAGE_EXT, 1);
	assert_seen(fake, 1536, 511, 1536, MEMMAP_EXTRA_PAGE_EXT, 0);
	assert_seen(fake, 1024, 4480, 1024, MEMMAP_EXTRA_PAGE_EXT, 0);
}

static void what_cannot_be_compared_is_told(void **state)
{
	struct fake_memory *fake = *state;
	struct memmap_size size;

	fake_memory_put(fake, "/sys/devices/system/memory/block_size_bytes", "80000000\n");
	assert_int_equal(memmap_size_read(fake->root, &size), -EOPNOTSUPP);
	fake_memory_put(fake, "/sys/devices/system/memory/block_size_bytes", "lots\n");
	assert_int_equal(memmap_size_read(fake->root, &size), -EINVAL);
	fake_memory_put(fake, "/proc/vmstat", "nr_memmap_pages 1\n");
	assert_int_equal(memmap_size_read(fake->root, &size), -ENOKEY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(page_ext_and_device_memory_are_told_apart),
		TEST(blocks_that_came_later_are_told_apart),
		TEST(what_cannot_be_compared_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
