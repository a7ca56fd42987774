/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells the traffic plugin which of the kernel's addresses are whose.
 */
#ifndef PAGEMETA_TRAFFIC_RANGES_H
#define PAGEMETA_TRAFFIC_RANGES_H

#include <stddef.h>
#include <stdint.h>

struct job;

#define TRAFFIC_RANGES_MAX 16	/* of descriptors */

/** struct traffic_span - addresses from @start on */
struct traffic_span {
	uint64_t start;
	uint64_t bytes;
};

/**
 * traffic_ranges_parse() - what a kernel tells of its descriptors
 * @text: a line "START-END" each, of hexadecimal addresses, both included
 * @ret_span: room for TRAFFIC_RANGES_MAX
 * @ret_nr: how many there are
 *
 * Return: 0, -EBADMSG for another line, -E2BIG for too many.
 */
int traffic_ranges_parse(const char *text, struct traffic_span *ret_span, size_t *ret_nr);

/**
 * traffic_ranges_tell() - mark the ranges of this kernel
 * @job: how the memmap is mapped, and where the kernel tells of its descriptors
 *
 * The memmap is the whole of the vmemmap, so that what is added later belongs to it. A
 * kernel whose memmap cannot be found has none, and the figures of it are absent.
 *
 * Return: 0, or -errno when ranges that the job promises cannot be had.
 */
int traffic_ranges_tell(const struct job *job);

#endif
