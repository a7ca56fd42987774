/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload move-pages: what moving a page to another node and back costs, by type of
 * page, with everything checked that there is to check: content, nodes, counters,
 * what is refused, and that pages somebody holds a reference to stay where they are.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "content.h"
#include "move-refused.h"
#include "sysfs.h"
#include "table.h"

#define PAGE 4096u
#define HUGE_PAGES 512u
#define PAGES_MAX 16384u

static const struct workload_param move_params[] = {
	{ .name = "pages", .help = "base pages of each type", .def = "1024", .min = 512,
	  .max = PAGES_MAX, .quick = "1024", .full = "8192" },
	{ .name = NULL }
};

static const struct metric move_metrics[] = {
	{ .name = "move",
	  .help = "move_pages() of one page, huge or not, to another node",
	  .series = "move", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "move_mean",
	  .help = "the same, mean",
	  .series = "move", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "move_p99",
	  .help = "the same, 99th percentile",
	  .series = "move", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "move_batch",
	  .help = "move_pages() of all of them at once",
	  .series = "move_batch", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const move_checks[] = {
	"content-verified", "nodes-right", "counters-right", "refused-as-documented",
	"referenced-page-stays", NULL
};

static const char *const move_config[] = {
	"CONFIG_NUMA=y", "CONFIG_MIGRATION=y", "CONFIG_TRANSPARENT_HUGEPAGE=y",
	"CONFIG_IO_URING=y", "CONFIG_VM_EVENT_COUNTERS=y", NULL
};

/**
 * struct page_type - a type of pages
 * @name: label of its figures
 * @flags: of mmap()
 * @advice: of madvise()
 * @each: base pages of one of them
 * @counter: in a node's vmstat
 * @unit: base pages that one unit of the counter is
 */
struct page_type {
	const char *name;
	int flags;
	int advice;
	size_t each;
	const char *counter;
	size_t unit;
};

static const struct page_type types[] = {
	{ "anonymous", MAP_PRIVATE, MADV_NOHUGEPAGE, 1, "nr_anon_pages", 1 },
	{ "shmem", MAP_SHARED, MADV_NOHUGEPAGE, 1, "nr_shmem", 1 },
	{ "thp", MAP_PRIVATE, MADV_HUGEPAGE, HUGE_PAGES, "nr_anon_transparent_hugepages",
	  HUGE_PAGES },
};

/**
 * struct move - pages of one type and where they are
 * @run: the run
 * @type: of the pages
 * @maker: makes what they are filled with
 * @map: they are mapped here
 * @pages: base pages
 * @nr: pages of the type
 */
struct move {
	struct run *run;
	const struct page_type *type;
	struct content_maker *maker;
	uint8_t *map;
	size_t pages;
	size_t nr;
};

static void *addresses[PAGES_MAX];
static int nodes[PAGES_MAX], status[PAGES_MAX];
static uint64_t samples[PAGES_MAX];

static int failed(struct move *move, const char *what)
{
	int err = errno ? -errno : -EIO;

	return run_error(move->run, err, "%s pages: %s: %s", move->type->name, what, strerror(-err));
}

static int fill(struct move *move)
{
	const struct page_type *type = move->type;
	size_t i, bytes = move->pages * PAGE, huge = HUGE_PAGES * PAGE;
	uint8_t *at;

	at = mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE, type->flags | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return failed(move, "mmap");
	move->map = (uint8_t *)(((uintptr_t)at + huge - 1) & ~(uintptr_t)(huge - 1));
	if (madvise(move->map, bytes, type->advice))
		return failed(move, "madvise");
	for (i = 0; i < move->pages; i++)
		content_fill(move->maker, i, move->map + i * PAGE);
	for (i = 0; i < move->nr; i++)
		addresses[i] = move->map + i * type->each * PAGE;
	return 0;
}

static void check_content(struct move *move, const char *labels)
{
	size_t i, bad = 0;

	for (i = 0; i < move->pages; i++)
		bad += content_differs(move->maker, i, move->map + i * PAGE) >= 0;
	run_check(move->run, "content-verified", labels, bad ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu of %zu base pages have a wrong byte", bad, move->pages);
}

/* What the system call said, and what it says when it is only asked. */
static int check_nodes(struct move *move, const char *labels, int node)
{
	size_t i, wrong = 0, elsewhere = 0;

	for (i = 0; i < move->nr; i++)
		wrong += status[i] != node;
	if (move_pages_call(move->nr, addresses, NULL, status, 0) < 0)
		return failed(move, "move_pages() as a query");
	for (i = 0; i < move->nr; i++)
		elsewhere += status[i] != node;
	run_check(move->run, "nodes-right", labels,
		  wrong || elsewhere ? VERDICT_FAIL : VERDICT_PASS,
		  "of %zu pages moved to node %d, %zu were reported otherwise, %zu are elsewhere",
		  move->nr, node, wrong, elsewhere);
	return 0;
}

/** struct counts - counters at one moment */
struct counts {
	uint64_t migrated;
	uint64_t failed;
	uint64_t on_node[2];
};

static int read_counts(struct move *move, struct counts *ret_counts)
{
	char path[64];
	int node, err;

	/* Folds in what waits per CPU; reading gives the counters that may still be off. */
	err = sysfs_write("/proc/sys/vm/stat_refresh", "1");
	if (!err)
		err = sysfs_field("/proc/vmstat", "pgmigrate_success", &ret_counts->migrated);
	if (!err)
		err = sysfs_field("/proc/vmstat", "pgmigrate_fail", &ret_counts->failed);
	for (node = 0; node < 2 && !err; node++) {
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/vmstat", node);
		err = sysfs_field(path, move->type->counter, &ret_counts->on_node[node]);
	}
	return err ? run_error(move->run, err, "counters of migration: %s", strerror(-err)) : 0;
}

static void check_counts(struct move *move, const char *labels, int to, const struct counts *before,
			 const struct counts *after)
{
	int64_t nr = (int64_t)move->pages, units = nr / (int64_t)move->type->unit;
	int64_t migrated = (int64_t)(after->migrated - before->migrated);
	int64_t refused = (int64_t)(after->failed - before->failed);
	int64_t gained = (int64_t)(after->on_node[to] - before->on_node[to]);
	int64_t lost = (int64_t)(before->on_node[!to] - after->on_node[!to]);
	bool right = migrated == nr && !refused && gained == units && lost == units;

	run_check(move->run, "counters-right", labels, right ? VERDICT_PASS : VERDICT_FAIL,
		  "pgmigrate_success %+" PRId64 " (must be %+" PRId64 "), pgmigrate_fail %+" PRId64
		  " (must be +0), %s of node %d %+" PRId64 " (must be %+" PRId64 "), of node %d %+"
		  PRId64 " (must be %+" PRId64 ")", migrated, nr, refused, move->type->counter, to,
		  gained, units, !to, -lost, -units);
}

static int move_each(struct move *move, int node)
{
	uint64_t start;
	size_t i;

	for (i = 0; i < move->nr; i++) {
		start = run_begin(move->run);
		if (move_pages_call(1, &addresses[i], &node, &status[i], MPOL_MF_MOVE) < 0)
			return failed(move, "move_pages()");
		samples[i] = run_end(move->run, start);
	}
	return 0;
}

static int move_all(struct move *move, int node)
{
	uint64_t start;
	size_t i;

	for (i = 0; i < move->nr; i++)
		nodes[i] = node;
	start = run_begin(move->run);
	if (move_pages_call(move->nr, addresses, nodes, status, MPOL_MF_MOVE) < 0)
		return failed(move, "move_pages()");
	samples[0] = run_end(move->run, start);
	return 0;
}

static int move_and_check(struct move *move, const char *how, int node,
			  int (*function)(struct move *move, int node))
{
	struct counts before, after;
	char labels[64];
	int err;

	snprintf(labels, sizeof(labels), "type=%s,%s", move->type->name, how);
	run_phase(move->run, "%s", labels);
	err = read_counts(move, &before);
	if (!err)
		err = function(move, node);
	if (!err)
		err = read_counts(move, &after);
	if (!err)
		err = check_nodes(move, labels, node);
	if (err)
		return err;
	check_counts(move, labels, node, &before, &after);
	check_content(move, labels);
	return 0;
}

static int measure(struct run *run, const struct page_type *type, size_t pages)
{
	struct move move = {
		.run = run, .type = type, .pages = pages, .nr = pages / type->each,
		.maker = content_maker_new(CONTENT_RANDOM, run_seed(run)),
	};
	struct counts unused;
	char labels[64];
	int err;

	snprintf(labels, sizeof(labels), "type=%s", type->name);
	err = move.maker ? fill(&move) : run_error(run, -ENOMEM, "no memory");
	/* There and back once, so that first use of anything falls into no count. */
	if (!err)
		err = read_counts(&move, &unused);
	if (!err)
		err = move_each(&move, 1);
	if (!err)
		err = move_all(&move, 0);
	if (!err)
		err = read_counts(&move, &unused);
	if (!err)
		err = move_and_check(&move, "how=each", 1, move_each);
	if (!err) {
		run_times(run, "move", labels, samples, move.nr);
		err = move_and_check(&move, "how=batch", 0, move_all);
	}
	if (!err)
		run_time(run, "move_batch", labels, samples[0]);
	if (move.map)
		munmap(move.map, pages * PAGE);
	content_maker_free(move.maker);
	return err;
}

static int move_setup(struct run *run)
{
	static const char enabled[] = "/sys/kernel/mm/transparent_hugepage/enabled";
	int err = sysfs_write(enabled, "madvise");

	memset(samples, 1, sizeof(samples));
	memset(status, 1, sizeof(status));
	memset(nodes, 1, sizeof(nodes));
	return err ? run_error(run, err, "%s: %s", enabled, strerror(-err)) : 0;
}

static int move_run(struct run *run)
{
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(types) / sizeof(types[0]) && !err; i++)
		err = measure(run, &types[i], run_param_u64(run, "pages"));
	if (!err)
		err = move_refused(run);
	return err ? err : move_referenced(run);
}

const struct workload workload_move_pages = {
	.name = "move-pages",
	.help = "moving pages between two nodes: latency, and that each arrives whole",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = move_config, .mem_mib = 512, .cpus = 1, .nodes = 2 },
	.params = move_params,
	.metrics = move_metrics,
	.checks = move_checks,
	.deadline_s = 120,
	.setup = move_setup,
	.run = move_run,
};
