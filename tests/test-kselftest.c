/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the table of selftests, and of which patches make them be built anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kselftest-table.h"
#include "selftest.h"
#include "table.h"
#include "util.h"

static void names_are_those_of_the_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; kselftest_table[i].name; i++) {
		assert_non_null(kselftest_names[i]);
		assert_string_equal(kselftest_names[i], kselftest_table[i].name);
		assert_ptr_equal(kselftest_find(kselftest_names[i]), &kselftest_table[i]);
	}
	assert_null(kselftest_names[i]);
	assert_null(kselftest_find("no_such_test"));
}

static void profiles_name_every_test_once(void **state)
{
	struct strv quick = { 0 }, full = { 0 };
	size_t i, nr_quick = 0;

	(void)state;
	strv_split(&quick, kselftest_quick, ",");
	strv_split(&full, kselftest_full, ",");
	for (i = 0; kselftest_table[i].name; i++) {
		assert_string_equal(full.item[i], kselftest_table[i].name);
		assert_int_equal(strv_has(&quick, kselftest_table[i].name), !kselftest_table[i].slow);
		nr_quick += !kselftest_table[i].slow;
	}
	assert_int_equal(full.nr, i);
	assert_int_equal(quick.nr, nr_quick);
	strv_free(&quick);
	strv_free(&full);
}

static void each_test_runs_or_says_why_not(void **state)
{
	const struct workload *workload = workload_find("kselftest");
	const struct kselftest *test;

	(void)state;
	assert_non_null(workload);
	for (test = kselftest_table; test->name; test++) {
		struct job job = { .nr_params = 1 };
		struct workload_needs needs = workload->needs;

		assert_true(!test->program != !test->why_not);
		assert_true(test->seconds < workload->deadline_s);
		strcpy(job.params[0].name, "test");
		strcpy(job.params[0].value, test->name);
		workload->adapt(&job, &needs);
		assert_ptr_equal(needs.selftest, test->program);
		assert_ptr_equal(needs.why_not, test->why_not);
		assert_int_equal(needs.cpus, test->cpus ? test->cpus : test->threads ? 2 : 1);
		assert_int_equal(needs.nodes, test->nodes ? test->nodes : 1);
	}
}

static void patches_of_tests_and_interfaces_count(void **state)
{
	(void)state;
	assert_true(selftest_patch_touches("--- a/tools/testing/selftests/mm/cow.c\n+++ b/x\n"));
	assert_true(selftest_patch_touches("Subject: x\n\n+++ b/include/uapi/linux/mman.h\n"));
	assert_true(selftest_patch_touches("+++ b/mm/gup_test.h"));
	assert_false(selftest_patch_touches("+++ b/mm/gup_test.c\n"));
	assert_false(selftest_patch_touches("--- a/mm/ksm.c\n+++ b/mm/ksm.c\n"
					    "+#include <tools/testing/selftests/x.h>\n"));
	assert_false(selftest_patch_touches(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_the_table),
		cmocka_unit_test(profiles_name_every_test_once),
		cmocka_unit_test(each_test_runs_or_says_why_not),
		cmocka_unit_test(patches_of_tests_and_interfaces_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
