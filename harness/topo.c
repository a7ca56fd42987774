// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host as hwloc sees it, and the placement of guests on it. Placement is
 * pure arithmetic on the topology, so that machines with many nodes are tested
 * where there is only one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hwloc.h>

#include "topo.h"
#include "util.h"

/** struct topo - a loaded topology */
struct topo {
	hwloc_topology_t hwloc;
};

/**
 * struct place - where one slot was put while all slots are laid out
 * @node: index into struct layout's nodes
 * @first: its first core among those of the node
 */
struct place {
	unsigned int node;
	unsigned int first;
};

/**
 * struct layout - the cores that can be given away
 * @node: NUMA nodes that have cores
 * @nr_nodes: how many
 * @skip: cores of the first node that are not given away (housekeeping)
 */
struct layout {
	hwloc_obj_t *node;
	unsigned int nr_nodes;
	unsigned int skip;
};

static int topo_finish_load(hwloc_topology_t hwloc, struct topo **ret_topo, struct err *err)
{
	struct topo *topo;

	if (hwloc_topology_load(hwloc)) {
		int error = errno ? -errno : -EIO;

		hwloc_topology_destroy(hwloc);
		return err_set(err, error, "host topology: hwloc cannot load it: %s",
			       strerror(-error));
	}
	topo = mem_grow(NULL, 1, sizeof(*topo));
	topo->hwloc = hwloc;
	*ret_topo = topo;
	return 0;
}

int topo_load(struct topo **ret_topo, struct err *err)
{
	/*
	 * Without these a harness started under taskset or numactl would place
	 * guests on CPUs that it may not use itself.
	 */
	const unsigned long flags = HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM |
				    HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING;
	hwloc_topology_t hwloc;

	if (hwloc_topology_init(&hwloc))
		return err_set(err, -ENOMEM, "host topology: hwloc cannot be started");
	if (hwloc_topology_set_flags(hwloc, flags)) {
		hwloc_topology_destroy(hwloc);
		return err_set(err, -EINVAL, "host topology: hwloc refuses its flags");
	}
	return topo_finish_load(hwloc, ret_topo, err);
}

int topo_load_synthetic(const char *description, struct topo **ret_topo, struct err *err)
{
	hwloc_topology_t hwloc;

	if (hwloc_topology_init(&hwloc))
		return err_set(err, -ENOMEM, "synthetic topology: hwloc cannot be started");
	if (hwloc_topology_set_synthetic(hwloc, description)) {
		hwloc_topology_destroy(hwloc);
		return err_set(err, -EINVAL, "synthetic topology '%s': hwloc does not know it",
			       description);
	}
	return topo_finish_load(hwloc, ret_topo, err);
}

void topo_free(struct topo *topo)
{
	if (!topo)
		return;
	hwloc_topology_destroy(topo->hwloc);
	free(topo);
}

char *topo_xml(const struct topo *topo)
{
	char *buffer = NULL, *text;
	int len = 0;

	if (hwloc_topology_export_xmlbuffer(topo->hwloc, &buffer, &len, 0))
		return NULL;
	text = str_dup(buffer);
	hwloc_free_xmlbuffer(topo->hwloc, buffer);
	return text;
}

static hwloc_obj_t next_of(const struct topo *topo, hwloc_obj_type_t type, hwloc_obj_t before)
{
	return hwloc_get_next_obj_by_type(topo->hwloc, type, before);
}

unsigned int topo_nodes(const struct topo *topo)
{
	unsigned int nr = 0, all = 0;

	for (hwloc_obj_t node = NULL; (node = next_of(topo, HWLOC_OBJ_NUMANODE, node));) {
		all++;
		if (node->attr->numanode.local_memory)
			nr++;
	}
	/* Descriptions may leave out how much memory there is. */
	return nr ? nr : all;
}

/* Some virtual machines do not tell cores from logical CPUs. */
static hwloc_obj_type_t core_type(const struct topo *topo)
{
	return hwloc_get_nbobjs_by_type(topo->hwloc, HWLOC_OBJ_CORE) > 0 ? HWLOC_OBJ_CORE :
									    HWLOC_OBJ_PU;
}

unsigned int topo_cores(const struct topo *topo)
{
	return hwloc_get_nbobjs_by_type(topo->hwloc, core_type(topo));
}

unsigned int topo_cpus(const struct topo *topo)
{
	return hwloc_get_nbobjs_by_type(topo->hwloc, HWLOC_OBJ_PU);
}

static unsigned int cores_of(const struct topo *topo, hwloc_obj_t node)
{
	int nr = hwloc_get_nbobjs_inside_cpuset_by_type(topo->hwloc, node->cpuset, core_type(topo));

	return nr > 0 ? nr : 0;
}

/* OS index of the first logical CPU of a core: its SMT siblings stay idle. */
static int core_cpu(const struct topo *topo, hwloc_obj_t node, unsigned int index)
{
	hwloc_obj_t core = hwloc_get_obj_inside_cpuset_by_type(topo->hwloc, node->cpuset,
							       core_type(topo), index);

	return core ? hwloc_bitmap_first(core->cpuset) : -1;
}

static bool layout_has_cores_of(const struct layout *layout, hwloc_obj_t node)
{
	for (unsigned int i = 0; i < layout->nr_nodes; i++)
		if (hwloc_bitmap_intersects(layout->node[i]->cpuset, node->cpuset))
			return true;
	return false;
}

static void layout_add(const struct topo *topo, struct layout *layout, unsigned int cores)
{
	for (hwloc_obj_t node = NULL; (node = next_of(topo, HWLOC_OBJ_NUMANODE, node));) {
		if (cores_of(topo, node) != cores || layout_has_cores_of(layout, node))
			continue;
		layout->node = mem_grow(layout->node, layout->nr_nodes + 1,
					sizeof(*layout->node));
		layout->node[layout->nr_nodes++] = node;
	}
}

/*
 * A node without CPUs (CXL, HBM, persistent memory as RAM) shows the CPUs that
 * are near it, which are another node's: the node with the fewest CPUs is the
 * one they belong to, among equals the first.
 */
static void layout_init(const struct topo *topo, struct layout *layout)
{
	*layout = (struct layout){ 0 };
	for (unsigned int cores = 1; cores <= topo_cores(topo); cores++)
		layout_add(topo, layout, cores);
}

/* How many guests of @nr_cpus fit on a node. */
static unsigned int layout_room(const struct topo *topo, const struct layout *layout,
				unsigned int node, unsigned int nr_cpus)
{
	unsigned int cores = cores_of(topo, layout->node[node]);

	if (!node)
		cores -= layout->skip < cores ? layout->skip : cores;
	return cores / nr_cpus;
}

/*
 * Guests go to the node with the fewest guests first: they share memory
 * bandwidth and a last-level cache only when there are more guests than nodes.
 * The last node is the first choice, as housekeeping lives on the first one.
 */
static bool layout_find(const struct topo *topo, const struct layout *layout, unsigned int slot,
			unsigned int slots, unsigned int nr_cpus, struct place *ret_place)
{
	unsigned int given = 0;
	bool found = false;

	for (unsigned int round = 0; given < slots; round++) {
		unsigned int before = given;

		for (unsigned int i = layout->nr_nodes; i-- && given < slots;) {
			if (layout_room(topo, layout, i, nr_cpus) <= round)
				continue;
			if (given++ != slot)
				continue;
			*ret_place = (struct place){ i, round * nr_cpus };
			found = true;
		}
		if (given == before)
			return false;
	}
	return found;
}

/* Other guests on the node of @slot, for the honest remark. */
static bool layout_shared(const struct topo *topo, const struct layout *layout, unsigned int slot,
			  unsigned int slots, unsigned int nr_cpus, unsigned int node)
{
	struct place other;

	for (unsigned int i = 0; i < slots; i++)
		if (i != slot && layout_find(topo, layout, i, slots, nr_cpus, &other) &&
		    other.node == node)
			return true;
	return false;
}

static void place_fill(const struct topo *topo, const struct layout *layout,
		       const struct place *at, unsigned int nr_cpus, struct topo_placement *place)
{
	hwloc_obj_t node = layout->node[at->node];
	unsigned int skip = at->node ? 0 : layout->skip;

	/* With one node there is nothing to choose, and containers may forbid mbind(). */
	if (topo_nodes(topo) > 1)
		place->node = node->os_index;
	for (unsigned int i = 0; i < nr_cpus; i++)
		place->cpu[i] = core_cpu(topo, node, skip + at->first + i);
	if (layout->skip)
		place->housekeeping = core_cpu(topo, layout->node[0], 0);
}

int topo_place(const struct topo *topo, unsigned int slot, unsigned int slots,
	       unsigned int nr_cpus, struct topo_placement *ret_place)
{
	struct topo_placement place = { .node = -1, .nr_cpus = nr_cpus, .housekeeping = -1 };
	struct layout layout;
	struct place at;
	bool found = false;

	if (slot >= slots || !nr_cpus || nr_cpus > TOPO_CPUS_MAX)
		return -EINVAL;
	for (unsigned int i = 0; i < TOPO_CPUS_MAX; i++)
		place.cpu[i] = -1;
	layout_init(topo, &layout);
	for (int skip = 1; skip >= 0 && !found; skip--) {
		layout.skip = skip;
		found = layout_find(topo, &layout, slot, slots, nr_cpus, &at);
	}
	if (!found) {
		snprintf(place.why, sizeof(place.why),
			 "not pinned: %u guest(s) of %u vCPU(s), %u core(s) on %u node(s)", slots,
			 nr_cpus, topo_cores(topo), layout.nr_nodes);
		goto out;
	}
	place_fill(topo, &layout, &at, nr_cpus, &place);
	if (layout_shared(topo, &layout, slot, slots, nr_cpus, at.node))
		snprintf(place.why, sizeof(place.why), "shares its NUMA node with another guest");
	else if (!layout.skip)
		snprintf(place.why, sizeof(place.why), "no core left for housekeeping");
out:
	free(layout.node);
	*ret_place = place;
	return 0;
}
