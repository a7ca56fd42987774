/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload compaction: how many huge pages fragmented memory yields, at what price,
 * and whether every page that was moved for them is still what it was. They are asked
 * for by faults that compact directly, by the hugetlb pool, or after compaction of all
 * memory by vm.compact_memory; one way a boot, because pageblocks that unmovable pages
 * have once taken keep that type, and are no target of compaction any more.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fragment.h"
#include "free-pages.h"
#include "job.h"
#include "page-frames.h"
#include "sysfs.h"
#include "table.h"

#define HUGE (2u << 20)
#define SMALL 4096u
#define ATTEMPTS_MAX 4096u
#define THP "/sys/kernel/mm/transparent_hugepage/"
#define HUGETLB_POOL "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
#define VM "/proc/sys/vm/"

/*
 * Compaction of all memory leaves pageblocks behind although they could be emptied:
 * where its two scanners meet, in each of the two zones that a guest of this size
 * has. One on behalf of an allocation gives up earlier, and is put off after it
 * failed (compaction_deferred()), and none moves pages into pageblocks that unmovable
 * pages have taken over: all that is asked of those is half.
 */
#define SLACK 4

static const char *const patterns[] = { "movable", "unmovable", "pinned", "mixed", NULL };

static const char *const ways[] = { "fault", "hugetlb", "compact-memory", NULL };

static const struct workload_param compaction_params[] = {
	{ .name = "by", .help = "how huge pages are asked for", .def = "fault", .choices = ways,
	  .quick = "fault,compact-memory", .full = "fault,hugetlb,compact-memory" },
	{ .name = "pattern", .help = "what keeps pageblocks from being free", .def = "movable",
	  .choices = patterns, .quick = "movable,mixed",
	  .full = "movable,unmovable,pinned,mixed" },
	{ .name = "keep", .help = "per cent of the pages of a pageblock that are in use",
	  .def = "25", .min = 1, .max = 80, .quick = "25", .full = "5,25,60" },
	{ .name = "memory", .help = "MiB of the guest's memory", .def = "128", .min = 128,
	  .max = 2048, .quick = "128", .full = "512" },
	{ .name = NULL }
};

static const struct metric compaction_metrics[] = {
	{ .name = "attempt",
	  .help = "asking for one huge page, by result",
	  .series = "attempt", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "attempt_mean",
	  .help = "the same, mean",
	  .series = "attempt", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "attempt_p99",
	  .help = "the same, 99th percentile",
	  .series = "attempt", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "huge_pages",
	  .help = "huge pages had",
	  .series = "huge_pages", .unit = UNIT_COUNT, .direction = DIR_HIGHER, .combine = COMBINE_MEDIAN },
	{ .name = "success_rate",
	  .help = "huge pages had / attempts, one for each pageblock that was fragmented",
	  .series = "success_rate", .unit = UNIT_RATIO, .direction = DIR_HIGHER, .combine = COMBINE_MEDIAN },
	{ .name = "scanned_per_huge_page",
	  .help = "pages that both scanners looked at / huge pages had (all, when none was had)",
	  .series = "scanned_per_huge_page", .unit = UNIT_RATIO, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "migrated_per_huge_page",
	  .help = "pages migrated / huge pages had (all, when none was had)",
	  .series = "migrated_per_huge_page", .unit = UNIT_RATIO, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "compact_memory",
	  .help = "writing to vm.compact_memory, before huge pages are asked for or after that",
	  .series = "compact_memory", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const compaction_checks[] = {
	"content-verified", "stuck-pages-stay", "success-as-possible", "counters-consistent", NULL
};

static const char *const compaction_config[] = {
	"CONFIG_COMPACTION=y", "CONFIG_TRANSPARENT_HUGEPAGE=y", "CONFIG_HUGETLBFS=y",
	"CONFIG_IO_URING=y", "CONFIG_PROC_PAGE_MONITOR=y", "CONFIG_VM_EVENT_COUNTERS=y", NULL
};

/** enum counter - of /proc/vmstat */
enum counter {
	MIGRATED, MIGRATE_FAILED, MIGRATE_SCANNED, FREE_SCANNED, ISOLATED, STALL, FAIL, SUCCESS,
	COUNTERS
};

static const char *const counter_names[COUNTERS] = {
	[MIGRATED] = "pgmigrate_success", [MIGRATE_FAILED] = "pgmigrate_fail",
	[MIGRATE_SCANNED] = "compact_migrate_scanned", [FREE_SCANNED] = "compact_free_scanned",
	[ISOLATED] = "compact_isolated", [STALL] = "compact_stall", [FAIL] = "compact_fail",
	[SUCCESS] = "compact_success",
};

/**
 * struct trial - one way to ask for huge pages of fragmented memory
 * @run: the run
 * @fragment: the fragmented memory
 * @plan: what it can yield
 * @area: where huge pages are faulted in, room for @plan.blocks
 * @had: sample of each huge page
 * @refused: sample of each attempt without one
 * @nr_had: how many
 * @nr_refused: how many
 * @own: huge pages that lie in pageblocks of @fragment
 * @wrong: huge pages that lie where a page cannot have been moved away
 * @whole: all memory was compacted
 * @pool: hugetlb pages asked for; @area maps them
 * @start: counters before
 * @end: counters after
 */
struct trial {
	struct run *run;
	struct fragment *fragment;
	struct fragment_plan plan;
	uint8_t *area;
	uint64_t had[ATTEMPTS_MAX];
	uint64_t refused[ATTEMPTS_MAX];
	size_t nr_had;
	size_t nr_refused;
	size_t own;
	size_t wrong;
	bool whole;
	bool pool;
	uint64_t start[COUNTERS];
	uint64_t end[COUNTERS];
};

static void compaction_adapt(const struct job *job, struct workload_needs *needs)
{
	const char *memory = job_param(job, "memory");

	needs->mem_mib = memory ? (unsigned int)strtoul(memory, NULL, 10) : needs->mem_mib;
}

static int set(struct run *run, const char *path, const char *text)
{
	int err = sysfs_write(path, text);

	return err ? run_error(run, err, "%s: write %s: %s", path, text, strerror(-err)) : 0;
}

/*
 * min_free_kbytes: switching huge pages on raises it to 5 % of memory, which would
 * be kept back. watermark_boost_factor: reclaim on account of fragmentation finds
 * nothing to reclaim here, and would go on looking.
 */
static int compaction_setup(struct run *run)
{
	int err;

	err = set(run, THP "enabled", "madvise");
	if (!err)
		err = set(run, THP "defrag", "always");
	if (!err)
		err = set(run, THP "khugepaged/defrag", "0");
	if (!err)
		err = set(run, VM "min_free_kbytes", "1024");
	if (!err)
		err = set(run, VM "watermark_boost_factor", "0");
	if (!err)
		err = set(run, VM "compaction_proactiveness", "0");
	return err;
}

static int read_counters(struct run *run, uint64_t counter[COUNTERS])
{
	int i, err = 0;

	for (i = 0; i < COUNTERS && !err; i++)
		err = sysfs_field("/proc/vmstat", counter_names[i], &counter[i]);
	return err ? run_error(run, err, "/proc/vmstat: %s: %s", counter_names[i - 1],
			       strerror(-err)) : 0;
}

static int map_area(struct trial *trial, int flags)
{
	size_t bytes = trial->plan.blocks * HUGE;
	uint8_t *at;

	at = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
	if (at == MAP_FAILED)
		return run_error(trial->run, -errno, "mmap of huge pages: %s", strerror(errno));
	trial->area = (uint8_t *)(((uintptr_t)at + HUGE - 1) & ~(uintptr_t)(HUGE - 1));
	return 0;
}

/* Up to HUGE bytes before it stay mapped; nothing ever touched them. */
static void unmap_area(struct trial *trial)
{
	if (trial->area)
		munmap(trial->area, trial->plan.blocks * HUGE);
	trial->area = NULL;
	if (trial->pool)
		sysfs_write(HUGETLB_POOL, "0");
}

static void keep_sample(struct trial *trial, bool had, uint64_t sample)
{
	if (had)
		trial->had[trial->nr_had++] = sample;
	else
		trial->refused[trial->nr_refused++] = sample;
}

/* What is faulted in instead of a huge page is given back, for it takes part of another. */
static int fault(struct trial *trial, size_t i)
{
	uint8_t *at = trial->area + i * HUGE;
	uint64_t start, sample, before = 0, after = 0;
	int err;

	err = sysfs_field("/proc/vmstat", "thp_fault_alloc", &before);
	start = run_begin(trial->run);
	*(volatile uint8_t *)at = 1;
	sample = run_end(trial->run, start);
	if (!err)
		err = sysfs_field("/proc/vmstat", "thp_fault_alloc", &after);
	if (err)
		return run_error(trial->run, err, "/proc/vmstat: thp_fault_alloc: %s", strerror(-err));
	keep_sample(trial, after > before, sample);
	if (after == before)
		madvise(at, HUGE, MADV_DONTNEED);
	return 0;
}

static int by_fault(struct trial *trial)
{
	size_t i;
	int err;

	err = map_area(trial, 0);
	if (!err && madvise(trial->area, trial->plan.blocks * HUGE, MADV_HUGEPAGE))
		err = run_error(trial->run, -errno, "madvise(MADV_HUGEPAGE): %s", strerror(errno));
	for (i = 0; i < trial->plan.blocks && !err; i++)
		err = fault(trial, i);
	return err;
}

static int by_pool(struct trial *trial)
{
	uint64_t start, sample, pages = 0;
	char text[24];
	size_t i;
	int err = 0;

	trial->pool = true;
	for (i = 0; i < trial->plan.blocks && !err; i++) {
		snprintf(text, sizeof(text), "%zu", trial->nr_had + 1);
		start = run_begin(trial->run);
		err = sysfs_write(HUGETLB_POOL, text);
		sample = run_end(trial->run, start);
		if (!err)
			err = sysfs_read_u64(HUGETLB_POOL, &pages);
		if (!err)
			keep_sample(trial, pages > trial->nr_had, sample);
	}
	return err ? run_error(trial->run, err, HUGETLB_POOL ": %s", strerror(-err)) : 0;
}

/* They are mapped after it was measured, because their places are to be looked at. */
static int map_pool(struct trial *trial)
{
	size_t i;
	int err;

	err = map_area(trial, MAP_HUGETLB);
	for (i = 0; i < trial->nr_had && !err; i++)
		*(volatile uint8_t *)(trial->area + i * HUGE) = 1;
	return err;
}

static int compact_memory(struct trial *trial)
{
	uint64_t start = run_begin(trial->run);
	int err;

	err = set(trial->run, VM "compact_memory", "1");
	if (!err)
		run_time(trial->run, "compact_memory", "", run_end(trial->run, start));
	return err;
}

/*
 * The faults still compact directly: some of what compaction of all memory has freed
 * waits on the lists per CPU, because it drains them only on behalf of an allocation
 * (compact_zone()), and a pageblock with one page there is no huge page yet. With lists
 * of the usual length that would be an eighth of memory.
 */
static int by_compact_memory(struct trial *trial)
{
	int err = free_pages_shorten_lists();

	if (err)
		return run_error(trial->run, err, "page lists of CPUs, limited by percpu_pagelist_high_fraction: %s",
				 strerror(-err));
	trial->whole = true;
	err = compact_memory(trial);
	return err ? err : by_fault(trial);
}

static int look_at_places(struct trial *trial)
{
	uint64_t pfn;
	bool blocked;
	size_t i;
	int err = 0;

	for (i = 0; i < trial->plan.blocks && trial->area && !err; i++) {
		err = page_frames_read(trial->area + i * HUGE, 1, &pfn);
		if (err || pfn == PAGE_FRAME_NONE || !fragment_owns(trial->fragment, pfn, &blocked))
			continue;
		trial->own++;
		trial->wrong += blocked;
	}
	return err ? run_error(trial->run, err, "/proc/self/pagemap: %s", strerror(-err)) : 0;
}

static uint64_t change(const struct trial *trial, enum counter counter)
{
	return trial->end[counter] - trial->start[counter];
}

static void record(const struct trial *trial)
{
	uint64_t scanned = change(trial, MIGRATE_SCANNED) + change(trial, FREE_SCANNED);
	size_t had = trial->nr_had, tried = had + trial->nr_refused, divisor = had ? had : 1;

	run_times(trial->run, "attempt", "result=had", trial->had, had);
	run_times(trial->run, "attempt", "result=refused", trial->refused, trial->nr_refused);
	run_value(trial->run, "huge_pages", "", had);
	if (tried)
		run_value(trial->run, "success_rate", "", had * 1000000 / tried);
	run_value(trial->run, "scanned_per_huge_page", "", scanned * 1000000 / divisor);
	run_value(trial->run, "migrated_per_huge_page", "",
		  change(trial, MIGRATED) * 1000000 / divisor);
}

/*
 * Of what is free beside the pattern (the reserve, pageblocks of others) nothing is
 * known; more huge pages than the pattern allows is no mistake unless they lie where
 * a page is that cannot have been moved away.
 */
static void check_success(const struct trial *trial)
{
	const struct fragment_plan *plan = &trial->plan;
	size_t least = plan->possible / 2;
	bool right;

	if (trial->whole && !plan->unmovable)
		least = plan->possible > SLACK ? plan->possible - SLACK : 0;
	right = plan->blocks && !trial->wrong && trial->own <= plan->blocks - plan->blocked &&
		trial->nr_had >= least;

	run_check(trial->run, "success-as-possible", "", right ? VERDICT_PASS : VERDICT_FAIL,
		  "%zu pageblocks, %zu of them blocked; %zu pages in the others leave %zu free; had "
		  "%zu huge pages (must be at least %zu), %zu of them in these pageblocks "
		  "(must be at most %zu), %zu where it is blocked (must be 0)", plan->blocks,
		  plan->blocked, plan->kept, plan->possible, trial->nr_had, least, trial->own,
		  plan->blocks - plan->blocked, trial->wrong);
}

/*
 * A page at another frame was migrated. Whatever was migrated was isolated before,
 * and so was the free page it went to (mm/compaction.c); and it had been scanned. A
 * direct compaction ends in success or failure (__alloc_pages_direct_compact()).
 */
static void check_counters(const struct trial *trial, size_t moved)
{
	uint64_t migrated = change(trial, MIGRATED), isolated = change(trial, ISOLATED);
	uint64_t scanned = change(trial, MIGRATE_SCANNED), stall = change(trial, STALL);
	uint64_t ended = change(trial, SUCCESS) + change(trial, FAIL);
	bool right = migrated >= moved && isolated >= 2 * migrated && scanned >= migrated &&
		     stall == ended;

	run_check(trial->run, "counters-consistent", "", right ? VERDICT_PASS : VERDICT_FAIL,
		  "pages at another frame %zu <= pgmigrate_success %" PRIu64
		  ", twice that <= compact_isolated %" PRIu64 ", and that <= compact_migrate_scanned %"
		  PRIu64 "; compact_stall %" PRIu64 " = compact_success + compact_fail %" PRIu64,
		  moved, migrated, isolated, scanned, stall, ended);
}

static int verify(struct trial *trial)
{
	struct fragment_state state;
	int err;

	err = fragment_look(trial->fragment, &state);
	if (err)
		return err;
	run_check(trial->run, "content-verified", "", state.bad ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu of %zu pages have a wrong byte; %zu are at another frame than before",
		  state.bad, state.kept + state.stuck, state.moved);
	run_check(trial->run, "stuck-pages-stay", "",
		  state.stuck_moved ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu of %zu pages that are pinned or unmovable are at another frame than before",
		  state.stuck_moved, state.stuck);
	check_success(trial);
	check_counters(trial, state.moved);
	return 0;
}

static int ask(struct trial *trial, int (*way)(struct trial *trial))
{
	int err;

	fragment_plan(trial->fragment, &trial->plan);
	if (trial->plan.blocks > ATTEMPTS_MAX)
		trial->plan.blocks = ATTEMPTS_MAX;
	run_phase(trial->run, "asking for huge pages");
	err = fragment_mark(trial->fragment);
	if (!err)
		err = read_counters(trial->run, trial->start);
	if (!err)
		err = way(trial);
	if (!err)
		err = read_counters(trial->run, trial->end);
	if (!err && trial->pool)
		err = map_pool(trial);
	if (!err)
		err = look_at_places(trial);
	if (err)
		return err;
	record(trial);
	err = verify(trial);
	return err || trial->whole ? err : compact_memory(trial);
}

static enum fragment_kind pattern(const struct run *run)
{
	int kind;

	for (kind = 0; kind < FRAGMENT_KINDS; kind++)
		if (!strcmp(run_param(run, "pattern"), fragment_kind_name((enum fragment_kind)kind)))
			break;
	return (enum fragment_kind)kind;
}

static int compaction_run(struct run *run)
{
	static int (*const functions[])(struct trial *trial) = {
		by_fault, by_pool, by_compact_memory
	};
	static struct trial trial;
	size_t way = 0;
	int err;

	while (strcmp(run_param(run, "by"), ways[way]))
		way++;
	/* In memory before that is filled. */
	memset(&trial, 0, sizeof(trial));
	trial.run = run;
	run_phase(run, "fragmenting memory");
	err = fragment_new(run, pattern(run), (unsigned int)run_param_u64(run, "keep"),
			   &trial.fragment);
	if (!err)
		err = ask(&trial, functions[way]);
	unmap_area(&trial);
	fragment_free(trial.fragment);
	return err;
}

const struct workload workload_compaction = {
	.name = "compaction",
	.help = "huge pages out of fragmented memory: latency, success, and what moves for them",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = compaction_config, .mem_mib = 128, .cpus = 1, .nodes = 1 },
	.params = compaction_params,
	.metrics = compaction_metrics,
	.checks = compaction_checks,
	.deadline_s = 240,
	.adapt = compaction_adapt,
	.setup = compaction_setup,
	.run = compaction_run,
};
