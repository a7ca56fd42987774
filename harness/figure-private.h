/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the makers of figures share: each adds those of one subject.
 */
#ifndef PAGEMETA_FIGURE_PRIVATE_H
#define PAGEMETA_FIGURE_PRIVATE_H

#include <stdio.h>

#include "figure.h"
#include "metadata-account.h"

void figures_add_tradeoff(const struct compare *compare, const struct metadata_account *account,
			  struct figures *figures);
void figures_add_metadata(const struct compare *compare, const struct metadata_account *account,
			  struct figures *figures);
void figures_add_ratio(const struct compare *compare, struct figures *figures);
void figures_add_samples(const struct compare *compare, enum figure_subject subject,
			 struct figures *figures);
void figures_add_workload(const struct compare *compare, struct figures *figures);

/**
 * figures_add() - a further figure, empty
 * @figures: where to
 * @subject: of it
 * @script: "ratio.gp"
 * @name: is made fit for a file, and unique by a number where it is not
 *
 * Return: it, until the next is added: title, about, caption and data are the caller's
 * to fill in, each malloc'd; workload, metric and params are "".
 */
struct figure *figures_add(struct figures *figures, enum figure_subject subject,
			   const char *script, const char *name);

/** figure_set() - replace a text of a figure */
void figure_set(char **text, const char *value);

/** figure_caption() - malloc'd: engine, kernel, run */
char *figure_caption(const struct compare *compare);

/** figure_values() - malloc'd "lzo zbud" of "compressor=lzo,pool=zbud": names take room */
char *figure_values(const char *params);

/** figure_values_but() - the same without those of @common, "pages=512" and the like */
char *figure_values_but(const char *params, const struct strv *common);

/** figure_text() - a quoted text in a data file, a blank before it; what would end it is replaced */
void figure_text(const char *text, FILE *out);

/** figure_number() - a number, a blank before it; NaN for what is missing */
void figure_number(double value, FILE *out);

/** figure_about() - a line of the block "about"; nothing for an empty value */
void figure_about(const char *key, const char *value, FILE *out);

/** figure_begin() - the block "about" with title and caption of a figure; more may follow */
void figure_begin(const struct figure *figure, FILE *out);

/**
 * figure_block() - the end of a block, and the next one's name
 *
 * At least one row must follow: to gnuplot the rows of the next block would be this one's.
 */
void figure_block(const char *name, FILE *out);

/** figure_variants() - the block "variants" */
void figure_variants(const struct compare *compare, FILE *out);

/**
 * struct figure_effect - one side beside the base
 * @ratio: of the medians; NaN when it cannot be had
 * @low: exact engine: the least ratio of any two boots; others: of the interval of 95 %;
 *	NaN for one boot, or where boots are too few for an interval
 * @high: the other end
 */
struct figure_effect {
	double ratio;
	double low;
	double high;
};

/** figure_effect() - from one figure per boot of each side */
struct figure_effect figure_effect(bool exact, const double *base, size_t nr_base,
				   const double *other, size_t nr_other);

/** figure_interval() - what an interval is: a few words for a note */
const char *figure_interval(const struct compare *compare);

/** figure_inline() - the SVG of gnuplot as part of a page: malloc'd; "" if it is none */
char *figure_inline(const char *svg, const char *prefix);

#endif
