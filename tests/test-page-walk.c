// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walking page tables, with 4 and 5 levels: what is mapped, which tables are there, and
 * what a walker does about tables that are in several places or cannot be read.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "page-walk.h"

#define TABLES 8
#define TABLE 0x63u
#define PAGE 0x63u
#define LARGE 0xe3u

/** struct memory - tables at 0x1000, 0x2000, ... and what a walk has told */
struct memory {
	uint64_t table[TABLES][PAGE_WALK_ENTRIES];
	char told[2048];
	bool once;		/* enter each table once */
	bool seen[TABLES + 1];
};

static int on_read(void *ctx, uint64_t physical, uint64_t entry[PAGE_WALK_ENTRIES])
{
	const struct memory *memory = ctx;
	uint64_t at = physical / 0x1000;

	if (physical % 0x1000 || at < 1 || at > TABLES)
		return -ENXIO;
	memcpy(entry, memory->table[at - 1], sizeof(memory->table[0]));
	return 0;
}

static void tell(struct memory *memory, const char *what, uint64_t a, uint64_t b, uint64_t c)
{
	size_t used = strlen(memory->told);

	snprintf(memory->told + used, sizeof(memory->told) - used, "%s %llx %llx %llx\n", what,
		 (unsigned long long)a, (unsigned long long)b, (unsigned long long)c);
}

static bool on_table(void *ctx, uint64_t physical, uint64_t address, uint64_t bytes)
{
	struct memory *memory = ctx;
	uint64_t at = physical / 0x1000;

	tell(memory, "table", physical, address, bytes);
	if (memory->once && at <= TABLES && memory->seen[at])
		return false;
	if (at <= TABLES)
		memory->seen[at] = true;
	return true;
}

static void on_leaf(void *ctx, uint64_t address, uint64_t physical, uint64_t bytes)
{
	tell(ctx, "leaf", address, physical, bytes);
}

static void on_done(void *ctx, uint64_t physical, unsigned int used)
{
	tell(ctx, "done", physical, used, 0);
}

static int walk(struct memory *memory, bool five, uint64_t start, uint64_t last)
{
	const struct page_walk all = {
		.top = 0x1000, .five_levels = five, .read = on_read, .table = on_table,
		.leaf = on_leaf, .table_done = on_done, .ctx = memory,
	};

	memory->told[0] = '\0';
	memset(memory->seen, 0, sizeof(memory->seen));
	return page_walk(&all, start, last);
}

static void pages_of_all_sizes_are_told(void **state)
{
	static struct memory memory;

	(void)state;
	memory.table[0][468] = 0x2000 | TABLE;			/* 0xffffea0000000000 */
	memory.table[1][0] = 0x3000 | TABLE;
	memory.table[1][2] = 0x80000000 | LARGE;
	memory.table[2][1] = 0x40000000 | LARGE | 0x1000;	/* PAT of a large page */
	memory.table[2][3] = 0x4000 | TABLE;
	memory.table[3][511] = 0x5000 | PAGE | UINT64_C(1) << 63;
	memory.table[3][510] = 0x6000;				/* not present */
	assert_int_equal(walk(&memory, false, 0xffffea0000000000, 0xffffea7fffffffff), 0);
	assert_string_equal(memory.told,
			    "table 2000 ffffea0000000000 8000000000\n"
			    "table 3000 ffffea0000000000 40000000\n"
			    "leaf ffffea0000200000 40000000 200000\n"
			    "table 4000 ffffea0000600000 200000\n"
			    "leaf ffffea00007ff000 5000 1000\n"
			    "done 4000 1 0\n"
			    "done 3000 2 0\n"
			    "leaf ffffea0080000000 80000000 40000000\n"
			    "done 2000 2 0\n");
}

static void only_the_range_is_told(void **state)
{
	static struct memory memory;

	(void)state;
	memory.table[0][0] = 0x7000 | TABLE;			/* of the lower half */
	memory.table[0][468] = 0x2000 | TABLE;
	memory.table[0][511] = 0x8000 | TABLE;
	memory.table[1][0] = 0x3000 | TABLE;
	memory.table[1][511] = 0x9000 | TABLE;			/* there is no such memory */
	memory.table[2][0] = 0x200000 | LARGE;
	memory.table[2][1] = 0x400000 | LARGE;
	assert_int_equal(walk(&memory, false, 0xffffea0000200000, 0xffffea0000201fff), 0);
	assert_string_equal(memory.told,
			    "table 2000 ffffea0000000000 8000000000\n"
			    "table 3000 ffffea0000000000 40000000\n"
			    "leaf ffffea0000200000 400000 200000\n"
			    "done 3000 2 0\n"
			    "done 2000 2 0\n");
	assert_int_equal(walk(&memory, false, 0xffffea0000000000, 0xffffea7fffffffff), -ENXIO);
	/* To the very end of the address space. */
	assert_int_equal(walk(&memory, false, 0xffffff8000000000, UINT64_MAX), 0);
	assert_string_equal(memory.told, "table 8000 ffffff8000000000 8000000000\ndone 8000 0 0\n");
	assert_int_equal(walk(&memory, false, 0xffffea0000001000, 0xffffea0000000fff), -EINVAL);
	assert_int_equal(walk(&memory, false, 0x7fffffff0000, 0x7fffffffffff), -EINVAL);
}

static void five_levels_are_walked(void **state)
{
	static struct memory memory;

	(void)state;
	memory.table[0][468] = 0x2000 | TABLE;			/* 0xffd4000000000000 */
	memory.table[1][0] = 0x3000 | TABLE;
	memory.table[2][1] = 0xc0000000 | LARGE;
	assert_int_equal(walk(&memory, true, 0xffd4000000000000, 0xffd5ffffffffffff), 0);
	assert_string_equal(memory.told,
			    "table 2000 ffd4000000000000 1000000000000\n"
			    "table 3000 ffd4000000000000 8000000000\n"
			    "leaf ffd4000040000000 c0000000 40000000\n"
			    "done 3000 1 0\n"
			    "done 2000 1 0\n");
	assert_int_equal(walk(&memory, true, 0x7fffffff0000, 0x7fffffffffff), -EINVAL);
}

/* As where one table of struct pages stands for all of a device. */
static void shared_tables_need_be_read_once(void **state)
{
	static struct memory memory;
	unsigned int i;

	(void)state;
	memory.table[0][468] = 0x2000 | TABLE;
	memory.table[1][0] = 0x3000 | TABLE;
	for (i = 0; i < 3; i++)
		memory.table[2][i] = 0x4000 | TABLE;
	memory.table[3][0] = 0x7000 | PAGE;
	memory.once = true;
	assert_int_equal(walk(&memory, false, 0xffffea0000000000, 0xffffea7fffffffff), 0);
	assert_string_equal(memory.told,
			    "table 2000 ffffea0000000000 8000000000\n"
			    "table 3000 ffffea0000000000 40000000\n"
			    "table 4000 ffffea0000000000 200000\n"
			    "leaf ffffea0000000000 7000 1000\n"
			    "done 4000 1 0\n"
			    "table 4000 ffffea0000200000 200000\n"
			    "table 4000 ffffea0000400000 200000\n"
			    "done 3000 3 0\n"
			    "done 2000 1 0\n");
}

/* A table that is its own child is no deeper than the levels there are. */
static void circles_end(void **state)
{
	static struct memory memory;

	(void)state;
	memory.table[0][468] = 0x2000 | TABLE;
	memory.table[1][0] = 0x2000 | TABLE;
	assert_int_equal(walk(&memory, false, 0xffffea0000000000, 0xffffea0000000fff), 0);
	assert_non_null(strstr(memory.told, "leaf ffffea0000000000 2000 1000\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_all_sizes_are_told),
		cmocka_unit_test(only_the_range_is_told),
		cmocka_unit_test(five_levels_are_walked),
		cmocka_unit_test(shared_tables_need_be_read_once),
		cmocka_unit_test(circles_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
