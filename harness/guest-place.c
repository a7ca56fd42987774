// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pins QEMU's threads and reads back where they are; reads how much memory QEMU
 * has.
 */
#include <dirent.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-place.h"
#include "util.h"

static int pin(pid_t tid, int cpu, struct err *err)
{
	size_t size = CPU_ALLOC_SIZE(cpu + 1);
	cpu_set_t *set = CPU_ALLOC(cpu + 1);
	int error = 0;

	if (!set)
		return err_set(err, -ENOMEM, "thread %d: no memory for a CPU set", (int)tid);
	CPU_ZERO_S(size, set);
	CPU_SET_S(cpu, size, set);
	if (sched_setaffinity(tid, size, set))
		error = -errno;
	CPU_FREE(set);
	return error ? err_set(err, error, "QEMU's thread %d: cannot be pinned to CPU %d: %s",
			       (int)tid, cpu, strerror(-error)) : 0;
}

static int verify(pid_t pid, pid_t tid, int cpu, struct err *err)
{
	const char *field = "\nCpus_allowed_list:\t";
	char *path = str_printf("/proc/%d/task/%d/status", (int)pid, (int)tid);
	char *text = NULL, *list, *want;
	int error;

	error = fs_read(path, &text, NULL, err);
	free(path);
	if (error)
		return error;
	list = strstr(text, field);
	want = str_printf("%s%d\n", field, cpu);
	if (!list || strncmp(list, want, strlen(want)))
		error = err_set(err, -EIO, "QEMU's thread %d: was put on CPU %d and is not there",
				(int)tid, cpu);
	free(want);
	free(text);
	return error;
}

static int place_thread(pid_t pid, pid_t tid, int cpu, struct err *err)
{
	int error;

	if (cpu < 0)
		return 0;
	error = pin(tid, cpu, err);
	return error ? error : verify(pid, tid, cpu, err);
}

static int cpu_of(pid_t tid, const pid_t *vcpu, unsigned int nr_vcpus,
		  const struct topo_placement *place)
{
	for (unsigned int i = 0; i < nr_vcpus && i < place->nr_cpus; i++)
		if (vcpu[i] == tid)
			return place->cpu[i];
	return place->housekeeping;
}

int guest_place(pid_t pid, const pid_t *vcpu, unsigned int nr_vcpus,
		const struct topo_placement *place, struct err *err)
{
	char *path = str_printf("/proc/%d/task", (int)pid);
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
		error = place_thread(pid, tid, cpu_of(tid, vcpu, nr_vcpus, place), err);
		/* QEMU's worker threads come and go. */
		if (error == -ESRCH || error == -ENOENT)
			error = 0;
	}
	closedir(dir);
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
