/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How this process's memory is mapped, from /proc/self/pagemap. smaps cannot tell of
 * DAX: 6.12 counts a PMD as huge there only if it is of a page that is no device's.
 */
#ifndef PAGEMETA_PAGEMAP_H
#define PAGEMETA_PAGEMAP_H

#include <stddef.h>
#include <stdint.h>

/**
 * pagemap_huge_bytes() - how much is mapped by entries of 2 MiB
 * @at: start, a multiple of 4096
 * @bytes: size
 * @ret_bytes: set on success
 *
 * Return: 0, -ENOTTY when the kernel has no PAGEMAP_SCAN (6.7 brought it), or -errno.
 */
int pagemap_huge_bytes(const void *at, size_t bytes, uint64_t *ret_bytes);

/**
 * pagemap_pfn() - the page frame that is mapped at an address
 * @at: address
 * @ret_pfn: set on success
 *
 * Return: 0, -ENOENT when none is, or -errno.
 */
int pagemap_pfn(const void *at, uint64_t *ret_pfn);

/**
 * pagemap_pfns() - the page frames of consecutive pages
 * @at: address of the first
 * @nr: how many
 * @ret_pfn: @nr frames, 0 where none is mapped
 *
 * Return: 0 or -errno.
 */
int pagemap_pfns(const void *at, size_t nr, uint64_t *ret_pfn);

#endif
