// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KSM pages in swap. MADV_PAGEOUT leaves pages alone that are mapped more than once
 * (folio_likely_mapped_shared() in mm/madvise.c), so a control group that holds this
 * process only is reclaimed as a whole; all of its memory but the pages is locked.
 *
 * On the way out rmap_walk_ksm() finds all sharers of a page. On the way in do_swap_page()
 * gives the page that was read to the first sharer and, by ksm_might_need_to_copy(), a
 * copy to each other: after swapping nothing is merged until ksmd has come by.
 */
#include "ksm-swap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cgroup.h"
#include "ksm-round.h"
#include "swap-device.h"
#include "sysfs.h"
#include "workload.h"
#include "zswap-counters.h"
#include "zswap-setup.h"

#define SWAP_PAGES 16384
#define RECLAIMS 16
/* mm/memcontrol.c: FLUSH_TIME; a little more */
#define FLUSH_MS 2100

/** struct flow - what must go out and come in */
struct flow {
	int64_t compressed;	/* KSM pages and pages alone that hold text */
	int64_t zeroes;		/* the same of zeroes: swap keeps a bit for each */
	int64_t copies;		/* sharers but the first of each KSM page */
};

static int write_file(struct run *run, const char *path, const char *text)
{
	int err = sysfs_write(path, text);

	return err ? run_error(run, err, "%s: write '%s': %s", path, text, strerror(-err)) : 0;
}

int ksm_swap_setup(struct run *run)
{
	int err;

	err = zswap_set(run, "compressor", "lzo");
	if (!err)
		err = zswap_set(run, "zpool", "zsmalloc");
	if (!err)
		err = zswap_set(run, "shrinker_enabled", "N");
	if (!err)
		err = zswap_set(run, "enabled", "Y");
	if (!err)
		err = write_file(run, "/proc/sys/vm/page-cluster", "0");
	if (!err)
		err = write_file(run, "/proc/sys/vm/swappiness", "200");
	return err ? err : swap_device_on(run, SWAP_PAGES);
}

void ksm_swap_cleanup(void)
{
	swap_device_off();
}

/*
 * Pages that were touched lately go back to the active list: it takes some rounds. From
 * there the kernel takes them only when its counts say that the inactive one is short
 * (inactive_is_low()), and these may be as old as the last flush.
 */
static int reclaim(struct ksm_round *round, const struct cgroup *group)
{
	const struct timespec flush = { FLUSH_MS / 1000, FLUSH_MS % 1000 * 1000000l };
	size_t nr = round->layout->nr, swapped = 0, before;
	int i, err = 0;

	for (i = 0; i < RECLAIMS && !err && swapped < nr; i++) {
		before = swapped;
		err = cgroup_reclaim(round->run, group, nr * KSM_PAGE);
		if (!err)
			err = ksm_area_swapped(&round->area, &swapped);
		if (!err && swapped == before)
			nanosleep(&flush, NULL);
	}
	if (!err && swapped < nr)
		err = run_error(round->run, -EBUSY, "%zu of %zu pages stay in memory", nr - swapped,
				nr);
	return err;
}

static bool comes_first(const struct ksm_page *page)
{
	return page->set == KSM_ALONE || page->rank == 0;
}

/* One read each, in order of address: the first of a set loads, the others copy. */
static void swap_in(struct ksm_round *round)
{
	uint64_t *sample = round->area.sample, *copy = round->area.frame, start, taken;
	size_t loads = 0, copies = 0, i;

	for (i = 0; i < round->layout->nr; i++) {
		start = run_begin(round->run);
		*(volatile uint8_t *)ksm_area_at(&round->area, i);
		taken = run_end(round->run, start);
		if (comes_first(&round->layout->page[i]))
			sample[loads++] = taken;
		else
			copy[copies++] = taken;
	}
	run_times(round->run, "swapin", "how=load", sample, loads);
	run_times(round->run, "swapin", "how=copy", copy, copies);
}

static struct flow expect_flow(const struct ksm_layout *layout)
{
	struct flow flow = { 0 };
	size_t i;

	for (i = 0; i < layout->nr; i++) {
		if (!comes_first(&layout->page[i]))
			flow.copies++;
		else if (layout->page[i].content == KSM_CONTENT_ZERO)
			flow.zeroes++;
		else
			flow.compressed++;
	}
	return flow;
}

/**
 * struct moments - counters around the way out and in
 * @zswap: before, when all was out, when all was back
 * @ksm: the same
 */
struct moments {
	struct zswap_counters zswap[3];
	struct ksm_counters ksm[3];
};

static int note(struct ksm_round *round, struct moments *moments, int which)
{
	int err = zswap_counters_take(round->run, &moments->zswap[which]);

	return err ? err : ksm_counters_read(round->run, &moments->ksm[which]);
}

static void judge(struct ksm_round *round, const struct moments *moments)
{
	struct flow flow = expect_flow(round->layout);
	const struct zswap_expect out[] = {
		{ ZC_ZSWPOUT, flow.compressed }, { ZC_STORED, flow.compressed },
		{ ZC_SWPOUT_ZERO, flow.zeroes }, { ZC_PSWPOUT, 0 }, { ZC_WRITTEN_BACK, 0 },
	};
	const struct zswap_expect in[] = {
		{ ZC_ZSWPIN, flow.compressed }, { ZC_STORED, -flow.compressed },
		{ ZC_PSWPIN, 0 },
	};
	const struct ksm_want copied[] = { { KC_SWPIN_COPY, flow.copies } };
	char text_out[384] = "", text_in[384] = "", text_ksm[128] = "", labels[64];
	unsigned int wrong;

	wrong = zswap_counters_check(&moments->zswap[0], &moments->zswap[1], out,
				     sizeof(out) / sizeof(out[0]), text_out, sizeof(text_out));
	wrong += zswap_counters_check(&moments->zswap[1], &moments->zswap[2], in,
				      sizeof(in) / sizeof(in[0]), text_in, sizeof(text_in));
	wrong += ksm_counters_check(&moments->ksm[2], &moments->ksm[1], copied, 1, text_ksm,
				    sizeof(text_ksm));
	run_check(round->run, "swapped-to-zswap",
		  ksm_round_labels(round, "swap", labels, sizeof(labels)),
		  wrong ? VERDICT_FAIL : VERDICT_PASS, "%zu pages out: %s; in: %s, %s",
		  round->layout->nr, text_out, text_in, text_ksm);
}

/* In a group of its own, so that only this process is reclaimed. */
static int out_and_in(struct ksm_round *round, const struct cgroup *group, struct moments *moments)
{
	int err;

	err = note(round, moments, 0);
	if (!err)
		err = reclaim(round, group);
	if (!err)
		err = note(round, moments, 1);
	if (err)
		return err;
	swap_in(round);
	return note(round, moments, 2);
}

/* Nothing is shared any more: that is looked at before ksmd comes again. */
static int look_unmerged(struct ksm_round *round)
{
	int err;

	ksm_layout_unmerge(round->layout);
	err = ksm_round_look(round, "swap");
	ksm_layout_sets(round->layout, &round->rules);
	return err;
}

/* The checksums are still known, so that one scan merges all. */
static int merge_again(struct ksm_round *round)
{
	char labels[64];
	int err;

	err = ksm_round_scan(round);
	if (!err)
		err = ksm_round_check(round, "swap.scan1", &round->expect, round->layout->nr);
	if (!err)
		err = ksm_round_look(round, "swap.scan1");
	if (!err)
		err = ksm_area_check_nodes(&round->area, &round->rules,
					   ksm_round_labels(round, "swap.scan1", labels,
							    sizeof(labels)));
	return err;
}

int ksm_swap(struct ksm_round *round)
{
	struct moments moments;
	int err;

	run_phase(round->run, "scan=%s: swapping", round->scan);
	round->steady = false;
	err = out_and_in(round, round->group, &moments);
	if (err)
		return err;
	judge(round, &moments);
	err = look_unmerged(round);
	return err ? err : merge_again(round);
}
