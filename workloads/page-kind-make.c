/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a page of each kind is come by. Each function maps one area and touches it;
 * what is made is described in page-kind-table.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "page-kind.h"
#include "sysfs.h"
#include "workload.h"

#define PAGE 4096
#define HUGE (2u << 20)
#define FILL 0x5a
#define BLOCK_DEVICE "/dev/ram1"		/* the first one is for swap */
#define THP "/sys/kernel/mm/transparent_hugepage/"
#define HUGE_PAGES "/proc/sys/vm/nr_hugepages"
#define KSM "/sys/kernel/mm/ksm/"
#define KSM_WAIT_MS 5000

#ifndef MFD_HUGETLB
#define MFD_HUGETLB 4u
#endif

static int failed(struct page_kinds *kinds, const struct page_made *made, const char *what)
{
	int err = -errno;

	return run_error(kinds->run, err, "kind '%s': %s: %s", made->kind->name, what,
			 strerror(-err));
}

static int map(struct page_kinds *kinds, struct page_made *made, size_t bytes, int prot, int flags,
	       int fd)
{
	void *at = mmap(NULL, bytes, prot, flags, fd, 0);

	if (at == MAP_FAILED)
		return failed(kinds, made, "mmap");
	made->at = made->area = at;
	made->bytes = bytes;
	return 0;
}

static int map_anon(struct page_kinds *kinds, struct page_made *made, size_t bytes, int flags)
{
	return map(kinds, made, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1);
}

/*
 * An area that holds one aligned huge page, which @made->at is set to. With less than
 * 512 MiB of RAM the kernel starts without huge pages (hugepage_init()).
 */
static int map_huge(struct page_kinds *kinds, struct page_made *made, int flags)
{
	int err;

	err = sysfs_write(THP "enabled", "madvise");
	if (!err)
		err = sysfs_write(THP "use_zero_page", "1");
	if (!err)
		err = sysfs_write(THP "shmem_enabled", "advise");
	if (err)
		return run_error(kinds->run, err, THP ": %s", strerror(-err));
	err = map_anon(kinds, made, 2 * HUGE, flags);
	if (err)
		return err;
	made->at = (uint8_t *)(((uintptr_t)made->area + HUGE - 1) & ~((uintptr_t)HUGE - 1));
	if (madvise(made->at, HUGE, MADV_HUGEPAGE))
		return failed(kinds, made, "madvise(MADV_HUGEPAGE)");
	return 0;
}

static void fill(struct page_made *made)
{
	memset(made->at, FILL, (size_t)made->kind->pages * PAGE);
}

static int memfd(struct page_kinds *kinds, struct page_made *made, unsigned int flags, size_t bytes)
{
	made->fd = (int)syscall(SYS_memfd_create, "page-kind", flags);
	if (made->fd < 0)
		return failed(kinds, made, "memfd_create");
	if (ftruncate(made->fd, (off_t)bytes))
		return failed(kinds, made, "ftruncate");
	return 0;
}

static int map_fd(struct page_kinds *kinds, struct page_made *made, size_t bytes)
{
	return map(kinds, made, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, made->fd);
}

int page_make_anon(struct page_kinds *kinds, struct page_made *made)
{
	int err = map_anon(kinds, made, PAGE, MAP_PRIVATE);

	if (!err)
		fill(made);
	return err;
}

int page_make_anon_forked(struct page_kinds *kinds, struct page_made *made)
{
	int err = page_make_anon(kinds, made);

	if (err)
		return err;
	made->child = fork();
	if (made->child < 0) {
		made->child = 0;
		return failed(kinds, made, "fork");
	}
	if (made->child)
		return 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

int page_make_mlocked(struct page_kinds *kinds, struct page_made *made)
{
	int err = page_make_anon(kinds, made);

	if (err)
		return err;
	/* mlock() marks only pages that are on an LRU list already. */
	page_lru_drain();
	return mlock(made->at, PAGE) ? failed(kinds, made, "mlock") : 0;
}

int page_make_zero(struct page_kinds *kinds, struct page_made *made)
{
	int err = map_anon(kinds, made, PAGE, MAP_PRIVATE);

	if (!err)
		*(volatile uint8_t *)made->at;
	return err;
}

int page_make_huge_zero(struct page_kinds *kinds, struct page_made *made)
{
	int err = map_huge(kinds, made, MAP_PRIVATE);

	if (!err)
		*(volatile uint8_t *)made->at;
	return err;
}

int page_make_thp(struct page_kinds *kinds, struct page_made *made)
{
	int err = map_huge(kinds, made, MAP_PRIVATE);

	if (!err)
		fill(made);
	return err;
}

/* Different rights within the range take a page table in place of the PMD. */
int page_make_thp_by_ptes(struct page_kinds *kinds, struct page_made *made)
{
	int err = page_make_thp(kinds, made);

	if (!err && mprotect(made->at + HUGE / 2, PAGE, PROT_READ))
		return failed(kinds, made, "mprotect");
	return err;
}

static void sleep_ms(unsigned int ms)
{
	struct timespec time = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&time, NULL);
}

static int ksm_wait(struct page_kinds *kinds, struct page_made *made)
{
	uint64_t first = 0, second = 1;
	unsigned int waited;

	for (waited = 0; waited < KSM_WAIT_MS; waited += 20) {
		if (!kpage_pfn(&kinds->kpage, made->at, &first) &&
		    !kpage_pfn(&kinds->kpage, made->at + PAGE, &second) && first == second)
			return 0;
		sleep_ms(20);
	}
	return run_error(kinds->run, -ETIMEDOUT, "kind 'ksm': two equal pages were not merged in %d ms",
			 KSM_WAIT_MS);
}

int page_make_ksm(struct page_kinds *kinds, struct page_made *made)
{
	int err = map_anon(kinds, made, 2 * PAGE, MAP_PRIVATE);

	if (err)
		return err;
	memset(made->at, FILL, 2 * PAGE);
	if (madvise(made->at, 2 * PAGE, MADV_MERGEABLE))
		return failed(kinds, made, "madvise(MADV_MERGEABLE)");
	err = sysfs_write(KSM "sleep_millisecs", "10");
	if (!err)
		err = sysfs_write(KSM "run", "1");
	if (err)
		return run_error(kinds->run, err, KSM "run: %s", strerror(-err));
	err = ksm_wait(kinds, made);
	/* It would wake up a hundred times a second for two pages. */
	sysfs_write(KSM "run", "0");
	return err;
}

int page_make_shmem(struct page_kinds *kinds, struct page_made *made)
{
	int err = map_anon(kinds, made, PAGE, MAP_SHARED);

	if (!err)
		fill(made);
	return err;
}

int page_make_shmem_twice(struct page_kinds *kinds, struct page_made *made)
{
	int err = memfd(kinds, made, 0, PAGE);

	if (!err)
		err = map_anon(kinds, made, 2 * PAGE, MAP_PRIVATE);
	if (err)
		return err;
	for (int i = 0; i < 2; i++)
		if (mmap(made->at + i * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			 made->fd, 0) == MAP_FAILED)
			return failed(kinds, made, "mmap");
	made->at[0] = FILL;
	made->at[PAGE] = FILL;
	return 0;
}

int page_make_shmem_thp(struct page_kinds *kinds, struct page_made *made)
{
	int err = map_huge(kinds, made, MAP_SHARED);

	if (!err)
		fill(made);
	return err;
}

int page_make_secret(struct page_kinds *kinds, struct page_made *made)
{
	int err;

	made->fd = (int)syscall(SYS_memfd_secret, 0);
	if (made->fd < 0)
		return failed(kinds, made, "memfd_secret");
	if (ftruncate(made->fd, PAGE))
		return failed(kinds, made, "ftruncate");
	err = map_fd(kinds, made, PAGE);
	if (!err)
		fill(made);
	return err;
}

static int map_block(struct page_kinds *kinds, struct page_made *made, off_t offset)
{
	made->fd = open(BLOCK_DEVICE, O_RDWR | O_CLOEXEC);
	if (made->fd < 0)
		return failed(kinds, made, "open " BLOCK_DEVICE);
	made->area = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, made->fd, offset);
	if (made->area == MAP_FAILED) {
		made->area = NULL;
		return failed(kinds, made, "mmap " BLOCK_DEVICE);
	}
	made->at = made->area;
	made->bytes = PAGE;
	return 0;
}

int page_make_file(struct page_kinds *kinds, struct page_made *made)
{
	int err = map_block(kinds, made, 0);

	if (!err)
		*(volatile uint8_t *)made->at;
	return err;
}

int page_make_file_dirty(struct page_kinds *kinds, struct page_made *made)
{
	int err;

	/* Pages stay dirty: nothing writes them back by itself. */
	err = sysfs_write("/proc/sys/vm/dirty_writeback_centisecs", "0");
	if (err)
		return run_error(kinds->run, err, "dirty_writeback_centisecs: %s", strerror(-err));
	err = map_block(kinds, made, 1 << 20);
	if (!err)
		fill(made);
	return err;
}

/* Each kind takes one page and adds one to the pool, so that none is left free. */
static int more_huge_pages(struct page_kinds *kinds, const struct page_made *made)
{
	uint64_t before, now;
	char text[24];
	int err;

	err = sysfs_read_u64(HUGE_PAGES, &before);
	if (err)
		return run_error(kinds->run, err, HUGE_PAGES ": %s", strerror(-err));
	snprintf(text, sizeof(text), "%llu", (unsigned long long)before + 1);
	err = sysfs_write(HUGE_PAGES, text);
	if (!err)
		err = sysfs_read_u64(HUGE_PAGES, &now);
	if (!err && now != before + 1)
		err = -ENOMEM;
	return err ? run_error(kinds->run, err, "kind '%s': " HUGE_PAGES ": write %s: %s",
			       made->kind->name, text, strerror(-err)) : 0;
}

int page_make_hugetlb(struct page_kinds *kinds, struct page_made *made)
{
	int err = more_huge_pages(kinds, made);

	if (!err)
		err = map_anon(kinds, made, HUGE, MAP_PRIVATE | MAP_HUGETLB);
	if (!err)
		fill(made);
	return err;
}

int page_make_hugetlb_shared(struct page_kinds *kinds, struct page_made *made)
{
	int err = more_huge_pages(kinds, made);

	if (!err)
		err = memfd(kinds, made, MFD_HUGETLB, HUGE);
	if (!err)
		err = map_fd(kinds, made, HUGE);
	if (!err)
		fill(made);
	return err;
}

int page_make_devmem(struct page_kinds *kinds, struct page_made *made)
{
	made->fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	if (made->fd < 0)
		return failed(kinds, made, "open /dev/mem");
	made->area = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, made->fd, (off_t)kinds->reserved_phys);
	if (made->area == MAP_FAILED) {
		made->area = NULL;
		return failed(kinds, made, "mmap /dev/mem");
	}
	made->at = made->area;
	made->bytes = PAGE;
	made->pfn[0] = kinds->reserved_phys / PAGE;
	made->told = true;
	return 0;
}

int page_make_device_dax(struct page_kinds *kinds, struct page_made *made)
{
	struct nd_region region;
	char path[64];
	int err = nd_region_find(kinds->run, kinds->pmem_bytes, &region);

	if (!err)
		err = nd_device_new(kinds->run, &region, ND_DAX, HUGE, &made->device);
	if (err)
		return err;
	err = nd_device_bind(&made->device);
	if (err)
		return run_error(kinds->run, err, "kind '%s': bind %s: %s", made->kind->name,
				 made->device.name, strerror(-err));
	snprintf(path, sizeof(path), "/dev/dax%u.0", region.id);
	made->fd = open(path, O_RDWR | O_CLOEXEC);
	if (made->fd < 0)
		return failed(kinds, made, path);
	err = map_fd(kinds, made, HUGE);
	if (!err)
		fill(made);
	return err;
}
