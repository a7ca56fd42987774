// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A trend for people: the runs in which something changed, each with what changed in it;
 * on demand whole series.
 */
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "compare-private.h"
#include "show-private.h"
#include "text-table.h"
#include "trend-private.h"

#define INDENT 2
#define HASH_SHOWN 12	/* digits of an image's hash, as elsewhere */
#define GREEN "\033[32m"
#define RED "\033[31m"

static const char *paint_of(enum judge_verdict verdict, unsigned int flags)
{
	if (!(flags & COMPARE_COLOUR))
		return NULL;
	if (verdict == JUDGE_REGRESSION)
		return RED;
	return verdict == JUDGE_IMPROVEMENT ? GREEN : NULL;
}

static const char *change_text(char buf[FIGURE_TEXT], const struct trend *trend,
			       const struct trend_change *change)
{
	return compare_change_text(buf, trend_ratio(change), trend->exact);
}

/* --- what changed in a run --- */

static const char *word_of(enum judge_verdict verdict)
{
	if (verdict == JUDGE_REGRESSION)
		return "worse";
	return verdict == JUDGE_IMPROVEMENT ? "better" : "changed";
}

static void put_change(struct table *table, const struct trend *trend,
		       const struct trend_series *series, const struct trend_change *change,
		       unsigned int flags)
{
	const struct store_metric *metric = &series->metric;
	char text[FIGURE_TEXT];

	table_cell(table, NULL, "%s", metric->workload);
	table_cell(table, NULL, "%s", metric->name);
	table_cell(table, NULL, "%s", series->params);
	table_cell(table, NULL, "%s", metric_unit_name(metric->unit, trend->exact));
	table_cell(table, NULL, "%s", compare_figure_text(text, metric->unit, change->before));
	table_cell(table, NULL, "%s", compare_figure_text(text, metric->unit, change->after));
	table_cell(table, paint_of(change->verdict, flags), "%s", change_text(text, trend, change));
	if (trend->seen)
		table_cell(table, NULL, "%s", calibration_text(text, trend_seen(trend, series)));
	if (change->crept)
		table_cell(table, NULL, "%s, bit by bit since %s", word_of(change->verdict),
			   trend->run[series->point[change->from].run].id);
	else
		table_cell(table, NULL, "%s", word_of(change->verdict));
}

static void print_kernel(const char *what, const struct trend_run *run, FILE *out)
{
	fprintf(out, "%*s%-7s linux %s  image %.*s\n", INDENT, "", what, run->source, HASH_SHOWN,
		run->image);
}

static void print_changed_run(const struct trend *trend, size_t before, size_t at,
			      unsigned int flags, FILE *out)
{
	const struct trend_run *old = &trend->run[before], *new = &trend->run[at];
	char time[SHOW_TIME], *heading;

	heading = str_printf("%s  %s", new->id, show_time(time, new->started));
	compare_heading(heading, flags, out);
	free(heading);
	print_kernel("kernel", new, out);
	print_kernel("before", old, out);
	if (!strcmp(old->image, new->image))
		fprintf(out, "%*sthe same kernel as in %s\n", INDENT, "", old->id);
}

/* Changes of run @at of series that were measured in run @before the last time. */
static void print_changes(const struct trend *trend, size_t before, size_t at, unsigned int flags,
			  FILE *out)
{
	struct table *table = table_new(trend->seen ? "llllrrrrl" : "llllrrrl");
	static const char *const head[] = { "workload", "metric", "parameters", "unit", "before",
					    "after", "change" };
	size_t nr = 0;

	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		table_cell(table, NULL, "%s", head[i]);
	if (trend->seen)
		table_cell(table, NULL, "seen from");
	table_cell(table, NULL, "%s", "");
	for (size_t i = 0; i < trend->nr_series; i++) {
		const struct trend_series *series = &trend->series[i];

		for (size_t j = 0; j < series->nr_changes; j++) {
			const struct trend_change *change = &series->change[j];

			if (series->point[change->at].run != at ||
			    series->point[change->at - 1].run != before)
				continue;
			put_change(table, trend, series, change, flags);
			nr++;
		}
	}
	if (nr) {
		print_changed_run(trend, before, at, flags, out);
		table_print(table, INDENT, out);
	}
	table_free(table);
}

/* --- whole series --- */

static void put_point(struct table *table, const struct trend *trend,
		      const struct trend_series *series, size_t at, unsigned int flags)
{
	const struct trend_point *point = &series->point[at];
	const struct trend_run *run = &trend->run[point->run];
	const struct trend_change *change = trend_change_at(series, at);
	char text[FIGURE_TEXT], time[SHOW_TIME];

	if (trend_is_cut(trend, series, at))
		table_line(table, "  another agent from here on");
	table_cell(table, NULL, "%s", run->id);
	table_cell(table, NULL, "%s", show_time(time, run->started));
	table_cell(table, NULL, "%.*s", (int)strcspn(run->source, " "), run->source);
	table_cell(table, NULL, "%.*s", HASH_SHOWN, run->image);
	table_cell(table, NULL, "%zu", point->nr);
	table_cell(table, NULL, "%s", compare_figure_text(text, series->metric.unit, point->value));
	if (change)
		table_cell(table, paint_of(change->verdict, flags), "%s",
			   change_text(text, trend, change));
	else
		table_cell(table, NULL, "%s", "");
}

static void print_series(const struct trend *trend, const struct trend_series *series,
			 unsigned int flags, FILE *out)
{
	static const char *const head[] = { "run", "time", "linux", "image", "boots", NULL,
					    "change" };
	struct table *table = table_new("llllrrr");
	char *heading = str_printf("%s %s%s%s", series->metric.workload, series->metric.name,
				   *series->params ? "  " : "", series->params);

	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		table_cell(table, NULL, "%s", head[i] ? head[i] :
			   metric_unit_name(series->metric.unit, trend->exact));
	for (size_t at = 0; at < series->nr; at++)
		put_point(table, trend, series, at, flags);
	compare_heading(heading, flags, out);
	table_print(table, INDENT, out);
	free(heading);
	table_free(table);
}

/* --- the rest --- */

static void print_drifts(const struct trend *trend, unsigned int flags, FILE *out)
{
	struct table *table = table_new("llllrr");
	static const char *const head[] = { "workload", "metric", "parameters", "unit", "first",
					    "last" };
	size_t nr = 0;

	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		table_cell(table, NULL, "%s", head[i]);
	for (size_t i = 0; i < trend->nr_series; i++) {
		const struct trend_series *series = &trend->series[i];
		const struct store_metric *metric = &series->metric;
		char text[FIGURE_TEXT];

		if (!series->drifts)
			continue;
		table_cell(table, NULL, "%s", metric->workload);
		table_cell(table, NULL, "%s", metric->name);
		table_cell(table, NULL, "%s", series->params);
		table_cell(table, NULL, "%s", metric_unit_name(metric->unit, trend->exact));
		table_cell(table, NULL, "%s",
			   compare_figure_text(text, metric->unit, series->point[0].value));
		table_cell(table, NULL, "%s",
			   compare_figure_text(text, metric->unit, series->point[series->nr - 1].value));
		nr++;
	}
	if (nr) {
		compare_heading("going up or down all the time, not in steps", flags, out);
		table_print(table, INDENT, out);
	}
	table_free(table);
}

__attribute__((format(printf, 2, 3)))
static void print_sentence(FILE *out, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = str_dup("");
	va_end(args);
	text_wrapped(text, 0, INDENT, columns_of(out, UINT_MAX), out);
	free(text);
}

static void print_summary(const struct trend *trend, FILE *out)
{
	size_t changed = 0, searched = 0;

	for (size_t i = 0; i < trend->nr_series; i++) {
		changed += !!trend->series[i].nr_changes;
		searched += trend->series[i].searched;
	}
	fputc('\n', out);
	print_sentence(out, "%zu of %zu series of %s changed in %zu run%s (%s)", changed,
		       trend->nr_series, trend->variant, trend->nr_runs,
		       trend->nr_runs == 1 ? "" : "s", trend->engine);
	if (searched < trend->nr_series)
		print_sentence(out, "%zu series have too few runs for a change to be seen",
			       trend->nr_series - searched);
	for (size_t at = 1; at < trend->nr_runs; at++)
		if (trend_agent_changed(trend, at))
			print_sentence(out, "%s has another agent than the runs before: series are "
				       "cut there", trend->run[at].id);
	if (trend->why_not_seen)
		print_sentence(out, "%s", trend->why_not_seen);
	if (trend->left_out)
		print_sentence(out, "%zu run%s of another host, engine or QEMU left out",
			       trend->left_out, trend->left_out == 1 ? "" : "s");
}

void trend_print_text(const struct trend *trend, unsigned int flags, FILE *out)
{
	for (size_t i = 0; i < trend->nr_series && (flags & COMPARE_ALL); i++)
		print_series(trend, &trend->series[i], flags, out);
	for (size_t at = 1; at < trend->nr_runs; at++)
		for (size_t before = at; before--; )
			print_changes(trend, before, at, flags, out);
	print_drifts(trend, flags, out);
	print_summary(trend, out);
}
