// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Places on machines that are not here: one, two, four and eight nodes, SMT, parts of
 * packages, memory without CPUs, unequal nodes, too few cores. What must always hold is
 * tried on all of them with guests of many sizes, and some places are spelled out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine.h"
#include "topo-place.h"
#include "util.h"

static const struct machine machines[] = {
	{ .description = "pack:1 [numa] core:1 pu:1" },
	{ .description = "pack:1 [numa] core:2 pu:1" },
	{ .description = "pack:1 [numa] core:8 pu:4" },
	{ .description = "pack:2 [numa] core:1 pu:1" },
	{ .description = "pack:2 [numa] core:4 pu:2" },
	{ .description = "pack:4 [numa] core:2 pu:4" },
	{ .description = "pack:4 [numa(memory=2GB)] core:8 pu:1" },
	{ .description = "pack:8 [numa(memory=512MB)] core:4 pu:2" },
	{ .description = "pack:2 group:4 [numa] core:2 pu:2" },
	{ .description = "pack:1 [numa(memory=4GB)] [numa(memory=16GB)] core:4 pu:1" },
	{ .description = "[numa(indexes=2)] pack:2 [numa(indexes=0,1)] core:4 pu:1" },
	/* Unequal nodes, a core with one sibling left, a first core that is not CPU 0. */
	{ .description = "pack:2 [numa] core:4 pu:2", .cpus = "3,8-15" },
	{ .description = "pack:4 [numa] core:4 pu:1", .allowed_cpus = "2-5,12-15",
	  .allowed_nodes = "0-1,3" },
	/* All CPUs of one node, memory of both. */
	{ .description = "pack:2 [numa] core:4 pu:1", .allowed_cpus = "4-7" },
	{ .description = "pack:2 [numa] core:4 pu:1", .allowed_cpus = "4-5", .allowed_nodes = "1" },
};

/**
 * struct crowd - guests side by side on one machine
 * @machine: which
 * @hwloc: the same, by hwloc's own eyes
 * @topo: by the harness's
 * @pool: places
 * @exclusive: of the pool
 * @place: of each guest
 * @nr: guests
 */
struct crowd {
	const struct machine *machine;
	hwloc_topology_t hwloc;
	struct topo *topo;
	struct topo_pool *pool;
	bool exclusive;
	struct topo_placement place[8];
	unsigned int nr;
};

static void crowd_fail(const struct crowd *crowd, const char *what)
{
	for (unsigned int i = 0; i < crowd->nr; i++) {
		char *text = topo_placement_text(&crowd->place[i]);

		print_message("# guest %u: %s\n", i, text);
		free(text);
	}
	fail_msg("%s, CPUs %s: %s", crowd->machine->description,
		 crowd->machine->cpus ? crowd->machine->cpus : "all", what);
}

static hwloc_obj_t core_of(const struct crowd *crowd, int cpu)
{
	hwloc_obj_t pu = hwloc_get_pu_obj_by_os_index(crowd->hwloc, cpu);

	if (!pu)
		crowd_fail(crowd, "a CPU that is not there");
	return hwloc_get_ancestor_obj_by_type(crowd->hwloc, HWLOC_OBJ_CORE, pu);
}

/* Over all guests: a core has one vCPU, and housekeeping has none on its core. */
static void check_cores(const struct crowd *crowd)
{
	hwloc_bitmap_t taken = hwloc_bitmap_alloc(), house = hwloc_bitmap_alloc();

	for (unsigned int i = 0; i < crowd->nr; i++) {
		const struct topo_placement *place = &crowd->place[i];

		for (unsigned int j = 0; j < place->want.cpus && topo_is_pinned(place); j++) {
			hwloc_obj_t core = core_of(crowd, place->cpu[j]);

			if (hwloc_bitmap_intersects(taken, core->cpuset))
				crowd_fail(crowd, "two vCPUs share a core");
			hwloc_bitmap_or(taken, taken, core->cpuset);
		}
		if (topo_pool_housekeeping(crowd->pool) && !*place->why)
			hwloc_bitmap_list_sscanf(house, place->others);
	}
	for (unsigned int i = 0; i < crowd->nr; i++)
		for (unsigned int j = 0; j < crowd->place[i].want.cpus; j++)
			if (!*crowd->place[i].why && crowd->place[i].cpu[j] >= 0 &&
			    hwloc_bitmap_isset(house, crowd->place[i].cpu[j]))
				crowd_fail(crowd, "a vCPU among those of housekeeping");
	hwloc_bitmap_free(taken);
	hwloc_bitmap_free(house);
}

static void check_inside(const struct crowd *crowd, const struct topo_placement *place)
{
	unsigned int nodes = topo_want_nodes(&place->want), cpu = 0;

	for (unsigned int i = 0; i < nodes; i++) {
		hwloc_obj_t node = hwloc_get_numanode_obj_by_os_index(crowd->hwloc, place->node[i]);

		if (!node)
			crowd_fail(crowd, "a node that is not there");
		for (unsigned int j = 0; j < topo_share(place->want.cpus, nodes, i); j++, cpu++)
			if (!hwloc_bitmap_isset(node->cpuset, place->cpu[cpu]))
				crowd_fail(crowd, "a vCPU outside of its node");
	}
}

static bool has_node(const struct topo_placement *place, int node)
{
	for (unsigned int i = 0; i < topo_want_nodes(&place->want); i++)
		if (place->node[i] == node)
			return true;
	return false;
}

static void check_nodes(const struct crowd *crowd, const struct topo_placement *place)
{
	unsigned int nodes = topo_want_nodes(&place->want), same = 0;

	for (unsigned int i = 0; i < nodes; i++)
		for (unsigned int j = 0; j < i; j++)
			same += place->node[i] == place->node[j];
	if (place->emulated ? same != nodes * (nodes - 1) / 2 || nodes == 1 : same)
		crowd_fail(crowd, "emulated, or not, and the nodes tell another story");
	if (place->bind != (topo_nodes(crowd->topo) > 1))
		crowd_fail(crowd, "memory is bound where there is no choice, or not where there is");
	for (const struct topo_placement *other = crowd->place; other < place; other++)
		for (unsigned int i = 0; i < nodes && crowd->exclusive; i++)
			if (has_node(other, place->node[i]))
				crowd_fail(crowd, "two guests share a node");
}

static uint64_t bound_to(const struct crowd *crowd, int node)
{
	uint64_t mib = 0;

	for (unsigned int i = 0; i < crowd->nr; i++) {
		const struct topo_placement *place = &crowd->place[i];
		unsigned int nodes = topo_want_nodes(&place->want);

		for (unsigned int j = 0; j < nodes && place->bind; j++)
			if (place->node[j] == node)
				mib += topo_share(place->want.mem_mib, nodes, j) +
				       (j ? 0 : place->want.extra_mib);
	}
	return mib;
}

static void check_memory(const struct crowd *crowd)
{
	for (unsigned int i = 0; i < topo_nodes(crowd->topo); i++) {
		const struct topo_node *node = topo_node(crowd->topo, i);

		if (node->memory && bound_to(crowd, node->os) > node->memory >> 20)
			crowd_fail(crowd, "more memory is bound than there is");
	}
}

static void check_floating(const struct crowd *crowd, const struct topo_placement *place)
{
	for (unsigned int i = 0; i < TOPO_CPUS_MAX; i++)
		if (place->cpu[i] >= 0)
			crowd_fail(crowd, "some vCPUs are pinned and some are not");
	if (place->bind || strcmp(place->others, topo_cpu_list(crowd->topo)))
		crowd_fail(crowd, "a guest without a place is held to one");
	if (!strstr(place->why, "not pinned"))
		crowd_fail(crowd, "nobody says that it is not pinned");
	if (crowd->exclusive && crowd->nr > 1)
		crowd_fail(crowd, "a guest without a place has company");
}

static void check_crowd(const struct crowd *crowd)
{
	check_cores(crowd);
	check_memory(crowd);
	for (unsigned int i = 0; i < crowd->nr; i++) {
		const struct topo_placement *place = &crowd->place[i];

		if (topo_is_pinned(place)) {
			check_inside(crowd, place);
			check_nodes(crowd, place);
		} else {
			check_floating(crowd, place);
		}
	}
}

/* As many as there is room for; then all leave, and it must be as at first. */
static void fill_and_empty(struct crowd *crowd, const struct topo_want *want, unsigned int jobs)
{
	char *first, *again;
	int error = 0;

	for (crowd->nr = 0; crowd->nr < jobs && !error; crowd->nr += !error) {
		error = topo_take(crowd->pool, want, &crowd->place[crowd->nr]);
		if (error && (error != -EBUSY || !crowd->nr || !crowd->exclusive))
			crowd_fail(crowd, "a guest has to wait for nobody");
	}
	check_crowd(crowd);
	first = topo_placement_text(&crowd->place[0]);
	while (crowd->nr)
		topo_give(crowd->pool, &crowd->place[--crowd->nr]);
	assert_int_equal(topo_take(crowd->pool, want, &crowd->place[0]), 0);
	again = topo_placement_text(&crowd->place[0]);
	if (strcmp(first, again))
		crowd_fail(crowd, "what was given back is not there any more");
	topo_give(crowd->pool, &crowd->place[0]);
	free(first);
	free(again);
}

static void try_guests(struct crowd *crowd)
{
	for (unsigned int cpus = 1; cpus <= 5; cpus++)
		for (unsigned int nodes = 1; nodes <= 4; nodes++)
			for (unsigned int jobs = 1; jobs <= 8; jobs++) {
				const struct topo_want want = {
					.cpus = cpus, .nodes = nodes, .mem_mib = 384 + jobs,
					.extra_mib = nodes % 2 ? 0 : 64,
				};

				fill_and_empty(crowd, &want, jobs);
			}
}

/* Guests of different sizes come and go, as the cells of a run do. */
static void try_mixture(struct crowd *crowd)
{
	unsigned int seed = 1;

	crowd->nr = 0;
	for (unsigned int i = 0; i < 500; i++) {
		struct topo_want want;

		seed = seed * 1103515245 + 12345;
		want = (struct topo_want){ .cpus = 1 + (seed >> 8) % 3, .mem_mib = 64 + i % 7,
					   .nodes = 1 + (seed >> 16) % 2 };
		if (crowd->nr < 8 && (seed >> 20) % 3 &&
		    !topo_take(crowd->pool, &want, &crowd->place[crowd->nr])) {
			crowd->nr++;
			check_crowd(crowd);
		} else if (crowd->nr) {
			unsigned int leaves = (seed >> 12) % crowd->nr;

			topo_give(crowd->pool, &crowd->place[leaves]);
			crowd->place[leaves] = crowd->place[--crowd->nr];
		}
	}
	while (crowd->nr)
		topo_give(crowd->pool, &crowd->place[--crowd->nr]);
}

static void what_must_hold_holds_everywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		for (unsigned int rules = 0; rules < 4; rules++) {
			static struct crowd crowd;

			crowd = (struct crowd){
				.machine = &machines[i], .exclusive = rules & 1,
				.hwloc = machine_hwloc(&machines[i]),
				.topo = machine_topo(&machines[i]),
			};
			crowd.pool = topo_pool_new(crowd.topo, rules & 1, rules & 2);
			try_guests(&crowd);
			try_mixture(&crowd);
			topo_pool_free(crowd.pool);
			topo_free(crowd.topo);
			hwloc_topology_destroy(crowd.hwloc);
		}
}

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

/* Emulated time does not tell neighbours: nobody waits, and cores are shared by none. */
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
		cmocka_unit_test(what_must_hold_holds_everywhere),
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
		cmocka_unit_test(room_is_what_can_run_at_once),
		cmocka_unit_test(what_no_guest_can_want_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
