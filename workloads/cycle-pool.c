/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cycles of what keeps pools of pages: zswap, swap, KSM, hugetlb.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "content.h"
#include "cycle.h"
#include "swap-device.h"
#include "sysfs.h"
#include "workload.h"

#define ZSWAP "/sys/module/zswap/parameters/"
#define ZSWAP_PAGES 64
#define KSM "/sys/kernel/mm/ksm/"
#define KSM_PAGES 32		/* of each of two buffers of equal content */
#define KSM_SCANS 3		/* stable after two, one more than that */
#define KSM_WAIT_MS 20000
#define HUGETLB_PAGES 4
#define HUGE_BYTES (2u << 20)

static struct content_maker *maker;

static int make_maker(struct run *run)
{
	maker = content_maker_new(CONTENT_TEXT, run_seed(run));
	return maker ? 0 : run_error(run, -ENOMEM, "no memory for page contents");
}

static void free_maker(void)
{
	content_maker_free(maker);
	maker = NULL;
}

/* --- zswap --- */

static int zswap_begin(struct run *run)
{
	int err = make_maker(run);

	if (!err)
		err = cycle_write(run, ZSWAP "shrinker_enabled", "N");
	if (!err)
		err = cycle_write(run, ZSWAP "enabled", "Y");
	if (!err)
		err = cycle_write(run, "/proc/sys/vm/page-cluster", "0");
	return err ? err : swap_device_on(run, 2 * ZSWAP_PAGES);
}

static void zswap_end(struct run *run)
{
	(void)run;
	swap_device_off();
	sysfs_write(ZSWAP "enabled", "N");
	free_maker();
}

/* Half of the pages come back by a fault, the others are given up where they are. */
static int zswap_once(struct run *run, unsigned int nr)
{
	const size_t bytes = ZSWAP_PAGES * CYCLE_PAGE;
	unsigned char *at;
	size_t i;
	int err;

	err = cycle_map(run, bytes, &at);
	if (err)
		return err;
	for (i = 0; i < ZSWAP_PAGES; i++)
		content_fill(maker, nr * ZSWAP_PAGES + i, at + i * CYCLE_PAGE);
	if (madvise(at, bytes, MADV_PAGEOUT))
		err = run_error(run, -errno, "madvise(MADV_PAGEOUT): %s", strerror(errno));
	for (i = 0; i < ZSWAP_PAGES / 2 && !err; i++)
		if (content_differs(maker, nr * ZSWAP_PAGES + i, at + i * CYCLE_PAGE) >= 0)
			err = run_error(run, -EIO, "page %zu came back from zswap changed", i);
	munmap(at, bytes);
	return err;
}

/* --- swap --- */

static int swapon_once(struct run *run, unsigned int nr)
{
	int err = swap_device_on(run, 1);

	(void)nr;
	swap_device_off();
	return err;
}

/* --- KSM --- */

static int ksm_begin(struct run *run)
{
	int err = make_maker(run);

	if (!err)
		err = cycle_write(run, KSM "pages_to_scan", "1024");
	return err ? err : cycle_write(run, KSM "sleep_millisecs", "1");
}

static void ksm_end(struct run *run)
{
	(void)run;
	sysfs_write(KSM "run", "2");
	sysfs_write(KSM "run", "0");
	free_maker();
}

/* Waits for whole scans; ksmd sleeps a millisecond between its batches. */
static int wait_for_scans(struct run *run)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	uint64_t start, now, waited;
	int err;

	err = sysfs_read_u64(KSM "full_scans", &start);
	for (waited = 0; !err && waited < KSM_WAIT_MS; waited++) {
		err = sysfs_read_u64(KSM "full_scans", &now);
		if (!err && now >= start + KSM_SCANS)
			return 0;
		nanosleep(&pause, NULL);
	}
	if (err)
		return run_error(run, err, KSM "full_scans: %s", strerror(-err));
	return run_error(run, -ETIMEDOUT, KSM "full_scans: fewer than %d scans in %d ms", KSM_SCANS,
			 KSM_WAIT_MS);
}

static int merge(struct run *run, unsigned char *at, size_t bytes)
{
	uint64_t sharing;
	int err;

	if (madvise(at, bytes, MADV_MERGEABLE))
		return run_error(run, -errno, "madvise(MADV_MERGEABLE): %s", strerror(errno));
	err = cycle_write(run, KSM "run", "1");
	if (!err)
		err = wait_for_scans(run);
	if (err)
		return err;
	err = sysfs_read_u64(KSM "pages_sharing", &sharing);
	if (err)
		return run_error(run, err, KSM "pages_sharing: %s", strerror(-err));
	/* Two buffers of equal pages: one copy of each stays, the other shares it. */
	if (sharing < KSM_PAGES)
		return run_error(run, -EIO, KSM "pages_sharing is %llu, %d were laid out",
				 (unsigned long long)sharing, KSM_PAGES);
	return 0;
}

/* A quarter is written to, a quarter unmerged by madvise, the rest by KSM's run = 2. */
static int ksm_once(struct run *run, unsigned int nr)
{
	const size_t bytes = 2 * KSM_PAGES * CYCLE_PAGE;
	unsigned char *at;
	size_t i;
	int err;

	err = cycle_map(run, bytes, &at);
	if (err)
		return err;
	for (i = 0; i < 2 * KSM_PAGES; i++)
		content_fill(maker, nr * KSM_PAGES + i % KSM_PAGES, at + i * CYCLE_PAGE);
	err = merge(run, at, bytes);
	if (!err)
		cycle_touch(at + bytes / 2, bytes / 4);
	if (!err && madvise(at, bytes / 4, MADV_UNMERGEABLE))
		err = run_error(run, -errno, "madvise(MADV_UNMERGEABLE): %s", strerror(errno));
	if (!err)
		err = cycle_write(run, KSM "run", "2");
	if (!err)
		err = cycle_write(run, KSM "run", "0");
	munmap(at, bytes);
	return err;
}

/* --- hugetlb --- */

static int hugetlb_pool(struct run *run, unsigned int pages)
{
	static const char path[] = "/proc/sys/vm/nr_hugepages";
	uint64_t seen = 0;
	char text[16];
	int err;

	snprintf(text, sizeof(text), "%u", pages);
	err = cycle_write(run, path, text);
	if (!err)
		err = sysfs_read_u64(path, &seen);
	if (!err && seen != pages)
		err = run_error(run, -ENOMEM, "%s: wrote %u, the pool has %llu", path, pages,
				(unsigned long long)seen);
	return err;
}

static void hugetlb_end(struct run *run)
{
	(void)run;
	sysfs_write("/proc/sys/vm/nr_hugepages", "0");
}

static int hugetlb_once(struct run *run, unsigned int nr)
{
	const size_t bytes = HUGETLB_PAGES / 2 * HUGE_BYTES;
	unsigned char *at;
	int err;

	(void)nr;
	err = hugetlb_pool(run, HUGETLB_PAGES);
	if (err)
		return err;
	at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (at == MAP_FAILED)
		return run_error(run, -errno, "mmap(MAP_HUGETLB): %s", strerror(errno));
	cycle_touch(at, bytes);
	munmap(at, bytes);
	return hugetlb_pool(run, 0);
}

const struct cycle cycles_pool[] = {
	{ .name = "zswap", .help = "64 pages into zswap, half of them loaded, all unmapped",
	  .event = "zswpout", .events = ZSWAP_PAGES, .begin = zswap_begin, .once = zswap_once,
	  .end = zswap_end },
	{ .name = "swapon", .help = "swapon, swapoff", .share = 2, .once = swapon_once },
	{ .name = "ksm", .help = "merge 2 x 32 equal pages; write to some, unmerge the others",
	  .event = "cow_ksm", .events = KSM_PAGES / 2, .begin = ksm_begin, .once = ksm_once,
	  .end = ksm_end },
	{ .name = "hugetlb", .help = "fill a pool of 4 huge pages, map 2 of them, empty it",
	  .event = "htlb_buddy_alloc_success", .events = HUGETLB_PAGES, .share = 2,
	  .once = hugetlb_once, .end = hugetlb_end },
	{ .name = NULL }
};
