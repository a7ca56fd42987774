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

static const struct {
	const char *key;
	size_t at;
	int base;
} lines[] = {
	{ "SIZE(page)", offsetof(struct vmcoreinfo, page_size), 10 },
	{ "OFFSET(page.flags)", offsetof(struct vmcoreinfo, flags), 10 },
	{ "OFFSET(page._refcount)", offsetof(struct vmcoreinfo, refcount), 10 },
	{ "OFFSET(page.mapping)", offsetof(struct vmcoreinfo, mapping), 10 },
	{ "OFFSET(page._mapcount)", offsetof(struct vmcoreinfo, mapcount), 10 },
	{ "OFFSET(page.compound_head)", offsetof(struct vmcoreinfo, compound_head), 10 },
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
	uint64_t size = info->page_size;

	return size >= 8 && size <= 256 && info->flags <= size - 8 && info->mapping <= size - 8 &&
	       info->compound_head <= size - 8 && info->mapcount <= size - 4 &&
	       info->refcount <= size - 4 && info->section_size && info->section_size <= 4096 &&
	       info->section_map <= info->section_size - 8 && info->section_bits >= 20 &&
	       info->section_bits < 40 && info->pg_lru < 64 && info->pg_private < 64 &&
	       info->pg_swapbacked < 64 && info->pg_hwpoison < 64;
}

int vmcoreinfo_parse(const char *text, struct vmcoreinfo *ret_info, const char **ret_missing)
{
	struct vmcoreinfo info;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		*ret_missing = lines[i].key;
		if (!vmcoreinfo_number(text, lines[i].key, lines[i].base,
				       (uint64_t *)(void *)((uint8_t *)&info + lines[i].at)))
			return -ENOKEY;
	}
	*ret_missing = "SIZE(page)";
	if (!sensible(&info))
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

void raw_page_parse(const struct vmcoreinfo *info, const uint8_t *bytes, uint64_t address,
		    struct raw_page *ret_page)
{
	uint64_t compound = word(bytes, info->compound_head);

	ret_page->flags = word(bytes, info->flags);
	ret_page->mapping = word(bytes, info->mapping);
	ret_page->mapcount = half(bytes, info->mapcount);
	ret_page->refcount = half(bytes, info->refcount);
	ret_page->tail = compound & 1;
	ret_page->head = 0;
	if (ret_page->tail)
		ret_page->head = (int64_t)(address - (compound - 1)) / (int64_t)info->page_size;
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
