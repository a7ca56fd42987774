/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user asked for, expanded into cells: variant x workload x parameters
 * x trial, in the order in which they are shown; the runner may start them in another.
 */
#ifndef PAGEMETA_PLAN_H
#define PAGEMETA_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "job.h"
#include "util.h"
#include "workload.h"

/**
 * struct plan_request - what was asked for
 * @variants: names; one named twice is an A/A pair
 * @workloads: names; empty is every workload and check that does not wait to be named,
 *	those for debug kernels only on these
 * @profile: "quick", "full", or the path of a profile file
 * @params: "WORKLOAD.NAME=VALUE[,VALUE...]", stronger than the profile
 * @trials: boots per cell; 0 takes the profile's
 * @exact: one boot is the truth; the first cell is run once more to prove it, when
 *	it measures
 */
struct plan_request {
	struct strv variants;
	struct strv workloads;
	const char *profile;
	struct strv params;
	unsigned int trials;
	bool exact;
};

/**
 * struct plan_cell - one boot
 * @variant: index into plan->label
 * @workload: what runs
 * @param: every declared parameter with its value
 * @nr_params: how many
 * @params: those worth showing, "compressor=lz4,pool=zbud"
 * @trial: from 1; 0 is the repetition of the first cell
 */
struct plan_cell {
	size_t variant;
	const struct workload *workload;
	struct job_param param[JOB_PARAMS_MAX];
	size_t nr_params;
	char *params;
	unsigned int trial;
};

/**
 * struct plan - the cells in the order in which they are shown
 * @variant: names as asked for
 * @label: the same, made unique: the second "baseline" is "baseline~2"
 * @named: workloads were asked for by name
 * @workload: the workloads of the plan
 * @nr_workloads: how many
 * @cell: the cells
 * @nr_cells: how many
 * @trials: boots per cell
 */
struct plan {
	struct strv variant;
	struct strv label;
	bool named;
	const struct workload **workload;
	size_t nr_workloads;
	struct plan_cell *cell;
	size_t nr_cells;
	unsigned int trials;
};

/**
 * plan_make() - expand a request
 * @request: what was asked for
 * @ret_plan: freed with plan_free()
 * @err: unknown workload, parameter or value, each with the nearest known one
 *
 * Variants are interleaved by boot (A B, then B A, ...): blocks would turn drift
 * of the host into differences.
 *
 * Return: 0, -ENOENT for an unknown name, -EINVAL for a bad value, -E2BIG for
 * more than 100000 cells, or what reading the profile gave.
 */
int plan_make(const struct plan_request *request, struct plan *ret_plan, struct err *err);
void plan_free(struct plan *plan);

/**
 * plan_again() - one more boot of a cell
 * @plan: gets it at the end
 * @variant: index into plan->label
 * @cell: place of a cell of the same workload and parameters, of any variant
 *
 * Its trial is the next one of that variant.
 */
void plan_again(struct plan *plan, size_t variant, size_t cell);

/** plan_drop_last() - take back the last plan_again() */
void plan_drop_last(struct plan *plan);

/**
 * plan_move_trials() - let the boots of a variant be later ones
 * @plan: changed
 * @variant: index into plan->label
 * @by: added to the trial of each of its cells
 *
 * Under the exact engine the same trial of the same kernel is the same boot; a later one
 * has the timer's tick elsewhere.
 */
void plan_move_trials(struct plan *plan, size_t variant, unsigned int by);

/** plan_cell_needs() - what one cell needs, its parameters taken into account */
struct workload_needs plan_cell_needs(const struct plan_cell *cell);

/** plan_find_workload() - by name; @err names the nearest. Return: 0 or -ENOENT */
int plan_find_workload(const char *name, const struct workload **ret_workload, struct err *err);

/** plan_workload_names() - workloads a user may name; selftests only if @all */
void plan_workload_names(struct strv *names, bool all);

#endif
