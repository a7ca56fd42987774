/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this host can do and what will disturb a measurement on it.
 */
#ifndef PAGEMETA_HOST_H
#define PAGEMETA_HOST_H

#include <stddef.h>

/** enum host_level - how a finding is to be read */
enum host_level {
	HOST_GOOD,	/* as it should be */
	HOST_NOTE,	/* disturbs, or something optional is not there */
	HOST_BAD,	/* something needed is not there */
};

/**
 * struct host_finding - one thing that was looked at
 * @level: how to read it
 * @what: what was looked at
 * @seen: what was found
 * @mend: what to do about it, "" for nothing
 */
struct host_finding {
	enum host_level level;
	char *what;
	char *seen;
	char *mend;
};

/** struct host_findings - all of them, in the order they were looked at */
struct host_findings {
	struct host_finding *item;
	size_t nr;
};

/**
 * host_examine() - look at everything
 * @ret_findings: appended to; freed with host_findings_free()
 * @disk: folder whose file system will take results
 */
void host_examine(struct host_findings *ret_findings, const char *disk);
void host_findings_free(struct host_findings *findings);

/** host_cpu_model() - malloc'd model name of the first CPU, "unknown CPU" without one */
char *host_cpu_model(void);

#endif
