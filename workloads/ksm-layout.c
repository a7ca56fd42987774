// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The layout of the KSM workload and its closed forms. ksm_layout_expect() counts
 * copies and computes; ksm_layout_sets() follows ksmd page by page. The two are
 * written apart from each other, and the unit test holds them together.
 */
#include "ksm-layout.h"

#include <stdlib.h>
#include <string.h>

#include "prng.h"

#define TREES KSM_NODES_MAX

/* Copies of the groups around the limit m: these many times m, and so many more. */
static const struct group {
	uint32_t times;
	uint32_t more;
} groups[] = { { 1, 0 }, { 1, 1 }, { 1, 2 }, { 2, 0 }, { 2, 1 }, { 0, 3 } };

#define NR_GROUPS (sizeof(groups) / sizeof(groups[0]))

static void add(struct ksm_layout *layout, uint32_t copies)
{
	while (copies--)
		layout->page[layout->nr++].content = layout->nr_contents;
	layout->nr_contents++;
}

/* Fisher and Yates: every order is as likely as any other. */
static void shuffle(struct ksm_layout *layout, uint64_t seed)
{
	struct ksm_page page;
	size_t i, k;

	for (i = layout->nr; i > 1; i--) {
		k = (size_t)prng_below(&seed, i);
		page = layout->page[i - 1];
		layout->page[i - 1] = layout->page[k];
		layout->page[k] = page;
	}
}

static uint32_t zeroes(uint32_t max_sharing)
{
	return 2 * max_sharing + 2;
}

/**
 * struct filling - the KSM page of a content that is being filled in one tree
 * @sharers: pages on it
 * @set: its number
 * @last: the page that came last, for the case that it stays the only one
 */
struct filling {
	uint32_t sharers;
	int32_t set;
	size_t last;
};

/**
 * struct ksm_scratch - room to compute in
 * @filling: one for each content and tree
 * @count: one for each content and tree, or for each KSM page
 * @fate: what becomes of each page, 0 for nothing
 */
struct ksm_scratch {
	struct filling *filling;
	uint64_t *count;
	int32_t *fate;
};

static size_t count_pages(uint32_t nr, uint32_t max_sharing)
{
	size_t pages = nr + nr / 2 * 2 + zeroes(max_sharing), i;

	for (i = 0; i < NR_GROUPS; i++)
		pages += groups[i].times * max_sharing + groups[i].more;
	return pages;
}

/* There are no more KSM pages than pages, and no more contents. */
static struct ksm_layout *alloc_layout(size_t pages)
{
	struct ksm_layout *layout = calloc(1, sizeof(*layout));
	struct ksm_scratch *scratch = calloc(1, sizeof(*scratch));

	if (!layout || !scratch) {
		free(layout);
		free(scratch);
		return NULL;
	}
	layout->scratch = scratch;
	layout->page = calloc(pages, sizeof(*layout->page));
	scratch->filling = calloc(pages * TREES, sizeof(*scratch->filling));
	scratch->count = calloc(pages * TREES, sizeof(*scratch->count));
	scratch->fate = calloc(pages, sizeof(*scratch->fate));
	if (layout->page && scratch->filling && scratch->count && scratch->fate)
		return layout;
	ksm_layout_free(layout);
	return NULL;
}

struct ksm_layout *ksm_layout_new(uint32_t nr, uint32_t max_sharing, unsigned int nodes,
				  uint64_t seed)
{
	struct ksm_layout *layout = alloc_layout(count_pages(nr, max_sharing));
	size_t i;

	if (!layout)
		return NULL;
	add(layout, zeroes(max_sharing));	/* the first: KSM_CONTENT_ZERO */
	for (i = 0; i < NR_GROUPS; i++)
		add(layout, groups[i].times * max_sharing + groups[i].more);
	for (i = 0; i < nr / 2; i++)
		add(layout, 2);
	for (i = 0; i < nr; i++)
		add(layout, 1);
	shuffle(layout, seed);
	for (i = 0; i < layout->nr; i++)
		layout->page[i].node = nodes > 1 && i >= layout->nr / 2;
	return layout;
}

void ksm_layout_free(struct ksm_layout *layout)
{
	if (!layout)
		return;
	free(layout->scratch->filling);
	free(layout->scratch->count);
	free(layout->scratch->fate);
	free(layout->scratch);
	free(layout->page);
	free(layout);
}

static unsigned int tree_of(const struct ksm_page *page, const struct ksm_rules *rules)
{
	return rules->apart ? page->node : 0;
}

/* k equal pages in one tree. */
static void expect_copies(uint64_t k, uint64_t max, struct ksm_expect *expect)
{
	uint64_t alone = k % max == 1, full = k / max, shared = full + (k % max >= 2);

	expect->unshared += alone;
	expect->shared += shared;
	expect->sharing += k - alone - shared;
	if (shared < 2)
		return;
	expect->chains++;
	expect->dups += shared;
}

void ksm_layout_expect(const struct ksm_layout *layout, const struct ksm_rules *rules,
		       struct ksm_expect *ret_expect)
{
	uint64_t *copies = layout->scratch->count;	/* of each content in each tree */
	size_t nr = (size_t)layout->nr_contents * TREES, i;
	struct ksm_expect expect = { 0 };

	memset(copies, 0, nr * sizeof(*copies));
	for (i = 0; i < layout->nr; i++)
		copies[layout->page[i].content * TREES + tree_of(&layout->page[i], rules)]++;
	for (i = 0; i < nr; i++) {
		if (i / TREES == KSM_CONTENT_ZERO && rules->zero)
			expect.zero += copies[i];
		else
			expect_copies(copies[i], rules->max_sharing, &expect);
	}
	*ret_expect = expect;
}

static void set_page(struct ksm_layout *layout, size_t i, struct filling *filling, uint32_t max)
{
	if (!filling->sharers || filling->sharers == max) {
		filling->sharers = 0;
		filling->set = (int32_t)layout->nr_sets++;
	}
	layout->page[i].set = filling->set;
	layout->page[i].rank = filling->sharers++;
	filling->last = i;
}

/* A KSM page has two sharers at least: who is the only one is alone. */
static void leave_alone(struct ksm_layout *layout, const struct filling *filling, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (filling[i].sharers == 1)
			layout->page[filling[i].last].set = KSM_ALONE;
}

void ksm_layout_sets(struct ksm_layout *layout, const struct ksm_rules *rules)
{
	size_t nr = (size_t)layout->nr_contents * TREES, i;
	struct filling *filling = layout->scratch->filling;
	struct ksm_page *page;

	memset(filling, 0, nr * sizeof(*filling));
	layout->nr_sets = 0;
	for (i = 0; i < layout->nr; i++) {
		page = &layout->page[i];
		page->rank = 0;
		if (page->content == KSM_CONTENT_ZERO && rules->zero)
			page->set = KSM_ZERO;
		else
			set_page(layout, i,
				 &filling[page->content * TREES + tree_of(page, rules)],
				 rules->max_sharing);
	}
	leave_alone(layout, filling, nr);
}

size_t ksm_layout_frames(const struct ksm_layout *layout)
{
	uint64_t *sharers = layout->scratch->count;
	size_t i, frames = 0;
	bool zero = false;

	memset(sharers, 0, layout->nr * sizeof(*sharers));
	for (i = 0; i < layout->nr; i++) {
		zero |= layout->page[i].set == KSM_ZERO;
		if (layout->page[i].set >= 0)
			frames += !sharers[layout->page[i].set]++;
		else if (layout->page[i].set == KSM_ALONE || layout->page[i].set == KSM_BROKEN)
			frames++;
	}
	return frames + zero;
}

void ksm_layout_nodes(const struct ksm_layout *layout, const struct ksm_rules *rules, int *node)
{
	int32_t *of_set = layout->scratch->fate;
	const struct ksm_page *page = layout->page;
	size_t i;

	for (i = 0; i < layout->nr; i++)
		if (page[i].set >= 0 && page[i].rank == 1)
			of_set[page[i].set] = page[i].node;
	for (i = 0; i < layout->nr; i++)
		node[i] = page[i].set >= 0 && !rules->apart ? of_set[page[i].set] : page[i].node;
}

static bool in_pair(const struct ksm_page *page)
{
	return page->content > NR_GROUPS;
}

bool ksm_layout_to_break(const struct ksm_layout *layout, size_t i)
{
	const struct ksm_page *page = &layout->page[i];

	if (page->set == KSM_ZERO)
		return i % 2;
	if (page->set < 0)
		return false;
	if (!in_pair(page))
		return page->rank % 2;
	return page->content % 3 == 0 || (page->content % 3 == 1 && !page->rank);
}

/*
 * A page that was left over is the last of its content in its tree, so ksmd comes to
 * it when those written to before it have left their KSM pages: it finds room there
 * if any of them has. It does: a left-over page follows max_sharing >= 2 others, and
 * every other one of them is written to.
 */
static bool finds_room(const struct ksm_layout *layout, const struct ksm_page *page,
		       const struct ksm_rules *rules)
{
	const struct ksm_page *other;
	size_t i;

	for (i = 0; i < layout->nr; i++) {
		other = &layout->page[i];
		if (other->content == page->content && other != page &&
		    tree_of(other, rules) == tree_of(page, rules) &&
		    ksm_layout_to_break(layout, i))
			return !in_pair(page);
	}
	return false;
}

static void expect_left(const struct ksm_layout *layout, struct ksm_expect *expect)
{
	uint64_t *left = layout->scratch->count;
	size_t i;

	memset(left, 0, layout->nr * sizeof(*left));
	for (i = 0; i < layout->nr; i++)
		if (layout->page[i].set >= 0 && !ksm_layout_to_break(layout, i))
			left[layout->page[i].set]++;
	expect->shared = 0;
	expect->sharing = 0;
	for (i = 0; i < layout->nr_sets; i++) {
		expect->shared += left[i] > 0;
		expect->sharing += left[i] ? left[i] - 1 : 0;
	}
}

static int32_t fate_of(const struct ksm_layout *layout, size_t i, const struct ksm_rules *rules)
{
	const struct ksm_page *page = &layout->page[i];

	if (ksm_layout_to_break(layout, i))
		return KSM_BROKEN;
	if (page->set == KSM_ALONE && finds_room(layout, page, rules))
		return KSM_JOINED;
	return 0;
}

uint64_t ksm_layout_break(struct ksm_layout *layout, const struct ksm_rules *rules,
			  struct ksm_expect *expect)
{
	int32_t *fate = layout->scratch->fate;
	uint64_t broken = 0;
	size_t i;

	expect_left(layout, expect);
	for (i = 0; i < layout->nr; i++)
		fate[i] = fate_of(layout, i, rules);
	for (i = 0; i < layout->nr; i++) {
		if (fate[i] == KSM_BROKEN) {
			expect->zero -= layout->page[i].set == KSM_ZERO;
			layout->page[i].broken = true;
			broken++;
		} else if (fate[i] == KSM_JOINED) {
			expect->unshared--;
			expect->sharing++;
		}
		if (fate[i])
			layout->page[i].set = fate[i];
	}
	return broken;
}

void ksm_layout_unmerge(struct ksm_layout *layout)
{
	size_t i;

	for (i = 0; i < layout->nr; i++)
		layout->page[i].set = KSM_ALONE;
}

static unsigned int skips_after(unsigned int age)
{
	if (age <= 3)
		return 1;
	if (age <= 5)
		return 2;
	return age <= 8 ? 4 : 8;
}

bool ksm_smart_skips(unsigned int scan)
{
	unsigned int visit = 4;		/* the first that decides about those after it */

	while (visit < scan)
		visit += skips_after(visit - 1) + 1;
	return scan > 3 && visit != scan;
}
