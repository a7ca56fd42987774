// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A comparison for spreadsheets: RFC 4180, one line per metric, parameters and
 * variant, the base's own included, so that every line stands on its own.
 */
#include <math.h>
#include <string.h>

#include "compare-private.h"

#define CSV_EOL "\r\n"

static const char header[] = "run,engine,workload,metric,params,unit,direction,variant,median,"
			     "spread,ratio,boots,samples,figures" CSV_EOL;

void compare_csv_text(const char *text, FILE *out)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fprintf(out, "%s,", text);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputs("\",", out);
}

void compare_csv_number(double value, FILE *out)
{
	if (isfinite(value))
		fprintf(out, "%.15g", value);
	fputc(',', out);
}

static void put_side(const struct compare *compare, const struct compare_row *row, size_t at,
		     FILE *out)
{
	const struct store_run *run = &compare->content->run;
	const struct compare_side *side = &row->side[at];
	const struct store_metric *metric = row->metric;

	compare_csv_text(run->id, out);
	compare_csv_text(run->engine, out);
	compare_csv_text(metric->workload, out);
	compare_csv_text(metric->name, out);
	compare_csv_text(row->params, out);
	compare_csv_text(metric_unit_name(metric->unit, run->exact), out);
	compare_csv_text(metric_direction_name(metric->direction), out);
	compare_csv_text(side->variant, out);
	compare_csv_number(compare_value(metric->unit, side->median), out);
	compare_csv_number(side->spread, out);
	compare_csv_number(compare_ratio(row, at), out);
	fprintf(out, "%zu,%zu,", side->nr, side->nr_samples);
	for (size_t i = 0; i < side->nr; i++)
		fprintf(out, "%s%.15g", i ? " " : "", compare_value(metric->unit, side->figure[i]));
	fputs(CSV_EOL, out);
}

void compare_print_csv(const struct compare *compare, FILE *out)
{
	fputs(header, out);
	for (size_t i = 0; i < compare->nr_rows; i++)
		for (size_t side = 0; side < compare->variant.nr; side++)
			put_side(compare, &compare->row[i], side, out);
}
