// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stamps of a large range, of which little is ever touched.
 */
#include "stamps.h"

#include <errno.h>
#include <stdlib.h>

#define CHUNK (UINT64_C(1) << STAMPS_CHUNK_SHIFT)
#define CHUNKS_MAX (UINT64_C(1) << 24)

int stamps_init(struct stamps *stamps, uint64_t start, uint64_t bytes, unsigned int shift)
{
	uint64_t first = start >> shift, last, nr;

	if (!bytes || bytes - 1 > UINT64_MAX - start)
		return -EINVAL;
	last = (start + bytes - 1) >> shift;
	nr = (last - first) / CHUNK + 1;
	if (nr > CHUNKS_MAX)
		return -EINVAL;
	*stamps = (struct stamps){ .start = start, .shift = shift, .nr_chunks = nr };
	stamps->chunk = calloc(nr, sizeof(*stamps->chunk));
	return stamps->chunk ? 0 : -ENOMEM;
}

void stamps_free(struct stamps *stamps)
{
	uint64_t i;

	for (i = 0; stamps->chunk && i < stamps->nr_chunks; i++)
		free(stamps->chunk[i]);
	free(stamps->chunk);
	*stamps = (struct stamps){ 0 };
}

uint32_t *stamps_at(struct stamps *stamps, uint64_t address)
{
	uint64_t nr = (address >> stamps->shift) - (stamps->start >> stamps->shift);
	uint32_t **chunk = &stamps->chunk[nr >> STAMPS_CHUNK_SHIFT];

	if (!*chunk)
		*chunk = calloc(CHUNK, sizeof(**chunk));
	return *chunk ? &(*chunk)[nr & (CHUNK - 1)] : NULL;
}
