/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KSM's settings and counters, and ksmd on a leash: it is let run for one batch of
 * pages at a time, so that it is known what it has done when its counters and the
 * time it took are read.
 */
#ifndef PAGEMETA_KSM_CONTROL_H
#define PAGEMETA_KSM_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct run;

#define KSM_FOLDER "/sys/kernel/mm/ksm/"

/** enum ksm_counter - a file of KSM_FOLDER, or an event of /proc/vmstat */
enum ksm_counter {
	KC_SHARED,
	KC_SHARING,
	KC_UNSHARED,
	KC_VOLATILE,
	KC_ZERO,
	KC_CHAINS,
	KC_DUPS,
	KC_SCANNED,
	KC_SKIPPED,
	KC_FULL_SCANS,
	KC_COW,			/* writes to KSM pages that made a copy */
	KC_SWPIN_COPY,		/* copies made when shared pages came back from swap */
	KC_NR
};

/** struct ksm_counters - all of them at one moment */
struct ksm_counters {
	uint64_t value[KC_NR];
};

/** ksm_counters_read() - read all. Return: 0, or an error that was reported to @run */
int ksm_counters_read(struct run *run, struct ksm_counters *ret_counters);

/** struct ksm_want - what a counter must be */
struct ksm_want {
	enum ksm_counter counter;
	int64_t value;
};

/**
 * ksm_counters_check() - hold counters against what they must be
 * @counters: what was read
 * @base: subtracted first; NULL for zeroes
 * @want: @nr expectations
 * @nr: how many
 * @text: gets "name value" of each, with "(must be x)" where that is wrong; appended
 * @size: bytes at @text
 *
 * Return: how many are wrong.
 */
unsigned int ksm_counters_check(const struct ksm_counters *counters,
				const struct ksm_counters *base, const struct ksm_want *want,
				size_t nr, char *text, size_t size);

/** ksm_set() - write a setting. Return: 0, or an error that was reported to @run */
int ksm_set(struct run *run, const char *name, uint64_t value);

/**
 * struct ksm_thread - ksmd
 * @run: the run
 * @pid: of the kernel thread
 * @clock: its CPU time
 * @sleep_ms: what sleep_millisecs is now: hours, told apart by the last digit
 * @batch: what pages_to_scan is now; 0 while KSM's advisor sets it
 */
struct ksm_thread {
	struct run *run;
	pid_t pid;
	clockid_t clock;
	unsigned int sleep_ms;
	uint64_t batch;
};

/**
 * ksm_thread_start() - switch KSM on with ksmd asleep, having scanned nothing
 * @run: the run
 * @ret_thread: filled
 *
 * ksmd waits in one place while KSM is off and in another between two batches, and
 * only there does a change of sleep_millisecs wake it. So it first gets an empty
 * batch, after which it is known to be in the second place.
 *
 * Return: 0, -EOPNOTSUPP without KSM, or another error that was reported to @run.
 */
int ksm_thread_start(struct run *run, struct ksm_thread *ret_thread);

/**
 * ksm_thread_batch() - let ksmd scan once
 * @thread: ksmd
 * @pages: pages_to_scan; must be 0 while the advisor chooses it
 * @ret_cpu: CPU time that took, by the clock of the scheduler: nanoseconds, which
 *	under the exact engine are instructions; with waking up and going to sleep
 *
 * Return: 0, -ETIMEDOUT when it does not come to rest, reported to @run.
 */
int ksm_thread_batch(struct ksm_thread *thread, uint64_t pages, uint64_t *ret_cpu);

/**
 * ksm_thread_scan() - let ksmd scan everything once
 * @thread: ksmd
 * @pages: more than there are to scan; 0 while the advisor chooses
 * @ret_cpu: CPU time of its batches together
 */
int ksm_thread_scan(struct ksm_thread *thread, uint64_t pages, uint64_t *ret_cpu);

/** ksm_stop() - switch KSM off and undo all merging. Return: 0 or -errno */
int ksm_stop(void);

/** ksm_profit() - general_profit in bytes; can be negative */
int ksm_profit(struct run *run, int64_t *ret_bytes);

/**
 * struct ksm_stat - /proc/self/ksm_stat
 * @rmap_items: rmap items of this process
 * @zero_pages: its pages that became the page of zeroes
 * @merging_pages: its pages that are KSM pages
 * @profit: what it says it saves, in bytes
 */
struct ksm_stat {
	int64_t rmap_items;
	int64_t zero_pages;
	int64_t merging_pages;
	int64_t profit;
};

/** ksm_stat_read() - read it. Return: 0, or an error that was reported to @run */
int ksm_stat_read(struct run *run, struct ksm_stat *ret_stat);

#endif
