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
#include <string.h>
#include <time.h>

#include "dax-metadata.h"
#include "dax-storm-actors.h"
#include "kmemleak.h"
#include "run.h"
#include "snapshot.h"
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
#define WARM_UP_S 1
#define WARM_UP_LEAST 2
#define REST_TRIES 100
#define REST_WAIT_NS 100000000

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

static struct dax_storm storm;
static struct storm_crew crew;
static struct snapshot_reader *settler;
static struct dax_metadata rest;	/* before anything was mapped */

static int storm_setup(struct run *run)
{
	const char *source = "";
	int err;

	err = storm_crew_new(run, &crew);
	if (err)
		return err;
	storm_crew_add(&crew, dax_storm_actors, STORM_ACTORS, &storm);
	err = snapshot_reader_new(NULL, &settler, &source);
	if (err)
		return run_error(run, err, "%s: %s", source, strerror(-err));
	err = dax_storm_setup(run, run_param_u64(run, "pages"), &storm);
	return err ? err : dax_metadata_read(run, &rest);
}

static int one_storm(uint64_t seconds, bool whole)
{
	int err = dax_storm_begin(&storm), late;

	if (!err)
		err = storm_crew_rage(&crew, seconds, whole ? UINT64_MAX : WARM_UP_LEAST);
	storm_crew_report(&crew, whole ? "storm=whole" : "storm=warm-up");
	if (whole)
		storm_crew_report_paths(&crew);
	storm_crew_forget(&crew);
	late = dax_storm_end(&storm);
	err = err ? err : late;
	return err || !whole ? err : dax_storm_check_left(&storm, "");
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
	dax_storm_cleanup(&storm);
	storm_crew_free(&crew);
}

static const char *const storm_config[] = { DAX_STORM_CONFIG, NULL };

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
	.lasts = "seconds",
	.setup = storm_setup,
	.run = storm_run,
	.cleanup = storm_cleanup,
};
