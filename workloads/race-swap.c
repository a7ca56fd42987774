/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A storm on zswap: two processes write, page out, fault in and drop pages of their
 * own, while a third has memory compacted, which moves the pages of the pool, and
 * the pool written back to the swap device, by leaving it no room. They share nothing
 * but the kernel: what a page holds must be what its process wrote last.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "race.h"
#include "storm-process.h"
#include "swap-device.h"
#include "sysfs.h"
#include "workload.h"
#include "zswap-counters.h"
#include "zswap-setup.h"

#define STORMERS 2
#define PAGES 512
#define STEPS 1500		/* of a process, a round */
#define DISTURBANCES 4		/* a round */
#define SLACK_PAGES 4096	/* swap slots that caches per CPU hold back */

static const char *const names[STORMERS] = { "0", "1" };

static bool goes_on(const struct storm_process *process)
{
	const struct race *race = process->context;

	return process->done < STEPS * (uint64_t)race->rounds;
}

static int storm(struct storm_process *process)
{
	struct race *race = process->context;

	return storm_process_swap(process, race->run, PAGES, goes_on);
}

/*
 * Waits until the first process has done so many operations more, or has ended. From now
 * on and not from its start: compaction may take longer than all that was waited for, and
 * then there would be no room for no time at all.
 */
static void wait_for(const struct storm_process *process, unsigned int more)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	uint64_t done = storm_process_did(process) + more;

	while (storm_process_did(process) < done && !storm_process_over(process))
		nanosleep(&pause, NULL);
}

/*
 * As the worker that writes back may come late, and would find room again. Counters that
 * cannot be read are complained of when the race is over.
 */
static void wait_for_writeback(const struct storm_process *process)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct zswap_counters before, now;
	const char *source = "";

	if (zswap_counters_read(&before, &source))
		return;
	do {
		nanosleep(&pause, NULL);
		if (zswap_counters_read(&now, &source))
			return;
	} while (now.value[ZC_WRITTEN_BACK] == before.value[ZC_WRITTEN_BACK] &&
		 !storm_process_over(process));
}

static int disturb(struct race *race, const struct storm_process *process)
{
	unsigned int times = DISTURBANCES * race->rounds, i;
	int err = 0;

	for (i = 0; i < times && !err; i++) {
		wait_for(process, STEPS / DISTURBANCES / 2);
		err = sysfs_write("/proc/sys/vm/compact_memory", "1");
		if (err)
			return run_error(race->run, err, "/proc/sys/vm/compact_memory: %s",
					 strerror(-err));
		/* In turn no room, which has the pool written back, and the usual. */
		err = zswap_set(race->run, "max_pool_percent", i % 2 ? "20" : "0");
		if (!err && i % 2 == 0)
			wait_for_writeback(process);
	}
	return err;
}

static void report(struct race *race, const struct storm_process *process,
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
		snprintf(labels, sizeof(labels), "race=swap,process=%s", process[i].name);
		run_check(race->run, "data-intact", labels,
			  process[i].verdict.wrong ? VERDICT_FAIL : VERDICT_PASS,
			  "%zu pages right, %zu wrong%s%s", process[i].verdict.right,
			  process[i].verdict.wrong, process[i].verdict.wrong ? ": " : "",
			  process[i].verdict.first);
	}
}

static int fight(struct race *race, struct storm_process *process)
{
	unsigned int started;
	int err = 0, late;

	for (started = 0; started < STORMERS && !err; started += !err) {
		process[started] = (struct storm_process){
			.name = names[started], .go = storm, .context = race, .number = started,
			.salt = started + 1,
		};
		err = storm_process_start(race->run, &process[started]);
	}
	if (!err)
		err = disturb(race, process);
	late = storm_process_await(race->run, process, started);
	return err ? err : late;
}

static int run_storm(struct race *race, struct storm_process *process)
{
	struct zswap_counters before, after;
	const char *source = "";
	int err;

	err = zswap_counters_read(&before, &source);
	if (!err)
		err = fight(race, process);
	if (!err)
		err = zswap_counters_read(&after, &source);
	if (err)
		return run_error(race->run, err, "counter %s: %s", source, strerror(-err));
	report(race, process, &before, &after, DISTURBANCES * race->rounds);
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
	size_t bytes = STORMERS * sizeof(struct storm_process);
	struct storm_process *process;
	int err;

	process = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (process == MAP_FAILED)
		return run_error(race->run, -ENOMEM, "no memory for what a storm tells");
	err = prepare(race);
	if (!err)
		err = run_storm(race, process);
	swap_device_off();
	munmap(process, bytes);
	return err;
}
