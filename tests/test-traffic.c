// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counting in windows, against accesses that were counted by hand.
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

#include "traffic.h"
#include "traffic-ranges.h"

#define MEMMAP UINT64_C(0xffffea0000000000)
#define POOL UINT64_C(0xffff888001000000)
#define USER UINT64_C(0x7f0000000000)

/** struct bench - counters that write to memory */
struct bench {
	struct traffic traffic;
	FILE *out;
	char *text;
	size_t size;
};

static void say_number(struct traffic *traffic, uint64_t number, unsigned int bytes)
{
	for (; bytes--; number >>= 8)
		traffic_take_mark(traffic, number & 0xff);
}

static void say_range(struct traffic *traffic, unsigned int class, unsigned int shift,
		      uint64_t start, uint64_t bytes)
{
	say_number(traffic, class, 1);
	say_number(traffic, shift, 1);
	say_number(traffic, start, 8);
	say_number(traffic, bytes, 8);
	traffic_take_mark(traffic, TRAFFIC_RANGE);
}

/* L1 of 2 lines, L2 of 4, LLC of 8, all of one set; a TLB of 2 entries */
static void begin(struct bench *bench)
{
	static const struct cache_size size[CACHE_LEVELS] = {
		{ 2, 2 }, { 4, 4 }, { 8, 8 }, { 2, 2 },
	};

	bench->out = open_memstream(&bench->text, &bench->size);
	assert_int_equal(traffic_init(&bench->traffic, size, bench->out), 0);
}

static void end(struct bench *bench, const char *expected)
{
	traffic_take_mark(&bench->traffic, TRAFFIC_STOP);
	fclose(bench->out);
	traffic_free(&bench->traffic);
	assert_string_equal(bench->text, expected);
	free(bench->text);
}

static void load(struct bench *bench, uint64_t address)
{
	if (bench->traffic.active)
		traffic_access(&bench->traffic, address, 8, false);
}

static void store(struct bench *bench, uint64_t address)
{
	if (bench->traffic.active)
		traffic_access(&bench->traffic, address, 8, true);
}

static void mark(struct bench *bench, unsigned int code)
{
	traffic_take_mark(&bench->traffic, code);
}

static void loads_stores_lines_and_pages_are_counted_by_class(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	say_range(&bench.traffic, TRAFFIC_MEMMAP, 21, MEMMAP, 1 << 20);
	say_range(&bench.traffic, TRAFFIC_DESCRIPTORS, 12, POOL, 1 << 20);
	load(&bench, MEMMAP);			/* before the start: nothing of it */
	mark(&bench, TRAFFIC_START);
	load(&bench, MEMMAP);			/* before the window */
	mark(&bench, TRAFFIC_BEGIN);
	load(&bench, MEMMAP);			/* line 0 of page 0; in L1 and TLB */
	store(&bench, MEMMAP + 8);		/* the same line */
	store(&bench, MEMMAP + 4096);		/* page 1; misses all, the TLB has its huge page */
	load(&bench, MEMMAP + 4096 + 64);	/* a second line of page 1; misses all */
	load(&bench, POOL);			/* misses all and the TLB */
	load(&bench, USER);			/* misses all and the TLB, in place of the memmap */
	load(&bench, USER + 60);		/* two lines, the second misses */
	load(&bench, MEMMAP - 8);		/* before the range: the rest; misses all */
	load(&bench, MEMMAP + (1 << 20));	/* and behind it */
	mark(&bench, TRAFFIC_END);
	load(&bench, MEMMAP + 8192);
	end(&bench, "pagemeta-traffic 1\nclasses memmap descriptors rest\n"
	    "0 1 2 2 3 2 2 2 2 0 1 0 1 1 1 1 1 1 4 0 0 0 4 4 4 3\nend 1\n");
}

/* What one level still has is no miss of the next. */
static void misses_go_down_level_by_level(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	mark(&bench, TRAFFIC_START);
	for (uint64_t line = 0; line < 8; line++)
		load(&bench, line * 64);	/* L1 has 7 6, L2 7 6 5 4, the LLC all eight */
	mark(&bench, TRAFFIC_BEGIN + 2);
	load(&bench, 6 * 64);			/* L1 */
	load(&bench, 5 * 64);			/* L2 */
	load(&bench, 0);			/* LLC */
	load(&bench, 9 * 64);			/* memory */
	mark(&bench, TRAFFIC_END + 2);
	end(&bench, "pagemeta-traffic 1\nclasses rest\n"
	    "2 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 4 0 0 0 3 2 1 0\nend 1\n");
}

/* A huge page and a small one can have the same number. */
static void pages_of_the_dtlb_have_their_size(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	say_range(&bench.traffic, TRAFFIC_REST, 21, MEMMAP, 1 << 22);
	mark(&bench, TRAFFIC_START);
	mark(&bench, TRAFFIC_BEGIN);
	load(&bench, MEMMAP);
	load(&bench, MEMMAP + (1 << 21) - 8);	/* of the same huge page */
	load(&bench, MEMMAP >> 21 << 12);
	load(&bench, 0);			/* page 0 is a page, too */
	mark(&bench, TRAFFIC_END);
	end(&bench, "pagemeta-traffic 1\nclasses rest\n"
	    "0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 4 0 0 0 4 4 4 3\nend 1\n");
}

static void windows_that_overlap_have_their_own_lines(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	say_range(&bench.traffic, TRAFFIC_MEMMAP, 12, MEMMAP, 1 << 20);
	mark(&bench, TRAFFIC_START);
	mark(&bench, TRAFFIC_BEGIN + 1);
	load(&bench, MEMMAP);			/* of 1 */
	mark(&bench, TRAFFIC_BEGIN + 2);
	load(&bench, MEMMAP);			/* new to 2 only */
	load(&bench, MEMMAP + 64);		/* new to both */
	mark(&bench, TRAFFIC_END + 1);
	load(&bench, MEMMAP + 64);		/* new to neither */
	load(&bench, MEMMAP + 128);		/* of 2 */
	mark(&bench, TRAFFIC_BEGIN + 1);
	load(&bench, MEMMAP + 128);		/* new to 1, not to 2 */
	mark(&bench, TRAFFIC_END + 2);
	assert_int_equal(bench.traffic.nr_open, 1);
	mark(&bench, TRAFFIC_END + 1);
	assert_int_equal(bench.traffic.nr_open, 0);
	end(&bench, "pagemeta-traffic 1\nclasses memmap rest\n"
	    "1 1 3 0 2 1 2 2 2 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
	    "2 1 5 0 3 1 2 2 2 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
	    "1 2 1 0 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\nend 3\n");
}

/* An operation that fails leaves its window open, and the agent counts only the ends. */
static void a_window_that_never_ended_is_forgotten(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	mark(&bench, TRAFFIC_START);
	mark(&bench, TRAFFIC_BEGIN);
	load(&bench, USER);
	mark(&bench, TRAFFIC_BEGIN);
	load(&bench, USER);
	mark(&bench, TRAFFIC_END);
	mark(&bench, TRAFFIC_END);		/* ends none, and is counted by both sides */
	mark(&bench, TRAFFIC_BEGIN);
	mark(&bench, TRAFFIC_END);
	end(&bench, "pagemeta-traffic 1\nclasses rest\n"
	    "0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n"
	    "0 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\nend 2\n");
}

/* Nothing is better than figures of another kernel's addresses. */
static void a_range_that_was_not_understood_leaves_no_whole_file(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	say_number(&bench.traffic, 0, 17);
	mark(&bench, TRAFFIC_RANGE);
	mark(&bench, TRAFFIC_START);
	end(&bench, "pagemeta-traffic 1\nclasses rest\n");
	begin(&bench);
	say_range(&bench.traffic, TRAFFIC_CLASSES, 12, MEMMAP, 4096);
	mark(&bench, TRAFFIC_START);
	end(&bench, "pagemeta-traffic 1\nclasses rest\n");
	begin(&bench);
	say_range(&bench.traffic, TRAFFIC_MEMMAP, 12, UINT64_MAX - 4094, 4097);
	mark(&bench, TRAFFIC_START);
	end(&bench, "pagemeta-traffic 1\nclasses rest\n");
	begin(&bench);
	for (int i = 0; i <= TRAFFIC_RANGES; i++)
		say_range(&bench.traffic, TRAFFIC_REST, 12, MEMMAP, 4096);
	mark(&bench, TRAFFIC_START);
	end(&bench, "pagemeta-traffic 1\nclasses rest\n");
}

static void a_guest_that_marks_without_end_does_not_fill_the_disk(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	mark(&bench, TRAFFIC_START);
	for (uint32_t i = 0; i < TRAFFIC_WINDOWS_MAX + 10; i++) {
		mark(&bench, TRAFFIC_BEGIN + i % TRAFFIC_SLOTS);
		mark(&bench, TRAFFIC_END + i % TRAFFIC_SLOTS);
	}
	mark(&bench, TRAFFIC_STOP);
	fclose(bench.out);
	assert_true(bench.size < TRAFFIC_WINDOWS_MAX * UINT64_C(70));
	assert_null(strstr(bench.text + bench.size - 80, "end"));
	traffic_free(&bench.traffic);
	free(bench.text);
}

static void ranges_of_descriptors_are_read_or_refused(void **state)
{
	static const struct {
		const char *text;
		int error;
	} bad[] = {
		{ "ffff888001000000\n", -EBADMSG }, { "1000-fff\n", -EBADMSG },
		{ "-1000\n", -EBADMSG }, { "1000-x\n", -EBADMSG },
		{ "1000-1fff \n", -EBADMSG }, { "1000-1fff\n\n", -EBADMSG },
		{ "0-ffffffffffffffff\n", -EBADMSG }, { "1000-10000000000000000\n", -EBADMSG },
	};
	struct traffic_span span[TRAFFIC_RANGES_MAX];
	char many[(TRAFFIC_RANGES_MAX + 1) * 8 + 1] = "";
	size_t nr = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(traffic_ranges_parse(bad[i].text, span, &nr), bad[i].error);
	for (size_t i = 0; i <= TRAFFIC_RANGES_MAX; i++)
		strcat(many, "100-1ff\n");
	assert_int_equal(traffic_ranges_parse(many, span, &nr), -E2BIG);
	assert_int_equal(nr, 77);
	assert_int_equal(traffic_ranges_parse("", span, &nr), 0);
	assert_int_equal(nr, 0);
	assert_int_equal(traffic_ranges_parse("ffff888001000000-ffff888001ffffff\nA000-Afff", span,
					      &nr), 0);
	assert_int_equal(nr, 2);
	assert_true(span[0].start == POOL && span[0].bytes == 1 << 24);
	assert_true(span[1].start == 0xa000 && span[1].bytes == 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_stores_lines_and_pages_are_counted_by_class),
		cmocka_unit_test(misses_go_down_level_by_level),
		cmocka_unit_test(pages_of_the_dtlb_have_their_size),
		cmocka_unit_test(windows_that_overlap_have_their_own_lines),
		cmocka_unit_test(a_window_that_never_ended_is_forgotten),
		cmocka_unit_test(a_range_that_was_not_understood_leaves_no_whole_file),
		cmocka_unit_test(ranges_of_descriptors_are_read_or_refused),
		cmocka_unit_test(a_guest_that_marks_without_end_does_not_fill_the_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
