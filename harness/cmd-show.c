// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite show: all that is known of a run or of a cell.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "show.h"

enum { OPT_CONSOLE = OPT_OWN, OPT_HISTOGRAM };

/** struct show_options - what of a cell is wanted */
struct show_options {
	bool console;
	bool histogram;
};

static int show_it(const struct show *show, int64_t cell, const struct show_options *want,
		   struct err *err)
{
	if (!cell)
		return show_run(show, stdout);
	if (want->console)
		return show_console(show, cell, stdout, err);
	return show_cell(show, cell, stdout, err);
}

static int show_dir(const struct options *opts, const char *dir, int64_t cell, const struct show_options *want,
		   struct err *err)
{
	struct store_content content;
	struct store *store;
	struct show show;
	int error;

	error = store_open(dir, false, &store, err);
	if (error)
		return error;
	error = store_load(store, &content, err);
	show = (struct show){
		.content = &content, .dir = dir, .live = store_has_writer(store),
		.cache = opts->paths.cache, .histogram = want->histogram,
	};
	store_close(store);
	if (error)
		return error;
	error = show_it(&show, cell, want, err);
	store_content_free(&content);
	return error;
}

static int show_arg(const struct options *opts, const char *arg, const struct show_options *want)
{
	struct err err = { "" };
	int64_t cell;
	char *dir;
	int error;

	error = show_find(opts->paths.results, arg, &dir, &cell, &err);
	if (error) {
		report_usage("%s", err.text);
		return EXIT_USAGE;
	}
	*err.text = '\0';	/* of what else it might have been */
	if ((want->console || want->histogram) && !cell) {
		report_usage("--%s: %s is a run; name a cell of it, e.g. %s/1",
			     want->console ? "console" : "histogram", arg, arg);
		free(dir);
		return EXIT_USAGE;
	}
	error = show_dir(opts, dir, cell, want, &err);
	free(dir);
	if (error == -ENOENT) {
		report_usage("%s", err.text);
		return EXIT_USAGE;
	}
	/* A failed write has no text here; main() reports what became of stdout. */
	if (error && *err.text)
		report_error("%s", err.text);
	return error ? EXIT_BROKEN : EXIT_OK;
}

static int take_option(void *ctx, int opt)
{
	struct show_options *want = ctx;

	*(opt == OPT_CONSOLE ? &want->console : &want->histogram) = true;
	return -1;
}

static int show_main(struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		{ "console", no_argument, NULL, OPT_CONSOLE },
		{ "histogram", no_argument, NULL, OPT_HISTOGRAM },
		{ 0 }
	};
	struct show_options want = { 0 };
	int code = cmd_options(opts, &cmd_show, argc, argv, longs, take_option, &want);

	if (code >= 0)
		return code;
	if (argc - optind > 1) {
		report_usage("show: takes one run or cell");
		return EXIT_USAGE;
	}
	return show_arg(opts, optind < argc ? argv[optind] : "last", &want);
}

const struct command cmd_show = {
	.name = "show",
	.help = "show where a run comes from and how its cells went, or one cell in full",
	.usage = "usage: run-suite show [RUN|RUN/N|N] [--console|--histogram]\n"
		 "\n"
		 "RUN is an id, a unique beginning of one, \"last\" (the default) or a folder;\n"
		 "RUN/N is cell N of it, and N alone cell N of the last run.\n"
		 "\n"
		 "  --console               all the cell's kernel said, and nothing else\n"
		 "  --histogram             with a cell: how its latencies are distributed\n",
	.main = show_main,
};
