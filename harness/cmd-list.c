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
#include "text-table.h"
#include "variant-off.h"
#include "workload.h"

enum { OPT_FORMAT = OPT_OWN };

static void put_head(struct table *table, const char *const *head)
{
	for (; *head; head++)
		table_cell(table, NULL, "%s", *head);
}

static void print_and_free(struct table *table)
{
	table_print(table, 0, stdout);
	table_free(table);
}

/* Its own: what it inherits stands below its parent. */
static void put_off(struct table *table, const struct variant *variant)
{
	struct variant_off off;

	variant_off_list(variant, &off);
	for (size_t i = 0; i < off.nr; i++)
		if (!strcmp(off.line[i]->of, variant->name))
			table_line(table, "  %s: %s: %s",
				   off.line[i]->removed ? "removed" : "switched off",
				   off.line[i]->option, off.line[i]->reason);
	variant_off_free(&off);
}

static void put_variant(struct table *table, const struct kernel_builder *builder,
			const struct variant *variant)
{
	table_cell(table, NULL, "%s", variant->name);
	table_cell(table, NULL, "%s", variant->parent ? variant->parent : "-");
	table_cell(table, NULL, "%s", variant->state);
	table_cell(table, NULL, "%s", kernel_is_cached(builder, variant) ? "built" : "-");
	table_cell(table, NULL, "%s", variant->help);
	put_off(table, variant);
}

static int list_variants(const struct options *opts)
{
	static const char *const head[] = { "VARIANT", "PARENT", "STATE", "KERNEL", "WHAT IT IS",
					    NULL };
	struct kernel_builder builder = cmd_kernel_builder(opts);
	struct strv names = { 0 };
	struct err err = { "" };
	struct table *table;
	int code = EXIT_OK;

	if (variant_names(opts->paths.kernels, &names, &err)) {
		report_error("%s", err.text);
		return EXIT_BROKEN;
	}
	table = table_new("lllll");
	put_head(table, head);
	for (size_t i = 0; i < names.nr; i++) {
		struct variant *variant;

		if (variant_load(opts->paths.kernels, names.item[i], &variant, &err)) {
			report_error("%s", err.text);
			code = EXIT_BROKEN;
			continue;
		}
		put_variant(table, &builder, variant);
		variant_free(variant);
	}
	print_and_free(table);
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
	if (kind == WORKLOAD_SELFTEST)
		return "selftest";
	return kind == WORKLOAD_MEASURE ? "measure" : "check";
}

static char *choices_of(const struct workload_param *param)
{
	struct strv words = { 0 };
	char *text;

	if (!param->choices)
		return str_printf("%llu to %llu", (unsigned long long)param->min,
				  (unsigned long long)param->max);
	for (size_t i = 0; param->choices[i]; i++)
		strv_add(&words, "%s", param->choices[i]);
	text = strv_join(&words, ", ");
	strv_free(&words);
	return text;
}

static void put_params(struct table *table, const struct workload *workload)
{
	const struct workload_param *param = workload->params;

	for (; param && param->name; param++) {
		char *choices = choices_of(param);

		table_line(table, "  %-20s %s (default %s; %s)", param->name, param->help,
			   param->def, choices);
		free(choices);
	}
}

static int list_workloads(const struct options *opts)
{
	static const char *const head[] = { "WORKLOAD", "KIND", "WHAT IT DOES", NULL };
	struct table *table = table_new("lll");

	put_head(table, head);
	for (size_t i = 0; workload_table[i]; i++) {
		const struct workload *workload = workload_table[i];

		if (!listed(workload, opts))
			continue;
		table_cell(table, NULL, "%s", workload->name);
		table_cell(table, NULL, "%s", kind_name(workload->kind));
		table_cell(table, NULL, "%s%s", workload->help, workload->on_request ?
			   " (on request)" : workload->debug ? " (on debug kernels)" : "");
		put_params(table, workload);
	}
	print_and_free(table);
	return EXIT_OK;
}

static void put_metric(struct table *table, const char *workload, const struct metric *metric)
{
	table_cell(table, NULL, "%s", workload);
	table_cell(table, NULL, "%s", metric->name);
	table_cell(table, NULL, "%s", metric->unit == UNIT_CLOCK ? "insns|ns" :
		   metric_unit_name(metric->unit, 0));
	table_cell(table, NULL, "%s", metric_direction_name(metric->direction));
	table_cell(table, NULL, "%s", metric_combine_name(metric->combine));
	table_cell(table, NULL, "%s", metric->help);
}

static int list_metrics(const struct options *opts)
{
	static const char *const head[] = { "WORKLOAD", "METRIC", "UNIT", "BETTER", "IS THE",
					    "WHAT IT IS", NULL };
	struct table *table = table_new("llllll");

	put_head(table, head);
	for (size_t i = 0; workload_table[i]; i++) {
		const struct metric *metric = workload_table[i]->metrics;

		if (!listed(workload_table[i], opts))
			continue;
		for (; metric && metric->name; metric++)
			put_metric(table, workload_table[i]->name, metric);
	}
	print_and_free(table);
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
	struct table *table = table_new("ll");

	(void)opts;
	for (size_t i = 0; i < ENGINE_NR; i++) {
		table_cell(table, NULL, "%s", engine_table[i].name);
		table_cell(table, NULL, "%s", engine_table[i].help);
	}
	table_cell(table, NULL, "auto");
	table_cell(table, NULL, "kvm when a probe guest really boots with it, otherwise exact");
	print_and_free(table);
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
