/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is added to the running guest and removed again: an NVDIMM is made a
 * device-dax instance, which the kmem driver turns into memory blocks. The probe file
 * of sysfs would need less, but what it adds can never be removed; and RAM that the
 * command line declares to be persistent (memmap=SIZE!START) is not announced on a
 * machine without PCI, which the smallest guests are (e820__reserve_resources_late()
 * is called by the PCI code).
 */
#ifndef PAGEMETA_HOT_MEMORY_H
#define PAGEMETA_HOT_MEMORY_H

#include <stdint.h>

struct run;

/**
 * HOT_MEMORY_MIB - size of the NVDIMM, for struct workload_needs
 *
 * The first 2 MiB take the description of the instance, so that one memory block is
 * lost and one whole block of 128 MiB remains.
 */
#define HOT_MEMORY_MIB 256

/** HOT_MEMORY_CONFIG - what the kernel must be configured with, for struct workload_needs */
#define HOT_MEMORY_CONFIG						\
	"CONFIG_MEMORY_HOTREMOVE=y", "CONFIG_ACPI_NFIT=y",		\
	"CONFIG_NVDIMM_DAX=y", "CONFIG_DEV_DAX_PMEM=y", "CONFIG_DEV_DAX_KMEM=y"

/**
 * struct hot_memory - memory that can be added
 * @first: number of the first memory block it will be
 * @blocks: how many whole blocks it has
 */
struct hot_memory {
	uint64_t first;
	uint64_t blocks;
};

/**
 * hot_memory_prepare() - make the instance; nothing is added yet
 * @run: gets the reason of a failure
 * @ret_memory: set on success
 *
 * Return: 0, -EOPNOTSUPP when there is no NVDIMM, -errno.
 */
int hot_memory_prepare(struct run *run, struct hot_memory *ret_memory);

/** hot_memory_add() - add it; its blocks are offline then. Return: 0 or -errno */
int hot_memory_add(void);

/**
 * hot_memory_remove() - remove it
 *
 * All of its blocks must be offline: if one is not, the kernel unbinds the driver all
 * the same and the blocks are there until the next boot (drivers/dax/kmem.c).
 *
 * Return: 0 or -errno.
 */
int hot_memory_remove(void);

#endif
