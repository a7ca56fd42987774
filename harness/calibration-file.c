// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calibrations as files in the cache; docs/result-format.md describes them. Whoever uses
 * the same cache may have written one, so that reading checks all of it.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibration-file.h"
#include "compare-private.h"
#include "json-text.h"

#define FORMAT "pagemeta calibration"
#define CALIBRATION_VERSION 1
#define ROWS_MAX 100000
#define COUNT_MAX 1000000
#define SLUG_MAX 80	/* of each part of a file's name */

/* --- names --- */

/* "AMD EPYC" as "AMD_EPYC": what a file can be called everywhere. */
static char *slug(const char *text)
{
	char *name = str_printf("%.*s", SLUG_MAX, text);

	for (char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr(".+", *at))
			*at = '_';
	return name;
}

char *calibration_path(const char *cache, const struct store_run *run)
{
	char *host = slug(run->host), *engine = slug(run->engine);
	char *qemu = slug(run->qemu_version);
	char *path = str_printf("%s/calibration/%s-%s-%s.json", cache, host, engine, qemu);

	free(host);
	free(engine);
	free(qemu);
	return path;
}

/* --- writing --- */

static const char *scale_name(enum stats_scale scale)
{
	return scale == STATS_RATIO ? "ratio" : "difference";
}

/* JSON has no infinity: what no change can be seen of has a null. */
static json_t *row_json(const struct calibration_row *row, bool exact)
{
	return json_pack("{s:o, s:o, s:o, s:s, s:i, s:i, s:[o, o], s:s, s:o, s:o, s:o}",
			 "workload", json_text(row->workload),
			 "metric", json_text(row->metric),
			 "params", json_text(row->params),
			 "unit", metric_unit_name(row->unit, exact),
			 "comparisons", (int)row->seen.rounds,
			 "alarms", (int)row->seen.alarms,
			 "alarm_rate", json_real(row->seen.rate_low), json_real(row->seen.rate_high),
			 "scale", scale_name(row->seen.scale),
			 "floor", json_number(row->seen.floor),
			 "width", json_number(row->width),
			 "smallest_change", json_number(row->seen.detectable));
}

static json_t *file_json(const struct calibration_file *file)
{
	bool exact = !strcmp(file->engine, "exact");
	json_t *rows = json_array();

	for (size_t i = 0; i < file->nr; i++)
		json_array_append_new(rows, row_json(&file->row[i], exact));
	return json_pack("{s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o}",
			 "format", FORMAT, "version", CALIBRATION_VERSION,
			 "host", json_text(file->host),
			 "engine", json_text(file->engine),
			 "qemu", json_text(file->qemu_version),
			 "agent", json_text(file->agent_hash),
			 "image", json_text(file->image_hash),
			 "run", json_text(file->run),
			 "boots", (int)file->boots,
			 "figures", rows);
}

json_t *calibration_change(const struct calibration_row *row)
{
	double change = row ? row->seen.detectable : NAN;

	if (!row)
		return json_null();
	if (row->seen.scale == STATS_DIFFERENCE)
		change = compare_value(row->unit, change);
	return json_pack("{s:o, s:s}", "change", json_number(change), "of",
			 scale_name(row->seen.scale));
}

int calibration_write(const struct calibration_file *file, const char *path, struct err *err)
{
	char *folder = str_printf("%.*s", (int)(strrchr(path, '/') - path), path);
	json_t *json = file_json(file);
	char *text = json ? json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) : NULL;
	int error;

	error = fs_mkdir(folder, err);
	if (!error && !text)
		error = err_set(err, -EINVAL, "%s: cannot write: a text in it is none", path);
	if (!error)
		error = fs_write(path, text, strlen(text), err);
	free(text);
	json_decref(json);
	free(folder);
	return error;
}

/* --- reading --- */

static bool take_text(const json_t *object, const char *key, char **ret_text)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text)
		*ret_text = str_dup(text);
	return text;
}

static bool take_count(const json_t *object, const char *key, size_t *ret_count)
{
	const json_t *value = json_object_get(object, key);
	json_int_t count = json_integer_value(value);

	if (!json_is_integer(value) || count < 0 || count > COUNT_MAX)
		return false;
	*ret_count = count;
	return true;
}

/* At least 0; null stands for @none. */
static bool take_number(const json_t *object, const char *key, double none, double *ret_number)
{
	const json_t *value = json_object_get(object, key);
	double number = json_is_null(value) ? none : json_number_value(value);

	if ((!json_is_null(value) && !json_is_number(value)) || number < 0)
		return false;
	*ret_number = number;
	return true;
}

static bool take_unit(const json_t *object, enum metric_unit *ret_unit)
{
	const char *name = json_string_value(json_object_get(object, "unit"));

	for (int i = 0; name && i < UNIT_NR; i++) {
		if (strcmp(name, metric_unit_name(i, 0)) && strcmp(name, metric_unit_name(i, 1)))
			continue;
		*ret_unit = i;
		return true;
	}
	return false;
}

static bool take_scale(const json_t *object, enum stats_scale *ret_scale)
{
	const char *name = json_string_value(json_object_get(object, "scale"));

	*ret_scale = name && !strcmp(name, "ratio") ? STATS_RATIO : STATS_DIFFERENCE;
	return name && !strcmp(name, scale_name(*ret_scale));
}

static bool take_row(const json_t *object, struct calibration_row *row)
{
	struct calibration *seen = &row->seen;

	if (!take_text(object, "workload", &row->workload) ||
	    !take_text(object, "metric", &row->metric) ||
	    !take_text(object, "params", &row->params) || !take_unit(object, &row->unit) ||
	    !take_count(object, "comparisons", &seen->rounds) ||
	    !take_count(object, "alarms", &seen->alarms) || !seen->rounds ||
	    seen->alarms > seen->rounds || !take_scale(object, &seen->scale) ||
	    !take_number(object, "floor", NAN, &seen->floor) ||
	    !take_number(object, "width", NAN, &row->width) ||
	    !take_number(object, "smallest_change", INFINITY, &seen->detectable))
		return false;
	seen->rate = (double)seen->alarms / seen->rounds;
	stats_binomial_interval(seen->alarms, seen->rounds, 0.95, &seen->rate_low, &seen->rate_high);
	return true;
}

static bool take_rows(const json_t *root, struct calibration_file *file)
{
	const json_t *rows = json_object_get(root, "figures");
	size_t nr = json_array_size(rows);

	if (!json_is_array(rows) || nr > ROWS_MAX)
		return false;
	file->row = mem_grow(NULL, nr + 1, sizeof(*file->row));
	for (size_t i = 0; i < nr; i++) {
		file->row[file->nr++] = (struct calibration_row){ 0 };
		if (!take_row(json_array_get(rows, i), &file->row[i]))
			return false;
	}
	return true;
}

static bool take_file(const json_t *root, struct calibration_file *file)
{
	const char *format = json_string_value(json_object_get(root, "format"));

	return format && !strcmp(format, FORMAT) &&
	       json_integer_value(json_object_get(root, "version")) == CALIBRATION_VERSION &&
	       take_text(root, "host", &file->host) && take_text(root, "engine", &file->engine) &&
	       take_text(root, "qemu", &file->qemu_version) &&
	       take_text(root, "agent", &file->agent_hash) &&
	       take_text(root, "image", &file->image_hash) && take_text(root, "run", &file->run) &&
	       take_count(root, "boots", &file->boots) && take_rows(root, file);
}

int calibration_read(const char *path, struct calibration_file *ret_file, struct err *err)
{
	struct calibration_file file = { 0 };
	json_error_t where;
	json_t *root;
	int error = 0;

	if (!fs_exists(path))
		return err_set(err, -ENOENT, "%s: not there", path);
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	if (!root)
		error = err_set(err, -EBADMSG, "%s: cannot be read: line %d: %s", path, where.line,
				where.text);
	else if (!take_file(root, &file))
		error = err_set(err, -EBADMSG, "%s: is no calibration of this version of the suite",
				path);
	json_decref(root);
	if (error)
		calibration_free(&file);
	else
		*ret_file = file;
	return error;
}

static char *why_not(int error, const struct err *err, const struct calibration_file *file,
		     const struct store_run *run)
{
	if (error && error != -ENOENT)
		return str_printf("%s; `run-suite calibrate` makes it anew", err->text);
	if (error || strcmp(file->host, run->host) || strcmp(file->engine, run->engine) ||
	    strcmp(file->qemu_version, run->qemu_version))
		return str_printf("what changes are seen here is not known: no calibration of this "
				  "host, engine %s and QEMU; `run-suite calibrate --engine %s` makes "
				  "one", run->engine, run->engine);
	if (strcmp(file->agent_hash, run->agent_hash))
		return str_printf("what changes are seen here is not known: the calibration %s was "
				  "made with another agent; `run-suite calibrate --engine %s` makes "
				  "one", file->run, run->engine);
	return NULL;
}

bool calibration_of_run(const char *cache, const struct store_run *run,
			struct calibration_file *ret_file, char **ret_why)
{
	char *path = calibration_path(cache, run), *why;
	struct err err = { "" };
	int error;

	*ret_file = (struct calibration_file){ 0 };
	error = calibration_read(path, ret_file, &err);
	why = why_not(error, &err, ret_file, run);
	free(path);
	if (!why)
		return true;
	calibration_free(ret_file);
	*ret_why = why;
	return false;
}
