/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of storm that do things to frames, whoever has them: memory is compacted, goes
 * out of use and comes back, by the block and by the page. And one that reads how the
 * others' memory is mapped.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory-block.h"
#include "page-poison.h"
#include "pagemap.h"
#include "peekers-storm.h"
#include "prng.h"
#include "storm-actors.h"
#include "storm-knobs.h"
#include "sysfs.h"
#include "workload.h"

#define PAGE CONTENT_PAGE
#define COMPACT_US 50000
#define HOT_USE_MS 500
#define BOOT_USE_MS 1000
#define SLABS_US 10000
#define SOFT_PAGES 16
#define SOFT_PENDING 64
#define SOFT_US 20000
#define SOFT_TRIES 1000		/* in the end, a hundredth of a second each */
#define ENTRIES 512
#define PRESENT (UINT64_C(1) << 63)

/* --- compaction --- */

static int compact(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;
	int err = 0;

	while (storm_goes_on(process) && !err) {
		err = storm_compact(storm->run, process->done);
		usleep(COMPACT_US);
		storm_did(process);
	}
	return err;
}

/* --- memory blocks --- */

static int use_block(struct storm_process *process, uint64_t block, const char *state,
		     unsigned int use_ms)
{
	struct mixed_storm *storm = process->context;
	int err = 0;

	storm_block_prepare();
	while (storm_goes_on(process) && !err)
		err = storm_block_cycle(process, block, state, use_ms);
	return err ? run_error(storm->run, err, "memory block %" PRIu64 ": %s", block,
			       strerror(-err)) : 0;
}

static int hot_block(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;

	return use_block(process, storm->hot_block, "online_movable", HOT_USE_MS);
}

/* The kernel has pages there, and mostly it stays. It is there again in the end. */
static int boot_block(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;
	int err = use_block(process, storm->boot_block, "online_kernel", BOOT_USE_MS);

	if (!err && !memory_block_online(storm->boot_block))
		err = memory_block_set(storm->boot_block, "online_kernel");
	storm_judge(&process->verdict, !err && process->done + process->more &&
		    memory_block_online(storm->boot_block), "block %" PRIu64 " was not tried or did "
		    "not come back: %s", storm->boot_block, strerror(-err));
	return err;
}

/* --- pages that are taken out of use, and given back --- */

/** struct soft - frames that are out of use */
struct soft {
	struct content_maker *maker;
	uint64_t pending[SOFT_PENDING];
	size_t nr;
};

/* Who looks at a frame at that moment has it refused. */
static void give_back(struct soft *soft)
{
	size_t i = 0;

	while (i < soft->nr) {
		if (page_unpoison(soft->pending[i]))
			i++;
		else
			soft->pending[i] = soft->pending[--soft->nr];
	}
}

/* A frame of a block that goes meanwhile cannot be given back then. */
static bool in_block(const struct mixed_storm *storm, uint64_t pfn)
{
	return pfn / storm->block_pages == storm->hot_block ||
	       pfn / storm->block_pages == storm->boot_block;
}

/* Of pages that are in use, and in turn of those that were just freed. */
static void take_away(const struct mixed_storm *storm, struct soft *soft, const uint64_t *pfn)
{
	size_t i;

	for (i = 0; i < SOFT_PAGES && soft->nr < SOFT_PENDING; i += 5)
		if (pfn[i] && !in_block(storm, pfn[i]) && !page_soft_offline(pfn[i]))
			soft->pending[soft->nr++] = pfn[i];
}

static int soft_round(struct storm_process *process, struct soft *soft)
{
	struct mixed_storm *storm = process->context;
	size_t bytes = SOFT_PAGES * PAGE, first = process->done * SOFT_PAGES, before = soft->nr, i;
	bool freed = process->done % 4 == 3;
	uint64_t pfn[SOFT_PAGES];
	uint8_t *at;
	int err, byte;

	at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return -errno;
	for (i = 0; i < SOFT_PAGES; i++)
		content_fill(soft->maker, first + i, at + i * PAGE);
	err = pagemap_pfns(at, SOFT_PAGES, pfn);
	if (freed)
		munmap(at, bytes);
	if (!err)
		take_away(storm, soft, pfn);
	process->more += soft->nr - before;
	for (i = 0; i < SOFT_PAGES && !freed; i++) {
		byte = content_differs(soft->maker, first + i, at + i * PAGE);
		storm_judge(&process->verdict, byte < 0, "page %zu is wrong from byte %d on after "
			    "its frame went", i, byte);
	}
	if (!freed)
		munmap(at, bytes);
	give_back(soft);
	return err;
}

/* @more: frames that were taken. */
static int soft_offline(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;
	struct soft soft = { 0 };
	unsigned int tries;
	int err = 0;

	soft.maker = content_maker_new(CONTENT_RANDOM, run_seed(storm->run) + process->salt);
	if (!soft.maker)
		return -ENOMEM;
	while (storm_goes_on(process) && !err) {
		err = soft_round(process, &soft);
		usleep(SOFT_US);
		storm_did(process);
	}
	for (tries = 0; tries < SOFT_TRIES && soft.nr; tries++) {
		usleep(10000);
		give_back(&soft);
	}
	storm_judge(&process->verdict, !soft.nr, "%zu frames cannot be given back, one is %#" PRIx64,
		    soft.nr, soft.pending[0]);
	content_maker_free(soft.maker);
	return err;
}

/* --- slabs that come and go --- */

static int slabs(struct storm_process *process)
{
	const struct storm_action *action = storm_actions;
	int err = 0;

	while (action->name && strcmp(action->name, "slabs"))
		action++;
	while (action->name && storm_goes_on(process) && !err) {
		err = action->act(process->done);
		usleep(SLABS_US);
		storm_did(process);
	}
	return err;
}

/* --- who looks at the others --- */

/* A process may end, or start a child and be another a moment later. */
static void read_whole(pid_t pid, const char *name)
{
	char path[64], text[4096];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && read(fd, text, sizeof(text)) > 0)
		;
	if (fd >= 0)
		close(fd);
}

static uint64_t read_range(int fd, uint64_t start, uint64_t end)
{
	uint64_t entry[ENTRIES], present = 0, at = start / PAGE;
	ssize_t n, i;

	for (; at < end / PAGE; at += ENTRIES) {
		n = pread(fd, entry, sizeof(entry), (off_t)(at * sizeof(*entry)));
		for (i = 0; i < n / (ssize_t)sizeof(*entry); i++)
			present += (entry[i] & PRESENT) != 0;
		if (n < (ssize_t)sizeof(entry))
			break;
	}
	return present;
}

static uint64_t read_pagemap(pid_t pid)
{
	uint64_t start, end, present = 0;
	char path[64], line[256];
	FILE *maps;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	while (maps && fd >= 0 && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2 && end < UINT64_C(1) << 47)
			present += read_range(fd, start, end);
	if (maps)
		fclose(maps);
	if (fd >= 0)
		close(fd);
	return present;
}

/* @more: pages that were seen mapped. */
static int look(struct storm_process *process)
{
	struct mixed_storm *storm = process->context;
	unsigned int i;
	pid_t pid;

	while (storm_goes_on(process)) {
		for (i = 0; i < storm->crew->nr; i++) {
			pid = storm->crew->shared->process[i].pid;
			if (!pid)
				continue;
			read_whole(pid, "smaps");
			read_whole(pid, "numa_maps");
			process->more += read_pagemap(pid);
		}
		storm_did(process);
	}
	return 0;
}

const struct storm_actor storm_frame_actors[] = {
	{ .name = "compact", .go = compact, .unit = "times memory or a pool was compacted",
	  .least = 16 },
	{ .name = "hot-block", .go = hot_block, .unit = "times a block went out of use", .least = 1,
	  .more = "times it did not in time" },
	{ .name = "boot-block", .go = boot_block, .check = "blocks-return",
	  .unit = "times a block went out of use", .more = "times it did not in time" },
	{ .name = "soft-offline", .go = soft_offline, .check = "content-verified", .unit = "rounds",
	  .least = 16, .more = "frames out of use", .more_least = 4 },
	{ .name = "slabs", .go = slabs, .unit = "times 64 pipes", .least = 16 },
	{ .name = "look", .go = look, .unit = "passes over all processes", .least = 2,
	  .more = "pages seen mapped", .more_least = 1 },
};
const unsigned int storm_frame_nr = sizeof(storm_frame_actors) / sizeof(storm_frame_actors[0]);
