/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernels along a series of patches: the base, and one after each patch. What the
 * subcommands that judge a series have in common.
 */
#ifndef PAGEMETA_STEPS_H
#define PAGEMETA_STEPS_H

#include "cmd.h"
#include "patchset.h"
#include "variant.h"

/**
 * struct steps_request - what was asked for
 * @base: a variant, or with @tree the revision before the first patch; NULL is baseline
 * @patch: a diff, mails or a folder; or NULL
 * @tree: a repository that has the patches as commits; or NULL
 * @head: the last of them; NULL is HEAD
 * @aligned: functions of all kernels begin at multiples of 64 bytes, so that a patch does
 *	not move those that it leaves alone to other cache lines
 */
struct steps_request {
	const char *base;
	const char *patch;
	const char *tree;
	const char *head;
	bool aligned;
};

/**
 * struct steps - a series that has been read
 * @request: as asked for; its strings must live on
 * @paths: where variants and the cache are
 * @dir: folder of the patches, removed by steps_close()
 * @set: the patches
 */
struct steps {
	struct steps_request request;
	const struct paths *paths;
	char *dir;
	struct patchset set;
};

/** steps_check() - what is wrong with a request, NULL for nothing */
const char *steps_check(const struct steps_request *request);

/**
 * steps_open() - read the patches
 * @request: checked
 * @paths: must outlive the steps
 * @ret_steps: freed with steps_close(), also after a failure
 * @err: which patch, or which revision
 *
 * Return: 0 or -errno of patchset_load() or patchset_from_git().
 */
int steps_open(const struct steps_request *request, const struct paths *paths,
	       struct steps *ret_steps, struct err *err);
void steps_close(struct steps *steps);

/** enum steps_build - what a kernel is built upon */
enum steps_build {
	STEPS_CHAIN,	/* the one before it: when all are wanted */
	STEPS_LEAP,	/* the base: when few are */
};

/**
 * steps_kernel() - the kernel after some patches
 * @steps: the series
 * @at: how many patches; 0 is the base
 * @build: what it is built upon
 * @ret_variant: freed with variant_free(). It is called "BASE+AT"
 * @err: no such variant
 */
int steps_kernel(const struct steps *steps, size_t at, enum steps_build build,
		 struct variant **ret_variant, struct err *err);

#endif
