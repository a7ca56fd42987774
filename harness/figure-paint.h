/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures drawn by gnuplot, many with one process.
 */
#ifndef PAGEMETA_FIGURE_PAINT_H
#define PAGEMETA_FIGURE_PAINT_H

#include "figure-private.h"

/**
 * struct figure_picture - one to draw
 * @name: NAME.dat is the data, NAME.KIND the picture
 * @script: "ratio.gp"
 * @kind: first argument of the script, and the ending
 */
struct figure_picture {
	const char *name;
	const char *script;
	const char *kind;
};

/**
 * figure_pictures_draw() - draw them
 * @picture: which
 * @nr: how many, at least one
 * @scripts: folder of the *.gp files
 * @dir: where the data are and the pictures go
 * @ret_made: paths are appended; may be NULL
 * @err: gnuplot's own words
 *
 * One that cannot be drawn does not keep others from it; nothing unfinished is left.
 *
 * Return: 0, -ENOENT without gnuplot or without scripts, -EIO.
 */
int figure_pictures_draw(const struct figure_picture *picture, size_t nr, const char *scripts,
			 const char *dir, struct strv *ret_made, struct err *err);

#endif
