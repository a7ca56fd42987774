// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes hosts that are not here; see machine.h.
 */
#include "machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <hwloc/distances.h>

static hwloc_bitmap_t set_of(const char *list, hwloc_const_bitmap_t otherwise)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();

	if (list)
		assert_int_equal(hwloc_bitmap_list_sscanf(set, list), 0);
	else
		hwloc_bitmap_copy(set, otherwise);
	return set;
}

static void take_offline(hwloc_topology_t hwloc, const char *cpus)
{
	hwloc_bitmap_t set = set_of(cpus, hwloc_topology_get_topology_cpuset(hwloc));

	assert_int_equal(hwloc_topology_restrict(hwloc, set, 0), 0);
	hwloc_bitmap_free(set);
}

static void allow(hwloc_topology_t hwloc, const char *cpus, const char *nodes)
{
	hwloc_bitmap_t cpuset = set_of(cpus, hwloc_topology_get_topology_cpuset(hwloc));
	hwloc_bitmap_t nodeset = set_of(nodes, hwloc_topology_get_topology_nodeset(hwloc));

	assert_int_equal(hwloc_topology_allow(hwloc, cpuset, nodeset, HWLOC_ALLOW_FLAG_CUSTOM), 0);
	hwloc_bitmap_free(cpuset);
	hwloc_bitmap_free(nodeset);
}

static void add_distances(hwloc_topology_t hwloc, const struct machine *machine)
{
	unsigned int nr = machine->nr_distances;
	hwloc_distances_add_handle_t handle;
	hwloc_obj_t object[64];

	if (!machine->distance)
		return;
	for (unsigned int i = 0; i < nr; i++)
		object[i] = hwloc_get_numanode_obj_by_os_index(hwloc, i);
	handle = hwloc_distances_add_create(hwloc, "NUMALatency", HWLOC_DISTANCES_KIND_FROM_OS |
					    HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0);
	assert_non_null(handle);
	assert_int_equal(hwloc_distances_add_values(hwloc, handle, nr, object,
						    (hwloc_uint64_t *)machine->distance, 0), 0);
	assert_int_equal(hwloc_distances_add_commit(hwloc, handle, 0), 0);
}

char *machine_xml(const struct machine *machine)
{
	hwloc_topology_t hwloc;
	char *buffer, *xml;
	int len;

	assert_int_equal(hwloc_topology_init(&hwloc), 0);
	hwloc_topology_set_flags(hwloc, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
	assert_int_equal(hwloc_topology_set_synthetic(hwloc, machine->description), 0);
	assert_int_equal(hwloc_topology_load(hwloc), 0);
	add_distances(hwloc, machine);
	take_offline(hwloc, machine->cpus);
	allow(hwloc, machine->allowed_cpus, machine->allowed_nodes);
	assert_int_equal(hwloc_topology_export_xmlbuffer(hwloc, &buffer, &len, 0), 0);
	xml = strdup(buffer);
	hwloc_free_xmlbuffer(hwloc, buffer);
	hwloc_topology_destroy(hwloc);
	return xml;
}

struct topo *machine_topo(const struct machine *machine)
{
	char *xml = machine_xml(machine);
	struct err err = { "" };
	struct topo *topo;

	if (topo_load_xml(xml, &topo, &err))
		fail_msg("%s: %s", machine->description, err.text);
	free(xml);
	return topo;
}

hwloc_topology_t machine_hwloc(const struct machine *machine)
{
	char *xml = machine_xml(machine);
	hwloc_topology_t hwloc;

	assert_int_equal(hwloc_topology_init(&hwloc), 0);
	assert_int_equal(hwloc_topology_set_xmlbuffer(hwloc, xml, strlen(xml) + 1), 0);
	assert_int_equal(hwloc_topology_load(hwloc), 0);
	free(xml);
	return hwloc;
}

struct topo *machine_of(const char *description)
{
	const struct machine machine = { .description = description };

	return machine_topo(&machine);
}
