/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A storm on zswap: two processes write, page out, fault in and drop pages of their
 * own, while a third has memory compacted, which moves the pages of the pool, and
 * the pool written back to the swap device, by leaving it no room. They share nothing
 * but the kernel: what a page holds must be what its process wrote last.
 *
 * Processes and not threads: of an address space that is in use on several CPUs,
 * every page that is unmapped waits for an answer of them all, which an emulator on
 * a busy host takes long to give.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "race.h"
#include "swap-device.h"
#include "swap-pages.h"
#include "sysfs.h"
#include "workload.h"
#include "zswap-counters.h"
#include "zswap-setup.h"

#define STORMERS 2
#define PAGES 512
#define STEPS 1500		/* of a process, a round */
#define DISTURBANCES 4		/* a round */
#define SLACK_PAGES 4096	/* swap slots that caches per CPU hold back */

/**
 * struct stormer - what a process tells, in memory shared with it
 * @done: operations that were done
 * @over: it has come to its end
 * @err: why it ended early
 * @verdict: what comparing came to
 */
struct stormer {
	unsigned int done;
	bool over;
	int err;
	struct swap_verdict verdict;
};

static int storm(struct race *race, unsigned int number, struct stormer *stormer)
{
	unsigned int steps = STEPS * race->rounds, i;
	struct swap_pages pages;
	uint64_t random;
	size_t page;
	int err;

	err = swap_pages_new(race->run, number + 1, PAGES, &pages);
	if (err)
		return err;
	random = pages.seed;
	err = swap_pages_fill(&pages);
	for (i = 0; i < steps && !err; i++) {
		err = swap_pages_step(&pages, &random, &stormer->verdict);
		__atomic_store_n(&stormer->done, i + 1, __ATOMIC_RELEASE);
	}
	for (page = 0; page < PAGES && !err; page++)
		swap_pages_compare(&pages, page, swap_pages_at(&pages, page), &stormer->verdict);
	swap_pages_free(&pages);
	return err;
}

static void __attribute__((noreturn)) child(struct race *race, unsigned int number,
					    struct stormer *stormer)
{
	stormer->err = storm(race, number, stormer);
	__atomic_store_n(&stormer->over, true, __ATOMIC_RELEASE);
	_exit(0);
}

/*
 * Waits until the first process has done so many operations more, or has ended. From now
 * on and not from its start: compaction may take longer than all that was waited for, and
 * then there would be no room for no time at all.
 */
static void wait_for(const struct stormer *stormer, unsigned int more)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	unsigned int done = __atomic_load_n(&stormer->done, __ATOMIC_ACQUIRE) + more;

	while (__atomic_load_n(&stormer->done, __ATOMIC_ACQUIRE) < done &&
	       !__atomic_load_n(&stormer->over, __ATOMIC_ACQUIRE))
		nanosleep(&pause, NULL);
}

static int disturb(struct race *race, const struct stormer *stormer)
{
	unsigned int times = DISTURBANCES * race->rounds, i;
	int err = 0;

	for (i = 0; i < times && !err; i++) {
		wait_for(stormer, STEPS / DISTURBANCES / 2);
		err = sysfs_write("/proc/sys/vm/compact_memory", "1");
		if (err)
			return run_error(race->run, err, "/proc/sys/vm/compact_memory: %s",
					 strerror(-err));
		/* In turn no room, which has the pool written back, and the usual. */
		err = zswap_set(race->run, "max_pool_percent", i % 2 ? "20" : "0");
	}
	return err;
}

static void report(struct race *race, const struct stormer *stormer,
		   const struct zswap_counters *before, const struct zswap_counters *after,
		   unsigned int disturbed)
{
	uint64_t stored = after->value[ZC_ZSWPOUT] - before->value[ZC_ZSWPOUT];
	uint64_t loaded = after->value[ZC_ZSWPIN] - before->value[ZC_ZSWPIN];
	uint64_t written = after->value[ZC_WRITTEN_BACK] - before->value[ZC_WRITTEN_BACK];
	char labels[64];
	unsigned int i;

	race_happened(race, "race=swap", 0, 0, stored && loaded && written,
		      "zswap stored %llu pages, loaded %llu and wrote %llu back; memory was "
		      "compacted %u times", (unsigned long long)stored,
		      (unsigned long long)loaded, (unsigned long long)written, disturbed);
	for (i = 0; i < STORMERS; i++) {
		snprintf(labels, sizeof(labels), "race=swap,process=%u", i);
		run_check(race->run, "data-intact", labels,
			  stormer[i].verdict.wrong ? VERDICT_FAIL : VERDICT_PASS,
			  "%zu pages right, %zu wrong%s%s", stormer[i].verdict.right,
			  stormer[i].verdict.wrong, stormer[i].verdict.wrong ? ": " : "",
			  stormer[i].verdict.first);
	}
}

/* A process that died told no end: that is an error whatever it compared before. */
static int await(struct race *race, const pid_t *pid, unsigned int started,
		 const struct stormer *stormer)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < started; i++) {
		waitpid(pid[i], NULL, 0);
		if (!stormer[i].over)
			err = run_error(race->run, -ECHILD, "a process of the storm died");
		else if (stormer[i].err)
			err = run_error(race->run, stormer[i].err, "a process of the storm: %s",
					strerror(-stormer[i].err));
	}
	return err;
}

static int fight(struct race *race, struct stormer *stormer)
{
	unsigned int started;
	pid_t pid[STORMERS];
	int err, late;

	for (started = 0; started < STORMERS; started++) {
		pid[started] = fork();
		if (pid[started] < 0)
			return run_error(race->run, -errno, "fork: %s", strerror(errno));
		if (!pid[started])
			child(race, started, &stormer[started]);
	}
	err = disturb(race, stormer);
	late = await(race, pid, started, stormer);
	return err ? err : late;
}

static int run_storm(struct race *race, struct stormer *stormer)
{
	struct zswap_counters before, after;
	const char *source = "";
	int err;

	err = zswap_counters_read(&before, &source);
	if (!err)
		err = fight(race, stormer);
	if (!err)
		err = zswap_counters_read(&after, &source);
	if (err)
		return run_error(race->run, err, "counter %s: %s", source, strerror(-err));
	report(race, stormer, &before, &after, DISTURBANCES * race->rounds);
	return 0;
}

static int prepare(struct race *race)
{
	int err = zswap_set(race->run, "compressor", "lzo");

	if (!err)
		err = zswap_set(race->run, "zpool", "zsmalloc");
	if (!err)
		err = zswap_set(race->run, "shrinker_enabled", "Y");
	if (!err)
		err = zswap_set(race->run, "enabled", "Y");
	if (!err)
		err = swap_device_on(race->run, STORMERS * PAGES + SLACK_PAGES);
	return err;
}

int race_swap(struct race *race)
{
	size_t bytes = STORMERS * sizeof(struct stormer);
	struct stormer *stormer;
	int err;

	stormer = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (stormer == MAP_FAILED)
		return run_error(race->run, -ENOMEM, "no memory for what a storm tells");
	err = prepare(race);
	if (!err)
		err = run_storm(race, stormer);
	swap_device_off();
	munmap(stormer, bytes);
	return err;
}
