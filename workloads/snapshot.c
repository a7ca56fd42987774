/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes snapshots of what the kernel holds, and compares them.
 */
#include "snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "descriptor-pool.h"
#include "free-pages.h"
#include "job.h"
#include "sysfs.h"

#define TEXT_MAX 131072		/* /proc/slabinfo has about 30 KiB */
#define SLAB_DIR "/sys/kernel/slab"
#define KSM_DIR "/sys/kernel/mm/ksm/"
#define SETTLE_MS 10000		/* guest time until what is freed by workers is free */
#define SETTLE_STEP_MS 100

_Static_assert(SNAPSHOT_VARIANT_MAX >= JOB_COUNTERS_MAX, "room for every counter of a job");

/**
 * struct counter - how a counter is shown and judged
 * @name: shown
 * @exact: may not differ at all
 * @scale: units that make a page
 */
static const struct counter {
	const char *name;
	bool exact;
	unsigned int scale;
} counter_table[SNAP_NR] = {
	[SNAP_USED] = { "used pages", false, 1 },
	[SNAP_MANAGED] = { "managed pages", true, 1 },
	[SNAP_MEMMAP] = { "nr_memmap_pages", true, 1 },
	[SNAP_MEMMAP_BOOT] = { "nr_memmap_boot_pages", true, 1 },
	[SNAP_ISOLATED] = { "isolated pages", true, 1 },
	[SNAP_SLAB] = { "slab pages", false, 1 },
	[SNAP_PAGE_TABLE] = { "nr_page_table_pages", false, 1 },
	[SNAP_STACK] = { "nr_kernel_stack KiB", false, 4 },
	[SNAP_ANON] = { "nr_anon_pages", false, 1 },
	[SNAP_FILE] = { "nr_file_pages", false, 1 },
	[SNAP_UNEVICTABLE] = { "nr_unevictable", false, 1 },
	[SNAP_ZSPAGES] = { "nr_zspages", false, 1 },
	[SNAP_VMALLOC] = { "VmallocUsed KiB", false, 4 },
	[SNAP_PERCPU] = { "Percpu KiB", false, 4 },
	[SNAP_SWAP] = { "swap slots in use", false, 1 },
	[SNAP_ZSWAP_STORED] = { "zswap stored_pages", false, 1 },
	[SNAP_KSM] = { "KSM pages", false, 1 },
	[SNAP_HUGETLB] = { "hugetlb pages", false, 1 },
	[SNAP_DESCRIPTORS] = { "descriptors in use", false, 1 },
};

/** struct field - where a counter, or a part of it, is read */
struct field {
	enum snapshot_counter counter;
	const char *key;
};

static const struct field vmstat_fields[] = {
	{ SNAP_MEMMAP, "nr_memmap_pages" }, { SNAP_MEMMAP_BOOT, "nr_memmap_boot_pages" },
	{ SNAP_ISOLATED, "nr_isolated_anon" }, { SNAP_ISOLATED, "nr_isolated_file" },
	{ SNAP_SLAB, "nr_slab_reclaimable" }, { SNAP_SLAB, "nr_slab_unreclaimable" },
	{ SNAP_PAGE_TABLE, "nr_page_table_pages" }, { SNAP_STACK, "nr_kernel_stack" },
	{ SNAP_ANON, "nr_anon_pages" }, { SNAP_FILE, "nr_file_pages" },
	{ SNAP_UNEVICTABLE, "nr_unevictable" }, { SNAP_ZSPAGES, "nr_zspages" },
};

/* Files of one number that not every kernel has. */
static const struct field file_fields[] = {
	{ SNAP_ZSWAP_STORED, "/sys/kernel/debug/zswap/stored_pages" },
	{ SNAP_KSM, KSM_DIR "pages_shared" }, { SNAP_KSM, KSM_DIR "pages_sharing" },
	{ SNAP_KSM, KSM_DIR "pages_unshared" }, { SNAP_KSM, KSM_DIR "pages_volatile" },
};

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* --- parsing --- */

static const char *next_line(const char *line)
{
	line = strchr(line, '\n');
	return line && line[1] ? line + 1 : NULL;
}

/* Of the debug kernel's tools: see snapshot_parse_slabinfo(). */
static bool is_tool(const char *cache)
{
	static const char *const tools[] = {
		"debug_objects_cache", "kmemleak_object", "kmemleak_scan_area",
	};
	size_t i;

	for (i = 0; i < NR(tools); i++)
		if (!strcmp(cache, tools[i]))
			return true;
	return false;
}

/* Return: pages of all its slabs, or -EINVAL. */
static int64_t parse_cache(const char *line, struct snapshot_cache *ret_cache)
{
	uint32_t slab_pages, slabs;

	/* name, objects: in use, in all; bytes, objects of a slab, its pages; slabs */
	if (sscanf(line, "%39s %" SCNu64 " %*u %*u %" SCNu64 " %" SCNu32 " : tunables %*u %*u %*u "
		   ": slabdata %*u %" SCNu32, ret_cache->name, &ret_cache->objects,
		   &ret_cache->per_slab, &slab_pages, &slabs) != 5)
		return -EINVAL;
	return (int64_t)slab_pages * slabs;
}

int snapshot_parse_slabinfo(const char *text, struct snapshot *ret_snapshot)
{
	struct snapshot_cache *cache;
	const char *line;
	size_t nr = 0;
	int64_t pages;

	if (strncmp(text, "slabinfo - version: 2", 21))
		return -EINVAL;
	ret_snapshot->tool_pages = 0;
	for (line = next_line(text); line; line = next_line(line)) {
		if (*line == '#')
			continue;
		if (nr == SNAPSHOT_CACHES_MAX)
			return -EFBIG;
		cache = &ret_snapshot->cache[nr];
		pages = parse_cache(line, cache);
		if (pages < 0)
			return (int)pages;
		if (is_tool(cache->name))
			ret_snapshot->tool_pages += (uint64_t)pages;
		else
			nr++;
	}
	if (!nr)
		return -EINVAL;
	ret_snapshot->nr_caches = nr;
	return 0;
}

static int parse_zoneinfo(const char *text, struct free_pages *ret_free)
{
	struct free_pages free_pages = { 0 };
	const char *line;

	for (line = text; line; line = next_line(line))
		free_pages_line(&free_pages, line);
	if (!free_pages_valid(&free_pages))
		return -EINVAL;
	*ret_free = free_pages;
	return 0;
}

/* --- taking --- */

/* What snapshots are read from, and what is written to before. */
enum reader_file { READ_SLABINFO, READ_ZONEINFO, READ_VMSTAT, READ_MEMINFO, WRITE_DROP, WRITE_REFRESH,
		   READER_FILES };

static const struct { const char *path; int flags; } reader_table[READER_FILES] = {
	[READ_SLABINFO] = { "/proc/slabinfo", O_RDONLY },
	[READ_ZONEINFO] = { "/proc/zoneinfo", O_RDONLY },
	[READ_VMSTAT] = { "/proc/vmstat", O_RDONLY },
	[READ_MEMINFO] = { "/proc/meminfo", O_RDONLY },
	[WRITE_DROP] = { "/proc/sys/vm/drop_caches", O_WRONLY },
	[WRITE_REFRESH] = { "/proc/sys/vm/stat_refresh", O_WRONLY },
};

/**
 * struct snapshot_reader - see snapshot_reader_new()
 * @job: names the variant's counters
 * @text: of one file, reused
 * @fd: open files
 * @shrink: the shrink file of each slab cache
 * @nr_shrink: how many
 */
struct snapshot_reader {
	const struct job *job;
	char text[TEXT_MAX];
	int fd[READER_FILES];
	int shrink[SNAPSHOT_CACHES_MAX];
	size_t nr_shrink;
};

/* Caches that were merged are links to the one they were merged with. */
static int open_slabs(struct snapshot_reader *reader)
{
	struct dirent *entry;
	char path[512];
	DIR *dir;
	int fd;

	dir = opendir(SLAB_DIR);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)) && reader->nr_shrink < SNAPSHOT_CACHES_MAX) {
		if (entry->d_name[0] == '.' || entry->d_type == DT_LNK)
			continue;
		snprintf(path, sizeof(path), SLAB_DIR "/%s/shrink", entry->d_name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd >= 0)
			reader->shrink[reader->nr_shrink++] = fd;
	}
	closedir(dir);
	return reader->nr_shrink ? 0 : -ENOENT;
}

void snapshot_reader_free(struct snapshot_reader *reader)
{
	size_t i;

	if (!reader)
		return;
	for (i = 0; i < READER_FILES; i++)
		if (reader->fd[i] >= 0)
			close(reader->fd[i]);
	for (i = 0; i < reader->nr_shrink; i++)
		close(reader->shrink[i]);
	free(reader);
}

int snapshot_reader_new(const struct job *job, struct snapshot_reader **ret_reader,
			const char **ret_source)
{
	struct snapshot_reader *reader = calloc(1, sizeof(*reader));
	int err = 0, i;

	*ret_source = "memory";
	if (!reader)
		return -ENOMEM;
	reader->job = job;
	memset(reader->fd, 0xff, sizeof(reader->fd));
	for (i = 0; i < READER_FILES && !err; i++) {
		*ret_source = reader_table[i].path;
		reader->fd[i] = open(*ret_source, reader_table[i].flags | O_CLOEXEC);
		if (reader->fd[i] < 0)
			err = i == READ_SLABINFO && errno == ENOENT ? -EOPNOTSUPP : -errno;
	}
	if (!err) {
		*ret_source = SLAB_DIR;
		err = open_slabs(reader);
	}
	/* 4 has the kernel not log each time from the next one on, fs/drop_caches.c. */
	if (!err && write(reader->fd[WRITE_DROP], "4", 1) != 1)
		err = -errno;
	if (err)
		snapshot_reader_free(reader);
	else
		*ret_reader = reader;
	return err;
}

/* Slabs come last: the caches dropped before had objects in them. */
int snapshot_settle(struct snapshot_reader *reader, const char **ret_source)
{
	size_t i;

	*ret_source = reader_table[WRITE_DROP].path;
	if (pwrite(reader->fd[WRITE_DROP], "3", 1, 0) != 1)
		return -errno;
	*ret_source = reader_table[WRITE_REFRESH].path;
	if (pwrite(reader->fd[WRITE_REFRESH], "1", 1, 0) != 1)
		return -errno;
	/* A cache that is gone refuses, and has no slabs. */
	for (i = 0; i < reader->nr_shrink; i++)
		if (pwrite(reader->shrink[i], "1", 1, 0) != 1 && errno != ENODEV)
			return -errno;
	return 0;
}

static int read_text(struct snapshot_reader *reader, enum reader_file file,
		     const char **ret_source)
{
	size_t used = 0;
	ssize_t n;

	*ret_source = reader_table[file].path;
	do {
		n = pread(reader->fd[file], reader->text + used, TEXT_MAX - used, (off_t)used);
		if (n < 0)
			return -errno;
		used += (size_t)n;
	} while (n && used < TEXT_MAX);
	if (used == TEXT_MAX)
		return -EFBIG;
	reader->text[used] = '\0';
	return 0;
}

static int take_vmstat(struct snapshot *snapshot, const char *text)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < NR(vmstat_fields); i++) {
		if (sysfs_text_field(text, vmstat_fields[i].key, &value))
			return -ENOKEY;
		snapshot->value[vmstat_fields[i].counter] += value;
	}
	return 0;
}

static int take_meminfo(struct snapshot *snapshot, const char *text)
{
	uint64_t total, left;

	if (sysfs_text_field(text, "SwapTotal", &total) || sysfs_text_field(text, "SwapFree", &left) ||
	    sysfs_text_field(text, "VmallocUsed", &snapshot->value[SNAP_VMALLOC]) ||
	    sysfs_text_field(text, "Percpu", &snapshot->value[SNAP_PERCPU]))
		return -ENOKEY;
	snapshot->value[SNAP_SWAP] = (total - left) / 4;
	/* Not every kernel has it. */
	sysfs_text_field(text, "HugePages_Total", &snapshot->value[SNAP_HUGETLB]);
	return 0;
}

static void take_files(const struct job *job, struct snapshot *snapshot)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < NR(file_fields); i++)
		if (!sysfs_read_u64(file_fields[i].key, &value))
			snapshot->value[file_fields[i].counter] += value;
	for (i = 0; job && i < job->nr_counters; i++)
		if (sysfs_read_u64(job->counters[i].path, &snapshot->variant[i]))
			snapshot->variant[i] = 0;
	snapshot->nr_variant = job ? job->nr_counters : 0;
}

static int take_pool(const struct job *job, struct snapshot *snapshot)
{
	struct descriptor_pool pool;
	int err;

	if (!job || !descriptor_pool_promised(job))
		return 0;
	err = descriptor_pool_read("", job, &pool);
	if (err)
		return err;
	snapshot->value[SNAP_USED] -= pool.pages;
	snapshot->value[SNAP_DESCRIPTORS] = descriptor_pool_held(&pool);
	return 0;
}

int snapshot_take(struct snapshot_reader *reader, struct snapshot *ret_snapshot,
		  const char **ret_source)
{
	struct free_pages free_pages = { 0 };
	int err;

	memset(ret_snapshot, 0, sizeof(*ret_snapshot));
	err = snapshot_settle(reader, ret_source);
	if (!err)
		err = read_text(reader, READ_SLABINFO, ret_source);
	if (!err)
		err = snapshot_parse_slabinfo(reader->text, ret_snapshot);
	if (!err)
		err = read_text(reader, READ_ZONEINFO, ret_source);
	if (!err)
		err = parse_zoneinfo(reader->text, &free_pages);
	if (!err)
		err = read_text(reader, READ_VMSTAT, ret_source);
	if (!err)
		err = take_vmstat(ret_snapshot, reader->text);
	if (!err)
		err = read_text(reader, READ_MEMINFO, ret_source);
	if (!err)
		err = take_meminfo(ret_snapshot, reader->text);
	if (err)
		return err;
	ret_snapshot->value[SNAP_MANAGED] = free_pages.managed;
	ret_snapshot->value[SNAP_USED] = free_pages.managed - free_pages.buddy -
					 free_pages.listed - ret_snapshot->tool_pages;
	ret_snapshot->value[SNAP_SLAB] -= ret_snapshot->tool_pages;
	take_files(reader->job, ret_snapshot);
	err = take_pool(reader->job, ret_snapshot);
	if (err)
		*ret_source = reader->job->descriptor_ranges;
	return err;
}

static void pause_ms(unsigned int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

int snapshot_take_settled(struct snapshot_reader *reader, struct snapshot *ret_snapshot,
			  struct snapshot *later, const char **ret_source)
{
	unsigned int waited;
	char text[256];
	int err;

	err = snapshot_take(reader, ret_snapshot, ret_source);
	for (waited = 0; !err && waited < SETTLE_MS; waited += SETTLE_STEP_MS) {
		pause_ms(SETTLE_STEP_MS);
		err = snapshot_take(reader, later, ret_source);
		if (err || !snapshot_growth(later, ret_snapshot, 0, text, sizeof(text)))
			break;
		*ret_snapshot = *later;
	}
	return err;
}

/* --- comparing --- */

/** struct report - what is said, and the largest growth so far */
struct report {
	char *text;
	size_t size;
	size_t used;
	unsigned int beyond;
	int64_t most;
	char most_text[128];
};

static void say(struct report *report, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct report *report, const char *fmt, ...)
{
	va_list args;
	int n;

	if (report->used >= report->size)
		return;
	va_start(args, fmt);
	n = vsnprintf(report->text + report->used, report->size - report->used, fmt, args);
	va_end(args);
	report->used += n > 0 ? (size_t)n : 0;
}

static void judge(struct report *report, const char *kind, const char *name, bool exact,
		  uint64_t before, uint64_t after, uint64_t bound)
{
	int64_t growth = (int64_t)(after - before);

	if (exact ? growth != 0 : growth > (int64_t)bound) {
		say(report, "%s%s%s %" PRIu64 " -> %" PRIu64 " (may %s %" PRIu64 ")",
		    report->beyond ? ", " : "", kind, name, before, after,
		    exact ? "only differ by" : "grow by", exact ? 0 : bound);
		report->beyond++;
	}
	if (growth > report->most) {
		report->most = growth;
		snprintf(report->most_text, sizeof(report->most_text), "%s%s by %" PRId64, kind,
			 name, growth);
	}
}

/* Caches are made and destroyed in between; a new one starts from no objects. */
static uint64_t objects_before(const struct snapshot *before, const struct snapshot_cache *cache,
			       size_t hint)
{
	size_t i;

	if (hint < before->nr_caches && !strcmp(before->cache[hint].name, cache->name))
		return before->cache[hint].objects;
	for (i = 0; i < before->nr_caches; i++)
		if (!strcmp(before->cache[i].name, cache->name))
			return before->cache[i].objects;
	return 0;
}

unsigned int snapshot_growth_by(const struct snapshot *before, const struct snapshot *after,
				const struct snapshot_bound *bound, char *text, size_t size)
{
	struct report report = { .text = text, .size = size };
	char name[24];
	size_t i;

	text[0] = '\0';
	for (i = 0; i < SNAP_NR; i++)
		judge(&report, "", counter_table[i].name, counter_table[i].exact, before->value[i],
		      after->value[i], bound->pages * counter_table[i].scale);
	for (i = 0; i < after->nr_caches; i++)
		if (strcmp(after->cache[i].name, "vmap_area"))
			judge(&report, "slab cache ", after->cache[i].name, false,
			      objects_before(before, &after->cache[i], i), after->cache[i].objects,
			      bound->objects + bound->slabs * after->cache[i].per_slab);
	for (i = 0; i < after->nr_variant && i < before->nr_variant; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		judge(&report, "variant's counter ", name, false, before->variant[i],
		      after->variant[i], bound->pages);
	}
	if (report.beyond)
		return report.beyond;
	if (report.most)
		say(&report, "no counter and no slab cache grew by more than %" PRIu64 "%s, most: %s",
		    bound->pages, bound->slabs ? " or its bound" : "", report.most_text);
	else
		say(&report, "no counter and no slab cache grew");
	return 0;
}

unsigned int snapshot_growth(const struct snapshot *before, const struct snapshot *after,
			     uint64_t bound, char *text, size_t size)
{
	const struct snapshot_bound both = { .pages = bound, .objects = bound };

	return snapshot_growth_by(before, after, &both, text, size);
}
