/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the checks of the booted kernel, against a made-up /proc and /sys: each
 * passes where it must and fails where it must.
 */
#include <errno.h>
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

#include "boot-checks.h"
#include "ptdump.h"
#include "sysfs.h"

#define RECORDS_MAX 16

/** struct record - a record, without its room for samples */
struct record {
	enum msg_type type;
	char name[64];
	char labels[64];
	char text[512];
	enum verdict verdict;
	uint64_t sample;
};

/** struct fake - a made-up guest and what the checks said of it */
struct fake {
	char root[64];
	struct job job;
	struct kernel_memmap memmap;
	struct msg msg;
	struct record record[RECORDS_MAX];
	size_t nr;
};

static const char dump_2m[] =
	"---[ User Space ]---\n"
	"0x0000000000000000-0xffff800000000000   16777088T                               pgd\n"
	"---[ vmalloc() Area ]---\n"
	"0xffffc90000000000-0xffffc90000001000           4K     RW             GLB NX pte\n"
	"---[ Vmemmap ]---\n"
	"0xffffea0000000000-0xffffea0000800000           8M     RW         PSE GLB NX pmd\n"
	"0xffffea0000800000-0xffffea0040000000        1016M                               pmd\n"
	"0xffffea0040000000-0xffffea8000000000         511G                               pud\n"
	"0xffffea8000000000-0xffffeb0000000000         512G                               pgd\n"
	"---[ CPU entry Area ]---\n"
	"0xfffffe0000000000-0xfffffe0000002000           8K     ro             GLB NX pte\n";

static const char dump_4k[] =
	"---[ Vmemmap ]---\n"
	"0xffffea0000000000-0xffffea0000500000           5M     RW             GLB NX pte\n"
	"0xffffea0000500000-0xffffea0000600000           1M                               pte\n"
	"0xffffea0000600000-0xffffea0040000000        1018M                               pmd\n"
	"0xffffea0040000000-0xffffea8000000000         511G                               pud\n";

static void put(const struct fake *fake, const char *path, const char *text)
{
	char full[256], *slash;
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", fake->root, path);
	for (slash = full + strlen(fake->root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int setup(void **state)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	*state = fake;
	strcpy(fake->root, "/tmp/pagemeta-test-XXXXXX");
	if (!mkdtemp(fake->root))
		return -1;
	put(fake, "/proc/sys/kernel/tainted", "0\n");
	fake->memmap.large[MEMMAP_OF_RAM] = 8 << 20;
	strcpy(fake->job.workload, "memmap");
	return 0;
}

static int teardown(void **state)
{
	struct fake *fake = *state;
	char command[128];
	int err;

	snprintf(command, sizeof(command), "rm -r %s", fake->root);
	err = system(command);
	free(fake);
	return err;
}

static void keep(void *ctx, const struct msg *msg)
{
	struct fake *fake = ctx;
	struct record *record = &fake->record[fake->nr++];

	assert_true(fake->nr <= RECORDS_MAX);
	record->type = msg->type;
	snprintf(record->name, sizeof(record->name), "%.63s", msg->name);
	snprintf(record->labels, sizeof(record->labels), "%.63s", msg->labels);
	snprintf(record->text, sizeof(record->text), "%.511s", msg->text);
	record->verdict = msg->verdict;
	if (msg->type == MSG_SAMPLES)
		record->sample = msg->samples[0];
}

static void look_at(struct fake *fake, const struct kernel_memmap *memmap)
{
	const struct report report = { .emit = keep, .ctx = fake, .msg = &fake->msg };

	fake->nr = 0;
	boot_checks_run(&report, fake->root, &fake->job, memmap);
}

static void look(struct fake *fake)
{
	look_at(fake, &fake->memmap);
}

static const struct record *find(const struct fake *fake, enum msg_type type, const char *name,
				 const char *labels)
{
	size_t i;

	for (i = 0; i < fake->nr; i++)
		if (fake->record[i].type == type && !strcmp(fake->record[i].name, name) &&
		    !strcmp(fake->record[i].labels, labels))
			return &fake->record[i];
	return NULL;
}

static void expect(const struct fake *fake, const char *name, const char *labels,
		   enum verdict verdict, const char *part)
{
	const struct record *record = find(fake, MSG_CHECK, name, labels);

	assert_non_null(record);
	if (!strstr(record->text, part))
		assert_string_equal(record->text, part);
	assert_int_equal(record->verdict, verdict);
}

static void healthy_kernel_passes(void **state)
{
	struct fake *fake = *state;

	look(fake);
	assert_int_equal(fake->nr, 2);
	expect(fake, "memmap-mapping", "", VERDICT_PASS, "8388608 and 0 B by 2M entries");
	expect(fake, "clean-taint", "", VERDICT_PASS, "kernel taint is 0");
}

static void mapping_is_held_against_the_promise(void **state)
{
	struct fake *fake = *state;
	uint64_t *small = fake->memmap.small, *large = fake->memmap.large;

	strcpy(fake->job.memmap_mapping, "2M");
	look(fake);
	expect(fake, "memmap-mapping", "", VERDICT_PASS, "promised: 2M");
	small[MEMMAP_OF_RAM] = 4096;
	look(fake);
	expect(fake, "memmap-mapping", "", VERDICT_FAIL, "4096 and 0 B by 4K entries");
	strcpy(fake->job.memmap_mapping, "4K");
	look(fake);
	expect(fake, "memmap-mapping", "", VERDICT_FAIL, "promised: 4K");
	large[MEMMAP_OF_RAM] = 0;
	look(fake);
	expect(fake, "memmap-mapping", "", VERDICT_PASS, "promised: 4K");
	large[MEMMAP_OF_DEVICES] = 2 << 20;
	look(fake);
	expect(fake, "memmap-mapping", "", VERDICT_FAIL, "0 and 2097152 B by 2M entries");
	fake->job.memmap_mapping[0] = '\0';
	look(fake);
	expect(fake, "memmap-mapping", "", VERDICT_PASS, "promised: nothing");
	small[MEMMAP_OF_RAM] = 0;
	look(fake);
	expect(fake, "memmap-mapping", "", VERDICT_FAIL, "promised: nothing");
	look_at(fake, NULL);
	expect(fake, "memmap-mapping", "", VERDICT_UNSUPPORTED, "metadata-counted says why");
}

static void lazy_memmap_of_devices_has_small_entries(void **state)
{
	struct fake *fake = *state;

	strcpy(fake->job.memmap_mapping, "2M");
	fake->memmap.small[MEMMAP_OF_DEVICES] = 16384;
	look(fake);
	expect(fake, "memmap-mapping", "", VERDICT_FAIL, "0 and 16384 B by 4K entries");
	strcpy(fake->job.device_memmap, "full");
	look(fake);
	expect(fake, "memmap-mapping", "", VERDICT_FAIL, "promised: 2M");
	strcpy(fake->job.device_memmap, "lazy");
	look(fake);
	expect(fake, "memmap-mapping", "", VERDICT_PASS, "promised: 2M, of devices by 4K as well");
	fake->memmap.small[MEMMAP_OF_RAM] = 4096;
	look(fake);
	expect(fake, "memmap-mapping", "", VERDICT_FAIL, "promised: 2M");
}

static void tainted_kernel_fails(void **state)
{
	struct fake *fake = *state;

	put(fake, "/proc/sys/kernel/tainted", "512\n");
	look(fake);
	expect(fake, "clean-taint", "", VERDICT_FAIL, "kernel taint is 512, must be 0");
	put(fake, "/proc/sys/kernel/tainted", "");
	look(fake);
	expect(fake, "clean-taint", "", VERDICT_BROKEN, "Invalid argument");
}

static void add_counter(struct fake *fake, const char *name, char op, uint64_t value)
{
	struct job_counter *counter = &fake->job.counters[fake->job.nr_counters++];

	strcpy(counter->name, name);
	snprintf(counter->path, sizeof(counter->path), "/sys/kernel/debug/vmemmap/%s", name);
	counter->op = op;
	counter->value = value;
}

static void counters_prove_that_the_variant_is_active(void **state)
{
	struct fake *fake = *state;

	add_counter(fake, "base_pages", '>', 0);
	add_counter(fake, "huge_pages", '=', 0);
	add_counter(fake, "absent", '<', 9);
	put(fake, "/sys/kernel/debug/vmemmap/base_pages", "2048\n");
	put(fake, "/sys/kernel/debug/vmemmap/huge_pages", "3\n");
	look(fake);
	expect(fake, "variant-active", "counter=base_pages", VERDICT_PASS,
	       "base_pages is 2048, must be > 0");
	expect(fake, "variant-active", "counter=huge_pages", VERDICT_FAIL,
	       "huge_pages is 3, must be = 0");
	expect(fake, "variant-active", "counter=absent", VERDICT_FAIL, "No such file");
	assert_true(find(fake, MSG_SAMPLES, "variant_counter",
			 "counter=base_pages")->sample == 2048);
	put(fake, "/sys/kernel/debug/vmemmap/base_pages", "0\n");
	put(fake, "/sys/kernel/debug/vmemmap/absent", "8\n");
	look(fake);
	expect(fake, "variant-active", "counter=base_pages", VERDICT_FAIL, "must be > 0");
	expect(fake, "variant-active", "counter=absent", VERDICT_PASS, "must be < 9");
}

static int parse(const char *text, uint64_t descriptors, struct ptdump_vmemmap *vmemmap)
{
	FILE *dump = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int err = ptdump_read_vmemmap(dump, descriptors, vmemmap);

	fclose(dump);
	return err;
}

static void page_tables_of_the_vmemmap_are_counted(void **state)
{
	static const char five_levels[] =
		"---[ Vmemmap ]---\n"
		"0xffd4000000000000-0xffd4000000200000   2M     RW         PSE GLB NX pmd\n"
		"0xffd4000000200000-0xffd4000040000000   1022M                        pmd\n"
		"0xffd4000040000000-0xffd4008000000000   511G                         pud\n"
		"0xffd4008000000000-0xffd5000000000000   255T                         p4d\n"
		"0xffd5000000000000-0xffff000000000000   10752T                       pgd\n"
		"0xffff000000000000-0xfffffe0000000000   254T                         p4d\n";
	struct ptdump_vmemmap vmemmap;

	(void)state;
	assert_int_equal(parse(dump_2m, 0, &vmemmap), 0);
	assert_int_equal(vmemmap.pmd_bytes, 8 << 20);
	assert_int_equal(vmemmap.pte_bytes + vmemmap.other_bytes, 0);
	assert_int_equal(vmemmap.table_pages, 2);	/* PMD, PUD */
	assert_int_equal(parse(dump_4k, 0, &vmemmap), 0);
	assert_int_equal(vmemmap.pte_bytes, 5 << 20);
	assert_int_equal(vmemmap.table_pages, 3 + 2);
	assert_int_equal(parse(five_levels, 0, &vmemmap), 0);
	assert_int_equal(vmemmap.table_pages, 3);	/* PMD, PUD, P4D */
}

static void page_tables_of_descriptors_are_counted(void **state)
{
	static const char four_levels[] =
		"---[ Vmemmap ]---\n"
		"0xffffea0000000000-0xffffea0000100000   1M     RW             GLB NX pte\n"
		"0xffffea0000100000-0xffffea0000200000   1M                           pte\n"
		"0xffffea0000200000-0xffffea0040000000   1022M                        pmd\n"
		"0xffffea0040000000-0xffffea8000000000   511G                         pud\n"
		"0xffffea8000000000-0xfffff20000000000   7680G                        pgd\n"
		"0xfffff20000000000-0xfffff20000800000   8M     RW         PSE GLB NX pmd\n"
		"0xfffff20000800000-0xfffff20040000000   1016M                        pmd\n"
		"0xfffff20040000000-0xfffff28000000000   511G                         pud\n"
		"0xfffff28000000000-0xfffffe0000000000   11776G                       pgd\n"
		"---[ CPU entry Area ]---\n";
	/* The table of P4Ds is the same one. */
	static const char five_levels[] =
		"---[ Vmemmap ]---\n"
		"0xffd4000000000000-0xffd4000000100000   1M     RW             GLB NX pte\n"
		"0xffd4000000100000-0xffd4000000200000   1M                           pte\n"
		"0xffd4000000200000-0xffd4000040000000   1022M                        pmd\n"
		"0xffd4000040000000-0xffd4008000000000   511G                         pud\n"
		"0xffd4008000000000-0xffd4080000000000   7680G                        p4d\n"
		"0xffd4080000000000-0xffd4080000800000   8M     RW         PSE GLB NX pmd\n"
		"0xffd4080000800000-0xffd4080040000000   1016M                        pmd\n"
		"0xffd4080040000000-0xffd4088000000000   511G                         pud\n"
		"0xffd4088000000000-0xffd5000000000000   247T                         p4d\n";
	struct ptdump_vmemmap vmemmap;

	(void)state;
	assert_int_equal(parse(four_levels, 0xfffff20000000000, &vmemmap), 0);
	assert_int_equal(vmemmap.pte_bytes, 1 << 20);
	assert_int_equal(vmemmap.pmd_bytes, 0);
	assert_int_equal(vmemmap.descriptor_bytes, 8 << 20);
	assert_int_equal(vmemmap.table_pages, 3 + 2);
	assert_int_equal(parse(four_levels, 0, &vmemmap), 0);
	assert_int_equal(vmemmap.descriptor_bytes, 0);
	assert_int_equal(vmemmap.table_pages, 3);
	assert_int_equal(parse(five_levels, 0xffd4080000000000, &vmemmap), 0);
	assert_int_equal(vmemmap.pmd_bytes, 0);
	assert_int_equal(vmemmap.descriptor_bytes, 8 << 20);
	assert_int_equal(vmemmap.table_pages, 4 + 2);
}

static void dumps_that_are_not_understood_are_refused(void **state)
{
	static const char *const bad[] = {
		"---[ Vmemmap ]---\n0x1000-0x2000 4K RW pt\n",
		"---[ Vmemmap ]---\n0x2000-0x1000 4K RW pte\n",
		"---[ Vmemmap ]---\n0x1000-0x1000 4K RW pte\n",
		"---[ Vmemmap ]---\n0x1000-0x2000 pte\n",
		"---[ Vmemmap ]---\n\n",
		"---[ Vmemmap ]---\n0xffffffffffffffffff\n",
	};
	struct ptdump_vmemmap vmemmap;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(bad[i], 0, &vmemmap), -EBADMSG);
	assert_int_equal(parse("---[ vmalloc() Area ]---\n", 0, &vmemmap), -ENODATA);
	assert_int_equal(ptdump_load("/nonexistent/dump", 0, &vmemmap), -ENOENT);
}

static void small_files_are_read_strictly(void **state)
{
	struct fake *fake = *state;
	char path[128], text[8];
	uint64_t value = 7;

	snprintf(path, sizeof(path), "%s/file", fake->root);
	put(fake, "/file", "123456\n");
	assert_int_equal(sysfs_read(path, text, 8), 6);
	assert_string_equal(text, "123456");
	assert_int_equal(sysfs_read(path, text, 7), -EFBIG);
	assert_int_equal(sysfs_read_u64(path, &value), 0);
	assert_true(value == 123456);
	put(fake, "/file", "-1\n");
	assert_int_equal(sysfs_read_u64(path, &value), -EINVAL);
	put(fake, "/file", "18446744073709551616\n");
	assert_int_equal(sysfs_read_u64(path, &value), -EINVAL);
	put(fake, "/file", "12 34\n");
	assert_int_equal(sysfs_read_u64(path, &value), -EINVAL);
	put(fake, "/file", "MemTotalX: 1\nXMemTotal: 2\nMemTotal:      512 kB\nhex x\n");
	assert_int_equal(sysfs_field(path, "MemTotal", &value), 0);
	assert_true(value == 512);
	assert_int_equal(sysfs_field(path, "MemFree", &value), -ENOKEY);
	assert_int_equal(sysfs_field(path, "hex", &value), -EINVAL);
	assert_int_equal(sysfs_write(path, "new"), 0);
	assert_int_equal(sysfs_write("/nonexistent/file", "new"), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(healthy_kernel_passes, setup, teardown),
		cmocka_unit_test_setup_teardown(mapping_is_held_against_the_promise, setup,
						teardown),
		cmocka_unit_test_setup_teardown(lazy_memmap_of_devices_has_small_entries, setup,
						teardown),
		cmocka_unit_test_setup_teardown(tainted_kernel_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(counters_prove_that_the_variant_is_active, setup,
						teardown),
		cmocka_unit_test(page_tables_of_the_vmemmap_are_counted),
		cmocka_unit_test(page_tables_of_descriptors_are_counted),
		cmocka_unit_test(dumps_that_are_not_understood_are_refused),
		cmocka_unit_test_setup_teardown(small_files_are_read_strictly, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
