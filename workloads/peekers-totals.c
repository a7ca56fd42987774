/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All of /proc/kpageflags, counted and held against the kernel's own counts.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "page-totals.h"
#include "peekers-parts.h"
#include "sysfs.h"
#include "workload.h"

#define TOTALS_TRIES 5
#define GRACE_NS 50000000	/* a grace period of RCU is some ticks of 10 ms */

static int read_totals(struct run *run, struct page_totals *totals)
{
	const char *path = "";
	int err;

	/* Counters of /proc/vmstat wait in batches per CPU until they are refreshed. */
	err = sysfs_write("/proc/sys/vm/stat_refresh", "1");
	if (err)
		return run_error(run, err, "/proc/sys/vm/stat_refresh: %s", strerror(-err));
	err = page_totals_read("", totals, &path);
	return err ? run_error(run, err, "%s: %s", path, strerror(-err)) : 0;
}

static bool agree(const struct page_totals *a, const struct page_totals *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/*
 * Counting takes pages itself (a buffer, a page table), so the kernel's counts are
 * read before and after: what did not change in between must agree exactly. A slab whose
 * objects lockless readers may look at is in no cache any more when it is freed, and its
 * pages are its own until a grace period of RCU is over: what disagrees is read again.
 */
int peekers_totals(struct peekers_guest *guest, struct page_kinds *kinds)
{
	struct page_totals before, after, seen;
	const struct timespec pause = { .tv_nsec = GRACE_NS };
	struct run *run = kinds->run;
	uint64_t nr, *words = peekers_guest_map(guest, run, &nr);
	int kind, err, tries;
	bool quiet;

	if (!words)
		return -ENOMEM;
	for (tries = 0, quiet = false; tries < TOTALS_TRIES && !quiet; tries++) {
		err = read_totals(run, &before);
		if (!err)
			err = peekers_guest_read(guest, run, KPAGE_FLAGS, 0, words, nr);
		if (!err)
			err = read_totals(run, &after);
		if (err)
			return err;
		page_totals_count(words, nr, &seen);
		quiet = agree(&before, &after) && agree(&before, &seen);
		if (!quiet)
			nanosleep(&pause, NULL);
	}
	for (kind = 0; kind < PAGE_TOTAL_NR; kind++) {
		const char *name = page_total_name((enum page_total)kind);
		uint64_t a = before.pages[kind], b = after.pages[kind], n = seen.pages[kind];
		char labels[64];

		snprintf(labels, sizeof(labels), "kind=%s", name);
		run_check(run, "page-totals", labels,
			  n >= (a < b ? a : b) && n <= (a < b ? b : a) ? VERDICT_PASS : VERDICT_FAIL,
			  "/proc/kpageflags has %llu %s pages; %s says %llu before and %llu after",
			  (unsigned long long)n, name, page_total_source((enum page_total)kind),
			  (unsigned long long)a, (unsigned long long)b);
	}
	return 0;
}
