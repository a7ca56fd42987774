// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite trend: what changed from run to run, night after night.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "engine.h"
#include "figure.h"
#include "trend-runs.h"

enum { OPT_VARIANT = OPT_OWN, OPT_ENGINE, OPT_SINCE, OPT_FORMAT, OPT_ALL, OPT_GATE, OPT_PLOT };

#define SERIES_DRAWN 12	/* with a metric or --all: all of them */

/**
 * struct trend_options - what this subcommand understands
 * @metric: "WORKLOAD.NAME", or NULL for all
 * @request: --variant, --engine, --since
 * @format: --format
 * @all: --all, or -v
 * @gate: --gate
 * @plot: --plot, or NULL
 */
struct trend_options {
	const char *metric;
	struct trend_request request;
	enum print_format format;
	bool all;
	bool gate;
	const char *plot;
};

/* --- options --- */

static int take_option(void *ctx, int opt)
{
	struct trend_options *own = ctx;
	enum engine engine;

	switch (opt) {
	case OPT_VARIANT:
		own->request.variant = optarg;
		return -1;
	case OPT_ENGINE:
		own->request.engine = optarg;
		return cmd_engine(optarg, &engine);
	case OPT_SINCE:
		own->request.since = optarg;
		return -1;
	case OPT_FORMAT:
		return cmd_format(optarg, cmd_trend.formats, &own->format);
	case OPT_ALL:
		own->all = true;
		return -1;
	case OPT_GATE:
		own->gate = true;
		return -1;
	case OPT_PLOT:
		own->plot = optarg;
		return -1;
	}
	return -1;
}

static int parse_options(struct trend_options *own, struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		{ "variant", required_argument, NULL, OPT_VARIANT },
		{ "engine", required_argument, NULL, OPT_ENGINE },
		{ "since", required_argument, NULL, OPT_SINCE },
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ "all", no_argument, NULL, OPT_ALL },
		{ "gate", no_argument, NULL, OPT_GATE },
		{ "plot", required_argument, NULL, OPT_PLOT },
		{ 0 }
	};
	int code = cmd_options(opts, &cmd_trend, argc, argv, longs, take_option, own);

	if (code >= 0)
		return code;
	if (argc - optind > 1) {
		report_usage("trend: takes one metric, WORKLOAD.NAME");
		return EXIT_USAGE;
	}
	own->metric = optind < argc ? argv[optind] : NULL;
	if (own->metric && !strchr(own->metric, '.')) {
		report_usage("trend %s: give WORKLOAD.NAME; see `run-suite list metrics`", own->metric);
		return EXIT_USAGE;
	}
	return -1;
}

/* Of the newest agent: what an older one could see is no matter any more. */
static bool find_seen(const struct options *opts, const struct trend *trend,
		      struct calibration_file *ret_seen, char **ret_why)
{
	const struct store_run run = {
		.host = trend->host, .engine = trend->engine, .qemu_version = trend->qemu_version,
		.agent_hash = trend->run[trend->nr_runs - 1].agent,
	};

	return calibration_of_run(opts->paths.cache, &run, ret_seen, ret_why);
}

static int print_trend(const struct options *opts, const struct trend_options *own,
		       struct trend *trend)
{
	unsigned int flags = (opts->colour ? COMPARE_COLOUR : 0) |
			     (own->all || own->metric || opts->verbose > 0 ? COMPARE_ALL : 0);
	struct calibration_file seen = { 0 };
	char *why = NULL;
	int error;

	if (trend->nr_runs && find_seen(opts, trend, &seen, &why))
		trend->seen = &seen;
	trend->why_not_seen = why;
	error = trend_print(trend, own->format, flags, stdout);
	trend->seen = NULL;
	trend->why_not_seen = NULL;
	calibration_free(&seen);
	free(why);
	return error;
}

static int draw(const struct options *opts, const struct trend_options *own,
		const struct trend *trend)
{
	size_t most = own->all || own->metric ? trend->nr_series : SERIES_DRAWN;
	struct figures figures = { 0 };
	struct strv made = { 0 };
	struct err err = { "" };
	int error;

	figures_of_trend(trend, most, &figures);
	error = figures_draw(&figures, opts->paths.plots, own->plot, FIGURE_FILES, &made, &err);
	figures_free(&figures);
	return cmd_plotted(&made, error, &err);
}

/* A nightly job that has nothing to compare with must not look as if all were well. */
static int exit_code(const struct trend_options *own, const struct trend *trend)
{
	if (!own->gate)
		return EXIT_OK;
	if (trend_is_worse(trend))
		return EXIT_FAILED;
	return trend_is_searched(trend) ? EXIT_OK : EXIT_INCONCLUSIVE;
}

static int make_trend(const struct trend_options *own, struct trend *ret_trend, struct err *err)
{
	struct strv unreadable = { 0 };
	int error;

	error = trend_runs(&own->request, ret_trend, &unreadable, err);
	for (size_t i = 0; i < unreadable.nr; i++)
		report_warning("trend: a run is left out: %s", unreadable.item[i]);
	strv_free(&unreadable);
	if (!error && own->metric)
		error = trend_pick(ret_trend, own->metric, err);
	return error;
}

static int trend_main(struct options *opts, int argc, char **argv)
{
	struct trend_options own = { .request = { .variant = "baseline" }, .format = PRINT_TEXT };
	struct trend trend = { 0 };
	struct err err = { "" };
	int error, code;

	code = parse_options(&own, opts, argc, argv);
	if (code >= 0)
		return code;
	own.request.results = opts->paths.results;
	error = make_trend(&own, &trend, &err);
	if (error)
		code = cmd_fail(error, &err);
	else if (print_trend(opts, &own, &trend) || (own.plot && draw(opts, &own, &trend)))
		code = EXIT_BROKEN;
	else
		code = exit_code(&own, &trend);
	trend_free(&trend);
	return code;
}

const struct command cmd_trend = {
	.name = "trend",
	.help = "what changed from run to run, night after night",
	.usage = "usage: run-suite trend [WORKLOAD.NAME] [OPTIONS]\n"
		 "\n"
		 "Compares the runs below --results with the same host, engine and QEMU as the newest\n"
		 "one, and names each run in which a figure of the variant changed. With a metric,\n"
		 "prints its figures run by run as well.\n"
		 "\n"
		 "  --variant NAME          whose figures (baseline)\n"
		 "  --engine NAME           kvm, tcg or exact (that of the newest run)\n"
		 "  --since RUN             leave out what is older\n"
		 "  --format text|json|csv  how to print it (text)\n"
		 "  --all                   print every series, changed or not (also -v)\n"
		 "  --plot DIR              draw the series that changed most, run by run\n"
		 "  --gate                  the exit code tells whether a figure got worse\n"
		 "\n"
		 "Exit codes with --gate: 1 the last change of some figure made it worse, 4 there are too\n"
		 "few runs to tell of any; otherwise 0.\n",
	.formats = PRINT_FIGURES,
	.main = trend_main,
};
