// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pages of the KSM workload: filling, placing, comparing. Frames are read from
 * /proc/self/pagemap (Documentation/admin-guide/mm/pagemap.rst), nodes with
 * move_pages(), which only tells them when it is given none to move to.
 */
#include "ksm-area.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "content.h"
#include "workload.h"

#define PAGEMAP_FRAME ((1ull << 55) - 1)
#define PAGEMAP_SWAPPED (1ull << 62)
#define PAGEMAP_PRESENT (1ull << 63)

#define MARK_STEP (73 * 8)	/* seven of them are a page less the last word */

static void *map(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static int bind_range(struct ksm_area *area, size_t first, size_t end, unsigned int node)
{
	unsigned long mask = 1ul << node;

	if (syscall(SYS_mbind, ksm_area_at(area, first), (end - first) * KSM_PAGE, MPOL_BIND,
		    &mask, 8 * sizeof(mask), 0))
		return run_error(area->run, -errno, "mbind to node %u: %s", node, strerror(errno));
	return 0;
}

/* Neighbours on one node are bound together, or each page were a mapping of its own. */
static int place(struct ksm_area *area)
{
	const struct ksm_page *page = area->layout->page;
	size_t first = 0, i;
	int err = 0;

	for (i = 1; i <= area->layout->nr && !err; i++) {
		if (i < area->layout->nr && page[i].node == page[first].node)
			continue;
		err = bind_range(area, first, i, page[first].node);
		first = i;
	}
	return err;
}

/* The first word, the last and some between: pages may differ anywhere and only there. */
static size_t mark_at(size_t i)
{
	return i % 8 * MARK_STEP;
}

static uint64_t mark(size_t i)
{
	return 0xff00000000000000ull | i;	/* no text has such a byte */
}

static void fill_page(struct ksm_area *area, size_t i, uint8_t *at)
{
	const struct ksm_page *page = &area->layout->page[i];
	uint64_t word = mark(i);

	if (page->content == KSM_CONTENT_ZERO)
		memset(at, 0, KSM_PAGE);
	else
		content_fill(area->maker, page->content, at);
	if (page->broken)
		memcpy(at + mark_at(i), &word, sizeof(word));
}

void ksm_area_break(const struct ksm_area *area, size_t i)
{
	*(volatile uint64_t *)(ksm_area_at(area, i) + mark_at(i)) = mark(i);
}

static int advise(struct ksm_area *area)
{
	size_t bytes = area->layout->nr * KSM_PAGE;

	if (munlock(area->page, bytes) || madvise(area->page, bytes, MADV_NOHUGEPAGE) ||
	    madvise(area->page, bytes, MADV_MERGEABLE))
		return run_error(area->run, -errno, "munlock or madvise: %s", strerror(errno));
	return 0;
}

int ksm_area_init(struct ksm_area *area, struct run *run, struct ksm_layout *layout,
		  unsigned int nodes)
{
	size_t bytes = 2 * layout->nr * sizeof(uint64_t), i;
	int err;

	memset(area, 0, sizeof(*area));
	area->run = run;
	area->layout = layout;
	area->maker = content_maker_new(CONTENT_TEXT, run_seed(run));
	area->page = map(layout->nr * KSM_PAGE);
	area->sample = map(bytes);
	if (!area->maker || !area->page || !area->sample)
		return run_error(run, -ENOMEM, "no memory for %zu pages", layout->nr);
	area->frame = area->sample + layout->nr;
	memset(area->sample, 0, bytes);
	err = advise(area);
	if (!err && nodes > 1)
		err = place(area);
	for (i = 0; i < layout->nr && !err; i++)
		fill_page(area, i, ksm_area_at(area, i));
	return err;
}

void ksm_area_free(struct ksm_area *area)
{
	if (area->page)
		munmap(area->page, area->layout->nr * KSM_PAGE);
	if (area->sample)
		munmap(area->sample, 2 * area->layout->nr * sizeof(uint64_t));
	content_maker_free(area->maker);
	memset(area, 0, sizeof(*area));
}

void ksm_area_verify(struct ksm_area *area, const char *labels)
{
	static uint8_t wanted[KSM_PAGE];
	size_t i, at, bad = 0, first = 0, first_at = 0, nr = area->layout->nr;
	const uint8_t *seen;

	for (i = 0; i < nr; i++) {
		seen = ksm_area_at(area, i);
		fill_page(area, i, wanted);
		if (!memcmp(wanted, seen, KSM_PAGE))
			continue;
		for (at = 0; wanted[at] == seen[at]; at++)
			;
		if (!bad++) {
			first = i;
			first_at = at;
		}
	}
	if (bad)
		run_check(area->run, "content-verified", labels, VERDICT_FAIL,
			  "%zu of %zu pages are wrong, the first is page %zu at byte %zu",
			  bad, nr, first, first_at);
	else
		run_check(area->run, "content-verified", labels, VERDICT_PASS,
			  "all %d bytes of %zu pages are right", KSM_PAGE, nr);
}

/* The entries of pagemap, into area->frame. */
static int read_pagemap(struct ksm_area *area)
{
	size_t bytes = area->layout->nr * sizeof(uint64_t);
	off_t at = (off_t)((uintptr_t)area->page / KSM_PAGE * sizeof(uint64_t));
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return run_error(area->run, -errno, "/proc/self/pagemap: %s", strerror(errno));
	n = pread(fd, area->frame, bytes, at);
	close(fd);
	if (n != (ssize_t)bytes)
		return run_error(area->run, -EIO, "/proc/self/pagemap: short read");
	return 0;
}

int ksm_area_swapped(struct ksm_area *area, size_t *ret_nr)
{
	size_t i, nr = 0;
	int err = read_pagemap(area);

	if (err)
		return err;
	for (i = 0; i < area->layout->nr; i++)
		nr += !!(area->frame[i] & PAGEMAP_SWAPPED);
	*ret_nr = nr;
	return 0;
}

/** struct holder - who has a frame, to be sorted by it */
struct holder {
	uint64_t frame;
	int32_t set;
	uint32_t page;
};

/* By frame, then by set: what shares a frame stands together. */
static int by_frame(const void *a, const void *b)
{
	const struct holder *one = a, *other = b;

	if (one->frame != other->frame)
		return one->frame < other->frame ? -1 : 1;
	return (one->set > other->set) - (one->set < other->set);
}

/* Pages that joined may be on any KSM page of their content: the bytes tell enough. */
static size_t list_holders(const struct ksm_area *area, struct holder *holder)
{
	size_t i, nr = 0;

	for (i = 0; i < area->layout->nr; i++) {
		if (area->layout->page[i].set == KSM_JOINED)
			continue;
		holder[nr].frame = area->frame[i] & PAGEMAP_PRESENT ?
				   area->frame[i] & PAGEMAP_FRAME : 0;
		holder[nr].set = area->layout->page[i].set;
		holder[nr++].page = (uint32_t)i;
	}
	return nr;
}

static bool may_share(const struct holder *one, const struct holder *other)
{
	return one->set == other->set && one->set != KSM_ALONE && one->set != KSM_BROKEN;
}

/*
 * Sorted by frame, neighbours of one frame must be of one set. That no set has two
 * frames is what the number of different frames says.
 */
static void judge_frames(struct ksm_area *area, struct holder *holder, size_t nr,
			 const char *labels)
{
	size_t i, frames = 0, wrong = 0, absent = 0, wanted = 0, first = 0;

	qsort(holder, nr, sizeof(*holder), by_frame);
	for (i = 0; i < nr; i++) {
		absent += !holder[i].frame;
		if (!i || holder[i].frame != holder[i - 1].frame)
			frames++;
		else if (!may_share(&holder[i], &holder[i - 1]) && !wrong++)
			first = holder[i].page;
	}
	wanted = ksm_layout_frames(area->layout);
	run_check(area->run, "frames-shared", labels,
		  wrong || absent || frames != wanted ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu pages have %zu frames (must be %zu); %zu share one with a page they must not share it with (must be 0, the first is page %zu), %zu have none (must be 0)",
		  nr, frames, wanted, wrong, first, absent);
}

int ksm_area_check_frames(struct ksm_area *area, const char *labels)
{
	struct holder *holder = calloc(area->layout->nr, sizeof(*holder));
	int err;

	if (!holder)
		return run_error(area->run, -ENOMEM, "no memory for %zu frames", area->layout->nr);
	err = read_pagemap(area);
	if (!err)
		judge_frames(area, holder, list_holders(area, holder), labels);
	free(holder);
	return err;
}

static void judge_nodes(struct ksm_area *area, const int *wanted, const int *seen,
			const char *labels)
{
	size_t i, wrong = 0, first = 0, on[KSM_NODES_MAX] = { 0 };

	for (i = 0; i < area->layout->nr; i++) {
		if (area->layout->page[i].set == KSM_ZERO)
			continue;
		if (seen[i] == wanted[i])
			on[wanted[i]]++;
		else if (!wrong++)
			first = i;
	}
	run_check(area->run, "nodes-kept", labels, wrong ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu pages are on node 0 and %zu on node 1 as they must be, %zu are not (the first is page %zu: on %d, must be on %d)",
		  on[0], on[1], wrong, first, seen[first], wanted[first]);
}

int ksm_area_check_nodes(struct ksm_area *area, const struct ksm_rules *rules,
			 const char *labels)
{
	size_t nr = area->layout->nr, i;
	void **at = calloc(nr, sizeof(*at));
	int *wanted = calloc(2 * nr, sizeof(*wanted)), err = 0;

	if (!at || !wanted) {
		err = run_error(area->run, -ENOMEM, "no memory for %zu nodes", nr);
		goto out;
	}
	for (i = 0; i < nr; i++)
		at[i] = ksm_area_at(area, i);
	if (syscall(SYS_move_pages, 0, nr, at, NULL, wanted + nr, 0)) {
		err = run_error(area->run, -errno, "move_pages: %s", strerror(errno));
		goto out;
	}
	ksm_layout_nodes(area->layout, rules, wanted);
	judge_nodes(area, wanted, wanted + nr, labels);
out:
	free(at);
	free(wanted);
	return err;
}
