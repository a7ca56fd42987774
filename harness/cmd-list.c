// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite list: what there is to choose from.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "cmd.h"
#include "engine.h"
#include "list-runs.h"
#include "plan.h"
#include "variant.h"
#include "workload.h"

enum { OPT_FORMAT = OPT_OWN };

static int list_variants(const struct options *opts)
{
	struct kernel_builder builder = cmd_kernel_builder(opts);
	struct strv names = { 0 };
	struct err err = { "" };
	int code = EXIT_OK, width = 8, parent_width = 8, length;

	if (variant_names(opts->paths.kernels, &names, &err)) {
		report_error("%s", err.text);
		return EXIT_BROKEN;
	}
	for (size_t i = 0; i < names.nr; i++) {
		length = (int)strlen(names.item[i]);
		if (length > width)
			width = length;
		/* No mutant is a parent. */
		if (length > parent_width && !strchr(names.item[i], '/'))
			parent_width = length;
	}
	printf("%-*s %-*s %-9s %-6s %s\n", width, "VARIANT", parent_width, "PARENT", "STATE",
	       "KERNEL", "WHAT IT IS");
	for (size_t i = 0; i < names.nr; i++) {
		struct variant *variant;

		if (variant_load(opts->paths.kernels, names.item[i], &variant, &err)) {
			report_error("%s", err.text);
			code = EXIT_BROKEN;
			continue;
		}
		printf("%-*s %-*s %-9s %-6s %s\n", width, variant->name, parent_width,
		       variant->parent ? variant->parent : "-", variant->state,
		       kernel_is_cached(&builder, variant) ? "built" : "-", variant->help);
		variant_free(variant);
	}
	strv_free(&names);
	return code;
}

/* Workloads that break a guest on purpose are for those who ask with -v. */
static bool listed(const struct workload *workload, const struct options *opts)
{
	return workload->kind != WORKLOAD_SELFTEST || opts->verbose > 0;
}

static const char *kind_name(enum workload_kind kind)
{
	return kind == WORKLOAD_MEASURE ? "measure" : "check";
}

static void print_params(const struct workload *workload)
{
	const struct workload_param *param = workload->params;

	for (; param && param->name; param++) {
		printf("  %-20s %s (default %s; ", param->name, param->help, param->def);
		for (size_t i = 0; param->choices && param->choices[i]; i++)
			printf("%s%s", i ? ", " : "", param->choices[i]);
		if (!param->choices)
			printf("%llu to %llu", (unsigned long long)param->min,
			       (unsigned long long)param->max);
		puts(")");
	}
}

static int workload_width(const struct options *opts)
{
	int width = strlen("WORKLOAD");

	for (size_t i = 0; workload_table[i]; i++)
		if (listed(workload_table[i], opts) && (int)strlen(workload_table[i]->name) > width)
			width = strlen(workload_table[i]->name);
	return width;
}

static int list_workloads(const struct options *opts)
{
	int width = workload_width(opts);

	printf("%-*s %-8s %s\n", width, "WORKLOAD", "KIND", "WHAT IT DOES");
	for (size_t i = 0; workload_table[i]; i++) {
		const struct workload *workload = workload_table[i];

		if (!listed(workload, opts))
			continue;
		printf("%-*s %-8s %s%s\n", width, workload->name,
		       workload->kind == WORKLOAD_SELFTEST ? "selftest" : kind_name(workload->kind),
		       workload->help, workload->on_request ? " (on request)" :
		       workload->debug ? " (on debug kernels)" : "");
		print_params(workload);
	}
	return EXIT_OK;
}

static int list_metrics(const struct options *opts)
{
	int width = workload_width(opts);

	printf("%-*s %-20s %-8s %-8s %-7s %s\n", width, "WORKLOAD", "METRIC", "UNIT", "BETTER",
	       "IS THE", "WHAT IT IS");
	for (size_t i = 0; workload_table[i]; i++) {
		const struct metric *metric = workload_table[i]->metrics;

		if (!listed(workload_table[i], opts))
			continue;
		for (; metric && metric->name; metric++)
			printf("%-*s %-20s %-8s %-8s %-7s %s\n", width, workload_table[i]->name,
			       metric->name,
			       metric->unit == UNIT_CLOCK ? "insns|ns" :
							    metric_unit_name(metric->unit, 0),
			       metric_direction_name(metric->direction),
			       metric_combine_name(metric->combine), metric->help);
	}
	return EXIT_OK;
}

static int list_all_runs(const struct options *opts)
{
	struct err err = { "" };

	if (!list_runs(opts->paths.results, stdout, &err))
		return EXIT_OK;
	report_error("%s", err.text);
	return EXIT_BROKEN;
}

static int list_engines(const struct options *opts)
{
	(void)opts;
	for (size_t i = 0; i < ENGINE_NR; i++)
		printf("%-7s %s\n", engine_table[i].name, engine_table[i].help);
	puts("auto    kvm when a probe guest really boots with it, otherwise exact");
	return EXIT_OK;
}

static const struct {
	const char *name;
	int (*list)(const struct options *opts);
} list_table[] = {
	{ "variants", list_variants },
	{ "workloads", list_workloads },
	{ "metrics", list_metrics },
	{ "runs", list_all_runs },
	{ "engines", list_engines },
};

const char *cmd_list_kind(size_t at)
{
	return at < ARRAY_SIZE(list_table) ? list_table[at].name : NULL;
}

/* The only option there is. */
static int take_format(void *ctx, int opt)
{
	enum print_format format;
	bool *markdown = ctx;
	int code = cmd_format(optarg, cmd_list.formats, &format);

	(void)opt;
	if (code < 0)
		*markdown = format == PRINT_MARKDOWN;
	return code;
}

static int list_main(struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ 0 }
	};
	struct strv known = { 0 };
	bool markdown = false;
	int code = cmd_options(opts, &cmd_list, argc, argv, longs, take_format, &markdown);

	if (code >= 0)
		return code;
	if (argc - optind != 1) {
		report_usage("list: name one of variants, workloads, metrics, runs, engines");
		return EXIT_USAGE;
	}
	if (markdown && strcmp(argv[optind], "workloads")) {
		report_usage("list %s: only workloads are listed as markdown", argv[optind]);
		return EXIT_USAGE;
	}
	if (markdown) {
		catalogue_print(workload_table, stdout);
		return EXIT_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(list_table); i++) {
		if (!strcmp(argv[optind], list_table[i].name)) {
			strv_free(&known);
			return list_table[i].list(opts);
		}
		strv_add(&known, "%s", list_table[i].name);
	}
	code = cmd_unknown("list", argv[optind], &known);
	strv_free(&known);
	return code;
}

const struct command cmd_list = {
	.name = "list",
	.help = "show variants, workloads, metrics, runs or engines",
	.usage = "usage: run-suite list variants|workloads|metrics|runs|engines [--format FORMAT]\n"
		 "\n"
		 "  --format FORMAT         of workloads: text, or markdown (docs/workloads.md)\n"
		 "\n"
		 "With -v, workloads also lists those that break a guest on purpose.\n",
	.formats = PRINT_SET(PRINT_TEXT) | PRINT_SET(PRINT_MARKDOWN),
	.main = list_main,
};
