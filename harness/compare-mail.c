// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A comparison for a mailing list: headline, what broke, the metrics, what changed most, how
 * to reproduce.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-judge.h"
#include "compare-off.h"
#include "compare-private.h"
#include "mail-text.h"
#include "metadata-metric.h"
#include "text-plain.h"
#include "text-table.h"

static void print_headline(const struct compare *compare, const struct compare_changes *changes,
			   FILE *out)
{
	const struct strv *variant = &compare->variant;
	struct strv others = { 0 };
	char *list, *text;

	for (size_t i = 1; i < variant->nr; i++)
		strv_add(&others, "%s", variant->item[i]);
	list = strv_join(&others, ", ");
	text = str_printf("pagemeta: checks %s, %zu figures worse, %zu better: %s%s%s",
			  verdict_name(compare_verdict(compare->content)),
			  changes->count[GATE_REGRESSION], changes->count[GATE_IMPROVEMENT],
			  variant->nr > 1 ? list : "", variant->nr > 1 ? " against " : "",
			  variant->nr ? variant->item[0] : "no cells");
	mail_subject(text, out);
	free(text);
	free(list);
	strv_free(&others);
}

static void print_broke(const struct compare *compare, FILE *out)
{
	struct compare_judged *list;
	bool any = false;
	size_t nr;

	list = compare_judged(compare->content, &nr);
	for (size_t i = 0; i < nr; i++) {
		char *text;
		size_t more;

		if (!compare_is_told(list, nr, i, &more))
			continue;
		if (!any)
			fputs("Not passed:\n\n", out);
		any = true;
		text = str_printf("%s: %s %s, %s%s%s", verdict_name(list[i].verdict),
				  list[i].cell->workload, list[i].check, list[i].cell->variant,
				  *list[i].params ? ", " : "", list[i].params);
		mail_paragraph(text, 0, out);
		free(text);
		mail_paragraph(list[i].reason, 4, out);
		if (more)
			fprintf(out, "    and %zu more of the same\n", more);
	}
	if (any)
		fputc('\n', out);
	compare_judged_free(list, nr);
}

/* --- metrics --- */

/** struct sum - a metric of a variant over all its rows */
struct sum {
	size_t nr;
	double log;
	double least;
	double most;
	double spread;
};

static struct sum sum_of(const struct compare *compare, const struct store_metric *metric,
			 size_t side)
{
	struct sum sum = { .least = INFINITY, .most = -INFINITY, .spread = NAN };

	for (size_t i = 0; i < compare->nr_rows; i++) {
		const struct compare_row *row = &compare->row[i];
		double ratio = compare_ratio(row, side);

		if (row->metric != metric || isnan(ratio) || ratio <= 0)
			continue;
		sum.nr++;
		sum.log += log(ratio);
		sum.least = fmin(sum.least, ratio);
		sum.most = fmax(sum.most, ratio);
		if (row->side[0].nr > 1 && row->side[side].nr > 1)
			sum.spread = fmax(sum.spread, fmax(row->side[0].spread,
							   row->side[side].spread));
	}
	return sum;
}

static bool put_metric(struct table *table, const struct compare *compare,
		       const struct store_metric *metric, size_t side)
{
	struct sum sum = sum_of(compare, metric, side);
	bool exact = compare->content->run.exact;
	char text[FIGURE_TEXT];

	if (!sum.nr)
		return false;
	table_cell(table, NULL, "%s", metric->workload);
	table_cell(table, NULL, "%s", metric->name);
	table_cell(table, NULL, "%zu", sum.nr);
	table_cell(table, NULL, "%s", compare_change_text(text, exp(sum.log / sum.nr), exact));
	table_cell(table, NULL, "%s", compare_change_text(text, sum.least, exact));
	table_cell(table, NULL, "%s", compare_change_text(text, sum.most, exact));
	if (isnan(sum.spread))
		table_cell(table, NULL, "1 boot");
	else
		table_cell(table, NULL, "%.2f %%", 100 * sum.spread);
	return true;
}

/* Dozens of figures of traffic and of metadata are for programs to read. */
static bool is_left_out(const struct store_metric *metric)
{
	return metric->reference == REFERENCE_EQUAL || metric->direction == DIR_NEUTRAL ||
	       metadata_metric_is(metric) || compare_is_further_traffic(metric);
}

static void print_metrics(const struct compare *compare, size_t side, FILE *out)
{
	static const char *const head[] = { "workload", "metric", "rows", "change", "from", "to",
					    "spread" };
	const struct store_content *content = compare->content;
	struct table *table = table_new("llrrrrr");
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		table_cell(table, NULL, "%s", head[i]);
	for (size_t i = 0; i < content->nr_metrics; i++)
		if (!is_left_out(&content->metric[i]))
			any |= put_metric(table, compare, &content->metric[i], side);
	if (any) {
		char *heading = str_printf("%s against %s, by metric (mean, smallest and largest "
					   "change):", compare->variant.item[side],
					   compare->variant.item[0]);

		mail_paragraph(heading, 0, out);
		fputc('\n', out);
		table_print_within(table, 0, MAIL_WIDTH, out);
		fputc('\n', out);
		free(heading);
	}
	table_free(table);
}

static void print_changes(const struct compare *compare, const struct compare_changes *changes,
			  size_t side, enum gate_verdict verdict, FILE *out)
{
	struct mail_figure *list = mem_grow(NULL, changes->nr + 1, sizeof(*list));
	char *heading;
	size_t nr = 0;

	for (size_t i = 0; i < changes->nr; i++) {
		const struct compare_change *change = &changes->item[i];

		if (change->side == side && change->verdict == verdict &&
		    compare_change_is_main(changes, change))
			list[nr++] = (struct mail_figure){ .row = change->worst, .old = 0,
							   .new = side, .ratio = change->ratio };
	}
	heading = str_printf("%s makes %s (of each metric what changed most; all: compare --all):",
			     compare->variant.item[side],
			     verdict == GATE_REGRESSION ? "worse" : "better");
	mail_figures(heading, list, nr, compare->content->run.exact, out);
	free(heading);
	free(list);
}

static void print_off(const struct store_content *content, FILE *out)
{
	struct compare_off *off;
	size_t nr;

	off = compare_off(content, &nr);
	for (size_t i = 0; i < nr; i++) {
		char *text = compare_off_text(&off[i]);

		mail_paragraph(text, 0, out);
		free(text);
	}
	compare_off_free(off, nr);
}

void compare_print_mail(const struct compare *compare, FILE *out)
{
	struct compare_changes changes;

	compare_judge(compare, &changes);
	print_headline(compare, &changes, out);
	print_broke(compare, out);
	for (size_t side = 1; side < compare->variant.nr; side++) {
		print_changes(compare, &changes, side, GATE_REGRESSION, out);
		print_changes(compare, &changes, side, GATE_IMPROVEMENT, out);
	}
	for (size_t side = 1; side < compare->variant.nr; side++)
		print_metrics(compare, side, out);
	mail_paragraph(compare_meaning(compare), 0, out);
	mail_paragraph(compare_evidence(compare, &changes), 0, out);
	print_off(compare->content, out);
	fputc('\n', out);
	mail_reproduce(compare->content, out);
	compare_changes_free(&changes);
}
