/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own mm selftests as programs a guest can run: static, built from the
 * source of the variant's kernel, kept in the cache.
 */
#ifndef PAGEMETA_SELFTEST_H
#define PAGEMETA_SELFTEST_H

#include "kernel.h"

/**
 * struct selftest_set - the programs of one source
 * @dir: folder in the cache; NAME is a program, NAME.why says why it did not build
 * @lock: keeps it from being pruned
 */
struct selftest_set {
	char *dir;
	struct cache_lock *lock;
};

/**
 * selftest_get() - the programs for a variant, built now if they are not in the cache
 * @kb: builder; its progress is told "selftests"
 * @variant: its source, with its patches where these touch the tests or the interface
 *	that the tests are compiled against
 * @ret_set: freed with selftest_set_free()
 * @err: why there are none
 *
 * A program that does not build (a library is missing) is no error: the others are there.
 *
 * Return: 0, -ENOENT no source, -EBADMSG a patch is refused, -EIO the kernel's headers
 * cannot be made, -ENOSPC, -EINTR, or another -errno.
 */
int selftest_get(const struct kernel_builder *kb, const struct variant *variant,
		 struct selftest_set *ret_set, struct err *err);
void selftest_set_free(struct selftest_set *set);

/**
 * selftest_patch_touches() - whether a patch changes what selftests are made from
 * @text: of the patch
 *
 * tools/testing/selftests, tools/include, mm/gup_test.h, and every include/uapi.
 */
bool selftest_patch_touches(const char *text);

#endif
