/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All events of one target, read together at the ends of phases.
 */
#ifndef PAGEMETA_PERFCTR_SET_H
#define PAGEMETA_PERFCTR_SET_H

#include "perfctr-open.h"

struct perfctr_set;

/**
 * perfctr_set_process() - count for the calling process, and for all it starts
 * @mode: see there; not PERFCTR_NONE
 * @ret_set: closed with perfctr_set_close()
 *
 * What cannot be counted is no failure: its values say why.
 *
 * Return: 0 or -ENOMEM.
 */
int perfctr_set_process(enum perfctr_mode mode, struct perfctr_set **ret_set);

/** perfctr_set_threads() - count for @nr threads, by perf */
int perfctr_set_threads(const pid_t *tid, unsigned int nr, struct perfctr_set **ret_set);

/**
 * perfctr_set_next() - what was counted since the last call, or since it was opened
 * @set: opened by this thread, where it counts for it
 * @ret_value: one per event
 */
void perfctr_set_next(struct perfctr_set *set, struct perfctr_value ret_value[PERFCTR_EVENTS]);

void perfctr_set_close(struct perfctr_set *set);

#endif
