// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A comparison for programs; docs/result-format.md describes the object.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-off.h"
#include "compare-private.h"
#include "json-text.h"

#define INTEGER_MAX 9007199254740992.0	/* 2^53: up to here a double holds every integer */

static json_t *number(enum metric_unit unit, double figure)
{
	double value = compare_value(unit, figure);

	if (!isfinite(value))
		return json_null();
	if (unit != UNIT_RATIO && value == round(value) && fabs(value) < INTEGER_MAX)
		return json_integer((json_int_t)value);
	return json_real(value);
}

/* "a=1,b=2" as { "a": "1", "b": "2" } */
static json_t *params_object(const char *params)
{
	json_t *object = json_object();
	struct strv part = { 0 };

	strv_split(&part, params, ",");
	for (size_t i = 0; i < part.nr; i++) {
		char *value = strchr(part.item[i], '=');

		if (value)
			*value++ = '\0';
		json_object_set_new(object, part.item[i], json_text(value ? value : ""));
	}
	strv_free(&part);
	return object;
}

static json_t *side_object(const struct compare_row *row, size_t at, bool named)
{
	const struct compare_side *side = &row->side[at];
	enum metric_unit unit = row->metric->unit;
	json_t *object = json_object();
	json_t *samples = json_array();

	for (size_t i = 0; i < side->nr; i++)
		json_array_append_new(samples, number(unit, side->figure[i]));
	if (named)
		json_object_set_new(object, "name", json_text(side->variant));
	json_object_set_new(object, "median", number(unit, side->median));
	json_object_set_new(object, "samples", samples);
	return object;
}

/* @side 0: there is nothing to hold the base against. */
static json_t *metric_object(const struct compare *compare, const struct compare_row *row,
			     size_t side)
{
	const struct store_metric *metric = row->metric;
	double ratio = side ? compare_ratio(row, side) : NAN;
	json_t *object = json_object();

	json_object_set_new(object, "workload", json_text(metric->workload));
	json_object_set_new(object, "metric", json_text(metric->name));
	json_object_set_new(object, "params", params_object(row->params));
	json_object_set_new(object, "unit",
			    json_text(metric_unit_name(metric->unit, compare->content->run.exact)));
	json_object_set_new(object, "direction", json_text(metric_direction_name(metric->direction)));
	json_object_set_new(object, "baseline", side_object(row, 0, false));
	json_object_set_new(object, "variant", side ? side_object(row, side, true) : json_null());
	json_object_set_new(object, "ratio", isnan(ratio) ? json_null() : json_real(ratio));
	return object;
}

static json_t *metrics_array(const struct compare *compare)
{
	json_t *array = json_array();

	for (size_t i = 0; i < compare->nr_rows; i++) {
		if (compare->variant.nr == 1)
			json_array_append_new(array, metric_object(compare, &compare->row[i], 0));
		for (size_t side = 1; side < compare->variant.nr; side++)
			json_array_append_new(array,
					      metric_object(compare, &compare->row[i], side));
	}
	return array;
}

static json_t *check_object(const struct compare_judged *judged)
{
	json_t *object = json_object();

	json_object_set_new(object, "workload", json_text(judged->cell->workload));
	json_object_set_new(object, "params", params_object(judged->params));
	json_object_set_new(object, "check", json_text(judged->check));
	json_object_set_new(object, "variant", json_text(judged->cell->variant));
	json_object_set_new(object, "trial", json_integer(judged->cell->trial));
	json_object_set_new(object, "verdict", json_text(verdict_name(judged->verdict)));
	json_object_set_new(object, "reason", json_text(judged->reason));
	return object;
}

static json_t *checks_array(const struct store_content *content)
{
	json_t *array = json_array();
	struct compare_judged *judged;
	size_t nr;

	judged = compare_judged(content, &nr);
	for (size_t i = 0; i < nr; i++)
		json_array_append_new(array, check_object(&judged[i]));
	compare_judged_free(judged, nr);
	return array;
}

static json_t *findings_array(const struct store_content *content)
{
	json_t *array = json_array();

	for (size_t i = 0; i < content->nr_findings; i++) {
		const struct store_finding *finding = &content->finding[i];
		json_t *object;

		if (!host_level_is_bad(finding->level))
			continue;
		object = json_object();
		json_object_set_new(object, "stage", json_string(finding->at_end ? "end" : "start"));
		json_object_set_new(object, "name", json_text(finding->name));
		json_object_set_new(object, "level", json_string(host_level_name(finding->level)));
		json_object_set_new(object, "seen", json_text(finding->seen));
		json_object_set_new(object, "mend", json_text(finding->mend));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *names_array(const struct strv *names)
{
	json_t *array = json_array();

	for (size_t i = 0; i < names->nr; i++)
		json_array_append_new(array, json_text(names->item[i]));
	return array;
}

static json_t *off_array(const struct store_content *content)
{
	json_t *array = json_array();
	struct compare_off *off;
	size_t nr;

	off = compare_off(content, &nr);
	for (size_t i = 0; i < nr; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "option", json_text(off[i].option));
		json_object_set_new(object, "reason", json_text(off[i].reason));
		json_object_set_new(object, "in", names_array(&off[i].in));
		json_object_set_new(object, "not_in", names_array(&off[i].not_in));
		json_array_append_new(array, object);
	}
	compare_off_free(off, nr);
	return array;
}

/* A figure, or why there is none; never 0 for what was not counted. */
static json_t *counted_object(const struct store_counter *counter)
{
	const struct perfctr_value *value = &counter->value;
	json_t *object = json_object();
	char why[PERFCTR_WHY];

	if (value->error) {
		json_object_set_new(object, "errno", json_integer(value->error));
		json_object_set_new(object, "absent", json_text(perfctr_why(value->error, why)));
		return object;
	}
	json_object_set_new(object, "value", json_integer((json_int_t)value->value));
	json_object_set_new(object, "unit", json_text(counter->unit));
	json_object_set_new(object, "direction", json_text(metric_direction_name(counter->direction)));
	json_object_set_new(object, "via", json_text(perfctr_via_name(value->via)));
	json_object_set_new(object, "multiplexed", json_boolean(perfctr_multiplexed(value)));
	json_object_set_new(object, "raw", json_integer((json_int_t)value->raw));
	json_object_set_new(object, "enabled_ns", json_integer((json_int_t)value->enabled));
	json_object_set_new(object, "running_ns", json_integer((json_int_t)value->running));
	return object;
}

static bool same_phase(const struct store_counter *a, const struct store_counter *b)
{
	return a->cell == b->cell && a->phase == b->phase && !strcmp(a->source, b->source);
}

/* Events of one phase are one after the other: @first to before the next phase. */
static json_t *phase_object(const struct store_content *content, const struct store_cell *cell,
			    size_t first)
{
	const struct store_counter *counter = &content->counter[first];
	json_t *object = json_object(), *events = json_object();

	json_object_set_new(object, "workload", json_text(cell->workload));
	json_object_set_new(object, "params", params_object(cell->params));
	json_object_set_new(object, "variant", json_text(cell->variant));
	json_object_set_new(object, "trial", json_integer(cell->trial));
	json_object_set_new(object, "source", json_text(counter->source));
	json_object_set_new(object, "number", json_integer((json_int_t)counter->phase));
	json_object_set_new(object, "phase", json_text(counter->name));
	json_object_set_new(object, "windows", json_integer((json_int_t)counter->windows));
	for (size_t i = first; i < content->nr_counters &&
	     same_phase(&content->counter[i], counter); i++)
		json_object_set_new(events, content->counter[i].event,
				    counted_object(&content->counter[i]));
	json_object_set_new(object, "events", events);
	return object;
}

static json_t *counters_array(const struct store_content *content)
{
	json_t *array = json_array();
	size_t at = 0;

	for (size_t i = 0; i < content->nr_cells; i++) {
		const struct store_cell *cell = &content->cell[i];

		while (at < content->nr_counters && content->counter[at].cell < cell->id)
			at++;
		for (; at < content->nr_counters && content->counter[at].cell == cell->id; at++)
			if (!at || !same_phase(&content->counter[at], &content->counter[at - 1]))
				json_array_append_new(array, phase_object(content, cell, at));
	}
	return array;
}

int compare_print_json(const struct compare *compare, FILE *out)
{
	json_t *root = json_object();
	int error;

	json_object_set_new(root, "run", json_text(compare->content->run.id));
	json_object_set_new(root, "engine", json_text(compare->content->run.engine));
	json_object_set_new(root, "variants", names_array(&compare->variant));
	json_object_set_new(root, "off", off_array(compare->content));
	json_object_set_new(root, "findings", findings_array(compare->content));
	json_object_set_new(root, "metrics", metrics_array(compare));
	json_object_set_new(root, "checks", checks_array(compare->content));
	json_object_set_new(root, "counters", counters_array(compare->content));
	error = json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	json_decref(root);
	if (error)
		return errno ? -errno : -EIO;
	fputc('\n', out);
	return 0;
}
