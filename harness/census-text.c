// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A census for people: what the pages are, per node, and what designs cost.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "census-private.h"
#include "text-table.h"
#include "util.h"

#define BYTES_TEXT 16
#define PAGES_TEXT 32
#define LINE_WIDTH 100

static void bytes_cell(struct table *table, uint64_t bytes)
{
	char text[BYTES_TEXT];

	table_cell(table, NULL, "%s", bytes ? text_bytes(text, sizeof(text), bytes) : "-");
}

static void pages_cell(struct table *table, uint64_t pages)
{
	char plain[PAGES_TEXT], text[PAGES_TEXT];

	snprintf(plain, sizeof(plain), "%" PRIu64, pages);
	table_cell(table, NULL, "%s", pages ? text_grouped(text, sizeof(text), plain) : "-");
}

static void headings(struct table *table, const char *const *heading, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		table_cell(table, NULL, "%s", heading[i]);
}

static void row_cells(struct table *table, enum census_type type, const struct census_row *row,
		      uint64_t total, bool verbose)
{
	table_cell(table, NULL, "%s", census_type_name(type));
	pages_cell(table, row->pages);
	table_cell(table, NULL, "%.2f %%", total ? 100.0 * row->pages / total : 0);
	bytes_cell(table, row->pages * 4096);
	pages_cell(table, row->mapped);
	pages_cell(table, row->shared);
	pages_cell(table, row->large);
	pages_cell(table, row->folios);
	bytes_cell(table, census_type_has_memmap(type) ? row->pages * CENSUS_PAGE_BYTES : 0);
	if (verbose)
		table_cell(table, NULL, "%s", census_type_help(type));
}

static void print_types(const struct census_types *types, bool verbose, FILE *out)
{
	static const char *const heading[] = {
		"pages by type", "pages", "share", "memory", "mapped", "shared", "in compound",
		"folios", "struct pages", "told by",
	};
	struct table *table = table_new(verbose ? "lrrrrrrrrl" : "lrrrrrrrr");
	struct census_row sum = { 0 };
	uint64_t described = 0, total = 0;

	headings(table, heading, ARRAY_SIZE(heading) - !verbose);
	for (size_t i = 0; i < CENSUS_TYPES; i++)
		total += types->row[i].pages;
	for (size_t i = 0; i < CENSUS_TYPES; i++) {
		const struct census_row *row = &types->row[i];

		if (!row->pages)
			continue;
		row_cells(table, i, row, total, verbose);
		sum.pages += row->pages;
		sum.mapped += row->mapped;
		sum.shared += row->shared;
		sum.large += row->large;
		sum.folios += row->folios;
		described += census_type_has_memmap(i) ? row->pages : 0;
	}
	table_cell(table, NULL, "all");
	pages_cell(table, sum.pages);
	table_cell(table, NULL, "%s", "");
	bytes_cell(table, sum.pages * 4096);
	pages_cell(table, sum.mapped);
	pages_cell(table, sum.shared);
	pages_cell(table, sum.large);
	pages_cell(table, sum.folios);
	bytes_cell(table, described * CENSUS_PAGE_BYTES);
	if (verbose)
		table_cell(table, NULL, "%s", "");
	table_print(table, 2, out);
	table_free(table);
}

/* Types down, nodes across; struct pages of each node below. */
static void print_nodes(const struct census *census, FILE *out)
{
	struct census_types *types = mem_grow(NULL, census->nr_nodes, sizeof(*types));
	char *align = str_printf("l%0*d", (int)census->nr_nodes, 0);
	struct table *table;

	memset(align + 1, 'r', census->nr_nodes);
	table = table_new(align);
	table_cell(table, NULL, "pages by node");
	for (size_t n = 0; n < census->nr_nodes; n++) {
		table_cell(table, NULL, "node %u", census->node[n].id);
		census_count_types(census, &census->node[n], &types[n]);
	}
	for (size_t i = 0; i < CENSUS_TYPES; i++) {
		uint64_t pages = 0;

		for (size_t n = 0; n < census->nr_nodes; n++)
			pages += types[n].row[i].pages;
		if (!pages)
			continue;
		table_cell(table, NULL, "%s", census_type_name(i));
		for (size_t n = 0; n < census->nr_nodes; n++)
			pages_cell(table, types[n].row[i].pages);
	}
	table_cell(table, NULL, "struct pages");
	for (size_t n = 0; n < census->nr_nodes; n++)
		bytes_cell(table, census->node[n].sections * MEMMAP_SECTION_PAGES *
				  CENSUS_PAGE_BYTES);
	fputc('\n', out);
	table_print(table, 2, out);
	table_free(table);
	free(align);
	free(types);
}

static void range_cell(struct table *table, uint64_t least, uint64_t most)
{
	char low[BYTES_TEXT], high[BYTES_TEXT];

	text_bytes(low, sizeof(low), least);
	text_bytes(high, sizeof(high), most);
	if (!strcmp(low, high))
		bytes_cell(table, most);
	else
		table_cell(table, NULL, "%s to %s", low, high);
}

static void change_cell(struct table *table, uint64_t bytes, uint64_t base)
{
	double change = base ? 100.0 * ((double)bytes - (double)base) / base : 0;
	bool small = change < 0.1 && change > -0.1;

	if (bytes == base)
		table_cell(table, NULL, "=");
	else
		table_cell(table, NULL, small ? "%+.2g %%" : "%+.2f %%", change);
}

/* The parts whose form guests are held to; figures of the others are the design's word. */
static void held_cell(struct table *table, const struct census_design *design)
{
	struct strv held = { 0 };
	char *text;

	for (size_t i = 0; i < CENSUS_BYTES_NR; i++)
		if (design->held[i])
			strv_add(&held, "%s", census_bytes_name(i));
	text = strv_join(&held, ", ");
	table_cell(table, NULL, "%s", *text ? text : "nothing yet");
	free(text);
	strv_free(&held);
}

static void design_cells(struct table *table, const char *kernels,
			 const struct census_design *design, const struct census_cost *cost,
			 const struct census_cost *base)
{
	uint64_t least = census_cost_total(cost->least), most = census_cost_total(cost->most);
	char *state = census_state(kernels, design->name);

	table_cell(table, NULL, "%s", design->name);
	table_cell(table, NULL, "%s", state);
	for (size_t i = 0; i < CENSUS_BYTES_NR; i++)
		range_cell(table, cost->least[i], cost->most[i]);
	bytes_cell(table, least);
	change_cell(table, least, census_cost_total(base->least));
	bytes_cell(table, most);
	change_cell(table, most, census_cost_total(base->most));
	held_cell(table, design);
	free(state);
}

static void print_designs(const struct census *census, const struct census_types *types,
			  const char *kernels, FILE *out)
{
	static const char *const heading[] = {
		"cost of designs", "state", "memmap", "page tables", "descriptors", "least",
		"change", "most", "change", "held in guests",
	};
	const struct census_design *design = census_design_table;
	struct table *table = table_new("llrrrrrrrl");
	struct census_cost cost, base;

	headings(table, heading, ARRAY_SIZE(heading));
	design->cost(census, types, &base);
	for (; design->name; design++) {
		design->cost(census, types, &cost);
		design_cells(table, kernels, design, &cost, &base);
	}
	fputc('\n', out);
	table_print(table, 2, out);
	table_free(table);
}

static void print_about(const struct census *census, FILE *out)
{
	struct table *table = table_new("l");
	char *text;

	for (const struct census_design *design = census_design_table; design->name; design++) {
		text = str_printf("%s: %s", design->name, design->help);
		table_wrapped(table, 4, LINE_WIDTH, text);
		free(text);
	}
	fputs("\n  least to most\n", out);
	table_print(table, 0, out);
	table_free(table);
	table = table_new("l");
	census_verdict(census, &text);
	table_wrapped(table, 4, LINE_WIDTH, text);
	fputs("\n  baseline, memmap\n", out);
	table_print(table, 0, out);
	table_free(table);
	free(text);
}

/* What is on the nd bus, and what is device memory but not there. */
static void print_devices(const struct census *census, FILE *out)
{
	uint64_t bytes = 0, spanned = 0;
	size_t nr = 0;
	char text[BYTES_TEXT];

	for (size_t i = 0; i < census->nr_devices; i++) {
		if (!census_device_counts(&census->device[i]))
			continue;
		bytes += census->device[i].bytes;
		nr++;
	}
	for (size_t n = 0; n < census->nr_nodes; n++)
		spanned += census->node[n].device;
	fputs("\n  device memory\n", out);
	if (!census->nr_devices && !spanned) {
		fputs("    none: lazy-vmemmap would change nothing here\n", out);
		return;
	}
	fprintf(out, "    %zu namespaces with a memmap in RAM: %s\n", nr,
		text_bytes(text, sizeof(text), bytes));
	if (nr < census->nr_devices)
		fprintf(out, "    %zu of device-dax with large faults, which no figure counts: a "
			"memmap without duplicates\n", census->nr_devices - nr);
	fprintf(out, "    zones of devices span %s\n",
		text_bytes(text, sizeof(text), spanned * 4096));
}

void census_print_text(const struct census *census, const char *kernels, bool verbose, FILE *out)
{
	uint64_t bytes = census->size.sections * MEMMAP_SECTION_BYTES;
	struct census_types types;
	char text[BYTES_TEXT];

	census_count_types(census, NULL, &types);
	fprintf(out, "Linux %s, %s in %" PRIu64 " sections of 128 MiB, %zu %s\n\n", census->kernel,
		text_bytes(text, sizeof(text), bytes), census->size.sections, census->nr_nodes,
		census->nr_nodes == 1 ? "node" : "nodes");
	print_types(&types, verbose, out);
	if (census->nr_nodes > 1)
		print_nodes(census, out);
	print_designs(census, &types, kernels, out);
	print_about(census, out);
	print_devices(census, out);
}

int census_print(const struct census *census, const char *kernels, enum print_format format,
		 bool verbose, FILE *out)
{
	errno = 0;
	if (format == PRINT_JSON)
		return census_print_json(census, kernels, out);
	if (format == PRINT_CSV)
		census_print_csv(census, out);
	else
		census_print_text(census, kernels, verbose, out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
