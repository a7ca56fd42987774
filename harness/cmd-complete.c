// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite complete WORD...: what could stand where the last word stands, for the scripts in
 * completions/. Commands and options are those the program itself parses, values those it
 * would take: nothing is written down twice. It is no command for people, prints no errors,
 * and starts nothing.
 *
 * A line is a candidate, and behind a tab what it is. Lines that begin with a colon say what
 * else there may be:
 *
 *	:files, :folders	names of those
 *	:list			further values may follow, apart by commas
 *	:open			the candidates are not whole: no blank goes behind them
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "perfctr.h"
#include "store.h"
#include "variant.h"
#include "workload.h"

/** enum value - what an option or an argument takes */
enum value {
	VALUE_UNKNOWN,		/* a file as well as anything: nobody has said */
	VALUE_TEXT,		/* numbers, revisions: nothing can be proposed */
	VALUE_FILE, VALUE_FOLDER, VALUE_FORMAT, VALUE_ENGINE, VALUE_VARIANT, VALUE_VARIANTS,
	VALUE_WORKLOADS, VALUE_PROFILE, VALUE_METRIC, VALUE_PARAM, VALUE_COUNTERS, VALUE_RUN,
	VALUE_CELL, VALUE_KIND, VALUE_MUTANT,
};

/* An option means the same wherever it is taken. Names alone: whether it is there, and takes a
 * value, its command says.
 */
static const struct {
	const char *option;
	enum value value;
} option_value[] = {
	{ "bad", VALUE_TEXT },
	{ "base", VALUE_VARIANT },
	{ "budget", VALUE_TEXT },
	{ "cache", VALUE_FOLDER },
	{ "cache-limit", VALUE_TEXT },
	{ "check", VALUE_TEXT },
	{ "counters", VALUE_COUNTERS },
	{ "engine", VALUE_ENGINE },
	{ "format", VALUE_FORMAT },
	{ "good", VALUE_TEXT },
	{ "head", VALUE_TEXT },
	{ "html", VALUE_FILE },
	{ "jobs", VALUE_TEXT },
	{ "kernel-source", VALUE_FILE },
	{ "kernels", VALUE_FOLDER },
	{ "limit", VALUE_TEXT },
	{ "metric", VALUE_METRIC },
	{ "out", VALUE_FOLDER },
	{ "param", VALUE_PARAM },
	{ "patch", VALUE_FILE },
	{ "plot", VALUE_FILE },
	{ "profile", VALUE_PROFILE },
	{ "results", VALUE_FOLDER },
	{ "resume", VALUE_RUN },
	{ "root", VALUE_FOLDER },
	{ "rounds", VALUE_TEXT },
	{ "save", VALUE_FILE },
	{ "silence", VALUE_TEXT },
	{ "since", VALUE_RUN },
	{ "traffic", VALUE_TEXT },
	{ "tree", VALUE_FOLDER },
	{ "trials", VALUE_TEXT },
	{ "variant", VALUE_VARIANT },
	{ "variants", VALUE_VARIANTS },
	{ "workloads", VALUE_WORKLOADS },
};

static const struct {
	const char *command;
	enum value value;
} argument_value[] = {
	{ "census", VALUE_FILE },
	{ "compare", VALUE_RUN },
	{ "figures", VALUE_RUN },
	{ "list", VALUE_KIND },
	{ "report", VALUE_RUN },
	{ "selftest", VALUE_MUTANT },
	{ "show", VALUE_CELL },
	{ "trend", VALUE_METRIC },
};

/**
 * struct wanted - what is completed
 * @opts: paths, as the words before have set them
 * @command: subcommand
 * @options: those that it takes
 * @before: of the last word, what stays: "--format=", "baseline,"
 * @prefix: how the rest of it begins
 */
struct wanted {
	struct options *opts;
	const struct command *command;
	const struct option *options;
	char *before;
	const char *prefix;
};

static void propose(const struct wanted *wanted, const char *word, const char *help)
{
	if (strncmp(word, wanted->prefix, strlen(wanted->prefix)))
		return;
	printf("%s%s%s%.*s\n", wanted->before, word, help && *help ? "\t" : "",
	       help ? (int)strcspn(help, "\n") : 0, help ? help : "");
}

/* --- values --- */

/* "NAME+OTHER" of each OTHER that switches something off, where NAME is typed. */
static void propose_matched(const struct wanted *wanted, const struct strv *names)
{
	int typed = strcspn(wanted->prefix, "+");

	for (size_t i = 0; i < names->nr; i++) {
		struct variant *variant;
		char *name;

		if (variant_is_mutant(names->item[i]) ||
		    variant_load(wanted->opts->paths.kernels, names->item[i], &variant, NULL))
			continue;
		name = str_printf("%.*s+%s", typed, wanted->prefix, names->item[i]);
		for (size_t j = 0; j < variant->nr_config; j++) {
			if (!variant->config[j].reason || variant->config[j].removed)
				continue;
			propose(wanted, name, NULL);
			break;
		}
		free(name);
		variant_free(variant);
	}
}

static void propose_variants(const struct wanted *wanted, const char *below)
{
	struct strv names = { 0 };
	size_t len = strlen(below);

	if (variant_names(wanted->opts->paths.kernels, &names, NULL))
		return;
	for (size_t i = 0; i < names.nr; i++) {
		char *debug = str_printf("%s+debug", names.item[i]);

		if (strncmp(names.item[i], below, len)) {
			free(debug);
			continue;
		}
		propose(wanted, names.item[i] + len, NULL);
		/* Who asks for it has typed all of the name. */
		if (strlen(wanted->prefix) >= strlen(names.item[i]))
			propose(wanted, debug, NULL);
		free(debug);
	}
	/* Who wants one has typed the "+": all variants are read for it. */
	if (!len && strchr(wanted->prefix, '+'))
		propose_matched(wanted, &names);
	strv_free(&names);
}

static void propose_workloads(const struct wanted *wanted)
{
	for (size_t i = 0; workload_table[i]; i++)
		if (workload_table[i]->kind != WORKLOAD_SELFTEST)
			propose(wanted, workload_table[i]->name, workload_table[i]->help);
}

static void propose_metrics(const struct wanted *wanted)
{
	for (size_t i = 0; workload_table[i]; i++) {
		const struct metric *metric = workload_table[i]->metrics;

		if (workload_table[i]->kind == WORKLOAD_SELFTEST)
			continue;
		for (; metric && metric->name; metric++) {
			char *name = str_printf("%s.%s", workload_table[i]->name, metric->name);

			propose(wanted, name, metric->help);
			free(name);
		}
	}
}

static void propose_choices(const struct wanted *wanted, const char *name,
			    const struct workload_param *param)
{
	for (size_t i = 0; param->choices && param->choices[i]; i++) {
		char *text = str_printf("%s=%s", name, param->choices[i]);

		propose(wanted, text, NULL);
		free(text);
	}
}

/* "zswap.compressor=" first, and what it may be when that stands there. */
static void propose_params(const struct wanted *wanted)
{
	bool named = strchr(wanted->prefix, '=');

	if (!named)
		puts(":open");
	for (size_t i = 0; workload_table[i]; i++) {
		const struct workload_param *param = workload_table[i]->params;

		for (; param && param->name; param++) {
			char *name = str_printf("%s.%s", workload_table[i]->name, param->name);
			char *open = str_printf("%s=", name);

			if (named)
				propose_choices(wanted, name, param);
			else
				propose(wanted, open, param->help);
			free(open);
			free(name);
		}
	}
}

static void propose_runs(const struct wanted *wanted)
{
	struct strv ids = { 0 };

	if (!store_ids(wanted->opts->paths.results, &ids, NULL) && ids.nr)
		propose(wanted, "last", "the newest run");
	for (size_t i = 0; i < ids.nr; i++)
		propose(wanted, ids.item[i], NULL);
	strv_free(&ids);
	puts(":folders");
}

static void propose_cells_of(const struct wanted *wanted, const char *run)
{
	struct store_content content;
	struct store *store;
	char *dir;

	if (store_find(wanted->opts->paths.results, run, &dir, NULL))
		return;
	if (!store_open(dir, false, &store, NULL)) {
		if (!store_load_judged(store, &content, NULL)) {
			for (size_t i = 0; i < content.nr_cells; i++) {
				const struct store_cell *cell = &content.cell[i];
				char *name = str_printf("%s/%lld", run, (long long)cell->id);
				char *help = str_printf("%s %s %s", cell->variant, cell->workload,
							cell->params);

				propose(wanted, name, help);
				free(help);
				free(name);
			}
			store_content_free(&content);
		}
		store_close(store);
	}
	free(dir);
}

static void propose_cells(const struct wanted *wanted)
{
	const char *slash = strrchr(wanted->prefix, '/');
	char *run;

	propose_runs(wanted);
	if (!slash)
		return;
	run = str_printf("%.*s", (int)(slash - wanted->prefix), wanted->prefix);
	propose_cells_of(wanted, run);
	free(run);
}

static void propose_words(const struct wanted *wanted, const char *words)
{
	struct strv list = { 0 };

	strv_split(&list, words, " ");
	for (size_t i = 0; i < list.nr; i++)
		propose(wanted, list.item[i], NULL);
	strv_free(&list);
}

static void propose_formats(const struct wanted *wanted)
{
	struct strv list = { 0 };

	print_format_names(wanted->command->formats, &list);
	for (size_t i = 0; i < list.nr; i++)
		propose(wanted, list.item[i], NULL);
	strv_free(&list);
}

static void propose_commands(const struct wanted *wanted)
{
	const struct command *command;

	for (size_t i = 0; (command = cmd_at(i)); i++)
		if (command->help)
			propose(wanted, command->name, command->help);
}

static void propose_engines(const struct wanted *wanted)
{
	for (size_t i = 0; i < ENGINE_NR; i++)
		propose(wanted, engine_table[i].name, engine_table[i].help);
	if (strcmp(wanted->command->name, "doctor") && strcmp(wanted->command->name, "trend"))
		propose(wanted, "auto", NULL);
}

static void propose_counters(const struct wanted *wanted)
{
	for (int i = 0; i < PERFCTR_MODES; i++)
		propose(wanted, perfctr_mode_name(i), NULL);
}

/* What was typed before the last comma stays. */
static void split_list(struct wanted *wanted)
{
	const char *comma = strrchr(wanted->prefix, ',');
	char *before;

	puts(":list");
	if (!comma)
		return;
	before = str_printf("%s%.*s", wanted->before, (int)(comma + 1 - wanted->prefix),
			    wanted->prefix);
	free(wanted->before);
	wanted->before = before;
	wanted->prefix = comma + 1;
}

static void propose_value(struct wanted *wanted, enum value value)
{
	switch (value) {
	case VALUE_UNKNOWN:
	case VALUE_FILE:
		puts(":files");
		return;
	case VALUE_FOLDER:
		puts(":folders");
		return;
	case VALUE_TEXT:
		return;
	case VALUE_FORMAT:
		propose_formats(wanted);
		return;
	case VALUE_ENGINE:
		propose_engines(wanted);
		return;
	case VALUE_VARIANTS:
		split_list(wanted);
		propose_variants(wanted, "");
		return;
	case VALUE_VARIANT:
		propose_variants(wanted, "");
		return;
	case VALUE_WORKLOADS:
		split_list(wanted);
		propose_workloads(wanted);
		return;
	case VALUE_PROFILE:
		propose_words(wanted, "quick full");
		puts(":files");
		return;
	case VALUE_METRIC:
		propose_metrics(wanted);
		return;
	case VALUE_PARAM:
		propose_params(wanted);
		return;
	case VALUE_COUNTERS:
		propose_counters(wanted);
		return;
	case VALUE_RUN:
		propose_runs(wanted);
		return;
	case VALUE_CELL:
		propose_cells(wanted);
		return;
	case VALUE_KIND:
		for (size_t i = 0; cmd_list_kind(i); i++)
			propose(wanted, cmd_list_kind(i), NULL);
		return;
	case VALUE_MUTANT:
		propose_variants(wanted, "mutants/");
		return;
	}
}

/* --- options --- */

/* What --help says of it: "  --engine NAME           kvm, tcg, exact or auto (auto)" */
static const char *help_of(const struct command *command, const char *name)
{
	char *option = str_printf("--%s", name);
	const char *at = command->usage;
	size_t len = strlen(option);

	while ((at = strstr(at, option))) {
		const char *gap = at + len;

		at = gap;
		if (strchr("abcdefghijklmnopqrstuvwxyz-", *gap))
			continue;
		gap = strstr(gap, "  ");
		if (gap && gap < at + strcspn(at, "\n")) {
			free(option);
			return gap + strspn(gap, " ");
		}
	}
	free(option);
	return NULL;
}

static void propose_options(const struct wanted *wanted)
{
	for (const struct option *option = wanted->options; option->name; option++) {
		char *name = str_printf("--%s", option->name);

		propose(wanted, name, help_of(wanted->command, option->name));
		free(name);
	}
}

/* An option by its name, or by a beginning that is no other's. */
static const struct option *find_option(const struct wanted *wanted, const char *word)
{
	const struct option *found = NULL;
	size_t len = strcspn(word, "=");
	unsigned int hits = 0;

	if (strncmp(word, "--", 2) || len < 3)
		return NULL;
	for (const struct option *option = wanted->options; option->name; option++) {
		if (strncmp(option->name, word + 2, len - 2))
			continue;
		found = option;
		hits++;
		if (strlen(option->name) == len - 2)
			return option;
	}
	return hits == 1 ? found : NULL;
}

static enum value value_of(const char *option)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_value); i++)
		if (!strcmp(option_value[i].option, option))
			return option_value[i].value;
	return VALUE_UNKNOWN;
}

static enum value argument_of(const char *command)
{
	for (size_t i = 0; i < ARRAY_SIZE(argument_value); i++)
		if (!strcmp(argument_value[i].command, command))
			return argument_value[i].value;
	return VALUE_TEXT;
}

/* --results and --kernels are where runs and variants are looked for. */
static void take_paths(struct wanted *wanted, char **word, int nr)
{
	for (int i = 0; i < nr; i++) {
		const struct option *option = find_option(wanted, word[i]);
		const char *value = strchr(word[i], '=');
		char **path = NULL;

		value = value ? value + 1 : i + 1 < nr ? word[i + 1] : NULL;
		if (option && !strcmp(option->name, "results"))
			path = &wanted->opts->paths.results;
		else if (option && !strcmp(option->name, "kernels"))
			path = &wanted->opts->paths.kernels;
		if (!path || !value)
			continue;
		free(*path);
		*path = str_dup(value);
	}
}

static void complete_last(struct wanted *wanted, char **word, int nr)
{
	const char *last = word[nr - 1];
	const struct option *before = nr > 1 ? find_option(wanted, word[nr - 2]) : NULL;
	const struct option *here = find_option(wanted, last);

	wanted->prefix = last;
	take_paths(wanted, word, nr - 1);
	if (before && before->has_arg == required_argument && !strchr(word[nr - 2], '=')) {
		propose_value(wanted, value_of(before->name));
	} else if (here && here->has_arg != no_argument && strchr(last, '=')) {
		free(wanted->before);
		wanted->prefix = strchr(last, '=') + 1;
		wanted->before = str_printf("%.*s", (int)(wanted->prefix - last), last);
		propose_value(wanted, value_of(here->name));
	} else if (*last == '-') {
		propose_options(wanted);
	} else {
		propose_value(wanted, argument_of(wanted->command->name));
	}
}

static int complete_main(struct options *opts, int argc, char **argv)
{
	struct wanted wanted = { .opts = opts, .command = &cmd_run, .before = str_dup("") };
	bool named = argc > 2 && cmd_find(argv[1]);

	if (named)
		wanted.command = cmd_find(argv[1]);
	wanted.options = cmd_options_of(opts, wanted.command);
	if (argc == 2 && *argv[1] != '-') {
		wanted.prefix = argv[1];
		propose_commands(&wanted);
	} else if (argc > 1 && wanted.options && (named || *argv[1] == '-')) {
		complete_last(&wanted, argv + 1 + named, argc - 1 - named);
	}
	free(wanted.before);
	return EXIT_OK;
}

const struct command cmd_complete = {
	.name = "complete",
	.main = complete_main,
};
