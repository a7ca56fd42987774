/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own record of where the memory of a process is: /proc/PID/numa_maps
 * (show_numa_map() of fs/proc/task_mmu.c), and the sizes, which only /proc/PID/maps has.
 */
#ifndef PAGEMETA_NUMA_MAPS_H
#define PAGEMETA_NUMA_MAPS_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define NUMA_MAPS_NODES_MAX 1024	/* CONFIG_NODES_SHIFT is at most 10 */

/** struct numa_pages - what a mapping has on one node: its number, bytes */
struct numa_pages {
	unsigned int node;
	uint64_t bytes;
};

/**
 * struct numa_mapping - a mapping
 * @start: first address
 * @bound: the one node its policy binds it to; -1 for any other policy
 * @on: nodes that pages of it are on
 * @nr_on: how many
 */
struct numa_mapping {
	uint64_t start;
	int bound;
	struct numa_pages on[NUMA_MAPS_NODES_MAX];
	size_t nr_on;
};

/**
 * numa_maps_each() - go through the mappings of a process
 * @text: of its numa_maps
 * @each: called for each mapping, in their order
 * @ctx: handed to it
 * @err: the line that no kernel writes
 *
 * Words that are not known are passed over: later kernels add some.
 *
 * Return: 0 or -EINVAL.
 */
int numa_maps_each(const char *text, void (*each)(void *ctx, const struct numa_mapping *mapping),
		   void *ctx, struct err *err);

/**
 * numa_maps_size() - the size of a mapping
 * @maps: text of /proc/PID/maps
 * @start: its first address
 *
 * Return: bytes, 0 where there is no mapping that begins there.
 */
uint64_t numa_maps_size(const char *maps, uint64_t start);

#endif
