/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other user of zsmalloc: zram, a RAM disk that keeps its pages compressed. It is
 * read and written past the page cache, so that what comes back is what it kept.
 */
#ifndef PAGEMETA_ZRAM_DISK_H
#define PAGEMETA_ZRAM_DISK_H

#include <stdint.h>

#include "swap-pages.h"

struct run;

/** ZRAM_DISK_SYSFS - its files */
#define ZRAM_DISK_SYSFS "/sys/block/zram0/"
#define ZRAM_DISK_DEVICE "/dev/zram0"

/**
 * struct zram_disk - the disk and what each of its pages holds
 * @fd: open for direct I/O, -1 when it is not
 * @pages: seed and version of each page; its memory is not used
 * @buffer: one page
 */
struct zram_disk {
	int fd;
	struct swap_pages pages;
	uint8_t *buffer;
};

/**
 * zram_disk_size() - make ZRAM_DISK_DEVICE a disk of @nr empty pages, for others to open
 *
 * Return: 0, -EOPNOTSUPP or -errno, as zram_disk_open().
 */
int zram_disk_size(struct run *run, const char *algorithm, uint64_t nr);

/** zram_disk_reset() - free all that a disk holds that nobody has open. Return: 0 or -errno */
int zram_disk_reset(void);

/**
 * zram_disk_open() - make /dev/zram0 a disk of @nr pages, all of them empty
 * @run: gets the reason of a failure
 * @algorithm: "lzo", "lz4", "zstd", ...
 * @salt: tells its contents apart from others of this run
 * @nr: pages
 * @ret_disk: closed with zram_disk_close(), also after a failure
 *
 * Return: 0, -EOPNOTSUPP when there is no zram or it does not know the algorithm, -errno.
 */
int zram_disk_open(struct run *run, const char *algorithm, uint64_t salt, uint64_t nr,
		   struct zram_disk *ret_disk);

/** zram_disk_close() - free all that it holds */
void zram_disk_close(struct zram_disk *disk);

/** zram_disk_make() - make the next version of page @i in the buffer */
void zram_disk_make(struct zram_disk *disk, uint64_t i);

/** zram_disk_put() - write the buffer to page @i. Return: 0 or -errno */
int zram_disk_put(struct zram_disk *disk, uint64_t i);

/** zram_disk_get() - read page @i into the buffer. Return: 0 or -errno */
int zram_disk_get(struct zram_disk *disk, uint64_t i);

/** zram_disk_drop() - discard page @i, which reads as zeroes then. Return: 0 or -errno */
int zram_disk_drop(struct zram_disk *disk, uint64_t i);

/** zram_disk_compare() - read page @i, count it in @verdict. Return: 0 or -errno */
int zram_disk_compare(struct zram_disk *disk, uint64_t i, struct swap_verdict *verdict);

#endif
