/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What read() and write() of a DAX file cost that nobody has mapped: the kernel copies by
 * its direct map and needs no struct page.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dax-private.h"

#define WARM_UP_PAGES 2

/**
 * struct calls - a series of calls
 * @dax: this cell
 * @labels: of the samples
 * @fd: the file
 * @page: one page, locked in memory as @samples are
 * @samples: one for each page of the file
 */
struct calls {
	struct dax *dax;
	const char *labels;
	int fd;
	uint8_t *page;
	uint64_t *samples;
};

static int call_failed(const struct calls *calls, const char *call, size_t i, ssize_t n)
{
	int err = n < 0 ? -errno : -EIO;

	return run_error(calls->dax->run, err, "%s: %s of page %zu: %s", calls->labels, call, i,
			 strerror(-err));
}

static int read_pages(const struct calls *calls, size_t nr)
{
	uint64_t start;
	ssize_t n;
	size_t i;

	for (i = 0; i < nr; i++) {
		start = run_begin(calls->dax->run);
		n = pread(calls->fd, calls->page, DAX_PAGE, (off_t)(i * DAX_PAGE));
		calls->samples[i] = run_end(calls->dax->run, start);
		if (n != DAX_PAGE)
			return call_failed(calls, "read", i, n);
	}
	return 0;
}

/* Each page is written with what it holds, so that it can be compared as before. */
static int write_pages(const struct calls *calls, size_t nr)
{
	uint64_t start;
	ssize_t n;
	size_t i;

	for (i = 0; i < nr; i++) {
		n = pread(calls->fd, calls->page, DAX_PAGE, (off_t)(i * DAX_PAGE));
		if (n != DAX_PAGE)
			return call_failed(calls, "read", i, n);
		start = run_begin(calls->dax->run);
		n = pwrite(calls->fd, calls->page, DAX_PAGE, (off_t)(i * DAX_PAGE));
		calls->samples[i] = run_end(calls->dax->run, start);
		if (n != DAX_PAGE)
			return call_failed(calls, "write", i, n);
	}
	return 0;
}

static int measure(const struct calls *calls, size_t nr)
{
	int err = read_pages(calls, WARM_UP_PAGES);

	if (!err)
		err = read_pages(calls, nr);
	if (err)
		return err;
	run_times(calls->dax->run, "read", calls->labels, calls->samples, nr);
	err = write_pages(calls, WARM_UP_PAGES);
	if (!err)
		err = write_pages(calls, nr);
	if (!err)
		run_times(calls->dax->run, "write", calls->labels, calls->samples, nr);
	return err;
}

int dax_calls(struct dax *dax, const char *labels, int fd)
{
	size_t bytes = DAX_PAGE + dax->pages * sizeof(uint64_t);
	struct calls calls = { .dax = dax, .labels = labels, .fd = fd };
	int err;

	calls.page = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (calls.page == MAP_FAILED)
		return run_error(dax->run, -errno, "no memory for %zu samples", dax->pages);
	calls.samples = (uint64_t *)(calls.page + DAX_PAGE);
	if (mlock(calls.page, bytes))
		err = run_error(dax->run, -errno, "mlock: %s", strerror(errno));
	else
		err = measure(&calls, dax->pages);
	munmap(calls.page, bytes);
	return err;
}
