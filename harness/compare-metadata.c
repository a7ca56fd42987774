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
#include "metadata.h"
#include "metadata-metric.h"
#include "text-table.h"

#define INDENT 4

/**
 * struct part - one set of parameters of one workload, when it has its load
 * @workload: its name
 * @params: parameters
 * @bytes: of each kind, of each variant: @bytes[kind * variants + variant]; on all nodes
 * @whole: per variant: it has figures
 */
struct part {
	const char *workload;
	const char *params;
	double *bytes;
	bool *whole;
};

/**
 * struct account - of a run
 * @compare: the comparison
 * @flags: of enum compare_flags
 * @part: see above
 * @nr: how many
 * @side: variants that have figures, the base first
 * @nr_sides: how many
 * @from: first of @side beside the base in this table
 * @to: one past the last
 */
struct account {
	const struct compare *compare;
	unsigned int flags;
	struct part *part;
	size_t nr;
	size_t *side;
	size_t nr_sides;
	size_t from;
	size_t to;
};

static struct part *part_of(struct account *account, const struct compare_row *row)
{
	size_t variants = account->compare->variant.nr;
	struct part *part = account->nr ? &account->part[account->nr - 1] : NULL;

	/* Rows of one set of parameters follow each other. */
	if (part && !strcmp(part->workload, row->metric->workload) &&
	    !strcmp(part->params, row->cell_params))
		return part;
	account->part = mem_grow(account->part, account->nr + 1, sizeof(*part));
	part = &account->part[account->nr++];
	part->workload = row->metric->workload;
	part->params = row->cell_params;
	part->bytes = mem_grow(NULL, METADATA_KINDS * variants, sizeof(*part->bytes));
	part->whole = mem_grow(NULL, variants, sizeof(*part->whole));
	memset(part->bytes, 0, METADATA_KINDS * variants * sizeof(*part->bytes));
	memset(part->whole, 0, variants * sizeof(*part->whole));
	return part;
}

static void take_row(struct account *account, const struct compare_row *row)
{
	size_t variants = account->compare->variant.nr;
	enum metadata_phase phase;
	enum metadata_kind kind;
	struct part *part;
	unsigned int node;

	if (!metadata_metric_is(row->metric) ||
	    !metadata_labels_parse(row->labels, &kind, &node, &phase) || phase != METADATA_LOADED)
		return;
	part = part_of(account, row);
	for (size_t i = 0; i < variants; i++) {
		if (!row->side[i].nr)
			continue;
		part->bytes[kind * variants + i] += row->side[i].median;
		part->whole[i] = true;
	}
}

/* Variants without any figure, as one that did not build, would leave no part to compare. */
static void choose_sides(struct account *account)
{
	account->side = mem_grow(NULL, account->compare->variant.nr, sizeof(*account->side));
	for (size_t at = 0; at < account->compare->variant.nr; at++)
		for (size_t i = 0; i < account->nr; i++)
			if (account->part[i].whole[at]) {
				account->side[account->nr_sides++] = at;
				break;
			}
}

/* What one variant lacks would make the means of others look different. */
static bool is_comparable(const struct account *account, const struct part *part)
{
	for (size_t i = 0; i < account->nr_sides; i++)
		if (!part->whole[account->side[i]])
			return false;
	return true;
}

static bool is_of(const struct part *part, const char *workload)
{
	return !workload || !strcmp(part->workload, workload);
}

static size_t parts_of(const struct account *account, const char *workload)
{
	size_t nr = 0;

	for (size_t i = 0; i < account->nr; i++)
		nr += is_of(&account->part[i], workload) &&
		      is_comparable(account, &account->part[i]);
	return nr;
}

/* Of all kinds where @kind is METADATA_KINDS, of all workloads where @workload is NULL. */
static double mean(const struct account *account, const char *workload, unsigned int kind,
		   size_t variant)
{
	unsigned int first = kind < METADATA_KINDS ? kind : 0;
	unsigned int end = kind < METADATA_KINDS ? kind + 1 : METADATA_KINDS;
	size_t variants = account->compare->variant.nr;
	double sum = 0;

	for (size_t i = 0; i < account->nr; i++) {
		if (!is_of(&account->part[i], workload) ||
		    !is_comparable(account, &account->part[i]))
			continue;
		for (unsigned int k = first; k < end; k++)
			sum += account->part[i].bytes[k * variants + variant];
	}
	return round(sum / parts_of(account, workload));
}

static void put_row(struct table *table, const struct account *account, const char *name,
		    const char *workload, unsigned int kind)
{
	double base = mean(account, workload, kind, account->side[0]);
	bool exact = account->compare->content->run.exact;
	char text[FIGURE_TEXT];

	table_cell(table, NULL, "%s", name);
	table_cell(table, NULL, "%s", compare_figure_text(text, UNIT_BYTES, base));
	for (size_t i = account->from; i < account->to; i++) {
		double other = mean(account, workload, kind, account->side[i]);
		double ratio = base == other ? 1 : base == 0 ? NAN : other / base;

		table_cell(table, NULL, "%s", compare_figure_text(text, UNIT_BYTES, other));
		table_cell(table, NULL, "%s", compare_change_text(text, ratio, exact));
	}
}

static bool any_bytes(const struct account *account, unsigned int kind)
{
	for (size_t i = 0; i < account->nr_sides; i++)
		if (mean(account, NULL, kind, account->side[i]) > 0)
			return true;
	return false;
}

static bool is_first(const struct account *account, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(account->part[i].workload, account->part[at].workload))
			return false;
	return true;
}

static void put_workloads(struct table *table, const struct account *account)
{
	bool several = parts_of(account, NULL) > parts_of(account, account->part[0].workload);

	for (size_t i = 0; i < account->nr && several; i++) {
		const char *workload = account->part[i].workload;
		char *name;

		if (!is_first(account, i) || !parts_of(account, workload))
			continue;
		name = str_printf("  in %s", workload);
		put_row(table, account, name, workload, METADATA_KINDS);
		free(name);
	}
}

static struct table *make_table(const struct account *account)
{
	char *align = str_printf("lr%.*s", (int)(2 * (account->to - account->from)),
				 "rrrrrrrrrrrrrrrrrrrr");
	struct table *table = table_new(align);
	const struct strv *variant = &account->compare->variant;

	table_cell(table, NULL, "bytes");
	table_cell(table, NULL, "%s", variant->item[account->side[0]]);
	for (size_t i = account->from; i < account->to; i++) {
		table_cell(table, NULL, "%s", variant->item[account->side[i]]);
		table_cell(table, NULL, "change");
	}
	for (unsigned int kind = 0; kind < METADATA_KINDS; kind++)
		if (any_bytes(account, kind))
			put_row(table, account, metadata_kind_name(kind), NULL, kind);
	put_row(table, account, "all", NULL, METADATA_KINDS);
	put_workloads(table, account);
	free(align);
	return table;
}

/* As many of the other variants beside the base as fit on a page, at least one. */
static void print_tables(struct account *account, FILE *out)
{
	account->from = 1;
	do {
		struct table *table;

		account->to = fmin(account->nr_sides, account->from + 10);
		table = make_table(account);
		while (account->to > account->from + 1 &&
		       table_width(table) + INDENT > columns_of(out, COMPARE_COLUMNS)) {
			table_free(table);
			account->to--;
			table = make_table(account);
		}
		fputc('\n', out);
		table_print(table, INDENT, out);
		table_free(table);
		account->from = account->to;
	} while (account->from < account->nr_sides);
}

static void print_account(struct account *account, FILE *out)
{
	static const char about[] = "what describes memory, when loaded, on all nodes";
	size_t nr = parts_of(account, NULL);
	char *text;

	compare_heading("metadata", account->flags, out);
	if (nr == account->nr)
		text = str_printf("%s: mean of %zu cell%s", about, nr, nr == 1 ? "" : "s");
	else
		text = str_printf("%s: mean of the %zu of %zu cells that all have", about, nr,
				  account->nr);
	text_wrapped(text, INDENT, INDENT + 2, columns_of(out, COMPARE_COLUMNS), out);
	free(text);
	print_tables(account, out);
	if (!(account->flags & COMPARE_ALL))
		fputs("\n    by cell, node and phase with --all\n", out);
}

static void make_account(const struct compare *compare, unsigned int flags,
			 struct account *ret_account)
{
	*ret_account = (struct account){ .compare = compare, .flags = flags };
	for (size_t i = 0; i < compare->nr_rows; i++)
		take_row(ret_account, &compare->row[i]);
	choose_sides(ret_account);
}

/* Runs that were made before it was accounted have none. */
static bool has_any(const struct account *account)
{
	return account->nr_sides && account->side[0] == 0 && parts_of(account, NULL);
}

static void free_account(struct account *account)
{
	for (size_t i = 0; i < account->nr; i++) {
		free(account->part[i].bytes);
		free(account->part[i].whole);
	}
	free(account->part);
	free(account->side);
}

void compare_print_metadata(const struct compare *compare, unsigned int flags, FILE *out)
{
	struct account account;

	make_account(compare, flags, &account);
	if (has_any(&account))
		print_account(&account, out);
	free_account(&account);
}

double compare_metadata_change(const struct compare *compare, size_t side, size_t *ret_cells)
{
	struct account account;
	double ratio = NAN;

	make_account(compare, 0, &account);
	for (size_t i = 1; i < account.nr_sides && has_any(&account); i++) {
		double base = mean(&account, NULL, METADATA_KINDS, 0);

		if (account.side[i] != side || base == 0)
			continue;
		ratio = mean(&account, NULL, METADATA_KINDS, side) / base;
		*ret_cells = parts_of(&account, NULL);
	}
	free_account(&account);
	return ratio;
}
