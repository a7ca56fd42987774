// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Collects the metadata of memory of a run, and takes means of it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metadata-account.h"
#include "metadata-metric.h"
#include "util.h"

static size_t place(const struct metadata_account *account, unsigned int phase,
		    unsigned int kind, unsigned int node, size_t variant)
{
	return ((phase * METADATA_KINDS + kind) * METADATA_ACCOUNT_NODES + node) *
	       account->variants + variant;
}

static struct metadata_part *part_of(struct metadata_account *account,
				     const struct compare_row *row)
{
	struct metadata_part *part = account->nr ? &account->part[account->nr - 1] : NULL;
	size_t bytes = place(account, METADATA_PHASES, 0, 0, 0);
	size_t wholes = METADATA_PHASES * account->variants;

	/* Rows of one set of parameters follow each other. */
	if (part && !strcmp(part->workload, row->metric->workload) &&
	    !strcmp(part->params, row->cell_params))
		return part;
	account->part = mem_grow(account->part, account->nr + 1, sizeof(*part));
	part = &account->part[account->nr++];
	part->workload = row->metric->workload;
	part->params = row->cell_params;
	part->bytes = mem_grow(NULL, bytes, sizeof(*part->bytes));
	part->whole = mem_grow(NULL, wholes, sizeof(*part->whole));
	memset(part->bytes, 0, bytes * sizeof(*part->bytes));
	memset(part->whole, 0, wholes * sizeof(*part->whole));
	return part;
}

static void take_row(struct metadata_account *account, const struct compare_row *row)
{
	enum metadata_phase phase;
	enum metadata_kind kind;
	struct metadata_part *part;
	unsigned int node;

	if (!metadata_metric_is(row->metric) ||
	    !metadata_labels_parse(row->labels, &kind, &node, &phase))
		return;
	part = part_of(account, row);
	for (size_t i = 0; i < account->variants; i++) {
		if (!row->side[i].nr)
			continue;
		part->bytes[place(account, phase, kind, node, i)] += row->side[i].median;
		part->whole[phase * account->variants + i] = true;
	}
}

/* Variants without any figure, as one that did not build, would leave no part to compare. */
static void choose_sides(struct metadata_account *account)
{
	account->side = mem_grow(NULL, account->variants, sizeof(*account->side));
	for (size_t at = 0; at < account->variants; at++)
		for (size_t i = 0; i < account->nr; i++)
			if (account->part[i].whole[METADATA_LOADED * account->variants + at]) {
				account->side[account->nr_sides++] = at;
				break;
			}
}

void metadata_account_make(const struct compare *compare, struct metadata_account *ret_account)
{
	struct metadata_account account = { .variants = compare->variant.nr };

	for (size_t i = 0; i < compare->nr_rows; i++)
		take_row(&account, &compare->row[i]);
	choose_sides(&account);
	*ret_account = account;
}

void metadata_account_free(struct metadata_account *account)
{
	for (size_t i = 0; i < account->nr; i++) {
		free(account->part[i].bytes);
		free(account->part[i].whole);
	}
	free(account->part);
	free(account->side);
	*account = (struct metadata_account){ 0 };
}

static bool is_taken(const struct metadata_account *account, const struct metadata_part *part,
		     const char *workload, enum metadata_phase phase)
{
	if (workload && strcmp(part->workload, workload))
		return false;
	for (size_t i = 0; i < account->nr_sides; i++)
		if (!part->whole[phase * account->variants + account->side[i]])
			return false;
	return true;
}

size_t metadata_account_parts(const struct metadata_account *account, const char *workload,
			      enum metadata_phase phase)
{
	size_t nr = 0;

	for (size_t i = 0; i < account->nr; i++)
		nr += is_taken(account, &account->part[i], workload, phase);
	return nr;
}

static double sum_of(const struct metadata_account *account, const struct metadata_part *part,
		     const struct metadata_which *which, size_t variant)
{
	unsigned int kind = which->kind < METADATA_KINDS ? which->kind : 0;
	unsigned int kind_end = which->kind < METADATA_KINDS ? kind + 1 : METADATA_KINDS;
	unsigned int node = which->node < METADATA_ACCOUNT_NODES ? which->node : 0;
	unsigned int node_end = which->node < METADATA_ACCOUNT_NODES ? node + 1 :
				METADATA_ACCOUNT_NODES;
	double sum = 0;

	for (unsigned int k = kind; k < kind_end; k++)
		for (unsigned int n = node; n < node_end; n++)
			sum += part->bytes[place(account, which->phase, k, n, variant)];
	return sum;
}

double metadata_account_mean(const struct metadata_account *account,
			     const struct metadata_which *which, size_t variant)
{
	size_t nr = metadata_account_parts(account, which->workload, which->phase);
	double sum = 0;

	if (!nr)
		return NAN;
	for (size_t i = 0; i < account->nr; i++)
		if (is_taken(account, &account->part[i], which->workload, which->phase))
			sum += sum_of(account, &account->part[i], which, variant);
	return round(sum / nr);
}
