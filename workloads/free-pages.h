/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free memory to the page. MemFree leaves out what waits in the lists of a CPU, some
 * of them of 2 MiB each, so that it moves by megabytes where nothing was allocated.
 */
#ifndef PAGEMETA_FREE_PAGES_H
#define PAGEMETA_FREE_PAGES_H

#include <stdint.h>
#include <stdio.h>

/**
 * free_pages_parse() - add up a text like /proc/zoneinfo
 * @zoneinfo: read to its end
 * @ret_pages: pages of all zones, in the buddy lists and in those of the CPUs
 * @ret_above: pages by which lists of CPUs, or their limits, are above the least limit of
 *	a list, summed up
 *
 * Return: 0, or -EBADMSG when there is no zone in it.
 */
int free_pages_parse(FILE *zoneinfo, uint64_t *ret_pages, uint64_t *ret_above);

/**
 * free_pages_read() - free pages of this kernel
 *
 * Counts that CPUs have not yet handed in are collected before
 * (/proc/sys/vm/stat_refresh).
 *
 * Return: 0 or -errno.
 */
int free_pages_read(uint64_t *ret_pages);

/**
 * free_pages_shorten_lists() - hand what is free, and is freed, to the buddy lists soon
 *
 * By default the list of a CPU grows with what is freed, up to an eighth of the zone
 * (nr_pcp_high() of mm/page_alloc.c), where it is no target for compaction and merges
 * with no neighbour. From now on it holds four batches at most. What is above that is
 * given back by decay_pcp_high(), an eighth at a time, and waited for.
 *
 * Return: 0 or -errno; -ETIMEDOUT when lists stay long.
 */
int free_pages_shorten_lists(void);

/** free_pages_usual_lists() - undo it: lists may grow again. Return: 0 or -errno */
int free_pages_usual_lists(void);

#endif
