// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a request to cells. Pure: reads a profile file at most, starts nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "profile.h"
#include "variant.h"

#define CELLS_MAX 100000
#define TRIALS_QUICK 3	/* per variant; enough for a median, not for a verdict */
#define TRIALS_FULL 10	/* what benchstat asks for at least */

void plan_workload_names(struct strv *names, bool all)
{
	for (size_t i = 0; workload_table[i]; i++)
		if (all || workload_table[i]->kind != WORKLOAD_SELFTEST)
			strv_add(names, "%s", workload_table[i]->name);
}

static void add_workload(struct plan *plan, const struct workload *workload)
{
	plan->workload = mem_grow(plan->workload, plan->nr_workloads + 1, sizeof(*plan->workload));
	plan->workload[plan->nr_workloads++] = workload;
}

int plan_find_workload(const char *name, const struct workload **ret_workload, struct err *err)
{
	const struct workload *workload = workload_find(name);
	struct strv known = { 0 };
	const char *nearest;

	if (workload) {
		*ret_workload = workload;
		return 0;
	}
	plan_workload_names(&known, false);
	nearest = name_nearest(name, &known);
	err_set(err, -ENOENT, "workload %s: no such workload; %s%s%s", name,
		nearest ? "did you mean " : "see `run-suite list workloads`",
		nearest ? nearest : "", nearest ? "?" : "");
	strv_free(&known);
	return -ENOENT;
}

static bool any_debug(const struct strv *variants)
{
	for (size_t i = 0; i < variants->nr; i++)
		if (variant_is_debug(variants->item[i]))
			return true;
	return false;
}

static bool by_default(const struct workload *workload, const struct strv *variants)
{
	return workload->kind != WORKLOAD_SELFTEST && !workload->on_request &&
	       (!workload->debug || any_debug(variants));
}

static int choose_workloads(struct plan *plan, const struct plan_request *request, struct err *err)
{
	const struct strv *asked = &request->workloads;

	for (size_t i = 0; !asked->nr && workload_table[i]; i++)
		if (by_default(workload_table[i], &request->variants))
			add_workload(plan, workload_table[i]);
	for (size_t i = 0; i < asked->nr; i++) {
		const struct workload *workload;
		int error = plan_find_workload(asked->item[i], &workload, err);

		if (error)
			return error;
		for (size_t j = 0; j < plan->nr_workloads; j++)
			if (plan->workload[j] == workload)
				return err_set(err, -EINVAL, "workload %s: named twice", asked->item[i]);
		add_workload(plan, workload);
	}
	return 0;
}

static void make_labels(struct plan *plan, const struct strv *asked)
{
	for (size_t i = 0; i < asked->nr; i++) {
		unsigned int before = 0;

		for (size_t j = 0; j < i; j++)
			before += !strcmp(asked->item[i], asked->item[j]);
		strv_add(&plan->variant, "%s", asked->item[i]);
		if (before)
			strv_add(&plan->label, "%s~%u", asked->item[i], before + 1);
		else
			strv_add(&plan->label, "%s", asked->item[i]);
	}
}

static void set_param(struct job_param *param, const char *name, const char *value)
{
	snprintf(param->name, sizeof(param->name), "%s", name);
	snprintf(param->value, sizeof(param->value), "%s", value);
}

/* Words tell cells apart unless they are tacit; numbers only when they are not the default. */
static bool worth_showing(const struct workload_param *param, const struct strv *values,
			  const char *value)
{
	bool is_default = !strcmp(value, param->def);

	return param->tacit ? !is_default : param->choices || values->nr > 1 || !is_default;
}

static char *show_params(const struct workload *workload, const struct strv *values,
			 const struct job_param *param)
{
	struct strv shown = { 0 };
	char *text;

	for (size_t i = 0; workload->params && workload->params[i].name; i++)
		if (worth_showing(&workload->params[i], &values[i], param[i].value))
			strv_add(&shown, "%s=%s", param[i].name, param[i].value);
	text = strv_join(&shown, ",");
	strv_free(&shown);
	return text;
}

/**
 * struct sweep - the parameter values of one workload, as an odometer
 * @workload: whose
 * @values: per parameter
 * @at: current position per parameter
 * @nr: parameters
 */
struct sweep {
	const struct workload *workload;
	struct strv values[JOB_PARAMS_MAX];
	size_t at[JOB_PARAMS_MAX];
	size_t nr;
};

static void sweep_start(struct sweep *sweep, const struct workload *workload,
			const struct profile *profile)
{
	*sweep = (struct sweep){ .workload = workload };
	for (; workload->params && workload->params[sweep->nr].name; sweep->nr++)
		profile_values(profile, workload, &workload->params[sweep->nr],
			       &sweep->values[sweep->nr]);
}

/* The last parameter turns fastest. Return: false after the last combination. */
static bool sweep_next(struct sweep *sweep)
{
	for (size_t i = sweep->nr; i--; ) {
		if (++sweep->at[i] < sweep->values[i].nr)
			return true;
		sweep->at[i] = 0;
	}
	return false;
}

static void sweep_end(struct sweep *sweep)
{
	for (size_t i = 0; i < sweep->nr; i++)
		strv_free(&sweep->values[i]);
}

static int add_cell(struct plan *plan, const struct sweep *sweep, size_t variant,
		    unsigned int trial, struct err *err)
{
	struct plan_cell *cell;

	if (plan->nr_cells == CELLS_MAX)
		return err_set(err, -E2BIG, "plan: more than %d cells; give fewer values or trials",
			       CELLS_MAX);
	plan->cell = mem_grow(plan->cell, plan->nr_cells + 1, sizeof(*plan->cell));
	cell = &plan->cell[plan->nr_cells++];
	*cell = (struct plan_cell){ .variant = variant, .workload = sweep->workload, .trial = trial };
	for (; cell->nr_params < sweep->nr; cell->nr_params++) {
		size_t i = cell->nr_params;

		set_param(&cell->param[i], sweep->workload->params[i].name,
			  sweep->values[i].item[sweep->at[i]]);
	}
	cell->params = show_params(sweep->workload, sweep->values, cell->param);
	return 0;
}

/* What a kernel without debug.config cannot do is planned where it is asked for. */
static bool planned(const struct plan *plan, const struct workload *workload, size_t variant)
{
	return !workload->debug || plan->named || variant_is_debug(plan->variant.item[variant]);
}

/* One combination on every variant; every second round in reverse (A B, B A). */
static int add_round(struct plan *plan, const struct sweep *sweep, unsigned int trial,
		     bool reverse, struct err *err)
{
	size_t nr = plan->label.nr;
	int error = 0;

	for (size_t i = 0; i < nr && !error; i++) {
		size_t variant = reverse ? nr - 1 - i : i;

		if (planned(plan, sweep->workload, variant))
			error = add_cell(plan, sweep, variant, trial, err);
	}
	return error;
}

static int add_workload_cells(struct plan *plan, const struct profile *profile,
			      const struct workload *workload, unsigned int trial,
			      unsigned int *round, struct err *err)
{
	struct sweep sweep;
	int error;

	sweep_start(&sweep, workload, profile);
	do {
		error = add_round(plan, &sweep, trial, (*round)++ % 2, err);
	} while (!error && sweep_next(&sweep));
	sweep_end(&sweep);
	return error;
}

static void repeat_first(struct plan *plan)
{
	struct plan_cell first;

	if (!plan->nr_cells || plan->cell[0].workload->kind != WORKLOAD_MEASURE)
		return;
	plan->cell = mem_grow(plan->cell, plan->nr_cells + 1, sizeof(*plan->cell));
	first = plan->cell[0];
	first.params = str_dup(first.params);
	first.trial = 0;
	memmove(&plan->cell[2], &plan->cell[1], (plan->nr_cells - 1) * sizeof(*plan->cell));
	plan->cell[1] = first;
	plan->nr_cells++;
}

static int fill(struct plan *plan, const struct plan_request *request,
		const struct profile *profile, struct err *err)
{
	unsigned int round = 0;
	int error = 0;

	for (unsigned int trial = 1; trial <= plan->trials; trial++)
		for (size_t i = 0; i < plan->nr_workloads && !error; i++)
			error = add_workload_cells(plan, profile, plan->workload[i], trial, &round,
						   err);
	if (!error && request->exact)
		repeat_first(plan);
	return error;
}

static unsigned int choose_trials(const struct plan_request *request,
				  const struct profile *profile)
{
	if (request->trials)
		return request->trials;
	if (profile->trials)
		return profile->trials;
	if (request->exact)
		return 1;
	return profile->full ? TRIALS_FULL : TRIALS_QUICK;
}

int plan_make(const struct plan_request *request, struct plan *ret_plan, struct err *err)
{
	struct profile profile = { 0 };
	struct plan plan = { 0 };
	int error;

	error = profile_load(request->profile, &profile, err);
	for (size_t i = 0; i < request->params.nr && !error; i++)
		error = profile_set(&profile, request->params.item[i], err);
	if (!error)
		error = choose_workloads(&plan, request, err);
	if (!error) {
		plan.named = request->workloads.nr;
		make_labels(&plan, &request->variants);
		plan.trials = choose_trials(request, &profile);
		error = fill(&plan, request, &profile, err);
	}
	profile_free(&profile);
	if (error)
		plan_free(&plan);
	else
		*ret_plan = plan;
	return error;
}

static bool same_but_trial(const struct plan_cell *a, const struct plan_cell *b)
{
	return a->workload == b->workload && !strcmp(a->params, b->params);
}

void plan_again(struct plan *plan, size_t variant, size_t cell)
{
	struct plan_cell again = plan->cell[cell];

	again.variant = variant;
	again.trial = 1;
	again.params = str_dup(again.params);
	for (size_t i = 0; i < plan->nr_cells; i++)
		if (plan->cell[i].variant == variant && same_but_trial(&plan->cell[i], &again) &&
		    plan->cell[i].trial >= again.trial)
			again.trial = plan->cell[i].trial + 1;
	plan->cell = mem_grow(plan->cell, plan->nr_cells + 1, sizeof(*plan->cell));
	plan->cell[plan->nr_cells++] = again;
}

void plan_drop_last(struct plan *plan)
{
	free(plan->cell[--plan->nr_cells].params);
}

void plan_move_trials(struct plan *plan, size_t variant, unsigned int by)
{
	for (size_t i = 0; i < plan->nr_cells; i++)
		if (plan->cell[i].variant == variant)
			plan->cell[i].trial += by;
}

struct workload_needs plan_cell_needs(const struct plan_cell *cell)
{
	struct workload_needs needs = cell->workload->needs;
	struct job job = { .nr_params = cell->nr_params };

	if (!cell->workload->adapt)
		return needs;
	memcpy(job.params, cell->param, cell->nr_params * sizeof(*cell->param));
	cell->workload->adapt(&job, &needs);
	return needs;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_cells; i++)
		free(plan->cell[i].params);
	free(plan->cell);
	free(plan->workload);
	strv_free(&plan->variant);
	strv_free(&plan->label);
	*plan = (struct plan){ 0 };
}
