// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plot of a census. Data: a block "types", a block "designs", apart by two blank lines.
 *	types:   place "name" bytes of memory, bytes of struct pages, "both as text"
 *	designs: place "name" bytes of memmap, of page tables, of descriptors at the least,
 *		what is added to that at the most, "total as text"
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "census-private.h"
#include "plot.h"
#include "util.h"

#define BYTES_TEXT 16

static void put_types(const struct census_types *types, FILE *out)
{
	char memory[BYTES_TEXT], metadata[BYTES_TEXT];
	size_t place = 0;

	fputs("# types\n", out);
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

static char *data_text(const struct census *census, const char *kernels)
{
	struct census_types types;
	struct census_cost cost;
	size_t place = 0, len;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	census_count_types(census, NULL, &types);
	put_types(&types, out);
	fputs("\n\n# designs\n", out);
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
				     census->layout.sections * MEMMAP_SECTION_BYTES),
			  census->layout.sections);
}

int census_plot(const struct census *census, const char *kernels, const char *scripts,
		const char *base, struct strv *ret_made, struct err *err)
{
	const struct strv none = { 0 };
	char *path = str_printf("%s.dat", base), *script = str_printf("%s/census.gp", scripts);
	char *text = data_text(census, kernels), *about = caption(census);
	int error = text ? fs_write(path, text, strlen(text), err) :
			   err_set(err, -ENOMEM, "%s: cannot write: out of memory", path);

	if (!error)
		error = plot_draw(script, base, about, &none, ret_made, err);
	free(about);
	free(text);
	free(script);
	free(path);
	return error;
}
