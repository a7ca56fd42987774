// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The smart round of the KSM workload: pages that find no equal are left out of more
 * and more scans, in a pattern that is known. use_zero_pages is on as well.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "ksm-round.h"
#include "workload.h"

/*
 * Pages that became the page of zeroes are no anonymous pages any more: ksmd does not
 * see them in later scans, and their rmap items go with the first of these.
 */
static uint64_t visible(const struct ksm_round *round)
{
	return round->layout->nr - (round->scans > 2 ? round->expect.zero : 0);
}

/* Merged pages are never left out; before the second scan nothing is merged. */
static uint64_t skipped(const struct ksm_round *round)
{
	return ksm_smart_skips(round->scans) ? round->expect.unshared : 0;
}

/* What the last scan did. Pages that were left out are in no tree: they are volatile. */
static int check_scan(struct ksm_round *round, const struct ksm_counters *before)
{
	const struct ksm_want want[] = {
		{ KC_FULL_SCANS, 1 },
		{ KC_SCANNED, (int64_t)(visible(round) - skipped(round)) },
		{ KC_SKIPPED, (int64_t)skipped(round) },
	};
	struct ksm_expect expect = round->expect;
	char step[24];
	int err;

	snprintf(step, sizeof(step), "scan%u", round->scans);
	err = ksm_round_check_counters(round, "scans-counted", step, before, want,
				       sizeof(want) / sizeof(want[0]));
	if (err)
		return err;
	if (round->scans == 1)
		expect = (struct ksm_expect){ 0 };
	else if (skipped(round))
		expect.unshared = 0;
	return ksm_round_check(round, step, &expect, visible(round));
}

static int scan(struct ksm_round *round)
{
	struct ksm_counters before;
	int err;

	run_phase(round->run, "scan=%s: scan %u", round->scan, round->scans + 1);
	err = ksm_counters_read(round->run, &before);
	if (!err)
		err = ksm_round_scan(round);
	return err ? err : check_scan(round, &before);
}

static uint64_t merged_pages(const struct ksm_layout *layout)
{
	uint64_t nr = 0;
	size_t i;

	for (i = 0; i < layout->nr; i++)
		nr += layout->page[i].set >= 0 || layout->page[i].set == KSM_ZERO;
	return nr;
}

/* One call for all pages. */
static int unmerge(struct ksm_round *round)
{
	uint64_t start, taken;

	run_phase(round->run, "scan=%s: unmerging", round->scan);
	start = run_begin(round->run);
	if (madvise(round->area.page, round->layout->nr * KSM_PAGE, MADV_UNMERGEABLE))
		return run_error(round->run, -errno, "madvise(MADV_UNMERGEABLE): %s",
				 strerror(errno));
	taken = run_end(round->run, start);
	run_time_each(round->run, "unmerge_all", "how=madvise", taken,
		      merged_pages(round->layout));
	return ksm_round_unmerged(round, "unmerge", true);
}

int ksm_smart(struct run *run, const struct ksm_settings *settings)
{
	struct ksm_round round = { .scan = "smart", .smart = true, .rules.zero = true };
	int err;

	err = ksm_round_open(&round, run, settings);
	while (!err && round.scans < KSM_SCANS)
		err = scan(&round);
	if (!err)
		err = ksm_round_check_profit(&round);
	if (!err)
		err = ksm_round_look(&round, "merge");
	if (!err)
		err = unmerge(&round);
	ksm_round_close(&round);
	return err;
}
