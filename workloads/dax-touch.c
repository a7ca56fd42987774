/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults on a DAX mapping, one unit at a time. That a unit of 2 MiB was mapped by one
 * entry is seen twice: by the number of faults, and in /proc/self/pagemap.
 */
#include "dax-touch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "pagemap.h"

size_t dax_touch_offset(size_t unit)
{
	return unit / 2;
}

uint64_t dax_touch_stamp(uint64_t salt, size_t i)
{
	return (salt << 32 | (i + 1)) * UINT64_C(0x9e3779b97f4a7c15) | 1;
}

static int map_at(struct dax_touch *touch, int fd)
{
	size_t bytes = touch->nr * touch->unit;
	int prot = PROT_READ | (touch->write ? PROT_WRITE : 0);
	uintptr_t at;

	touch->reserved = mmap(NULL, bytes + DAX_PMD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (touch->reserved == MAP_FAILED)
		return -errno;
	at = ((uintptr_t)touch->reserved + DAX_PMD - 1) / DAX_PMD * DAX_PMD;
	touch->at = mmap((void *)at, bytes, prot, MAP_SHARED | MAP_FIXED, fd, 0);
	if (touch->at == MAP_FAILED)
		return -errno;
	if (touch->unit == DAX_PAGE && madvise(touch->at, bytes, MADV_NOHUGEPAGE))
		return -errno;
	return 0;
}

/* The samples are locked: a fault on them would be timed as one of the mapping's. */
int dax_touch_map(struct dax_touch *touch, int fd)
{
	size_t bytes = touch->nr * sizeof(*touch->samples);
	int err;

	touch->reserved = MAP_FAILED;
	touch->samples = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (touch->samples == MAP_FAILED || mlock(touch->samples, bytes))
		return run_error(touch->dax->run, -ENOMEM, "no memory for %zu samples", touch->nr);
	err = map_at(touch, fd);
	return err ? run_error(touch->dax->run, err, "%s: mmap of %zu bytes: %s", touch->labels,
			       touch->nr * touch->unit, strerror(-err)) : 0;
}

void dax_touch_unmap(struct dax_touch *touch)
{
	if (touch->reserved != MAP_FAILED)
		munmap(touch->reserved, touch->nr * touch->unit + DAX_PMD);
	if (touch->samples != MAP_FAILED)
		munmap(touch->samples, touch->nr * sizeof(*touch->samples));
}

static void touch_all(struct dax_touch *touch)
{
	struct run *run = touch->dax->run;
	uint8_t *at = touch->at + dax_touch_offset(touch->unit);
	uint64_t start;
	size_t i;

	for (i = 0; i < touch->nr; i++, at += touch->unit) {
		start = run_begin(run);
		if (touch->write)
			*(volatile uint64_t *)at = dax_touch_stamp(touch->salt, i);
		else
			*(volatile uint64_t *)at;
		touch->samples[i] = run_end(run, start);
	}
}

static uint64_t fault_count(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
}

static void check_size(const struct dax_touch *touch, const char *labels, uint64_t faults)
{
	size_t bytes = touch->nr * touch->unit;
	uint64_t huge = 0, expected = touch->unit == DAX_PMD ? bytes : 0;
	int err = pagemap_huge_bytes(touch->at, bytes, &huge);

	if (err)
		run_check(touch->dax->run, "fault-size", labels, VERDICT_BROKEN,
			  "/proc/self/pagemap: PAGEMAP_SCAN: %s", strerror(-err));
	else
		run_check(touch->dax->run, "fault-size", labels,
			  faults == touch->nr && huge == expected ? VERDICT_PASS : VERDICT_FAIL,
			  "%" PRIu64 " faults on %zu units of %zu KiB (must be one each), %" PRIu64
			  " of %zu bytes mapped by entries of 2 MiB (must be %" PRIu64 ")",
			  faults, touch->nr, touch->unit / 1024, huge, bytes, expected);
}

static bool in_region(const struct nd_region *region, uint64_t pfn)
{
	return pfn * 4096 >= region->start && pfn * 4096 < region->start + region->bytes;
}

static void check_place(const struct dax_touch *touch, const char *labels, bool on_device)
{
	const struct nd_region *region = &touch->dax->region;
	size_t offset = dax_touch_offset(touch->unit);
	uint64_t first = 0, last = 0;
	int err;

	err = pagemap_pfn(touch->at + offset, &first);
	if (!err)
		err = pagemap_pfn(touch->at + (touch->nr - 1) * touch->unit + offset, &last);
	if (err) {
		run_check(touch->dax->run, "really-dax", labels, VERDICT_FAIL,
			  "/proc/self/pagemap: first or last unit: %s", strerror(-err));
		return;
	}
	run_check(touch->dax->run, "really-dax", labels,
		  in_region(region, first) == on_device && in_region(region, last) == on_device ?
		  VERDICT_PASS : VERDICT_FAIL,
		  "first and last unit are mapped to %#" PRIx64 " and %#" PRIx64
		  ", must lie %s the NVDIMM at %#" PRIx64 "-%#" PRIx64,
		  first * 4096, last * 4096, on_device ? "in" : "outside of", region->start,
		  region->start + region->bytes - 1);
}

void dax_touch_series(struct dax_touch *touch, const char *series, bool on_device)
{
	uint64_t faults = fault_count();
	char labels[128];

	touch_all(touch);
	faults = fault_count() - faults;
	if (!series)
		return;
	run_times(touch->dax->run, series, touch->labels, touch->samples, touch->nr);
	snprintf(labels, sizeof(labels), "%s,series=%s", touch->labels, series);
	check_size(touch, labels, faults);
	check_place(touch, labels, on_device);
}

int dax_touch_forget(struct dax_touch *touch)
{
	if (!madvise(touch->at, touch->nr * touch->unit, MADV_DONTNEED))
		return 0;
	return run_error(touch->dax->run, -errno, "%s: madvise(MADV_DONTNEED): %s", touch->labels,
			 strerror(errno));
}

int dax_touch_msync(struct dax_touch *touch, bool warm_up)
{
	struct run *run = touch->dax->run;
	uint64_t start;
	size_t i;

	for (i = 0; i < touch->nr; i++) {
		start = run_begin(run);
		if (msync(touch->at + i * touch->unit, touch->unit, MS_SYNC))
			return run_error(run, -errno, "%s: msync of unit %zu: %s", touch->labels, i,
					 strerror(errno));
		touch->samples[i] = run_end(run, start);
	}
	if (!warm_up)
		run_times(run, "msync", touch->labels, touch->samples, touch->nr);
	return 0;
}
