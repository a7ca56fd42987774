/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of dax-storm that do things to the memory itself: one has pages of a file
 * fail and repairs them, the other binds and unbinds a namespace, in turn for a file
 * system and as a character device, whose data must outlive it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bus-error.h"
#include "dax-storm-actors.h"
#include "pagemap.h"
#include "prng.h"
#include "sysfs.h"
#include "uring.h"
#include "workload.h"

#define PAGE CONTENT_PAGE
#define SECTOR 512
#define POISONED STORM_POINT "/poisoned"

/* --- memory that fails --- */

static void judge_signal(struct swap_verdict *verdict, const uint8_t *page, const char *what)
{
	struct bus_error seen = bus_error_seen();

	storm_judge(verdict, seen.nr == 1 && seen.code == BUS_MCEERR_AR &&
		    (uintptr_t)seen.at / PAGE == (uintptr_t)page / PAGE,
		    "%s: %u times SIGBUS, the last of code %d at %p; must be one, code %d at %p",
		    what, seen.nr, seen.code, seen.at, BUS_MCEERR_AR, (const void *)page);
}

int storm_poison_page(struct swap_verdict *verdict, uint8_t *page)
{
	int err;

	bus_error_forget();
	err = madvise(page, PAGE, MADV_HWPOISON) ? -errno : 0;
	judge_signal(verdict, page, "poisoned");
	return err;
}

/*
 * What the driver does of itself when it hears of an error: from then on the page
 * cannot be mapped or read, until it is written as a whole.
 */
static int mark_bad(const struct dax_storm *storm, uint64_t pfn)
{
	char path[64], text[48];

	snprintf(path, sizeof(path), "/sys/block/pmem%u/badblocks", storm->volume.region.id);
	snprintf(text, sizeof(text), "%" PRIu64 " %d", (pfn * PAGE - storm->data) / SECTOR,
		 PAGE / SECTOR);
	return sysfs_write(path, text);
}

/* A touch that fails would be repeated for ever. */
static void compare_mapped(struct dax_pages *pages, size_t i, const char *what)
{
	bool readable = bus_error_try(pages->at + i * PAGE) >= 0;

	storm_judge(pages->verdict, readable, "%s cannot be read", what);
	if (readable)
		dax_pages_compare(pages, i, NULL);
}

static int poison_round(struct storm_process *process, struct dax_pages *pages, uint64_t *random)
{
	size_t i = prng_below(random, pages->nr);
	uint8_t *page = pages->at + i * PAGE, byte;
	uint64_t pfn = 0;
	int err;

	dax_pages_fill(pages, i);
	err = pagemap_pfn(page, &pfn);
	if (!err)
		err = storm_poison_page(&process->verdict, page);
	if (!err)
		err = mark_bad(process->context, pfn);
	if (err)
		return err;
	bus_error_forget();
	storm_judge(&process->verdict, bus_error_try(page + prng_below(random, PAGE)) < 0,
		    "a poisoned page can be read");
	judge_signal(&process->verdict, page, "touched while poisoned");
	storm_judge(&process->verdict, pread(pages->fd, &byte, 1, (off_t)(i * PAGE)) < 0,
		    "read() of a poisoned page did not fail");
	compare_mapped(pages, (i + 1) % pages->nr, "the page after a poisoned one");
	err = dax_pages_write(pages, i);
	if (err)
		return err;
	compare_mapped(pages, i, "a page that was repaired");
	err = dax_pages_read(pages, i);
	storm_judge(&process->verdict, !err, "read() of a page that was repaired: %s",
		    strerror(-err));
	return err;
}

int storm_poison(struct storm_process *process)
{
	struct dax_storm *storm = process->context;
	uint64_t random = run_seed(storm->run) + process->salt;
	struct dax_pages pages;
	size_t i;
	int err = storm_pages(process, STORM_FEW, &pages);

	bus_error_catch();
	if (!err)
		err = dax_pages_map(&pages, POISONED);
	for (i = 0; i < pages.nr && !err; i++)
		dax_pages_fill(&pages, i);
	while (storm_goes_on(process) && !err) {
		err = poison_round(process, &pages, &random);
		storm_did(process);
	}
	dax_pages_free(&pages);
	return err;
}

/* --- a namespace that comes and goes --- */

int storm_other_bind(struct dax_storm *storm, enum nd_kind kind, struct nd_device *ret_device)
{
	int err = nd_device_new(storm->run, &storm->other, kind, PAGE, ret_device);

	return err ? err : nd_device_bind(ret_device);
}

int storm_other_unbind(struct dax_storm *storm, const struct nd_device *device)
{
	int err = nd_device_unbind(device);

	if (!err)
		err = nd_device_free(device);
	return err ? run_error(storm->run, err, "%s: unbind: %s", device->name, strerror(-err)) : 0;
}

/* All pages pinned for long, and written to memory from where they are. */
static int write_fixed(struct dax_pages *pages)
{
	struct iovec vector = { .iov_base = pages->at, .iov_len = pages->nr * PAGE };
	int fd = memfd_create("copy", MFD_CLOEXEC), n, err;
	uint8_t page[PAGE];
	struct uring uring;
	size_t i;

	if (fd < 0)
		return -errno;
	err = uring_open(4, &uring);
	if (!err)
		err = uring_register(&uring, &vector, 1);
	for (i = 0; i < pages->nr && !err; i++) {
		n = uring_transfer(&uring, true, fd, pages->at + i * PAGE, PAGE, i * PAGE);
		err = n == PAGE ? 0 : n < 0 ? n : -EIO;
		if (!err && pread(fd, page, PAGE, (off_t)(i * PAGE)) == PAGE)
			dax_pages_compare(pages, i, page);
	}
	/* The device does not wait for pins when it is unbound. */
	if (!err)
		err = uring_unregister(&uring);
	uring_close(&uring);
	close(fd);
	return err;
}

static int use_device(struct storm_process *process, struct dax_pages *pages)
{
	struct dax_storm *storm = process->context;
	char path[64];
	size_t i;
	int err;

	snprintf(path, sizeof(path), "/dev/dax%u.0", storm->other.id);
	err = dax_pages_map(pages, path);
	if (err)
		return err;
	for (i = 0; i < pages->nr; i++) {
		dax_pages_compare(pages, i, NULL);
		dax_pages_fill(pages, i);
	}
	err = write_fixed(pages);
	/* Its struct pages go with the device, and the mark on them. */
	return err ? err : storm_poison_page(&process->beside,
					     pages->at + process->done % pages->nr * PAGE);
}

static int use_block_device(struct storm_process *process, struct dax_pages *pages)
{
	struct dax_storm *storm = process->context;
	char path[64];
	size_t i;
	int err;

	snprintf(path, sizeof(path), "/dev/pmem%u", storm->other.id);
	err = dax_pages_open(pages, path);
	for (i = 0; i < pages->nr && !err; i++) {
		err = process->done ? dax_pages_read(pages, i) : 0;
		if (!err && (!process->done || i % 2))
			err = dax_pages_write(pages, i);
	}
	return err || !fsync(pages->fd) ? err : -errno;
}

/* Both kinds have their data at the same place; the first makes them. */
int storm_cycle(struct storm_process *process)
{
	struct dax_storm *storm = process->context;
	struct nd_device device;
	struct dax_pages pages;
	bool as_device;
	int err, late;

	bus_error_catch();
	err = storm_pages(process, storm->pages, &pages);
	while (storm_goes_on(process) && !err) {
		as_device = process->done % 2;
		err = storm_other_bind(storm, as_device ? ND_DAX : ND_PFN, &device);
		if (err)
			break;
		err = as_device ? use_device(process, &pages) : use_block_device(process, &pages);
		dax_pages_unmap(&pages);
		late = storm_other_unbind(storm, &device);
		err = err ? err : late;
		storm_did(process);
	}
	dax_pages_free(&pages);
	return err;
}
