/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of descriptors that come from a pool. Where each page has one that is freed with it,
 * a slot that nobody knows of, and a page that has none or one too many, stand out: by three
 * counts that have nothing in common, of the slots, of the words that lead to them, and of the
 * pages.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "metadata-check.h"

#define PAGE 4096u

/*
 * Pages that somebody takes or gives back between one count and the next: as many as a CPU
 * handles at once, and a few.
 */
#define CPU_PAGES 32
#define OTHER_PAGES 64

/* On lists of CPUs are blocks of up to 512 pages, which have four descriptors: one for so many. */
#define LISTED_PAGES 128

static const char *label(char labels[METADATA_LABELS], const char *kind, enum metadata_phase phase)
{
	snprintf(labels, METADATA_LABELS, "kind=%s,phase=%s", kind, metadata_phase_name(phase));
	return labels;
}

/* Pages of slots are where they are said to be, and all memory for descriptors is counted. */
static void check_pages(const struct report *report, enum metadata_phase phase,
			const struct metadata *now, const struct metadata_form *form)
{
	const struct frames *shared = &now->shared.frames[MEMMAP_OF_RAM];
	const struct descriptor_pool *pool = &now->pool;
	uint64_t devices, slots = frames_total(&now->slot_pages), all;
	char labels[METADATA_LABELS], text[METADATA_NODES_TEXT];
	bool right = true;
	unsigned int node;

	for (node = 0; node <= METADATA_DEVICE; node++)
		right &= shared->node[node] >= form->descriptors.node[node];
	right &= frames_total(shared) ==
		 frames_total(&form->descriptors) + form->shared_elsewhere;
	devices = frames_total(&now->array.frames[MEMMAP_OF_DEVICES]);
	all = slots + devices + frames_total(shared);
	right &= slots == pool->pages && devices == pool->device_pages && pool->bytes == all * PAGE;
	report_check(report, "metadata-closed-form", label(labels, "descriptors", phase),
		     right ? VERDICT_PASS : VERDICT_FAIL,
		     "pages of descriptors that pages share: %s, and %" PRIu64 " for "
		     "nodes without RAM; %" PRIu64 " pages of slots, must be, as the "
		     "kernel tells, %" PRIu64 "; %" PRIu64 " are mapped for devices, must be %" PRIu64
		     "; with all of them the kernel tells %" PRIu64 " B, must be %" PRIu64,
		     metadata_nodes_text(text, shared, &form->descriptors),
		     form->shared_elsewhere, slots, pool->pages, devices,
		     pool->device_pages, pool->bytes, all * PAGE);
}

/* A slot that is leaked is not free, and no page's; a page that is leaked stays empty. */
static void check_slots(const struct report *report, enum metadata_phase phase,
			const struct metadata *now)
{
	const struct descriptor_pool *pool = &now->pool;
	uint64_t most = metadata_empty_most(now);
	char labels[METADATA_LABELS];

	report_check(report, "metadata-counted", label(labels, "slots", phase),
		     descriptor_pool_adds_up(pool) && now->empty_pages <= most ?
		     VERDICT_PASS : VERDICT_FAIL,
		     "%" PRIu64 " slots are descriptors of a page and %" PRIu64 " are free, %" PRIu64
		     " in all, must be %" PRIu64 ": %u in each of %" PRIu64 " pages, of which %" PRIu64
		     " have the one of their own (must be all) and %" PRIu64
		     " no other (at most %" PRIu64 ")",
		     pool->used, pool->free_slots, pool->used + pool->free_slots,
		     pool->pages * DESCRIPTOR_SLOTS, DESCRIPTOR_SLOTS, pool->pages, pool->own,
		     now->empty_pages, most);
}

/*
 * Pages of the pool have no mark and one descriptor each, and so have those on lists of CPUs,
 * but for blocks there that are larger.
 */
static void check_census(const struct report *report, enum metadata_phase phase,
			 const struct metadata *now)
{
	const struct descriptor_pool *pool = &now->beside;
	int64_t slack = OTHER_PAGES + CPU_PAGES * sysconf(_SC_NPROCESSORS_CONF);
	int64_t seen = (int64_t)(pool->used - pool->own - pool->reserved);
	int64_t pages = (int64_t)(now->census.descriptors - pool->pages);
	int64_t listed = (int64_t)now->use.free_listed;
	int64_t least = pages - listed + listed / LISTED_PAGES - slack;
	int64_t most = pages + (int64_t)now->census.offline + slack;
	char labels[METADATA_LABELS];

	report_check(report, "metadata-counted", label(labels, "descriptors", phase),
		     seen >= least && seen <= most ? VERDICT_PASS : VERDICT_FAIL,
		     "%" PRId64 " descriptors lead to pages, must be %" PRId64 " to %" PRId64 ": %" PRId64
		     " by what pages are, %" PRId64 " less where those on lists of CPUs are in blocks, %" PRIu64
		     " more where pages that are offline have one, and %" PRId64 " more or less; beside %"
		     PRIu64 " of reserved pages",
		     seen, least, most, pages, listed - listed / LISTED_PAGES, now->census.offline,
		     slack, pool->reserved);
}

void metadata_report_pool(const struct report *report, enum metadata_phase phase,
			  const struct metadata *now, const struct metadata_form *form)
{
	check_pages(report, phase, now, form);
	check_slots(report, phase, now);
	check_census(report, phase, now);
}
