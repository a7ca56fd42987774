// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What pages are used for, by the words of /proc/kpageflags. Their bits are the
 * interface of Documentation/admin-guide/mm/pagemap.rst; what follows from them is
 * decided from the surest to the least sure, for kernels set bits of each other's: a
 * slab of 6.18 has a word where "anon" is read from.
 */
#include <string.h>

#include "census-private.h"
#include "kpage.h"
#include "util.h"

static const struct {
	const char *name;
	const char *help;
} type_table[CENSUS_TYPES] = {
	[CENSUS_FREE] = { "free", "flag buddy" },
	[CENSUS_CPU_LISTS] = { "free, CPU lists", "counter: /proc/zoneinfo, lists of the CPUs" },
	[CENSUS_ANON] = { "anon", "flag anon" },
	[CENSUS_KSM] = { "ksm", "flag ksm" },
	[CENSUS_SHMEM] = { "shmem", "flag swapbacked, not anon" },
	[CENSUS_FILE] = { "file", "flag lru, not swapbacked" },
	[CENSUS_HUGETLB] = { "hugetlb", "flag huge" },
	[CENSUS_SLAB] = { "slab", "flag slab" },
	[CENSUS_PGTABLE] = { "page tables", "flag pgtable" },
	[CENSUS_STACKS] = { "kernel stacks", "counter: nr_kernel_stack" },
	[CENSUS_ZSMALLOC] = { "zsmalloc", "counter: nr_zspages" },
	[CENSUS_OTHER] = { "other kernel", "no flag that tells: vmalloc, drivers, per-CPU" },
	[CENSUS_ZERO] = { "zero page", "flag zero" },
	[CENSUS_OFFLINE] = { "balloon, unplugged", "flag offline" },
	[CENSUS_POISONED] = { "poisoned", "flag hwpoison" },
	[CENSUS_RESERVED] = { "reserved",
			      "flag reserved: kernel image, memmap, holes of sections" },
	[CENSUS_UNMANAGED] = { "not given out",
			       "counter: /proc/zoneinfo, present - managed - reserved" },
	[CENSUS_NOT_ONLINE] = { "out of use", "flag nopage, in a section with a memmap" },
	[CENSUS_HOLES] = { "holes", "flag nopage, without a memmap" },
};

const char *census_type_name(enum census_type type)
{
	return type_table[type].name;
}

const char *census_type_help(enum census_type type)
{
	return type_table[type].help;
}

bool census_type_has_memmap(enum census_type type)
{
	return type != CENSUS_HOLES;
}

enum census_type census_type_of(uint64_t flags, int node)
{
	static const struct {
		uint64_t flag;
		enum census_type type;
	} order[] = {
		{ KPF(NOPAGE), CENSUS_NOT_ONLINE }, { KPF(HWPOISON), CENSUS_POISONED },
		{ KPF(RESERVED), CENSUS_RESERVED }, { KPF(BUDDY), CENSUS_FREE },
		{ KPF(OFFLINE), CENSUS_OFFLINE }, { KPF(PGTABLE), CENSUS_PGTABLE },
		{ KPF(SLAB), CENSUS_SLAB }, { KPF(HUGE), CENSUS_HUGETLB },
		{ KPF(ZERO_PAGE), CENSUS_ZERO }, { KPF(KSM), CENSUS_KSM },
		{ KPF(ANON), CENSUS_ANON }, { KPF(SWAPBACKED), CENSUS_SHMEM },
		{ KPF(LRU), CENSUS_FILE },
	};

	if (node == CENSUS_NO_NODE)
		return CENSUS_HOLES;
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (flags & order[i].flag)
			return order[i].type;
	return CENSUS_OTHER;
}

static void add_tally(struct census_row *row, const struct census_tally *tally)
{
	row->pages += tally->pages;
	row->mapped += tally->mapped != CENSUS_UNMAPPED ? tally->pages : 0;
	row->shared += tally->mapped == CENSUS_SHARED ? tally->pages : 0;
	row->large += tally->flags & (KPF(COMPOUND_HEAD) | KPF(COMPOUND_TAIL)) ? tally->pages : 0;
	row->folios += tally->flags & KPF(COMPOUND_TAIL) ? 0 : tally->pages;
}

/* What carries no flag and is counted elsewhere; it is part of what has no flag. */
static void take(struct census_types *types, enum census_type type, uint64_t pages)
{
	struct census_row *other = &types->row[CENSUS_OTHER], *row = &types->row[type];
	uint64_t loose = other->folios < other->pages ? other->folios : other->pages;

	if (pages > loose)
		pages = loose;
	row->pages += pages;
	row->folios += pages;
	other->pages -= pages;
	other->folios -= pages;
}

/* Zones have no holes, which are reserved too where a section has a memmap for them. */
static uint64_t unmanaged(const struct census_node *node, uint64_t reserved)
{
	uint64_t given = node->managed + reserved;

	return node->present > given ? node->present - given : 0;
}

static void count_node(const struct census *census, const struct census_node *node,
		       struct census_types *types)
{
	memset(types, 0, sizeof(*types));
	for (size_t i = 0; i < census->tallies.nr; i++) {
		const struct census_tally *tally = &census->tallies.item[i];

		if (tally->node == (int)node->id)
			add_tally(&types->row[census_type_of(tally->flags, tally->node)], tally);
	}
	take(types, CENSUS_UNMANAGED, unmanaged(node, types->row[CENSUS_RESERVED].pages));
	take(types, CENSUS_CPU_LISTS, node->cpu_lists);
	take(types, CENSUS_ZSMALLOC, node->zsmalloc);
	take(types, CENSUS_STACKS, node->stacks);
}

static void add_types(struct census_types *sum, const struct census_types *types)
{
	for (size_t i = 0; i < CENSUS_TYPES; i++) {
		sum->row[i].pages += types->row[i].pages;
		sum->row[i].mapped += types->row[i].mapped;
		sum->row[i].shared += types->row[i].shared;
		sum->row[i].large += types->row[i].large;
		sum->row[i].folios += types->row[i].folios;
	}
}

void census_count_types(const struct census *census, const struct census_node *node,
			struct census_types *ret_types)
{
	struct census_types sum = { 0 }, types;

	if (node) {
		count_node(census, node, ret_types);
		return;
	}
	for (size_t i = 0; i < census->nr_nodes; i++) {
		count_node(census, &census->node[i], &types);
		add_types(&sum, &types);
	}
	for (size_t i = 0; i < census->tallies.nr; i++)
		if (census->tallies.item[i].node == CENSUS_NO_NODE)
			add_tally(&sum.row[CENSUS_HOLES], &census->tallies.item[i]);
	*ret_types = sum;
}
