/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Closed forms of the memmap of RAM, of an array of descriptors, and of their page tables. 6.12
 * gives each section a whole memmap, also where only part of it is RAM (mm/sparse.c,
 * sparse_init_nid()), on the node where its RAM begins.
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

/**
 * struct forming - what is reckoned so far
 * @now: of what
 * @form: the result
 * @memmap: units of struct pages so far
 * @descriptors: units of descriptors so far
 * @next_root: the first section root that is not in @form
 * @base_pages: struct pages are mapped by 4 KiB pages
 */
struct forming {
	const struct metadata *now;
	struct metadata_form *form;
	struct memmap_layout memmap;
	struct memmap_layout descriptors;
	uint64_t next_root;
	bool base_pages;
};

/**
 * struct stretch - what a section has of an array: bytes of it, and what maps them
 * @bytes: of each section
 * @node: of the section
 * @base_pages: mapped by 4 KiB pages
 * @frames: grows by pages
 */
struct stretch {
	uint64_t bytes;
	unsigned int node;
	bool base_pages;
	struct frames *frames;
};

/* The first items in a unit of 2 MiB: it is mapped, as are tables above it. */
static void add_unit(struct forming *forming, struct memmap_layout *layout, uint64_t unit,
		     const struct stretch *stretch)
{
	struct frames *tables = &forming->form->tables;

	if (layout->units && unit == layout->last)
		return;
	tables->node[stretch->node] += memmap_layout_add(layout, unit);
	tables->node[stretch->node] += stretch->base_pages;
	if (!stretch->base_pages)
		stretch->frames->node[stretch->node] += LARGE / PAGE;
}

static void add_stretch(struct forming *forming, struct memmap_layout *layout, uint64_t section,
			const struct stretch *stretch)
{
	uint64_t unit = section * stretch->bytes / LARGE;
	uint64_t last = ((section + 1) * stretch->bytes - 1) / LARGE;

	if (stretch->base_pages)
		stretch->frames->node[stretch->node] += (stretch->bytes + PAGE - 1) / PAGE;
	for (; unit <= last; unit++)
		add_unit(forming, layout, unit, stretch);
}

static void add_root(struct forming *forming, uint64_t section)
{
	uint64_t root = section / (PAGE / forming->now->section_bytes);

	if (root < forming->next_root)
		return;
	forming->form->roots++;
	forming->next_root = root + 1;
}

static void add_section(struct forming *forming, uint64_t section, const struct job *job)
{
	struct metadata_form *form = forming->form;
	struct stretch stretch = {
		.bytes = (uint64_t)MEMMAP_SECTION_PAGES * job->page_bytes,
		.node = memory_map_section_node(&forming->now->map, section),
		.base_pages = forming->base_pages,
		.frames = &form->memmap,
	};

	/* One table of P4Ds is for all. */
	form->tables.node[stretch.node] += !form->sections && forming->now->five_levels;
	form->sections++;
	form->counted += (stretch.bytes + PAGE - 1) / PAGE;
	add_stretch(forming, &forming->memmap, section, &stretch);
	if (!strcmp(job->page_descriptors, "array")) {
		stretch.bytes = (uint64_t)MEMMAP_SECTION_PAGES * DESCRIPTOR_BYTES;
		stretch.base_pages = false;
		stretch.frames = &form->descriptors;
		form->counted_descriptors += stretch.bytes / PAGE;
		add_stretch(forming, &forming->descriptors, section, &stretch);
	}
	add_root(forming, section);
}

/*
 * Each node has shared descriptors, 16 KiB of addresses after those of the node before: a
 * table of PTEs is for 128 nodes, and one each of PMDs and PUDs for all, where section 0 is.
 */
static void add_shared(const struct memory_map *map, struct metadata_form *form)
{
	unsigned int nodes = (unsigned int)__builtin_popcountll(map->nodes);
	size_t i;

	for (i = 0; i < map->nr_blocks; i++)
		form->descriptors.node[map->block[i].node] = DESCRIPTOR_SHARED_PAGES;
	form->shared_elsewhere = nodes * DESCRIPTOR_SHARED_PAGES - frames_total(&form->descriptors);
	form->tables.node[memory_map_section_node(map, 0)] += 3;
}

void metadata_form(const struct metadata *now, const struct job *job,
		   struct metadata_form *ret_form)
{
	struct forming forming = {
		.now = now, .form = ret_form, .base_pages = !strcmp(job->memmap_mapping, "4K"),
	};
	uint64_t section;

	memset(ret_form, 0, sizeof(*ret_form));
	for (section = 0; section < memory_map_sections(&now->map); section++)
		if (memory_map_section(&now->map, section))
			add_section(&forming, section, job);
	if (!strcmp(job->page_descriptors, "pool"))
		add_shared(&now->map, ret_form);
}

uint64_t metadata_form_array(const struct metadata *now)
{
	uint64_t bits = now->five_levels ? BITS_5_LEVELS : BITS_4_LEVELS;
	uint64_t per_root = PAGE / now->section_bytes;
	uint64_t roots = ((UINT64_C(1) << (bits - SECTION_BITS)) + per_root - 1) / per_root;

	return (roots * sizeof(uint64_t) + PAGE - 1) / PAGE;
}
