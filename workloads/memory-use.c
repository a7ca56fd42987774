/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds up what the kernel counts of its memory.
 */
#include "memory-use.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "free-pages.h"
#include "sysfs.h"

#define TEXT_MAX 32768	/* /proc/vmstat has about 5 KiB */
#define KIB_OF_PAGE 4

/* Some are kernel options: what a kernel does not have is 0. */
static int add_fields(const char *text, const char *const *names, uint64_t *ret_sum)
{
	uint64_t value;
	int err = 0;

	for (; *names && !err; names++) {
		err = sysfs_text_field(text, *names, &value);
		if (!err)
			*ret_sum += value;
		else if (err == -ENOKEY)
			err = 0;
	}
	return err;
}

static int read_vmstat(const char *text, struct memory_use *use)
{
	static const char *const listed[] = {
		"nr_inactive_anon", "nr_active_anon", "nr_inactive_file", "nr_active_file",
		"nr_unevictable", "nr_isolated_anon", "nr_isolated_file", NULL
	};
	static const char *const slab[] = {
		"nr_slab_reclaimable", "nr_slab_unreclaimable", NULL
	};
	static const char *const tables[] = { "nr_page_table_pages", "nr_sec_page_table_pages", NULL };
	static const char *const zspages[] = { "nr_zspages", NULL };
	static const char *const huge_zeroes[] = { "thp_zero_page_alloc", NULL };
	static const char *const inflated[] = { "balloon_inflate", NULL };
	static const char *const deflated[] = { "balloon_deflate", NULL };
	uint64_t written_kib, back = 0;
	int err;

	err = sysfs_text_field(text, "nr_memmap_boot_pages", &use->boot_memmap);
	if (!err)
		err = sysfs_text_field(text, "nr_memmap_pages", &use->later_memmap);
	if (!err)
		err = sysfs_text_field(text, "pgpgout", &written_kib);
	if (!err)
		err = add_fields(text, listed, &use->listed);
	if (!err)
		err = add_fields(text, slab, &use->slab);
	if (!err)
		err = add_fields(text, tables, &use->tables);
	if (!err)
		err = add_fields(text, zspages, &use->zspages);
	if (!err)
		err = add_fields(text, huge_zeroes, &use->huge_zeroes);
	if (!err)
		err = add_fields(text, inflated, &use->balloon);
	if (!err)
		err = add_fields(text, deflated, &back);
	if (err)
		return err;
	use->balloon -= back;
	use->written = written_kib / KIB_OF_PAGE;
	return 0;
}

static int read_meminfo(const char *text, struct memory_use *use)
{
	uint64_t total, vmalloc, percpu, zswap = 0, huge = 0, poisoned = 0;
	uint64_t small = 0, large = 0;
	int err;

	err = sysfs_text_field(text, "MemTotal", &total);
	if (!err)
		err = sysfs_text_field(text, "VmallocUsed", &vmalloc);
	if (!err)
		err = sysfs_text_field(text, "Percpu", &percpu);
	if (err)
		return err;
	/* Of all sizes; kernels without hugetlb have no such line, others no direct map. */
	if (sysfs_text_field(text, "Hugetlb", &huge))
		huge = 0;
	if (sysfs_text_field(text, "Zswap", &zswap))
		zswap = 0;
	if (sysfs_text_field(text, "HardwareCorrupted", &poisoned))
		poisoned = 0;
	if (sysfs_text_field(text, "DirectMap4k", &small) ||
	    sysfs_text_field(text, "DirectMap2M", &large))
		small = large = 0;
	use->total = total / KIB_OF_PAGE;
	use->vmalloc = vmalloc / KIB_OF_PAGE;
	use->percpu = percpu / KIB_OF_PAGE;
	use->huge = huge / KIB_OF_PAGE;
	use->zswap = zswap / KIB_OF_PAGE;
	use->poisoned = poisoned / KIB_OF_PAGE;
	use->direct = small / KIB_OF_PAGE / 512 + large / 2048 / 512;
	return 0;
}

static int read_text(const char *root, const char *path, struct memory_use *use,
		     int (*read)(const char *text, struct memory_use *use))
{
	char full[512], *text = malloc(TEXT_MAX);
	int err;

	if (!text)
		return -ENOMEM;
	snprintf(full, sizeof(full), "%s%s", root, path);
	err = sysfs_read(full, text, TEXT_MAX);
	if (err >= 0)
		err = read(text, use);
	free(text);
	return err;
}

static void zone_line(struct memory_use *use, unsigned int node, struct free_pages *free_pages,
		      const char *line)
{
	uint64_t before = free_pages->managed, number;

	if (!strncmp(line, "        present  ", 17) && sscanf(line + 17, "%" SCNu64, &number) == 1)
		use->present[node] += number;
	free_pages_line(free_pages, line);
	use->managed[node] += free_pages->managed - before;
}

static int read_zones(FILE *file, struct memory_use *use)
{
	struct free_pages free_pages = { 0 };
	unsigned int node = METADATA_NODES;
	char line[256];

	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "Node ", 5)) {
			if (sscanf(line, "Node %6u,", &node) != 1 || node >= METADATA_NODES)
				return -EBADMSG;
		} else if (node < METADATA_NODES) {
			zone_line(use, node, &free_pages, line);
		}
	}
	if (!free_pages_valid(&free_pages))
		return -EBADMSG;
	use->free = free_pages.buddy + free_pages.listed;
	use->free_listed = free_pages.listed;
	return 0;
}

static int read_zoneinfo(const char *root, struct memory_use *use)
{
	char path[512];
	FILE *file;
	int err;

	snprintf(path, sizeof(path), "%s/proc/zoneinfo", root);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	err = read_zones(file, use);
	fclose(file);
	return err;
}

static int refresh(const char *root)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/proc/sys/vm/stat_refresh", root);
	return sysfs_write(path, "1");
}

int memory_use_read(const char *root, struct memory_use *ret_use, const char **ret_path)
{
	struct memory_use use = { .free = 0 };
	int err;

	*ret_path = "/proc/sys/vm/stat_refresh";
	err = refresh(root);
	if (err)
		return err;
	*ret_path = "/proc/zoneinfo";
	err = read_zoneinfo(root, &use);
	if (err)
		return err;
	*ret_path = "/proc/vmstat";
	err = read_text(root, *ret_path, &use, read_vmstat);
	if (err)
		return err;
	*ret_path = "/proc/meminfo";
	err = read_text(root, *ret_path, &use, read_meminfo);
	if (!err)
		*ret_use = use;
	return err;
}

uint64_t memory_use_sum(const uint64_t pages[METADATA_NODES])
{
	uint64_t sum = 0;
	unsigned int node;

	for (node = 0; node < METADATA_NODES; node++)
		sum += pages[node];
	return sum;
}

uint64_t memory_use_known(const struct memory_use *use)
{
	return use->listed + use->slab + use->tables + use->zspages + use->vmalloc + use->percpu +
	       use->huge + use->direct + use->poisoned;
}
