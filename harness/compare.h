/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The comparison of a run: per workload, metric and parameters the figures of
 * the first variant (the base) beside those of each other one. Everything that
 * prints or draws works from this one model.
 */
#ifndef PAGEMETA_COMPARE_H
#define PAGEMETA_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "err.h"
#include "print-format.h"
#include "store.h"

/**
 * struct compare_side - one variant's figures of one metric
 * @variant: label, points into the run
 * @figure: one figure per boot (trial), in order of trials; trial 0 is left out
 * @trial: of each figure
 * @nr: how many
 * @median: of the figures; NaN for none
 * @spread: over the boots, see stats_spread()
 * @nr_samples: raw samples behind it, all boots
 */
struct compare_side {
	const char *variant;
	double *figure;
	unsigned int *trial;
	size_t nr;
	double median;
	double spread;
	size_t nr_samples;
};

/**
 * struct compare_row - one metric with one set of parameters
 * @metric: declaration
 * @params: cell parameters and labels, "compressor=lz4,pool=zbud,content=text"
 * @cell_params: the part of it that is constant for a boot; points into the run
 * @labels: the rest of it; points into the run
 * @side: one per variant of the run, the base first
 */
struct compare_row {
	const struct store_metric *metric;
	char *params;
	const char *cell_params;
	const char *labels;
	struct compare_side *side;
};

/**
 * struct compare - a run, compared
 * @content: the run it is made from; must outlive it
 * @variant: labels in order of the plan; the variant of the first cell is the base
 * @proved: the exact engine's claim was put to the test: a cell was done twice and
 *	gave equal figures
 * @row: in order of workloads, metrics, parameters as planned
 * @nr_rows: how many
 */
struct compare {
	const struct store_content *content;
	struct strv variant;
	bool proved;
	struct compare_row *row;
	size_t nr_rows;
};

/**
 * compare_make() - compare the variants of a run
 * @content: the run
 * @ret_compare: freed with compare_free()
 * @err: what is wrong with the run
 *
 * Only finished cells that neither failed nor broke give figures: what a kernel
 * took while it did the wrong thing is no figure of what it should do.
 *
 * Return: 0, or -EBADMSG for a sample of a cell that is not in the run.
 */
int compare_make(const struct store_content *content, struct compare *ret_compare,
		 struct err *err);
void compare_free(struct compare *compare);

/** compare_ratio() - side / base of medians; 1 when both are 0, NaN when it cannot be had */
double compare_ratio(const struct compare_row *row, size_t side);

/** enum compare_flags - PRINT_TEXT only: colours; further figures of a series as well */
enum compare_flags { COMPARE_COLOUR = 1, COMPARE_ALL = 2 };

/**
 * compare_print() - write it
 * @compare: what
 * @format: how
 * @flags: of enum compare_flags; `true` is COMPARE_COLOUR
 * @out: where to
 *
 * Return: 0 or -errno of a failed write.
 */
int compare_print(const struct compare *compare, enum print_format format,
		  unsigned int flags, FILE *out);

/**
 * compare_verdict() - the gravest verdict of all cells and checks of the run
 *
 * A cell that has not finished makes it inconclusive at least, no cells at all too.
 */
enum verdict compare_verdict(const struct store_content *content);

/** compare_exit_code() - what compare_verdict() is for the shell; 4 when nothing was measured */
enum exit_code compare_exit_code(const struct store_content *content);

#endif
