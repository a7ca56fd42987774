// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trade-offs: what a variant takes in metadata against what it costs in time, a picture a
 * workload, so that the design to choose can be pointed at.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "figure-private.h"
#include "stats.h"

/**
 * struct point - a variant
 * @side: which
 * @bytes: of metadata when loaded, mean over the cells that all have
 * @effect: cost beside the base
 */
struct point {
	size_t side;
	double bytes;
	struct figure_effect effect;
};

/**
 * struct tradeoff - of a workload
 * @compare: of what
 * @metric: that stands for the cost
 * @row: rows of it that all variants in it have, and that are above zero
 * @nr_rows: how many
 * @point: of each variant that has both; the base first
 * @nr: how many
 */
struct tradeoff {
	const struct compare *compare;
	const struct store_metric *metric;
	const struct compare_row **row;
	size_t nr_rows;
	struct point *point;
	size_t nr;
};

/* Workloads declare first what they are about. */
static const struct store_metric *cost_of(const struct store_content *content,
					  const char *workload)
{
	for (size_t i = 0; i < content->nr_metrics; i++) {
		const struct store_metric *metric = &content->metric[i];

		if (!strcmp(metric->workload, workload) && metric->unit == UNIT_CLOCK &&
		    metric->direction == DIR_LOWER)
			return metric;
	}
	return NULL;
}

static bool has_figures(const struct tradeoff *tradeoff, size_t side)
{
	for (size_t i = 0; i < tradeoff->compare->nr_rows; i++)
		if (tradeoff->compare->row[i].metric == tradeoff->metric &&
		    tradeoff->compare->row[i].side[side].nr)
			return true;
	return false;
}

static bool is_whole(const struct tradeoff *tradeoff, const struct compare_row *row)
{
	for (size_t at = 0; at < tradeoff->compare->variant.nr; at++) {
		const struct compare_side *side = &row->side[at];

		if (!has_figures(tradeoff, at))
			continue;
		if (!stats_usable(side->figure, side->nr))
			return false;
		for (size_t i = 0; i < side->nr; i++)
			if (side->figure[i] <= 0)
				return false;
	}
	return true;
}

static void take_rows(struct tradeoff *tradeoff)
{
	for (size_t i = 0; i < tradeoff->compare->nr_rows; i++) {
		const struct compare_row *row = &tradeoff->compare->row[i];

		if (row->metric != tradeoff->metric || !is_whole(tradeoff, row))
			continue;
		tradeoff->row = mem_grow(tradeoff->row, tradeoff->nr_rows + 1,
					 sizeof(*tradeoff->row));
		tradeoff->row[tradeoff->nr_rows++] = row;
	}
}

static bool find_trial(const struct compare_side *side, unsigned int trial, double *ret_figure)
{
	for (size_t i = 0; i < side->nr; i++) {
		if (side->trial[i] != trial)
			continue;
		*ret_figure = side->figure[i];
		return true;
	}
	return false;
}

/* The geometric mean over all parameters of one trial. */
static bool mean_of_trial(const struct tradeoff *tradeoff, size_t side, unsigned int trial,
			  double *ret_mean)
{
	double sum = 0, figure;

	for (size_t i = 0; i < tradeoff->nr_rows; i++) {
		if (!find_trial(&tradeoff->row[i]->side[side], trial, &figure))
			return false;
		sum += log(figure);
	}
	*ret_mean = exp(sum / tradeoff->nr_rows);
	return true;
}

static double mean_of_medians(const struct tradeoff *tradeoff, size_t side)
{
	double sum = 0;

	for (size_t i = 0; i < tradeoff->nr_rows; i++)
		sum += log(tradeoff->row[i]->side[side].median);
	return exp(sum / tradeoff->nr_rows);
}

/* One figure a trial that all parameters have; of the medians where there is none. */
static double *means_of(const struct tradeoff *tradeoff, size_t side, size_t *ret_nr)
{
	const struct compare_side *first = &tradeoff->row[0]->side[side];
	double *mean = mem_grow(NULL, first->nr + 1, sizeof(*mean));
	size_t nr = 0;

	for (size_t i = 0; i < first->nr; i++)
		nr += mean_of_trial(tradeoff, side, first->trial[i], &mean[nr]);
	if (!nr)
		mean[nr++] = mean_of_medians(tradeoff, side);
	*ret_nr = nr;
	return mean;
}

static void add_point(struct tradeoff *tradeoff, size_t side, double bytes,
		      struct figure_effect effect)
{
	tradeoff->point = mem_grow(tradeoff->point, tradeoff->nr + 1, sizeof(*tradeoff->point));
	tradeoff->point[tradeoff->nr++] = (struct point){ side, bytes, effect };
}

static void take_points(struct tradeoff *tradeoff, const struct metadata_account *account)
{
	const struct metadata_which which = {
		.workload = tradeoff->metric->workload, .phase = METADATA_LOADED,
		.kind = METADATA_KINDS, .node = METADATA_ACCOUNT_NODES,
	};
	bool exact = tradeoff->compare->content->run.exact;
	size_t nr_base, nr_other;
	double *base, *other;

	if (!tradeoff->nr_rows || !has_figures(tradeoff, 0))
		return;
	base = means_of(tradeoff, 0, &nr_base);
	for (size_t i = 0; i < account->nr_sides; i++) {
		size_t side = account->side[i];
		double bytes = metadata_account_mean(account, &which, side);
		struct figure_effect effect = { 1, NAN, NAN };

		if (isnan(bytes) || !has_figures(tradeoff, side))
			continue;
		other = means_of(tradeoff, side, &nr_other);
		if (side)
			effect = figure_effect(exact, base, nr_base, other, nr_other);
		add_point(tradeoff, side, bytes, effect);
		free(other);
	}
	free(base);
}

static char *data_text(const struct tradeoff *tradeoff, const struct figure *figure)
{
	char *text = NULL, *axis;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return str_dup("");
	fputs("# in rows: variant, bytes of metadata, cost by that of the base, low, high\n", out);
	figure_begin(figure, out);
	axis = str_printf("%s, ratio to base", tradeoff->metric->name);
	figure_about("x", "metadata when loaded, bytes", out);
	figure_about("y", axis, out);
	figure_about("note", figure_interval(tradeoff->compare), out);
	figure_variants(tradeoff->compare, out);
	figure_block("rows", out);
	for (size_t i = 0; i < tradeoff->nr; i++) {
		const struct point *point = &tradeoff->point[i];

		fprintf(out, "%zu", point->side);
		figure_number(point->bytes, out);
		figure_number(point->effect.ratio, out);
		figure_number(point->effect.low, out);
		figure_number(point->effect.high, out);
		fputc('\n', out);
	}
	free(axis);
	fclose(out);
	return text;
}

static const char *change_of_bytes(const struct tradeoff *tradeoff, size_t at,
				   char buf[FIGURE_TEXT])
{
	double base = tradeoff->point[0].bytes, bytes = tradeoff->point[at].bytes;

	return compare_change_text(buf, base == bytes ? 1 : base == 0 ? NAN : bytes / base, true);
}

static void put_table(const struct tradeoff *tradeoff, struct figure *figure)
{
	bool exact = tradeoff->compare->content->run.exact;
	char text[FIGURE_TEXT];

	strv_add(&figure->heading, "variant");
	strv_add(&figure->heading, "metadata (B)");
	strv_add(&figure->heading, "change");
	strv_add(&figure->heading, "%s", tradeoff->metric->name);
	strv_add(&figure->heading, "from");
	strv_add(&figure->heading, "to");
	for (size_t i = 0; i < tradeoff->nr; i++) {
		const struct point *point = &tradeoff->point[i];

		strv_add(&figure->cell, "%s", tradeoff->compare->variant.item[point->side]);
		strv_add(&figure->cell, "%s", compare_figure_text(text, UNIT_BYTES, point->bytes));
		strv_add(&figure->cell, "%s", change_of_bytes(tradeoff, i, text));
		strv_add(&figure->cell, "%s",
			 compare_change_text(text, point->effect.ratio, exact));
		strv_add(&figure->cell, "%s", compare_change_text(text, point->effect.low, exact));
		strv_add(&figure->cell, "%s", compare_change_text(text, point->effect.high, exact));
	}
	figure->nr_rows = tradeoff->nr;
}

static const char *or_same(const char *change)
{
	return strcmp(change, "=") ? change : "the same";
}

static char *about_text(const struct tradeoff *tradeoff)
{
	bool exact = tradeoff->compare->content->run.exact;
	char change[FIGURE_TEXT], cost[FIGURE_TEXT], bytes[16], *list, *text;
	struct strv part = { 0 };

	for (size_t i = 1; i < tradeoff->nr; i++) {
		const struct point *point = &tradeoff->point[i];

		compare_change_text(cost, point->effect.ratio, exact);
		strv_add(&part, "%s %s in metadata, %s in %s",
			 tradeoff->compare->variant.item[point->side],
			 or_same(change_of_bytes(tradeoff, i, change)), or_same(cost),
			 tradeoff->metric->name);
	}
	list = strv_join(&part, "; ");
	strv_free(&part);
	text_bytes(bytes, sizeof(bytes), tradeoff->point[0].bytes);
	text = str_printf("Beside %s, %s of metadata: %s.", tradeoff->compare->variant.item[0],
			  bytes, list);
	free(list);
	return text;
}

static double largest_effect(const struct tradeoff *tradeoff)
{
	double largest = 0;

	for (size_t i = 1; i < tradeoff->nr; i++)
		largest = fmax(largest, fabs(log(tradeoff->point[i].effect.ratio)));
	return largest;
}

static void add_figure(const struct tradeoff *tradeoff, struct figures *figures)
{
	const struct store_metric *metric = tradeoff->metric;
	char *name = str_printf("tradeoff-%s", metric->workload);
	struct figure *figure = figures_add(figures, FIGURE_TRADEOFF, "tradeoff.gp", name);

	figure_set(&figure->workload, metric->workload);
	figure_set(&figure->metric, metric->name);
	figure->title = str_printf("%s: metadata against %s", metric->workload, metric->name);
	figure->about = about_text(tradeoff);
	figure->caption = figure_caption(tradeoff->compare);
	figure->data = data_text(tradeoff, figure);
	figure->effect = largest_effect(tradeoff);
	put_table(tradeoff, figure);
	free(name);
}

void figures_add_tradeoff(const struct compare *compare, const struct metadata_account *account,
			  struct figures *figures)
{
	const char *before = "";

	for (size_t i = 0; i < compare->nr_rows; i++) {
		const char *workload = compare->row[i].metric->workload;
		struct tradeoff tradeoff = { .compare = compare };

		if (!strcmp(workload, before))
			continue;
		before = workload;
		tradeoff.metric = cost_of(compare->content, workload);
		if (!tradeoff.metric)
			continue;
		take_rows(&tradeoff);
		take_points(&tradeoff, account);
		/* one point is no choice */
		if (tradeoff.nr > 1 && tradeoff.point[0].side == 0)
			add_figure(&tradeoff, figures);
		free(tradeoff.point);
		free(tradeoff.row);
	}
}
