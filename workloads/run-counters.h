/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Performance counters of the phases of a workload, read where one phase ends and the
 * next begins, and nowhere else: what is timed in a phase is not disturbed.
 */
#ifndef PAGEMETA_RUN_COUNTERS_H
#define PAGEMETA_RUN_COUNTERS_H

#include "run.h"

/** run_counters_begin() - before the workload's run(); does nothing where none are wanted */
void run_counters_begin(struct run *run);

/** run_counters_phase() - a phase ends; its name still stands in the arena */
void run_counters_phase(struct run *run);

/** run_counters_end() - the last phase ends; records the phases that have windows */
void run_counters_end(struct run *run);

#endif
