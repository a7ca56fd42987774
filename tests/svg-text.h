/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The labels of a picture that gnuplot drew as SVG: where each is and how much room it
 * takes, as far as its letters can be counted.
 */
#ifndef PAGEMETA_TESTS_SVG_TEXT_H
#define PAGEMETA_TESTS_SVG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct svg_text - a label
 * @text: what it says, as it stands in the file
 * @left: of the box around it, in pixels from the left; likewise the others
 */
struct svg_text {
	char text[200];
	double left;
	double right;
	double top;
	double bottom;
};

/**
 * svg_texts() - all labels
 * @svg: the picture
 * @size: of letters where the picture does not say: that of the whole picture
 * @ret_nr: how many
 *
 * Return: freed with free().
 */
struct svg_text *svg_texts(const char *svg, double size, size_t *ret_nr);

/** svg_texts_overlap() - two labels that lie on each other; equal ones at one place are one */
bool svg_texts_overlap(const struct svg_text *one, const struct svg_text *two);

/** svg_check_texts() - fail the running test if labels lie on each other or outside; there are some */
void svg_check_texts(const char *name, const char *svg, double size);

#endif
