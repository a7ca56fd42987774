/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One event, opened by libperf. The only file behind it that knows libperf, so that the
 * suite builds without it, and tests put a fake in its place.
 */
#ifndef PAGEMETA_PERFCTR_OPEN_H
#define PAGEMETA_PERFCTR_OPEN_H

#include <sys/types.h>

#include "perfctr.h"

/**
 * struct perfctr_target - what is counted
 * @tid: these threads, 0 for the calling one; NULL: every CPU that is online, whatever
 *	runs there
 * @nr: how many threads
 * @inherit: and the threads and processes they start from now on
 */
struct perfctr_target {
	const pid_t *tid;
	unsigned int nr;
	bool inherit;
};

struct perfctr;

/**
 * perfctr_open() - begin to count an event
 * @event: which
 * @target: of whom
 * @ret_counter: closed with perfctr_close()
 *
 * Each event is by itself: a group is counted as a whole or not at all, so that one event
 * too many would stop them all.
 *
 * Return: 0; the -errno of perf_event_open(), such as -ENOENT where there is no PMU or it
 * does not know the event, -EACCES where perf_event_paranoid forbids it, -ENOSYS for a
 * kernel without CONFIG_PERF_EVENTS; -PERFCTR_NO_LIBPERF; or -ENOMEM.
 */
int perfctr_open(const struct perfctr_event *event, const struct perfctr_target *target,
		 struct perfctr **ret_counter);
void perfctr_close(struct perfctr *counter);

/** perfctr_instances() - how many readings it has: CPUs, or threads */
unsigned int perfctr_instances(const struct perfctr *counter);

/**
 * perfctr_read() - read them all
 * @counter: opened; a thread may have ended since
 * @ret_reading: as many as perfctr_instances(); undefined on failure
 *
 * Return: 0 or -errno.
 */
int perfctr_read(struct perfctr *counter, struct perfctr_reading *ret_reading);

#endif
