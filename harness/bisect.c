// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Binary search that can be told to leave revisions out.
 */
#include <stdlib.h>
#include <string.h>

#include "bisect.h"
#include "util.h"

void bisect_init(struct bisect *bisect, size_t nr)
{
	*bisect = (struct bisect){ .nr = nr, .good = 0, .bad = nr - 1 };
	bisect->mark = mem_grow(NULL, nr, sizeof(*bisect->mark));
	memset(bisect->mark, 0, nr * sizeof(*bisect->mark));
	bisect->mark[0] = BISECT_GOOD;
	bisect->mark[nr - 1] = BISECT_BAD;
}

void bisect_free(struct bisect *bisect)
{
	free(bisect->mark);
	*bisect = (struct bisect){ 0 };
}

static bool can_try(const struct bisect *bisect, size_t at)
{
	return at > bisect->good && at < bisect->bad && bisect->mark[at] == BISECT_UNKNOWN;
}

bool bisect_next(const struct bisect *bisect, size_t *ret_at)
{
	size_t middle = bisect->good + (bisect->bad - bisect->good) / 2;

	for (size_t away = 0; away <= bisect->bad - bisect->good; away++) {
		if (middle >= away && can_try(bisect, middle - away)) {
			*ret_at = middle - away;
			return true;
		}
		if (can_try(bisect, middle + away)) {
			*ret_at = middle + away;
			return true;
		}
	}
	return false;
}

void bisect_tell(struct bisect *bisect, size_t at, enum bisect_mark mark)
{
	bisect->mark[at] = mark;
	if (mark == BISECT_GOOD && at > bisect->good)
		bisect->good = at;
	if (mark == BISECT_BAD && at < bisect->bad)
		bisect->bad = at;
}

unsigned int bisect_steps(const struct bisect *bisect)
{
	unsigned int steps = 0;

	for (size_t left = bisect->bad - bisect->good; left > 1; left = (left + 1) / 2)
		steps++;
	return steps;
}
