/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors travel as a number and a sentence. A module that fails returns -errno
 * and leaves in struct err what object it was, what was tried and what to do;
 * only cmd-*.c and main.c print it and end the process.
 */
#ifndef PAGEMETA_ERR_H
#define PAGEMETA_ERR_H

#include <errno.h>
#include <stdbool.h>

/**
 * struct err - a sentence about a failure
 * @text: "" as long as all is well; may have several lines, the first one says it
 */
struct err {
	char text[4096];
};

/**
 * err_set() - say what failed
 * @err: may be NULL
 * @error: -errno
 * @fmt: "object: what was tried: why; what to do"
 *
 * Return: @error, so that a failure is one line: return err_set(err, -ENOENT, ...).
 */
int err_set(struct err *err, int error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** enum exit_code - exit codes of run-suite; 125 is what `git bisect run` skips on */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,	/* a regression or a failed check */
	EXIT_USAGE = 2,
	EXIT_BROKEN = 3,	/* the test bed */
	EXIT_INCONCLUSIVE = 4,
	EXIT_CANNOT_JUDGE = 125,
};

/*
 * The five error words, to stderr: "run-suite: what: why". Colour on a terminal
 * unless NO_COLOR is set.
 */
void report_bug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void report_fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void report_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void report_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void report_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
