/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zspages by their pools, and their slabs by sysfs, which tells them by node and by cache,
 * as /proc/slabinfo does not.
 */
#include "zspage-slabs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"
#include "zsmalloc-stat.h"

#define CACHES "/sys/kernel/slab"
#define CACHES_MAX 64
#define NAME_MAX_CACHE 96
#define LOOKS 10

/** struct cache - a slab cache of zspages, and how many of these there are */
struct cache {
	char name[NAME_MAX_CACHE];
	uint64_t zspages;
};

/** struct caches - those that were found so far, and pages of the pools of zswap */
struct caches {
	const char *root;
	struct cache cache[CACHES_MAX];
	size_t nr;
	uint64_t zswap_pages;
};

static void cache_path(const char *root, const char *cache, const char *file, char path[512])
{
	snprintf(path, 512, "%.200s" CACHES "/%.100s%s%s", root, cache, *file ? "/" : "", file);
}

static int add_zspages(struct caches *caches, const char *name, uint64_t zspages)
{
	struct cache *cache;
	size_t i;

	for (i = 0; i < caches->nr; i++)
		if (!strcmp(caches->cache[i].name, name))
			break;
	if (i == CACHES_MAX)
		return -E2BIG;
	cache = &caches->cache[i];
	if (i == caches->nr) {
		snprintf(cache->name, sizeof(cache->name), "%s", name);
		cache->zspages = 0;
		caches->nr++;
	}
	cache->zspages += zspages;
	return 0;
}

/* Called with each pool. */
static int add_pool(void *ctx, const struct zsmalloc_stat *stat)
{
	struct caches *caches = ctx;
	char name[NAME_MAX_CACHE], path[512];
	const struct zsmalloc_class *class;
	int err = 0;
	size_t i;

	if (!strncmp(stat->pool, "zswap", 5))
		caches->zswap_pages += stat->pages;
	for (i = 0; i < stat->nr && !err; i++) {
		class = &stat->class[i];
		if (!class->pages)
			continue;
		snprintf(name, sizeof(name), "zspage-%" PRIu64, class->chain);
		cache_path(caches->root, name, "", path);
		if (access(path, F_OK))
			snprintf(name, sizeof(name), "zspage-%s", stat->pool);
		err = add_zspages(caches, name, class->pages / class->chain);
	}
	return err;
}

static int read_file(const char *root, const char *cache, const char *file, char *text, size_t size)
{
	char path[512];
	int n;

	cache_path(root, cache, file, path);
	n = sysfs_read(path, text, size);
	return n < 0 ? n : 0;
}

/* The first number of a file. */
static int read_number(const char *root, const char *cache, const char *file, uint64_t *ret_number)
{
	char text[4096];
	int err = read_file(root, cache, file, text, sizeof(text));

	if (err)
		return err;
	return sscanf(text, "%" SCNu64, ret_number) == 1 ? 0 : -EBADMSG;
}

/* "12 N0=5 N1=7": all slabs, and those of each node that has any (show_slab_objects()). */
static int share_out(const char *text, uint64_t bytes, uint64_t of_node[METADATA_NODES])
{
	uint64_t total, part, left = bytes, share;
	unsigned int node, last = 0;
	int used = 0;

	if (sscanf(text, "%" SCNu64 "%n", &total, &used) != 1)
		return -EBADMSG;
	for (text += used; sscanf(text, " N%6u=%" SCNu64 "%n", &node, &part, &used) == 2;
	     text += used) {
		if (node >= METADATA_NODES || part > total)
			return -EBADMSG;
		share = (uint64_t)((unsigned __int128)bytes * part / total);
		share = share < left ? share : left;
		of_node[node] += share;
		left -= share;
		last = node;
	}
	/* What rounding left; a kernel without NUMA has one node and does not name it. */
	of_node[last] += left;
	return *text ? -EBADMSG : 0;
}

static int add_cache(const char *root, const struct cache *cache, struct zspage_slabs *slabs)
{
	uint64_t size = 0, per_slab = 0, objects = 0, at_hand = 0, others = 0;
	char text[4096];
	int err;

	err = read_number(root, cache->name, "slab_size", &size);
	if (!err)
		err = read_number(root, cache->name, "objs_per_slab", &per_slab);
	if (!err)
		err = read_number(root, cache->name, "objects", &objects);
	if (!err)
		err = read_number(root, cache->name, "cpu_slabs", &at_hand);
	if (!err)
		err = read_number(root, cache->name, "aliases", &others);
	if (!err)
		err = read_file(root, cache->name, "slabs", text, sizeof(text));
	if (!err && size > 4096)
		err = -EBADMSG;
	if (!err)
		err = share_out(text, cache->zspages * size, slabs->bytes);
	slabs->zspages += cache->zspages;
	slabs->objects += objects;
	slabs->uncertain += at_hand * per_slab;
	slabs->merged += others > 0;
	slabs->caches++;
	return err;
}

static int look(struct caches *caches, struct zspage_slabs *slabs)
{
	size_t i;
	int err;

	memset(slabs, 0, sizeof(*slabs));
	caches->nr = 0;
	caches->zswap_pages = 0;
	err = zsmalloc_stat_each(caches->root, add_pool, caches);
	for (i = 0; i < caches->nr && !err; i++)
		err = add_cache(caches->root, &caches->cache[i], slabs);
	slabs->zswap_pages = caches->zswap_pages;
	return err;
}

int zspage_slabs_read(const char *root, struct zspage_slabs *ret_slabs)
{
	struct caches *caches = calloc(1, sizeof(*caches));
	struct zspage_slabs slabs, before;
	int err, i;

	if (!caches)
		return -ENOMEM;
	caches->root = root;
	err = look(caches, &slabs);
	/* Reclaim may go on: pools and caches are of one moment when nothing has changed. */
	for (i = 0; i < LOOKS && !err && caches->nr; i++) {
		before = slabs;
		err = look(caches, &slabs);
		if (before.zspages == slabs.zspages && before.objects == slabs.objects)
			break;
	}
	free(caches);
	if (!err)
		*ret_slabs = slabs;
	return err;
}
