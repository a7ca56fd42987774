/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An ext4 file system on persistent memory, whose files are mapped from the memory
 * itself (Documentation/filesystems/dax.rst).
 */
#ifndef PAGEMETA_DAX_VOLUME_H
#define PAGEMETA_DAX_VOLUME_H

#include <stdint.h>

#include "nd-region.h"

struct run;

/**
 * dax_volume_format() - make an empty one
 * @run: gets the reason of a failure, as of the others
 * @device: of kind ND_PFN, bound
 * @bytes: see ext4_format()
 *
 * Return: 0 or -errno.
 */
int dax_volume_format(struct run *run, const struct nd_device *device, uint64_t bytes);

/** dax_volume_mount() - mount it with dax=always at @point, which is made */
int dax_volume_mount(struct run *run, const struct nd_device *device, const char *point);

/** dax_volume_unmount() - unmount it. Return: 0 or -errno */
int dax_volume_unmount(struct run *run, const char *point);

/**
 * dax_volume_take() - let one file have what is free, so that what is freed is used again
 * @run: gets the reason of a failure
 * @path: the file
 * @leave: bytes that are left free
 *
 * Return: 0 or -errno.
 */
int dax_volume_take(struct run *run, const char *path, uint64_t leave);

#endif
