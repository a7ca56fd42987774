/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fills memory, learns from pagemap which page came to lie where, and frees a drawn
 * part of every pageblock.
 */
#include "fragment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "content.h"
#include "long-pin.h"
#include "page-frames.h"
#include "prng.h"
#include "workload.h"

#define PAGE 4096
#define BLOCK_PAGES 512		/* pageblock_nr_pages on x86-64 with huge pages */
#define RESERVE_PAGES 1536	/* left free when memory is filled: above all watermarks */
#define LOOK_PAGES 16		/* filled between two looks at what is left */
#define UNMOVABLE_PER_BLOCK 48	/* of a pageblock's pages are replaced by unmovable ones */
#define RAMFS "/tmp/fragment"
#define NO_PAGE UINT32_MAX

/** enum fate - what is done with a page */
enum fate { FATE_FREED, FATE_KEPT, FATE_PINNED };

/** struct block - a pageblock */
struct block {
	uint32_t pages;			/* of ours; BLOCK_PAGES: it is owned */
	enum fragment_kind kind;
	uint32_t blocked;		/* pages that cannot be moved */
	uint32_t page[BLOCK_PAGES];	/* number of our page at each frame, or NO_PAGE */
};

/** struct fragment - the pages and where they are */
struct fragment {
	struct run *run;
	uint64_t random;
	struct content_maker *maker;
	uint8_t *page;			/* room for @max pages, @nr touched */
	size_t max;
	size_t nr;
	uint64_t *pfn;			/* of each page, when it was looked at last */
	uint64_t *seen;			/* the same, being read */
	uint8_t *fate;			/* enum fate of each page */
	struct block *block;
	size_t nr_blocks;
	int ramfs;			/* file of unmovable pages */
	const uint8_t *fixed;		/* mapping of it */
	size_t nr_fixed;
	uint64_t *fixed_pfn;
	int pin;
};

const char *fragment_kind_name(enum fragment_kind kind)
{
	static const char *const names[FRAGMENT_KINDS] = {
		[FRAGMENT_MOVABLE] = "movable",
		[FRAGMENT_UNMOVABLE] = "unmovable",
		[FRAGMENT_PINNED] = "pinned",
	};

	return (unsigned int)kind < FRAGMENT_KINDS ? names[kind] : "mixed";
}

static int failed(const struct fragment *fragment, const char *what)
{
	int err = errno ? -errno : -EIO;

	return run_error(fragment->run, err, "fragmenting memory: %s: %s", what, strerror(-err));
}

static size_t free_pages(void)
{
	struct sysinfo info = { 0 };

	sysinfo(&info);
	return info.freeram * info.mem_unit / PAGE;
}

/* In place before memory is filled: no page of it is wanted in the middle of that. */
static void *reserve(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static int make_room(struct fragment *fragment)
{
	size_t total = free_pages();
	void *at;

	fragment->max = total;
	fragment->pfn = reserve(total * sizeof(*fragment->pfn));
	fragment->seen = reserve(total * sizeof(*fragment->seen));
	fragment->fixed_pfn = reserve(total * sizeof(*fragment->fixed_pfn));
	fragment->fate = reserve(total);
	fragment->maker = content_maker_new(CONTENT_RANDOM, run_seed(fragment->run));
	at = mmap(NULL, total * PAGE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at != MAP_FAILED)
		fragment->page = at;
	if (!fragment->pfn || !fragment->seen || !fragment->fixed_pfn || !fragment->fate ||
	    !fragment->maker || !fragment->page)
		return failed(fragment, "room for its records");
	if (madvise(at, total * PAGE, MADV_NOHUGEPAGE))
		return failed(fragment, "madvise");
	return 0;
}

/* The frames are not known before; the highest of them says how many pageblocks there are. */
static int learn_blocks(struct fragment *fragment)
{
	uint64_t highest = 0;
	struct block *block;
	size_t i;
	int err;

	err = page_frames_read(fragment->page, fragment->nr, fragment->pfn);
	if (err)
		return run_error(fragment->run, err, "/proc/self/pagemap: %s", strerror(-err));
	for (i = 0; i < fragment->nr; i++)
		if (fragment->pfn[i] != PAGE_FRAME_NONE && fragment->pfn[i] > highest)
			highest = fragment->pfn[i];
	fragment->nr_blocks = highest / BLOCK_PAGES + 1;
	fragment->block = reserve(fragment->nr_blocks * sizeof(*fragment->block));
	if (!fragment->block)
		return failed(fragment, "room for its records");
	memset(fragment->block, 0xff, fragment->nr_blocks * sizeof(*fragment->block));
	for (i = 0; i < fragment->nr_blocks; i++) {
		fragment->block[i].pages = 0;
		fragment->block[i].blocked = 0;
	}
	for (i = 0; i < fragment->nr; i++) {
		if (fragment->pfn[i] == PAGE_FRAME_NONE)
			continue;
		block = &fragment->block[fragment->pfn[i] / BLOCK_PAGES];
		block->page[fragment->pfn[i] % BLOCK_PAGES] = (uint32_t)i;
		block->pages++;
	}
	return 0;
}

static int fill(struct fragment *fragment)
{
	size_t i;

	for (i = 0; i < fragment->max; i++) {
		if (i % LOOK_PAGES == 0 && free_pages() <= RESERVE_PAGES)
			break;
		*(volatile uint8_t *)(fragment->page + i * PAGE) = 1;
	}
	fragment->nr = i;
	memset(fragment->fate, FATE_KEPT, fragment->nr);
	return learn_blocks(fragment);
}

static bool owned(const struct block *block)
{
	return block->pages == BLOCK_PAGES;
}

static int give_back(struct fragment *fragment, size_t i)
{
	if (fragment->fate[i] == FATE_FREED)
		return 0;
	fragment->fate[i] = FATE_FREED;
	return madvise(fragment->page + i * PAGE, PAGE, MADV_DONTNEED) ?
	       failed(fragment, "madvise(MADV_DONTNEED)") : 0;
}

/* Pageblocks that others have pages in get no part: whether those move is not known. */
static int draw_kinds(struct fragment *fragment, enum fragment_kind kind)
{
	struct block *block;
	size_t i, k;
	int err = 0;

	for (i = 0; i < fragment->nr_blocks; i++) {
		block = &fragment->block[i];
		block->kind = kind;
		if (kind == FRAGMENT_KINDS)
			block->kind = (enum fragment_kind)prng_below(&fragment->random,
								     FRAGMENT_KINDS);
		for (k = 0; k < BLOCK_PAGES && !owned(block) && !err; k++)
			if (block->page[k] != NO_PAGE)
				err = give_back(fragment, block->page[k]);
	}
	return err;
}

static int ramfs_open(struct fragment *fragment)
{
	if (mkdir(RAMFS, 0700) && errno != EEXIST)
		return failed(fragment, "mkdir " RAMFS);
	if (mount("ramfs", RAMFS, "ramfs", 0, NULL))
		return failed(fragment, "mount ramfs");
	fragment->ramfs = open(RAMFS "/pages", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return fragment->ramfs < 0 ? failed(fragment, "file on ramfs") : 0;
}

/* Their numbers go on behind those of the other pages: contents differ. */
static int write_fixed(struct fragment *fragment)
{
	static uint8_t page[PAGE];
	size_t i = fragment->nr_fixed;

	content_fill(fragment->maker, fragment->max + i, page);
	if (pwrite(fragment->ramfs, page, PAGE, (off_t)(i * PAGE)) != PAGE)
		return failed(fragment, "file on ramfs: write");
	fragment->nr_fixed++;
	return 0;
}

static int look_fixed(struct fragment *fragment, uint64_t *pfn)
{
	size_t i;
	int err;

	if (!fragment->nr_fixed)
		return 0;
	for (i = 0; i < fragment->nr_fixed; i++)
		*(const volatile uint8_t *)(fragment->fixed + i * PAGE);
	err = page_frames_read(fragment->fixed, fragment->nr_fixed, pfn);
	return err ? run_error(fragment->run, err, "/proc/self/pagemap: %s", strerror(-err)) : 0;
}

static int map_fixed(struct fragment *fragment)
{
	void *at = mmap(NULL, fragment->nr_fixed * PAGE, PROT_READ, MAP_SHARED, fragment->ramfs, 0);
	size_t i;
	int err;

	if (at == MAP_FAILED)
		return failed(fragment, "file on ramfs: mmap");
	fragment->fixed = at;
	err = look_fixed(fragment, fragment->fixed_pfn);
	for (i = 0; i < fragment->nr_fixed && !err; i++)
		if (fragment->fixed_pfn[i] / BLOCK_PAGES < fragment->nr_blocks)
			fragment->block[fragment->fixed_pfn[i] / BLOCK_PAGES].blocked++;
	return err;
}

/*
 * An unmovable allocation takes a movable pageblock only when there is nothing else,
 * so all that is free is taken: what was given back in the pageblocks that are to
 * hold unmovable pages, and whatever else is above the reserve.
 */
static int put_unmovable(struct fragment *fragment)
{
	uint32_t order[BLOCK_PAGES];
	struct block *block;
	size_t i, k, nr = 0;
	int err = 0;

	for (i = 0; i < fragment->nr_blocks; i++) {
		block = &fragment->block[i];
		if (!owned(block) || block->kind != FRAGMENT_UNMOVABLE)
			continue;
		prng_order(&fragment->random, order, BLOCK_PAGES);
		for (k = 0; k < UNMOVABLE_PER_BLOCK && !err; k++, nr++)
			err = give_back(fragment, block->page[order[k]]);
	}
	if (!nr || err)
		return err;
	err = ramfs_open(fragment);
	while (!err && fragment->nr_fixed < fragment->max &&
	       (fragment->nr_fixed % LOOK_PAGES || free_pages() > RESERVE_PAGES))
		err = write_fixed(fragment);
	return err ? err : map_fixed(fragment);
}

static int thin_block(struct fragment *fragment, struct block *block, size_t keep)
{
	uint32_t order[BLOCK_PAGES], page;
	size_t k, kept = 0;
	int err = 0;

	prng_order(&fragment->random, order, BLOCK_PAGES);
	for (k = 0; k < BLOCK_PAGES && !err; k++) {
		page = block->page[order[k]];
		if (fragment->fate[page] == FATE_FREED)
			continue;
		if (kept == keep) {
			err = give_back(fragment, page);
			continue;
		}
		content_fill(fragment->maker, page, fragment->page + (size_t)page * PAGE);
		if (!kept++ && block->kind == FRAGMENT_PINNED) {
			fragment->fate[page] = FATE_PINNED;
			block->blocked++;
		}
	}
	return err;
}

static int pin_pages(struct fragment *fragment)
{
	void **page = calloc(fragment->nr_blocks, sizeof(*page));
	size_t i, nr = 0;
	int err = 0;

	if (!page)
		return failed(fragment, "calloc");
	for (i = 0; i < fragment->nr && nr < fragment->nr_blocks; i++)
		if (fragment->fate[i] == FATE_PINNED)
			page[nr++] = fragment->page + i * PAGE;
	if (nr)
		err = long_pin(page, nr, &fragment->pin);
	free(page);
	return err ? run_error(fragment->run, err, "io_uring: register %zu pages: %s", nr,
			       strerror(-err)) : 0;
}

static int thin(struct fragment *fragment, unsigned int keep_percent)
{
	size_t i;
	int err = 0;

	for (i = 0; i < fragment->nr_blocks && !err; i++)
		if (owned(&fragment->block[i]))
			err = thin_block(fragment, &fragment->block[i],
					 BLOCK_PAGES * keep_percent / 100);
	return err ? err : pin_pages(fragment);
}

int fragment_new(struct run *run, enum fragment_kind kind, unsigned int keep_percent,
		 struct fragment **ret_fragment)
{
	struct fragment *fragment = calloc(1, sizeof(*fragment));
	int err;

	if (!fragment)
		return run_error(run, -ENOMEM, "fragmenting memory: no memory");
	fragment->run = run;
	fragment->random = run_seed(run) ^ 0x6672616775u;
	fragment->ramfs = fragment->pin = -1;
	err = make_room(fragment);
	if (!err)
		err = fill(fragment);
	if (!err)
		err = draw_kinds(fragment, kind);
	if (!err)
		err = put_unmovable(fragment);
	if (!err)
		err = thin(fragment, keep_percent);
	if (err)
		fragment_free(fragment);
	else
		*ret_fragment = fragment;
	return err;
}

static void drop(void *at, size_t bytes)
{
	if (at)
		munmap(at, bytes);
}

void fragment_free(struct fragment *fragment)
{
	size_t max;

	if (!fragment)
		return;
	max = fragment->max;
	if (fragment->pin >= 0)
		long_unpin(fragment->pin);
	drop((void *)fragment->fixed, fragment->nr_fixed * PAGE);
	if (fragment->ramfs >= 0) {
		close(fragment->ramfs);
		umount(RAMFS);
	}
	drop(fragment->page, max * PAGE);
	drop(fragment->pfn, max * sizeof(*fragment->pfn));
	drop(fragment->seen, max * sizeof(*fragment->seen));
	drop(fragment->fixed_pfn, max * sizeof(*fragment->fixed_pfn));
	drop(fragment->fate, max);
	drop(fragment->block, fragment->nr_blocks * sizeof(*fragment->block));
	content_maker_free(fragment->maker);
	free(fragment);
}

void fragment_plan(const struct fragment *fragment, struct fragment_plan *ret_plan)
{
	struct fragment_plan plan = { .unmovable = fragment->nr_fixed };
	const struct block *block;
	size_t i, k, full;

	for (i = 0; i < fragment->nr_blocks; i++) {
		block = &fragment->block[i];
		if (!owned(block))
			continue;
		plan.blocks++;
		plan.blocked += block->blocked != 0;
		for (k = 0; k < BLOCK_PAGES && !block->blocked; k++)
			plan.kept += fragment->fate[block->page[k]] != FATE_FREED;
	}
	full = (plan.kept + BLOCK_PAGES - 1) / BLOCK_PAGES;
	if (plan.blocks - plan.blocked > full)
		plan.possible = plan.blocks - plan.blocked - full;
	*ret_plan = plan;
}

bool fragment_owns(const struct fragment *fragment, uint64_t pfn, bool *ret_blocked)
{
	const struct block *block;

	if (pfn / BLOCK_PAGES >= fragment->nr_blocks)
		return false;
	block = &fragment->block[pfn / BLOCK_PAGES];
	*ret_blocked = block->blocked;
	return owned(block);
}

int fragment_mark(struct fragment *fragment)
{
	int err = page_frames_read(fragment->page, fragment->nr, fragment->pfn);

	return err ? run_error(fragment->run, err, "/proc/self/pagemap: %s", strerror(-err)) : 0;
}

static void look_page(struct fragment *fragment, size_t i, struct fragment_state *state)
{
	bool moved = fragment->seen[i] != fragment->pfn[i];

	state->kept++;
	state->moved += moved;
	state->bad += content_differs(fragment->maker, i, fragment->page + i * PAGE) >= 0;
	if (fragment->fate[i] == FATE_PINNED) {
		state->stuck++;
		state->stuck_moved += moved;
	}
}

int fragment_look(struct fragment *fragment, struct fragment_state *ret_state)
{
	struct fragment_state state = { 0 };
	size_t i;
	int err;

	err = page_frames_read(fragment->page, fragment->nr, fragment->seen);
	if (err)
		return run_error(fragment->run, err, "/proc/self/pagemap: %s", strerror(-err));
	for (i = 0; i < fragment->nr; i++)
		if (fragment->fate[i] != FATE_FREED)
			look_page(fragment, i, &state);
	err = look_fixed(fragment, fragment->seen);
	for (i = 0; i < fragment->nr_fixed && !err; i++) {
		state.stuck++;
		state.stuck_moved += fragment->seen[i] != fragment->fixed_pfn[i];
		state.bad += content_differs(fragment->maker, fragment->max + i,
					     fragment->fixed + i * PAGE) >= 0;
	}
	if (!err)
		*ret_state = state;
	return err;
}
