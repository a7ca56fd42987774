// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the parameter "placement" asks of a guest, and how what its kernel answers is
 * counted.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "job.h"
#include "placement.h"
#include "workload.h"

static struct workload_needs adapted(const char *placement)
{
	struct workload_needs needs = { .mem_mib = 512, .cpus = 1, .nodes = 1 };
	struct job job = { .nr_params = 1 };

	snprintf(job.params[0].name, sizeof(job.params[0].name), "placement");
	snprintf(job.params[0].value, sizeof(job.params[0].value), "%s", placement);
	placement_adapt(&job, &needs);
	return needs;
}

static void one_node_is_what_it_was(void **state)
{
	struct workload_needs needs = adapted("one-node");

	(void)state;
	assert_int_equal(needs.nodes, 1);
	assert_int_equal(needs.mem_mib, 512);
	assert_null(needs.check);
}

static void two_nodes_are_as_large_each(void **state)
{
	(void)state;
	for (size_t i = 1; placement_choices[i]; i++) {
		struct workload_needs needs = adapted(placement_choices[i]);

		assert_int_equal(needs.nodes, 2);
		assert_int_equal(needs.mem_mib, 1024);
		assert_string_equal(needs.check, "memory-on-node");
	}
}

static void expect(const char *placement, const int *status, size_t nr, size_t there, size_t wrong)
{
	struct placement_seen seen = { 0 }, parts = { 0 };

	placement_count(placement, status, nr, &seen);
	assert_int_equal(seen.pages, nr);
	assert_int_equal(seen.there, there);
	assert_int_equal(seen.wrong, wrong);
	/* However it is cut, for it is asked in pieces. */
	for (size_t i = 0; i < nr; i++)
		placement_count(placement, &status[i], 1, &parts);
	assert_memory_equal(&seen, &parts, sizeof(seen));
}

static void pages_of_one_node_are_counted(void **state)
{
	static const int all[] = { 0, 0, -ENOENT, 0, -EFAULT }, one[] = { 0, 1, 0, 2 };

	(void)state;
	expect("local", all, 5, 3, 0);
	expect("local", one, 4, 2, 2);
	expect("remote", all, 5, 0, 3);
	expect("remote", one, 4, 1, 3);
	expect("local", all, 0, 0, 0);
}

static void pages_in_turn_are_counted(void **state)
{
	static const int turn[] = { 0, 1, 0, 1, 0 }, other[] = { 1, 0, 1, 0 };
	static const int holes[] = { -ENOENT, 1, -ENOENT, -ENOENT, 0, 1 };
	static const int twice[] = { 0, 1, 1, 1, 0 }, half[] = { 0, 0, 0, 1, 1, 1 };
	static const int third[] = { 0, 1, 2, 1 };

	(void)state;
	expect("interleave", turn, 5, 5, 0);
	expect("interleave", other, 4, 4, 0);
	expect("interleave", holes, 6, 3, 0);
	expect("interleave", twice, 5, 4, 1);
	/* As many on each, and not in turn. */
	expect("interleave", half, 6, 4, 2);
	expect("interleave", third, 4, 3, 1);
}

static void the_first_stray_is_named(void **state)
{
	static const int status[] = { 1, 1, -ENOENT, 0, 0 };
	struct placement_seen seen = { 0 };

	(void)state;
	placement_count("remote", status, 5, &seen);
	assert_int_equal(seen.first, 3);
	assert_int_equal(seen.node, 0);
}

static bool split(const char *placement, uint64_t first, uint64_t second)
{
	const uint64_t on[2] = { first, second };

	return placement_split(placement, on);
}

static void totals_are_where_they_belong(void **state)
{
	(void)state;
	assert_true(split("local", 9, 0));
	assert_false(split("local", 8, 1));
	assert_true(split("remote", 0, 9));
	assert_false(split("remote", 1, 8));
	assert_true(split("interleave", 60, 40));
	assert_false(split("interleave", 80, 20));
	assert_false(split("interleave", 20, 80));
	/* Nothing at all is nowhere. */
	for (size_t i = 0; placement_choices[i]; i++)
		assert_false(split(placement_choices[i], 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_node_is_what_it_was),
		cmocka_unit_test(two_nodes_are_as_large_each),
		cmocka_unit_test(pages_of_one_node_are_counted),
		cmocka_unit_test(pages_in_turn_are_counted),
		cmocka_unit_test(the_first_stray_is_named),
		cmocka_unit_test(totals_are_where_they_belong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
