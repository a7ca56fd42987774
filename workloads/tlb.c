/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A change of rights flushes from the first page that changed to the last one, and
 * everything when that is more than 33 pages (tlb_single_page_flush_ceiling of
 * arch/x86/mm/tlb.c). So there need only be two pages, far enough apart.
 */
#include "tlb.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "workload.h"

#define PAGE 4096
#define PAGES 64

static uint8_t *area;
static unsigned int calls;

int tlb_prepare(struct run *run)
{
	void *at;
	int err;

	if (area)
		return 0;
	at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return run_error(run, -errno, "mmap: %s", strerror(errno));
	/* Locked, so that reclaim leaves the two pages; on fault, so that there are only two. */
	madvise(at, PAGES * PAGE, MADV_NOHUGEPAGE);
	if (mlock2(at, PAGES * PAGE, MLOCK_ONFAULT)) {
		err = -errno;
		munmap(at, PAGES * PAGE);
		return run_error(run, err, "mlock2: %s", strerror(-err));
	}
	area = at;
	area[0] = 1;
	area[(PAGES - 1) * PAGE] = 1;
	return 0;
}

void tlb_forget(void)
{
	bool write = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) % 2 == 0;

	mprotect(area, PAGES * PAGE, write ? PROT_READ | PROT_WRITE : PROT_READ);
}
