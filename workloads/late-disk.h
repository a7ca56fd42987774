/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk whose data comes when it is told to: dm-delay over a RAM disk holds every
 * read back until the device is suspended. The pages of a direct read stay pinned
 * for as long as a check needs to do something to them, and then the data arrives,
 * in the same order on every run and with no clock involved.
 *
 * Reads can be submitted without waiting for them (io_submit(2)): when late_disk_read()
 * has returned, the page is pinned and the read is held.
 */
#ifndef PAGEMETA_LATE_DISK_H
#define PAGEMETA_LATE_DISK_H

#include <stddef.h>
#include <stdint.h>

struct run;

#define LATE_DISK_READS 512	/* that can be under way at once */

/**
 * struct late_disk - the device
 * @run: gets the reasons of failures
 * @control: fd of the device mapper; -1 when closed
 * @fd: of the device, O_DIRECT; -1 when closed
 * @aio: context of io_submit(2)
 * @under_way: reads that were submitted and not awaited
 */
struct late_disk {
	struct run *run;
	int control;
	int fd;
	unsigned long aio;
	unsigned int under_way;
};

/**
 * late_disk_open() - put a late disk over a block device
 * @run: gets the reason of a failure
 * @below: the device, for instance "/dev/ram0"; what it holds is what is read
 * @bytes: how much of it
 * @ret_disk: filled; closed with late_disk_close() also after a failure
 *
 * A process has one at a time, and uses and closes it itself.
 *
 * Return: 0 or -errno; -EOPNOTSUPP without CONFIG_DM_DELAY or CONFIG_AIO.
 */
int late_disk_open(struct run *run, const char *below, size_t bytes,
		   struct late_disk *ret_disk);

/** late_disk_close() - let all data come and remove the device */
void late_disk_close(struct late_disk *disk);

/**
 * late_disk_read() - submit a direct read, which pins its pages and is held
 * @disk: open
 * @at: where to, aligned to 512 bytes
 * @bytes: how many, a multiple of 512
 * @offset: where from
 *
 * Return: 0 or -errno.
 */
int late_disk_read(struct late_disk *disk, void *at, size_t bytes, uint64_t offset);

/** late_disk_held() - reads that are held now. Return: their number or -errno */
int late_disk_held(struct late_disk *disk);

/**
 * late_disk_release() - let the data come and wait for every read that was submitted
 * @disk: open
 *
 * Return: 0; -EIO when a read failed or was short; another -errno.
 */
int late_disk_release(struct late_disk *disk);

#endif
