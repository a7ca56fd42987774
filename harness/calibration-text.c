// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A calibration for people: for each metric how often it cries wolf, and how small a
 * change is seen.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>

#include "calibration-file.h"
#include "compare-private.h"
#include "text-table.h"

static const char *change_text(char *buf, enum stats_scale scale, enum metric_unit unit,
			       double change)
{
	if (isnan(change))
		strcpy(buf, "-");
	else if (isinf(change))
		strcpy(buf, "none");
	else if (change == 0)
		strcpy(buf, "any");
	else if (scale == STATS_DIFFERENCE)
		compare_figure_text(buf, unit, change);
	else
		snprintf(buf, FIGURE_TEXT, "%.2f %%", 100 * change);
	return buf;
}

const char *calibration_text(char *buf, const struct calibration_row *row)
{
	return change_text(buf, row ? row->seen.scale : STATS_RATIO, row ? row->unit : UNIT_COUNT,
			   row ? row->seen.detectable : NAN);
}

/**
 * struct metric_sum - all rows of a metric
 * @first: its first row
 * @worst: the one of which only the largest change is seen
 * @rows: how many
 * @alarms: of all of them
 * @rounds: of all of them
 * @change: what is seen of each that has a ratio, in order
 * @nr: how many
 */
struct metric_sum {
	const struct calibration_row *first;
	const struct calibration_row *worst;
	size_t rows;
	size_t alarms;
	size_t rounds;
	double *change;
	size_t nr;
};

static bool same_metric(const struct calibration_row *a, const struct calibration_row *b)
{
	return !strcmp(a->workload, b->workload) && !strcmp(a->metric, b->metric);
}

static void sum_row(struct metric_sum *sum, const struct calibration_row *row)
{
	sum->rows++;
	sum->alarms += row->seen.alarms;
	sum->rounds += row->seen.rounds;
	if (row->seen.scale != STATS_RATIO)
		return;
	sum->change[sum->nr++] = row->seen.detectable;
	if (!sum->worst || row->seen.detectable > sum->worst->seen.detectable)
		sum->worst = row;
}

static void sum_metric(const struct calibration_file *file, size_t first,
		       struct metric_sum *ret_sum)
{
	struct metric_sum sum = { .first = &file->row[first] };

	sum.change = mem_grow(NULL, file->nr, sizeof(*sum.change));
	for (size_t i = first; i < file->nr; i++)
		if (same_metric(&file->row[i], sum.first))
			sum_row(&sum, &file->row[i]);
	gsl_sort(sum.change, 1, sum.nr);
	*ret_sum = sum;
}

static bool is_first(const struct calibration_file *file, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_metric(&file->row[i], &file->row[at]))
			return false;
	return true;
}

static void put_sum(struct table *table, const struct metric_sum *sum)
{
	double low, high, middle = sum->nr ? sum->change[(sum->nr - 1) / 2] : NAN;
	char text[FIGURE_TEXT];

	stats_binomial_interval(sum->alarms, sum->rounds, 0.95, &low, &high);
	table_cell(table, NULL, "%s", sum->first->workload);
	table_cell(table, NULL, "%s", sum->first->metric);
	table_cell(table, NULL, "%zu", sum->rows);
	table_cell(table, NULL, "%zu of %zu", sum->alarms, sum->rounds);
	table_cell(table, NULL, "%.0f to %.0f %%", 100 * low, 100 * high);
	if (!sum->nr) {
		table_cell(table, NULL, "%s", calibration_text(text, sum->first));
		table_cell(table, NULL, "-");
		table_cell(table, NULL, "%s", "");
		return;
	}
	table_cell(table, NULL, "%s", change_text(text, STATS_RATIO, UNIT_RATIO, middle));
	table_cell(table, NULL, "%s", calibration_text(text, sum->worst));
	table_cell(table, NULL, "%s", sum->rows > 1 ? sum->worst->params : "");
}

void calibration_print(const struct calibration_file *file, FILE *out)
{
	static const char *const head[] = { "workload", "metric", "figures", "alarms", "rate, 95 %",
					    "seen from", "worst", "of" };
	struct table *table = table_new("llrrrrrl");

	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		table_cell(table, NULL, "%s", head[i]);
	for (size_t i = 0; i < file->nr; i++) {
		struct metric_sum sum;

		if (!is_first(file, i))
			continue;
		sum_metric(file, i, &sum);
		put_sum(table, &sum);
		free(sum.change);
	}
	table_print(table, 0, out);
	table_free(table);
}

char *calibration_summary(const struct calibration_file *file, const struct compare *compare)
{
	double *change = mem_grow(NULL, compare->nr_rows + 1, sizeof(*change));
	const struct calibration_row *worst = NULL;
	char middle[FIGURE_TEXT], most[FIGURE_TEXT], *text;
	size_t nr = 0;

	for (size_t i = 0; i < compare->nr_rows; i++) {
		const struct compare_row *row = &compare->row[i];
		const struct calibration_row *known =
			calibration_find(file, row->metric->workload, row->metric->name, row->params);

		if (!known || known->seen.scale != STATS_RATIO)
			continue;
		change[nr++] = known->seen.detectable;
		if (!worst || known->seen.detectable > worst->seen.detectable)
			worst = known;
	}
	gsl_sort(change, 1, nr);
	if (!nr)
		text = str_printf("seen here: the calibration %s has none of these figures; "
				  "`run-suite calibrate --workloads` adds some", file->run);
	else
		text = str_printf("seen here: changes from %s on in half of %zu figures, from %s on in the "
				  "worst (%s %s%s%s); calibration %s",
				  change_text(middle, STATS_RATIO, UNIT_RATIO, change[(nr - 1) / 2]), nr,
				  calibration_text(most, worst), worst->workload, worst->metric,
				  *worst->params ? " " : "", worst->params, file->run);
	free(change);
	return text;
}

/* A difference that is not shown is worth as much as the smallest that would be. */
void calibration_print_seen(const char *cache, const struct compare *compare, FILE *out)
{
	struct calibration_file seen;
	char *text = NULL;

	if (compare->variant.nr < 2)
		return;
	if (calibration_of_run(cache, &compare->content->run, &seen, &text))
		text = calibration_summary(&seen, compare);
	fprintf(out, "%s\n", text);
	free(text);
	calibration_free(&seen);
}
