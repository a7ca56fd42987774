/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One round of the KSM workload: pages laid out under some settings, scanned, and
 * held against the closed forms. The rounds of a cell differ in how ksmd scans.
 */
#ifndef PAGEMETA_KSM_ROUND_H
#define PAGEMETA_KSM_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ksm-area.h"
#include "ksm-control.h"
#include "ksm-layout.h"

struct cgroup;
struct run;

#define KSM_SCANS 15		/* smart scan has left out every number of scans by then */
#define KSM_FIRST_STEADY 4	/* in the first three pages are got to know and merged */

/**
 * struct ksm_settings - what is the same in all rounds of a cell
 * @pages: pages of a content of their own
 * @max_sharing: max_page_sharing
 * @nodes: nodes the pages are spread over
 * @apart: merge_across_nodes is 0
 * @group: the control group that this process is in, alone
 */
struct ksm_settings {
	uint32_t pages;
	uint32_t max_sharing;
	unsigned int nodes;
	bool apart;
	const struct cgroup *group;
};

/**
 * struct ksm_round - one round
 * @run: the run
 * @scan: "plain", "smart" or "advisor": the label of the round
 * @smart: smart_scan is 1
 * @group: as in struct ksm_settings
 * @rules: what decides who shares with whom
 * @layout: the pages
 * @area: their memory
 * @thread: ksmd
 * @batch: pages_to_scan for a full scan; 0 while the advisor chooses
 * @scans: full scans done in this round
 * @steady: no page has been written to or swapped: full scans are samples
 * @expect: what the counters must be when everything is merged
 * @start: counters when the round began
 */
struct ksm_round {
	struct run *run;
	const char *scan;
	bool smart;
	const struct cgroup *group;
	struct ksm_rules rules;
	struct ksm_layout *layout;
	struct ksm_area area;
	struct ksm_thread thread;
	uint64_t batch;
	unsigned int scans;
	bool steady;
	struct ksm_expect expect;
	struct ksm_counters start;
};

/**
 * ksm_round_open() - lay the pages out and switch KSM on, with nothing scanned yet
 * @round: filled in; @scan, @smart and @rules.zero say what is wanted; undone with
 *	ksm_round_close() also after a failure
 * @run: the run
 * @settings: of the cell
 */
int ksm_round_open(struct ksm_round *round, struct run *run,
		   const struct ksm_settings *settings);
void ksm_round_close(struct ksm_round *round);

/** ksm_round_labels() - "scan=...,after=STEP". Return: @buf */
const char *ksm_round_labels(const struct ksm_round *round, const char *step, char *buf,
			     size_t size);

/**
 * ksm_round_scan() - one full scan; a sample of the series full_scan if it is a steady one
 * @round: the round
 */
int ksm_round_scan(struct ksm_round *round);

/**
 * ksm_round_check_counters() - report a check of counters
 * @round: the round
 * @check: its name
 * @step: what was done, for the label
 * @base: changes since then are looked at; NULL: values
 * @want: @nr expectations
 * @nr: how many
 */
int ksm_round_check_counters(struct ksm_round *round, const char *check, const char *step,
			     const struct ksm_counters *base, const struct ksm_want *want,
			     size_t nr);

/**
 * ksm_round_check() - check counters-closed-form
 * @round: the round
 * @step: what was done, for the label
 * @expect: what the counters must be
 * @items: rmap items there must be: pages that ksmd follows
 */
int ksm_round_check(struct ksm_round *round, const char *step, const struct ksm_expect *expect,
		    uint64_t items);

/**
 * ksm_round_check_profit() - check profit-formula, and what the metadata takes
 * @round: the round
 *
 * general_profit and ksm_process_profit are pages saved less the bytes of rmap items:
 * solved for the size of an rmap item, both must give the same whole number.
 */
int ksm_round_check_profit(struct ksm_round *round);

/** ksm_round_look() - check contents, frames and nodes */
int ksm_round_look(struct ksm_round *round, const char *step);

/**
 * ksm_round_break() - write to pages and see KSM let go of them
 * @round: the round, everything merged
 *
 * Each write is timed: series cow_break.
 */
int ksm_round_break(struct ksm_round *round);

/**
 * ksm_round_unmerged() - after all was unmerged: every page has its frame and its
 *	bytes, and KSM has forgotten it
 * @round: the round
 * @how: by what, for the label
 * @scan: it takes one more scan until it has
 */
int ksm_round_unmerged(struct ksm_round *round, const char *how, bool scan);

/* The three rounds, in ksm-plain.c, ksm-smart.c and ksm-advised.c. */
int ksm_plain(struct run *run, const struct ksm_settings *settings);
int ksm_smart(struct run *run, const struct ksm_settings *settings);
int ksm_advised(struct run *run, const struct ksm_settings *settings);

#endif
