/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free memory to the page. MemFree leaves out what waits in the lists of a CPU, some
 * of them of 2 MiB each, so that it moves by megabytes where nothing was allocated.
 */
#ifndef PAGEMETA_FREE_PAGES_H
#define PAGEMETA_FREE_PAGES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct free_pages - pages of all zones
 * @managed: that the buddy allocator has in all, used or not
 * @buddy: free, in the buddy lists
 * @listed: free, in the lists of the CPUs, without a mark that user space can see
 * @above: by which lists of CPUs, or their limits, are above the least limit of a list
 * @count: of the list that is being read
 * @high: the same
 */
struct free_pages {
	uint64_t managed;
	uint64_t buddy;
	uint64_t listed;
	uint64_t above;
	uint64_t count;
	uint64_t high;
};

/**
 * free_pages_line() - add what a line of /proc/zoneinfo says
 * @free_pages: all 0 before the first line
 * @line: the line, and maybe more after it
 */
void free_pages_line(struct free_pages *free_pages, const char *line);

/**
 * free_pages_parse() - add up a text like /proc/zoneinfo
 * @zoneinfo: read to its end
 * @ret_free: filled on success
 *
 * Return: 0, or -EBADMSG when no zone manages a page in it, or more are free than that.
 */
int free_pages_parse(FILE *zoneinfo, struct free_pages *ret_free);

/** free_pages_look() - what /proc/zoneinfo says now. Return: 0 or -errno */
int free_pages_look(struct free_pages *ret_free);

/** free_pages_valid() - whether the lines were those of a zoneinfo, see free_pages_parse() */
bool free_pages_valid(const struct free_pages *free_pages);

/**
 * free_pages_read() - free pages of this kernel
 * @ret_pages: in the buddy lists and in those of the CPUs
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
