/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is missing from MemTotal, piece by piece: what the kernel took before its page
 * allocator was there must be what is known to be taken then. Metadata that no counter has
 * can hide nowhere else.
 */
#ifndef PAGEMETA_BOOT_MEMORY_H
#define PAGEMETA_BOOT_MEMORY_H

#include "metadata-read.h"
#include "report.h"

/**
 * struct boot_memory - pages that are present and not managed
 * @image: of the kernel's image, what was not given back after boot
 * @low: of the first MiB, which x86 keeps
 */
struct boot_memory {
	uint64_t image;
	uint64_t low;
};

/**
 * boot_memory_read() - count pages of image and low memory that are reserved
 * @source: where
 * @map: what memory there is
 * @ret_memory: set on success
 * @why: on failure what could not be read, and why
 *
 * By /proc/kpageflags: parts of the image were given back.
 *
 * Return: 0 or -errno.
 */
int boot_memory_read(const struct metadata_source *source, const struct memory_map *map,
		     struct boot_memory *ret_memory, char why[METADATA_WHY]);

/**
 * boot_memory_report() - report metadata-memtotal
 * @report: whom to tell
 * @source: where it was read
 * @now: the look at METADATA_BOOT
 * @memory: read beside it
 */
void boot_memory_report(const struct report *report, const struct metadata_source *source,
			const struct metadata *now, const struct boot_memory *memory);

#endif
