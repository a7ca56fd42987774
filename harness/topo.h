/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's topology (hwloc) and where a guest is placed on it.
 */
#ifndef PAGEMETA_TOPO_H
#define PAGEMETA_TOPO_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

#define TOPO_CPUS_MAX 256	/* vCPUs of one guest */

struct topo;

/** topo_load() - this host's topology, as far as this process may use it (cpuset) */
int topo_load(struct topo **ret_topo, struct err *err);

/** topo_load_synthetic() - an hwloc synthetic description ("numa:2 core:4 pu:2") for tests */
int topo_load_synthetic(const char *description, struct topo **ret_topo, struct err *err);

void topo_free(struct topo *topo);

/** topo_xml() - malloc'd hwloc XML, NULL on failure */
char *topo_xml(const struct topo *topo);

unsigned int topo_nodes(const struct topo *topo);	/* NUMA nodes with memory */
unsigned int topo_cores(const struct topo *topo);	/* usable physical cores */
unsigned int topo_cpus(const struct topo *topo);	/* usable logical CPUs */

/**
 * struct topo_placement - where one guest runs
 * @node: host node (OS index) the memory is bound to, -1 for no binding
 * @cpu: OS index of the logical CPU of each vCPU, -1 for not pinned
 * @nr_cpus: how many
 * @housekeeping: logical CPU for QEMU's other threads and the harness, -1 for none
 * @why: what could not be had, "" when all could
 */
struct topo_placement {
	int node;
	int cpu[TOPO_CPUS_MAX];
	unsigned int nr_cpus;
	int housekeeping;
	char why[128];
};

/**
 * topo_place() - a place for a guest
 * @topo: host
 * @slot: number of the guest among those that run at once, from 0
 * @slots: how many run at once
 * @nr_cpus: vCPUs it wants
 * @ret_place: the placement
 *
 * One physical core per vCPU (no SMT sibling shared), all on one node, no core
 * shared between slots; the first core of the host is left to housekeeping when
 * there are enough. With too few cores nothing is pinned and @why says so:
 * a guest squeezed onto shared cores measures the squeeze.
 *
 * Return: 0, or -EINVAL for a slot out of range.
 */
int topo_place(const struct topo *topo, unsigned int slot, unsigned int slots,
	       unsigned int nr_cpus, struct topo_placement *ret_place);

#endif
