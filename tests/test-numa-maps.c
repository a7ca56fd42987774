// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * numa_maps as kernels write it, and as nobody does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "numa-maps.h"
#include "util.h"

/** struct seen - mappings that were walked over, as text, and how many */
struct seen {
	struct strv list;
};

static void see(void *ctx, const struct numa_mapping *mapping)
{
	struct seen *seen = ctx;
	struct strv pages = { 0 };
	char *list;

	for (size_t i = 0; i < mapping->nr_on; i++)
		strv_add(&pages, " %u:%llu", mapping->on[i].node,
			 (unsigned long long)mapping->on[i].bytes);
	list = strv_join(&pages, "");
	strv_add(&seen->list, "%llx %d%s", (unsigned long long)mapping->start, mapping->bound, list);
	free(list);
	strv_free(&pages);
}

static void expect(const char *text, const char *wanted)
{
	struct seen seen = { 0 };
	struct err err = { "" };
	char *all;

	if (numa_maps_each(text, see, &seen, &err))
		fail_msg("%s", err.text);
	all = strv_join(&seen.list, "\n");
	assert_string_equal(all, wanted);
	free(all);
	strv_free(&seen.list);
}

/* Linux 6.18 of QEMU 7.2, with its RAM populated and an NVDIMM that is not. */
static void what_qemu_has_is_read(void **state)
{
	(void)state;
	expect("55d2312fe000 default file=/usr/bin/qemu-system-x86_64 mapped=1031 mapmax=3 N0=1031 "
	       "kernelpagesize_kB=4\n"
	       "55d24bf66000 default heap anon=1410 dirty=1410 active=1289 N0=1410 "
	       "kernelpagesize_kB=4\n"
	       "7ef98fc00000 bind:0\n"
	       "7f038fe00000 bind:0 anon=16384 dirty=16384 active=0 N0=16384 kernelpagesize_kB=4\n"
	       "7ffd4a462000 default stack anon=8 dirty=8 N0=8 kernelpagesize_kB=4\n",
	       "55d2312fe000 -1 0:4222976\n"
	       "55d24bf66000 -1 0:5775360\n"
	       "7ef98fc00000 0\n"
	       "7f038fe00000 0 0:67108864\n"
	       "7ffd4a462000 -1 0:32768");
}

/* mpol_to_str() and show_numa_map() of 6.12, with more than one node. */
static void policies_and_nodes_are_told_apart(void **state)
{
	(void)state;
	expect("7f0000000000 bind:3 anon=6 N1=2 N3=4 kernelpagesize_kB=4\n"
	       "7f0000100000 bind:3-4 anon=1 N3=1 kernelpagesize_kB=4\n"
	       "7f0000200000 bind=static:3 anon=1 N3=1 kernelpagesize_kB=4\n"
	       "7f0000300000 prefer:3 anon=1 N3=1 kernelpagesize_kB=4\n"
	       "7f0000400000 prefer (many):0-1 anon=1 N0=1 kernelpagesize_kB=4\n"
	       "7f0000500000 interleave:0-1 anon=2 N0=1 N1=1 kernelpagesize_kB=4\n"
	       "7f0000600000 weighted interleave:0,2 N2=7 kernelpagesize_kB=4\n"
	       "7f0000700000 local\n"
	       "7f0000800000 bind:1 file=/dev/hugepages/a\\040b huge anon=2 dirty=2 N1=2 "
	       "kernelpagesize_kB=2048\n"
	       "7f0000900000 bind:1023 swapcache=1 writeback=1 anon=1 N1023=1 newword newer=x:1 "
	       "kernelpagesize_kB=16",
	       "7f0000000000 3 1:8192 3:16384\n"
	       "7f0000100000 -1 3:4096\n"
	       "7f0000200000 -1 3:4096\n"
	       "7f0000300000 -1 3:4096\n"
	       "7f0000400000 -1 0:4096\n"
	       "7f0000500000 -1 0:4096 1:4096\n"
	       "7f0000600000 -1 2:28672\n"
	       "7f0000700000 -1\n"
	       "7f0000800000 1 1:4194304\n"
	       "7f0000900000 1023 1023:16384");
}

static void lines_that_no_kernel_writes_are_refused(void **state)
{
	static const char *const lines[] = {
		"\n", "7f0000000000\n", "7f0000000000 \n", "xyz bind:0\n", "-1 bind:0\n",
		"0x7f0000000000 bind:0\n", "7f000000000000000 bind:0\n",
		/* Pages of no size, of an absurd one, of a node that cannot be. */
		"7f0000000000 bind:0 N0=1\n", "7f0000000000 bind:0 N0=1 kernelpagesize_kB=\n",
		"7f0000000000 bind:0 N0=1 kernelpagesize_kB=x\n",
		"7f0000000000 bind:0 N0=1 kernelpagesize_kB=99999999\n",
		"7f0000000000 bind:0 N1024=1 kernelpagesize_kB=4\n",
		"7f0000000000 bind:0 N0=18446744073709551615 kernelpagesize_kB=4\n",
	};
	struct seen seen = { 0 };
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char *text = str_printf("7f0000000000 default\n%s", lines[i]);

		err.text[0] = '\0';
		if (numa_maps_each(text, see, &seen, &err) != -EINVAL)
			fail_msg("taken: %s", lines[i]);
		assert_non_null(strstr(err.text, "line 2"));
		free(text);
	}
	strv_free(&seen.list);
}

/* A node number that does not fit is no binding, and no crash. */
static void numbers_are_bounded(void **state)
{
	(void)state;
	expect("1 bind:1024\n2 bind:99999999999999999999\n3 bind:\n4 bind:1x\nffffffffffffffff bind:2",
	       "1 -1\n2 -1\n3 -1\n4 -1\nffffffffffffffff 2");
}

static void an_endless_line_ends(void **state)
{
	struct strv words = { 0 };
	struct seen seen = { 0 };
	char *line;

	(void)state;
	strv_add(&words, "7f0000000000 bind:0");
	for (int i = 0; i < 5000; i++)
		strv_add(&words, "N%d=1", i % 1024);
	strv_add(&words, "kernelpagesize_kB=4");
	line = strv_join(&words, " ");
	assert_int_equal(numa_maps_each(line, see, &seen, NULL), -EINVAL);
	free(line);
	strv_free(&words);
	strv_free(&seen.list);
}

/* Every beginning, and every byte changed: nothing is read beyond, nothing crashes. */
static void damage_is_survived(void **state)
{
	static const char good[] =
		"7f0000000000 bind:3 file=/a anon=6 N1=2 N3=4 kernelpagesize_kB=4\n"
		"7f0000600000 prefer (many):0-1 huge N2=7 kernelpagesize_kB=2048\n";
	struct seen seen = { 0 };

	(void)state;
	for (size_t len = 0; len < sizeof(good); len++) {
		char *cut = str_printf("%.*s", (int)len, good);

		numa_maps_each(cut, see, &seen, NULL);
		numa_maps_size(cut, 0x7f0000000000);
		for (int byte = 1; byte < 256 && len; byte++) {
			cut[len - 1] = byte;
			numa_maps_each(cut, see, &seen, NULL);
			numa_maps_size(cut, 0x7f0000000000);
		}
		free(cut);
		strv_free(&seen.list);
		seen = (struct seen){ 0 };
	}
}

static void sizes_are_looked_up(void **state)
{
	static const char maps[] =
		"55d2312fe000-55d231705000 r--p 00000000 fe:00 10977311    /usr/bin/a-b\n"
		"7f0ffba1b000-7f0ffbe00000 rw-p 00000000 00:00 0 \n"
		"nonsense\n"
		"7f1003e00000-7f1003e00000 ---p 00000000 00:00 0 \n"
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0   [vsyscall]";

	(void)state;
	assert_int_equal(numa_maps_size(maps, 0x55d2312fe000), 0x407000);
	assert_int_equal(numa_maps_size(maps, 0x7f0ffba1b000), 0x3e5000);
	assert_int_equal(numa_maps_size(maps, 0x7f1003e00000), 0);
	assert_int_equal(numa_maps_size(maps, 0x7f0ffba1c000), 0);
	assert_int_equal(numa_maps_size(maps, 0xffffffffff600000), 0x1000);
	assert_int_equal(numa_maps_size("", 0), 0);
}

static void this_process_can_be_read(void **state)
{
	struct seen seen = { 0 };
	struct err err = { "" };
	char *text;

	(void)state;
	if (fs_read("/proc/self/numa_maps", &text, NULL, NULL))
		skip();
	if (numa_maps_each(text, see, &seen, &err))
		fail_msg("%s", err.text);
	assert_true(seen.list.nr > 5);
	free(text);
	strv_free(&seen.list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_qemu_has_is_read),
		cmocka_unit_test(policies_and_nodes_are_told_apart),
		cmocka_unit_test(lines_that_no_kernel_writes_are_refused),
		cmocka_unit_test(numbers_are_bounded),
		cmocka_unit_test(an_endless_line_ends),
		cmocka_unit_test(damage_is_survived),
		cmocka_unit_test(sizes_are_looked_up),
		cmocka_unit_test(this_process_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
