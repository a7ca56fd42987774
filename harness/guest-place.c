// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pins QEMU's threads and reads back where they are; reads how much memory QEMU
 * has.
 */
#include <dirent.h>
#include <inttypes.h>
#include <numa.h>
#include <numaif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "affinity.h"
#include "guest-place.h"
#include "util.h"

static int prefer_node(int node)
{
	struct bitmask *mask = numa_allocate_nodemask();
	int error = 0;

	numa_bitmask_setbit(mask, node);
	if (set_mempolicy(MPOL_PREFERRED, mask->maskp, mask->size + 1))
		error = -errno;
	numa_free_nodemask(mask);
	return error;
}

int guest_place_self(const void *ctx)
{
	const struct topo_placement *place = ctx;
	int error = place->others ? affinity_set(0, place->others, NULL) : 0;

	if (!error && place->bind && topo_want_nodes(&place->want) == 1)
		error = prefer_node(place->node[0]);
	return error;
}

static int place_thread(pid_t pid, pid_t tid, const char *cpus, struct err *err)
{
	int error = cpus ? affinity_set(tid, cpus, err) : 0;

	return cpus && !error ? affinity_check(pid, tid, cpus, err) : error;
}

/* Return: the list of the one CPU of vCPU thread @tid in @list, or those of the others. */
static const char *cpus_of(pid_t tid, const pid_t *vcpu, unsigned int nr_vcpus,
			   const struct topo_placement *place, char list[16])
{
	for (unsigned int i = 0; i < nr_vcpus && i < place->want.cpus; i++) {
		if (vcpu[i] != tid || place->cpu[i] < 0)
			continue;
		snprintf(list, 16, "%d", place->cpu[i]);
		return list;
	}
	return place->others;
}

int guest_place(pid_t pid, const pid_t *vcpu, unsigned int nr_vcpus,
		const struct topo_placement *place, struct err *err)
{
	char *path = str_printf("/proc/%d/task", (int)pid), list[16];
	DIR *dir = opendir(path);
	struct dirent *entry;
	int error = 0;

	if (!dir) {
		error = err_set(err, -errno, "%s: cannot be read: %s", path, strerror(errno));
		free(path);
		return error;
	}
	free(path);
	while (!error && (entry = readdir(dir))) {
		pid_t tid = atoi(entry->d_name);

		if (tid <= 0)
			continue;
		error = place_thread(pid, tid, cpus_of(tid, vcpu, nr_vcpus, place, list), err);
		/* QEMU's worker threads come and go. */
		if (error == -ESRCH || error == -ENOENT)
			error = 0;
	}
	closedir(dir);
	return error;
}

int guest_place_check(pid_t pid, const pid_t *vcpu, unsigned int nr_vcpus,
		      const struct topo_placement *place, struct err *err)
{
	int error = 0;
	char list[16];

	for (unsigned int i = 0; i < nr_vcpus && topo_is_pinned(place) && !error; i++)
		error = affinity_check(pid, vcpu[i], cpus_of(vcpu[i], vcpu, nr_vcpus, place, list),
				       err);
	return error;
}

uint64_t guest_resident(pid_t pid)
{
	char *path = str_printf("/proc/%d/statm", (int)pid), *text;
	uint64_t pages = 0;
	int error = fs_read(path, &text, NULL, NULL);

	free(path);
	if (error)
		return 0;
	if (sscanf(text, "%*u %" SCNu64, &pages) != 1)
		pages = 0;
	free(text);
	return pages * sysconf(_SC_PAGESIZE);
}
