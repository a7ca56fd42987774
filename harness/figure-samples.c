// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Distributions: the raw samples of a series of times, of all boots of each variant. A
 * series has a picture of one set of parameters, the one of which its figures differ most:
 * samples of several sets are no distribution, and dozens of pictures are not looked at.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "figure-private.h"

#define POINTS_LINEAR 60	/* of a curve, evenly over all samples */
#define POINTS_DECADE 10	/* and towards the end, for each nine */

/**
 * struct samples - of one variant, of all boots
 * @value: in order of size
 * @nr: how many
 */
struct samples {
	uint64_t *value;
	size_t nr;
};

/**
 * struct distribution - of a series with one set of parameters
 * @compare: of what
 * @row: of a metric of it
 * @side: of each variant
 * @effect: of the row
 */
struct distribution {
	const struct compare *compare;
	const struct compare_row *row;
	struct samples *side;
	double effect;
};

static double effect_of(const struct compare *compare, const struct compare_row *row)
{
	double largest = 0;

	for (size_t at = 1; at < compare->variant.nr; at++) {
		double ratio = compare_ratio(row, at);

		if (ratio > 0 && isfinite(ratio))
			largest = fmax(largest, fabs(log(ratio)));
	}
	return largest;
}

static size_t most_samples(const struct compare *compare, const struct compare_row *row)
{
	size_t most = 0;

	for (size_t at = 0; at < compare->variant.nr; at++)
		if (row->side[at].nr_samples > most)
			most = row->side[at].nr_samples;
	return most;
}

static bool is_of(const struct compare_row *row, const struct store_metric *metric)
{
	return !strcmp(row->metric->workload, metric->workload) &&
	       !strcmp(row->metric->series, metric->series);
}

/* Of all metrics of the series: a tail can differ where the median does not. */
static const struct compare_row *choose_row(const struct compare *compare,
					    const struct store_metric *metric, double *ret_effect)
{
	const struct compare_row *best = NULL;
	double largest = 0;

	for (size_t i = 0; i < compare->nr_rows; i++) {
		const struct compare_row *row = &compare->row[i];
		double effect;

		if (!is_of(row, metric) || most_samples(compare, row) < FIGURE_SAMPLES)
			continue;
		effect = effect_of(compare, row);
		if (best && effect <= largest)
			continue;
		best = row;
		largest = effect;
	}
	*ret_effect = largest;
	return best;
}

static int by_size(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;

	return one < two ? -1 : one > two;
}

static const struct store_cell *cell_of(const struct store_content *content, int64_t id)
{
	/* ids are places in the plan, from 1 */
	if (id >= 1 && (size_t)id <= content->nr_cells && content->cell[id - 1].id == id)
		return &content->cell[id - 1];
	for (size_t i = 0; i < content->nr_cells; i++)
		if (content->cell[i].id == id)
			return &content->cell[i];
	return NULL;
}

static bool gave_figure(const struct compare_side *side, unsigned int trial)
{
	for (size_t i = 0; i < side->nr; i++)
		if (side->trial[i] == trial)
			return true;
	return false;
}

static void take_series(struct distribution *distribution, const struct store_series *series)
{
	const struct compare_row *row = distribution->row;
	const struct store_cell *cell = cell_of(distribution->compare->content, series->cell);

	if (!cell || strcmp(cell->workload, row->metric->workload) ||
	    strcmp(cell->params, row->cell_params))
		return;
	for (size_t at = 0; at < distribution->compare->variant.nr; at++) {
		struct samples *side = &distribution->side[at];

		if (strcmp(cell->variant, distribution->compare->variant.item[at]) ||
		    !gave_figure(&row->side[at], cell->trial))
			continue;
		side->value = mem_grow(side->value, side->nr + series->nr, sizeof(*side->value));
		memcpy(side->value + side->nr, series->samples, series->nr * sizeof(*side->value));
		side->nr += series->nr;
	}
}

static void take_samples(struct distribution *distribution)
{
	const struct store_content *content = distribution->compare->content;
	const struct compare_row *row = distribution->row;

	distribution->side = mem_grow(NULL, distribution->compare->variant.nr,
				      sizeof(*distribution->side));
	memset(distribution->side, 0,
	       distribution->compare->variant.nr * sizeof(*distribution->side));
	for (size_t i = 0; i < content->nr_series; i++)
		if (!strcmp(content->series[i].name, row->metric->series) &&
		    !strcmp(content->series[i].labels, row->labels))
			take_series(distribution, &content->series[i]);
	for (size_t at = 0; at < distribution->compare->variant.nr; at++)
		if (distribution->side[at].nr)
			qsort(distribution->side[at].value, distribution->side[at].nr,
			      sizeof(uint64_t), by_size);
}

static void put_point(const struct samples *side, size_t at, FILE *out)
{
	/* Hazen's plotting position: neither 0 nor 1 */
	double share = (at + 0.5) / side->nr;

	fprintf(out, "%.7g %.5g %llu\n", share, -log10(1 - share),
		(unsigned long long)side->value[at]);
}

/* The place after @at on the curve: a step of all samples, of what is left near the end. */
static size_t next_place(const struct samples *side, size_t at)
{
	double step = (double)side->nr / POINTS_LINEAR;
	double rest = (side->nr - at) * (1 - pow(10, -1.0 / POINTS_DECADE));

	return at + (size_t)fmax(1, fmin(step, rest));
}

/* Of a run of points of one value the ends are enough for a line. */
static void put_curve(const struct samples *side, FILE *out)
{
	size_t last = SIZE_MAX, before = SIZE_MAX;

	for (size_t at = 0; at < side->nr; at = next_place(side, at)) {
		if (last != SIZE_MAX && before != SIZE_MAX && side->value[at] == side->value[last] &&
		    side->value[before] == side->value[last]) {
			last = at;
			continue;
		}
		if (last != SIZE_MAX)
			put_point(side, last, out);
		before = last;
		last = at;
	}
	if (last != SIZE_MAX)
		put_point(side, last, out);
	if (side->nr && last != side->nr - 1)
		put_point(side, side->nr - 1, out);
}

static char *data_text(const struct distribution *distribution, const struct figure *figure)
{
	const struct compare *compare = distribution->compare;
	const struct store_metric *metric = distribution->row->metric;
	char *text = NULL, *axis, block[32];
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return str_dup("");
	fputs("# in present: variants that have samples\n"
	      "# in vI: of variant I the share of samples up to a value, -log10(1 - share), value\n",
	      out);
	figure_begin(figure, out);
	axis = str_printf("%s, %s", metric->series,
			  metric_unit_name(metric->unit, compare->content->run.exact));
	figure_about("x", axis, out);
	figure_about("note", "All samples of all boots.", out);
	figure_variants(compare, out);
	figure_block("present", out);
	for (size_t at = 0; at < compare->variant.nr; at++)
		if (distribution->side[at].nr)
			fprintf(out, "%zu\n", at);
	for (size_t at = 0; at < compare->variant.nr; at++) {
		if (!distribution->side[at].nr)
			continue;
		snprintf(block, sizeof(block), "v%zu", at);
		figure_block(block, out);
		put_curve(&distribution->side[at], out);
	}
	free(axis);
	fclose(out);
	return text;
}

static double quantile_of(const struct samples *side, double q)
{
	size_t at = (size_t)fmax(0, ceil(q * side->nr) - 1);

	return side->value[at < side->nr ? at : side->nr - 1];
}

static void put_table(const struct distribution *distribution, struct figure *figure)
{
	static const double quantile[] = { 0, 0.5, 0.9, 0.99, 0.999, 0.9999, 1 };
	static const char *const name[] = { "least", "50 %", "90 %", "99 %", "99.9 %", "99.99 %",
					    "most" };
	const struct compare *compare = distribution->compare;
	enum metric_unit unit = distribution->row->metric->unit;
	char text[FIGURE_TEXT];

	strv_add(&figure->heading, "variant");
	strv_add(&figure->heading, "samples");
	for (size_t i = 0; i < ARRAY_SIZE(name); i++)
		strv_add(&figure->heading, "%s (%s)", name[i],
			 metric_unit_name(unit, compare->content->run.exact));
	for (size_t at = 0; at < compare->variant.nr; at++) {
		const struct samples *side = &distribution->side[at];

		if (!side->nr)
			continue;
		strv_add(&figure->cell, "%s", compare->variant.item[at]);
		strv_add(&figure->cell, "%s", compare_figure_text(text, UNIT_COUNT, side->nr));
		for (size_t i = 0; i < ARRAY_SIZE(quantile); i++)
			/* what so few samples have no quantile of */
			strv_add(&figure->cell, "%s", compare_figure_text(text, unit,
				 i < 6 && quantile[i] > 0.99 && side->nr * (1 - quantile[i]) < 1 ?
				 NAN : quantile_of(side, quantile[i])));
		figure->nr_rows++;
	}
}

static char *about_text(const struct distribution *distribution)
{
	const struct compare *compare = distribution->compare;
	bool exact = compare->content->run.exact;
	enum metric_unit unit = distribution->row->metric->unit;
	char median[FIGURE_TEXT], tail[FIGURE_TEXT], *list, *text;
	struct strv part = { 0 };

	for (size_t at = 0; at < compare->variant.nr; at++) {
		const struct samples *side = &distribution->side[at];

		if (side->nr)
			strv_add(&part, "%s %s, %s", compare->variant.item[at],
				 compare_figure_text(median, unit, quantile_of(side, 0.5)),
				 compare_figure_text(tail, unit, quantile_of(side, 0.99)));
	}
	list = strv_join(&part, "; ");
	strv_free(&part);
	text = str_printf("Median and 99th percentile in %s: %s.", metric_unit_name(unit, exact),
			  list);
	free(list);
	return text;
}

static void add_figure(const struct distribution *distribution, enum figure_subject subject,
		       struct figures *figures)
{
	const struct store_metric *metric = distribution->row->metric;
	const char *kind = subject == FIGURE_CDF ? "cdf" : "percentile";
	char *name = str_printf("%s-%s-%s", kind, metric->workload, metric->series);
	char *values = figure_values(distribution->row->params);
	struct figure *figure = figures_add(figures, subject, subject == FIGURE_CDF ? "cdf.gp" :
					    "percentile.gp", name);

	figure_set(&figure->workload, metric->workload);
	figure_set(&figure->metric, metric->series);
	figure_set(&figure->params, distribution->row->params);
	figure->title = str_printf("%s.%s%s%s%s: %s", metric->workload, metric->series,
				   *values ? " (" : "", values, *values ? ")" : "",
				   subject == FIGURE_CDF ? "share of samples" : "percentiles");
	figure->about = about_text(distribution);
	figure->caption = figure_caption(distribution->compare);
	figure->data = data_text(distribution, figure);
	figure->effect = distribution->effect;
	put_table(distribution, figure);
	free(values);
	free(name);
}

static bool is_first(const struct store_content *content, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(content->metric[i].workload, content->metric[at].workload) &&
		    !strcmp(content->metric[i].series, content->metric[at].series))
			return false;
	return true;
}

void figures_add_samples(const struct compare *compare, enum figure_subject subject,
			 struct figures *figures)
{
	const struct store_content *content = compare->content;

	for (size_t i = 0; i < content->nr_metrics; i++) {
		struct distribution distribution = { .compare = compare };

		if (content->metric[i].unit != UNIT_CLOCK || !is_first(content, i))
			continue;
		distribution.row = choose_row(compare, &content->metric[i], &distribution.effect);
		if (!distribution.row)
			continue;
		take_samples(&distribution);
		add_figure(&distribution, subject, figures);
		for (size_t at = 0; at < compare->variant.nr; at++)
			free(distribution.side[at].value);
		free(distribution.side);
	}
}
