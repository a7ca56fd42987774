/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the writers of a comparison share. Others include it for how figures are written.
 */
#ifndef PAGEMETA_COMPARE_PRIVATE_H
#define PAGEMETA_COMPARE_PRIVATE_H

#include <stddef.h>

#include "compare.h"

#define FIGURE_TEXT 40	/* bytes for a figure or a change as text */
#define COMPARE_COLUMNS 100	/* of a page of text that goes neither to a terminal nor to a mail */

struct compare_changes;

void compare_print_text(const struct compare *compare, unsigned int flags, FILE *out);
int compare_print_json(const struct compare *compare, FILE *out);
void compare_print_csv(const struct compare *compare, FILE *out);
void compare_print_junit(const struct compare *compare, FILE *out);
void compare_print_ktap(const struct compare *compare, FILE *out);
void compare_print_mail(const struct compare *compare, FILE *out);

/** compare_print_headline() - what did not pass, what got worse, what got better */
void compare_print_headline(const struct compare *compare, unsigned int flags, FILE *out);

/** compare_meaning() - what a figure of the run's engine counts */
const char *compare_meaning(const struct compare *compare);

/** compare_evidence() - what it takes for a figure of this run to be called worse or better */
const char *compare_evidence(const struct compare *compare, const struct compare_changes *changes);

/** compare_print_summary() - how the checks went, what the figures mean, where they are from */
void compare_print_summary(const struct compare *compare, unsigned int flags, FILE *out);

/** compare_print_metadata() - a section about what describes memory, if it was accounted */
void compare_print_metadata(const struct compare *compare, unsigned int flags, FILE *out);

/**
 * compare_metadata_change() - what a variant does to all that describes memory, when loaded
 * @compare: the comparison
 * @side: the variant
 * @ret_cells: cells that the means are over
 *
 * Return: ratio of the mean bytes of a cell; NaN where it was not accounted.
 */
double compare_metadata_change(const struct compare *compare, size_t side, size_t *ret_cells);

/** compare_is_further_traffic() - of memory traffic, and not what most designs are about */
bool compare_is_further_traffic(const struct store_metric *metric);

/** compare_heading() - a blank line and the name of a section */
void compare_heading(const char *text, unsigned int flags, FILE *out);

/** compare_value() - a figure in the unit that is printed: ratios are stored in millionths */
double compare_value(enum metric_unit unit, double figure);

/** compare_figure_text() - "143,201", "2.731"; "-" for none. Return: @buf */
const char *compare_figure_text(char buf[FIGURE_TEXT], enum metric_unit unit, double figure);

/**
 * compare_change_text() - "+0.54 %", "-12.30 %", "=" for none at all, "-" for unknown
 * @buf: gets it
 * @ratio: side / base
 * @exact: no change is too small to be shown; otherwise one decimal
 *
 * Return: @buf.
 */
const char *compare_change_text(char buf[FIGURE_TEXT], double ratio, bool exact);

/** compare_csv_text() - a field of RFC 4180, quoted where it has to be, and the comma after it */
void compare_csv_text(const char *text, FILE *out);

/** compare_csv_number() - the same for a number; empty for one that could not be had */
void compare_csv_number(double value, FILE *out);

/** struct compare_judged - a cell or one of its checks, as both are listed */
struct compare_judged {
	const struct store_cell *cell;
	const char *check;	/* "cell" for the cell as a whole */
	char *params;		/* of the cell, and labels of the check */
	enum verdict verdict;
	const char *reason;
};

/**
 * compare_judged() - every cell and every check of a run, cell by cell
 * @content: the run
 * @ret_nr: how many
 *
 * A cell that has not finished is inconclusive.
 *
 * Return: freed with compare_judged_free(); the texts but @params are the run's.
 */
struct compare_judged *compare_judged(const struct store_content *content, size_t *ret_nr);
void compare_judged_free(struct compare_judged *judged, size_t nr);

/** compare_says_nothing_new() - it passed, or it is a cell that repeats one of its checks */
bool compare_says_nothing_new(const struct compare_judged *list, size_t nr, size_t at);

/**
 * compare_is_told() - whether an entry is worth a line
 * @list: of compare_judged()
 * @nr: how many
 * @at: which
 * @ret_more: later ones of the same variant, workload, check and reason, which it stands for
 */
bool compare_is_told(const struct compare_judged *list, size_t nr, size_t at, size_t *ret_more);

#endif
