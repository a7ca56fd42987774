// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares the data of object files. A pointer into code is compared by the function it
 * leads to, for functions move when one before them grows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "proc.h"

/* --- symbols --- */

#define SYMBOL_FLAGS 17	/* where they begin in a line, behind the address */
#define SYMBOL_TYPE 23
#define SYMBOL_SECTION 25

void object_add_symbol(struct object_symbols *symbols, const char *line)
{
	unsigned long long at, size;
	size_t len = strlen(line);
	const char *section, *tab, *name;

	if (len <= SYMBOL_SECTION || line[SYMBOL_FLAGS - 1] != ' ' ||
	    (line[SYMBOL_TYPE] != 'F' && line[SYMBOL_TYPE] != 'O') ||
	    sscanf(line, "%16llx ", &at) != 1)
		return;
	section = line + SYMBOL_SECTION;
	tab = strchr(section, '\t');
	name = strrchr(line, ' ');
	if (!tab || !name || name < tab || sscanf(tab, "%llx", &size) != 1)
		return;
	symbols->item = mem_grow(symbols->item, symbols->nr + 1, sizeof(*symbols->item));
	symbols->item[symbols->nr++] = (struct object_symbol){
		.section = str_printf("%.*s", (int)(tab - section), section),
		.at = at, .size = size, .name = str_dup(name + 1),
	};
}

void object_symbols_free(struct object_symbols *symbols)
{
	for (size_t i = 0; i < symbols->nr; i++) {
		free(symbols->item[i].section);
		free(symbols->item[i].name);
	}
	free(symbols->item);
	*symbols = (struct object_symbols){ 0 };
}

const struct object_symbol *object_resolve(const struct object_symbols *symbols,
					   const char *place, uint64_t shift,
					   uint64_t *ret_offset)
{
	const char *sign = strpbrk(place, "+-");
	size_t len = sign ? (size_t)(sign - place) : strlen(place);
	uint64_t at = shift;

	if (sign)
		at += *sign == '+' ? strtoull(sign + 1, NULL, 16) : -strtoull(sign + 1, NULL, 16);
	for (size_t i = 0; i < symbols->nr; i++) {
		const struct object_symbol *symbol = &symbols->item[i];

		if (strlen(symbol->section) != len || strncmp(symbol->section, place, len) ||
		    at < symbol->at || at - symbol->at >= symbol->size)
			continue;
		*ret_offset = at - symbol->at;
		return symbol;
	}
	return NULL;
}

/* --- sections --- */

/**
 * struct part - a section that is compared
 * @name: of it
 * @hash: of its size, pointers and contents
 * @hex: the same at the end
 */
struct part {
	char *name;
	struct hash *hash;
	char hex[HASH_HEX];
};

/**
 * struct object - a file while it is read
 * @symbols: of it
 * @changed: see object_data_changed()
 * @part: sections
 * @nr: how many
 * @at: the one that lines are about, NULL for none that is compared
 * @headers: lines are about all of them
 */
struct object {
	struct object_symbols symbols;
	const struct strv *changed;
	struct part *part;
	size_t nr;
	struct part *at;
	bool headers;
};

/* Line numbers move with every line, unwinding with every instruction. */
static bool is_passed_over(const char *section)
{
	static const char *const prefix[] = { ".orc_", "__bug_table", ".discard", ".comment", ".note",
					      ".debug", ".eh_frame" };

	for (size_t i = 0; i < ARRAY_SIZE(prefix); i++)
		if (!strncmp(section, prefix[i], strlen(prefix[i])))
			return true;
	return false;
}

static struct part *find_part(const struct object *object, const char *name, size_t len)
{
	for (size_t i = 0; i < object->nr; i++)
		if (strlen(object->part[i].name) == len && !strncmp(object->part[i].name, name, len))
			return &object->part[i];
	return NULL;
}

/* "  0 .text  0000ca52  0000000000000000  0000000000000000  00000040  2**4  CONTENTS, CODE" */
static void take_header(struct object *object, const char *line)
{
	char name[256], size[32];

	if (sscanf(line, "%*d %255s %31s", name, size) != 2 || strstr(line, "CODE") ||
	    is_passed_over(name))
		return;
	object->part = mem_grow(object->part, object->nr + 1, sizeof(*object->part));
	object->part[object->nr] = (struct part){ .name = str_dup(name), .hash = hash_new() };
	hash_add(object->part[object->nr++].hash, size, strlen(size));
}

/* "0000000000000018 R_X86_64_64       .text+0x0000000000000280" */
static void take_pointer(struct object *object, const char *line)
{
	const char *place = strrchr(line, ' ');
	const struct object_symbol *symbol;
	uint64_t offset;
	char *text;

	symbol = place ? object_resolve(&object->symbols, place + 1, 0, &offset) : NULL;
	if (!symbol)
		text = str_printf("%s\n", line);
	else if (offset && strv_has(object->changed, symbol->name))
		text = str_printf("%.16s in %s\n", line, symbol->name);
	else
		text = str_printf("%.16s %s+%llx\n", line, symbol->name,
				  (unsigned long long)offset);
	hash_add(object->at->hash, text, strlen(text));
	free(text);
}

/* Return: false for a line that begins nothing. */
static bool begins(struct object *object, const char *line)
{
	static const char relocations[] = "RELOCATION RECORDS FOR [", contents[] = "Contents of section ";
	size_t len = strlen(line);

	if (!strncmp(line, relocations, strlen(relocations)) && len > strlen(relocations) + 2)
		object->at = find_part(object, line + strlen(relocations),
				       len - strlen(relocations) - 2);
	else if (!strncmp(line, contents, strlen(contents)) && len > strlen(contents) + 1)
		object->at = find_part(object, line + strlen(contents), len - strlen(contents) - 1);
	else if (strcmp(line, "Sections:") && strcmp(line, "SYMBOL TABLE:"))
		return false;
	object->headers = !strcmp(line, "Sections:");
	return true;
}

static void take_line(struct object *object, const char *line)
{
	if (begins(object, line))
		return;
	if (object->headers)
		take_header(object, line);
	else if (!object->at)
		object_add_symbol(&object->symbols, line);
	else if (strstr(line, " R_X86_64_"))
		take_pointer(object, line);
	else
		hash_add(object->at->hash, line, strlen(line));
}

static int read_data(const char *path, const struct strv *changed, struct object *ret_object,
		     struct err *err)
{
	char *const argv[] = { "objdump", "-htrsw", (char *)path, NULL };
	struct object object = { .changed = changed };
	char *text, *rest, *line;
	int error;

	error = proc_capture(argv, &text, err);
	if (error)
		return error;
	rest = text;
	while ((line = strsep(&rest, "\n")))
		take_line(&object, line);
	for (size_t i = 0; i < object.nr; i++)
		hash_end(object.part[i].hash, object.part[i].hex);
	object_symbols_free(&object.symbols);
	free(text);
	*ret_object = object;
	return 0;
}

static void object_free(struct object *object)
{
	for (size_t i = 0; i < object->nr; i++)
		free(object->part[i].name);
	free(object->part);
}

static const char *differing(const struct object *one, const struct object *other)
{
	for (size_t i = 0; i < one->nr; i++) {
		const struct part *part = &one->part[i];
		const struct part *same = find_part(other, part->name, strlen(part->name));

		if (!same || strcmp(same->hex, part->hex))
			return part->name;
	}
	return NULL;
}

int object_data_changed(const char *old, const char *new, const struct strv *changed,
			char **ret_section, struct err *err)
{
	struct object before = { 0 }, after = { 0 };
	const char *section;
	int error;

	error = read_data(old, changed, &before, err);
	if (!error)
		error = read_data(new, changed, &after, err);
	if (!error) {
		section = differing(&after, &before);
		section = section ? section : differing(&before, &after);
		*ret_section = section ? str_dup(section) : NULL;
	}
	object_free(&before);
	object_free(&after);
	return error;
}
