// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model of a comparison: which figures belong beside each other. What is
 * printed and drawn is made from it, so that text, JSON and plots cannot differ.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "compare-private.h"
#include "metadata-metric.h"
#include "stats.h"
#include "traffic-metric.h"

/**
 * struct index - where the samples of each cell are
 * @content: the run
 * @first: per cell, its first series; one more entry ends the last
 */
struct index {
	const struct store_content *content;
	size_t *first;
};

/* Both lists are in order of cells. */
static int index_make(const struct store_content *content, struct index *ret_index,
		      struct err *err)
{
	size_t *first = mem_grow(NULL, content->nr_cells + 1, sizeof(*first));
	size_t at = 0;

	for (size_t i = 0; i < content->nr_cells; i++) {
		first[i] = at;
		while (at < content->nr_series && content->series[at].cell == content->cell[i].id)
			at++;
	}
	first[content->nr_cells] = at;
	if (at < content->nr_series) {
		free(first);
		return err_set(err, -EBADMSG, "run %s: cannot compare: it has samples of cell "
			       "%lld, which it does not have; the file is damaged", content->run.id,
			       (long long)content->series[at].cell);
	}
	*ret_index = (struct index){ .content = content, .first = first };
	return 0;
}

static const struct store_series *find_series(const struct index *index, size_t cell,
					      const char *name, const char *labels)
{
	for (size_t i = index->first[cell]; i < index->first[cell + 1]; i++) {
		const struct store_series *series = &index->content->series[i];

		if (!strcmp(series->name, name) && !strcmp(series->labels, labels))
			return series;
	}
	return NULL;
}

static bool cell_finished(const struct store_cell *cell)
{
	return !strcmp(cell->status, "finished");
}

static bool gives_figures(const struct store_cell *cell)
{
	return cell_finished(cell) && cell->verdict != VERDICT_FAIL &&
	       cell->verdict != VERDICT_BROKEN;
}

/* Trial 0 repeats a cell to prove exactness; it is no further boot. */
static bool belongs(const struct store_cell *cell, const char *workload, const char *params)
{
	return cell->trial > 0 && !strcmp(cell->workload, workload) &&
	       !strcmp(cell->params, params);
}

static void add_figure(struct compare_side *side, unsigned int trial,
		       const struct store_series *series, enum metric_combine combine)
{
	if (!series || !series->nr)
		return;
	side->trial = mem_grow(side->trial, side->nr + 1, sizeof(*side->trial));
	side->trial[side->nr] = trial;
	side->figure = mem_grow(side->figure, side->nr + 1, sizeof(*side->figure));
	side->figure[side->nr++] = stats_combine(combine, series->samples, series->nr);
	side->nr_samples += series->nr;
}

static struct compare_side make_side(const struct index *index, const struct compare_row *row,
				     const char *variant)
{
	const struct store_metric *metric = row->metric;
	struct compare_side side = { .variant = variant };

	for (size_t i = 0; i < index->content->nr_cells; i++) {
		const struct store_cell *cell = &index->content->cell[i];

		if (belongs(cell, metric->workload, row->cell_params) && gives_figures(cell) &&
		    !strcmp(cell->variant, variant))
			add_figure(&side, cell->trial,
				   find_series(index, i, metric->series, row->labels),
				   metric->combine);
	}
	side.median = stats_median(side.figure, side.nr);
	side.spread = stats_spread(side.figure, side.nr);
	return side;
}

static void add_row(struct compare *compare, const struct index *index,
		    const struct store_metric *metric, const char *params, const char *labels)
{
	struct compare_row row = { .metric = metric, .cell_params = params, .labels = labels };

	row.params = str_printf("%s%s%s", params, *params && *labels ? "," : "", labels);
	row.side = mem_grow(NULL, compare->variant.nr, sizeof(*row.side));
	for (size_t i = 0; i < compare->variant.nr; i++)
		row.side[i] = make_side(index, &row, compare->variant.item[i]);
	compare->row = mem_grow(compare->row, compare->nr_rows + 1, sizeof(row));
	compare->row[compare->nr_rows++] = row;
}

/* A list of strings that are owned by the run. */
struct names {
	const char **item;
	size_t nr;
};

static void add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->nr; i++)
		if (!strcmp(names->item[i], name))
			return;
	names->item = mem_grow(names->item, names->nr + 1, sizeof(*names->item));
	names->item[names->nr++] = name;
}

/* As recorded by any variant: one that failed still gets its empty place. */
static void collect_labels(const struct index *index, const struct store_metric *metric,
			   const char *params, struct names *labels)
{
	for (size_t i = 0; i < index->content->nr_cells; i++) {
		if (!belongs(&index->content->cell[i], metric->workload, params))
			continue;
		for (size_t j = index->first[i]; j < index->first[i + 1]; j++)
			if (!strcmp(index->content->series[j].name, metric->series))
				add_name(labels, index->content->series[j].labels);
	}
}

static void add_rows(struct compare *compare, const struct index *index,
		     const struct store_metric *metric, const char *params)
{
	struct names labels = { 0 };

	collect_labels(index, metric, params, &labels);
	/* Not every series has windows, and not every kernel every class of memory. */
	if (!labels.nr && !traffic_metric_is(metric) && !metadata_metric_is(metric))
		add_name(&labels, "");
	for (size_t i = 0; i < labels.nr; i++)
		add_row(compare, index, metric, params, labels.item[i]);
	free(labels.item);
}

static void add_workload(struct compare *compare, const struct index *index, const char *workload)
{
	const struct store_content *content = index->content;
	struct names params = { 0 };

	for (size_t i = 0; i < content->nr_cells; i++)
		if (!strcmp(content->cell[i].workload, workload))
			add_name(&params, content->cell[i].params);
	for (size_t i = 0; i < content->nr_metrics; i++) {
		if (strcmp(content->metric[i].workload, workload))
			continue;
		for (size_t j = 0; j < params.nr; j++)
			add_rows(compare, index, &content->metric[i], params.item[j]);
	}
	free(params.item);
}

/* Cells and not kernels: a variant that did not build has no kernel. */
static void find_variants(const struct store_content *content, struct strv *ret_variants)
{
	for (size_t i = 0; i < content->nr_cells; i++)
		if (!strv_has(ret_variants, content->cell[i].variant))
			strv_add(ret_variants, "%s", content->cell[i].variant);
}

static bool find_proof(const struct store_content *content)
{
	for (size_t i = 0; i < content->nr_cells; i++)
		if (content->cell[i].trial == 0 && cell_finished(&content->cell[i]) &&
		    content->cell[i].verdict == VERDICT_PASS)
			return content->run.exact;
	return false;
}

int compare_make(const struct store_content *content, struct compare *ret_compare,
		 struct err *err)
{
	struct compare compare = { .content = content, .proved = find_proof(content) };
	struct names workloads = { 0 };
	struct index index = { 0 };
	int error;

	error = index_make(content, &index, err);
	if (error)
		return error;
	find_variants(content, &compare.variant);
	for (size_t i = 0; i < content->nr_cells; i++)
		add_name(&workloads, content->cell[i].workload);
	for (size_t i = 0; i < workloads.nr; i++)
		add_workload(&compare, &index, workloads.item[i]);
	free(workloads.item);
	free(index.first);
	*ret_compare = compare;
	return 0;
}

void compare_free(struct compare *compare)
{
	for (size_t i = 0; i < compare->nr_rows; i++) {
		for (size_t j = 0; j < compare->variant.nr; j++) {
			free(compare->row[i].side[j].figure);
			free(compare->row[i].side[j].trial);
		}
		free(compare->row[i].side);
		free(compare->row[i].params);
	}
	free(compare->row);
	strv_free(&compare->variant);
	*compare = (struct compare){ 0 };
}

double compare_ratio(const struct compare_row *row, size_t side)
{
	double base = row->side[0].median;
	double other = row->side[side].median;

	if (base == 0 && other == 0)
		return 1;
	if (base == 0 || isnan(base) || isnan(other))
		return NAN;
	return other / base;
}

int compare_print(const struct compare *compare, enum print_format format, unsigned int flags,
		  FILE *out)
{
	int error = 0;

	errno = 0;
	switch (format) {
	case PRINT_TEXT:
		compare_print_text(compare, flags, out);
		break;
	case PRINT_JSON:
		error = compare_print_json(compare, out);
		break;
	case PRINT_CSV:
		compare_print_csv(compare, out);
		break;
	case PRINT_JUNIT:
		compare_print_junit(compare, out);
		break;
	case PRINT_KTAP:
		compare_print_ktap(compare, out);
		break;
	case PRINT_MAIL:
		compare_print_mail(compare, out);
		break;
	case PRINT_MARKDOWN:
	case PRINT_NR:
		return -EINVAL;
	}
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return error;
}

enum verdict compare_verdict(const struct store_content *content)
{
	enum verdict worst = content->nr_cells ? VERDICT_PASS : VERDICT_INCONCLUSIVE;

	for (size_t i = 0; i < content->nr_cells; i++)
		worst = verdict_worse(worst, cell_finished(&content->cell[i]) ?
					     content->cell[i].verdict : VERDICT_INCONCLUSIVE);
	for (size_t i = 0; i < content->nr_checks; i++)
		worst = verdict_worse(worst, content->check[i].verdict);
	return worst;
}

static bool anything_passed(const struct store_content *content)
{
	for (size_t i = 0; i < content->nr_cells; i++)
		if (cell_finished(&content->cell[i]) && content->cell[i].verdict == VERDICT_PASS)
			return true;
	return false;
}

enum exit_code compare_exit_code(const struct store_content *content)
{
	switch (compare_verdict(content)) {
	case VERDICT_PASS:
		return EXIT_OK;
	case VERDICT_UNSUPPORTED:
		return anything_passed(content) ? EXIT_OK : EXIT_INCONCLUSIVE;
	case VERDICT_FAIL:
		return EXIT_FAILED;
	case VERDICT_BROKEN:
		return EXIT_BROKEN;
	default:
		return EXIT_INCONCLUSIVE;
	}
}
