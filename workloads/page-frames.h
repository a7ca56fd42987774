/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which page frames are behind the addresses of this process: /proc/self/pagemap
 * (Documentation/admin-guide/mm/pagemap.rst).
 */
#ifndef PAGEMETA_PAGE_FRAMES_H
#define PAGEMETA_PAGE_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_FRAME_NONE UINT64_MAX

/**
 * page_frames_read() - page frames of consecutive pages
 * @start: address of the first, aligned to 4096
 * @nr: how many
 * @pfn: @nr numbers, written; PAGE_FRAME_NONE where no page is mapped
 *
 * Return: 0 or -errno; -EPERM when the kernel hides the numbers.
 */
int page_frames_read(const void *start, size_t nr, uint64_t *pfn);

#endif
