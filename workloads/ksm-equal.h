/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A few equal pages, of which some are anchors: nothing is done to them, so that they
 * are merged in any case and KSM has a page for the others to be merged into. What
 * happens to the others is what the checks here are about.
 */
#ifndef PAGEMETA_KSM_EQUAL_H
#define PAGEMETA_KSM_EQUAL_H

#include <stddef.h>
#include <stdint.h>

struct run;

#define KSM_ANCHORS 4
#define KSM_OTHERS 8
#define KSM_EQUAL (KSM_ANCHORS + KSM_OTHERS)
#define KSM_WORD 1024		/* the 64-bit word of a page that is written to */

/**
 * struct ksm_equal - equal pages
 * @run: the run
 * @page: KSM_EQUAL pages, mergeable; the anchors come first
 * @content: what each holds
 * @word: its word number KSM_WORD / 8
 */
struct ksm_equal {
	struct run *run;
	uint8_t *page;
	uint8_t content[4096];
	uint64_t word;
};

/**
 * ksm_equal_open() - switch KSM off, make the pages
 * @equal: filled in; undone with ksm_equal_close() also after a failure
 * @run: the run
 */
int ksm_equal_open(struct ksm_equal *equal, struct run *run);
void ksm_equal_close(struct ksm_equal *equal);

/** ksm_equal_other() - one of the pages that are no anchors, from 0 */
static inline uint8_t *ksm_equal_other(const struct ksm_equal *equal, size_t i)
{
	return equal->page + (KSM_ANCHORS + i) * sizeof(equal->content);
}

/**
 * ksm_hold() - check held-pages-left-alone
 * @run: the run
 *
 * While somebody holds a reference to a page (a pipe that it was spliced into, a
 * long-term pin), KSM must not merge it: the holder would be left with a page that no
 * one else sees. What is then written to the pages must reach the holder. Once they
 * are released, they must be merged.
 */
int ksm_hold(struct run *run);

/**
 * ksm_race() - check race-content
 * @run: the run
 *
 * A thread changes pages and back while ksmd merges them without a pause. What it has
 * written must be there when it looks again: a page that changes after it was
 * compared and before its mapping is replaced must be compared once more.
 */
int ksm_race(struct run *run);

#endif
