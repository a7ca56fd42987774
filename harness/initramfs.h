/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's whole file system: a cpio archive ("newc") with the agent as /init
 * and the job as /job. Equal input gives equal bytes.
 */
#ifndef PAGEMETA_INITRAMFS_H
#define PAGEMETA_INITRAMFS_H

#include "err.h"
#include "job.h"

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

#endif
