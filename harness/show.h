/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of one run or of one cell, as text for a person who wants to
 * know where a figure came from or why a cell failed.
 */
#ifndef PAGEMETA_SHOW_H
#define PAGEMETA_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "err.h"
#include "store.h"

/**
 * struct show - what is shown
 * @content: the run
 * @dir: its folder, where the consoles are
 * @live: someone is writing to it now
 * @cache: root of the cache, where the trees of kernels are; NULL: call traces stay as they are
 * @histogram: with a cell, also how its latencies are distributed
 */
struct show {
	const struct store_content *content;
	const char *dir;
	bool live;
	const char *cache;
	bool histogram;
};

/**
 * show_find() - which run, or which cell of it, an argument means
 * @results: folder that holds runs
 * @arg: a run as store_find() takes it, RUN/N for cell N of it, or N (up to five
 *	digits) for cell N of the last run
 * @ret_dir: malloc'd folder of the run
 * @ret_cell: 0 for the run as a whole
 * @err: what is not there
 *
 * Return: 0 or what store_find() gave.
 */
int show_find(const char *results, const char *arg, char **ret_dir, int64_t *ret_cell,
	      struct err *err);

/** show_run() - provenance, kernels, cells. Return: 0 or -errno of a failed write */
int show_run(const struct show *show, FILE *out);

/**
 * show_cell() - job, QEMU's command line, series, checks, call traces, end of the console
 * @show: the run
 * @id: the cell
 * @out: where to
 * @err: names the cells there are
 *
 * Return: 0, -ENOENT, or -errno of a failed write.
 */
int show_cell(const struct show *show, int64_t id, FILE *out, struct err *err);

/**
 * show_console() - the whole console of a cell
 *
 * What could steer a terminal is replaced by '?': a guest wrote it.
 *
 * Return: 0, -ENOENT for no such cell or no console, or another -errno.
 */
int show_console(const struct show *show, int64_t id, FILE *out, struct err *err);

#endif
