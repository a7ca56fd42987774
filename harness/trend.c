// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model of a trend: which figures of which runs are one series.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"
#include "trend-private.h"

void trend_begin(struct trend *ret_trend, const struct store_run *like, const char *variant)
{
	*ret_trend = (struct trend){
		.variant = str_dup(variant), .engine = str_dup(like->engine),
		.host = str_dup(like->host), .qemu_version = str_dup(like->qemu_version),
		.exact = like->exact,
	};
}

static void series_free(struct trend_series *series)
{
	for (size_t i = 0; i < series->nr; i++) {
		free(series->point[i].figure);
		free(series->point[i].trial);
	}
	free(series->point);
	free(series->change);
	free(series->params);
	free(series->metric.workload);
	free(series->metric.name);
	free(series->metric.help);
	free(series->metric.series);
}

void trend_free(struct trend *trend)
{
	for (size_t i = 0; i < trend->nr_runs; i++) {
		free(trend->run[i].id);
		free(trend->run[i].source);
		free(trend->run[i].image);
		free(trend->run[i].agent);
	}
	for (size_t i = 0; i < trend->nr_series; i++)
		series_free(&trend->series[i]);
	free(trend->run);
	free(trend->series);
	free(trend->variant);
	free(trend->engine);
	free(trend->host);
	free(trend->qemu_version);
	*trend = (struct trend){ 0 };
}

bool trend_fits(const struct trend *trend, const struct store_run *run)
{
	return !strcmp(run->engine, trend->engine) && !strcmp(run->host, trend->host) &&
	       !strcmp(run->qemu_version, trend->qemu_version);
}

static bool find_side(const struct compare *compare, const char *variant, size_t *ret_side)
{
	for (size_t i = 0; i < compare->variant.nr; i++) {
		if (strcmp(compare->variant.item[i], variant))
			continue;
		*ret_side = i;
		return true;
	}
	return false;
}

static void add_run(struct trend *trend, const struct store_content *content)
{
	const struct store_kernel *kernel = NULL;

	for (size_t i = 0; i < content->nr_kernels && !kernel; i++)
		if (!strcmp(content->kernel[i].variant, trend->variant))
			kernel = &content->kernel[i];
	trend->run = mem_grow(trend->run, trend->nr_runs + 1, sizeof(*trend->run));
	trend->run[trend->nr_runs++] = (struct trend_run){
		.id = str_dup(content->run.id), .started = content->run.started,
		.source = str_dup(kernel ? kernel->source_version : ""),
		.image = str_dup(kernel ? kernel->image_hash : ""),
		.agent = str_dup(content->run.agent_hash),
	};
}

/* What counts another thing, or is made of samples in another way, is another series. */
static bool is_series_of(const struct trend_series *series, const struct compare_row *row)
{
	return !strcmp(series->metric.workload, row->metric->workload) &&
	       !strcmp(series->metric.name, row->metric->name) &&
	       !strcmp(series->params, row->params) && series->metric.unit == row->metric->unit &&
	       series->metric.combine == row->metric->combine;
}

static struct trend_series *find_series(struct trend *trend, const struct compare_row *row)
{
	struct trend_series *series;

	for (size_t i = 0; i < trend->nr_series; i++)
		if (is_series_of(&trend->series[i], row))
			return &trend->series[i];
	trend->series = mem_grow(trend->series, trend->nr_series + 1, sizeof(*trend->series));
	series = &trend->series[trend->nr_series++];
	*series = (struct trend_series){ .metric = *row->metric, .params = str_dup(row->params) };
	series->metric.workload = str_dup(row->metric->workload);
	series->metric.name = str_dup(row->metric->name);
	series->metric.help = str_dup(row->metric->help);
	series->metric.series = str_dup(row->metric->series);
	return series;
}

static double figure_of_first_trial(const struct trend_point *point)
{
	size_t first = 0;

	for (size_t i = 1; i < point->nr; i++)
		if (point->trial[i] < point->trial[first])
			first = i;
	return point->figure[first];
}

static void add_point(struct trend *trend, const struct compare_row *row,
		      const struct compare_side *side)
{
	struct trend_series *series = find_series(trend, row);
	struct trend_point point = { .run = trend->nr_runs - 1, .nr = side->nr };

	point.figure = mem_grow(NULL, side->nr, sizeof(*point.figure));
	point.trial = mem_grow(NULL, side->nr, sizeof(*point.trial));
	memcpy(point.figure, side->figure, side->nr * sizeof(*point.figure));
	memcpy(point.trial, side->trial, side->nr * sizeof(*point.trial));
	point.value = trend->exact ? figure_of_first_trial(&point) : side->median;
	series->metric.direction = row->metric->direction;
	series->point = mem_grow(series->point, series->nr + 1, sizeof(*series->point));
	series->point[series->nr++] = point;
}

void trend_add(struct trend *trend, const struct compare *compare)
{
	size_t side;

	if (!find_side(compare, trend->variant, &side))
		return;
	add_run(trend, compare->content);
	for (size_t i = 0; i < compare->nr_rows; i++) {
		const struct compare_row *row = &compare->row[i];

		if (row->metric->reference != REFERENCE_EQUAL &&
		    stats_usable(row->side[side].figure, row->side[side].nr))
			add_point(trend, row, &row->side[side]);
	}
}

bool trend_is_cut(const struct trend *trend, const struct trend_series *series, size_t at)
{
	return at && strcmp(trend->run[series->point[at].run].agent,
			    trend->run[series->point[at - 1].run].agent);
}

int trend_pick(struct trend *trend, const char *metric, struct err *err)
{
	struct strv known = { 0 };
	const char *nearest;
	size_t kept = 0;

	for (size_t i = 0; i < trend->nr_series; i++) {
		struct trend_series *series = &trend->series[i];
		char *name = str_printf("%s.%s", series->metric.workload, series->metric.name);

		strv_add(&known, "%s", name);
		if (!strcmp(name, metric))
			trend->series[kept++] = *series;
		else
			series_free(series);
		free(name);
	}
	trend->nr_series = kept;
	nearest = name_nearest(metric, &known);
	if (!kept)
		err_set(err, -ENOENT, "metric %s: none of %zu runs has figures of it%s%s%s", metric,
			trend->nr_runs, nearest ? "; did you mean " : "", nearest ? nearest : "",
			nearest ? "?" : "; `run-suite list metrics` shows all");
	strv_free(&known);
	return kept ? 0 : -ENOENT;
}

bool trend_agent_changed(const struct trend *trend, size_t at)
{
	return at && strcmp(trend->run[at].agent, trend->run[at - 1].agent);
}

const struct trend_change *trend_change_at(const struct trend_series *series, size_t at)
{
	for (size_t i = 0; i < series->nr_changes; i++)
		if (series->change[i].at == at)
			return &series->change[i];
	return NULL;
}

const struct calibration_row *trend_seen(const struct trend *trend,
					 const struct trend_series *series)
{
	if (!trend->seen)
		return NULL;
	return calibration_find(trend->seen, series->metric.workload, series->metric.name,
				series->params);
}

const struct trend_change *trend_last_change(const struct trend_series *series)
{
	return series->nr_changes ? &series->change[series->nr_changes - 1] : NULL;
}

bool trend_is_worse(const struct trend *trend)
{
	for (size_t i = 0; i < trend->nr_series; i++) {
		const struct trend_change *last = trend_last_change(&trend->series[i]);

		if (last && last->verdict == JUDGE_REGRESSION)
			return true;
	}
	return false;
}

bool trend_is_searched(const struct trend *trend)
{
	for (size_t i = 0; i < trend->nr_series; i++)
		if (trend->series[i].searched)
			return true;
	return false;
}

double trend_ratio(const struct trend_change *change)
{
	double ratio = change->before == change->after ? 1 : change->after / change->before;

	return isfinite(ratio) ? ratio : NAN;
}

int trend_print(const struct trend *trend, enum print_format format, unsigned int flags, FILE *out)
{
	int error = 0;

	errno = 0;
	switch (format) {
	case PRINT_TEXT:
		trend_print_text(trend, flags, out);
		break;
	case PRINT_JSON:
		error = trend_print_json(trend, out);
		break;
	case PRINT_CSV:
		trend_print_csv(trend, out);
		break;
	default:
		return -EINVAL;
	}
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return error;
}
