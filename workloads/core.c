/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload core: what the operations cost that every design of page metadata touches.
 * Each is a line of the table below and is timed one by one.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core-bench.h"
#include "hot-memory.h"
#include "job.h"
#include "placement.h"
#include "sysfs.h"
#include "table.h"

#define WARM_UP_OPERATIONS 4
#define ROOM_MIN 8192u	/* reads of /proc/kpageflags for 16 GiB */
#define OPERATIONS_MIN 8u
#define THP_ENABLED "/sys/kernel/mm/transparent_hugepage/enabled"

static const struct workload_param core_params[] = {
	{ .name = "pages", .help = "first touches of a page; other operations in proportion to them",
	  .def = "2048", .min = 512, .max = 32768, .quick = "2048", .full = "16384" },
	{ .name = "rounds", .help = "times that memory is added and removed", .def = "4",
	  .min = 1, .max = 1000, .quick = "4", .full = "30" },
	PLACEMENT_PARAM,
	{ .name = NULL }
};

static const struct metric core_metrics[] = {
	{ .name = "latency",
	  .help = "one operation",
	  .series = "latency", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "latency_mean",
	  .help = "the same, mean",
	  .series = "latency", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "latency_p99",
	  .help = "the same, 99th percentile",
	  .series = "latency", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "latency_p999",
	  .help = "the same, 99.9th percentile",
	  .series = "latency", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P999 },
	{ .name = NULL }
};

static const char *const core_checks[] = {
	"operations-done", "content-verified", "hot-memory-closed-form", NULL
};

static const char *const core_config[] = {
	"CONFIG_TRANSPARENT_HUGEPAGE=y", "CONFIG_HUGETLBFS=y", "CONFIG_TMPFS=y",
	"CONFIG_PROC_PAGE_MONITOR=y", "CONFIG_VM_EVENT_COUNTERS=y", "CONFIG_EPOLL=y",
	"CONFIG_EVENTFD=y", HOT_MEMORY_CONFIG, NULL
};

/* In this order: hugetlb-fault takes from the pool that hugetlb-alloc has filled. */
static const struct core_bench benches[] = {
	{ .op = "fault-4k", .divisor = 1, .prepare = core_map_base, .once = core_touch_page,
	  .finish = core_unmap, .counted = "page faults", .count = core_count_faults, .change = 1,
	  .look = CORE_PAGE },
	{ .op = "fault-thp", .divisor = 64, .prepare = core_map_huge, .once = core_touch_huge,
	  .finish = core_unmap, .counted = "huge page faults", .count = core_count_huge_faults,
	  .change = 1, .look = CORE_HUGE },
	{ .op = "hugetlb-alloc", .divisor = 64, .once = core_hugetlb_alloc,
	  .counted = "pages of the pool", .count = core_count_hugetlb, .change = 1 },
	{ .op = "hugetlb-fault", .divisor = 64, .prepare = core_map_hugetlb,
	  .once = core_touch_huge, .finish = core_unmap, .counted = "free pages of the pool",
	  .count = core_count_hugetlb_free, .change = -1, .look = CORE_HUGE },
	{ .op = "hugetlb-free", .divisor = 64, .once = core_hugetlb_free,
	  .counted = "pages of the pool", .count = core_count_hugetlb, .change = -1 },
	{ .op = "munmap-512-pages", .divisor = 128, .prepare = core_map_batches,
	  .once = core_unmap_batch, .finish = core_unmap, .counted = "mapped pages",
	  .count = core_count_mapped, .change = -(int)CORE_BATCH, .look = CORE_PAGE },
	{ .op = "munmap-thp", .divisor = 64, .prepare = core_map_huge_touched,
	  .once = core_unmap_huge, .finish = core_unmap, .counted = "mapped pages",
	  .count = core_count_mapped, .change = -(int)CORE_BATCH, .look = CORE_HUGE },
	{ .op = "fork", .divisor = 64, .prepare = core_map_touched, .once = core_fork,
	  .after = core_release_child, .finish = core_unmap, .counted = "processes",
	  .count = core_count_children, .change = 1, .look = CORE_PAGE },
	{ .op = "exit", .divisor = 64, .prepare = core_map_touched, .before = core_fork,
	  .once = core_release_child, .finish = core_unmap, .counted = "processes",
	  .count = core_count_children, .change = 1, .look = CORE_PAGE },
	{ .op = "read-4k", .divisor = 1, .prepare = core_file_filled, .once = core_read_page,
	  .after = core_compare_page, .finish = core_file_close, .counted = "pages of the file",
	  .count = core_count_file_pages, .change = 0 },
	{ .op = "write-4k", .divisor = 1, .prepare = core_file_new, .before = core_fill_buffer,
	  .once = core_write_page, .finish = core_file_close, .counted = "pages of the file",
	  .count = core_count_file_pages, .change = 1 },
	{ .op = "truncate-512-pages", .divisor = 128, .prepare = core_file_batches,
	  .once = core_truncate_batch, .finish = core_file_close, .counted = "pages of the file",
	  .count = core_count_file_pages, .change = -(int)CORE_BATCH },
	{ .op = "fault-file", .divisor = 8, .prepare = core_file_mapped, .once = core_touch_around,
	  .finish = core_file_close, .counted = "page faults", .count = core_count_faults,
	  .change = 1, .look = CORE_PAGE, .slack = CORE_AROUND - 1 },
	{ .op = "open-close", .divisor = 4, .once = core_open_close },
	{ .op = "pipe", .divisor = 4, .once = core_pipe },
	{ .op = "eventfd", .divisor = 4, .once = core_eventfd },
	{ .op = "epoll", .divisor = 4, .once = core_epoll },
	{ .op = "mmap-munmap", .divisor = 4, .once = core_mmap_munmap },
	{ .op = "kpageflags-512-pages", .divisor = 1, .prepare = core_kpageflags_open,
	  .once = core_kpage_read, .after = core_kpageflags_look, .finish = core_file_close },
	{ .op = "kpagecount-512-pages", .divisor = 1, .prepare = core_kpagecount_open,
	  .once = core_kpage_read, .finish = core_file_close },
};

static int read_count(struct core *core, const struct core_bench *bench, uint64_t *ret_count)
{
	int err = bench->count ? bench->count(core, ret_count) : 0;

	return err ? run_error(core->run, err, "%s: counter of %s: %s", bench->op, bench->counted,
			       strerror(-err)) : 0;
}

static int operate(struct core *core, const struct core_bench *bench)
{
	uint64_t start;
	size_t i;
	int err;

	for (i = 0; i < core->nr; i++) {
		err = bench->before ? bench->before(core, i) : 0;
		if (err)
			return err;
		start = run_begin(core->run);
		err = bench->once(core, i);
		core->sample[i] = run_end(core->run, start);
		if (!err && bench->after)
			err = bench->after(core, i);
		if (err)
			return err;
	}
	return 0;
}

static void judge(struct core *core, const struct core_bench *bench, const char *labels,
		  int64_t change)
{
	int64_t expected = (int64_t)core->nr * bench->change;

	if (bench->count)
		run_check(core->run, "operations-done", labels,
			  change == expected ? VERDICT_PASS : VERDICT_FAIL,
			  "%zu operations: %s %+" PRId64 ", must be %+" PRId64, core->nr,
			  bench->counted, change, expected);
	run_check(core->run, "content-verified", labels, core->bad ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu of %zu operations came out wrong", core->bad, core->nr);
}

/* All huge pages of an operation, one for 64 of the pages, are there at once. */
static void core_adapt(const struct job *job, struct workload_needs *needs)
{
	const char *text = job_param(job, "pages");
	unsigned int pages = text ? (unsigned int)strtoul(text, NULL, 10) : 0;

	needs->mem_mib += pages > 4096 ? pages / 64 * 2 : 0;
	placement_adapt(job, needs);
}

/* Of what is there now; what was there before, and is not any more, stays counted. */
static int look(struct core *core, const struct core_bench *bench, struct placement_seen *seen)
{
	struct placement_seen now;
	int err;

	if (!bench->look || !core->map || core->warm_up)
		return 0;
	err = placement_look(core->run, core->map, core->map_bytes / bench->look, bench->look, &now);
	if (!err && now.there + now.wrong >= seen->there + seen->wrong)
		*seen = now;
	return err;
}

static int measure(struct core *core, const struct core_bench *bench)
{
	struct placement_seen seen = { 0 };
	uint64_t before = 0, after = 0;
	char labels[64];
	int err;

	snprintf(labels, sizeof(labels), "op=%s", bench->op);
	run_phase(core->run, "%s%s", core->warm_up ? "warm-up " : "", labels);
	/* Even, as huge pages of the pool are had from two nodes in turn. */
	core->nr = core->pages / bench->divisor & ~(size_t)1;
	if (core->nr < OPERATIONS_MIN)
		core->nr = OPERATIONS_MIN;
	if (core->warm_up)
		core->nr = WARM_UP_OPERATIONS;
	core->bad = 0;
	err = bench->prepare ? bench->prepare(core) : 0;
	if (!err)
		err = look(core, bench, &seen);
	if (!err)
		err = read_count(core, bench, &before);
	if (!err)
		err = operate(core, bench);
	if (!err)
		err = read_count(core, bench, &after);
	if (!err)
		err = look(core, bench, &seen);
	if (!err && !core->warm_up) {
		run_times(core->run, "latency", labels, core->sample, core->nr);
		judge(core, bench, labels, (int64_t)(after - before));
		if (bench->look)
			placement_check(core->run, labels, &seen, core->map_bytes / bench->look,
					bench->slack);
	}
	if (bench->finish)
		bench->finish(core);
	return err;
}

/* First use fills slab caches and maps code; it belongs to no operation. */
static int measure_all(struct core *core)
{
	size_t i, nr = sizeof(benches) / sizeof(benches[0]);
	int err = 0;

	for (i = 0; i < 2 * nr && !err; i++) {
		core->warm_up = i < nr;
		err = measure(core, &benches[i % nr]);
	}
	return err;
}

/* 6.12 switches huge pages off at boot where there is less than 512 MiB of memory. */
static int core_setup(struct run *run)
{
	int err = sysfs_write(THP_ENABLED, "madvise");

	return err ? run_error(run, err, THP_ENABLED ": %s", strerror(-err)) : placement_set(run);
}

static int core_run(struct run *run)
{
	static struct core core = { .fd = -1, .pipe = { -1, -1 } };
	size_t bytes;
	int err;

	core.run = run;
	core.pool = placement_is_given(run) ? CORE_HUGETLB_POOL "nr_hugepages_mempolicy" :
					      CORE_HUGETLB_POOL "nr_hugepages";
	core.pages = run_param_u64(run, "pages");
	core.room = core.pages > ROOM_MIN ? core.pages : ROOM_MIN;
	bytes = core.room * sizeof(*core.sample);
	core.maker = content_maker_new(CONTENT_RANDOM, run_seed(run));
	/*
	 * Locked, because a fault on one would be timed as one of the operation's, and
	 * shared, because fork() makes a fault of the next write to a private page.
	 */
	core.sample = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!core.maker || core.sample == MAP_FAILED || mlock(core.sample, bytes))
		err = run_error(run, -ENOMEM, "no memory for %zu samples", core.room);
	else
		err = measure_all(&core);
	content_maker_free(core.maker);
	return err ? err : core_hotplug(run);
}

const struct workload workload_core = {
	.name = "core",
	.help = "faults, fork, page cache, small system calls, huge pages, memory hotplug",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = core_config, .mem_mib = 512, .cpus = 1, .nodes = 1,
		   .pmem_mib = HOT_MEMORY_MIB },
	.params = core_params,
	.metrics = core_metrics,
	.checks = core_checks,
	.deadline_s = 120,
	.adapt = core_adapt,
	.setup = core_setup,
	.run = core_run,
};
