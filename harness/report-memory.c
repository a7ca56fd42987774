// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Metadata of a variant beside that of the base, over all cells that both have.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metadata-metric.h"
#include "report-private.h"

/**
 * struct part - one set of parameters of one workload
 * @place: which, and both sums under load
 * @base: bytes by phase
 * @bytes: of the variant
 * @known: by phase: both have figures
 */
struct part {
	struct report_place place;
	double base[METADATA_PHASES];
	double bytes[METADATA_PHASES];
	bool known[METADATA_PHASES];
};

struct parts {
	struct part *item;
	size_t nr;
};

static struct part *part_of(struct parts *parts, const struct compare_row *row)
{
	struct part *part = parts->nr ? &parts->item[parts->nr - 1] : NULL;

	/* Rows of one set of parameters follow each other. */
	if (part && !strcmp(part->place.workload, row->metric->workload) &&
	    !strcmp(part->place.params, row->cell_params))
		return part;
	parts->item = mem_grow(parts->item, parts->nr + 1, sizeof(*part));
	part = &parts->item[parts->nr++];
	*part = (struct part){
		.place = { .workload = row->metric->workload, .params = row->cell_params },
	};
	return part;
}

static void take_row(struct parts *parts, const struct compare_row *row, size_t side)
{
	enum metadata_phase phase;
	enum metadata_kind kind;
	struct part *part;
	unsigned int node;

	if (!metadata_metric_is(row->metric) ||
	    !metadata_labels_parse(row->labels, &kind, &node, &phase))
		return;
	/* A node or kind that only one of them has counts as nothing on the other. */
	part = part_of(parts, row);
	if (row->side[0].nr)
		part->base[phase] += row->side[0].median;
	if (row->side[side].nr)
		part->bytes[phase] += row->side[side].median;
}

static bool has_sums(const struct part *part, enum metadata_phase phase)
{
	return part->base[phase] > 0 && part->bytes[phase] > 0;
}

static double saved(const struct report_place *place)
{
	return place->base - place->bytes;
}

static void add_part(struct report_memory *memory, struct part *part)
{
	part->place.base = part->base[METADATA_LOADED];
	part->place.bytes = part->bytes[METADATA_LOADED];
	for (unsigned int phase = 0; phase < METADATA_PHASES; phase++) {
		memory->base[phase] += part->base[phase];
		memory->bytes[phase] += part->bytes[phase];
	}
	if (!memory->cells || saved(&part->place) > saved(&memory->least))
		memory->least = part->place;
	if (!memory->cells || saved(&part->place) < saved(&memory->most))
		memory->most = part->place;
	memory->cells++;
}

static bool is_whole(const struct part *part)
{
	for (unsigned int phase = 0; phase < METADATA_PHASES; phase++)
		if (!has_sums(part, phase))
			return false;
	return true;
}

/* What is no metric but recorded all the same: the memory the guest has. */
static double ram_of(const struct store_content *content)
{
	double sum = 0;
	size_t nr = 0;

	for (size_t i = 0; i < content->nr_series; i++) {
		const struct store_series *series = &content->series[i];

		if (strcmp(series->name, METADATA_MEMORY_SERIES) || series->nr != 1 ||
		    strcmp(series->labels, "kind=present,phase=boot"))
			continue;
		sum += series->samples[0];
		nr++;
	}
	return nr ? sum / nr : 0;
}

void report_memory_make(const struct compare *compare, size_t side,
			struct report_memory *ret_memory)
{
	struct report_memory memory = { 0 };
	struct parts parts = { 0 };

	for (size_t i = 0; i < compare->nr_rows; i++)
		take_row(&parts, &compare->row[i], side);
	for (size_t i = 0; i < parts.nr; i++)
		if (is_whole(&parts.item[i]))
			add_part(&memory, &parts.item[i]);
	free(parts.item);
	memory.known = memory.cells > 0;
	for (unsigned int phase = 0; memory.known && phase < METADATA_PHASES; phase++) {
		memory.base[phase] /= memory.cells;
		memory.bytes[phase] /= memory.cells;
	}
	memory.ram = ram_of(compare->content);
	*ret_memory = memory;
}

int report_memory_way(double base, double bytes)
{
	double floor = fmax(REPORT_PAGE, base * REPORT_BYTES_FLOOR);

	if (fabs(bytes - base) <= floor)
		return 0;
	return bytes < base ? -1 : 1;
}
