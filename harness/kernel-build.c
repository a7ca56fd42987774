// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One tree of the cache. tree/KEY/ holds linux/ and says how far it is:
 * unfinished.json with a stage while it is made, manifest.json once it is built.
 * Whatever kills the builder, the next one finds one of the two and goes on.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "kernel-build.h"

/* Lines of make's output when 6.12 with base.config is built from scratch. */
#define OBJECTS_FROM_SCRATCH 1810

/**
 * struct tree_state - what stands in unfinished.json and manifest.json
 * @source_version: as of the base
 * @config: hash of the options it is configured with
 * @unpacked: as of the base
 * @scratch: cloned from a source and not from a built tree
 * @since: when its compilation began, ns since the epoch
 */
struct tree_state {
	char *source_version;
	char config[HASH_HEX];
	int64_t unpacked;
	bool scratch;
	int64_t since;
};

static char *tree_file(const char *root, const char *key, const char *file)
{
	return str_printf("%s/tree/%s/%s", root, key, file);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* --- state --- */

static int state_write(const struct kernel_site *site, const struct kernel_plan *plan,
		       const char *file, const struct tree_state *state, uint64_t bytes,
		       struct err *err)
{
	char *path = tree_file(site->root, plan->key, file), *text = NULL;
	char config[HASH_HEX];
	json_t *json;
	int error;

	kernel_config_hash(&plan->config, config);
	json = json_pack("{s:s, s:s, s:s, s:s, s:I, s:b, s:I, s:I}",
			 "name", plan->name,
			 "source_key", plan->source.key,
			 "source_version", state->source_version,
			 "config", config,
			 "unpacked", (json_int_t)state->unpacked,
			 "scratch", state->scratch,
			 "since", (json_int_t)state->since,
			 "bytes", (json_int_t)bytes);
	text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	error = text ? fs_write(path, text, strlen(text), err) :
		err_set(err, -EINVAL, "%s: cannot write: a version text is not UTF-8", path);
	json_decref(json);
	free(text);
	free(path);
	return error;
}

static int state_read(const char *root, const char *key, const char *file,
		      struct tree_state *ret_state)
{
	char *path = tree_file(root, key, file);
	json_t *json = json_load_file(path, 0, NULL);
	const char *version = json_string_value(json_object_get(json, "source_version"));
	const char *config = json_string_value(json_object_get(json, "config"));
	int error = fs_exists(path) ? -EUCLEAN : -ENOENT;

	if (version && config && strlen(config) == HASH_HEX - 1) {
		*ret_state = (struct tree_state){
			.source_version = str_dup(version),
			.unpacked = json_integer_value(json_object_get(json, "unpacked")),
			.scratch = json_is_true(json_object_get(json, "scratch")),
			.since = json_integer_value(json_object_get(json, "since")),
		};
		strcpy(ret_state->config, config);
		error = 0;
	}
	json_decref(json);
	free(path);
	return error;
}

void tree_base_free(struct tree_base *base)
{
	cache_unlock(base->lock);
	free(base->dir);
	free(base->version);
	*base = (struct tree_base){ 0 };
}

int tree_base_open(const char *root, const char *key, struct cache_lock *lock,
		   struct tree_base *ret_base)
{
	struct tree_state state;
	int error;

	error = state_read(root, key, "manifest.json", &state);
	if (error)
		return error;
	*ret_base = (struct tree_base){
		.lock = lock,
		.dir = tree_file(root, key, "linux"),
		.built = true,
		.unpacked = state.unpacked,
		.version = state.source_version,
	};
	strcpy(ret_base->config, state.config);
	return 0;
}

bool tree_resumable(const char *root, const char *key)
{
	struct tree_state state;

	if (state_read(root, key, "unfinished.json", &state))
		return false;
	free(state.source_version);
	return state.since != 0;
}

/* --- a new tree --- */

static unsigned int jobs(const struct kernel_site *site)
{
	cpu_set_t set;

	if (site->kb->jobs)
		return site->kb->jobs;
	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return CPU_COUNT(&set);
}

static int begin(const struct kernel_site *site, const struct kernel_plan *plan,
		 const struct tree_state *state, const char *log, struct err *err)
{
	char *entry = cache_entry_path(site->root, CACHE_TREE, plan->key);
	int error;

	error = fs_remove(log, err);
	if (!error)
		error = cache_remove(site->root, CACHE_TREE, plan->key, err);
	if (!error)
		error = fs_mkdir(entry, err);
	if (!error)
		error = state_write(site, plan, "unfinished.json", state, 0, err);
	free(entry);
	return error;
}

/*
 * With the same options and no patch on what they depend on, the parent's .config
 * is this tree's: that saves half of the time a change of one file takes.
 */
static int configure(const struct kernel_site *site, const struct kernel_plan *plan,
		     const struct tree_base *base, const struct kernel_make *mk, bool patched,
		     struct err *err)
{
	char config[HASH_HEX], *path;
	int error;

	kernel_config_hash(&plan->config, config);
	if (patched || strcmp(config, base->config))
		return kernel_config_make(mk, &plan->config, err);
	path = str_printf("%s/.config", mk->dir);
	error = kernel_config_check(path, &plan->config, site->name, err);
	free(path);
	return error;
}

int tree_prepare(const struct kernel_site *site, const struct kernel_plan *plan,
		 const struct tree_base *base, struct err *err)
{
	char *dir = tree_file(site->root, plan->key, "linux");
	char *log = cache_log_path(site->root, plan->key);
	struct tree_state state = {
		.source_version = base->version,
		.unpacked = base->unpacked,
		.scratch = !base->built,
	};
	struct kernel_make mk = {
		.site = site, .dir = dir, .log = log, .lock_fd = -1, .what = "configure",
	};
	const struct strv *patches = base->built ? &plan->variant->patch : &plan->patch;
	bool config_patched = false;
	int error;

	error = begin(site, plan, &state, log, err);
	if (!error)
		error = tree_clone(site, base->dir, base->built, base->unpacked, dir, err);
	if (!error)
		error = tree_patch(site, dir, patches, log, &config_patched, err);
	if (!error)
		error = configure(site, plan, base, &mk, config_patched, err);
	state.since = now_ns();
	if (!error)
		error = state_write(site, plan, "unfinished.json", &state, 0, err);
	/* A refused patch will not be less refused the next time. */
	if (error && error != -EINTR)
		cache_remove(site->root, CACHE_TREE, plan->key, NULL);
	free(log);
	free(dir);
	return error;
}

/* --- compiled --- */

static int run_make(const struct kernel_site *site, const struct kernel_plan *plan,
		    const struct cache_lock *lock, const struct tree_state *state,
		    unsigned int *ret_objects, struct err *err)
{
	char *dir = tree_file(site->root, plan->key, "linux");
	char *log = cache_log_path(site->root, plan->key);
	char *option = str_printf("-j%u", jobs(site));
	struct kernel_make mk = {
		.site = site, .dir = dir, .log = log, .lock_fd = lock->fd, .what = "compile",
		.total = kernel_image_objects(site->root, plan->name, state->scratch),
	};
	int error;

	if (!mk.total && state->scratch)
		mk.total = OBJECTS_FROM_SCRATCH;
	kernel_progress(site, mk.what, 0, mk.total);
	error = kernel_make(&mk, (const char *const[]){ option, "vmlinux", NULL }, ret_objects, err);
	free(option);
	free(log);
	free(dir);
	return error;
}

static int finish(const struct kernel_site *site, const struct kernel_plan *plan,
		  const struct tree_state *state, bool keep, struct err *err)
{
	char *entry, *unfinished;
	int error;

	if (!keep)
		return cache_remove(site->root, CACHE_TREE, plan->key, err);
	entry = cache_entry_path(site->root, CACHE_TREE, plan->key);
	unfinished = tree_file(site->root, plan->key, "unfinished.json");
	cache_write_back(entry);
	error = state_write(site, plan, "manifest.json", state, tree_own_bytes(entry), err);
	if (!error) {
		unlink(unfinished);
		cache_touch(site->root, CACHE_TREE, plan->key);
	}
	free(unfinished);
	free(entry);
	return error;
}

static bool has_image(const struct kernel_site *site, const struct kernel_plan *plan)
{
	struct kernel_image image;

	if (kernel_image_find(site->root, plan->key, NULL, &image))
		return false;
	kernel_image_free(&image);
	return true;
}

static int compile(const struct kernel_site *site, const struct kernel_plan *plan,
		   const struct cache_lock *lock, const struct tree_state *state,
		   uint64_t started, struct err *err)
{
	struct image_facts facts = {
		.source_version = state->source_version,
		.scratch = state->scratch,
	};
	char *dir;
	int error;

	error = run_make(site, plan, lock, state, &facts.objects, err);
	if (error == -EIO)
		cache_remove(site->root, CACHE_TREE, plan->key, NULL);
	if (error)
		return error;
	/* A tree that was pruned is built again for others to build upon. */
	if (has_image(site, plan)) {
		char *log = cache_log_path(site->root, plan->key);

		unlink(log);
		free(log);
		return 0;
	}
	facts.seconds = (clock_ns() - started) / 1e9;
	dir = tree_file(site->root, plan->key, "linux");
	error = kernel_image_publish(site->root, plan, dir, &facts, err);
	free(dir);
	return error;
}

int tree_compile(const struct kernel_site *site, const struct kernel_plan *plan,
		 const struct cache_lock *lock, bool resume, bool keep, struct err *err)
{
	uint64_t started = clock_ns();
	struct tree_state state;
	int error;

	error = state_read(site->root, plan->key, "unfinished.json", &state);
	if (error)
		return err_set(err, error, "%s: its tree %s vanished from the cache", plan->name,
			       plan->key);
	if (resume) {
		char *dir = tree_file(site->root, plan->key, "linux");

		error = tree_repair(dir, state.since, err);
		free(dir);
	}
	if (!error)
		error = compile(site, plan, lock, &state, started, err);
	if (!error)
		error = finish(site, plan, &state, keep, err);
	free(state.source_version);
	return error;
}
