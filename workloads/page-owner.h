/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages by who allocated them (page_owner of a debug kernel,
 * Documentation/mm/page_owner.rst). Free memory moves by dozens of pages whatever is
 * done; the pages of one part of the kernel do not, so that one that leaks is seen.
 */
#ifndef PAGEMETA_PAGE_OWNER_H
#define PAGEMETA_PAGE_OWNER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** The file; it is only made where page_owner=on took effect. */
#define PAGE_OWNER_STACKS "/sys/kernel/debug/page_owner_stacks/show_stacks"

#define PAGE_OWNER_STACKS_MAX 512
#define PAGE_OWNER_TEXT_MAX 400

/**
 * struct page_owner_stack - pages that were allocated in one place
 * @hash: of the functions that called one another, and where in them
 * @pages: that are not free
 * @text: the innermost functions
 */
struct page_owner_stack {
	uint64_t hash;
	uint64_t pages;
	char text[PAGE_OWNER_TEXT_MAX];
};

/** struct page_owners - of all places that were asked for: @nr of @stack, @pages in all */
struct page_owners {
	uint64_t pages;
	size_t nr;
	struct page_owner_stack stack[PAGE_OWNER_STACKS_MAX];
};

/**
 * page_owners_read() - pages that were allocated beneath some functions
 * @stacks: a text like PAGE_OWNER_STACKS, read to its end
 * @beneath: NULL-terminated names of functions: one of them must be in the stack.
 *	The kernel keeps 16 functions of a stack, so that a distant one may be missing
 * @except: NULL-terminated names of functions: none of them may be
 * @ret_owners: filled in, also after a failure
 *
 * Return: 0, -EBADMSG for a text that is none of stacks, -E2BIG for too many of them.
 */
int page_owners_read(FILE *stacks, const char *const *beneath, const char *const *except,
		     struct page_owners *ret_owners);

/** page_owners_load() - the same of this kernel. Return: also -errno of opening the file */
int page_owners_load(const char *const *beneath, const char *const *except,
		     struct page_owners *ret_owners);

/**
 * page_owners_most() - where most pages came
 * @before: an earlier reading
 * @after: a later one
 * @ret_pages: more than before; 0 when there is no such place
 *
 * Return: the place in @after, NULL when there is none.
 */
const struct page_owner_stack *page_owners_most(const struct page_owners *before,
						const struct page_owners *after,
						uint64_t *ret_pages);

#endif
