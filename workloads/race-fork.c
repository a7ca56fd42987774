/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fork() against direct reads. Data is on its way into the first half of a page
 * when the process forks; then the parent writes to the second half. Were the page
 * shared for copy-on-write like any other, the parent's write would give it a new
 * frame and the data would reach the child instead: pinned pages are copied at
 * fork (copy_present_page() in mm/memory.c).
 *
 * The child must see every page as it was when it was made.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "race.h"
#include "workload.h"

#define HALF (BUFFER_PAGE / 2)

/**
 * struct forked - a child and what it tells
 * @pid: process
 * @go: it looks at its pages when this pipe ends
 * @count: what it found, in memory shared with it
 */
struct forked {
	pid_t pid;
	int go[2];
	struct race_count *count;
};

static void __attribute__((noreturn)) child(struct race *race, struct forked *forked,
					    const uint8_t *at)
{
	char byte;
	size_t i;

	close(forked->go[1]);
	if (read(forked->go[0], &byte, 1) != 0)
		_exit(1);
	for (i = 0; i < race->pages; i++)
		race_compare(forked->count, race->old_content, i, at + i * BUFFER_PAGE, 0,
			     BUFFER_PAGE, "of the child");
	_exit(0);
}

static int start_child(struct race *race, struct forked *forked, const uint8_t *at)
{
	if (pipe(forked->go))
		return run_error(race->run, -errno, "pipe: %s", strerror(errno));
	forked->count = mmap(NULL, sizeof(*forked->count), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (forked->count == MAP_FAILED)
		return run_error(race->run, -errno, "no memory for what a child finds");
	forked->pid = fork();
	if (forked->pid < 0)
		return run_error(race->run, -errno, "fork: %s", strerror(errno));
	if (!forked->pid)
		child(race, forked, at);
	close(forked->go[0]);
	return 0;
}

static int end_child(struct race *race, struct forked *forked, struct race_count *count)
{
	struct race_count *found = forked->count;
	int status;

	close(forked->go[1]);
	if (waitpid(forked->pid, &status, 0) != forked->pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status))
		return run_error(race->run, -ECHILD, "the child did not come to its end");
	if (found->bad && !count->bad) {
		count->page = found->page;
		count->byte = found->byte;
		count->what = "of the child";
	}
	count->bad += found->bad;
	count->good += found->good;
	munmap(found, sizeof(*found));
	return 0;
}

static void write_halves(struct race *race, uint8_t *at)
{
	uint8_t content[BUFFER_PAGE];
	size_t i;

	for (i = 0; i < race->pages; i++) {
		content_fill(race->new_content, i, content);
		memcpy(at + i * BUFFER_PAGE + HALF, content + HALF, HALF);
	}
}

static void compare_halves(struct race *race, struct race_count *count, const uint8_t *at)
{
	size_t i;

	for (i = 0; i < race->pages; i++) {
		race_compare(count, race_is_read(i) ? race->disk_content : race->old_content, i,
			     at + i * BUFFER_PAGE, 0, HALF, "of the parent (data that came)");
		race_compare(count, race->new_content, i, at + i * BUFFER_PAGE, HALF,
			     BUFFER_PAGE, "of the parent (written after the fork)");
	}
}

static int fork_and_arrive(struct race *race, const char *labels, uint8_t *at,
			   struct race_count *count)
{
	unsigned int reads = (unsigned int)(race->pages / 2), held = 0;
	struct forked forked;
	int err;

	err = race_submit(race, at, HALF);
	if (!err)
		err = start_child(race, &forked, at);
	if (err)
		return err;
	write_halves(race, at);
	err = race_arrive(race, &held);
	if (!err)
		race_happened(race, labels, held, reads, true, "a child was made meanwhile and "
			      "%zu pages written", race->pages);
	if (!err)
		err = end_child(race, &forked, count);
	if (!err)
		compare_halves(race, count, at);
	return err;
}

static int with_buffer(struct race *race, enum buffer_kind kind)
{
	struct race_count count = { 0 };
	struct buffer buffer;
	char labels[64];
	unsigned int i;
	int err;

	snprintf(labels, sizeof(labels), "race=fork,buffer=%s", buffer_kind_name(kind));
	err = buffer_map(race->run, kind, race->pages * BUFFER_PAGE, &buffer);
	if (err)
		return err;
	for (i = 0; i < race->rounds && !err; i++) {
		race_fill(race->old_content, buffer.at, race->pages);
		err = fork_and_arrive(race, labels, buffer.at, &count);
	}
	buffer_unmap(&buffer);
	if (!err)
		race_report(race, labels, &count);
	return err;
}

int race_fork(struct race *race)
{
	int err = with_buffer(race, BUFFER_ANON);

	return err ? err : with_buffer(race, BUFFER_HUGE_ANON);
}
