/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload zswap-compact: what is left of a zsmalloc pool when pages are freed at
 * random, and what compaction makes of it. Freed objects leave holes in zspages of
 * all size classes; zs_compact() moves objects together and frees the zspages it
 * emptied. Then the memory itself is compacted, which moves the pages of zspages
 * that objects lie in.
 *
 * In 6.12 only the shrinker of a pool compacts it, and only dropping all slab caches
 * calls that shrinker on demand; so the caches of others are dropped beforehand.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "run.h"
#include "swap-device.h"
#include "swap-pages.h"
#include "sysfs.h"
#include "table.h"
#include "zsmalloc-stat.h"
#include "zswap-counters.h"
#include "zswap-setup.h"

#define DROP_CACHES "/proc/sys/vm/drop_caches"
#define COMPACT_MEMORY "/proc/sys/vm/compact_memory"
#define SETTLE_MAX 8

static const char *const compact_pools[] = { "zsmalloc", NULL };

static const struct workload_param compact_params[] = {
	{ .name = "compressor", .help = "zswap's compressor", .def = "lzo",
	  .choices = zswap_compressors, .full = "lzo,zstd" },
	{ .name = "pool", .help = "zswap's pool: the one that can be compacted", .def = "zsmalloc",
	  .choices = compact_pools },
	{ .name = "freed", .help = "of a hundred pages, how many are freed", .def = "60",
	  .min = 1, .max = 99, .full = "25,60,90" },
	{ .name = "pages", .help = "pages that are stored", .def = "1536",
	  .min = 256, .max = 16384, .quick = "1536", .full = "8192" },
	{ .name = NULL }
};

static const struct metric compact_metrics[] = {
	{ .name = "free_page",
	  .help = "MADV_DONTNEED of one page in zswap",
	  .series = "free_page", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "free_page_p99",
	  .help = "the same, 99th percentile",
	  .series = "free_page", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "compact",
	  .help = "dropping slab caches, of which only this pool has something to drop",
	  .series = "compact", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "load_compacted",
	  .help = "fault that brings one page back after all compaction",
	  .series = "load_compacted", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "load_compacted_p99",
	  .help = "the same, 99th percentile",
	  .series = "load_compacted", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "pool_bytes",
	  .help = "bytes of the pool: full, after the frees, after compaction",
	  .series = "pool_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "density",
	  .help = "bytes stored / bytes of the pool, likewise",
	  .series = "density", .unit = UNIT_RATIO, .direction = DIR_HIGHER, .combine = COMBINE_MEDIAN },
	{ .name = "zspage_bytes",
	  .help = "bytes of the pool's descriptors (struct zspage), likewise",
	  .series = "zspage_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "pages_compacted",
	  .help = "pages that compaction of the pool freed",
	  .series = "pages_compacted", .unit = UNIT_PAGES, .direction = DIR_HIGHER, .combine = COMBINE_MEDIAN },
	{ .name = "pages_migrated",
	  .help = "pages that compaction of memory moved",
	  .series = "pages_migrated", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const compact_checks[] = {
	"classes-add-up", "compacted-fully", "zspages-moved", "really-in-zswap",
	"content-verified", NULL
};

/** struct snapshot - the pool at one moment */
struct snapshot {
	struct zswap_counters counters;
	struct zsmalloc_stat stat;
	uint64_t zspage_bytes;
	uint64_t words;
};

/* Pages whose struct page leads to a zspage; only kernels count them that need nothing else. */
#define WORDS "/sys/kernel/debug/zsmalloc/words"
#define NO_WORDS UINT64_MAX

/*
 * The allocator hands out memory from its end, and compaction fills that end. While
 * the pool is filled a ballast takes half of what is free, so that the pool's pages
 * come to lie below it and have somewhere to go to when it is gone.
 */
static void *ballast;
static size_t ballast_bytes;
/* Pages that compaction of memory moved without a pool, and those it could have. */
static uint64_t settled_moved, settled_others;

static struct swap_pages pages;
static struct snapshot start, full, freed, compacted, end;

static int take_ballast(struct run *run)
{
	uint64_t free_kib;
	int err;

	err = sysfs_field("/proc/meminfo", "MemFree", &free_kib);
	if (err)
		return run_error(run, err, "/proc/meminfo: no MemFree: %s", strerror(-err));
	ballast_bytes = free_kib / 2 * 1024 / SWAP_PAGES_SIZE * SWAP_PAGES_SIZE;
	ballast = mmap(NULL, ballast_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);
	if (ballast == MAP_FAILED) {
		ballast = NULL;
		return run_error(run, -errno, "mmap of %zu bytes: %s", ballast_bytes,
				 strerror(errno));
	}
	/* Huge pages only make it quick, so that it may do without. */
	madvise(ballast, ballast_bytes, MADV_HUGEPAGE);
	if (madvise(ballast, ballast_bytes, MADV_POPULATE_WRITE))
		return run_error(run, -errno, "populate %zu bytes: %s", ballast_bytes,
				 strerror(errno));
	return 0;
}

static void drop_ballast(void)
{
	if (ballast)
		munmap(ballast, ballast_bytes);
	ballast = NULL;
}

static int look(struct run *run, struct snapshot *ret_snapshot)
{
	int err = zswap_counters_take(run, &ret_snapshot->counters);

	if (!err)
		err = zsmalloc_stat_read(run, "zswap", &ret_snapshot->stat);
	if (!err)
		err = zsmalloc_stat_zspage_bytes(run, &ret_snapshot->stat,
						 &ret_snapshot->zspage_bytes);
	if (err)
		return err;
	err = sysfs_read_u64(WORDS, &ret_snapshot->words);
	if (err == -ENOENT)
		ret_snapshot->words = NO_WORDS;
	else if (err)
		return run_error(run, err, WORDS ": %s", strerror(-err));
	return 0;
}

/* Two views of one pool, zswap's totals and zsmalloc's classes, and what its pages say. */
static void check_views(struct run *run, const struct snapshot *seen, const char *labels)
{
	uint64_t bytes = seen->counters.value[ZC_POOL_BYTES];
	uint64_t stored = seen->counters.value[ZC_STORED];
	const struct zsmalloc_stat *stat = &seen->stat;
	bool right = stat->pages * SWAP_PAGES_SIZE == bytes && stat->used == stored &&
		     stat->freeable == zsmalloc_stat_freeable(stat);

	run_check(run, "classes-add-up", labels, right ? VERDICT_PASS : VERDICT_FAIL,
		  "%zu classes in use: %" PRIu64 " objects for %" PRIu64 " pages stored (must be as "
		  "many), %" PRIu64 " pages for a pool of %" PRIu64 " bytes, %" PRIu64
		  " freeable (must be %" PRIu64 ")", stat->occupied, stat->used, stored, stat->pages,
		  bytes, stat->freeable, zsmalloc_stat_freeable(stat));
	if (seen->words != NO_WORDS)
		run_check(run, "words-lead-to-zspages", labels,
			  seen->words == stat->pages ? VERDICT_PASS : VERDICT_FAIL,
			  "%" PRIu64 " pages lead to their zspage (must be %" PRIu64 ", all of the "
			  "pool)", seen->words, stat->pages);
}

static void record(struct run *run, const struct snapshot *seen, const char *labels)
{
	uint64_t bytes = seen->counters.value[ZC_POOL_BYTES];
	uint64_t stored = seen->counters.value[ZC_STORED];

	check_views(run, seen, labels);
	run_value(run, "pool_bytes", labels, bytes);
	run_value(run, "zspage_bytes", labels, seen->zspage_bytes);
	if (bytes)
		run_value(run, "density", labels, stored * SWAP_PAGES_SIZE * 1000000 / bytes);
}

static int write_file(struct run *run, const char *path, const char *text)
{
	int err = sysfs_write(path, text);

	return err ? run_error(run, err, "%s: write '%s': %s", path, text, strerror(-err)) : 0;
}

static int fill_pool(struct run *run)
{
	size_t i;
	int err;

	run_phase(run, "store");
	err = look(run, &start);
	if (!err)
		err = swap_pages_fill(&pages);
	for (i = 0; i < pages.nr && !err; i++)
		err = swap_pages_out(&pages, i);
	if (!err)
		err = look(run, &full);
	if (!err)
		record(run, &full, "pool=full");
	return err;
}

/* The first @nr pages of the order, which is random. */
static int free_pages(struct run *run, size_t nr)
{
	uint64_t from;
	size_t i;
	int err = 0;

	run_phase(run, "free");
	for (i = 0; i < nr && !err; i++) {
		from = run_begin(run);
		err = swap_pages_drop(&pages, pages.order[i]);
		pages.sample[i] = run_end(run, from);
	}
	if (!err)
		err = look(run, &freed);
	if (err)
		return err;
	run_times(run, "free_page", "", pages.sample, nr);
	record(run, &freed, "pool=freed");
	return 0;
}

static int compact_pool(struct run *run)
{
	uint64_t from, taken, gone, promised = zsmalloc_stat_freeable(&freed.stat);
	int err;

	run_phase(run, "compact the pool");
	from = run_begin(run);
	err = write_file(run, DROP_CACHES, "2");
	taken = run_end(run, from);
	if (!err)
		err = look(run, &compacted);
	if (err)
		return err;
	run_time(run, "compact", "", taken);
	record(run, &compacted, "pool=compacted");
	gone = freed.stat.pages - compacted.stat.pages;
	run_value(run, "pages_compacted", "", gone);
	run_check(run, "compacted-fully", "",
		  promised && gone == promised && !compacted.stat.freeable ?
		  VERDICT_PASS : VERDICT_FAIL,
		  "%" PRIu64 " of %" PRIu64 " pages freed (must be %" PRIu64 ", and some), %" PRIu64
		  " still freeable (must be none)", gone, freed.stat.pages, promised,
		  compacted.stat.freeable);
	return 0;
}

/* Pages on the LRU lists: what compaction can move and is not the pool's. */
static int count_others(struct run *run, uint64_t *ret_pages)
{
	static const char *const fields[] = {
		"nr_inactive_anon", "nr_active_anon", "nr_inactive_file", "nr_active_file",
		"nr_unevictable",
	};
	uint64_t value, sum = 0;
	size_t i;
	int err;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		err = sysfs_field("/proc/vmstat", fields[i], &value);
		if (err)
			return run_error(run, err, "/proc/vmstat: %s: %s", fields[i],
					 strerror(-err));
		sum += value;
	}
	*ret_pages = sum;
	return 0;
}

static int compact_memory(struct run *run, uint64_t *ret_moved)
{
	uint64_t before = 0, after = 0;
	int err;

	err = sysfs_field("/proc/vmstat", "pgmigrate_success", &before);
	if (!err)
		err = sysfs_write(COMPACT_MEMORY, "1");
	if (!err)
		err = sysfs_field("/proc/vmstat", "pgmigrate_success", &after);
	if (err)
		return run_error(run, err, COMPACT_MEMORY " or pgmigrate_success: %s",
				 strerror(-err));
	*ret_moved = after - before;
	return 0;
}

/* What there is before the pool is moved first, until it stays where it is. */
static int settle(struct run *run)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < SETTLE_MAX && !err; i++) {
		err = compact_memory(run, &settled_moved);
		if (!settled_moved)
			break;
	}
	return err ? err : count_others(run, &settled_others);
}

/*
 * A ballast that comes and goes leaves other frames free than before, and what had
 * settled moves once more: with a pool whose pages never move, 72 pages were moved, and
 * only 30 of them were new.
 */
static int settle_with_ballast(struct run *run)
{
	int err = settle(run);

	if (!err)
		err = take_ballast(run);
	drop_ballast();
	return err ? err : settle(run);
}

/*
 * No counter tells a page of the pool from others; but the others have been moved before.
 * Where the kernel is said to leave zspages where they are, moving one is the mistake.
 */
static int move_zspages(struct run *run)
{
	uint64_t others = 0, moved = 0, grown;
	struct snapshot after;
	bool fixed;
	int err;

	run_phase(run, "compact memory");
	drop_ballast();
	err = count_others(run, &others);
	if (!err)
		err = compact_memory(run, &moved);
	if (!err)
		err = look(run, &after);
	if (err)
		return err;
	check_views(run, &after, "pool=moved");
	grown = others > settled_others ? others - settled_others : 0;
	run_value(run, "pages_migrated", "", moved);
	fixed = !strcmp(run_job(run)->zspages, "fixed");
	run_check(run, "zspages-moved", "",
		  (moved > settled_moved + grown) != fixed ? VERDICT_PASS : VERDICT_FAIL,
		  "%" PRIu64 " pages moved while the pool has %" PRIu64 "; without it %" PRIu64
		  " moved, and %" PRIu64 " are new since (must %sbe more than both)", moved,
		  compacted.stat.pages, settled_moved, grown, fixed ? "not " : "");
	return 0;
}

static int compact_setup(struct run *run)
{
	uint64_t nr = run_param_u64(run, "pages");
	int err;

	memset(&pages, 0, sizeof(pages));
	err = zswap_swap_on(run, nr);
	if (!err)
		err = swap_pages_new(run, 0, nr, &pages);
	if (!err)
		err = settle_with_ballast(run);
	return err ? err : take_ballast(run);
}

static int load_rest(struct run *run, size_t from, size_t nr)
{
	uint64_t began;
	size_t i;

	run_phase(run, "load");
	for (i = from; i < nr; i++) {
		began = run_begin(run);
		*(volatile uint8_t *)swap_pages_at(&pages, pages.order[i]);
		pages.sample[i] = run_end(run, began);
	}
	run_times(run, "load_compacted", "", pages.sample + from, nr - from);
	return look(run, &end);
}

static void check_counters(struct run *run, size_t nr, size_t dropped)
{
	int64_t all = (int64_t)nr, gone = (int64_t)dropped;

	zswap_counters_report(run, "really-in-zswap", "part=out", &start.counters, &freed.counters,
			      (const struct zswap_expect[]) {
		{ ZC_ZSWPOUT, all }, { ZC_STORED, all - gone }, { ZC_PSWPOUT, 0 },
		{ ZC_REJECT_POOR, 0 }, { ZC_REJECT_FAIL, 0 }, { ZC_WRITTEN_BACK, 0 },
	}, 6);
	zswap_counters_report(run, "really-in-zswap", "part=in", &freed.counters, &end.counters,
			      (const struct zswap_expect[]) {
		{ ZC_ZSWPIN, all - gone }, { ZC_STORED, gone - all }, { ZC_PSWPIN, 0 },
		{ ZC_WRITTEN_BACK, 0 },
	}, 4);
}

static int compact_run(struct run *run)
{
	size_t drop = pages.nr * run_param_u64(run, "freed") / 100;
	int err;

	err = fill_pool(run);
	if (!err)
		err = write_file(run, DROP_CACHES, "2");	/* those of others */
	if (!err)
		err = free_pages(run, drop);
	if (!err)
		err = compact_pool(run);
	if (!err)
		err = move_zspages(run);
	if (!err)
		err = load_rest(run, drop, pages.nr);
	if (err)
		return err;
	check_counters(run, pages.nr, drop);
	swap_pages_verify(&pages, "content-verified", "");
	return 0;
}

static void compact_cleanup(struct run *run)
{
	(void)run;
	drop_ballast();
	swap_pages_free(&pages);
	swap_device_off();
}

static const char *const compact_config[] = {
	"CONFIG_SWAP=y", "CONFIG_ZSWAP=y", "CONFIG_ZSMALLOC=y", "CONFIG_ZSMALLOC_STAT=y",
	"CONFIG_COMPACTION=y", "CONFIG_BLK_DEV_RAM=y", "CONFIG_DEBUG_FS=y",
	"CONFIG_VM_EVENT_COUNTERS=y", NULL
};

const struct workload workload_zswap_compact = {
	.name = "zswap-compact",
	.help = "a zsmalloc pool after random frees, compacted and its pages moved",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = compact_config, .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.params = compact_params,
	.metrics = compact_metrics,
	.checks = compact_checks,
	.deadline_s = 60,
	.setup = compact_setup,
	.run = compact_run,
	.cleanup = compact_cleanup,
};
