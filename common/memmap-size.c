/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Size of the memmap from /proc/vmstat and from the memory blocks in sysfs.
 */
#include "memmap-size.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sysfs.h"

static bool is_block(const char *name)
{
	return !strncmp(name, "memory", 6) && name[6] >= '0' && name[6] <= '9';
}

static int count_blocks(const char *path, uint64_t *ret_nr)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	uint64_t nr = 0;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		nr += is_block(entry->d_name);
	closedir(dir);
	*ret_nr = nr;
	return 0;
}

int memmap_size_read(const char *root, struct memmap_size *ret_size)
{
	struct memmap_size size = { 0 };
	uint64_t block_bytes = 0;
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s/proc/vmstat", root);
	err = sysfs_field(path, "nr_memmap_boot_pages", &size.boot_pages);
	if (!err)
		err = sysfs_field(path, "nr_memmap_pages", &size.hotplug_pages);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/sys/devices/system/memory/block_size_bytes", root);
	err = sysfs_read_hex(path, &block_bytes);
	if (err)
		return err;
	if (block_bytes != MEMMAP_SECTION_BYTES)
		return -EOPNOTSUPP;
	snprintf(path, sizeof(path), "%s/sys/devices/system/memory", root);
	err = count_blocks(path, &size.sections);
	if (err)
		return err;
	*ret_size = size;
	return 0;
}

uint64_t memmap_size_bytes(const struct memmap_size *size)
{
	return (size->boot_pages + size->hotplug_pages) * 4096;
}

uint64_t memmap_size_expected(const struct memmap_size *size, uint32_t page_bytes)
{
	uint64_t section = (uint64_t)MEMMAP_SECTION_PAGES * page_bytes;

	return size->sections * ((section + 4095) / 4096 * 4096);
}

/* Is the block within what dax added as RAM? */
static int is_kmem(const char *root, uint64_t block, bool *ret_is)
{
	uint64_t start, end, at = block * MEMMAP_SECTION_BYTES;
	char path[512], line[256];
	bool is = false;
	FILE *iomem;

	snprintf(path, sizeof(path), "%s/proc/iomem", root);
	iomem = fopen(path, "re");
	if (!iomem)
		return -errno;
	while (!is && fgets(line, sizeof(line), iomem))
		is = strstr(line, " : System RAM (kmem)\n") &&
		     sscanf(line, " %" SCNx64 "-%" SCNx64, &start, &end) == 2 &&
		     start <= at && at + MEMMAP_SECTION_BYTES - 1 <= end;
	fclose(iomem);
	*ret_is = is;
	return 0;
}

static int is_added(const char *root, const char *name, bool *ret_is)
{
	char path[512], state[32];
	uint64_t block;
	int n;

	snprintf(path, sizeof(path), "%s/sys/devices/system/memory/%.64s/state", root, name);
	n = sysfs_read(path, state, sizeof(state));
	if (n < 0)
		return n;
	*ret_is = strncmp(state, "online", 6) != 0;
	if (*ret_is || sscanf(name, "memory%" SCNu64, &block) != 1)
		return 0;
	return is_kmem(root, block, ret_is);
}

int memmap_size_added(const char *root, uint64_t *ret_nr)
{
	struct dirent *entry;
	char path[512];
	uint64_t nr = 0;
	bool is = false;
	int err = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/devices/system/memory", root);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir))) {
		if (!is_block(entry->d_name))
			continue;
		err = is_added(root, entry->d_name, &is);
		nr += is;
	}
	closedir(dir);
	if (!err)
		*ret_nr = nr;
	return err;
}

/* Whether this kernel was built with page_ext: only its symbols tell. */
static bool has_page_ext(FILE *kallsyms)
{
	char line[512];

	while (fgets(line, sizeof(line), kallsyms))
		if (strstr(line, " page_ext_get\n"))
			return true;
	return false;
}

static bool has_device_zone(FILE *zoneinfo)
{
	bool device = false;
	unsigned long spanned;
	char line[256];

	while (fgets(line, sizeof(line), zoneinfo)) {
		if (!strncmp(line, "Node ", 5))
			device = strstr(line, " Device\n") != NULL;
		else if (device && sscanf(line, " spanned %lu", &spanned) == 1 && spanned)
			return true;
	}
	return false;
}

static bool file_has(const char *root, const char *name, bool (*has)(FILE *file))
{
	char path[512];
	bool found;
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", root, name);
	file = fopen(path, "re");
	if (!file)
		return false;
	found = has(file);
	fclose(file);
	return found;
}

unsigned int memmap_size_extras(const char *root)
{
	unsigned int extras = 0;

	if (file_has(root, "/proc/kallsyms", has_page_ext))
		extras |= MEMMAP_EXTRA_PAGE_EXT;
	if (file_has(root, "/proc/zoneinfo", has_device_zone))
		extras |= MEMMAP_EXTRA_DEVICE;
	return extras;
}
