/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters of a kernel whose memory devices get their memmap by and by
 * (kernels/lazy-vmemmap). It maps one page of struct pages many times, by one table many
 * times: what the page tables show is not what is in memory.
 */
#ifndef PAGEMETA_LAZY_MEMMAP_H
#define PAGEMETA_LAZY_MEMMAP_H

#include <stdint.h>

/**
 * LAZY_MEMMAP_IDLE_BYTES - what a namespace may take at once where its memmap is populated
 * lazily, 1 TiB included: the page that is shared and the page tables for it
 */
#define LAZY_MEMMAP_IDLE_BYTES (4u << 20)

/**
 * struct lazy_memmap - of all devices together
 * @populated: pages of memmap that are there
 * @shared: pages of memmap that are one and the same
 * @bytes: memory taken: pages, page tables, and what is in reserve for them
 * @authorised: pages populated since boot for somebody who asked
 * @returned: pages given back since boot while their device was bound
 */
struct lazy_memmap {
	uint64_t populated;
	uint64_t shared;
	uint64_t bytes;
	uint64_t authorised;
	uint64_t returned;
};

/**
 * lazy_memmap_read() - read the counters
 * @root: prefix of the path, "" in a guest
 * @ret_lazy: set on success
 *
 * Return: 0 or -errno; -ENOENT where the kernel has none.
 */
int lazy_memmap_read(const char *root, struct lazy_memmap *ret_lazy);

#endif
