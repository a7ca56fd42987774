/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Closed forms of the memmap of RAM and of its page tables. 6.12 gives each section a whole
 * memmap, also where only part of it is RAM (mm/sparse.c, sparse_init_nid()), on the node
 * where its RAM begins.
 */
#include <string.h>

#include "memmap-tables.h"
#include "metadata-check.h"

#define PAGE 4096u
#define LARGE (2u << 20)	/* what a PMD maps, directly or by a table */

/* Bits of a physical address that sections are made for (MAX_PHYSMEM_BITS). */
#define BITS_4_LEVELS 46u
#define BITS_5_LEVELS 52u
#define SECTION_BITS 27u

/** struct forming - what is reckoned so far */
struct forming {
	const struct metadata *now;
	struct metadata_form *form;
	struct memmap_layout layout;
	uint64_t next_root;
	bool base_pages;
};

/* The first struct pages in a unit of 2 MiB of vmemmap: it is mapped, as are tables above it. */
static void add_unit(struct forming *forming, uint64_t unit, unsigned int node)
{
	struct memmap_layout *layout = &forming->layout;
	struct frames *tables = &forming->form->tables;
	bool first = !layout->sections;

	if (!first && unit == layout->last)
		return;
	tables->node[node] += memmap_layout_add(layout, unit);
	tables->node[node] += forming->base_pages;
	tables->node[node] += first && forming->now->five_levels;
	if (!forming->base_pages)
		forming->form->memmap.node[node] += LARGE / PAGE;
}

static void add_root(struct forming *forming, uint64_t section)
{
	uint64_t root = section / (PAGE / forming->now->section_bytes);

	if (root < forming->next_root)
		return;
	forming->form->roots++;
	forming->next_root = root + 1;
}

static void add_section(struct forming *forming, uint64_t section, uint64_t bytes)
{
	unsigned int node = memory_map_section_node(&forming->now->map, section);
	uint64_t unit = section * bytes / LARGE, last = ((section + 1) * bytes - 1) / LARGE;
	uint64_t pages = (bytes + PAGE - 1) / PAGE;

	forming->form->sections++;
	forming->form->counted += pages;
	if (forming->base_pages)
		forming->form->memmap.node[node] += pages;
	for (; unit <= last; unit++)
		add_unit(forming, unit, node);
	add_root(forming, section);
}

void metadata_form(const struct metadata *now, const struct job *job,
		   struct metadata_form *ret_form)
{
	struct forming forming = {
		.now = now, .form = ret_form, .base_pages = !strcmp(job->memmap_mapping, "4K"),
	};
	uint64_t section, bytes = (uint64_t)MEMMAP_SECTION_PAGES * job->page_bytes;

	memset(ret_form, 0, sizeof(*ret_form));
	for (section = 0; section < memory_map_sections(&now->map); section++)
		if (memory_map_section(&now->map, section))
			add_section(&forming, section, bytes);
}

uint64_t metadata_form_array(const struct metadata *now)
{
	uint64_t bits = now->five_levels ? BITS_5_LEVELS : BITS_4_LEVELS;
	uint64_t per_root = PAGE / now->section_bytes;
	uint64_t roots = ((UINT64_C(1) << (bits - SECTION_BITS)) + per_root - 1) / per_root;

	return (roots * sizeof(uint64_t) + PAGE - 1) / PAGE;
}
