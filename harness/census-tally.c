// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counting pages that are alike. Neighbours are often alike, so the place of the last
 * page is tried before the hash table: a host of 24 GiB has six million pages.
 */
#include <stdlib.h>
#include <string.h>

#include "census-private.h"
#include "util.h"

static bool alike(const struct census_tally *tally, int node, uint64_t flags,
		  enum census_mapped mapped)
{
	return tally->flags == flags && tally->node == node && tally->mapped == mapped;
}

static size_t slot_of(const struct census_tallies *tallies, int node, uint64_t flags,
		      enum census_mapped mapped)
{
	uint64_t key = (flags * CENSUS_MAPPED_NR + mapped) * (CENSUS_NODES_MAX + 1) + node + 1;

	/* Fibonacci hashing: the high bits depend on all of the key. */
	return (key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (tallies->nr_slots - 1);
}

static size_t find_slot(const struct census_tallies *tallies, int node, uint64_t flags,
			enum census_mapped mapped)
{
	size_t slot = slot_of(tallies, node, flags, mapped);

	while (tallies->slot[slot] &&
	       !alike(&tallies->item[tallies->slot[slot] - 1], node, flags, mapped))
		slot = (slot + 1) & (tallies->nr_slots - 1);
	return slot;
}

/* At most half of the slots are taken. */
static void make_room(struct census_tallies *tallies)
{
	if (tallies->nr * 2 < tallies->nr_slots)
		return;
	tallies->nr_slots = tallies->nr_slots ? tallies->nr_slots * 2 : 1024;
	tallies->slot = mem_grow(tallies->slot, tallies->nr_slots, sizeof(*tallies->slot));
	tallies->item = mem_grow(tallies->item, tallies->nr_slots, sizeof(*tallies->item));
	memset(tallies->slot, 0, tallies->nr_slots * sizeof(*tallies->slot));
	for (size_t i = 0; i < tallies->nr; i++) {
		const struct census_tally *item = &tallies->item[i];

		tallies->slot[find_slot(tallies, item->node, item->flags, item->mapped)] = i + 1;
	}
}

int census_count(struct census_tallies *tallies, int node, uint64_t flags,
		 enum census_mapped mapped, uint64_t pages)
{
	size_t slot;

	if (tallies->nr && alike(&tallies->item[tallies->last], node, flags, mapped)) {
		tallies->item[tallies->last].pages += pages;
		return 0;
	}
	make_room(tallies);
	slot = find_slot(tallies, node, flags, mapped);
	if (!tallies->slot[slot]) {
		if (tallies->nr == CENSUS_TALLIES_MAX)
			return -EOVERFLOW;
		tallies->item[tallies->nr] = (struct census_tally){
			.node = node, .flags = flags, .mapped = mapped,
		};
		tallies->slot[slot] = ++tallies->nr;
	}
	tallies->last = tallies->slot[slot] - 1;
	tallies->item[tallies->last].pages += pages;
	return 0;
}

static int by_node_and_flags(const void *one, const void *other)
{
	const struct census_tally *a = one, *b = other;

	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	if (a->flags != b->flags)
		return a->flags < b->flags ? -1 : 1;
	return (a->mapped > b->mapped) - (a->mapped < b->mapped);
}

static int by_size(const void *one, const void *other)
{
	const struct census_device *a = one, *b = other;

	if (a->dax != b->dax)
		return a->dax - b->dax;
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? -1 : 1;
	return (a->align > b->align) - (a->align < b->align);
}

void census_sort(struct census *census)
{
	struct census_tallies *tallies = &census->tallies;

	if (tallies->nr)
		qsort(tallies->item, tallies->nr, sizeof(*tallies->item), by_node_and_flags);
	free(tallies->slot);
	tallies->slot = NULL;
	tallies->nr_slots = 0;
	if (census->nr_devices)
		qsort(census->device, census->nr_devices, sizeof(*census->device), by_size);
}

struct census_node *census_node(struct census *census, unsigned int id)
{
	size_t at = 0;

	while (at < census->nr_nodes && census->node[at].id < id)
		at++;
	if (at < census->nr_nodes && census->node[at].id == id)
		return &census->node[at];
	census->node = mem_grow(census->node, census->nr_nodes + 1, sizeof(*census->node));
	memmove(&census->node[at + 1], &census->node[at],
		(census->nr_nodes - at) * sizeof(*census->node));
	census->nr_nodes++;
	census->node[at] = (struct census_node){ .id = id };
	return &census->node[at];
}

void census_add_device(struct census *census, const struct census_device *device)
{
	census->device = mem_grow(census->device, census->nr_devices + 1,
				  sizeof(*census->device));
	census->device[census->nr_devices++] = *device;
}

void census_free(struct census *census)
{
	free(census->tallies.item);
	free(census->tallies.slot);
	free(census->node);
	free(census->device);
	*census = (struct census){ 0 };
}
