/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of storm that use anonymous memory. Each page tells to whom it belongs, which
 * page it is and when it was written.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prng.h"
#include "storm-actors.h"
#include "sysfs.h"
#include "workload.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25	/* include/uapi/asm-generic/mman-common.h, since 6.1 */
#endif

#define PAGE SWAP_PAGES_SIZE
#define HUGE_PAGES (STORM_HUGE / PAGE)
#define SPLIT "/sys/kernel/debug/split_huge_pages"
#define CHILD_WRITES 64
#define MOVE_PAGES 32
#define KSM_CONTENTS 8
#define KSM_FEW 16
#define KSM_STAY 2048		/* operations */
#define KSM_SHARED "/sys/kernel/mm/ksm/pages_sharing"
/*
 * Twice what a process has fits neither into memory nor, stored in zswap, beside it: what
 * is stored is charged as well, and takes less than a half.
 */
#define SQUEEZE_BYTES(pages) ((pages) * PAGE * 3 / 4)

/* --- pages that are swapped out one by one --- */

static int swap(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;

	return storm_process_swap(process, storm->run, storm->pages, storm_goes_on);
}

/* --- by reclaim, within a cgroup that has no room for them --- */

static int squeeze(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;
	size_t nr = 8 * storm->pages;
	char text[32];
	int err;

	snprintf(text, sizeof(text), "%zu", SQUEEZE_BYTES(nr));
	err = cgroup_write(storm->run, &storm->group, "memory.max", text);
	if (!err)
		err = cgroup_enter(storm->run, &storm->group);
	return err ? err : storm_process_swap(process, storm->run, nr, storm_goes_on);
}

/* --- huge pages --- */

static int split(const uint8_t *at, size_t bytes)
{
	char range[96];

	snprintf(range, sizeof(range), "%d,0x%lx,0x%lx", (int)getpid(), (unsigned long)at,
		 (unsigned long)at + bytes);
	return sysfs_write(SPLIT, range);
}

/* Half of a huge page is given back to the kernel. */
static int give_half(struct swap_pages *pages, size_t first)
{
	size_t i;

	if (madvise(swap_pages_at(pages, first), STORM_HUGE / 2, MADV_DONTNEED))
		return -errno;
	for (i = 0; i < HUGE_PAGES / 2; i++)
		pages->version[first + i] = 0;
	return 0;
}

/* @more: ranges that became a huge page again. */
static int huge_step(struct storm_process *process, struct swap_pages *pages, uint64_t *random)
{
	size_t first = prng_below(random, pages->nr / HUGE_PAGES) * HUGE_PAGES;
	uint8_t *at = swap_pages_at(pages, first);

	switch (prng_below(random, 128)) {
	case 0:
	case 1:
		return madvise(at, STORM_HUGE, MADV_PAGEOUT) ? -errno : 0;
	case 2:
	case 3:
		return split(at, STORM_HUGE);
	case 4:
		return give_half(pages, first + prng_below(random, 2) * HUGE_PAGES / 2);
	case 5:
	case 6:
	case 7:
		/* There may be no huge page, or a page of it be held or on its way. */
		process->more += !madvise(at, STORM_HUGE, MADV_COLLAPSE);
		return 0;
	default:
		return swap_pages_step(pages, random, &process->verdict);
	}
}

static int compare_all(struct storm_process *process, struct swap_pages *pages)
{
	size_t i;

	for (i = 0; i < pages->nr; i++)
		swap_pages_compare(pages, i, swap_pages_at(pages, i), &process->verdict);
	return 0;
}

/* Goes on with @step, then compares every page. */
static int use_pages(struct storm_process *process, bool huge, size_t nr,
		     int (*step)(struct storm_process *process, struct swap_pages *pages,
				 uint64_t *random))
{
	struct mixed_storm *storm = process->context;
	struct swap_pages pages;
	uint64_t random;
	int err;

	err = (huge ? swap_pages_new_huge : swap_pages_new)(storm->run, process->salt, nr, &pages);
	if (err)
		return err;
	random = pages.seed;
	err = swap_pages_fill(&pages);
	while (storm_goes_on(process) && !err) {
		err = step(process, &pages, &random);
		storm_did(process);
	}
	if (!err)
		err = compare_all(process, &pages);
	swap_pages_free(&pages);
	return err;
}

static int huge(struct storm_process *process)
{
	return use_pages(process, true, 4 * HUGE_PAGES, huge_step);
}

/* --- pages that parent and child share until one of them writes --- */

static void compare_beside(struct storm_process *process, struct swap_pages *pages)
{
	size_t i;

	for (i = 0; i < pages->nr; i++)
		swap_pages_compare(pages, i, swap_pages_at(pages, i), &process->beside);
}

static int write_some(struct swap_pages *pages, uint64_t *random)
{
	size_t i, k;
	int err = 0;

	for (i = 0; i < CHILD_WRITES && !err; i++) {
		k = prng_below(random, pages->nr);
		swap_pages_write(pages, k);
		err = i % 8 ? 0 : swap_pages_out(pages, k);
	}
	return err;
}

/* What it writes is not what the parent writes meanwhile: it draws from where that will be. */
static void __attribute__((noreturn)) child(struct storm_process *process,
					    struct swap_pages *pages, uint64_t random)
{
	int err;

	compare_beside(process, pages);
	random ^= UINT64_C(0x5851f42d4c957f2d);
	pages->seed ^= random;		/* of what is compared from now on */
	for (size_t i = 0; i < pages->nr; i++)
		pages->version[i] = 0;
	err = madvise(pages->page, pages->nr / 2 * PAGE, MADV_DONTNEED) ? -errno : 0;
	for (size_t i = pages->nr / 2; i < pages->nr; i++)
		swap_pages_write(pages, i);
	if (!err)
		err = write_some(pages, &random);
	compare_beside(process, pages);
	_exit(err != 0);
}

static int fork_step(struct storm_process *process, struct swap_pages *pages, uint64_t *random)
{
	int err, status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return errno == ENOMEM || errno == EAGAIN ? 0 : -errno;
	if (!pid)
		child(process, pages, *random);
	err = write_some(pages, random);
	compare_all(process, pages);
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return err ? err : status ? -ECHILD : 0;
}

/* In turn pages of 4 KiB and huge ones. */
static int fork_small(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;

	return use_pages(process, false, storm->pages, fork_step);
}

static int fork_huge(struct storm_process *process)
{
	return use_pages(process, true, HUGE_PAGES, fork_step);
}

/* --- pages that are moved to another node --- */

/* @more: pages that were. */
static int move_step(struct storm_process *process, struct swap_pages *pages, uint64_t *random)
{
	int nodes[MOVE_PAGES], status[MOVE_PAGES], to;
	void *at[MOVE_PAGES];
	size_t i, first;

	if (prng_below(random, 8))
		return swap_pages_step(pages, random, &process->verdict);
	first = prng_below(random, pages->nr - MOVE_PAGES);
	to = (int)prng_below(random, 2);
	for (i = 0; i < MOVE_PAGES; i++) {
		at[i] = swap_pages_at(pages, first + i);
		nodes[i] = to;
		status[i] = -1;
	}
	/* Positive: so many that could not be moved. */
	if (syscall(SYS_move_pages, 0, (unsigned long)MOVE_PAGES, at, nodes, status,
		    MPOL_MF_MOVE) < 0)
		return errno == ENOENT || errno == ENOMEM || errno == EBUSY ? 0 : -errno;
	for (i = 0; i < MOVE_PAGES; i++)
		process->more += status[i] == to;
	return 0;
}

static int move_small(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;

	return use_pages(process, false, storm->pages, move_step);
}

static int move_huge(struct storm_process *process)
{
	return use_pages(process, true, 2 * HUGE_PAGES, move_step);
}

/* --- equal pages, which KSM makes one of --- */

/** struct equal - pages of few contents */
struct equal {
	struct content_maker *maker;
	uint8_t *at;
	uint8_t *content;
	size_t nr;
};

static void write_equal(struct equal *equal, size_t i, uint64_t *random)
{
	equal->content[i] = (uint8_t)prng_below(random, KSM_CONTENTS);
	content_fill(equal->maker, equal->content[i], equal->at + i * PAGE);
}

static void compare_equal(struct storm_process *process, struct equal *equal, size_t i)
{
	int byte = content_differs(equal->maker, equal->content[i], equal->at + i * PAGE);

	storm_judge(&process->verdict, byte < 0, "page %zu of content %u is wrong from byte %d on", i,
		    equal->content[i], byte);
}

/*
 * A few pages for a while, then others: what is used again and again is in the TLB when KSM
 * takes it away on another CPU.
 */
static size_t draw_page(const struct storm_process *process, const struct equal *equal,
			uint64_t *random)
{
	size_t first = process->done / KSM_STAY * KSM_FEW % (equal->nr - KSM_FEW);

	return first + prng_below(random, KSM_FEW);
}

static int equal_step(struct storm_process *process, struct equal *equal, uint64_t *random)
{
	size_t i = draw_page(process, equal, random), some = equal->nr / 8;
	uint64_t shared = 0;
	int err;

	switch (prng_below(random, 64)) {
	case 0:
		i = prng_below(random, equal->nr - some);
		if (madvise(equal->at + i * PAGE, some * PAGE, MADV_UNMERGEABLE))
			return -errno;
		return madvise(equal->at + i * PAGE, some * PAGE, MADV_MERGEABLE) ? -errno : 0;
	case 1:
		err = sysfs_read_u64(KSM_SHARED, &shared);
		process->more += shared;
		usleep(20000);	/* for KSM to find some */
		return err;
	case 2:
	case 3:
		return madvise(equal->at + i * PAGE, PAGE, MADV_PAGEOUT) ? -errno : 0;
	case 4:
	case 5:
	case 6:
	case 7:
		write_equal(equal, i, random);
		return 0;
	default:
		compare_equal(process, equal, i);
		return 0;
	}
}

/* @more: pages that shared another, each time it was looked. */
static int merge(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;
	uint64_t random = run_seed(storm->run) + process->salt;
	struct equal equal = { .nr = storm->pages };
	size_t i, bytes = equal.nr * (PAGE + 1);
	int err = 0;

	equal.maker = content_maker_new(CONTENT_TEXT, random);
	equal.at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!equal.maker || equal.at == MAP_FAILED)
		return -ENOMEM;
	equal.content = equal.at + equal.nr * PAGE;
	if (mlock(equal.content, equal.nr) || madvise(equal.at, equal.nr * PAGE, MADV_MERGEABLE))
		err = -errno;
	for (i = 0; i < equal.nr && !err; i++)
		write_equal(&equal, i, &random);
	while (storm_goes_on(process) && !err) {
		err = equal_step(process, &equal, &random);
		storm_did(process);
	}
	for (i = 0; i < equal.nr && !err; i++)
		compare_equal(process, &equal, i);
	munmap(equal.at, bytes);
	content_maker_free(equal.maker);
	return err;
}

const struct storm_actor storm_anon_actors[] = {
	{ .name = "swap-1", .go = swap, .check = "content-verified", .unit = "operations",
	  .least = 256 },
	{ .name = "swap-2", .go = swap, .check = "content-verified", .unit = "operations",
	  .least = 256 },
	{ .name = "squeeze", .go = squeeze, .check = "content-verified", .unit = "operations",
	  .least = 256 },
	{ .name = "huge", .go = huge, .check = "content-verified", .unit = "operations",
	  .least = 256, .more = "ranges collapsed", .more_least = 1 },
	{ .name = "fork-small", .go = fork_small, .check = "content-verified",
	  .beside = "children-verified", .unit = "children", .least = 4 },
	{ .name = "fork-huge", .go = fork_huge, .check = "content-verified",
	  .beside = "children-verified", .unit = "children", .least = 4 },
	{ .name = "move-small", .go = move_small, .check = "content-verified",
	  .unit = "operations", .least = 128, .more = "pages moved", .more_least = 32 },
	{ .name = "move-huge", .go = move_huge, .check = "content-verified",
	  .unit = "operations", .least = 128, .more = "pages moved", .more_least = 32 },
	{ .name = "ksm", .go = merge, .check = "content-verified", .unit = "operations",
	  .least = 256, .more = "pages seen merged", .more_least = 1 },
};
const unsigned int storm_anon_nr = sizeof(storm_anon_actors) / sizeof(storm_anon_actors[0]);
