/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the processes of dax-storm are about: a file system on persistent memory, and a
 * namespace beside it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dax-metadata.h"
#include "dax-storm-actors.h"
#include "dax-volume.h"
#include "descriptor-array.h"
#include "ext4-format.h"
#include "run.h"
#include "sysfs.h"

#define FS_BYTES EXT4_FORMAT_STEP
#define PMD (2u << 20)

const struct storm_actor dax_storm_actors[STORM_ACTORS] = {
	[STORM_WALK] = { .name = "walk", .go = storm_walk, .check = "walkers",
			 .unit = "passes over all frames", .least = 2 },
	[STORM_DUMP] = { .name = "dump", .go = storm_dump, .check = "walkers",
			 .unit = "passes over memmap and page tables", .least = 2 },
	[STORM_FILE_1] = { .name = "file-1", .go = storm_file, .check = "content-verified",
			   .unit = "operations", .least = 256,
			   .more = "holes and truncations", .more_least = 1 },
	[STORM_FILE_2] = { .name = "file-2", .go = storm_file, .check = "content-verified",
			   .unit = "operations", .least = 256,
			   .more = "holes and truncations", .more_least = 1 },
	[STORM_GUP] = { .name = "gup", .go = storm_gup, .check = "pins-kept",
			.unit = "passes of pins", .least = 16,
			.more = "pages pinned", .more_least = 1 },
	[STORM_HOLD] = { .name = "hold", .go = storm_hold, .check = "pins-kept",
			 .unit = "removals that had to wait", .least = 8 },
	[STORM_REUSE] = { .name = "reuse", .go = storm_reuse, .check = "content-verified",
			  .unit = "files", .least = 4 },
	[STORM_POISON] = { .name = "poison", .go = storm_poison, .check = "poison-delivered",
			   .unit = "pages", .least = 8 },
	[STORM_CYCLE] = { .name = "cycle", .go = storm_cycle, .check = "content-verified",
			  .beside = "poison-delivered", .unit = "binds", .least = 4 },
};

/* --- set-up --- */

static int read_data_address(struct dax_storm *storm)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), "/sys/bus/nd/devices/%s/resource", storm->volume.name);
	err = sysfs_read_hex(path, &storm->data);
	return err ? run_error(storm->run, err, "%s: %s", path, strerror(-err)) : 0;
}

/* The page tables of the memmap without and with the other namespace. */
static int measure_mapped(struct dax_storm *storm)
{
	struct nd_device device;
	struct descriptor_array array;
	int err, late;

	err = descriptor_array_read("", run_job(storm->run), &array);
	if (err)
		return run_error(storm->run, err, "%s: %s", run_job(storm->run)->descriptor_ranges,
				 strerror(-err));
	storm->descriptors = array.start;
	err = storm_mapped(storm, &storm->mapped[0]);
	if (err)
		return run_error(storm->run, err, "page tables: %s", strerror(-err));
	err = storm_other_bind(storm, ND_PFN, &device);
	if (err)
		return run_error(storm->run, err, "%s: bind: %s", device.name, strerror(-err));
	err = storm_mapped(storm, &storm->mapped[1]);
	late = storm_other_unbind(storm, &device);
	return err ? err : late;
}

int dax_storm_setup(struct run *run, size_t pages, struct dax_storm *storm)
{
	struct nd_region region;
	int err;

	*storm = (struct dax_storm){ .run = run, .pages = pages };
	err = ram_map_load("/proc/iomem", &storm->ram);
	if (err)
		return run_error(run, err, "/proc/iomem: %s", strerror(-err));
	err = nd_region_find(run, DAX_STORM_OTHER_BYTES, &storm->other);
	if (!err)
		err = nd_region_find(run, DAX_STORM_VOLUME_BYTES, &region);
	if (!err)
		err = nd_device_new(run, &region, ND_PFN, PMD, &storm->volume);
	if (err)
		return err;
	err = nd_device_bind(&storm->volume);
	if (err)
		return run_error(run, err, "%s: bind: %s", storm->volume.name, strerror(-err));
	err = read_data_address(storm);
	if (!err)
		err = measure_mapped(storm);
	return err ? err : dax_volume_format(run, &storm->volume, FS_BYTES);
}

void dax_storm_cleanup(struct dax_storm *storm)
{
	if (!storm->volume.name[0])
		return;
	nd_device_unbind(&storm->volume);
	nd_device_free(&storm->volume);
}

/* --- before and after a storm --- */

static int make_files(struct dax_storm *storm)
{
	struct dax_pages pages = { .nr = storm->pages };
	char path[64];
	unsigned int i;
	int err = 0;

	for (i = STORM_FILE_1; i <= STORM_FILE_2 && !err; i++) {
		snprintf(path, sizeof(path), STORM_FILE "%u", i);
		err = dax_pages_open(&pages, path);
		dax_pages_unmap(&pages);
	}
	if (err)
		return run_error(storm->run, err, "%s: %s", path, strerror(-err));
	/* So little is left that what one gives back another gets. */
	return dax_volume_take(storm->run, STORM_POINT "/rest",
			       (3 * storm->pages * 3 / 2 + 128) * CONTENT_PAGE);
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

int dax_storm_begin(struct dax_storm *storm)
{
	int err = dax_volume_mount(storm->run, &storm->volume, STORM_POINT);

	if (err)
		return err;
	statvfs(STORM_POINT, &storm->before);
	return make_files(storm);
}

int dax_storm_end(struct dax_storm *storm)
{
	remove_files();
	statvfs(STORM_POINT, &storm->after);
	return dax_volume_unmount(storm->run, STORM_POINT);
}

/* All struct pages are idle once nothing is mapped, while the device is bound still. */
int dax_storm_check_left(struct dax_storm *storm, const char *labels)
{
	const struct statvfs *before = &storm->before, *after = &storm->after;
	char path[64], bad[128] = "";
	struct lazy_memmap lazy;
	int n, err;

	snprintf(path, sizeof(path), "/sys/block/pmem%u/badblocks", storm->volume.region.id);
	n = sysfs_read(path, bad, sizeof(bad));
	if (n < 0)
		return run_error(storm->run, n, "%s: %s", path, strerror(-n));
	err = dax_lazy_settled(storm->run, &lazy);
	if (err)
		return err;
	run_check(storm->run, "nothing-left", labels,
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
