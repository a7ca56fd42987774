// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counting pages by kind: the parsers of slabinfo and buddyinfo, the count over
 * words of kpageflags, and the names of their bits.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "page-totals.h"

static int parse(int (*parser)(FILE *file, uint64_t *ret_pages), const char *text,
		 uint64_t *ret_pages)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(file);
	err = parser(file, ret_pages);
	fclose(file);
	return err;
}

/* Unused objects have a record as well, and used ones more lines in theirs. */
static void test_kfence(void **state)
{
	static char text[] =
		"kfence-#0: 0xffff88801b402000-0xffff88801b40203f, size=64, cache=kmalloc-64\n"
		" init+0x1/0x2\n---------------------------------\n"
		"kfence-#1 unused\n---------------------------------\n";
	FILE *file = fmemopen(text, sizeof(text) - 1, "r");
	uint64_t pages = 0;

	(void)state;
	assert_int_equal(page_totals_kfence(file, &pages), 0);
	assert_int_equal(pages, 2);
	fclose(file);
}

static void test_slabinfo(void **state)
{
	static const char text[] =
		"slabinfo - version: 2.1\n"
		"# name  <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables ...\n"
		"ext4_inode_cache  0  0  1144  28  8 : tunables 0 0 0 : slabdata 0 0 0\n"
		"kmalloc-8k  16  20  8192  4  8 : tunables 0 0 0 : slabdata 4 5 0\n"
		"dentry  4032  4032  192  21  1 : tunables 0 0 0 : slabdata 192 192 0\n";
	uint64_t pages = 0;

	(void)state;
	assert_int_equal(parse(page_totals_slab, text, &pages), 0);
	assert_int_equal(pages, 5 * 8 + 192);
	assert_int_equal(parse(page_totals_slab, "dentry 4032 4032 192 21 1 : tunables\n", &pages),
			 -EBADMSG);
	assert_int_equal(parse(page_totals_slab, "dentry x : slabdata 1 1 0\n", &pages), -EBADMSG);
}

static void test_buddyinfo(void **state)
{
	static const char text[] =
		"Node 0, zone      DMA      0      0      1 \n"
		"Node 0, zone   Normal      3      2      1      0      0      0      0      0"
		"      0      0      7 \n";
	uint64_t pages = 0;

	(void)state;
	assert_int_equal(parse(page_totals_buddy, text, &pages), 0);
	assert_int_equal(pages, 4 + 3 + 4 + 4 + 7 * 1024);
	assert_int_equal(parse(page_totals_buddy, "Node 0\n", &pages), -EBADMSG);
	assert_int_equal(parse(page_totals_buddy, "Node 0, zone X 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
			       "1 1 1 1 1 1 1 1\n", &pages), -EBADMSG);
}

static void test_count(void **state)
{
	static const uint64_t words[] = {
		KPF(BUDDY), KPF(BUDDY), KPF(SLAB), KPF(LRU) | KPF(MLOCKED), KPF(HUGE) | KPF(HWPOISON),
		KPF(PGTABLE), KPF(NOPAGE), KPF(OFFLINE), 0,
	};
	struct page_totals totals;

	(void)state;
	page_totals_count(words, sizeof(words) / sizeof(words[0]), &totals);
	assert_int_equal(totals.pages[PAGE_TOTAL_BUDDY], 2);
	assert_int_equal(totals.pages[PAGE_TOTAL_SLAB], 1);
	assert_int_equal(totals.pages[PAGE_TOTAL_PGTABLE], 1);
	assert_int_equal(totals.pages[PAGE_TOTAL_LRU], 1);
	assert_int_equal(totals.pages[PAGE_TOTAL_HUGE], 1);
	assert_int_equal(totals.pages[PAGE_TOTAL_MLOCKED], 1);
	assert_int_equal(totals.pages[PAGE_TOTAL_POISONED], 1);
	assert_int_equal(totals.pages[PAGE_TOTAL_OFFLINE], 1);
}

static void test_names(void **state)
{
	char text[64], small[8];

	(void)state;
	assert_string_equal(kpage_flags_text(0, text, sizeof(text)), "none");
	assert_string_equal(kpage_flags_text(KPF(LRU) | KPF(ANON) | KPF(RESERVED), text, sizeof(text)),
			    "lru,anon,reserved");
	assert_string_equal(kpage_flags_text(1ull << 60, text, sizeof(text)), "bit60");
	assert_string_equal(kpage_flags_text(KPF(LRU) | KPF(ANON), small, sizeof(small)), "lru");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slabinfo),
		cmocka_unit_test(test_kfence),
		cmocka_unit_test(test_buddyinfo),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
