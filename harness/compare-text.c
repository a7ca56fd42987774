// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A comparison for people: per workload a table in groups of what is constant
 * for a boot, then what all parameters together say. The first metric of a
 * series is shown and its further figures (mean, p99) only on demand, but none
 * of them is left out of the lines over all parameters: a change must not hide.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "compare-private.h"
#include "metadata-metric.h"
#include "text-table.h"
#include "traffic-metric.h"

#define INDENT	4
#define GREEN	"\033[32m"
#define RED	"\033[31m"
#define COLOUR_FLOOR 0.001	/* smaller changes are shown, not coloured */

/**
 * struct view - what is being printed
 * @compare: the comparison
 * @flags: of enum compare_flags
 * @workload: the workload whose table this is
 * @side: the other variants that have figures of it
 * @nr_sides: how many
 * @from: first of @side in this table
 * @to: one past the last
 * @columns: of a line
 */
struct view {
	const struct compare *compare;
	unsigned int flags;
	const char *workload;
	size_t *side;
	size_t nr_sides;
	size_t from;
	size_t to;
	unsigned int columns;
};

static bool is_exact(const struct view *view)
{
	return view->compare->content->run.exact;
}

/* A further figure of a series is one that an earlier metric has shown already. */
static bool is_further(const struct compare *compare, const struct store_metric *metric)
{
	const struct store_content *content = compare->content;

	for (size_t i = 0; i < content->nr_metrics && &content->metric[i] != metric; i++)
		if (!strcmp(content->metric[i].workload, metric->workload) &&
		    !strcmp(content->metric[i].series, metric->series))
			return true;
	return false;
}

bool compare_is_further_traffic(const struct store_metric *metric)
{
	return traffic_metric_is(metric) && !traffic_metric_is_first(metric);
}

/*
 * What must equal the first variant's has its verdict in a check: the hundreds of
 * figures behind it, which are the same, would bury those that are to be read.
 */
static bool is_left_out(const struct view *view, const struct store_metric *metric)
{
	return !(view->flags & COMPARE_ALL) &&
	       (metric->reference == REFERENCE_EQUAL || is_further(view->compare, metric) ||
		compare_is_further_traffic(metric) || metadata_metric_is(metric));
}

static bool is_shown(const struct view *view, const struct compare_row *row)
{
	return !strcmp(row->metric->workload, view->workload) && !is_left_out(view, row->metric);
}

static double wider(double a, double b)
{
	return isnan(a) || a > b ? a : b;
}

/* Figures of tcg are shown and never judged, and one noisy boot proves nothing. */
static const char *paint_of(const struct view *view, const struct compare_row *row, size_t at)
{
	double ratio = compare_ratio(row, at);
	const struct compare_side *base = &row->side[0], *side = &row->side[at];
	double noise = is_exact(view) ? 0 : wider(base->spread, side->spread);

	if (!(view->flags & COMPARE_COLOUR) || row->metric->direction == DIR_NEUTRAL)
		return NULL;
	if (!is_exact(view) && (base->nr < 2 || side->nr < 2 ||
				!strcmp(view->compare->content->run.engine, "tcg")))
		return NULL;
	if (!(fabs(ratio - 1) > fmax(noise, COLOUR_FLOOR)))
		return NULL;
	return (ratio > 1) == (row->metric->direction == DIR_HIGHER) ? GREEN : RED;
}

static void put_spread(struct table *table, const struct view *view,
		       const struct compare_side *base, const struct compare_side *side)
{
	double spread = wider(base->spread, side->spread);

	if (!base->nr || !side->nr)
		table_cell(table, NULL, "-");
	else if (base->nr == 1 || side->nr == 1)
		table_cell(table, NULL, view->compare->proved ? "exact" : "1 boot");
	else if (is_exact(view) && spread == 0)
		table_cell(table, NULL, "exact");
	else if (isnan(spread))
		table_cell(table, NULL, "-");
	else
		table_cell(table, NULL, "%.1f %%", spread * 100);
}

static void put_side(struct table *table, const struct view *view, const struct compare_row *row,
		     size_t at)
{
	const struct compare_side *side = &row->side[at];
	char text[FIGURE_TEXT];

	table_cell(table, NULL, "%s", compare_figure_text(text, row->metric->unit, side->median));
	if (!at)
		return;
	table_cell(table, paint_of(view, row, at), "%s",
		   compare_change_text(text, compare_ratio(row, at), is_exact(view)));
	put_spread(table, view, &row->side[0], side);
}

/* A metric that stands in several lines is named in the first. */
static void put_row(struct table *table, const struct view *view, const struct compare_row *row,
		    const struct store_metric *before)
{
	table_cell(table, NULL, "%s", row->metric == before ? "" : row->metric->name);
	table_cell(table, NULL, "%s", row->labels);
	table_cell(table, NULL, "%s", metric_unit_name(row->metric->unit, is_exact(view)));
	put_side(table, view, row, 0);
	for (size_t i = view->from; i < view->to; i++)
		put_side(table, view, row, view->side[i]);
}

static void put_group(struct table *table, const struct view *view, const char *cell_params)
{
	const struct compare *compare = view->compare;
	const struct store_metric *before = NULL;

	if (*cell_params)
		table_line(table, "  %s", cell_params);
	for (size_t i = 0; i < compare->nr_rows; i++) {
		const struct compare_row *row = &compare->row[i];

		if (!is_shown(view, row) || strcmp(row->cell_params, cell_params))
			continue;
		put_row(table, view, row, before);
		before = row->metric;
	}
}

static bool seen_before(const struct view *view, size_t at)
{
	const struct compare_row *row = view->compare->row;

	for (size_t i = 0; i < at; i++)
		if (is_shown(view, &row[i]) && !strcmp(row[i].cell_params, row[at].cell_params))
			return true;
	return false;
}

static void put_head(struct table *table, const struct view *view)
{
	const struct strv *variant = &view->compare->variant;

	table_cell(table, NULL, "metric");
	table_cell(table, NULL, "%s", "");
	table_cell(table, NULL, "unit");
	table_cell(table, NULL, "%s", variant->item[0]);
	for (size_t i = view->from; i < view->to; i++) {
		table_cell(table, NULL, "%s", variant->item[view->side[i]]);
		table_cell(table, NULL, "change");
		table_cell(table, NULL, "spread");
	}
}

static struct table *make_table(const struct view *view)
{
	const struct compare *compare = view->compare;
	char *align = str_printf("lll%.*s", (int)(1 + 3 * (view->to - view->from)),
				 "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr");
	struct table *table = table_new(align);

	put_head(table, view);
	for (size_t i = 0; i < compare->nr_rows; i++)
		if (is_shown(view, &compare->row[i]) && !seen_before(view, i))
			put_group(table, view, compare->row[i].cell_params);
	free(align);
	return table;
}

/* As many of the other variants beside the base as fit on a page, at least one. */
static struct table *widest_table(struct view *view)
{
	struct table *table;

	for (view->to = fmin(view->nr_sides, view->from + 10); ; view->to--) {
		table = make_table(view);
		if (view->to <= view->from + 1 || table_width(table) + INDENT <= view->columns)
			return table;
		table_free(table);
	}
}

/**
 * struct overall - what all rows of a metric say of one variant
 * @nr: rows that have a ratio
 * @log: sum of the logarithms of the ratios
 * @smallest: ratio
 * @largest: ratio
 */
struct overall {
	size_t nr;
	double log;
	double smallest;
	double largest;
};

static struct overall overall_of(const struct compare *compare, const struct store_metric *metric,
				 size_t at)
{
	struct overall all = { .smallest = INFINITY, .largest = -INFINITY };

	for (size_t i = 0; i < compare->nr_rows; i++) {
		double ratio = compare_ratio(&compare->row[i], at);

		if (compare->row[i].metric != metric || isnan(ratio) || ratio <= 0)
			continue;
		all.nr++;
		all.log += log(ratio);
		all.smallest = fmin(all.smallest, ratio);
		all.largest = fmax(all.largest, ratio);
	}
	return all;
}

static bool put_overall(struct table *table, const struct view *view,
			const struct store_metric *metric, size_t at)
{
	struct overall all = overall_of(view->compare, metric, at);
	char text[FIGURE_TEXT];

	if (all.nr < 2)
		return false;
	table_cell(table, NULL, "%s", metric->name);
	table_cell(table, NULL, "%s", view->compare->variant.item[at]);
	table_cell(table, NULL, "%s", compare_change_text(text, exp(all.log / all.nr),
							  is_exact(view)));
	table_cell(table, NULL, "%s", compare_change_text(text, all.smallest, is_exact(view)));
	table_cell(table, NULL, "%s", compare_change_text(text, all.largest, is_exact(view)));
	table_cell(table, NULL, "%zu", all.nr);
	return true;
}

static void print_overall(const struct view *view, FILE *out)
{
	const struct store_content *content = view->compare->content;
	struct table *table = table_new("llrrrr");
	bool any = false;

	table_cell(table, NULL, "over all parameters");
	table_cell(table, NULL, "%s", "");
	table_cell(table, NULL, "mean change");
	table_cell(table, NULL, "smallest");
	table_cell(table, NULL, "largest");
	table_cell(table, NULL, "rows");
	for (size_t i = 0; i < content->nr_metrics; i++)
		if (!strcmp(content->metric[i].workload, view->workload) &&
		    content->metric[i].reference != REFERENCE_EQUAL &&
		    ((view->flags & COMPARE_ALL) || (!compare_is_further_traffic(&content->metric[i]) &&
						     !metadata_metric_is(&content->metric[i]))))
			for (size_t at = 0; at < view->nr_sides; at++)
				any |= put_overall(table, view, &content->metric[i],
						   view->side[at]);
	if (any) {
		fputc('\n', out);
		table_print(table, INDENT, out);
	}
	table_free(table);
}

static void add_once(struct strv *names, const char *name)
{
	if (!strv_has(names, name))
		strv_add(names, "%s", name);
}

/* Every series has the same dozen of them. */
static const char *name_left_out(const struct store_metric *metric)
{
	return traffic_metric_is(metric) ? "further memory traffic" : metric->name;
}

static void print_left_out(const struct view *view, FILE *out)
{
	const struct store_content *content = view->compare->content;
	struct strv names = { 0 };
	char *list, *text;

	for (size_t i = 0; i < content->nr_metrics; i++)
		if (!strcmp(content->metric[i].workload, view->workload) &&
		    is_left_out(view, &content->metric[i]) &&
		    !metadata_metric_is(&content->metric[i]))
			add_once(&names, name_left_out(&content->metric[i]));
	list = strv_join(&names, ", ");
	text = str_printf("further figures with --all: %s", list);
	if (names.nr) {
		fputc('\n', out);
		text_wrapped(text, INDENT, INDENT + 2, view->columns, out);
	}
	free(text);
	free(list);
	strv_free(&names);
}

static bool has_figures(const struct compare *compare, const char *workload, size_t at)
{
	for (size_t i = 0; i < compare->nr_rows; i++)
		if (!strcmp(compare->row[i].metric->workload, workload) &&
		    compare->row[i].side[at].nr)
			return true;
	return false;
}

/* A column of dashes tells less than a line: a variant that did not build has no figure. */
static void choose_sides(struct view *view)
{
	const struct compare *compare = view->compare;

	view->side = mem_grow(NULL, compare->variant.nr, sizeof(*view->side));
	for (size_t at = 1; at < compare->variant.nr; at++)
		if (has_figures(compare, view->workload, at))
			view->side[view->nr_sides++] = at;
}

static void print_without_figures(const struct view *view, FILE *out)
{
	const struct strv *variant = &view->compare->variant;

	for (size_t at = 1; at < variant->nr; at++) {
		char *text;

		if (has_figures(view->compare, view->workload, at))
			continue;
		text = str_printf("%s has no figures here; \"not passed\" says why",
				  variant->item[at]);
		fputc('\n', out);
		text_wrapped(text, INDENT, INDENT + 2, view->columns, out);
		free(text);
	}
}

/* A table of dashes tells nothing that the checks below it do not. */
static bool shows_anything(const struct view *view)
{
	const struct compare *compare = view->compare;

	for (size_t i = 0; i < compare->nr_rows; i++)
		for (size_t at = 0; at < compare->variant.nr; at++)
			if (is_shown(view, &compare->row[i]) && compare->row[i].side[at].nr)
				return true;
	return false;
}

static void print_workload(const struct compare *compare, unsigned int flags,
			   const char *workload, FILE *out)
{
	struct view view = {
		.compare = compare, .flags = flags, .workload = workload,
		.columns = columns_of(out, COMPARE_COLUMNS),
	};

	if (!shows_anything(&view))
		return;
	choose_sides(&view);
	do {
		struct table *table = widest_table(&view);

		compare_heading(workload, flags, out);
		table_print(table, INDENT, out);
		table_free(table);
		view.from = view.to;
	} while (view.from < view.nr_sides);
	print_overall(&view, out);
	print_left_out(&view, out);
	print_without_figures(&view, out);
	free(view.side);
}

void compare_heading(const char *text, unsigned int flags, FILE *out)
{
	bool paint = flags & COMPARE_COLOUR;

	fprintf(out, "\n%s%s%s\n", paint ? "\033[1m" : "", text, paint ? "\033[0m" : "");
}

static void print_title(const struct compare *compare, FILE *out)
{
	const struct strv *variant = &compare->variant;
	struct strv others = { 0 };
	char *list, *text;

	for (size_t i = 1; i < variant->nr; i++)
		strv_add(&others, "%s", variant->item[i]);
	list = strv_join(&others, ", ");
	text = str_printf("run %s, %s engine%s%s%s%s", compare->content->run.id,
			  compare->content->run.engine, others.nr ? ": " : "", list,
			  others.nr ? " against " : "", others.nr ? variant->item[0] : "");
	text_wrapped(text, 0, 2, columns_of(out, COMPARE_COLUMNS), out);
	free(text);
	free(list);
	strv_free(&others);
}

/* Each thing once, as it was found last. */
static bool is_told_later(const struct store_content *content, size_t at)
{
	for (size_t i = at + 1; i < content->nr_findings; i++)
		if (host_level_is_bad(content->finding[i].level) &&
		    !strcmp(content->finding[i].name, content->finding[at].name))
			return true;
	return false;
}

/* Above the figures: who reads them must know. */
static void print_disturbed(const struct store_content *content, FILE *out)
{
	struct table *table = table_new("l");
	struct strv parts = { 0 };
	char *list, *text;

	for (size_t i = 0; i < content->nr_findings; i++)
		if (host_level_is_bad(content->finding[i].level) && !is_told_later(content, i))
			strv_add(&parts, "%s: %s", content->finding[i].name,
				 content->finding[i].seen);
	list = strv_join(&parts, "; ");
	text = str_printf("disturbed by %s", list);
	if (parts.nr) {
		table_wrapped(table, INDENT, columns_of(out, COMPARE_COLUMNS), text);
		table_print(table, 0, out);
	}
	free(text);
	free(list);
	strv_free(&parts);
	table_free(table);
}

void compare_print_text(const struct compare *compare, unsigned int flags, FILE *out)
{
	const char *before = "";

	print_title(compare, out);
	print_disturbed(compare->content, out);
	compare_print_headline(compare, flags, out);
	for (size_t i = 0; i < compare->nr_rows; i++) {
		const char *workload = compare->row[i].metric->workload;

		if (strcmp(workload, before))
			print_workload(compare, flags, workload, out);
		before = workload;
	}
	compare_print_metadata(compare, flags, out);
	compare_print_summary(compare, flags, out);
}
