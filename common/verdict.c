/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names and gravity of verdicts: one table, so that a word that is printed is
 * also a word that can be read back.
 */
#include "verdict.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

struct verdict_info {
	const char *name;
	int gravity;
};

static const struct verdict_info verdict_info[VERDICT_NR] = {
	[VERDICT_PASS]		= { "pass", 0 },
	[VERDICT_UNSUPPORTED]	= { "unsupported", 1 },
	[VERDICT_INCONCLUSIVE]	= { "inconclusive", 2 },
	[VERDICT_BROKEN]	= { "broken", 3 },
	[VERDICT_FAIL]		= { "fail", 4 },
};

static int gravity(enum verdict verdict)
{
	/* What is no verdict must never hide behind one that is. */
	if ((unsigned int)verdict >= VERDICT_NR)
		return VERDICT_NR;
	return verdict_info[verdict].gravity;
}

const char *verdict_name(enum verdict verdict)
{
	if ((unsigned int)verdict >= VERDICT_NR)
		return "invalid";
	return verdict_info[verdict].name;
}

int verdict_parse(const char *name, enum verdict *ret_verdict)
{
	size_t i;

	for (i = 0; i < VERDICT_NR; i++) {
		if (!strcmp(name, verdict_info[i].name)) {
			*ret_verdict = (enum verdict)i;
			return 0;
		}
	}
	return -EINVAL;
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	return gravity(b) > gravity(a) ? b : a;
}
