// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Placement on machines that are not here: one, two, four and eight nodes, SMT,
 * memory without CPUs, too few cores.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "topo.h"

static struct topo *machine(const char *description)
{
	struct err err = { "" };
	struct topo *topo;

	if (topo_load_synthetic(description, &topo, &err))
		fail_msg("%s", err.text);
	return topo;
}

static struct topo_placement place(const struct topo *topo, unsigned int slot, unsigned int slots,
				   unsigned int cpus)
{
	struct topo_placement place;

	assert_int_equal(topo_place(topo, slot, slots, cpus, &place), 0);
	assert_int_equal(place.nr_cpus, cpus);
	return place;
}

static void a_machine_is_counted(void **state)
{
	struct topo *topo = machine("pack:2 [numa] core:4 pu:2");

	(void)state;
	assert_int_equal(topo_nodes(topo), 2);
	assert_int_equal(topo_cores(topo), 8);
	assert_int_equal(topo_cpus(topo), 16);
	topo_free(topo);
}

static void housekeeping_has_the_first_core(void **state)
{
	struct topo *topo = machine("pack:1 [numa] core:4 pu:1");
	struct topo_placement at = place(topo, 0, 1, 2);

	(void)state;
	assert_int_equal(at.housekeeping, 0);
	assert_int_equal(at.cpu[0], 1);
	assert_int_equal(at.cpu[1], 2);
	assert_string_equal(at.why, "");
	/* With one node there is nothing to bind to. */
	assert_int_equal(at.node, -1);
	topo_free(topo);
}

static void siblings_are_not_shared(void **state)
{
	struct topo *topo = machine("pack:1 [numa] core:4 pu:2");
	struct topo_placement at = place(topo, 0, 1, 3);

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(at.cpu[i], 2 * (i + 1));
	topo_free(topo);
}

static void housekeeping_gives_way_and_it_is_said(void **state)
{
	struct topo *topo = machine("pack:1 [numa] core:2 pu:1");
	struct topo_placement at = place(topo, 0, 1, 2);

	(void)state;
	assert_int_equal(at.housekeeping, -1);
	assert_int_equal(at.cpu[0], 0);
	assert_int_equal(at.cpu[1], 1);
	assert_non_null(strstr(at.why, "housekeeping"));
	topo_free(topo);
}

static void with_too_few_cores_nothing_is_pinned(void **state)
{
	struct topo *topo = machine("pack:1 [numa] core:2 pu:2");
	struct topo_placement at = place(topo, 0, 1, 4);

	(void)state;
	assert_int_equal(at.node, -1);
	assert_int_equal(at.housekeeping, -1);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(at.cpu[i], -1);
	assert_non_null(strstr(at.why, "not pinned"));
	topo_free(topo);
}

/* Cores are enough in all, but not on one node. */
static void a_guest_is_not_split_over_nodes(void **state)
{
	struct topo *topo = machine("pack:4 [numa] core:2 pu:1");
	struct topo_placement at = place(topo, 0, 1, 3);

	(void)state;
	assert_int_equal(at.cpu[0], -1);
	assert_true(at.why[0]);
	topo_free(topo);
}

static void check_disjoint(const char *description, unsigned int slots, unsigned int cpus,
			   unsigned int cpus_per_node)
{
	struct topo *topo = machine(description);
	bool used[1024] = { false };

	for (unsigned int slot = 0; slot < slots; slot++) {
		struct topo_placement at = place(topo, slot, slots, cpus);

		if (at.housekeeping >= 0)
			used[at.housekeeping] = true;
		for (unsigned int i = 0; i < cpus; i++) {
			assert_true(at.cpu[i] >= 0);
			assert_int_equal(at.cpu[i] / cpus_per_node, at.node);
			if (used[at.cpu[i]])
				fail_msg("%s: CPU %d is given twice", description, at.cpu[i]);
		}
		for (unsigned int i = 0; i < cpus; i++)
			used[at.cpu[i]] = true;
	}
	topo_free(topo);
}

static void guests_share_no_core(void **state)
{
	(void)state;
	check_disjoint("pack:2 [numa] core:4 pu:1", 3, 2, 4);
	check_disjoint("pack:4 [numa] core:8 pu:2", 15, 2, 16);
	check_disjoint("pack:8 [numa] core:4 pu:2", 8, 3, 8);
	check_disjoint("pack:4 [numa] core:2 pu:1", 4, 1, 2);
}

static void guests_get_nodes_of_their_own_while_there_are_some(void **state)
{
	struct topo *topo = machine("pack:4 [numa] core:8 pu:1");
	bool used[4] = { false };

	(void)state;
	for (unsigned int slot = 0; slot < 4; slot++) {
		struct topo_placement at = place(topo, slot, 4, 2);

		assert_true(at.node >= 0 && at.node < 4);
		assert_false(used[at.node]);
		used[at.node] = true;
		assert_string_equal(at.why, "");
	}
	topo_free(topo);
}

static void a_shared_node_is_said(void **state)
{
	struct topo *topo = machine("pack:2 [numa] core:8 pu:1");

	(void)state;
	assert_non_null(strstr(place(topo, 0, 3, 2).why, "shares"));
	assert_non_null(strstr(place(topo, 2, 3, 2).why, "shares"));
	assert_string_equal(place(topo, 1, 3, 2).why, "");
	topo_free(topo);
}

/* A second memory beside the first has the same CPUs: they are not given twice. */
static void memory_beside_memory_adds_no_cores(void **state)
{
	struct topo *topo = machine("pack:1 [numa(memory=1GB)] [numa(memory=8GB)] core:4 pu:1");
	struct topo_placement first = place(topo, 0, 2, 2), second = place(topo, 1, 2, 2);

	(void)state;
	assert_int_equal(topo_nodes(topo), 2);
	assert_int_equal(first.node, 0);
	assert_int_equal(second.node, 0);
	assert_true(first.cpu[1] < second.cpu[0] || second.cpu[1] < first.cpu[0]);
	topo_free(topo);
}

static void memory_behind_all_packages_takes_no_guest(void **state)
{
	struct topo *topo = machine("[numa(indexes=2)] pack:2 [numa(indexes=0,1)] core:4 pu:1");
	struct topo_placement first = place(topo, 0, 2, 3), second = place(topo, 1, 2, 3);

	(void)state;
	assert_int_equal(topo_nodes(topo), 3);
	assert_int_equal(first.node + second.node, 1);
	assert_int_equal(first.cpu[0] / 4, first.node);
	assert_int_equal(second.cpu[0] / 4, second.node);
	topo_free(topo);
}

static void a_slot_out_of_range_is_refused(void **state)
{
	struct topo *topo = machine("pack:1 [numa] core:4 pu:1");
	struct topo_placement at = { .node = 42 };

	(void)state;
	assert_int_equal(topo_place(topo, 1, 1, 1, &at), -EINVAL);
	assert_int_equal(topo_place(topo, 0, 0, 1, &at), -EINVAL);
	assert_int_equal(topo_place(topo, 0, 1, 0, &at), -EINVAL);
	assert_int_equal(topo_place(topo, 0, 1, TOPO_CPUS_MAX + 1, &at), -EINVAL);
	assert_int_equal(at.node, 42);
	topo_free(topo);
}

static void nonsense_is_named(void **state)
{
	struct err err = { "" };
	struct topo *topo;

	(void)state;
	assert_int_equal(topo_load_synthetic("kitchen:2", &topo, &err), -EINVAL);
	assert_non_null(strstr(err.text, "kitchen:2"));
}

static void this_host_has_a_core_and_an_xml(void **state)
{
	struct topo *topo;
	char *xml;

	(void)state;
	assert_int_equal(topo_load(&topo, NULL), 0);
	assert_true(topo_cores(topo) >= 1);
	assert_true(topo_cpus(topo) >= topo_cores(topo));
	xml = topo_xml(topo);
	assert_non_null(xml);
	assert_non_null(strstr(xml, "<topology"));
	free(xml);
	topo_free(topo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_is_counted),
		cmocka_unit_test(housekeeping_has_the_first_core),
		cmocka_unit_test(siblings_are_not_shared),
		cmocka_unit_test(housekeeping_gives_way_and_it_is_said),
		cmocka_unit_test(with_too_few_cores_nothing_is_pinned),
		cmocka_unit_test(a_guest_is_not_split_over_nodes),
		cmocka_unit_test(guests_share_no_core),
		cmocka_unit_test(guests_get_nodes_of_their_own_while_there_are_some),
		cmocka_unit_test(a_shared_node_is_said),
		cmocka_unit_test(memory_beside_memory_adds_no_cores),
		cmocka_unit_test(memory_behind_all_packages_takes_no_guest),
		cmocka_unit_test(a_slot_out_of_range_is_refused),
		cmocka_unit_test(nonsense_is_named),
		cmocka_unit_test(this_host_has_a_core_and_an_xml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
