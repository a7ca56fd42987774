/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check dax-storm: all that writes to struct pages of persistent memory, and all that asks
 * about page frames, at once. Files are mapped, written, punched and truncated while
 * their pages are pinned; pages fail and are repaired; a second namespace is bound and
 * unbound; and walkers read whatever there is of each frame. Each page is compared
 * whenever it is read, all of them in the end, and then nothing may be left.
 *
 * Persistent memory is cut out of RAM, where the per-page files reach it, in whole
 * sections. And only of such an NVDIMM the driver can clear errors without firmware.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "dax-metadata.h"
#include "dax-storm-actors.h"
#include "dax-volume.h"
#include "descriptor-array.h"
#include "ext4-format.h"
#include "kmemleak.h"
#include "run.h"
#include "snapshot.h"
#include "sysfs.h"
#include "table.h"

/*
 *	  0 MiB  RAM, node 0
 *	256 MiB  256 MiB persistent memory with a file system
 *	512 MiB  RAM, node 1
 *	640 MiB  128 MiB persistent memory that comes and goes
 *	768 MiB  RAM up to 1024 MiB
 *
 * A guest of one node has no PCI, without which 6.12 makes no devices of such memory
 * (e820__reserve_resources_late() of arch/x86/kernel/e820.c).
 */
#define MEM_MIB 1024
#define CMDLINE "memmap=256M!256M memmap=128M!640M"
#define VOLUME_BYTES (256u << 20)
#define OTHER_BYTES (128u << 20)
#define FS_BYTES EXT4_FORMAT_STEP
#define PMD (2u << 20)
#define WARM_UP_S 1
#define WARM_UP_LEAST 2
#define REST_TRIES 100
#define REST_WAIT_NS 100000000
#define MORE_S 120		/* for those who have not done enough by then */

static const struct workload_param storm_params[] = {
	{ .name = "pages", .help = "pages of each of two files and of a device", .def = "256",
	  .min = 64, .max = 2048, .full = "2048" },
	{ .name = "seconds", .help = "how long, in the guest's time",
	  .def = "3", .min = 1, .max = 86400, .quick = "3", .full = "60" },
	{ .name = NULL }
};

static const char *const storm_checks[] = {
	"walkers", "content-verified", "pins-kept", "poison-delivered", "all-paths-taken",
	"nothing-left", "metadata-returns", NULL
};

/**
 * struct actor - a process
 * @name: in labels
 * @go: what it does
 * @check: what its verdict goes into
 * @unit: what it counts
 * @least: how often it has to be done
 */
static const struct actor {
	const char *name;
	int (*go)(struct storm_process *process);
	const char *check;
	const char *unit;
	uint64_t least;
} actors[STORM_ACTORS] = {
	[STORM_WALK] = { "walk", storm_walk, "walkers", "passes over all frames", 2 },
	[STORM_DUMP] = { "dump", storm_dump, "walkers", "passes over memmap and page tables", 2 },
	[STORM_FILE_1] = { "file-1", storm_file, "content-verified", "operations", 256 },
	[STORM_FILE_2] = { "file-2", storm_file, "content-verified", "operations", 256 },
	[STORM_GUP] = { "gup", storm_gup, "pins-kept", "passes of pins", 16 },
	[STORM_HOLD] = { "hold", storm_hold, "pins-kept", "removals that had to wait", 8 },
	[STORM_REUSE] = { "reuse", storm_reuse, "content-verified", "files", 4 },
	[STORM_POISON] = { "poison", storm_poison, "poison-delivered", "pages", 8 },
	[STORM_CYCLE] = { "cycle", storm_cycle, "content-verified", "binds", 4 },
};

static struct dax_storm storm;
static struct snapshot_reader *settler;
static struct dax_metadata rest;	/* before anything was mapped */

static int read_data_address(void)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), "/sys/bus/nd/devices/%s/resource", storm.volume.name);
	err = sysfs_read_hex(path, &storm.data);
	return err ? run_error(storm.run, err, "%s: %s", path, strerror(-err)) : 0;
}

/* The page tables of the memmap without and with the other namespace. */
static int measure_mapped(void)
{
	struct nd_device device;
	struct descriptor_array array;
	int err, late;

	err = descriptor_array_read("", run_job(storm.run), &array);
	if (err)
		return run_error(storm.run, err, "%s: %s", run_job(storm.run)->descriptor_ranges,
				 strerror(-err));
	storm.descriptors = array.start;
	err = storm_mapped(&storm, &storm.mapped[0]);
	if (err)
		return run_error(storm.run, err, "page tables: %s", strerror(-err));
	err = storm_other_bind(&storm, ND_PFN, &device);
	if (err)
		return run_error(storm.run, err, "%s: bind: %s", device.name, strerror(-err));
	err = storm_mapped(&storm, &storm.mapped[1]);
	late = storm_other_unbind(&storm, &device);
	return err ? err : late;
}

static int storm_setup(struct run *run)
{
	struct nd_region region;
	const char *source = "";
	int err;

	storm = (struct dax_storm){ .run = run, .pages = run_param_u64(run, "pages") };
	storm.shared = mmap(NULL, sizeof(*storm.shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (storm.shared == MAP_FAILED)
		return run_error(run, -ENOMEM, "no memory for what processes tell");
	err = snapshot_reader_new(NULL, &settler, &source);
	if (err)
		return run_error(run, err, "%s: %s", source, strerror(-err));
	err = ram_map_load("/proc/iomem", &storm.ram);
	if (err)
		return run_error(run, err, "/proc/iomem: %s", strerror(-err));
	err = nd_region_find(run, OTHER_BYTES, &storm.other);
	if (!err)
		err = nd_region_find(run, VOLUME_BYTES, &region);
	if (!err)
		err = nd_device_new(run, &region, ND_PFN, PMD, &storm.volume);
	if (err)
		return err;
	err = nd_device_bind(&storm.volume);
	if (err)
		return run_error(run, err, "%s: bind: %s", storm.volume.name, strerror(-err));
	err = read_data_address();
	if (!err)
		err = measure_mapped();
	if (!err)
		err = dax_metadata_read(run, &rest);
	return err ? err : dax_volume_format(run, &storm.volume, FS_BYTES);
}

static uint64_t least_of(const struct actor *actor, uint64_t most)
{
	return actor->least < most ? actor->least : most;
}

/* Whether everybody did as much as he has to, or @most where that is less. */
static bool all_did(uint64_t most)
{
	unsigned int i;

	for (i = 0; i < STORM_ACTORS; i++)
		if (storm_process_did(&storm.shared->process[i]) < least_of(&actors[i], most))
			return false;
	return true;
}

static bool any_over(void)
{
	unsigned int i;

	for (i = 0; i < STORM_ACTORS; i++)
		if (storm_process_over(&storm.shared->process[i]))
			return true;
	return false;
}

/* A slow machine gets more time, so that the same was done on it. */
static int rage(uint64_t seconds, uint64_t most)
{
	struct storm_process *process = storm.shared->process;
	unsigned int started = 0, more;
	int err = 0, late;

	memset(storm.shared, 0, sizeof(*storm.shared));
	for (; started < STORM_ACTORS && !err; started += !err) {
		process[started].name = actors[started].name;
		process[started].go = actors[started].go;
		process[started].number = started;
		process[started].context = &storm;
		err = storm_process_start(storm.run, &process[started]);
	}
	if (!err)
		storm_process_rage(storm.run, process, started, seconds);
	for (more = 0; more < MORE_S && !err && !all_did(most) && !any_over(); more++)
		storm_process_rage(storm.run, process, started, 1);
	__atomic_store_n(&storm.shared->stop, true, __ATOMIC_RELEASE);
	late = storm_process_await(storm.run, process, started);
	return err ? err : late;
}

static void report_one(const char *check, const char *name, const char *when,
		       const struct swap_verdict *verdict)
{
	char labels[64];

	snprintf(labels, sizeof(labels), "storm=%s,process=%s", when, name);
	run_check(storm.run, check, labels,
		  verdict->wrong || !verdict->right ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu times right (must be some), %zu times wrong%s%s", verdict->right,
		  verdict->wrong, verdict->wrong ? ", first: " : "", verdict->first);
}

static void report_verdicts(const char *when)
{
	unsigned int i;

	for (i = 0; i < STORM_ACTORS; i++)
		report_one(actors[i].check, actors[i].name, when, &storm.shared->process[i].verdict);
	report_one("poison-delivered", "cycle", when, &storm.shared->device_poison);
}

static void report_paths(void)
{
	const struct storm_process *process = storm.shared->process;
	uint64_t holes = process[STORM_FILE_1].more + process[STORM_FILE_2].more;
	uint64_t pinned = process[STORM_GUP].more;
	char text[512] = "";
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < STORM_ACTORS && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s: %" PRIu64 " %s (at least %" PRIu64 "); ",
					 actors[i].name, process[i].done, actors[i].unit,
					 actors[i].least);
	run_check(storm.run, "all-paths-taken", "",
		  all_did(UINT64_MAX) && holes && pinned ? VERDICT_PASS : VERDICT_FAIL,
		  "%s%" PRIu64 " holes and truncations, %" PRIu64 " pages pinned (must be some)",
		  text, holes, pinned);
}

static int make_files(void)
{
	struct dax_pages pages = { .nr = storm.pages };
	char path[64];
	unsigned int i;
	int err = 0;

	for (i = STORM_FILE_1; i <= STORM_FILE_2 && !err; i++) {
		snprintf(path, sizeof(path), STORM_FILE "%u", i);
		err = dax_pages_open(&pages, path);
		dax_pages_unmap(&pages);
	}
	if (err)
		return run_error(storm.run, err, "%s: %s", path, strerror(-err));
	/* So little is left that what one gives back another gets. */
	return dax_volume_take(storm.run, STORM_POINT "/rest",
			       (3 * storm.pages * 3 / 2 + 128) * CONTENT_PAGE);
}

static void remove_files(void)
{
	static const char *const names[] = {
		"rest", "held", "again", "poisoned", "file-2", "file-3"
	};
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), STORM_POINT "/%s", names[i]);
		unlink(path);
	}
	sync();
}

/* All struct pages are idle once nothing is mapped, while the device is bound still. */
static int check_left(const struct statvfs *before, const struct statvfs *after)
{
	char path[64], bad[128] = "";
	struct lazy_memmap lazy;
	int n, err;

	snprintf(path, sizeof(path), "/sys/block/pmem%u/badblocks", storm.volume.region.id);
	n = sysfs_read(path, bad, sizeof(bad));
	if (n < 0)
		return run_error(storm.run, n, "%s: %s", path, strerror(-n));
	err = dax_lazy_settled(storm.run, &lazy);
	if (err)
		return err;
	run_check(storm.run, "nothing-left", "",
		  n || lazy.populated || before->f_bfree != after->f_bfree ||
		  before->f_ffree != after->f_ffree ? VERDICT_FAIL : VERDICT_PASS,
		  "bad blocks: '%s' (must be none); without files %llu blocks and %llu inodes are "
		  "free (before: %llu and %llu); %" PRIu64 " pages of memmap are populated lazily "
		  "(must be 0)",
		  bad, (unsigned long long)after->f_bfree, (unsigned long long)after->f_ffree,
		  (unsigned long long)before->f_bfree, (unsigned long long)before->f_ffree,
		  lazy.populated);
	return 0;
}

static int one_storm(uint64_t seconds, bool whole)
{
	struct statvfs before = { 0 }, after = { 0 };
	int err = dax_volume_mount(storm.run, &storm.volume, STORM_POINT), late;

	if (err)
		return err;
	statvfs(STORM_POINT, &before);
	err = make_files();
	if (!err)
		err = rage(seconds, whole ? UINT64_MAX : WARM_UP_LEAST);
	report_verdicts(whole ? "whole" : "warm-up");
	if (whole)
		report_paths();
	remove_files();
	statvfs(STORM_POINT, &after);
	late = dax_volume_unmount(storm.run, STORM_POINT);
	err = err ? err : late;
	return err || !whole ? err : check_left(&before, &after);
}

/* A memmap that is populated lazily is still given back when it is no longer mapped. */
static int take_stock(struct dax_metadata *ret_metadata)
{
	const struct timespec wait = { .tv_nsec = REST_WAIT_NS };
	const char *source = "";
	unsigned int i;
	int err = 0;

	for (i = 0; i < REST_TRIES && !err; i++) {
		err = snapshot_settle(settler, &source);
		if (err)
			return run_error(storm.run, err, "%s: %s", source, strerror(-err));
		err = dax_metadata_read(storm.run, ret_metadata);
		if (!err && ret_metadata->memmap_pages == rest.memmap_pages)
			break;
		nanosleep(&wait, NULL);
	}
	return err;
}

/* The first storm fills caches, and what it leaves for good is no leak. */
static int storm_run(struct run *run)
{
	struct dax_metadata start, end;
	int err = one_storm(WARM_UP_S, false);

	if (!err)
		err = take_stock(&start);
	if (!err)
		err = one_storm(run_param_u64(run, "seconds"), true);
	if (!err)
		err = take_stock(&end);
	if (err)
		return err;
	dax_check_returned(run, "", &start, &end, false);
	return kmemleak_check(run);
}

static void storm_cleanup(struct run *run)
{
	(void)run;
	snapshot_reader_free(settler);
	if (!storm.volume.name[0])
		return;
	nd_device_unbind(&storm.volume);
	nd_device_free(&storm.volume);
}

static const char *const storm_config[] = {
	"CONFIG_X86_PMEM_LEGACY=y", "CONFIG_BLK_DEV_PMEM=y", "CONFIG_NVDIMM_PFN=y",
	"CONFIG_NVDIMM_DAX=y", "CONFIG_DEV_DAX_PMEM=y", "CONFIG_FS_DAX=y", "CONFIG_EXT4_FS=y",
	"CONFIG_MEMORY_FAILURE=y", "CONFIG_GUP_TEST=y", "CONFIG_IO_URING=y", "CONFIG_AIO=y",
	"CONFIG_BLK_DEV_RAM=y", "CONFIG_BLK_DEV_DM=y", "CONFIG_DM_DELAY=y", "CONFIG_MEMFD_CREATE=y",
	"CONFIG_PROC_PAGE_MONITOR=y", "CONFIG_IDLE_PAGE_TRACKING=y", "CONFIG_PROC_KCORE=y",
	"CONFIG_PTDUMP_DEBUGFS=y", "CONFIG_DEBUG_FS=y", NULL
};

const struct workload workload_dax_storm = {
	.name = "dax-storm",
	.help = "persistent memory mapped, pinned, truncated, poisoned and unbound at once, under "
		"walkers of page frames",
	.about = "Nine processes, and another for each removal. A storm of a second warms up what is "
		 "then taken stock of; the other goes on until everybody did his share, however slow "
		 "the machine is. All pages carry a content of their owner, number and version.\n"
		 "\n"
		 "`walkers`: device memory is `nopage` and nothing else in the per-page files, never "
		 "marked idle, and RAM is there; the memmap lies side by side, and as much of it is "
		 "mapped as there is with or without the second namespace. `content-verified`: files, "
		 "a file on blocks that others gave back, and a namespace after it was bound again. "
		 "`pins-kept`: a hole and a truncation wait for pages in a pipe and for direct reads, "
		 "a pipe holds what it held before, and io_uring may not pin pages of a file for "
		 "long. `poison-delivered`: the one signal is SIGBUS for memory that failed, with the "
		 "address; then neither a touch nor read() succeeds, until a write of the page. "
		 "`nothing-left`: no bad blocks, no blocks or inodes of the file system, no struct "
		 "pages that were populated lazily. `metadata-returns`: as in dax.",
	.kind = WORKLOAD_CHECK,
	.needs = { .config = storm_config, .cmdline = CMDLINE, .mem_mib = MEM_MIB, .cpus = 2,
		   .nodes = 2 },
	.params = storm_params,
	.checks = storm_checks,
	.deadline_s = 600,
	.setup = storm_setup,
	.run = storm_run,
	.cleanup = storm_cleanup,
};
