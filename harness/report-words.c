// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures of a report in words. Instructions are never called time.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "report-private.h"

const char *report_standing_name(enum report_standing standing)
{
	static const char *const name[REPORT_STANDING_NR] = {
		[REPORT_BASE] = "base",
		[REPORT_SAME] = "no difference",
		[REPORT_BETTER] = "better",
		[REPORT_TRADE] = "a trade",
		[REPORT_WORSE] = "worse",
		[REPORT_OPEN] = "open",
		[REPORT_FAILS] = "fails",
	};

	return (unsigned int)standing < REPORT_STANDING_NR ? name[standing] : "invalid";
}

const char *report_amount(const struct compare *compare)
{
	return compare->content->run.exact ? "instructions" : "time";
}

double report_time_floor(const struct compare *compare)
{
	return compare->content->run.exact ? REPORT_EXACT_FLOOR : REPORT_TIMED_FLOOR;
}

bool report_is_same_time(const struct compare *compare, double ratio)
{
	return fabs(ratio - 1) <= report_time_floor(compare);
}

char *report_ratio_text(const struct compare *compare, double ratio)
{
	bool exact = compare->content->run.exact;
	char change[FIGURE_TEXT];

	compare_change_text(change, ratio, exact);
	if (isnan(ratio))
		return str_printf("%s not known", report_amount(compare));
	if (ratio == 1)
		return str_printf(exact ? "exactly as many instructions" : "exactly as much time");
	if (report_is_same_time(compare, ratio))
		return str_printf("%s (%s)", exact ? "as many instructions" : "as much time", change);
	if (ratio >= 2)
		return str_printf("%.3g times %s", ratio, exact ? "as many instructions" :
				  "as much time");
	return str_printf("%s %s %s", change + 1, ratio > 1 ? "more" : exact ? "fewer" : "less",
			  report_amount(compare));
}

/* "16.0 KiB less metadata (-0.17 %)" */
static char *difference_text(double base, double bytes)
{
	char size[32], change[FIGURE_TEXT];

	text_bytes(size, sizeof(size), fabs(bytes - base));
	compare_change_text(change, bytes / base, true);
	return str_printf("%s %s metadata (%s)", size, bytes < base ? "less" : "more", change);
}

char *report_memory_text(const struct report_memory *memory)
{
	double base = memory->base[METADATA_LOADED], bytes = memory->bytes[METADATA_LOADED];
	const struct report_place *place = bytes < base ? &memory->least : &memory->most;
	int way = report_memory_way(base, bytes);
	char *mean, *text, size[32];

	if (!memory->known)
		return str_printf("metadata not accounted");
	if (!way)
		return str_printf("the same metadata");
	mean = difference_text(base, bytes);
	if (memory->cells < 2 || fabs(place->bytes - place->base) < 2 * fabs(bytes - base))
		return mean;
	text = str_printf("%s in the mean, most of it in %s: %s", mean, place->workload,
			  text_bytes(size, sizeof(size), fabs(place->bytes - place->base)));
	free(mean);
	return text;
}

char *report_params_text(const char *params)
{
	struct strv part = { 0 };
	char *text;

	strv_split(&part, params, ",");
	text = strv_join(&part, ", ");
	strv_free(&part);
	return text;
}

char *report_figure_text(const struct compare *compare, const struct report_figure *figure)
{
	const struct store_metric *metric = figure->row->metric;
	char *params = report_params_text(figure->row->params), *text;
	bool known = !isnan(figure->ratio);
	char change[FIGURE_TEXT];

	compare_change_text(change, figure->ratio, compare->content->run.exact);
	text = str_printf("%s %s %s%s%s%s", metric->workload, metric->name,
			  known ? change : "where the base has nothing", *params ? " (" : "", params,
			  *params ? ")" : "");
	free(params);
	return text;
}

/* ", above all in dax (-22 %)" where one workload makes up more than half of a mean. */
char *report_driver_text(const struct compare *compare, const struct report_card *card)
{
	const struct report_cost *most = NULL;
	char change[FIGURE_TEXT];
	double sum = 0;

	for (size_t i = 0; i < card->nr_costs; i++) {
		sum += fabs(log(card->cost[i].ratio));
		if (!most || fabs(log(card->cost[i].ratio)) > fabs(log(most->ratio)))
			most = &card->cost[i];
	}
	if (card->nr_costs < 2 || !card->pace || fabs(log(most->ratio)) * 2 < sum)
		return str_dup("");
	return str_printf(", above all in %s (%s)", most->workload,
			  compare_change_text(change, most->ratio, compare->content->run.exact));
}

/* "3 checks or cells failed", "nothing failed" */
char *report_failed_text(const struct report_card *card)
{
	if (card->failed)
		return str_printf("%zu of its %zu cells and checks failed", card->failed,
				  card->cells + card->checks);
	if (card->missing)
		return str_printf("%zu of its %zu cells and checks have no outcome", card->missing,
				  card->cells + card->checks);
	if (card->unsupported)
		return str_printf("nothing failed, %zu unsupported", card->unsupported);
	return str_printf("nothing failed");
}
