/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel tells of the descriptors that its struct pages point to, where they are
 * allocated from a pool: pages of slots, and beside them an array for device memory and what
 * pages share that have none of their own.
 */
#ifndef PAGEMETA_DESCRIPTOR_POOL_H
#define PAGEMETA_DESCRIPTOR_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "job.h"
#include "traffic-ranges.h"

#define DESCRIPTOR_SLOTS 64u	/* of a page of the pool; the first describes the page itself */
#define DESCRIPTOR_SHARED_WINDOW (UINT64_C(1) << 30)	/* before the array of device memory */
#define DESCRIPTOR_EMPTY_MOST 8u	/* pages that a node keeps with no slot in use */
#define DESCRIPTOR_ALL_FREE (~UINT64_C(1))	/* what such a page has in "private" of its own */
#define DESCRIPTOR_SHARED_PAGES 2u	/* of a node: 4 zones x 32 x 64 B */

/**
 * struct descriptor_pool - its counters, and what is counted when it is asked for
 * @pages: pages of slots
 * @device_pages: pages behind the array of device memory
 * @bytes: all of them, and what is shared
 * @free_slots: in these pages, or at hand of CPUs
 * @used: descriptors of pages, but of device memory
 * @own: of them, those of the pool's own pages
 * @listed: of them, those of free pages on lists of CPUs
 * @reserved: of them, those of reserved pages
 */
struct descriptor_pool {
	uint64_t pages;
	uint64_t device_pages;
	uint64_t bytes;
	uint64_t free_slots;
	uint64_t used;
	uint64_t own;
	uint64_t listed;
	uint64_t reserved;
};

/** descriptor_pool_promised() - whether the job says that there is one */
bool descriptor_pool_promised(const struct job *job);

/**
 * descriptor_pool_read() - read it
 * @root: prefix of the job's paths: "" in a guest, a folder in tests
 * @job: promises a pool
 * @ret_pool: set on success
 *
 * Slots that change hands meanwhile, and pages on their way back to the kernel, are in no
 * count: it is read again, for a fifth of a second, until every slot is free or used. What
 * was read last is told then.
 *
 * Return: 0, -EBADMSG for a file that makes no sense, or another -errno.
 */
int descriptor_pool_read(const char *root, const struct job *job, struct descriptor_pool *ret_pool);

/**
 * descriptor_pool_pages() - its pages alone, as the kernel counts them
 * @root: as for descriptor_pool_read()
 * @job: likewise; where it promises no pool there are none
 * @ret_pages: set on success
 *
 * Return: 0 or -errno.
 */
int descriptor_pool_pages(const char *root, const struct job *job, uint64_t *ret_pages);

/** descriptor_pool_adds_up() - whether all slots are free or the descriptor of a page */
bool descriptor_pool_adds_up(const struct descriptor_pool *pool);

/**
 * descriptor_pool_held() - slots that are in use, by whomever
 *
 * But for those of free pages on lists of CPUs and of the pool's own pages. It counts what is
 * not free, so that a slot that nobody knows of any more is among them.
 */
uint64_t descriptor_pool_held(const struct descriptor_pool *pool);

/**
 * struct descriptor_places - where descriptors lie
 * @span: pages of slots in the direct mapping, device memory's and what is shared
 * @nr: how many
 * @array: address that the descriptor of page frame 0 has in the array of device memory, or
 *	would have
 */
struct descriptor_places {
	struct traffic_span *span;
	size_t nr;
	uint64_t array;
};

/**
 * descriptor_places_read() - read them, of a kernel with a pool
 * @path: the file
 * @ret_places: set on success; freed with descriptor_places_free()
 *
 * The last line is of shared descriptors, which lie in the GiB before the array, and there is
 * no pool without a page.
 *
 * Return: 0, -EBADMSG for lines that make no sense, or another -errno.
 */
int descriptor_places_read(const char *path, struct descriptor_places *ret_places);
void descriptor_places_free(struct descriptor_places *places);

/** enum descriptor_place - what lies there */
enum descriptor_place { DESCRIPTORS_SLOTS, DESCRIPTORS_SHARED, DESCRIPTORS_OF_DEVICES };

/** descriptor_place() - what @span is */
enum descriptor_place descriptor_place(const struct descriptor_places *places,
				       const struct traffic_span *span);

#endif
