/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host that is made up, on which nothing disturbs, for the tests of what doctor finds.
 */
#ifndef PAGEMETA_TESTS_QUIET_HOST_H
#define PAGEMETA_TESTS_QUIET_HOST_H

#include "host.h"

#define QUIET_CPU(file) "sys/devices/system/cpu/" file

/** struct quiet_file - a file of the made-up host; its text is NULL where it is taken away */
struct quiet_file {
	const char *path;
	const char *text;
};

/**
 * struct quiet_host - a made-up host
 * @root: its folder
 * @topo: two nodes, four cores
 * @probe: says that guests boot under kvm
 * @request: for it; small guests
 * @findings: what was found last
 */
struct quiet_host {
	char root[64];
	struct topo *topo;
	struct engine_probe probe;
	struct host_request request;
	struct host_findings findings;
};

/** quiet_host_open() - cmocka's setup; *state becomes a struct quiet_host */
int quiet_host_open(void **state);

/** quiet_host_close() - cmocka's teardown */
int quiet_host_close(void **state);

/** quiet_host_change() - write or take away files; the list ends with a path of NULL */
void quiet_host_change(const struct quiet_host *host, const struct quiet_file *file);

/** quiet_host_examine() - look at it */
void quiet_host_examine(struct quiet_host *host);

/** quiet_host_finding() - that of the name, or NULL */
const struct host_finding *quiet_host_finding(const struct host_findings *list,
					      const char *name);

/** quiet_host_assert() - @name was found to be of @level, and what was seen has @words */
void quiet_host_assert(const struct host_findings *list, const char *name, enum host_level level,
		       const char *words);

#endif
