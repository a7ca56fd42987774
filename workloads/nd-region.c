/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regions and namespaces of the nd bus. What each file takes stands in
 * drivers/nvdimm of the kernel: region_devs.c, pfn_devs.c, claim.c.
 */
#include "nd-region.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sysfs.h"
#include "workload.h"

#define BUS "/sys/bus/nd/"
#define RAW_DRIVER "nd_pmem"

/** struct nd_words - how a kind is called */
struct nd_words {
	const char *seed;
	const char *driver;
};

static const struct nd_words nd_words[] = {
	[ND_PFN] = { "pfn_seed", "nd_pmem" },
	[ND_DAX] = { "dax_seed", "dax_pmem" },
};

static int device_read(const char *device, const char *file, char *buf, size_t size)
{
	char path[512];

	snprintf(path, sizeof(path), BUS "devices/%s/%s", device, file);
	return sysfs_read(path, buf, size);
}

static int device_write(const char *device, const char *file, const char *text)
{
	char path[512];

	snprintf(path, sizeof(path), BUS "devices/%s/%s", device, file);
	return sysfs_write(path, text);
}

static int driver_write(const char *driver, const char *file, const char *device)
{
	char path[512];

	snprintf(path, sizeof(path), BUS "drivers/%s/%s", driver, file);
	return sysfs_write(path, device);
}

/* A read of wait_probe returns when all of a bus is probed. */
static void wait_for_probes(const char *entry)
{
	char text[16];

	if (!strncmp(entry, "ndbus", 5))
		device_read(entry, "wait_probe", text, sizeof(text));
}

static int read_region(const char *entry, struct nd_region *ret_region)
{
	struct nd_region region = { 0 };
	char path[512];
	int err;

	if (sscanf(entry, "region%u", &region.id) != 1)
		return -ENOENT;
	snprintf(path, sizeof(path), BUS "devices/%s/size", entry);
	err = sysfs_read_u64(path, &region.bytes);
	if (err)
		return err;
	snprintf(path, sizeof(path), BUS "devices/%s/resource", entry);
	err = sysfs_read_hex(path, &region.start);
	if (!err)
		*ret_region = region;
	return err;
}

static int find(uint64_t bytes, struct nd_region *ret_region)
{
	struct dirent *entry;
	int err = -ENOENT;
	DIR *dir;

	dir = opendir(BUS "devices");
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		wait_for_probes(entry->d_name);
	rewinddir(dir);
	while (err && (entry = readdir(dir))) {
		err = read_region(entry->d_name, ret_region);
		if (!err && ret_region->bytes != bytes)
			err = -ENOENT;
	}
	closedir(dir);
	return err;
}

int nd_region_find(struct run *run, uint64_t bytes, struct nd_region *ret_region)
{
	struct nd_region region;
	char name[ND_NAME_MAX];
	int err;

	err = find(bytes, &region);
	if (err == -ENOENT)
		return run_unsupported(run, BUS "devices: no region of %" PRIu64 " bytes", bytes);
	if (err)
		return run_error(run, err, BUS "devices: %s", strerror(-err));
	snprintf(name, sizeof(name), "namespace%u.0", region.id);
	err = driver_write(RAW_DRIVER, "unbind", name);
	/* ENODEV: no driver has it. */
	if (err && err != -ENODEV)
		return run_error(run, err, "%s: unbind: %s", name, strerror(-err));
	*ret_region = region;
	return 0;
}

/*
 * Settings that differ have UUIDs that differ: an info block in the namespace with
 * this UUID and another alignment would be refused, one with another UUID is
 * written over.
 */
static int configure(const struct nd_device *device, uint64_t align, const char **ret_what)
{
	char number[32], uuid[48], name[ND_NAME_MAX];
	const char *const settings[][2] = {
		{ "mode", "ram" },
		{ "align", number },
		{ "uuid", uuid },
		{ "namespace", name },
	};
	size_t i;
	int err = 0;

	snprintf(number, sizeof(number), "%" PRIu64, align);
	snprintf(uuid, sizeof(uuid), "706d6574-6100-4000-%04x-%012" PRIx64,
		 0x8000 + (unsigned int)device->kind, align);
	snprintf(name, sizeof(name), "namespace%u.0", device->region.id);
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]) && !err; i++) {
		*ret_what = settings[i][0];
		err = device_write(device->name, settings[i][0], settings[i][1]);
	}
	return err;
}

int nd_device_new(struct run *run, const struct nd_region *region, enum nd_kind kind,
		  uint64_t align, struct nd_device *ret_device)
{
	struct nd_device device = { .region = *region, .kind = kind };
	char parent[ND_NAME_MAX];
	const char *what = "";
	int n, err;

	snprintf(parent, sizeof(parent), "region%u", region->id);
	n = device_read(parent, nd_words[kind].seed, device.name, sizeof(device.name));
	if (n <= 0)
		return run_error(run, n ? n : -ENODEV, BUS "devices/%s/%s: %s", parent,
				 nd_words[kind].seed, n ? strerror(-n) : "there is none");
	err = configure(&device, align, &what);
	if (err)
		return run_error(run, err, BUS "devices/%s/%s: %s", device.name, what,
				 strerror(-err));
	*ret_device = device;
	return 0;
}

int nd_device_bind(const struct nd_device *device)
{
	return driver_write(nd_words[device->kind].driver, "bind", device->name);
}

int nd_device_unbind(const struct nd_device *device)
{
	return driver_write(nd_words[device->kind].driver, "unbind", device->name);
}

int nd_device_free(const struct nd_device *device)
{
	return device_write(device->name, "namespace", "\n");
}
