/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a kernel is made from, and the key that stands for it.
 */
#ifndef PAGEMETA_KERNEL_KEY_H
#define PAGEMETA_KERNEL_KEY_H

#include "kernel-config.h"
#include "kernel-source.h"

/**
 * struct kernel_plan - what will be built
 * @variant: the variant; its own debug flag is not looked at
 * @debug: with debug.config
 * @name: as shown, "vmemmap-4k+debug"
 * @source: where the source comes from
 * @config: merged options
 * @patch: paths of all patches, the oldest parent's first
 * @compiler: first line of gcc --version
 * @linker: first line of ld --version
 * @patch_hash: over names and texts of all patches
 * @key: over all of these
 */
struct kernel_plan {
	const struct variant *variant;
	bool debug;
	char *name;
	struct kernel_source source;
	struct kernel_config config;
	struct strv patch;
	char *compiler;
	char *linker;
	char patch_hash[HASH_HEX];
	char key[HASH_HEX];
};

/**
 * kernel_plan_make() - find out what a variant is made from; builds nothing
 * @kb: builder
 * @root: root of the cache
 * @variant: must outlive the plan
 * @debug: with debug.config
 * @ret_plan: freed with kernel_plan_free()
 * @err: what is missing
 *
 * Return: 0, -ENOENT (no source, compiler, or linker), -EINVAL, or another -errno.
 */
int kernel_plan_make(const struct kernel_builder *kb, const char *root,
		     const struct variant *variant, bool debug, struct kernel_plan *ret_plan,
		     struct err *err);
void kernel_plan_free(struct kernel_plan *plan);

/**
 * kernel_tools_check() - whether all a build needs is installed
 * @plan: named in the message
 * @err: each missing tool with its Debian package, and the apt command
 *
 * Return: 0 or -ENOENT.
 */
int kernel_tools_check(const struct kernel_plan *plan, struct err *err);

/**
 * kernel_tools_missing() - what of it is missing, whoever asks
 * @missing: names of programs and headers are added
 * @package: the same in Debian's packages
 */
void kernel_tools_missing(struct strv *missing, struct strv *package);

/** kernel_header_exists() - whether the compiler of kernels finds a header by this name */
bool kernel_header_exists(const char *header);

#endif
