// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes the census of a host: its pages, and what its counters say beside them.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "census-private.h"
#include "free-pages.h"
#include "sysfs.h"
#include "util.h"

#define ND_DEVICES "/sys/bus/nd/devices"

/** struct zones - /proc/zoneinfo, as far as it was read */
struct zones {
	struct census *census;
	struct census_node *node;
	struct free_pages free_pages;	/* of @node */
	bool device;			/* the zone is that of device memory */
};

/* "Node 0, zone   Normal" is followed by the lines of the zone. */
static bool zone_begins(struct zones *zones, const char *line)
{
	unsigned int id;
	char zone[32];

	if (sscanf(line, "Node %u, zone %31s", &id, zone) != 2 || id >= CENSUS_NODES_MAX)
		return false;
	if (!zones->node || zones->node->id != id)
		zones->free_pages = (struct free_pages){ 0 };
	zones->node = census_node(zones->census, id);
	zones->device = !strcmp(zone, "Device");
	return true;
}

static void zone_line(struct zones *zones, const char *line)
{
	struct census_node *node = zones->node;
	uint64_t number;

	if (sscanf(line, " present %" SCNu64, &number) == 1)
		node->present += number;
	else if (sscanf(line, " spanned %" SCNu64, &number) == 1)
		node->device += zones->device ? number : 0;
	else if (sscanf(line, " nr_zspages %" SCNu64, &number) == 1)
		node->zsmalloc += number;
	else if (sscanf(line, " nr_kernel_stack %" SCNu64, &number) == 1)
		node->stacks = number / 4;
	free_pages_line(&zones->free_pages, line);
	node->managed = zones->free_pages.managed;
	node->cpu_lists = zones->free_pages.listed;
}

int census_read_zones(const char *root, struct census *census, struct err *err)
{
	struct zones zones = { .census = census };
	char *path = str_printf("%s/proc/zoneinfo", root);
	FILE *file = fopen(path, "re");
	char line[256];
	int error = 0;

	if (!file)
		error = err_set(err, -errno, "%s: cannot open: %s", path, strerror(errno));
	while (file && fgets(line, sizeof(line), file))
		if (!zone_begins(&zones, line) && zones.node)
			zone_line(&zones, line);
	if (file)
		fclose(file);
	if (!error && !zones.node)
		error = err_set(err, -EBADMSG, "%s: has no zones", path);
	free(path);
	return error;
}

static bool file_says(const char *dir, const char *name, const char *text)
{
	char *path = str_printf("%s/%s", dir, name);
	char seen[32];
	bool says = sysfs_read(path, seen, sizeof(seen)) >= 0 && !strcmp(seen, text);

	free(path);
	return says;
}

static int number_in(const char *dir, const char *name, uint64_t *ret_number)
{
	char *path = str_printf("%s/%s", dir, name);
	int error = sysfs_read_u64(path, ret_number);

	free(path);
	return error;
}

/* Bound, with its memmap in RAM ("ram"; "mem" in ndctl's words). */
static void read_device(const char *dir, bool dax, struct census *census)
{
	struct census_device device = { .dax = dax };
	char *driver = str_printf("%s/driver", dir);

	if (fs_exists(driver) && file_says(dir, "mode", "ram") &&
	    !number_in(dir, "size", &device.bytes) && device.bytes / 4096 <= CENSUS_PFN_MAX) {
		if (number_in(dir, "align", &device.align))
			device.align = 4096;
		census_add_device(census, &device);
	}
	free(driver);
}

void census_read_devices(const char *root, struct census *census)
{
	char *path = str_printf("%s" ND_DEVICES, root);
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		bool dax = !strncmp(entry->d_name, "dax", 3);
		char *device;

		if (!dax && strncmp(entry->d_name, "pfn", 3))
			continue;
		device = str_printf("%s/%s", path, entry->d_name);
		read_device(device, dax, census);
		free(device);
	}
	if (dir)
		closedir(dir);
	free(path);
}

static void read_kernel(const char *root, struct census *census)
{
	char *path = str_printf("%s/proc/sys/kernel/osrelease", root);

	if (sysfs_read(path, census->kernel, sizeof(census->kernel)) < 0)
		strcpy(census->kernel, "unknown");
	free(path);
	path = str_printf("%s/proc/sys/vm", root);
	census->hvo = file_says(path, "hugetlb_optimize_vmemmap", "1");
	free(path);
	census->five_levels = memmap_five_levels(root);
}

static void read_counted(const char *root, struct census *census)
{
	struct memmap_judged judged;

	census->counted = !memmap_size_counted(root, &census->size);
	census->size.sections = census->layout.units;
	if (!census->counted)
		return;
	memmap_size_judge(&census->size, CENSUS_PAGE_BYTES, &census->beside, &judged);
	if (judged.seen != judged.expected)
		memmap_size_beside(root, &census->beside);
}

int census_read(const char *root, struct census *ret_census, struct err *err)
{
	struct census census = { 0 };
	struct census_map map = { 0 };
	int error;

	if (sysconf(_SC_PAGESIZE) != 4096)
		return err_set(err, -ENOTSUP, "pages of %ld bytes: a census is for hosts with "
			       "pages of 4096", sysconf(_SC_PAGESIZE));
	read_kernel(root, &census);
	error = census_read_map(root, &census, &map, err);
	if (!error)
		error = census_read_pages(root, &map, &census, err);
	if (!error)
		error = census_read_zones(root, &census, err);
	free(map.block);
	if (error) {
		census_free(&census);
		return error;
	}
	census_read_devices(root, &census);
	read_counted(root, &census);
	census_sort(&census);
	*ret_census = census;
	return 0;
}
