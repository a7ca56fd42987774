/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the kernel's source comes from, its key, and its unpacked form in the
 * cache.
 */
#ifndef PAGEMETA_KERNEL_SOURCE_H
#define PAGEMETA_KERNEL_SOURCE_H

#include <stdint.h>

#include "cache.h"
#include "kernel-make.h"

/** enum source_kind - a tarball, a revision in a git repository, or a plain folder */
enum source_kind { SOURCE_TARBALL, SOURCE_GIT, SOURCE_DIR };

/**
 * struct kernel_source - a source, not necessarily unpacked
 * @kind: what it is
 * @path: tarball, repository or folder
 * @rev: SOURCE_GIT: the commit's full id
 * @origin: what stands behind the version: "linux-source-6.12 6.12.1-1", "git 0123456789ab"
 * @key: SHA-256; equal keys are equal sources
 */
struct kernel_source {
	enum source_kind kind;
	char *path;
	char *rev;
	char *origin;
	char key[HASH_HEX];
};

/**
 * kernel_source_find() - find a variant's source and its key; unpacks nothing
 * @kb: --kernel-source
 * @root: cache, remembers the key of a tarball by path, size and time
 * @variant: its own source goes before --kernel-source and the packaged one
 * @ret_source: freed with kernel_source_free()
 * @err: what was looked for and how to get it
 *
 * Key: a tarball's bytes; the tree id of a git revision, also for a folder that
 * is a clean checkout; else the names, sizes and times of a folder's files.
 *
 * Return: 0, -ENOENT, or another -errno.
 */
int kernel_source_find(const struct kernel_builder *kb, const char *root,
		       const struct variant *variant, struct kernel_source *ret_source,
		       struct err *err);
void kernel_source_free(struct kernel_source *source);

/** struct source_tree - an unpacked source that is held in the cache */
struct source_tree {
	struct cache_lock *lock;
	char *dir;		/* the kernel's top folder */
	char *version;		/* "6.12.1 (linux-source-6.12 6.12.1-1)" */
	int64_t unpacked;	/* ns since the epoch; no file in it is newer */
};

/**
 * kernel_source_get() - the unpacked source, unpacked now if it is not in the cache
 * @site: whose progress
 * @source: what
 * @ret_tree: freed with source_tree_free(), which lets go of it
 * @err: what went wrong
 *
 * Return: 0, -EINVAL for what is no kernel source, -ENOSPC, -EINTR, or another -errno.
 */
int kernel_source_get(const struct kernel_site *site, const struct kernel_source *source,
		      struct source_tree *ret_tree, struct err *err);
void source_tree_free(struct source_tree *tree);

/**
 * source_dir_files() - the source files of a folder
 * @dir: the folder
 * @ret_files: sorted relative paths; what git ignores and .git are left out
 * @err: what could not be read
 */
int source_dir_files(const char *dir, struct strv *ret_files, struct err *err);

/** source_dir_key() - key of a plain folder from names, sizes and times of its files */
int source_dir_key(const char *dir, char ret_key[HASH_HEX], struct err *err);

#endif
