/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/self/pagemap: a 64-bit word a page, bits 0-54 the page frame, 63 present.
 */
#include "page-frames.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PAGE 4096
#define PRESENT (1ull << 63)
#define FRAME ((1ull << 55) - 1)

int page_frames_read(const void *start, size_t nr, uint64_t *pfn)
{
	off_t offset = (off_t)((uintptr_t)start / PAGE * sizeof(*pfn));
	size_t i, bytes = nr * sizeof(*pfn), used = 0;
	int fd, err = 0;
	ssize_t n;

	fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (used < bytes && !err) {
		n = pread(fd, (char *)pfn + used, bytes - used, offset + (off_t)used);
		if (n <= 0)
			err = n ? -errno : -EIO;
		else
			used += (size_t)n;
	}
	close(fd);
	for (i = 0; i < nr && !err; i++) {
		if (!(pfn[i] & PRESENT))
			pfn[i] = PAGE_FRAME_NONE;
		else if (!(pfn[i] & FRAME))
			err = -EPERM;
		else
			pfn[i] &= FRAME;
	}
	return err;
}
