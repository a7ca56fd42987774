// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A trend for spreadsheets: RFC 4180, one line for each run of each series.
 */
#include <inttypes.h>
#include <math.h>

#include "compare-private.h"
#include "trend-private.h"

#define CSV_EOL "\r\n"

static const char header[] = "workload,metric,params,unit,direction,run,started,linux,image,agent,"
			     "boots,figure,ratio,verdict" CSV_EOL;

static void put_point(const struct trend *trend, const struct trend_series *series, size_t at,
		      FILE *out)
{
	const struct store_metric *metric = &series->metric;
	const struct trend_point *point = &series->point[at];
	const struct trend_change *change = trend_change_at(series, at);
	const struct trend_run *run = &trend->run[point->run];

	compare_csv_text(metric->workload, out);
	compare_csv_text(metric->name, out);
	compare_csv_text(series->params, out);
	compare_csv_text(metric_unit_name(metric->unit, trend->exact), out);
	compare_csv_text(metric_direction_name(metric->direction), out);
	compare_csv_text(run->id, out);
	fprintf(out, "%" PRId64 ",", run->started);
	compare_csv_text(run->source, out);
	compare_csv_text(run->image, out);
	compare_csv_text(run->agent, out);
	fprintf(out, "%zu,", point->nr);
	compare_csv_number(compare_value(metric->unit, point->value), out);
	compare_csv_number(change ? trend_ratio(change) : NAN, out);
	fprintf(out, "%s" CSV_EOL, change ? judge_verdict_name(change->verdict) : "");
}

void trend_print_csv(const struct trend *trend, FILE *out)
{
	fputs(header, out);
	for (size_t i = 0; i < trend->nr_series; i++)
		for (size_t at = 0; at < trend->series[i].nr; at++)
			put_point(trend, &trend->series[i], at, out);
}
