/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of workload dax-storm, what they share, and the file system and namespace
 * that they are about: a storm of other memory has them take part as well.
 */
#ifndef PAGEMETA_DAX_STORM_ACTORS_H
#define PAGEMETA_DAX_STORM_ACTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/statvfs.h>

#include "dax-pages.h"
#include "nd-region.h"
#include "ram-map.h"
#include "storm-crew.h"

struct run;

#define STORM_POINT "/tmp/dax-storm"
#define STORM_FILE STORM_POINT "/file-"	/* followed by the number of who writes it */
#define STORM_FEW 16			/* pages of all but those files and the device */

/** enum dax_storm_actor - who takes part, in the order of dax_storm_actors */
enum dax_storm_actor {
	STORM_WALK, STORM_DUMP, STORM_FILE_1, STORM_FILE_2, STORM_GUP, STORM_HOLD, STORM_REUSE,
	STORM_POISON, STORM_CYCLE, STORM_ACTORS
};

/** dax_storm_actors - STORM_ACTORS of them, the first of their crew; their context is dax_storm */
extern const struct storm_actor dax_storm_actors[];

/*
 * Of the guest: 256 MiB of RAM are persistent memory with a file system, of others 128 MiB
 * that come and go, in whole sections.
 */
#define DAX_STORM_VOLUME_BYTES (256u << 20)
#define DAX_STORM_OTHER_BYTES (128u << 20)

/** DAX_STORM_CONFIG - what the kernel must be configured with, for struct workload_needs */
#define DAX_STORM_CONFIG									\
	"CONFIG_X86_PMEM_LEGACY=y", "CONFIG_BLK_DEV_PMEM=y", "CONFIG_NVDIMM_PFN=y",		\
	"CONFIG_NVDIMM_DAX=y", "CONFIG_DEV_DAX_PMEM=y", "CONFIG_FS_DAX=y",			\
	"CONFIG_EXT4_FS=y", "CONFIG_MEMORY_FAILURE=y", "CONFIG_GUP_TEST=y",			\
	"CONFIG_IO_URING=y", "CONFIG_AIO=y", "CONFIG_BLK_DEV_RAM=y", "CONFIG_BLK_DEV_DM=y",	\
	"CONFIG_DM_DELAY=y", "CONFIG_MEMFD_CREATE=y", "CONFIG_PROC_PAGE_MONITOR=y",		\
	"CONFIG_IDLE_PAGE_TRACKING=y", "CONFIG_PROC_KCORE=y", "CONFIG_PTDUMP_DEBUGFS=y",	\
	"CONFIG_DEBUG_FS=y"

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
 * @before: of the file system, when it was mounted with nothing in it
 * @after: the same before it was unmounted
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
	struct statvfs before;
	struct statvfs after;
};

/**
 * dax_storm_setup() - bind the file system's device, and format it
 * @run: gets the reason of a failure, as of the others
 * @pages: of a file, and of the device that comes and goes
 * @storm: filled; dax_storm_cleanup() undoes it, also after a failure
 *
 * Memory that can come or go without the storm must be there: what of the memmap is mapped is
 * noted.
 *
 * Return: 0 or -errno.
 */
int dax_storm_setup(struct run *run, size_t pages, struct dax_storm *storm);
void dax_storm_cleanup(struct dax_storm *storm);

/** dax_storm_begin() - mount, and make what the processes need. Return: 0 or -errno */
int dax_storm_begin(struct dax_storm *storm);

/** dax_storm_end() - remove all files and unmount. Return: 0 or -errno */
int dax_storm_end(struct dax_storm *storm);

/**
 * dax_storm_check_left() - check nothing-left: of the file system and the device
 * @storm: ended
 * @labels: of the check
 *
 * Return: 0 or -errno.
 */
int dax_storm_check_left(struct dax_storm *storm, const char *labels);

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

/**
 * storm_file_use() - map, write, punch and truncate a file, and compare its pages
 * @process: counts as more holes and truncations
 * @run: the run
 * @path: the file, on any file system
 * @nr: its pages
 *
 * Return: 0 or -errno.
 */
int storm_file_use(struct storm_process *process, struct run *run, const char *path, size_t nr);

/** storm_poison_page() - poison a mapped page, and judge what its user is told */
int storm_poison_page(struct swap_verdict *verdict, uint8_t *page);

/** storm_other_bind() - bind the other namespace as @kind, with faults of 4 KiB */
int storm_other_bind(struct dax_storm *storm, enum nd_kind kind, struct nd_device *ret_device);
/** storm_other_unbind() - and unbind it */
int storm_other_unbind(struct dax_storm *storm, const struct nd_device *device);

/** storm_mapped() - bytes of memmap and descriptors in the page tables. Return: 0 or -errno */
int storm_mapped(const struct dax_storm *storm, uint64_t *ret_bytes);

#endif
