/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Persistent memory through the sysfs files of the kernel's nd bus
 * (Documentation/driver-api/nvdimm/nvdimm.rst): a region of an NVDIMM, and the device
 * that gives its one namespace a memmap, for a file system (pfn) or as a character
 * device (dax).
 *
 * An NVDIMM and not RAM set aside by memmap=SIZE!START: that is bound with a memmap
 * before user space runs, so that its first bind cannot be timed and a memmap that
 * does not fit is a warning at boot; an NVDIMM gets a memmap when it is asked for.
 */
#ifndef PAGEMETA_ND_REGION_H
#define PAGEMETA_ND_REGION_H

#include <stdint.h>

struct run;

#define ND_NAME_MAX 32

/**
 * struct nd_region - a region
 * @id: its number: namespaceID.0, /dev/pmemID and /dev/daxID.0 belong to it
 * @start: physical address
 * @bytes: size
 */
struct nd_region {
	unsigned int id;
	uint64_t start;
	uint64_t bytes;
};

/**
 * nd_region_find() - the region of one size, its namespace left without a driver
 * @run: gets the reason of a failure
 * @bytes: size
 * @ret_region: set on success
 *
 * Return: 0, -EOPNOTSUPP when there is none, or -errno.
 */
int nd_region_find(struct run *run, uint64_t bytes, struct nd_region *ret_region);

/** enum nd_kind - what a namespace becomes */
enum nd_kind {
	ND_PFN,		/* a block device with struct pages: /dev/pmemID */
	ND_DAX,		/* a character device: /dev/daxID.0 */
};

/**
 * struct nd_device - what a namespace was made into; not bound at first
 * @region: where
 * @kind: what
 * @name: on the nd bus: pfn0.1
 */
struct nd_device {
	struct nd_region region;
	enum nd_kind kind;
	char name[ND_NAME_MAX];
};

/**
 * nd_device_new() - make the namespace into a device
 * @run: gets the reason of a failure
 * @region: whose namespace
 * @kind: into what
 * @align: of its data and, of ND_DAX, of its faults: 4096 or 2 MiB
 * @ret_device: freed with nd_device_free()
 *
 * Its memmap goes into RAM (mode "ram"; "mem" in ndctl's words). All there is in the
 * namespace stays but 4 KiB at 4 KiB, which describe it.
 *
 * Return: 0 or -errno.
 */
int nd_device_new(struct run *run, const struct nd_region *region, enum nd_kind kind,
		  uint64_t align, struct nd_device *ret_device);

/** nd_device_bind() - bind its driver: the memmap is made. Return: 0 or -errno */
int nd_device_bind(const struct nd_device *device);

/** nd_device_unbind() - unbind its driver: the memmap goes. Return: 0 or -errno */
int nd_device_unbind(const struct nd_device *device);

/** nd_device_free() - give the namespace back; unbound before. Return: 0 or -errno */
int nd_device_free(const struct nd_device *device);

#endif
