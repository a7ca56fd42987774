/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocations that fail where a check wants them to (Documentation/fault-injection of the
 * kernel): of slab objects and of pages, whatever their flags but __GFP_NOFAIL, made by
 * this thread beneath a function of the kernel.
 */
#ifndef PAGEMETA_FAIL_ALLOC_H
#define PAGEMETA_FAIL_ALLOC_H

#include <stdbool.h>

struct run;

/** What a kernel must have for it, as needs.config wants it */
#define FAIL_ALLOC_CONFIG                                                                  \
	"CONFIG_FAULT_INJECTION_STACKTRACE_FILTER=y", "CONFIG_FAILSLAB=y",                 \
		"CONFIG_FAIL_PAGE_ALLOC=y"

/** struct fail_alloc - files of the thread that opened them, and only of use to it */
struct fail_alloc {
	int nth;
	int make;
};

/**
 * fail_alloc_open() - get ready; nothing fails yet
 * @run: gets the reason of a failure
 * @ret_fail: closed with fail_alloc_close()
 *
 * Return: 0 or -errno.
 */
int fail_alloc_open(struct run *run, struct fail_alloc *ret_fail);
void fail_alloc_close(struct fail_alloc *fail);

/**
 * struct fail_where - which allocations count
 * @beneath: those that this function of the kernel makes, and what it calls
 * @except: but for those beneath this one; NULL for none
 */
struct fail_where {
	const char *beneath;
	const char *except;
};

/**
 * fail_alloc_where() - say which allocations count
 * @run: gets the reason of a failure
 * @where: functions that are not inlined; the filter sees 32 callers
 *
 * Return: 0 or -errno.
 */
int fail_alloc_where(struct run *run, const struct fail_where *where);

/**
 * fail_alloc_arm() - from now on count, and fail
 * @fail: of this thread
 * @nth: the first that fails, from 1
 * @onwards: all after it fail as well, as when memory has run out; else it alone
 *
 * Return: 0 or -errno.
 */
int fail_alloc_arm(const struct fail_alloc *fail, unsigned int nth, bool onwards);

/**
 * fail_alloc_disarm() - let allocations succeed again
 * @fail: of this thread
 * @ret_failed: whether one failed: there were as many
 *
 * Return: 0 or -errno.
 */
int fail_alloc_disarm(const struct fail_alloc *fail, bool *ret_failed);

#endif
