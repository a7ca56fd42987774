/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of a mail to a list: plain ASCII, lines of MAIL_WIDTH that end in no blanks.
 */
#ifndef PAGEMETA_MAIL_TEXT_H
#define PAGEMETA_MAIL_TEXT_H

#include "compare.h"

#define MAIL_WIDTH 75
#define MAIL_LINES 12	/* of one list */

/** mail_subject() - "Subject: TEXT", folded where it is longer than a line, and a blank line */
void mail_subject(const char *text, FILE *out);

/** mail_paragraph() - text of any bytes as lines that begin with @indent blanks */
void mail_paragraph(const char *text, unsigned int indent, FILE *out);

/** struct mail_figure - a figure of two kernels: sides of a row, and their ratio */
struct mail_figure {
	const struct compare_row *row;
	size_t old;
	size_t new;
	double ratio;
};

/**
 * mail_figures() - a table of figures, with change and, of several boots, spread; a blank line
 * @heading: above it; nothing at all is printed where there are no figures
 * @list: the first MAIL_LINES of them are shown
 * @nr: how many
 * @exact: of an exact engine
 * @out: where to
 */
void mail_figures(const char *heading, const struct mail_figure *list, size_t nr, bool exact,
		  FILE *out);

/** mail_command() - a command line, in lines that a shell joins again when they are copied */
void mail_command(const char *text, FILE *out);

/** mail_reproduce() - the command to call, the QEMU it was run with, and the kernels */
void mail_reproduce(const struct store_content *content, FILE *out);

#endif
