/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the census share.
 */
#ifndef PAGEMETA_CENSUS_PRIVATE_H
#define PAGEMETA_CENSUS_PRIVATE_H

#include "census.h"
#include "ram-map.h"

/** CENSUS_TALLIES_MAX - a host has some thousand of them */
#define CENSUS_TALLIES_MAX (1u << 20)

/** CENSUS_PFN_MAX - page frames of 52 bits of physical address */
#define CENSUS_PFN_MAX (UINT64_C(1) << 40)

/** census_count() - add @pages pages. Return: 0, -EOVERFLOW with CENSUS_TALLIES_MAX */
int census_count(struct census_tallies *tallies, int node, uint64_t flags,
		 enum census_mapped mapped, uint64_t pages);

/** census_sort() - sort tallies and devices; nothing is added after that */
void census_sort(struct census *census);

/** census_node() - the node of a number, added in its place if it is not there yet */
struct census_node *census_node(struct census *census, unsigned int id);

/**
 * struct census_block - a memory block
 * @number: of the block
 * @node: it lies in; the first one where it lies in several
 * @online: in use
 */
struct census_block {
	uint64_t number;
	unsigned int node;
	bool online;
};

/**
 * struct census_map - where memory is
 * @block: memory blocks, sorted by number
 * @nr: how many; none where the kernel has no memory hotplug
 * @block_pages: size of each
 * @ram: of /proc/iomem; empty where that cannot be read
 * @ram_known: it could be read
 */
struct census_map {
	struct census_block *block;
	size_t nr;
	uint64_t block_pages;
	struct ram_map ram;
	bool ram_known;
};

/** census_read_map() - read where memory is. Return: 0 or -errno */
int census_read_map(const char *root, struct census *census, struct census_map *ret_map,
		    struct err *err);

/** census_read_pages() - count every page frame of @root. Return: 0 or -errno */
int census_read_pages(const char *root, const struct census_map *map, struct census *census,
		      struct err *err);

/** census_read_zones() - read /proc/zoneinfo. Return: 0 or -errno */
int census_read_zones(const char *root, struct census *census, struct err *err);

/** census_read_devices() - look for persistent memory on the nd bus; none is no failure */
void census_read_devices(const char *root, struct census *census);

/**
 * census_device_counts() - whether designs are reckoned for a device
 *
 * With large faults device-dax has a memmap without duplicates, and lazy-vmemmap leaves it
 * alone; no guest is held to what it takes.
 */
bool census_device_counts(const struct census_device *device);

/** census_add_device() - append one */
void census_add_device(struct census *census, const struct census_device *device);

int census_print_json(const struct census *census, const char *kernels, FILE *out);
void census_print_csv(const struct census *census, FILE *out);
void census_print_text(const struct census *census, const char *kernels, bool verbose, FILE *out);

#endif
