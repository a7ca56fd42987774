// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Accounting of metadata where struct page is a word and what describes pages is an array of
 * descriptors.
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

#include "metadata-bench.h"

#define MEMMAP "kind=memmap,phase=boot"
#define TABLES "kind=tables,phase=boot"
#define DESCRIPTORS "kind=descriptors,phase=boot"
#define ARRAY_PUD FAKE_SPARE
#define ARRAY_PMD (FAKE_SPARE + 0x1000)

/*
 * Words of 8 bytes in one page of 2 MiB, and descriptors of four sections 8 TiB behind, of
 * which the last two are on node 1.
 */
static void make_array(struct bench *bench)
{
	unsigned int i;

	for (i = 1; i < 4; i++)
		fake_memory_word(&bench->fake, FAKE_PMD + i * 8, 0);
	fake_memory_word(&bench->fake, FAKE_TOP + 484 * 8, ARRAY_PUD | FAKE_TABLE);
	fake_memory_word(&bench->fake, ARRAY_PUD, ARRAY_PMD | FAKE_TABLE);
	for (i = 0; i < 4; i++)
		fake_memory_word(&bench->fake, ARRAY_PMD + i * 8,
				 ((i < 2 ? FAKE_MEMMAP_0 + (4 << 20) : FAKE_MEMMAP_1) +
				  (i % 2 << 21)) | FAKE_LARGE);
	bench->job.page_bytes = 8;
	strcpy(bench->job.page_descriptors, "array");
	strcpy(bench->job.descriptor_ranges, "/sys/kernel/debug/memdesc/ranges");
	fake_memory_counted(&bench->fake, 256, 0);
	fake_memory_put(&bench->fake, "/sys/kernel/debug/memdesc/bytes", "8388608\n");
	fake_memory_put(&bench->fake, "/sys/kernel/debug/memdesc/ranges",
			"fffff20000000000-fffff200007fffff\n");
}

static void arrays_of_descriptors_pass_to_the_page(void **state)
{
	struct bench *bench = *state;

	make_array(bench);
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-closed-form", MEMMAP, VERDICT_PASS,
		     "node 0: 512, must be 512");
	audit_expect(bench, "metadata-closed-form", DESCRIPTORS, VERDICT_PASS,
	       "node 0: 1024, must be 1024; node 1: 1024, must be 1024; with devices 8388608 B are "
	       "mapped, and must be, as the kernel tells, 8388608");
	audit_expect(bench, "metadata-closed-form", TABLES, VERDICT_PASS,
	       "for the memmap and descriptors of 4 sections, mapped by 2M, 4-level paging: node 0: 4, "
	       "must be 4");
	audit_expect(bench, "metadata-counted", DESCRIPTORS, VERDICT_PASS,
	       "counts 8388608 B of descriptors, must be 8388608: 2048 pages for 4 sections, 0 mapped");
	assert_int_equal(audit_bytes(bench, "kind=descriptors,node=0,phase=boot"), 4 << 20);
	assert_int_equal(audit_bytes(bench, "kind=descriptors,node=1,phase=boot"), 4 << 20);
	assert_int_equal(audit_bytes(bench, "kind=tables,node=0,phase=boot"), 4 * 4096);
}

static void arrays_that_are_wrong_are_noticed(void **state)
{
	struct bench *bench = *state;

	make_array(bench);
	fake_memory_put(&bench->fake, "/sys/kernel/debug/memdesc/bytes", "8384512\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-counted", DESCRIPTORS,
			  "8384512 B of descriptors, must be 8388608");
	make_array(bench);
	fake_memory_put(&bench->fake, "/sys/kernel/debug/memdesc/ranges",
			"fffff20000000000-fffff200005fffff\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", DESCRIPTORS,
			  "as the kernel tells, 6291456");
	make_array(bench);
	fake_memory_word(&bench->fake, ARRAY_PMD + 3 * 8, (FAKE_MEMMAP_0 + (8 << 20)) | FAKE_LARGE);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", DESCRIPTORS,
		    "node 0: 1536, must be 1024; node 1: 512, must be 1024");
	make_array(bench);
	fake_memory_word(&bench->fake, ARRAY_PUD + 8 * 8, (FAKE_SPARE + 0x2000) | FAKE_TABLE);
	assert_int_equal(audit_look(bench), 0);
	audit_expect_only(bench, "metadata-closed-form", TABLES,
			  "1 for that of devices; 1 of all are empty");
	fake_memory_put(&bench->fake, "/sys/kernel/debug/memdesc/ranges", "10000-1ffff\n");
	assert_int_equal(audit_look(bench), -EBADMSG);
	assert_string_equal(bench->why, "/sys/kernel/debug/memdesc/ranges: Bad message");
	fake_memory_put(&bench->fake, "/sys/kernel/debug/memdesc/ranges", "");
	assert_int_equal(audit_look(bench), -EBADMSG);
}

/* Two descriptors' pages of a device in one page of RAM count once, and as mapped twice. */
static void arrays_share_pages_of_devices(void **state)
{
	struct bench *bench = *state;
	unsigned int i;

	make_array(bench);
	fake_memory_put(&bench->fake, "/proc/iomem", "00001000-1fffffff : System RAM\n"
			"1000000000-13ffffffff : Persistent Memory\n");
	fake_memory_word(&bench->fake, ARRAY_PUD + 1 * 8, (FAKE_SPARE + 0x2000) | FAKE_TABLE);
	fake_memory_word(&bench->fake, FAKE_SPARE + 0x2000, (FAKE_SPARE + 0x3000) | FAKE_TABLE);
	for (i = 0; i < 8; i++)
		fake_memory_word(&bench->fake, FAKE_SPARE + 0x3000 + i * 8,
				 (FAKE_MEMMAP_1 + (8 << 20) + (i ? 4096 : 0)) | FAKE_TABLE);
	fake_memory_put(&bench->fake, "/sys/kernel/debug/memdesc/bytes", "8396800\n");
	fake_memory_put(&bench->fake, "/sys/kernel/debug/memdesc/ranges",
			"fffff20000000000-fffff200007fffff\nfffff20040000000-fffff20040007fff\n");
	assert_int_equal(audit_look(bench), 0);
	audit_expect(bench, "metadata-counted", DESCRIPTORS, VERDICT_PASS, "2 mapped for devices");
	audit_expect(bench, "metadata-closed-form", DESCRIPTORS, VERDICT_PASS,
	       "with devices 8421376 B are mapped");
	audit_expect(bench, "metadata-closed-form", TABLES, VERDICT_PASS, "2 for that of devices");
	assert_int_equal(audit_bytes(bench, "kind=descriptors,node=1,phase=boot"),
			 (4 << 20) + 8192);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, audit_setup, audit_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(arrays_of_descriptors_pass_to_the_page),
		TEST(arrays_that_are_wrong_are_noticed),
		TEST(arrays_share_pages_of_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
