/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What describes page frames, as a dump tool reads it: the struct page, or, where that is a
 * word, the descriptor that the word points to.
 */
#ifndef PAGEMETA_RAW_MEMMAP_H
#define PAGEMETA_RAW_MEMMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "kcore.h"

#define RAW_MEMMAP_CHUNK 4096
#define RAW_MEMMAP_CHUNKS 16

/**
 * struct raw_chunk - descriptors that were read
 * @at: their address; 0 where there are none
 * @bytes: the descriptors
 */
struct raw_chunk {
	uint64_t at;
	uint8_t bytes[RAW_MEMMAP_CHUNK];
};

/**
 * struct raw_memmap - the memmap, being read
 * @kcore: open
 * @chunk: descriptors that were read last, each where the number of its page says
 * @type: the first type of a word that is not known here
 * @type_pfn: the page frame that has it
 * @unknown: how many do
 */
struct raw_memmap {
	const struct kcore *kcore;
	struct raw_chunk chunk[RAW_MEMMAP_CHUNKS];
	unsigned int type;
	uint64_t type_pfn;
	uint64_t unknown;
};

/**
 * struct raw_section - what describes the page frames of a section
 * @bytes: of each frame, one behind the other
 * @words: struct pages, where they are words
 * @address: where the struct page lies, or where they are words the descriptor
 * @seen: whether it could be read, and the word was the same before and after
 */
struct raw_section {
	uint8_t *bytes;
	uint8_t *words;
	uint64_t *address;
	bool *seen;
};

/** raw_memmap_begin() - begin to read the memmap of @kcore, which must outlive it */
void raw_memmap_begin(const struct kcore *kcore, struct raw_memmap *ret_memmap);

/** raw_section_new() - room for a section, all of it written to. Return: 0 or -ENOMEM */
int raw_section_new(const struct kcore *kcore, struct raw_section *ret_section);
void raw_section_free(struct raw_section *section);

/**
 * raw_memmap_section() - read a section
 * @memmap: begun
 * @number: of the section
 * @section: filled
 *
 * Return: 0, -ENODATA for one without memmap, or -errno. A struct page or a descriptor that
 * is in no segment, or of an unknown type, is not seen, and no error.
 */
int raw_memmap_section(struct raw_memmap *memmap, uint64_t number, struct raw_section *section);

/**
 * raw_section_head() - which frame of a section is the head of another one
 * @section: read
 * @i: the frame
 * @page: what describes it
 * @hint: a frame to try first: that of the frame before
 *
 * Return: the nearest one, not behind it, that is described where the head is said to be; -1
 * where there is none in the section.
 */
int64_t raw_section_head(const struct raw_section *section, uint64_t i,
			 const struct raw_page *page, uint64_t hint);

/**
 * raw_memmap_page() - what describes one page frame
 * @kcore: open
 * @pfn: the frame
 * @ret_page: set on success
 *
 * Return: 0, -ENODATA for a section without memmap, -ENXIO for what is in no segment,
 * -EOPNOTSUPP for a word of an unknown type, or -errno.
 */
int raw_memmap_page(const struct kcore *kcore, uint64_t pfn, struct raw_page *ret_page);

#endif
