/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory control groups (cgroup v2), for the workloads that limit memory or look
 * at what is charged to whom. The file system is mounted on first use: nothing
 * else in the guest needs it.
 */
#ifndef PAGEMETA_CGROUP_H
#define PAGEMETA_CGROUP_H

#include <stdint.h>

#define CGROUP_PATH_MAX 128

struct run;

/** struct cgroup - a group below the root, with the memory controller */
struct cgroup {
	char path[CGROUP_PATH_MAX];
};

/**
 * cgroup_new() - make a group, empty and without limits
 * @run: gets the reason of a failure
 * @name: its folder, without '/'
 * @ret_group: set on success; removed with cgroup_free()
 *
 * Return: 0, -EOPNOTSUPP when the kernel has no memory controller, -errno.
 */
int cgroup_new(struct run *run, const char *name, struct cgroup *ret_group);

/**
 * cgroup_free() - move the calling process to the root and remove the group
 * @group: made before; one that never was (its path is "") is left alone
 *
 * Memory that is still charged to it keeps the group alive in the kernel, unseen.
 */
void cgroup_free(struct cgroup *group);

/**
 * cgroup_enter() - move the calling process with all its threads into a group
 * @run: gets the reason of a failure
 * @group: where to, NULL for the root
 *
 * What a process has touched before stays charged to the group it was touched in.
 */
int cgroup_enter(struct run *run, const struct cgroup *group);

/**
 * cgroup_write() - write a control file
 * @run: gets the reason of a failure
 * @group: whose
 * @file: its name, "memory.max"
 * @text: what to write
 */
int cgroup_write(struct run *run, const struct cgroup *group, const char *file, const char *text);

/**
 * cgroup_read() - a control file that holds one number
 * @run: gets the reason of a failure
 * @group: whose
 * @file: its name, "memory.peak"
 * @ret_value: set on success
 */
int cgroup_read(struct run *run, const struct cgroup *group, const char *file,
		uint64_t *ret_value);

/**
 * cgroup_stat() - a field of memory.stat, up to date
 * @run: gets the reason of a failure
 * @group: whose
 * @key: name of the field
 * @ret_value: set on success
 *
 * The kernel lets memory.stat lag by up to 64 updates a CPU
 * (mem_cgroup_flush_stats() of mm/memcontrol.c); reading cpu.stat flushes all.
 */
int cgroup_stat(struct run *run, const struct cgroup *group, const char *key,
		uint64_t *ret_value);

/**
 * cgroup_field() - a field of a file of "key value" lines, as it is
 * @run: gets the reason of a failure
 * @group: whose
 * @file: its name, "memory.events"
 * @key: name of the field
 * @ret_value: set on success
 */
int cgroup_field(struct run *run, const struct cgroup *group, const char *file, const char *key,
		 uint64_t *ret_value);

/**
 * cgroup_reclaim() - ask the kernel to reclaim memory of a group
 * @run: gets the reason of a failure
 * @group: whose
 * @bytes: how much, rounded down to pages
 *
 * Return: 0 also when the kernel found less than that to reclaim, else -errno.
 */
int cgroup_reclaim(struct run *run, const struct cgroup *group, uint64_t bytes);

#endif
