// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands below the tables of a comparison: how the checks went, what the
 * figures mean, and which kernels they are from. Without these lines a table
 * pasted into a mail proves nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "compare-off.h"
#include "compare-private.h"
#include "text-table.h"

#define INDENT 2
#define HANG 11	/* behind the names of lines */

/* "22 pass, 1 fail, 1 broken" of the cells or of the checks */
static void print_counts(const struct compare_judged *list_of, size_t nr, bool cells, FILE *out)
{
	size_t count[VERDICT_NR] = { 0 };
	struct strv part = { 0 };
	char *list, *text;

	for (size_t i = 0; i < nr; i++)
		if (cells == !strcmp(list_of[i].check, "cell"))
			count[list_of[i].verdict]++;
	for (int i = 0; i < VERDICT_NR; i++)
		if (count[i])
			strv_add(&part, "%zu %s", count[i], verdict_name(i));
	list = strv_join(&part, ", ");
	text = str_printf("%-8s %s", cells ? "cells" : "checks", part.nr ? list : "none");
	text_wrapped(text, INDENT, HANG, columns_of(out, COMPARE_COLUMNS), out);
	free(text);
	free(list);
	strv_free(&part);
}

/* "pass", or how many did not: "2 fail, 1 broken" */
static void put_verdict(struct table *table, const size_t count[VERDICT_NR])
{
	struct strv part = { 0 };
	char *text;

	for (int i = 0; i < VERDICT_NR; i++)
		if (i != VERDICT_PASS && count[i])
			strv_add(&part, "%zu %s", count[i], verdict_name(i));
	text = strv_join(&part, ", ");
	table_cell(table, NULL, "%s", part.nr ? text : verdict_name(VERDICT_PASS));
	free(text);
	strv_free(&part);
}

static void put_checks(struct table *table, const struct compare_judged *list, size_t nr,
		       const char *workload)
{
	size_t count[VERDICT_NR] = { 0 };
	size_t cells = 0, checks = 0;

	for (size_t i = 0; i < nr; i++) {
		if (strcmp(list[i].cell->workload, workload))
			continue;
		if (!strcmp(list[i].check, "cell"))
			cells++;
		else
			checks++;
		if (!compare_says_nothing_new(list, nr, i))
			count[list[i].verdict]++;
	}
	table_cell(table, NULL, "%s", workload);
	table_cell(table, NULL, "%zu", cells);
	table_cell(table, NULL, "%zu", checks);
	put_verdict(table, count);
}

static bool first_of_workload(const struct store_content *content, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(content->cell[i].workload, content->cell[at].workload))
			return false;
	return true;
}

/* One line a workload: those that only check have no other. */
static void print_checks(const struct store_content *content, const struct compare_judged *list,
			 size_t nr, unsigned int flags, FILE *out)
{
	struct table *table = table_new("lrrl");

	table_cell(table, NULL, "workload");
	table_cell(table, NULL, "cells");
	table_cell(table, NULL, "checks");
	table_cell(table, NULL, "verdict");
	for (size_t i = 0; i < content->nr_cells; i++)
		if (first_of_workload(content, i))
			put_checks(table, list, nr, content->cell[i].workload);
	compare_heading("checks", flags, out);
	table_print(table, 2, out);
	table_free(table);
}

const char *compare_meaning(const struct compare *compare)
{
	if (compare->proved)
		return "insns are instructions of the guest; proved equal by a second boot";
	if (compare->content->run.exact)
		return "insns are instructions of the guest; not proved equal by a second boot";
	if (!strcmp(compare->content->run.engine, "tcg"))
		return "ns are an emulator's: shown, never judged";
	return "ns are the guest's own";
}

static size_t most_boots(const struct compare *compare)
{
	size_t most = 0;

	for (size_t i = 0; i < compare->nr_rows; i++)
		for (size_t side = 0; side < compare->variant.nr; side++)
			if (compare->row[i].side[side].nr > most)
				most = compare->row[i].side[side].nr;
	return most;
}

static void print_spread(size_t boots, FILE *out)
{
	char *text = str_printf("%-8s (largest - smallest) / median of up to %zu boots, the wider of "
				"the two", "spread", boots);

	text_wrapped(text, INDENT, HANG, columns_of(out, COMPARE_COLUMNS), out);
	free(text);
}

static void print_kernels(const struct store_content *content, FILE *out)
{
	struct table *table = table_new("llll");

	for (size_t i = 0; i < content->nr_kernels; i++) {
		const struct store_kernel *kernel = &content->kernel[i];

		table_cell(table, NULL, "%s", i ? "" : "kernels");
		table_cell(table, NULL, "%s", kernel->variant);
		table_cell(table, NULL, "linux %s", kernel->source_version);
		table_cell(table, NULL, "image %.12s", kernel->image_hash);
	}
	table_print(table, 2, out);
	table_free(table);
}

static void print_off(const struct store_content *content, FILE *out)
{
	struct compare_off *off;
	size_t nr;

	off = compare_off(content, &nr);
	for (size_t i = 0; i < nr; i++) {
		char *what = compare_off_text(&off[i]);
		char *text = str_printf("%-8s %s", i ? "" : "config", what);

		text_wrapped(text, INDENT, HANG, columns_of(out, COMPARE_COLUMNS), out);
		free(text);
		free(what);
	}
	compare_off_free(off, nr);
}

void compare_print_summary(const struct compare *compare, unsigned int flags, FILE *out)
{
	const struct store_content *content = compare->content;
	struct compare_judged *list;
	char *text;
	size_t nr;

	list = compare_judged(content, &nr);
	print_checks(content, list, nr, flags, out);
	compare_heading("about", flags, out);
	text = str_printf("%-8s %s: %s", "engine", content->run.engine, compare_meaning(compare));
	text_wrapped(text, INDENT, HANG, columns_of(out, COMPARE_COLUMNS), out);
	free(text);
	print_kernels(content, out);
	print_off(content, out);
	if (most_boots(compare) > 1)
		print_spread(most_boots(compare), out);
	print_counts(list, nr, true, out);
	print_counts(list, nr, false, out);
	fprintf(out, "  %-8s %s\n", "verdict", verdict_name(compare_verdict(content)));
	compare_judged_free(list, nr);
}
