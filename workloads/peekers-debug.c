/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peekers that only the debug kernel has: the owners of pages, and the search for
 * memory that nobody points to. Descriptors that take the place of struct page have to
 * be known to both.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peekers-parts.h"
#include "sysfs.h"
#include "workload.h"

#define PAGE_OWNER "/sys/kernel/debug/page_owner"
#define KMEMLEAK "/sys/kernel/debug/kmemleak"
#define RECORD_MAX 4096

/* Each read() gives the record of one page: "Page allocated via order ...\nPFN 0x... ". */
static int count_owned(struct run *run, uint64_t wanted, uint64_t *ret_pages, bool *ret_seen)
{
	char record[RECORD_MAX], *at;
	int fd = open(PAGE_OWNER, O_RDONLY | O_CLOEXEC);
	unsigned long long pfn;
	ssize_t n;

	if (fd < 0)
		return run_error(run, -errno, PAGE_OWNER ": %s", strerror(errno));
	*ret_pages = 0;
	*ret_seen = false;
	while ((n = read(fd, record, sizeof(record) - 1)) > 0) {
		record[n] = '\0';
		at = strstr(record, "\nPFN 0x");
		if (!at || sscanf(at, "\nPFN 0x%llx", &pfn) != 1)
			continue;
		++*ret_pages;
		*ret_seen |= pfn == wanted;
	}
	close(fd);
	return n < 0 ? run_error(run, -errno, PAGE_OWNER ": read: %s", strerror(errno)) : 0;
}

static int check_owner(struct page_kinds *kinds)
{
	uint64_t pages = 0, pfn = kinds->made[1].pfn[0];
	bool seen = false;
	int err = count_owned(kinds->run, pfn, &pages, &seen);

	if (err)
		return err;
	run_check(kinds->run, "page-owner", "", seen ? VERDICT_PASS : VERDICT_FAIL,
		  "%llu allocations are listed, the page of kind '%s' (0x%llx) is %s them",
		  (unsigned long long)pages, kinds->made[1].kind->name, (unsigned long long)pfn,
		  seen ? "among" : "not among");
	return 0;
}

/* What was allocated just before the first scan may not be pointed to yet; so two. */
static int check_leaks(struct page_kinds *kinds)
{
	char report[RECORD_MAX];
	int fd, i, err = 0;
	ssize_t n;

	for (i = 0; i < 2 && !err; i++)
		err = sysfs_write(KMEMLEAK, "scan");
	if (err)
		return run_error(kinds->run, err, KMEMLEAK ": write scan: %s", strerror(-err));
	fd = open(KMEMLEAK, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return run_error(kinds->run, -errno, KMEMLEAK ": %s", strerror(errno));
	n = read(fd, report, sizeof(report) - 1);
	close(fd);
	report[n > 0 ? n : 0] = '\0';
	report[strcspn(report, "\n")] = '\0';
	run_check(kinds->run, "kmemleak", "", n ? VERDICT_FAIL : VERDICT_PASS,
		  "two scans reported %s%.200s", n ? "" : "nothing", report);
	return 0;
}

int peekers_debug(struct peekers_guest *guest, struct page_kinds *kinds)
{
	int err = 0;

	(void)guest;
	if (!access(PAGE_OWNER, F_OK))
		err = check_owner(kinds);
	if (!err && !access(KMEMLEAK, F_OK))
		err = check_leaks(kinds);
	return err;
}
