// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trends: a figure run by run, with the places where it changed.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compare-private.h"
#include "figure-private.h"

#define DATE_TEXT 16

/** struct pick - a series and how much there is to see; @place keeps equal ones in order */
struct pick {
	const struct trend_series *series;
	double change;
	size_t place;
};

static double change_of(const struct trend_series *series)
{
	double largest = 0;

	for (size_t i = 0; i < series->nr_changes; i++) {
		double ratio = trend_ratio(&series->change[i]);

		/* from nothing, or to nothing, is as much as can be */
		largest = fmax(largest, ratio > 0 ? fabs(log(ratio)) : 1000);
	}
	return largest;
}

static int by_change(const void *a, const void *b)
{
	const struct pick *one = a, *two = b;
	bool one_changed = one->series->nr_changes, two_changed = two->series->nr_changes;

	if (one_changed != two_changed)
		return one_changed ? -1 : 1;
	if (one->series->drifts != two->series->drifts)
		return one->series->drifts ? -1 : 1;
	if (one->change != two->change)
		return one->change > two->change ? -1 : 1;
	return one->place < two->place ? -1 : one->place > two->place;
}

static const char *date_of(const struct trend *trend, const struct trend_series *series,
			   size_t at, char buf[DATE_TEXT])
{
	time_t started = trend->run[series->point[at].run].started;
	struct tm tm;

	if (!gmtime_r(&started, &tm) || !strftime(buf, DATE_TEXT, "%Y-%m-%d", &tm))
		strcpy(buf, "?");
	return buf;
}

static void range_of(const struct trend_series *series, const struct trend_point *point,
		     double *ret_low, double *ret_high)
{
	*ret_low = *ret_high = NAN;
	if (point->nr < 2)
		return;
	*ret_low = INFINITY;
	*ret_high = -INFINITY;
	for (size_t i = 0; i < point->nr; i++) {
		double figure = compare_value(series->metric.unit, point->figure[i]);

		*ret_low = fmin(*ret_low, figure);
		*ret_high = fmax(*ret_high, figure);
	}
}

static void put_points(const struct trend *trend, const struct trend_series *series, FILE *out)
{
	char date[DATE_TEXT];

	figure_block("rows", out);
	for (size_t i = 0; i < series->nr; i++) {
		const struct trend_point *point = &series->point[i];
		double low, high;

		range_of(series, point, &low, &high);
		fprintf(out, "%zu", i);
		figure_number(compare_value(series->metric.unit, point->value), out);
		figure_number(low, out);
		figure_number(high, out);
		figure_text(date_of(trend, series, i, date), out);
		figure_text(trend->run[point->run].id, out);
		fputc('\n', out);
	}
}

static void put_changes(const struct trend *trend, const struct trend_series *series, FILE *out)
{
	char change[FIGURE_TEXT];
	size_t cuts = 0;

	for (size_t i = 0; i < series->nr_changes; i++) {
		if (!i)
			figure_block("changes", out);
		fprintf(out, "%zu", series->change[i].at);
		figure_text(compare_change_text(change, trend_ratio(&series->change[i]),
						trend->exact), out);
		fputc('\n', out);
	}
	for (size_t i = 1; i < series->nr; i++) {
		if (!trend_is_cut(trend, series, i))
			continue;
		if (!cuts++)
			figure_block("agents", out);
		fprintf(out, "%zu\n", i);
	}
}

static char *data_text(const struct trend *trend, const struct trend_series *series,
		       const struct figure *figure)
{
	char *text = NULL, *axis;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return str_dup("");
	fputs("# in rows: run, figure, least and most of its boots, date, id of the run\n"
	      "# in changes: run that brought one, how much; in agents: the first run of another\n",
	      out);
	figure_begin(figure, out);
	axis = str_printf("%s (%s)", series->metric.name,
			  metric_unit_name(series->metric.unit, trend->exact));
	figure_about("x", "runs, the newest on the right", out);
	figure_about("y", axis, out);
	figure_about("better", metric_direction_name(series->metric.direction), out);
	figure_about("note", "Bars are the range over boots. Lines across: a change; dotted: "
		     "another agent, which is not compared.", out);
	put_points(trend, series, out);
	put_changes(trend, series, out);
	free(axis);
	fclose(out);
	return text;
}

static const char *change_at(const struct trend *trend, const struct trend_series *series,
			     size_t at, char buf[FIGURE_TEXT])
{
	for (size_t i = 0; i < series->nr_changes; i++)
		if (series->change[i].at == at)
			return compare_change_text(buf, trend_ratio(&series->change[i]),
						   trend->exact);
	return "";
}

static void put_table(const struct trend *trend, const struct trend_series *series,
		      struct figure *figure)
{
	char text[FIGURE_TEXT], date[DATE_TEXT];

	strv_add(&figure->heading, "run");
	strv_add(&figure->heading, "date");
	strv_add(&figure->heading, "%s (%s)", series->metric.name,
		 metric_unit_name(series->metric.unit, trend->exact));
	strv_add(&figure->heading, "boots");
	strv_add(&figure->heading, "change");
	for (size_t i = 0; i < series->nr; i++) {
		const struct trend_point *point = &series->point[i];

		strv_add(&figure->cell, "%s", trend->run[point->run].id);
		strv_add(&figure->cell, "%s", date_of(trend, series, i, date));
		strv_add(&figure->cell, "%s",
			 compare_figure_text(text, series->metric.unit, point->value));
		strv_add(&figure->cell, "%zu", point->nr);
		strv_add(&figure->cell, "%s", change_at(trend, series, i, text));
	}
	figure->nr_rows = series->nr;
}

static char *about_text(const struct trend *trend, const struct trend_series *series)
{
	struct strv part = { 0 };
	char change[FIGURE_TEXT], date[DATE_TEXT], *list, *text;

	for (size_t i = 0; i < series->nr_changes; i++)
		strv_add(&part, "%s with run %s of %s",
			 compare_change_text(change, trend_ratio(&series->change[i]), trend->exact),
			 trend->run[series->point[series->change[i].at].run].id,
			 date_of(trend, series, series->change[i].at, date));
	list = strv_join(&part, ", ");
	strv_free(&part);
	if (*list)
		text = str_printf("%zu runs of %s; it changed by %s.", series->nr, trend->variant,
				  list);
	else
		text = str_printf("%zu runs of %s; %s.", series->nr, trend->variant,
				  series->drifts ? "it drifts all the time" : "no change was found");
	free(list);
	return text;
}

static char *caption(const struct trend *trend)
{
	return str_printf("%s engine%s  |  variant %s  |  %zu runs of one host",
			  trend->engine, trend->exact ? ": insns are instructions of the guest, "
			  "not time" : "", trend->variant, trend->nr_runs);
}

static void add_figure(const struct trend *trend, const struct pick *pick,
		       struct figures *figures)
{
	const struct trend_series *series = pick->series;
	char *name = str_printf("trend-%s-%s-%s", series->metric.workload, series->metric.name,
				series->params);
	char *values = figure_values(series->params);
	struct figure *figure = figures_add(figures, FIGURE_TREND, "trend.gp", name);

	figure_set(&figure->workload, series->metric.workload);
	figure_set(&figure->metric, series->metric.name);
	figure_set(&figure->params, series->params);
	figure->title = str_printf("%s.%s%s%s%s: run by run", series->metric.workload,
				   series->metric.name, *values ? " (" : "", values,
				   *values ? ")" : "");
	figure->about = about_text(trend, series);
	figure->caption = caption(trend);
	figure->data = data_text(trend, series, figure);
	figure->effect = pick->change;
	put_table(trend, series, figure);
	free(values);
	free(name);
}

void figures_of_trend(const struct trend *trend, size_t most, struct figures *figures)
{
	struct pick *pick = mem_grow(NULL, trend->nr_series, sizeof(*pick));
	size_t nr = 0;

	for (size_t i = 0; i < trend->nr_series; i++)
		if (trend->series[i].nr)
			pick[nr++] = (struct pick){ &trend->series[i],
						    change_of(&trend->series[i]), i };
	if (nr)
		qsort(pick, nr, sizeof(*pick), by_change);
	for (size_t i = 0; i < nr && i < most; i++)
		add_figure(trend, &pick[i], figures);
	free(pick);
}
