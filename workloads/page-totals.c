/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts pages by kind, once from /proc/kpageflags and once from where the kernel
 * keeps the same counts.
 */
#include "page-totals.h"

#include <errno.h>
#include <string.h>

#include "sysfs.h"

static const struct {
	const char *name;
	const char *source;
	uint64_t flag;
} kinds[PAGE_TOTAL_NR] = {
	[PAGE_TOTAL_BUDDY] = { "buddy", "/proc/buddyinfo", KPF(BUDDY) },
	[PAGE_TOTAL_SLAB] = { "slab", "/proc/slabinfo, with KFENCE,", KPF(SLAB) },
	[PAGE_TOTAL_PGTABLE] = { "pgtable", "nr_page_table_pages", KPF(PGTABLE) },
	[PAGE_TOTAL_LRU] = { "lru", "LRU lists of /proc/vmstat", KPF(LRU) },
	[PAGE_TOTAL_HUGE] = { "huge", "HugePages_Total", KPF(HUGE) },
	[PAGE_TOTAL_MLOCKED] = { "mlocked", "nr_mlock", KPF(MLOCKED) },
	[PAGE_TOTAL_POISONED] = { "hwpoison", "HardwareCorrupted", KPF(HWPOISON) },
	[PAGE_TOTAL_OFFLINE] = { "offline", "the balloon, by /proc/vmstat,", KPF(OFFLINE) },
};

const char *page_total_name(enum page_total total)
{
	return kinds[total].name;
}

const char *page_total_source(enum page_total total)
{
	return kinds[total].source;
}

void page_totals_count(const uint64_t *words, size_t nr, struct page_totals *ret_totals)
{
	size_t i;
	int kind;

	memset(ret_totals, 0, sizeof(*ret_totals));
	for (i = 0; i < nr; i++)
		for (kind = 0; kind < PAGE_TOTAL_NR; kind++)
			ret_totals->pages[kind] += (words[i] & kinds[kind].flag) != 0;
}

/* name <active> <num> <size> <perslab> <pagesperslab> : ... : slabdata <active> <slabs> <shared> */
int page_totals_slab(FILE *slabinfo, uint64_t *ret_pages)
{
	unsigned long long per_slab, slabs;
	uint64_t pages = 0;
	char line[512];
	const char *data;

	while (fgets(line, sizeof(line), slabinfo)) {
		if (line[0] == '#' || !strncmp(line, "slabinfo", 8))
			continue;
		data = strstr(line, ": slabdata ");
		if (!data || sscanf(line, "%*s %*u %*u %*u %*u %llu", &per_slab) != 1 ||
		    sscanf(data, ": slabdata %*u %llu", &slabs) != 1)
			return -EBADMSG;
		pages += per_slab * slabs;
	}
	*ret_pages = pages;
	return 0;
}

int page_totals_kfence(FILE *objects, uint64_t *ret_pages)
{
	uint64_t pages = 0;
	char line[512];

	while (fgets(line, sizeof(line), objects))
		pages += !strncmp(line, "-----", 5);
	*ret_pages = pages;
	return 0;
}

/* Node 0, zone   Normal    <free blocks of order 0> <of order 1> ... */
int page_totals_buddy(FILE *buddyinfo, uint64_t *ret_pages)
{
	unsigned long long blocks;
	char line[512], zone[32];
	uint64_t pages = 0;
	unsigned int node;
	const char *at;
	int order, used;

	while (fgets(line, sizeof(line), buddyinfo)) {
		if (sscanf(line, "Node %u, zone %31s%n", &node, zone, &used) != 2)
			return -EBADMSG;
		at = line + used;
		for (order = 0; sscanf(at, " %llu%n", &blocks, &used) == 1; order++, at += used) {
			if (order > 20)
				return -EBADMSG;
			pages += (uint64_t)blocks << order;
		}
	}
	*ret_pages = pages;
	return 0;
}

static int parse(const char *root, const char *path, int (*parser)(FILE *file, uint64_t *ret_pages),
		 uint64_t *ret_pages)
{
	char full[512];
	FILE *file;
	int err;

	snprintf(full, sizeof(full), "%s%s", root, path);
	file = fopen(full, "re");
	if (!file)
		return -errno;
	err = parser(file, ret_pages);
	fclose(file);
	return err;
}

static int field(const char *root, const char *path, const char *key, uint64_t *ret_value)
{
	char full[512];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return sysfs_field(full, key, ret_value);
}

/* Most kernels have no KFENCE. */
static int read_slab(const char *root, uint64_t *ret_pages, const char **ret_path)
{
	uint64_t slabs, objects = 0;
	int err;

	*ret_path = "/proc/slabinfo";
	err = parse(root, *ret_path, page_totals_slab, &slabs);
	if (err)
		return err;
	*ret_path = "/sys/kernel/debug/kfence/objects";
	err = parse(root, *ret_path, page_totals_kfence, &objects);
	if (err && err != -ENOENT)
		return err;
	*ret_pages = slabs + objects;
	return 0;
}

static int read_vmstat(const char *root, struct page_totals *totals)
{
	static const char *const lists[] = {
		"nr_inactive_anon", "nr_active_anon", "nr_inactive_file", "nr_active_file",
		"nr_unevictable", NULL
	};
	uint64_t pages;
	int i, err;

	err = field(root, "/proc/vmstat", "nr_page_table_pages",
		    &totals->pages[PAGE_TOTAL_PGTABLE]);
	if (!err)
		err = field(root, "/proc/vmstat", "nr_mlock", &totals->pages[PAGE_TOTAL_MLOCKED]);
	for (i = 0; lists[i] && !err; i++) {
		err = field(root, "/proc/vmstat", lists[i], &pages);
		if (!err)
			totals->pages[PAGE_TOTAL_LRU] += pages;
	}
	return err;
}

/* A kernel without a balloon has neither. */
static int read_balloon(const char *root, uint64_t *ret_pages)
{
	uint64_t inflated = 0, deflated = 0;
	int err = field(root, "/proc/vmstat", "balloon_inflate", &inflated);

	if (!err)
		err = field(root, "/proc/vmstat", "balloon_deflate", &deflated);
	*ret_pages = inflated - deflated;
	return err == -ENOKEY ? 0 : err;
}

static int read_meminfo(const char *root, struct page_totals *totals)
{
	uint64_t huge, poisoned_kib;
	int err;

	err = field(root, "/proc/meminfo", "HugePages_Total", &huge);
	if (!err)
		err = field(root, "/proc/meminfo", "HardwareCorrupted", &poisoned_kib);
	if (err)
		return err;
	totals->pages[PAGE_TOTAL_HUGE] = huge * 512;
	totals->pages[PAGE_TOTAL_POISONED] = poisoned_kib / 4;
	return 0;
}

int page_totals_read(const char *root, struct page_totals *ret_totals, const char **ret_path)
{
	struct page_totals totals = { { 0 } };
	int err;

	*ret_path = "/proc/buddyinfo";
	err = parse(root, *ret_path, page_totals_buddy, &totals.pages[PAGE_TOTAL_BUDDY]);
	if (err)
		return err;
	err = read_slab(root, &totals.pages[PAGE_TOTAL_SLAB], ret_path);
	if (err)
		return err;
	*ret_path = "/proc/vmstat";
	err = read_vmstat(root, &totals);
	if (!err)
		err = read_balloon(root, &totals.pages[PAGE_TOTAL_OFFLINE]);
	if (err)
		return err;
	*ret_path = "/proc/meminfo";
	err = read_meminfo(root, &totals);
	if (!err)
		*ret_totals = totals;
	return err;
}
