// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All metrics of a workload in one picture: each as it is, and its change against the base.
 *
 * Data: per metric a block under "# NAME". A row is one set of parameters; a row without
 * figures is the heading of a group.
 *	place "label" "metric" "unit" "direction"
 *	and per variant: median, change in per cent, "median as text", "change as text"
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "figure-private.h"
#include "metadata-metric.h"
#include "traffic-metric.h"

/* Memory traffic and metadata have hundreds, and are shown elsewhere; so are checks. */
static bool is_shown(const struct compare_row *row, const char *workload)
{
	return !strcmp(row->metric->workload, workload) && !metadata_metric_is(row->metric) &&
	       !traffic_metric_is(row->metric) && row->metric->reference != REFERENCE_EQUAL;
}

static void put_side(const struct compare *compare, const struct compare_row *row, size_t at,
		     FILE *out)
{
	enum metric_unit unit = row->metric->unit;
	double ratio = compare_ratio(row, at);
	char text[FIGURE_TEXT];

	figure_number(compare_value(unit, row->side[at].median), out);
	figure_number((ratio - 1) * 100, out);
	figure_text(compare_figure_text(text, unit, row->side[at].median), out);
	figure_text(compare_change_text(text, ratio, compare->content->run.exact), out);
}

static void put_heading(const struct compare *compare, const struct compare_row *row, size_t place,
			FILE *out)
{
	char *label = figure_values(row->cell_params);

	fprintf(out, "%zu", place);
	figure_text(label, out);
	fputs(" \"\" \"\" \"\"", out);
	for (size_t at = 0; at < compare->variant.nr; at++)
		fputs(" NaN NaN \"\" \"\"", out);
	fputc('\n', out);
	free(label);
}

static void put_row(const struct compare *compare, const struct compare_row *row, size_t place,
		    FILE *out)
{
	const struct store_metric *metric = row->metric;
	char *label = figure_values(*row->labels ? row->labels : row->cell_params);

	fprintf(out, "%zu", place);
	figure_text(label, out);
	figure_text(metric->name, out);
	figure_text(metric_unit_name(metric->unit, compare->content->run.exact), out);
	figure_text(metric_direction_name(metric->direction), out);
	for (size_t at = 0; at < compare->variant.nr; at++)
		put_side(compare, row, at, out);
	fputc('\n', out);
	free(label);
}

static void put_block(const struct compare *compare, const struct store_metric *metric, FILE *out)
{
	const char *group = NULL;
	size_t place = 0;

	for (size_t i = 0; i < compare->nr_rows; i++) {
		const struct compare_row *row = &compare->row[i];

		if (row->metric != metric)
			continue;
		if (!place)
			figure_block(metric->name, out);
		if (*row->cell_params && *row->labels &&
		    (!group || strcmp(group, row->cell_params)))
			put_heading(compare, row, ++place, out);
		group = row->cell_params;
		put_row(compare, row, ++place, out);
	}
}

static bool has_rows(const struct compare *compare, const struct store_metric *metric,
		     const char *workload)
{
	for (size_t i = 0; i < compare->nr_rows; i++)
		if (compare->row[i].metric == metric && is_shown(&compare->row[i], workload))
			return true;
	return false;
}

static char *metrics_of(const struct compare *compare, const char *workload)
{
	const struct store_content *content = compare->content;
	struct strv name = { 0 };
	char *text;

	for (size_t i = 0; i < content->nr_metrics; i++)
		if (has_rows(compare, &content->metric[i], workload))
			strv_add(&name, "%s", content->metric[i].name);
	text = strv_join(&name, " ");
	strv_free(&name);
	return text;
}

static char *data_text(const struct compare *compare, const struct figure *figure)
{
	const struct store_content *content = compare->content;
	char *text = NULL;
	char *metrics = metrics_of(compare, figure->workload);
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return metrics;
	fputs("# in NAME of a metric: place, label, metric, unit, direction; per variant: median,\n"
	      "#\tchange in per cent, both as text. A row without a metric is a heading.\n", out);
	figure_begin(figure, out);
	figure_about("workload", figure->workload, out);
	figure_about("metrics", metrics, out);
	figure_variants(compare, out);
	for (size_t i = 0; i < content->nr_metrics; i++)
		if (has_rows(compare, &content->metric[i], figure->workload))
			put_block(compare, &content->metric[i], out);
	fclose(out);
	free(metrics);
	return text;
}

static void put_table_row(const struct compare *compare, const struct compare_row *row,
			  struct figure *figure)
{
	bool exact = compare->content->run.exact;
	enum metric_unit unit = row->metric->unit;
	char text[FIGURE_TEXT];

	strv_add(&figure->cell, "%s", row->metric->name);
	strv_add(&figure->cell, "%s", row->params);
	strv_add(&figure->cell, "%s", metric_unit_name(unit, exact));
	for (size_t at = 0; at < compare->variant.nr; at++)
		strv_add(&figure->cell, "%s",
			 compare_figure_text(text, unit, row->side[at].median));
	figure->nr_rows++;
}

static void put_table(const struct compare *compare, struct figure *figure)
{
	strv_add(&figure->heading, "metric");
	strv_add(&figure->heading, "parameters");
	strv_add(&figure->heading, "unit");
	for (size_t at = 0; at < compare->variant.nr; at++)
		strv_add(&figure->heading, "%s", compare->variant.item[at]);
	for (size_t i = 0; i < compare->nr_rows; i++)
		if (is_shown(&compare->row[i], figure->workload))
			put_table_row(compare, &compare->row[i], figure);
}

static double effect_of(const struct compare *compare, const char *workload)
{
	double largest = 0;

	for (size_t i = 0; i < compare->nr_rows; i++)
		for (size_t at = 1; at < compare->variant.nr; at++) {
			double ratio = compare_ratio(&compare->row[i], at);

			if (is_shown(&compare->row[i], workload) && ratio > 0 && isfinite(ratio))
				largest = fmax(largest, fabs(log(ratio)));
		}
	return largest;
}

static void add_figure(const struct compare *compare, const char *workload,
		       struct figures *figures)
{
	const char *script = strcmp(workload, "memmap") ? "panels.gp" : "memmap.gp";
	struct figure *figure = figures_add(figures, FIGURE_WORKLOAD, script, workload);

	figure_set(&figure->workload, workload);
	figure->title = str_printf("%s", workload);
	figure->about = str_printf("All metrics of %s, each as it is and as its change against %s.",
				   workload, compare->variant.item[0]);
	figure->caption = figure_caption(compare);
	figure->data = data_text(compare, figure);
	figure->effect = effect_of(compare, workload);
	put_table(compare, figure);
}

static bool has_figures(const struct compare *compare, const char *workload)
{
	for (size_t i = 0; i < compare->nr_rows; i++)
		for (size_t at = 0; at < compare->variant.nr; at++)
			if (is_shown(&compare->row[i], workload) && compare->row[i].side[at].nr)
				return true;
	return false;
}

void figures_add_workload(const struct compare *compare, struct figures *figures)
{
	const char *before = "";

	for (size_t i = 0; i < compare->nr_rows; i++) {
		const char *workload = compare->row[i].metric->workload;

		if (strcmp(workload, before) && has_figures(compare, workload))
			add_figure(compare, workload, figures);
		before = workload;
	}
}
