/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cache on disk, shared by every suite of a user.
 *
 *	source/KEY/	linux/ (unpacked, never written to), manifest.json, used
 *	tree/KEY/	linux/ (being built or built), manifest.json once it is built
 *	image/KEY/	vmlinux, config, System.map, build.log, manifest.json;
 *			entered/: which functions cells enter, see entered.h
 *	log/KEY.log	the log of a build that goes on or has failed
 *	selftest/KEY/	programs of the kernel's mm selftests, manifest.json
 *	libperf/KEY/	lib/, include/, manifest.json; made by build-aux/libperf.sh
 *	hash/		remembered keys of tarballs
 *	lock/		one empty file per lock
 *
 * An entry is complete when it has a manifest.json, which is written last. A
 * name with a dot in it is a beginning or a remainder and belongs to nobody
 * once the lock of its builder is free.
 *
 * Locks are flock(2) on files in lock/: they vanish with the processes that hold
 * them. Compilers inherit the builder's, so that a tree stays locked until the
 * last orphan of a killed harness has ended.
 */
#ifndef PAGEMETA_CACHE_H
#define PAGEMETA_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "util.h"

/** enum cache_kind - what an entry is; also the name of its folder and lock */
enum cache_kind { CACHE_SOURCE, CACHE_TREE, CACHE_IMAGE, CACHE_SELFTEST, CACHE_LIBPERF, CACHE_NR };

/**
 * enum cache_hold - what a lock protects
 * @HOLD_USE: the entry is in use; shared, taken exclusively to remove the entry
 * @HOLD_BUILD: the entry is being made; always exclusive. Trees and images of
 *	one key are made together and share it.
 */
enum cache_hold { HOLD_USE, HOLD_BUILD };

/** struct cache_lock - a lock that is held */
struct cache_lock {
	int fd;
	char *path;
};

/** cache_kind_name() - "source", "tree", "image", "selftest" or "libperf" */
const char *cache_kind_name(enum cache_kind kind);

/**
 * cache_open() - the root of the cache with its folders
 * @cache: root, NULL for the default
 * @ret_root: malloc'd
 * @err: the folder that cannot be made
 *
 * Return: 0 or -errno.
 */
int cache_open(const char *cache, char **ret_root, struct err *err);

/** cache_entry_path() - malloc'd path of an entry */
char *cache_entry_path(const char *root, enum cache_kind kind, const char *key);

/** cache_log_path() - malloc'd path of the log of a build that goes on or has failed */
char *cache_log_path(const char *root, const char *key);

/** cache_complete() - whether an entry is there and complete */
bool cache_complete(const char *root, enum cache_kind kind, const char *key);

/** cache_touch() - note that an entry has just been used */
void cache_touch(const char *root, enum cache_kind kind, const char *key);

/**
 * cache_lock() - take a lock, waiting for who holds it
 * @root: root of the cache
 * @kind: kind of entry
 * @hold: what for; HOLD_USE is taken shared
 * @key: key of the entry
 * @waiting: called several times a second while another process holds it; may be NULL
 * @ctx: handed to it
 * @ret_lock: freed with cache_unlock()
 * @err: the lock's file
 *
 * Return: 0, -EINTR when the harness was told to stop, or another -errno.
 */
int cache_lock(const char *root, enum cache_kind kind, enum cache_hold hold, const char *key,
	       void (*waiting)(void *ctx), void *ctx, struct cache_lock **ret_lock,
	       struct err *err);

/**
 * cache_try_lock() - take a lock exclusively, or not at all
 *
 * Return: 0, -EBUSY, or another -errno.
 */
int cache_try_lock(const char *root, enum cache_kind kind, enum cache_hold hold,
		   const char *key, struct cache_lock **ret_lock);

/** cache_unlock() - let go; NULL is allowed */
void cache_unlock(struct cache_lock *lock);

/** cache_lock_discard() - let go of an exclusive lock whose entry is gone for good */
void cache_lock_discard(struct cache_lock *lock);

/**
 * cache_write_back() - bring a whole new folder to the disk before it is called complete
 *
 * Thousands of files without an fsync() each: after a power cut they would be
 * there by name and empty. 2.4 s for an unpacked kernel were seen.
 */
void cache_write_back(const char *path);

/**
 * cache_remove() - remove an entry so that a kill in the middle leaves no
 * complete-looking remainder; the caller holds its builder's lock
 */
int cache_remove(const char *root, enum cache_kind kind, const char *key, struct err *err);

#endif
