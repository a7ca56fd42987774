/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Discarding against direct reads: the pages are given back while data is on its
 * way into them (MADV_DONTNEED, or a hole punched into their file), and others want
 * frames. A frame that data is on its way to belongs to the reader until the data is
 * there, mapped or not: the data must not show up in anybody's page.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "race.h"
#include "workload.h"

static int discard(struct race *race, struct buffer *buffer)
{
	int advice = buffer->kind == BUFFER_SHARED ? MADV_REMOVE : MADV_DONTNEED;

	if (madvise(buffer->at, buffer->bytes, advice))
		return run_error(race->run, -errno, "madvise(%s): %s",
				 advice == MADV_REMOVE ? "MADV_REMOVE" : "MADV_DONTNEED",
				 strerror(errno));
	return 0;
}

static void compare_new(struct race *race, struct race_count *count, const uint8_t *at,
			size_t pages, const char *what)
{
	size_t i;

	for (i = 0; i < pages; i++)
		race_compare(count, race->new_content, i, at + i * BUFFER_PAGE, 0, BUFFER_PAGE,
			     what);
}

/*
 * What takes the frames: first the same mapping, then others. The buffer is written
 * before it is read, so that a page really takes a frame and is not the zero page;
 * of each page, what was not written must be zero.
 */
static void refault(struct race *race, struct buffer *buffer, struct race_count *count)
{
	size_t i;

	for (i = 0; i < race->pages; i++) {
		*(volatile uint8_t *)(buffer->at + i * BUFFER_PAGE) = 0;
		race_compare_zero(count, i, buffer->at + i * BUFFER_PAGE, "that was discarded");
	}
	race_fill(race->new_content, buffer->at, race->pages);
}

static int one_round(struct race *race, const char *labels, struct buffer *buffer,
		     struct race_count *count)
{
	unsigned int reads = (unsigned int)(race->pages / 2), held = 0;
	struct buffer other;
	size_t others;
	int err;

	race_fill(race->old_content, buffer->at, race->pages);
	err = race_submit(race, buffer->at, BUFFER_PAGE);
	if (!err)
		err = discard(race, buffer);
	if (!err)
		err = buffer_map(race->run, BUFFER_ANON, race->pages * BUFFER_PAGE, &other);
	if (err)
		return err;
	others = other.bytes / BUFFER_PAGE;
	race_fill(race->new_content, other.at, others);
	refault(race, buffer, count);
	err = race_arrive(race, &held);
	if (!err) {
		race_happened(race, labels, held, reads, true,
			      "%zu pages were discarded and %zu filled meanwhile", race->pages,
			      race->pages + others);
		compare_new(race, count, buffer->at, race->pages,
			    "of the buffer, filled after it was discarded");
		compare_new(race, count, other.at, others, "of other memory");
	}
	buffer_unmap(&other);
	return err;
}

static int with_buffer(struct race *race, enum buffer_kind kind)
{
	struct race_count count = { 0 };
	struct buffer buffer;
	char labels[64];
	unsigned int i;
	int err;

	snprintf(labels, sizeof(labels), "race=discard,buffer=%s", buffer_kind_name(kind));
	run_phase(race->run, "%s", labels);
	err = buffer_map(race->run, kind, race->pages * BUFFER_PAGE, &buffer);
	if (err)
		return err;
	for (i = 0; i < race->rounds && !err; i++)
		err = one_round(race, labels, &buffer, &count);
	buffer_unmap(&buffer);
	if (!err)
		race_report(race, labels, &count);
	return err;
}

int race_discard(struct race *race)
{
	int err = with_buffer(race, BUFFER_ANON);

	if (!err)
		err = with_buffer(race, BUFFER_HUGE_ANON);
	return err ? err : with_buffer(race, BUFFER_SHARED);
}
