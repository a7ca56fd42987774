/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages with contents that name their owner, so that a page that comes back as
 * another one, or as an older version of itself, is called so.
 */
#include "swap-pages.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "prng.h"
#include "swap-device.h"
#include "workload.h"

#define PAGE SWAP_PAGES_SIZE
#define HUGE (2u << 20)
#define WORDS (PAGE / sizeof(uint64_t))
#define LENGTH_MIN 64
/*
 * Past zsmalloc's largest class that holds more than one object (3264 bytes), and
 * below what 6.12's LZO gives up on: with random bytes it wants about 500 bytes of
 * room in its output of one page.
 */
#define LENGTH_MAX 3500

/* /proc/PID/pagemap: Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_SWAPPED (UINT64_C(1) << 62)
#define PAGEMAP_SLOT(entry) (((entry) & ((UINT64_C(1) << 55) - 1)) >> 5)

static uint64_t page_state(const struct swap_pages *pages, size_t i, uint32_t version)
{
	return pages->seed + ((uint64_t)version << 32 | i) * 0xd1342543de82ef95u;
}

void swap_pages_make(const struct swap_pages *pages, size_t i, uint32_t version, void *at)
{
	uint64_t state = page_state(pages, i, version), word;
	size_t length = (LENGTH_MIN + prng_below(&state, LENGTH_MAX - LENGTH_MIN)) / sizeof(word);
	uint8_t *to = at;
	size_t k;

	word = (uint64_t)version << 32 | i;
	memcpy(to, &word, sizeof(word));
	for (k = 1; k < length; k++) {
		word = prng_next(&state);
		memcpy(to + k * sizeof(word), &word, sizeof(word));
	}
	for (word |= 1; k < WORDS; k++)
		memcpy(to + k * sizeof(word), &word, sizeof(word));
}

static void *map(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static size_t side_bytes(size_t nr)
{
	return nr * (sizeof(uint64_t) + 2 * sizeof(uint32_t));
}

static int new_pages(struct run *run, uint64_t salt, size_t nr, bool huge,
		     struct swap_pages *ret_pages)
{
	struct swap_pages pages = { .run = run, .nr = nr };
	size_t align = huge ? HUGE : PAGE;
	int err;

	pages.seed = run_seed(run) ^ salt * 0x9e3779b97f4a7c15u;
	pages.bytes = (nr + 1) * PAGE + align - PAGE;
	pages.area = map(pages.bytes);
	pages.sample = map(side_bytes(nr));
	if (!pages.area || !pages.sample) {
		swap_pages_free(&pages);
		return run_error(run, -ENOMEM, "no memory for %zu pages", nr);
	}
	pages.page = (uint8_t *)(((uintptr_t)pages.area + align - 1) & ~(uintptr_t)(align - 1));
	pages.version = (uint32_t *)(pages.sample + nr);
	pages.order = pages.version + nr;
	if (mlock(pages.sample, side_bytes(nr)) ||
	    madvise(pages.area, pages.bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE)) {
		err = -errno;
		swap_pages_free(&pages);
		return run_error(run, err, "mlock or madvise: %s", strerror(-err));
	}
	swap_pages_shuffle(&pages, 0);
	*ret_pages = pages;
	return 0;
}

int swap_pages_new(struct run *run, uint64_t salt, size_t nr, struct swap_pages *ret_pages)
{
	return new_pages(run, salt, nr, false, ret_pages);
}

int swap_pages_new_huge(struct run *run, uint64_t salt, size_t nr, struct swap_pages *ret_pages)
{
	return new_pages(run, salt, nr, true, ret_pages);
}

void swap_pages_free(struct swap_pages *pages)
{
	if (pages->area)
		munmap(pages->area, pages->bytes);
	if (pages->sample)
		munmap(pages->sample, side_bytes(pages->nr));
	memset(pages, 0, sizeof(*pages));
}

void swap_pages_write(struct swap_pages *pages, size_t i)
{
	pages->version[i]++;
	swap_pages_make(pages, i, pages->version[i], swap_pages_at(pages, i));
}

void swap_pages_shuffle(struct swap_pages *pages, uint64_t salt)
{
	uint64_t state = pages->seed ^ (salt + 1) * 0xa0761d6478bd642fu;

	prng_order(&state, pages->order, pages->nr);
}

static int pageout(struct swap_pages *pages, uint8_t *at)
{
	if (madvise(at, PAGE, MADV_PAGEOUT))
		return run_error(pages->run, -errno, "madvise(MADV_PAGEOUT): %s", strerror(errno));
	return 0;
}

int swap_pages_fill(struct swap_pages *pages)
{
	size_t i;

	for (i = 0; i < pages->nr; i++)
		swap_pages_write(pages, i);
	return pageout(pages, swap_pages_at(pages, pages->nr));
}

int swap_pages_out(struct swap_pages *pages, size_t i)
{
	return pageout(pages, swap_pages_at(pages, i));
}

int swap_pages_drop(struct swap_pages *pages, size_t i)
{
	if (madvise(swap_pages_at(pages, i), PAGE, MADV_DONTNEED))
		return run_error(pages->run, -errno, "madvise(MADV_DONTNEED): %s", strerror(errno));
	pages->version[i] = 0;
	return 0;
}

long swap_pages_resident(struct swap_pages *pages)
{
	unsigned char *in = malloc(pages->nr);
	long resident = 0;
	size_t i;

	if (!in)
		return run_error(pages->run, -ENOMEM, "no memory for %zu bytes", pages->nr);
	if (mincore(pages->page, pages->nr * PAGE, in))
		resident = run_error(pages->run, -errno, "mincore: %s", strerror(errno));
	for (i = 0; i < pages->nr && resident >= 0; i++)
		resident += in[i] & 1;
	free(in);
	return resident;
}

static void describe(const struct swap_pages *pages, size_t i, const uint8_t *seen,
		     const uint8_t *expected, char *text, size_t size)
{
	uint64_t word;
	size_t at;

	for (at = 0; at < PAGE - 1 && seen[at] == expected[at]; at++)
		;
	memcpy(&word, seen, sizeof(word));
	snprintf(text, size, "page %zu version %" PRIu32 " is wrong from byte %zu on (0x%02x and "
		 "not 0x%02x), and starts like page %" PRIu32 " version %" PRIu32, i,
		 pages->version[i], at, seen[at], expected[at], (uint32_t)word,
		 (uint32_t)(word >> 32));
}

void swap_pages_compare(const struct swap_pages *pages, size_t i, const void *seen,
			struct swap_verdict *verdict)
{
	uint8_t expected[PAGE] = { 0 };

	if (pages->version[i])
		swap_pages_make(pages, i, pages->version[i], expected);
	if (!memcmp(expected, seen, PAGE)) {
		verdict->right++;
		return;
	}
	if (!verdict->wrong++)
		describe(pages, i, seen, expected, verdict->first, sizeof(verdict->first));
}

int swap_pages_step(struct swap_pages *pages, uint64_t *random, struct swap_verdict *verdict)
{
	size_t i = prng_below(random, pages->nr);

	switch (prng_below(random, 8)) {
	case 0:
	case 1:
		swap_pages_write(pages, i);
		return 0;
	case 2:
	case 3:
	case 4:
		return swap_pages_out(pages, i);
	case 5:
		return swap_pages_drop(pages, i);
	default:
		swap_pages_compare(pages, i, swap_pages_at(pages, i), verdict);
		return 0;
	}
}

static void report(struct swap_pages *pages, const char *check, const char *labels,
		   const struct swap_verdict *verdict, const char *where)
{
	if (verdict->wrong)
		run_check(pages->run, check, labels, VERDICT_FAIL, "%zu of %zu pages are wrong %s: %s",
			  verdict->wrong, pages->nr, where, verdict->first);
	else
		run_check(pages->run, check, labels, VERDICT_PASS,
			  "all %d bytes of %zu pages are right %s", PAGE, verdict->right, where);
}

void swap_pages_verify(struct swap_pages *pages, const char *check, const char *labels)
{
	struct swap_verdict verdict = { 0 };
	size_t i;

	for (i = 0; i < pages->nr; i++)
		swap_pages_compare(pages, pages->order[i], swap_pages_at(pages, pages->order[i]),
				   &verdict);
	report(pages, check, labels, &verdict, "in memory");
}

/* Direct reads: swap goes past the device's page cache, which knows nothing of it. */
static int compare_slots(struct swap_pages *pages, int pagemap, int device, void *buffer,
			 struct swap_verdict *verdict)
{
	uint64_t entry;
	size_t i;

	for (i = 0; i < pages->nr; i++) {
		if (pread(pagemap, &entry, sizeof(entry), (off_t)((uintptr_t)swap_pages_at(pages, i) /
			  PAGE * sizeof(entry))) != sizeof(entry))
			return run_error(pages->run, -EIO, "pagemap: page %zu cannot be read", i);
		if (!(entry & PAGEMAP_SWAPPED)) {
			if (!verdict->wrong++)
				snprintf(verdict->first, sizeof(verdict->first),
					 "page %zu is not swapped out (pagemap %#" PRIx64 ")", i,
					 entry);
			continue;
		}
		if (pread(device, buffer, PAGE, (off_t)(PAGEMAP_SLOT(entry) * PAGE)) != PAGE)
			return run_error(pages->run, errno ? -errno : -EIO, SWAP_DEVICE ": read slot %"
					 PRIu64 ": %s", PAGEMAP_SLOT(entry), strerror(errno));
		swap_pages_compare(pages, i, buffer, verdict);
	}
	return 0;
}

int swap_pages_verify_device(struct swap_pages *pages, const char *check, const char *labels)
{
	struct swap_verdict verdict = { 0 };
	int pagemap, device, err = 0;
	void *buffer = map(PAGE);

	pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	device = open(SWAP_DEVICE, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (!buffer || pagemap < 0 || device < 0)
		err = run_error(pages->run, errno ? -errno : -ENOMEM,
				"pagemap or " SWAP_DEVICE ": open: %s", strerror(errno));
	if (!err)
		err = compare_slots(pages, pagemap, device, buffer, &verdict);
	if (!err)
		report(pages, check, labels, &verdict, "on the swap device");
	if (buffer)
		munmap(buffer, PAGE);
	if (pagemap >= 0)
		close(pagemap);
	if (device >= 0)
		close(device);
	return err;
}
