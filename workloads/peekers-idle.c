/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Idle page tracking (Documentation/admin-guide/mm/idle_page_tracking.rst): a page that
 * is marked idle stays so until it is used, and pages that are on no LRU list cannot
 * be marked.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "peekers-parts.h"
#include "workload.h"

#define PAGE 4096
#define BITMAP "/sys/kernel/mm/page_idle/bitmap"

/** struct idle_case - a kind and whether it can be marked */
struct idle_case {
	const char *kind;
	bool markable;
};

static const struct idle_case cases[] = {
	{ "anon", true }, { "mlocked", true }, { "thp", true }, { "ksm", true }, { "shmem", true },
	{ "file", true }, { "zero", false }, { "hugetlb", false }, { "reserved", false },
};

/** struct idle_answer - what the bitmap and kpageflags say of a page */
struct idle_answer {
	int bitmap;
	int flag;
};

static int mark(int fd, uint64_t pfn)
{
	uint64_t word = 1ull << pfn % 64;

	if (pwrite(fd, &word, sizeof(word), (off_t)(pfn / 64 * 8)) != sizeof(word))
		return -errno;
	return 0;
}

/* The bitmap first: reading it takes the mark off pages that were used. */
static int ask(int fd, const struct page_kinds *kinds, uint64_t pfn, struct idle_answer *answer)
{
	uint64_t word, flags;

	if (pread(fd, &word, sizeof(word), (off_t)(pfn / 64 * 8)) != sizeof(word))
		return -errno;
	if (kpage_read(&kinds->kpage, KPAGE_FLAGS, pfn, &flags, 1) != 1)
		return -EIO;
	answer->bitmap = word >> pfn % 64 & 1;
	answer->flag = flags >> KPF_IDLE & 1;
	return 0;
}

/* A change of rights flushes the TLB: what it holds is used without a mark in the PTE. */
static int use(const struct page_made *made)
{
	size_t bytes = made->kind->pages * PAGE;

	if (mprotect(made->at, bytes, PROT_NONE) || mprotect(made->at, bytes, PROT_READ))
		return -errno;
	*(volatile uint8_t *)made->at;
	return 0;
}

static int check_case(int fd, struct page_kinds *kinds, const struct page_made *made, bool markable)
{
	struct idle_answer marked, used = { 0 };
	char labels[64];
	bool good;
	int err;

	err = mark(fd, made->pfn[0]);
	if (!err)
		err = ask(fd, kinds, made->pfn[0], &marked);
	if (!err && markable)
		err = use(made);
	if (!err && markable)
		err = ask(fd, kinds, made->pfn[0], &used);
	if (err)
		return run_error(kinds->run, err, "kind '%s': " BITMAP ": %s", made->kind->name,
				 strerror(-err));
	snprintf(labels, sizeof(labels), "kind=%s", made->kind->name);
	good = marked.bitmap == markable && marked.flag == markable && !used.bitmap && !used.flag;
	run_check(kinds->run, "page-idle", labels, good ? VERDICT_PASS : VERDICT_FAIL,
		  "marked: bitmap %d, kpageflags %d (must be %d); then used: %d, %d (must be 0)",
		  marked.bitmap, marked.flag, markable, used.bitmap, used.flag);
	return 0;
}

int peekers_idle(struct peekers_guest *guest, struct page_kinds *kinds)
{
	int fd = open(BITMAP, O_RDWR | O_CLOEXEC), err = 0;
	size_t i, k;

	(void)guest;
	if (fd < 0)
		return run_error(kinds->run, -errno, BITMAP ": %s", strerror(errno));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]) && !err; i++)
		for (k = 0; k < kinds->nr && !err; k++)
			if (!strcmp(kinds->made[k].kind->name, cases[i].kind))
				err = check_case(fd, kinds, &kinds->made[k], cases[i].markable);
	close(fd);
	return err;
}
