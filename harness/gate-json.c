// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A gate's judgement for programs; docs/result-format.md describes it.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "compare-private.h"
#include "gate.h"
#include "json-text.h"

static json_t *text_or_null(const char *text)
{
	return text ? json_text(text) : json_null();
}

static json_t *figures_of(const struct compare_row *row, size_t side)
{
	json_t *list = json_array();

	for (size_t i = 0; i < row->side[side].nr; i++)
		json_array_append_new(list, json_number(compare_value(row->metric->unit,
								 row->side[side].figure[i])));
	return list;
}

static json_t *change_json(const struct gate *gate, const struct gate_change *change)
{
	const struct compare_row *row = change->row;
	enum metric_unit unit = row->metric->unit;

	return json_pack("{s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "workload", json_text(row->metric->workload),
			 "metric", json_text(row->metric->name),
			 "params", json_text(row->params),
			 "unit", metric_unit_name(unit, gate->compare->content->run.exact),
			 "verdict", gate_verdict_name(change->verdict),
			 "before", json_number(compare_value(unit, row->side[change->old].median)),
			 "after", json_number(compare_value(unit, row->side[change->new].median)),
			 "ratio", json_number(change->ratio),
			 "boots_before", figures_of(row, change->old),
			 "boots_after", figures_of(row, change->new),
			 "patch", change->first ? json_integer(change->first) : json_null(),
			 "smallest_change_seen", calibration_change(gate_seen(gate, row)));
}

static json_t *changes_json(const struct gate *gate, const struct gate_change *list, size_t nr,
			    size_t step)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nr; i++)
		if (!step || list[i].new == step)
			json_array_append_new(array, change_json(gate, &list[i]));
	return array;
}

static json_t *failures_json(const struct gate *gate, size_t step)
{
	json_t *array = json_array();

	for (size_t i = 0; i < gate->nr_failures; i++)
		if (gate->failure[i].step == step)
			json_array_append_new(array, json_pack("{s:o, s:s, s:o}",
				"what", json_text(gate->failure[i].what),
				"verdict", verdict_name(gate->failure[i].verdict),
				"reason", json_text(gate->failure[i].reason)));
	return array;
}

static json_t *functions_json(const struct gate_patch *patch)
{
	json_t *array = json_array();

	for (size_t i = 0; patch->changed && i < patch->changed->nr; i++)
		json_array_append_new(array, json_text(patch->changed->item[i].name));
	return array;
}

static json_t *step_json(const struct gate *gate, size_t at)
{
	const struct gate_step *step = &gate->step[at];

	return json_pack("{s:i, s:o, s:s, s:o, s:f, s:i, s:s, s:o, s:i, s:I, s:i, s:o, s:o}",
			 "patch", (int)at + 1,
			 "subject", json_text(step->patch->subject),
			 "verdict", gate_verdict_name(step->verdict),
			 "no_kernel", text_or_null(step->patch->why_not),
			 "build_seconds", step->patch->seconds,
			 "figures", (int)step->figures,
			 "exercise", gate_exercise_name(step->exercise),
			 "changed_functions", functions_json(step->patch),
			 "reached_functions", (int)step->reached,
			 "calls", (json_int_t)step->calls,
			 "untouched_cells", (int)step->untouched,
			 "failures", failures_json(gate, at),
			 "changes", changes_json(gate, gate->change, gate->nr_changes, at + 1));
}

int gate_print_json(const struct gate *gate, FILE *out)
{
	const struct store_run *run = &gate->compare->content->run;
	json_t *steps = json_array(), *json;
	int error;

	for (size_t i = 0; i < gate->nr_steps; i++)
		json_array_append_new(steps, step_json(gate, i));
	json = json_pack("{s:s, s:i, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}",
			 "format", "pagemeta gate", "version", 1,
			 "run", json_text(run->id),
			 "engine", json_text(run->engine),
			 "command", json_text(run->argv),
			 "verdict", gate_verdict_name(gate->verdict),
			 "calibration", text_or_null(gate->seen ? gate->seen->run : NULL),
			 "no_calibration", text_or_null(gate->why_not_seen),
			 "patches", steps,
			 "series", changes_json(gate, gate->series, gate->nr_series, 0));
	if (!json)
		return -EINVAL;
	error = json_dumpf(json, out, JSON_INDENT(2)) ? -EIO : 0;
	fputc('\n', out);
	json_decref(json);
	return error;
}
