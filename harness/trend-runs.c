// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which runs a trend is made of: those below the results folder that belong together.
 */
#include <stdlib.h>
#include <string.h>

#include "trend-runs.h"

/**
 * struct found_run - a run below the results
 * @dir: its folder
 * @run: what is known of it as a whole
 */
struct found_run {
	char *dir;
	struct store_run run;
};

/** struct found_runs - in order of time */
struct found_runs {
	struct found_run *item;
	size_t nr;
};

static void found_free(struct found_runs *found)
{
	for (size_t i = 0; i < found->nr; i++) {
		store_run_free(&found->item[i].run);
		free(found->item[i].dir);
	}
	free(found->item);
}

static int read_run(const char *dir, struct store_run *ret_run, struct err *err)
{
	struct store *store;
	int error;

	error = store_open(dir, false, &store, err);
	if (error)
		return error;
	error = store_get_run(store, ret_run, err);
	store_close(store);
	return error;
}

/* A damaged run must not hide the others, nor go unnoticed. */
static void add_run(struct found_runs *found, const char *dir, struct strv *unreadable)
{
	struct store_run run = { 0 };
	struct err err = { "" };

	if (read_run(dir, &run, &err)) {
		strv_add(unreadable, "%s", err.text);
		return;
	}
	found->item = mem_grow(found->item, found->nr + 1, sizeof(*found->item));
	found->item[found->nr++] = (struct found_run){ .dir = str_dup(dir), .run = run };
}

static int since_id(const struct trend_request *request, char **ret_id, struct err *err)
{
	struct store_run run = { 0 };
	char *dir;
	int error;

	error = store_find(request->results, request->since, &dir, err);
	if (error)
		return error;
	error = read_run(dir, &run, err);
	if (!error)
		*ret_id = str_dup(run.id);
	store_run_free(&run);
	free(dir);
	return error;
}

static int find_runs(const struct trend_request *request, struct found_runs *ret_found,
		     struct strv *unreadable, struct err *err)
{
	struct strv ids = { 0 };
	char *since = NULL;
	int error = 0;

	if (request->since)
		error = since_id(request, &since, err);
	if (!error)
		error = store_ids(request->results, &ids, err);
	for (size_t i = 0; i < ids.nr && !error; i++) {
		char *dir;

		/* A folder and a copy of it are one run. */
		if ((since && strcmp(ids.item[i], since) < 0) ||
		    (i && !strcmp(ids.item[i], ids.item[i - 1])))
			continue;
		error = store_find(request->results, ids.item[i], &dir, err);
		if (error)
			break;
		add_run(ret_found, dir, unreadable);
		free(dir);
	}
	strv_free(&ids);
	free(since);
	return error;
}

static bool has_variant(const struct store_content *content, const char *variant,
			struct strv *known)
{
	bool has = false;

	for (size_t i = 0; i < content->nr_cells; i++) {
		has |= !strcmp(content->cell[i].variant, variant);
		if (!strv_has(known, content->cell[i].variant))
			strv_add(known, "%s", content->cell[i].variant);
	}
	return has;
}

static int load_run(const char *dir, struct store_content *ret_content, struct err *err)
{
	struct store *store;
	int error;

	error = store_open(dir, false, &store, err);
	if (error)
		return error;
	error = store_load(store, ret_content, err);
	store_close(store);
	return error;
}

/* The newest run that has the variant says of which host, engine and QEMU the others are. */
static int find_newest(const struct trend_request *request, const struct found_runs *found,
		       struct trend *ret_trend, struct err *err)
{
	const char *what = request->engine ? request->engine : "any engine", *nearest;
	struct strv known = { 0 };
	bool has = false;

	for (size_t i = found->nr; i-- && !has;) {
		struct store_content content = { 0 };

		if (request->engine && strcmp(found->item[i].run.engine, request->engine))
			continue;
		if (load_run(found->item[i].dir, &content, NULL))
			continue;
		has = has_variant(&content, request->variant, &known);
		if (has)
			trend_begin(ret_trend, &content.run, request->variant);
		store_content_free(&content);
	}
	nearest = name_nearest(request->variant, &known);
	if (!has)
		err_set(err, -ENOENT, "trend: none of %zu runs of %s has the variant %s%s%s%s", found->nr,
			what, request->variant, nearest ? "; did you mean " : "", nearest ? nearest : "",
			nearest ? "?" : "; `run-suite list runs` shows them");
	strv_free(&known);
	return has ? 0 : -ENOENT;
}

static void take_run(const struct found_run *found, struct trend *trend, struct strv *unreadable)
{
	struct store_content content = { 0 };
	struct compare compare = { 0 };
	struct strv known = { 0 };
	struct err err = { "" };
	int error;

	error = load_run(found->dir, &content, &err);
	if (!error && !has_variant(&content, trend->variant, &known))
		goto out;
	if (!error && !trend_fits(trend, &found->run)) {
		trend->left_out++;
		goto out;
	}
	if (!error)
		error = compare_make(&content, &compare, &err);
	if (error)
		strv_add(unreadable, "%s", err.text);
	else
		trend_add(trend, &compare);
out:
	strv_free(&known);
	compare_free(&compare);
	store_content_free(&content);
}

int trend_runs(const struct trend_request *request, struct trend *ret_trend,
	       struct strv *unreadable, struct err *err)
{
	struct found_runs found = { 0 };
	int error;

	error = find_runs(request, &found, unreadable, err);
	if (!error && !found.nr)
		error = err_set(err, -ENOENT, "trend: there is no run in %s yet; `run-suite run` makes "
				"one", request->results);
	if (!error)
		error = find_newest(request, &found, ret_trend, err);
	for (size_t i = 0; i < found.nr && !error; i++)
		take_run(&found.item[i], ret_trend, unreadable);
	found_free(&found);
	if (!error)
		trend_judge(ret_trend);
	return error;
}
