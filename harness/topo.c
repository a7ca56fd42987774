// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a topology by hwloc and keeps what placement needs of it as plain numbers, so
 * that planning (topo-place.c) is arithmetic and is tested on machines that are not
 * here.
 */
#include <numa.h>
#include <numaif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <hwloc.h>
#include <hwloc/distances.h>

#include "topo.h"
#include "util.h"

#define DISTANCE_OWN 10u	/* of the firmware's table, by its definition */
#define DISTANCE_PACKAGE 15u
#define DISTANCE_FAR 20u
#define DISTANCE_MAX 100000u	/* firmware writes a byte; several are added up */

/**
 * struct topo - a loaded topology
 * @hwloc: all that hwloc knows
 * @node: nodes with memory
 * @nr_nodes: how many
 * @distance: nr_nodes * nr_nodes
 * @cpu_list: see topo_cpu_list()
 * @first_core: see topo_first_core()
 * @may_bind: memory policies are to be had
 */
struct topo {
	hwloc_topology_t hwloc;
	struct topo_node *node;
	unsigned int nr_nodes;
	unsigned int *distance;
	char *cpu_list;
	char *first_core;
	bool may_bind;
};

static hwloc_obj_t next_of(const struct topo *topo, hwloc_obj_type_t type, hwloc_obj_t before)
{
	return hwloc_get_next_obj_by_type(topo->hwloc, type, before);
}

/* Some virtual machines do not tell cores from logical CPUs. */
static hwloc_obj_type_t core_type(const struct topo *topo)
{
	return hwloc_get_nbobjs_by_type(topo->hwloc, HWLOC_OBJ_CORE) > 0 ? HWLOC_OBJ_CORE :
									    HWLOC_OBJ_PU;
}

static unsigned int cores_near(const struct topo *topo, hwloc_obj_t node)
{
	int nr = hwloc_get_nbobjs_inside_cpuset_by_type(topo->hwloc, node->cpuset, core_type(topo));

	return nr > 0 ? nr : 0;
}

static hwloc_obj_t core_near(const struct topo *topo, hwloc_obj_t node, unsigned int index)
{
	return hwloc_get_obj_inside_cpuset_by_type(topo->hwloc, node->cpuset, core_type(topo),
						   index);
}

static hwloc_obj_t node_object(const struct topo *topo, unsigned int index)
{
	return hwloc_get_numanode_obj_by_os_index(topo->hwloc, topo->node[index].os);
}

/* Descriptions may leave out how much memory there is: then every node has some. */
static bool memory_is_known(const struct topo *topo)
{
	for (hwloc_obj_t node = NULL; (node = next_of(topo, HWLOC_OBJ_NUMANODE, node));)
		if (node->attr->numanode.local_memory)
			return true;
	return false;
}

static unsigned int package_of(const struct topo *topo, hwloc_obj_t node)
{
	hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(topo->hwloc, HWLOC_OBJ_PACKAGE, node);

	return package ? package->logical_index + 1 : 0;
}

static int by_number(const void *a, const void *b)
{
	const struct topo_node *left = a, *right = b;

	return (left->os > right->os) - (left->os < right->os);
}

static void add_nodes(struct topo *topo)
{
	bool known = memory_is_known(topo);

	for (hwloc_obj_t node = NULL; (node = next_of(topo, HWLOC_OBJ_NUMANODE, node));) {
		if (known && !node->attr->numanode.local_memory)
			continue;
		topo->node = mem_grow(topo->node, topo->nr_nodes + 1, sizeof(*topo->node));
		topo->node[topo->nr_nodes++] = (struct topo_node){
			.os = node->os_index,
			.package = package_of(topo, node),
			.memory = node->attr->numanode.local_memory,
		};
	}
	if (topo->nr_nodes)
		qsort(topo->node, topo->nr_nodes, sizeof(*topo->node), by_number);
}

static void add_cores(const struct topo *topo, unsigned int index)
{
	hwloc_obj_t object = node_object(topo, index);
	struct topo_node *node = &topo->node[index];

	node->nr_cores = cores_near(topo, object);
	node->cpu = mem_grow(NULL, node->nr_cores, sizeof(*node->cpu));
	for (unsigned int i = 0; i < node->nr_cores; i++)
		node->cpu[i] = hwloc_bitmap_first(core_near(topo, object, i)->cpuset);
}

static bool cores_are_given(const struct topo *topo, hwloc_obj_t object)
{
	for (unsigned int i = 0; i < topo->nr_nodes; i++)
		if (topo->node[i].nr_cores &&
		    hwloc_bitmap_intersects(node_object(topo, i)->cpuset, object->cpuset))
			return true;
	return false;
}

/* The fewest first; see struct topo_node. */
static void give_cores(const struct topo *topo)
{
	for (unsigned int cores = 1; cores <= topo_cores(topo); cores++)
		for (unsigned int i = 0; i < topo->nr_nodes; i++) {
			hwloc_obj_t object = node_object(topo, i);

			if (cores_near(topo, object) == cores && !cores_are_given(topo, object))
				add_cores(topo, i);
		}
}

static unsigned int distance_between(const struct topo *topo, unsigned int a, unsigned int b)
{
	if (a == b)
		return DISTANCE_OWN;
	return topo->node[a].package == topo->node[b].package ? DISTANCE_PACKAGE : DISTANCE_FAR;
}

static void guess_distances(struct topo *topo)
{
	topo->distance = mem_grow(NULL, (size_t)topo->nr_nodes * topo->nr_nodes,
				  sizeof(*topo->distance));
	for (unsigned int a = 0; a < topo->nr_nodes; a++)
		for (unsigned int b = 0; b < topo->nr_nodes; b++)
			topo->distance[a * topo->nr_nodes + b] = distance_between(topo, a, b);
}

static int index_of(const struct topo *topo, hwloc_obj_t object)
{
	for (unsigned int i = 0; object && i < topo->nr_nodes; i++)
		if (topo->node[i].os == object->os_index)
			return i;
	return -1;
}

static void take_distances(struct topo *topo, const struct hwloc_distances_s *table)
{
	for (unsigned int i = 0; i < table->nbobjs; i++)
		for (unsigned int j = 0; j < table->nbobjs; j++) {
			int a = index_of(topo, table->objs[i]), b = index_of(topo, table->objs[j]);
			uint64_t value = table->values[i * table->nbobjs + j];

			if (a >= 0 && b >= 0 && value && value <= DISTANCE_MAX)
				topo->distance[a * topo->nr_nodes + b] = value;
		}
}

static void read_distances(struct topo *topo)
{
	struct hwloc_distances_s *table;
	unsigned int nr = 1;

	guess_distances(topo);
	if (hwloc_distances_get_by_type(topo->hwloc, HWLOC_OBJ_NUMANODE, &nr, &table,
					HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0) || !nr)
		return;
	take_distances(topo, table);
	hwloc_distances_release(topo->hwloc, table);
}

static char *list_of(hwloc_const_bitmap_t set)
{
	char *made = NULL, *list;

	list = str_dup(hwloc_bitmap_list_asprintf(&made, set) < 0 ? "" : made);
	free(made);
	return list;
}

static void read_lists(struct topo *topo)
{
	hwloc_obj_t core = NULL;

	topo->cpu_list = list_of(hwloc_topology_get_topology_cpuset(topo->hwloc));
	for (unsigned int i = 0; i < topo->nr_nodes && !core; i++)
		if (topo->node[i].nr_cores)
			core = core_near(topo, node_object(topo, i), 0);
	topo->first_core = core ? list_of(core->cpuset) : str_dup("");
}

/* hwloc says some of it on stderr, and sets no errno where nothing is allowed. */
static int load_failed(struct err *err, int error)
{
	if (error)
		return err_set(err, -error, "host topology: hwloc cannot load it: %s",
			       strerror(error));
	return err_set(err, -ENODEV, "host topology: there is no CPU or no memory that this process "
		       "may use; look at its cpuset (cpuset.cpus, cpuset.mems)");
}

static int topo_finish_load(hwloc_topology_t hwloc, struct topo **ret_topo, struct err *err)
{
	struct topo *topo;

	errno = 0;
	if (hwloc_topology_load(hwloc)) {
		int error = errno;

		hwloc_topology_destroy(hwloc);
		return load_failed(err, error);
	}
	topo = mem_grow(NULL, 1, sizeof(*topo));
	*topo = (struct topo){ .hwloc = hwloc, .may_bind = true };
	add_nodes(topo);
	give_cores(topo);
	read_distances(topo);
	read_lists(topo);
	*ret_topo = topo;
	return 0;
}

/* Tried, because a filter of system calls can be told in no other way; QEMU inherits it. */
static bool may_bind(const struct topo *topo)
{
	size_t bytes = sysconf(_SC_PAGESIZE);
	struct bitmask *mask;
	bool may = false;
	void *page;

	if (numa_available() < 0 || !topo->nr_nodes)
		return false;
	page = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return false;
	mask = numa_allocate_nodemask();
	numa_bitmask_setbit(mask, topo->node[0].os);
	may = !mbind(page, bytes, MPOL_BIND, mask->maskp, mask->size + 1, 0);
	numa_free_nodemask(mask);
	munmap(page, bytes);
	return may;
}

int topo_load(struct topo **ret_topo, struct err *err)
{
	/*
	 * Without these a harness started under taskset or numactl would place
	 * guests on CPUs and nodes that it may not use itself.
	 */
	const unsigned long flags = HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM |
				    HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING |
				    HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_MEMBINDING;
	hwloc_topology_t hwloc;
	int error;

	if (hwloc_topology_init(&hwloc))
		return err_set(err, -ENOMEM, "host topology: hwloc cannot be started");
	if (hwloc_topology_set_flags(hwloc, flags)) {
		hwloc_topology_destroy(hwloc);
		return err_set(err, -EINVAL, "host topology: hwloc refuses its flags");
	}
	error = topo_finish_load(hwloc, ret_topo, err);
	if (!error)
		topo_set_may_bind(*ret_topo, may_bind(*ret_topo));
	return error;
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

int topo_load_xml(const char *xml, struct topo **ret_topo, struct err *err)
{
	hwloc_topology_t hwloc;

	if (hwloc_topology_init(&hwloc))
		return err_set(err, -ENOMEM, "topology of a file: hwloc cannot be started");
	if (hwloc_topology_set_xmlbuffer(hwloc, xml, strlen(xml) + 1)) {
		hwloc_topology_destroy(hwloc);
		return err_set(err, -EINVAL, "topology of a file: hwloc cannot read it");
	}
	return topo_finish_load(hwloc, ret_topo, err);
}

void topo_free(struct topo *topo)
{
	if (!topo)
		return;
	for (unsigned int i = 0; i < topo->nr_nodes; i++)
		free(topo->node[i].cpu);
	free(topo->node);
	free(topo->distance);
	free(topo->cpu_list);
	free(topo->first_core);
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

unsigned int topo_nodes(const struct topo *topo)
{
	return topo->nr_nodes;
}

unsigned int topo_cores(const struct topo *topo)
{
	return hwloc_get_nbobjs_by_type(topo->hwloc, core_type(topo));
}

unsigned int topo_cpus(const struct topo *topo)
{
	return hwloc_get_nbobjs_by_type(topo->hwloc, HWLOC_OBJ_PU);
}

const struct topo_node *topo_node(const struct topo *topo, unsigned int index)
{
	return &topo->node[index];
}

unsigned int topo_distance(const struct topo *topo, unsigned int from, unsigned int to)
{
	return topo->distance[from * topo->nr_nodes + to];
}

const char *topo_cpu_list(const struct topo *topo)
{
	return topo->cpu_list;
}

const char *topo_first_core(const struct topo *topo)
{
	return topo->first_core;
}

bool topo_binds(const struct topo *topo)
{
	return topo->may_bind && topo->nr_nodes > 1;
}

void topo_set_may_bind(struct topo *topo, bool may)
{
	topo->may_bind = may;
}
