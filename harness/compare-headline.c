// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands above the tables of a comparison, for it is what a person has to know first:
 * what did not pass and why, what got worse, then what got better. Only what the gate would
 * call so is called so.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "compare-judge.h"
#include "compare-private.h"
#include "metadata-metric.h"
#include "text-table.h"

#define INDENT 2
#define REASON_INDENT 6
#define LINES_MAX 4	/* of what got worse with a variant, or better, unless all are asked for */
#define GREEN "\033[32m"
#define RED "\033[31m"

/* --- what did not pass --- */

static bool same(const struct compare_judged *a, const struct compare_judged *b)
{
	return a->verdict == b->verdict && !strcmp(a->check, b->check) &&
	       !strcmp(a->reason, b->reason) && !strcmp(a->cell->workload, b->cell->workload) &&
	       !strcmp(a->cell->variant, b->cell->variant);
}

/* A cell that only repeats the verdict of one of its checks says nothing new. */
bool compare_says_nothing_new(const struct compare_judged *list, size_t nr, size_t at)
{
	if (list[at].verdict == VERDICT_PASS)
		return true;
	if (strcmp(list[at].check, "cell"))
		return false;
	for (size_t i = at + 1; i < nr && list[i].cell == list[at].cell; i++)
		if (list[i].verdict == list[at].verdict)
			return true;
	return false;
}

bool compare_is_told(const struct compare_judged *list, size_t nr, size_t at, size_t *ret_more)
{
	size_t more = 0;

	if (compare_says_nothing_new(list, nr, at))
		return false;
	for (size_t i = 0; i < at; i++)
		if (same(&list[i], &list[at]) && !compare_says_nothing_new(list, nr, i))
			return false;
	for (size_t i = at + 1; i < nr; i++)
		more += same(&list[i], &list[at]) && !compare_says_nothing_new(list, nr, i);
	*ret_more = more;
	return true;
}

static void put_judged(struct table *table, const struct compare_judged *judged, size_t more,
		       unsigned int flags, unsigned int columns)
{
	bool wrong = judged->verdict == VERDICT_FAIL || judged->verdict == VERDICT_BROKEN;

	table_cell(table, wrong && (flags & COMPARE_COLOUR) ? RED : NULL, "%s",
		   verdict_name(judged->verdict));
	table_cell(table, NULL, "%s", judged->cell->workload);
	table_cell(table, NULL, "%s", judged->check);
	table_cell(table, NULL, "%s", judged->cell->variant);
	if (more)
		table_cell(table, NULL, "%s%sand %zu more", judged->params,
			   *judged->params ? " " : "", more);
	else
		table_cell(table, NULL, "%s", judged->params);
	table_wrapped(table, REASON_INDENT, columns, judged->reason);
}

/* What failed before what could not be tried. */
static bool put_not_passed(struct table *table, const struct compare_judged *list, size_t nr,
			   unsigned int flags, unsigned int columns)
{
	static const enum verdict order[] = {
		VERDICT_FAIL, VERDICT_BROKEN, VERDICT_INCONCLUSIVE, VERDICT_UNSUPPORTED
	};
	bool any = false;
	size_t more;

	for (size_t v = 0; v < ARRAY_SIZE(order); v++)
		for (size_t i = 0; i < nr; i++) {
			if (list[i].verdict != order[v] || !compare_is_told(list, nr, i, &more))
				continue;
			put_judged(table, &list[i], more, flags, columns);
			any = true;
		}
	return any;
}

static void print_not_passed(const struct compare_judged *list, size_t nr, unsigned int flags,
			     FILE *out)
{
	struct table *table = table_new("lllll");

	table_cell(table, NULL, "verdict");
	table_cell(table, NULL, "workload");
	table_cell(table, NULL, "check");
	table_cell(table, NULL, "variant");
	table_cell(table, NULL, "parameters");
	if (put_not_passed(table, list, nr, flags, columns_of(out, COMPARE_COLUMNS))) {
		compare_heading("not passed", flags, out);
		table_print(table, INDENT, out);
	}
	table_free(table);
}

/* --- what changed --- */

/**
 * struct section - what got worse, or better
 * @compare: the comparison
 * @changes: all of it
 * @verdict: GATE_REGRESSION or GATE_IMPROVEMENT
 * @flags: of enum compare_flags
 * @table: filled
 * @any: it has a change in it
 * @left: lines that were left out
 */
struct section {
	const struct compare *compare;
	const struct compare_changes *changes;
	enum gate_verdict verdict;
	unsigned int flags;
	struct table *table;
	bool any;
	size_t left;
};

static const char *paint_of(const struct section *section)
{
	if (!(section->flags & COMPARE_COLOUR))
		return NULL;
	return section->verdict == GATE_REGRESSION ? RED : GREEN;
}

/* NaN where it is no change of this section. */
static double metadata_ratio(const struct section *section, size_t side, size_t *ret_cells)
{
	bool exact = section->compare->content->run.exact;
	struct judge_floor floor = judge_default_floor(UNIT_BYTES, COMBINE_MAX, exact);
	double ratio = compare_metadata_change(section->compare, side, ret_cells);

	if (!(fabs(ratio - 1) > floor.relative / 1e6) ||
	    (ratio > 1) != (section->verdict == GATE_REGRESSION))
		return NAN;
	return ratio;
}

static void put_metadata(const struct section *section, double ratio, size_t cells)
{
	char text[FIGURE_TEXT];

	table_cell(section->table, NULL, "all metadata of memory");
	table_cell(section->table, paint_of(section), "%s",
		   compare_change_text(text, ratio, section->compare->content->run.exact));
	table_cell(section->table, NULL, "%s", "");
	table_cell(section->table, NULL, "mean of %zu cell%s when loaded", cells,
		   cells == 1 ? "" : "s");
}

static void put_change(const struct section *section, const struct compare_change *change)
{
	bool exact = section->compare->content->run.exact;
	char text[FIGURE_TEXT];

	table_cell(section->table, NULL, "%s.%s", change->metric->workload, change->metric->name);
	table_cell(section->table, paint_of(section), "%s", isnan(change->ratio) ? "was 0" :
		   compare_change_text(text, change->ratio, exact));
	table_cell(section->table, NULL, "%zu of %zu", change->nr, change->of);
	table_cell(section->table, NULL, "%s", change->worst->params);
}

/* What describes memory has dozens of figures a cell, and one line of its own for them all. */
static bool is_mine(const struct section *section, const struct compare_change *change,
		    size_t side)
{
	return change->side == side && change->verdict == section->verdict &&
	       !metadata_metric_is(change->metric);
}

static void put_variant(struct section *section, size_t side)
{
	section->any = true;
	table_line(section->table, "%*s%s", INDENT, "", section->compare->variant.item[side]);
}

static void put_side(struct section *section, size_t side)
{
	bool all = section->flags & COMPARE_ALL;
	size_t cells = 0, nr = 0;
	double metadata = metadata_ratio(section, side, &cells);

	if (!isnan(metadata)) {
		put_variant(section, side);
		put_metadata(section, metadata, cells);
	}
	for (size_t i = 0; i < section->changes->nr; i++) {
		const struct compare_change *change = &section->changes->item[i];

		if (!is_mine(section, change, side))
			continue;
		if (!all && (nr >= LINES_MAX || !compare_change_is_main(section->changes, change))) {
			section->left++;
			continue;
		}
		if (!nr && isnan(metadata))
			put_variant(section, side);
		put_change(section, change);
		nr++;
	}
}

static void print_changes(struct section *section, const char *heading, FILE *out)
{
	section->table = table_new("lrrl");
	table_cell(section->table, NULL, "metric");
	table_cell(section->table, NULL, "change");
	table_cell(section->table, NULL, "rows");
	table_cell(section->table, NULL, "most at");
	for (size_t side = 1; side < section->compare->variant.nr; side++)
		put_side(section, side);
	if (section->any) {
		compare_heading(heading, section->flags, out);
		table_print_within(section->table, INDENT + 2, columns_of(out, COMPARE_COLUMNS),
				   out);
	}
	if (section->left)
		fprintf(out, "%*sand %zu more; --all prints them\n", INDENT, "", section->left);
	table_free(section->table);
}

const char *compare_evidence(const struct compare *compare, const struct compare_changes *changes)
{
	if (!strcmp(compare->content->run.engine, "tcg"))
		return "Times are an emulator's and are not judged.";
	if (changes->one_boot)
		return "Judged from one boot each: where the timer ticks moves figures as well, and "
		       "only further boots tell (--trials).";
	if (compare->content->run.exact)
		return "Worse and better are figures whose ranges over the boots lie apart.";
	return "Worse and better are significant over all figures of the run together, and beyond "
	       "what counts as a change.";
}

static void print_counts(const struct compare *compare, const struct compare_changes *changes,
			 FILE *out)
{
	const size_t *count = changes->count;
	char *text, unsure[64] = "";

	if (count[GATE_INCONCLUSIVE])
		snprintf(unsure, sizeof(unsure), ", %zu that cannot be told",
			 count[GATE_INCONCLUSIVE]);
	text = str_printf("%zu figures judged: %zu worse, %zu better%s. %s", changes->judged,
			  count[GATE_REGRESSION], count[GATE_IMPROVEMENT], unsure,
			  compare_evidence(compare, changes));
	fputc('\n', out);
	text_wrapped(text, INDENT, INDENT, columns_of(out, COMPARE_COLUMNS), out);
	free(text);
}

void compare_print_headline(const struct compare *compare, unsigned int flags, FILE *out)
{
	struct section worse = { .compare = compare, .flags = flags, .verdict = GATE_REGRESSION };
	struct section better = { .compare = compare, .flags = flags,
				  .verdict = GATE_IMPROVEMENT };
	struct compare_changes changes;
	struct compare_judged *list;
	size_t nr;

	list = compare_judged(compare->content, &nr);
	print_not_passed(list, nr, flags, out);
	compare_judged_free(list, nr);
	if (compare->variant.nr < 2)
		return;
	compare_judge(compare, &changes);
	worse.changes = better.changes = &changes;
	print_changes(&worse, "worse", out);
	print_changes(&better, "better", out);
	print_counts(compare, &changes, out);
	compare_changes_free(&changes);
}
