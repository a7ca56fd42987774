/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check zsmalloc-storm: both users of zsmalloc at once, zswap and zram, while all that
 * moves or reads their pages goes on without pause: memory is compacted, pools are
 * compacted and written back, a block of movable memory goes out of use and comes back,
 * and the per-page files are read. Each page is compared whenever it is loaded, all of
 * them in the end, and then nothing may be left.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hot-memory.h"
#include "kmemleak.h"
#include "kpage.h"
#include "memory-block.h"
#include "prng.h"
#include "storm-crew.h"
#include "storm-knobs.h"
#include "swap-device.h"
#include "sysfs.h"
#include "table.h"
#include "zram-disk.h"
#include "zswap-counters.h"
#include "zswap-setup.h"

/*
 * pfn_to_online_page() promises nothing: memory may go out of use right after it, and
 * whoever walks the memmap without mem_hotplug_lock, as compaction does, reads struct
 * pages of no zone then. They still say what they did, unless they are poisoned, which
 * kernels with CONFIG_DEBUG_VM do (remove_pfn_range_from_zone()); 6.12 oopsed in
 * pageblock_skip_persistent() after some minutes.
 */
#define STORM_CMDLINE "vm_debug=-"
#define CHUNK 512
#define SLACK_PAGES 4096	/* swap slots that caches per CPU hold back */
#define LEFT_POLLS 500
#define LEFT_POLL_US 10000

static const struct workload_param storm_params[] = {
	{ .name = "compressor", .help = "of zswap and of zram", .def = "lzo",
	  .choices = zswap_compressors, .full = "lzo,zstd" },
	{ .name = "pages", .help = "pages of each of three processes", .def = "512",
	  .min = 64, .max = 8192, .quick = "512", .full = "2048" },
	{ .name = "seconds", .help = "how long, in the guest's time",
	  .def = "20", .min = 1, .max = 86400, .quick = "20", .full = "600" },
	{ .name = NULL }
};

static const char *const storm_checks[] = {
	"content-verified", "all-paths-taken", "nothing-left", NULL
};

static struct run *the_run;
static struct zram_disk disk = { .fd = -1 };
static struct hot_memory memory;
static bool added;

enum { ZSWAP_1, ZSWAP_2, ZRAM, COMPACT, MEMORY_BLOCK, PEEK, NR_PROCESSES };

static struct storm_crew crew;

static uint64_t pages_each(void)
{
	return run_param_u64(the_run, "pages");
}

/* --- the processes --- */

static int use_zswap(struct storm_process *process)
{
	return storm_process_swap(process, the_run, pages_each(), storm_goes_on);
}

static int zram_step(uint64_t *random, struct swap_verdict *verdict)
{
	uint64_t i = prng_below(random, disk.pages.nr);

	switch (prng_below(random, 8)) {
	case 0: case 1: case 2: case 3:
		zram_disk_make(&disk, i);
		return zram_disk_put(&disk, i);
	case 4:
		return zram_disk_drop(&disk, i);
	default:
		return zram_disk_compare(&disk, i, verdict);
	}
}

static int use_zram(struct storm_process *process)
{
	uint64_t random = run_seed(the_run) + process->salt, i;
	int err = 0;

	for (; storm_goes_on(process) && !err; storm_did(process))
		err = zram_step(&random, &process->verdict);
	for (i = 0; i < disk.pages.nr && !err; i++)
		err = zram_disk_compare(&disk, i, &process->verdict);
	return err;
}

static int compact(struct storm_process *process)
{
	int err = 0;

	for (; storm_goes_on(process) && !err; storm_did(process))
		err = storm_compact(the_run, process->done);
	return err;
}

/* As movable memory, which is where the pages of a pool are if they can be moved. */
static int cycle_block(struct storm_process *process)
{
	int err = 0;

	storm_block_prepare();
	while (storm_goes_on(process) && !err)
		err = storm_block_cycle(process, memory.first, "online_movable", 200);
	return err ? run_error(the_run, err, "memory block %" PRIu64 ": %s", memory.first,
			       strerror(-err)) : 0;
}

static int read_files(const struct kpage *kpage, uint64_t *ret_frames)
{
	uint64_t words[CHUNK], at;
	int64_t got;
	int file;

	for (file = 0; file < KPAGE_FILES; file++)
		for (at = 0, got = 1; got; at += (uint64_t)got) {
			got = kpage_read(kpage, (enum kpage_file)file, at, words, CHUNK);
			if (got < 0)
				return run_error(the_run, (int)got, "%s: read: %s",
						 kpage_file_name((enum kpage_file)file),
						 strerror((int)-got));
			*ret_frames += (uint64_t)got;
		}
	return 0;
}

/* @done: times that all of memory was read, @more: words. */
static int peek(struct storm_process *process)
{
	const char *path = "";
	struct kpage kpage;
	int err = kpage_open(&kpage, &path);

	if (err)
		return run_error(the_run, err, "%s: open: %s", path, strerror(-err));
	for (; storm_goes_on(process) && !err; storm_did(process))
		err = read_files(&kpage, &process->more);
	kpage_close(&kpage);
	return err;
}

static const struct storm_actor actors[NR_PROCESSES] = {
	[ZSWAP_1] = { .name = "zswap-1", .go = use_zswap, .check = "content-verified" },
	[ZSWAP_2] = { .name = "zswap-2", .go = use_zswap, .check = "content-verified" },
	[ZRAM] = { .name = "zram", .go = use_zram, .check = "content-verified" },
	[COMPACT] = { .name = "compact", .go = compact },
	[MEMORY_BLOCK] = { .name = "memory-block", .go = cycle_block },
	[PEEK] = { .name = "peek", .go = peek },
};

/* --- the storm --- */

static int storm_setup(struct run *run)
{
	int err;

	the_run = run;
	err = storm_crew_new(run, &crew);
	if (err)
		return err;
	storm_crew_add(&crew, actors, NR_PROCESSES, NULL);
	err = zswap_set(run, "compressor", run_param(run, "compressor"));
	if (!err)
		err = zswap_set(run, "zpool", "zsmalloc");
	if (!err)
		err = zswap_set(run, "shrinker_enabled", "Y");
	if (!err)
		err = zswap_set(run, "enabled", "Y");
	if (!err)
		err = swap_device_on(run, 2 * pages_each() + SLACK_PAGES);
	if (!err)
		err = zram_disk_open(run, run_param(run, "compressor"), 100, pages_each(), &disk);
	if (!err)
		err = hot_memory_prepare(run, &memory);
	if (err)
		return err;
	err = hot_memory_add();
	added = !err;
	return err ? run_error(run, err, "adding memory: %s", strerror(-err)) : 0;
}

static void report_paths(const struct zswap_counters *before, const struct zswap_counters *after,
			 uint64_t moved)
{
	uint64_t out = zswap_counters_change(before, after, ZC_ZSWPOUT);
	uint64_t in = zswap_counters_change(before, after, ZC_ZSWPIN);
	uint64_t back = zswap_counters_change(before, after, ZC_WRITTEN_BACK);
	const struct storm_process *block = &crew.shared->process[MEMORY_BLOCK];
	const struct storm_process *peeker = &crew.shared->process[PEEK];

	run_check(the_run, "all-paths-taken", "",
		  out && in && back && moved && block->done && peeker->done ?
		  VERDICT_PASS : VERDICT_FAIL,
		  "zswap stored %" PRIu64 " pages, loaded %" PRIu64 " and wrote %" PRIu64
		  " back; %" PRIu64 " pages migrated; a block went out of use %" PRIu64 " times and "
		  "did not in time %" PRIu64 " times; all frames were read %" PRIu64
		  " times (must be some of each but the failures)", out, in, back, moved, block->done,
		  block->more, peeker->done);
}

/* Empty zspages are freed by a worker of their own, hence the deadline. */
static int check_left(uint64_t before)
{
	uint64_t left = before + 1;
	unsigned int polls;
	int err = 0;

	zram_disk_close(&disk);
	swap_device_off();
	for (polls = 0; polls < LEFT_POLLS && !err && left > before; polls++) {
		if (polls)
			usleep(LEFT_POLL_US);
		err = sysfs_write("/proc/sys/vm/stat_refresh", "1");
		if (!err)
			err = sysfs_field("/proc/vmstat", "nr_zspages", &left);
	}
	if (err)
		return run_error(the_run, err, "/proc/vmstat: nr_zspages: %s", strerror(-err));
	run_check(the_run, "nothing-left", "", left > before ? VERDICT_FAIL : VERDICT_PASS,
		  "with all pages unmapped and zram reset there are %" PRIu64 " pages of zspages "
		  "(must be %" PRIu64 ")", left, before);
	err = memory_block_online(memory.first) ? memory_block_set(memory.first, "offline") : 0;
	run_check(the_run, "nothing-left", "part=memory-block",
		  err ? VERDICT_FAIL : VERDICT_PASS,
		  "with nothing left that could be in it the block goes out of use: %s",
		  strerror(-err));
	return kmemleak_check(the_run);
}

static int storm_run(struct run *run)
{
	uint64_t zspages = 0, moved_before = 0, moved = 0;
	struct zswap_counters before, after;
	int err;

	err = zswap_counters_take(run, &before);
	if (!err)
		err = sysfs_field("/proc/vmstat", "nr_zspages", &zspages);
	if (!err)
		err = sysfs_field("/proc/vmstat", "pgmigrate_success", &moved_before);
	if (!err)
		err = storm_crew_rage(&crew, run_param_u64(run, "seconds"), 0);
	if (!err)
		err = sysfs_field("/proc/vmstat", "pgmigrate_success", &moved);
	if (!err)
		err = zswap_counters_take(run, &after);
	storm_crew_report(&crew, "");
	if (err)
		return err;
	report_paths(&before, &after, moved - moved_before);
	return check_left(zspages);
}

static void storm_cleanup(struct run *run)
{
	(void)run;
	zram_disk_close(&disk);
	swap_device_off();
	if (added && !memory_block_online(memory.first))
		hot_memory_remove();
	storm_crew_free(&crew);
}

static const char *const storm_config[] = {
	"CONFIG_SWAP=y", "CONFIG_ZSWAP=y", "CONFIG_ZSMALLOC=y", "CONFIG_ZRAM=y",
	"CONFIG_COMPACTION=y", "CONFIG_BLK_DEV_RAM=y", "CONFIG_DEBUG_FS=y",
	"CONFIG_PROC_PAGE_MONITOR=y", "CONFIG_VM_EVENT_COUNTERS=y", HOT_MEMORY_CONFIG, NULL
};

const struct workload workload_zsmalloc_storm = {
	.name = "zsmalloc-storm",
	.help = "zswap and zram at once, while their pages are moved, written back and looked at",
	.kind = WORKLOAD_CHECK,
	.on_request = true,
	.needs = { .config = storm_config, .cmdline = STORM_CMDLINE, .mem_mib = 512,
		   .pmem_mib = HOT_MEMORY_MIB, .cpus = 2, .nodes = 1 },
	.params = storm_params,
	.checks = storm_checks,
	.deadline_s = 1200,
	.lasts = "seconds",
	.setup = storm_setup,
	.run = storm_run,
	.cleanup = storm_cleanup,
};
