// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures, changes and judgements as they are printed, the same way everywhere.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"

#define MILLIONTHS 1e6

double compare_value(enum metric_unit unit, double figure)
{
	double whole = round(figure);

	/* Interpolation between equal samples leaves a last bit of noise. */
	if (fabs(figure - whole) <= 1e-12 * fabs(figure))
		figure = whole;
	return unit == UNIT_RATIO ? figure / MILLIONTHS : figure;
}

const char *compare_figure_text(char buf[FIGURE_TEXT], enum metric_unit unit, double figure)
{
	double value = compare_value(unit, figure);
	char plain[FIGURE_TEXT];
	int decimals = 0;

	if (isnan(value)) {
		strcpy(buf, "-");
		return buf;
	}
	if (unit == UNIT_RATIO)
		decimals = 3;
	else if (value != round(value))
		decimals = fabs(value) < 100 ? 2 : 1;
	/* Beyond 1e20 digits are noise and would not fit. */
	snprintf(plain, sizeof(plain), fabs(value) < 1e20 ? "%.*f" : "%.*g", decimals, value);
	return text_grouped(buf, FIGURE_TEXT, plain);
}

/* Two digits of any change, however small: a change of one instruction is a change. */
static int exact_decimals(double percent)
{
	if (percent >= 0.1)
		return 2;
	return (int)fmin(1 - floor(log10(percent * (1 + 1e-9))), 12);
}

const char *compare_change_text(char buf[FIGURE_TEXT], double ratio, bool exact)
{
	double percent = fabs(ratio - 1) * 100;

	if (isnan(ratio))
		strcpy(buf, "-");
	else if (ratio == 1)
		strcpy(buf, "=");
	else if (percent >= 1e6)
		snprintf(buf, FIGURE_TEXT, "x %.3g", ratio);
	else if (!exact && percent < 0.05)
		strcpy(buf, "0.0 %");
	else
		snprintf(buf, FIGURE_TEXT, "%c%.*f %%", ratio < 1 ? '-' : '+',
			 exact ? exact_decimals(percent) : 1, percent);
	return buf;
}

static struct compare_judged judge_cell(const struct store_cell *cell)
{
	bool finished = !strcmp(cell->status, "finished");
	const char *reason = cell->reason;

	if (!strcmp(cell->status, "running"))
		reason = "it has begun and not ended";
	else if (!finished)
		reason = "it has not run";
	return (struct compare_judged){
		.cell = cell,
		.check = "cell",
		.params = str_dup(cell->params),
		.verdict = finished ? cell->verdict : VERDICT_INCONCLUSIVE,
		.reason = reason,
	};
}

static struct compare_judged judge_check(const struct store_cell *cell,
					 const struct store_check *check)
{
	return (struct compare_judged){
		.cell = cell,
		.check = check->name,
		.params = str_printf("%s%s%s", cell->params,
				     *cell->params && *check->labels ? "," : "", check->labels),
		.verdict = check->verdict,
		.reason = check->reason,
	};
}

/* Cells and checks come in the same order, so one pass over both is enough. */
struct compare_judged *compare_judged(const struct store_content *content, size_t *ret_nr)
{
	struct compare_judged *list = mem_grow(NULL, content->nr_cells + content->nr_checks,
					       sizeof(*list));
	size_t at = 0;
	size_t nr = 0;

	for (size_t i = 0; i < content->nr_cells; i++) {
		const struct store_cell *cell = &content->cell[i];

		list[nr++] = judge_cell(cell);
		while (at < content->nr_checks && content->check[at].cell < cell->id)
			at++;
		for (; at < content->nr_checks && content->check[at].cell == cell->id; at++)
			list[nr++] = judge_check(cell, &content->check[at]);
	}
	*ret_nr = nr;
	return list;
}

void compare_judged_free(struct compare_judged *judged, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(judged[i].params);
	free(judged);
}
