/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/self/pagemap: Documentation/admin-guide/mm/pagemap.rst. The ioctl is declared
 * here because the headers of many systems are older than it.
 */
#include "pagemap.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FILE_NAME "/proc/self/pagemap"
#define PAGE 4096
#define PRESENT (UINT64_C(1) << 63)
#define PFN_MASK ((UINT64_C(1) << 55) - 1)

#define REGIONS 64

/** struct scan_region - pages one after the other that are alike */
struct scan_region {
	uint64_t start;
	uint64_t end;
	uint64_t categories;
};

/** struct scan - argument of the ioctl */
struct scan {
	uint64_t size;
	uint64_t flags;
	uint64_t start;
	uint64_t end;
	uint64_t walk_end;
	uint64_t vec;
	uint64_t vec_len;
	uint64_t max_pages;
	uint64_t category_inverted;
	uint64_t category_mask;
	uint64_t category_anyof_mask;
	uint64_t return_mask;
};

#define SCAN_IOCTL _IOWR('f', 16, struct scan)
#define IS_PRESENT (1u << 3)
#define IS_HUGE (1u << 6)

/* Several calls, when there are more regions than room for them. */
static int add_up(int fd, uint64_t start, uint64_t end, uint64_t *ret_bytes)
{
	struct scan_region region[REGIONS];
	struct scan scan = {
		.size = sizeof(scan),
		.start = start,
		.end = end,
		.vec = (uintptr_t)region,
		.vec_len = REGIONS,
		.category_mask = IS_PRESENT | IS_HUGE,
		.return_mask = IS_PRESENT | IS_HUGE,
	};
	uint64_t bytes = 0;
	int i, n;

	while (scan.start < end) {
		n = ioctl(fd, SCAN_IOCTL, &scan);
		if (n < 0)
			return -errno;
		for (i = 0; i < n; i++)
			bytes += region[i].end - region[i].start;
		if (scan.walk_end <= scan.start)
			return -EIO;
		scan.start = scan.walk_end;
	}
	*ret_bytes = bytes;
	return 0;
}

int pagemap_huge_bytes(const void *at, size_t bytes, uint64_t *ret_bytes)
{
	uint64_t start = (uintptr_t)at;
	int fd, err;

	fd = open(FILE_NAME, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = add_up(fd, start, start + bytes, ret_bytes);
	close(fd);
	return err;
}

int pagemap_pfn(const void *at, uint64_t *ret_pfn)
{
	uint64_t entry = 0;
	ssize_t n;
	int fd, err = 0;

	fd = open(FILE_NAME, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)at / PAGE * sizeof(entry)));
	if (n != (ssize_t)sizeof(entry))
		err = n < 0 ? -errno : -EIO;
	else if (!(entry & PRESENT))
		err = -ENOENT;
	close(fd);
	if (!err)
		*ret_pfn = entry & PFN_MASK;
	return err;
}

int pagemap_pfns(const void *at, size_t nr, uint64_t *ret_pfn)
{
	size_t bytes = nr * sizeof(*ret_pfn), i;
	int fd, err = 0;
	ssize_t n;

	fd = open(FILE_NAME, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = pread(fd, ret_pfn, bytes, (off_t)((uintptr_t)at / PAGE * sizeof(*ret_pfn)));
	if (n != (ssize_t)bytes)
		err = n < 0 ? -errno : -EIO;
	close(fd);
	for (i = 0; !err && i < nr; i++)
		ret_pfn[i] = ret_pfn[i] & PRESENT ? ret_pfn[i] & PFN_MASK : 0;
	return err;
}
