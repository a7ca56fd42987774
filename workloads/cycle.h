/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cycles: short versions of what workloads do, each of which ends where it began. What
 * is still held after many of them was leaked.
 */
#ifndef PAGEMETA_CYCLE_H
#define PAGEMETA_CYCLE_H

#include <stdint.h>

struct run;

/**
 * struct cycle - one of them
 * @name: as in labels
 * @help: what one cycle does
 * @event: a counter of /proc/vmstat that grows when the kernel really did it, or NULL
 *	where @once looks for itself
 * @events: by at least so much per cycle
 * @share: it is gone through a @share-th of the usual number of times; what a cycle costs
 *	(a memory block of 128 MiB) differs by orders of magnitude
 * @begin: prepare all cycles; may be NULL
 * @once: one cycle, @nr counts them
 * @end: undo @begin; called also when @begin or @once failed; may be NULL
 *
 * The functions return 0 or -errno with run_error() or run_unsupported() called.
 */
struct cycle {
	const char *name;
	const char *help;
	const char *event;
	uint64_t events;
	unsigned int share;
	int (*begin)(struct run *run);
	int (*once)(struct run *run, unsigned int nr);
	void (*end)(struct run *run);
};

/* Each ends with a NULL name. */
extern const struct cycle cycles_memory[];	/* processes, files, huge pages, migration */
extern const struct cycle cycles_pool[];	/* zswap, swap, KSM, hugetlb */
extern const struct cycle cycles_device[];	/* memory blocks, pmem, direct I/O */

#define CYCLE_PAGE 4096u

/**
 * cycle_map() - new private anonymous memory, without huge pages
 * @run: gets the reason of a failure
 * @bytes: how much
 * @ret_at: the caller unmaps it
 *
 * Return: 0 or -errno.
 */
int cycle_map(struct run *run, size_t bytes, unsigned char **ret_at);

/** cycle_touch() - write to each page of a range */
void cycle_touch(unsigned char *at, size_t bytes);

/** cycle_write() - sysfs_write() that says what failed. Return: 0 or -errno */
int cycle_write(struct run *run, const char *path, const char *text);

#endif
