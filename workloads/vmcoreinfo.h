/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCOREINFO: a few lines by which the kernel tells dump tools where struct page keeps
 * what (kernel/vmcore_info.c). A design that changes struct page must change them too,
 * or makedumpfile and crash misread every dump.
 */
#ifndef PAGEMETA_VMCOREINFO_H
#define PAGEMETA_VMCOREINFO_H

#include <stdbool.h>
#include <stdint.h>

#define RAW_PAGE_MAX 256	/* bytes of a struct page or of a descriptor */

/**
 * struct vmcoreinfo - the lines that concern the memmap
 * @page_size: SIZE(page)
 * @has_words: struct page is a word that points to a descriptor, and members of struct page
 *	are members of that
 * @word: OFFSET(page.memdesc), where @has_words
 * @type_mask: NUMBER(MEMDESC_TYPE_MASK), where @has_words: the bits of the word that are no
 *	address
 * @desc_size: SIZE(page_desc), or @page_size where a struct page is all there is
 * @flags: OFFSET(page.flags) or OFFSET(page_desc.flags), and so on
 * @mem_section: SYMBOL(mem_section): address of the array of section roots
 * @roots: LENGTH(mem_section)
 * @section_size: SIZE(mem_section)
 * @section_map: OFFSET(mem_section.section_mem_map)
 * @section_bits: NUMBER(SECTION_SIZE_BITS)
 * @pg_lru: NUMBER(PG_lru), a bit number, and so on
 * @head_mask: NUMBER(PG_head_mask), a mask
 * @type_buddy: NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE): the page type where _mapcount is,
 *	and so on; only the top byte counts (include/linux/page-flags.h)
 */
struct vmcoreinfo {
	uint64_t page_size;
	bool has_words;
	uint64_t word;
	uint64_t type_mask;
	uint64_t desc_size;
	uint64_t flags;
	uint64_t refcount;
	uint64_t mapping;
	uint64_t mapcount;
	uint64_t compound_head;
	uint64_t mem_section;
	uint64_t roots;
	uint64_t section_size;
	uint64_t section_map;
	uint64_t section_bits;
	uint64_t pg_lru;
	uint64_t pg_private;
	uint64_t pg_swapbacked;
	uint64_t pg_hwpoison;
	uint64_t head_mask;
	uint64_t type_buddy;
	uint64_t type_slab;
	uint64_t type_hugetlb;
	uint64_t type_offline;
};

/**
 * vmcoreinfo_parse() - read the lines
 * @text: NUL-terminated
 * @ret_info: filled on success
 * @ret_missing: on failure the line that is missing or makes no sense
 *
 * Return: 0, -ENOKEY for a missing line, -ERANGE for a struct page that would not
 * hold what is said to be in it.
 */
int vmcoreinfo_parse(const char *text, struct vmcoreinfo *ret_info, const char **ret_missing);

/**
 * vmcoreinfo_number() - a number of a line KEY=NUMBER
 * @text: NUL-terminated
 * @key: what stands before '='
 * @base: 10 or 16
 * @ret_value: set on success
 *
 * Return: whether there is such a line.
 */
bool vmcoreinfo_number(const char *text, const char *key, int base, uint64_t *ret_value);

/**
 * vmcoreinfo_follow() - where the descriptor of a page is
 * @info: where its word is
 * @bytes: @info->page_size bytes of struct page
 * @address: where they lie in the kernel's memory
 * @ret_address: set on success: to @address where a struct page is all there is
 * @ret_type: set: the type of the word, 0 where there is none
 *
 * Return: 0, or -EOPNOTSUPP for a type of which nothing is known here: what else is in such
 * a word may be no address.
 */
int vmcoreinfo_follow(const struct vmcoreinfo *info, const uint8_t *bytes, uint64_t address,
		      uint64_t *ret_address, unsigned int *ret_type);

/**
 * struct raw_page - a struct page, or the descriptor of a page, taken apart
 * @flags: the first word
 * @head: where what describes its head is said to lie: itself for a page that is no tail
 * @tail: it is a tail
 * @mapping: the word
 * @mapcount: as stored: one less than the mappings, or a page type
 * @refcount: references
 */
struct raw_page {
	uint64_t flags;
	uint64_t head;
	int tail;
	uint64_t mapping;
	int32_t mapcount;
	int32_t refcount;
};

/**
 * raw_page_parse() - take a struct page, or a descriptor, apart
 * @info: where its members are
 * @bytes: @info->desc_size bytes
 * @address: where they lie in the kernel's memory
 * @ret_page: filled
 */
void raw_page_parse(const struct vmcoreinfo *info, const uint8_t *bytes, uint64_t address,
		    struct raw_page *ret_page);

/**
 * raw_page_flags() - what /proc/kpageflags must say of a page
 * @info: numbers of flags and types
 * @page: the page
 * @head: its head; @page itself for one that is no tail
 *
 * Return: those of RAW_PAGE_JUDGED that can be told from the two.
 */
uint64_t raw_page_flags(const struct vmcoreinfo *info, const struct raw_page *page,
			const struct raw_page *head);

/** raw_page_count() - what /proc/kpagecount must say of a page that is not compound */
uint64_t raw_page_count(const struct raw_page *page);

/* The bits that raw_page_flags() tells. Buddy of heads only: the others carry no mark. */
#define RAW_PAGE_JUDGED							\
	(KPF(LRU) | KPF(SLAB) | KPF(ANON) | KPF(SWAPBACKED) | KPF(COMPOUND_HEAD) |	\
	 KPF(COMPOUND_TAIL) | KPF(HUGE) | KPF(HWPOISON) | KPF(OFFLINE) | KPF(PRIVATE))

#endif
