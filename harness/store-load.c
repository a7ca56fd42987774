// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything of a run into memory, as of one moment: the rest of the suite works
 * on plain structs and knows nothing of SQLite. A run may have been written by
 * someone else or be damaged, so nothing in a row is taken on trust.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "store-private.h"

static char *column_text(sqlite3_stmt *stmt, int at)
{
	const char *text = (const char *)sqlite3_column_text(stmt, at);

	return str_dup(text ? text : "");
}

static int run_row(sqlite3_stmt *stmt, void *ctx)
{
	struct store_run *run = ctx;

	store_run_free(run);
	*run = (struct store_run){
		.id = column_text(stmt, 0),
		.suite_version = column_text(stmt, 1),
		.engine = column_text(stmt, 2),
		.exact = sqlite3_column_int(stmt, 3),
		.profile = column_text(stmt, 4),
		.argv = column_text(stmt, 5),
		.qemu_version = column_text(stmt, 6),
		.agent_hash = column_text(stmt, 7),
		.host = column_text(stmt, 8),
		.topology = column_text(stmt, 9),
		.notes = column_text(stmt, 10),
		.traffic = column_text(stmt, 11),
		.strict = sqlite3_column_int(stmt, 12),
		.started = sqlite3_column_int64(stmt, 13),
		.ended = sqlite3_column_int64(stmt, 14),
		.status = column_text(stmt, 15),
	};
	return 0;
}

static int finding_row(sqlite3_stmt *stmt, void *ctx)
{
	struct store_content *content = ctx;
	const char *stage = (const char *)sqlite3_column_text(stmt, 0);
	const char *level = (const char *)sqlite3_column_text(stmt, 3);
	bool at_end = stage && !strcmp(stage, "end");
	struct store_finding *finding;

	content->finding = mem_grow(content->finding, content->nr_findings + 1,
				    sizeof(*content->finding));
	finding = &content->finding[content->nr_findings++];
	*finding = (struct store_finding){
		.at_end = at_end,
		.time = sqlite3_column_int64(stmt, 1),
		.name = column_text(stmt, 2),
		.seen = column_text(stmt, 4),
		.mend = column_text(stmt, 5),
	};
	if (!at_end && (!stage || strcmp(stage, "start")))
		return -EBADMSG;
	return level && !host_level_parse(level, &finding->level) ? 0 : -EBADMSG;
}

static int kernel_row(sqlite3_stmt *stmt, void *ctx)
{
	struct store_content *content = ctx;

	content->kernel = mem_grow(content->kernel, content->nr_kernels + 1,
				   sizeof(*content->kernel));
	content->kernel[content->nr_kernels++] = (struct store_kernel){
		.variant = column_text(stmt, 0),
		.key = column_text(stmt, 1),
		.source_version = column_text(stmt, 2),
		.patch_hash = column_text(stmt, 3),
		.config_hash = column_text(stmt, 4),
		.image_hash = column_text(stmt, 5),
		.compiler = column_text(stmt, 6),
		.off = column_text(stmt, 7),
		.seconds = sqlite3_column_double(stmt, 8),
	};
	return 0;
}

static int metric_words(sqlite3_stmt *stmt, int at, struct store_metric *metric)
{
	char *unit = column_text(stmt, at);
	char *direction = column_text(stmt, at + 1);
	char *combine = column_text(stmt, at + 2);
	char *reference = column_text(stmt, at + 3);
	int error;

	error = store_unit_parse(unit, &metric->unit);
	if (!error)
		error = store_direction_parse(direction, &metric->direction);
	if (!error)
		error = store_combine_parse(combine, &metric->combine);
	if (!error)
		error = store_reference_parse(reference, &metric->reference);
	free(reference);
	free(combine);
	free(direction);
	free(unit);
	return error ? -EBADMSG : 0;
}

static int metric_row(sqlite3_stmt *stmt, void *ctx)
{
	struct store_content *content = ctx;
	struct store_metric *metric;

	content->metric = mem_grow(content->metric, content->nr_metrics + 1,
				   sizeof(*content->metric));
	metric = &content->metric[content->nr_metrics++];
	*metric = (struct store_metric){
		.workload = column_text(stmt, 0),
		.name = column_text(stmt, 1),
		.help = column_text(stmt, 2),
		.series = column_text(stmt, 3),
	};
	return metric_words(stmt, 4, metric);
}

static int column_verdict(sqlite3_stmt *stmt, int at, enum verdict *ret_verdict)
{
	const char *word = (const char *)sqlite3_column_text(stmt, at);

	return word && !verdict_parse(word, ret_verdict) ? 0 : -EBADMSG;
}

static int cell_row(sqlite3_stmt *stmt, void *ctx)
{
	struct store_content *content = ctx;
	int64_t trial = sqlite3_column_int64(stmt, 4);
	struct store_cell *cell;

	content->cell = mem_grow(content->cell, content->nr_cells + 1, sizeof(*content->cell));
	cell = &content->cell[content->nr_cells++];
	*cell = (struct store_cell){
		.id = sqlite3_column_int64(stmt, 0),
		.variant = column_text(stmt, 1),
		.workload = column_text(stmt, 2),
		.params = column_text(stmt, 3),
		.trial = trial,
		.status = column_text(stmt, 5),
		.verdict = VERDICT_INCONCLUSIVE,
		.reason = column_text(stmt, 7),
		.started = sqlite3_column_int64(stmt, 8),
		.ready_ns = sqlite3_column_int64(stmt, 9),
		.wall_ns = sqlite3_column_int64(stmt, 10),
		.max_rss = sqlite3_column_int64(stmt, 11),
		.command = column_text(stmt, 12),
		.console = column_text(stmt, 13),
		.job = column_text(stmt, 14),
		.placement = column_text(stmt, 15),
	};
	if (trial < 0 || trial > INT_MAX)
		return -EBADMSG;
	return strcmp(cell->status, "finished") ? 0 : column_verdict(stmt, 6, &cell->verdict);
}

static uint64_t *decode_samples(const uint8_t *blob, size_t nr)
{
	uint64_t *samples = mem_grow(NULL, nr, sizeof(*samples));

	for (size_t i = 0; i < nr; i++) {
		samples[i] = 0;
		for (unsigned int byte = 0; byte < 8; byte++)
			samples[i] |= (uint64_t)blob[i * 8 + byte] << (8 * byte);
	}
	return samples;
}

static int series_row(sqlite3_stmt *stmt, void *ctx)
{
	struct store_content *content = ctx;
	const uint8_t *blob = sqlite3_column_blob(stmt, 3);
	size_t len = sqlite3_column_bytes(stmt, 3);

	if (len % 8 || (len && !blob))
		return -EBADMSG;
	content->series = mem_grow(content->series, content->nr_series + 1,
				   sizeof(*content->series));
	content->series[content->nr_series++] = (struct store_series){
		.cell = sqlite3_column_int64(stmt, 0),
		.name = column_text(stmt, 1),
		.labels = column_text(stmt, 2),
		.samples = decode_samples(blob, len / 8),
		.nr = len / 8,
	};
	return 0;
}

static int check_row(sqlite3_stmt *stmt, void *ctx)
{
	struct store_content *content = ctx;
	struct store_check *check;

	content->check = mem_grow(content->check, content->nr_checks + 1, sizeof(*content->check));
	check = &content->check[content->nr_checks++];
	*check = (struct store_check){
		.cell = sqlite3_column_int64(stmt, 0),
		.name = column_text(stmt, 1),
		.labels = column_text(stmt, 2),
		.reason = column_text(stmt, 4),
	};
	return column_verdict(stmt, 3, &check->verdict);
}

static int counter_words(sqlite3_stmt *stmt, struct store_counter *counter)
{
	char *direction = column_text(stmt, 7), *via = column_text(stmt, 8);
	int error;

	error = store_direction_parse(direction, &counter->direction);
	if (!error)
		error = store_via_parse(via, &counter->value.via);
	free(via);
	free(direction);
	return error ? -EBADMSG : 0;
}

static int counter_row(sqlite3_stmt *stmt, void *ctx)
{
	struct store_content *content = ctx;
	int64_t number = sqlite3_column_int64(stmt, 9);
	struct store_counter *counter;

	content->counter = mem_grow(content->counter, content->nr_counters + 1,
				    sizeof(*content->counter));
	counter = &content->counter[content->nr_counters++];
	*counter = (struct store_counter){
		.cell = sqlite3_column_int64(stmt, 0),
		.source = column_text(stmt, 1),
		.phase = sqlite3_column_int64(stmt, 2),
		.name = column_text(stmt, 3),
		.windows = sqlite3_column_int64(stmt, 4),
		.event = column_text(stmt, 5),
		.unit = column_text(stmt, 6),
		.value.error = number,
		.value.value = sqlite3_column_int64(stmt, 10),
		.value.raw = sqlite3_column_int64(stmt, 11),
		.value.enabled = sqlite3_column_int64(stmt, 12),
		.value.running = sqlite3_column_int64(stmt, 13),
	};
	if (number < 0 || number > PERFCTR_ERRNO_MAX)
		return -EBADMSG;
	return counter_words(stmt, counter);
}

/**
 * struct table - how a table is read
 * @row: takes one row
 * @version: what to ask for, the newest schema first; the last one is read of all older
 */
struct table {
	int (*row)(sqlite3_stmt *stmt, void *ctx);
	struct {
		int since;
		const char *sql;
	} version[3];
};

#define CELL_COLUMNS(placement) \
	"SELECT id, variant, workload, params, trial, status, verdict, reason, started, ready_ns," \
	" wall_ns, max_rss, command, console, job, " placement " FROM cell ORDER BY id"

#define KERNEL_COLUMNS(off) \
	"SELECT variant, key, source_version, patch_hash, config_hash, image_hash, compiler, " off \
	", seconds FROM kernel ORDER BY id"

/* Samples, checks and counters come cell by cell, and within a cell as they were recorded. */
static const struct table table[] = {
	{ finding_row, { { 5, "SELECT stage, time, name, level, seen, mend FROM finding ORDER BY id" },
			 { 1, "SELECT '' WHERE 0" } } },
	{ kernel_row, { { 7, KERNEL_COLUMNS("off") }, { 1, KERNEL_COLUMNS("''") } } },
	{ metric_row, { { 2, "SELECT workload, name, help, series, unit, direction, combine,"
			     " reference FROM metric ORDER BY id" },
			{ 1, "SELECT workload, name, help, series, unit, direction, combine, 'none'"
			     " FROM metric ORDER BY id" } } },
	{ cell_row, { { 4, CELL_COLUMNS("placement") }, { 1, CELL_COLUMNS("''") } } },
	{ series_row, { { 1, "SELECT cell, name, labels, samples FROM series ORDER BY cell, id" } } },
	{ check_row, { { 1, "SELECT cell, name, labels, verdict, reason FROM checks"
			    " ORDER BY cell, id" } } },
	{ counter_row, { { 6, "SELECT cell, source, phase, name, windows, event, unit, direction, via,"
			      " error, value, raw, enabled_ns, running_ns FROM counters"
			      " ORDER BY cell, id" },
			 { 1, "SELECT '' WHERE 0" } } },
};

#define RUN_COLUMNS(traffic, strict) \
	"SELECT id, suite_version, engine, exact, profile, argv, qemu_version, agent_hash, host," \
	" topology, notes, " traffic ", " strict ", started, ended, status FROM run"

static const struct table run_table = {
	run_row, { { 5, RUN_COLUMNS("traffic", "strict") }, { 3, RUN_COLUMNS("traffic", "0") },
		   { 1, RUN_COLUMNS("''", "0") } }
};

/* store_check_schema() has seen to it that the schema is 1 at least. */
static const char *sql_of(const struct table *from, int64_t schema)
{
	size_t i = 0;

	while (schema < from->version[i].since)
		i++;
	return from->version[i].sql;
}

static int load_table(struct store *store, const struct table *from, void *ctx, struct err *err)
{
	const char *sql = sql_of(from, store->schema);
	sqlite3_stmt *stmt = NULL;
	int error = 0;
	int rc;

	rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	for (; rc == SQLITE_ROW && !error; rc = sqlite3_step(stmt))
		error = from->row(stmt, ctx);
	if (error)
		err_set(err, error, "%s: cannot read: a row of \"%s\" makes no sense; the file is "
			"damaged, restore it from a copy or run again", store->path, sql);
	else if (rc != SQLITE_DONE)
		error = store_failed(store, "read", err);
	sqlite3_finalize(stmt);
	return error;
}

int store_get_run(struct store *store, struct store_run *ret_run, struct err *err)
{
	struct store_run run = { 0 };
	int error = load_table(store, &run_table, &run, err);

	if (!error && !run.id)
		error = err_set(err, -EBADMSG, "%s: cannot read: it does not say which run it is; "
				"the file is damaged", store->path);
	if (error)
		store_run_free(&run);
	else
		*ret_run = run;
	return error;
}

static bool is_judged(const struct table *of)
{
	return of->row == cell_row || of->row == check_row;
}

static int load(struct store *store, bool judged, struct store_content *ret_content,
		struct err *err)
{
	struct store_content content = { 0 };
	int error;

	/* One transaction: a writer may end a cell between two of these tables. */
	error = store_exec(store, "read", err, "BEGIN", "");
	if (error)
		return error;
	error = store_get_run(store, &content.run, err);
	for (size_t i = 0; i < ARRAY_SIZE(table) && !error; i++)
		if (!judged || is_judged(&table[i]))
			error = load_table(store, &table[i], &content, err);
	sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	if (error)
		store_content_free(&content);
	else
		*ret_content = content;
	return error;
}

int store_load(struct store *store, struct store_content *ret_content, struct err *err)
{
	return load(store, false, ret_content, err);
}

int store_load_judged(struct store *store, struct store_content *ret_content, struct err *err)
{
	return load(store, true, ret_content, err);
}

void store_run_free(struct store_run *run)
{
	free(run->id);
	free(run->suite_version);
	free(run->engine);
	free(run->profile);
	free(run->argv);
	free(run->qemu_version);
	free(run->agent_hash);
	free(run->host);
	free(run->topology);
	free(run->notes);
	free(run->traffic);
	free(run->status);
	*run = (struct store_run){ 0 };
}

static void finding_free(struct store_finding *finding)
{
	free(finding->name);
	free(finding->seen);
	free(finding->mend);
}

static void kernel_free(struct store_kernel *kernel)
{
	free(kernel->variant);
	free(kernel->key);
	free(kernel->source_version);
	free(kernel->patch_hash);
	free(kernel->config_hash);
	free(kernel->image_hash);
	free(kernel->compiler);
	free(kernel->off);
}

static void metric_free(struct store_metric *metric)
{
	free(metric->workload);
	free(metric->name);
	free(metric->help);
	free(metric->series);
}

static void cell_free(struct store_cell *cell)
{
	free(cell->variant);
	free(cell->workload);
	free(cell->params);
	free(cell->status);
	free(cell->reason);
	free(cell->command);
	free(cell->console);
	free(cell->job);
	free(cell->placement);
}

void store_counter_free(struct store_counter *counter)
{
	free(counter->source);
	free(counter->name);
	free(counter->event);
	free(counter->unit);
}

void store_content_free(struct store_content *content)
{
	for (size_t i = 0; i < content->nr_findings; i++)
		finding_free(&content->finding[i]);
	for (size_t i = 0; i < content->nr_kernels; i++)
		kernel_free(&content->kernel[i]);
	for (size_t i = 0; i < content->nr_metrics; i++)
		metric_free(&content->metric[i]);
	for (size_t i = 0; i < content->nr_cells; i++)
		cell_free(&content->cell[i]);
	for (size_t i = 0; i < content->nr_series; i++) {
		free(content->series[i].name);
		free(content->series[i].labels);
		free(content->series[i].samples);
	}
	for (size_t i = 0; i < content->nr_checks; i++) {
		free(content->check[i].name);
		free(content->check[i].labels);
		free(content->check[i].reason);
	}
	free(content->finding);
	for (size_t i = 0; i < content->nr_counters; i++)
		store_counter_free(&content->counter[i]);
	free(content->counter);
	free(content->kernel);
	free(content->metric);
	free(content->cell);
	free(content->series);
	free(content->check);
	store_run_free(&content->run);
	*content = (struct store_content){ 0 };
}
