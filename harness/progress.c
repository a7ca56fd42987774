// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The progress line on stderr.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "progress.h"
#include "util.h"

#define REDRAW_NS 100000000u

struct progress {
	bool tty;
	int verbose;
	bool drawn;
	uint64_t last;
};

struct progress *progress_new(bool tty, int verbose)
{
	struct progress *progress = mem_grow(NULL, 1, sizeof(*progress));

	*progress = (struct progress){ .tty = tty, .verbose = verbose };
	return progress;
}

void progress_free(struct progress *progress)
{
	if (progress)
		progress_clear(progress);
	free(progress);
}

static int columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col < 20)
		return 79;
	return size.ws_col - 1;
}

void progress_show(struct progress *progress, const char *fmt, ...)
{
	uint64_t now = clock_ns();
	va_list args;
	char *text;
	int len;

	if (!progress->tty || progress->verbose < 0 || now - progress->last < REDRAW_NS)
		return;
	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	fprintf(stderr, "\r\033[K%.*s", columns(), text);
	fflush(stderr);
	free(text);
	progress->last = now;
	progress->drawn = true;
}

void progress_say(struct progress *progress, const char *fmt, ...)
{
	va_list args;

	if (progress->verbose < 0 || (!progress->tty && !progress->verbose))
		return;
	progress_clear(progress);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void progress_clear(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", stderr);
	progress->drawn = false;
	progress->last = 0;
}
