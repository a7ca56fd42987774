/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One gnuplot plot per workload. The harness writes the data (plots/NAME.dat in
 * the run's folder), the script of that workload draws it. The census has one as well.
 */
#ifndef PAGEMETA_PLOT_H
#define PAGEMETA_PLOT_H

#include "compare.h"
#include "err.h"
#include "util.h"

/**
 * plot_run() - write data and pictures of every workload that has a script
 * @compare: the run
 * @scripts: folder of the *.gp files
 * @dir: the run's folder; pictures go to DIR/plots/WORKLOAD.{png,svg}
 * @ret_made: paths of the pictures; may be NULL
 * @err: gnuplot's own words when it fails
 *
 * Return: 0, -ENOENT without gnuplot, -EIO.
 */
int plot_run(const struct compare *compare, const char *scripts, const char *dir,
	     struct strv *ret_made, struct err *err);

/**
 * plot_draw() - draw what stands in a data file
 * @script: *.gp; its arguments are the kind of picture, the data, the picture, then these
 * @base: BASE.dat is the data, BASE.png and BASE.svg the pictures
 * @about: caption
 * @labels: further arguments
 * @ret_made: paths of the pictures are appended; may be NULL
 * @err: gnuplot's own words when it fails
 *
 * Return: 0, -ENOENT without gnuplot, -EIO.
 */
int plot_draw(const char *script, const char *base, const char *about, const struct strv *labels,
	      struct strv *ret_made, struct err *err);

#endif
