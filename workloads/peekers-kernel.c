/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that the kernel takes for itself. No process maps them, so they are found by
 * what has changed in /proc/kpageflags while the kernel was made to need them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "content.h"
#include "free-pages.h"
#include "page-poison.h"
#include "page-totals.h"
#include "peekers-parts.h"
#include "run.h"
#include "swap-device.h"
#include "sysfs.h"
#include "workload.h"

#define PAGE 4096
#define PIPES 400
#define TABLES 64
#define HUGE (2ull << 20)
#define POOL_PAGES 512
#define SWAP_SLACK 4096
#define ZSWAP "/sys/module/zswap/parameters/"
#define POOL_BYTES "/sys/kernel/debug/zswap/pool_total_size"
/* Pages that the kernel may take for something else while it is made to need some. */
#define OTHERS 16
/* Pages of slabs that come and go meanwhile: four slabs of 8 pages. */
#define OTHER_SLABS 32
/* Frames of a pool that are taken out of use. */
#define TAKEN 32
#define MOVED_LEAST 4
/* Looks at all page frames until none of them moved to or from a free list of a CPU. */
#define LOOKS 10

/* What no page of a pool of zswap is: on an LRU list, mapped, of slabs, free, or none. */
#define BARE_NOT (KPF(LRU) | KPF(MMAP) | KPF(ANON) | KPF(SLAB) | KPF(PGTABLE) | KPF(BUDDY) | \
		  KPF(RESERVED) | KPF(NOPAGE) | KPF(HUGE) | KPF(THP) | KPF(COMPOUND_HEAD) | \
		  KPF(COMPOUND_TAIL) | KPF(SWAPBACKED) | KPF(UPTODATE) | KPF(OFFLINE))

/**
 * struct growth - two looks at all page frames
 * @guest: the files
 * @run: gets the reason of a failure
 * @before: words of /proc/kpageflags
 * @after: the same later
 * @nr: page frames
 * @free_before: pages on the free lists per CPU, which have no mark
 * @free_after: the same later
 */
struct growth {
	struct peekers_guest *guest;
	struct run *run;
	uint64_t *before;
	uint64_t *after;
	uint64_t nr;
	uint64_t free_before;
	uint64_t free_after;
};

static int look_lists(struct run *run, struct free_pages *ret_free)
{
	int err = free_pages_look(ret_free);

	return err ? run_error(run, err, "/proc/zoneinfo: %s", strerror(-err)) : 0;
}

/* The kernel drains these lists when it likes: a look at all frames takes a while. */
static int look(struct growth *growth, uint64_t *words, uint64_t *ret_free)
{
	struct free_pages before = { 0 }, after = { .listed = 1 };
	int tries, err = 0;

	for (tries = 0; tries < LOOKS && before.listed != after.listed && !err; tries++) {
		err = look_lists(growth->run, &before);
		if (!err)
			err = peekers_guest_read(growth->guest, growth->run, KPAGE_FLAGS, 0, words,
						 growth->nr);
		if (!err)
			err = look_lists(growth->run, &after);
	}
	*ret_free = after.listed;
	return err;
}

static int growth_start(struct growth *growth, struct peekers_guest *guest, struct run *run)
{
	growth->guest = guest;
	growth->run = run;
	growth->before = peekers_guest_map(guest, run, &growth->nr);
	if (!growth->before)
		return -ENOMEM;
	growth->after = mmap(NULL, growth->nr * sizeof(uint64_t), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (growth->after == MAP_FAILED) {
		growth->after = NULL;
		return run_error(run, -errno, "mmap: %s", strerror(errno));
	}
	return look(growth, growth->before, &growth->free_before);
}

static int growth_end(struct growth *growth)
{
	return look(growth, growth->after, &growth->free_after);
}

static void growth_free(struct growth *growth)
{
	if (growth->after)
		munmap(growth->after, growth->nr * sizeof(uint64_t));
	growth->after = NULL;
}

static bool bare(uint64_t flags)
{
	return !(flags & BARE_NOT);
}

/* Frames that have @flag now and had not; those that are mapped or counted are odd. */
static int64_t gained(const struct growth *growth, uint64_t flag, uint64_t not_with,
		      uint64_t *ret_odd)
{
	uint64_t i, count;
	int64_t nr = 0;

	*ret_odd = 0;
	for (i = 0; i < growth->nr; i++) {
		if (!(growth->after[i] & flag) || growth->before[i] & flag)
			continue;
		nr++;
		if (kpage_read(&growth->guest->kpage, KPAGE_COUNT, i, &count, 1) != 1)
			count = ~0ull;
		*ret_odd += (growth->after[i] & not_with) || count;
	}
	return nr;
}

/* Frames that had @flag and have it no more. */
static int64_t lost(const struct growth *growth, uint64_t flag)
{
	int64_t nr = 0;
	uint64_t i;

	for (i = 0; i < growth->nr; i++)
		nr += growth->before[i] & flag && !(growth->after[i] & flag);
	return nr;
}

static int count_slabs(struct run *run, int64_t *ret_pages)
{
	struct page_totals totals;
	const char *path = "";
	int err = page_totals_read("", &totals, &path);

	if (err)
		return run_error(run, err, "%s: %s", path, strerror(-err));
	*ret_pages = (int64_t)totals.pages[PAGE_TOTAL_SLAB];
	return 0;
}

/*
 * A pipe has 16 buffers of 40 bytes, an inode and a pipe: more than 1 KiB in slabs. How
 * much more depends on the sizes of slabs, so that slabinfo says what it must be.
 */
static void report_slabs(const struct growth *growth, int64_t told)
{
	uint64_t odd = 0;
	int64_t nr = gained(growth, KPF(SLAB), KPF(MMAP) | KPF(LRU) | KPF(BUDDY) | KPF(PGTABLE) |
			    KPF(NOPAGE) | KPF(RESERVED), &odd) - lost(growth, KPF(SLAB));

	run_check(growth->run, "kernel-pages", "kind=slab",
		  nr < PIPES * 1024 / PAGE || llabs(nr - told) > OTHER_SLABS || odd ?
		  VERDICT_FAIL : VERDICT_PASS,
		  "%d pipes made %lld pages those of slabs (must be at least %d, and the %lld that "
		  "slabinfo has more, give or take %d), %llu of them are something else as well or "
		  "mapped (must be 0)", PIPES, (long long)nr, PIPES * 1024 / PAGE, (long long)told,
		  OTHER_SLABS, (unsigned long long)odd);
}

static int check_slab(struct peekers_guest *guest, struct page_kinds *kinds)
{
	struct rlimit limit = { 2 * PIPES + 64, 2 * PIPES + 64 };
	struct growth growth = { 0 };
	int fds[PIPES][2], made = 0, err;
	int64_t before = 0, after = 0;

	setrlimit(RLIMIT_NOFILE, &limit);
	err = count_slabs(kinds->run, &before);
	if (!err)
		err = growth_start(&growth, guest, kinds->run);
	while (!err && made < PIPES && !pipe(fds[made]))
		made++;
	if (!err && made < PIPES)
		err = run_error(kinds->run, -errno, "pipe %d: %s", made, strerror(errno));
	if (!err)
		err = growth_end(&growth);
	if (!err)
		err = count_slabs(kinds->run, &after);
	if (!err)
		report_slabs(&growth, after - before);
	while (made-- > 0) {
		close(fds[made][0]);
		close(fds[made][1]);
	}
	growth_free(&growth);
	return err;
}

/* The counter waits in batches per CPU until it is refreshed. */
static int count_tables(uint64_t *ret_pages)
{
	int err = sysfs_write("/proc/sys/vm/stat_refresh", "1");

	return err ? err : sysfs_field("/proc/vmstat", "nr_page_table_pages", ret_pages);
}

/* One page in each of 64 stretches of 2 MiB takes 64 page tables, and some above them. */
static int check_pgtable(struct peekers_guest *guest, struct page_kinds *kinds)
{
	struct growth growth = { 0 };
	uint64_t odd = 0, before = 0, after = 0;
	uint8_t *at = MAP_FAILED;
	int64_t nr;
	int i, err;

	err = growth_start(&growth, guest, kinds->run);
	if (!err)
		err = count_tables(&before);
	if (!err) {
		at = mmap(NULL, TABLES * HUGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		err = at == MAP_FAILED ? -errno : 0;
	}
	for (i = 0; i < TABLES && !err; i++)
		at[i * HUGE] = 1;
	if (!err)
		err = count_tables(&after);
	if (!err)
		err = growth_end(&growth);
	if (!err) {
		nr = gained(&growth, KPF(PGTABLE), KPF(MMAP) | KPF(LRU) | KPF(BUDDY) | KPF(SLAB) |
			    KPF(NOPAGE) | KPF(RESERVED), &odd);
		run_check(kinds->run, "kernel-pages", "kind=pgtable",
			  nr < TABLES || nr > TABLES + 4 || odd || after - before != (uint64_t)nr ?
			  VERDICT_FAIL : VERDICT_PASS,
			  "%lld pages became page tables (must be %d to %d), nr_page_table_pages rose "
			  "by %lld; %llu of them are something else as well or mapped (must be 0)",
			  (long long)nr, TABLES, TABLES + 4, (long long)(after - before),
			  (unsigned long long)odd);
	}
	if (at != MAP_FAILED)
		munmap(at, TABLES * HUGE);
	growth_free(&growth);
	return err ? run_error(kinds->run, err, "page tables: %s", strerror(-err)) : 0;
}

/* Return: 0, -ENOENT for a pool that this kernel does not have. */
static int use_pool(struct run *run, const char *pool)
{
	int err;

	err = sysfs_write(ZSWAP "zpool", pool);
	if (err == -ENOENT)
		return err;
	if (!err)
		err = sysfs_write(ZSWAP "shrinker_enabled", "N");
	if (!err)
		err = sysfs_write(ZSWAP "enabled", "Y");
	return err ? run_error(run, err, "zswap with pool %s: %s", pool, strerror(-err)) : 0;
}

static int fill_pool(struct run *run, uint8_t *at)
{
	struct content_maker *maker = content_maker_new(CONTENT_TEXT, run_seed(run));
	uint64_t i;

	if (!maker)
		return run_error(run, -ENOMEM, "no memory for contents");
	for (i = 0; i < POOL_PAGES; i++)
		content_fill(maker, i, at + i * PAGE);
	content_maker_free(maker);
	page_lru_drain();
	if (madvise(at, POOL_PAGES * PAGE, MADV_PAGEOUT))
		return run_error(run, -errno, "madvise(MADV_PAGEOUT): %s", strerror(errno));
	return 0;
}

static int64_t count_bare(const struct growth *growth, uint64_t *ret_lost)
{
	int64_t nr = 0;
	uint64_t i;

	*ret_lost = 0;
	for (i = 0; i < growth->nr; i++) {
		nr += bare(growth->after[i]) && !bare(growth->before[i]);
		*ret_lost += !bare(growth->after[i]) && bare(growth->before[i]);
	}
	return nr;
}

static int wrong_pages(struct run *run, const uint8_t *at, uint64_t *ret_wrong)
{
	struct content_maker *maker = content_maker_new(CONTENT_TEXT, run_seed(run));
	uint64_t i;

	if (!maker)
		return run_error(run, -ENOMEM, "no memory for contents");
	for (*ret_wrong = 0, i = 0; i < POOL_PAGES; i++)
		*ret_wrong += content_differs(maker, i, at + i * PAGE) >= 0;
	content_maker_free(maker);
	return 0;
}

/* Every so many of the frames that are the pool's, by all one can see, so that some are. */
static unsigned int soft_offline(const struct growth *growth, uint64_t pages, bool give_back)
{
	uint64_t pfn, seen = 0, step = pages / TAKEN ? pages / TAKEN : 1;
	unsigned int done = 0, tried = 0;

	for (pfn = 0; pfn < growth->nr && tried < TAKEN; pfn++) {
		if (!bare(growth->after[pfn]) || bare(growth->before[pfn]) || seen++ % step)
			continue;
		tried++;
		if (page_soft_offline(pfn))
			continue;
		done++;
		if (give_back)
			page_unpoison(pfn);
	}
	return done;
}

/*
 * Taking a page of a zspage out of use moves it, wherever zspages can be moved. A few of
 * the frames may be somebody else's, or free and on the list of a CPU.
 */
static int check_pool_moves(const struct growth *growth, struct page_kinds *kinds,
			    const uint8_t *at, uint64_t pages)
{
	bool fixed = !strcmp(run_job(kinds->run)->zspages, "fixed");
	uint64_t before = 0, after = 0, wrong = 0;
	unsigned int done;
	int err;

	err = sysfs_field("/proc/vmstat", "pgmigrate_success", &before);
	done = soft_offline(growth, pages, !peekers_guest_owners());
	if (!err)
		err = sysfs_field("/proc/vmstat", "pgmigrate_success", &after);
	if (err)
		return run_error(kinds->run, err, "/proc/vmstat: pgmigrate_success: %s",
				 strerror(-err));
	err = wrong_pages(kinds->run, at, &wrong);
	if (err)
		return err;
	run_check(kinds->run, "soft-offline", "kind=zsmalloc",
		  wrong || (fixed ? after != before : after - before < MOVED_LEAST) ?
		  VERDICT_FAIL : VERDICT_PASS,
		  "of %d frames of the pool %u were taken out of use and %llu pages moved (must be %s); "
		  "loaded after that, %llu of %d pages are wrong (must be 0)", TAKEN, done,
		  (unsigned long long)(after - before), fixed ? "0" : "4 or more",
		  (unsigned long long)wrong, POOL_PAGES);
	return 0;
}

/*
 * A pool's pages carry no bit that user space may see but 'private', on the first page
 * of each zspage: they must look like nothing at all, and there must be as many of
 * them as zswap says.
 */
static int check_pool(struct peekers_guest *guest, struct page_kinds *kinds, const char *pool,
		      uint8_t *at)
{
	struct growth growth = { 0 };
	uint64_t bytes = 0, start = 0, lost = 0;
	char labels[64];
	int64_t nr, pages;
	int err;

	err = sysfs_read_u64(POOL_BYTES, &start);
	if (err)
		return run_error(kinds->run, err, POOL_BYTES ": %s", strerror(-err));
	err = growth_start(&growth, guest, kinds->run);
	if (!err)
		err = fill_pool(kinds->run, at);
	if (!err)
		err = growth_end(&growth);
	if (!err)
		err = sysfs_read_u64(POOL_BYTES, &bytes);
	if (!err) {
		pages = (int64_t)(bytes - start) / PAGE;
		nr = count_bare(&growth, &lost) - (int64_t)lost -
		     (int64_t)(growth.free_after - growth.free_before);
		snprintf(labels, sizeof(labels), "kind=%s", pool);
		run_check(kinds->run, "kernel-pages", labels,
			  !pages || nr < pages || nr > pages + OTHERS ?
			  VERDICT_FAIL : VERDICT_PASS,
			  "zswap stored %d pages in %lld pages of %s; that many page frames, and at "
			  "most %d more, must now be of no kind and not free: %lld", POOL_PAGES,
			  (long long)pages, pool, OTHERS, (long long)nr);
		if (!strcmp(pool, "zsmalloc"))
			err = check_pool_moves(&growth, kinds, at, (uint64_t)pages);
	}
	madvise(at, POOL_PAGES * PAGE, MADV_DONTNEED);
	growth_free(&growth);
	return err;
}

static int check_pools(struct peekers_guest *guest, struct page_kinds *kinds)
{
	static const char *const pools[] = { "zsmalloc", "zbud", "z3fold", NULL };
	uint8_t *at;
	int i, err;

	at = mmap(NULL, POOL_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		  -1, 0);
	if (at == MAP_FAILED)
		return run_error(kinds->run, -errno, "mmap: %s", strerror(errno));
	err = swap_device_on(kinds->run, POOL_PAGES + SWAP_SLACK);
	for (i = 0; pools[i] && !err; i++) {
		err = use_pool(kinds->run, pools[i]);
		if (!err)
			err = check_pool(guest, kinds, pools[i], at);
		/* The others are in the needs; z3fold is on its way out of the kernel. */
		if (err == -ENOENT && !strcmp(pools[i], "z3fold"))
			err = 0;
	}
	munmap(at, POOL_PAGES * PAGE);
	sysfs_write(ZSWAP "enabled", "N");
	swap_device_off();
	return err;
}

int peekers_kernel(struct peekers_guest *guest, struct page_kinds *kinds)
{
	int err = check_slab(guest, kinds);

	if (!err)
		err = check_pgtable(guest, kinds);
	return err ? err : check_pools(guest, kinds);
}
