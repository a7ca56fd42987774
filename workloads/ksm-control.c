// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KSM's sysfs files and ksmd. Which of its two waits ksmd is in, and what ends them,
 * is ksm_scan_thread() of mm/ksm.c.
 */
#include "ksm-control.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sysfs.h"
#include "workload.h"

#define POLL_NS 50000
#define PATIENCE_S 20		/* one batch never takes that long */
#define SLEEP_MS 14400000	/* ksmd's rest between two batches: four hours */

/** struct source - name of a file of KSM_FOLDER, or of a field of /proc/vmstat */
struct source {
	const char *name;
	bool event;
};

static const struct source sources[KC_NR] = {
	[KC_SHARED]	= { "pages_shared", false },
	[KC_SHARING]	= { "pages_sharing", false },
	[KC_UNSHARED]	= { "pages_unshared", false },
	[KC_VOLATILE]	= { "pages_volatile", false },
	[KC_ZERO]	= { "ksm_zero_pages", false },
	[KC_CHAINS]	= { "stable_node_chains", false },
	[KC_DUPS]	= { "stable_node_dups", false },
	[KC_SCANNED]	= { "pages_scanned", false },
	[KC_SKIPPED]	= { "pages_skipped", false },
	[KC_FULL_SCANS]	= { "full_scans", false },
	[KC_COW]	= { "cow_ksm", true },
	[KC_SWPIN_COPY]	= { "ksm_swpin_copy", true },
};

static int counter_read(struct run *run, const struct source *source, uint64_t *ret_value)
{
	char path[96];
	int err;

	snprintf(path, sizeof(path), KSM_FOLDER "%s", source->name);
	err = source->event ? sysfs_field("/proc/vmstat", source->name, ret_value) :
			      sysfs_read_u64(path, ret_value);
	return err ? run_error(run, err, "counter %s: %s", source->name, strerror(-err)) : 0;
}

int ksm_counters_read(struct run *run, struct ksm_counters *ret_counters)
{
	struct ksm_counters counters;
	int i, err;

	for (i = 0; i < KC_NR; i++) {
		err = counter_read(run, &sources[i], &counters.value[i]);
		if (err)
			return err;
	}
	*ret_counters = counters;
	return 0;
}

unsigned int ksm_counters_check(const struct ksm_counters *counters,
				const struct ksm_counters *base, const struct ksm_want *want,
				size_t nr, char *text, size_t size)
{
	unsigned int wrong = 0;
	size_t i, used;
	int64_t value;

	for (i = 0; i < nr; i++) {
		value = (int64_t)counters->value[want[i].counter];
		if (base)
			value -= (int64_t)base->value[want[i].counter];
		used = strlen(text);
		snprintf(text + used, size - used, "%s%s %" PRId64, used ? ", " : "",
			 sources[want[i].counter].name, value);
		if (value == want[i].value)
			continue;
		wrong++;
		used = strlen(text);
		snprintf(text + used, size - used, " (must be %" PRId64 ")", want[i].value);
	}
	return wrong;
}

int ksm_set(struct run *run, const char *name, uint64_t value)
{
	char path[96], text[24];
	int err;

	snprintf(path, sizeof(path), KSM_FOLDER "%s", name);
	snprintf(text, sizeof(text), "%" PRIu64, value);
	err = sysfs_write(path, text);
	return err ? run_error(run, err, "%s: write '%s': %s", path, text, strerror(-err)) : 0;
}

static bool is_ksmd(const char *pid)
{
	char path[288], name[32];

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	return isdigit((unsigned char)*pid) && sysfs_read(path, name, sizeof(name)) > 0 &&
	       !strcmp(name, "ksmd");
}

static pid_t find_ksmd(void)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	pid_t pid = 0;

	while (folder && !pid && (entry = readdir(folder)))
		if (is_ksmd(entry->d_name))
			pid = (pid_t)atoi(entry->d_name);
	if (folder)
		closedir(folder);
	return pid;
}

static uint64_t cpu_time(const struct ksm_thread *thread)
{
	struct timespec ts = { 0 };

	clock_gettime(thread->clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* In interruptible sleep, the S behind the name; waiting for a lock it would be D. */
static bool asleep(const struct ksm_thread *thread)
{
	char path[64], text[512];
	const char *name_end;

	snprintf(path, sizeof(path), "/proc/%d/stat", thread->pid);
	if (sysfs_read(path, text, sizeof(text)) <= 0)
		return false;
	name_end = strrchr(text, ')');
	return name_end && !strncmp(name_end, ") S", 3);
}

/* Until ksmd has run, if it is to, and sleeps. */
static int wait_asleep(const struct ksm_thread *thread, uint64_t cpu_before, bool must_run)
{
	const struct timespec poll = { .tv_nsec = POLL_NS };
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += PATIENCE_S;
	do {
		nanosleep(&poll, NULL);
		if (asleep(thread) && (!must_run || cpu_time(thread) != cpu_before))
			return 0;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec);
	return run_error(thread->run, -ETIMEDOUT, "ksmd does not come to rest within %d s",
			 PATIENCE_S);
}

int ksm_thread_start(struct run *run, struct ksm_thread *ret_thread)
{
	struct ksm_thread thread = { .run = run, .sleep_ms = SLEEP_MS };
	int err;

	thread.pid = find_ksmd();
	if (!thread.pid)
		return run_unsupported(run, "no ksmd; it takes CONFIG_KSM=y");
	if (clock_getcpuclockid(thread.pid, &thread.clock))
		return run_error(run, -ESRCH, "ksmd: no clock of its CPU time");
	err = ksm_set(run, "pages_to_scan", 0);
	if (!err)
		err = ksm_set(run, "sleep_millisecs", thread.sleep_ms);
	if (!err)
		err = ksm_set(run, "run", 1);
	if (!err)
		err = wait_asleep(&thread, 0, false);
	if (!err)
		*ret_thread = thread;
	return err;
}

/* What ends ksmd's rest is that sleep_millisecs differs from what it went to rest with. */
static int wake(struct ksm_thread *thread)
{
	thread->sleep_ms = thread->sleep_ms == SLEEP_MS ? SLEEP_MS + 1 : SLEEP_MS;
	return ksm_set(thread->run, "sleep_millisecs", thread->sleep_ms);
}

int ksm_thread_batch(struct ksm_thread *thread, uint64_t pages, uint64_t *ret_cpu)
{
	uint64_t before;
	int err = 0;

	if (pages && pages != thread->batch)
		err = ksm_set(thread->run, "pages_to_scan", pages);
	if (err)
		return err;
	thread->batch = pages;
	before = cpu_time(thread);
	err = wake(thread);
	if (!err)
		err = wait_asleep(thread, before, true);
	if (!err)
		*ret_cpu = cpu_time(thread) - before;
	return err;
}

static int full_scans(struct run *run, uint64_t *ret_value)
{
	return counter_read(run, &sources[KC_FULL_SCANS], ret_value);
}

int ksm_thread_scan(struct ksm_thread *thread, uint64_t pages, uint64_t *ret_cpu)
{
	uint64_t before, now, cpu, sum = 0;
	int err;

	err = full_scans(thread->run, &before);
	for (now = before; !err && now == before; sum += cpu) {
		cpu = 0;
		err = ksm_thread_batch(thread, pages, &cpu);
		if (!err)
			err = full_scans(thread->run, &now);
	}
	if (!err)
		*ret_cpu = sum;
	return err;
}

/* Writing what run is already does nothing: hence the 0 before it. */
int ksm_stop(void)
{
	int err = sysfs_write(KSM_FOLDER "run", "0");

	return err ? err : sysfs_write(KSM_FOLDER "run", "2");
}

int ksm_profit(struct run *run, int64_t *ret_bytes)
{
	char text[32];
	int n = sysfs_read(KSM_FOLDER "general_profit", text, sizeof(text));

	if (n < 0)
		return run_error(run, n, "general_profit: %s", strerror(-n));
	*ret_bytes = strtoll(text, NULL, 10);
	return 0;
}

int ksm_stat_read(struct run *run, struct ksm_stat *ret_stat)
{
	struct ksm_stat stat;
	char text[256];
	int n = sysfs_read("/proc/self/ksm_stat", text, sizeof(text));

	if (n < 0)
		return run_error(run, n, "/proc/self/ksm_stat: %s", strerror(-n));
	if (sscanf(text, "ksm_rmap_items %" SCNd64 " ksm_zero_pages %" SCNd64
		   " ksm_merging_pages %" SCNd64 " ksm_process_profit %" SCNd64,
		   &stat.rmap_items, &stat.zero_pages, &stat.merging_pages, &stat.profit) != 4)
		return run_error(run, -EBADMSG, "/proc/self/ksm_stat: not the four lines of 6.12");
	*ret_stat = stat;
	return 0;
}
