/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of a DAX file or device whose contents tell to whom they belong, which page they
 * are and when they were written. A page that was never written, or was made a hole,
 * must be all zeroes.
 */
#ifndef PAGEMETA_DAX_PAGES_H
#define PAGEMETA_DAX_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "content.h"
#include "swap-pages.h"

#define DAX_PAGES_MAX 65536

/**
 * struct dax_pages - such pages
 * @verdict: counts what is compared
 * @maker: of contents
 * @owner: tells apart the pages of several
 * @version: of each page; 0: zeroes
 * @last: version that was written last
 * @nr: pages, at most DAX_PAGES_MAX
 * @fd: of the file or device, -1 for none
 * @at: its mapping, NULL for none
 */
struct dax_pages {
	struct swap_verdict *verdict;
	struct content_maker *maker;
	unsigned int owner;
	uint32_t *version;
	uint32_t last;
	size_t nr;
	int fd;
	uint8_t *at;
};

/**
 * dax_pages_new() - know of pages, with nothing mapped yet
 * @seed: of the contents
 * @owner: its number, below 65536
 * @nr: pages
 * @verdict: counted up
 * @ret_pages: freed with dax_pages_free(), also after a failure
 *
 * Return: 0 or -ENOMEM.
 */
int dax_pages_new(uint64_t seed, unsigned int owner, size_t nr, struct swap_verdict *verdict,
		  struct dax_pages *ret_pages);
void dax_pages_free(struct dax_pages *pages);

/**
 * dax_pages_map() - open and map what they are pages of
 * @pages: not mapped
 * @path: a device, or a file that is made and gets its size where it has none
 *
 * Return: 0 or -errno; undone by dax_pages_unmap().
 */
int dax_pages_map(struct dax_pages *pages, const char *path);
void dax_pages_unmap(struct dax_pages *pages);

/** dax_pages_open() - the same without a mapping */
int dax_pages_open(struct dax_pages *pages, const char *path);

/** dax_pages_fill() - write the next version through the mapping */
void dax_pages_fill(struct dax_pages *pages, size_t i);

/** dax_pages_write() - write the next version with pwrite(). Return: 0 or -errno */
int dax_pages_write(struct dax_pages *pages, size_t i);

/** dax_pages_zero() - from now on pages @from up to @to, exclusive, are zeroes */
void dax_pages_zero(struct dax_pages *pages, size_t from, size_t to);

/** dax_pages_compare() - compare @seen, or what is mapped where it is NULL */
void dax_pages_compare(struct dax_pages *pages, size_t i, const void *seen);

/** dax_pages_read() - compare what pread() gives. Return: 0 or -errno */
int dax_pages_read(struct dax_pages *pages, size_t i);

#endif
