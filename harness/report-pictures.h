/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pictures a page has: a run has hundreds, of which a reader looks at those with the
 * largest change.
 */
#ifndef PAGEMETA_REPORT_PICTURES_H
#define PAGEMETA_REPORT_PICTURES_H

#include "figure.h"
#include "report-trends.h"

#define REPORT_RATIOS 4	/* of a workload */
#define REPORT_DISTRIBUTIONS 2	/* series of a workload, each as both kinds of pictures */
#define REPORT_TRENDS 4	/* of a variant */

/**
 * struct report_pictures - what is drawn
 * @shown: they, in order of subjects and workloads, within these the largest change first
 * @svg: one each; empty when they could not be drawn
 * @all: how many there are per picture in @shown: of its subject and workload
 * @why_not: why they could not be drawn, or ""
 */
struct report_pictures {
	struct figures shown;
	struct strv svg;
	size_t *all;
	char *why_not;
};

/**
 * report_pictures_make() - choose and draw
 * @compare: the run
 * @trends: over earlier runs
 * @scripts: folder of the scripts of gnuplot
 * @ret_pictures: freed with report_pictures_free()
 *
 * Without gnuplot there are tables and no pictures, and @why_not says so.
 */
void report_pictures_make(const struct compare *compare, const struct report_trends *trends,
			  const char *scripts, struct report_pictures *ret_pictures);
void report_pictures_free(struct report_pictures *pictures);

#endif
