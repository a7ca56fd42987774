// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What describes memory, over all cells of a run: by kind, and by workload. A cell has
 * dozens of these figures, most of them the same in every other, so they are no part of
 * the workloads' tables; nodes and phases are for programs to read.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "compare-private.h"
#include "metadata-account.h"
#include "text-table.h"

#define INDENT 4

/**
 * struct view - what is being printed
 * @compare: the comparison
 * @flags: of enum compare_flags
 * @account: of it
 * @from: first of its sides beside the base in this table
 * @to: one past the last
 */
struct view {
	const struct compare *compare;
	unsigned int flags;
	struct metadata_account account;
	size_t from;
	size_t to;
};

static size_t parts_of(const struct view *view, const char *workload)
{
	return metadata_account_parts(&view->account, workload, METADATA_LOADED);
}

/* Of all kinds where @kind is METADATA_KINDS, of all workloads where @workload is NULL. */
static double mean(const struct view *view, const char *workload, unsigned int kind,
		   size_t variant)
{
	const struct metadata_which which = {
		.workload = workload, .phase = METADATA_LOADED, .kind = kind,
		.node = METADATA_ACCOUNT_NODES,
	};

	return round(metadata_account_mean(&view->account, &which, variant));
}

static void put_row(struct table *table, const struct view *view, const char *name,
		    const char *workload, unsigned int kind)
{
	double base = mean(view, workload, kind, view->account.side[0]);
	bool exact = view->compare->content->run.exact;
	char text[FIGURE_TEXT];

	table_cell(table, NULL, "%s", name);
	table_cell(table, NULL, "%s", compare_figure_text(text, UNIT_BYTES, base));
	for (size_t i = view->from; i < view->to; i++) {
		double other = mean(view, workload, kind, view->account.side[i]);
		double ratio = base == other ? 1 : base == 0 ? NAN : other / base;

		table_cell(table, NULL, "%s", compare_figure_text(text, UNIT_BYTES, other));
		table_cell(table, NULL, "%s", compare_change_text(text, ratio, exact));
	}
}

static bool any_bytes(const struct view *view, unsigned int kind)
{
	for (size_t i = 0; i < view->account.nr_sides; i++)
		if (mean(view, NULL, kind, view->account.side[i]) > 0)
			return true;
	return false;
}

static bool is_first(const struct view *view, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(view->account.part[i].workload, view->account.part[at].workload))
			return false;
	return true;
}

static void put_workloads(struct table *table, const struct view *view)
{
	bool several = parts_of(view, NULL) > parts_of(view, view->account.part[0].workload);

	for (size_t i = 0; i < view->account.nr && several; i++) {
		const char *workload = view->account.part[i].workload;
		char *name;

		if (!is_first(view, i) || !parts_of(view, workload))
			continue;
		name = str_printf("  in %s", workload);
		put_row(table, view, name, workload, METADATA_KINDS);
		free(name);
	}
}

static struct table *make_table(const struct view *view)
{
	char *align = str_printf("lr%.*s", (int)(2 * (view->to - view->from)),
				 "rrrrrrrrrrrrrrrrrrrr");
	struct table *table = table_new(align);
	const struct strv *variant = &view->compare->variant;

	table_cell(table, NULL, "bytes");
	table_cell(table, NULL, "%s", variant->item[view->account.side[0]]);
	for (size_t i = view->from; i < view->to; i++) {
		table_cell(table, NULL, "%s", variant->item[view->account.side[i]]);
		table_cell(table, NULL, "change");
	}
	for (unsigned int kind = 0; kind < METADATA_KINDS; kind++)
		if (any_bytes(view, kind))
			put_row(table, view, metadata_kind_name(kind), NULL, kind);
	put_row(table, view, "all", NULL, METADATA_KINDS);
	put_workloads(table, view);
	free(align);
	return table;
}

/* As many of the other variants beside the base as fit on a page, at least one. */
static void print_tables(struct view *view, FILE *out)
{
	view->from = 1;
	do {
		struct table *table;

		view->to = fmin(view->account.nr_sides, view->from + 10);
		table = make_table(view);
		while (view->to > view->from + 1 &&
		       table_width(table) + INDENT > columns_of(out, COMPARE_COLUMNS)) {
			table_free(table);
			view->to--;
			table = make_table(view);
		}
		fputc('\n', out);
		table_print(table, INDENT, out);
		table_free(table);
		view->from = view->to;
	} while (view->from < view->account.nr_sides);
}

static void print_view(struct view *view, FILE *out)
{
	static const char about[] = "what describes memory, when loaded, on all nodes";
	size_t nr = parts_of(view, NULL);
	char *text;

	compare_heading("metadata", view->flags, out);
	if (nr == view->account.nr)
		text = str_printf("%s: mean of %zu cell%s", about, nr, nr == 1 ? "" : "s");
	else
		text = str_printf("%s: mean of the %zu of %zu cells that all have", about, nr,
				  view->account.nr);
	text_wrapped(text, INDENT, INDENT + 2, columns_of(out, COMPARE_COLUMNS), out);
	free(text);
	print_tables(view, out);
	if (!(view->flags & COMPARE_ALL))
		fputs("\n    by cell, node and phase with --all\n", out);
}

/* Runs that were made before it was accounted have none. */
static bool has_any(const struct view *view)
{
	return view->account.nr_sides && view->account.side[0] == 0 && parts_of(view, NULL);
}

void compare_print_metadata(const struct compare *compare, unsigned int flags, FILE *out)
{
	struct view view = { .compare = compare, .flags = flags };

	metadata_account_make(compare, &view.account);
	if (has_any(&view))
		print_view(&view, out);
	metadata_account_free(&view.account);
}

double compare_metadata_change(const struct compare *compare, size_t side, size_t *ret_cells)
{
	struct view view = { .compare = compare };
	double ratio = NAN;

	metadata_account_make(compare, &view.account);
	for (size_t i = 1; i < view.account.nr_sides && has_any(&view); i++) {
		double base = mean(&view, NULL, METADATA_KINDS, 0);

		if (view.account.side[i] != side || base == 0)
			continue;
		ratio = mean(&view, NULL, METADATA_KINDS, side) / base;
		*ret_cells = parts_of(&view, NULL);
	}
	metadata_account_free(&view.account);
	return ratio;
}
