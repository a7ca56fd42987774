/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's whole file system: a cpio archive ("newc") with the agent as /init
 * and the job as /job. Equal input gives equal bytes.
 */
#ifndef PAGEMETA_INITRAMFS_H
#define PAGEMETA_INITRAMFS_H

#include <stdbool.h>

#include "err.h"
#include "job.h"

/**
 * struct initramfs_file - one more file of the archive
 * @name: path in the guest, without the leading slash; its folder comes before it
 * @path: what is copied; NULL for a folder
 * @program: it is executable
 */
struct initramfs_file {
	const char *name;
	const char *path;
	bool program;
};

/**
 * initramfs_write() - write the archive of one cell
 * @path: where to
 * @init: path of the static program that becomes /init
 * @job: becomes /job; NULL leaves it out
 * @err: what went wrong
 *
 * Holds /dev, /proc, /sys, /tmp as empty folders and /dev/console.
 *
 * Return: 0 or -errno.
 */
int initramfs_write(const char *path, const char *init, const struct job *job, struct err *err);

/**
 * initramfs_write_with() - the same with more files
 * @extra: in this order, behind the job
 * @nr_extra: how many
 */
int initramfs_write_with(const char *path, const char *init, const struct job *job,
			 const struct initramfs_file *extra, size_t nr_extra, struct err *err);

#endif
