// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a run adds while it goes on. Every function is one durable step, unless
 * store_begin() put several into one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store-private.h"

static int writable(const struct store *store, struct err *err)
{
	if (store->lock_fd >= 0)
		return 0;
	return err_set(err, -EROFS, "%s: cannot write: it was opened for reading", store->path);
}

int store_begin(struct store *store, struct err *err)
{
	int error = writable(store, err);

	store->failed = 0;
	if (!error)
		error = store_exec(store, "begin a step", err, "BEGIN IMMEDIATE", "");
	store->batch = !error;
	return error;
}

/* Nothing to report: SQLite has rolled back by itself where this finds nothing to do. */
static void roll_back(struct store *store)
{
	if (!sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->batch = false;
}

int store_commit(struct store *store, struct err *err)
{
	int error = store->failed;

	if (!store->batch)
		return err_set(err, -EINVAL, "%s: cannot commit: nothing was begun", store->path);
	if (error)
		err_set(err, error, "%s: cannot commit: a part of this step failed before, so "
			"none of it was kept", store->path);
	else
		error = store_exec(store, "commit", err, "COMMIT", "");
	if (error)
		roll_back(store);
	store->batch = false;
	return error;
}

/* All of it or nothing. */
static int end_step(struct store *store, int error, struct err *err)
{
	if (!error)
		return store_commit(store, err);
	roll_back(store);
	return error;
}

int store_plan(struct store *store, struct store_cell *cell, struct err *err)
{
	int error = writable(store, err);

	if (!error)
		error = store_exec(store, "plan a cell", err,
			"INSERT INTO cell (variant, workload, params, trial, job)"
			" VALUES (?, ?, ?, ?, ?)", "sssis", cell->variant, cell->workload,
			cell->params, (int64_t)cell->trial, cell->job);
	if (!error)
		cell->id = sqlite3_last_insert_rowid(store->db);
	return error;
}

/*
 * A resumed run records its kernels again. They must be the ones its finished
 * cells ran on: a comparison over two kernels under one name would be a lie.
 */
#define ADD_KERNEL(off_name, off_place, off_update) \
	"INSERT INTO kernel (variant, key, source_version, patch_hash, config_hash, image_hash," \
	" compiler, seconds" off_name ") VALUES (?, ?, ?, ?, ?, ?, ?, ?" off_place ")" \
	" ON CONFLICT (variant) DO UPDATE SET key = excluded.key," \
	" source_version = excluded.source_version, patch_hash = excluded.patch_hash," \
	" config_hash = excluded.config_hash, image_hash = excluded.image_hash," \
	" compiler = excluded.compiler, seconds = max(seconds, excluded.seconds)" off_update \
	" WHERE image_hash = excluded.image_hash OR NOT EXISTS" \
	" (SELECT * FROM cell WHERE cell.variant = excluded.variant AND status = 'finished')"

/* What the variant switches off has no place in a run of an older schema. */
static int add_kernel(struct store *store, const struct store_kernel *kernel, struct err *err)
{
	if (store->schema < 7)
		return store_exec(store, "record a kernel", err, ADD_KERNEL("", "", ""), "sssssssd",
			kernel->variant, kernel->key, kernel->source_version, kernel->patch_hash,
			kernel->config_hash, kernel->image_hash, kernel->compiler, kernel->seconds);
	return store_exec(store, "record a kernel", err,
		ADD_KERNEL(", off", ", ?", ", off = excluded.off"), "sssssssds",
		kernel->variant, kernel->key, kernel->source_version, kernel->patch_hash,
		kernel->config_hash, kernel->image_hash, kernel->compiler, kernel->seconds,
		kernel->off);
}

int store_add_kernel(struct store *store, const struct store_kernel *kernel, struct err *err)
{
	int error = writable(store, err);

	if (!error)
		error = add_kernel(store, kernel, err);
	if (error || sqlite3_changes(store->db) == 1)
		return error;
	store->failed = -ESTALE;
	return err_set(err, -ESTALE, "%s: cannot go on with variant %s: its kernel (image %.12s) "
		       "is not the one its finished cells ran on; start a new run", store->path,
		       kernel->variant, kernel->image_hash ? kernel->image_hash : "");
}

int store_add_metric(struct store *store, const struct store_metric *metric, struct err *err)
{
	int error = writable(store, err);

	if (error)
		return error;
	return store_exec(store, "record a metric", err,
		"INSERT INTO metric (workload, name, help, series, unit, direction, combine,"
		" reference) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (workload, name) DO UPDATE SET help = excluded.help,"
		" series = excluded.series, unit = excluded.unit,"
		" direction = excluded.direction, combine = excluded.combine,"
		" reference = excluded.reference", "ssssssss",
		metric->workload, metric->name, metric->help, metric->series,
		store_unit_word(metric->unit), metric_direction_name(metric->direction),
		metric_combine_name(metric->combine), metric_reference_name(metric->reference));
}

int store_add_finding(struct store *store, const struct store_finding *finding,
		      struct err *err)
{
	int error = writable(store, err);

	if (error || store->schema < 5)
		return error;
	return store_exec(store, "record a finding", err,
		"INSERT INTO finding (stage, time, name, level, seen, mend)"
		" VALUES (?, ?, ?, ?, ?, ?)", "sissss",
		finding->at_end ? "end" : "start", finding->time, finding->name,
		host_level_name(finding->level), finding->seen, finding->mend);
}

/* An UPDATE that found no row is a bug of the caller that must not pass for a record. */
static int changed_one(struct store *store, const struct store_cell *cell, const char *what,
		       struct err *err)
{
	if (sqlite3_changes(store->db) == 1)
		return 0;
	return err_set(err, -EINVAL, "%s: cannot %s cell %lld: there is no such cell, or it has "
		       "finished before", store->path, what, (long long)cell->id);
}

/* A run that an older suite began has no room for it. NULL keeps what is there. */
static int set_placement(struct store *store, const struct store_cell *cell, struct err *err)
{
	if (store->schema < 4 || !cell->placement)
		return 0;
	return store_exec(store, "record where a cell runs", err,
			  "UPDATE cell SET placement = ? WHERE id = ?", "si", cell->placement,
			  cell->id);
}

int store_cell_begin(struct store *store, const struct store_cell *cell, struct err *err)
{
	int error = store_begin(store, err);

	if (error)
		return error;
	error = store_exec(store, "record that a cell starts", err,
		"UPDATE cell SET status = 'running', started = ?, command = ?, console = ?,"
		" job = coalesce(?, job) WHERE id = ? AND status <> 'finished'", "issni",
		cell->started ? cell->started : (int64_t)time(NULL), cell->command,
		cell->console, cell->job, cell->id);
	if (!error)
		error = changed_one(store, cell, "start", err);
	if (!error)
		error = set_placement(store, cell, err);
	return end_step(store, error, err);
}

/* Little-endian 64-bit values, so that a run reads the same on any host. */
static uint8_t *encode_samples(const struct store_series *series)
{
	uint8_t *blob = mem_grow(NULL, series->nr, sizeof(uint64_t));

	for (size_t i = 0; i < series->nr; i++)
		for (unsigned int byte = 0; byte < 8; byte++)
			blob[i * 8 + byte] = series->samples[i] >> (8 * byte);
	return blob;
}

static int add_series(struct store *store, int64_t cell, const struct store_series *series,
		      struct err *err)
{
	uint8_t *blob = encode_samples(series);
	int error;

	error = store_exec(store, "record samples", err,
		"INSERT INTO series (cell, name, labels, samples) VALUES (?, ?, ?, ?)", "issb",
		cell, series->name, series->labels, (const void *)blob, series->nr * 8);
	free(blob);
	return error;
}

static int add_check(struct store *store, int64_t cell, const struct store_check *check,
		     struct err *err)
{
	return store_exec(store, "record a check", err,
		"INSERT INTO checks (cell, name, labels, verdict, reason)"
		" VALUES (?, ?, ?, ?, ?)", "issss", cell, check->name, check->labels,
		verdict_name(check->verdict), check->reason);
}

/* What could not be counted has no figures: NULL, which no sum takes for 0. */
static int add_counter(struct store *store, int64_t cell, const struct store_counter *counter,
		       struct err *err)
{
	static const char sql[] =
		"INSERT INTO counters (cell, source, phase, name, windows, event, unit, direction,"
		" via, error, value, raw, enabled_ns, running_ns)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct perfctr_value *value = &counter->value;

	return store_exec(store, "record a counter", err, sql,
		value->error ? "isisissssi0000" : "isisissssiiiii", cell, counter->source,
		(int64_t)counter->phase, counter->name, (int64_t)counter->windows, counter->event,
		counter->unit, metric_direction_name(counter->direction),
		perfctr_via_name(value->via), (int64_t)value->error, (int64_t)value->value,
		(int64_t)value->raw, (int64_t)value->enabled, (int64_t)value->running);
}

/* NULL texts keep what store_cell_begin() wrote. */
static int end_cell(struct store *store, const struct store_cell *cell, struct err *err)
{
	int error;

	error = store_exec(store, "record the end of a cell", err,
		"UPDATE cell SET status = 'finished', verdict = ?, reason = ?, ready_ns = ?,"
		" wall_ns = ?, max_rss = ?, command = coalesce(?, command),"
		" console = coalesce(?, console), job = coalesce(?, job)"
		" WHERE id = ? AND status <> 'finished'", "ssiiinnni",
		verdict_name(cell->verdict), cell->reason, (int64_t)cell->ready_ns,
		(int64_t)cell->wall_ns, (int64_t)cell->max_rss, cell->command, cell->console,
		cell->job, cell->id);
	if (!error)
		error = changed_one(store, cell, "end", err);
	return error ? error : set_placement(store, cell, err);
}

int store_cell_end(struct store *store, const struct store_cell *cell,
		   const struct store_series *series, size_t nr_series,
		   const struct store_check *check, size_t nr_checks, struct err *err)
{
	int error = store_begin(store, err);

	if (error)
		return error;
	error = end_cell(store, cell, err);
	for (size_t i = 0; i < nr_series && !error; i++)
		error = add_series(store, cell->id, &series[i], err);
	for (size_t i = 0; i < nr_checks && !error; i++)
		error = add_check(store, cell->id, &check[i], err);
	/* An older run has no table for them. */
	for (size_t i = 0; i < cell->nr_counters && !error && store->schema >= 6; i++)
		error = add_counter(store, cell->id, &cell->counter[i], err);
	return end_step(store, error, err);
}

static int replace_check(struct store *store, int64_t cell, const struct store_check *check,
			 struct err *err)
{
	int error;

	error = store_exec(store, "replace a check", err,
			   "DELETE FROM checks WHERE cell = ? AND name = ? AND labels = ?", "iss",
			   cell, check->name, check->labels);
	return error ? error : add_check(store, cell, check, err);
}

int store_cell_amend(struct store *store, const struct store_cell *cell,
		     const struct store_check *check, size_t nr_checks, struct err *err)
{
	int error = store_begin(store, err);

	if (error)
		return error;
	error = store_exec(store, "amend a cell", err,
			   "UPDATE cell SET verdict = ?, reason = ?"
			   " WHERE id = ? AND status = 'finished'", "ssi",
			   verdict_name(cell->verdict), cell->reason, cell->id);
	if (!error && sqlite3_changes(store->db) != 1)
		error = err_set(err, -EINVAL, "%s: cannot amend cell %lld: there is no such cell, or "
				"it has not finished", store->path, (long long)cell->id);
	for (size_t i = 0; i < nr_checks && !error; i++)
		error = replace_check(store, cell->id, &check[i], err);
	return end_step(store, error, err);
}

int store_finish(struct store *store, struct err *err)
{
	int error = writable(store, err);

	if (error)
		return error;
	return store_exec(store, "finish the run", err,
			  "UPDATE run SET status = 'finished', ended = ?", "i",
			  (int64_t)time(NULL));
}
