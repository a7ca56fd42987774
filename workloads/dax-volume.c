/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ext4 on /dev/pmemN.
 */
#include "dax-volume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "ext4-format.h"
#include "workload.h"

#define OPTIONS "dax=always"
#define BLOCK 4096

static const char *block_device(const struct nd_device *device, char path[64])
{
	snprintf(path, 64, "/dev/pmem%u", device->region.id);
	return path;
}

int dax_volume_format(struct run *run, const struct nd_device *device, uint64_t bytes)
{
	char path[64];
	int fd, err;

	fd = open(block_device(device, path), O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return run_error(run, -errno, "%s: open: %s", path, strerror(errno));
	err = ext4_format(fd, bytes);
	if (!err && fsync(fd))
		err = -errno;
	close(fd);
	return err ? run_error(run, err, "%s: format: %s", path, strerror(-err)) : 0;
}

int dax_volume_mount(struct run *run, const struct nd_device *device, const char *point)
{
	char path[64];

	if (mkdir(point, 0700) && errno != EEXIST)
		return run_error(run, -errno, "%s: mkdir: %s", point, strerror(errno));
	if (!mount(block_device(device, path), point, "ext4", 0, OPTIONS))
		return 0;
	return run_error(run, -errno, "%s: mount -o " OPTIONS ": %s", path, strerror(errno));
}

int dax_volume_unmount(struct run *run, const char *point)
{
	if (!umount(point))
		return 0;
	return run_error(run, -errno, "%s: umount: %s", point, strerror(errno));
}

/* In pieces as large as there are. */
static int take(int fd, uint64_t leave)
{
	off_t at = 0, piece = EXT4_FORMAT_STEP;
	struct statvfs room;

	while (piece >= BLOCK) {
		if (fstatvfs(fd, &room))
			return -errno;
		if ((uint64_t)room.f_bavail * BLOCK < leave + (uint64_t)piece ||
		    fallocate(fd, 0, at, piece))
			piece /= 2;
		else
			at += piece;
	}
	return 0;
}

int dax_volume_take(struct run *run, const char *path, uint64_t leave)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), err;

	if (fd < 0)
		return run_error(run, -errno, "%s: %s", path, strerror(errno));
	err = take(fd, leave);
	close(fd);
	return err ? run_error(run, err, "%s: fallocate: %s", path, strerror(-err)) : 0;
}
