/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fragmented memory: nearly all of the guest's memory is filled with pages of known
 * content, then most are freed in a seeded pattern, so that every pageblock is left
 * with some. What is left can be moved, or cannot because it is pinned or because it
 * was never allocated to be moved; that decides which huge pages there can be.
 */
#ifndef PAGEMETA_FRAGMENT_H
#define PAGEMETA_FRAGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run;

/**
 * enum fragment_kind - what is left in a pageblock beside free pages
 * @FRAGMENT_MOVABLE: anonymous pages
 * @FRAGMENT_UNMOVABLE: dirty pages of ramfs as well, which no migration takes: they
 *	are allocated without __GFP_MOVABLE, and their file system can neither migrate
 *	nor write them (fallback_migrate_folio(), mm/migrate.c). Unlike other
 *	allocations of the kernel user space can see where they are.
 * @FRAGMENT_PINNED: anonymous pages, one of them pinned for long
 */
enum fragment_kind { FRAGMENT_MOVABLE, FRAGMENT_UNMOVABLE, FRAGMENT_PINNED, FRAGMENT_KINDS };

/** fragment_kind_name() - "movable", "unmovable", "pinned" */
const char *fragment_kind_name(enum fragment_kind kind);

struct fragment;

/**
 * fragment_new() - fill memory and fragment it
 * @run: gets the reason of a failure; its seed decides the pattern
 * @kind: of all pageblocks, or FRAGMENT_KINDS: each is drawn
 * @keep_percent: pages of a pageblock that are kept
 * @ret_fragment: set on success, freed with fragment_free()
 *
 * Only pageblocks that it came to own as a whole count, in all that follows.
 *
 * Return: 0 or -errno.
 */
int fragment_new(struct run *run, enum fragment_kind kind, unsigned int keep_percent,
		 struct fragment **ret_fragment);
void fragment_free(struct fragment *fragment);

/**
 * struct fragment_plan - what follows from the pattern
 * @blocks: pageblocks
 * @blocked: those that hold a page that cannot be moved
 * @kept: pages kept in the others
 * @unmovable: unmovable pages, wherever they lie
 * @possible: huge pages there can be: what is kept, packed into as few of the
 *	pageblocks that are not blocked as it fits into, leaves the others free
 */
struct fragment_plan {
	size_t blocks;
	size_t blocked;
	size_t kept;
	size_t unmovable;
	size_t possible;
};

/** fragment_plan() - the figures of the pattern */
void fragment_plan(const struct fragment *fragment, struct fragment_plan *ret_plan);

/**
 * fragment_owns() - whether a page frame lies in one of the pageblocks
 * @pfn: the page frame
 * @ret_blocked: set where it does: whether that pageblock is blocked
 */
bool fragment_owns(const struct fragment *fragment, uint64_t pfn, bool *ret_blocked);

/**
 * struct fragment_state - what has become of the pages
 * @kept: pages kept
 * @moved: pages that are at another frame than at the last fragment_mark()
 * @bad: pages with a wrong byte
 * @stuck: pages that must not move
 * @stuck_moved: those of them that did
 */
struct fragment_state {
	size_t kept;
	size_t moved;
	size_t bad;
	size_t stuck;
	size_t stuck_moved;
};

/** fragment_mark() - pages that move from now on have moved. Return: 0 or -errno */
int fragment_mark(struct fragment *fragment);

/** fragment_look() - look at every kept page. Return: 0 or -errno, with the reason in @run */
int fragment_look(struct fragment *fragment, struct fragment_state *ret_state);

#endif
