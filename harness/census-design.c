// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each design of page metadata costs on a host, in closed form. The forms of the
 * memmap and of its page tables are those that guests are held to (common/memmap-size.c,
 * common/memmap-tables.c, common/lazy-memmap.h); for what no kernel here has yet they are
 * what the design says, and nothing stands in census_design.held.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "census-private.h"
#include "lazy-memmap.h"
#include "util.h"
#include "variant.h"

/* memdesc: what is left of struct page, a descriptor, descriptors in a page of the pool. */
#define WORD_BYTES 8
#define DESCRIPTOR_BYTES 64
#define POOL_SLOTS (4096 / DESCRIPTOR_BYTES - 1)	/* one describes the page itself */

/*
 * struct zspage of 6.12, and of kernels/zsmalloc-unmovable, where it knows its pages; a
 * zspage is a chain of 1 to 8 pages (CONFIG_ZSMALLOC_CHAIN_SIZE).
 */
#define ZSPAGE_BYTES 56
#define ZSPAGE_PAGELESS_BYTES 48
#define ZSPAGE_POINTER_BYTES 8
#define ZSPAGE_CHAIN_MAX 8

/* Bytes that a table of PTEs maps, and a table of PMDs. */
#define PTE_TABLE_MAPS (UINT64_C(2) << 20)
#define PMD_TABLE_MAPS (UINT64_C(1) << 30)

uint64_t census_cost_total(const uint64_t bytes[CENSUS_BYTES_NR])
{
	uint64_t total = 0;

	for (size_t i = 0; i < CENSUS_BYTES_NR; i++)
		total += bytes[i];
	return total;
}

const char *census_bytes_name(enum census_bytes bytes)
{
	static const char *const name[CENSUS_BYTES_NR] = {
		[CENSUS_MEMMAP] = "memmap",
		[CENSUS_TABLES] = "tables",
		[CENSUS_DESCRIPTORS] = "descriptors",
	};

	return name[bytes];
}

bool census_device_counts(const struct census_device *device)
{
	return !device->dax || device->align <= 4096;
}

static uint64_t device_pages(const struct census *census)
{
	uint64_t pages = 0;

	for (size_t i = 0; i < census->nr_devices; i++)
		if (census_device_counts(&census->device[i]))
			pages += census->device[i].bytes / 4096;
	return pages;
}

static void set(struct census_cost *cost, enum census_bytes bytes, uint64_t least, uint64_t most)
{
	cost->least[bytes] = least;
	cost->most[bytes] = most;
}

static uint64_t full_memmap(const struct census_device *device)
{
	return device->bytes / 4096 * CENSUS_PAGE_BYTES;
}

/* Tables that a memmap takes of its own, wherever it lies: of PMDs, and maybe of PTEs. */
static uint64_t device_tables(const struct census *census, bool base_pages)
{
	uint64_t pages = 0, full;

	for (size_t i = 0; i < census->nr_devices; i++) {
		if (!census_device_counts(&census->device[i]))
			continue;
		full = full_memmap(&census->device[i]);
		pages += (full + PMD_TABLE_MAPS - 1) / PMD_TABLE_MAPS;
		pages += base_pages ? (full + PTE_TABLE_MAPS - 1) / PTE_TABLE_MAPS : 0;
	}
	return pages;
}

static uint64_t tables(const struct census *census, bool base_pages)
{
	return memmap_layout_tables(&census->layout, base_pages, census->five_levels) * 4096;
}

static void set_tables(const struct census *census, struct census_cost *cost, bool base_pages)
{
	uint64_t bytes = tables(census, base_pages) + device_tables(census, base_pages) * 4096;

	set(cost, CENSUS_TABLES, bytes, bytes);
}

static uint64_t memmap(const struct census *census, uint32_t page_bytes)
{
	return memmap_size_expected(&census->size, page_bytes);
}

/* Long chains are the best case of zsmalloc: they share a descriptor. */
static void set_zspages(const struct census_types *types, struct census_cost *cost,
			uint64_t zspage_bytes, uint64_t pointer_bytes)
{
	uint64_t pages = types->row[CENSUS_ZSMALLOC].pages;
	uint64_t chains = (pages + ZSPAGE_CHAIN_MAX - 1) / ZSPAGE_CHAIN_MAX;

	set(cost, CENSUS_DESCRIPTORS, chains * zspage_bytes + pages * pointer_bytes,
	    pages * (zspage_bytes + pointer_bytes));
}

static void baseline_cost(const struct census *census, const struct census_types *types,
			  struct census_cost *cost)
{
	uint64_t bytes = memmap(census, CENSUS_PAGE_BYTES) +
			 device_pages(census) * CENSUS_PAGE_BYTES;

	set(cost, CENSUS_MEMMAP, bytes, bytes);
	set_tables(census, cost, false);
	set_zspages(types, cost, ZSPAGE_BYTES, 0);
}

static void vmemmap_4k_cost(const struct census *census, const struct census_types *types,
			    struct census_cost *cost)
{
	baseline_cost(census, types, cost);
	set_tables(census, cost, true);
}

/*
 * The bound of an idle namespace has its page tables in it. One that is smaller than the
 * bound never takes more than a whole memmap.
 */
static void lazy_cost(const struct census *census, const struct census_types *types,
		      struct census_cost *cost)
{
	uint64_t full, idle = memmap(census, CENSUS_PAGE_BYTES);

	baseline_cost(census, types, cost);
	for (size_t i = 0; i < census->nr_devices; i++) {
		if (!census_device_counts(&census->device[i]))
			continue;
		full = full_memmap(&census->device[i]);
		idle += full < LAZY_MEMMAP_IDLE_BYTES ? full : LAZY_MEMMAP_IDLE_BYTES;
	}
	cost->least[CENSUS_MEMMAP] = idle;
	set(cost, CENSUS_TABLES, tables(census, false),
	    tables(census, false) + device_tables(census, true) * 4096);
}

static void pageless_cost(const struct census *census, const struct census_types *types,
			  struct census_cost *cost)
{
	baseline_cost(census, types, cost);
	set_zspages(types, cost, ZSPAGE_PAGELESS_BYTES, ZSPAGE_POINTER_BYTES);
}

static uint64_t words(const struct census *census)
{
	return memmap(census, WORD_BYTES) + device_pages(census) * WORD_BYTES;
}

static void memdesc_static_cost(const struct census *census, const struct census_types *types,
				struct census_cost *cost)
{
	uint64_t pages = census->size.sections * MEMMAP_SECTION_PAGES + device_pages(census);

	baseline_cost(census, types, cost);
	set(cost, CENSUS_MEMMAP, words(census), words(census));
	cost->least[CENSUS_DESCRIPTORS] += pages * DESCRIPTOR_BYTES;
	cost->most[CENSUS_DESCRIPTORS] += pages * DESCRIPTOR_BYTES;
}

/* Free memory describes itself; what was never given out, and what is reserved, nobody. */
static bool has_descriptor(enum census_type type)
{
	switch (type) {
	case CENSUS_FREE:
	case CENSUS_CPU_LISTS:
	case CENSUS_RESERVED:
	case CENSUS_UNMANAGED:
	case CENSUS_NOT_ONLINE:
	case CENSUS_HOLES:
		return false;
	default:
		return true;
	}
}

static uint64_t pool_bytes(uint64_t descriptors)
{
	return (descriptors + POOL_SLOTS - 1) / POOL_SLOTS * 4096;
}

static void memdesc_cost(const struct census *census, const struct census_types *types,
			 struct census_cost *cost)
{
	uint64_t folios = device_pages(census), pages = folios;

	for (size_t i = 0; i < CENSUS_TYPES; i++) {
		if (!has_descriptor(i))
			continue;
		/* A page of zsmalloc leads to its zspage. */
		folios += i == CENSUS_ZSMALLOC ? 0 : types->row[i].folios;
		pages += types->row[i].pages;
	}
	baseline_cost(census, types, cost);
	set(cost, CENSUS_MEMMAP, words(census), words(census));
	cost->least[CENSUS_DESCRIPTORS] += pool_bytes(folios);
	cost->most[CENSUS_DESCRIPTORS] += pool_bytes(pages);
}

/* The check that holds guests of every variant to the form (workloads/metadata-check.c). */
#define HELD_AT_BOOT									\
	[CENSUS_MEMMAP] = "metadata-closed-form", [CENSUS_TABLES] = "metadata-closed-form"

const struct census_design census_design_table[] = {
	{
		.name = "baseline",
		.help = "64 B a page of each section, mapped by 2 MiB; zspages of 8 pages or of "
			"one",
		.held = { HELD_AT_BOOT },
		.cost = baseline_cost,
	},
	{
		.name = "vmemmap-4k",
		.help = "the same, mapped by 4 KiB: a table of PTEs for each section",
		.held = { HELD_AT_BOOT },
		.cost = vmemmap_4k_cost,
	},
	{
		.name = "lazy-vmemmap",
		.help = "persistent memory bound and idle, at most 4 MiB each; or all of it in use",
		.held = { [CENSUS_MEMMAP] = "bound-memmap-closed-form" },
		.cost = lazy_cost,
	},
	{
		.name = "zsmalloc-unmovable",
		.help = "as baseline, zspages of 48 B and 8 B a page; struct pages stay",
		.held = { HELD_AT_BOOT },
		.cost = pageless_cost,
	},
	{
		.name = "pageless-zsmalloc",
		.help = "the same",
		.held = { HELD_AT_BOOT },
		.cost = pageless_cost,
	},
	{
		.name = "memdesc-static",
		.help = "8 B and a descriptor of 64 B for each page of each section",
		.cost = memdesc_static_cost,
	},
	{
		.name = "memdesc",
		.help = "8 B a page, 64 B for each folio in use or for each of its pages; free "
			"memory describes itself",
		.cost = memdesc_cost,
	},
	{ .name = NULL },
};

char *census_state(const char *kernels, const char *design)
{
	char *dir = str_printf("%s/%s/variant.ini", kernels, design);
	struct variant *variant = NULL;
	char *state;

	if (!fs_exists(kernels)) {
		state = str_dup("unknown");
	} else if (!fs_exists(dir) || variant_load(kernels, design, &variant, NULL)) {
		state = str_dup("planned");
	} else {
		state = str_dup(variant->state && *variant->state ? variant->state : "unknown");
		variant_free(variant);
	}
	free(dir);
	return state;
}

void census_judge(const struct census *census, struct memmap_judged *ret_judged)
{
	memmap_size_judge(&census->size, CENSUS_PAGE_BYTES, &census->beside, ret_judged);
}

const char *census_verdict_name(enum census_verdict verdict)
{
	static const char *const name[] = {
		[CENSUS_SAME] = "same",
		[CENSUS_EXPLAINED] = "explained",
		[CENSUS_DIFFERS] = "differs",
		[CENSUS_UNKNOWN] = "unknown",
	};

	return name[verdict];
}

/* What the kernel's figure is known to count, or to leave out, beside memory blocks. */
static char *reasons(const struct census *census, const struct memmap_judged *judged)
{
	struct strv part = { 0 };
	char *text;

	if (judged->extras & MEMMAP_EXTRA_PAGE_EXT)
		strv_add(&part, "page_ext is in it");
	if (judged->extras & MEMMAP_EXTRA_DEVICE)
		strv_add(&part, "the memmap of device memory is in it");
	if (census->hvo && judged->seen < judged->expected)
		strv_add(&part, "what hugetlb gave back is not (vm.hugetlb_optimize_vmemmap)");
	if (!part.nr)
		strv_add(&part, "nothing is known that would explain it");
	text = strv_join(&part, ", ");
	strv_free(&part);
	return text;
}

static enum census_verdict verdict_of(const struct census *census,
				      const struct memmap_judged *judged)
{
	if (!census->counted)
		return CENSUS_UNKNOWN;
	if (judged->seen == judged->expected)
		return judged->extras ? CENSUS_EXPLAINED : CENSUS_SAME;
	if ((judged->seen > judged->expected && judged->extras & MEMMAP_EXTRA_PAGE_EXT) ||
	    (judged->seen < judged->expected && census->hvo))
		return CENSUS_EXPLAINED;
	return CENSUS_DIFFERS;
}

static char *comparison(const struct census *census, const struct memmap_judged *judged)
{
	uint64_t seen = judged->seen, expected = judged->expected;
	bool less = seen < expected;
	char *why, *text;

	if (!census->counted)
		return str_dup("the kernel does not count its memmap (Linux 6.12 and later do)");
	if (seen == expected && !judged->extras)
		return str_dup("the kernel's own figure is the same");
	why = reasons(census, judged);
	if (seen == expected)
		text = str_printf("the kernel's own figure is the same without the part of "
				  "nr_memmap_pages that is not of memory blocks: %s", why);
	else
		text = str_printf("the kernel's own figure is %" PRIu64 " B, %" PRIu64 " B %s: %s",
				  seen, less ? expected - seen : seen - expected,
				  less ? "less" : "more", why);
	free(why);
	return text;
}

enum census_verdict census_verdict(const struct census *census, char **ret_text)
{
	struct memmap_judged judged;
	char *text;

	census_judge(census, &judged);
	text = comparison(census, &judged);
	*ret_text = str_printf("%" PRIu64 " sections x %u pages x %u B = %" PRIu64 " B; %s",
			       census->size.sections, MEMMAP_SECTION_PAGES, CENSUS_PAGE_BYTES,
			       judged.expected, text);
	free(text);
	return verdict_of(census, &judged);
}
