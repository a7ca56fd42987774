// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which runs there are below the results folder, and which one a person means.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store-private.h"

/* A folder given with --out may have any name; the run in it still has its id. */
struct found {
	char *id;
	char *dir;
};

struct found_list {
	struct found *item;
	size_t nr;
};

static void found_free(struct found_list *list)
{
	for (size_t i = 0; i < list->nr; i++) {
		free(list->item[i].id);
		free(list->item[i].dir);
	}
	free(list->item);
}

/* An empty file is what a harness leaves that was killed before the run began. */
static bool holds_run(const char *dir)
{
	char *path = str_printf("%s/" STORE_FILE, dir);
	struct stat st;
	bool there = !stat(path, &st) && S_ISREG(st.st_mode) && st.st_size > 0;

	free(path);
	return there;
}

/* Digits are 0: "20260131-142501-a1b2" */
static bool looks_like_id(const char *name)
{
	static const char shape[] = "00000000-000000-xxxx";
	size_t i;

	for (i = 0; shape[i] && name[i]; i++) {
		if (shape[i] == '0' && !strchr("0123456789", name[i]))
			return false;
		if (shape[i] == '-' && name[i] != '-')
			return false;
	}
	return !shape[i] && !name[i];
}

/* NULL for what cannot be read: one damaged run must not hide the others. */
static char *read_id(const char *dir)
{
	struct store_run run = { 0 };
	struct store *store;
	char *id = NULL;

	if (store_open(dir, false, &store, NULL))
		return NULL;
	if (!store_get_run(store, &run, NULL))
		id = str_dup(run.id);
	store_run_free(&run);
	store_close(store);
	return id;
}

/* @all: what cannot be read has the name of its folder. */
static void add_if_run(struct found_list *list, const char *results, const char *name, bool all)
{
	char *dir = str_printf("%s/%s", results, name);
	char *id = NULL;

	if (name[0] != '.' && holds_run(dir))
		id = looks_like_id(name) ? str_dup(name) : read_id(dir);
	if (!id && all && name[0] != '.' && holds_run(dir))
		id = str_dup(name);
	if (!id) {
		free(dir);
		return;
	}
	list->item = mem_grow(list->item, list->nr + 1, sizeof(*list->item));
	list->item[list->nr++] = (struct found){ .id = id, .dir = dir };
}

static int by_id(const void *a, const void *b)
{
	const struct found *left = a;
	const struct found *right = b;
	int order = strcmp(left->id, right->id);

	return order ? order : strcmp(left->dir, right->dir);
}

/* Ids begin with the time of the start: their order is that of time. */
static int scan(const char *results, bool all, struct found_list *ret_list, struct err *err)
{
	struct found_list list = { 0 };
	struct dirent *entry;
	DIR *dir = opendir(results);

	if (!dir && errno != ENOENT)
		return err_set(err, -errno, "%s: cannot look for runs: %s", results,
			       strerror(errno));
	while (dir && (entry = readdir(dir)))
		add_if_run(&list, results, entry->d_name, all);
	if (dir)
		closedir(dir);
	if (list.nr)
		qsort(list.item, list.nr, sizeof(*list.item), by_id);
	*ret_list = list;
	return 0;
}

int store_ids(const char *results, struct strv *ret_ids, struct err *err)
{
	struct found_list list;
	int error = scan(results, false, &list, err);

	if (error)
		return error;
	for (size_t i = 0; i < list.nr; i++)
		strv_add(ret_ids, "%s", list.item[i].id);
	found_free(&list);
	return 0;
}

int store_folders(const char *results, struct strv *ret_ids, struct strv *ret_dirs, struct err *err)
{
	struct found_list list;
	int error = scan(results, true, &list, err);

	if (error)
		return error;
	for (size_t i = 0; i < list.nr; i++) {
		strv_add(ret_ids, "%s", list.item[i].id);
		strv_add(ret_dirs, "%s", list.item[i].dir);
	}
	found_free(&list);
	return 0;
}

static int unknown(const struct found_list *list, const char *results, const char *run,
		   struct err *err)
{
	struct strv ids = { 0 };
	const char *nearest;

	for (size_t i = 0; i < list->nr; i++)
		strv_add(&ids, "%s", list->item[i].id);
	nearest = name_nearest(run, &ids);
	if (nearest)
		err_set(err, -ENOENT, "%s: no such run in %s; did you mean %s?", run, results,
			nearest);
	else if (list->nr)
		err_set(err, -ENOENT, "%s: no such run in %s; the last one is %s, and "
			"`run-suite list runs` shows all", run, results, ids.item[ids.nr - 1]);
	else
		err_set(err, -ENOENT, "%s: no such run: there is none in %s yet; `run-suite run` "
			"makes one", run, results);
	strv_free(&ids);
	return -ENOENT;
}

/* An id that is given in full is never ambiguous, even if longer ones begin with it. */
static int pick(const struct found_list *list, const char *results, const char *run,
		char **ret_dir, struct err *err)
{
	const struct found *hit = NULL;
	size_t hits = 0;

	for (size_t i = 0; i < list->nr; i++) {
		if (!strcmp(run, list->item[i].id)) {
			hit = &list->item[i];
			hits = 1;
			break;
		}
		if (!strncmp(run, list->item[i].id, strlen(run))) {
			hit = &list->item[i];
			hits++;
		}
	}
	if (hits > 1)
		return err_set(err, -EINVAL, "%s: %zu runs in %s begin with it, the last one is "
			       "%s; give more of the id", run, hits, results, hit->id);
	if (!hits)
		return unknown(list, results, run, err);
	*ret_dir = str_dup(hit->dir);
	return 0;
}

int store_find(const char *results, const char *run, char **ret_dir, struct err *err)
{
	struct found_list list;
	int error;

	if (holds_run(run)) {
		*ret_dir = str_dup(run);
		return 0;
	}
	if (strchr(run, '/'))
		return err_set(err, -ENOENT, "%s: not a run: there is no " STORE_FILE " in it",
			       run);
	error = scan(results, false, &list, err);
	if (error)
		return error;
	if (!strcmp(run, "last") && list.nr)
		*ret_dir = str_dup(list.item[list.nr - 1].dir);
	else if (!*run)
		error = err_set(err, -EINVAL, "the name of a run is empty; give an id, \"last\" "
				"or a folder");
	else
		error = pick(&list, results, run, ret_dir, err);
	found_free(&list);
	return error;
}
