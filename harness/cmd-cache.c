// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite cache: what the cache of kernels holds, and making room in it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "text-table.h"

#define KEY_SHOWN 12

enum { OPT_PRUNE = OPT_OWN, OPT_LIMIT };

static const char usage[] =
	"usage: run-suite cache [--prune [--limit SIZE]]\n"
	"\n"
	"Shows what the cache of kernels holds, the least recently used first.\n"
	"\n"
	"  --prune                 remove the least recently used until the limit holds;\n"
	"                          what a running suite uses stays\n"
	"  --limit SIZE            for --prune: such as 10G; 0 removes all\n"
	"                          (that of --cache-limit, where 0 is no limit)\n";

static const char *age_text(char *buf, size_t size, int64_t used)
{
	int64_t seconds = time(NULL) - used;

	if (seconds < 3600)
		snprintf(buf, size, "%" PRId64 " min", seconds > 0 ? seconds / 60 : 0);
	else if (seconds < 48 * 3600)
		snprintf(buf, size, "%" PRId64 " h", seconds / 3600);
	else
		snprintf(buf, size, "%" PRId64 " d", seconds / (24 * 3600));
	return buf;
}

static void put_entry(struct table *table, const struct cache_entry *entry)
{
	char bytes[16], age[24];

	table_cell(table, NULL, "%s", entry->kind);
	table_cell(table, NULL, "%s", text_bytes(bytes, sizeof(bytes), entry->bytes));
	table_cell(table, NULL, "%s", age_text(age, sizeof(age), entry->used));
	table_cell(table, NULL, "%s", entry->busy ? "yes" : "-");
	table_cell(table, NULL, "%.*s", KEY_SHOWN, entry->key);
	table_cell(table, NULL, "%s", entry->name);
}

static void print_entries(const struct cache_list *list)
{
	static const char *const head[] = { "KIND", "SIZE", "UNUSED", "BUSY", "KEY", "NAME" };
	struct table *table = table_new("lrrlll");

	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		table_cell(table, NULL, "%s", head[i]);
	for (size_t i = 0; i < list->nr; i++)
		put_entry(table, &list->entry[i]);
	table_print(table, 0, stdout);
	table_free(table);
}

static int show(const struct options *opts)
{
	char *cache = opts->paths.cache ? str_dup(opts->paths.cache) : cache_default();
	char bytes[16], limit[16];
	struct cache_list list;
	struct err err = { "" };
	int error;

	error = cache_list(cache, &list, &err);
	if (error) {
		report_error("%s", err.text);
		free(cache);
		return EXIT_BROKEN;
	}
	if (list.nr)
		print_entries(&list);
	text_bytes(limit, sizeof(limit), opts->cache_limit);
	printf("%s: %zu entries, %s%s%s\n", cache, list.nr,
	       text_bytes(bytes, sizeof(bytes), list.bytes),
	       opts->cache_limit ? " of " : ", no limit", opts->cache_limit ? limit : "");
	cache_list_free(&list);
	free(cache);
	return EXIT_OK;
}

static int prune(const struct options *opts, uint64_t limit)
{
	struct err err = { "" };
	uint64_t freed = 0;
	char bytes[16];

	if (cache_prune(opts->paths.cache, limit, &freed, &err)) {
		report_error("%s", err.text);
		return EXIT_BROKEN;
	}
	if (opts->verbose >= 0)
		printf("freed %s\n", text_bytes(bytes, sizeof(bytes), freed));
	return EXIT_OK;
}

/**
 * struct cache_options - what this subcommand understands
 * @prune: --prune
 * @limited: --limit was given
 * @limit: its value, for which 0 is not what it is for --cache-limit
 */
struct cache_options {
	bool prune;
	bool limited;
	uint64_t limit;
};

static int take_option(void *ctx, int opt)
{
	struct cache_options *own = ctx;

	if (opt == OPT_PRUNE) {
		own->prune = true;
		return -1;
	}
	own->limited = true;
	return cmd_size("--limit", optarg, &own->limit);
}

static int cache_main(struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		{ "prune", no_argument, NULL, OPT_PRUNE },
		{ "limit", required_argument, NULL, OPT_LIMIT },
		{ 0 },
	};
	struct cache_options own = { 0 };
	int code = cmd_options(opts, &cmd_cache, argc, argv, longs, take_option, &own);

	if (code < 0)
		code = cmd_no_arguments(&cmd_cache, argc, argv);
	if (code >= 0)
		return code;
	if (own.limited && !own.prune) {
		report_usage("cache: --limit is for --prune");
		return EXIT_USAGE;
	}
	if (!own.limited)
		own.limit = opts->cache_limit ? opts->cache_limit : UINT64_MAX;
	return own.prune ? prune(opts, own.limit) : show(opts);
}

const struct command cmd_cache = {
	.name = "cache",
	.help = "show and prune the cache of kernels",
	.usage = usage,
	.main = cache_main,
};
