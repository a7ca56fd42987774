/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to workload dax: its parts. A cell is one namespace, which is bound and
 * unbound, then carries a file system, then becomes a character device.
 */
#ifndef PAGEMETA_DAX_PRIVATE_H
#define PAGEMETA_DAX_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dax-metadata.h"
#include "nd-region.h"
#include "workload.h"

#define DAX_PAGE 4096
#define DAX_PMD (2u << 20)
#define DAX_SMALL_BYTES (128u << 20)	/* a section: has a memmap of its own */

/**
 * struct dax - one cell
 * @run: the run
 * @region: the NVDIMM
 * @gib: its size
 * @page_bytes: sizeof(struct page), as the booted memmap has it
 * @rebinds: how often it is bound again
 * @pages: faults of 4 KiB in a series
 * @units: faults of 2 MiB in a series
 */
struct dax {
	struct run *run;
	struct nd_region region;
	uint64_t gib;
	uint64_t page_bytes;
	size_t rebinds;
	size_t pages;
	size_t units;
};

/**
 * dax_room() - whether the metadata of the namespace fits into free memory
 * @dax: this cell; nothing is bound yet
 *
 * A bind that runs out of memory warns (arch/x86/mm/init_64.c, add_pages()), so it is
 * not tried. How much it is tells a region of DAX_SMALL_BYTES, where there is reason
 * to ask.
 *
 * Return: 0, -EOPNOTSUPP when it does not fit, or -errno.
 */
int dax_room(const struct dax *dax);

/** dax_page_bytes() - sizeof(struct page) from the booted memmap. Return: 0 or -errno */
int dax_page_bytes(struct run *run, uint64_t *ret_bytes);

/** dax_table_pages() - pages of page tables of the memmap that a bind took */
int64_t dax_table_pages(const struct dax_metadata *start, const struct dax_metadata *bound);

/**
 * dax_check_bound() - report bound-memmap-closed-form
 * @dax: this cell
 * @labels: of the check
 * @start: before the bind
 * @bound: after it
 * @compound: its memmap describes compound pages
 */
void dax_check_bound(struct dax *dax, const char *labels, const struct dax_metadata *start,
		     const struct dax_metadata *bound, bool compound);

/**
 * dax_check_given_back() - report struct-pages-return
 * @dax: this cell; its namespace is bound and nothing of it is mapped any more
 * @labels: of the check
 * @start: before anything of it was mapped
 *
 * Only where the memmap is populated lazily.
 *
 * Return: 0 or -errno, reason recorded.
 */
int dax_check_given_back(struct dax *dax, const char *labels, const struct dax_metadata *start);

/**
 * dax_check_untouched() - report struct-pages-untouched
 * @dax: this cell
 * @labels: of the check
 * @start: before what needs no struct page
 *
 * Only where the memmap is populated lazily.
 *
 * Return: 0 or -errno, reason recorded.
 */
int dax_check_untouched(struct dax *dax, const char *labels, const struct lazy_memmap *start);

/** dax_calls() - read() and write() of a DAX file of dax.pages pages, each timed */
int dax_calls(struct dax *dax, const char *labels, int fd);

/** dax_bind() - first bind and rebinds: time, metadata, and whether it is all given back */
int dax_bind(struct dax *dax);

/** dax_files() - ext4 on the namespace: faults and msync on files of it */
int dax_files(struct dax *dax);

/** dax_device() - the namespace as a character device: faults on it */
int dax_device(struct dax *dax);

#endif
