// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite compare: the figures of a run's variants beside each other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibration-file.h"
#include "cmd.h"
#include "compare.h"
#include "plot.h"

enum { OPT_FORMAT = OPT_OWN, OPT_PLOT, OPT_ALL };

/**
 * struct compare_options - what this subcommand understands
 * @format: --format
 * @all: --all, or -v
 * @plot: --plot
 */
struct compare_options {
	enum print_format format;
	bool all;
	bool plot;
};

static int draw(const struct options *opts, const struct compare *compare, const char *dir)
{
	struct strv made = { 0 };
	struct err err = { "" };
	int error = plot_run(compare, opts->paths.plots, dir, &made, &err);

	return cmd_plotted(&made, error, &err);
}

static int compare_content(const struct options *opts, const struct compare_options *own,
			   const struct store_content *content, const char *dir)
{
	unsigned int flags = (opts->colour ? COMPARE_COLOUR : 0) |
			     (own->all || opts->verbose > 0 ? COMPARE_ALL : 0);
	struct compare compare;
	struct err err = { "" };
	int code, failed;

	if (compare_make(content, &compare, &err)) {
		report_error("%s", err.text);
		return EXIT_BROKEN;
	}
	code = compare_exit_code(content);
	/* main() reports what became of stdout. */
	failed = compare_print(&compare, own->format, flags, stdout);
	if (!failed && own->format == PRINT_TEXT)
		calibration_print_seen(opts->paths.cache, &compare, stdout);
	if (failed || (own->plot && draw(opts, &compare, dir)))
		code = EXIT_BROKEN;
	compare_free(&compare);
	return code;
}

static int compare_dir(const struct options *opts, const struct compare_options *own,
		       const char *dir)
{
	struct store_content content;
	struct store *store;
	struct err err = { "" };
	int error, code;

	error = store_open(dir, false, &store, &err);
	if (!error) {
		error = store_load(store, &content, &err);
		store_close(store);
	}
	if (error) {
		report_error("%s", err.text);
		return EXIT_BROKEN;
	}
	code = compare_content(opts, own, &content, dir);
	store_content_free(&content);
	return code;
}

static int compare_run(const struct options *opts, const struct compare_options *own,
		       const char *run)
{
	struct err err = { "" };
	char *dir;
	int code;

	if (store_find(opts->paths.results, run, &dir, &err)) {
		report_usage("%s", err.text);
		return EXIT_USAGE;
	}
	code = compare_dir(opts, own, dir);
	free(dir);
	return code;
}

static int take_option(void *ctx, int opt)
{
	struct compare_options *own = ctx;

	switch (opt) {
	case OPT_FORMAT:
		return cmd_format(optarg, cmd_compare.formats, &own->format);
	case OPT_PLOT:
		own->plot = true;
		return -1;
	case OPT_ALL:
		own->all = true;
		return -1;
	}
	return -1;
}

static int compare_main(struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ "plot", no_argument, NULL, OPT_PLOT },
		{ "all", no_argument, NULL, OPT_ALL },
		{ 0 }
	};
	struct compare_options own = { .format = PRINT_TEXT };
	int code = cmd_options(opts, &cmd_compare, argc, argv, longs, take_option, &own);

	if (code >= 0)
		return code;
	if (argc - optind > 1) {
		report_usage("compare: takes one run");
		return EXIT_USAGE;
	}
	return compare_run(opts, &own, optind < argc ? argv[optind] : "last");
}

const struct command cmd_compare = {
	.name = "compare",
	.help = "print the variants of a run beside each other",
	.usage = "usage: run-suite compare [RUN] [OPTIONS]\n"
		 "\n"
		 "RUN is an id, a unique beginning of one, \"last\" (the default) or a folder.\n"
		 "The first variant of the run is the base.\n"
		 "\n"
		 "  --format FORMAT         text, json, csv, junit, ktap or mail (text)\n"
		 "  --all                   all figures of a series, not only its first (also -v)\n"
		 "  --plot                  draw the run's plots anew\n"
		 "\n"
		 "Exit codes: 0 all good, 1 a check failed, 3 the test bed was broken,\n"
		 "4 inconclusive or not finished.\n",
	.formats = PRINT_FIGURES | PRINT_TESTS,
	.main = compare_main,
};
