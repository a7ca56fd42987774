/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads VMCOREINFO and, with it, struct pages: what a dump tool does.
 */
#include "vmcoreinfo.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kpage.h"

#define MAPPING_ANON 1u		/* PAGE_MAPPING_ANON of include/linux/page-flags.h */
#define TYPE_FIRST 0xf0u	/* PGTY_buddy: from here on a top byte is a page type */
#define TYPE_NONE 0xffu

#define WORD_TYPE_MAX 255u	/* more bits than that no alignment leaves free */
#define WORD_TYPE_PLAIN 0u	/* the address of a slot, until its page is freed */
#define WORD_TYPE_STATIC 1u	/* MEMDESC_TYPE_STATIC: the address of a descriptor for good */

/** struct line - a line, and the member of struct vmcoreinfo that it tells */
struct line {
	const char *key;
	size_t at;
	int base;
};

static const struct line page_lines[] = {
	{ "SIZE(page)", offsetof(struct vmcoreinfo, page_size), 10 },
	{ "OFFSET(page.flags)", offsetof(struct vmcoreinfo, flags), 10 },
	{ "OFFSET(page._refcount)", offsetof(struct vmcoreinfo, refcount), 10 },
	{ "OFFSET(page.mapping)", offsetof(struct vmcoreinfo, mapping), 10 },
	{ "OFFSET(page._mapcount)", offsetof(struct vmcoreinfo, mapcount), 10 },
	{ "OFFSET(page.compound_head)", offsetof(struct vmcoreinfo, compound_head), 10 },
	{ NULL, 0, 0 }
};

#define WORD_KEY "OFFSET(page.memdesc)"

static const struct line word_lines[] = {
	{ "SIZE(page)", offsetof(struct vmcoreinfo, page_size), 10 },
	{ WORD_KEY, offsetof(struct vmcoreinfo, word), 10 },
	{ "NUMBER(MEMDESC_TYPE_MASK)", offsetof(struct vmcoreinfo, type_mask), 10 },
	{ "SIZE(page_desc)", offsetof(struct vmcoreinfo, desc_size), 10 },
	{ "OFFSET(page_desc.flags)", offsetof(struct vmcoreinfo, flags), 10 },
	{ "OFFSET(page_desc._refcount)", offsetof(struct vmcoreinfo, refcount), 10 },
	{ "OFFSET(page_desc.mapping)", offsetof(struct vmcoreinfo, mapping), 10 },
	{ "OFFSET(page_desc._mapcount)", offsetof(struct vmcoreinfo, mapcount), 10 },
	{ "OFFSET(page_desc.compound_head)", offsetof(struct vmcoreinfo, compound_head), 10 },
	{ NULL, 0, 0 }
};

static const struct line other_lines[] = {
	{ "SYMBOL(mem_section)", offsetof(struct vmcoreinfo, mem_section), 16 },
	{ "LENGTH(mem_section)", offsetof(struct vmcoreinfo, roots), 10 },
	{ "SIZE(mem_section)", offsetof(struct vmcoreinfo, section_size), 10 },
	{ "OFFSET(mem_section.section_mem_map)", offsetof(struct vmcoreinfo, section_map), 10 },
	{ "NUMBER(SECTION_SIZE_BITS)", offsetof(struct vmcoreinfo, section_bits), 10 },
	{ "NUMBER(PG_lru)", offsetof(struct vmcoreinfo, pg_lru), 10 },
	{ "NUMBER(PG_private)", offsetof(struct vmcoreinfo, pg_private), 10 },
	{ "NUMBER(PG_swapbacked)", offsetof(struct vmcoreinfo, pg_swapbacked), 10 },
	{ "NUMBER(PG_hwpoison)", offsetof(struct vmcoreinfo, pg_hwpoison), 10 },
	{ "NUMBER(PG_head_mask)", offsetof(struct vmcoreinfo, head_mask), 10 },
	{ "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)", offsetof(struct vmcoreinfo, type_buddy), 10 },
	{ "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)", offsetof(struct vmcoreinfo, type_slab), 10 },
	{ "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)", offsetof(struct vmcoreinfo, type_hugetlb), 10 },
	{ "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)", offsetof(struct vmcoreinfo, type_offline), 10 },
	{ NULL, 0, 0 }
};

bool vmcoreinfo_number(const char *text, const char *key, int base, uint64_t *ret_value)
{
	size_t len = strlen(key);
	const char *line;
	char *end;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) || line[len] != '=')
			continue;
		errno = 0;
		*ret_value = base == 16 ? strtoull(line + len + 1, &end, 16) :
			     (uint64_t)strtoll(line + len + 1, &end, 10);
		return !errno && end > line + len + 1 && (*end == '\n' || !*end);
	}
	return false;
}

static bool sensible(const struct vmcoreinfo *info)
{
	uint64_t size = info->desc_size;

	return size >= 8 && size <= RAW_PAGE_MAX && info->flags <= size - 8 &&
	       info->mapping <= size - 8 && info->compound_head <= size - 8 &&
	       info->mapcount <= size - 4 && info->refcount <= size - 4 && info->section_size &&
	       info->section_size <= 4096 && info->section_map <= info->section_size - 8 &&
	       info->section_bits >= 20 && info->section_bits < 40 && info->pg_lru < 64 &&
	       info->pg_private < 64 && info->pg_swapbacked < 64 && info->pg_hwpoison < 64;
}

/* The mask is of the lowest bits. */
static bool word_sensible(const struct vmcoreinfo *info)
{
	return info->page_size >= 8 && info->page_size <= RAW_PAGE_MAX &&
	       info->word <= info->page_size - 8 && info->type_mask <= WORD_TYPE_MAX &&
	       !(info->type_mask & (info->type_mask + 1));
}

static int parse_lines(const char *text, const struct line *lines, struct vmcoreinfo *info,
		       const char **ret_missing)
{
	for (; lines->key; lines++) {
		*ret_missing = lines->key;
		if (!vmcoreinfo_number(text, lines->key, lines->base,
				       (uint64_t *)(void *)((uint8_t *)info + lines->at)))
			return -ENOKEY;
	}
	return 0;
}

int vmcoreinfo_parse(const char *text, struct vmcoreinfo *ret_info, const char **ret_missing)
{
	struct vmcoreinfo info = { 0 };
	int err;

	info.has_words = vmcoreinfo_number(text, WORD_KEY, 10, &info.word);
	err = parse_lines(text, info.has_words ? word_lines : page_lines, &info, ret_missing);
	if (!err)
		err = parse_lines(text, other_lines, &info, ret_missing);
	if (err)
		return err;
	if (!info.has_words)
		info.desc_size = info.page_size;
	*ret_missing = info.has_words ? "SIZE(page_desc)" : "SIZE(page)";
	if (!sensible(&info))
		return -ERANGE;
	*ret_missing = WORD_KEY;
	if (info.has_words && !word_sensible(&info))
		return -ERANGE;
	*ret_info = info;
	return 0;
}

static uint64_t word(const uint8_t *bytes, uint64_t offset)
{
	uint64_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

static int32_t half(const uint8_t *bytes, uint64_t offset)
{
	int32_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

int vmcoreinfo_follow(const struct vmcoreinfo *info, const uint8_t *bytes, uint64_t address,
		      uint64_t *ret_address, unsigned int *ret_type)
{
	uint64_t memdesc;

	*ret_type = 0;
	if (!info->has_words) {
		*ret_address = address;
		return 0;
	}
	memdesc = word(bytes, info->word);
	*ret_type = (unsigned int)(memdesc & info->type_mask);
	/* Without a type it may be something else: an address of the kernel it must look like. */
	if (*ret_type != WORD_TYPE_STATIC && (*ret_type != WORD_TYPE_PLAIN || !(memdesc >> 63)))
		return -EOPNOTSUPP;
	*ret_address = memdesc & ~info->type_mask;
	return 0;
}

void raw_page_parse(const struct vmcoreinfo *info, const uint8_t *bytes, uint64_t address,
		    struct raw_page *ret_page)
{
	uint64_t compound = word(bytes, info->compound_head);

	ret_page->flags = word(bytes, info->flags);
	ret_page->mapping = word(bytes, info->mapping);
	ret_page->mapcount = half(bytes, info->mapcount);
	ret_page->refcount = half(bytes, info->refcount);
	ret_page->tail = compound & 1;
	ret_page->head = ret_page->tail ? compound - 1 : address;
}

static unsigned int type(int32_t mapcount)
{
	return (uint32_t)mapcount >> 24;
}

static bool has_type(const struct raw_page *page, uint64_t value)
{
	return type(page->mapcount) == type((int32_t)value);
}

static uint64_t bit(uint64_t flags, uint64_t number, uint64_t flag)
{
	return flags >> number & 1 ? flag : 0;
}

uint64_t raw_page_flags(const struct vmcoreinfo *info, const struct raw_page *page,
			const struct raw_page *head)
{
	uint64_t flags;

	flags = bit(head->flags, info->pg_lru, KPF(LRU)) |
		bit(head->flags, info->pg_private, KPF(PRIVATE)) |
		bit(head->flags, info->pg_swapbacked, KPF(SWAPBACKED));
	if (page->tail)
		flags |= KPF(COMPOUND_TAIL);
	else if (page->flags & info->head_mask)
		flags |= KPF(COMPOUND_HEAD);
	if (head->mapping & MAPPING_ANON)
		flags |= KPF(ANON);
	if (has_type(head, info->type_slab))
		flags |= KPF(SLAB);
	if (has_type(head, info->type_hugetlb))
		flags |= KPF(HUGE) | bit(head->flags, info->pg_hwpoison, KPF(HWPOISON));
	else
		flags |= bit(page->flags, info->pg_hwpoison, KPF(HWPOISON));
	if (has_type(page, info->type_offline))
		flags |= KPF(OFFLINE);
	return flags;
}

uint64_t raw_page_count(const struct raw_page *page)
{
	if (type(page->mapcount) >= TYPE_FIRST && type(page->mapcount) < TYPE_NONE)
		return 0;
	return (uint64_t)(page->mapcount + 1);
}
