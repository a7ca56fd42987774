/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file is a block for each stack: a line " function+0x12/0x34" for each caller, the
 * innermost first, "nr_base_pages: 5" and an empty line (mm/page_owner.c).
 */
#include "page-owner.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define COUNT "nr_base_pages: "

/** struct block - one stack as far as it was read */
struct block {
	struct page_owner_stack stack;
	size_t used;
	bool beneath;
	bool except;
};

static bool names(const char *const *list, const char *line)
{
	size_t len = strcspn(line, "+\n");
	size_t i;

	for (i = 0; list[i]; i++)
		if (strlen(list[i]) == len && !strncmp(list[i], line, len))
			return true;
	return false;
}

/* FNV-1a; there are a few thousand stacks. */
static uint64_t hash_line(uint64_t hash, const char *line)
{
	for (; *line && *line != '\n'; line++)
		hash = (hash ^ (unsigned char)*line) * UINT64_C(0x100000001b3);
	return hash;
}

static void add_caller(struct block *block, const char *line, const char *const *beneath,
		       const char *const *except)
{
	size_t left = sizeof(block->stack.text) - block->used;
	int n;

	block->stack.hash = hash_line(block->stack.hash, line);
	block->beneath |= names(beneath, line);
	block->except |= names(except, line);
	if (left <= 1)
		return;
	n = snprintf(block->stack.text + block->used, left, "%s%.*s", block->used ? " < " : "",
		     (int)strcspn(line, "+\n"), line);
	block->used += (size_t)n < left ? (size_t)n : left - 1;
}

static int end_block(struct block *block, const char *count, struct page_owners *owners)
{
	unsigned long long pages;
	int err = 0;

	if (sscanf(count, "%llu", &pages) != 1)
		return -EBADMSG;
	if (block->beneath && !block->except) {
		block->stack.pages = pages;
		owners->pages += pages;
		if (owners->nr < PAGE_OWNER_STACKS_MAX)
			owners->stack[owners->nr++] = block->stack;
		else
			err = -E2BIG;
	}
	*block = (struct block){ 0 };
	return err;
}

int page_owners_read(FILE *stacks, const char *const *beneath, const char *const *except,
		     struct page_owners *ret_owners)
{
	struct block block = { 0 };
	bool any = false;
	char line[512];
	int err = 0;

	ret_owners->pages = 0;
	ret_owners->nr = 0;
	while (!err && fgets(line, sizeof(line), stacks)) {
		if (line[0] == ' ') {
			add_caller(&block, line + 1, beneath, except);
		} else if (!strncmp(line, COUNT, strlen(COUNT))) {
			any = true;
			err = end_block(&block, line + strlen(COUNT), ret_owners);
		} else if (line[0] != '\n') {
			err = -EBADMSG;
		}
	}
	return !err && !any ? -EBADMSG : err;
}

int page_owners_load(const char *const *beneath, const char *const *except,
		     struct page_owners *ret_owners)
{
	FILE *stacks = fopen(PAGE_OWNER_STACKS, "re");
	int err;

	if (!stacks)
		return -errno;
	err = page_owners_read(stacks, beneath, except, ret_owners);
	fclose(stacks);
	return err;
}

static uint64_t pages_of(const struct page_owners *owners, uint64_t hash)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < owners->nr; i++)
		if (owners->stack[i].hash == hash)
			pages += owners->stack[i].pages;
	return pages;
}

const struct page_owner_stack *page_owners_most(const struct page_owners *before,
						const struct page_owners *after,
						uint64_t *ret_pages)
{
	const struct page_owner_stack *most = NULL;
	uint64_t most_pages = 0, was, is;
	size_t i;

	for (i = 0; i < after->nr; i++) {
		was = pages_of(before, after->stack[i].hash);
		is = pages_of(after, after->stack[i].hash);
		if (is > was && is - was > most_pages) {
			most_pages = is - was;
			most = &after->stack[i];
		}
	}
	*ret_pages = most_pages;
	return most;
}
