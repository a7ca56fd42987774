// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs below a folder, as a list.
 */
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "compare.h"
#include "list-runs.h"
#include "show-private.h"
#include "text-table.h"

#define NAMES_SHOWN 3	/* of variants and workloads: `show` has all */

/* "baseline, vmemmap-4k and 2 more" */
static char *some_of(const struct strv *names)
{
	struct strv shown = { 0 };
	char *list, *text;

	for (size_t i = 0; i < names->nr && i < NAMES_SHOWN; i++)
		strv_add(&shown, "%s", names->item[i]);
	list = strv_join(&shown, ", ");
	text = names->nr > NAMES_SHOWN ? str_printf("%s and %zu more", list,
						    names->nr - NAMES_SHOWN) : str_dup(list);
	free(list);
	strv_free(&shown);
	return text;
}

static void add_once(struct strv *names, const char *name)
{
	if (!strv_has(names, name))
		strv_add(names, "%s", name);
}

static void put_names(struct table *table, const struct store_content *content)
{
	struct strv variants = { 0 }, workloads = { 0 };
	char *text;

	for (size_t i = 0; i < content->nr_cells; i++) {
		add_once(&variants, content->cell[i].variant);
		add_once(&workloads, content->cell[i].workload);
	}
	text = some_of(&variants);
	table_cell(table, NULL, "%s", text);
	free(text);
	text = some_of(&workloads);
	table_cell(table, NULL, "%s", text);
	free(text);
	strv_free(&variants);
	strv_free(&workloads);
}

static const char *how_it_went(const struct store_content *content, bool live)
{
	if (!strcmp(content->run.status, "finished"))
		return verdict_name(compare_verdict(content));
	return live ? "running" : "cut short";
}

/* To the minute, in UTC as everywhere. */
static void put_run(struct table *table, const struct store_content *content, bool live,
		    const char *dir)
{
	const char *folder = strrchr(dir, '/') + 1;
	char when[SHOW_TIME];

	table_cell(table, NULL, "%s", content->run.id);
	table_cell(table, NULL, "%.16s", show_time(when, content->run.started));
	table_cell(table, NULL, "%s", content->run.engine);
	table_cell(table, NULL, "%s", how_it_went(content, live));
	put_names(table, content);
	if (strcmp(folder, content->run.id))
		table_line(table, "    in %s", dir);
}

static void put_unreadable(struct table *table, const char *id, const char *why)
{
	table_cell(table, NULL, "%s", id);
	table_cell(table, NULL, "-");
	table_cell(table, NULL, "-");
	table_cell(table, NULL, "unreadable");
	table_cell(table, NULL, "%s", "");
	table_cell(table, NULL, "%s", "");
	table_line(table, "    %s", why);
}

static void put_folder(struct table *table, const char *dir, const char *id)
{
	struct store_content content;
	struct store *store;
	struct err err = { "" };
	bool live = false;
	int error;

	error = store_open(dir, false, &store, &err);
	if (!error) {
		live = store_has_writer(store);
		error = store_load_judged(store, &content, &err);
		store_close(store);
	}
	if (error) {
		put_unreadable(table, id, err.text);
		return;
	}
	put_run(table, &content, live, dir);
	store_content_free(&content);
}

int list_runs(const char *results, FILE *out, struct err *err)
{
	static const char *const head[] = { "RUN", "STARTED (UTC)", "ENGINE", "VERDICT", "VARIANTS",
					    "WORKLOADS" };
	struct table *table;
	struct strv ids = { 0 }, dirs = { 0 };
	int error = store_folders(results, &ids, &dirs, err);

	if (error)
		return error;
	table = table_new("llllll");
	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		table_cell(table, NULL, "%s", head[i]);
	for (size_t i = 0; i < ids.nr; i++)
		put_folder(table, dirs.item[i], ids.item[i]);
	table_print(table, 0, out);
	if (ids.nr)
		fprintf(out, "\n%zu run%s in %s, the newest last\n", ids.nr, ids.nr == 1 ? "" : "s",
			results);
	table_free(table);
	strv_free(&ids);
	strv_free(&dirs);
	return 0;
}
