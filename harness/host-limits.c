// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this process may use of its host: limits of control groups (both versions) and
 * the CPUs it is bound to. A limit of any group above it holds as well.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-private.h"
#include "util.h"

/* Version 1 says "no limit" by the largest multiple of a page. */
#define UNLIMITED (UINT64_C(1) << 62)

/**
 * struct group - a control group of this process
 * @mount: where its hierarchy is mounted
 * @path: its path there; cut shorter on the way up
 * @unified: version 2
 */
struct group {
	char mount[64];
	char *path;
	bool unified;
};

static bool has_controller(const char *list, const char *controller)
{
	struct strv names = { 0 };
	bool has;

	strv_split(&names, list, ",");
	has = strv_has(&names, controller);
	strv_free(&names);
	return has;
}

/* Lines of /proc/self/cgroup: "4:cpu,cpuacct:/a/b"; version 2 is "0::/a/b". */
static bool take_line(const struct host_request *request, const char *line,
		      const char *controller, struct group *ret_group)
{
	struct group group = { .unified = false };
	char list[128] = "";
	int path = 0;

	if (sscanf(line, "%*[0-9]:%127[^:]:%n", list, &path) == 1 && path) {
		if (!has_controller(list, controller))
			return false;
		/* Debian mounts cpu and cpuacct as one, with links from each. */
		snprintf(group.mount, sizeof(group.mount), "/sys/fs/cgroup/%s", controller);
	} else if (!strncmp(line, "0::", 3)) {
		group.unified = true;
		path = 3;
		snprintf(group.mount, sizeof(group.mount), "/sys/fs/cgroup%s",
			 host_has(request, "/sys/fs/cgroup/cgroup.controllers") ? "" : "/unified");
	} else {
		return false;
	}
	group.path = str_dup(line + path);
	*ret_group = group;
	return true;
}

/* Version 1 where both hold a controller: a hybrid host leaves it there. */
static int find_group(const struct host_request *request, const char *controller,
		      struct group *ret_group)
{
	struct strv lines = { 0 };
	char *text;
	int error = host_read(request, &text, "/proc/self/cgroup");

	if (error)
		return error;
	strv_split(&lines, text, "\n");
	free(text);
	error = -ENODEV;
	for (size_t i = 0; i < lines.nr && error; i++)
		if (take_line(request, lines.item[i], controller, ret_group))
			error = 0;
	strv_free(&lines);
	return error;
}

/* The top has the path "". Return: false there. */
static bool go_up(struct group *group)
{
	char *slash = strrchr(group->path, '/');

	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

static uint64_t memory_left_of(const struct host_request *request, const struct group *group)
{
	const char *limit_file = group->unified ? "memory.max" : "memory.limit_in_bytes";
	const char *used_file = group->unified ? "memory.current" : "memory.usage_in_bytes";
	uint64_t limit, used;

	/* "max" is no number, and the root of version 2 has no such files. */
	if (host_number(request, &limit, "%s%s/%s", group->mount, group->path, limit_file) ||
	    host_number(request, &used, "%s%s/%s", group->mount, group->path, used_file) ||
	    limit >= UNLIMITED)
		return UINT64_MAX;
	return limit > used ? limit - used : 0;
}

uint64_t host_memory_left(const struct host_request *request)
{
	uint64_t left = UINT64_MAX, here;
	struct group group;

	if (find_group(request, "memory", &group))
		return left;
	do {
		here = memory_left_of(request, &group);
		if (here < left)
			left = here;
	} while (go_up(&group));
	free(group.path);
	return left;
}

/* CPUs' worth of time, 0 for no limit. */
static double cpu_limit_of(const struct host_request *request, const struct group *group)
{
	uint64_t quota, period;
	char *text;
	int nr;

	if (!group->unified) {
		/* A quota of -1 is none, and no number here. */
		if (host_number(request, &quota, "%s%s/cpu.cfs_quota_us", group->mount, group->path) ||
		    host_number(request, &period, "%s%s/cpu.cfs_period_us", group->mount, group->path))
			return 0;
		return period ? (double)quota / period : 0;
	}
	if (host_read(request, &text, "%s%s/cpu.max", group->mount, group->path))
		return 0;
	nr = sscanf(text, "%" SCNu64 " %" SCNu64, &quota, &period);
	free(text);
	return nr == 2 && period ? (double)quota / period : 0;
}

enum host_level host_look_cpu_limit(struct host_look *look)
{
	struct group group;
	double limit = 0, here;
	int error = find_group(look->request, "cpu", &group);

	if (error == -ENODEV)
		return host_say(look, HOST_GOOD, "none: no control group for CPU time");
	if (error == -ENOENT && host_has(look->request, "/proc/self/status"))
		return host_say(look, HOST_GOOD, "none: no control groups in this kernel");
	if (error)
		return host_unread(look, "/proc/self/cgroup", error);
	do {
		here = cpu_limit_of(look->request, &group);
		if (here && (!limit || here < limit))
			limit = here;
	} while (go_up(&group));
	free(group.path);
	if (!limit)
		return host_say(look, HOST_GOOD, "none");
	return host_say(look, look->item->level, "%.2f CPUs by a control group", limit);
}

/* "\nNAME:\tLIST\n": malloc'd LIST, NULL where there is none. */
static char *status_list(const char *status, const char *field)
{
	const char *at = strstr(status, field);

	if (!at)
		return NULL;
	at += strlen(field);
	return str_printf("%.*s", (int)strcspn(at, "\n"), at);
}

static enum host_level say_usable(struct host_look *look, const char *list, const char *all)
{
	if (!list || !host_list(list) || !host_list(all))
		return host_unread(look, "/proc/self/status", -EINVAL);
	if (host_list(list) < host_list(all))
		return host_say(look, look->item->level, "%s of %s", list, all);
	return host_say(look, HOST_GOOD, "all: %s", all);
}

/* What a cpuset, taskset or numactl leaves; hwloc places guests within it. */
static enum host_level look_usable(struct host_look *look, const char *field, const char *path)
{
	enum host_level level;
	char *status, *all, *list;
	int error = host_read(look->request, &status, "/proc/self/status");

	if (error)
		return host_unread(look, "/proc/self/status", error);
	error = host_read(look->request, &all, "%s", path);
	if (error) {
		free(status);
		return host_unread(look, path, error);
	}
	list = status_list(status, field);
	level = say_usable(look, list, all);
	free(list);
	free(all);
	free(status);
	return level;
}

enum host_level host_look_usable_cpus(struct host_look *look)
{
	return look_usable(look, "\nCpus_allowed_list:\t", "/sys/devices/system/cpu/online");
}

/* The kernel allows nodes that are not there as well: of those it is not asked for more. */
enum host_level host_look_usable_nodes(struct host_look *look)
{
	return look_usable(look, "\nMems_allowed_list:\t", "/sys/devices/system/node/has_memory");
}
