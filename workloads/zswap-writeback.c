/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload zswap-writeback: pages that leave zswap for the swap device. 6.12 has two
 * ways for that, and both are taken: reclaim in a cgroup calls zswap's shrinker, and
 * a pool that has reached its limit wakes a worker that writes back until a part of
 * the pool is free again.
 *
 * The shrinker sees pages of a cgroup other than the root only: it goes by what is
 * charged, and the root is charged for nothing (zswap_shrinker_count()). It gives
 * each page a second chance, so one call does not write back all it scans, and it
 * leaves alone what is less than a page when compressed. So some more pages, younger
 * than those that are looked at, are kept behind them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "swap-device.h"
#include "swap-pages.h"
#include "sysfs.h"
#include "table.h"
#include "zswap-counters.h"
#include "zswap-setup.h"

#define DROP_BYTES (1 << 20)		/* of one call that frees the swap cache */
#define CALLS_MAX 512
#define BEHIND_PAGES 16			/* more than a page when compressed */
#define ZSPAGE_PAGES_MAX 8		/* CONFIG_ZSMALLOC_CHAIN_SIZE */
#define POLL_US 10000
#define POLLS_MAX 500
#define SETTLE_MAX 8

static const struct workload_param writeback_params[] = {
	{ .name = "compressor", .help = "zswap's compressor", .def = "lzo",
	  .choices = zswap_compressors, .full = "lzo,zstd" },
	{ .name = "pool", .help = "zswap's pool of compressed pages", .def = "zsmalloc",
	  .choices = zswap_pools, .full = "zsmalloc,zbud,z3fold" },
	{ .name = "pages", .help = "pages that are swapped", .def = "1024",
	  .min = 1024, .max = 16384, .quick = "1024", .full = "4096" },
	{ .name = NULL }
};

static const struct metric writeback_metrics[] = {
	{ .name = "writeback",
	  .help = "writing back one page by the shrinker: calls of memory.reclaim / pages",
	  .series = "writeback", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "reclaim_call",
	  .help = "one call of memory.reclaim while it writes back",
	  .series = "reclaim_call", .unit = UNIT_CLOCK, .direction = DIR_NEUTRAL,
	  .combine = COMBINE_MEDIAN },
	{ .name = "load_device",
	  .help = "fault that reads one page from the swap device after its writeback",
	  .series = "load_device", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "load_device_p99",
	  .help = "the same, 99th percentile",
	  .series = "load_device", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "store_full",
	  .help = "MADV_PAGEOUT of one page while the pool fills up and stays at its limit",
	  .series = "store_full", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "store_full_mean",
	  .help = "the same, mean: the worker's share is in it",
	  .series = "store_full", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "store_full_p99",
	  .help = "the same, 99th percentile",
	  .series = "store_full", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "pool_peak_bytes",
	  .help = "largest pool seen while it was held to its limit",
	  .series = "pool_peak_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER, .combine = COMBINE_MAX },
	{ .name = "written_back",
	  .help = "pages that the worker wrote back to hold the limit",
	  .series = "written_back", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const writeback_checks[] = {
	"switches-obeyed", "all-written-back", "device-verified", "content-verified",
	"counted-by-cgroup", "limit-held", "nothing-lost", NULL
};

/**
 * struct writeback - one cell
 * @run: the run
 * @group: whose pages they are
 * @pages: the pages
 * @behind: pages that are stored after them
 */
struct writeback {
	struct run *run;
	struct cgroup group;
	struct swap_pages pages;
	struct swap_pages behind;
};

static struct writeback cell;

static int writeback_setup(struct run *run)
{
	uint64_t nr = run_param_u64(run, "pages");
	int err;

	cell = (struct writeback){ .run = run };
	err = zswap_swap_on(run, nr);
	if (!err)
		err = cgroup_new(run, "zswap-writeback", &cell.group);
	if (!err)
		err = swap_pages_new(run, 0, nr, &cell.pages);
	if (!err)
		err = swap_pages_new(run, 1, BEHIND_PAGES, &cell.behind);
	if (!err)
		err = cgroup_enter(run, &cell.group);
	return err;
}

static int store_all(struct swap_pages *pages)
{
	size_t i;
	int err;

	err = swap_pages_fill(pages);
	for (i = 0; i < pages->nr && !err; i++)
		err = swap_pages_out(pages, i);
	return err;
}

/* Neither without the shrinker nor without the cgroup's leave may a page be written back. */
static int obey_switches(struct writeback *wb)
{
	struct zswap_counters before, off, denied;
	int err;

	err = zswap_counters_take(wb->run, &before);
	if (!err)
		err = cgroup_reclaim(wb->run, &wb->group, DROP_BYTES);
	if (!err)
		err = zswap_counters_take(wb->run, &off);
	if (!err)
		err = cgroup_write(wb->run, &wb->group, "memory.zswap.writeback", "0");
	if (!err)
		err = zswap_set(wb->run, "shrinker_enabled", "Y");
	if (!err)
		err = cgroup_reclaim(wb->run, &wb->group, DROP_BYTES);
	if (!err)
		err = zswap_counters_take(wb->run, &denied);
	if (!err)
		err = cgroup_write(wb->run, &wb->group, "memory.zswap.writeback", "1");
	if (err)
		return err;
	run_check(wb->run, "switches-obeyed", "",
		  zswap_counters_change(&before, &denied, ZC_WRITTEN_BACK) ? VERDICT_FAIL : VERDICT_PASS,
		  "reclaim wrote back %llu pages with shrinker_enabled=N and %llu with "
		  "memory.zswap.writeback=0 (must be none)",
		  (unsigned long long)zswap_counters_change(&before, &off, ZC_WRITTEN_BACK),
		  (unsigned long long)zswap_counters_change(&off, &denied, ZC_WRITTEN_BACK));
	return 0;
}

/*
 * Calls that only take away second chances are part of the price. The figure is a mean
 * by nature: a call goes on until reclaim has tried hard, hundreds of pages at a time.
 */
static int shrink_all(struct writeback *wb, uint64_t target)
{
	struct zswap_counters before, now;
	uint64_t start, sample, taken = 0;
	size_t calls;
	int err;

	err = zswap_counters_take(wb->run, &before);
	now = before;
	for (calls = 0; calls < CALLS_MAX && !err && now.value[ZC_WRITTEN_BACK] < target; calls++) {
		start = run_begin(wb->run);
		err = cgroup_reclaim(wb->run, &wb->group, SWAP_PAGES_SIZE);
		sample = run_end(wb->run, start);
		taken += run_time_taken(wb->run, sample);
		run_time(wb->run, "reclaim_call", "", sample);
		if (!err)
			err = zswap_counters_take(wb->run, &now);
	}
	if (!err && zswap_counters_change(&before, &now, ZC_WRITTEN_BACK))
		run_value(wb->run, "writeback", "",
			  taken / zswap_counters_change(&before, &now, ZC_WRITTEN_BACK));
	return err;
}

/* Pages that were written back stay in the swap cache, and a fault would find them there. */
static int drop_swap_cache(struct writeback *wb)
{
	size_t calls;
	long resident = 0;
	int err;

	err = zswap_set(wb->run, "shrinker_enabled", "N");
	for (calls = 0; calls < CALLS_MAX && !err; calls++) {
		resident = swap_pages_resident(&wb->pages);
		if (resident <= 0)
			return (int)resident;
		err = cgroup_reclaim(wb->run, &wb->group, DROP_BYTES);
	}
	return err ? err : run_error(wb->run, -EBUSY, "%ld pages stay in the swap cache", resident);
}

static void load_all(struct writeback *wb, const char *series)
{
	struct swap_pages *pages = &wb->pages;
	uint64_t start;
	size_t i;

	for (i = 0; i < pages->nr; i++) {
		start = run_begin(wb->run);
		*(volatile uint8_t *)swap_pages_at(pages, pages->order[i]);
		pages->sample[i] = run_end(wb->run, start);
	}
	if (series)
		run_times(wb->run, series, "", pages->sample, pages->nr);
}

/* memory.stat tells by whom, the counters of the system tell how many: both must agree. */
static int check_group(struct writeback *wb, uint64_t out, uint64_t in, uint64_t back,
		       const char *labels)
{
	uint64_t seen_out, seen_in, seen_back, stored;
	int err;

	err = cgroup_stat(wb->run, &wb->group, "zswpout", &seen_out);
	if (!err)
		err = cgroup_stat(wb->run, &wb->group, "zswpin", &seen_in);
	if (!err)
		err = cgroup_stat(wb->run, &wb->group, "zswpwb", &seen_back);
	if (!err)
		err = cgroup_stat(wb->run, &wb->group, "zswapped", &stored);
	if (err)
		return err;
	run_check(wb->run, "counted-by-cgroup", labels,
		  seen_out == out && seen_in == in && seen_back == back && !stored ?
		  VERDICT_PASS : VERDICT_FAIL,
		  "memory.stat: zswpout %llu (must be %llu), zswpin %llu (%llu), zswpwb %llu (%llu), "
		  "zswapped %llu bytes (0)", (unsigned long long)seen_out, (unsigned long long)out,
		  (unsigned long long)seen_in, (unsigned long long)in,
		  (unsigned long long)seen_back, (unsigned long long)back,
		  (unsigned long long)stored);
	return 0;
}

/* Oldest first, so that what is kept behind goes last, and some of it stays. */
static int write_back(struct writeback *wb)
{
	int64_t nr = (int64_t)wb->pages.nr, all = nr + BEHIND_PAGES, back;
	struct zswap_counters start, end;
	int err;

	err = zswap_counters_take(wb->run, &start);
	if (!err)
		err = store_all(&wb->pages);
	if (!err)
		err = store_all(&wb->behind);
	if (!err)
		err = obey_switches(wb);
	if (!err)
		err = shrink_all(wb, start.value[ZC_WRITTEN_BACK] + wb->pages.nr);
	if (!err)
		err = drop_swap_cache(wb);
	if (!err)
		err = zswap_counters_take(wb->run, &end);
	if (err)
		return err;
	back = (int64_t)zswap_counters_change(&start, &end, ZC_WRITTEN_BACK);
	back = back < nr ? nr : back < all ? back : all;
	zswap_counters_report(wb->run, "all-written-back", "part=written", &start, &end,
		      (const struct zswap_expect[]) {
			{ ZC_ZSWPOUT, all }, { ZC_WRITTEN_BACK, back }, { ZC_PSWPOUT, back },
			{ ZC_STORED, all - back }, { ZC_REJECT_POOR, 0 }, { ZC_REJECT_FAIL, 0 },
		      }, 6);
	return 0;
}

static int read_back(struct writeback *wb)
{
	struct zswap_counters start, end;
	int err;

	err = zswap_counters_take(wb->run, &start);
	if (err)
		return err;
	load_all(wb, "load_device");
	err = zswap_counters_take(wb->run, &end);
	if (err)
		return err;
	zswap_counters_report(wb->run, "all-written-back", "part=read", &start, &end,
		      (const struct zswap_expect[]) {
			{ ZC_PSWPIN, (int64_t)wb->pages.nr }, { ZC_ZSWPIN, 0 }, { ZC_STORED, 0 },
		      }, 3);
	swap_pages_verify(&wb->pages, "content-verified", "by=shrinker");
	return 0;
}

static int by_shrinker(struct writeback *wb)
{
	struct zswap_counters start, end;
	int err;

	run_phase(wb->run, "shrinker");
	err = zswap_counters_take(wb->run, &start);
	if (!err)
		err = write_back(wb);
	if (!err)
		err = swap_pages_verify_device(&wb->pages, "device-verified", "");
	if (!err)
		err = read_back(wb);
	if (!err)
		err = zswap_counters_take(wb->run, &end);
	if (err)
		return err;
	swap_pages_free(&wb->behind);
	return check_group(wb, wb->pages.nr + BEHIND_PAGES, 0,
			   zswap_counters_change(&start, &end, ZC_WRITTEN_BACK), "by=shrinker");
}

/* zswap_max_pages() of mm/zswap.c, for max_pool_percent=1 */
static int limit_pages(struct run *run, uint64_t *ret_pages)
{
	uint64_t kib;
	int err = sysfs_field("/proc/meminfo", "MemTotal", &kib);

	if (err)
		return run_error(run, err, "/proc/meminfo: no MemTotal: %s", strerror(-err));
	*ret_pages = kib / 4 / 100;
	return 0;
}

static int store_beyond(struct writeback *wb, uint64_t *ret_peak)
{
	struct swap_pages *pages = &wb->pages;
	struct zswap_counters counters;
	uint64_t start, peak = 0;
	size_t i;
	int err;

	err = swap_pages_fill(pages);
	for (i = 0; i < pages->nr && !err; i++) {
		start = run_begin(wb->run);
		err = swap_pages_out(pages, i);
		pages->sample[i] = run_end(wb->run, start);
		if (!err)
			err = zswap_counters_take(wb->run, &counters);
		if (!err && counters.value[ZC_POOL_BYTES] > peak)
			peak = counters.value[ZC_POOL_BYTES];
	}
	if (!err)
		*ret_peak = peak;
	return err;
}

/* There is no telling whether the worker is at work but by what it does. */
static int await_worker(struct writeback *wb, struct zswap_counters *ret_counters)
{
	struct zswap_counters seen, now;
	unsigned int polls;
	int err;

	err = zswap_counters_take(wb->run, &seen);
	for (polls = 0; polls < POLLS_MAX && !err; polls++) {
		usleep(POLL_US);
		err = zswap_counters_take(wb->run, &now);
		if (!err && now.value[ZC_WRITTEN_BACK] == seen.value[ZC_WRITTEN_BACK]) {
			*ret_counters = now;
			return 0;
		}
		seen = now;
	}
	return err ? err : run_error(wb->run, -EBUSY, "zswap's worker does not come to an end");
}

/*
 * MADV_PAGEOUT may leave a page in memory. Reclaim stores it then, which may have the worker
 * write others back, and those are in the swap cache once more.
 */
static int settle(struct writeback *wb, struct zswap_counters *ret_counters)
{
	unsigned int tries;
	long resident = 1;
	int err;

	err = await_worker(wb, ret_counters);
	for (tries = 0; tries < SETTLE_MAX && !err && resident > 0; tries++) {
		err = drop_swap_cache(wb);
		if (!err)
			err = await_worker(wb, ret_counters);
		if (!err)
			resident = swap_pages_resident(&wb->pages);
	}
	if (err || resident < 0)
		return err ? err : (int)resident;
	return resident ? run_error(wb->run, -EBUSY, "%ld pages come back to the swap cache",
				    resident) : 0;
}

/*
 * A store is refused when the pool has reached the limit, not when it would: the last
 * one may add a whole zspage.
 */
static void check_limit(struct writeback *wb, uint64_t limit, uint64_t peak,
			const struct zswap_counters *start, const struct zswap_counters *end)
{
	uint64_t back = zswap_counters_change(start, end, ZC_WRITTEN_BACK);
	uint64_t swapped = zswap_counters_change(start, end, ZC_PSWPOUT);
	uint64_t stored = zswap_counters_change(start, end, ZC_STORED);
	bool held = peak / SWAP_PAGES_SIZE < limit + ZSPAGE_PAGES_MAX;

	run_check(wb->run, "limit-held", "", held && back ? VERDICT_PASS : VERDICT_FAIL,
		  "max_pool_percent=1: the pool had at most %llu pages, the limit is %llu and a "
		  "zspage at most %d; %llu pages were written back (must be some)",
		  (unsigned long long)(peak / SWAP_PAGES_SIZE), (unsigned long long)limit,
		  ZSPAGE_PAGES_MAX, (unsigned long long)back);
	run_check(wb->run, "nothing-lost", "",
		  stored + swapped == wb->pages.nr && back <= swapped ? VERDICT_PASS : VERDICT_FAIL,
		  "%zu pages: %llu in zswap, %llu written to the device (together they must be all), "
		  "%llu of these written back", wb->pages.nr, (unsigned long long)stored,
		  (unsigned long long)swapped, (unsigned long long)back);
}

static int load_both(struct writeback *wb, const struct zswap_counters *start,
		     const struct zswap_counters *stored)
{
	struct zswap_counters end;
	int64_t in_zswap = (int64_t)zswap_counters_change(start, stored, ZC_STORED);
	int err;

	swap_pages_shuffle(&wb->pages, 1);
	load_all(wb, NULL);
	err = zswap_counters_take(wb->run, &end);
	if (err)
		return err;
	zswap_counters_report(wb->run, "all-written-back", "part=limit", stored, &end,
		      (const struct zswap_expect[]) {
			{ ZC_ZSWPIN, in_zswap }, { ZC_STORED, -in_zswap },
			{ ZC_PSWPIN, (int64_t)wb->pages.nr - in_zswap }, { ZC_WRITTEN_BACK, 0 },
		      }, 4);
	swap_pages_verify(&wb->pages, "content-verified", "by=limit");
	return 0;
}

static int by_limit(struct writeback *wb)
{
	struct zswap_counters start, end;
	uint64_t limit = 0, peak = 0;
	int err;

	run_phase(wb->run, "pool limit");
	err = limit_pages(wb->run, &limit);
	if (!err)
		err = zswap_set(wb->run, "max_pool_percent", "1");
	if (!err)
		err = zswap_counters_take(wb->run, &start);
	if (!err)
		err = store_beyond(wb, &peak);
	if (!err)
		err = settle(wb, &end);
	if (err)
		return err;
	run_times(wb->run, "store_full", "", wb->pages.sample, wb->pages.nr);
	run_value(wb->run, "pool_peak_bytes", "", peak);
	run_value(wb->run, "written_back", "", zswap_counters_change(&start, &end, ZC_WRITTEN_BACK));
	check_limit(wb, limit, peak, &start, &end);
	return load_both(wb, &start, &end);
}

static int writeback_run(struct run *run)
{
	int err;

	(void)run;
	err = by_shrinker(&cell);
	return err ? err : by_limit(&cell);
}

/* Unmapped first: swapoff would bring every page back. */
static void writeback_cleanup(struct run *run)
{
	(void)run;
	swap_pages_free(&cell.pages);
	swap_pages_free(&cell.behind);
	swap_device_off();
	cgroup_free(&cell.group);
}

const struct workload workload_zswap_writeback = {
	.name = "zswap-writeback",
	.help = "pages written back from zswap to the swap device, by shrinker and pool limit",
	.kind = WORKLOAD_MEASURE,
	/* Little memory, so that a hundredth of it is a limit that is soon reached. */
	.needs = { .config = zswap_config, .mem_mib = 192, .cpus = 1, .nodes = 1 },
	.params = writeback_params,
	.metrics = writeback_metrics,
	.checks = writeback_checks,
	.deadline_s = 120,
	.adapt = zswap_adapt,
	.setup = writeback_setup,
	.run = writeback_run,
	.cleanup = writeback_cleanup,
};
