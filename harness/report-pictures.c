// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pictures of a page: the largest changes of each workload.
 */
#include <stdlib.h>
#include <string.h>

#include "report-pictures.h"
#include "report-private.h"

/* Of a workload at most; 0 is none at all. */
static const size_t most_of[FIGURE_SUBJECTS] = {
	[FIGURE_TRADEOFF] = 4,
	[FIGURE_METADATA] = 8,
	[FIGURE_RATIO] = REPORT_RATIOS,
	[FIGURE_CDF] = REPORT_DISTRIBUTIONS,
	[FIGURE_PERCENTILE] = REPORT_DISTRIBUTIONS,
	[FIGURE_TREND] = 64,	/* chosen per variant before */
};

/**
 * struct ranked - a picture among those of its subject and workload
 * @figure: it
 * @weight: see struct report_figure
 * @place: as it was made
 */
struct ranked {
	struct figure *figure;
	unsigned int weight;
	size_t place;
};

/* Trends are in order of what changed most already. */
static int by_effect(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int workload = strcmp(x->figure->workload, y->figure->workload);

	if (x->figure->subject != y->figure->subject)
		return x->figure->subject < y->figure->subject ? -1 : 1;
	if (workload && x->figure->subject != FIGURE_TREND)
		return workload;
	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	if (x->figure->subject != FIGURE_TREND && x->figure->effect != y->figure->effect)
		return x->figure->effect < y->figure->effect ? 1 : -1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static bool is_same_group(const struct figure *a, const struct figure *b)
{
	return a->subject == b->subject &&
	       (a->subject == FIGURE_TREND || !strcmp(a->workload, b->workload));
}

static const struct store_metric *metric_of(const struct store_content *content,
					    const struct figure *figure)
{
	for (size_t i = 0; i < content->nr_metrics; i++)
		if (!strcmp(content->metric[i].workload, figure->workload) &&
		    !strcmp(content->metric[i].name, figure->metric))
			return &content->metric[i];
	return NULL;
}

static bool is_wanted(const struct store_content *content, const struct figure *figure)
{
	const struct store_metric *metric = metric_of(content, figure);

	return (unsigned int)figure->subject < FIGURE_SUBJECTS && most_of[figure->subject] &&
	       (figure->subject != FIGURE_RATIO || (metric && report_is_shown(metric)));
}

static unsigned int weight_of(const struct store_content *content, const struct figure *figure)
{
	const struct store_metric *metric = metric_of(content, figure);

	if (figure->subject != FIGURE_RATIO || !metric)
		return 0;
	return report_weight(content, metric);
}

/* Figures move from @all to what is shown; those that stay are freed with @all. */
static void choose(const struct store_content *content, struct figures *all,
		   struct report_pictures *pictures)
{
	struct ranked *list = mem_grow(NULL, all->nr, sizeof(*list));
	struct figures *shown = &pictures->shown;
	size_t nr = 0, end;

	for (size_t i = 0; i < all->nr; i++)
		if (is_wanted(content, &all->item[i]))
			list[nr++] = (struct ranked){
				&all->item[i], weight_of(content, &all->item[i]), i
			};
	if (nr)
		qsort(list, nr, sizeof(*list), by_effect);
	shown->item = mem_grow(NULL, nr, sizeof(*shown->item));
	pictures->all = mem_grow(NULL, nr, sizeof(*pictures->all));
	for (size_t at = 0; at < nr; at = end) {
		for (end = at + 1; end < nr && is_same_group(list[at].figure, list[end].figure);)
			end++;
		for (size_t i = at; i < end && i < at + most_of[list[at].figure->subject]; i++) {
			pictures->all[shown->nr] = end - at;
			shown->item[shown->nr++] = *list[i].figure;
			*list[i].figure = (struct figure){ 0 };
		}
	}
	free(list);
}

/* Where nothing has changed, one picture says as much as many. */
static size_t trends_of(const struct trend *trend)
{
	size_t nr = 0;

	for (size_t i = 0; i < trend->nr_series; i++)
		nr += trend->series[i].nr_changes || trend->series[i].drifts;
	return nr < 1 ? 1 : nr < REPORT_TRENDS ? nr : REPORT_TRENDS;
}

void report_pictures_make(const struct compare *compare, const struct report_trends *trends,
			  const char *scripts, struct report_pictures *ret_pictures)
{
	struct report_pictures pictures = { .why_not = str_dup("") };
	struct figures all = { 0 };
	struct err err = { "" };

	figures_of_compare(compare, &all);
	for (size_t i = 0; i < trends->nr; i++)
		figures_of_trend(&trends->trend[i], trends_of(&trends->trend[i]), &all);
	choose(compare->content, &all, &pictures);
	figures_free(&all);
	if (pictures.shown.nr && figures_svg(&pictures.shown, scripts, "fig", &pictures.svg, &err)) {
		strv_free(&pictures.svg);
		free(pictures.why_not);
		pictures.why_not = str_dup(err.text);
	}
	*ret_pictures = pictures;
}

void report_pictures_free(struct report_pictures *pictures)
{
	figures_free(&pictures->shown);
	strv_free(&pictures->svg);
	free(pictures->all);
	free(pictures->why_not);
	*pictures = (struct report_pictures){ 0 };
}
