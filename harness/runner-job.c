// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a cell means to its guest: the engine that runs it, the job it gets, the time it
 * may take.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

enum engine runner_engine(const struct plan_cell *cell, enum engine engine)
{
	if (engine == ENGINE_EXACT && cell->workload->kind == WORKLOAD_CHECK &&
	    plan_cell_needs(cell).cpus > 1)
		return ENGINE_TCG;
	return engine;
}

/* The plan has only numbers of the size that is declared. */
static unsigned int lasts(const struct plan_cell *cell)
{
	size_t i;

	for (i = 0; i < cell->nr_params && cell->workload->lasts; i++)
		if (!strcmp(cell->param[i].name, cell->workload->lasts))
			return (unsigned int)strtoul(cell->param[i].value, NULL, 10);
	return 0;
}

/* What lasts for a time of its own does so on a debug kernel too. */
unsigned int runner_deadline(const struct plan_cell *cell, const struct variant *variant)
{
	return cell->workload->deadline_s * (variant->debug ? RUNNER_DEBUG_PATIENCE : 1) +
	       lasts(cell);
}

/*
 * With the same seed, another boot of the exact engine is the same boot. Its trials differ
 * in where the timer's tick (HZ is 100) falls instead, by multiples of a noble part of it,
 * (5 - sqrt(5)) / 10, so that they are far apart however many there are. A guest that waits
 * meanwhile may hand on of a delay what is left of it modulo less than a tick: of a half, a
 * fifth and a tenth that part is noble or near it as well. The golden ratio's is not: series
 * of dax moved by a 60th of a tick from boot to boot, so that the tick fell into all of
 * five boots, or into none.
 */
static uint64_t delay_of(const struct plan_cell *cell, enum engine engine)
{
	const uint64_t tick = 10000000, step = 2763932;

	if (!engine_table[engine].exact || cell->trial < 2)
		return 0;
	return (cell->trial - 1) * step % tick;
}

void runner_job(const struct plan_cell *cell, const struct variant *variant, enum engine engine,
		enum perfctr_mode perfctr, struct job *ret_job)
{
	struct job *job = ret_job;

	*job = (struct job){
		.nr_params = cell->nr_params,
		.exact = engine_table[runner_engine(cell, engine)].exact,
		.deadline_s = runner_deadline(cell, variant),
		.seed = cell->trial && !engine_table[runner_engine(cell, engine)].exact ?
			cell->trial : 1,
		.delay = delay_of(cell, runner_engine(cell, engine)),
		.page_bytes = variant->page_bytes,
		.perfctr = perfctr,
		.nr_counters = variant->nr_counters,
	};
	snprintf(job->workload, sizeof(job->workload), "%s", cell->workload->name);
	memcpy(job->params, cell->param, cell->nr_params * sizeof(*cell->param));
	memcpy(job->counters, variant->counter, variant->nr_counters * sizeof(*variant->counter));
	if (variant->memmap_mapping)
		snprintf(job->memmap_mapping, sizeof(job->memmap_mapping), "%s",
			 variant->memmap_mapping);
	if (variant->zspages)
		snprintf(job->zspages, sizeof(job->zspages), "%s", variant->zspages);
	if (variant->device_memmap)
		snprintf(job->device_memmap, sizeof(job->device_memmap), "%s",
			 variant->device_memmap);
	if (variant->failed_bind)
		snprintf(job->failed_bind, sizeof(job->failed_bind), "%s", variant->failed_bind);
	if (variant->page_descriptors)
		snprintf(job->page_descriptors, sizeof(job->page_descriptors), "%s",
			 variant->page_descriptors);
	if (variant->descriptor_ranges)
		snprintf(job->descriptor_ranges, sizeof(job->descriptor_ranges), "%s",
			 variant->descriptor_ranges);
}

char *runner_job_text(const struct plan_cell *cell, const struct variant *variant,
		      enum engine engine, enum perfctr_mode perfctr)
{
	struct job job;
	char *text;

	runner_job(cell, variant, engine, perfctr, &job);
	return job_format(&job, &text) ? NULL : text;
}
