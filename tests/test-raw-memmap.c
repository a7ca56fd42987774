// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading struct pages, and descriptors that words point to, out of a made-up /proc/kcore.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake-memory.h"
#include "raw-memmap.h"

/* Words of section 0, and descriptors of its first frames; both in the direct mapping. */
#define WORDS UINT64_C(0x6000000)
#define DESCRIPTORS UINT64_C(0x7000000)
#define STATIC 1u

#define COMMON								\
	"SYMBOL(swapper_pg_dir)=ffffffff81100000\n"				\
	"SYMBOL(mem_section)=ffff888003000600\nLENGTH(mem_section)=2048\n"	\
	"SIZE(mem_section)=16\nOFFSET(mem_section.section_mem_map)=0\n"	\
	"NUMBER(SECTION_SIZE_BITS)=27\nNUMBER(PG_lru)=5\nNUMBER(PG_private)=14\n" \
	"NUMBER(PG_swapbacked)=18\nNUMBER(PG_hwpoison)=21\nNUMBER(PG_head_mask)=64\n" \
	"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"			\
	"NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n"			\
	"NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\n"			\
	"NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n"

static const char word_info[] =
	COMMON "SIZE(page)=8\nOFFSET(page.memdesc)=0\nNUMBER(MEMDESC_TYPE_MASK)=15\n"
	"SIZE(page_desc)=64\nOFFSET(page_desc.flags)=0\nOFFSET(page_desc._refcount)=52\n"
	"OFFSET(page_desc.mapping)=24\nOFFSET(page_desc._mapcount)=48\n"
	"OFFSET(page_desc.compound_head)=8\n";

/** struct bench - a guest and its kcore */
struct bench {
	struct fake_memory fake;
	struct kcore kcore;
};

/* Frame 3 has flags 0x20, and frame 4 is a tail of it; of frame 5 the descriptor is nowhere. */
static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	uint64_t i;

	*state = bench;
	fake_memory_make(&bench->fake);
	fake_memory_word(&bench->fake, FAKE_ROOT, (FAKE_DIRECT + WORDS) | 3);
	for (i = 0; i < 32768; i++)
		fake_memory_word(&bench->fake, WORDS + i * 8,
				 FAKE_DIRECT + DESCRIPTORS + i * 64 + STATIC);
	fake_memory_word(&bench->fake, WORDS + 5 * 8, UINT64_C(0xfffff20000000140) + STATIC);
	fake_memory_word(&bench->fake, DESCRIPTORS + 3 * 64, 0x20);
	fake_memory_word(&bench->fake, DESCRIPTORS + 3 * 64 + 48, UINT64_C(7) << 32);
	fake_memory_word(&bench->fake, DESCRIPTORS + 4 * 64 + 8,
			 FAKE_DIRECT + DESCRIPTORS + 3 * 64 + 1);
	fake_memory_info(&bench->fake, word_info);
	assert_int_equal(kcore_open_below(bench->fake.root, &bench->kcore), 0);
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	kcore_close(&bench->kcore);
	fake_memory_remove(&bench->fake);
	free(bench);
	return 0;
}

static void pages_are_found_by_their_words(void **state)
{
	struct bench *bench = *state;
	struct raw_page page;

	assert_int_equal(raw_memmap_page(&bench->kcore, 3, &page), 0);
	assert_int_equal(page.flags, 0x20);
	assert_int_equal(page.refcount, 7);
	assert_false(page.tail);
	assert_int_equal(raw_memmap_page(&bench->kcore, 4, &page), 0);
	assert_true(page.tail);
	assert_int_equal(page.head, FAKE_DIRECT + DESCRIPTORS + 3 * 64);
	assert_int_equal(raw_memmap_page(&bench->kcore, 5, &page), -ENXIO);
	assert_int_equal(raw_memmap_page(&bench->kcore, UINT64_C(1) << 30, &page), -ENODATA);
}

static void sections_are_read_as_far_as_there_are_segments(void **state)
{
	struct bench *bench = *state;
	struct raw_section section;
	struct raw_memmap memmap;
	uint64_t i, seen = 0;

	raw_memmap_begin(&bench->kcore, &memmap);
	assert_int_equal(raw_section_new(&bench->kcore, &section), 0);
	assert_int_equal(raw_memmap_section(&memmap, 0, &section), 0);
	for (i = 0; i < 32768; i++)
		seen += section.seen[i];
	assert_int_equal(seen, 32767);
	assert_false(section.seen[5]);
	assert_int_equal(section.bytes[3 * 64], 0x20);
	assert_int_equal(section.address[4], FAKE_DIRECT + DESCRIPTORS + 4 * 64);
	assert_int_equal(memmap.unknown, 0);
	assert_int_equal(raw_memmap_section(&memmap, 99, &section), -ENODATA);
	raw_section_free(&section);
}

/* What else is in such a word may be no address: it is told, and not followed. */
static void types_that_are_not_known_are_told(void **state)
{
	struct bench *bench = *state;
	struct raw_section section;
	struct raw_memmap memmap;
	struct raw_page page;

	fake_memory_word(&bench->fake, WORDS + 7 * 8, FAKE_DIRECT + DESCRIPTORS + 7 * 64 + 9);
	fake_memory_word(&bench->fake, WORDS + 8 * 8, 2);
	assert_int_equal(raw_memmap_page(&bench->kcore, 7, &page), -EOPNOTSUPP);
	raw_memmap_begin(&bench->kcore, &memmap);
	assert_int_equal(raw_section_new(&bench->kcore, &section), 0);
	assert_int_equal(raw_memmap_section(&memmap, 0, &section), 0);
	assert_false(section.seen[7]);
	assert_true(section.seen[9]);
	assert_int_equal(memmap.unknown, 2);
	assert_int_equal(memmap.type, 9);
	assert_int_equal(memmap.type_pfn, 7);
	raw_section_free(&section);
}

/* A descriptor that begins where it cannot is not read across the end of a page. */
static void addresses_that_cannot_be_are_refused(void **state)
{
	struct bench *bench = *state;
	struct raw_section section;
	struct raw_memmap memmap;

	fake_memory_word(&bench->fake, WORDS + 9 * 8, FAKE_DIRECT + DESCRIPTORS + 4080 + STATIC);
	raw_memmap_begin(&bench->kcore, &memmap);
	assert_int_equal(raw_section_new(&bench->kcore, &section), 0);
	assert_int_equal(raw_memmap_section(&memmap, 0, &section), -EBADMSG);
	raw_section_free(&section);
}

/*
 * Descriptors that are allocated: in any order, those of free pages where no segment is, and
 * that of the fourth page for all tails behind it.
 */
static void descriptors_lie_anywhere(void **state)
{
	const uint64_t shared = UINT64_C(0xfffff1ffc0000060), at = FAKE_DIRECT + DESCRIPTORS;
	struct bench *bench = *state;
	struct raw_section section;
	struct raw_memmap memmap;
	struct raw_page page;
	uint64_t i, hint = 0;

	fake_memory_word(&bench->fake, FAKE_TOP + 483 * 8, FAKE_SPARE | FAKE_TABLE);
	fake_memory_word(&bench->fake, FAKE_SPARE + 511 * 8, (FAKE_SPARE + 0x1000) | FAKE_TABLE);
	fake_memory_word(&bench->fake, FAKE_SPARE + 0x1000, (FAKE_SPARE + 0x2000) | FAKE_TABLE);
	fake_memory_word(&bench->fake, FAKE_SPARE + 0x2000, (FAKE_SPARE + 0x3000) | FAKE_TABLE);
	fake_memory_word(&bench->fake, FAKE_SPARE + 0x3060, 0x1234);
	for (i = 0; i < 32768; i++)
		fake_memory_word(&bench->fake, WORDS + i * 8, shared);
	for (i = 0; i < 8; i++)
		fake_memory_word(&bench->fake, WORDS + (i + 16) * 8, at + 0x5000 - (i < 4 ? i : 3) * 64);
	for (i = 1; i < 4; i++)
		fake_memory_word(&bench->fake, DESCRIPTORS + 0x5000 - i * 64 + 8, at + 0x5000 + 1);
	raw_memmap_begin(&bench->kcore, &memmap);
	assert_int_equal(raw_section_new(&bench->kcore, &section), 0);
	assert_int_equal(raw_memmap_section(&memmap, 0, &section), 0);
	assert_int_equal(memmap.unknown, 0);
	for (i = 0; i < 32768; i++) {
		assert_true(section.seen[i]);
		raw_page_parse(&bench->kcore.info, section.bytes + i * 64, section.address[i], &page);
		assert_int_equal(page.tail, i > 16 && i < 24);
		assert_int_equal(page.flags, i < 16 || i >= 24 ? 0x1234 : 0);
		hint = (uint64_t)raw_section_head(&section, i, &page, hint);
		assert_int_equal(hint, i > 16 && i < 24 ? 16 : i);
	}
	raw_page_parse(&bench->kcore.info, section.bytes + 23 * 64, section.address[23], &page);
	assert_int_equal(raw_section_head(&section, 23, &page, 40), 16);
	section.seen[16] = false;
	assert_int_equal(raw_section_head(&section, 23, &page, 16), -1);
	section.seen[16] = true;
	assert_int_equal(raw_section_head(&section, 15, &page, 16), -1);
	raw_section_free(&section);
	assert_int_equal(raw_memmap_page(&bench->kcore, 100, &page), 0);
	assert_int_equal(page.flags, 0x1234);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pages_are_found_by_their_words),
		TEST(sections_are_read_as_far_as_there_are_segments),
		TEST(types_that_are_not_known_are_told),
		TEST(addresses_that_cannot_be_are_refused),
		TEST(descriptors_lie_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
