/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Contents are made from owner, version and number of a page, never kept.
 */
#include "dax-pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storm-process.h"

#define PAGE CONTENT_PAGE

int dax_pages_new(uint64_t seed, unsigned int owner, size_t nr, struct swap_verdict *verdict,
		  struct dax_pages *ret_pages)
{
	*ret_pages = (struct dax_pages){ .verdict = verdict, .owner = owner, .nr = nr, .fd = -1 };
	ret_pages->maker = content_maker_new(CONTENT_RANDOM, seed);
	ret_pages->version = calloc(nr, sizeof(*ret_pages->version));
	return ret_pages->maker && ret_pages->version ? 0 : -ENOMEM;
}

void dax_pages_free(struct dax_pages *pages)
{
	dax_pages_unmap(pages);
	free(pages->version);
	content_maker_free(pages->maker);
}

int dax_pages_open(struct dax_pages *pages, const char *path)
{
	struct stat st;

	pages->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (pages->fd < 0 || fstat(pages->fd, &st))
		return -errno;
	if (S_ISREG(st.st_mode) && !st.st_size && ftruncate(pages->fd, (off_t)(pages->nr * PAGE)))
		return -errno;
	return 0;
}

int dax_pages_map(struct dax_pages *pages, const char *path)
{
	int err = dax_pages_open(pages, path);
	void *at;

	if (err)
		return err;
	at = mmap(NULL, pages->nr * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, pages->fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	pages->at = at;
	return 0;
}

void dax_pages_unmap(struct dax_pages *pages)
{
	if (pages->at)
		munmap(pages->at, pages->nr * PAGE);
	if (pages->fd >= 0)
		close(pages->fd);
	pages->at = NULL;
	pages->fd = -1;
}

static void make(const struct dax_pages *pages, size_t i, uint8_t *page)
{
	if (pages->version[i])
		content_fill(pages->maker, (uint64_t)pages->owner << 48 |
			     (uint64_t)pages->version[i] << 16 | i, page);
	else
		memset(page, 0, PAGE);
}

void dax_pages_fill(struct dax_pages *pages, size_t i)
{
	pages->version[i] = ++pages->last;
	make(pages, i, pages->at + i * PAGE);
}

int dax_pages_write(struct dax_pages *pages, size_t i)
{
	uint8_t page[PAGE];
	ssize_t n;

	pages->version[i] = ++pages->last;
	make(pages, i, page);
	n = pwrite(pages->fd, page, PAGE, (off_t)(i * PAGE));
	return n == PAGE ? 0 : n < 0 ? -errno : -EIO;
}

void dax_pages_zero(struct dax_pages *pages, size_t from, size_t to)
{
	memset(pages->version + from, 0, (to - from) * sizeof(*pages->version));
}

void dax_pages_compare(struct dax_pages *pages, size_t i, const void *seen)
{
	uint8_t expected[PAGE];

	make(pages, i, expected);
	if (!seen)
		seen = pages->at + i * PAGE;
	storm_judge(pages->verdict, !memcmp(expected, seen, PAGE),
		    "page %zu of %zu is not as version %u was written", i, pages->nr,
		    pages->version[i]);
}

int dax_pages_read(struct dax_pages *pages, size_t i)
{
	uint8_t page[PAGE];
	ssize_t n = pread(pages->fd, page, PAGE, (off_t)(i * PAGE));

	if (n != PAGE)
		return n < 0 ? -errno : -EIO;
	dax_pages_compare(pages, i, page);
	return 0;
}
