// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions by their places in a kernel, and what the plugin has counted of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "functions.h"
#include "reached.h"
#include "record.h"

/* --- places --- */

/**
 * struct map_line - "ffffffff81234567 t zswap_store"
 * @address: first
 * @type: as nm(1) has it
 * @name: points into the line
 */
struct map_line {
	uint64_t address;
	char type;
	const char *name;
};

static bool read_map_line(char *line, struct map_line *ret_line)
{
	char *end;

	errno = 0;
	ret_line->address = strtoull(line, &end, 16);
	if (errno || end == line || strlen(end) < 4 || end[0] != ' ' || end[2] != ' ')
		return false;
	ret_line->type = end[1];
	ret_line->name = end + 3;
	return true;
}

static void add_place(struct function_list *list, const struct map_line *line, bool init)
{
	list->item = mem_grow(list->item, list->nr + 1, sizeof(*list->item));
	list->item[list->nr++] = (struct function_place){
		.name = str_dup(line->name), .address = line->address, .init = init,
	};
}

int functions_find(const struct strv *names, const char *system_map, struct function_list *list,
		   struct err *err)
{
	char *text, *rest, *line;
	struct map_line at;
	bool init = false;
	int error = fs_read(system_map, &text, NULL, err);

	if (error)
		return error;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		if (!read_map_line(line, &at))
			continue;
		if (!strcmp(at.name, "_sinittext"))
			init = true;
		else if (!strcmp(at.name, "_einittext"))
			init = false;
		else if (names ? strv_has(names, at.name) : strchr("tTwW", at.type) != NULL)
			add_place(list, &at, init);
	}
	free(text);
	return 0;
}

void functions_add(struct function_list *list, const struct function_list *more)
{
	for (size_t i = 0; i < more->nr; i++) {
		const struct map_line line = {
			.address = more->item[i].address, .name = more->item[i].name,
		};

		add_place(list, &line, more->item[i].init);
	}
	list->objects += more->objects;
	if (!list->everywhere && more->everywhere)
		list->everywhere = str_dup(more->everywhere);
}

bool functions_has(const struct function_list *list, const char *name)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->item[i].name, name))
			return true;
	return false;
}

/* Where memory begins and ends that the image takes, or gives back once it is up. */
static const char *const edge[] = {
	"_text", "_etext", "__start_rodata", "__end_rodata", "_sdata", "_edata", "__init_begin",
	"__init_end", "__bss_start", "__bss_stop", "_end",
};

static int read_edges(const char *system_map, uint64_t page[ARRAY_SIZE(edge)], struct err *err)
{
	char *text, *rest, *line;
	struct map_line at;
	int error = fs_read(system_map, &text, NULL, err);

	if (error)
		return error;
	memset(page, 0, sizeof(*page) * ARRAY_SIZE(edge));
	rest = text;
	while ((line = strsep(&rest, "\n")))
		for (size_t i = 0; read_map_line(line, &at) && i < ARRAY_SIZE(edge); i++)
			if (!strcmp(at.name, edge[i]))
				page[i] = at.address >> 12;
	free(text);
	return 0;
}

int functions_find_edge(const char *old_map, const char *new_map, const char **ret_edge,
			struct err *err)
{
	uint64_t old[ARRAY_SIZE(edge)], new[ARRAY_SIZE(edge)];
	int error = read_edges(old_map, old, err);

	if (!error)
		error = read_edges(new_map, new, err);
	*ret_edge = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(edge) && !error && !*ret_edge; i++)
		if (old[i] != new[i])
			*ret_edge = edge[i];
	return error;
}

void functions_free(struct function_list *list)
{
	free(list->everywhere);
	for (size_t i = 0; i < list->nr; i++)
		free(list->item[i].name);
	free(list->item);
	*list = (struct function_list){ 0 };
}

int functions_write(const struct function_list *list, const char *path, struct err *err)
{
	struct strv lines = { 0 };
	char *text;
	int error;

	for (size_t i = 0; i < list->nr; i++)
		strv_add(&lines, "%llx %s\n", (unsigned long long)list->item[i].address,
			 list->item[i].name);
	text = strv_join(&lines, "");
	error = fs_write(path, text, strlen(text), err);
	free(text);
	strv_free(&lines);
	return error;
}

/* --- what the plugin counted --- */

static bool take_lines(const struct function_list *list, char *text, functions_take take, void *ctx)
{
	char *rest = text, *line = strsep(&rest, "\n"), *end;
	uint64_t calls;

	if (!line || strcmp(line, REACHED_HEADER))
		return false;
	for (size_t i = 0; i < list->nr; i++) {
		line = strsep(&rest, "\n");
		if (!line || *line < '0' || *line > '9')
			return false;
		errno = 0;
		calls = strtoull(line, &end, 10);
		if (errno || *end)
			return false;
		if (calls)
			take(ctx, &list->item[i], calls);
	}
	line = strsep(&rest, "\n");
	return line && !strcmp(line, "end");
}

int functions_read(const struct function_list *list, const char *path, functions_take take,
		   void *ctx, struct err *err)
{
	char *text;
	int error = fs_read(path, &text, NULL, err);

	if (error)
		return error;
	if (!take_lines(list, text, take, ctx))
		error = err_set(err, -EBADMSG, "%s: is not what the plugin writes for %zu functions",
				path, list->nr);
	free(text);
	return error;
}

static void add_calls(void *ctx, const struct function_place *place, uint64_t calls)
{
	struct record *record = ctx;
	char *labels = str_printf("function=%s", place->name);

	record_add_samples(record, FUNCTIONS_CALLS, labels, &calls, 1);
	free(labels);
}

void functions_take_calls(const struct function_list *list, const char *path,
			  struct record *record)
{
	struct err err = { "" };

	if (functions_read(list, path, add_calls, record, &err))
		record_add_check(record, "calls-counted", VERDICT_BROKEN, "%s", err.text);
}
