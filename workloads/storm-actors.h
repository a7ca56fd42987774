/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to workload storm: what its processes share, and who takes part beside those of
 * dax-storm.
 */
#ifndef PAGEMETA_STORM_ACTORS_H
#define PAGEMETA_STORM_ACTORS_H

#include <stddef.h>
#include <stdint.h>

#include "cgroup.h"
#include "content.h"
#include "storm-crew.h"

struct run;

#define STORM_TMPFS "/tmp/storm-tmpfs"
#define STORM_EXT4 "/tmp/storm-ext4"
#define STORM_HUGE (2u << 20)

/**
 * struct mixed_storm - one cell
 * @run: the run
 * @crew: all that take part
 * @pages: of each process that has pages of 4 KiB
 * @group: for one that has no room for its pages. Made before the storm: the first cgroup has
 *	the kernel patch its text, and QEMU has other CPUs run into that (see runner-end.c)
 * @hot_block: number of a memory block that was added, of movable memory
 * @boot_block: number of one that was there at boot
 * @block_pages: page frames of a block
 * @disk_content: of the RAM disk that is read by direct I/O
 */
struct mixed_storm {
	struct run *run;
	struct storm_crew *crew;
	size_t pages;
	struct cgroup group;
	uint64_t hot_block;
	uint64_t boot_block;
	uint64_t block_pages;
	struct content_maker *disk_content;
};

/* Anonymous memory: written, swapped, shared, merged, moved, split, put together again. */
extern const struct storm_actor storm_anon_actors[];
extern const unsigned int storm_anon_nr;

/* Page cache, HugeTLB, direct reads. */
extern const struct storm_actor storm_file_actors[];
extern const unsigned int storm_file_nr;

/* Memory that is compacted, goes and comes; slabs; those who look at processes. */
extern const struct storm_actor storm_frame_actors[];
extern const unsigned int storm_frame_nr;

#endif
