// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the harness makes of a guest's account of its memory, and how it reads how much of
 * a guest the host has.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "guest-ram.h"
#include "metadata-judge.h"
#include "metadata.h"

#define MIB (UINT64_C(1) << 20)

static const struct workload_needs needs = { .mem_mib = 512, .cpus = 1, .nodes = 2 };

static void add(struct record *record, enum metadata_kind kind, unsigned int node,
		enum metadata_phase phase, uint64_t bytes)
{
	char labels[METADATA_LABELS];

	record_add_samples(record, METADATA_SERIES, metadata_labels(labels, kind, node, phase),
			   &bytes, 1);
}

/* 4 MiB of memmap on each of two nodes, and 4 MiB more while the workload has its load. */
static void account(struct record *record, bool loaded)
{
	uint64_t present = 511 * MIB;

	for (unsigned int phase = 0; phase < METADATA_PHASES; phase++)
		for (unsigned int kind = 0; kind < METADATA_KINDS; kind++) {
			if (phase == METADATA_LOADED && !loaded)
				continue;
			add(record, kind, 0, phase, kind == METADATA_MEMMAP ? 4 * MIB : 0);
			add(record, kind, 1, phase, kind != METADATA_MEMMAP ? 0 :
			    phase == METADATA_LOADED ? 8 * MIB : 4 * MIB);
		}
	record_add_samples(record, METADATA_MEMORY_SERIES, "kind=present,phase=boot", &present, 1);
}

static void expect(const struct record *record, const char *name, enum verdict verdict,
		   const char *part)
{
	for (size_t i = 0; i < record->nr_checks; i++) {
		const struct store_check *check = &record->check[i];

		if (strcmp(check->name, name))
			continue;
		if (!strstr(check->reason, part))
			assert_string_equal(check->reason, part);
		assert_int_equal(check->verdict, verdict);
		return;
	}
	fail_msg("no check %s", name);
}

static struct guest_result result_of(uint64_t resident)
{
	return (struct guest_result){
		.end_verdict = VERDICT_PASS, .max_rss = 100 * MIB,
		.ram = { .bytes = 512 * MIB, .resident = resident },
	};
}

static void judge(struct record *record, const struct workload_needs *what, uint64_t resident)
{
	struct guest_result result = result_of(resident);

	metadata_judge(record, what, &result);
}

static void sound_guests_pass(void **state)
{
	struct record record = { 0 };

	(void)state;
	account(&record, true);
	judge(&record, &needs, 12 * MIB);
	expect(&record, "metadata-complete", VERDICT_PASS, "6 kinds in 3 phases, 0 are missing");
	expect(&record, "metadata-given", VERDICT_PASS, "must be 535822336 to 536870912: 512 MiB");
	expect(&record, "metadata-resident", VERDICT_PASS, "must be 12582912 B of metadata to");
	record_free(&record);
}

static void metadata_that_was_never_written_is_noticed(void **state)
{
	struct record record = { 0 };

	(void)state;
	account(&record, true);
	judge(&record, &needs, 12 * MIB - 4096);
	expect(&record, "metadata-resident", VERDICT_FAIL, "the host has 12578816 B");
	record_free(&record);
	account(&record, true);
	judge(&record, &needs, 512 * MIB + 4096);
	expect(&record, "metadata-resident", VERDICT_FAIL, "to 536870912 B, all of it");
	record_free(&record);
}

static void pools_and_devices_need_not_be_resident(void **state)
{
	struct record record = { 0 };

	(void)state;
	account(&record, true);
	add(&record, METADATA_DESCRIPTORS, 2, METADATA_LOADED, 100 * MIB);
	add(&record, METADATA_ZSPAGES, 2, METADATA_LOADED, 100 * MIB);
	add(&record, METADATA_MEMMAP, METADATA_DEVICE, METADATA_LOADED, 100 * MIB);
	judge(&record, &needs, 12 * MIB);
	expect(&record, "metadata-resident", VERDICT_PASS, "must be 12582912 B");
	record_free(&record);
}

static void balloons_take_what_was_written(void **state)
{
	struct workload_needs balloon = needs;
	struct record record = { 0 };

	(void)state;
	balloon.balloon_mib = 64;
	account(&record, true);
	judge(&record, &balloon, 8 * MIB);
	expect(&record, "metadata-resident", VERDICT_PASS, "must be 8388608 B of metadata");
	record_free(&record);
}

static void guests_that_are_gone_are_judged_by_their_most(void **state)
{
	struct guest_result result = { .end_verdict = VERDICT_PASS, .max_rss = 12 * MIB };
	struct record record = { 0 };

	(void)state;
	account(&record, true);
	metadata_judge(&record, &needs, &result);
	expect(&record, "metadata-resident", VERDICT_PASS, "QEMU was gone");
	record_free(&record);
	result.max_rss--;
	account(&record, true);
	metadata_judge(&record, &needs, &result);
	expect(&record, "metadata-resident", VERDICT_FAIL, "must be 12582912 B");
	record_free(&record);
}

static void what_is_missing_is_named(void **state)
{
	struct guest_result result = result_of(12 * MIB);
	struct record record = { 0 };

	(void)state;
	account(&record, false);
	metadata_judge(&record, &needs, &result);
	expect(&record, "metadata-complete", VERDICT_FAIL,
	       "6 are missing: the first is memmap, phase loaded");
	record_free(&record);
	/* A workload that could not run has no load. */
	result.end_verdict = VERDICT_UNSUPPORTED;
	account(&record, false);
	metadata_judge(&record, &needs, &result);
	expect(&record, "metadata-complete", VERDICT_PASS, "6 kinds in 2 phases");
	record_free(&record);
}

static void memory_that_was_not_given_is_noticed(void **state)
{
	struct workload_needs less = needs;
	struct record record = { 0 };

	(void)state;
	less.mem_mib = 510;
	account(&record, true);
	judge(&record, &less, 12 * MIB);
	expect(&record, "metadata-given", VERDICT_FAIL, "510 MiB were given");
	record_free(&record);
	less.mem_mib = 513;
	account(&record, true);
	judge(&record, &less, 12 * MIB);
	expect(&record, "metadata-given", VERDICT_FAIL, "513 MiB were given");
	record_free(&record);
	strcpy(less.cmdline, "memmap=1M!64M");
	account(&record, true);
	judge(&record, &less, 12 * MIB);
	expect(&record, "metadata-given", VERDICT_PASS, "the command line takes memory away");
	record_free(&record);
}

static void senseless_figures_are_not_added(void **state)
{
	static const char *const bad[] = { "", "kind=memmap,node=0", "kind=memmap,node=99,phase=boot" };
	struct record record = { 0 };
	uint64_t sample = 4096;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		account(&record, true);
		record_add_samples(&record, METADATA_SERIES, bad[i], &sample, 1);
		judge(&record, &needs, 12 * MIB);
		expect(&record, "metadata-complete", VERDICT_FAIL, "makes no sense");
		record_free(&record);
	}
	account(&record, true);
	add(&record, METADATA_TABLES, 3, METADATA_BOOT, UINT64_MAX);
	judge(&record, &needs, 12 * MIB);
	expect(&record, "metadata-complete", VERDICT_FAIL, "kind=tables,node=3,phase=boot");
	record_free(&record);
	/* A figure that came twice. */
	account(&record, true);
	add(&record, METADATA_TABLES, 0, METADATA_BOOT, 4096);
	judge(&record, &needs, 12 * MIB);
	expect(&record, "metadata-complete", VERDICT_FAIL, "kind=tables,node=0,phase=boot");
	record_free(&record);
}

static void guests_that_cannot_account_say_so_themselves(void **state)
{
	struct record record = { 0 };

	(void)state;
	record_add_check(&record, "metadata-counted", VERDICT_UNSUPPORTED, "no /proc/kcore");
	judge(&record, &needs, 0);
	assert_int_equal(record.nr_checks, 1);
	record_free(&record);
}

static int parse(const char *text, uint64_t size, unsigned int nr, struct guest_ram *ram)
{
	const uint64_t sizes[] = { size, 2 * size };
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int error = guest_ram_parse(file, sizes, nr, ram);

	fclose(file);
	return error;
}

static void mappings_of_a_backend_are_found_by_their_size(void **state)
{
	static const char smaps[] =
		"5590a0000000-5590a0400000 r--p 00000000 08:01 1234                   /usr/bin/qemu\n"
		"Size:               4096 kB\nRss:                 4096 kB\n"
		"7fd427e00000-7fd428200000 rw-p 00000000 00:00 0 \n"
		"Size:               4096 kB\nRss:                 1024 kB\nSwap:                 64 kB\n"
		"SwapPss:              32 kB\nVmFlags: rd wr mr mw me dc ac hg mg \n"
		"7fd428200000-7fd428201000 ---p 00000000 00:00 0 \nRss:                    4 kB\n"
		"7fd429000000-7fd429800000 rw-p 00000000 00:00 0 [anon:x]\nRss:                  8 kB\n"
		"7fd42a000000-7fd42a400000 rw-p 00000000 00:00 0 \nRss:                   16 kB\n";
	struct guest_ram ram;

	(void)state;
	assert_int_equal(parse(smaps, 4 << 20, 1, &ram), 0);
	assert_int_equal(ram.bytes, 8 << 20);
	assert_int_equal(ram.resident, (1024 + 64 + 16) * 1024);
	assert_int_equal(parse(smaps, 4 << 20, 2, &ram), 0);
	assert_int_equal(ram.bytes, 16 << 20);
	assert_int_equal(ram.resident, (1024 + 64 + 16 + 8) * 1024);
	assert_int_equal(parse(smaps, 3 << 20, 1, &ram), -ENODATA);
	assert_int_equal(parse("Rss: 4 kB\n0-0 rw-p 0 0:0 0\nffff\n\n", 4096, 1, &ram), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_guests_pass),
		cmocka_unit_test(metadata_that_was_never_written_is_noticed),
		cmocka_unit_test(pools_and_devices_need_not_be_resident),
		cmocka_unit_test(balloons_take_what_was_written),
		cmocka_unit_test(guests_that_are_gone_are_judged_by_their_most),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(memory_that_was_not_given_is_noticed),
		cmocka_unit_test(senseless_figures_are_not_added),
		cmocka_unit_test(guests_that_cannot_account_say_so_themselves),
		cmocka_unit_test(mappings_of_a_backend_are_found_by_their_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
