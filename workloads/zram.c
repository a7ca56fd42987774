/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload zram: what writing a page to zram costs, reading it back, overwriting it and
 * discarding it, each by one direct I/O of a page, and what the pool takes. Of the two
 * users of zsmalloc it is the one without swap: nothing but the block layer lies between
 * the call and the pool.
 *
 * The lengths that pages compress to are spread over all size classes (swap-pages.h), so
 * that one series goes through small, large and, where a page does not shrink, huge
 * objects.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sysfs.h"
#include "table.h"
#include "zram-disk.h"
#include "zsmalloc-stat.h"
#include "zswap-setup.h"

#define PAGE SWAP_PAGES_SIZE
#define WARM_UP_PAGES 64u

static const struct workload_param zram_params[] = {
	{ .name = "compressor", .help = "zram's compressor", .def = "lzo",
	  .choices = zswap_compressors, .full = "lzo,lz4,zstd" },
	{ .name = "pages", .help = "pages of the disk", .def = "2048",
	  .min = 256, .max = 32768, .quick = "2048", .full = "8192" },
	{ .name = NULL }
};

static const struct metric zram_metrics[] = {
	{ .name = "write",
	  .help = "pwrite() of one page to where there is none",
	  .series = "write", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "write_p99",
	  .help = "the same, 99th percentile",
	  .series = "write", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "read",
	  .help = "pread() of one page",
	  .series = "read", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "read_p99",
	  .help = "the same, 99th percentile",
	  .series = "read", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "overwrite",
	  .help = "pwrite() of one page in place of another",
	  .series = "overwrite", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "overwrite_p99",
	  .help = "the same, 99th percentile",
	  .series = "overwrite", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "discard",
	  .help = "BLKDISCARD of one page",
	  .series = "discard", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "discard_p99",
	  .help = "the same, 99th percentile",
	  .series = "discard", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "pool_bytes",
	  .help = "bytes of the pool when the disk is full",
	  .series = "pool_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "zspage_bytes",
	  .help = "bytes of the pool's descriptors (struct zspage) then",
	  .series = "zspage_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const zram_checks[] = { "content-verified", "really-in-zram", NULL };

static struct zram_disk disk = { .fd = -1 };

static int zram_setup(struct run *run)
{
	return zram_disk_open(run, run_param(run, "compressor"), 0, run_param_u64(run, "pages"),
			      &disk);
}

/**
 * struct operation - something that is done to each page
 * @series: name of its samples
 * @prepare: not timed; may be NULL
 * @act: timed
 */
struct operation {
	const char *series;
	void (*prepare)(struct zram_disk *disk, uint64_t i);
	int (*act)(struct zram_disk *disk, uint64_t i);
};

static const struct operation op_write = { "write", zram_disk_make, zram_disk_put };
static const struct operation op_read = { "read", NULL, zram_disk_get };
static const struct operation op_overwrite = { "overwrite", zram_disk_make, zram_disk_put };
static const struct operation op_discard = { "discard", NULL, zram_disk_drop };

static int each(struct run *run, const struct operation *op, size_t nr)
{
	uint64_t from, i;
	size_t k;
	int err = 0;

	run_phase(run, "%s", op->series);
	for (k = 0; k < nr && !err; k++) {
		i = disk.pages.order[k];
		if (op->prepare)
			op->prepare(&disk, i);
		from = run_begin(run);
		err = op->act(&disk, i);
		disk.pages.sample[k] = run_end(run, from);
	}
	return err;
}

static int measure(struct run *run, const struct operation *op)
{
	int err = each(run, op, disk.pages.nr);

	if (!err)
		run_times(run, op->series, "", disk.pages.sample, disk.pages.nr);
	return err;
}

static int verify(struct run *run, const char *labels)
{
	struct swap_verdict verdict = { 0 };
	size_t i;
	int err = 0;

	for (i = 0; i < disk.pages.nr && !err; i++)
		err = zram_disk_compare(&disk, disk.pages.order[i], &verdict);
	if (!err)
		run_check(run, "content-verified", labels,
			  verdict.wrong ? VERDICT_FAIL : VERDICT_PASS,
			  "%zu pages of %d bytes came back right, %zu did not%s%s", verdict.right,
			  PAGE, verdict.wrong, verdict.wrong ? ": " : "", verdict.first);
	return err;
}

/* mm_stat: bytes of pages that are stored, ... (Documentation/admin-guide/blockdev/zram.rst). */
static int stored_bytes(struct run *run, uint64_t *ret_bytes)
{
	char text[256];
	int err = sysfs_read(ZRAM_DISK_SYSFS "mm_stat", text, sizeof(text));

	if (err < 0)
		return run_error(run, err, ZRAM_DISK_SYSFS "mm_stat: %s", strerror(-err));
	if (sscanf(text, "%" SCNu64, ret_bytes) != 1)
		return run_error(run, -EBADMSG, ZRAM_DISK_SYSFS "mm_stat: '%s'", text);
	return 0;
}

/* @pages: that must be stored; each of them is an object of the pool. */
static int look(struct run *run, const char *labels, uint64_t pages)
{
	struct zsmalloc_stat stat;
	uint64_t bytes = 0, zspages = 0;
	int err = zsmalloc_stat_read(run, "zram", &stat);

	if (!err)
		err = zsmalloc_stat_zspage_bytes(run, &stat, &zspages);
	if (!err)
		err = stored_bytes(run, &bytes);
	if (err)
		return err;
	run_check(run, "really-in-zram", labels,
		  bytes == pages * PAGE && stat.used == pages ? VERDICT_PASS : VERDICT_FAIL,
		  "zram says it stores %" PRIu64 " bytes (must be %" PRIu64 "), its pool has %" PRIu64
		  " objects (must be %" PRIu64 ") in %" PRIu64 " pages", bytes, pages * PAGE,
		  stat.used, pages, stat.pages);
	if (!pages)
		return 0;
	run_value(run, "pool_bytes", "", stat.pages * PAGE);
	run_value(run, "zspage_bytes", "", zspages);
	return 0;
}

/* First use fills slab caches and maps code; it belongs to no operation. */
static int warm_up(struct run *run)
{
	static const struct operation *const all[] = {
		&op_write, &op_read, &op_overwrite, &op_discard,
	};
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(all) / sizeof(all[0]) && !err; i++)
		err = each(run, all[i], WARM_UP_PAGES);
	return err;
}

static int zram_run(struct run *run)
{
	int err = warm_up(run);

	if (!err)
		err = measure(run, &op_write);
	if (!err)
		err = look(run, "disk=full", disk.pages.nr);
	if (!err)
		run_loaded(run);
	if (!err)
		err = measure(run, &op_read);
	if (!err)
		err = verify(run, "after=write");
	if (!err)
		err = measure(run, &op_overwrite);
	if (!err)
		err = verify(run, "after=overwrite");
	if (!err)
		err = measure(run, &op_discard);
	if (!err)
		err = verify(run, "after=discard");
	return err ? err : look(run, "disk=empty", 0);
}

static void zram_cleanup(struct run *run)
{
	(void)run;
	zram_disk_close(&disk);
}

static const char *const zram_config[] = {
	"CONFIG_ZRAM=y", "CONFIG_ZSMALLOC=y", "CONFIG_ZSMALLOC_STAT=y", "CONFIG_DEBUG_FS=y",
	"CONFIG_ZRAM_BACKEND_LZO=y", "CONFIG_ZRAM_BACKEND_LZ4=y", "CONFIG_ZRAM_BACKEND_ZSTD=y",
	NULL
};

const struct workload workload_zram = {
	.name = "zram",
	.help = "writing, reading, overwriting and discarding pages of zram, and what its pool takes",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = zram_config, .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.params = zram_params,
	.metrics = zram_metrics,
	.checks = zram_checks,
	.deadline_s = 60,
	.setup = zram_setup,
	.run = zram_run,
	.cleanup = zram_cleanup,
};
