/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload memory-offline: taking a memory block out of use, empty and full of data,
 * and into use again. The data have to be found whole elsewhere; a block with a page
 * that somebody holds must stay, and go once it is let go.
 *
 * The block is one that was added later: nothing of the kernel is in it, so that what
 * must be possible and what must not is known.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "content.h"
#include "hot-memory.h"
#include "kpage.h"
#include "long-pin.h"
#include "memory-block.h"
#include "page-frames.h"
#include "sysfs.h"
#include "table.h"

#define PAGE 4096u
#define HUGE (2u << 20)
#define MEMORY_MIB 512u
#define TABLES 64u	/* page tables that the kernel is made to take */
#define GIVE_UP_US 20000	/* the kernel goes on trying until a signal comes */
#define THP_ENABLED "/sys/kernel/mm/transparent_hugepage/enabled"

static const struct workload_param offline_params[] = {
	{ .name = "pages", .help = "pages with data in the block: half anonymous, a quarter shmem, "
	  "a quarter huge", .def = "2048", .min = 2048, .max = 24576, .quick = "2048",
	  .full = "2048,16384" },
	{ .name = "rounds", .help = "times that the block goes out of use and comes back",
	  .def = "4", .min = 1, .max = 1000, .quick = "4", .full = "8" },
	{ .name = NULL }
};

static const struct metric offline_metrics[] = {
	{ .name = "offline",
	  .help = "taking a block of 128 MiB out of use",
	  .series = "offline", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "offline_max",
	  .help = "the same, longest",
	  .series = "offline", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MAX },
	{ .name = "online",
	  .help = "taking it into use",
	  .series = "online", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "migrated",
	  .help = "pages migrated to empty it",
	  .series = "migrated", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const offline_checks[] = {
	"content-verified", "block-emptied", "memory-accounted", "held-page-keeps-block",
	"long-pin-leaves-block", "kernel-keeps-block", NULL
};

static const char *const offline_config[] = {
	"CONFIG_TRANSPARENT_HUGEPAGE=y", "CONFIG_IO_URING=y", "CONFIG_PROC_PAGE_MONITOR=y",
	HOT_MEMORY_CONFIG, NULL
};

/**
 * struct data - pages of one type
 * @name: label
 * @flags: of mmap()
 * @advice: of madvise()
 * @share: they are pages / @share of the parameter
 * @page: they are mapped here
 * @nr: base pages
 * @pfn: their frames, @nr
 */
struct data {
	const char *name;
	int flags;
	int advice;
	size_t share;
	uint8_t *page;
	size_t nr;
	uint64_t *pfn;
};

#define DATA_KINDS 3

/** struct offline - the block and the data in it */
struct offline {
	struct run *run;
	struct hot_memory memory;
	uint64_t block_pages;
	struct content_maker *maker;
	struct data data[DATA_KINDS];
	bool warm_up;
	bool last;
};

static int failed(struct offline *offline, const char *what)
{
	int err = errno ? -errno : -EIO;

	return run_error(offline->run, err, "memory block: %s: %s", what, strerror(-err));
}

static int set_block(struct offline *offline, const char *state, const char *series,
		     const char *labels)
{
	uint64_t start = run_begin(offline->run), sample;
	int err = memory_block_set(offline->memory.first, state);

	sample = run_end(offline->run, start);
	if (err)
		return run_error(offline->run, err, "memory block %" PRIu64 ": %s: %s",
				 offline->memory.first, state, strerror(-err));
	if (!offline->warm_up)
		run_time(offline->run, series, labels, sample);
	return 0;
}

static int map_data(struct offline *offline, struct data *data)
{
	size_t i, bytes = data->nr * PAGE;
	uint8_t *at;

	at = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE, data->flags | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return failed(offline, "mmap of its data");
	data->page = (uint8_t *)(((uintptr_t)at + HUGE - 1) & ~(uintptr_t)(HUGE - 1));
	if (madvise(data->page, bytes, data->advice))
		return failed(offline, "madvise");
	for (i = 0; i < data->nr; i++)
		content_fill(offline->maker, i, data->page + i * PAGE);
	return 0;
}

static bool inside(const struct offline *offline, uint64_t pfn)
{
	uint64_t first = offline->memory.first * offline->block_pages;

	return pfn != PAGE_FRAME_NONE && pfn >= first && pfn < first + offline->block_pages;
}

static int count_inside(struct offline *offline, struct data *data, size_t *ret_nr)
{
	size_t i, nr = 0;
	int err = page_frames_read(data->page, data->nr, data->pfn);

	if (err)
		return run_error(offline->run, err, "/proc/self/pagemap: %s", strerror(-err));
	for (i = 0; i < data->nr; i++)
		nr += inside(offline, data->pfn[i]);
	*ret_nr = nr;
	return 0;
}

/* Of rounds that were right only the last is reported. */
static bool reported(const struct offline *offline, bool right)
{
	return offline->last || !right;
}

static void check_content(struct offline *offline, struct data *data, const char *labels)
{
	size_t i, bad = 0;

	for (i = 0; i < data->nr; i++)
		bad += content_differs(offline->maker, i, data->page + i * PAGE) >= 0;
	if (!reported(offline, !bad))
		return;
	run_check(offline->run, "content-verified", labels, bad ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu of %zu pages have a wrong byte after their block went", bad, data->nr);
}

/* Most were in the block before, or nothing was proved; none may be there now. */
static void check_emptied(struct offline *offline, struct data *data, const char *labels,
			  size_t before, size_t after)
{
	bool right = before >= data->nr / 2 && !after;

	if (!reported(offline, right))
		return;
	run_check(offline->run, "block-emptied", labels, right ? VERDICT_PASS : VERDICT_FAIL,
		  "%zu of %zu pages were in the block (must be %zu or more), %zu are now (must be 0)",
		  before, data->nr, data->nr / 2, after);
}

static int read_total(struct offline *offline, uint64_t *ret_kib)
{
	int err = sysfs_field("/proc/meminfo", "MemTotal", ret_kib);

	return err ? run_error(offline->run, err, "/proc/meminfo: %s", strerror(-err)) : 0;
}

static int read_migrated(struct offline *offline, uint64_t *ret_pages)
{
	int err = sysfs_field("/proc/vmstat", "pgmigrate_success", ret_pages);

	return err ? run_error(offline->run, err, "/proc/vmstat: %s", strerror(-err)) : 0;
}

static int go_offline(struct offline *offline)
{
	uint64_t total, less, before, after, block = offline->block_pages * PAGE / 1024;
	int err;

	err = read_total(offline, &total);
	if (!err)
		err = read_migrated(offline, &before);
	if (!err)
		err = set_block(offline, "offline", "offline", "data=yes");
	if (!err)
		err = read_migrated(offline, &after);
	if (!err)
		err = read_total(offline, &less);
	if (err || offline->warm_up)
		return err;
	run_value(offline->run, "migrated", "", after - before);
	if (reported(offline, total - less == block))
		run_check(offline->run, "memory-accounted", "",
			  total - less == block ? VERDICT_PASS : VERDICT_FAIL,
			  "MemTotal went from %" PRIu64 " to %" PRIu64 " KiB, must be %" PRIu64
			  " less", total, less, block);
	return 0;
}

static int fill_block(struct offline *offline, size_t before[DATA_KINDS])
{
	struct data *data;
	int i, err = 0;

	for (i = 0; i < DATA_KINDS && !err; i++) {
		data = &offline->data[i];
		err = map_data(offline, data);
		if (!err)
			err = count_inside(offline, data, &before[i]);
	}
	return err;
}

static int look_at_data(struct offline *offline, const size_t before[DATA_KINDS])
{
	struct data *data;
	char labels[64];
	size_t after = 0;
	int i, err = 0;

	for (i = 0; i < DATA_KINDS && !err; i++) {
		data = &offline->data[i];
		snprintf(labels, sizeof(labels), "type=%s", data->name);
		err = count_inside(offline, data, &after);
		if (err || offline->warm_up)
			continue;
		check_emptied(offline, data, labels, before[i], after);
		check_content(offline, data, labels);
	}
	return err;
}

static void unmap_data(struct offline *offline)
{
	int i;

	for (i = 0; i < DATA_KINDS; i++) {
		if (offline->data[i].page)
			munmap(offline->data[i].page, offline->data[i].nr * PAGE);
		offline->data[i].page = NULL;
	}
}

/* The block is out of use before and after. */
static int round_trip(struct offline *offline)
{
	size_t before[DATA_KINDS] = { 0 };
	int err;

	err = set_block(offline, "online_movable", "online", "");
	if (!err)
		err = set_block(offline, "offline", "offline", "data=no");
	if (!err)
		err = set_block(offline, "online_movable", "online", "");
	if (!err)
		err = fill_block(offline, before);
	if (!err)
		err = go_offline(offline);
	if (!err)
		err = look_at_data(offline, before);
	unmap_data(offline);
	return err;
}

static void on_alarm(int number)
{
	(void)number;
}

/* Returns what the kernel said when it was told to stop trying. */
static int try_offline(uint64_t block)
{
	const struct itimerval timer = { .it_value = { .tv_usec = GIVE_UP_US } }, none = { 0 };
	struct sigaction action = { .sa_handler = on_alarm };
	int err;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	err = memory_block_set(block, "offline");
	setitimer(ITIMER_REAL, &none, NULL);
	return err;
}

static uint8_t *page_in_block(struct offline *offline)
{
	uint8_t *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t pfn = PAGE_FRAME_NONE;

	if (page == MAP_FAILED) {
		failed(offline, "mmap of a page");
		return NULL;
	}
	memset(page, 0x33, PAGE);
	if (page_frames_read(page, 1, &pfn) || !inside(offline, pfn)) {
		run_error(offline->run, -EIO, "a new page did not come to lie in the movable block");
		return NULL;
	}
	return page;
}

/*
 * A reference, not a long pin: what is pinned for long is moved out of ZONE_MOVABLE
 * first. The block stays until a signal ends the attempt (offline_pages()).
 */
static int held_page(struct offline *offline)
{
	uint8_t *page = page_in_block(offline);
	struct iovec iov = { .iov_base = page, .iov_len = PAGE };
	uint64_t block = offline->memory.first;
	static uint8_t seen[PAGE];
	bool right, stayed;
	int end[2], held, freed;

	if (!page)
		return -EIO;
	if (pipe(end) || vmsplice(end[1], &iov, 1, 0) != PAGE)
		return failed(offline, "a pipe with a page of it");
	held = try_offline(block);
	stayed = memory_block_online(block);
	memset(page, 0x44, PAGE);
	if (read(end[0], seen, PAGE) != PAGE)
		return failed(offline, "a pipe with a page of it: read");
	close(end[0]);
	close(end[1]);
	freed = held == -EINTR ? memory_block_set(block, "offline") : -EINVAL;
	right = held == -EINTR && stayed && !memcmp(page, seen, PAGE) && !freed &&
		!memory_block_online(block) && page[0] == 0x44 && page[PAGE - 1] == 0x44;
	run_check(offline->run, "held-page-keeps-block", "", right ? VERDICT_PASS : VERDICT_FAIL,
		  "held by a pipe: offlining returned %d (must be %d, when the signal came), block %s; "
		  "the pipe's data are %s; let go: returned %d (must be 0)", held, -EINTR,
		  stayed ? "online" : "offline (must be online)",
		  memcmp(page, seen, PAGE) ? "not those of the page (must be)" : "those of the page",
		  freed);
	munmap(page, PAGE);
	return freed ? memory_block_set(block, "offline") : 0;
}

static int pinned_page(struct offline *offline)
{
	uint64_t block = offline->memory.first, pfn = 0, later = 1;
	uint8_t *page;
	bool right;
	int fd, err, result;

	err = memory_block_set(block, "online_movable");
	if (err)
		return run_error(offline->run, err, "memory block: online_movable: %s", strerror(-err));
	page = page_in_block(offline);
	if (!page)
		return -EIO;
	err = long_pin((void *const *)&page, 1, &fd);
	if (!err)
		err = page_frames_read(page, 1, &pfn);
	if (err)
		return run_error(offline->run, err, "pinning a page of the block: %s", strerror(-err));
	result = try_offline(block);
	err = page_frames_read(page, 1, &later);
	right = !inside(offline, pfn) && !result && !err && later == pfn && page[0] == 0x33 &&
		page[PAGE - 1] == 0x33;
	run_check(offline->run, "long-pin-leaves-block", "", right ? VERDICT_PASS : VERDICT_FAIL,
		  "pinned for long: page %s the block (must be out of); offlining returned %d (must be "
		  "0); the page is %s", inside(offline, pfn) ? "in" : "out of", result,
		  later == pfn ? "where it was pinned" : "elsewhere than it was pinned (must not)");
	long_unpin(fd);
	munmap(page, PAGE);
	return result ? memory_block_set(block, "offline") : 0;
}

/* The first frame of the block that is a page table. */
static int find_table(struct offline *offline, uint64_t *ret_pfn)
{
	uint64_t pfn = offline->memory.first * offline->block_pages, flags[512];
	uint64_t end = pfn + offline->block_pages;
	const char *path = "";
	int64_t got = 0, i;
	struct kpage kpage;
	int err = kpage_open(&kpage, &path);

	if (err)
		return run_error(offline->run, err, "%s: open: %s", path, strerror(-err));
	for (err = -ENOENT; pfn < end && err == -ENOENT; pfn += 512) {
		got = kpage_read(&kpage, KPAGE_FLAGS, pfn, flags, 512);
		for (i = 0; i < got && !(flags[i] & KPF(PGTABLE)); i++)
			;
		if (i >= got)
			continue;
		*ret_pfn = pfn + (uint64_t)i;
		err = 0;
	}
	kpage_close(&kpage);
	return err ? run_error(offline->run, err, "no new page table came to lie in the block: %s",
			       strerror(-err)) : 0;
}

/*
 * The block is given to the kernel, which takes page tables from it. It must be refused
 * at once: one that is only tried until a signal comes cannot be allocated from
 * meanwhile. No block of the boot's memory would do: of 512 MiB the kernel's own pages
 * are in the first and the last, and those have holes, for which they are refused
 * before anybody looks at a page (offline_pages()).
 */
static int kernel_block(struct offline *offline)
{
	uint64_t block = offline->memory.first, pfn = 0;
	bool stayed;
	size_t i;
	int err;
	uint8_t *at = mmap(NULL, TABLES * HUGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED || madvise(at, TABLES * HUGE, MADV_NOHUGEPAGE))
		return failed(offline, "mmap for page tables");
	err = memory_block_set(block, "online_kernel");
	if (err)
		return run_error(offline->run, err, "memory block: online_kernel: %s", strerror(-err));
	for (i = 0; i < TABLES; i++)
		at[i * HUGE] = 1;
	err = find_table(offline, &pfn);
	if (err)
		return err;
	err = try_offline(block);
	stayed = memory_block_online(block);
	run_check(offline->run, "kernel-keeps-block", "",
		  err == -EBUSY && stayed ? VERDICT_PASS : VERDICT_FAIL,
		  "offlining block %" PRIu64 ", where frame 0x%" PRIx64 " is a page table, returned %d "
		  "(must be %d); it is %s", block, pfn, err, -EBUSY,
		  stayed ? "online" : "offline (must be online)");
	munmap(at, TABLES * HUGE);
	return 0;
}

static int prepare(struct offline *offline)
{
	static const struct data kinds[DATA_KINDS] = {
		{ .name = "anonymous", .flags = MAP_PRIVATE, .advice = MADV_NOHUGEPAGE, .share = 2 },
		{ .name = "shmem", .flags = MAP_SHARED, .advice = MADV_NOHUGEPAGE, .share = 4 },
		{ .name = "thp", .flags = MAP_PRIVATE, .advice = MADV_HUGEPAGE, .share = 4 },
	};
	size_t pages = run_param_u64(offline->run, "pages");
	uint64_t bytes;
	int i, err;

	offline->maker = content_maker_new(CONTENT_RANDOM, run_seed(offline->run));
	for (i = 0; i < DATA_KINDS; i++) {
		offline->data[i] = kinds[i];
		offline->data[i].nr = pages / kinds[i].share / 512 * 512;
		offline->data[i].pfn = calloc(offline->data[i].nr, sizeof(uint64_t));
		if (!offline->data[i].pfn || !offline->maker)
			return run_error(offline->run, -ENOMEM, "no memory");
	}
	err = sysfs_write(THP_ENABLED, "madvise");
	if (!err)
		err = memory_block_bytes(&bytes);
	if (err)
		return run_error(offline->run, err, "huge pages or size of memory blocks: %s",
				 strerror(-err));
	offline->block_pages = bytes / PAGE;
	err = hot_memory_prepare(offline->run, &offline->memory);
	if (err)
		return err;
	err = hot_memory_add();
	return err ? run_error(offline->run, err, "kmem: add memory: %s", strerror(-err)) : 0;
}

static int offline_run(struct run *run)
{
	static struct offline offline;
	uint64_t i, rounds = run_param_u64(run, "rounds");
	int err;

	offline.run = run;
	err = prepare(&offline);
	for (i = 0; i < rounds + 1 && !err; i++) {
		run_phase(run, "round %" PRIu64, i);
		offline.warm_up = !i;
		offline.last = i == rounds;
		err = round_trip(&offline);
	}
	run_phase(run, "blocks that must stay");
	if (!err && memory_block_set(offline.memory.first, "online_movable"))
		err = failed(&offline, "online_movable");
	if (!err)
		err = held_page(&offline);
	if (!err)
		err = pinned_page(&offline);
	/* Comes last: what the kernel has taken it keeps, and the block cannot be removed. */
	return err ? err : kernel_block(&offline);
}

const struct workload workload_memory_offline = {
	.name = "memory-offline",
	.help = "taking a memory block out of use and into it, with data in it that must survive",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = offline_config, .mem_mib = MEMORY_MIB, .cpus = 1, .nodes = 1,
		   .pmem_mib = HOT_MEMORY_MIB },
	.params = offline_params,
	.metrics = offline_metrics,
	.checks = offline_checks,
	.deadline_s = 120,
	.run = offline_run,
};
