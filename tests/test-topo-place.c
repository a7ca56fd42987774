// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Places on machines that are not here, spelled out. What must hold of all places on all
 * machines stands in test-topo-crowd.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine.h"
#include "topo-place.h"
#include "util.h"

/** struct bench - a pool and its machine */
struct bench {
	struct topo *topo;
	struct topo_pool *pool;
};

static struct bench bench_of(const char *description, bool exclusive, bool housekeeping)
{
	struct bench bench = { .topo = machine_of(description) };

	bench.pool = topo_pool_new(bench.topo, exclusive, housekeeping);
	return bench;
}

static void bench_end(struct bench *bench)
{
	topo_pool_free(bench->pool);
	topo_free(bench->topo);
}

static struct topo_placement take(struct bench *bench, unsigned int cpus, unsigned int nodes,
				  const char *text)
{
	const struct topo_want want = { .cpus = cpus, .nodes = nodes, .mem_mib = 512 };
	struct topo_placement place;
	char *is;

	assert_int_equal(topo_take(bench->pool, &want, &place), 0);
	is = topo_placement_text(&place);
	assert_string_equal(is, text);
	free(is);
	return place;
}

static void assert_busy(struct bench *bench, unsigned int cpus, unsigned int nodes)
{
	const struct topo_want want = { .cpus = cpus, .nodes = nodes, .mem_mib = 512 };
	struct topo_placement place = { .bind = true };

	assert_int_equal(topo_take(bench->pool, &want, &place), -EBUSY);
	assert_true(place.bind);
}

static void housekeeping_has_the_first_core(void **state)
{
	struct bench bench = bench_of("pack:1 [numa] core:4 pu:2", true, true);

	(void)state;
	assert_string_equal(topo_pool_housekeeping(bench.pool), "0-1");
	take(&bench, 3, 1, "node 0, CPUs 2,4,6, memory not bound, other threads on CPUs 0-1");
	bench_end(&bench);
}

static void housekeeping_gives_way_and_it_is_said(void **state)
{
	struct bench bench = bench_of("pack:1 [numa] core:2 pu:1", true, true);

	(void)state;
	take(&bench, 2, 1, "node 0, CPUs 0,1, memory not bound, other threads on CPUs 0-1, "
	     "no core left for housekeeping");
	bench_end(&bench);
}

static void with_too_few_cores_nothing_is_pinned(void **state)
{
	struct bench bench = bench_of("pack:1 [numa] core:2 pu:2", true, true);

	(void)state;
	take(&bench, 4, 1, "all threads on CPUs 0-3, not pinned: no room for 4 vCPU(s) with 512 MiB "
	     "among 2 core(s) of 1 node(s)");
	assert_busy(&bench, 1, 1);
	bench_end(&bench);
}

/* Cores are enough in all, but not on one node. */
static void a_guest_of_one_node_is_not_split(void **state)
{
	struct bench bench = bench_of("pack:4 [numa] core:2 pu:1", true, true);

	(void)state;
	take(&bench, 3, 1, "all threads on CPUs 0-7, not pinned: no room for 3 vCPU(s) with 512 MiB "
	     "among 8 core(s) of 4 node(s)");
	bench_end(&bench);
}

static void two_nodes_are_two_nodes(void **state)
{
	struct bench bench = bench_of("pack:4 [numa] core:4 pu:1", true, true);
	struct topo_placement first;

	(void)state;
	first = take(&bench, 4, 2, "guest node 0: node 3, CPUs 12,13, guest node 1: node 2, CPUs 8,9, "
		     "memory bound, other threads on CPUs 0");
	take(&bench, 1, 2, "guest node 0: node 1, CPU 4, guest node 1: node 0, no CPU, "
	     "memory bound, other threads on CPUs 0");
	assert_busy(&bench, 1, 1);
	topo_give(bench.pool, &first);
	take(&bench, 1, 1, "node 3, CPU 12, memory bound, other threads on CPUs 0");
	bench_end(&bench);
}

static void what_can_be_had_later_is_waited_for(void **state)
{
	struct bench bench = bench_of("pack:3 [numa] core:4 pu:1", true, true);

	(void)state;
	take(&bench, 1, 1, "node 2, CPU 8, memory bound, other threads on CPUs 0");
	take(&bench, 1, 1, "node 1, CPU 4, memory bound, other threads on CPUs 0");
	/* All on node 0 would be emulated, or take the core of housekeeping. */
	assert_busy(&bench, 2, 2);
	assert_busy(&bench, 4, 1);
	bench_end(&bench);
}

static void more_nodes_than_the_host_has_are_emulated(void **state)
{
	struct bench bench = bench_of("pack:2 [numa] core:4 pu:1", true, true);

	(void)state;
	take(&bench, 3, 3, "emulated topology: guest node 0: node 1, CPU 4, guest node 1: node 1, "
	     "CPU 5, guest node 2: node 1, CPU 6, memory bound, other threads on CPUs 0");
	bench_end(&bench);
	bench = bench_of("pack:1 [numa] core:2 pu:1", false, false);
	take(&bench, 1, 2, "emulated topology: guest node 0: node 0, CPU 0, guest node 1: node 0, "
	     "no CPU, memory not bound, other threads on CPUs 0-1, no core left for housekeeping");
	bench_end(&bench);
}

/* In a container that may not: pinned all the same, and not called what it is not. */
static void without_mbind_nodes_are_emulated(void **state)
{
	struct bench bench = bench_of("pack:2 [numa] core:4 pu:1", true, true);

	(void)state;
	topo_set_may_bind(bench.topo, false);
	take(&bench, 2, 2, "emulated topology: guest node 0: node 1, CPU 4, guest node 1: node 1, "
	     "CPU 5, memory not bound, other threads on CPUs 0");
	take(&bench, 1, 1, "node 0, CPU 1, memory not bound, other threads on CPUs 0");
	bench_end(&bench);
}

static void near_nodes_go_together(void **state)
{
	/* Node 3 is near to node 0, and node 2 to node 1. */
	static const uint64_t table[] = {
		10, 30, 30, 12,
		30, 10, 12, 30,
		30, 12, 10, 30,
		12, 30, 30, 10,
	};
	const struct machine machine = {
		.description = "pack:4 [numa] core:4 pu:1", .distance = table, .nr_distances = 4,
	};
	struct bench bench = { .topo = machine_topo(&machine) };

	(void)state;
	bench.pool = topo_pool_new(bench.topo, true, true);
	/* Housekeeping is on node 0: the other pair is as near. */
	take(&bench, 2, 2, "guest node 0: node 2, CPU 8, guest node 1: node 1, CPU 4, "
	     "memory bound, other threads on CPUs 0");
	take(&bench, 2, 2, "guest node 0: node 3, CPU 12, guest node 1: node 0, CPU 1, "
	     "memory bound, other threads on CPUs 0");
	bench_end(&bench);
}

static void parts_of_a_package_go_together_and_guests_apart(void **state)
{
	struct bench bench = bench_of("pack:2 group:2 [numa] core:4 pu:1", true, true);

	(void)state;
	take(&bench, 2, 2, "guest node 0: node 3, CPU 12, guest node 1: node 2, CPU 8, "
	     "memory bound, other threads on CPUs 0");
	bench_end(&bench);
	bench = bench_of("pack:2 group:2 [numa] core:4 pu:1", true, true);
	take(&bench, 1, 1, "node 3, CPU 12, memory bound, other threads on CPUs 0");
	take(&bench, 1, 1, "node 1, CPU 4, memory bound, other threads on CPUs 0");
	take(&bench, 1, 1, "node 2, CPU 8, memory bound, other threads on CPUs 0");
	take(&bench, 1, 1, "node 0, CPU 1, memory bound, other threads on CPUs 0");
	assert_busy(&bench, 1, 1);
	bench_end(&bench);
}

/* Behind all packages, as CXL is: for a node without vCPUs when there is no other. */
static void memory_without_cpus_is_the_last_choice(void **state)
{
	struct bench bench = bench_of("[numa(indexes=2)] pack:2 [numa(indexes=0,1)] core:4 pu:1",
				      true, true);

	(void)state;
	take(&bench, 1, 2, "guest node 0: node 1, CPU 4, guest node 1: node 0, no CPU, "
	     "memory bound, other threads on CPUs 0");
	assert_busy(&bench, 1, 1);
	bench_end(&bench);
	bench = bench_of("pack:1 [numa(memory=4GB)] [numa(memory=16GB)] core:4 pu:1", true, true);
	take(&bench, 1, 2, "guest node 0: node 0, CPU 1, guest node 1: node 1, no CPU, "
	     "memory bound, other threads on CPUs 0");
	bench_end(&bench);
}

static void memory_must_fit(void **state)
{
	struct bench bench = bench_of("pack:2 [numa(memory=768MB)] core:4 pu:1", false, true);
	const struct topo_want large = { .cpus = 1, .nodes = 1, .mem_mib = 768 };
	struct topo_placement place;

	(void)state;
	take(&bench, 1, 1, "node 1, CPU 4, memory bound, other threads on CPUs 0");
	take(&bench, 1, 1, "node 0, CPU 1, memory bound, other threads on CPUs 0");
	/* Cores are left, memory is not. */
	take(&bench, 1, 1, "all threads on CPUs 0-7, not pinned: no room for 1 vCPU(s) with 512 MiB "
	     "among 8 core(s) of 2 node(s)");
	bench_end(&bench);
	bench = bench_of("pack:2 [numa(memory=768MB)] core:4 pu:1", true, true);
	assert_int_equal(topo_take(bench.pool, &large, &place), 0);
	assert_false(topo_is_pinned(&place));
	bench_end(&bench);
}

static void a_guest_with_an_nvdimm_takes_it_along(void **state)
{
	struct bench bench = bench_of("pack:2 [numa(memory=4GB)] core:4 pu:1", false, true);
	const struct topo_want want = { .cpus = 1, .nodes = 2, .mem_mib = 1024, .extra_mib = 2500 };
	struct topo_placement place;

	(void)state;
	assert_int_equal(topo_take(bench.pool, &want, &place), 0);
	assert_false(place.emulated);
	assert_int_equal(topo_take(bench.pool, &want, &place), 0);
	/* The other way round, as only node 0 has as much left. */
	assert_false(place.emulated);
	assert_int_equal(place.node[0], 0);
	assert_int_equal(topo_take(bench.pool, &want, &place), 0);
	assert_false(topo_is_pinned(&place));
	bench_end(&bench);
}

/* Emulated time does not tell neighbours: one vCPU is squeezed in where no core is left. */
static void guests_that_are_not_measured_share_nodes(void **state)
{
	struct bench bench = bench_of("pack:1 [numa] core:3 pu:1", false, false);
	const struct topo_want want = { .cpus = 1, .mem_mib = 64 };
	struct topo_placement place;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(topo_take(bench.pool, &want, &place), 0);
		assert_int_equal(place.cpu[0], i);
	}
	assert_int_equal(topo_take(bench.pool, &want, &place), 0);
	assert_false(topo_is_pinned(&place));
	bench_end(&bench);
}

static void guests_that_are_not_measured_spread_all_the_same(void **state)
{
	struct bench bench = bench_of("pack:2 [numa] core:4 pu:1", false, true);

	(void)state;
	take(&bench, 1, 1, "node 1, CPU 4, memory bound, other threads on CPUs 0");
	take(&bench, 1, 1, "node 0, CPU 1, memory bound, other threads on CPUs 0");
	take(&bench, 1, 1, "node 1, CPU 5, memory bound, other threads on CPUs 0");
	bench_end(&bench);
	bench = bench_of("pack:1 group:2 [numa] core:4 pu:1", false, true);
	take(&bench, 1, 1, "node 1, CPU 4, memory bound, other threads on CPUs 0");
	take(&bench, 1, 1, "node 0, CPU 1, memory bound, other threads on CPUs 0");
	bench_end(&bench);
}

/* A kernel whose CPUs wait for each other stalls when one of them is kept from running. */
static void several_vcpus_share_their_cores_with_nobody(void **state)
{
	struct bench bench = bench_of("pack:1 [numa] core:2 pu:1", false, false);
	const char *text = "node 0, CPUs 0,1, memory not bound, other threads on CPUs 0-1, "
			   "no core left for housekeeping";
	struct topo_placement two, one;

	(void)state;
	two = take(&bench, 2, 1, text);
	assert_busy(&bench, 2, 1);
	assert_busy(&bench, 1, 1);
	topo_give(bench.pool, &two);
	one = take(&bench, 1, 1, "node 0, CPU 0, memory not bound, other threads on CPUs 0-1, "
		   "no core left for housekeeping");
	assert_busy(&bench, 2, 1);
	topo_give(bench.pool, &one);
	take(&bench, 2, 1, text);
	bench_end(&bench);
}

static void too_many_vcpus_are_alone(void **state)
{
	struct bench bench = bench_of("pack:1 [numa] core:2 pu:1", false, false);
	const struct topo_want one = { .cpus = 1, .mem_mib = 64 };
	struct topo_placement place, many;

	(void)state;
	assert_int_equal(topo_take(bench.pool, &one, &place), 0);
	assert_busy(&bench, 4, 1);
	topo_give(bench.pool, &place);
	many = take(&bench, 4, 1, "all threads on CPUs 0-1, not pinned: no room for 4 vCPU(s) with "
		    "512 MiB among 2 core(s) of 1 node(s)");
	assert_busy(&bench, 1, 1);
	topo_give(bench.pool, &many);
	assert_int_equal(topo_take(bench.pool, &one, &place), 0);
	bench_end(&bench);
}

static unsigned int room(const char *description, bool exclusive, unsigned int cpus,
			 unsigned int nodes)
{
	struct topo *topo = machine_of(description);
	const struct topo_want want = { .cpus = cpus, .nodes = nodes, .mem_mib = 64 };
	unsigned int nr = topo_room(topo, exclusive, true, &want, 8);

	topo_free(topo);
	return nr;
}

static void room_is_what_can_run_at_once(void **state)
{
	(void)state;
	assert_int_equal(room("pack:1 [numa] core:2 pu:1", true, 1, 1), 1);
	assert_int_equal(room("pack:1 [numa] core:8 pu:2", true, 1, 1), 1);
	assert_int_equal(room("pack:4 [numa] core:8 pu:2", true, 7, 1), 4);
	assert_int_equal(room("pack:4 [numa] core:8 pu:2", true, 8, 1), 3);
	assert_int_equal(room("pack:4 [numa] core:8 pu:2", true, 2, 2), 2);
	assert_int_equal(room("pack:4 [numa] core:8 pu:2", true, 9, 1), 0);
	assert_int_equal(room("pack:1 [numa] core:8 pu:2", false, 2, 1), 3);
	assert_int_equal(room("pack:16 [numa] core:2 pu:1", true, 1, 1), 8);
	/* On the only core of a host: there is none to keep. */
	assert_int_equal(room("pack:1 [numa] core:1 pu:2", true, 1, 1), 1);
}

static void what_no_guest_can_want_is_refused(void **state)
{
	static const struct topo_want wants[] = {
		{ .cpus = 0, .nodes = 1 }, { .cpus = TOPO_CPUS_MAX + 1, .nodes = 1 },
		{ .cpus = 1, .nodes = TOPO_GUEST_NODES_MAX + 1 },
	};
	struct bench bench = bench_of("pack:1 [numa] core:4 pu:1", true, true);
	struct topo_placement place = { .bind = true };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wants); i++)
		assert_int_equal(topo_take(bench.pool, &wants[i], &place), -EINVAL);
	assert_true(place.bind);
	bench_end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(housekeeping_has_the_first_core),
		cmocka_unit_test(housekeeping_gives_way_and_it_is_said),
		cmocka_unit_test(with_too_few_cores_nothing_is_pinned),
		cmocka_unit_test(a_guest_of_one_node_is_not_split),
		cmocka_unit_test(two_nodes_are_two_nodes),
		cmocka_unit_test(what_can_be_had_later_is_waited_for),
		cmocka_unit_test(more_nodes_than_the_host_has_are_emulated),
		cmocka_unit_test(without_mbind_nodes_are_emulated),
		cmocka_unit_test(near_nodes_go_together),
		cmocka_unit_test(parts_of_a_package_go_together_and_guests_apart),
		cmocka_unit_test(memory_without_cpus_is_the_last_choice),
		cmocka_unit_test(memory_must_fit),
		cmocka_unit_test(a_guest_with_an_nvdimm_takes_it_along),
		cmocka_unit_test(guests_that_are_not_measured_share_nodes),
		cmocka_unit_test(guests_that_are_not_measured_spread_all_the_same),
		cmocka_unit_test(several_vcpus_share_their_cores_with_nobody),
		cmocka_unit_test(too_many_vcpus_are_alone),
		cmocka_unit_test(room_is_what_can_run_at_once),
		cmocka_unit_test(what_no_guest_can_want_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
