// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The levels of findings by name: runs are kept with words.
 */
#include <errno.h>
#include <string.h>

#include "host-level.h"

static const char *const level_name[HOST_LEVEL_NR] = {
	[HOST_GOOD] = "good",
	[HOST_NOTE] = "note",
	[HOST_DISTURBS] = "disturbs",
	[HOST_MISSING] = "missing",
	[HOST_UNKNOWN] = "unknown",
};

const char *host_level_name(enum host_level level)
{
	return (unsigned int)level < HOST_LEVEL_NR ? level_name[level] : "invalid";
}

int host_level_parse(const char *name, enum host_level *ret_level)
{
	for (int i = 0; i < HOST_LEVEL_NR; i++) {
		if (strcmp(name, level_name[i]))
			continue;
		*ret_level = i;
		return 0;
	}
	return -EINVAL;
}

bool host_level_is_bad(enum host_level level)
{
	return level == HOST_DISTURBS || level == HOST_MISSING;
}
