/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts that are not here, for tests of placement: by hwloc's synthetic descriptions,
 * and by what can be taken from such a host (offline CPUs, cpusets) or told of it
 * (distances), which travels as XML like the topology of a run.
 */
#ifndef PAGEMETA_TESTS_MACHINE_H
#define PAGEMETA_TESTS_MACHINE_H

#include <hwloc.h>

#include "topo.h"

/**
 * struct machine - a host
 * @description: hwloc's synthetic description
 * @cpus: logical CPUs that are online, as a list; NULL for all
 * @allowed_cpus: those that a cpuset leaves, NULL for all
 * @allowed_nodes: nodes that it leaves, NULL for all
 * @distance: the firmware's table, row by row; NULL for none
 * @nr_distances: nodes in a row
 */
struct machine {
	const char *description;
	const char *cpus;
	const char *allowed_cpus;
	const char *allowed_nodes;
	const uint64_t *distance;
	unsigned int nr_distances;
};

/** machine_xml() - malloc'd XML; fails the test if it cannot be made */
char *machine_xml(const struct machine *machine);

/** machine_topo() - the machine as the harness would load it */
struct topo *machine_topo(const struct machine *machine);

/** machine_hwloc() - the same as hwloc sees it, to hold the harness's view against */
hwloc_topology_t machine_hwloc(const struct machine *machine);

/** machine_of() - a plain one */
struct topo *machine_of(const char *description);

#endif
