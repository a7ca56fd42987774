/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The swap header is written here, as there is no mkswap in the guest. Its layout
 * is union swap_header of include/linux/swap.h.
 */
#include "swap-device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/swap.h>
#include <unistd.h>

#include "workload.h"

#define PAGE 4096
#define SIGNATURE "SWAPSPACE2"

/** struct swap_header - first page of a swap device */
struct swap_header {
	char bootbits[1024];
	uint32_t version;
	uint32_t last_page;
	uint32_t nr_badpages;
	char rest[PAGE - 1024 - 12 - 10];
	char signature[10];
} __attribute__((packed));

_Static_assert(sizeof(struct swap_header) == PAGE, "a swap header is one page");

/*
 * Synced, so that no writeback of the header wakes up seconds later in the middle
 * of a measurement.
 */
static int write_header(int fd, uint64_t pages)
{
	struct swap_header header = { .version = 1, .last_page = (uint32_t)(pages - 1) };

	memcpy(header.signature, SIGNATURE, sizeof(header.signature));
	if (pwrite(fd, &header, sizeof(header), 0) != sizeof(header))
		return errno ? -errno : -EIO;
	if (fsync(fd))
		return -errno;
	return 0;
}

int swap_device_on_path(struct run *run, const char *path, uint64_t min_pages)
{
	uint64_t bytes = 0;
	int fd, err = 0;

	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return run_unsupported(run, "%s: %s; it takes CONFIG_BLK_DEV_RAM=y or CONFIG_ZRAM=y",
				       path, strerror(errno));
	if (ioctl(fd, BLKGETSIZE64, &bytes))
		err = run_error(run, -errno, "%s: size: %s", path, strerror(errno));
	else if (bytes / PAGE < min_pages + 1)
		err = run_unsupported(run, "%s has %llu pages, %llu are needed; set brd.rd_size", path,
				      (unsigned long long)(bytes / PAGE),
				      (unsigned long long)(min_pages + 1));
	if (!err) {
		err = write_header(fd, bytes / PAGE);
		if (err)
			run_error(run, err, "%s: write header: %s", path, strerror(-err));
	}
	close(fd);
	if (err)
		return err;
	if (swapon(path, 0))
		return run_error(run, -errno, "%s: swapon: %s", path, strerror(errno));
	return 0;
}

int swap_device_on(struct run *run, uint64_t min_pages)
{
	return swap_device_on_path(run, SWAP_DEVICE, min_pages);
}

void swap_device_off(void)
{
	swapoff(SWAP_DEVICE);
}
