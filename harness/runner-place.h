/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the guest of a cell is to run, and what was seen of that.
 */
#ifndef PAGEMETA_RUNNER_PLACE_H
#define PAGEMETA_RUNNER_PLACE_H

#include "guest.h"
#include "plan.h"
#include "record.h"

/** runner_want() - the place its guest wants; of a sparse NVDIMM what is touched counts */
struct topo_want runner_want(const struct plan_cell *cell);

/**
 * runner_placed() - where a guest was that has ended
 * @place: planned
 * @engine: by which it ran
 * @result: what was seen
 * @record: gets a check "placement" where time was measured and memory was bound: a page
 *	on another node, or a vCPU on another CPU, is a broken test bed
 *
 * Return: malloc'd text, one line for the plan and one for what was seen.
 */
char *runner_placed(const struct topo_placement *place, enum engine engine,
		    const struct guest_result *result, struct record *record);

#endif
