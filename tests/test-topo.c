// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is read of a host's topology: nodes, whose the cores are, distances, and what
 * affinity, cpusets and offline CPUs leave of it.
 */
#include <sched.h>
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

#include "affinity.h"
#include "machine.h"
#include "util.h"

static void a_machine_is_counted(void **state)
{
	struct topo *topo = machine_of("pack:2 [numa] core:4 pu:2");

	(void)state;
	assert_int_equal(topo_nodes(topo), 2);
	assert_int_equal(topo_cores(topo), 8);
	assert_int_equal(topo_cpus(topo), 16);
	assert_string_equal(topo_cpu_list(topo), "0-15");
	assert_string_equal(topo_first_core(topo), "0-1");
	topo_free(topo);
}

static void assert_node(const struct topo *topo, unsigned int index, unsigned int os,
			unsigned int cores, int first_cpu)
{
	const struct topo_node *node = topo_node(topo, index);

	assert_int_equal(node->os, os);
	assert_int_equal(node->nr_cores, cores);
	if (cores)
		assert_int_equal(node->cpu[0], first_cpu);
}

static void each_core_is_named_by_one_cpu(void **state)
{
	struct topo *topo = machine_of("pack:2 [numa] core:2 pu:4");

	(void)state;
	assert_node(topo, 0, 0, 2, 0);
	assert_int_equal(topo_node(topo, 0)->cpu[1], 4);
	assert_node(topo, 1, 1, 2, 8);
	assert_int_equal(topo_node(topo, 1)->cpu[1], 12);
	topo_free(topo);
}

/* A second memory beside the first has the same CPUs: they are given once. */
static void memory_beside_memory_has_no_cores(void **state)
{
	struct topo *topo = machine_of("pack:1 [numa(memory=1GB)] [numa(memory=8GB)] core:4 pu:1");

	(void)state;
	assert_int_equal(topo_nodes(topo), 2);
	assert_node(topo, 0, 0, 4, 0);
	assert_node(topo, 1, 1, 0, 0);
	assert_true(topo_node(topo, 0)->memory < topo_node(topo, 1)->memory);
	topo_free(topo);
}

/* As of CXL: near to all CPUs, and first in hwloc's order. */
static void memory_behind_all_packages_has_no_cores(void **state)
{
	struct topo *topo = machine_of("[numa(indexes=2)] pack:2 [numa(indexes=0,1)] core:4 pu:1");

	(void)state;
	assert_int_equal(topo_nodes(topo), 3);
	assert_node(topo, 0, 0, 4, 0);
	assert_node(topo, 1, 1, 4, 4);
	assert_node(topo, 2, 2, 0, 0);
	topo_free(topo);
}

static void a_node_without_memory_is_no_node(void **state)
{
	struct topo *topo = machine_of("pack:2 [numa(memory=0)] core:2 pu:1");

	(void)state;
	/* Of none of them it is known: then all have some. */
	assert_int_equal(topo_nodes(topo), 2);
	topo_free(topo);
	topo = machine_of("[numa(memory=4GB)(indexes=2)] pack:2 [numa(memory=0)(indexes=0,1)] "
			  "core:2 pu:1");
	assert_int_equal(topo_nodes(topo), 1);
	assert_int_equal(topo_node(topo, 0)->os, 2);
	assert_int_equal(topo_node(topo, 0)->nr_cores, 4);
	topo_free(topo);
}

static void nodes_of_a_package_are_nearer(void **state)
{
	struct topo *topo = machine_of("pack:2 group:2 [numa] core:2 pu:1");

	(void)state;
	assert_int_equal(topo_nodes(topo), 4);
	assert_int_equal(topo_node(topo, 0)->package, topo_node(topo, 1)->package);
	assert_int_not_equal(topo_node(topo, 1)->package, topo_node(topo, 2)->package);
	assert_int_equal(topo_distance(topo, 0, 0), 10);
	assert_true(topo_distance(topo, 0, 1) < topo_distance(topo, 0, 2));
	topo_free(topo);
}

static void the_firmwares_distances_count(void **state)
{
	static const uint64_t table[] = { 10, 32, 12, 31, 10, 20, 13, 20, 10 };
	const struct machine machine = {
		.description = "pack:3 [numa] core:2 pu:1", .distance = table, .nr_distances = 3,
	};
	struct topo *topo = machine_topo(&machine);

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		for (unsigned int j = 0; j < 3; j++)
			assert_int_equal(topo_distance(topo, i, j), table[i * 3 + j]);
	topo_free(topo);
}

static void cpus_that_are_offline_are_not_there(void **state)
{
	const struct machine machine = {
		.description = "pack:2 [numa] core:4 pu:2", .cpus = "1-2,5,8-15",
	};
	struct topo *topo = machine_topo(&machine);

	(void)state;
	assert_string_equal(topo_cpu_list(topo), "1-2,5,8-15");
	assert_node(topo, 0, 0, 3, 1);
	assert_int_equal(topo_node(topo, 0)->cpu[2], 5);
	assert_node(topo, 1, 1, 4, 8);
	assert_string_equal(topo_first_core(topo), "1");
	topo_free(topo);
}

static void a_cpuset_leaves_what_it_leaves(void **state)
{
	const struct machine machine = {
		.description = "pack:4 [numa] core:4 pu:1", .allowed_cpus = "5-9",
		.allowed_nodes = "1-3",
	};
	struct topo *topo = machine_topo(&machine);

	(void)state;
	assert_string_equal(topo_cpu_list(topo), "5-9");
	assert_int_equal(topo_nodes(topo), 3);
	assert_node(topo, 0, 1, 3, 5);
	assert_node(topo, 1, 2, 2, 8);
	/* Its memory may be used, its CPUs may not. */
	assert_node(topo, 2, 3, 0, 0);
	topo_free(topo);
}

static char *replaced(const char *text, const char *what, const char *with)
{
	const char *at = strstr(text, what);

	assert_non_null(at);
	return str_printf("%.*s%s%s", (int)(at - text), text, with, at + strlen(what));
}

static void where_nothing_is_allowed_it_is_said(void **state)
{
	static const char *const emptied[][2] = {
		{ "allowed_cpuset=\"0x00000003\"", "allowed_cpuset=\"0x0\"" },
		{ "allowed_nodeset=\"0x00000001\"", "allowed_nodeset=\"0x0\"" },
	};
	const struct machine machine = {
		.description = "pack:2 [numa] core:2 pu:1", .allowed_cpus = "0-1",
		.allowed_nodes = "0",
	};
	char *xml = machine_xml(&machine);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(emptied); i++) {
		char *without = replaced(xml, emptied[i][0], emptied[i][1]);
		struct err err = { "" };
		struct topo *topo;

		assert_int_equal(topo_load_xml(without, &topo, &err), -ENODEV);
		assert_non_null(strstr(err.text, "cpuset"));
		free(without);
	}
	free(xml);
}

static void nonsense_is_named(void **state)
{
	struct err err = { "" };
	struct topo *topo;

	(void)state;
	assert_int_equal(topo_load_synthetic("kitchen:2", &topo, &err), -EINVAL);
	assert_non_null(strstr(err.text, "kitchen:2"));
	assert_true(topo_load_xml("<kitchen>", &topo, &err) < 0);
}

static void what_was_stored_is_read_again(void **state)
{
	const struct machine machine = {
		.description = "pack:2 [numa(memory=2GB)] core:4 pu:2", .cpus = "0-3,6-15",
	};
	struct topo *topo = machine_topo(&machine), *again;
	char *xml = topo_xml(topo);

	(void)state;
	assert_int_equal(topo_load_xml(xml, &again, NULL), 0);
	assert_string_equal(topo_cpu_list(again), topo_cpu_list(topo));
	assert_int_equal(topo_node(again, 1)->memory, topo_node(topo, 1)->memory);
	free(xml);
	topo_free(again);
	topo_free(topo);
}

static void this_host_has_a_core_and_an_xml(void **state)
{
	struct topo *topo;
	char *xml;

	(void)state;
	assert_int_equal(topo_load(&topo, NULL), 0);
	assert_true(topo_nodes(topo) >= 1);
	assert_true(topo_cores(topo) >= 1);
	assert_true(topo_cpus(topo) >= topo_cores(topo));
	xml = topo_xml(topo);
	assert_non_null(xml);
	assert_non_null(strstr(xml, "<topology"));
	free(xml);
	topo_free(topo);
}

/* As under taskset: the last CPU this test may use, and no other. */
static void affinity_restricts_this_host(void **state)
{
	char *before, *dash, last[16];
	struct topo *topo;

	(void)state;
	assert_int_equal(affinity_get(getpid(), getpid(), &before, NULL), 0);
	dash = before + strlen(before);
	while (dash > before && dash[-1] >= '0' && dash[-1] <= '9')
		dash--;
	snprintf(last, sizeof(last), "%s", dash);
	assert_int_equal(affinity_set(0, last, NULL), 0);
	assert_int_equal(topo_load(&topo, NULL), 0);
	assert_int_equal(affinity_set(0, before, NULL), 0);
	assert_string_equal(topo_cpu_list(topo), last);
	assert_int_equal(topo_cpus(topo), 1);
	assert_string_equal(topo_first_core(topo), last);
	topo_free(topo);
	free(before);
}

static void lists_that_are_none_are_refused(void **state)
{
	static const char *const lists[] = { "", "x", "3-", "-1", "0-x", "1,,x" };
	struct err err = { "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (!affinity_set(0, lists[i], &err))
			fail_msg("'%s' is taken for a list", lists[i]);
	assert_int_equal(affinity_set(0, "4000", &err), -EINVAL);
	assert_non_null(strstr(err.text, "cannot be put on CPU 4000"));
}

static void another_affinity_than_was_set_is_noticed(void **state)
{
	struct err err = { "" };
	char *list, *other;

	(void)state;
	assert_int_equal(affinity_get(getpid(), getpid(), &list, NULL), 0);
	assert_int_equal(affinity_check(getpid(), getpid(), list, &err), 0);
	other = str_printf("%s,4001", list);
	assert_int_equal(affinity_check(getpid(), getpid(), other, &err), -EIO);
	assert_non_null(strstr(err.text, "was put on CPU"));
	assert_int_equal(affinity_check(getpid(), 1 << 30, list, &err), -ENOENT);
	free(other);
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_is_counted),
		cmocka_unit_test(each_core_is_named_by_one_cpu),
		cmocka_unit_test(memory_beside_memory_has_no_cores),
		cmocka_unit_test(memory_behind_all_packages_has_no_cores),
		cmocka_unit_test(a_node_without_memory_is_no_node),
		cmocka_unit_test(nodes_of_a_package_are_nearer),
		cmocka_unit_test(the_firmwares_distances_count),
		cmocka_unit_test(cpus_that_are_offline_are_not_there),
		cmocka_unit_test(a_cpuset_leaves_what_it_leaves),
		cmocka_unit_test(where_nothing_is_allowed_it_is_said),
		cmocka_unit_test(nonsense_is_named),
		cmocka_unit_test(what_was_stored_is_read_again),
		cmocka_unit_test(this_host_has_a_core_and_an_xml),
		cmocka_unit_test(affinity_restricts_this_host),
		cmocka_unit_test(lists_that_are_none_are_refused),
		cmocka_unit_test(another_affinity_than_was_set_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
