// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The five error words and the sentence that travels with an error number.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "err.h"

int err_set(struct err *err, int error, const char *fmt, ...)
{
	va_list args;

	if (err) {
		va_start(args, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, args);
		va_end(args);
	}
	return error;
}

static void report(const char *word, const char *colour, const char *fmt, va_list args)
{
	bool coloured = isatty(STDERR_FILENO) && !getenv("NO_COLOR");

	fflush(stdout);
	fprintf(stderr, "run-suite: %s%s%s", coloured ? colour : "", word, coloured ? "\033[0m" : "");
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

#define RED	"\033[31m"
#define YELLOW	"\033[33m"

#define DEFINE_REPORT(name, word, colour)		\
	void report_##name(const char *fmt, ...)	\
	{						\
		va_list args;				\
							\
		va_start(args, fmt);			\
		report(word, colour, fmt, args);	\
		va_end(args);				\
	}

DEFINE_REPORT(bug, "bug: ", RED)
DEFINE_REPORT(fatal, "fatal: ", RED)
DEFINE_REPORT(usage, "usage: ", RED)
DEFINE_REPORT(error, "error: ", RED)
DEFINE_REPORT(warning, "warning: ", YELLOW)
