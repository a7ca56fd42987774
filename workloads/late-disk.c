/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The delay is an hour and is never waited for: drivers/md/dm-delay.c sends all it
 * holds on when its device is suspended, and holds again when that is resumed. The
 * ioctls are those of linux/dm-ioctl.h.
 */
#include "late-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "workload.h"

#define CONTROL "/dev/mapper/control"
#define DELAY_MS 3600000u
#define SECTOR 512

/** struct request - an ioctl's header and what follows it */
struct request {
	struct dm_ioctl head;
	struct dm_target_spec target;
	char text[256];
};

static void request_init(struct request *request, uint32_t flags)
{
	memset(request, 0, sizeof(*request));
	request->head.version[0] = 4;	/* the interface's major version; any minor will do */
	request->head.data_size = sizeof(*request);
	request->head.data_start = offsetof(struct request, target);
	request->head.flags = flags;
	/* Each process may have one. */
	snprintf(request->head.name, sizeof(request->head.name), "late-%d", (int)getpid());
}

static int command(struct late_disk *disk, unsigned long number, struct request *request)
{
	return ioctl(disk->control, number, request) ? -errno : 0;
}

static int simple_command(struct late_disk *disk, unsigned long number, uint32_t flags)
{
	struct request request;

	request_init(&request, flags);
	return command(disk, number, &request);
}

static int load_table(struct late_disk *disk, const char *below, size_t bytes)
{
	struct request request;

	request_init(&request, 0);
	request.head.target_count = 1;
	request.target.length = bytes / SECTOR;
	request.target.next = sizeof(request.target) + sizeof(request.text);
	strcpy(request.target.target_type, "delay");
	snprintf(request.text, sizeof(request.text), "%s 0 %u %s 0 0", below, DELAY_MS, below);
	return command(disk, DM_TABLE_LOAD, &request);
}

/* Returns the minor number of the device, or -errno. */
static int create(struct late_disk *disk, const char *below, size_t bytes)
{
	struct request request;
	int err;

	request_init(&request, 0);
	err = command(disk, DM_DEV_CREATE, &request);
	if (err)
		return err;
	err = load_table(disk, below, bytes);
	if (!err)
		err = simple_command(disk, DM_DEV_SUSPEND, 0);
	return err ? err : (int)minor(request.head.dev);
}

static int open_device(struct late_disk *disk, const char *below, size_t bytes)
{
	char path[32];
	int number;

	number = create(disk, below, bytes);
	if (number < 0)
		return run_error(disk->run, number, CONTROL ": a delay device over %s: %s", below,
				 strerror(-number));
	snprintf(path, sizeof(path), "/dev/dm-%d", number);
	disk->fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (disk->fd < 0)
		return run_error(disk->run, -errno, "%s: open with O_DIRECT: %s", path,
				 strerror(errno));
	return 0;
}

int late_disk_open(struct run *run, const char *below, size_t bytes, struct late_disk *ret_disk)
{
	struct late_disk *disk = ret_disk;

	memset(disk, 0, sizeof(*disk));
	disk->run = run;
	disk->fd = -1;
	disk->control = open(CONTROL, O_RDWR | O_CLOEXEC);
	if (disk->control < 0)
		return run_unsupported(run, CONTROL ": %s; it takes CONFIG_BLK_DEV_DM=y and "
				       "CONFIG_DM_DELAY=y", strerror(errno));
	if (syscall(__NR_io_setup, LATE_DISK_READS, &disk->aio)) {
		if (errno == ENOSYS)
			return run_unsupported(run, "io_setup: it takes CONFIG_AIO=y");
		return run_error(run, -errno, "io_setup: %s", strerror(errno));
	}
	return open_device(disk, below, bytes);
}

int late_disk_held(struct late_disk *disk)
{
	struct request request;
	unsigned int reads;
	int err;

	request_init(&request, 0);
	err = command(disk, DM_TABLE_STATUS, &request);
	if (err)
		return err;
	/* delay_status(): reads, writes and flushes that are held */
	if (sscanf(request.text, "%u", &reads) != 1)
		return -EBADMSG;
	return (int)reads;
}

int late_disk_read(struct late_disk *disk, void *at, size_t bytes, uint64_t offset)
{
	struct iocb block = {
		.aio_lio_opcode = IOCB_CMD_PREAD,
		.aio_fildes = (uint32_t)disk->fd,
		.aio_buf = (uint64_t)(uintptr_t)at,
		.aio_nbytes = bytes,
		.aio_offset = (int64_t)offset,
		.aio_data = bytes,
	};
	struct iocb *list[1] = { &block };

	if (syscall(__NR_io_submit, disk->aio, 1, list) != 1)
		return -errno;
	disk->under_way++;
	return 0;
}

static int await(struct late_disk *disk)
{
	struct io_event event;
	int err = 0;

	for (; disk->under_way; disk->under_way--) {
		if (syscall(__NR_io_getevents, disk->aio, 1, 1, &event, NULL) != 1)
			return -errno;
		if ((uint64_t)event.res != event.data)
			err = -EIO;
	}
	return err;
}

int late_disk_release(struct late_disk *disk)
{
	int err = simple_command(disk, DM_DEV_SUSPEND, DM_SUSPEND_FLAG | DM_SKIP_LOCKFS_FLAG);

	if (!err)
		err = simple_command(disk, DM_DEV_SUSPEND, 0);
	return err ? err : await(disk);
}

void late_disk_close(struct late_disk *disk)
{
	if (disk->fd >= 0) {
		late_disk_release(disk);
		close(disk->fd);
	}
	if (disk->aio)
		syscall(__NR_io_destroy, disk->aio);
	if (disk->control >= 0) {
		simple_command(disk, DM_DEV_REMOVE, 0);
		close(disk->control);
	}
	disk->fd = disk->control = -1;
	disk->aio = 0;
}
