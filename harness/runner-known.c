// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cells that an earlier run has measured: the same kernel image, agent, QEMU and job bring
 * the same figures by the exact engine, and need no guest.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runner-private.h"

#define MEASURED_BEFORE "measured-before"

/* Its checks, and where they are from; what was taken from elsewhere itself says so already. */
static struct store_check *known_checks(const struct reuse_cell *known, char **ret_reason,
					size_t *ret_nr)
{
	struct store_check *check = mem_grow(NULL, known->nr_checks + 1, sizeof(*check));
	size_t nr = known->nr_checks;

	*ret_reason = str_printf("run %s, cell %lld: the same kernel image, agent, QEMU and job",
				 known->run, (long long)known->cell->id);
	for (size_t i = 0; i < known->nr_checks; i++) {
		check[i] = known->check[i];
		if (!strcmp(check[i].name, MEASURED_BEFORE))
			nr = i;
	}
	if (nr == known->nr_checks)
		check[nr] = (struct store_check){
			.name = (char *)MEASURED_BEFORE, .labels = (char *)"",
			.verdict = VERDICT_PASS, .reason = *ret_reason,
		};
	*ret_nr = nr == known->nr_checks ? nr + 1 : known->nr_checks;
	return check;
}

/* Exactness is proved by the first cell all the same: its second boot is held against it. */
static void keep_first(struct runner *runner, const struct reuse_cell *known)
{
	for (size_t i = 0; i < known->nr_series; i++)
		record_add_samples(&runner->first, known->series[i].name, known->series[i].labels,
				   known->series[i].samples, known->series[i].nr);
	record_copy_counters(&runner->first, known->counter, known->nr_counters);
	runner->first_done = true;
}

int runner_take_known(struct runner *runner, size_t index, const struct reuse_cell *known,
		      struct err *err)
{
	struct store_cell cell = {
		.id = index + 1,
		.verdict = VERDICT_PASS,
		.reason = (char *)"",
		.started = time(NULL),
		.job = known->cell->job,
		.counter = known->counter,
		.nr_counters = known->nr_counters,
	};
	struct store_check *check;
	char *reason;
	size_t nr;
	int error;

	check = known_checks(known, &reason, &nr);
	error = store_cell_begin(runner->config->store, &cell, err);
	if (!error)
		error = store_cell_end(runner->config->store, &cell, known->series,
				       known->nr_series, check, nr, err);
	runner->done++;
	if (index == 0)
		keep_first(runner, known);
	free(check);
	free(reason);
	return error;
}

bool runner_find_known(const struct runner *runner, size_t index, struct reuse_cell *ret_known)
{
	const struct plan_cell *cell = runner_cell(runner, index);
	const struct runner_variant *variant = runner_variant_of(runner, index);
	struct job job;
	char *text;
	bool found;

	if (!runner->config->reuse || !cell->trial)
		return false;
	runner_job(cell, variant->variant, runner->config->engine, runner->config->perfctr, &job);
	if (job_format(&job, &text))
		return false;
	found = reuse_find(runner->config->reuse, variant->image.image_hash, cell->params, text,
			   ret_known);
	free(text);
	return found;
}
