// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A census for programs; docs/result-format.md describes the object.
 */
#include <errno.h>
#include <stdlib.h>

#include <jansson.h>

#include "census-private.h"
#include "util.h"

static json_t *type_object(enum census_type type, const struct census_row *row)
{
	uint64_t bytes = census_type_has_memmap(type) ? row->pages * CENSUS_PAGE_BYTES : 0;

	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "type", census_type_name(type),
			 "pages", (json_int_t)row->pages, "mapped", (json_int_t)row->mapped,
			 "shared", (json_int_t)row->shared, "compound", (json_int_t)row->large,
			 "folios", (json_int_t)row->folios,
			 "struct_page_bytes", (json_int_t)bytes);
}

static json_t *types_array(const struct census *census, const struct census_node *node)
{
	json_t *array = json_array();
	struct census_types types;

	census_count_types(census, node, &types);
	for (size_t i = 0; i < CENSUS_TYPES; i++)
		if (types.row[i].pages)
			json_array_append_new(array, type_object(i, &types.row[i]));
	return array;
}

static json_t *nodes_array(const struct census *census)
{
	json_t *array = json_array();

	for (size_t i = 0; i < census->nr_nodes; i++)
		json_array_append_new(array, json_pack("{s:i, s:I, s:o}",
			"node", (int)census->node[i].id,
			"sections", (json_int_t)census->node[i].sections,
			"types", types_array(census, &census->node[i])));
	return array;
}

static json_t *bytes_object(const uint64_t bytes[CENSUS_BYTES_NR])
{
	json_t *object = json_object();

	for (size_t i = 0; i < CENSUS_BYTES_NR; i++)
		json_object_set_new(object, census_bytes_name(i), json_integer(bytes[i]));
	json_object_set_new(object, "all", json_integer(census_cost_total(bytes)));
	return object;
}

static json_t *held_object(const struct census_design *design)
{
	json_t *object = json_object();

	for (size_t i = 0; i < CENSUS_BYTES_NR; i++)
		if (design->held[i])
			json_object_set_new(object, census_bytes_name(i),
					    json_string(design->held[i]));
	return object;
}

static json_t *designs_array(const struct census *census, const char *kernels)
{
	json_t *array = json_array();
	struct census_types types;
	struct census_cost cost;

	census_count_types(census, NULL, &types);
	for (const struct census_design *design = census_design_table; design->name; design++) {
		char *state = census_state(kernels, design->name);

		design->cost(census, &types, &cost);
		json_array_append_new(array, json_pack("{s:s, s:s, s:o, s:s, s:o, s:o}",
			"design", design->name, "state", state, "held", held_object(design),
			"help", design->help, "least", bytes_object(cost.least),
			"most", bytes_object(cost.most)));
		free(state);
	}
	return array;
}

static json_t *baseline_object(const struct census *census)
{
	struct memmap_judged judged;
	enum census_verdict verdict;
	json_t *object;
	char *text;

	census_judge(census, &judged);
	verdict = census_verdict(census, &text);
	object = json_pack("{s:s, s:I, s:o, s:s}", "verdict", census_verdict_name(verdict),
			   "closed_form", (json_int_t)judged.expected, "kernel",
			   census->counted ? json_integer(judged.seen) : json_null(),
			   "text", text);
	free(text);
	return object;
}

int census_print_json(const struct census *census, const char *kernels, FILE *out)
{
	json_t *root = json_pack("{s:s, s:I, s:o, s:o, s:o, s:o}", "kernel", census->kernel,
				 "sections", (json_int_t)census->size.sections,
				 "baseline", baseline_object(census),
				 "types", types_array(census, NULL),
				 "nodes", nodes_array(census),
				 "designs", designs_array(census, kernels));
	int error = json_dumpf(root, out, JSON_INDENT(2));

	json_decref(root);
	if (error)
		return errno ? -errno : -EIO;
	fputc('\n', out);
	return 0;
}
