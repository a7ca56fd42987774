/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a finding about a host is to be read. Apart from host.h, because findings are
 * stored and shown by those who look at no host.
 */
#ifndef PAGEMETA_HOST_LEVEL_H
#define PAGEMETA_HOST_LEVEL_H

#include <stdbool.h>

/** enum host_level - from what is well to what is not, and what nobody knows */
enum host_level {
	HOST_GOOD,	/* as it should be */
	HOST_NOTE,	/* worth knowing; changes no figure */
	HOST_DISTURBS,	/* changes figures, or ends guests */
	HOST_MISSING,	/* something needed is not there */
	HOST_UNKNOWN,	/* cannot be judged */
	HOST_LEVEL_NR,
};

/** host_level_name() - "good", "note", "disturbs", "missing", "unknown"; "invalid" for none */
const char *host_level_name(enum host_level level);

/** host_level_parse() - Return: 0 or -EINVAL */
int host_level_parse(const char *name, enum host_level *ret_level);

/** host_level_is_bad() - whether measurements should not be trusted, or made, with it */
bool host_level_is_bad(enum host_level level);

#endif
