/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What storms do to memory as a whole, by files of /proc and /sys.
 */
#ifndef PAGEMETA_STORM_KNOBS_H
#define PAGEMETA_STORM_KNOBS_H

#include <stdint.h>

struct run;
struct storm_process;

/**
 * storm_compact() - compact memory, zswap's pool (dropping slab caches calls it) or zram's
 * @run: gets the reason of a failure
 * @turn: which; every eighth has zswap's pool written back as well, or lets it grow again
 *
 * Return: 0 or -errno.
 */
int storm_compact(struct run *run, uint64_t turn);

/** storm_block_prepare() - called by a process before storm_block_cycle() */
void storm_block_prepare(void);

/**
 * storm_block_cycle() - take a memory block into use, for a while, and out of it
 * @process: counts as done that it went out of use, and as more that it did not in time
 * @block: its number
 * @state: "online_movable" or "online_kernel"
 * @use_ms: how long it is in use at least
 *
 * Return: 0 or -errno.
 */
int storm_block_cycle(struct storm_process *process, uint64_t block, const char *state,
		      unsigned int use_ms);

#endif
