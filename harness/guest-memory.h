/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to the guest module: whether the memory of a guest is on the nodes it was
 * bound to.
 */
#ifndef PAGEMETA_GUEST_MEMORY_H
#define PAGEMETA_GUEST_MEMORY_H

#include <sys/types.h>

#include "guest.h"

/**
 * struct guest_memory_node - guest memory that belongs on one host node; bytes
 * @node: OS index
 * @asked: to be bound there
 * @bound: mappings that are, by their policy
 * @there: pages of them that are there
 * @elsewhere: pages of them that are not
 */
struct guest_memory_node {
	int node;
	uint64_t asked;
	uint64_t bound;
	uint64_t there;
	uint64_t elsewhere;
};

/** struct guest_memory - all of it, a host node each; in the order of the guest's nodes */
struct guest_memory {
	struct guest_memory_node node[TOPO_GUEST_NODES_MAX];
	unsigned int nr;
};

/**
 * guest_memory_parse() - from the kernel's records
 * @config: a guest that is placed with its memory bound
 * @numa_maps: text of QEMU's numa_maps
 * @maps: text of its maps
 * @ret_memory: filled
 * @err: what cannot be read
 *
 * Return: 0 or -EINVAL.
 */
int guest_memory_parse(const struct guest_config *config, const char *numa_maps, const char *maps,
		       struct guest_memory *ret_memory, struct err *err);

/** guest_memory_read() - the same of a process. Return: 0 or -errno */
int guest_memory_read(const struct guest_config *config, pid_t pid,
		      struct guest_memory *ret_memory, struct err *err);

/**
 * guest_memory_check() - whether all of it is bound as was asked, and is there
 * @memory: see above
 * @pages: not only the policy counts, but every page
 * @err: which node's is not
 *
 * Return: 0 or -EIO.
 */
int guest_memory_check(const struct guest_memory *memory, bool pages, struct err *err);

/** guest_memory_text() - malloc'd: what is bound where, and where it is */
char *guest_memory_text(const struct guest_memory *memory);

#endif
