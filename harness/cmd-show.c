// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite show: all that is known of a run or of a cell.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "show.h"

enum { OPT_CONSOLE = OPT_OWN };

static int show_it(const struct show *show, int64_t cell, bool console, struct err *err)
{
	if (!cell)
		return show_run(show, stdout);
	if (console)
		return show_console(show, cell, stdout, err);
	return show_cell(show, cell, stdout, err);
}

static int show_dir(const char *dir, int64_t cell, bool console, struct err *err)
{
	struct store_content content;
	struct store *store;
	struct show show;
	int error;

	error = store_open(dir, false, &store, err);
	if (error)
		return error;
	error = store_load(store, &content, err);
	show = (struct show){ .content = &content, .dir = dir, .live = store_has_writer(store) };
	store_close(store);
	if (error)
		return error;
	error = show_it(&show, cell, console, err);
	store_content_free(&content);
	return error;
}

static int show_arg(const struct options *opts, const char *arg, bool console)
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
	if (console && !cell) {
		report_usage("--console: %s is a run; name a cell of it, e.g. %s/1", arg, arg);
		free(dir);
		return EXIT_USAGE;
	}
	error = show_dir(dir, cell, console, &err);
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

static int show_main(struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		{ "console", no_argument, NULL, OPT_CONSOLE },
		{ 0 }
	};
	bool console = false;
	int opt, code;

	while ((opt = cmd_getopt(argc, argv, CMD_COMMON_LETTERS, longs)) != -1) {
		if (opt == OPT_CONSOLE) {
			console = true;
			continue;
		}
		code = cmd_common_option(opts, &cmd_show, opt);
		if (code >= 0)
			return code;
	}
	if (argc - optind > 1) {
		report_usage("show: takes one run or cell");
		return EXIT_USAGE;
	}
	return show_arg(opts, optind < argc ? argv[optind] : "last", console);
}

const struct command cmd_show = {
	.name = "show",
	.help = "show where a run comes from and how its cells went, or one cell in full",
	.usage = "usage: run-suite show [RUN|RUN/N|N] [--console]\n"
		 "\n"
		 "RUN is an id, a unique beginning of one, \"last\" (the default) or a folder;\n"
		 "RUN/N is cell N of it, and N alone cell N of the last run.\n"
		 "\n"
		 "  --console               all the cell's kernel said, and nothing else\n",
	.main = show_main,
};
