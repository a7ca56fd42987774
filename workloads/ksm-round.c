// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the rounds of the KSM workload have in common: settings, scans, and the checks
 * that hold counters, frames and bytes against the closed forms of the layout.
 */
#include "ksm-round.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sysfs.h"
#include "workload.h"

#define LABELS 64

/* Settings that decide about merging are only taken while nothing is merged. */
static int write_settings(struct ksm_round *round)
{
	struct run *run = round->run;
	int err = ksm_stop();

	if (err == -ENOENT)
		return run_unsupported(run, KSM_FOLDER "run: missing; it takes CONFIG_KSM=y");
	if (err)
		return run_error(run, err, KSM_FOLDER "run: %s", strerror(-err));
	err = ksm_set(run, "max_page_sharing", round->rules.max_sharing);
	if (!err)
		err = ksm_set(run, "merge_across_nodes", !round->rules.apart);
	if (!err)
		err = ksm_set(run, "use_zero_pages", round->rules.zero);
	if (!err)
		err = ksm_set(run, "smart_scan", round->smart);
	return err;
}

int ksm_round_open(struct ksm_round *round, struct run *run,
		   const struct ksm_settings *settings)
{
	int err;

	run_phase(run, "scan=%s: laying out", round->scan);
	round->run = run;
	round->group = settings->group;
	round->rules.max_sharing = settings->max_sharing;
	round->rules.apart = settings->apart;
	round->steady = true;
	err = write_settings(round);
	if (err)
		return err;
	round->layout = ksm_layout_new(settings->pages, settings->max_sharing, settings->nodes,
				       run_seed(run));
	if (!round->layout)
		return run_error(run, -ENOMEM, "no memory for a layout");
	ksm_layout_expect(round->layout, &round->rules, &round->expect);
	ksm_layout_sets(round->layout, &round->rules);
	round->batch = round->layout->nr + 1;
	err = ksm_area_init(&round->area, run, round->layout, settings->nodes);
	if (!err)
		err = ksm_thread_start(run, &round->thread);
	if (!err)
		err = ksm_counters_read(run, &round->start);
	return err;
}

void ksm_round_close(struct ksm_round *round)
{
	ksm_stop();
	if (round->layout)
		ksm_area_free(&round->area);
	ksm_layout_free(round->layout);
	round->layout = NULL;
}

const char *ksm_round_labels(const struct ksm_round *round, const char *step, char *buf,
			     size_t size)
{
	snprintf(buf, size, "scan=%s,after=%s", round->scan, step);
	return buf;
}

int ksm_round_scan(struct ksm_round *round)
{
	char labels[LABELS];
	uint64_t cpu = 0, sample;
	int err;

	run_begin(round->run);
	err = ksm_thread_scan(&round->thread, round->batch, &cpu);
	sample = run_end_as(round->run, cpu);
	if (err)
		return err;
	round->scans++;
	if (!round->steady || round->scans < KSM_FIRST_STEADY)
		return 0;
	snprintf(labels, sizeof(labels), "scan=%s", round->scan);
	run_time_each(round->run, "full_scan", labels, sample, round->layout->nr);
	return 0;
}

int ksm_round_check_counters(struct ksm_round *round, const char *check, const char *step,
			     const struct ksm_counters *base, const struct ksm_want *want,
			     size_t nr)
{
	struct ksm_counters seen;
	char text[512] = "", labels[LABELS];
	unsigned int wrong;
	int err;

	err = ksm_counters_read(round->run, &seen);
	if (err)
		return err;
	wrong = ksm_counters_check(&seen, base, want, nr, text, sizeof(text));
	run_check(round->run, check, ksm_round_labels(round, step, labels, sizeof(labels)),
		  wrong ? VERDICT_FAIL : VERDICT_PASS, "%s%s", base ? "change of " : "", text);
	return 0;
}

int ksm_round_check(struct ksm_round *round, const char *step, const struct ksm_expect *expect,
		    uint64_t items)
{
	const struct ksm_want want[] = {
		{ KC_SHARED, (int64_t)expect->shared }, { KC_SHARING, (int64_t)expect->sharing },
		{ KC_UNSHARED, (int64_t)expect->unshared },
		{ KC_VOLATILE, (int64_t)(items - expect->shared - expect->sharing -
					 expect->unshared) },
		{ KC_ZERO, (int64_t)expect->zero }, { KC_CHAINS, (int64_t)expect->chains },
		{ KC_DUPS, (int64_t)expect->dups },
	};

	return ksm_round_check_counters(round, "counters-closed-form", step, NULL, want,
					sizeof(want) / sizeof(want[0]));
}

/* Size of an rmap item as a profit tells it; 0 when it comes out as no whole number. */
static uint64_t item_bytes(int64_t pages, int64_t profit, int64_t items)
{
	int64_t bytes = pages * KSM_PAGE - profit;

	return items > 0 && bytes > 0 && bytes % items == 0 ? (uint64_t)(bytes / items) : 0;
}

static void record_bytes(struct ksm_round *round, const struct ksm_counters *seen,
			 const struct ksm_stat *stat, int64_t profit, uint64_t item)
{
	char labels[LABELS];

	snprintf(labels, sizeof(labels), "scan=%s", round->scan);
	run_value(round->run, "saved_pages", labels, seen->value[KC_SHARING] +
		  seen->value[KC_ZERO]);
	run_value(round->run, "rmap_item_bytes", labels, (uint64_t)stat->rmap_items * item);
	if (profit > 0)
		run_value(round->run, "profit", labels, (uint64_t)profit);
}

int ksm_round_check_profit(struct ksm_round *round)
{
	struct ksm_counters seen;
	uint64_t general, process;
	struct ksm_stat stat;
	char labels[LABELS];
	int64_t profit;
	bool good;
	int err;

	err = ksm_counters_read(round->run, &seen);
	if (!err)
		err = ksm_stat_read(round->run, &stat);
	if (!err)
		err = ksm_profit(round->run, &profit);
	if (err)
		return err;
	general = item_bytes((int64_t)(seen.value[KC_SHARING] + seen.value[KC_ZERO]), profit,
			     stat.rmap_items);
	process = item_bytes(stat.merging_pages + stat.zero_pages, stat.profit, stat.rmap_items);
	good = general && general == process &&
	       stat.merging_pages == (int64_t)(seen.value[KC_SHARED] + seen.value[KC_SHARING]) &&
	       stat.zero_pages == (int64_t)seen.value[KC_ZERO];
	run_check(round->run, "profit-formula",
		  ksm_round_labels(round, "merge", labels, sizeof(labels)),
		  good ? VERDICT_PASS : VERDICT_FAIL,
		  "an rmap item has %" PRIu64 " B by general_profit and %" PRIu64 " B by ksm_process_profit (must be equal, not 0); the process has %" PRId64 " KSM pages (must be pages_shared + pages_sharing = %" PRIu64 ") and %" PRId64 " pages of zeroes (must be %" PRIu64 ")",
		  general, process, stat.merging_pages,
		  seen.value[KC_SHARED] + seen.value[KC_SHARING], stat.zero_pages,
		  seen.value[KC_ZERO]);
	record_bytes(round, &seen, &stat, profit, general);
	return 0;
}

int ksm_round_look(struct ksm_round *round, const char *step)
{
	char labels[LABELS];
	int err;

	ksm_round_labels(round, step, labels, sizeof(labels));
	ksm_area_verify(&round->area, labels);
	err = ksm_area_check_frames(&round->area, labels);
	return err;
}

/* Of the pages to be written to: each write timed, with what kind of page it was. */
static void write_to_pages(struct ksm_round *round, uint64_t *ret_ksm, uint64_t *ret_zero)
{
	const struct ksm_layout *layout = round->layout;
	uint64_t *sample = round->area.sample, start;
	size_t nr = 0, i;
	bool zero;

	for (zero = false; ; zero = true) {
		nr = 0;
		for (i = 0; i < layout->nr; i++) {
			if (!ksm_layout_to_break(layout, i) ||
			    (layout->page[i].set == KSM_ZERO) != zero)
				continue;
			start = run_begin(round->run);
			ksm_area_break(&round->area, i);
			sample[nr++] = run_end(round->run, start);
		}
		run_times(round->run, "cow_break", zero ? "page=zero" : "page=ksm", sample, nr);
		if (zero)
			break;
		*ret_ksm = nr;
	}
	*ret_zero = nr;
}

/* What must be true as soon as the writes are done, before ksmd comes again. */
static int check_writes(struct ksm_round *round, const struct ksm_counters *before,
			uint64_t ksm, uint64_t zero)
{
	const struct ksm_want want[] = {
		{ KC_COW, (int64_t)ksm }, { KC_ZERO, -(int64_t)zero },
	};

	return ksm_round_check_counters(round, "counters-closed-form", "write", before, want,
					sizeof(want) / sizeof(want[0]));
}

int ksm_round_break(struct ksm_round *round)
{
	struct ksm_expect expect = round->expect;
	struct ksm_counters before;
	uint64_t ksm, zero, broken, items;
	int err;

	run_phase(round->run, "scan=%s: writing", round->scan);
	round->steady = false;
	err = ksm_counters_read(round->run, &before);
	if (err)
		return err;
	write_to_pages(round, &ksm, &zero);
	err = check_writes(round, &before, ksm, zero);
	broken = ksm_layout_break(round->layout, &round->rules, &expect);
	items = round->layout->nr - expect.zero;
	/* The first scan takes them out of the stable tree, the second has seen them twice. */
	if (!err)
		err = ksm_round_scan(round);
	if (!err)
		err = ksm_round_check(round, "write.scan1", &expect, items);
	expect.unshared += broken;
	if (!err)
		err = ksm_round_scan(round);
	if (!err)
		err = ksm_round_check(round, "write.scan2", &expect, items);
	return err ? err : ksm_round_look(round, "write.scan2");
}

int ksm_round_unmerged(struct ksm_round *round, const char *how, bool scan)
{
	struct ksm_expect nothing = { 0 };
	int err;

	/*
	 * A chain whose KSM pages are gone is freed by the next search that comes to it,
	 * and there is nothing left to search for; switching KSM off walks the tree.
	 */
	round->steady = false;
	if (scan)
		nothing.chains = round->expect.chains;
	ksm_layout_unmerge(round->layout);
	err = ksm_round_look(round, how);
	/* The rmap items of what is mergeable no more go when ksmd comes by. */
	if (!err && scan)
		err = ksm_round_scan(round);
	return err ? err : ksm_round_check(round, how, &nothing, 0);
}
