/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to workload dax-storm: its processes, and what they share.
 */
#ifndef PAGEMETA_DAX_STORM_ACTORS_H
#define PAGEMETA_DAX_STORM_ACTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dax-pages.h"
#include "nd-region.h"
#include "ram-map.h"
#include "storm-process.h"

struct run;

#define STORM_POINT "/tmp/dax-storm"
#define STORM_FILE STORM_POINT "/file-"	/* followed by the number of who writes it */
#define STORM_FEW 16			/* pages of all but those files and the device */

/** enum storm_actor - who takes part */
enum storm_actor {
	STORM_WALK, STORM_DUMP, STORM_FILE_1, STORM_FILE_2, STORM_GUP, STORM_HOLD, STORM_REUSE,
	STORM_POISON, STORM_CYCLE, STORM_ACTORS
};

/**
 * struct storm_shared - what processes share
 * @stop: they are to end
 * @process: they themselves
 * @device_poison: poisoned pages of the character device, by STORM_CYCLE
 */
struct storm_shared {
	bool stop;
	struct storm_process process[STORM_ACTORS];
	struct swap_verdict device_poison;
};

/**
 * struct dax_storm - one cell
 * @run: the run
 * @volume: carries the file system, bound for as long as the storm lasts
 * @data: physical address of its first byte
 * @other: is bound and unbound
 * @pages: of a file, and of the device
 * @ram: where RAM is
 * @descriptors: address of an array of descriptors, 0 where there is none
 * @mapped: bytes of memmap and descriptors in the page tables without and with @other
 * @shared: see above
 */
struct dax_storm {
	struct run *run;
	struct nd_device volume;
	uint64_t data;
	struct nd_region other;
	size_t pages;
	struct ram_map ram;
	uint64_t descriptors;
	uint64_t mapped[2];
	struct storm_shared *shared;
};

/** storm_goes_on() - asked before each operation */
static inline bool storm_goes_on(const struct dax_storm *storm)
{
	return !__atomic_load_n(&storm->shared->stop, __ATOMIC_ACQUIRE);
}

/** storm_did() - count an operation that was done */
static inline void storm_did(struct storm_process *process)
{
	__atomic_store_n(&process->done, process->done + 1, __ATOMIC_RELEASE);
}

/**
 * storm_pages() - the pages of a process
 * @process: its number is the owner, its verdict counts what is compared
 * @nr: how many
 */
int storm_pages(struct storm_process *process, size_t nr, struct dax_pages *ret_pages);

/* The processes: what they do stands where they do it. */
int storm_walk(struct storm_process *process);
int storm_dump(struct storm_process *process);
int storm_file(struct storm_process *process);
int storm_gup(struct storm_process *process);
int storm_hold(struct storm_process *process);
int storm_reuse(struct storm_process *process);
int storm_poison(struct storm_process *process);
int storm_cycle(struct storm_process *process);

/** storm_poison_page() - poison a mapped page, and judge what its user is told */
int storm_poison_page(struct swap_verdict *verdict, uint8_t *page);

/** storm_other_bind() - bind the other namespace as @kind, with faults of 4 KiB */
int storm_other_bind(struct dax_storm *storm, enum nd_kind kind, struct nd_device *ret_device);
/** storm_other_unbind() - and unbind it */
int storm_other_unbind(struct dax_storm *storm, const struct nd_device *device);

/** storm_mapped() - bytes of memmap and descriptors in the page tables. Return: 0 or -errno */
int storm_mapped(const struct dax_storm *storm, uint64_t *ret_bytes);

#endif
