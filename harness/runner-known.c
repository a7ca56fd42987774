// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cells that an earlier run has measured: the same kernel image, agent, QEMU and job bring
 * the same figures by the exact engine, and need no guest.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "entered.h"
#include "runner-private.h"

#define MEASURED_BEFORE "measured-before"

static struct store_check passed(const char *name, const char *reason)
{
	return (struct store_check){
		.name = (char *)name, .labels = (char *)"", .verdict = VERDICT_PASS,
		.reason = (char *)reason,
	};
}

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
		check[nr] = passed(MEASURED_BEFORE, *ret_reason);
	*ret_nr = nr == known->nr_checks ? nr + 1 : known->nr_checks;
	return check;
}

/* The same of another kernel, whose checks name their own guest. */
static struct store_check *untouched_checks(const struct runner *runner,
					    const struct reuse_cell *known, char **ret_reason,
					    size_t *ret_nr)
{
	struct store_check *check = mem_grow(NULL, known->nr_checks + 1, sizeof(*check));
	size_t nr = 0;

	*ret_reason = str_printf("run %s, cell %lld: no function in which this kernel differs from %s "
				 "is entered in it", known->run, (long long)known->cell->id,
				 runner->config->plan->label.item[0]);
	for (size_t i = 0; i < known->nr_checks; i++)
		if (strcmp(known->check[i].name, MEASURED_BEFORE))
			check[nr++] = known->check[i];
	check[nr++] = passed(REUSE_UNTOUCHED, *ret_reason);
	*ret_nr = nr;
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
		      bool untouched, struct err *err)
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

	check = untouched ? untouched_checks(runner, known, &reason, &nr) :
			    known_checks(known, &reason, &nr);
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

static char *job_of(const struct runner *runner, const struct plan_cell *cell, size_t variant)
{
	return runner_job_text(cell, runner->config->variant[variant].variant,
			       runner->config->engine, runner->config->perfctr);
}

static bool find(const struct runner *runner, const struct plan_cell *cell, size_t variant,
		 const char *job, struct reuse_cell *ret_known)
{
	return reuse_find(runner->config->reuse, runner->config->variant[variant].image.image_hash,
			  cell->params, job, ret_known);
}

char *runner_notes_entered(const struct runner *runner, size_t index)
{
	const struct runner_config *config = runner->config;
	const struct plan_cell *cell = runner_cell(runner, index);
	const struct runner_variant *variant = runner_variant_of(runner, index);
	char *job, *path;

	if (!variant->all_path || cell->trial != 1 || config->traffic_caches ||
	    runner_engine(cell, config->engine) != ENGINE_EXACT)
		return NULL;
	job = job_of(runner, cell, cell->variant);
	if (!job)
		return NULL;
	path = entered_path(variant->image.dir, config->agent_hash, config->qemu_version, job);
	free(job);
	return path;
}

/* Without it no other kernel could do without this cell. */
static bool lacks_notes(const struct runner *runner, size_t index)
{
	char *path = runner_notes_entered(runner, index);
	bool lacks = path && !fs_exists(path);

	free(path);
	return lacks;
}

/* Where calls are to be counted, a cell in which nobody counted tells that nothing ran. */
static bool lacks_calls(const struct runner *runner, size_t index, const struct reuse_cell *known)
{
	if (!runner_counts_calls(runner, index))
		return false;
	for (size_t i = 0; i < known->nr_series; i++)
		if (!strcmp(known->series[i].name, FUNCTIONS_CALLS))
			return false;
	return true;
}

bool runner_find_known(const struct runner *runner, size_t index, struct reuse_cell *ret_known)
{
	const struct plan_cell *cell = runner_cell(runner, index);
	char *job;
	bool found;

	if (!runner->config->reuse || !cell->trial || lacks_notes(runner, index))
		return false;
	job = job_of(runner, cell, cell->variant);
	found = job && find(runner, cell, cell->variant, job, ret_known) &&
		!lacks_calls(runner, index, ret_known);
	free(job);
	return found;
}

static bool is_first_of_kernel(const struct runner *runner, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (runner_cell(runner, i)->variant == runner_cell(runner, index)->variant)
			return false;
	return true;
}

/* A cell that is run by tcg takes another way each time. */
bool runner_find_untouched(const struct runner *runner, size_t index,
			   struct reuse_cell *ret_known)
{
	const struct runner_config *config = runner->config;
	const struct plan_cell *cell = runner_cell(runner, index);
	const struct function_list *differs = runner_variant_of(runner, index)->differs;
	char *job, *path = NULL, *entered = NULL;
	bool found;

	if (!config->reuse || !differs || differs->everywhere ||
	    runner_engine(cell, config->engine) != ENGINE_EXACT || is_first_of_kernel(runner, index))
		return false;
	job = job_of(runner, cell, 0);
	found = job && find(runner, cell, 0, job, ret_known);
	if (found) {
		path = entered_path(config->variant[0].image.dir, config->agent_hash,
				    config->qemu_version, job);
		found = !entered_find(path, differs, &entered) && !entered;
	}
	free(entered);
	free(path);
	free(job);
	return found;
}
