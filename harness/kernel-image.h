/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A built image in the cache: taken from a tree, published, found again.
 */
#ifndef PAGEMETA_KERNEL_IMAGE_H
#define PAGEMETA_KERNEL_IMAGE_H

#include "kernel-key.h"

/**
 * kernel_image_find() - a complete image of the cache
 * @root: root of the cache
 * @key: its key
 * @lock: held shared on it; becomes the image's on success
 * @ret_image: filled, with @cached set
 *
 * Return: 0, -ENOENT, or -EUCLEAN for one that is damaged.
 */
int kernel_image_find(const char *root, const char *key, struct cache_lock *lock,
		      struct kernel_image *ret_image);

/**
 * struct image_facts - what is known after a build
 * @source_version: version of the source
 * @seconds: the build took
 * @objects: lines of make's output that made something
 * @scratch: everything was compiled, nothing came from a parent
 */
struct image_facts {
	const char *source_version;
	double seconds;
	unsigned int objects;
	bool scratch;
};

/**
 * kernel_image_publish() - make a built tree's image an entry of the cache
 * @root: root of the cache
 * @plan: what was built
 * @tree: the kernel tree
 * @facts: what is known of the build
 * @err: file that could not be copied
 *
 * The build's log moves into the entry. Durable when it returns.
 *
 * Return: 0 or -errno.
 */
int kernel_image_publish(const char *root, const struct kernel_plan *plan, const char *tree,
			 const struct image_facts *facts, struct err *err);

/**
 * kernel_image_objects() - objects the last build of a variant made
 * @root: root of the cache
 * @name: variant
 * @scratch: of a build from scratch, or of one from its parent
 *
 * Return: 0 when there was none.
 */
unsigned int kernel_image_objects(const char *root, const char *name, bool scratch);

#endif
