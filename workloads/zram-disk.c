/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /dev/zram0, configured anew each time: a reset frees all that it holds.
 */
#include "zram-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sysfs.h"
#include "workload.h"

#define DEVICE ZRAM_DISK_DEVICE
#define PAGE SWAP_PAGES_SIZE

static int set(struct run *run, const char *name, const char *value)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), ZRAM_DISK_SYSFS "%s", name);
	err = sysfs_write(path, value);
	if (err == -ENOENT || err == -EINVAL)
		return run_unsupported(run, "%s: write '%s': %s", path, value, strerror(-err));
	return err ? run_error(run, err, "%s: write '%s': %s", path, value, strerror(-err)) : 0;
}

int zram_disk_size(struct run *run, const char *algorithm, uint64_t nr)
{
	char bytes[24];
	int err;

	snprintf(bytes, sizeof(bytes), "%" PRIu64, nr * PAGE);
	err = set(run, "comp_algorithm", algorithm);
	return err ? err : set(run, "disksize", bytes);
}

int zram_disk_reset(void)
{
	return sysfs_write(ZRAM_DISK_SYSFS "reset", "1");
}

int zram_disk_open(struct run *run, const char *algorithm, uint64_t salt, uint64_t nr,
		   struct zram_disk *ret_disk)
{
	struct zram_disk *disk = ret_disk;
	int err;

	*disk = (struct zram_disk){ .fd = -1 };
	err = swap_pages_new(run, salt, nr, &disk->pages);
	if (err)
		return err;
	disk->buffer = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (disk->buffer == MAP_FAILED) {
		disk->buffer = NULL;
		return run_error(run, -ENOMEM, "no memory for a page of " DEVICE);
	}
	err = zram_disk_size(run, algorithm, nr);
	if (err)
		return err;
	disk->fd = open(DEVICE, O_RDWR | O_DIRECT | O_CLOEXEC);
	return disk->fd < 0 ? run_error(run, -errno, DEVICE ": open: %s", strerror(errno)) : 0;
}

void zram_disk_close(struct zram_disk *disk)
{
	if (disk->fd >= 0) {
		close(disk->fd);
		zram_disk_reset();
	}
	disk->fd = -1;
	if (disk->buffer)
		munmap(disk->buffer, PAGE);
	disk->buffer = NULL;
	swap_pages_free(&disk->pages);
}

static int failed(struct zram_disk *disk, const char *what, uint64_t i)
{
	int err = errno ? -errno : -EIO;

	return run_error(disk->pages.run, err, DEVICE ": %s page %" PRIu64 ": %s", what, i,
			 strerror(-err));
}

void zram_disk_make(struct zram_disk *disk, uint64_t i)
{
	swap_pages_make(&disk->pages, i, ++disk->pages.version[i], disk->buffer);
}

int zram_disk_put(struct zram_disk *disk, uint64_t i)
{
	errno = 0;
	if (pwrite(disk->fd, disk->buffer, PAGE, (off_t)(i * PAGE)) != PAGE)
		return failed(disk, "write", i);
	return 0;
}

int zram_disk_drop(struct zram_disk *disk, uint64_t i)
{
	uint64_t range[2] = { i * PAGE, PAGE };

	if (ioctl(disk->fd, BLKDISCARD, range))
		return failed(disk, "discard", i);
	disk->pages.version[i] = 0;
	return 0;
}

int zram_disk_get(struct zram_disk *disk, uint64_t i)
{
	errno = 0;
	if (pread(disk->fd, disk->buffer, PAGE, (off_t)(i * PAGE)) != PAGE)
		return failed(disk, "read", i);
	return 0;
}

int zram_disk_compare(struct zram_disk *disk, uint64_t i, struct swap_verdict *verdict)
{
	int err = zram_disk_get(disk, i);

	if (!err)
		swap_pages_compare(&disk->pages, i, disk->buffer, verdict);
	return err;
}
