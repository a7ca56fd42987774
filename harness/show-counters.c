// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The performance counters of a cell as tables: a row per phase and a column per event
 * that was counted; what was not counted is said below, with the reason.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "show-private.h"
#include "text-table.h"

#define EVENTS_MAX 16	/* columns; a run of a later suite may have others than ours */

/**
 * struct view - the counters of one source in one cell
 * @row: they, in order of phases
 * @nr: how many
 * @event: names, in order; all of them
 * @nr_events: how many
 */
struct view {
	const struct store_counter *const *row;
	size_t nr;
	const char *event[EVENTS_MAX];
	size_t nr_events;
};

static void take_event(struct view *view, const char *event)
{
	for (size_t i = 0; i < view->nr_events; i++)
		if (!strcmp(view->event[i], event))
			return;
	if (view->nr_events < EVENTS_MAX)
		view->event[view->nr_events++] = event;
}

static const struct store_counter *of_event(const struct view *view, size_t first,
					    const char *event)
{
	uint64_t phase = view->row[first]->phase;

	for (size_t i = first; i < view->nr && view->row[i]->phase == phase; i++)
		if (!strcmp(view->row[i]->event, event))
			return view->row[i];
	return NULL;
}

static const struct store_counter *first_counted(const struct view *view, const char *event)
{
	for (size_t i = 0; i < view->nr; i++)
		if (!strcmp(view->row[i]->event, event) && !view->row[i]->value.error)
			return view->row[i];
	return NULL;
}

/* An estimate says of how much of the time it is made. */
static void put_value(struct table *table, const struct store_counter *counter)
{
	char text[FIGURE_TEXT];

	if (!counter || counter->value.error) {
		table_cell(table, NULL, "-");
		return;
	}
	compare_figure_text(text, UNIT_COUNT, counter->value.value);
	if (perfctr_multiplexed(&counter->value))
		table_cell(table, NULL, "%s (%.0f %%)", text,
			   100.0 * counter->value.running / counter->value.enabled);
	else
		table_cell(table, NULL, "%s", text);
}

static void put_phase(struct table *table, const struct view *view, size_t first, bool windows)
{
	char text[FIGURE_TEXT];

	table_cell(table, NULL, "%s", view->row[first]->name);
	if (windows)
		table_cell(table, NULL, "%s", compare_figure_text(text, UNIT_COUNT,
								  view->row[first]->windows));
	for (size_t i = 0; i < view->nr_events; i++)
		if (first_counted(view, view->event[i]))
			put_value(table, of_event(view, first, view->event[i]));
}

static void put_head(struct table *table, const struct view *view, bool windows)
{
	table_cell(table, NULL, "phase");
	if (windows)
		table_cell(table, NULL, "windows");
	for (size_t i = 0; i < view->nr_events; i++) {
		const struct store_counter *counter = first_counted(view, view->event[i]);

		if (counter)
			table_cell(table, NULL, "%s%s%s%s", counter->event,
				   strcmp(counter->unit, "count") ? ", " : "",
				   strcmp(counter->unit, "count") ? counter->unit : "",
				   counter->value.via == PERFCTR_VIA_ACCOUNT ? " *" : "");
	}
}

static bool any(const struct view *view, bool (*is)(const struct store_counter *counter))
{
	for (size_t i = 0; i < view->nr; i++)
		if (!view->row[i]->value.error && is(view->row[i]))
			return true;
	return false;
}

static bool is_account(const struct store_counter *counter)
{
	return counter->value.via == PERFCTR_VIA_ACCOUNT;
}

static bool is_estimate(const struct store_counter *counter)
{
	return perfctr_multiplexed(&counter->value);
}

static bool has_windows(const struct store_counter *counter)
{
	return counter->windows;
}

/* One line per reason, at its first row. */
static bool is_first_of(const struct view *view, size_t at, bool same_event)
{
	const struct store_counter *counter = view->row[at];

	for (size_t i = 0; i < at; i++)
		if (view->row[i]->value.error == counter->value.error &&
		    (!same_event || !strcmp(view->row[i]->event, counter->event)))
			return false;
	return true;
}

static void print_absent(const struct view *view, FILE *out)
{
	char why[PERFCTR_WHY];

	for (size_t i = 0; i < view->nr; i++) {
		int error = view->row[i]->value.error;
		const char *comma = "";

		if (!error || !is_first_of(view, i, false))
			continue;
		fprintf(out, "  absent: ");
		for (size_t k = i; k < view->nr; k++) {
			if (view->row[k]->value.error != error || !is_first_of(view, k, true))
				continue;
			fprintf(out, "%s%s", comma, view->row[k]->event);
			comma = ", ";
		}
		fprintf(out, ": %s\n", perfctr_why(error, why));
	}
}

/* Of the whole guest there is one row, and no windows. */
static void print_table(const struct view *view, FILE *out)
{
	bool windows = any(view, has_windows);
	char align[EVENTS_MAX + 3] = "l";
	struct table *table;
	size_t columns = windows;

	for (size_t i = 0; i < view->nr_events; i++)
		columns += first_counted(view, view->event[i]) != NULL;
	memset(align + 1, 'r', columns);
	table = table_new(align);
	put_head(table, view, windows);
	for (size_t i = 0; i < view->nr; i++)
		if (!i || view->row[i]->phase != view->row[i - 1]->phase)
			put_phase(table, view, i, windows);
	table_print(table, 2, out);
	table_free(table);
}

static bool is_counted(const struct store_counter *counter)
{
	(void)counter;
	return true;
}

static void print_view(const struct view *view, FILE *out)
{
	if (any(view, is_counted))
		print_table(view, out);
	if (any(view, is_account))
		fprintf(out, "  * not by perf: what the kernel keeps of the workload's processes anyway\n");
	if (any(view, is_estimate))
		fprintf(out, "  (N %%): counted in N %% of the time, and scaled\n");
	print_absent(view, out);
}

static void print_source(const struct store_content *content, int64_t cell, const char *source,
			 const char *heading, FILE *out)
{
	const struct store_counter **row = mem_grow(NULL, content->nr_counters, sizeof(*row));
	struct view view = { .row = row };

	for (size_t i = 0; i < content->nr_counters; i++) {
		if (content->counter[i].cell != cell ||
		    strcmp(content->counter[i].source, source))
			continue;
		row[view.nr++] = &content->counter[i];
		take_event(&view, content->counter[i].event);
	}
	if (view.nr) {
		fprintf(out, "\n%s\n", heading);
		print_view(&view, out);
	}
	free(row);
}

void show_counters(const struct store_content *content, int64_t cell, FILE *out)
{
	print_source(content, cell, STORE_GUEST, "counters", out);
	print_source(content, cell, STORE_HOST, "counters of the host: vCPU threads", out);
}
