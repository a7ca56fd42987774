/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How wide a page of text is.
 */
#ifndef PAGEMETA_COLUMNS_H
#define PAGEMETA_COLUMNS_H

#include <stdio.h>

#define COLUMNS_LEAST 40	/* narrower than that, lines are as for so many */

/**
 * columns_of() - columns that a line has
 * @out: where it goes
 * @otherwise: for what is neither a terminal nor told by the user
 *
 * $COLUMNS where it is set (shells do not export it by themselves), otherwise what the
 * terminal says of itself. A pipe has as many as the caller gives it, so that what is kept
 * in files does not depend on a window.
 */
unsigned int columns_of(FILE *out, unsigned int otherwise);

#endif
