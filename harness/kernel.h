/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a variant to a bootable image: content-addressed, incremental, safe for
 * two suites that share one cache.
 */
#ifndef PAGEMETA_KERNEL_H
#define PAGEMETA_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "variant.h"

struct cache_lock;

/**
 * struct kernel_builder - what all builds of a run have in common
 * @kernels: folder of the variants
 * @cache: root of the cache; NULL is $XDG_CACHE_HOME/pagemeta
 * @source: --kernel-source DIR or TARBALL; NULL finds the packaged source
 * @limit: size limit of the cache in bytes, held after each build; 0 is none
 * @jobs: parallel compilations; 0 is one per CPU
 * @progress: called now and then while something goes on; may be NULL
 * @progress_ctx: handed to it
 */
struct kernel_builder {
	const char *kernels;
	const char *cache;
	const char *source;
	uint64_t limit;
	unsigned int jobs;
	/*
	 * what: "wait" (for another suite), "unpack", "clone", "patch", "configure",
	 * "compile"; done/total steps or objects, total 0 if unknown
	 */
	void (*progress)(void *ctx, const char *variant, const char *what, unsigned int done,
			 unsigned int total);
	void *progress_ctx;
};

/**
 * struct kernel_image - a built kernel and where it came from
 * @key: SHA-256 of everything it was made from; names it in the cache
 * @dir: folder in the cache with vmlinux, config, System.map, build.log
 * @vmlinux: path of the image
 * @config: path of its .config
 * @log: path of the build log
 * @image_hash: SHA-256 of the image
 * @source_version: "6.12.x" plus the package's version, or the git revision
 * @patch_hash: SHA-256 over the names and texts of all patches, parents' first
 * @config_hash: SHA-256 of the final .config
 * @compiler: first line of `gcc --version`
 * @cached: nothing was built
 * @seconds: what the build took (0 when cached)
 * @lock: keeps the image from being pruned until kernel_image_free()
 */
struct kernel_image {
	char key[HASH_HEX];
	char *dir;
	char *vmlinux;
	char *config;
	char *log;
	char image_hash[HASH_HEX];
	char *source_version;
	char patch_hash[HASH_HEX];
	char config_hash[HASH_HEX];
	char *compiler;
	bool cached;
	double seconds;
	struct cache_lock *lock;
};

/**
 * kernel_build() - the image of a variant, built if it is not in the cache
 * @kb: builder
 * @variant: what to build; its parents are built first
 * @ret_image: freed with kernel_image_free()
 * @err: a patch that does not apply (file and hunk), an option that did not
 *	stick (option, wanted, got), a compiler error (first error line), and the
 *	log's place
 *
 * Waits when another process builds the same thing. An interrupted build is
 * taken up where it stopped.
 *
 * Return: 0, -ENOENT no source, -EBADMSG patch or config refused, -EIO build
 * failed, -ENOSPC, -EINTR, or another -errno.
 */
int kernel_build(const struct kernel_builder *kb, const struct variant *variant,
		 struct kernel_image *ret_image, struct err *err);
void kernel_image_free(struct kernel_image *image);

/** kernel_is_cached() - whether kernel_build() would have nothing to do */
bool kernel_is_cached(const struct kernel_builder *kb, const struct variant *variant);

/**
 * kernel_image_has() - whether the built config has an option
 * @image: built kernel
 * @setting: "CONFIG_X=y"
 */
bool kernel_image_has(const struct kernel_image *image, const char *setting);

/** struct cache_entry - one thing in the cache: "source", "tree" or "image" */
struct cache_entry {
	char *kind;
	char *name;	/* variant or source version; "NAME (unfinished)", "(remainder)" */
	char *key;	/* folder below KIND/; a remainder's has a dot in it */
	uint64_t bytes;
	int64_t used;	/* last use, seconds since the epoch */
	bool busy;	/* locked by a running suite */
};

/** struct cache_list - what the cache holds, least recently used first */
struct cache_list {
	struct cache_entry *entry;
	size_t nr;
	uint64_t bytes;
};

int cache_list(const char *cache, struct cache_list *ret_list, struct err *err);
void cache_list_free(struct cache_list *list);

/**
 * cache_prune() - remove the least recently used until the limit holds
 * @cache: root, NULL for the default
 * @limit: bytes
 * @ret_freed: bytes that were freed; may be NULL
 * @err: what went wrong
 *
 * Never removes what a running suite holds. Remainders of interrupted removals
 * go whatever the limit is.
 *
 * Return: 0, also when the limit cannot be held, or -errno of a failed removal.
 */
int cache_prune(const char *cache, uint64_t limit, uint64_t *ret_freed, struct err *err);

/** cache_default() - malloc'd path of the default cache */
char *cache_default(void);

#endif
