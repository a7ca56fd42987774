// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counting by phases. Their memory is part of the arena, and touched before the workload
 * begins: nothing is allocated between its operations, and its address space is the same
 * with and without counters (a mapping more made a scan of KSM 10 % faster).
 */
#include "run-counters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "perfctr-msg.h"
#include "perfctr-set.h"
#include "run-private.h"

/**
 * struct run_counters - of one workload
 * @set: what is read
 * @owner: the thread for which it counts; others may name phases as well
 * @windows: ended before this phase
 * @passed: phases so far
 * @nr: of these, phases with windows; they are in the arena
 */
struct run_counters {
	struct perfctr_set *set;
	pid_t owner;
	uint64_t windows;
	uint64_t passed;
	size_t nr;
};

/* Of all slots. Other threads write theirs, but none of them runs between two phases. */
static uint64_t windows_so_far(const struct run *run)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < TRAFFIC_SLOTS; i++)
		sum += run->windows[i];
	return sum;
}

/* A check has no figures that a counter could explain, and is left alone. */
void run_counters_begin(struct run *run)
{
	enum perfctr_mode mode = run->config.job->perfctr;
	struct run_counters *counters;

	if (mode == PERFCTR_NONE || run->config.workload->kind != WORKLOAD_MEASURE)
		return;
	counters = calloc(1, sizeof(*counters));
	if (!counters || perfctr_set_process(mode, &counters->set)) {
		free(counters);
		run_note_bug(run, "no memory for performance counters");
		return;
	}
	counters->owner = gettid();
	counters->windows = windows_so_far(run);
	memset(run->arena->counted, 0, sizeof(run->arena->counted));
	run->counters = counters;
}

static void end_phase(struct run *run, const char *name)
{
	struct run_counters *counters = run->counters;
	struct perfctr_phase *phase = &run->arena->counted[counters->nr];
	uint64_t windows = windows_so_far(run);

	perfctr_set_next(counters->set, phase->value);
	counters->passed++;
	if (windows == counters->windows)
		return;
	phase->number = counters->passed;
	phase->windows = windows - counters->windows;
	snprintf(phase->name, sizeof(phase->name), "%s", *name ? name : "run");
	counters->windows = windows;
	counters->nr++;
}

void run_counters_phase(struct run *run)
{
	if (!run->counters || gettid() != run->counters->owner ||
	    run->counters->nr == RUN_COUNTERS_PHASES - 1)
		return;
	end_phase(run, run->arena->phase);
}

void run_counters_end(struct run *run)
{
	struct run_counters *counters = run->counters;

	if (!counters)
		return;
	end_phase(run, counters->nr == RUN_COUNTERS_PHASES - 1 ? RUN_COUNTERS_FURTHER :
								 run->arena->phase);
	for (size_t i = 0; i < counters->nr; i++) {
		perfctr_to_msg(&run->arena->counted[i], run->msg);
		run_publish(run, run->msg);
	}
	run->counters = NULL;
	perfctr_set_close(counters->set);
	free(counters);
}
