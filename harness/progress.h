/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user sees while a run goes on: one line that is redrawn on a terminal,
 * nothing in a pipe (one line per step with -v).
 */
#ifndef PAGEMETA_PROGRESS_H
#define PAGEMETA_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress;

/**
 * progress_new() - start showing
 * @tty: stderr is a terminal
 * @verbose: as in struct options; below 0 shows nothing
 */
struct progress *progress_new(bool tty, int verbose);
void progress_free(struct progress *progress);

/** progress_show() - redraw the line (at most 10 times a second); only on a terminal */
void progress_show(struct progress *progress, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** progress_say() - a line that stays: on a terminal always, elsewhere with -v */
void progress_say(struct progress *progress, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** progress_clear() - take the line away before something else is printed */
void progress_clear(struct progress *progress);

#endif
