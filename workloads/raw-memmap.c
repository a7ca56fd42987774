/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads struct pages and descriptors. What is read once is a page, with the descriptors of
 * its neighbours: a read of /proc/kcore costs as much whatever its size. Descriptors that are
 * allocated are not in the order of their pages; those of one moment lie close together.
 */
#include "raw-memmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void raw_memmap_begin(const struct kcore *kcore, struct raw_memmap *ret_memmap)
{
	memset(ret_memmap, 0, sizeof(*ret_memmap));
	ret_memmap->kcore = kcore;
}

static int read_descriptor(struct raw_memmap *memmap, uint64_t address, uint8_t *bytes)
{
	uint64_t within = address % RAW_MEMMAP_CHUNK, size = memmap->kcore->info.desc_size;
	struct raw_chunk *chunk = &memmap->chunk[address / RAW_MEMMAP_CHUNK % RAW_MEMMAP_CHUNKS];
	int err = 0;

	if (within + size > RAW_MEMMAP_CHUNK)
		return -EBADMSG;
	if (chunk->at != address - within) {
		err = kcore_read_mapped(memmap->kcore, address - within, chunk->bytes,
					RAW_MEMMAP_CHUNK);
		chunk->at = err ? 0 : address - within;
	}
	if (!err)
		memcpy(bytes, chunk->bytes + within, size);
	return err;
}

/* The struct page at @at, whose bytes are @page, to item @i of @section. */
static int follow(struct raw_memmap *memmap, uint64_t pfn, const uint8_t *page, uint64_t at,
		  struct raw_section *section, uint64_t i)
{
	const struct vmcoreinfo *info = &memmap->kcore->info;
	unsigned int type;
	int err = vmcoreinfo_follow(info, page, at, &section->address[i], &type);

	if (err && !memmap->unknown++) {
		memmap->type = type;
		memmap->type_pfn = pfn;
	}
	if (err || !info->has_words)
		return err;
	return read_descriptor(memmap, section->address[i], section->bytes + i * info->desc_size);
}

int raw_section_new(const struct kcore *kcore, struct raw_section *ret_section)
{
	uint64_t pages = kcore_section_pages(kcore);
	size_t bytes = pages * kcore->info.desc_size, words = pages * kcore->info.page_size;
	struct raw_section section = {
		.bytes = malloc(bytes),
		.words = malloc(kcore->info.has_words ? words : 1),
		.address = malloc(pages * sizeof(*section.address)),
		.seen = malloc(pages * sizeof(*section.seen)),
	};

	if (!section.bytes || !section.words || !section.address || !section.seen) {
		raw_section_free(&section);
		return -ENOMEM;
	}
	memset(section.bytes, 1, bytes);
	memset(section.words, 1, kcore->info.has_words ? words : 1);
	memset(section.address, 1, pages * sizeof(*section.address));
	memset(section.seen, 1, pages * sizeof(*section.seen));
	*ret_section = section;
	return 0;
}

void raw_section_free(struct raw_section *section)
{
	free(section->bytes);
	free(section->words);
	free(section->address);
	free(section->seen);
	*section = (struct raw_section){ 0 };
}

/* Struct pages from @address on; those of which a part cannot be read are not seen. */
static int read_words(const struct kcore *kcore, uint64_t address, uint8_t *words, bool *seen)
{
	uint64_t size = kcore->info.page_size, pages = kcore_section_pages(kcore), at, i;
	int err;

	memset(seen, 1, pages * sizeof(*seen));
	for (at = 0; at < pages * size; at += RAW_MEMMAP_CHUNK) {
		err = kcore_read(kcore, address + at, words + at, RAW_MEMMAP_CHUNK);
		if (err && err != -ENXIO)
			return err;
		for (i = at / size; err && i < pages && i * size < at + RAW_MEMMAP_CHUNK; i++)
			seen[i] = false;
	}
	return 0;
}

/* A word that is another one by now led to what may have become another page's descriptor. */
static int look_again(const struct kcore *kcore, uint64_t address, const uint8_t *words, bool *seen)
{
	uint64_t size = kcore->info.page_size, pages = kcore_section_pages(kcore), at, i;
	uint8_t again[RAW_MEMMAP_CHUNK];
	int err;

	for (at = 0; at < pages * size; at += RAW_MEMMAP_CHUNK) {
		err = kcore_read(kcore, address + at, again, RAW_MEMMAP_CHUNK);
		if (err && err != -ENXIO)
			return err;
		for (i = at / size; i < pages && i * size < at + RAW_MEMMAP_CHUNK; i++)
			if (err || memcmp(again + (i * size - at), words + i * size, size))
				seen[i] = false;
	}
	return 0;
}

int raw_memmap_section(struct raw_memmap *memmap, uint64_t number, struct raw_section *section)
{
	const struct kcore *kcore = memmap->kcore;
	uint8_t *words = kcore->info.has_words ? section->words : section->bytes;
	uint64_t size = kcore->info.page_size, pages = kcore_section_pages(kcore), i, address;
	int err = kcore_section(kcore, number, &address);

	if (!err)
		err = read_words(kcore, address, words, section->seen);
	for (i = 0; i < RAW_MEMMAP_CHUNKS; i++)
		memmap->chunk[i].at = 0;
	for (i = 0; i < pages && !err; i++) {
		if (section->seen[i])
			err = follow(memmap, number * pages + i, words + i * size,
				     address + i * size, section, i);
		if (!err || (err != -ENXIO && err != -EOPNOTSUPP))
			continue;
		section->seen[i] = false;
		err = 0;
	}
	if (!err && kcore->info.has_words)
		err = look_again(kcore, address, words, section->seen);
	return err;
}

int64_t raw_section_head(const struct raw_section *section, uint64_t i,
			 const struct raw_page *page, uint64_t hint)
{
	int64_t at = (int64_t)i;

	/* Of those that share a descriptor each is itself. */
	if (page->tail && hint <= i && section->seen[hint] && section->address[hint] == page->head)
		return (int64_t)hint;
	while (at >= 0 && (!section->seen[at] || section->address[at] != page->head))
		at--;
	return at;
}

int raw_memmap_page(const struct kcore *kcore, uint64_t pfn, struct raw_page *ret_page)
{
	uint64_t address, pages = kcore_section_pages(kcore);
	uint8_t bytes[RAW_PAGE_MAX];
	unsigned int type;
	int err;

	err = kcore_section(kcore, pfn / pages, &address);
	if (err)
		return err;
	address += pfn % pages * kcore->info.page_size;
	err = kcore_read(kcore, address, bytes, kcore->info.page_size);
	if (!err)
		err = vmcoreinfo_follow(&kcore->info, bytes, address, &address, &type);
	if (!err && kcore->info.has_words)
		err = kcore_read_mapped(kcore, address, bytes, kcore->info.desc_size);
	if (!err)
		raw_page_parse(&kcore->info, bytes, address, ret_page);
	return err;
}
