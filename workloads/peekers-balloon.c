/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages in a balloon: "offline", which no process and no cgroup has, and which move by
 * operations of their driver and not by what an LRU list or a mapping says.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "page-poison.h"
#include "peekers-parts.h"
#include "sysfs.h"
#include "workload.h"

#define PAGE 4096
#define PAGES (((uint64_t)PEEKERS_BALLOON_MIB << 20) / PAGE)
#define WAIT_MS 10000

/* The driver inflates it in a work of its own, from its probe on. */
static int wait_inflated(struct run *run)
{
	const struct timespec pause = { 0, 10000000 };
	uint64_t inflated = 0;
	int waited, err = 0;

	for (waited = 0; waited < WAIT_MS && inflated < PAGES && !err; waited += 10) {
		err = sysfs_field("/proc/vmstat", "balloon_inflate", &inflated);
		if (inflated < PAGES)
			nanosleep(&pause, NULL);
	}
	if (err)
		return run_error(run, err, "/proc/vmstat: balloon_inflate: %s", strerror(-err));
	return inflated >= PAGES ? 0 :
	       run_error(run, -ETIMEDOUT, "the balloon has %llu pages after %d ms, %llu are due",
			 (unsigned long long)inflated, WAIT_MS, (unsigned long long)PAGES);
}

/* Counts pages that are offline, and those of them that are not just that. */
static int count(struct peekers_guest *guest, struct run *run, uint64_t *ret_pages,
		 uint64_t *ret_odd, uint64_t *ret_last)
{
	uint64_t nr, pfn, uses, cgroup, pages = 0, odd = 0;
	uint64_t *words = peekers_guest_map(guest, run, &nr);
	int err;

	if (!words)
		return -ENOMEM;
	err = peekers_guest_read(guest, run, KPAGE_FLAGS, 0, words, nr);
	for (pfn = 0; pfn < nr && !err; pfn++) {
		if (!(words[pfn] & KPF(OFFLINE)))
			continue;
		err = peekers_guest_read(guest, run, KPAGE_COUNT, pfn, &uses, 1);
		if (!err)
			err = peekers_guest_read(guest, run, KPAGE_CGROUP, pfn, &cgroup, 1);
		pages++;
		odd += (words[pfn] & PAGE_KIND_JUDGED) != KPF(OFFLINE) || uses || cgroup;
		*ret_last = pfn;
	}
	*ret_pages = pages;
	*ret_odd = odd;
	return err;
}

static int check_pages(struct peekers_guest *guest, struct run *run, const char *labels,
		       uint64_t *ret_last)
{
	uint64_t pages = 0, odd = 0;
	int err = count(guest, run, &pages, &odd, ret_last);

	if (!err)
		run_check(run, "kernel-pages", labels,
			  pages == PAGES && !odd ? VERDICT_PASS : VERDICT_FAIL,
			  "%llu pages are offline (must be %llu, all that are in the balloon), %llu of "
			  "them are something else as well, mapped or charged (must be 0)",
			  (unsigned long long)pages, (unsigned long long)PAGES,
			  (unsigned long long)odd);
	return err;
}

static int compact(struct run *run)
{
	int err = sysfs_write("/proc/sys/vm/compact_memory", "1");

	return err ? run_error(run, err, "/proc/sys/vm/compact_memory: %s", strerror(-err)) : 0;
}

/* What the driver has in its place is another page; the old frame is given back after. */
static int check_soft_offline(struct peekers_guest *guest, struct run *run, uint64_t pfn)
{
	uint64_t before = 0, moved = 0, flags = 0, later = 0, pages = 0, odd, last;
	bool kept = peekers_guest_owners();
	char a[128], b[128];
	int err, done, given_back;

	err = sysfs_field("/proc/vmstat", "balloon_migrate", &before);
	done = page_soft_offline(pfn);
	if (!err)
		err = sysfs_field("/proc/vmstat", "balloon_migrate", &moved);
	if (err)
		return run_error(run, err, "/proc/vmstat: balloon_migrate: %s", strerror(-err));
	err = peekers_guest_read(guest, run, KPAGE_FLAGS, pfn, &flags, 1);
	given_back = kept ? 0 : page_unpoison(pfn);
	if (!err)
		err = peekers_guest_read(guest, run, KPAGE_FLAGS, pfn, &later, 1);
	if (!err)
		err = count(guest, run, &pages, &odd, &last);
	if (err)
		return err;
	run_check(run, "soft-offline", "kind=balloon",
		  !done && flags & KPF(HWPOISON) && !(flags & KPF(OFFLINE)) && moved - before == 1 &&
		  !given_back && !(later & KPF(HWPOISON)) == !kept && pages == PAGES ?
		  VERDICT_PASS : VERDICT_FAIL,
		  "frame 0x%llx: %s, then it is %s (must have hwpoison, and not offline), %llu pages of "
		  "the balloon moved (must be 1) and %llu are in it (must be %llu); given back: %s, "
		  "then %s", (unsigned long long)pfn, strerror(-done),
		  kpage_flags_text(flags, a, sizeof(a)), (unsigned long long)(moved - before),
		  (unsigned long long)pages, (unsigned long long)PAGES,
		  kept ? "not tried, page_owner counts it twice" : strerror(-given_back),
		  kpage_flags_text(later, b, sizeof(b)));
	return 0;
}

int peekers_balloon(struct peekers_guest *guest, struct page_kinds *kinds)
{
	struct run *run = kinds->run;
	uint64_t last = 0;
	int err = wait_inflated(run);

	if (!err)
		err = check_pages(guest, run, "kind=balloon", &last);
	if (!err)
		err = compact(run);
	if (!err)
		err = check_pages(guest, run, "kind=balloon-compacted", &last);
	return err ? err : check_soft_offline(guest, run, last);
}
