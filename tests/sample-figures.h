/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of sample runs, and where they are drawn.
 */
#ifndef PAGEMETA_TESTS_SAMPLE_FIGURES_H
#define PAGEMETA_TESTS_SAMPLE_FIGURES_H

#include "compare.h"
#include "figure.h"
#include "sample-run.h"

/** struct sample_figures - a run and its figures */
struct sample_figures {
	struct store_content content;
	struct compare compare;
	struct figures figures;
};

/** sample_figures_make() - of a sample run; a failure fails the running test */
void sample_figures_make(struct sample_figures *ret_drawn, const struct sample_run *sample);
void sample_figures_free(struct sample_figures *drawn);

/** sample_figures_scripts() - malloc'd path of the plot scripts */
char *sample_figures_scripts(void);

/** sample_figures_no_gnuplot() - nothing can be drawn here; says so */
bool sample_figures_no_gnuplot(void);

/** sample_figures_keep() - copy pictures for eyes to PAGEMETA_PLOT_KEEP/@name, if it is set */
void sample_figures_keep(const char *dir, const char *name);

#endif
