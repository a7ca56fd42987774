// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets the affinity of threads, and reads from /proc what became of it.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <hwloc.h>

#include "affinity.h"
#include "util.h"

/* Return: NULL for what is no list or an empty one; freed with hwloc_bitmap_free(). */
static hwloc_bitmap_t parse(const char *cpus)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();

	if (set && !hwloc_bitmap_list_sscanf(set, cpus) && hwloc_bitmap_weight(set) > 0)
		return set;
	hwloc_bitmap_free(set);
	return NULL;
}

static int apply(pid_t tid, hwloc_const_bitmap_t set)
{
	int nr = hwloc_bitmap_nr_ulongs(set);
	unsigned long *mask = mem_grow(NULL, nr, sizeof(*mask));
	int error = 0;

	hwloc_bitmap_to_ulongs(set, nr, mask);
	if (sched_setaffinity(tid, nr * sizeof(*mask), (const cpu_set_t *)mask))
		error = -errno;
	free(mask);
	return error;
}

int affinity_set(pid_t tid, const char *cpus, struct err *err)
{
	hwloc_bitmap_t set = parse(cpus);
	int error = set ? apply(tid, set) : -EINVAL;

	hwloc_bitmap_free(set);
	return error ? err_set(err, error, "thread %d: cannot be put on CPU %s: %s", (int)tid, cpus,
			       strerror(-error)) : 0;
}

int affinity_get(pid_t pid, pid_t tid, char **ret_cpus, struct err *err)
{
	static const char field[] = "\nCpus_allowed_list:\t";
	char *path = str_printf("/proc/%d/task/%d/status", (int)pid, (int)tid), *text, *list;
	int error = fs_read(path, &text, NULL, err);

	if (error) {
		free(path);
		return error;
	}
	list = strstr(text, field);
	if (list) {
		list += strlen(field);
		*ret_cpus = str_printf("%.*s", (int)strcspn(list, "\n"), list);
	} else {
		error = err_set(err, -EIO, "%s: names no CPUs", path);
	}
	free(text);
	free(path);
	return error;
}

int affinity_check(pid_t pid, pid_t tid, const char *cpus, struct err *err)
{
	hwloc_bitmap_t wanted, seen;
	char *list;
	int error = affinity_get(pid, tid, &list, err);

	if (error)
		return error;
	wanted = parse(cpus);
	seen = parse(list);
	if (!wanted || !seen || !hwloc_bitmap_isequal(wanted, seen))
		error = err_set(err, -EIO, "thread %d: was put on CPU %s and may run on %s", (int)tid,
				cpus, list);
	hwloc_bitmap_free(wanted);
	hwloc_bitmap_free(seen);
	free(list);
	return error;
}
