/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration against direct reads: move_pages() to another node. A page with data on
 * its way must stay in its frame until the data is there, and all others must move.
 * Pages of tmpfs take another path than anonymous ones: those are refused while they
 * are unmapped already, as they are exclusive to their process; pages of files only
 * by their reference count (mm/migrate.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "race.h"
#include "workload.h"

#define MOVE_OWN 2		/* MPOL_MF_MOVE of linux/mempolicy.h */

/* One call a page: a page that cannot be moved ends a call for all behind it. */
static int move(struct race *race, uint8_t *at, int node)
{
	void *page;
	int status;
	size_t i;

	for (i = 0; i < race->pages; i++) {
		page = at + i * BUFFER_PAGE;
		if (syscall(__NR_move_pages, 0, 1ul, &page, &node, &status, MOVE_OWN) < 0)
			return run_error(race->run, -errno, "move_pages: page %zu to node %d: %s", i,
					 node, strerror(errno));
	}
	return 0;
}

static int other_node(struct race *race, uint8_t *at, int *ret_node)
{
	void *page = at + BUFFER_PAGE;	/* an odd one: it moves last */
	int status;

	if (syscall(__NR_move_pages, 0, 1ul, &page, NULL, &status, 0) || status < 0 || status > 1)
		return run_error(race->run, -EIO, "move_pages: which node a page is on: %d", status);
	*ret_node = !status;
	return 0;
}

/* Moves all pages that can be moved. */
static int move_away(struct race *race, uint8_t *at)
{
	int node = 0, err = other_node(race, at, &node);

	return err ? err : move(race, at, node);
}

static int one_round(struct race *race, const char *labels, uint8_t *at,
		     struct race_count *count)
{
	struct race_places places;
	int err;

	race_fill(race->old_content, at, race->pages);
	err = race_submit(race, at, BUFFER_PAGE);
	if (!err)
		err = race_places_look(race, at, &places);
	if (!err)
		err = move_away(race, at);
	if (!err)
		err = race_places_report(race, labels, at, &places, race->pages / 2);
	if (err)
		return err;
	race_compare_all(race, count, at, "when the data was there");
	err = move_away(race, at);
	if (!err)
		race_compare_all(race, count, at, "after it was moved unpinned");
	return err;
}

static int with_buffer(struct race *race, enum buffer_kind kind)
{
	struct race_count count = { 0 };
	struct buffer buffer;
	char labels[64];
	unsigned int i;
	int err = 0;

	snprintf(labels, sizeof(labels), "race=migrate,buffer=%s", buffer_kind_name(kind));
	run_phase(race->run, "%s", labels);
	for (i = 0; i < race->rounds && !err; i++) {
		err = buffer_map(race->run, kind, race->pages * BUFFER_PAGE, &buffer);
		if (err)
			return err;
		err = one_round(race, labels, buffer.at, &count);
		buffer_unmap(&buffer);
	}
	if (!err)
		race_report(race, labels, &count);
	return err;
}

int race_migrate(struct race *race)
{
	int err = with_buffer(race, BUFFER_ANON);

	return err ? err : with_buffer(race, BUFFER_SHARED);
}
