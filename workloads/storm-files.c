/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of storm that use page cache, HugeTLB pages and direct reads.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dax-storm-actors.h"
#include "race.h"
#include "storm-actors.h"
#include "sysfs.h"
#include "workload.h"

#define PAGE CONTENT_PAGE
#define HUGETLB_POOL "/proc/sys/vm/nr_hugepages"
#define HUGETLB_PAGES 4
#define DIRECT_PAGES 64
#define HOLD_US 20000

/* --- page cache: of 4 KiB and of huge pages, and of a file system on a disk --- */

static int tmpfs(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;
	char path[64];

	snprintf(path, sizeof(path), STORM_TMPFS "/file-%u", process->number);
	return storm_file_use(process, storm->run, path, 4 * storm->pages);
}

static int ext4(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;

	return storm_file_use(process, storm->run, STORM_EXT4 "/file", 4 * storm->pages);
}

/* --- HugeTLB pages, taken from the page allocator and given back --- */

static int hugetlb_pool(unsigned int pages)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", pages);
	return sysfs_write(HUGETLB_POOL, text);
}

static int compare_copy(struct storm_process *process, struct content_maker *maker, size_t first,
			size_t nr, const uint8_t *at, struct swap_verdict *verdict)
{
	size_t i;
	int byte;

	for (i = 0; i < nr; i++) {
		byte = content_differs(maker, first + i, at + i * PAGE);
		storm_judge(verdict, byte < 0, "round %llu: page %zu of a HugeTLB mapping is wrong "
			    "from byte %d on", (unsigned long long)process->done, i, byte);
	}
	return 0;
}

/* A child that has the pages as well: who writes first gets a copy, if there is a page for it. */
static int share_hugetlb(struct storm_process *process, struct content_maker *maker, size_t first,
			 size_t nr, uint8_t *at)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return errno == ENOMEM || errno == EAGAIN ? 0 : -errno;
	if (!pid) {
		compare_copy(process, maker, first, nr, at, &process->beside);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid ? status ? -ECHILD : 0 : -errno;
}

/* @more: huge pages that were written. */
static int hugetlb_round(struct storm_process *process, struct content_maker *maker)
{
	size_t pages = 1 + process->done % (HUGETLB_PAGES / 2), nr = pages * STORM_HUGE / PAGE;
	size_t first = process->done * HUGETLB_PAGES * STORM_HUGE / PAGE, i;
	uint8_t *at;
	int err;

	at = mmap(NULL, nr * PAGE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	/* There were no blocks of memory so large. */
	if (at == MAP_FAILED)
		return errno == ENOMEM ? 0 : -errno;
	for (i = 0; i < nr; i++)
		content_fill(maker, first + i, at + i * PAGE);
	process->more += pages;
	err = share_hugetlb(process, maker, first, nr, at);
	for (i = 0; i < nr && !err; i += 7)
		content_fill(maker, first + i, at + i * PAGE);
	compare_copy(process, maker, first, nr, at, &process->verdict);
	munmap(at, nr * PAGE);
	return err;
}

static int hugetlb(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;
	struct content_maker *maker;
	int err = 0;

	maker = content_maker_new(CONTENT_SAME, run_seed(storm->run) + process->salt);
	if (!maker)
		return -ENOMEM;
	while (storm_goes_on(process) && !err) {
		err = hugetlb_pool(HUGETLB_PAGES);
		if (!err)
			err = hugetlb_round(process, maker);
		if (!err)
			err = hugetlb_pool(0);
		storm_did(process);
	}
	content_maker_free(maker);
	return err;
}

/* --- direct reads, held while things are done to the memory they come to --- */

static void disturb_child(struct race *race, const uint8_t *at)
{
	size_t i;

	for (i = 0; i < race->pages; i += 2)
		if (content_differs(race->old_content, i, at + i * PAGE) >= 0)
			_exit(1);
	_exit(0);
}

/* The half of each page that no data comes to is written again as it was. */
static void rewrite(struct race *race, uint8_t *at)
{
	uint8_t page[PAGE];
	size_t i;

	for (i = 0; i < race->pages; i++) {
		content_fill(race->old_content, i, page);
		memcpy(at + i * PAGE + PAGE / 2, page + PAGE / 2, PAGE / 2);
	}
}

static void compare_direct(struct race *race, struct race_count *count, const uint8_t *at)
{
	size_t i;

	for (i = 0; i < race->pages; i++) {
		race_compare(count, race_is_read(i) ? race->disk_content : race->old_content, i,
			     at + i * PAGE, 0, PAGE / 2, "where data was to come");
		race_compare(count, race->old_content, i, at + i * PAGE, PAGE / 2, PAGE,
			     "where no data was to come");
	}
}

static int disturb(struct storm_process *process, struct race *race, uint8_t *at)
{
	int status = 0;
	pid_t pid;

	switch (process->done % 4) {
	case 0:
		pid = fork();
		if (!pid)
			disturb_child(race, at);
		/* What is written now is where data is on its way to, and stays there. */
		rewrite(race, at);
		if (pid > 0 && waitpid(pid, &status, 0) == pid)
			storm_judge(&process->verdict, !status,
				    "a child saw other pages than were written before it");
		return 0;
	case 1:
		return madvise(at, race->pages * PAGE, MADV_PAGEOUT) ? -errno : 0;
	case 2:
		return madvise(at, race->pages * PAGE, MADV_MERGEABLE) ? -errno : 0;
	default:
		return 0;	/* others move what they can */
	}
}

static int direct_round(struct storm_process *process, struct race *race, uint8_t *at)
{
	struct race_count count = { 0 };
	unsigned int held = 0;
	int err;

	race_fill(race->old_content, at, race->pages);
	err = race_submit(race, at, PAGE / 2);
	if (!err)
		err = disturb(process, race, at);
	usleep(HOLD_US);
	if (!err)
		err = race_arrive(race, &held);
	if (err)
		return err;
	compare_direct(race, &count, at);
	process->more += held;
	process->verdict.right += count.good;
	storm_judge(&process->verdict, !count.bad, "page %zu is wrong at byte %zu %s", count.page,
		    count.byte, count.what);
	return 0;
}

/* Half of the rounds in a part of a huge page. @more: reads that were held to the end. */
static int direct(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;
	struct race race = { .run = storm->run, .disk_content = storm->disk_content,
			     .pages = DIRECT_PAGES };
	uint8_t *area, *at;
	int err;

	race.old_content = content_maker_new(CONTENT_TEXT, run_seed(storm->run) + process->salt);
	err = late_disk_open(storm->run, RACE_DISK, race.pages * PAGE, &race.disk);
	if (!race.old_content)
		err = -ENOMEM;
	while (storm_goes_on(process) && !err) {
		area = mmap(NULL, 2 * STORM_HUGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (area == MAP_FAILED) {
			err = -errno;
			break;
		}
		at = (uint8_t *)(((uintptr_t)area + STORM_HUGE - 1) & ~(uintptr_t)(STORM_HUGE - 1));
		if (process->done % 8 >= 4)
			madvise(at, STORM_HUGE, MADV_HUGEPAGE);
		err = direct_round(process, &race, at);
		munmap(area, 2 * STORM_HUGE);
		storm_did(process);
	}
	late_disk_close(&race.disk);
	content_maker_free(race.old_content);
	return err;
}

const struct storm_actor storm_file_actors[] = {
	{ .name = "tmpfs", .go = tmpfs, .check = "content-verified", .unit = "operations",
	  .least = 128, .more = "holes and truncations", .more_least = 1 },
	{ .name = "ext4", .go = ext4, .check = "content-verified", .unit = "operations",
	  .least = 128, .more = "holes and truncations", .more_least = 1 },
	{ .name = "hugetlb", .go = hugetlb, .check = "content-verified",
	  .beside = "children-verified", .unit = "times a pool", .least = 4,
	  .more = "huge pages written", .more_least = 1 },
	{ .name = "direct", .go = direct, .check = "content-verified", .unit = "rounds", .least = 8,
	  .more = "reads held to the end", .more_least = 8 * DIRECT_PAGES / 2 },
};
const unsigned int storm_file_nr = sizeof(storm_file_actors) / sizeof(storm_file_actors[0]);
