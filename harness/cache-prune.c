// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the cache holds, and the removal of what was not used for longest.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <jansson.h>

#include "cache.h"
#include "kernel-tree.h"
#include "kernel.h"

#define LOG_AGE_S (30 * 24 * 3600)	/* the log of a failed build is of use for this long */

void cache_list_free(struct cache_list *list)
{
	for (size_t i = 0; i < list->nr; i++) {
		free(list->entry[i].kind);
		free(list->entry[i].name);
		free(list->entry[i].key);
	}
	free(list->entry);
	*list = (struct cache_list){ 0 };
}

/* --- one entry --- */

static char *lock_key(const char *key)
{
	return str_printf("%.*s", (int)strcspn(key, "."), key);
}

struct entry_locks {
	struct cache_lock *use;
	struct cache_lock *build;
};

/* Both locks, exclusively: nobody uses the entry and nobody is making it. */
static int lock_entry(const char *root, enum cache_kind kind, const char *key,
		      struct entry_locks *ret_locks)
{
	struct entry_locks locks = { 0 };
	char *plain = lock_key(key);
	int error;

	error = cache_try_lock(root, kind, HOLD_BUILD, plain, &locks.build);
	if (!error)
		error = cache_try_lock(root, kind, HOLD_USE, plain, &locks.use);
	if (error)
		cache_unlock(locks.build);
	else
		*ret_locks = locks;
	free(plain);
	return error;
}

static bool is_busy(const char *root, enum cache_kind kind, const char *key)
{
	struct entry_locks locks;

	if (lock_entry(root, kind, key, &locks))
		return true;
	/* Looking creates the lock's file: leave no more of them than there were. */
	cache_lock_discard(locks.use);
	cache_lock_discard(locks.build);
	return false;
}

static int64_t last_use(const char *path)
{
	char *used = str_printf("%s/used", path);
	struct stat st;
	int64_t time = 0;

	if (!stat(used, &st) || !stat(path, &st))
		time = st.st_mtime;
	free(used);
	return time;
}

static json_t *load_json(const char *path, const char *file)
{
	char *name = str_printf("%s/%s", path, file);
	json_t *json = json_load_file(name, 0, NULL);

	free(name);
	return json;
}

static bool is_remainder(const char *key)
{
	return strchr(key, '.');
}

static const char *source_of(const json_t *state)
{
	return json_string_value(json_object_get(state, "source_key"));
}

/*
 * Sizes of trees were written down when they were complete: walking them takes
 * seconds. They no longer hold for a remainder, nor for a tree whose source is
 * gone: what the two shared is now the tree's alone.
 */
static uint64_t entry_bytes(const char *root, enum cache_kind kind, const char *key,
			    const char *path, const json_t *complete)
{
	json_int_t bytes = json_integer_value(json_object_get(complete, "bytes"));
	const char *source = kind == CACHE_TREE ? source_of(complete) : NULL;

	if (kind == CACHE_IMAGE || bytes <= 0 || is_remainder(key) ||
	    (source && !cache_complete(root, CACHE_SOURCE, source)))
		return tree_own_bytes(path);
	return bytes;
}

static char *entry_name(const char *key, const json_t *complete, const json_t *unfinished)
{
	const char *name = json_string_value(json_object_get(complete, "name"));

	if (is_remainder(key))
		return str_dup("(remainder)");
	if (name)
		return str_dup(name);
	name = json_string_value(json_object_get(unfinished, "name"));
	return str_printf("%s (unfinished)", name ? name : "?");
}

static struct cache_entry read_entry(const char *root, enum cache_kind kind, const char *key)
{
	char *path = cache_entry_path(root, kind, key);
	json_t *complete = load_json(path, "manifest.json");
	json_t *unfinished = load_json(path, "unfinished.json");
	struct cache_entry entry = {
		.kind = str_dup(cache_kind_name(kind)),
		.name = entry_name(key, complete, unfinished),
		.key = str_dup(key),
		.bytes = entry_bytes(root, kind, key, path, complete),
		.used = last_use(path),
		.busy = is_busy(root, kind, key),
	};

	json_decref(complete);
	json_decref(unfinished);
	free(path);
	return entry;
}

/* --- all of them --- */

static int list_kind(const char *root, enum cache_kind kind, struct cache_list *list,
		     struct err *err)
{
	char *path = cache_entry_path(root, kind, "");
	struct dirent *item;
	DIR *dir = opendir(path);
	int error = 0;

	if (!dir) {
		error = err_set(err, -errno, "%s: cannot read: %s", path, strerror(errno));
		goto out;
	}
	while ((item = readdir(dir))) {
		if (item->d_name[0] == '.')
			continue;
		list->entry = mem_grow(list->entry, list->nr + 1, sizeof(*list->entry));
		list->entry[list->nr] = read_entry(root, kind, item->d_name);
		list->bytes += list->entry[list->nr++].bytes;
	}
	closedir(dir);
out:
	free(path);
	return error;
}

static enum cache_kind kind_of(const struct cache_entry *entry)
{
	for (int kind = 0; kind < CACHE_NR; kind++)
		if (!strcmp(entry->kind, cache_kind_name(kind)))
			return kind;
	return CACHE_NR;
}

/* --- sources and the trees that share their files --- */

/* Return: malloc'd key of the source a tree was cloned from; NULL when it does not say. */
static char *tree_source(const char *root, const char *key)
{
	static const char *const file[] = { "manifest.json", "unfinished.json" };
	char *path = cache_entry_path(root, CACHE_TREE, key), *source = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(file) && !source; i++) {
		json_t *state = load_json(path, file[i]);

		if (source_of(state))
			source = str_dup(source_of(state));
		json_decref(state);
	}
	free(path);
	return source;
}

/* A tree that does not say where it is from may be from any source. */
static bool tree_shares(const char *root, const char *key, const char *source)
{
	char *of = tree_source(root, key);
	bool shares = !of || !strcmp(of, source);

	free(of);
	return shares;
}

/* Asked with the source's locks held: a clone that has begun can be seen, no other begins. */
static bool source_is_shared(const char *root, const char *source)
{
	char *path = cache_entry_path(root, CACHE_TREE, "");
	DIR *dir = opendir(path);
	struct dirent *item;
	bool shared = !dir;

	while (!shared && (item = readdir(dir)))
		shared = item->d_name[0] != '.' && tree_shares(root, item->d_name, source);
	if (dir)
		closedir(dir);
	free(path);
	return shared;
}

/*
 * A tree's use is its source's use. Removed before its trees a source frees
 * nothing, and they would be left with files that look like changed ones.
 */
static void date_source(const char *root, const struct cache_list *list,
			struct cache_entry *source)
{
	for (size_t i = 0; i < list->nr; i++) {
		const struct cache_entry *tree = &list->entry[i];

		if (kind_of(tree) == CACHE_TREE && !is_remainder(tree->key) &&
		    tree->used > source->used && tree_shares(root, tree->key, source->key))
			source->used = tree->used;
	}
}

static void date_sources(const char *root, struct cache_list *list)
{
	for (size_t i = 0; i < list->nr; i++) {
		struct cache_entry *entry = &list->entry[i];

		if (kind_of(entry) == CACHE_SOURCE && !is_remainder(entry->key))
			date_source(root, list, entry);
	}
}

/* --- the list --- */

static int by_use(const void *a, const void *b)
{
	const struct cache_entry *x = a, *y = b;

	if (x->used != y->used)
		return x->used < y->used ? -1 : 1;
	/* A source goes after the trees that share its files: they would free nothing before. */
	if (kind_of(x) != kind_of(y))
		return kind_of(x) > kind_of(y) ? -1 : 1;
	return strcmp(x->key, y->key);
}

static int list_root(const char *root, struct cache_list *ret_list, struct err *err)
{
	struct cache_list list = { 0 };
	int error = 0;

	for (int kind = 0; kind < CACHE_NR && !error; kind++)
		error = list_kind(root, kind, &list, err);
	if (error) {
		cache_list_free(&list);
		return error;
	}
	date_sources(root, &list);
	if (list.nr)
		qsort(list.entry, list.nr, sizeof(*list.entry), by_use);
	*ret_list = list;
	return 0;
}

int cache_list(const char *cache, struct cache_list *ret_list, struct err *err)
{
	char *root;
	int error;

	error = cache_open(cache, &root, err);
	if (error)
		return error;
	error = list_root(root, ret_list, err);
	free(root);
	return error;
}

/* --- removal --- */

/* Return: 0, -EBUSY when it is in use or shared, or -errno of the removal. */
static int remove_entry(const char *root, const struct cache_entry *entry, struct err *err)
{
	enum cache_kind kind = kind_of(entry);
	struct entry_locks locks;
	int error;

	error = lock_entry(root, kind, entry->key, &locks);
	if (error)
		return error;
	if (kind == CACHE_SOURCE && !is_remainder(entry->key) && source_is_shared(root, entry->key))
		error = -EBUSY;
	else
		error = cache_remove(root, kind, entry->key, err);
	cache_lock_discard(locks.use);
	cache_lock_discard(locks.build);
	return error;
}

static void remove_old_logs(const char *root)
{
	char *path = str_printf("%s/log", root);
	time_t now = time(NULL);
	struct dirent *item;
	struct stat st;
	DIR *dir = opendir(path);

	while (dir && (item = readdir(dir))) {
		char *log = str_printf("%s/%s", path, item->d_name);

		if (!stat(log, &st) && S_ISREG(st.st_mode) && now - st.st_mtime > LOG_AGE_S)
			fs_remove(log, NULL);
		free(log);
	}
	if (dir)
		closedir(dir);
	free(path);
}

/* Return: 0, also when somebody has just taken it up, or -errno. */
static int prune_entry(const char *root, const struct cache_entry *entry, uint64_t *freed,
		       struct err *err)
{
	int error;

	if (entry->busy)
		return 0;
	error = remove_entry(root, entry, err);
	if (error == -EBUSY)
		return 0;
	if (!error)
		*freed += entry->bytes;
	return error;
}

static int prune_remainders(const char *root, uint64_t *freed, struct err *err)
{
	struct cache_list list;
	int error;

	error = list_root(root, &list, err);
	if (error)
		return error;
	for (size_t i = 0; i < list.nr && !error; i++)
		if (is_remainder(list.entry[i].key))
			error = prune_entry(root, &list.entry[i], freed, err);
	cache_list_free(&list);
	return error;
}

static int prune_entries(const char *root, uint64_t limit, uint64_t *freed, struct err *err)
{
	struct cache_list list;
	uint64_t before = *freed;
	int error;

	error = list_root(root, &list, err);
	if (error)
		return error;
	for (size_t i = 0; i < list.nr && !error; i++) {
		if (list.bytes - (*freed - before) <= limit)
			break;
		if (!is_remainder(list.entry[i].key))
			error = prune_entry(root, &list.entry[i], freed, err);
	}
	cache_list_free(&list);
	return error;
}

/* Remainders go first: they may share files with what the sizes are then taken of. */
static int prune(const char *root, uint64_t limit, uint64_t *ret_freed, struct err *err)
{
	uint64_t freed = 0;
	int error;

	error = prune_remainders(root, &freed, err);
	if (!error)
		error = prune_entries(root, limit, &freed, err);
	if (ret_freed)
		*ret_freed = freed;
	return error;
}

int cache_prune(const char *cache, uint64_t limit, uint64_t *ret_freed, struct err *err)
{
	char *root;
	int error;

	error = cache_open(cache, &root, err);
	if (error)
		return error;
	remove_old_logs(root);
	error = prune(root, limit, ret_freed, err);
	free(root);
	return error;
}
