// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds the kernel's mm selftests. Not by their Makefile: it links against shared
 * libraries, stops at the first program that does not compile, and writes into the
 * source, which all variants share. What it does for one program is one call of gcc.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cache.h"
#include "kernel-key.h"
#include "kernel-tree.h"
#include "kselftest-table.h"
#include "proc.h"
#include "selftest.h"

/* Changes whenever a program could come out different: options, order, the table. */
#define RECIPE "pagemeta selftest recipe 2"
#define TESTS "tools/testing/selftests"
#define STEP "selftests"

/* Headers of libraries that some tests want; whether they are there is in the key. */
static const char *const optional_headers[] = { "sys/capability.h", "numa.h" };

void selftest_set_free(struct selftest_set *set)
{
	cache_unlock(set->lock);
	free(set->dir);
	*set = (struct selftest_set){ 0 };
}

bool selftest_patch_touches(const char *text)
{
	static const char *const paths[] = {
		TESTS "/", "tools/include/", "mm/gup_test.h", "include/uapi/",
		"arch/x86/include/uapi/",
	};

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "+++ b/", 6) && strncmp(line, "--- a/", 6))
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
			if (!strncmp(line + 6, paths[i], strlen(paths[i])))
				return true;
	}
	return false;
}

static int patches_touch(const struct strv *patches, bool *ret_touch, struct err *err)
{
	*ret_touch = false;
	for (size_t i = 0; i < patches->nr && !*ret_touch; i++) {
		char *text;
		int error = fs_read(patches->item[i], &text, NULL, err);

		if (error)
			return error;
		*ret_touch = selftest_patch_touches(text);
		free(text);
	}
	return 0;
}

/* --- the key --- */

static void hash_table(struct hash *hash)
{
	for (const struct kselftest *test = kselftest_table; test->name; test++) {
		hash_add_string(hash, test->program ? test->program : "");
		hash_add_string(hash, test->sources ? test->sources : "");
		hash_add_string(hash, test->option ? test->option : "");
	}
}

static void make_key(const struct kernel_plan *plan, bool patched, char ret_key[HASH_HEX])
{
	struct hash *hash = hash_new();

	hash_add_string(hash, RECIPE);
	hash_add_string(hash, plan->source.key);
	hash_add_string(hash, patched ? plan->patch_hash : "");
	hash_add_string(hash, plan->compiler);
	hash_add_string(hash, plan->linker);
	for (size_t i = 0; i < ARRAY_SIZE(optional_headers); i++)
		hash_add_string(hash, kernel_header_exists(optional_headers[i]) ? "yes" : "no");
	hash_table(hash);
	hash_end(hash, ret_key);
}

/* --- building --- */

/**
 * struct work - a set in the making
 * @site: whose progress
 * @plan: of the variant's kernel
 * @source: the source tree that is compiled
 * @dir: the set's folder, not yet in its place
 * @total: programs
 * @done: of them
 */
struct work {
	const struct kernel_site *site;
	const struct kernel_plan *plan;
	char *source;
	char *dir;
	unsigned int total;
	unsigned int done;
};

/* User space's view of the kernel's headers, as "make headers" cleans them. */
static int make_headers(const struct work *work, struct err *err)
{
	struct strv args = { 0 };
	int error;

	strv_add(&args, "make");
	strv_add(&args, "-s");
	strv_add(&args, "-C");
	strv_add(&args, "%s", work->source);
	strv_add(&args, "O=%s/headers", work->dir);
	strv_add(&args, "ARCH=x86");
	strv_add(&args, "headers");
	error = kernel_command_simple(work->site, &args, "make headers", STEP, 0, err);
	strv_free(&args);
	return error;
}

/* What check_config.sh would find out: the tests do without liburing then. */
static int write_local_config(const struct work *work, struct err *err)
{
	static const char text[] = "/* no liburing */\n";
	char *path = str_printf("%s/headers/local_config.h", work->dir);
	int error = fs_write(path, text, strlen(text), err);

	free(path);
	return error;
}

static void compile_args(const struct work *work, const struct kselftest *test, struct strv *args)
{
	strv_split(args, "gcc -static -s -std=gnu11 -O2 -w -m64 -mxsave -no-pie -U_FORTIFY_SOURCE", " ");
	/* Some make files beside their source, by __FILE__: let that be where they run. */
	strv_add(args, "-fmacro-prefix-map=%s/" TESTS "/mm/=", work->source);
	strv_add(args, "-I%s", work->source);
	strv_add(args, "-I%s/" TESTS, work->source);
	strv_add(args, "-I%s/headers", work->dir);
	strv_add(args, "-isystem");
	strv_add(args, "%s/headers/usr/include", work->dir);
	strv_add(args, "-isystem");
	strv_add(args, "%s/tools/include/uapi", work->source);
	if (test->option && strncmp(test->option, "-l", 2))
		strv_split(args, test->option, " ");
	strv_add(args, "%s/" TESTS "/mm/%s.c", work->source, test->program);
	strv_add(args, "%s/" TESTS "/mm/vm_util.c", work->source);
	strv_add(args, "%s/" TESTS "/mm/thp_settings.c", work->source);
	if (test->sources)
		strv_add(args, "%s/" TESTS "/mm/%s", work->source, test->sources);
	strv_split(args, "-lrt -lpthread -lm", " ");
	if (test->option && !strncmp(test->option, "-l", 2))
		strv_split(args, test->option, " ");
	strv_add(args, "-o");
	strv_add(args, "%s/%s", work->dir, test->program);
}

/* A program that does not compile leaves its reason in its place. */
static int compile(struct work *work, const struct kselftest *test, struct err *err)
{
	struct strv args = { 0 };
	struct err why = { "" };
	char *path;
	int error;

	compile_args(work, test, &args);
	error = kernel_command_simple(work->site, &args, test->program, STEP, 0, &why);
	strv_free(&args);
	if (error == -EIO) {
		char *start = strstr(why.text, "error:");
		char *text = str_printf("%s does not build: %s\n", test->program,
					start ? start : why.text);

		path = str_printf("%s/%s.why", work->dir, test->program);
		error = fs_write(path, text, strlen(text), err);
		free(path);
		free(text);
	} else if (error) {
		err_set(err, error, "%s", why.text);
	}
	kernel_progress(work->site, STEP, ++work->done, work->total);
	return error;
}

/* Several entries of the table run the same program. */
static bool is_first(const struct kselftest *test)
{
	const struct kselftest *other;

	for (other = kselftest_table; other < test; other++)
		if (other->program && !strcmp(other->program, test->program))
			return false;
	return true;
}

static int compile_all(struct work *work, struct err *err)
{
	const struct kselftest *test;
	int error = 0;

	for (test = kselftest_table; test->name; test++)
		work->total += test->program && is_first(test);
	for (test = kselftest_table; test->name && !error; test++)
		if (test->program && is_first(test))
			error = compile(work, test, err);
	return error;
}

/* The unpacked source, or a clone of it with the variant's patches. */
static int prepare_source(struct work *work, const struct source_tree *source, bool patched,
			  struct err *err)
{
	bool config;
	char *log;
	int error;

	if (!patched) {
		work->source = str_dup(source->dir);
		return 0;
	}
	work->source = str_printf("%s/linux", work->dir);
	log = str_printf("%s/patch.log", work->dir);
	error = tree_clone(work->site, source->dir, false, source->unpacked, work->source, err);
	if (!error)
		error = tree_patch(work->site, work->source, &work->plan->patch, log, &config, err);
	free(log);
	return error;
}

static int drop(const struct work *work, const char *name, struct err *err)
{
	char *path = str_printf("%s/%s", work->dir, name);
	int error = fs_remove(path, err);

	free(path);
	return error;
}

static int build_in(struct work *work, bool patched, struct err *err)
{
	struct source_tree source;
	int error;

	error = kernel_source_get(work->site, &work->plan->source, &source, err);
	if (error)
		return error;
	error = prepare_source(work, &source, patched, err);
	if (!error)
		error = make_headers(work, err);
	if (!error)
		error = write_local_config(work, err);
	if (!error)
		error = compile_all(work, err);
	source_tree_free(&source);
	if (!error)
		error = drop(work, "headers", err);
	if (!error)
		error = drop(work, "linux", err);
	return error ? error : drop(work, "patch.log", err);
}

static int write_manifest(const struct work *work, struct err *err)
{
	char *path = str_printf("%s/manifest.json", work->dir), *text;
	json_t *json = json_pack("{s:s, s:s, s:s}", "name", work->site->name,
				 "source_key", work->plan->source.key,
				 "compiler", work->plan->compiler);
	int error;

	text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	error = text ? fs_write(path, text, strlen(text), err) :
		err_set(err, -EINVAL, "%s: cannot write: a version text is not UTF-8", path);
	json_decref(json);
	free(text);
	free(path);
	return error;
}

/* The caller holds the builder's lock. */
static int build(const struct kernel_site *site, const struct kernel_plan *plan, const char *key,
		 bool patched, struct err *err)
{
	char *entry = cache_entry_path(site->root, CACHE_SELFTEST, key);
	struct work work = { .site = site, .plan = plan, .dir = str_printf("%s.new", entry) };
	int error;

	error = fs_remove(work.dir, err);
	if (!error)
		error = fs_mkdir(work.dir, err);
	if (!error)
		error = build_in(&work, patched, err);
	if (!error)
		error = write_manifest(&work, err);
	if (!error)
		cache_write_back(work.dir);
	if (!error && rename(work.dir, entry))
		error = err_set(err, -errno, "%s: cannot rename to %s: %s", work.dir, entry,
				strerror(errno));
	if (error)
		fs_remove(work.dir, NULL);
	free(work.source);
	free(work.dir);
	free(entry);
	return error;
}

static int make(const struct kernel_site *site, const struct kernel_plan *plan, const char *key,
		bool patched, struct err *err)
{
	struct cache_lock *lock;
	int error;

	error = cache_lock(site->root, CACHE_SELFTEST, HOLD_BUILD, key, kernel_waiting, (void *)site,
			   &lock, err);
	if (error)
		return error;
	/* While we waited, somebody else may have built it. */
	if (!cache_complete(site->root, CACHE_SELFTEST, key))
		error = build(site, plan, key, patched, err);
	cache_unlock(lock);
	return error;
}

static int get(const struct kernel_site *site, const struct kernel_plan *plan,
	       struct selftest_set *ret_set, struct err *err)
{
	struct cache_lock *use;
	char key[HASH_HEX];
	bool patched;
	int error;

	error = patches_touch(&plan->patch, &patched, err);
	if (error)
		return error;
	make_key(plan, patched, key);
	error = cache_lock(site->root, CACHE_SELFTEST, HOLD_USE, key, kernel_waiting, (void *)site,
			   &use, err);
	if (error)
		return error;
	if (!cache_complete(site->root, CACHE_SELFTEST, key))
		error = make(site, plan, key, patched, err);
	if (error) {
		cache_unlock(use);
		return error;
	}
	cache_touch(site->root, CACHE_SELFTEST, key);
	ret_set->lock = use;
	ret_set->dir = cache_entry_path(site->root, CACHE_SELFTEST, key);
	return 0;
}

int selftest_get(const struct kernel_builder *kb, const struct variant *variant,
		 struct selftest_set *ret_set, struct err *err)
{
	struct kernel_site site = { .kb = kb, .name = variant->name };
	struct kernel_plan plan;
	char *root;
	int error;

	error = cache_open(kb->cache, &root, err);
	if (error)
		return error;
	site.root = root;
	error = kernel_plan_make(kb, root, variant, variant->debug, &plan, err);
	if (!error) {
		error = get(&site, &plan, ret_set, err);
		kernel_plan_free(&plan);
	}
	free(root);
	return error;
}
