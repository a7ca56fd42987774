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

#include "kmemleak.h"
#include "peekers-parts.h"
#include "workload.h"

#define PAGE_OWNER "/sys/kernel/debug/page_owner"
#define RECORD_MAX 4096

/*
 * The file's position is a page frame, and a read() gives the record of the next page
 * that has one: "Page allocated via order 9, ...\nPFN 0x... ".
 *
 * One page is looked at, and one that no memcg is charged for: print_page_owner_memcg()
 * of 6.12.117 takes what a page is charged to for a struct obj_cgroup whether it is one
 * or not, so that reading the record of any page of user space oopses.
 */
static int check_owner(struct page_kinds *kinds, const struct page_made *made)
{
	unsigned int order = 0, wanted = made->kind->pages == 512 ? 9 : 0;
	unsigned long long pfn = 0;
	char record[RECORD_MAX], *at;
	int fd = open(PAGE_OWNER, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return run_error(kinds->run, -errno, PAGE_OWNER ": %s", strerror(errno));
	n = pread(fd, record, sizeof(record) - 1, (off_t)made->pfn[0]);
	close(fd);
	if (n < 0)
		return run_error(kinds->run, -errno, PAGE_OWNER ": read: %s", strerror(errno));
	record[n] = '\0';
	at = strstr(record, "\nPFN 0x");
	if (at)
		sscanf(at, "\nPFN 0x%llx", &pfn);
	sscanf(record, "Page allocated via order %u", &order);
	run_check(kinds->run, "page-owner", "",
		  pfn == made->pfn[0] && order == wanted ? VERDICT_PASS : VERDICT_FAIL,
		  "the record at 0x%llx, a page of kind '%s', is of 0x%llx, order %u (must be %u)",
		  (unsigned long long)made->pfn[0], made->kind->name, pfn, order, wanted);
	return 0;
}

int peekers_debug(struct peekers_guest *guest, struct page_kinds *kinds)
{
	int err = 0;
	size_t i;

	(void)guest;
	for (i = 0; i < kinds->nr && !err; i++)
		if (!strcmp(kinds->made[i].kind->name, "hugetlb") && !access(PAGE_OWNER, F_OK))
			err = check_owner(kinds, &kinds->made[i]);
	return err ? err : kmemleak_check(kinds->run);
}
