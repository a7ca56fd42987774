// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Workload ksm: what KSM takes to merge pages, to look at them again and to part them,
 * and whether it does what it says. The contents are laid out so that every counter of
 * KSM has a closed form (ksm-layout.h); frames are compared by the page tables, bytes
 * by making them again.
 *
 * What ksmd takes is its own CPU time, read from the scheduler around a batch of
 * pages: its thread runs in the background, and elapsed time would contain its sleep
 * and everybody else. A batch of one page tells what a page takes, plus waking up and
 * going to sleep, which the metric wake tells by batches of no page.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "cgroup.h"
#include "job.h"
#include "ksm-equal.h"
#include "ksm-round.h"
#include "ksm-swap.h"
#include "table.h"

static const char *const placements[] = { "one-node", "across", "apart", NULL };

static const struct workload_param ksm_params[] = {
	{ .name = "nodes", .help = "one guest node, or two: merging across them, or each apart",
	  .def = "one-node", .choices = placements, .quick = "one-node,across,apart",
	  .full = "one-node,across,apart" },
	{ .name = "pages",
	  .help = "pages with a content of their own; as many in pairs; groups come on top",
	  .def = "256", .min = 16, .max = 8192, .quick = "128", .full = "2048" },
	{ .name = "max_page_sharing", .help = "pages that may share one KSM page",
	  .def = "16", .min = 2, .max = 1024, .quick = "16", .full = "2,16,256" },
	{ .name = NULL }
};

#define CPU(n, s, c, text) \
	{ .name = n, .help = text, .series = s, .unit = UNIT_CLOCK, .direction = DIR_LOWER, \
	  .combine = c }

static const struct metric ksm_metrics[] = {
	CPU("wake", "wake", COMBINE_MEDIAN,
	    "CPU time of ksmd for a batch of no page: in each sample of a batch of one page"),
	CPU("scan_first", "scan_first", COMBINE_MEDIAN,
	    "CPU time of ksmd for a page it never saw: rmap item and checksum"),
	CPU("scan_insert", "scan_insert", COMBINE_MEDIAN,
	    "the same in the second scan, for a page without an equal so far: unstable tree"),
	CPU("merge", "merge", COMBINE_MEDIAN,
	    "the same for a page that is merged: with one other, or into a KSM page"),
	CPU("merge_mean", "merge", COMBINE_MEAN, "the same, mean"),
	CPU("merge_p99", "merge", COMBINE_P99, "the same, 99th percentile"),
	CPU("rescan", "rescan", COMBINE_MEDIAN,
	    "the same in the third scan, of pages that are merged or stayed alone"),
	CPU("full_scan", "full_scan", COMBINE_MEAN,
	    "CPU time of ksmd for a full scan / pages, once all is merged (from scan 4 on)"),
	CPU("cow_break", "cow_break", COMBINE_MEDIAN,
	    "write to a KSM page or to a page of zeroes that KSM made: one fault"),
	CPU("cow_break_mean", "cow_break", COMBINE_MEAN, "the same, mean"),
	CPU("cow_break_p99", "cow_break", COMBINE_P99, "the same, 99th percentile"),
	CPU("cow_break_max", "cow_break", COMBINE_MAX, "the same, largest"),
	CPU("unmerge", "unmerge", COMBINE_MEDIAN,
	    "MADV_UNMERGEABLE of one merged page, with moving it to the mapping before it"),
	CPU("unmerge_p99", "unmerge", COMBINE_P99, "the same, 99th percentile"),
	CPU("unmerge_all", "unmerge_all", COMBINE_MEDIAN,
	    "one MADV_UNMERGEABLE, or run=2, for all pages / merged pages"),
	CPU("swapin", "swapin", COMBINE_MEDIAN,
	    "fault on a page that was shared and swapped: from zswap, or a copy of that"),
	CPU("swapin_p99", "swapin", COMBINE_P99, "the same, 99th percentile"),
	{ .name = "saved_pages", .help = "pages_sharing + ksm_zero_pages",
	  .series = "saved_pages", .unit = UNIT_PAGES, .direction = DIR_HIGHER,
	  .combine = COMBINE_MEDIAN },
	{ .name = "rmap_item_bytes", .help = "rmap items that ksmd keeps for all pages",
	  .series = "rmap_item_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER,
	  .combine = COMBINE_MEDIAN },
	{ .name = "profit", .help = "general_profit: bytes saved less those of rmap items",
	  .series = "profit", .unit = UNIT_BYTES, .direction = DIR_HIGHER,
	  .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const ksm_checks[] = {
	"counters-closed-form", "scans-counted", "frames-shared", "nodes-kept",
	"content-verified", "profit-formula", "swapped-to-zswap", "advisor-formula",
	"held-pages-left-alone", "race-content", NULL
};

static const char *const ksm_config[] = {
	"CONFIG_KSM=y", "CONFIG_NUMA=y", "CONFIG_MIGRATION=y", "CONFIG_MEMCG=y", "CONFIG_SWAP=y",
	"CONFIG_ZSWAP=y", "CONFIG_CRYPTO_LZO=y", "CONFIG_BLK_DEV_RAM=y", "CONFIG_DEBUG_FS=y",
	"CONFIG_PROC_PAGE_MONITOR=y", "CONFIG_VM_EVENT_COUNTERS=y", "CONFIG_GUP_TEST=y", NULL
};

static void ksm_adapt(const struct job *job, struct workload_needs *needs)
{
	const char *nodes = job_param(job, "nodes");

	needs->nodes = nodes && strcmp(nodes, "one-node") ? 2 : 1;
}

static struct cgroup group;	/* the one workload of this process has one */

/* All of this process is locked, and later the pages are not: they alone are swapped. */
static int ksm_setup(struct run *run)
{
	int err;

	run_phase(run, "set-up");
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
		return run_error(run, -errno, "mlockall: %s", strerror(errno));
	/* Waiting for ksmd is done in short sleeps, which are else rounded up. */
	if (prctl(PR_SET_TIMERSLACK, 1))
		return run_error(run, -errno, "prctl(PR_SET_TIMERSLACK): %s", strerror(errno));
	err = ksm_swap_setup(run);
	if (!err)
		err = cgroup_new(run, "ksm", &group);
	return err ? err : cgroup_enter(run, &group);
}

static int ksm_run(struct run *run)
{
	const char *nodes = run_param(run, "nodes");
	const struct ksm_settings settings = {
		.pages = (uint32_t)run_param_u64(run, "pages"),
		.max_sharing = (uint32_t)run_param_u64(run, "max_page_sharing"),
		.nodes = strcmp(nodes, "one-node") ? 2 : 1,
		.apart = !strcmp(nodes, "apart"),
		.group = &group,
	};
	int err;

	err = ksm_plain(run, &settings);
	if (!err)
		err = ksm_smart(run, &settings);
	if (!err)
		err = ksm_advised(run, &settings);
	if (!err)
		err = ksm_hold(run);
	return err ? err : ksm_race(run);
}

static void ksm_cleanup(struct run *run)
{
	(void)run;
	ksm_stop();
	ksm_swap_cleanup();
	cgroup_free(&group);
}

const struct workload workload_ksm = {
	.name = "ksm",
	.help = "merging, scanning and parting pages by KSM, with all its counters derived",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = ksm_config, .mem_mib = 512, .cpus = 1, .nodes = 1 },
	.params = ksm_params,
	.metrics = ksm_metrics,
	.checks = ksm_checks,
	.deadline_s = 240,
	.adapt = ksm_adapt,
	.setup = ksm_setup,
	.run = ksm_run,
	.cleanup = ksm_cleanup,
};
