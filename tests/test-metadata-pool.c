// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Accounting of metadata where descriptors of pages come from a pool.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "descriptor-census.h"
#include "descriptor-pool.h"
#include "kpage.h"
#include "metadata-bench.h"

#define PAGES "kind=descriptors,phase=boot"
#define SLOTS "kind=slots,phase=boot"
#define TABLES "kind=tables,phase=boot"

#define DIR "/sys/kernel/debug/memdesc/"
#define SLOT_PAGES UINT64_C(0x14800000)	/* on node 1 */
#define PRIVATE 40u

#define SHARED_PUD FAKE_SPARE
#define SHARED_PMD (FAKE_SPARE + 0x1000)
#define SHARED_PTE (FAKE_SPARE + 0x2000)
#define SHARED_FRAMES UINT64_C(0x5000000)
#define SLOT_RANGE "ffff888014800000-ffff88801480afff\n"
#define SHARED_RANGES "fffff1ffc0000000-fffff1ffc0001fff\nfffff1ffc0004000-fffff1ffc0005fff\n"
#define BUDDY_FRAMES 0x1e000u	/* and what is behind is in use */

static const char info[] =
	"SYMBOL(mem_section)=ffff888003000600\nLENGTH(mem_section)=2048\nSIZE(mem_section)=16\n"
	"OFFSET(mem_section.section_mem_map)=0\nNUMBER(SECTION_SIZE_BITS)=27\nSIZE(page)=8\n"
	"SIZE(page_desc)=64\nOFFSET(page.memdesc)=0\nNUMBER(MEMDESC_TYPE_MASK)=15\n"
	"OFFSET(page_desc.flags)=0\nOFFSET(page_desc._refcount)=52\nOFFSET(page_desc.mapping)=24\n"
	"OFFSET(page_desc._mapcount)=48\nOFFSET(page_desc.compound_head)=8\n"
	"OFFSET(page_desc.private)=40\nNUMBER(PG_lru)=5\nNUMBER(PG_private)=14\n"
	"NUMBER(PG_swapbacked)=18\nNUMBER(PG_hwpoison)=21\nNUMBER(PG_head_mask)=64\n"
	"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456\nNUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376\n"
	"NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=-201326592\n"
	"NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-251658240\n"
	"SYMBOL(swapper_pg_dir)=ffffffff81100000\nNUMBER(pgtable_l5_enabled)=0\n";

/* Of 704 slots of 11 pages. */
static const char types[] =
	"slab 4\npage-table 0\nhugetlb 4\nanon 522\nfile 0\nzsmalloc 0\noffline 0\npool 11\n"
	"reserved 5\ndevice 0\nper-cpu-list 100\ntail 0\nother 0\n";

/* @nr pages of the same flags, the first with @head too. */
static unsigned int put_flags(int fd, unsigned int frame, unsigned int nr, uint64_t head,
			      uint64_t flags)
{
	uint64_t word;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		word = flags;
		if (head)
			word |= i ? KPF(COMPOUND_TAIL) : head;
		assert_int_equal(pwrite(fd, &word, sizeof(word), (off_t)(frame + i) * 8), 8);
	}
	return frame + nr;
}

/*
 * 100 pages on lists of CPUs and 11 of slots, without flags; 10 anonymous ones, a huge page, a
 * slab of 8 pages and a HugeTLB page. Reserved pages are as they were.
 */
static void put_pages(const struct bench *bench)
{
	unsigned int at;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/proc/kpageflags", bench->fake.root);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	put_flags(fd, 0x100, 0x1000 - 0x100, 0, KPF(BUDDY));
	put_flags(fd, 0x1200, BUDDY_FRAMES - 0x1200, 0, KPF(BUDDY));
	at = put_flags(fd, BUDDY_FRAMES, 111, 0, 0);
	at = put_flags(fd, at, 10, 0, KPF(ANON));
	at = put_flags(fd, at, 512, KPF(COMPOUND_HEAD), KPF(ANON) | KPF(THP));
	at = put_flags(fd, at, 8, KPF(COMPOUND_HEAD), KPF(SLAB));
	at = put_flags(fd, at, 512, KPF(COMPOUND_HEAD), KPF(HUGE));
	put_flags(fd, at, 0x20000 - at, 0, KPF(BUDDY));
	close(fd);
}

static void put_files(const struct bench *bench)
{
	fake_memory_put(&bench->fake, DIR "ranges", SLOT_RANGE SHARED_RANGES);
	fake_memory_put(&bench->fake, DIR "types", types);
	fake_memory_put(&bench->fake, DIR "free_slots", "58\n");
	fake_memory_put(&bench->fake, DIR "pool_pages", "11\n");
	fake_memory_put(&bench->fake, DIR "device_pages", "0\n");
	fake_memory_put(&bench->fake, DIR "bytes", "61440\n");
}

/* Words of 8 bytes in one page of 2 MiB, and two pages of shared descriptors on each node. */
static int setup(void **state)
{
	struct bench *bench;
	unsigned int i;

	audit_setup(state);
	bench = *state;
	for (i = 1; i < 4; i++)
		fake_memory_word(&bench->fake, FAKE_PMD + i * 8, 0);
	fake_memory_word(&bench->fake, FAKE_TOP + 483 * 8, SHARED_PUD | FAKE_TABLE);
	fake_memory_word(&bench->fake, SHARED_PUD + 511 * 8, SHARED_PMD | FAKE_TABLE);
	fake_memory_word(&bench->fake, SHARED_PMD, SHARED_PTE | FAKE_TABLE);
	for (i = 0; i < 4; i++)
		fake_memory_word(&bench->fake, SHARED_PTE + (i / 2 * 4 + i % 2) * 8,
				 (SHARED_FRAMES + i / 2 * FAKE_MEMORY_NODE_BYTES + i % 2 * 4096) |
				 FAKE_TABLE);
	fake_memory_word(&bench->fake, SLOT_PAGES + PRIVATE, DESCRIPTOR_ALL_FREE);
	fake_memory_info(&bench->fake, info);
	bench->job.page_bytes = 8;
	strcpy(bench->job.page_descriptors, "pool");
	strcpy(bench->job.descriptor_ranges, DIR "ranges");
	fake_memory_counted(&bench->fake, 256, 0);
	put_files(bench);
	put_pages(bench);
	return 0;
}

static void pools_are_accounted(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", PAGES, VERDICT_PASS,
		     "share: node 0: 2, must be 2; node 1: 2, must be 2, and 0 for nodes without RAM; 11 pages "
		     "of slots, must be, as the kernel tells, 11; 0 are mapped for devices, "
		     "must be 0; with all of them the "
		     "kernel tells 61440 B, must be 61440");
	audit_expect(bench, "metadata-counted", SLOTS, VERDICT_PASS,
		     "646 slots are descriptors of a page and 58 are free, 704 in all, must be 704: 64 in "
		     "each of 11 pages, of which 11 have the one of their own (must be all) and 1 no other "
		     "(at most 8)");
	audit_expect(bench, "metadata-counted", PAGES, VERDICT_PASS,
		     "630 descriptors lead to pages, must be ");
	audit_expect(bench, "metadata-counted", PAGES, VERDICT_PASS,
		     ": 630 by what pages are, 100 less where those on lists of CPUs are in blocks, 0 more "
		     "where pages that are offline have one, and ");
	audit_expect(bench, "metadata-closed-form", TABLES, VERDICT_PASS,
		     "memmap and shared descriptors of 4 sections, mapped by 2M, 4-level paging: node 0: 5, "
		     "must be 5");
	assert_int_equal(audit_bytes(bench, "kind=descriptors,node=0,phase=boot"), 2 * 4096);
	assert_int_equal(audit_bytes(bench, "kind=descriptors,node=1,phase=boot"), 13 * 4096);
}

static void pages_that_are_not_counted_are_noticed(void **state)
{
	struct bench *bench = *state;

	fake_memory_put(&bench->fake, DIR "bytes", "57344\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", PAGES, "tells 57344 B, must be 61440");
	put_files(bench);
	fake_memory_put(&bench->fake, DIR "ranges",
			"ffff888014800000-ffff888014809fff\n" SHARED_RANGES);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", PAGES, "10 pages of slots, must be, as");
	put_files(bench);
	fake_memory_word(&bench->fake, SHARED_PTE + 4 * 8, SHARED_FRAMES | FAKE_TABLE);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", PAGES,
			  "node 1: 1, must be 2, and 0 for");
}

static void leaked_slots_and_pages_are_noticed(void **state)
{
	struct bench *bench = *state;
	unsigned int i;

	fake_memory_put(&bench->fake, DIR "free_slots", "57\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-counted", SLOTS, VERDICT_FAIL,
		     "57 are free, 703 in all, must be 704");
	audit_expect(bench, "metadata-closed-form", PAGES, VERDICT_PASS, "must be 61440");
	audit_expect(bench, "metadata-counted", PAGES, VERDICT_PASS, "630 descriptors lead");
	put_files(bench);
	for (i = 0; i < 9; i++)
		fake_memory_word(&bench->fake, SLOT_PAGES + i * 4096 + PRIVATE, DESCRIPTOR_ALL_FREE);
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-counted", SLOTS, VERDICT_FAIL, "and 9 no other (at most 8)");
}

/* 600 pages more or less are more than any number of CPUs explains, up to 16. */
static void pages_without_descriptors_are_noticed(void **state)
{
	enum verdict fail = sysconf(_SC_NPROCESSORS_CONF) > 16 ? VERDICT_PASS : VERDICT_FAIL;
	struct bench *bench = *state;

	fake_memory_put(&bench->fake, DIR "types", "pool 11\nper-cpu-list 10\nreserved 5\n");
	fake_memory_put(&bench->fake, DIR "free_slots", "678\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-counted", SLOTS, VERDICT_PASS, "704 in all");
	audit_expect(bench, "metadata-counted", PAGES, fail, "10 descriptors lead to pages");
	put_files(bench);
	fake_memory_put(&bench->fake, DIR "pool_pages", "21\n");
	fake_memory_put(&bench->fake, DIR "types", "anon 1230\npool 21\nreserved 5\n");
	fake_memory_put(&bench->fake, DIR "free_slots", "88\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-counted", SLOTS, VERDICT_PASS, "1344 in all");
	audit_expect(bench, "metadata-counted", PAGES, fail, "1230 descriptors lead to pages");
}

/* The table of PUDs is what stays of it, with 4-level paging; no other may. */
static void empty_tables_of_devices_may_stay(void **state)
{
	struct bench *bench = *state;

	fake_memory_word(&bench->fake, FAKE_TOP + 484 * 8, (FAKE_SPARE + 0x3000) | FAKE_TABLE);
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", TABLES, VERDICT_PASS,
		     "1 for that of devices; 0 of all are empty (must be 0 but for one that stays)");
	fake_memory_word(&bench->fake, FAKE_SPARE + 0x3000, (FAKE_SPARE + 0x4000) | FAKE_TABLE);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", TABLES,
			  "2 for that of devices; 1 of all are empty (must be 0)");
}

/* Such a node has its descriptors where there is memory. */
static void nodes_without_memory_have_shared_ones(void **state)
{
	struct bench *bench = *state;

	fake_memory_put(&bench->fake, "/sys/devices/system/node/node3/cpulist", "1\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", PAGES, "must be 2, and 2 for nodes without");
	fake_memory_word(&bench->fake, SHARED_PTE + 12 * 8, (SHARED_FRAMES + 0x2000) | FAKE_TABLE);
	fake_memory_word(&bench->fake, SHARED_PTE + 13 * 8, (SHARED_FRAMES + 0x3000) | FAKE_TABLE);
	fake_memory_put(&bench->fake, DIR "bytes", "69632\n");
	fake_memory_put(&bench->fake, DIR "ranges",
			SLOT_RANGE SHARED_RANGES "fffff1ffc000c000-fffff1ffc000dfff\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", PAGES, VERDICT_PASS,
		     "node 0: 4, must be 2; node 1: 2, must be 2, and 2 for nodes without RAM; 11 pages");
}

/* A page behind an address of the array of a device, which is no RAM's. */
static void device_memory_has_an_array(void **state)
{
	struct bench *bench = *state;
	struct descriptor_array array;

	fake_memory_put(&bench->fake, "/proc/iomem", "00001000-1fffffff : System RAM\n"
			"1000000000-13ffffffff : Persistent Memory\n");
	fake_memory_word(&bench->fake, FAKE_TOP + 484 * 8, (FAKE_SPARE + 0x3000) | FAKE_TABLE);
	fake_memory_word(&bench->fake, FAKE_SPARE + 0x3000 + 8, (FAKE_SPARE + 0x4000) | FAKE_TABLE);
	fake_memory_word(&bench->fake, FAKE_SPARE + 0x4000, (FAKE_SPARE + 0x5000) | FAKE_TABLE);
	fake_memory_word(&bench->fake, FAKE_SPARE + 0x5000, FAKE_MEMMAP_1 | FAKE_TABLE);
	fake_memory_put(&bench->fake, DIR "device_pages", "1\n");
	fake_memory_put(&bench->fake, DIR "bytes", "65536\n");
	fake_memory_put(&bench->fake, DIR "ranges",
			SLOT_RANGE "fffff20040000000-fffff20040000fff\n" SHARED_RANGES);
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", PAGES, VERDICT_PASS,
		     "1 are mapped for devices, must be 1; with all of them the kernel tells 65536 B");
	audit_expect(bench, "metadata-closed-form", TABLES, VERDICT_PASS, "3 for that of devices");
	assert_int_equal(audit_bytes(bench, "kind=descriptors,node=1,phase=boot"), 14 * 4096);
	assert_int_equal(descriptor_array_read(bench->fake.root, &bench->job, &array), 0);
	assert_int_equal(array.start, 0xfffff20000000000);
	assert_int_equal(array.described, 4096);
	assert_int_equal(array.bytes, 4096);
	fake_memory_put(&bench->fake, DIR "device_pages", "2\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", PAGES, "mapped for devices, must be 2");
}

static void files_that_make_no_sense_are_refused(void **state)
{
	struct bench *bench = *state;

	fake_memory_put(&bench->fake, DIR "types", "anon 5\nmany\npool 11\n");
	assert_int_equal(audit_look(bench), -EBADMSG);
	assert_string_equal(bench->why, DIR "ranges: Bad message");
	fake_memory_put(&bench->fake, DIR "types", "anon 5\n");
	assert_int_equal(audit_look(bench), -EBADMSG);
	put_files(bench);
	fake_memory_put(&bench->fake, DIR "ranges", "");
	assert_int_equal(audit_look(bench), -EBADMSG);
	fake_memory_put(&bench->fake, DIR "ranges", "10000-1ffff\n");
	assert_int_equal(audit_look(bench), -EBADMSG);
	fake_memory_put(&bench->fake, DIR "ranges", "ffff888014800000-ffff88801480afff");
	assert_int_equal(audit_look(bench), -EBADMSG);
	put_files(bench);
	fake_memory_put(&bench->fake, DIR "free_slots", "some\n");
	assert_int_equal(audit_look(bench), -EINVAL);
}

/* As many lines as there are pages. */
static void any_number_of_lines_is_read(void **state)
{
	struct bench *bench = *state;
	struct descriptor_places places;
	char path[128];
	FILE *file;
	int i;

	snprintf(path, sizeof(path), "%s" DIR "ranges", bench->fake.root);
	file = fopen(path, "w");
	assert_non_null(file);
	for (i = 0; i < 5000; i++)
		fprintf(file, "ffff888%09x-ffff888%09x\n", i * 8192, i * 8192 + 4095);
	fputs(SHARED_RANGES, file);
	fclose(file);
	assert_int_equal(descriptor_places_read(path, &places), 0);
	assert_int_equal(places.nr, 5002);
	assert_int_equal(places.array, 0xfffff20000000000);
	assert_int_equal(places.span[4999].start, 0xffff888000000000 + 4999 * 8192);
	assert_int_equal(descriptor_place(&places, &places.span[4999]), DESCRIPTORS_SLOTS);
	assert_int_equal(descriptor_place(&places, &places.span[5000]), DESCRIPTORS_SHARED);
	descriptor_places_free(&places);
	assert_int_equal(descriptor_places_read("/nonexistent", &places), -ENOENT);
}

/* What is not free, but for pages on lists of CPUs and those of the pool: of whomever. */
static void slots_that_nobody_knows_of_are_held(void **state)
{
	struct bench *bench = *state;
	struct descriptor_pool pool;

	assert_int_equal(descriptor_pool_read(bench->fake.root, &bench->job, &pool), 0);
	assert_true(descriptor_pool_adds_up(&pool));
	assert_int_equal(descriptor_pool_held(&pool), 535);
	fake_memory_put(&bench->fake, DIR "free_slots", "57\n");
	assert_int_equal(descriptor_pool_read(bench->fake.root, &bench->job, &pool), 0);
	assert_false(descriptor_pool_adds_up(&pool));
	assert_int_equal(descriptor_pool_held(&pool), 536);
}

static void pages_are_counted_by_their_kinds(void **state)
{
	struct descriptor_census census = { 0 };
	uint64_t within = 0;
	unsigned int i;

	(void)state;
	descriptor_census_add(&census, &within, KPF(NOPAGE));
	descriptor_census_add(&census, &within, KPF(BUDDY));
	descriptor_census_add(&census, &within, KPF(RESERVED));
	assert_int_equal(census.descriptors, 0);
	descriptor_census_add(&census, &within, KPF(RESERVED) | KPF(SLAB));
	assert_int_equal(census.descriptors, 1);
	descriptor_census_add(&census, &within, KPF(OFFLINE));
	assert_int_equal(census.offline, 1);
	/* Two pages have two, and three more of another slab begin anew. */
	for (i = 0; i < 2; i++)
		descriptor_census_add(&census, &within,
				      KPF(SLAB) | (i ? KPF(COMPOUND_TAIL) : KPF(COMPOUND_HEAD)));
	assert_int_equal(census.descriptors, 3);
	for (i = 0; i < 8; i++)
		descriptor_census_add(&census, &within,
				      KPF(SLAB) | (i ? KPF(COMPOUND_TAIL) : KPF(COMPOUND_HEAD)));
	assert_int_equal(census.descriptors, 7);
	descriptor_census_add(&census, &within, 0);
	assert_int_equal(census.descriptors, 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, audit_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pools_are_accounted),
		TEST(pages_that_are_not_counted_are_noticed),
		TEST(leaked_slots_and_pages_are_noticed),
		TEST(pages_without_descriptors_are_noticed),
		TEST(empty_tables_of_devices_may_stay),
		TEST(nodes_without_memory_have_shared_ones),
		TEST(device_memory_has_an_array),
		TEST(files_that_make_no_sense_are_refused),
		TEST(any_number_of_lines_is_read),
		TEST(slots_that_nobody_knows_of_are_held),
		cmocka_unit_test(pages_are_counted_by_their_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
