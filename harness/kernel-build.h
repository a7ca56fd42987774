/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One tree of the cache from its clone to its image; kernel.c decides what is
 * built from what.
 */
#ifndef PAGEMETA_KERNEL_BUILD_H
#define PAGEMETA_KERNEL_BUILD_H

#include "kernel-image.h"
#include "kernel-tree.h"

/**
 * struct tree_base - what a new tree is cloned from; all is held in the cache
 * @lock: keeps it from being pruned
 * @dir: the kernel's top folder
 * @built: a parent's built tree, and not an unpacked source
 * @unpacked: when the source was unpacked
 * @version: of the source
 * @config: hash of the options it was configured with; "" for a source
 */
struct tree_base {
	struct cache_lock *lock;
	char *dir;
	bool built;
	int64_t unpacked;
	char *version;
	char config[HASH_HEX];
};

void tree_base_free(struct tree_base *base);

/**
 * tree_base_open() - a complete tree of the cache as a base
 * @root: root of the cache
 * @key: its key
 * @lock: held on it; becomes the base's on success
 * @ret_base: freed with tree_base_free()
 *
 * Return: 0, -ENOENT, or -EUCLEAN for one that is damaged.
 */
int tree_base_open(const char *root, const char *key, struct cache_lock *lock,
		   struct tree_base *ret_base);

/**
 * tree_resumable() - whether a tree was left while it was being compiled
 * @root: root of the cache
 * @key: its key
 */
bool tree_resumable(const char *root, const char *key);

/**
 * tree_prepare() - a new tree, ready to compile
 * @site: whose progress
 * @plan: what to build
 * @base: what to clone
 * @err: what failed; see tree_clone(), tree_patch() and kernel_config_make()
 */
int tree_prepare(const struct kernel_site *site, const struct kernel_plan *plan,
		 const struct tree_base *base, struct err *err);

/**
 * tree_compile() - compile a prepared or resumable tree and publish its image
 * @site: whose progress
 * @plan: what to build
 * @lock: the builder's lock on the tree, which the compilers inherit
 * @resume: it was left by an interrupted build
 * @keep: keep the tree as a base for others
 * @err: see kernel_make()
 *
 * Return: 0, -ESTALE when it cannot be resumed (prepare it anew), -EIO when the
 * compiler refused (the tree is removed), -EINTR or -ENOSPC (it can be resumed),
 * or another -errno.
 */
int tree_compile(const struct kernel_site *site, const struct kernel_plan *plan,
		 const struct cache_lock *lock, bool resume, bool keep, struct err *err);

#endif
