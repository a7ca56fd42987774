// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plot of a census. Data: a block "types" and a block "designs".
 *	types:   place "name" bytes of memory, bytes of struct pages, "both as text"
 *	designs: place "name" bytes of memmap, of page tables, of descriptors at the least,
 *		what is added to that at the most, "total as text"
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "census-private.h"
#include "figure-private.h"
#include "util.h"

#define BYTES_TEXT 16

static void put_types(const struct census_types *types, FILE *out)
{
	char memory[BYTES_TEXT], metadata[BYTES_TEXT];
	size_t place = 0;

	for (size_t i = 0; i < CENSUS_TYPES; i++) {
		uint64_t pages = types->row[i].pages;
		uint64_t bytes = census_type_has_memmap(i) ? pages * CENSUS_PAGE_BYTES : 0;

		if (!pages)
			continue;
		fprintf(out, "%zu \"%s\" %" PRIu64 " %" PRIu64 " \"%s, struct pages %s\"\n",
			++place, census_type_name(i), pages * 4096, bytes,
			text_bytes(memory, sizeof(memory), pages * 4096),
			bytes ? text_bytes(metadata, sizeof(metadata), bytes) : "none");
	}
}

static void put_design(const struct census_design *design, const struct census_cost *cost,
		       const char *state, size_t place, FILE *out)
{
	uint64_t least = census_cost_total(cost->least), most = census_cost_total(cost->most);
	char low[BYTES_TEXT], high[BYTES_TEXT];

	fprintf(out, "%zu \"%s (%s)\"", place, design->name, state);
	for (size_t i = 0; i < CENSUS_BYTES_NR; i++)
		fprintf(out, " %" PRIu64, cost->least[i]);
	text_bytes(low, sizeof(low), least);
	text_bytes(high, sizeof(high), most);
	fprintf(out, " %" PRIu64 " \"%s%s%s\"\n", most - least, low,
		strcmp(low, high) ? " to " : "", strcmp(low, high) ? high : "");
}

static char *data_text(const struct census *census, const char *kernels,
		       const struct figure *figure)
{
	struct census_types types;
	struct census_cost cost;
	size_t place = 0, len;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return str_dup("");
	fputs("# in types: place, type, bytes of memory, of struct pages, both as text\n"
	      "# in designs: place, design, bytes of memmap, of page tables, of descriptors at the\n"
	      "#\tleast, what is added at the most, total as text\n", out);
	figure_begin(figure, out);
	census_count_types(census, NULL, &types);
	figure_block("types", out);
	put_types(&types, out);
	figure_block("designs", out);
	for (const struct census_design *design = census_design_table; design->name; design++) {
		char *state = census_state(kernels, design->name);

		design->cost(census, &types, &cost);
		put_design(design, &cost, state, ++place, out);
		free(state);
	}
	fclose(out);
	return text;
}

static char *caption(const struct census *census)
{
	char text[BYTES_TEXT];

	return str_printf("Linux %s  |  %s in %" PRIu64 " sections of 128 MiB  |  planned: what "
			  "the design says, no guest is held to it", census->kernel,
			  text_bytes(text, sizeof(text),
				     census->size.sections * MEMMAP_SECTION_BYTES),
			  census->size.sections);
}

int census_plot(const struct census *census, const char *kernels, const char *scripts,
		const char *base, struct strv *ret_made, struct err *err)
{
	const char *slash = strrchr(base, '/');
	char *dir = slash ? str_printf("%.*s", (int)(slash - base + 1), base) : str_dup(".");
	struct figures figures = { 0 };
	struct figure *figure = figures_add(&figures, FIGURE_CENSUS, "census.gp", "census");
	int error;

	figure_set(&figure->name, slash ? slash + 1 : base);
	figure->title = str_dup("census: what memory is used for, and what page metadata would cost");
	figure->caption = caption(census);
	figure->data = data_text(census, kernels, figure);
	error = figures_draw(&figures, scripts, dir, FIGURE_FILES, ret_made, err);
	figures_free(&figures);
	free(dir);
	return error;
}
