/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel trees on disk: a clone that shares all pristine source files by hard
 * links, patches on it, and the repair of a tree whose build was killed.
 */
#ifndef PAGEMETA_KERNEL_TREE_H
#define PAGEMETA_KERNEL_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel-make.h"

/**
 * tree_copy_file() - copy a file, a symbolic link or nothing else
 * @from_dir: fd of a folder
 * @from: name relative to it
 * @to_dir: fd of a folder
 * @to: name relative to it; must not exist
 *
 * Mode and modification time are kept: make compares times.
 *
 * Return: 0 or -errno; -EINVAL for anything that is no file and no link.
 */
int tree_copy_file(int from_dir, const char *from, int to_dir, const char *to);

/**
 * tree_clone() - a second tree of the same state
 * @site: whose progress
 * @from: an unpacked source, or a built tree
 * @built: @from is a built tree: files that it shares with the source are shared,
 *	its own (patched and generated ones) are copied; else everything is shared
 * @unpacked: when the source was unpacked, ns since the epoch
 * @to: folder that does not exist yet
 * @err: the file it stopped at
 *
 * The linked vmlinux and what it is made from are left out: any change makes
 * them anew, and they are a third of the bytes. tools/ is built with absolute
 * paths, so its records are rewritten for the new place: without that objtool is
 * made anew, and then every object, because each depends on it.
 *
 * Return: 0, -EUCLEAN when a shared file was written to after it was unpacked
 * (it is part of every tree now), -ENOSPC, -EINTR, or another -errno.
 */
int tree_clone(const struct kernel_site *site, const char *from, bool built, int64_t unpacked,
	       const char *to, struct err *err);

/**
 * tree_patch() - apply patches, in order
 * @site: whose progress
 * @dir: the tree
 * @patches: paths of the patches
 * @log: path of the log
 * @ret_config: whether a file was patched that a kernel's configuration depends on
 * @err: patch, file, hunk and patch's own words
 *
 * Lines may have moved; a hunk whose context does not fit is refused.
 *
 * Return: 0, -EBADMSG when one does not apply, or another -errno.
 */
int tree_patch(const struct kernel_site *site, const char *dir, const struct strv *patches,
	       const char *log, bool *ret_config, struct err *err);

/**
 * tree_repair() - make a tree fit for make after its build was killed
 * @dir: the tree
 * @since: when its compilation began, ns since the epoch
 * @err: what could not be read or removed
 *
 * make takes a half-written output for a finished one. Removed is what was
 * written in the last seconds before the end, each output that is newer than its
 * record (.NAME.cmd, which kbuild writes last), and each incomplete record.
 *
 * Return: 0, -ESTALE when it is too young to tell (take a new clone), or -errno.
 */
int tree_repair(const char *dir, int64_t since, struct err *err);

/** tree_own_bytes() - bytes that removing the tree would free: what it does not share */
uint64_t tree_own_bytes(const char *dir);

#endif
