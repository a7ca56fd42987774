// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading VMCOREINFO and struct pages as a dump tool does.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kpage.h"
#include "vmcoreinfo.h"

static const char text[] =
	"OSRELEASE=6.12.117\nPAGESIZE=4096\nSYMBOL(mem_section)=ffff88801fdfc000\n"
	"LENGTH(mem_section)=2048\nSIZE(mem_section)=32\nOFFSET(mem_section.section_mem_map)=0\n"
	"NUMBER(SECTION_SIZE_BITS)=27\nSIZE(page)=64\nOFFSET(page.flags)=0\n"
	"OFFSET(page._refcount)=52\nOFFSET(page.mapping)=24\nOFFSET(page._mapcount)=48\n"
	"OFFSET(page.compound_head)=8\nNUMBER(PG_lru)=5\nNUMBER(PG_private)=14\n"
	"NUMBER(PG_swapbacked)=18\nNUMBER(PG_hwpoison)=21\nNUMBER(PG_head_mask)=64\n"
	"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\nNUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n"
	"NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\n"
	"NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n";

/* The same where struct page is a word. */
static const char word_text[] =
	"OSRELEASE=6.12.117\nPAGESIZE=4096\nSYMBOL(mem_section)=ffff88801fdfc000\n"
	"LENGTH(mem_section)=2048\nSIZE(mem_section)=16\nOFFSET(mem_section.section_mem_map)=0\n"
	"NUMBER(SECTION_SIZE_BITS)=27\nSIZE(page)=8\nSIZE(page_desc)=64\n"
	"OFFSET(page.memdesc)=0\nNUMBER(MEMDESC_TYPE_MASK)=15\nOFFSET(page_desc.flags)=0\n"
	"OFFSET(page_desc._refcount)=52\nOFFSET(page_desc.mapping)=24\n"
	"OFFSET(page_desc._mapcount)=48\nOFFSET(page_desc.compound_head)=8\nNUMBER(PG_lru)=5\n"
	"NUMBER(PG_private)=14\nNUMBER(PG_swapbacked)=18\nNUMBER(PG_hwpoison)=21\n"
	"NUMBER(PG_head_mask)=64\nNUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\n"
	"NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n"
	"NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\n"
	"NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n";

static void put(uint8_t *bytes, size_t at, uint64_t value, size_t size)
{
	memcpy(bytes + at, &value, size);
}

static struct vmcoreinfo parsed(void)
{
	struct vmcoreinfo info;
	const char *missing;

	assert_int_equal(vmcoreinfo_parse(text, &info, &missing), 0);
	return info;
}

static void test_parse(void **state)
{
	struct vmcoreinfo info = parsed();
	const char *missing = "";

	(void)state;
	assert_int_equal(info.page_size, 64);
	assert_int_equal(info.mem_section, 0xffff88801fdfc000);
	assert_int_equal(info.mapcount, 48);
	assert_int_equal((int32_t)info.type_slab >> 24 & 0xff, 0xf5);
	assert_int_equal(vmcoreinfo_parse("SIZE(page)=64\n", &info, &missing), -ENOKEY);
	assert_string_equal(missing, "OFFSET(page.flags)");
	assert_int_equal(vmcoreinfo_parse("", &info, &missing), -ENOKEY);
}

/* A struct page of one word that still claims members behind it must not be believed. */
static void test_senseless(void **state)
{
	char other[sizeof(text)];
	struct vmcoreinfo info;
	const char *missing = "";
	char *at;

	(void)state;
	strcpy(other, text);
	at = strstr(other, "SIZE(page)=64");
	memcpy(at, "SIZE(page)=08", 13);
	assert_int_equal(vmcoreinfo_parse(other, &info, &missing), -ERANGE);
	memcpy(at, "SIZE(page)=xx", 13);
	assert_int_equal(vmcoreinfo_parse(other, &info, &missing), -ENOKEY);
}

static void test_small_page(void **state)
{
	struct vmcoreinfo info = parsed();
	uint8_t bytes[64] = { 0 };
	struct raw_page page;

	(void)state;
	put(bytes, 0, 1u << 5 | 1u << 18, 8);
	put(bytes, 24, 0xffff888000001001, 8);
	put(bytes, 48, 1, 4);
	put(bytes, 52, 3, 4);
	raw_page_parse(&info, bytes, 0xffffea0000001000, &page);
	assert_false(page.tail);
	assert_int_equal(page.refcount, 3);
	assert_int_equal(raw_page_count(&page), 2);
	assert_int_equal(raw_page_flags(&info, &page, &page), KPF(LRU) | KPF(SWAPBACKED) | KPF(ANON));
}

static void test_typed_and_compound(void **state)
{
	struct vmcoreinfo info = parsed();
	struct raw_page head = { 0 }, tail;
	uint8_t bytes[64] = { 0 };

	(void)state;
	head.flags = 64;
	head.mapcount = (int32_t)0xf4000000;
	assert_int_equal(raw_page_count(&head), 0);
	assert_int_equal(raw_page_flags(&info, &head, &head), KPF(COMPOUND_HEAD) | KPF(HUGE));
	put(bytes, 8, 0xffffea0000001001, 8);
	put(bytes, 48, UINT64_MAX, 4);
	raw_page_parse(&info, bytes, 0xffffea0000001000 + 3 * 64, &tail);
	assert_true(tail.tail);
	assert_int_equal(tail.head, 0xffffea0000001000);
	assert_int_equal(raw_page_count(&tail), 0);
	assert_int_equal(raw_page_flags(&info, &tail, &head), KPF(COMPOUND_TAIL) | KPF(HUGE));
}

/* @change, of the length of @line, in its place. Return: of vmcoreinfo_parse() */
static int parse_changed(const char *line, const char *change, const char **ret_missing)
{
	char other[sizeof(word_text)], *at;
	struct vmcoreinfo info;

	strcpy(other, word_text);
	at = strstr(other, line);
	assert_non_null(at);
	memcpy(at, change, strlen(change));
	return vmcoreinfo_parse(other, &info, ret_missing);
}

static void test_words(void **state)
{
	const char *missing = "";
	struct vmcoreinfo info;
	uint64_t address = 0;
	uint8_t bytes[8];
	unsigned int type;

	(void)state;
	assert_int_equal(vmcoreinfo_parse(word_text, &info, &missing), 0);
	assert_true(info.has_words);
	assert_int_equal(info.page_size, 8);
	assert_int_equal(info.desc_size, 64);
	put(bytes, 0, 0xfffff20000004001, 8);
	assert_int_equal(vmcoreinfo_follow(&info, bytes, 0xffffea0000000800, &address, &type), 0);
	assert_int_equal(address, 0xfffff20000004000);
	assert_int_equal(type, 1);
	put(bytes, 0, 0xffff888000004040, 8);
	assert_int_equal(vmcoreinfo_follow(&info, bytes, 0, &address, &type), 0);
	assert_int_equal(address, 0xffff888000004040);
	assert_int_equal(type, 0);
	put(bytes, 0, 0x4040, 8);
	assert_int_equal(vmcoreinfo_follow(&info, bytes, 0, &address, &type), -EOPNOTSUPP);
	put(bytes, 0, 0xfffff20000004002, 8);
	assert_int_equal(vmcoreinfo_follow(&info, bytes, 0, &address, &type), -EOPNOTSUPP);
	assert_int_equal(type, 2);
	info = parsed();
	assert_false(info.has_words);
	assert_int_equal(info.desc_size, 64);
	assert_int_equal(vmcoreinfo_follow(&info, bytes, 77, &address, &type), 0);
	assert_int_equal(address, 77);
	assert_int_equal(parse_changed("SIZE(page_desc)=64", "SIZE(page_desc)=08", &missing),
			 -ERANGE);
	assert_string_equal(missing, "SIZE(page_desc)");
	assert_int_equal(parse_changed("SIZE(page_desc)", "SIZE(page_dose)", &missing), -ENOKEY);
	assert_int_equal(parse_changed("MASK)=15", "MASK)=14", &missing), -ERANGE);
	assert_string_equal(missing, "OFFSET(page.memdesc)");
	assert_int_equal(parse_changed("page.memdesc)=0", "page.memdesc)=4", &missing), -ERANGE);
	assert_int_equal(parse_changed("page_desc.flags", "page.flags.....", &missing), -ENOKEY);
	assert_string_equal(missing, "OFFSET(page_desc.flags)");
}

/* A tail's head is where its descriptor is, whatever a struct page takes. */
static void test_tail_of_words(void **state)
{
	uint8_t bytes[64] = { 0 };
	const char *missing = "";
	struct vmcoreinfo info;
	struct raw_page tail;

	(void)state;
	assert_int_equal(vmcoreinfo_parse(word_text, &info, &missing), 0);
	put(bytes, 8, 0xfffff20000001001, 8);
	raw_page_parse(&info, bytes, 0xfffff20000001000 + 3 * 64, &tail);
	assert_true(tail.tail);
	assert_int_equal(tail.head, 0xfffff20000001000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_senseless),
		cmocka_unit_test(test_small_page),
		cmocka_unit_test(test_typed_and_compound),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_tail_of_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
