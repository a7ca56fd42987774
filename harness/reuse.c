// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks cells up in earlier runs. Only what passed is taken: what failed is worth
 * another look.
 */
#include <stdlib.h>
#include <string.h>

#include "reuse.h"

#define RUNS_MAX 8	/* that are kept in memory, a few MB each */

/** struct reuse - runs that fit, the newest first */
struct reuse {
	struct store_content run[RUNS_MAX];
	size_t nr;
};

static bool fits(struct store *store, const char *agent_hash, const char *qemu_version)
{
	struct store_run run = { 0 };
	bool fit;

	if (store_get_run(store, &run, NULL))
		return false;
	/* Windows of counted traffic are further series, which a plain cell would not have. */
	fit = run.exact && !strcmp(run.agent_hash, agent_hash) &&
	      !strcmp(run.qemu_version, qemu_version) && !*run.traffic;
	store_run_free(&run);
	return fit;
}

static void take(struct reuse *reuse, const char *results, const char *id, const char *agent_hash,
		 const char *qemu_version)
{
	char *dir = str_printf("%s/%s", results, id);
	struct store *store;

	if (!store_open(dir, false, &store, NULL)) {
		if (fits(store, agent_hash, qemu_version) &&
		    !store_load(store, &reuse->run[reuse->nr], NULL))
			reuse->nr++;
		store_close(store);
	}
	free(dir);
}

struct reuse *reuse_open(const char *results, const char *agent_hash, const char *qemu_version)
{
	struct reuse *reuse = mem_grow(NULL, 1, sizeof(*reuse));
	struct strv ids = { 0 };

	*reuse = (struct reuse){ 0 };
	if (store_ids(results, &ids, NULL))
		return reuse;
	for (size_t i = ids.nr; i-- && reuse->nr < RUNS_MAX;)
		take(reuse, results, ids.item[i], agent_hash, qemu_version);
	strv_free(&ids);
	return reuse;
}

void reuse_close(struct reuse *reuse)
{
	if (!reuse)
		return;
	for (size_t i = 0; i < reuse->nr; i++)
		store_content_free(&reuse->run[i]);
	free(reuse);
}

static bool has_image(const struct store_content *run, const char *variant, const char *image_hash)
{
	for (size_t i = 0; i < run->nr_kernels; i++)
		if (!strcmp(run->kernel[i].variant, variant))
			return !strcmp(run->kernel[i].image_hash, image_hash);
	return false;
}

/* All lists of a run are in order of cells. */
static void point_at(const struct store_content *run, const struct store_cell *cell,
		     struct reuse_cell *ret_cell)
{
	size_t series = 0, check = 0, counter = 0;

	*ret_cell = (struct reuse_cell){ .run = run->run.id, .cell = cell };
	while (series < run->nr_series && run->series[series].cell != cell->id)
		series++;
	while (check < run->nr_checks && run->check[check].cell != cell->id)
		check++;
	while (counter < run->nr_counters && run->counter[counter].cell != cell->id)
		counter++;
	ret_cell->series = run->series + series;
	ret_cell->check = run->check + check;
	ret_cell->counter = run->counter + counter;
	while (series + ret_cell->nr_series < run->nr_series &&
	       ret_cell->series[ret_cell->nr_series].cell == cell->id)
		ret_cell->nr_series++;
	while (check + ret_cell->nr_checks < run->nr_checks &&
	       ret_cell->check[ret_cell->nr_checks].cell == cell->id)
		ret_cell->nr_checks++;
	while (counter + ret_cell->nr_counters < run->nr_counters &&
	       ret_cell->counter[ret_cell->nr_counters].cell == cell->id)
		ret_cell->nr_counters++;
}

static bool finished(const struct store_cell *cell)
{
	return !strcmp(cell->status, "finished") && cell->verdict == VERDICT_PASS;
}

bool reuse_find(const struct reuse *reuse, const char *image_hash, const char *params,
		const char *job, struct reuse_cell *ret_cell)
{
	for (size_t i = 0; reuse && i < reuse->nr; i++) {
		const struct store_content *run = &reuse->run[i];

		for (size_t j = 0; j < run->nr_cells; j++) {
			const struct store_cell *cell = &run->cell[j];

			if (finished(cell) && cell->trial && !strcmp(cell->params, params) &&
			    !strcmp(cell->job, job) && has_image(run, cell->variant, image_hash)) {
				point_at(run, cell, ret_cell);
				return true;
			}
		}
	}
	return false;
}

uint64_t reuse_wall_ns(const struct reuse *reuse, const char *workload, const char *params)
{
	for (size_t i = 0; reuse && i < reuse->nr; i++)
		for (size_t j = 0; j < reuse->run[i].nr_cells; j++) {
			const struct store_cell *cell = &reuse->run[i].cell[j];

			if (finished(cell) && cell->wall_ns && !strcmp(cell->workload, workload) &&
			    !strcmp(cell->params, params))
				return cell->wall_ns;
		}
	return 0;
}

double reuse_build_seconds(const struct reuse *reuse)
{
	double seconds = 0;
	size_t nr = 0;

	for (size_t i = 0; i < reuse->nr; i++)
		for (size_t j = 0; j < reuse->run[i].nr_kernels; j++) {
			if (reuse->run[i].kernel[j].seconds <= 0)
				continue;
			seconds += reuse->run[i].kernel[j].seconds;
			nr++;
		}
	return nr ? seconds / nr : 0;
}

bool reuse_has_variant(const struct reuse *reuse, const char *variant)
{
	for (size_t i = 0; i < reuse->nr; i++)
		for (size_t j = 0; j < reuse->run[i].nr_cells; j++)
			if (!strcmp(reuse->run[i].cell[j].variant, variant))
				return true;
	return false;
}
