// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stores filled with cells whose samples can be recognised.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store-cells.h"
#include "util.h"

#define NR_SAMPLES 512
#define NR_SERIES 10
#define NR_CHECKS 3

void must(int error, const struct err *err)
{
	if (error)
		fail_msg("%s", err->text);
}

struct store_run plain_run(void)
{
	return (struct store_run){
		.id = "20251201-094501-7c3e", .suite_version = "0.1.0", .engine = "exact",
		.exact = true, .started = 1764582301,
	};
}

struct store *create(const char *dir)
{
	struct store_run run = plain_run();
	struct err err = { "" };
	struct store *store;

	must(store_create(dir, &run, &store, &err), &err);
	return store;
}

struct store *open_run(const char *dir, bool write)
{
	struct err err = { "" };
	struct store *store;

	must(store_open(dir, write, &store, &err), &err);
	return store;
}

void load(const char *dir, struct store_content *ret_content)
{
	struct store *store = open_run(dir, false);
	struct err err = { "" };

	must(store_load(store, ret_content, &err), &err);
	store_close(store);
}

char *db_path(const char *dir)
{
	return str_printf("%s/run.db", dir);
}

void run_sql(const char *dir, const char *sql)
{
	char *path = db_path(dir);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
	free(path);
}

void plan_cells(struct store *store, unsigned int nr)
{
	struct err err = { "" };

	must(store_begin(store, &err), &err);
	for (unsigned int i = 0; i < nr; i++) {
		char params[32];
		struct store_cell cell = {
			.variant = "baseline", .workload = "zswap", .params = params, .trial = 1
		};

		snprintf(params, sizeof(params), "number=%u", i);
		must(store_plan(store, &cell, &err), &err);
		assert_int_equal(cell.id, i + 1);
	}
	must(store_commit(store, &err), &err);
}

/* What a sample of a cell must be, so that each can be recognised. */
static uint64_t sample_of(int64_t cell, size_t series, size_t at)
{
	return (uint64_t)cell * UINT64_C(0x9e3779b97f4a7c15) + series * 1000003 + at;
}

int end_cell(struct store *store, int64_t id, struct err *err)
{
	struct store_series series[NR_SERIES];
	struct store_check check[NR_CHECKS];
	struct store_cell cell = { .id = id, .verdict = VERDICT_PASS, .reason = "all well" };
	static const char *const label[] = { "a=0", "a=1", "a=2", "a=3", "a=4", "a=5", "a=6",
					     "a=7", "a=8", "a=9" };
	int error;

	for (size_t i = 0; i < ARRAY_SIZE(series); i++) {
		series[i] = (struct store_series){ .name = "store", .labels = (char *)label[i],
						   .nr = NR_SAMPLES };
		series[i].samples = mem_grow(NULL, NR_SAMPLES, sizeof(uint64_t));
		for (size_t at = 0; at < NR_SAMPLES; at++)
			series[i].samples[at] = sample_of(id, i, at);
	}
	for (size_t i = 0; i < ARRAY_SIZE(check); i++)
		check[i] = (struct store_check){ .name = "content", .labels = (char *)label[i],
						 .reason = "as written" };
	error = store_cell_begin(store, &cell, err);
	if (!error)
		error = store_cell_end(store, &cell, series, ARRAY_SIZE(series), check,
				       ARRAY_SIZE(check), err);
	for (size_t i = 0; i < ARRAY_SIZE(series); i++)
		free(series[i].samples);
	return error;
}

void check_whole_cells(const struct store_content *content)
{
	size_t series = 0, check = 0;

	for (size_t i = 0; i < content->nr_cells; i++) {
		const struct store_cell *cell = &content->cell[i];

		if (strcmp(cell->status, "finished"))
			continue;
		for (size_t at = 0; at < NR_SERIES; at++, series++) {
			assert_true(series < content->nr_series);
			assert_int_equal(content->series[series].cell, cell->id);
			assert_int_equal(content->series[series].nr, NR_SAMPLES);
			for (size_t k = 0; k < NR_SAMPLES; k++)
				assert_true(content->series[series].samples[k] ==
					    sample_of(cell->id, at, k));
		}
		for (size_t at = 0; at < NR_CHECKS; at++, check++)
			assert_int_equal(content->check[check].cell, cell->id);
	}
	assert_int_equal(series, content->nr_series);
	assert_int_equal(check, content->nr_checks);
}

void check_integrity(const char *dir)
{
	char *path = db_path(dir);
	sqlite3_stmt *stmt;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	free(path);
}
