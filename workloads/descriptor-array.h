/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel tells of the descriptors that its struct pages point to, where they are one
 * array of all page frames; or of those of device memory, where all others are in a pool.
 */
#ifndef PAGEMETA_DESCRIPTOR_ARRAY_H
#define PAGEMETA_DESCRIPTOR_ARRAY_H

#include <stdint.h>

#include "job.h"

#define DESCRIPTOR_BYTES 64u	/* of each: what struct page was */

/**
 * struct descriptor_array - where it is, and how large
 * @start: address of the descriptor of page frame 0; 0 where there is no such array
 * @described: bytes of the addresses that have descriptors
 * @bytes: the memory behind them, as the kernel counts it
 */
struct descriptor_array {
	uint64_t start;
	uint64_t described;
	uint64_t bytes;
};

/**
 * descriptor_array_read() - read it
 * @root: prefix of the job's paths: "" in a guest, a folder in tests
 * @job: what the kernel promises
 * @ret_array: set on success; all 0 where the job promises neither an array nor a pool
 *
 * Page frame 0 is RAM or a hole in its section, so that the first range begins with its
 * descriptor. Where there is a pool, it has none in the array, and @start is where it would be.
 *
 * Return: 0, -EBADMSG for ranges that make no sense, or another -errno.
 */
int descriptor_array_read(const char *root, const struct job *job,
			  struct descriptor_array *ret_array);

#endif
