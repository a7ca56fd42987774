// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was found of a host, for people and for programs (docs/result-format.md).
 */
#include <limits.h>
#include <stdlib.h>

#include "columns.h"
#include "host.h"
#include "json-text.h"
#include "text-table.h"

#define INDENT 2
#define BELOW 8		/* of what stands below a finding */

/* Without an engine, a finding is as grave as it is for the one it matters most to. */
static enum host_level level_of(const struct host_finding *finding, const enum engine *engine)
{
	return engine ? host_level_for(finding, *engine) : finding->level;
}

static void put_finding(struct table *table, const struct host_finding *finding,
			enum host_level level)
{
	table_cell(table, NULL, "%s", host_level_name(level));
	table_cell(table, NULL, "%s", finding->item->name);
	table_cell(table, NULL, "%s", finding->seen);
	if (host_level_is_bad(level))
		table_line(table, "%*s%s", BELOW, "", finding->item->why);
	if (*finding->mend)
		table_line(table, "%*s-> %s", BELOW, "", finding->mend);
}

/* "kvm    4 things disturb: governor, turbo, THP, load" */
static void print_engine(const struct host_findings *findings, enum engine engine, FILE *out)
{
	struct strv names = { 0 };
	size_t nr = host_bad_names(findings, engine, &names);
	char *list = strv_join(&names, ", "), *text;

	if (nr)
		text = str_printf("%-6s %zu in the way: %s", engine_table[engine].name, nr, list);
	else
		text = str_printf("%-6s nothing in the way", engine_table[engine].name);
	text_wrapped(text, INDENT, INDENT + 7, columns_of(out, UINT_MAX), out);
	free(text);
	free(list);
	strv_free(&names);
}

void host_print_text(const struct host_findings *findings, const enum engine *engine, FILE *out)
{
	struct table *table = table_new("lll");

	for (size_t i = 0; i < findings->nr; i++)
		put_finding(table, &findings->item[i], level_of(&findings->item[i], engine));
	table_print(table, INDENT, out);
	table_free(table);
	fputc('\n', out);
	for (unsigned int i = 0; i < ENGINE_NR; i++)
		if (!engine || *engine == i)
			print_engine(findings, i, out);
}

static json_t *engines_array(unsigned int engines)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < ENGINE_NR; i++)
		if (engines & HOST_FOR(i))
			json_array_append_new(array, json_string(engine_table[i].name));
	return array;
}

static json_t *finding_object(const struct host_finding *finding, enum host_level level)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(finding->item->name));
	json_object_set_new(object, "level", json_string(host_level_name(level)));
	json_object_set_new(object, "seen", json_text(finding->seen));
	json_object_set_new(object, "mend", json_text(finding->mend));
	json_object_set_new(object, "looks_at", json_string(finding->item->looks_at));
	json_object_set_new(object, "why", json_string(finding->item->why));
	json_object_set_new(object, "engines", engines_array(finding->item->engines));
	return object;
}

int host_print_json(const struct host_findings *findings, const enum engine *engine, FILE *out)
{
	json_t *root = json_object(), *array = json_array();
	int error;

	for (size_t i = 0; i < findings->nr; i++)
		json_array_append_new(array, finding_object(&findings->item[i],
							    level_of(&findings->item[i], engine)));
	json_object_set_new(root, "engine", engine ? json_string(engine_table[*engine].name) :
						     json_null());
	json_object_set_new(root, "findings", array);
	error = json_dumpf(root, out, JSON_INDENT(2));
	json_decref(root);
	if (error)
		return errno ? -errno : -EIO;
	fputc('\n', out);
	return 0;
}
