/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures of a run, before they are drawn: for each its data, as text that gnuplot and
 * people can read, what stands in it as a table, and a sentence for who cannot see it.
 * They are drawn by the scripts in plots/, many with one gnuplot, into files or into memory.
 *
 *	figures_of_compare(&compare, &figures);
 *	figures_draw(&figures, scripts, dir, FIGURE_FILES, &made, &err);
 *	figures_svg(&figures, scripts, "fig", &svg, &err);
 *	figures_free(&figures);
 */
#ifndef PAGEMETA_FIGURE_H
#define PAGEMETA_FIGURE_H

#include <stddef.h>

#include "compare.h"
#include "err.h"
#include "trend.h"
#include "util.h"

/** enum figure_subject - what a picture is about */
enum figure_subject {
	FIGURE_TRADEOFF,	/* a workload: metadata against latency, one point a variant */
	FIGURE_METADATA,	/* a run: bytes of metadata, stacked by kind or by node */
	FIGURE_RATIO,		/* a metric: of each variant by what it is on the base */
	FIGURE_CDF,		/* a series: share of samples up to each value */
	FIGURE_PERCENTILE,	/* a series: value at each percentile, the tail in logarithms */
	FIGURE_TREND,		/* a metric with one set of parameters: run by run */
	FIGURE_WORKLOAD,	/* metrics of a workload; 1280 pixels wide, never a card */
	FIGURE_CENSUS,		/* of a host, no run; likewise */
	FIGURE_SUBJECTS
};

/**
 * struct figure - a picture, not yet drawn; texts are its own
 * @subject: what it is about
 * @name: of its files without ending, unique in the list: "ratio-zswap-store"; letters,
 *	digits and ".-_" only
 * @script: in plots/: "ratio.gp"
 * @workload: whose, "" for the whole run
 * @metric: name of the metric, or of the series of FIGURE_CDF and FIGURE_PERCENTILE; ""
 * @params: where the picture is of one set of parameters only; ""
 * @title: a few words
 * @about: a sentence that says what is to be seen, with the figures that matter
 * @caption: engine and what its unit means, kernel, run
 * @data: blocks of text, see plots/style.gp
 * @heading: of the table's columns
 * @cell: @nr_rows times as many texts as there are headings, row by row
 * @nr_rows: of the table
 * @effect: how much of a change there is to see: the largest |ln(ratio to the base)|; 0
 *	where nothing is compared
 */
struct figure {
	enum figure_subject subject;
	char *name;
	char *script;
	char *workload;
	char *metric;
	char *params;
	char *title;
	char *about;
	char *caption;
	char *data;
	struct strv heading;
	struct strv cell;
	size_t nr_rows;
	double effect;
};

/** struct figures - a list of pictures that it owns */
struct figures {
	struct figure *item;
	size_t nr;
};

/**
 * figures_of_compare() - all pictures of a run
 * @compare: the run
 * @figures: they are appended, in order of subjects, within one as metrics are declared
 *
 * A metric that is the same on all variants and in all boots has no picture of ratios, a
 * series of fewer than FIGURE_SAMPLES samples no distribution, a run without accounts of
 * metadata neither FIGURE_METADATA nor FIGURE_TRADEOFF, and one of one variant no FIGURE_TRADEOFF.
 */
void figures_of_compare(const struct compare *compare, struct figures *figures);

#define FIGURE_SAMPLES 20

/**
 * figures_of_trend() - pictures of the series of a trend
 * @trend: judged
 * @most: how many pictures at most: those that changed, the largest change first, then
 *	those that drift, then others
 * @figures: they are appended
 */
void figures_of_trend(const struct trend *trend, size_t most, struct figures *figures);

void figures_free(struct figures *figures);

/** enum figure_files - kinds of files that pictures are drawn into */
enum figure_files { FIGURE_PNG = 1, FIGURE_SVG = 2, FIGURE_PDF = 4, FIGURE_FILES = 7 };

/**
 * figures_draw() - draw into files
 * @figures: what
 * @scripts: folder of the *.gp files
 * @dir: folder of pictures, NAME.dat, NAME.png, ...; it is made
 * @files: of enum figure_files
 * @ret_made: paths of the pictures are appended; may be NULL
 * @err: gnuplot's own words when it fails
 *
 * A picture is there whole or not at all; one that fails keeps no other from being drawn.
 *
 * Return: 0, -ENOENT without gnuplot, -EIO, or -errno of the disk.
 */
int figures_draw(const struct figures *figures, const char *scripts, const char *dir,
		 unsigned int files, struct strv *ret_made, struct err *err);

/**
 * figures_svg() - draw as parts of a page
 * @figures: what
 * @scripts: folder of the *.gp files
 * @prefix: ids in picture i begin with it, i and "-"; letters
 * @ret_svg: one text a picture, in order: an element <svg> and nothing before it, 380
 *	pixels wide at its own size, without title, caption or background; "" for
 *	FIGURE_WORKLOAD and FIGURE_CENSUS, which do not fit
 * @err: gnuplot's own words when it fails
 *
 * Colours are attributes fill, stroke and color: #1a1a1a for text, #666666 for what is
 * less important, #8c8c8c for axes, #dddddd for the grid, and those of figure_colour(), in
 * which `stroke` and `fill` may be currentColor and the colour in `color`. Text is text.
 * Nothing is loaded from outside, and there is no script in it.
 *
 * Return: 0, -ENOENT without gnuplot, -EIO, or -errno of the disk.
 */
int figures_svg(const struct figures *figures, const char *scripts, const char *prefix,
		struct strv *ret_svg, struct err *err);

/** figure_colour() - "#0072b2": that of variant @at, 0 is the base; as in plots/style.gp */
const char *figure_colour(size_t at);

#endif
