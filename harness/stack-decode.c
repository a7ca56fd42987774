// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In which files functions of a call trace are: by the symbols of the objects that a kernel
 * was linked from, for kernels are built without DWARF. Names that a guest sent are only ever
 * compared; what is handed to programs is paths of the tree, and numbers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proc.h"
#include "stack.h"

#define PADDING_MAX 64	/* between functions: the kernel's sizes reach to the next one */

/**
 * struct sought - a function that is looked for
 * @frame: of a trace
 * @fits: file of an object that defines it with a size that fits; NULL for none
 * @nr_fits: how many files
 * @any: the same whatever the size
 * @nr_any: how many
 * @address: where System.map has it; 0 for nowhere, or for several places
 * @nr_addresses: how many
 */
struct sought {
	struct stack_frame *frame;
	char *fits;
	size_t nr_fits;
	char *any;
	size_t nr_any;
	uint64_t address;
	size_t nr_addresses;
};

/** struct search - all of them, in order of names, and in which tree */
struct search {
	const char *tree;
	struct sought *item;
	size_t nr;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct sought *)a)->frame->symbol,
		      ((const struct sought *)b)->frame->symbol);
}

static struct search begin_search(struct stack_list *list, const char *tree)
{
	struct search search = { .tree = tree };

	for (size_t i = 0; i < list->nr; i++)
		for (size_t j = 0; j < list->trace[i].nr; j++) {
			search.item = mem_grow(search.item, search.nr + 1, sizeof(*search.item));
			search.item[search.nr++] = (struct sought){
				.frame = &list->trace[i].frame[j]
			};
		}
	if (search.nr)
		qsort(search.item, search.nr, sizeof(*search.item), by_name);
	return search;
}

static void end_search(struct search *search)
{
	for (size_t i = 0; i < search->nr; i++) {
		free(search->item[i].fits);
		free(search->item[i].any);
	}
	free(search->item);
}

/* The first of that name, others follow it; search->nr for none. */
static size_t find_name(const struct search *search, const char *name)
{
	size_t low = 0, high = search->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(search->item[middle].frame->symbol, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < search->nr && !strcmp(search->item[low].frame->symbol, name) ? low : search->nr;
}

static bool is_same_name(const struct search *search, size_t at, const char *name)
{
	return at < search->nr && !strcmp(search->item[at].frame->symbol, name);
}

/* --- objects --- */

static void note_file(char **file, size_t *nr, const char *object)
{
	if (*file && !strcmp(*file, object))
		return;
	(*nr)++;
	if (!*file)
		*file = str_dup(object);
}

static void note_symbol(struct search *search, const char *name, const char *object, uint64_t size)
{
	for (size_t i = find_name(search, name); is_same_name(search, i, name); i++) {
		struct sought *sought = &search->item[i];

		note_file(&sought->any, &sought->nr_any, object);
		if (size <= sought->frame->size && sought->frame->size < size + PADDING_MAX)
			note_file(&sought->fits, &sought->nr_fits, object);
	}
}

/* Members of a thin archive are named by where they are. */
static const char *within_tree(const char *tree, const char *path)
{
	size_t len = strlen(tree);

	return !strncmp(path, tree, len) && path[len] == '/' ? path + len + 1 : path;
}

/* "vmlinux.a:mm/zswap.o:0000000000002400 00000000000000f3 T zswap_load"; no size for labels */
static void take_symbol(struct search *search, char *line)
{
	char *object, *address = strrchr(line, ':'), *name = strrchr(line, ' ');
	unsigned long long value, size;

	if (!address || !name || sscanf(address + 1, "%llx %llx ", &value, &size) != 2)
		return;
	*address = '\0';
	object = strrchr(line, ':');
	if (object)
		note_symbol(search, name + 1, within_tree(search->tree, object + 1), size);
}

static void take_lines(struct search *search, char *text,
		       void (*take)(struct search *search, char *line))
{
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take(search, line);
}

/* Archives of a linked kernel; of those that are not there one can do without. */
static int read_objects(struct search *search, const char *tree, struct err *err)
{
	static const char *const archive[] = { "lib/lib.a", "arch/x86/lib/lib.a" };
	struct strv argv = { 0 };
	char *path = str_printf("%s/vmlinux.a", tree), *text = NULL;
	int error;

	if (!fs_exists(path)) {
		err_set(err, -ENOENT, "%s: no kernel was built there", tree);
		free(path);
		return -ENOENT;
	}
	strv_add(&argv, "nm");
	strv_add(&argv, "-A");
	strv_add(&argv, "-S");
	strv_add(&argv, "--defined-only");
	strv_add(&argv, "%s", path);
	free(path);
	for (size_t i = 0; i < ARRAY_SIZE(archive); i++) {
		path = str_printf("%s/%s", tree, archive[i]);
		if (fs_exists(path))
			strv_add(&argv, "%s", path);
		free(path);
	}
	error = proc_capture(argv.item, &text, err);
	if (!error)
		take_lines(search, text, take_symbol);
	free(text);
	strv_free(&argv);
	return error;
}

/* "mm/zswap.o" is made from mm/zswap.c or mm/zswap.S. */
static char *source_of(const char *tree, const char *object)
{
	static const char *const suffix[] = { "c", "S" };
	size_t stem = strlen(object);

	if (stem < 3 || strcmp(object + stem - 2, ".o"))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(suffix); i++) {
		char *source = str_printf("%.*s%s", (int)stem - 1, object, suffix[i]);
		char *path = str_printf("%s/%s", tree, source);
		bool there = fs_exists(path);

		free(path);
		if (there)
			return source;
		free(source);
	}
	return NULL;
}

/* Links to it; 0 where it is not there. */
static nlink_t links_of(const char *tree, const char *file)
{
	char *path = str_printf("%s/%s", tree, file);
	struct stat st;
	nlink_t links = stat(path, &st) ? 0 : st.st_nlink;

	free(path);
	return links;
}

static void set_sources(const struct search *search, const char *tree)
{
	/* Nobody patches that: where it is alone, the source is not in the cache any more. */
	bool shares = links_of(tree, "COPYING") > 1;

	for (size_t i = 0; i < search->nr; i++) {
		const struct sought *sought = &search->item[i];
		const char *object = sought->nr_any == 1 ? sought->any :
				     sought->nr_fits == 1 ? sought->fits : NULL;

		/* A module is no part of vmlinux, and has functions of the same names. */
		if (!object || sought->frame->module)
			continue;
		free(sought->frame->source);
		sought->frame->source = source_of(tree, object);
		if (shares && sought->frame->source)
			sought->frame->patched = links_of(tree, sought->frame->source) == 1;
	}
}

/* --- lines, where there is DWARF --- */

/* "ffffffff8118c090 T zswap_load" */
static void take_address(struct search *search, char *line)
{
	char *name = strrchr(line, ' ');
	unsigned long long value;

	if (!name || sscanf(line, "%llx ", &value) != 1)
		return;
	name++;
	for (size_t i = find_name(search, name); is_same_name(search, i, name); i++) {
		search->item[i].address = value;
		search->item[i].nr_addresses++;
	}
}

static bool has_lines(const char *tree)
{
	char *path = str_printf("%s/.config", tree), *text = NULL;
	bool has = !fs_read(path, &text, NULL, NULL) && strstr(text, "\nCONFIG_DEBUG_INFO=y\n");

	free(text);
	free(path);
	return has;
}

/* "/tree/mm/zswap.c:1543 (discriminator 3)" as "mm/zswap.c:1543"; NULL for "??:0" */
static char *short_line(const char *tree, char *line)
{
	char *colon;

	line[strcspn(line, " ")] = '\0';
	colon = strrchr(line, ':');
	if (*line == '?' || !colon || colon[1] == '?' || !strcmp(colon, ":0"))
		return NULL;
	return str_dup(within_tree(tree, line));
}

static bool has_address(const struct sought *sought)
{
	return sought->nr_addresses == 1 && !sought->frame->module;
}

static void set_lines(const struct search *search, const char *tree, char *text)
{
	char *save = NULL, *line = strtok_r(text, "\n", &save);

	for (size_t i = 0; i < search->nr && line; i++) {
		char *source;

		if (!has_address(&search->item[i]))
			continue;
		source = short_line(tree, line);
		if (source) {
			free(search->item[i].frame->source);
			search->item[i].frame->source = source;
		}
		line = strtok_r(NULL, "\n", &save);
	}
}

/* A caller's address is that of the instruction after its call. */
static int read_lines(struct search *search, const char *tree, struct err *err)
{
	char *map = str_printf("%s/System.map", tree), *text = NULL;
	struct strv argv = { 0 };
	int error = fs_read(map, &text, NULL, err);

	free(map);
	if (error)
		return error;
	take_lines(search, text, take_address);
	free(text);
	strv_add(&argv, "addr2line");
	strv_add(&argv, "-e");
	strv_add(&argv, "%s/vmlinux", tree);
	for (size_t i = 0; i < search->nr; i++) {
		const struct stack_frame *frame = search->item[i].frame;

		if (has_address(&search->item[i]))
			strv_add(&argv, "0x%llx", (unsigned long long)(search->item[i].address +
				 frame->offset - (!frame->at && frame->offset)));
	}
	text = NULL;
	error = proc_capture(argv.item, &text, err);
	if (!error)
		set_lines(search, tree, text);
	free(text);
	strv_free(&argv);
	return error;
}

int stack_decode(struct stack_list *list, const char *tree, struct err *err)
{
	struct search search = begin_search(list, tree);
	int error;

	error = search.nr ? read_objects(&search, tree, err) : 0;
	if (!error)
		set_sources(&search, tree);
	if (!error && search.nr && has_lines(tree))
		error = read_lines(&search, tree, err);
	end_search(&search);
	return error;
}
