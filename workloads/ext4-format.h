/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes an empty ext4 file system, as there is no mkfs in the guest. Blocks of
 * 4 KiB, extents, a journal, no checksums: the least that a kernel mounts as ext4
 * and e2fsck finds clean. Its allocator is told to keep files in steps of 2 MiB
 * (the RAID stripe), or hardly a fault of 2 MiB could be served.
 */
#ifndef PAGEMETA_EXT4_FORMAT_H
#define PAGEMETA_EXT4_FORMAT_H

#include <stdint.h>

#define EXT4_FORMAT_STEP (128u << 20)	/* sizes are multiples: whole block groups */
#define EXT4_FORMAT_MAX (UINT64_C(16) << 30)	/* one block of group descriptors */

/**
 * ext4_format() - write an empty file system
 * @fd: block device or file
 * @bytes: its size, a multiple of EXT4_FORMAT_STEP up to EXT4_FORMAT_MAX; what @fd
 *	has beyond is not touched
 *
 * All there is of metadata is written, the journal included; blocks of data keep
 * what is in them. The caller syncs.
 *
 * Return: 0, -EINVAL for another size, or -errno of writing.
 */
int ext4_format(int fd, uint64_t bytes);

#endif
