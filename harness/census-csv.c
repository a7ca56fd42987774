// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A census for spreadsheets: RFC 4180, one figure a line. What stands in the fields are
 * names of this suite and numbers, so that nothing has to be quoted.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "census-private.h"
#include "util.h"

#define CSV_EOL "\r\n"

static void put(FILE *out, const char *about, const char *name, const char *node,
		const char *figure, uint64_t value)
{
	fprintf(out, "%s,\"%s\",%s,%s,%" PRIu64 CSV_EOL, about, name, node, figure, value);
}

static void put_types(const struct census_types *types, const char *node, FILE *out)
{
	for (size_t i = 0; i < CENSUS_TYPES; i++) {
		const struct census_row *row = &types->row[i];
		const char *name = census_type_name(i);

		if (!row->pages)
			continue;
		put(out, "type", name, node, "pages", row->pages);
		put(out, "type", name, node, "mapped", row->mapped);
		put(out, "type", name, node, "shared", row->shared);
		put(out, "type", name, node, "compound", row->large);
		put(out, "type", name, node, "folios", row->folios);
		put(out, "type", name, node, "struct_page_bytes",
		    census_type_has_memmap(i) ? row->pages * CENSUS_PAGE_BYTES : 0);
	}
}

void census_print_csv(const struct census *census, FILE *out)
{
	struct census_types types;
	struct census_cost cost;
	char node[16];

	fputs("about,name,node,figure,value" CSV_EOL, out);
	for (size_t i = 0; i < census->nr_nodes; i++) {
		census_count_types(census, &census->node[i], &types);
		snprintf(node, sizeof(node), "%u", census->node[i].id);
		put_types(&types, node, out);
	}
	census_count_types(census, NULL, &types);
	put_types(&types, "all", out);
	for (const struct census_design *design = census_design_table; design->name; design++) {
		design->cost(census, &types, &cost);
		for (size_t i = 0; i < CENSUS_BYTES_NR; i++) {
			char *least = str_printf("%s_least", census_bytes_name(i));
			char *most = str_printf("%s_most", census_bytes_name(i));

			put(out, "design", design->name, "all", least, cost.least[i]);
			put(out, "design", design->name, "all", most, cost.most[i]);
			free(most);
			free(least);
		}
	}
}
