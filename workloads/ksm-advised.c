// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The advisor's round of the KSM workload: the kernel chooses how many pages a batch
 * has, by a formula that is computed here as well. use_zero_pages is on.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ksm-advisor.h"
#include "ksm-round.h"
#include "sysfs.h"
#include "workload.h"

#define SCANS 8
#define SLACK_NS 2000000	/* between the kernel's look at ksmd's CPU time and ours */

static int set_advisor(struct run *run, const char *mode)
{
	int err = sysfs_write(KSM_FOLDER "advisor_mode", mode);

	return err ? run_error(run, err, "advisor_mode: write '%s': %s", mode, strerror(-err)) : 0;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts = { 0 };

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/**
 * struct watch - the advisor beside its model
 * @low: the model had ksmd used as much CPU time as it can have
 * @high: had it used as little: it may then scan more
 * @cpu: CPU time of ksmd when the last scan was over; 0 before the first, as the
 *	kernel starts to count at boot
 */
struct watch {
	struct ksm_advisor low;
	struct ksm_advisor high;
	uint64_t cpu;
};

static void follow(struct watch *watch, uint64_t cpu, uint64_t seconds)
{
	uint64_t used = cpu - watch->cpu, slack = used < SLACK_NS ? used : SLACK_NS;

	watch->high = ksm_advisor_next(watch->high, seconds, used - slack);
	watch->low = ksm_advisor_next(watch->low, seconds, used + SLACK_NS);
	watch->cpu = cpu;
}

/* From what the kernel really chose, so that a difference does not grow. */
static int check_advice(struct ksm_round *round, struct watch *watch, uint64_t took_ns)
{
	uint64_t pages, cpu = clock_ns(round->thread.clock);
	char labels[64], step[24];
	int err;

	follow(watch, cpu, took_ns / 1000000000);
	err = sysfs_read_u64(KSM_FOLDER "pages_to_scan", &pages);
	if (err)
		return run_error(round->run, err, "pages_to_scan: %s", strerror(-err));
	snprintf(step, sizeof(step), "scan%u", round->scans);
	run_check(round->run, "advisor-formula",
		  ksm_round_labels(round, step, labels, sizeof(labels)),
		  pages >= watch->low.pages && pages <= watch->high.pages ? VERDICT_PASS :
									    VERDICT_FAIL,
		  "pages_to_scan is %" PRIu64 " (must be %" PRIu64 " to %" PRIu64 ")", pages,
		  watch->low.pages, watch->high.pages);
	watch->low.pages = pages;
	watch->high.pages = pages;
	return 0;
}

static int scan(struct ksm_round *round, struct watch *watch)
{
	uint64_t start = clock_ns(CLOCK_MONOTONIC);
	int err;

	run_phase(round->run, "scan=%s: scan %u", round->scan, round->scans + 1);
	err = ksm_round_scan(round);
	return err ? err : check_advice(round, watch, clock_ns(CLOCK_MONOTONIC) - start);
}

static uint64_t merged_pages(const struct ksm_round *round)
{
	struct ksm_counters seen;

	if (ksm_counters_read(round->run, &seen))
		return 0;
	return seen.value[KC_SHARED] + seen.value[KC_SHARING] + seen.value[KC_ZERO];
}

/* By the switch for the whole system, which also drops the trees. */
static int unmerge(struct ksm_round *round)
{
	uint64_t start, taken, pages = merged_pages(round);
	int err;

	run_phase(round->run, "scan=%s: unmerging", round->scan);
	start = run_begin(round->run);
	err = ksm_stop();
	taken = run_end(round->run, start);
	if (err || !pages)
		return run_error(round->run, err ? err : -ENODATA, KSM_FOLDER "run: unmerging %"
				 PRIu64 " pages: %s", pages, strerror(-err));
	run_time_each(round->run, "unmerge_all", "how=run", taken, pages);
	return ksm_round_unmerged(round, "stop", false);
}

static int advised(struct ksm_round *round)
{
	const struct ksm_advisor start = { .pages = KSM_ADVISOR_MIN_PAGES };
	struct watch watch = { .low = start, .high = start };
	int err;

	round->batch = 0;
	err = set_advisor(round->run, "scan-time");
	while (!err && round->scans < SCANS)
		err = scan(round, &watch);
	if (!err)
		err = ksm_round_check(round, "merge", &round->expect,
				      round->layout->nr - round->expect.zero);
	if (!err)
		err = ksm_round_check_profit(round);
	if (!err)
		err = ksm_round_look(round, "merge");
	if (!err)
		err = ksm_round_break(round);
	return err ? err : unmerge(round);
}

int ksm_advised(struct run *run, const struct ksm_settings *settings)
{
	struct ksm_round round = { .scan = "advisor", .rules.zero = true };
	int err;

	err = ksm_round_open(&round, run, settings);
	if (!err)
		err = advised(&round);
	set_advisor(run, "none");
	ksm_round_close(&round);
	return err;
}
