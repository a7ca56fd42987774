/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control groups are folders, and all there is to do is reading and writing small
 * files in them: Documentation/admin-guide/cgroup-v2.rst of the kernel.
 */
#include "cgroup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sysfs.h"
#include "workload.h"

#define ROOT "/sys/fs/cgroup"
#define FILE_MAX_LEN (CGROUP_PATH_MAX + 64)

/* A second mount of the same file system would be harmless, but is not needed. */
static int mount_root(struct run *run)
{
	if (!access(ROOT "/cgroup.procs", F_OK))
		return 0;
	if (!mount("cgroup2", ROOT, "cgroup2", 0, NULL))
		return 0;
	if (errno == ENODEV || errno == ENOENT)
		return run_unsupported(run, ROOT ": %s; it takes CONFIG_CGROUPS=y",
				       strerror(errno));
	return run_error(run, -errno, ROOT ": mount cgroup2: %s", strerror(errno));
}

int cgroup_new(struct run *run, const char *name, struct cgroup *ret_group)
{
	struct cgroup group;
	int err;

	err = mount_root(run);
	if (err)
		return err;
	err = sysfs_write(ROOT "/cgroup.subtree_control", "+memory");
	if (err == -EINVAL)
		return run_unsupported(run, ROOT ": no memory controller; it takes CONFIG_MEMCG=y");
	if (err)
		return run_error(run, err, ROOT "/cgroup.subtree_control: write '+memory': %s",
				 strerror(-err));
	snprintf(group.path, sizeof(group.path), ROOT "/%s", name);
	if (mkdir(group.path, 0755))
		return run_error(run, -errno, "%s: mkdir: %s", group.path, strerror(errno));
	*ret_group = group;
	return 0;
}

void cgroup_free(struct cgroup *group)
{
	if (!group->path[0])
		return;
	sysfs_write(ROOT "/cgroup.procs", "0");
	rmdir(group->path);
	group->path[0] = '\0';
}

int cgroup_enter(struct run *run, const struct cgroup *group)
{
	char path[FILE_MAX_LEN];
	int err;

	snprintf(path, sizeof(path), "%s/cgroup.procs", group ? group->path : ROOT);
	err = sysfs_write(path, "0");
	return err ? run_error(run, err, "%s: enter: %s", path, strerror(-err)) : 0;
}

int cgroup_write(struct run *run, const struct cgroup *group, const char *file, const char *text)
{
	char path[FILE_MAX_LEN];
	int err;

	snprintf(path, sizeof(path), "%s/%s", group->path, file);
	err = sysfs_write(path, text);
	return err ? run_error(run, err, "%s: write '%s': %s", path, text, strerror(-err)) : 0;
}

int cgroup_read(struct run *run, const struct cgroup *group, const char *file,
		uint64_t *ret_value)
{
	char path[FILE_MAX_LEN];
	int err;

	snprintf(path, sizeof(path), "%s/%s", group->path, file);
	err = sysfs_read_u64(path, ret_value);
	return err ? run_error(run, err, "%s: read: %s", path, strerror(-err)) : 0;
}

int cgroup_field(struct run *run, const struct cgroup *group, const char *file, const char *key,
		 uint64_t *ret_value)
{
	char path[FILE_MAX_LEN];
	int err;

	snprintf(path, sizeof(path), "%s/%s", group->path, file);
	err = sysfs_field(path, key, ret_value);
	return err ? run_error(run, err, "%s: %s: %s", path, key, strerror(-err)) : 0;
}

int cgroup_stat(struct run *run, const struct cgroup *group, const char *key,
		uint64_t *ret_value)
{
	char path[FILE_MAX_LEN], flush[512];
	int err;

	snprintf(path, sizeof(path), "%s/cpu.stat", group->path);
	err = sysfs_read(path, flush, sizeof(flush));
	if (err < 0)
		return run_error(run, err, "%s: read: %s", path, strerror(-err));
	return cgroup_field(run, group, "memory.stat", key, ret_value);
}

int cgroup_reclaim(struct run *run, const struct cgroup *group, uint64_t bytes)
{
	char path[FILE_MAX_LEN], text[32];
	int err;

	snprintf(path, sizeof(path), "%s/memory.reclaim", group->path);
	snprintf(text, sizeof(text), "%" PRIu64, bytes);
	err = sysfs_write(path, text);
	if (!err || err == -EAGAIN)
		return 0;
	return run_error(run, err, "%s: write '%s': %s", path, text, strerror(-err));
}
