// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory policies for workloads, by the system calls themselves: there is no libnuma in
 * the guest.
 */
#include "placement.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "job.h"
#include "move-refused.h"
#include "workload.h"

#define CHUNK 512u

/** enum where - values of the parameter */
enum where { ONE_NODE, LOCAL, REMOTE, INTERLEAVE };

const char *const placement_choices[] = { "one-node", "local", "remote", "interleave", NULL };

static enum where where_of(const char *text)
{
	int i;

	for (i = INTERLEAVE; i > ONE_NODE; i--)
		if (text && !strcmp(text, placement_choices[i]))
			break;
	return (enum where)i;
}

static enum where where_is(const struct run *run)
{
	return where_of(run_param(run, "placement"));
}

void placement_adapt(const struct job *job, struct workload_needs *needs)
{
	if (where_of(job_param(job, "placement")) == ONE_NODE)
		return;
	needs->nodes = 2;
	needs->mem_mib *= 2;
	needs->check = "memory-on-node";
}

bool placement_is_given(const struct run *run)
{
	return where_is(run) != ONE_NODE;
}

/* The one CPU is on node 0 (QEMU gives CPUs to nodes in order): the rest would be reversed. */
static int check_cpu(struct run *run)
{
	unsigned int cpu = 0, node = 0;

	if (syscall(SYS_getcpu, &cpu, &node, NULL))
		return run_error(run, -errno, "getcpu: %s", strerror(errno));
	return node ? run_error(run, -EIO, "CPU %u is on node %u, must be on node 0", cpu, node) : 0;
}

int placement_set(struct run *run)
{
	static const unsigned long masks[] = { [LOCAL] = 1, [REMOTE] = 2, [INTERLEAVE] = 3 };
	enum where where = where_is(run);
	int mode = where == INTERLEAVE ? MPOL_INTERLEAVE : MPOL_BIND;
	int err;

	if (where == ONE_NODE)
		return 0;
	err = check_cpu(run);
	if (err || !syscall(SYS_set_mempolicy, mode, &masks[where], 64))
		return err;
	if (errno == ENOSYS)
		return run_unsupported(run, "set_mempolicy(): this kernel has no memory policies");
	return run_error(run, -errno, "set_mempolicy(%s): %s", placement_choices[where],
			 strerror(errno));
}

static int node_of(enum where where, size_t i, const struct placement_seen *seen)
{
	if (where == INTERLEAVE)
		return seen->begins ^ (int)(i & 1);
	return where == REMOTE;
}

void placement_count(const char *placement, const int *status, size_t nr,
		     struct placement_seen *seen)
{
	enum where where = where_of(placement);
	size_t i;

	for (i = 0; i < nr; i++) {
		size_t page = seen->pages++;

		/* An error: not mapped, or a page of zeroes. */
		if (status[i] < 0)
			continue;
		if (!seen->there && !seen->wrong)
			seen->begins = (status[i] ^ (int)page) & 1;
		if (status[i] == node_of(where, page, seen)) {
			seen->there++;
		} else if (!seen->wrong++) {
			seen->first = page;
			seen->node = status[i];
		}
	}
}

int placement_look(struct run *run, const void *start, size_t nr, size_t bytes,
		   struct placement_seen *seen)
{
	void *page[CHUNK];
	int status[CHUNK];
	size_t i, j, some;

	memset(seen, 0, sizeof(*seen));
	for (i = 0; i < nr && placement_is_given(run); i += some) {
		some = nr - i < CHUNK ? nr - i : CHUNK;
		for (j = 0; j < some; j++)
			page[j] = (uint8_t *)start + (i + j) * bytes;
		if (move_pages_call(some, page, NULL, status, 0) < 0)
			return run_error(run, -errno, "move_pages() as a query: %s", strerror(errno));
		placement_count(run_param(run, "placement"), status, some, seen);
	}
	return 0;
}

void placement_check(struct run *run, const char *labels, const struct placement_seen *seen,
		     size_t nr, size_t slack)
{
	const char *where = run_param(run, "placement");

	if (!placement_is_given(run))
		return;
	if (seen->wrong)
		run_check(run, "memory-on-node", labels, VERDICT_FAIL,
			  "%s: %zu of %zu pages are on another node, the first is page %zu on node %d",
			  where, seen->wrong, nr, seen->first, seen->node);
	else
		run_check(run, "memory-on-node", labels,
			  seen->there <= nr && seen->there + slack >= nr ? VERDICT_PASS : VERDICT_FAIL,
			  "%s: %zu pages are there (must be %zu, less at most %zu)", where, seen->there,
			  nr, slack);
}

bool placement_split(const char *placement, const uint64_t on[2])
{
	uint64_t total = on[0] + on[1];

	switch (where_of(placement)) {
	case ONE_NODE:
	case LOCAL:
		return total && on[0] == total;
	case REMOTE:
		return total && on[1] == total;
	case INTERLEAVE:
		break;
	}
	return total && on[0] >= total / 4 && on[1] >= total / 4;
}
