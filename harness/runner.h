/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the cells of a plan: one guest each, several side by side where the engine
 * allows it, each result in the store before anything else is done.
 */
#ifndef PAGEMETA_RUNNER_H
#define PAGEMETA_RUNNER_H

#include "engine.h"
#include "functions.h"
#include "kernel.h"
#include "plan.h"
#include "progress.h"
#include "reuse.h"
#include "selftest.h"
#include "store.h"
#include "topo-place.h"
#include "variant.h"

/* Lockdep, page poisoning and the rest execute several times the instructions for the same work. */
#define RUNNER_DEBUG_PATIENCE 8

/**
 * struct runner_variant - a variant of the run
 * @variant: as its folder describes it
 * @image: its kernel; vmlinux is NULL when there is none
 * @why_not: why there is no kernel, NULL when there is one
 * @selftests: the kernel's mm selftests; dir is NULL where no cell wants them
 * @why_no_selftests: why there are none although a cell wants them, or NULL
 * @changed: functions whose calls are counted: what a patch has changed; may be empty
 * @changed_path: file that lists them, NULL for none
 * @all: every function, where it is to be remembered which of them a cell enters
 * @all_path: file that lists them, NULL for none
 * @differs: how the kernel differs from that of the first variant; NULL where that is not
 *	known, or is no matter
 */
struct runner_variant {
	struct variant *variant;
	struct kernel_image image;
	char *why_not;
	struct selftest_set selftests;
	char *why_no_selftests;
	struct function_list changed;
	char *changed_path;
	struct function_list all;
	char *all_path;
	struct function_list *differs;
};

/**
 * struct runner_config - all a runner needs; it owns nothing of it
 * @qemu: program
 * @agent: static guest program
 * @engine: how guests run
 * @plugin: what counts memory traffic and calls of functions, and keeps the exact engine
 *	exact; NULL for none
 * @traffic_caches: sizes of the caches it models, NULL where traffic is not counted
 * @perfctr: which performance counters are read
 * @jobs: guests at once, if they find places
 * @silence_s: seconds without output after which a guest hangs; 0 is the engine's
 * @pool: this host, where guests are placed
 * @plan: cells
 * @variant: one per label of the plan
 * @store: where results go; cell ids are places in the plan, from 1
 * @finished: per cell of the plan: already finished (--resume)
 * @first_series: series of the plan's first cell when it was finished before
 * @nr_first_series: how many
 * @first_counter: counters of that cell
 * @nr_first_counters: how many
 * @reuse: cells of earlier runs that need not be run again; NULL for none
 * @agent_hash: of the agent
 * @qemu_version: first line of --version
 * @progress: what the user sees
 * @watched: root of the host whose counters are read around each cell that measures, so that
 *	one which was disturbed is broken; NULL for none
 */
struct runner_config {
	const char *qemu;
	const char *agent;
	enum engine engine;
	const char *plugin;
	const char *traffic_caches;
	enum perfctr_mode perfctr;
	unsigned int jobs;
	unsigned int silence_s;
	struct topo_pool *pool;
	const struct plan *plan;
	const struct runner_variant *variant;
	struct store *store;
	const bool *finished;
	const struct store_series *first_series;
	size_t nr_first_series;
	const struct store_counter *first_counter;
	size_t nr_first_counters;
	const struct reuse *reuse;
	const char *agent_hash;
	const char *qemu_version;
	struct progress *progress;
	const char *watched;
};

/**
 * runner_run() - run every cell that is not finished
 * @config: see above
 * @err: what stopped the run: the store, not a guest
 *
 * Return: 0 when all cells have a verdict, -EINTR when told to stop (guests are
 * gone, their cells stay "running" for --resume), or what the store said.
 */
int runner_run(const struct runner_config *config, struct err *err);

/**
 * runner_engine() - the engine of one cell
 * @cell: of the plan
 * @engine: of the run
 *
 * A check has no figures, so that nothing of it has to be exact, and races take
 * CPUs that run at once: where the run is exact and a check needs more than one
 * CPU, its guest is run by tcg.
 */
enum engine runner_engine(const struct plan_cell *cell, enum engine engine);

/** runner_deadline() - seconds of guest time a cell may take; under exact, instructions */
unsigned int runner_deadline(const struct plan_cell *cell, const struct variant *variant);

/**
 * runner_job() - the job of a cell, as the guest will read it
 * @cell: of the plan
 * @variant: its kernel
 * @engine: of the run
 * @perfctr: which performance counters are read
 * @ret_job: filled
 *
 * A debug kernel has eight times the workload's deadline, beside the time that it lasts.
 */
void runner_job(const struct plan_cell *cell, const struct variant *variant, enum engine engine,
		enum perfctr_mode perfctr, struct job *ret_job);

/** runner_job_text() - the same as it is kept, freed by the caller; NULL: it cannot be written */
char *runner_job_text(const struct plan_cell *cell, const struct variant *variant,
		      enum engine engine, enum perfctr_mode perfctr);

#endif
