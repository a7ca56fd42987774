// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A trend for programs; docs/result-format.md describes it.
 */
#include <math.h>
#include <string.h>

#include "compare-private.h"
#include "json-text.h"
#include "trend-private.h"

static json_t *figure(const struct trend_series *series, double value)
{
	return json_number(compare_value(series->metric.unit, value));
}

static json_t *runs_json(const struct trend *trend)
{
	json_t *array = json_array();

	for (size_t i = 0; i < trend->nr_runs; i++) {
		const struct trend_run *run = &trend->run[i];

		json_array_append_new(array, json_pack("{s:o, s:I, s:o, s:o, s:o}",
			"run", json_text(run->id),
			"started", (json_int_t)run->started,
			"linux", json_text(run->source),
			"image", json_text(run->image),
			"agent", json_text(run->agent)));
	}
	return array;
}

static json_t *points_json(const struct trend *trend, const struct trend_series *series)
{
	json_t *array = json_array();

	for (size_t i = 0; i < series->nr; i++) {
		const struct trend_point *point = &series->point[i];
		json_t *boots = json_array();

		for (size_t j = 0; j < point->nr; j++)
			json_array_append_new(boots, figure(series, point->figure[j]));
		json_array_append_new(array, json_pack("{s:o, s:o, s:o, s:b}",
			"run", json_text(trend->run[point->run].id),
			"figure", figure(series, point->value),
			"boots", boots,
			"cut", trend_is_cut(trend, series, i)));
	}
	return array;
}

static json_t *changes_json(const struct trend *trend, const struct trend_series *series)
{
	json_t *array = json_array();

	for (size_t i = 0; i < series->nr_changes; i++) {
		const struct trend_change *change = &series->change[i];
		const struct trend_point *at = &series->point[change->at];
		const struct trend_point *last = &series->point[change->at - 1];
		const struct trend_point *from = &series->point[change->from];

		json_array_append_new(array, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:b}",
			"run", json_text(trend->run[at->run].id),
			"run_before", json_text(trend->run[last->run].id),
			"held_against", json_text(trend->run[from->run].id),
			"before", figure(series, change->before),
			"after", figure(series, change->after),
			"ratio", json_number(trend_ratio(change)),
			"p", json_number(trend->exact ? NAN : change->p),
			"verdict", judge_verdict_name(change->verdict),
			"crept", change->crept));
	}
	return array;
}

static json_t *series_json(const struct trend *trend)
{
	json_t *array = json_array();

	for (size_t i = 0; i < trend->nr_series; i++) {
		const struct trend_series *series = &trend->series[i];
		const struct store_metric *metric = &series->metric;

		json_array_append_new(array, json_pack("{s:o, s:o, s:o, s:s, s:s, s:o, s:b, s:b, s:o, s:o}",
			"workload", json_text(metric->workload),
			"metric", json_text(metric->name),
			"params", json_text(series->params),
			"unit", metric_unit_name(metric->unit, trend->exact),
			"direction", metric_direction_name(metric->direction),
			"smallest_change_seen", calibration_change(trend_seen(trend, series)),
			"searched", series->searched,
			"drifts", series->drifts,
			"points", points_json(trend, series),
			"changes", changes_json(trend, series)));
	}
	return array;
}

int trend_print_json(const struct trend *trend, FILE *out)
{
	json_t *json = json_pack("{s:s, s:i, s:o, s:o, s:o, s:o, s:i, s:o, s:o}",
				 "format", "pagemeta trend", "version", 1,
				 "variant", json_text(trend->variant),
				 "engine", json_text(trend->engine),
				 "host", json_text(trend->host),
				 "qemu", json_text(trend->qemu_version),
				 "left_out", (int)trend->left_out,
				 "runs", runs_json(trend),
				 "series", series_json(trend));
	int error;

	if (!json)
		return -EINVAL;
	error = json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) ? -EIO : 0;
	fputc('\n', out);
	json_decref(json);
	return error;
}
