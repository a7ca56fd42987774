// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite census: what this host uses its pages for, and what designs would cost here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "census.h"
#include "cmd.h"

enum { OPT_FORMAT = OPT_OWN, OPT_SAVE, OPT_ROOT, OPT_PLOT };

/**
 * struct census_options - what this subcommand understands
 * @format: --format
 * @save: --save, or NULL
 * @root: --root
 * @plot: --plot, or NULL
 * @file: snapshot to read, or NULL for this host
 */
struct census_options {
	enum print_format format;
	const char *save;
	const char *root;
	const char *plot;
	const char *file;
};

static int draw(const struct options *opts, const struct census *census, const char *base)
{
	struct strv made = { 0 };
	struct err err = { "" };
	int error = census_plot(census, opts->paths.kernels, opts->paths.plots, base, &made, &err);

	return cmd_plotted(&made, error, &err);
}

static int print(const struct options *opts, const struct census_options *own,
		 const struct census *census)
{
	enum census_verdict verdict;
	char *text;
	int code;

	if (census_print(census, opts->paths.kernels, own->format, opts->verbose > 0, stdout))
		return EXIT_BROKEN;	/* main() reports what became of stdout. */
	code = own->plot ? draw(opts, census, own->plot) : EXIT_OK;
	verdict = census_verdict(census, &text);
	if (verdict == CENSUS_DIFFERS) {
		report_error("baseline: %s", text);
		code = code ? code : EXIT_FAILED;
	}
	free(text);
	return code;
}

static int take_census(const struct options *opts, const struct census_options *own)
{
	struct err err = { "" };
	struct census census;
	int error, code;

	error = own->file ? census_load(own->file, &census, &err) :
			    census_read(own->root, &census, &err);
	if (error) {
		report_error("%s", err.text);
		return EXIT_BROKEN;
	}
	code = EXIT_OK;
	if (own->save && census_save(&census, own->save, &err)) {
		report_error("%s", err.text);
		code = EXIT_BROKEN;
	}
	if (!code)
		code = print(opts, own, &census);
	census_free(&census);
	return code;
}

static int take_option(void *ctx, int opt)
{
	struct census_options *own = ctx;

	switch (opt) {
	case OPT_FORMAT:
		return cmd_format(optarg, cmd_census.formats, &own->format);
	case OPT_SAVE:
		own->save = optarg;
		return -1;
	case OPT_ROOT:
		own->root = optarg;
		return -1;
	case OPT_PLOT:
		own->plot = optarg;
		return -1;
	}
	return -1;
}

static int census_main(struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ "save", required_argument, NULL, OPT_SAVE },
		{ "root", required_argument, NULL, OPT_ROOT },
		{ "plot", required_argument, NULL, OPT_PLOT },
		{ 0 }
	};
	struct census_options own = { .format = PRINT_TEXT, .root = "" };
	int code = cmd_options(opts, &cmd_census, argc, argv, longs, take_option, &own);

	if (code >= 0)
		return code;
	if (argc - optind > 1) {
		report_usage("census: takes one snapshot");
		return EXIT_USAGE;
	}
	own.file = optind < argc ? argv[optind] : NULL;
	if (own.file && (own.save || *own.root)) {
		report_usage("census %s: %s is for the census of a host, not for a snapshot",
			     own.file, own.save ? "--save" : "--root");
		return EXIT_USAGE;
	}
	return take_census(opts, &own);
}

const struct command cmd_census = {
	.name = "census",
	.help = "what this host uses its pages for, and what designs would cost here",
	.usage = "usage: run-suite census [SNAPSHOT] [OPTIONS]\n"
		 "\n"
		 "Reads /proc/kpageflags and /proc/kpagecount of this host, as root, or what was\n"
		 "saved of another, and prints what each design of page metadata would cost there.\n"
		 "Nothing is written but what --save and --plot name.\n"
		 "\n"
		 "  --save FILE             keep a snapshot: counts of pages, nothing of processes\n"
		 "  --root DIR              the host's /proc and /sys are in DIR (a container)\n"
		 "  --format text|json|csv  how to print it (text)\n"
		 "  --plot BASE             draw BASE.png, .svg and .pdf, data in BASE.dat\n"
		 "  -v                      also by what flag or counter each type is told\n"
		 "\n"
		 "Exit codes: 0 all good, 1 the memmap is not as large as its closed form says and\n"
		 "nothing explains it, 3 the census could not be taken.\n",
	.formats = PRINT_FIGURES,
	.main = census_main,
};
