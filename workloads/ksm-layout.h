/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which contents the pages of the KSM workload have, and what KSM of 6.12 must
 * make of them: closed forms derived from mm/ksm.c, nothing measured. Pure
 * arithmetic, so that it is tested without a kernel.
 */
#ifndef PAGEMETA_KSM_LAYOUT_H
#define PAGEMETA_KSM_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KSM_NODES_MAX 2
#define KSM_CONTENT_ZERO 0	/* the content of pages of zeroes */

/** enum ksm_fate - what happens to pages that share no KSM page */
enum ksm_fate {
	KSM_ALONE = -1,		/* finds no equal: stays in the unstable tree */
	KSM_ZERO = -2,		/* becomes the kernel's page of zeroes */
	KSM_BROKEN = -3,	/* was written to after it had been merged */
	KSM_JOINED = -4,	/* was left over and found room when others were written to */
};

/**
 * struct ksm_page - one page
 * @content: number of its content; equal numbers are equal pages
 * @node: node it is placed on
 * @broken: it was written to, and differs from all others since
 * @set: after ksm_layout_sets(): number of the KSM page it shares, or a ksm_fate
 * @rank: its place, from 0 in order of address, among those that share it
 */
struct ksm_page {
	uint32_t content;
	uint8_t node;
	bool broken;
	int32_t set;
	uint32_t rank;
};

/**
 * struct ksm_rules - the settings of KSM that decide
 * @max_sharing: max_page_sharing
 * @apart: merge_across_nodes is 0: each node has trees of its own
 * @zero: use_zero_pages is 1
 */
struct ksm_rules {
	uint32_t max_sharing;
	bool apart;
	bool zero;
};

struct ksm_scratch;

/**
 * struct ksm_layout - the pages in order of address
 * @page: @nr pages
 * @nr: how many
 * @nr_contents: contents are numbered from 0 to this
 * @nr_sets: after ksm_layout_sets(): KSM pages are numbered from 0 to this
 * @scratch: room to compute in, so that nothing can fail later
 */
struct ksm_layout {
	struct ksm_page *page;
	size_t nr;
	uint32_t nr_contents;
	uint32_t nr_sets;
	struct ksm_scratch *scratch;
};

/**
 * struct ksm_expect - counters of /sys/kernel/mm/ksm
 *
 * @shared, @sharing, @unshared, @zero, @chains and @dups are the files pages_shared,
 * pages_sharing, pages_unshared, ksm_zero_pages, stable_node_chains and
 * stable_node_dups.
 */
struct ksm_expect {
	uint64_t shared;
	uint64_t sharing;
	uint64_t unshared;
	uint64_t zero;
	uint64_t chains;
	uint64_t dups;
};

/**
 * ksm_layout_new() - lay out contents
 * @nr: pages of a content of their own; as many pages come in pairs, and then there
 *	are groups around the limit @max_sharing, one of zeroes among them
 * @max_sharing: the limit, at least 2
 * @nodes: 1, or 2: the first half of the pages is on node 0, the second on node 1
 * @seed: of the order
 *
 * Return: the layout, freed with ksm_layout_free(); NULL without memory.
 */
struct ksm_layout *ksm_layout_new(uint32_t nr, uint32_t max_sharing, unsigned int nodes,
				  uint64_t seed);
void ksm_layout_free(struct ksm_layout *layout);

/**
 * ksm_layout_expect() - the counters when every page has been merged that can be
 * @layout: nothing is broken yet
 * @rules: the settings
 * @ret_expect: filled
 *
 * k equal pages of one tree fill KSM pages of max_page_sharing sharers one after the
 * other. A rest of one finds no partner that is not full and stays alone; a larger
 * rest makes one more KSM page. Two or more KSM pages of a content are a chain.
 */
void ksm_layout_expect(const struct ksm_layout *layout, const struct ksm_rules *rules,
		       struct ksm_expect *ret_expect);

/**
 * ksm_layout_sets() - which pages share a KSM page
 * @layout: gets @set and @rank of each page
 * @rules: the settings
 *
 * The same as ksm_layout_expect(), page by page in the order in which ksmd visits
 * them, so that frames can be compared.
 */
void ksm_layout_sets(struct ksm_layout *layout, const struct ksm_rules *rules);

/**
 * ksm_layout_frames() - how many frames the pages take
 * @layout: after ksm_layout_sets(), and perhaps ksm_layout_break(); pages that joined
 *	are on a frame of others and not counted
 */
size_t ksm_layout_frames(const struct ksm_layout *layout);

/**
 * ksm_layout_nodes() - which node each page must be on when all are merged
 * @layout: after ksm_layout_sets()
 * @rules: the settings
 * @node: gets @layout->nr nodes
 *
 * The KSM page is the page of its second sharer: the one that ksmd was looking at
 * when it found the first in the unstable tree.
 */
void ksm_layout_nodes(const struct ksm_layout *layout, const struct ksm_rules *rules, int *node);

/**
 * ksm_layout_to_break() - whether a page is one of those to be written to
 * @layout: after ksm_layout_sets()
 * @i: number of the page
 *
 * Of each third pair both, of each third one, of each third none; every other sharer
 * of the larger groups, so that all their KSM pages keep a sharer; every other page
 * of zeroes that is not alone.
 */
bool ksm_layout_to_break(const struct ksm_layout *layout, size_t i);

/**
 * ksm_layout_break() - note that all those pages were written to
 * @layout: after ksm_layout_sets(); @set and @broken are changed
 * @rules: the settings
 * @expect: what ksm_layout_expect() said; becomes what the counters are after one
 *	scan, when the pages written to are in no tree yet
 *
 * Return: how many pages were written to; the next scan adds them to @unshared.
 */
uint64_t ksm_layout_break(struct ksm_layout *layout, const struct ksm_rules *rules,
			  struct ksm_expect *expect);

/** ksm_layout_unmerge() - note that every page is alone again */
void ksm_layout_unmerge(struct ksm_layout *layout);

/**
 * ksm_smart_skips() - whether smart scan leaves out a page that found no equal
 * @scan: number of the scan since the page was first seen, from 1
 *
 * should_skip_rmap_item() of 6.12: the first three scans never skip; then each visit
 * at age a (= scans before it) is followed by 1 skip for a = 3, 2 up to 5, 4 up to 8,
 * 8 beyond.
 */
bool ksm_smart_skips(unsigned int scan);

#endif
