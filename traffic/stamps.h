/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When each line (or page) of a range was last touched. The range is as large as the
 * vmemmap, nearly all of which is never touched: memory is taken in chunks, where it is.
 */
#ifndef PAGEMETA_STAMPS_H
#define PAGEMETA_STAMPS_H

#include <stdint.h>

#define STAMPS_CHUNK_SHIFT 15

/**
 * struct stamps - of one range
 * @start: first address
 * @shift: log2 of the bytes that have a stamp together
 * @nr_chunks: entries of @chunk
 * @chunk: 1 << STAMPS_CHUNK_SHIFT stamps each, NULL where all are still 0
 */
struct stamps {
	uint64_t start;
	unsigned int shift;
	uint64_t nr_chunks;
	uint32_t **chunk;
};

/** stamps_init() - all of them 0. Return: 0, -ENOMEM, or -EINVAL for a range without end */
int stamps_init(struct stamps *stamps, uint64_t start, uint64_t bytes, unsigned int shift);
void stamps_free(struct stamps *stamps);

/**
 * stamps_at() - the stamp of an address
 * @stamps: of the range that has @address
 * @address: an access
 *
 * Return: where it is kept, or NULL without memory for it.
 */
uint32_t *stamps_at(struct stamps *stamps, uint64_t address);

#endif
