/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The size of the memmap, from two sources that know nothing of each other: what
 * the kernel counted when it allocated it, and what follows from the memory there
 * is.
 */
#ifndef PAGEMETA_MEMMAP_SIZE_H
#define PAGEMETA_MEMMAP_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#define MEMMAP_SECTION_BYTES (128u << 20)	/* x86-64: SECTION_SIZE_BITS is 27 */
#define MEMMAP_SECTION_PAGES (MEMMAP_SECTION_BYTES / 4096)

/**
 * struct memmap_size - both sides
 * @boot_pages: nr_memmap_boot_pages of /proc/vmstat
 * @hotplug_pages: nr_memmap_pages of /proc/vmstat
 * @sections: present memory sections, from the memory blocks of sysfs
 */
struct memmap_size {
	uint64_t boot_pages;
	uint64_t hotplug_pages;
	uint64_t sections;
};

/**
 * memmap_size_counted() - read what the kernel counted
 * @root: prefix of /proc and /sys: "" in a guest, a folder in tests
 * @size: @boot_pages and @hotplug_pages are set on success
 *
 * Return: 0, -ENOKEY before Linux 6.12, or another -errno.
 */
int memmap_size_counted(const char *root, struct memmap_size *size);

/**
 * memmap_size_read() - read both sides
 * @root: as for memmap_size_counted()
 * @ret_size: set on success
 *
 * Return: 0, -EOPNOTSUPP when memory blocks are larger than a section, so that
 * sections cannot be counted (guests of 64 GiB and more), or -errno.
 */
int memmap_size_read(const char *root, struct memmap_size *ret_size);

/** memmap_size_bytes() - bytes the kernel says it took */
uint64_t memmap_size_bytes(const struct memmap_size *size);

/**
 * memmap_size_expected() - bytes the closed form says
 * @size: read before
 * @page_bytes: sizeof(struct page)
 *
 * 6.12 allocates the memmap of a section as a whole, also where the section is
 * only partly backed by memory (mm/sparse.c, sparse_init_nid()).
 */
uint64_t memmap_size_expected(const struct memmap_size *size, uint32_t page_bytes);

/** enum memmap_extra - what nr_memmap_pages counts besides the memmap of memory blocks */
enum memmap_extra {
	MEMMAP_EXTRA_PAGE_EXT = 1,	/* page_ext tables (mm/page_ext.c) */
	MEMMAP_EXTRA_DEVICE = 2,	/* memmap of ZONE_DEVICE memory */
};

/**
 * memmap_size_extras() - what else may be in nr_memmap_pages of this kernel
 * @root: as for memmap_size_read()
 *
 * Slow: it may read all of /proc/kallsyms.
 *
 * Return: enum memmap_extra, or'ed; 0 for nothing.
 */
unsigned int memmap_size_extras(const char *root);

/**
 * struct memmap_beside - what explains a difference of the two sides
 * @extras: enum memmap_extra, or'ed
 * @added: memory blocks that can only have been added after the boot: those that are
 *	offline, because blocks of the boot are online and one that is added later is not
 *	before it is told to; and those within a "System RAM (kmem)" of /proc/iomem, which
 *	dax added (drivers/dax/kmem.c), whatever their state
 */
struct memmap_beside {
	unsigned int extras;
	uint64_t added;
};

/**
 * memmap_size_beside() - look for it; what cannot be read explains nothing
 * @root: as for memmap_size_counted()
 * @ret_beside: filled
 *
 * As slow as memmap_size_extras(): for kernels of which the plain form does not hold.
 */
void memmap_size_beside(const char *root, struct memmap_beside *ret_beside);

/**
 * struct memmap_judged - both sides in bytes, as far as they can be compared
 * @seen: what the kernel says of the memmap of memory blocks
 * @expected: what the closed form says
 * @added: sections whose memmap is in @seen although it was added after the boot
 * @extras: what @seen leaves out of nr_memmap_pages for, enum memmap_extra or'ed; 0
 *	when nothing was left out
 */
struct memmap_judged {
	uint64_t seen;
	uint64_t expected;
	uint64_t added;
	unsigned int extras;
};

/**
 * memmap_size_judge() - hold one side against the other
 * @size: both sides
 * @page_bytes: sizeof(struct page)
 * @beside: asked only where the plain form does not hold; all 0 for nothing known
 * @ret_judged: filled; the form holds when @seen is @expected
 */
void memmap_size_judge(const struct memmap_size *size, uint32_t page_bytes,
		       const struct memmap_beside *beside, struct memmap_judged *ret_judged);

#endif
