/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pictures of a run, drawn into its folder.
 */
#ifndef PAGEMETA_PLOT_H
#define PAGEMETA_PLOT_H

#include "compare.h"
#include "err.h"
#include "util.h"

/**
 * plot_run() - draw all figures of a run
 * @compare: the run
 * @scripts: folder of the *.gp files
 * @dir: the run's folder; data and pictures go to DIR/plots/NAME.{dat,png,svg,pdf}
 * @ret_made: paths of the pictures; may be NULL
 * @err: gnuplot's own words when it fails
 *
 * Return: 0, -ENOENT without gnuplot, -EIO.
 */
int plot_run(const struct compare *compare, const char *scripts, const char *dir,
	     struct strv *ret_made, struct err *err);

#endif
