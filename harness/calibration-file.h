/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of how well a host sees, kept in the cache: made by `run-suite calibrate`
 * from a run of one kernel against itself, shown beside the verdicts of a gate.
 *
 *	calibration/HOST-ENGINE-QEMU.json
 */
#ifndef PAGEMETA_CALIBRATION_FILE_H
#define PAGEMETA_CALIBRATION_FILE_H

#include <jansson.h>
#include <stdio.h>

#include "calibrate.h"
#include "compare.h"

/**
 * struct calibration_row - one figure, with one set of parameters
 * @workload: of the metric
 * @metric: name
 * @params: of the cell, and labels
 * @unit: of the metric
 * @width: of the figures of all boots, largest less smallest, in terms of @seen.scale
 * @seen: see struct calibration. Of the exact engine @seen.detectable is the change from
 *	which on a gate tells of it wherever the ticks fall: @width and once more the larger of
 *	@width and @seen.floor
 */
struct calibration_row {
	char *workload;
	char *metric;
	char *params;
	enum metric_unit unit;
	double width;
	struct calibration seen;
};

/**
 * struct calibration_file - a calibration of one host and engine; texts are its own
 * @host: as of struct store_run
 * @engine: name
 * @qemu_version: likewise
 * @agent_hash: figures of another agent are others
 * @image_hash: of the kernel that was measured against itself
 * @run: id of the newest run it is made from
 * @boots: of each side of a comparison
 * @row: in the order in which a run shows them
 * @nr: how many
 */
struct calibration_file {
	char *host;
	char *engine;
	char *qemu_version;
	char *agent_hash;
	char *image_hash;
	char *run;
	size_t boots;
	struct calibration_row *row;
	size_t nr;
};

/**
 * calibration_make() - from a run of a variant against itself
 * @compare: its two variants are the same kernel; under the exact engine all boots have the
 *	tick elsewhere
 * @boots: of each side of one comparison; a run with twice as many has two of them
 * @ret_file: freed with calibration_free()
 *
 * What no gate judges (gate_is_judged()), and what has too few figures, has no row. An
 * alarm is what a gate would tell of.
 */
void calibration_make(const struct compare *compare, size_t boots,
		      struct calibration_file *ret_file);
void calibration_free(struct calibration_file *file);

/**
 * calibration_merge() - keep what is known of other workloads
 * @file: what was measured now
 * @old: what was known; rows of workloads that @file does not have are taken over, if it
 *	is of the same host, engine, QEMU, agent, kernel and boots
 */
void calibration_merge(struct calibration_file *file, const struct calibration_file *old);

/** calibration_path() - malloc'd path in the cache of what is known for @run's host */
char *calibration_path(const char *cache, const struct store_run *run);

/** calibration_write() - atomically, with its folder; @err names the file. Return: 0 or -errno */
int calibration_write(const struct calibration_file *file, const char *path, struct err *err);

/**
 * calibration_read() - what was written
 * @path: of calibration_path()
 * @ret_file: freed with calibration_free()
 * @err: what is wrong with it
 *
 * Return: 0, -ENOENT when there is none, -EBADMSG when it is none that can be used.
 */
int calibration_read(const char *path, struct calibration_file *ret_file, struct err *err);

/**
 * calibration_of_run() - what can be seen in a run
 * @cache: root of the cache
 * @run: the run
 * @ret_file: freed with calibration_free(), also when there is none
 * @ret_why: one line, malloc'd, when there is none: why, and how to make one
 *
 * Return: whether there is one, of the same host, engine, QEMU and agent.
 */
bool calibration_of_run(const char *cache, const struct store_run *run,
			struct calibration_file *ret_file, char **ret_why);

/** calibration_find() - what is known of a figure, NULL for nothing */
const struct calibration_row *calibration_find(const struct calibration_file *file,
					       const char *workload, const char *metric,
					       const char *params);

/**
 * calibration_summary() - one line, malloc'd: from which change on figures are seen
 * @file: what is known
 * @compare: of the run whose figures are meant
 */
char *calibration_summary(const struct calibration_file *file, const struct compare *compare);

/**
 * calibration_print_seen() - that line, or why there is none, below the figures of a run
 * @cache: root of the cache
 * @compare: of the run; where nothing is compared nothing is printed
 * @out: where to
 */
void calibration_print_seen(const char *cache, const struct compare *compare, FILE *out);

/** calibration_print() - a line for each metric: false alarms, and what is seen */
void calibration_print(const struct calibration_file *file, FILE *out);

/**
 * calibration_text() - the smallest change that is seen, "0.10 %", "4,096" in the unit of
 * the figure, "any", "none" where none can be, "-" where it is not known
 * @buf: of FIGURE_TEXT bytes (compare-private.h)
 * @row: may be NULL
 */
const char *calibration_text(char *buf, const struct calibration_row *row);

/** calibration_change() - the same for programs: an object of "change" and "of", or null */
json_t *calibration_change(const struct calibration_row *row);

#endif
