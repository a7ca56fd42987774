// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory blocks are read from the names of folders, whatever else lies there.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake-kernel.h"
#include "memory-blocks.h"
#include "util.h"

#define MEMORY "sys/devices/system/memory/"

static char root[64];

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/pagemeta-test-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return fs_remove(root, NULL);
}

static void blocks_are_numbered_and_sorted(void **state)
{
	struct memory_blocks blocks;

	(void)state;
	fake_write(root, MEMORY "block_size_bytes", "8000000\n");
	fake_write(root, MEMORY "memory32/state", "online\n");
	fake_write(root, MEMORY "memory7/state", "offline\n");
	fake_write(root, MEMORY "memory100/state", "online\n");
	fake_write(root, MEMORY "memory/state", "");
	fake_write(root, MEMORY "memory-5/state", "");
	fake_write(root, MEMORY "memory7x/state", "");
	fake_write(root, MEMORY "memory99999999999999999999/state", "");
	fake_write(root, MEMORY "power/control", "");
	assert_int_equal(memory_blocks_read(root, &blocks), 0);
	assert_int_equal(blocks.bytes, 128 << 20);
	assert_int_equal(blocks.nr, 3);
	assert_int_equal(blocks.number[0], 7);
	assert_int_equal(blocks.number[1], 32);
	assert_int_equal(blocks.number[2], 100);
	memory_blocks_free(&blocks);
}

static void many_blocks_are_all_there(void **state)
{
	struct memory_blocks blocks;

	(void)state;
	fake_write(root, MEMORY "block_size_bytes", "80000000\n");
	for (int i = 0; i < 200; i++) {
		char *path = str_printf(MEMORY "memory%d/state", i);

		fake_write(root, path, "online\n");
		free(path);
	}
	assert_int_equal(memory_blocks_read(root, &blocks), 0);
	assert_int_equal(blocks.nr, 200);
	for (size_t i = 0; i < blocks.nr; i++)
		assert_int_equal(blocks.number[i], i);
	memory_blocks_free(&blocks);
}

static void a_kernel_without_memory_hotplug_has_none(void **state)
{
	struct memory_blocks blocks;

	(void)state;
	assert_int_equal(memory_blocks_read(root, &blocks), -ENOENT);
	fake_write(root, MEMORY "block_size_bytes", "much\n");
	assert_int_equal(memory_blocks_read(root, &blocks), -EINVAL);
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(blocks_are_numbered_and_sorted),
		test(many_blocks_are_all_there),
		test(a_kernel_without_memory_hotplug_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
