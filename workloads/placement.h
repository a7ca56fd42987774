/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parameter "placement": on which of the guest's nodes a workload has its memory. The
 * policy is that of the process, so that what the kernel allocates on its behalf (page
 * tables, page cache, pools of compressed pages) follows it as well.
 */
#ifndef PAGEMETA_PLACEMENT_H
#define PAGEMETA_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job;
struct run;
struct workload_needs;

/** placement_choices - one-node, local, remote, interleave */
extern const char *const placement_choices[];

/*
 * One node is the guest that most cells have, and stays the default without a word. The
 * other three are for the full profile: they have one guest of two nodes, in which the
 * CPU is on one of them.
 */
#define PLACEMENT_PARAM								\
	{ .name = "placement",							\
	  .help = "NUMA nodes: one; or two, with memory on the CPU's, the other, both in turn", \
	  .def = "one-node", .choices = placement_choices,			\
	  .full = "one-node,local,remote,interleave", .tacit = true }

/**
 * placement_adapt() - part of adapt() of a workload with this parameter
 *
 * Each of two nodes has as much memory as the one; check "memory-on-node" is demanded.
 */
void placement_adapt(const struct job *job, struct workload_needs *needs);

/** placement_is_given() - whether the guest has two nodes on its account */
bool placement_is_given(const struct run *run);

/**
 * placement_set() - take memory from there from now on; children as well
 * @run: has the parameter; gets the reason of a failure
 *
 * Return: 0, -EOPNOTSUPP where the kernel has no policies, or another -errno.
 */
int placement_set(struct run *run);

/**
 * struct placement_seen - where pages were
 * @pages: that were asked for
 * @there: where they belong
 * @wrong: elsewhere; what is neither is not mapped
 * @first: number of the first of these
 * @node: where it is
 * @begins: node that page 0 is on or would be, where pages are on both in turn; may be
 *	either
 */
struct placement_seen {
	size_t pages;
	size_t there;
	size_t wrong;
	size_t first;
	int node;
	int begins;
};

/**
 * placement_count() - count what move_pages() answers
 * @placement: value of the parameter
 * @status: of the pages that follow those that were counted before
 * @nr: how many
 * @seen: all zero before the first
 */
void placement_count(const char *placement, const int *status, size_t nr,
		     struct placement_seen *seen);

/**
 * placement_look() - ask the kernel where the pages of a mapping are
 * @run: as above
 * @start: of the mapping
 * @nr: pages
 * @bytes: of each, which may be huge
 * @seen: filled
 *
 * Return: 0 or -errno; nothing is asked in a guest of one node.
 */
int placement_look(struct run *run, const void *start, size_t nr, size_t bytes,
		   struct placement_seen *seen);

/**
 * placement_check() - check "memory-on-node": each page was seen where it belongs
 * @run: as above
 * @labels: of the check
 * @seen: by placement_look()
 * @nr: pages there must be
 * @slack: of which so many may be missing
 *
 * Nothing is reported in a guest of one node.
 */
void placement_check(struct run *run, const char *labels, const struct placement_seen *seen,
		     size_t nr, size_t slack);

/**
 * placement_split() - whether a total is on the nodes where it belongs
 * @placement: value of the parameter
 * @on: of each of the two nodes
 *
 * For what the kernel allocates one by one, and counts by node. In turn is not exactly
 * half: whatever else is allocated takes its turns too.
 */
bool placement_split(const char *placement, const uint64_t on[2]);

#endif
