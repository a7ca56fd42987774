// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite report: a run as a page for others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "report-model.h"

enum { OPT_HTML = OPT_OWN };

/* The whole page in memory, then in the file: whoever looks at it sees no half of it. */
static int keep(const char *file, const char *text, size_t len, struct err *err)
{
	if (strcmp(file, "-"))
		return fs_write(file, text, len, err);
	/* main() reports what became of stdout. */
	fwrite(text, 1, len, stdout);
	return 0;
}

static int write_page(const struct report_page *page, const struct report_around *around,
		      const char *file, struct err *err)
{
	char *text = NULL, *unseen = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int error;

	if (!out)
		return err_set(err, -errno, "%s: no memory for the page: %s", file, strerror(errno));
	error = report_write(page, around, out, &unseen, err);
	if (fclose(out) && !error)
		error = err_set(err, -errno, "%s: no memory for the page: %s", file, strerror(errno));
	if (!error)
		error = keep(file, text, len, err);
	if (!error && *unseen)
		report_warning("report: %s has tables and no pictures: %s", file, unseen);
	free(unseen);
	free(text);
	return error;
}

static int report_content(const struct options *opts, const struct store_content *content,
			  struct report_around *around, const char *file, struct err *err)
{
	struct report_page page;
	struct compare compare;
	int error = compare_make(content, &compare, err);

	if (error)
		return error;
	around->plots = opts->paths.plots;
	around->cache = opts->paths.cache;
	around->kernels = opts->paths.kernels;
	around->results = opts->paths.results;
	report_make(&compare, &page);
	error = write_page(&page, around, file, err);
	report_free(&page);
	compare_free(&compare);
	return error;
}

static int report_dir(const struct options *opts, const char *dir, const char *file)
{
	struct report_around around = { .dir = dir };
	struct store_content content;
	struct store *store;
	struct err err = { "" };
	int error;

	error = store_open(dir, false, &store, &err);
	if (!error) {
		error = store_load(store, &content, &err);
		around.live = store_has_writer(store);
		store_close(store);
	}
	if (!error) {
		error = report_content(opts, &content, &around, file, &err);
		store_content_free(&content);
	}
	if (error)
		report_error("%s", err.text);
	return error ? EXIT_BROKEN : EXIT_OK;
}

static int take_option(void *ctx, int opt)
{
	const char **file = ctx;

	(void)opt;
	*file = optarg;
	return -1;
}

static int report_main(struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		{ "html", required_argument, NULL, OPT_HTML },
		{ 0 }
	};
	const char *file = NULL;
	struct err err = { "" };
	char *dir;
	int code = cmd_options(opts, &cmd_report, argc, argv, longs, take_option, &file);

	if (code >= 0)
		return code;
	if (argc - optind > 1) {
		report_usage("report: takes one run");
		return EXIT_USAGE;
	}
	if (!file) {
		report_usage("report: say where to with --html FILE, or --html - for standard output");
		return EXIT_USAGE;
	}
	if (store_find(opts->paths.results, optind < argc ? argv[optind] : "last", &dir, &err)) {
		report_usage("%s", err.text);
		return EXIT_USAGE;
	}
	code = report_dir(opts, dir, file);
	free(dir);
	return code;
}

const struct command cmd_report = {
	.name = "report",
	.help = "a run as one HTML page: which design to choose, and what it costs",
	.usage = "usage: run-suite report [RUN] --html FILE\n"
		 "\n"
		 "RUN is an id, a unique beginning of one, \"last\" (the default) or a folder. A run\n"
		 "that has not finished is reported as far as it is.\n"
		 "\n"
		 "  --html FILE             where to; - is standard output\n"
		 "\n"
		 "The page needs no other file and no network. Exit code 0 when it was written,\n"
		 "whatever it says; compare has the codes of the verdict.\n",
	.main = report_main,
};
