// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The figures of the page, workload by workload: plots, each with its table, and all figures
 * as a table at the end.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "report-html.h"
#include "workload.h"
#include "traffic-metric.h"

static const char *help_of(const char *name)
{
	const struct workload *workload = workload_find(name);

	return workload ? workload->help : NULL;
}

static bool has_row(const struct compare *compare, const char *workload)
{
	for (size_t i = 0; i < compare->nr_rows; i++)
		if (!strcmp(compare->row[i].metric->workload, workload) &&
		    report_is_shown(compare->row[i].metric))
			return true;
	return false;
}

static void put_row(const struct report_writer *writer, const struct compare_row *row)
{
	const struct compare *compare = writer->page->compare;
	enum metric_unit unit = row->metric->unit;
	char *params = report_params_text(row->params);
	char text[FIGURE_TEXT];
	FILE *out = writer->out;

	fputs("<tr>", out);
	html_row_head(out, "%s", row->metric->name);
	html_cell(out, 'l', "%s", params);
	free(params);
	html_cell(out, 'l', "%s", metric_unit_name(unit, compare->content->run.exact));
	html_cell(out, 'r', "%s", compare_figure_text(text, unit, row->side[0].median));
	for (size_t at = 1; at < compare->variant.nr; at++) {
		html_cell(out, 'r', "%s", compare_figure_text(text, unit, row->side[at].median));
		report_change_cell(writer, row, compare_ratio(row, at));
	}
	fputs("</tr>\n", out);
}

static void put_head(const struct report_writer *writer)
{
	const struct strv *variant = &writer->page->compare->variant;
	FILE *out = writer->out;

	html_head(out, 'l', "metric");
	html_head(out, 'l', "parameters");
	html_head(out, 'l', "unit");
	html_head(out, 'r', "%s", variant->item[0]);
	for (size_t at = 1; at < variant->nr; at++) {
		html_head(out, 'r', "%s", variant->item[at]);
		html_head(out, 'r', "change");
	}
	html_table_body(out);
}

/* How far the furthest variant is from the base, whichever way. */
static double effect_of(const struct compare *compare, const struct compare_row *row)
{
	double most = 0;

	for (size_t at = 1; at < compare->variant.nr; at++) {
		double ratio = compare_ratio(row, at);

		if (isfinite(ratio) && ratio > 0)
			most = fmax(most, fabs(log(ratio)));
	}
	return most;
}

struct ranked {
	const struct compare_row *row;
	double effect;
	size_t place;
};

static int by_effect(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->effect != y->effect)
		return x->effect < y->effect ? 1 : -1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static struct ranked *rank(const struct compare *compare, const char *workload, size_t *ret_nr)
{
	struct ranked *list = mem_grow(NULL, compare->nr_rows, sizeof(*list));
	size_t nr = 0;

	for (size_t i = 0; i < compare->nr_rows; i++) {
		const struct compare_row *row = &compare->row[i];

		if (!strcmp(row->metric->workload, workload) && report_is_shown(row->metric))
			list[nr++] = (struct ranked){ row, effect_of(compare, row), i };
	}
	if (nr)
		qsort(list, nr, sizeof(*list), by_effect);
	*ret_nr = nr;
	return list;
}

static void put_table(const struct report_writer *writer, const char *workload)
{
	const struct compare *compare = writer->page->compare;
	size_t nr, shown;
	struct ranked *list = rank(compare, workload, &nr);
	char *caption = str_printf("%s: figures, the largest change first", workload);
	char *command = str_printf("run-suite compare %s --all", compare->content->run.id);

	shown = nr < REPORT_ROWS ? nr : REPORT_ROWS;
	fputs("<details><summary>", writer->out);
	html_printf(writer->out, "All figures of %s as a table", workload);
	fputs("</summary>\n", writer->out);
	html_table_begin(writer->out, caption);
	put_head(writer);
	for (size_t i = 0; i < shown; i++)
		put_row(writer, list[i].row);
	html_table_end(writer->out);
	report_more(writer, shown, nr, command);
	fputs("</details>\n", writer->out);
	free(command);
	free(caption);
	free(list);
}

/* What it took with each variant, in one line each. */
static void put_costs(const struct report_writer *writer, const char *workload)
{
	const struct report_page *page = writer->page;
	bool any = false;

	for (size_t i = 1; i < page->nr_cards; i++)
		for (size_t j = 0; j < page->card[i].nr_costs; j++) {
			const struct report_cost *cost = &page->card[i].cost[j];
			char *text;

			if (strcmp(cost->workload, workload))
				continue;
			text = report_ratio_text(page->compare, cost->ratio);
			fputs(any ? "<li>" : "<ul class=\"costs\">\n<li>", writer->out);
			html_printf(writer->out, "%s: %s, mean of %zu figure%s", page->card[i].variant,
				    text, cost->figures, cost->figures == 1 ? "" : "s");
			fputs("</li>\n", writer->out);
			free(text);
			any = true;
		}
	if (any)
		fputs("</ul>\n", writer->out);
}

static void put_workload(const struct report_writer *writer, size_t at, const char *workload)
{
	const char *help = help_of(workload);

	fprintf(writer->out, "<section class=\"workload\" id=\"workload-%zu\" "
		"aria-labelledby=\"workload-%zu-name\">\n<h3 id=\"workload-%zu-name\">", at, at, at);
	html_text(writer->out, workload);
	fputs("</h3>\n", writer->out);
	if (help)
		html_element(writer->out, "p", "help", "%s", help);
	put_costs(writer, workload);
	report_write_pictures(writer, workload);
	put_table(writer, workload);
	fputs("</section>\n", writer->out);
}

void report_write_workloads(const struct report_writer *writer)
{
	const struct compare *compare = writer->page->compare;
	struct strv done = { 0 };

	report_section(writer, "workloads", "Workload by workload");
	for (size_t i = 0; i < compare->nr_rows; i++) {
		const char *workload = compare->row[i].metric->workload;

		if (strv_has(&done, workload))
			continue;
		strv_add(&done, "%s", workload);
		if (has_row(compare, workload))
			put_workload(writer, done.nr, workload);
	}
	if (!done.nr)
		html_element(writer->out, "p", NULL, "There are no figures.");
	strv_free(&done);
	report_section_end(writer);
}
