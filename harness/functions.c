// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares kernels function by function. Trees are clones of one another with all times
 * kept, so that an object that was not compiled again is known without reading it.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "functions.h"
#include "object.h"
#include "proc.h"
#include "reached.h"
#include "record.h"

#define OBJECTS_MAX 200	/* half a second each */

/**
 * struct code - a function as it was compiled
 * @name: symbol
 * @hash: of its text
 */
struct code {
	char *name;
	char hash[HASH_HEX];
};

/** struct codes - the functions of an object file, in order of names */
struct codes {
	struct code *item;
	size_t nr;
};

/* --- object files --- */

/* Not of vmlinux, or all of it once more. */
static bool is_elsewhere(const char *path)
{
	static const char *const part[] = { "scripts/", "tools/", "usr/", "arch/x86/boot/",
					    "arch/x86/realmode/", "arch/x86/purgatory/",
					    "arch/x86/entry/vdso/", "arch/x86/tools/" };
	static const char *const whole[] = { "vmlinux.o", "modules.builtin.o" };
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < ARRAY_SIZE(part); i++)
		if (!strncmp(path, part[i], strlen(part[i])))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++)
		if (!strcmp(path, whole[i]))
			return true;
	return *name == '.';
}

static bool same_bytes(const char *a, const char *b)
{
	char left[HASH_HEX], right[HASH_HEX];

	return !hash_file(a, left, NULL) && !hash_file(b, right, NULL) && !strcmp(left, right);
}

/* nftw() hands nothing on; there is one walk at a time. */
static struct walk {
	const char *old_tree;
	size_t cut;
	struct strv *changed;
} walk;

static int look_at(const char *path, const struct stat *st, int type, struct FTW *at)
{
	const char *relative = path + walk.cut;
	size_t len = strlen(path);
	struct stat old;
	char *before;

	(void)at;
	if (proc_interrupted())
		return -EINTR;
	if (type != FTW_F || len < 3 || strcmp(path + len - 2, ".o") || is_elsewhere(relative))
		return 0;
	before = str_printf("%s/%s", walk.old_tree, relative);
	if (stat(before, &old) || old.st_size != st->st_size ||
	    ((old.st_mtim.tv_sec != st->st_mtim.tv_sec ||
	      old.st_mtim.tv_nsec != st->st_mtim.tv_nsec) && !same_bytes(path, before)))
		strv_add(walk.changed, "%s", relative);
	free(before);
	return 0;
}

static int changed_objects(const char *old_tree, const char *new_tree, struct strv *ret_changed,
			   struct err *err)
{
	int error;

	walk = (struct walk){ .old_tree = old_tree, .cut = strlen(new_tree) + 1,
			      .changed = ret_changed };
	error = nftw(new_tree, look_at, 32, FTW_PHYS);
	if (error == -EINTR)
		return err_set(err, -EINTR, "interrupted");
	if (error)
		return err_set(err, -errno, "%s: cannot look for objects: %s", new_tree,
			       strerror(errno));
	return 0;
}

/* --- functions of an object --- */

/* "0000000000000010 <zswap_store>:" */
static char *function_name(const char *line)
{
	const char *name = strchr(line, '<');
	size_t len = strlen(line);

	if (!name || len < 3 || strcmp(line + len - 2, ">:") || strspn(line, "0123456789abcdef") < 8)
		return NULL;
	return str_printf("%.*s", (int)(line + len - 2 - name - 1), name + 1);
}

/* Padding behind a function is as long as its place demands. */
static bool is_padding(const char *insn)
{
	static const char *const word[] = { "nop", "xchg   %ax,%ax", "int3", "cs nop", "data16 " };

	for (size_t i = 0; i < ARRAY_SIZE(word); i++)
		if (!strncmp(insn, word[i], strlen(word[i])))
			return true;
	return !*insn;
}

/* Numbers that stand before <symbol+offset> say the same once more, with an address. */
static void add_operands(struct hash *hash, const char *text)
{
	while (*text) {
		size_t digits = strspn(text, "0123456789abcdef");

		if (digits && text[digits] == ' ' && text[digits + 1] == '<') {
			text += digits + 1;
			continue;
		}
		digits = digits ? digits : 1;
		hash_add(hash, text, digits);
		text += digits;
	}
	hash_add(hash, "\n", 1);
}

/*
 * "R_X86_64_32S\t.bss+0x40": what lies in a section moves within it. What has no name, as
 * text has none, is told by its section alone.
 */
static void add_relocation(struct hash *hash, const struct object_symbols *symbols,
			   const char *text)
{
	const char *place = strchr(text, '\t');
	bool relative = !strncmp(text, "R_X86_64_P", strlen("R_X86_64_P"));
	const struct object_symbol *symbol = NULL;
	size_t len = strlen(text);
	uint64_t offset;
	char where[32];

	if (place && place[1] == '.') {
		len = strcspn(text, "+-");
		symbol = object_resolve(symbols, place + 1, relative ? 4 : 0, &offset);
	}
	hash_add(hash, text, len);
	if (symbol) {
		snprintf(where, sizeof(where), "+%llx", (unsigned long long)offset);
		hash_add_string(hash, symbol->name);
		hash_add_string(hash, where);
	}
	hash_add(hash, "\n", 1);
}

/**
 * struct reader - while an object's functions are read
 * @codes: filled
 * @symbols: of the object; they are listed before its code
 * @hash: of the function at hand, NULL before the first
 * @padding: lines of padding that may be its end, not in @hash yet
 */
struct reader {
	struct codes *codes;
	struct object_symbols symbols;
	struct hash *hash;
	struct strv padding;
};

static void end_function(struct reader *reader)
{
	if (reader->hash)
		hash_end(reader->hash, reader->codes->item[reader->codes->nr - 1].hash);
	reader->hash = NULL;
	strv_free(&reader->padding);
}

static void begin_function(struct reader *reader, char *name)
{
	struct codes *codes = reader->codes;

	end_function(reader);
	codes->item = mem_grow(codes->item, codes->nr + 1, sizeof(*codes->item));
	codes->item[codes->nr++] = (struct code){ .name = name };
	reader->hash = hash_new();
}

static void read_line(struct reader *reader, const char *line)
{
	char *name = function_name(line);
	const char *relocation = strstr(line, "R_X86_64_"), *tab;

	if (name) {
		begin_function(reader, name);
		return;
	}
	if (!reader->hash)
		object_add_symbol(&reader->symbols, line);
	tab = strchr(line, '\t');
	if (!reader->hash || !tab)
		return;
	if (!relocation && is_padding(tab + 1)) {
		strv_add(&reader->padding, "%s", tab + 1);
		return;
	}
	for (size_t i = 0; i < reader->padding.nr; i++)
		add_operands(reader->hash, reader->padding.item[i]);
	strv_free(&reader->padding);
	if (relocation)
		add_relocation(reader->hash, &reader->symbols, relocation);
	else
		add_operands(reader->hash, tab + 1);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct code *)a)->name, ((const struct code *)b)->name);
}

static void codes_free(struct codes *codes)
{
	for (size_t i = 0; i < codes->nr; i++)
		free(codes->item[i].name);
	free(codes->item);
	*codes = (struct codes){ 0 };
}

static int read_object(const char *path, struct codes *ret_codes, struct err *err)
{
	char *const argv[] = { "objdump", "-tdr", "--no-show-raw-insn", (char *)path, NULL };
	struct reader reader = { .codes = ret_codes };
	char *text, *rest, *line;
	int error;

	error = proc_capture(argv, &text, err);
	if (error)
		return error;
	rest = text;
	while ((line = strsep(&rest, "\n")))
		read_line(&reader, line);
	end_function(&reader);
	object_symbols_free(&reader.symbols);
	free(text);
	if (ret_codes->nr)
		qsort(ret_codes->item, ret_codes->nr, sizeof(*ret_codes->item), by_name);
	return 0;
}

/* What was moved out of a function, as unlikely, is entered by way of that. */
static void add_changed(struct strv *changed, const char *name)
{
	const char *cold = strstr(name, ".cold");

	if (!strv_has(changed, name))
		strv_add(changed, "%s", name);
	if (cold && cold > name) {
		char *whole = str_printf("%.*s", (int)(cold - name), name);

		if (!strv_has(changed, whole))
			strv_add(changed, "%s", whole);
		free(whole);
	}
}

static void compare_codes(const struct codes *old, const struct codes *new, struct strv *changed)
{
	for (size_t i = 0; i < new->nr; i++) {
		const struct code *same = old->nr ? bsearch(&new->item[i], old->item, old->nr,
							    sizeof(*old->item), by_name) : NULL;

		if (!same || strcmp(same->hash, new->item[i].hash))
			add_changed(changed, new->item[i].name);
	}
}

/*
 * What a change of this file reaches without any of its functions being entered. The code
 * of arch/ is also entered at places that are no function's first instruction.
 */
static int look_beside(const char *before, const char *after, const char *object,
		       const struct strv *changed, char **everywhere, struct err *err)
{
	char *section = NULL;
	int error;

	if (*everywhere)
		return 0;
	if (!fs_exists(before) || !strncmp(object, "arch/", strlen("arch/"))) {
		*everywhere = str_printf("%s: %s", object, fs_exists(before) ? "may be entered "
					 "anywhere" : "is new");
		return 0;
	}
	error = object_data_changed(before, after, changed, &section, err);
	if (section)
		*everywhere = str_printf("%s: section %s differs", object, section);
	free(section);
	return error;
}

static int compare_object(const char *old_tree, const char *new_tree, const char *object,
			  struct strv *changed, char **everywhere, struct err *err)
{
	char *before = str_printf("%s/%s", old_tree, object);
	char *after = str_printf("%s/%s", new_tree, object);
	struct codes old = { 0 }, new = { 0 };
	int error = 0;

	if (fs_exists(before))
		error = read_object(before, &old, err);
	if (!error)
		error = read_object(after, &new, err);
	if (!error)
		compare_codes(&old, &new, changed);
	codes_free(&old);
	codes_free(&new);
	if (!error)
		error = look_beside(before, after, object, changed, everywhere, err);
	free(before);
	free(after);
	return error;
}

/* Alternatives, for one, are code that belongs to many functions, and to none by name. */
static char *without_place(const struct strv *names, const struct function_list *list)
{
	for (size_t i = 0; i < names->nr; i++)
		if (!functions_has(list, names->item[i]))
			return str_printf("%s is no function of the new kernel", names->item[i]);
	return names->nr || !list->objects ? NULL : str_dup("no function differs");
}

int functions_changed(const char *old_tree, const char *new_tree, const char *system_map,
		      struct function_list *ret_list, struct err *err)
{
	struct strv objects = { 0 }, names = { 0 };
	struct function_list list = { 0 };
	int error;

	error = changed_objects(old_tree, new_tree, &objects, err);
	if (!error && objects.nr > OBJECTS_MAX)
		error = err_set(err, -E2BIG, "%zu object files differ, more than %d: which functions "
				"changed is not looked for", objects.nr, OBJECTS_MAX);
	for (size_t i = 0; i < objects.nr && !error; i++)
		error = compare_object(old_tree, new_tree, objects.item[i], &names, &list.everywhere,
				       err);
	list.objects = objects.nr;
	if (!error)
		error = functions_find(&names, system_map, &list, err);
	if (!error && !list.everywhere)
		list.everywhere = without_place(&names, &list);
	strv_free(&objects);
	strv_free(&names);
	if (error)
		functions_free(&list);
	else
		*ret_list = list;
	return error;
}
