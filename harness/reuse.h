/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells that an earlier run has measured already: the same kernel image, agent, QEMU and
 * job. Under the exact engine another boot would bring the same figures, so a gate
 * measures its base once and not with every patch.
 */
#ifndef PAGEMETA_REUSE_H
#define PAGEMETA_REUSE_H

#include "store.h"

struct reuse;

/* The check of a cell that was taken from another kernel, see runner_find_untouched(). */
#define REUSE_UNTOUCHED "untouched"

/** struct reuse_cell - a cell of an earlier run; points into struct reuse */
struct reuse_cell {
	const char *run;
	const struct store_cell *cell;
	const struct store_series *series;
	size_t nr_series;
	const struct store_check *check;
	size_t nr_checks;
	const struct store_counter *counter;
	size_t nr_counters;
};

/**
 * reuse_open() - look for runs whose figures can be had again
 * @results: folder that holds runs; one that cannot be read is passed over
 * @agent_hash: of the agent
 * @qemu_version: first line of --version
 *
 * The last few exact runs that were made with both.
 *
 * Return: freed with reuse_close().
 */
struct reuse *reuse_open(const char *results, const char *agent_hash, const char *qemu_version);
void reuse_close(struct reuse *reuse);

/**
 * reuse_find() - the cell of an earlier run that is this one
 * @reuse: may be NULL
 * @image_hash: of the kernel
 * @params: as stored; @job has them all, and this finds them fast
 * @job: text of /job: workload, parameters, seed, and what the variant promises
 * @ret_cell: the newest that passed
 */
bool reuse_find(const struct reuse *reuse, const char *image_hash, const char *params,
		const char *job, struct reuse_cell *ret_cell);

/** reuse_wall_ns() - what such a cell took on any kernel, 0 if none is known */
uint64_t reuse_wall_ns(const struct reuse *reuse, const char *workload, const char *params);

/** reuse_build_seconds() - what a kernel took to build on average, 0 if none was built */
double reuse_build_seconds(const struct reuse *reuse);

/** reuse_has_variant() - whether any run has cells of a variant; its kernel may be another */
bool reuse_has_variant(const struct reuse *reuse, const char *variant);

#endif
