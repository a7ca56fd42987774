/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places for guests on the host's topology: who runs where, and who must wait. Pure
 * arithmetic; guest-place.c puts threads where it is said here, guest-args.c memory.
 */
#ifndef PAGEMETA_TOPO_PLACE_H
#define PAGEMETA_TOPO_PLACE_H

#include "topo.h"

#define TOPO_CPUS_MAX 256	/* vCPUs of one guest */
#define TOPO_GUEST_NODES_MAX 8	/* NUMA nodes of one guest */

/**
 * struct topo_want - what a guest wants
 * @cpus: vCPUs, spread evenly over its nodes
 * @nodes: NUMA nodes, 0 is 1
 * @mem_mib: memory, likewise
 * @extra_mib: so much more on its first node (an NVDIMM)
 */
struct topo_want {
	unsigned int cpus;
	unsigned int nodes;
	unsigned int mem_mib;
	unsigned int extra_mib;
};

/** topo_share() - the part of @total that is node @index's: what is left over goes to the first */
unsigned int topo_share(unsigned int total, unsigned int nodes, unsigned int index);

/** topo_want_nodes() - NUMA nodes that @want asks for, at least 1 */
unsigned int topo_want_nodes(const struct topo_want *want);

/**
 * struct topo_placement - where one guest runs
 * @want: what it wants
 * @node: host node (OS index) of each of its nodes; -1 where it is not placed
 * @bind: the memory of each of its nodes is bound there
 * @emulated: it has several nodes, and they are not host nodes of their own: what its
 *	kernel sees is no property of the hardware
 * @cpu: host CPU (OS index) of each vCPU, -1 for not pinned
 * @others: CPUs of all other threads: those of housekeeping, or all there are; NULL
 *	leaves them alone. The pool's
 * @why: what could not be had, "" when all could
 *
 * One physical core a vCPU, no SMT sibling shared. All vCPUs are pinned or none.
 */
struct topo_placement {
	struct topo_want want;
	int node[TOPO_GUEST_NODES_MAX];
	bool bind;
	bool emulated;
	int cpu[TOPO_CPUS_MAX];
	const char *others;
	char why[160];
};

/** topo_is_pinned() - whether the vCPUs are pinned; @place may be NULL */
bool topo_is_pinned(const struct topo_placement *place);

/** topo_placement_text() - malloc'd line that says it all */
char *topo_placement_text(const struct topo_placement *place);

/** struct topo_pool - the nodes and cores of a host, and who has them */
struct topo_pool;

/**
 * topo_pool_new() - a host with nobody on it
 * @topo: must outlive the pool
 * @exclusive: time is measured: guests share neither cores nor nodes, and wait
 *	instead. Otherwise one with a single vCPU has a core of its own while there are
 *	some, and does not wait for one: emulated time does not tell who the neighbours
 *	are. One with several has cores that nobody shares: a vCPU that is kept from
 *	running while another spins for it is a stall to their kernel
 * @housekeeping: the first core is kept for the harness and QEMU's other threads,
 *	unless a guest cannot be placed without it at all
 *
 * Return: freed with topo_pool_free().
 */
struct topo_pool *topo_pool_new(const struct topo *topo, bool exclusive, bool housekeeping);
void topo_pool_free(struct topo_pool *pool);

/** topo_pool_housekeeping() - CPUs kept for the harness, NULL for none */
const char *topo_pool_housekeeping(const struct topo_pool *pool);

/**
 * topo_take() - a place for a guest
 * @pool: where from
 * @want: what it wants
 * @ret_place: given back with topo_give()
 *
 * Tried in this order, and taken as soon as an empty host could give it:
 *
 * - each of its nodes on a host node of its own, near ones first, memory bound;
 * - the same without a core for housekeeping;
 * - all of it on one host node (*emulated* when it has several), then without a
 *   core for housekeeping;
 * - nothing pinned and nothing bound: a guest squeezed onto shared cores would
 *   measure the squeeze. Nobody else runs meanwhile where time is measured, or where
 *   a guest has several vCPUs.
 *
 * Return: 0, -EBUSY when it can be had as soon as others have ended, -EINVAL for what
 * no guest can want.
 */
int topo_take(struct topo_pool *pool, const struct topo_want *want,
	      struct topo_placement *ret_place);

/** topo_give() - the guest has ended */
void topo_give(struct topo_pool *pool, const struct topo_placement *place);

/**
 * topo_room() - how many guests of one kind can run at once
 * @topo: host
 * @exclusive: as for topo_pool_new()
 * @housekeeping: likewise
 * @want: what each of them wants
 * @max: more do not matter
 *
 * All of them pinned, and none on the core that is kept.
 */
unsigned int topo_room(const struct topo *topo, bool exclusive, bool housekeeping,
		       const struct topo_want *want, unsigned int max);

#endif
