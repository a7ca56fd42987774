// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The census of a host of which every number is known: types, nodes, what designs cost,
 * and what becomes of files that are not as they must be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "census.h"
#include "fake-host.h"
#include "fake-kernel.h"
#include "golden.h"
#include "kpage.h"
#include "util.h"

static void check_row(const struct census_types *types, enum census_type type, uint64_t pages,
		      uint64_t mapped, uint64_t shared, uint64_t large, uint64_t folios)
{
	const struct census_row *row = &types->row[type];

	if (row->pages != pages || row->mapped != mapped || row->shared != shared ||
	    row->large != large || row->folios != folios)
		fail_msg("%s: %llu pages, %llu mapped, %llu shared, %llu in compound, %llu folios",
			 census_type_name(type), (unsigned long long)row->pages,
			 (unsigned long long)row->mapped, (unsigned long long)row->shared,
			 (unsigned long long)row->large, (unsigned long long)row->folios);
}

/* Everything that fake-host.c puts into the files, added up by hand. */
static void test_types(void **state)
{
	struct census_types types;
	struct census census;

	fake_host_census(*state, &census);
	census_count_types(&census, NULL, &types);
	check_row(&types, CENSUS_FREE, 100 + 32768, 0, 0, 0, 100 + 32768);
	check_row(&types, CENSUS_CPU_LISTS, 40 + 24, 0, 0, 0, 40 + 24);
	check_row(&types, CENSUS_ANON, 200 + 512, 712, 512, 512, 201);
	check_row(&types, CENSUS_KSM, 5, 5, 5, 0, 5);
	check_row(&types, CENSUS_SHMEM, 10, 6, 0, 0, 10);
	check_row(&types, CENSUS_FILE, 50, 20, 20, 0, 50);
	check_row(&types, CENSUS_HUGETLB, 512, 512, 0, 512, 1);
	check_row(&types, CENSUS_SLAB, 8, 0, 0, 8, 1);
	check_row(&types, CENSUS_PGTABLE, 3, 0, 0, 0, 3);
	check_row(&types, CENSUS_STACKS, 100, 0, 0, 0, 100);
	check_row(&types, CENSUS_ZSMALLOC, 50, 0, 0, 0, 50);
	check_row(&types, CENSUS_ZERO, 1, 0, 0, 0, 1);
	check_row(&types, CENSUS_OFFLINE, 7, 0, 0, 0, 7);
	check_row(&types, CENSUS_POISONED, 2, 0, 0, 0, 2);
	check_row(&types, CENSUS_RESERVED, 16, 0, 0, 0, 16);
	check_row(&types, CENSUS_UNMANAGED, 32760 - 31744 - 16, 0, 0, 0, 1000);
	check_row(&types, CENSUS_OTHER, 31342 - 1000 - 64 - 50 - 100, 0, 0, 0, 30128);
	check_row(&types, CENSUS_NOT_ONLINE, 32768, 0, 0, 0, 32768);
	check_row(&types, CENSUS_HOLES, 32768, 0, 0, 0, 32768);
	census_free(&census);
}

static void test_nodes(void **state)
{
	struct census_types types;
	struct census census;

	fake_host_census(*state, &census);
	assert_int_equal(census.nr_nodes, 2);
	assert_int_equal(census.node[0].sections, 1);
	assert_int_equal(census.node[1].sections, 2);
	assert_int_equal(census.node[1].device, 262144);
	census_count_types(&census, &census.node[0], &types);
	assert_int_equal(types.row[CENSUS_FREE].pages, 100);
	assert_int_equal(types.row[CENSUS_HOLES].pages, 0);
	census_count_types(&census, &census.node[1], &types);
	assert_int_equal(types.row[CENSUS_FREE].pages, 32768);
	assert_int_equal(types.row[CENSUS_NOT_ONLINE].pages, 32768);
	assert_int_equal(types.row[CENSUS_OTHER].pages, 0);
	census_free(&census);
}

static void check_cost(const struct census *census, const char *name, const uint64_t least[3],
		       const uint64_t most[3])
{
	const struct census_design *design = census_design_table;
	struct census_types types;
	struct census_cost cost;

	while (design->name && strcmp(design->name, name))
		design++;
	assert_non_null(design->name);
	census_count_types(census, NULL, &types);
	design->cost(census, &types, &cost);
	for (size_t i = 0; i < CENSUS_BYTES_NR; i++)
		if (cost.least[i] != least[i] || cost.most[i] != most[i])
			fail_msg("%s: %s: %llu to %llu", name, census_bytes_name(i),
				 (unsigned long long)cost.least[i], (unsigned long long)cost.most[i]);
}

/*
 * 3 sections of 2 MiB of memmap, 1 GiB of persistent memory with 16 MiB; tables of PMDs
 * and PUDs for the sections, of PMDs for the persistent memory, and by 4 KiB pages one of
 * PTEs for each 2 MiB; 50 pages of zsmalloc in 7 to 50 zspages of 56 bytes.
 */
static void test_costs(void **state)
{
	const uint64_t memmap = (3 * 2 + 16) << 20, small = 7 * 56, large = 50 * 56;
	const uint64_t words = memmap / 8, all = (3 * 32768 + 262144) * 64;
	const uint64_t folios = 201 + 5 + 10 + 50 + 1 + 1 + 3 + 100 + 1 + 7 + 2 + 30128 + 262144;
	const uint64_t pages = 712 + 5 + 10 + 50 + 512 + 8 + 3 + 100 + 50 + 1 + 7 + 2 + 30128 + 262144;
	struct census census;

	fake_host_census(*state, &census);
	check_cost(&census, "baseline", (uint64_t[]){ memmap, 3 * 4096, small },
		   (uint64_t[]){ memmap, 3 * 4096, large });
	check_cost(&census, "vmemmap-4k", (uint64_t[]){ memmap, (3 + 3 + 8) * 4096, small },
		   (uint64_t[]){ memmap, (3 + 3 + 8) * 4096, large });
	check_cost(&census, "lazy-vmemmap", (uint64_t[]){ (3 * 2 + 4) << 20, 2 * 4096, small },
		   (uint64_t[]){ memmap, (2 + 1 + 8) * 4096, large });
	check_cost(&census, "pageless-zsmalloc",
		   (uint64_t[]){ memmap, 3 * 4096, 7 * 48 + 50 * 8 },
		   (uint64_t[]){ memmap, 3 * 4096, 50 * 56 });
	check_cost(&census, "memdesc-static", (uint64_t[]){ words, 3 * 4096, all + small },
		   (uint64_t[]){ words, 3 * 4096, all + large });
	assert_int_equal((folios + 62) / 63, 4646);
	assert_int_equal((pages + 62) / 63, 4663);
	check_cost(&census, "memdesc", (uint64_t[]){ words, 3 * 4096, 4646 * 4096 + small },
		   (uint64_t[]){ words, 3 * 4096, 4663 * 4096 + large });
	census_free(&census);
}

/*
 * A namespace of 248 GiB, as guests measured it (README.md): 4,160,749,568 bytes of memmap,
 * 16,384 of tables mapped by 2 MiB, 8,142,848 by 4 KiB.
 */
static void test_large_namespace(void **state)
{
	const struct fake_host *host = *state;
	const uint64_t memmap = 6291456 + 4160749568;
	struct census census;

	fake_write(host->root, "sys/bus/nd/devices/pfn0.1/size", "266287972352\n");
	fake_host_census(host, &census);
	check_cost(&census, "baseline", (uint64_t[]){ memmap, 2 * 4096 + 16384, 392 },
		   (uint64_t[]){ memmap, 2 * 4096 + 16384, 2800 });
	check_cost(&census, "vmemmap-4k", (uint64_t[]){ memmap, 5 * 4096 + 8142848, 392 },
		   (uint64_t[]){ memmap, 5 * 4096 + 8142848, 2800 });
	census_free(&census);
}

static void check_verdict(const struct fake_host *host, const char *vmstat,
			  enum census_verdict expected, const char *words)
{
	enum census_verdict verdict;
	struct census census;
	char *text;

	fake_write(host->root, "proc/vmstat", vmstat);
	fake_host_census(host, &census);
	verdict = census_verdict(&census, &text);
	if (verdict != expected || !strstr(text, words))
		fail_msg("%s: %s", census_verdict_name(verdict), text);
	free(text);
	census_free(&census);
}

/* 3 sections take 1536 pages; one of them was added later, and the device takes 4096. */
static void test_verdict(void **state)
{
	const struct fake_host *host = *state;

	check_verdict(host, "nr_memmap_boot_pages 1536\nnr_memmap_pages 0\n", CENSUS_SAME,
		      "3 sections x 32768 pages x 64 B = 6291456 B; the kernel's own figure is the same");
	check_verdict(host, "nr_memmap_boot_pages 1024\nnr_memmap_pages 4608\n", CENSUS_EXPLAINED,
		      "is the same without the part of nr_memmap_pages that is not of memory blocks: "
		      "the memmap of device memory is in it");
	check_verdict(host, "nr_free_pages 5\n", CENSUS_UNKNOWN, "does not count its memmap");
	check_verdict(host, "nr_memmap_boot_pages 1537\nnr_memmap_pages 0\n", CENSUS_DIFFERS,
		      "6295552 B, 4096 B more: ");
	check_verdict(host, "nr_memmap_boot_pages 512\nnr_memmap_pages 0\n", CENSUS_DIFFERS,
		      "2097152 B, 4194304 B less: ");
	/* two are missing, and only one is known to have been added */
	check_verdict(host, "nr_memmap_boot_pages 512\nnr_memmap_pages 5120\n", CENSUS_DIFFERS,
		      "2097152 B, 4194304 B less: ");
	fake_write(host->root, "proc/kallsyms", "ffffffff81000000 T page_ext_get\n");
	check_verdict(host, "nr_memmap_boot_pages 1537\nnr_memmap_pages 0\n", CENSUS_EXPLAINED,
		      "4096 B more: page_ext is in it");
	fake_write(host->root, "proc/sys/vm/hugetlb_optimize_vmemmap", "1\n");
	check_verdict(host, "nr_memmap_boot_pages 1535\nnr_memmap_pages 0\n", CENSUS_EXPLAINED,
		      "4096 B less: page_ext is in it, the memmap of device memory is in it, what "
		      "hugetlb gave back is not");
}

/*
 * Blocks of two sections, as hosts of 64 GiB and more have them, of larger sizes: the
 * second half of the first has no memory, as /proc/iomem says, since a newer kernel has no
 * flag there.
 */
static void test_large_blocks(void **state)
{
	struct fake_host *host = *state;
	struct census_types types;
	struct census census;
	char path[128];

	fake_write(host->root, "sys/devices/system/memory/block_size_bytes", "10000000\n");
	fake_write(host->root, "sys/devices/system/memory/memory1/state", "online\n");
	fake_write(host->root, "sys/devices/system/node/node1/memory1/state", "online\n");
	snprintf(path, sizeof(path), "%s/sys/devices/system/memory/memory2", host->root);
	assert_int_equal(fs_remove(path, NULL), 0);
	snprintf(path, sizeof(path), "%s/sys/devices/system/memory/memory3", host->root);
	assert_int_equal(fs_remove(path, NULL), 0);
	fake_host_census(host, &census);
	census_count_types(&census, NULL, &types);
	assert_int_equal(census.layout.units, 2);
	assert_int_equal(census.node[1].sections, 1);
	assert_int_equal(types.row[CENSUS_HOLES].pages, 32768);
	census_free(&census);
	/* without an iomem, what has no flag "no page" is taken for a page */
	fake_write(host->root, "proc/iomem", "");
	fake_host_census(host, &census);
	assert_int_equal(census.layout.units, 3);
	census_free(&census);
	for (size_t i = 32768; i < 2 * 32768; i++)
		host->flags[i] = KPF(NOPAGE);
	fake_host_words(host, FAKE_HOST_WORDS, FAKE_HOST_WORDS, 0);
	fake_host_census(host, &census);
	assert_int_equal(census.layout.units, 2);
	census_free(&census);
}

/* A kernel without memory hotplug has no blocks, one without NUMA no nodes. */
static void test_no_blocks(void **state)
{
	const struct fake_host *host = *state;
	struct census census;
	char path[128];

	snprintf(path, sizeof(path), "%s/sys", host->root);
	assert_int_equal(fs_remove(path, NULL), 0);
	fake_host_census(host, &census);
	assert_int_equal(census.layout.units, 2);
	assert_int_equal(census.node[0].sections, 2);
	assert_int_equal(census.nr_devices, 0);
	census_free(&census);
}

/* Older kernels end the files with the last page; its section has all of its memmap. */
static void test_short_end(void **state)
{
	const struct fake_host *host = *state;
	struct census_types types;
	struct census census;

	fake_host_words(host, 2 * 32768 + 1000, 2 * 32768 + 1000, 0);
	fake_host_census(host, &census);
	census_count_types(&census, NULL, &types);
	assert_int_equal(census.layout.units, 3);
	assert_int_equal(types.row[CENSUS_FREE].pages, 100 + 1000);
	assert_int_equal(types.row[CENSUS_NOT_ONLINE].pages, 32768 + 31768);
	census_free(&census);
}

/* A block that is out of use, of which newer kernels say nothing in the files either. */
static void test_offline_block(void **state)
{
	const struct fake_host *host = *state;
	struct census_types types;
	struct census census;

	fake_write(host->root, "sys/devices/system/memory/memory2/state", "offline\n");
	fake_host_census(host, &census);
	census_count_types(&census, NULL, &types);
	assert_int_equal(census.layout.units, 3);
	assert_int_equal(types.row[CENSUS_FREE].pages, 100);
	assert_int_equal(types.row[CENSUS_NOT_ONLINE].pages, 2 * 32768);
	census_free(&census);
}

/* Counters move while pages are read: no more pages are taken than have no flag. */
static void test_large_counter(void **state)
{
	const struct fake_host *host = *state;
	struct census_types types;
	struct census census;
	uint64_t pages = 0;

	fake_write(host->root, "proc/zoneinfo", "Node 0, zone Normal\n nr_zspages 40000\n"
		   " nr_kernel_stack 400\n present 32760\n managed 31744\n");
	fake_host_census(host, &census);
	census_count_types(&census, &census.node[0], &types);
	assert_int_equal(types.row[CENSUS_UNMANAGED].pages, 1000);
	assert_int_equal(types.row[CENSUS_ZSMALLOC].pages, 31342 - 1000);
	assert_int_equal(types.row[CENSUS_STACKS].pages, 0);
	assert_int_equal(types.row[CENSUS_OTHER].pages, 0);
	for (size_t i = 0; i < CENSUS_TYPES; i++)
		pages += types.row[i].pages;
	assert_int_equal(pages, 32768);
	census_free(&census);
}

static void refuse(const struct fake_host *host, int expected, const char *words)
{
	struct census census;
	struct err err = { "" };
	int error = census_read(host->root, &census, &err);

	if (!error)
		census_free(&census);
	if (error != expected || !strstr(err.text, words))
		fail_msg("%d: %s", error, err.text);
}

static void test_bad_files(void **state)
{
	const struct fake_host *host = *state;
	char path[128];

	fake_host_words(host, 40000, 40000, 3);
	refuse(host, -EBADMSG, "/proc/kpageflags: ends within a word");
	fake_host_words(host, 40000, 39999, 0);
	refuse(host, -EBADMSG, "/proc/kpagecount: ends at page frame 39999, /proc/kpageflags at 40000");
	fake_host_words(host, 0, 0, 0);
	refuse(host, -ENODATA, "/proc/kpageflags: is empty");
	fake_host_words(host, FAKE_HOST_WORDS, FAKE_HOST_WORDS, 0);
	fake_write(host->root, "sys/devices/system/memory/block_size_bytes", "1000\n");
	refuse(host, -ENOTSUP, "0x1000 is no multiple of 128 MiB");
	fake_write(host->root, "sys/devices/system/memory/block_size_bytes", "8000000\n");
	fake_write(host->root, "sys/devices/system/memory/memory99999999999/state", "online\n");
	refuse(host, -EBADMSG, "memory99999999999: no memory is there");
	snprintf(path, sizeof(path), "%s/sys/devices/system/memory/memory99999999999", host->root);
	assert_int_equal(fs_remove(path, NULL), 0);
	fake_write(host->root, "proc/zoneinfo", "nothing\n");
	refuse(host, -EBADMSG, "/proc/zoneinfo: has no zones");
	snprintf(path, sizeof(path), "%s/proc/kpagecount", host->root);
	assert_int_equal(unlink(path), 0);
	refuse(host, -ENOENT, "it takes a kernel with CONFIG_PROC_PAGE_MONITOR");
}

static void test_not_root(void **state)
{
	const struct fake_host *host = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/proc/kpageflags", host->root);
	assert_int_equal(chmod(host->root, 0755), 0);
	assert_int_equal(chmod(path, 0), 0);
	if (!geteuid())
		assert_int_equal(seteuid(65534), 0);
	refuse(host, -EACCES,
	       "/proc/kpageflags: cannot open: Permission denied; run the census as root");
	if (!getuid())
		assert_int_equal(seteuid(0), 0);
}

static void check_golden(const struct census *census, enum print_format format, const char *name)
{
	char *text = fake_host_printed(census, format);

	golden_check(name, text);
	free(text);
}

static void test_printed(void **state)
{
	struct census census;

	fake_host_census(*state, &census);
	check_golden(&census, PRINT_TEXT, "census.txt");
	check_golden(&census, PRINT_JSON, "census.json");
	check_golden(&census, PRINT_CSV, "census.csv");
	census_free(&census);
}

/* Guests of 512 MiB: 3 and 7 pages of tables with 5-level paging (results/reference). */
static void test_tables(void **state)
{
	struct memmap_layout layout = { 0 };

	(void)state;
	assert_int_equal(memmap_layout_tables(&layout, true, true), 0);
	for (uint64_t section = 0; section < 4; section++)
		memmap_layout_add(&layout, section);
	assert_int_equal(memmap_layout_tables(&layout, false, true), 3);
	assert_int_equal(memmap_layout_tables(&layout, true, true), 7);
	assert_int_equal(memmap_layout_tables(&layout, false, false), 2);
	/* 64 GiB of memory have 1 GiB of memmap, 32 TiB have 512 */
	memmap_layout_add(&layout, 511);
	assert_int_equal(layout.pmd_tables, 1);
	memmap_layout_add(&layout, 512);
	assert_int_equal(layout.pmd_tables, 2);
	memmap_layout_add(&layout, 512 * 512 - 1);
	assert_int_equal(layout.pud_tables, 1);
	memmap_layout_add(&layout, 512 * 512);
	assert_int_equal(layout.pmd_tables, 4);
	assert_int_equal(layout.pud_tables, 2);
}

/* Of the host itself: as many pages as there are, and the kernel's own size of the memmap. */
static void test_this_host(void **state)
{
	struct census_types types;
	struct census census;
	struct err err = { "" };
	uint64_t pages = 0;
	int error = census_read("", &census, &err);
	char *text;

	(void)state;
	if (error == -EACCES || error == -EPERM || error == -ENOENT || error == -ENOTSUP) {
		print_message("skipped: %s\n", err.text);
		skip();
	}
	assert_string_equal(err.text, "");
	census_count_types(&census, NULL, &types);
	for (size_t i = 0; i < CENSUS_TYPES; i++)
		pages += census_type_has_memmap(i) ? types.row[i].pages : 0;
	assert_int_equal(pages, census.layout.units * MEMMAP_SECTION_PAGES);
	if (census_verdict(&census, &text) == CENSUS_DIFFERS)
		fail_msg("%s", text);
	free(text);
	census_free(&census);
}

#define ON_HOST(test) cmocka_unit_test_setup_teardown(test, fake_host_setup, fake_host_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_HOST(test_types),
		ON_HOST(test_nodes),
		ON_HOST(test_costs),
		ON_HOST(test_large_namespace),
		ON_HOST(test_verdict),
		ON_HOST(test_large_blocks),
		ON_HOST(test_no_blocks),
		ON_HOST(test_short_end),
		ON_HOST(test_offline_block),
		ON_HOST(test_large_counter),
		ON_HOST(test_bad_files),
		ON_HOST(test_not_root),
		ON_HOST(test_printed),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
