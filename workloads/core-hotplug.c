/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory hot-add and hot-remove in workload core: adding a range, taking its blocks
 * into use, out of use, and removing it, each timed, and each held against what it
 * must do to the memory there is and to the memmap.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core-bench.h"
#include "hot-memory.h"
#include "memmap-size.h"
#include "memory-block.h"
#include "sysfs.h"

#define WARM_UP 1

/** struct amount - what there is at one moment */
struct amount {
	uint64_t blocks;	/* memory blocks, in any state */
	uint64_t total_kib;	/* MemTotal */
	uint64_t memmap_pages;	/* nr_memmap_pages: memmap allocated since boot */
};

/** struct hotplug - rounds of adding and removing */
struct hotplug {
	struct run *run;
	struct hot_memory memory;
	uint64_t section_memmap_pages;	/* of the memmap of one block, as the boot took it */
	bool exact_memmap;		/* nothing but memmap is in nr_memmap_pages */
	bool warm_up;
	bool last;			/* what the last round found is reported, or the first wrong */
	bool wrong;
};

static int read_amount(struct run *run, struct amount *ret_amount)
{
	int err;

	err = memory_block_count(&ret_amount->blocks);
	if (!err)
		err = sysfs_field("/proc/meminfo", "MemTotal", &ret_amount->total_kib);
	if (!err)
		err = sysfs_field("/proc/vmstat", "nr_memmap_pages", &ret_amount->memmap_pages);
	return err ? run_error(run, err, "memory there is: %s", strerror(-err)) : 0;
}

/*
 * A block of memory is a section of 128 MiB, whose memmap is as large when it comes
 * later as it was for those of the boot.
 */
static int read_section_memmap(struct hotplug *hotplug)
{
	struct memmap_size size;
	int err;

	err = memmap_size_read("", &size);
	if (err)
		return run_error(hotplug->run, err, "size of the memmap: %s", strerror(-err));
	hotplug->section_memmap_pages = size.boot_pages / size.sections;
	hotplug->exact_memmap = !(memmap_size_extras("") & MEMMAP_EXTRA_PAGE_EXT);
	return 0;
}

/*
 * @online: blocks in use, @added: blocks that are there. Kernels with page_ext count
 * it in nr_memmap_pages while a block is in use (mm/page_ext.c).
 */
static void compare(struct hotplug *hotplug, const char *when, const struct amount *start,
		    const struct amount *now, uint64_t added, uint64_t online)
{
	uint64_t blocks = start->blocks + added;
	uint64_t total = start->total_kib + online * (MEMMAP_SECTION_BYTES / 1024);
	uint64_t memmap = start->memmap_pages + added * hotplug->section_memmap_pages;
	bool with_ext = online && !hotplug->exact_memmap;
	bool right = now->blocks == blocks && now->total_kib == total &&
		     (with_ext ? now->memmap_pages > memmap : now->memmap_pages == memmap);

	if (hotplug->wrong || (right && !hotplug->last))
		return;
	hotplug->wrong = !right;
	run_check(hotplug->run, "hot-memory-closed-form", when,
		  right ? VERDICT_PASS : VERDICT_FAIL,
		  "%" PRIu64 " memory blocks (must be %" PRIu64 "), MemTotal %" PRIu64
		  " KiB (must be %" PRIu64 "), nr_memmap_pages %" PRIu64 " (must be %s%" PRIu64 ")",
		  now->blocks, blocks, now->total_kib, total, now->memmap_pages,
		  with_ext ? "with page_ext more than " : "", memmap);
}

static void record(struct hotplug *hotplug, const char *labels, uint64_t start)
{
	uint64_t sample = run_end(hotplug->run, start);

	if (!hotplug->warm_up)
		run_time(hotplug->run, "latency", labels, sample);
}

static int add(struct hotplug *hotplug)
{
	uint64_t start = run_begin(hotplug->run);
	int err = hot_memory_add();

	record(hotplug, "op=hot-add", start);
	return err ? run_error(hotplug->run, err, "kmem: add memory: %s", strerror(-err)) : 0;
}

static int remove_again(struct hotplug *hotplug)
{
	uint64_t start = run_begin(hotplug->run);
	int err = hot_memory_remove();

	record(hotplug, "op=hot-remove", start);
	return err ? run_error(hotplug->run, err, "kmem: remove memory: %s", strerror(-err)) : 0;
}

static int set_blocks(struct hotplug *hotplug, const char *state, const char *labels)
{
	const struct hot_memory *memory = &hotplug->memory;
	uint64_t block, start;
	int err;

	for (block = memory->first; block < memory->first + memory->blocks; block++) {
		start = run_begin(hotplug->run);
		err = memory_block_set(block, state);
		record(hotplug, labels, start);
		if (err)
			return run_error(hotplug->run, err, "memory block %" PRIu64 ": %s: %s",
					 block, state, strerror(-err));
	}
	return 0;
}

static int round_trip(struct hotplug *hotplug)
{
	uint64_t blocks = hotplug->memory.blocks;
	struct amount start, now;
	int err;

	err = read_amount(hotplug->run, &start);
	if (!err)
		err = add(hotplug);
	if (!err)
		err = read_amount(hotplug->run, &now);
	if (err)
		return err;
	compare(hotplug, "after=add", &start, &now, blocks, 0);
	err = set_blocks(hotplug, "online_movable", "op=online");
	if (!err)
		err = read_amount(hotplug->run, &now);
	if (err)
		return err;
	compare(hotplug, "after=online", &start, &now, blocks, blocks);
	err = set_blocks(hotplug, "offline", "op=offline");
	if (!err)
		err = remove_again(hotplug);
	if (!err)
		err = read_amount(hotplug->run, &now);
	if (!err)
		compare(hotplug, "after=remove", &start, &now, 0, 0);
	return err;
}

int core_hotplug(struct run *run)
{
	struct hotplug hotplug = { .run = run };
	uint64_t i, rounds = run_param_u64(run, "rounds");
	int err;

	run_phase(run, "hotplug");
	err = hot_memory_prepare(run, &hotplug.memory);
	if (!err)
		err = read_section_memmap(&hotplug);
	for (i = 0; i < WARM_UP + rounds && !err; i++) {
		hotplug.warm_up = i < WARM_UP;
		hotplug.last = i + 1 == WARM_UP + rounds;
		err = round_trip(&hotplug);
	}
	return err;
}
