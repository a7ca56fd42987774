/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of a row of revisions is to be tried next, when some of them cannot be judged.
 * Numbers only: what a revision is, and what is good or bad about it, is the caller's.
 */
#ifndef PAGEMETA_BISECT_H
#define PAGEMETA_BISECT_H

#include <stdbool.h>
#include <stddef.h>

/** enum bisect_mark - what is known of a revision */
enum bisect_mark { BISECT_UNKNOWN, BISECT_GOOD, BISECT_BAD, BISECT_SKIPPED };

/**
 * struct bisect - a search for the first bad revision
 * @mark: of each revision
 * @nr: how many revisions
 * @good: the last one that is known to be good
 * @bad: the first one that is known to be bad
 */
struct bisect {
	enum bisect_mark *mark;
	size_t nr;
	size_t good;
	size_t bad;
};

/** bisect_init() - revisions 0 (good) to @nr - 1 (bad), at least two; bisect_free() it */
void bisect_init(struct bisect *bisect, size_t nr);
void bisect_free(struct bisect *bisect);

/**
 * bisect_next() - the revision to try
 * @bisect: the search
 * @ret_at: the one that halves what is left; where those were skipped, the nearest to it
 *
 * Return: false when there is nothing left to try: the first bad revision is one of
 * @good + 1 to @bad, and those between the two were all skipped.
 */
bool bisect_next(const struct bisect *bisect, size_t *ret_at);

/** bisect_tell() - how it was */
void bisect_tell(struct bisect *bisect, size_t at, enum bisect_mark mark);

/** bisect_steps() - revisions that will be tried at most, when none is skipped */
unsigned int bisect_steps(const struct bisect *bisect);

#endif
