/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a zsmalloc pool holds by size class: the file "classes" that
 * CONFIG_ZSMALLOC_STAT puts into debugfs for each pool (zs_stats_size_show() of
 * mm/zsmalloc.c).
 */
#ifndef PAGEMETA_ZSMALLOC_STAT_H
#define PAGEMETA_ZSMALLOC_STAT_H

#include <stddef.h>
#include <stdint.h>

struct run;

/** ZSMALLOC_CLASSES_MAX - size classes with pages of 4 KiB, of which many are merged */
#define ZSMALLOC_CLASSES_MAX 255

/**
 * struct zsmalloc_class - one size class
 * @size: bytes of an object
 * @objects: objects there is room for
 * @used: objects that are in use
 * @pages: pages it takes
 * @chain: pages of a zspage
 * @freeable: pages the kernel says compaction would free
 */
struct zsmalloc_class {
	uint64_t size;
	uint64_t objects;
	uint64_t used;
	uint64_t pages;
	uint64_t chain;
	uint64_t freeable;
};

/**
 * struct zsmalloc_stat - all classes of a pool, and their sums
 * @pool: the pool's name, "" when only a text was read
 * @class: @nr of them
 * @nr: how many there are
 * @occupied: how many have objects in use
 * @used: objects in use
 * @pages: pages
 * @freeable: pages compaction would free
 */
struct zsmalloc_stat {
	char pool[64];
	struct zsmalloc_class class[ZSMALLOC_CLASSES_MAX];
	size_t nr;
	size_t occupied;
	uint64_t used;
	uint64_t pages;
	uint64_t freeable;
};

/**
 * zsmalloc_stat_parse() - make sense of the text of a "classes" file
 * @text: NUL-terminated
 * @ret_stat: set on success
 *
 * Return: 0, or -EINVAL for anything that file would not hold, such as sums that
 * are not the sums of the lines.
 */
int zsmalloc_stat_parse(const char *text, struct zsmalloc_stat *ret_stat);

/**
 * zsmalloc_stat_read() - read the classes of a pool
 * @run: gets the reason of a failure
 * @prefix: how the pool's name starts: "zswap", "zram0"; the last of that kind is taken
 * @ret_stat: set on success
 *
 * Return: 0, -EOPNOTSUPP when there is no such pool, -errno.
 */
int zsmalloc_stat_read(struct run *run, const char *prefix, struct zsmalloc_stat *ret_stat);

/**
 * zsmalloc_stat_each() - go through all pools there are
 * @root: prefix of /sys: "" in a guest, a folder in tests
 * @each: gets the classes of each; what it returns other than 0 ends it and is returned
 * @ctx: handed to @each
 *
 * Return: 0, also where there is none that can be seen, -EINVAL for a file that makes no
 * sense, or another -errno.
 */
int zsmalloc_stat_each(const char *root, int (*each)(void *ctx, const struct zsmalloc_stat *stat),
		       void *ctx);

/**
 * zsmalloc_stat_freeable() - pages that compaction must free, reckoned here
 * @stat: before
 *
 * A class of zspages that hold n objects each can be emptied of one zspage for every
 * n objects that are free in it, and compaction goes on until there are fewer.
 */
uint64_t zsmalloc_stat_freeable(const struct zsmalloc_stat *stat);

/**
 * zsmalloc_stat_zspage_bytes() - memory of the descriptors (struct zspage) of a pool
 * @run: gets the reason of a failure
 * @stat: of zsmalloc_stat_read()
 * @ret_bytes: set on success; what the slab allocator takes for each zspage, times zspages
 *
 * One cache a pool, "zspage-POOL" (create_cache() of mm/zsmalloc.c), or, where the
 * descriptor grows with the number of its pages, "zspage-PAGES".
 *
 * Return: 0, -EOPNOTSUPP when there is neither, -errno.
 */
int zsmalloc_stat_zspage_bytes(struct run *run, const struct zsmalloc_stat *stat,
			       uint64_t *ret_bytes);

#endif
