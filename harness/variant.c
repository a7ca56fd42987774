// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the folder of a variant, reads its series and follows its parents.
 */
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "variant-ini.h"
#include "variant-off.h"

#define PARENTS_MAX 16
#define MUTANTS "mutants/"
#define DEBUG_SUFFIX "+debug"

static const char name_chars[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

static bool valid_folder(const char *name)
{
	return *name && *name != '.' && strspn(name, name_chars) == strlen(name);
}

bool variant_is_mutant(const char *name)
{
	return !strncmp(name, MUTANTS, strlen(MUTANTS));
}

static bool valid_name(const char *name)
{
	if (variant_is_mutant(name))
		name += strlen(MUTANTS);
	return valid_folder(name);
}

void variant_free(struct variant *variant)
{
	if (!variant)
		return;
	variant_free(variant->up);
	free(variant->name);
	free(variant->dir);
	free(variant->help);
	free(variant->parent);
	free(variant->state);
	free(variant->source);
	free(variant->memmap_mapping);
	free(variant->zspages);
	free(variant->device_memmap);
	free(variant->failed_bind);
	free(variant->page_descriptors);
	free(variant->descriptor_ranges);
	for (size_t i = 0; i < variant->nr_config; i++) {
		free(variant->config[i].option);
		free(variant->config[i].value);
		free(variant->config[i].reason);
		free(variant->config[i].of);
	}
	free(variant->config);
	strv_free(&variant->patch);
	free(variant->defect);
	for (size_t i = 0; i < variant->nr_notices; i++) {
		strv_free(&variant->notice[i].workload);
		strv_free(&variant->notice[i].param);
		strv_free(&variant->notice[i].name);
	}
	free(variant->notice);
	free(variant);
}

static bool is_variant(const char *dir, const char *folder)
{
	char *ini = str_printf("%s/%s/variant.ini", dir, folder);
	bool is = valid_folder(folder) && fs_exists(ini);

	free(ini);
	return is;
}

/* Adds the variants in @dir under @prefix, sorted. */
static int add_names(struct strv *names, const char *dir, const char *prefix, struct err *err)
{
	struct dirent **entry;
	int nr = scandir(dir, &entry, NULL, alphasort);

	if (nr < 0)
		return err_set(err, -errno, "%s: cannot read the folder of kernel variants: %s", dir,
			       strerror(errno));
	for (int i = 0; i < nr; i++) {
		if (is_variant(dir, entry[i]->d_name))
			strv_add(names, "%s%s", prefix, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
	return 0;
}

int variant_names(const char *kernels, struct strv *ret_names, struct err *err)
{
	char *mutants = str_printf("%s/mutants", kernels);
	struct strv names = { 0 };
	int error;

	error = add_names(&names, kernels, "", err);
	if (!error && fs_exists(mutants))
		error = add_names(&names, mutants, MUTANTS, err);
	free(mutants);
	if (error)
		strv_free(&names);
	else
		*ret_names = names;
	return error;
}

static int unknown_variant(const char *kernels, const char *name, struct err *err)
{
	struct strv names = { 0 };
	const char *nearest;
	char *all;
	int error;

	error = variant_names(kernels, &names, err);
	if (error)
		return error;
	nearest = name_nearest(name, &names);
	all = strv_join(&names, ", ");
	if (nearest)
		err_set(err, -ENOENT, "%s: no such kernel variant in %s; did you mean %s?", name,
			kernels, nearest);
	else
		err_set(err, -ENOENT, "%s: no such kernel variant in %s; there are: %s", name, kernels,
			*all ? all : "none");
	free(all);
	strv_free(&names);
	return -ENOENT;
}

static int add_patch(struct variant *variant, struct strv *named, const char *series,
		     unsigned int line, const char *word, struct err *err)
{
	char *path;

	if (strchr(word, '/') || strchr(word, ' ') || strchr(word, '\t'))
		return err_set(err, -EINVAL, "%s:%u: %s: must be the bare name of a patch", series,
			       line, word);
	if (strv_has(named, word))
		return err_set(err, -EINVAL, "%s:%u: %s is given twice", series, line, word);
	path = str_printf("%s/%s", variant->dir, word);
	if (!fs_exists(path)) {
		free(path);
		return err_set(err, -EINVAL, "%s:%u: %s: no such file in the variant's folder",
			       series, line, word);
	}
	strv_add(&variant->patch, "%s", path);
	strv_add(named, "%s", word);
	free(path);
	return 0;
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && strchr(" \t\r", text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* "# name.patch" leaves a patch out on purpose, so it counts as named. */
static int read_series(struct variant *variant, const char *series, struct strv *named,
		       struct err *err)
{
	char *text, *rest, *line;
	unsigned int nr = 0;
	int error;

	error = fs_read(series, &text, NULL, err);
	if (error)
		return error;
	rest = text;
	while (!error && (line = strsep(&rest, "\n"))) {
		nr++;
		line = trim(line);
		if (*line == '#')
			strv_add(named, "%s", trim(line + 1));
		else if (*line)
			error = add_patch(variant, named, series, nr, line, err);
	}
	free(text);
	return error;
}

/* A patch that lies there and is not applied would be measured as if it were. */
static int check_all_named(const struct variant *variant, const char *series,
			   const struct strv *named, struct err *err)
{
	struct dirent **entry;
	int nr = scandir(variant->dir, &entry, NULL, alphasort), error = 0;

	if (nr < 0)
		return err_set(err, -errno, "%s: cannot read: %s", variant->dir, strerror(errno));
	for (int i = 0; i < nr; i++) {
		const char *name = entry[i]->d_name;

		if (!error && !fnmatch("*.patch", name, 0) && !strv_has(named, name))
			error = err_set(err, -EINVAL,
					"%s: %s lies beside it and is not named; write \"# %s\" to leave it out",
					series, name, name);
		free(entry[i]);
	}
	free(entry);
	return error;
}

static int load_series(struct variant *variant, struct err *err)
{
	char *series = str_printf("%s/series", variant->dir);
	struct strv named = { 0 };
	int error = 0;

	if (fs_exists(series))
		error = read_series(variant, series, &named, err);
	if (!error)
		error = check_all_named(variant, series, &named, err);
	strv_free(&named);
	free(series);
	return error;
}

static void inherit(struct variant *variant)
{
	const struct variant *up = variant->up;

	if (!variant->page_bytes)
		variant->page_bytes = up->page_bytes;
	if (!variant->memmap_mapping && up->memmap_mapping)
		variant->memmap_mapping = str_dup(up->memmap_mapping);
	if (!variant->zspages && up->zspages)
		variant->zspages = str_dup(up->zspages);
	if (!variant->device_memmap && up->device_memmap)
		variant->device_memmap = str_dup(up->device_memmap);
	if (!variant->failed_bind && up->failed_bind)
		variant->failed_bind = str_dup(up->failed_bind);
	if (!variant->page_descriptors && up->page_descriptors)
		variant->page_descriptors = str_dup(up->page_descriptors);
	if (!variant->descriptor_ranges && up->descriptor_ranges)
		variant->descriptor_ranges = str_dup(up->descriptor_ranges);
	if (!variant->source && up->source)
		variant->source = str_dup(up->source);
}

static int load_one(const char *kernels, const char *name, struct strv *chain,
		    struct variant **ret_variant, struct err *err);

static int load_parent(const char *kernels, struct variant *variant, struct strv *chain,
		       struct err *err)
{
	struct err why = { "" };
	int error;

	if (!valid_name(variant->parent))
		return err_set(err, -EINVAL, "%s/variant.ini: parent = %s: not a variant's name",
			       variant->dir, variant->parent);
	error = load_one(kernels, variant->parent, chain, &variant->up, &why);
	if (error == -ENOENT)
		return err_set(err, error, "%s/variant.ini: parent: %s", variant->dir, why.text);
	if (error)
		return err_set(err, error, "%s", why.text);
	inherit(variant);
	return 0;
}

/* @chain: the names on the way here, to find parents that go in a circle. */
static int load_one(const char *kernels, const char *name, struct strv *chain,
		    struct variant **ret_variant, struct err *err)
{
	bool again = strv_has(chain, name);
	struct variant *variant;
	char *path, *ini;
	int error;

	strv_add(chain, "%s", name);
	if (again || chain->nr > PARENTS_MAX) {
		path = strv_join(chain, " -> ");
		err_set(err, -ELOOP, "%s/%s/variant.ini: %s: %s", kernels, name,
			again ? "its parents go in a circle" : "too many parents", path);
		free(path);
		return -ELOOP;
	}
	ini = str_printf("%s/%s/variant.ini", kernels, name);
	if (!fs_exists(ini)) {
		free(ini);
		return unknown_variant(kernels, name, err);
	}
	variant = mem_grow(NULL, 1, sizeof(*variant));
	*variant = (struct variant){
		.name = str_dup(name),
		.dir = str_printf("%s/%s", kernels, name),
	};
	error = variant_ini_read(ini, variant, err);
	free(ini);
	if (!error)
		error = load_series(variant, err);
	if (!error && variant->parent)
		error = load_parent(kernels, variant, chain, err);
	if (error)
		variant_free(variant);
	else
		*ret_variant = variant;
	return error;
}

static void make_debug(struct variant *variant)
{
	char *name = str_printf("%s" DEBUG_SUFFIX, variant->name);

	free(variant->name);
	variant->name = name;
	variant->debug = true;
}

bool variant_is_debug(const char *name)
{
	size_t len = strlen(name), cut = strlen(DEBUG_SUFFIX);

	return len > cut && !strcmp(name + len - cut, DEBUG_SUFFIX);
}

/* It promises what its parent does, and owns it. */
static struct variant *make_child(struct variant *up, const char *name, const char *help)
{
	struct variant *variant = mem_grow(NULL, 1, sizeof(*variant));

	*variant = (struct variant){
		.name = str_dup(name),
		.dir = str_dup(up->dir),
		.help = str_dup(help),
		.parent = str_dup(up->name),
		.state = str_dup(up->state),
		.nr_counters = up->nr_counters,
		.up = up,
	};
	memcpy(variant->counter, up->counter, sizeof(variant->counter));
	inherit(variant);
	return variant;
}

/* Of "NAME+OTHER+OTHER", @others is what follows the first "+"; it is cut into words. */
static int load_matched(const char *kernels, const char *name, char *others,
			struct variant **ret_variant, struct err *err)
{
	struct strv chain = { 0 };
	struct variant *variant;
	const char *other;
	int error;

	if (valid_name(name))
		error = load_one(kernels, name, &chain, &variant, err);
	else
		error = unknown_variant(kernels, name, err);
	strv_free(&chain);
	if (error)
		return error;
	/* The tree of a root is there for others, and what is off changes few of its files. */
	if (others && !variant->up)
		variant = make_child(variant, variant->name, variant->help);
	while (!error && (other = strsep(&others, "+")))
		error = variant_match(kernels, variant, other, err);
	if (error)
		variant_free(variant);
	else
		*ret_variant = variant;
	return error;
}

int variant_load(const char *kernels, const char *name, struct variant **ret_variant,
		 struct err *err)
{
	size_t len = strlen(name), cut = strlen(DEBUG_SUFFIX);
	bool debug = variant_is_debug(name);
	char *plain = str_printf("%.*s", (int)(debug ? len - cut : len), name);
	char *plus = strchr(plain, '+');
	struct variant *variant;
	int error;

	if (plus)
		*plus++ = '\0';
	error = load_matched(kernels, plain, plus, &variant, err);
	free(plain);
	if (error)
		return error;
	if (debug)
		make_debug(variant);
	*ret_variant = variant;
	return 0;
}

/* What is built upon is never the debug kernel itself, but its tree with the debug config. */
static void make_plain(struct variant *variant)
{
	if (!variant->debug)
		return;
	variant->name[strlen(variant->name) - strlen(DEBUG_SUFFIX)] = '\0';
	variant->debug = false;
}

struct variant *variant_derive(struct variant *up, const char *name, const char *help,
			       const char *patch)
{
	struct variant *variant;
	bool debug = up->debug;

	make_plain(up);
	up->keep_tree = true;
	variant = make_child(up, name, help);
	strv_add(&variant->patch, "%s", patch);
	if (debug)
		make_debug(variant);
	return variant;
}
