// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must always hold of places, tried with guests of many sizes on machines that are
 * not here: one, two, four and eight nodes, SMT, parts of packages, memory without CPUs,
 * unequal nodes, too few cores, offline CPUs, cpusets.
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
	if ((crowd->exclusive || place->want.cpus > 1) && crowd->nr > 1)
		crowd_fail(crowd, "a guest without a place has company");
	for (unsigned int i = 0; i < crowd->nr; i++)
		if (crowd->place[i].want.cpus > 1 && place != &crowd->place[i])
			crowd_fail(crowd, "a guest without a place runs between several vCPUs");
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
		if (error && (error != -EBUSY || !crowd->nr ||
			      (!crowd->exclusive && want->cpus == 1)))
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_must_hold_holds_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
