// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ratios: for each metric what each variant is by what the base is, over all parameters,
 * the worst first.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "figure-private.h"
#include "metadata-metric.h"
#include "traffic-metric.h"

/**
 * struct line - a variant and a set of parameters
 * @row: of the comparison
 * @side: the variant
 * @effect: beside the base
 * @key: larger is worse, or changed more where neither way is better
 * @place: before it was sorted, so that equal ones keep their order
 * @rank: by how much it changed, from 1
 */
struct line {
	const struct compare_row *row;
	size_t side;
	struct figure_effect effect;
	double key;
	size_t place;
	size_t rank;
};

/**
 * struct lines - of one metric
 * @item: one line each
 * @nr: how many
 * @without: of which there is no ratio, for a base of 0
 * @common: parameters that all of them share, which no name has to say
 */
struct lines {
	struct line *item;
	size_t nr;
	size_t without;
	struct strv common;
};

/* Nothing at all is as good as it gets. */
static double logarithm(double ratio)
{
	return ratio > 0 ? log(ratio) : ratio - 1000;
}

static double key_of(const struct store_metric *metric, double ratio)
{
	if (metric->direction == DIR_NEUTRAL)
		return fabs(logarithm(ratio));
	return metric->direction == DIR_HIGHER ? -logarithm(ratio) : logarithm(ratio);
}

static void add_line(struct lines *lines, const struct compare_row *row, size_t side,
		     bool exact)
{
	const struct compare_side *base = &row->side[0], *other = &row->side[side];
	struct line line = { .row = row, .side = side, .place = lines->nr };

	if (!base->nr || !other->nr)
		return;
	line.effect = figure_effect(exact, base->figure, base->nr, other->figure, other->nr);
	if (isnan(line.effect.ratio)) {
		lines->without++;
		return;
	}
	line.key = key_of(row->metric, line.effect.ratio);
	lines->item = mem_grow(lines->item, lines->nr + 1, sizeof(line));
	lines->item[lines->nr++] = line;
}

static int by_change(const void *a, const void *b)
{
	const struct line *one = a, *two = b;
	double change = fabs(logarithm(two->effect.ratio)) - fabs(logarithm(one->effect.ratio));

	if (change != 0)
		return change < 0 ? -1 : 1;
	return one->place < two->place ? -1 : one->place > two->place;
}

static int by_key(const void *a, const void *b)
{
	const struct line *one = a, *two = b;

	if (one->key != two->key)
		return one->key > two->key ? -1 : 1;
	return one->place < two->place ? -1 : one->place > two->place;
}

static void sort(struct lines *lines)
{
	if (!lines->nr)
		return;
	qsort(lines->item, lines->nr, sizeof(*lines->item), by_change);
	for (size_t i = 0; i < lines->nr; i++)
		lines->item[i].rank = i + 1;
	qsort(lines->item, lines->nr, sizeof(*lines->item), by_key);
}

static bool is_change(const struct line *line)
{
	return line->effect.ratio != 1 ||
	       (!isnan(line->effect.low) && line->effect.low != line->effect.high);
}

static bool any_change(const struct lines *lines)
{
	for (size_t i = 0; i < lines->nr; i++)
		if (is_change(&lines->item[i]))
			return true;
	return false;
}

static bool all_have(const struct lines *lines, const char *param)
{
	bool have = true;

	for (size_t i = 1; i < lines->nr && have; i++) {
		struct strv part = { 0 };

		strv_split(&part, lines->item[i].row->params, ",");
		have = strv_has(&part, param);
		strv_free(&part);
	}
	return have;
}

static void find_common(struct lines *lines)
{
	struct strv part = { 0 };

	if (!lines->nr)
		return;
	strv_split(&part, lines->item[0].row->params, ",");
	for (size_t i = 0; i < part.nr; i++)
		if (all_have(lines, part.item[i]))
			strv_add(&lines->common, "%s", part.item[i]);
	strv_free(&part);
}

static void collect(const struct compare *compare, const struct store_metric *metric,
		    struct lines *ret_lines)
{
	bool exact = compare->content->run.exact;

	for (size_t i = 0; i < compare->nr_rows; i++)
		for (size_t at = 1; at < compare->variant.nr; at++)
			if (compare->row[i].metric == metric)
				add_line(ret_lines, &compare->row[i], at, exact);
	sort(ret_lines);
	find_common(ret_lines);
}

static char *data_text(const struct compare *compare, const struct figure *figure,
		       const struct store_metric *metric, const struct lines *lines)
{
	bool exact = compare->content->run.exact;
	char *text = NULL, *label, *values, *axis;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return str_dup("");
	fputs("# in rows: place, rank by change, variant, label, ratio to the base, low, high\n",
	      out);
	figure_begin(figure, out);
	axis = str_printf("%s, ratio to %s", metric_unit_name(metric->unit, exact),
			  compare->variant.item[0]);
	figure_about("x", axis, out);
	figure_about("better", metric_direction_name(metric->direction), out);
	figure_about("note", figure_interval(compare), out);
	figure_variants(compare, out);
	figure_block("rows", out);
	for (size_t i = 0; i < lines->nr; i++) {
		const struct line *line = &lines->item[i];

		values = figure_values_but(line->row->params, &lines->common);
		label = str_printf("%s%s%s", compare->variant.item[line->side],
				   *values ? "  " : "", values);
		fprintf(out, "%zu %zu %zu", i + 1, line->rank, line->side);
		figure_text(label, out);
		figure_number(line->effect.ratio, out);
		figure_number(line->effect.low, out);
		figure_number(line->effect.high, out);
		fputc('\n', out);
		free(label);
		free(values);
	}
	free(axis);
	fclose(out);
	return text;
}

static void put_table(const struct compare *compare, struct figure *figure,
		      const struct store_metric *metric, const struct lines *lines)
{
	bool exact = compare->content->run.exact;
	const char *unit = metric_unit_name(metric->unit, exact);
	char text[FIGURE_TEXT];

	strv_add(&figure->heading, "variant");
	strv_add(&figure->heading, "parameters");
	strv_add(&figure->heading, "%s (%s)", compare->variant.item[0], unit);
	strv_add(&figure->heading, "variant (%s)", unit);
	strv_add(&figure->heading, "change");
	strv_add(&figure->heading, "from");
	strv_add(&figure->heading, "to");
	for (size_t i = 0; i < lines->nr; i++) {
		const struct line *line = &lines->item[i];
		const struct compare_side *side = line->row->side;

		strv_add(&figure->cell, "%s", compare->variant.item[line->side]);
		strv_add(&figure->cell, "%s", line->row->params);
		strv_add(&figure->cell, "%s",
			 compare_figure_text(text, metric->unit, side[0].median));
		strv_add(&figure->cell, "%s",
			 compare_figure_text(text, metric->unit, side[line->side].median));
		strv_add(&figure->cell, "%s", compare_change_text(text, line->effect.ratio, exact));
		strv_add(&figure->cell, "%s", compare_change_text(text, line->effect.low, exact));
		strv_add(&figure->cell, "%s", compare_change_text(text, line->effect.high, exact));
	}
	figure->nr_rows = lines->nr;
}

static char *line_text(const struct compare *compare, const struct lines *lines,
		       const struct line *line)
{
	char *values = figure_values_but(line->row->params, &lines->common), *text;
	char change[FIGURE_TEXT];

	compare_change_text(change, line->effect.ratio, compare->content->run.exact);
	text = str_printf("%s %s%s%s%s", compare->variant.item[line->side],
			  strcmp(change, "=") ? change : "as the base", *values ? " (" : "", values,
			  *values ? ")" : "");
	free(values);
	return text;
}

static char *about_text(const struct compare *compare, const struct store_metric *metric,
			const struct lines *lines)
{
	char *first = line_text(compare, lines, &lines->item[0]);
	char *last = line_text(compare, lines, &lines->item[lines->nr - 1]);
	char *without = lines->without ? str_printf("; %zu more have no ratio, since the base is 0",
						    lines->without) : str_dup("");
	bool neutral = metric->direction == DIR_NEUTRAL;
	char *text;

	if (lines->nr == 1)
		text = str_printf("Beside %s: %s%s.", compare->variant.item[0], first, without);
	else
		text = str_printf("%zu lines beside %s, from the %s, %s, to the %s, %s%s.",
				  lines->nr, compare->variant.item[0],
				  neutral ? "most changed" : "worst", first,
				  neutral ? "least" : "best", last, without);
	free(without);
	free(last);
	free(first);
	return text;
}

static double largest_effect(const struct lines *lines)
{
	double largest = 0;

	for (size_t i = 0; i < lines->nr; i++)
		largest = fmax(largest, fabs(logarithm(lines->item[i].effect.ratio)));
	return largest;
}

static void add_figure(const struct compare *compare, const struct store_metric *metric,
		       const struct lines *lines, struct figures *figures)
{
	char *name = str_printf("ratio-%s-%s", metric->workload, metric->name);
	struct figure *figure = figures_add(figures, FIGURE_RATIO, "ratio.gp", name);

	figure_set(&figure->workload, metric->workload);
	figure_set(&figure->metric, metric->name);
	figure->title = str_printf("%s.%s: ratio to %s", metric->workload, metric->name,
				   compare->variant.item[0]);
	figure->about = about_text(compare, metric, lines);
	figure->caption = figure_caption(compare);
	figure->data = data_text(compare, figure, metric, lines);
	figure->effect = largest_effect(lines);
	put_table(compare, figure, metric, lines);
	free(name);
}

/* What must be equal is a check, and is told as one; memory traffic has hundreds of metrics. */
static bool is_compared(const struct store_metric *metric)
{
	return !metadata_metric_is(metric) && !traffic_metric_is(metric) &&
	       metric->reference != REFERENCE_EQUAL;
}

void figures_add_ratio(const struct compare *compare, struct figures *figures)
{
	const struct store_content *content = compare->content;

	for (size_t i = 0; i < content->nr_metrics; i++) {
		struct lines lines = { 0 };

		if (is_compared(&content->metric[i]))
			collect(compare, &content->metric[i], &lines);
		if (any_change(&lines))
			add_figure(compare, &content->metric[i], &lines, figures);
		free(lines.item);
		strv_free(&lines.common);
	}
}
