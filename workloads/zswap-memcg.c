/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload zswap-memcg: a process that needs more memory than its cgroup may have.
 * Reclaim on its own faults swaps its pages out; zswap has a limit of the cgroup, too,
 * so that some pages are stored, some refused and some written back. Another cgroup
 * has pages in zswap all the while, and must not lose one of them.
 *
 * In 6.12 a page that finds zswap at the cgroup's limit makes one step along the list
 * of the cgroup's pages in zswap: a step onto a page that was not looked at before
 * only takes away its second chance, and then the new page goes to the swap device.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cgroup.h"
#include "prng.h"
#include "swap-device.h"
#include "swap-pages.h"
#include "table.h"
#include "tlb.h"
#include "zswap-counters.h"
#include "zswap-setup.h"

#define NEIGHBOUR_PAGES 128
/*
 * Memory that reclaim itself needs is charged beyond the limit (PF_MEMALLOC): for each
 * page of the batch at hand (SWAP_CLUSTER_MAX, 32) the object it is compressed into,
 * less than a page each, and a page that is written back from zswap. What reclaim
 * frees comes off at the batch's end only.
 */
#define OVERRUN_PAGES (2 * 32)
/*
 * zswap's limit is one of pages more than of bytes: at the limit a new page takes the
 * place of the oldest, whatever their sizes. Sizes are drawn evenly from 64 to 3500
 * bytes, so what n pages take has a standard deviation of 0.55 / sqrt(n) of itself. For
 * the fewest pages the parameters allow (512 pages, a tenth of it: 117) a quarter is
 * five times that.
 */
#define ZSWAP_OVERRUN(limit) ((limit) / 4)

static const struct workload_param memcg_params[] = {
	{ .name = "compressor", .help = "zswap's compressor", .def = "lzo",
	  .choices = zswap_compressors, .full = "lzo,zstd" },
	{ .name = "pool", .help = "zswap's pool of compressed pages", .def = "zsmalloc",
	  .choices = zswap_pools, .full = "zsmalloc,zbud,z3fold" },
	{ .name = "pages", .help = "pages the process needs", .def = "1024",
	  .min = 512, .max = 16384, .quick = "1024", .full = "4096" },
	{ .name = "limit", .help = "memory.max, in hundredths of that", .def = "50",
	  .min = 40, .max = 100, .full = "50,75" },
	{ .name = "zswap_limit", .help = "memory.zswap.max, in hundredths of that", .def = "10",
	  .min = 1, .max = 100, .full = "3,6" },
	{ .name = NULL }
};

static const struct metric memcg_metrics[] = {
	{ .name = "touch",
	  .help = "first write to one page, reclaim of others included",
	  .series = "touch", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "touch_mean",
	  .help = "the same, mean",
	  .series = "touch", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "touch_p99",
	  .help = "the same, 99th percentile",
	  .series = "touch", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "access",
	  .help = "access to one page, drawn at random, of which not all are in memory",
	  .series = "access", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "access_mean",
	  .help = "the same, mean",
	  .series = "access", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "access_p99",
	  .help = "the same, 99th percentile",
	  .series = "access", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "access_p999",
	  .help = "the same, 99.9th percentile",
	  .series = "access", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P999 },
	{ .name = "peak_bytes",
	  .help = "memory.peak",
	  .series = "peak_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER, .combine = COMBINE_MAX },
	{ .name = "loads",
	  .help = "pages loaded from zswap",
	  .series = "loads", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
	{ .name = "stores",
	  .help = "pages stored in zswap",
	  .series = "stores", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
	{ .name = "written_back",
	  .help = "pages written back for the cgroup's limit of zswap",
	  .series = "written_back", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const memcg_checks[] = {
	"content-verified", "limit-held", "zswap-limit-held", "counted-by-cgroup", "nothing-lost",
	"neighbour-untouched", NULL
};

/**
 * struct pressure - one cell
 * @run: the run
 * @group: what is limited
 * @neighbour: another group
 * @pages: pages of @group
 * @others: pages of @neighbour
 * @limit: memory.max, bytes
 * @zswap_limit: memory.zswap.max, bytes
 * @zswap_peak: largest memory.zswap.current seen
 * @start: counters before the first touch
 */
struct pressure {
	struct run *run;
	struct cgroup group;
	struct cgroup neighbour;
	struct swap_pages pages;
	struct swap_pages others;
	uint64_t limit;
	uint64_t zswap_limit;
	uint64_t zswap_peak;
	struct zswap_counters start;
};

static struct pressure cell;

static int set_limit(struct pressure *p, const char *file, const char *param, uint64_t *ret_bytes)
{
	uint64_t bytes = p->pages.nr * run_param_u64(p->run, param) / 100 * SWAP_PAGES_SIZE;
	char text[32];
	int err;

	snprintf(text, sizeof(text), "%" PRIu64, bytes);
	err = cgroup_write(p->run, &p->group, file, text);
	if (!err)
		*ret_bytes = bytes;
	return err;
}

static int memcg_setup(struct run *run)
{
	uint64_t nr = run_param_u64(run, "pages");
	int err;

	cell = (struct pressure){ .run = run };
	err = zswap_swap_on(run, nr + NEIGHBOUR_PAGES);
	if (!err)
		err = tlb_prepare(run);
	if (!err)
		err = cgroup_new(run, "zswap-limited", &cell.group);
	if (!err)
		err = cgroup_new(run, "zswap-neighbour", &cell.neighbour);
	if (!err)
		err = swap_pages_new(run, 0, nr, &cell.pages);
	if (!err)
		err = swap_pages_new(run, 1, NEIGHBOUR_PAGES, &cell.others);
	if (!err)
		err = set_limit(&cell, "memory.max", "limit", &cell.limit);
	return err ? err : set_limit(&cell, "memory.zswap.max", "zswap_limit", &cell.zswap_limit);
}

static int settle_neighbour(struct pressure *p)
{
	size_t i;
	int err;

	run_phase(p->run, "neighbour");
	err = cgroup_enter(p->run, &p->neighbour);
	if (!err)
		err = swap_pages_fill(&p->others);
	for (i = 0; i < p->others.nr && !err; i++)
		err = swap_pages_out(&p->others, i);
	return err;
}

/* The file lags; asked after every page it would be all that is done. */
static int watch_zswap(struct pressure *p, size_t i)
{
	uint64_t now;
	int err;

	if (i % 16)
		return 0;
	err = cgroup_stat(p->run, &p->group, "zswap", &now);
	if (!err && now > p->zswap_peak)
		p->zswap_peak = now;
	return err;
}

/* Contents are made before, so that what is timed is a copy and what it causes. */
static int touch_all(struct pressure *p)
{
	struct swap_pages *pages = &p->pages;
	uint8_t made[SWAP_PAGES_SIZE];
	uint64_t from;
	size_t i;
	int err = 0;

	run_phase(p->run, "touch");
	for (i = 0; i < pages->nr && !err; i++) {
		swap_pages_make(pages, i, 1, made);
		pages->version[i] = 1;
		from = run_begin(p->run);
		memcpy(swap_pages_at(pages, i), made, sizeof(made));
		pages->sample[i] = run_end(p->run, from);
		tlb_forget();
		err = watch_zswap(p, i);
	}
	if (!err)
		run_times(p->run, "touch", "", pages->sample, pages->nr);
	return err;
}

/* Every access compares the page; every other one then writes its next version. */
static int access_randomly(struct pressure *p, struct swap_verdict *verdict)
{
	struct swap_pages *pages = &p->pages;
	uint64_t state = pages->seed, from;
	size_t k, i;
	int err = 0;

	run_phase(p->run, "access");
	for (k = 0; k < pages->nr && !err; k++) {
		i = (size_t)prng_below(&state, pages->nr);
		from = run_begin(p->run);
		*(volatile uint8_t *)swap_pages_at(pages, i);
		pages->sample[k] = run_end(p->run, from);
		swap_pages_compare(pages, i, swap_pages_at(pages, i), verdict);
		if (prng_next(&state) & 1)
			swap_pages_write(pages, i);
		tlb_forget();
		err = watch_zswap(p, k);
	}
	if (!err)
		run_times(p->run, "access", "", pages->sample, pages->nr);
	return err;
}

static int check_limits(struct pressure *p)
{
	uint64_t peak, hits, kills;
	bool held;
	int err;

	err = cgroup_read(p->run, &p->group, "memory.peak", &peak);
	if (!err)
		err = cgroup_field(p->run, &p->group, "memory.events", "max", &hits);
	if (!err)
		err = cgroup_field(p->run, &p->group, "memory.events", "oom_kill", &kills);
	if (err)
		return err;
	run_value(p->run, "peak_bytes", "", peak);
	held = peak <= p->limit + OVERRUN_PAGES * SWAP_PAGES_SIZE;
	run_check(p->run, "limit-held", "", held && hits && !kills ? VERDICT_PASS : VERDICT_FAIL,
		  "memory.peak %" PRIu64 ", memory.max %" PRIu64 ", %d pages of reclaim's own may "
		  "come on top; the limit was hit %" PRIu64 " times (must be some), %" PRIu64
		  " processes killed", peak, p->limit, OVERRUN_PAGES, hits, kills);
	held = p->zswap_peak < p->zswap_limit + ZSWAP_OVERRUN(p->zswap_limit);
	hits = p->zswap_peak >= p->zswap_limit;
	run_check(p->run, "zswap-limit-held", "", held && hits ? VERDICT_PASS : VERDICT_FAIL,
		  "memory.stat zswap at most %" PRIu64 ", memory.zswap.max %" PRIu64
		  " (must be reached), %" PRIu64 " may come on top", p->zswap_peak, p->zswap_limit,
		  ZSWAP_OVERRUN(p->zswap_limit));
	return 0;
}

static int check_counts(struct pressure *p)
{
	static const struct { const char *key; enum zswap_counter counter; } both[] = {
		{ "zswpout", ZC_ZSWPOUT }, { "zswpin", ZC_ZSWPIN }, { "zswpwb", ZC_WRITTEN_BACK },
	};
	uint64_t group[3], system[3], stored, all;
	struct zswap_counters end;
	bool equal = true;
	size_t i;
	int err;

	err = zswap_counters_take(p->run, &end);
	for (i = 0; i < 3 && !err; i++) {
		err = cgroup_stat(p->run, &p->group, both[i].key, &group[i]);
		system[i] = zswap_counters_change(&p->start, &end, both[i].counter);
		equal = equal && group[i] == system[i];
	}
	if (!err)
		err = cgroup_field(p->run, &p->group, "memory.stat", "zswapped", &stored);
	if (err)
		return err;
	run_value(p->run, "stores", "", system[0]);
	run_value(p->run, "loads", "", system[1]);
	run_value(p->run, "written_back", "", system[2]);
	run_check(p->run, "counted-by-cgroup", "",
		  equal && group[0] && group[1] && group[2] ? VERDICT_PASS : VERDICT_FAIL,
		  "zswpout %" PRIu64 " and %" PRIu64 " in the whole system, zswpin %" PRIu64 " and %"
		  PRIu64 ", zswpwb %" PRIu64 " and %" PRIu64 " (must be equal, and some)", group[0],
		  system[0], group[1], system[1], group[2], system[2]);
	/* A page leaves zswap when it is loaded or written back; none was freed. */
	all = system[0] - system[1] - system[2];
	run_check(p->run, "nothing-lost", "",
		  stored == all * SWAP_PAGES_SIZE &&
		  zswap_counters_change(&p->start, &end, ZC_STORED) == all ?
		  VERDICT_PASS : VERDICT_FAIL,
		  "%" PRIu64 " - %" PRIu64 " - %" PRIu64 " pages must be in zswap: %" PRIu64
		  " more in the whole system, %" PRIu64 " of the cgroup", system[0], system[1],
		  system[2], zswap_counters_change(&p->start, &end, ZC_STORED),
		  stored / SWAP_PAGES_SIZE);
	return 0;
}

static int check_neighbour(struct pressure *p)
{
	uint64_t stored, back;
	int err;

	err = cgroup_stat(p->run, &p->neighbour, "zswapped", &stored);
	if (!err)
		err = cgroup_field(p->run, &p->neighbour, "memory.stat", "zswpwb", &back);
	if (err)
		return err;
	run_check(p->run, "neighbour-untouched", "",
		  stored == NEIGHBOUR_PAGES * SWAP_PAGES_SIZE && !back ? VERDICT_PASS : VERDICT_FAIL,
		  "%" PRIu64 " of its %d pages are in zswap, %" PRIu64 " were written back (must be "
		  "none)", stored / SWAP_PAGES_SIZE, NEIGHBOUR_PAGES, back);
	swap_pages_verify(&p->others, "content-verified", "of=neighbour");
	return 0;
}

static int memcg_run(struct run *run)
{
	struct swap_verdict seen = { 0 };
	int err;

	err = settle_neighbour(&cell);
	if (!err)
		err = cgroup_enter(run, &cell.group);
	if (!err)
		err = zswap_counters_take(run, &cell.start);
	if (!err)
		err = touch_all(&cell);
	if (!err)
		err = access_randomly(&cell, &seen);
	if (!err)
		err = check_limits(&cell);
	if (!err)
		err = check_counts(&cell);
	if (err)
		return err;
	run_check(run, "content-verified", "of=accesses", seen.wrong ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu of %zu accesses found the page right%s%s", seen.right, cell.pages.nr,
		  seen.wrong ? ", the first other one: " : "", seen.first);
	swap_pages_verify(&cell.pages, "content-verified", "of=all");
	return check_neighbour(&cell);
}

/* Unmapped first: swapoff would bring every page back. */
static void memcg_cleanup(struct run *run)
{
	(void)run;
	swap_pages_free(&cell.pages);
	swap_pages_free(&cell.others);
	swap_device_off();
	cgroup_free(&cell.group);
	cgroup_free(&cell.neighbour);
}

const struct workload workload_zswap_memcg = {
	.name = "zswap-memcg",
	.help = "a process beyond the limits of its cgroup, of memory and of zswap",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = zswap_config, .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.params = memcg_params,
	.metrics = memcg_metrics,
	.checks = memcg_checks,
	.deadline_s = 120,
	.adapt = zswap_adapt,
	.setup = memcg_setup,
	.run = memcg_run,
	.cleanup = memcg_cleanup,
};
