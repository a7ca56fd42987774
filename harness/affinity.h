/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CPUs a thread may run on, as lists in the kernel's own notation ("0-3,8").
 */
#ifndef PAGEMETA_AFFINITY_H
#define PAGEMETA_AFFINITY_H

#include <sys/types.h>

#include "err.h"

/**
 * affinity_set() - let a thread run on some CPUs only
 * @tid: thread, 0 for the calling one
 * @cpus: the list
 * @err: which thread, which CPUs, why not
 *
 * Return: 0 or -errno; -EINVAL also for what is no list.
 */
int affinity_set(pid_t tid, const char *cpus, struct err *err);

/**
 * affinity_get() - the CPUs that the kernel says a thread may run on
 * @pid: its process
 * @tid: the thread
 * @ret_cpus: malloc'd list
 * @err: which thread, why not
 *
 * Return: 0 or -errno; -ENOENT or -ESRCH when it is gone.
 */
int affinity_get(pid_t pid, pid_t tid, char **ret_cpus, struct err *err);

/**
 * affinity_check() - whether a thread may run on just these CPUs
 *
 * A cpuset may grant less than was asked for, without a word.
 *
 * Return: 0, -EIO when it is elsewhere, or what affinity_get() gave.
 */
int affinity_check(pid_t pid, pid_t tid, const char *cpus, struct err *err);

#endif
