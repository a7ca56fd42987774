// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plain round of the KSM workload: neither smart scan nor advisor. ksmd is given
 * one page at a time, so that what each page takes is known, and what was merged is
 * swapped out and in, written to, and taken from KSM again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "ksm-round.h"
#include "ksm-swap.h"
#include "workload.h"

#define WAKE_SAMPLES 32

/** struct kind - a series of samples of pages that have something in common */
struct kind {
	const char *series;
	const char *labels;
	bool (*has)(const struct ksm_page *page);
};

static bool any(const struct ksm_page *page)
{
	(void)page;
	return true;
}

static bool alone(const struct ksm_page *page)
{
	return page->set == KSM_ALONE || page->rank == 0;
}

static bool second(const struct ksm_page *page)
{
	return page->set >= 0 && page->rank == 1;
}

static bool later(const struct ksm_page *page)
{
	return page->set >= 0 && page->rank > 1;
}

static bool merged(const struct ksm_page *page)
{
	return page->set >= 0;
}

static bool unmerged(const struct ksm_page *page)
{
	return page->set == KSM_ALONE;
}

/* What happens to a page in the first, the second and all later scans. */
static const struct kind kinds[][4] = {
	{ { "scan_first", "", any } },
	{ { "scan_insert", "", alone }, { "merge", "how=two-pages", second },
	  { "merge", "how=into-ksm-page", later } },
	{ { "rescan", "page=merged", merged }, { "rescan", "page=alone", unmerged } },
};

#define STEPPED (sizeof(kinds) / sizeof(kinds[0]))

static void record(struct ksm_round *round, const uint64_t *cpu, const struct kind *kind)
{
	uint64_t *sample = round->area.frame;	/* free between two checks */
	size_t i, nr;

	for (; kind->series; kind++) {
		nr = 0;
		for (i = 0; i < round->layout->nr; i++)
			if (kind->has(&round->layout->page[i]))
				sample[nr++] = cpu[i];
		run_times(round->run, kind->series, kind->labels, sample, nr);
	}
}

/* The window has all of it: telling ksmd to scan, waking up, and waiting for it. */
static int batch(struct ksm_round *round, uint64_t pages, uint64_t *ret_sample)
{
	uint64_t cpu = 0;
	int err;

	run_begin(round->run);
	err = ksm_thread_batch(&round->thread, pages, &cpu);
	*ret_sample = run_end_as(round->run, cpu);
	return err;
}

/* A full scan by batches of one page; one more batch comes to the end of the list. */
static int scan_by_page(struct ksm_round *round, const struct kind *kind)
{
	uint64_t *cpu = round->area.sample, rest;
	size_t i;
	int err = 0;

	for (i = 0; i < round->layout->nr && !err; i++)
		err = batch(round, 1, &cpu[i]);
	if (!err)
		err = ksm_thread_batch(&round->thread, 1, &rest);
	round->scans++;
	if (!err)
		record(round, cpu, kind);
	return err;
}

/* Nobody else's pages were scanned, and one full scan was one full scan. */
static int check_scans(struct ksm_round *round, uint64_t scanned)
{
	const struct ksm_want want[] = {
		{ KC_FULL_SCANS, round->scans }, { KC_SCANNED, (int64_t)scanned },
		{ KC_SKIPPED, 0 },
	};

	return ksm_round_check_counters(round, "scans-counted", "scans", &round->start, want,
					sizeof(want) / sizeof(want[0]));
}

/* What a batch of no page takes: part of every sample of a batch of one page. */
static int measure_wake(struct ksm_round *round)
{
	uint64_t cpu[WAKE_SAMPLES];
	int i, err = 0;

	for (i = 0; i < WAKE_SAMPLES && !err; i++)
		err = batch(round, 0, &cpu[i]);
	if (!err)
		run_times(round->run, "wake", "", cpu, WAKE_SAMPLES);
	return err;
}

static int merge(struct ksm_round *round)
{
	const struct ksm_expect nothing = { 0 };
	size_t nr = round->layout->nr, i;
	char labels[64];
	int err = 0;

	for (i = 0; i < STEPPED && !err; i++) {
		run_phase(round->run, "scan=%s: scan %zu", round->scan, i + 1);
		err = scan_by_page(round, kinds[i]);
		if (!err && i == 0)
			err = ksm_round_check(round, "scan1", &nothing, nr);
		else if (!err)
			err = ksm_round_check(round, i == 1 ? "scan2" : "scan3", &round->expect,
					      nr);
	}
	while (round->scans < KSM_SCANS && !err)
		err = ksm_round_scan(round);
	if (!err)
		err = check_scans(round, nr * round->scans);
	if (!err)
		err = ksm_round_check_profit(round);
	if (!err)
		err = ksm_round_look(round, "merge");
	return err ? err : ksm_area_check_nodes(&round->area, &round->rules,
						ksm_round_labels(round, "merge", labels,
								 sizeof(labels)));
}

/*
 * Page by page, in order of address. The mapping is split at the first page, and from
 * then on each page goes from one mapping to the other: that is part of the sample.
 */
static int unmerge_pages(struct ksm_round *round)
{
	uint64_t *sample = round->area.sample, start, taken;
	const struct ksm_page *page = round->layout->page;
	size_t nr = 0, i;

	for (i = 0; i < round->layout->nr; i++) {
		start = run_begin(round->run);
		if (madvise(ksm_area_at(&round->area, i), KSM_PAGE, MADV_UNMERGEABLE))
			return run_error(round->run, -errno, "madvise(MADV_UNMERGEABLE): %s",
					 strerror(errno));
		taken = run_end(round->run, start);
		if (page[i].set >= 0 || page[i].set == KSM_JOINED)
			sample[nr++] = taken;
	}
	run_times(round->run, "unmerge", "", sample, nr);
	return 0;
}

static int unmerge(struct ksm_round *round)
{
	int err;

	run_phase(round->run, "scan=%s: unmerging", round->scan);
	err = unmerge_pages(round);
	return err ? err : ksm_round_unmerged(round, "unmerge", true);
}

int ksm_plain(struct run *run, const struct ksm_settings *settings)
{
	struct ksm_round round = { .scan = "plain" };
	int err;

	err = ksm_round_open(&round, run, settings);
	if (!err)
		err = measure_wake(&round);
	if (!err)
		err = merge(&round);
	if (!err)
		err = ksm_swap(&round);
	if (!err)
		err = ksm_round_break(&round);
	if (!err)
		err = unmerge(&round);
	ksm_round_close(&round);
	return err;
}
