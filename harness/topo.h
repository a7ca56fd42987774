/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's topology as hwloc sees it, reduced to what placing guests takes: NUMA
 * nodes with their memory, their cores and their distances.
 */
#ifndef PAGEMETA_TOPO_H
#define PAGEMETA_TOPO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/**
 * struct topo_node - a NUMA node of the host
 * @os: its number
 * @package: nodes of one package have the same
 * @memory: bytes; 0 where that is not known of any node
 * @cpu: OS index of one logical CPU of each core: its SMT siblings stay idle
 * @nr_cores: how many. A core belongs to one node: where CPUs are near to several
 *	(memory of another kind beside the first, memory behind all packages), to the
 *	one with the fewest CPUs, among equals the first. The others have none.
 */
struct topo_node {
	unsigned int os;
	unsigned int package;
	uint64_t memory;
	int *cpu;
	unsigned int nr_cores;
};

struct topo;

/**
 * topo_load() - this host's topology, as far as this process may use it
 * @ret_topo: freed with topo_free()
 * @err: there is no CPU or no memory that it may use, or hwloc knows why
 *
 * Affinity, memory policy and cgroup cpusets restrict it; CPUs that are offline are
 * not there.
 *
 * Return: 0 or -errno.
 */
int topo_load(struct topo **ret_topo, struct err *err);

/** topo_load_synthetic() - an hwloc synthetic description ("pack:2 [numa] core:4 pu:2") */
int topo_load_synthetic(const char *description, struct topo **ret_topo, struct err *err);

/** topo_load_xml() - what topo_xml() made; of another host, or of one that was made up */
int topo_load_xml(const char *xml, struct topo **ret_topo, struct err *err);

void topo_free(struct topo *topo);

/** topo_xml() - malloc'd hwloc XML, NULL on failure */
char *topo_xml(const struct topo *topo);

unsigned int topo_nodes(const struct topo *topo);	/* NUMA nodes with memory */
unsigned int topo_cores(const struct topo *topo);	/* usable physical cores */
unsigned int topo_cpus(const struct topo *topo);	/* usable logical CPUs */

/** topo_node() - node @index, below topo_nodes(), in the order of their numbers */
const struct topo_node *topo_node(const struct topo *topo, unsigned int index);

/**
 * topo_distance() - how far the memory of node @to is from the CPUs of node @from
 *
 * By the firmware's table (10 is a node's own memory). Where there is none, a node of
 * the same package is taken to be nearer than one of another.
 */
unsigned int topo_distance(const struct topo *topo, unsigned int from, unsigned int to);

/** topo_cpu_list() - all logical CPUs, as the kernel writes such lists: "0-3,8" */
const char *topo_cpu_list(const struct topo *topo);

/** topo_first_core() - the logical CPUs of the first core, likewise */
const char *topo_first_core(const struct topo *topo);

/**
 * topo_binds() - whether memory can be bound to nodes, and there is a choice
 *
 * Containers may forbid mbind(), and with one node there is nothing to choose.
 */
bool topo_binds(const struct topo *topo);

/** topo_set_may_bind() - whether mbind() is permitted; topo_load() has found out */
void topo_set_may_bind(struct topo *topo, bool may);

#endif
