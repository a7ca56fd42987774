/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A series of kernel patches from wherever a developer has it: a diff, mails, a folder,
 * commits of a repository. Each becomes a file that holds its diff alone and is named by
 * the diff alone, so that another commit message builds no other kernel.
 */
#ifndef PAGEMETA_PATCHSET_H
#define PAGEMETA_PATCHSET_H

#include <stddef.h>

#include "err.h"
#include "util.h"

#define PATCHSET_MAX 1000	/* patches of a series */

/**
 * struct patch - one patch
 * @subject: first line of its message, without "[PATCH 1/3]"; else where it came from
 * @path: the file
 */
struct patch {
	char *subject;
	char *path;
};

/** struct patchset - patches in the order in which they apply */
struct patchset {
	struct patch *patch;
	size_t nr;
};

/**
 * patchset_load() - patches from files
 * @from: a diff, a mail or several (mbox), or a folder:
 *	what its file "series" names, or its *.patch in order of their names
 * @dir: existing folder that the patches are written to
 * @ret_set: freed with patchset_free(), which leaves the files alone
 * @err: the file, and what is wrong with it
 *
 * Mails are taken apart by git. One without a diff, such as a cover letter, is left out.
 *
 * Return: 0, -ENOENT, -EINVAL (no patch in it), -E2BIG, or another -errno.
 */
int patchset_load(const char *from, const char *dir, struct patchset *ret_set, struct err *err);

/**
 * patchset_from_git() - a commit each
 * @tree: repository
 * @base: revision before the first
 * @head: the last one
 * @dir: as for patchset_load()
 * @ret_set: freed with patchset_free()
 * @err: an unknown revision, or one that is not among the other's ancestors
 *
 * Of a merge, what it changed of its first parent.
 *
 * Return: 0, -EINVAL, -E2BIG, or -errno of git.
 */
int patchset_from_git(const char *tree, const char *base, const char *head, const char *dir,
		      struct patchset *ret_set, struct err *err);

/** patchset_git_revision() - malloc'd full id of a commit; NULL with @err set */
char *patchset_git_revision(const char *tree, const char *revision, struct err *err);

void patchset_free(struct patchset *set);

#endif
