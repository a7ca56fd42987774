// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Accounting of metadata, in a made-up guest of two nodes: a sound kernel passes to the
 * page, and each thing that can be wrong is noticed by the check that is there for it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot-memory.h"
#include "metadata-bench.h"

#define MEMMAP "kind=memmap,phase=boot"
#define TABLES "kind=tables,phase=boot"
#define SECTIONS "kind=sections,phase=boot"
#define PAGE_EXT "kind=page_ext,phase=boot"
#define ZSPAGES "kind=zspages,phase=boot"

static void sound_kernels_pass_to_the_page(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", MEMMAP, VERDICT_PASS,
	       "4 sections of 32768 pages x 64 B: node 0: 1024, must be 1024; node 1: 1024, must be 1024");
	audit_expect(bench, "metadata-closed-form", TABLES, VERDICT_PASS,
	       "4-level paging: node 0: 2, must be 2; 0 for that of devices; 0 of all are empty");
	audit_expect(bench, "metadata-closed-form", SECTIONS, VERDICT_PASS,
		     "5 pages: 1 roots of 16 B");
	audit_expect(bench, "metadata-closed-form", ZSPAGES, VERDICT_PASS, "0 descriptors in use");
	audit_expect(bench, "metadata-counted", "phase=boot", VERDICT_PASS,
	       "nr_memmap_boot_pages 2048 + nr_memmap_pages 0 = 2048, must be 2048");
	assert_null(audit_find(bench, MSG_CHECK, "metadata-closed-form", PAGE_EXT));
	assert_int_equal(audit_bytes(bench, "kind=memmap,node=0,phase=boot"), 4 << 20);
	assert_int_equal(audit_bytes(bench, "kind=memmap,node=1,phase=boot"), 4 << 20);
	assert_int_equal(audit_bytes(bench, "kind=tables,node=0,phase=boot"), 8192);
	assert_int_equal(audit_bytes(bench, "kind=tables,node=1,phase=boot"), 0);
	assert_int_equal(audit_bytes(bench, "kind=sections,node=0,phase=boot"), 5 * 4096);
	assert_int_equal(audit_bytes(bench, "kind=page_ext,node=1,phase=boot"), 0);
	assert_int_equal(audit_bytes(bench, "kind=memmap,node=device,phase=boot"), UINT64_MAX);
	assert_int_equal(audit_find(bench, MSG_SAMPLES, "memory_bytes",
				    "kind=present,phase=boot")->sample,
			 (3999 + 61376 + 65536) * UINT64_C(4096));
}

static void counters_that_lie_are_noticed(void **state)
{
	struct bench *bench = *state;

	fake_memory_counted(&bench->fake, 2047, 0);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-counted", "phase=boot", "= 2047, must be 2048");
	fake_memory_counted(&bench->fake, 2048, 1);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-counted", "phase=boot",
			  "nr_memmap_pages 1 = 2049, must be 2048");
}

static void memmaps_on_the_wrong_node_are_noticed(void **state)
{
	struct bench *bench = *state;

	fake_memory_word(&bench->fake, FAKE_PMD + 3 * 8, (FAKE_MEMMAP_0 + (6 << 20)) | FAKE_LARGE);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", MEMMAP,
		    "node 0: 1536, must be 1024; node 1: 512, must be 1024");
}

/* What two sections share is there once, and what is not there is missing. */
static void memmaps_of_another_size_are_noticed(void **state)
{
	struct bench *bench = *state;

	fake_memory_word(&bench->fake, FAKE_PMD + 1 * 8, FAKE_MEMMAP_0 | FAKE_LARGE);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", MEMMAP, "node 0: 512, must be 1024");
	fake_memory_word(&bench->fake, FAKE_PMD + 1 * 8, 0);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", MEMMAP, "node 0: 512, must be 1024");
	/* Struct pages that should be of 8 bytes and are not are where those of devices belong. */
	bench->job.page_bytes = 8;
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-counted", "phase=boot",
		    "must be 1280: 256 for 4 sections, 1024 mapped for devices");
}

/* A page of 2 MiB that is mapped by small entries takes a table more. */
static void tables_are_held_against_the_mapping(void **state)
{
	struct bench *bench = *state;
	unsigned int i;

	for (i = 0; i < 512; i++)
		fake_memory_word(&bench->fake, FAKE_SPARE + i * 8,
				 (FAKE_MEMMAP_0 + (2 << 20) + i * 4096) | FAKE_TABLE);
	fake_memory_word(&bench->fake, FAKE_PMD + 1 * 8, FAKE_SPARE | FAKE_TABLE);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", TABLES, "node 0: 3, must be 2");
	assert_int_equal(bench->now.memmap.small[MEMMAP_OF_RAM], 2 << 20);
	strcpy(bench->job.memmap_mapping, "4K");
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", TABLES,
		    "node 0: 3, must be 4; node 1: 0, must be 2");
}

static void tables_left_empty_are_noticed(void **state)
{
	struct bench *bench = *state;

	fake_memory_word(&bench->fake, FAKE_PUD + 8 * 8, FAKE_SPARE | FAKE_TABLE);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", TABLES,
		    "1 for that of devices; 1 of all are empty");
}

static void roots_are_counted(void **state)
{
	struct bench *bench = *state;

	fake_memory_word(&bench->fake, FAKE_ROOTS + 8, FAKE_DIRECT + FAKE_SPARE);
	assert_int_equal(audit_look(bench), 0);
	assert_int_equal(bench->now.roots_used, 1);	/* no memory there: not even looked at */
	fake_memory_put(&bench->fake, "/proc/iomem", "00001000-1fffffff : System RAM\n"
			"800000000-8ffffffff : Persistent Memory\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", SECTIONS, VERDICT_PASS,
	       "2 roots of 16 B each section are in use (must be 1 to 2)");
	fake_memory_word(&bench->fake, FAKE_ROOTS + 8, 0);
	fake_memory_word(&bench->fake, FAKE_ROOTS, FAKE_DIRECT + FAKE_ROOT);
	fake_memory_put(&bench->fake, "/proc/iomem", "00001000-1fffffff : System RAM\n"
			"800000000-87fffffff : System RAM\n");
	fake_memory_put(&bench->fake, "/sys/devices/system/node/node1/memory256/state", "online\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", SECTIONS, VERDICT_FAIL,
	       "1 roots of 16 B each section are in use (must be 2 to 2)");
}

/* 16 GiB at 32 GiB: mapped by 2 MiB from RAM of node 1, and the last 2 MiB from the device. */
static void memmaps_of_devices_are_apart(void **state)
{
	struct bench *bench = *state;

	fake_memory_put(&bench->fake, "/proc/iomem", "00001000-1fffffff : System RAM\n"
			"1000000000-13ffffffff : Persistent Memory\n");
	fake_memory_word(&bench->fake, FAKE_PUD + 1 * 8, FAKE_SPARE | FAKE_TABLE);
	fake_memory_word(&bench->fake, FAKE_SPARE, (FAKE_MEMMAP_1 + (4 << 20)) | FAKE_LARGE);
	fake_memory_word(&bench->fake, FAKE_SPARE + 8, UINT64_C(0x1000000000) | FAKE_LARGE);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-counted", "phase=boot",
		    "= 2048, must be 3072: 2048 for 4 sections, 1024 mapped for devices");
	fake_memory_counted(&bench->fake, 2048, 1024);
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-counted", "phase=boot", VERDICT_PASS, "= 3072, must be 3072");
	audit_expect(bench, "metadata-closed-form", TABLES, VERDICT_PASS, "1 for that of devices");
	assert_int_equal(audit_bytes(bench, "kind=memmap,node=1,phase=boot"), 6 << 20);
	assert_int_equal(audit_bytes(bench, "kind=memmap,node=device,phase=boot"), 2 << 20);
}

/* 8 bytes a page: 64 pages a section, which are in one page of 2 MiB at FAKE_MEMMAP_0. */
static void small_struct_pages_share_a_large_page(void **state)
{
	struct bench *bench = *state;
	unsigned int i;

	for (i = 1; i < 4; i++)
		fake_memory_word(&bench->fake, FAKE_PMD + i * 8, 0);
	bench->job.page_bytes = 8;
	fake_memory_counted(&bench->fake, 256, 0);
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", MEMMAP, VERDICT_PASS,
		     "node 0: 512, must be 512");
	audit_expect(bench, "metadata-counted", "phase=boot", VERDICT_PASS, "= 256, must be 256");
}

static void page_ext_is_found_by_its_sections(void **state)
{
	struct bench *bench = *state;
	char info[] = "SIZE(mem_section)=32";
	FILE *core;
	char path[128];
	uint64_t i;

	/* As kernels with page_ext have it: 32 bytes a section, so 4096 roots. */
	snprintf(path, sizeof(path), "%s/proc/kcore", bench->fake.root);
	core = fopen(path, "r+");
	for (i = 4096; fseek(core, (long)i, SEEK_SET) == 0; i++) {
		char seen[sizeof(info)] = "";

		assert_int_equal(fread(seen, 1, sizeof(info) - 1, core), sizeof(info) - 1);
		if (!memcmp(seen, "LENGTH(mem_section)=2048", 20)) {
			fseek(core, (long)i + 20, SEEK_SET);
			fputs("4096", core);
		}
		if (memcmp(seen, info, 18))
			continue;
		fseek(core, (long)i, SEEK_SET);
		fputs(info, core);
		break;
	}
	fclose(core);
	for (i = 0; i < 4; i++) {
		fake_memory_word(&bench->fake, FAKE_ROOT + i * 32, FAKE_VMEMMAP | 3);
		fake_memory_word(&bench->fake, FAKE_ROOT + i * 32 + 16, i == 3 ? 0 :
				 FAKE_DIRECT + FAKE_MEMMAP_1 + (8 << 20) + (i << 18) - i * 32768 * 8);
	}
	bench->source.page_ext_each = 8;
	fake_memory_counted(&bench->fake, 2048, 192);
	fake_memory_put(&bench->fake, "/sys/devices/system/memory/memory3/state", "offline\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", PAGE_EXT, VERDICT_PASS,
	       "192 pages, must be 192: 8 B (must be 0, and 8 if page tables are checked) for each page "
	       "of the 3 sections that are online; 3 have it");
	audit_expect(bench, "metadata-counted", "phase=boot", VERDICT_PASS, "192 of page_ext");
	assert_int_equal(audit_bytes(bench, "kind=page_ext,node=1,phase=boot"), 192 * 4096);
	fake_memory_put(&bench->fake, "/sys/devices/system/memory/memory3/state", "online\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", PAGE_EXT, "192 pages, must be 256");
	fake_memory_put(&bench->fake, "/sys/devices/system/memory/memory3/state", "offline\n");
	fake_memory_put(&bench->fake, "/proc/cmdline", "page_owner=on\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", PAGE_EXT, "8 B (must be 72, and 8");
}

static void put_pool(const struct bench *bench, const char *objects, const char *aliases)
{
	static const char classes[] =
		" class  size       10%       20%       30%       40%       50%       60%       70%"
		"       80%       90%       99%      100% obj_allocated   obj_used pages_used "
		"pages_per_zspage freeable\n"
		"     0    32 0 0 0 0 0 0 0 0 0 0 0 256 100 2 1 0\n"
		"     9   176 0 0 0 0 0 0 0 0 0 0 0 930 930 40 4 0\n\n"
		" Total         0 0 0 0 0 0 0 0 0 0 0 1186 1030 42 0\n";

	fake_memory_put(&bench->fake, "/sys/kernel/debug/zsmalloc/zswap1/classes", classes);
	fake_memory_put(&bench->fake, "/sys/kernel/debug/zsmalloc/words", "0\n");
	fake_memory_put(&bench->fake, "/sys/kernel/slab/zspage-zswap1/slab_size", "56\n");
	fake_memory_put(&bench->fake, "/sys/kernel/slab/zspage-zswap1/objs_per_slab", "73\n");
	fake_memory_put(&bench->fake, "/sys/kernel/slab/zspage-zswap1/cpu_slabs", "1 N0=1\n");
	fake_memory_put(&bench->fake, "/sys/kernel/slab/zspage-zswap1/slabs", "3 N0=1 N1=2\n");
	fake_memory_put(&bench->fake, "/sys/kernel/slab/zspage-zswap1/objects", objects);
	fake_memory_put(&bench->fake, "/sys/kernel/slab/zspage-zswap1/aliases", aliases);
}

static void zspages_are_held_against_their_pools(void **state)
{
	struct bench *bench = *state;

	put_pool(bench, "12 N0=5 N1=7\n", "0\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", ZSPAGES, VERDICT_PASS,
	       "12 descriptors in use in 1 slab caches, must be 12 to 85");
	assert_int_equal(audit_bytes(bench, "kind=zspages,node=0,phase=boot"), 12 * 56 / 3);
	assert_int_equal(audit_bytes(bench, "kind=zspages,node=1,phase=boot"), 12 * 56 * 2 / 3);
	put_pool(bench, "11\n", "0\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", ZSPAGES, "11 descriptors in use");
	put_pool(bench, "86\n", "0\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", ZSPAGES, "86 descriptors in use");
	put_pool(bench, "86\n", "3\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", ZSPAGES, VERDICT_PASS,
		     "must be 12 to more, as others");
	put_pool(bench, "many\n", "3\n");
	assert_int_equal(audit_look(bench), -EBADMSG);
	assert_string_equal(bench->why, "slabs of zspages: Bad message");
}

static void descriptors_are_where_the_variant_says(void **state)
{
	struct bench *bench = *state;

	strcpy(bench->job.descriptor_ranges, "/sys/kernel/debug/memdesc/ranges");
	assert_int_equal(audit_look(bench), -ENOENT);
	fake_memory_put(&bench->fake, "/sys/kernel/debug/memdesc/ranges",
			"ffff888014800000-ffff888014802fff\nffffea0000000000-ffffea00000fffff\n");
	assert_int_equal(audit_look(bench), 0);
	assert_int_equal(audit_bytes(bench, "kind=descriptors,node=1,phase=boot"), 3 * 4096);
	assert_int_equal(audit_bytes(bench, "kind=descriptors,node=0,phase=boot"), 1 << 20);
	fake_memory_put(&bench->fake, "/sys/kernel/debug/memdesc/ranges", "here\n");
	assert_int_equal(audit_look(bench), -EBADMSG);
}

static void lazy_memmaps_have_a_reserve(void **state)
{
	struct bench *bench = *state;

	strcpy(bench->job.device_memmap, "lazy");
	assert_int_equal(audit_look(bench), -ENOENT);
	fake_memory_put(&bench->fake, "/sys/kernel/debug/lazy_vmemmap/populated", "0\n");
	fake_memory_put(&bench->fake, "/sys/kernel/debug/lazy_vmemmap/shared", "0\n");
	fake_memory_put(&bench->fake, "/sys/kernel/debug/lazy_vmemmap/authorised", "0\n");
	fake_memory_put(&bench->fake, "/sys/kernel/debug/lazy_vmemmap/returned", "0\n");
	fake_memory_put(&bench->fake, "/sys/kernel/debug/lazy_vmemmap/bytes", "40960\n");
	assert_int_equal(audit_look(bench), 0);
	assert_int_equal(audit_bytes(bench, "kind=descriptors,node=0,phase=boot"), 40960);
}

static void what_cannot_be_read_is_told(void **state)
{
	struct bench *bench = *state;

	fake_memory_word(&bench->fake, FAKE_PUD, UINT64_C(0x7fff0000000) | FAKE_TABLE);
	assert_int_equal(audit_look(bench), -ENXIO);
	assert_string_equal(bench->why, "page tables of the vmemmap: No such device or address");
	fake_memory_word(&bench->fake, FAKE_PUD, FAKE_PMD | FAKE_TABLE);
	fake_memory_word(&bench->fake, FAKE_PMD, UINT64_C(0xffffffffe0000) << 12 | FAKE_LARGE);
	assert_int_equal(audit_look(bench), -ERANGE);
	fake_memory_put(&bench->fake, "/proc/vmstat", "nr_free_pages 1\n");
	assert_int_equal(audit_look(bench), -ENOKEY);
	assert_non_null(strstr(bench->why, "/proc/vmstat: "));
	fake_memory_put(&bench->fake, "/proc/zoneinfo", "Node 99, zone DMA\n");
	assert_int_equal(audit_look(bench), -EBADMSG);
	fake_memory_put(&bench->fake, "/sys/devices/system/memory/block_size_bytes", "1000\n");
	assert_int_equal(audit_look(bench), -EBADMSG);
	fake_memory_put(&bench->fake, "/proc/iomem", "00000000-00000000 : System RAM\n");
	assert_int_equal(audit_look(bench), -EACCES);
	metadata_report_unread(&bench->report, METADATA_AFTER, -EACCES, "no addresses");
	audit_expect(bench, "metadata-counted", "phase=after", VERDICT_BROKEN, "no addresses");
	bench->nr = 0;
	metadata_report_unread(&bench->report, METADATA_AFTER, -ENOENT, "/proc/kcore");
	audit_expect(bench, "metadata-counted", "phase=after", VERDICT_UNSUPPORTED, "/proc/kcore");
}

static void variants_that_promise_nothing_are_not_judged(void **state)
{
	struct bench *bench = *state;

	bench->job.memmap_mapping[0] = '\0';
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", "phase=boot", VERDICT_UNSUPPORTED,
		     "does not state");
	assert_int_equal(audit_bytes(bench, "kind=memmap,node=0,phase=boot"), 4 << 20);
}

/* 5635 of 130911 pages present are not managed: 2055 of metadata, 511 and 159 of image and low. */
static void memory_missing_from_the_total_is_explained(void **state)
{
	struct bench *bench = *state;
	struct boot_memory memory;

	bench->source.log = (struct boot_log){
		.nodes = 0x4a00 * 2, .hashes = 786432, .percpu = 44 * 4096,
	};
	assert_int_equal(audit_look(bench), 0);
	assert_int_equal(boot_memory_read(&bench->source, &bench->now.map, &memory, bench->why), 0);
	assert_int_equal(memory.low, 0x9f);
	assert_int_equal(memory.image, 0x200);
	bench->source.log.percpu = 0;
	bench->source.log.swiotlb = 2660 << 12;
	bench->nr = 0;
	boot_memory_report(&bench->report, &bench->source, &bench->now, &memory);
	audit_expect(bench, "metadata-memtotal", "", VERDICT_PASS, "of 130911 present, 5635 less");
	audit_expect(bench, "metadata-memtotal", "", VERDICT_PASS,
		     "must be 5620 to 5640: memmap 2048, "
	       "tables of it 2, sections 5, kernel image 512, low memory 159, nodes 10, hash tables 192, "
	       "bounce buffers 2692, and at most 20 for page tables of the direct mapping and small things");
	bench->nr = 0;
	bench->source.log.swiotlb = 2600 << 12;
	boot_memory_report(&bench->report, &bench->source, &bench->now, &memory);
	audit_expect(bench, "metadata-memtotal", "", VERDICT_FAIL, "5635 less");
	bench->nr = 0;
	bench->source.log.swiotlb = 2700 << 12;
	boot_memory_report(&bench->report, &bench->source, &bench->now, &memory);
	audit_expect(bench, "metadata-memtotal", "", VERDICT_FAIL, "5635 less");
	bench->nr = 0;
	bench->source.log.swiotlb = 2660 << 12;
	bench->now.use.total--;
	boot_memory_report(&bench->report, &bench->source, &bench->now, &memory);
	audit_expect(bench, "metadata-memtotal", "", VERDICT_FAIL, "(must be 125276 managed)");
	bench->nr = 0;
	bench->now.use.total++;
	bench->now.use.managed[0] -= 500;
	bench->now.use.managed[1] += 500;
	boot_memory_report(&bench->report, &bench->source, &bench->now, &memory);
	audit_expect(bench, "metadata-memtotal", "", VERDICT_FAIL,
		     "a node has more memmap than memory");
}

static void used_memory_is_explained(void **state)
{
	struct bench *bench = *state;
	struct metadata boot;

	assert_int_equal(audit_look(bench), 0);
	boot = bench->now;
	bench->nr = 0;
	bench->now.use.free -= 1000;
	bench->now.use.slab += 700;
	bench->now.frames[METADATA_MEMMAP].node[1] += 256;
	metadata_report_free(&bench->report, METADATA_LOADED, &boot, &bench->now);
	audit_expect(bench, "metadata-free", "phase=loaded", VERDICT_PASS,
	       "since boot 1000 pages more are used: 256 more of metadata, 700 more that the kernel "
	       "counts, and 44 more that it does not");
	/* More than any number of CPUs explains. */
	bench->now.use.free -= 50000;
	bench->nr = 0;
	metadata_report_free(&bench->report, METADATA_LOADED, &boot, &bench->now);
	audit_expect(bench, "metadata-free", "phase=loaded", VERDICT_FAIL,
		     "50044 more that it does not");
	bench->now.use.written += 50000;
	bench->nr = 0;
	metadata_report_free(&bench->report, METADATA_LOADED, &boot, &bench->now);
	audit_expect(bench, "metadata-free", "phase=loaded", VERDICT_PASS,
		     "(50000 went to block devices");
	bench->now.use.free += 100000;
	bench->nr = 0;
	metadata_report_free(&bench->report, METADATA_AFTER, &boot, &bench->now);
	audit_expect(bench, "metadata-free", "phase=after", VERDICT_FAIL,
		     "-49956 more that it does not");
	bench->now = boot;
}

static void logs_tell_what_the_boot_took(void **state)
{
	static const char *const lines[] = {
		"<6>[    0.001417] NODE_DATA(0) allocated [mem 0x1ff3c600-0x1ff40fff]",
		"<6>[    0.001417] NODE_DATA(1) allocated [mem 0x3ff3c600-0x3ff40fff]",
		"<6>[    0.005818] percpu: Embedded 44 pages/cpu s149144 r0 d31080 u2097152",
		"<6>[    0.006488] Dentry cache hash table entries: 65536 (order: 7, 524288 bytes, linear)",
		"<6>[    0.006566] Inode-cache hash table entries: 32768 (order: 6, 262144 bytes, vmalloc)",
		"<6>[    0.030190] Mount-cache hash table entries: 1024 (order: 1, 8192 bytes, linear)",
		"<6>[    0.1] software IO TLB: mapped [mem 0x000000007b000000-0x000000007f000000] (64MB)",
		"<6>[    0.2] kfence: initialized - using 2097152 bytes for 255 objects at 0x(ptrval)",
		"<6>[    0.28] debug: unmapping init [mem 0xffffffff81f1b000-0xffffffff81f20fff]",
		"<6>[    0.29] debug: unmapping init [mem 0xff1100001ff41000-0xff1100001fffffff]",
		"<6>[    0.3] allocated 1048576 bytes of page_ext\nNODE_DATA(2) allocated [mem 0x1-0x2]",
	};
	static const char *const senseless[] = {
		"", "[", "<", "NODE_DATA(0) allocated [mem 0x2-0x1]", "NODE_DATA(0) allocated",
		"percpu: Embedded pages/cpu", "software IO TLB: mapped [mem", "kfence: initialized",
		"Dentry cache hash table entries: (order", "allocated bytes of page_ext",
	};
	struct boot_log log = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(senseless) / sizeof(senseless[0]); i++)
		boot_log_line(&log, senseless[i]);
	assert_memory_equal(&log, &(struct boot_log){ 0 }, sizeof(log));
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		boot_log_line(&log, lines[i]);
	assert_int_equal(log.nodes, 2 * 0x4a00);
	assert_int_equal(log.percpu, 44 * 4096);
	assert_int_equal(log.hashes, 524288);
	assert_int_equal(log.swiotlb, 64 << 20);
	assert_int_equal(log.kfence, 2 << 20);
	assert_int_equal(log.kept, 0xbf000);
	assert_int_equal(log.page_ext, 1 << 20);
}

static void labels_are_read_back(void **state)
{
	static const char *const bad[] = {
		"", "kind=memmap", "kind=memmap,node=0,phase=boot,more=1", "kind=memmap,node=64,phase=boot",
		"kind=memmap,node=-1,phase=boot", "kind=memmap,node=1x,phase=boot",
		"kind=none,node=0,phase=boot", "kind=memmap,node=0,phase=never",
		"node=0,kind=memmap,phase=boot",
	};
	char labels[METADATA_LABELS];
	enum metadata_phase phase;
	enum metadata_kind kind;
	unsigned int node;
	size_t i;

	(void)state;
	assert_string_equal(metadata_labels(labels, METADATA_PAGE_EXT, 63, METADATA_LOADED),
			    "kind=page_ext,node=63,phase=loaded");
	assert_true(metadata_labels_parse(labels, &kind, &node, &phase));
	assert_true(kind == METADATA_PAGE_EXT && node == 63 && phase == METADATA_LOADED);
	assert_string_equal(metadata_labels(labels, METADATA_MEMMAP, METADATA_DEVICE, METADATA_AFTER),
			    "kind=memmap,node=device,phase=after");
	assert_true(metadata_labels_parse(labels, &kind, &node, &phase));
	assert_true(kind == METADATA_MEMMAP && node == METADATA_DEVICE && phase == METADATA_AFTER);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(metadata_labels_parse(bad[i], &kind, &node, &phase));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, audit_setup, audit_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sound_kernels_pass_to_the_page),
		TEST(counters_that_lie_are_noticed),
		TEST(memmaps_on_the_wrong_node_are_noticed),
		TEST(memmaps_of_another_size_are_noticed),
		TEST(tables_are_held_against_the_mapping),
		TEST(tables_left_empty_are_noticed),
		TEST(roots_are_counted),
		TEST(memmaps_of_devices_are_apart),
		TEST(small_struct_pages_share_a_large_page),
		TEST(page_ext_is_found_by_its_sections),
		TEST(zspages_are_held_against_their_pools),
		TEST(descriptors_are_where_the_variant_says),
		TEST(lazy_memmaps_have_a_reserve),
		TEST(what_cannot_be_read_is_told),
		TEST(variants_that_promise_nothing_are_not_judged),
		TEST(memory_missing_from_the_total_is_explained),
		TEST(used_memory_is_explained),
		cmocka_unit_test(logs_tell_what_the_boot_took),
		cmocka_unit_test(labels_are_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
