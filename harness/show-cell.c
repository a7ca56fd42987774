// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A cell as text: what was asked of the guest, how it was started, what it
 * recorded, and its last words.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "histogram.h"
#include "show.h"
#include "show-private.h"
#include "stats.h"
#include "text-table.h"

#define HISTOGRAM_BITS 2	/* four buckets between a value and its double */
#define HISTOGRAM_BAR 40	/* columns of the longest bar */

const struct store_cell *show_find_cell(const struct show *show, int64_t id, struct err *err)
{
	const struct store_content *content = show->content;

	for (size_t i = 0; i < content->nr_cells; i++)
		if (content->cell[i].id == id)
			return &content->cell[i];
	err_set(err, -ENOENT, "cell %lld: run %s has no such cell; it has %zu, and "
		"`run-suite show %s` lists them", (long long)id, content->run.id,
		content->nr_cells, content->run.id);
	return NULL;
}

static void print_head(const struct show *show, const struct store_cell *cell, FILE *out)
{
	char when[SHOW_TIME], ready[32], wall[32], rss[32];
	bool finished = !strcmp(cell->status, "finished");

	show_nanoseconds(ready, sizeof(ready), cell->ready_ns);
	show_nanoseconds(wall, sizeof(wall), cell->wall_ns);
	fprintf(out, "cell %s/%lld\n", show->content->run.id, (long long)cell->id);
	show_field(out, "verdict", "%s", finished ? verdict_name(cell->verdict) : cell->status);
	show_block(out, "reason", cell->reason);
	show_field(out, "variant", "%s", cell->variant);
	show_field(out, "workload", "%s", cell->workload);
	show_field(out, "parameters", "%s", *cell->params ? cell->params : "none");
	show_field(out, "trial", "%u%s", cell->trial,
		   cell->trial ? "" : " (the repetition that proves exactness)");
	show_field(out, "started", "%s", cell->started ? show_time(when, cell->started) : "never");
	show_field(out, "ready", "%s%s", ready, cell->ready_ns ? " after QEMU's start" : "");
	show_field(out, "wall time", "%s", wall);
	if (cell->max_rss)
		show_field(out, "memory", "QEMU had at most %s",
			   text_bytes(rss, sizeof(rss), cell->max_rss));
	show_block(out, "placement", cell->placement);
}

static void print_job(const struct store_cell *cell, FILE *out)
{
	if (*cell->job)
		fprintf(out, "\njob\n");
	for (const char *line = cell->job; *line;) {
		size_t len = strcspn(line, "\n");

		fprintf(out, "  %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
	if (*cell->command)
		fprintf(out, "\nQEMU\n  %s\n", cell->command);
}

static const struct store_metric *metric_of(const struct store_content *content,
					    const char *workload, const char *series)
{
	for (size_t i = 0; i < content->nr_metrics; i++)
		if (!strcmp(content->metric[i].workload, workload) &&
		    !strcmp(content->metric[i].series, series))
			return &content->metric[i];
	return NULL;
}

/* A quantile beyond the last sample but one is the largest in disguise: not shown. */
static void put_quantiles(struct table *table, enum metric_unit unit, const double *figure,
			  size_t nr)
{
	static const double quantile[] = { 0, 0.5, 0.9, 0.99, 0.999, 0.9999, 1 };
	char text[FIGURE_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(quantile); i++) {
		double q = quantile[i];
		bool known = nr && (q <= 0.5 || q == 1 || nr >= round(1 / (1 - q)));

		if (known)
			table_cell(table, NULL, "%s",
				   compare_figure_text(text, unit, stats_quantile(figure, nr, q)));
		else
			table_cell(table, NULL, "-");
	}
}

static void put_series(struct table *table, const struct show *show,
		       const struct store_cell *cell, const struct store_series *series)
{
	const struct store_metric *metric = metric_of(show->content, cell->workload, series->name);
	double *figure = mem_grow(NULL, series->nr, sizeof(*figure));

	for (size_t i = 0; i < series->nr; i++)
		figure[i] = series->samples[i];
	table_cell(table, NULL, "%s", series->name);
	table_cell(table, NULL, "%s", series->labels);
	table_cell(table, NULL, "%s", metric ?
		   metric_unit_name(metric->unit, show->content->run.exact) : "");
	table_cell(table, NULL, "%zu", series->nr);
	put_quantiles(table, metric ? metric->unit : UNIT_COUNT, figure, series->nr);
	free(figure);
}

static void print_series(const struct show *show, const struct store_cell *cell, FILE *out)
{
	static const char *const head[] = {
		"series", "", "unit", "n", "min", "p50", "p90", "p99", "p99.9", "p99.99", "max"
	};
	struct table *table = table_new("lllrrrrrrrr");
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		table_cell(table, NULL, "%s", head[i]);
	for (size_t i = 0; i < show->content->nr_series; i++) {
		if (show->content->series[i].cell != cell->id)
			continue;
		put_series(table, show, cell, &show->content->series[i]);
		any = true;
	}
	fprintf(out, "\nsamples\n");
	if (any)
		table_print(table, 2, out);
	else
		fprintf(out, "  none\n");
	table_free(table);
}

static void put_bucket(struct table *table, const struct histogram *histogram, size_t at,
		       uint64_t below, uint64_t highest)
{
	size_t index = histogram->first + at;
	uint64_t count = histogram->count[at];
	char text[FIGURE_TEXT];

	table_cell(table, NULL, "%s", compare_figure_text(text, UNIT_COUNT,
			histogram_lower(histogram->bits, index)));
	table_cell(table, NULL, "%s", compare_figure_text(text, UNIT_COUNT,
			histogram_upper(histogram->bits, index)));
	table_cell(table, NULL, "%s", compare_figure_text(text, UNIT_COUNT, count));
	table_cell(table, NULL, "%.2f %%", 100.0 * (below + count) / histogram->total);
	/* Rounded up: what is rare is what is looked for. */
	table_cell(table, NULL, "%.*s", (int)((count * HISTOGRAM_BAR + highest - 1) / highest),
		   "########################################");
}

/* Buckets without samples are left out; the ends of the others show the gap. */
static void print_histogram(const struct store_series *series, const char *unit, FILE *out)
{
	struct table *table = table_new("rrrrl");
	struct histogram histogram;
	uint64_t highest = 1, below = 0;

	histogram_make(HISTOGRAM_BITS, series->samples, series->nr, &histogram);
	for (size_t i = 0; i < histogram.nr; i++)
		highest = histogram.count[i] > highest ? histogram.count[i] : highest;
	table_cell(table, NULL, "from");
	table_cell(table, NULL, "to");
	table_cell(table, NULL, "samples");
	table_cell(table, NULL, "so far");
	table_cell(table, NULL, "%s", "");
	for (size_t i = 0; i < histogram.nr; i++) {
		if (histogram.count[i])
			put_bucket(table, &histogram, i, below, highest);
		below += histogram.count[i];
	}
	fprintf(out, "\n%s%s%s, %s\n", series->name, *series->labels ? " " : "", series->labels,
		unit);
	table_print(table, 2, out);
	table_free(table);
	histogram_free(&histogram);
}

static void print_histograms(const struct show *show, const struct store_cell *cell, FILE *out)
{
	for (size_t i = 0; i < show->content->nr_series; i++) {
		const struct store_series *series = &show->content->series[i];
		const struct store_metric *metric;

		if (series->cell != cell->id || !series->nr)
			continue;
		metric = metric_of(show->content, cell->workload, series->name);
		if (metric && metric->unit == UNIT_CLOCK)
			print_histogram(series, metric_unit_name(metric->unit,
								 show->content->run.exact), out);
	}
}

static void print_checks(const struct show *show, const struct store_cell *cell, FILE *out)
{
	struct table *table = table_new("llll");
	bool any = false;

	for (size_t i = 0; i < show->content->nr_checks; i++) {
		const struct store_check *check = &show->content->check[i];

		if (check->cell != cell->id)
			continue;
		table_cell(table, NULL, "%s", verdict_name(check->verdict));
		table_cell(table, NULL, "%s", check->name);
		table_cell(table, NULL, "%s", check->labels);
		table_cell(table, NULL, "%s", check->reason);
		any = true;
	}
	fprintf(out, "\nchecks\n");
	if (any)
		table_print(table, 2, out);
	else
		fprintf(out, "  none\n");
	table_free(table);
}

int show_cell(const struct show *show, int64_t id, FILE *out, struct err *err)
{
	const struct store_cell *cell = show_find_cell(show, id, err);
	int error;

	if (!cell)
		return -ENOENT;
	errno = 0;
	print_head(show, cell, out);
	print_job(cell, out);
	print_series(show, cell, out);
	if (show->histogram)
		print_histograms(show, cell, out);
	show_counters(show->content, cell->id, out);
	print_checks(show, cell, out);
	show_trouble(show, cell, out);
	show_tail(show, cell, out);
	errno = 0;
	error = show_end(out);
	return error;
}
