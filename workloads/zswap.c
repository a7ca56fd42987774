/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload zswap: what storing a page in zswap and loading it back costs, and how
 * densely the pool holds pages, by class of content. Each page is paged out alone
 * (MADV_PAGEOUT) and faulted back alone (one load), both timed.
 *
 * In 6.12 pages of zeroes never reach zswap (mm/page_io.c keeps a bit for each),
 * pages of another repeated word are compressed like any other, and pages the
 * compressor cannot shrink below a page are rejected and go to the swap device:
 * for content=random, store and load are the price of being rejected.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "content.h"
#include "placement.h"
#include "swap-device.h"
#include "sysfs.h"
#include "table.h"
#include "zswap-counters.h"
#include "zswap-setup.h"

#define PAGE 4096
#define WARM_UP_PAGES 64

static const struct workload_param zswap_params[] = {
	{ .name = "compressor", .help = "zswap's compressor", .def = "lzo",
	  .choices = zswap_compressors, .quick = "lzo,lz4,zstd", .full = "lzo,lz4,zstd" },
	{ .name = "pool", .help = "zswap's pool of compressed pages", .def = "zsmalloc",
	  .choices = zswap_pools, .quick = "zsmalloc,zbud", .full = "zsmalloc,zbud,z3fold" },
	{ .name = "pages", .help = "pages of each class of content", .def = "1024",
	  .min = 64, .max = 16384, .quick = "1024", .full = "8192" },
	PLACEMENT_PARAM,
	{ .name = NULL }
};

static const struct metric zswap_metrics[] = {
	{ .name = "store",
	  .help = "MADV_PAGEOUT of one page (content=random: rejected, to the swap device)",
	  .series = "store", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "store_mean",
	  .help = "the same, mean",
	  .series = "store", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "store_p99",
	  .help = "the same, 99th percentile",
	  .series = "store", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "load",
	  .help = "fault that brings one page back (content=random: from the swap device)",
	  .series = "load", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "load_mean",
	  .help = "the same, mean",
	  .series = "load", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "load_p99",
	  .help = "the same, 99th percentile",
	  .series = "load", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "density",
	  .help = "bytes stored / bytes of the pool",
	  .series = "density", .unit = UNIT_RATIO, .direction = DIR_HIGHER, .combine = COMBINE_MEDIAN },
	{ .name = "pool_bytes",
	  .help = "bytes of the pool when it holds all pages",
	  .series = "pool_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "stored_pages",
	  .help = "pages the pool holds then",
	  .series = "stored_pages", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const zswap_checks[] = { "content-verified", "really-in-zswap", NULL };

static void zswap_place(const struct job *job, struct workload_needs *needs)
{
	zswap_adapt(job, needs);
	placement_adapt(job, needs);
}

static int zswap_setup(struct run *run)
{
	int err = zswap_swap_on(run, run_param_u64(run, "pages"));

	return err ? err : placement_set(run);
}

/**
 * struct pass - one class of content, stored and loaded once
 * @run: the run
 * @content: the class
 * @maker: makes it
 * @nr: pages
 * @page: the first of them; one more follows, never touched
 * @store: @nr samples
 * @load: @nr samples
 * @start: counters before
 * @stored: counters when all were paged out
 * @loaded: counters when all were back
 * @on_node: pages of the pool by node when all were paged out
 * @seen: where the pages were when they were back
 */
struct pass {
	struct run *run;
	enum content content;
	struct content_maker *maker;
	size_t nr;
	uint8_t *page;
	uint64_t *store;
	uint64_t *load;
	struct zswap_counters start;
	struct zswap_counters stored;
	struct zswap_counters loaded;
	uint64_t on_node[2];
	struct placement_seen seen;
};

static void *map(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static void pass_free(struct pass *pass)
{
	if (pass->page)
		munmap(pass->page, (pass->nr + 1) * PAGE);
	if (pass->store)
		munmap(pass->store, 2 * pass->nr * sizeof(*pass->store));
	content_maker_free(pass->maker);
}

/* The sample arrays are locked: a fault on one would be timed as one of the pages'. */
static int pass_init(struct pass *pass, struct run *run, enum content content, size_t nr)
{
	size_t bytes = 2 * nr * sizeof(*pass->store);

	memset(pass, 0, sizeof(*pass));
	pass->run = run;
	pass->content = content;
	pass->nr = nr;
	pass->maker = content_maker_new(content, run_seed(run));
	pass->page = map((nr + 1) * PAGE);
	pass->store = map(bytes);
	if (!pass->maker || !pass->page || !pass->store) {
		pass_free(pass);
		return run_error(run, -ENOMEM, "no memory for %zu pages", nr);
	}
	pass->load = pass->store + nr;
	if (mlock(pass->store, bytes) || madvise(pass->page, (nr + 1) * PAGE, MADV_NOHUGEPAGE)) {
		pass_free(pass);
		return run_error(run, -errno, "mlock or madvise: %s", strerror(errno));
	}
	return 0;
}

/*
 * New pages wait in a batch per CPU before they are on an LRU list, where reclaim
 * can take them. MADV_PAGEOUT drains the batch first (mm/madvise.c), so one call
 * on a page that was never touched settles them outside of what is timed.
 */
static int fill(struct pass *pass)
{
	size_t i;

	for (i = 0; i < pass->nr; i++)
		content_fill(pass->maker, i, pass->page + i * PAGE);
	if (madvise(pass->page + pass->nr * PAGE, PAGE, MADV_PAGEOUT))
		return run_error(pass->run, -errno, "madvise(MADV_PAGEOUT): %s", strerror(errno));
	return 0;
}

static int store(struct pass *pass)
{
	uint64_t start;
	size_t i;

	for (i = 0; i < pass->nr; i++) {
		start = run_begin(pass->run);
		if (madvise(pass->page + i * PAGE, PAGE, MADV_PAGEOUT))
			return run_error(pass->run, -errno, "madvise(MADV_PAGEOUT): %s",
					 strerror(errno));
		pass->store[i] = run_end(pass->run, start);
	}
	return 0;
}

static void load(struct pass *pass)
{
	uint64_t start;
	size_t i;

	for (i = 0; i < pass->nr; i++) {
		start = run_begin(pass->run);
		*(volatile uint8_t *)(pass->page + i * PAGE);
		pass->load[i] = run_end(pass->run, start);
	}
}

/* The other pools are counted nowhere by node. */
static bool pool_is_counted(const struct pass *pass)
{
	return placement_is_given(pass->run) && pass->content != CONTENT_RANDOM &&
	       !strcmp(run_param(pass->run, "pool"), "zsmalloc");
}

static int count_pool(struct pass *pass)
{
	char path[64];
	int node, err;

	if (!pool_is_counted(pass))
		return 0;
	/* Folds in what waits per CPU. */
	err = sysfs_write("/proc/sys/vm/stat_refresh", "1");
	for (node = 0; node < 2 && !err; node++) {
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/vmstat", node);
		err = sysfs_field(path, "nr_zspages", &pass->on_node[node]);
	}
	return err ? run_error(pass->run, err, "nr_zspages of a node: %s", strerror(-err)) : 0;
}

static int pass_measure(struct pass *pass)
{
	int err;

	err = fill(pass);
	if (!err)
		err = zswap_counters_take(pass->run, &pass->start);
	if (!err)
		err = store(pass);
	if (!err)
		err = zswap_counters_take(pass->run, &pass->stored);
	if (!err)
		err = count_pool(pass);
	if (err)
		return err;
	/* Pages that are all the same take no memory of a pool, random ones stay out of it. */
	if (pass->content == CONTENT_TEXT && pass->nr > WARM_UP_PAGES)
		run_loaded(pass->run);
	load(pass);
	err = zswap_counters_take(pass->run, &pass->loaded);
	return err ? err : placement_look(pass->run, pass->page, pass->nr, PAGE, &pass->seen);
}

static void check_nodes(const struct pass *pass)
{
	uint64_t pool = pass->stored.value[ZC_POOL_BYTES] / PAGE;
	char labels[64];
	bool right;

	snprintf(labels, sizeof(labels), "content=%s,of=pages", content_name(pass->content));
	placement_check(pass->run, labels, &pass->seen, pass->nr, 0);
	if (!pool_is_counted(pass))
		return;
	right = placement_split(run_param(pass->run, "placement"), pass->on_node) &&
		pass->on_node[0] + pass->on_node[1] == pool;
	snprintf(labels, sizeof(labels), "content=%s,of=pool", content_name(pass->content));
	run_check(pass->run, "memory-on-node", labels, right ? VERDICT_PASS : VERDICT_FAIL,
		  "%s: of the pool's %llu pages, %llu are on node 0, %llu on node 1",
		  run_param(pass->run, "placement"), (unsigned long long)pool,
		  (unsigned long long)pass->on_node[0], (unsigned long long)pass->on_node[1]);
}

static void check_content(struct pass *pass, const char *labels)
{
	size_t i, bad = 0, first = 0;
	int offset, first_offset = 0;

	for (i = 0; i < pass->nr; i++) {
		offset = content_differs(pass->maker, i, pass->page + i * PAGE);
		if (offset < 0)
			continue;
		if (!bad++) {
			first = i;
			first_offset = offset;
		}
	}
	if (bad)
		run_check(pass->run, "content-verified", labels, VERDICT_FAIL,
			  "%zu of %zu pages came back wrong, the first is page %zu at byte %d",
			  bad, pass->nr, first, first_offset);
	else
		run_check(pass->run, "content-verified", labels, VERDICT_PASS,
			  "all %d bytes of %zu pages came back right", PAGE, pass->nr);
}

/*
 * Rejects are counted as poor or as failed, depending on the compressor: some
 * report output larger than a page as an error, the pool reports it as ENOSPC.
 */
static unsigned int check_rejects(const struct pass *pass, uint64_t expected, char *text,
				  size_t size)
{
	uint64_t poor = pass->stored.value[ZC_REJECT_POOR] - pass->start.value[ZC_REJECT_POOR];
	uint64_t fail = pass->stored.value[ZC_REJECT_FAIL] - pass->start.value[ZC_REJECT_FAIL];
	size_t used = strlen(text);

	snprintf(text + used, size - used, ", rejected %llu (poor) + %llu (failed)",
		 (unsigned long long)poor, (unsigned long long)fail);
	used = strlen(text);
	if (poor + fail == expected)
		return 0;
	snprintf(text + used, size - used, " (must be %llu)", (unsigned long long)expected);
	return 1;
}

static void check_places(struct pass *pass, const char *labels)
{
	bool in_zswap = pass->content != CONTENT_RANDOM;
	int64_t nr = (int64_t)pass->nr, stored = in_zswap ? nr : 0, swapped = nr - stored;
	const struct zswap_expect out[] = {
		{ ZC_ZSWPOUT, stored }, { ZC_STORED, stored }, { ZC_PSWPOUT, swapped },
		{ ZC_SWPOUT_ZERO, 0 }, { ZC_REJECT_OTHER, 0 }, { ZC_WRITTEN_BACK, 0 },
	};
	const struct zswap_expect in[] = {
		{ ZC_ZSWPIN, stored }, { ZC_STORED, -stored }, { ZC_PSWPIN, swapped },
		{ ZC_WRITTEN_BACK, 0 },
	};
	char text_out[512] = "", text_in[512] = "";
	unsigned int wrong;

	wrong = zswap_counters_check(&pass->start, &pass->stored, out,
				     sizeof(out) / sizeof(out[0]), text_out, sizeof(text_out));
	wrong += check_rejects(pass, (uint64_t)swapped, text_out, sizeof(text_out));
	wrong += zswap_counters_check(&pass->stored, &pass->loaded, in,
				      sizeof(in) / sizeof(in[0]), text_in, sizeof(text_in));
	run_check(pass->run, "really-in-zswap", labels, wrong ? VERDICT_FAIL : VERDICT_PASS,
		  "%s; paging %zu pages out: %s; loading them: %s",
		  in_zswap ? "every page must go into zswap" :
		  "every page must be rejected and go to the swap device",
		  pass->nr, text_out, text_in);
}

static void record(struct pass *pass, const char *labels)
{
	uint64_t pool = pass->stored.value[ZC_POOL_BYTES], pages = pass->stored.value[ZC_STORED];

	run_times(pass->run, "store", labels, pass->store, pass->nr);
	run_times(pass->run, "load", labels, pass->load, pass->nr);
	/* An empty pool has no density; that pages were rejected is what the check says. */
	if (!pages || !pool)
		return;
	run_value(pass->run, "pool_bytes", labels, pool);
	run_value(pass->run, "stored_pages", labels, pages);
	run_value(pass->run, "density", labels, pages * PAGE * 1000000 / pool);
}

static int measure(struct run *run, enum content content)
{
	char labels[64];
	struct pass pass;
	int err;

	snprintf(labels, sizeof(labels), "content=%s", content_name(content));
	run_phase(run, "%s", labels);
	err = pass_init(&pass, run, content, run_param_u64(run, "pages"));
	if (err)
		return err;
	err = pass_measure(&pass);
	if (!err) {
		record(&pass, labels);
		check_places(&pass, labels);
		check_nodes(&pass);
		check_content(&pass, labels);
	}
	pass_free(&pass);
	return err;
}

/* First use fills slab caches and maps code; it belongs to no operation. */
static int warm_up(struct run *run, enum content content)
{
	struct pass pass;
	int err;

	run_phase(run, "warm-up %s", content_name(content));
	err = pass_init(&pass, run, content, WARM_UP_PAGES);
	if (err)
		return err;
	err = pass_measure(&pass);
	pass_free(&pass);
	return err;
}

static int zswap_run(struct run *run)
{
	int content, err = 0;

	for (content = 0; content < CONTENT_NR && !err; content++)
		err = warm_up(run, (enum content)content);
	for (content = 0; content < CONTENT_NR && !err; content++)
		err = measure(run, (enum content)content);
	return err;
}

static void zswap_cleanup(struct run *run)
{
	(void)run;
	swap_device_off();
}

const struct workload workload_zswap = {
	.name = "zswap",
	.help = "store and load latency of zswap, and the density of its pool",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = zswap_config, .mem_mib = 512, .cpus = 1, .nodes = 1 },
	.params = zswap_params,
	.metrics = zswap_metrics,
	.checks = zswap_checks,
	.deadline_s = 60,
	.adapt = zswap_place,
	.setup = zswap_setup,
	.run = zswap_run,
	.cleanup = zswap_cleanup,
};
