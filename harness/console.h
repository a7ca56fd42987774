/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's serial console: all of it is kept in a file, and its lines are
 * scanned for the words with which a kernel says that it is in trouble. The
 * bytes come from a guest that may be broken on purpose: nothing about them is
 * trusted.
 */
#ifndef PAGEMETA_CONSOLE_H
#define PAGEMETA_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define CONSOLE_TEXT_MAX 255		/* longest line that is handed out */
#define CONSOLE_HEAD_MAX (12u << 20)	/* bytes kept from the beginning ... */
#define CONSOLE_TAIL_MAX (4u << 20)	/* ... and from the end of a flood */

/**
 * enum console_kind - what a line says, from mild to grave
 * @CONSOLE_WARNING: WARN(), lockdep, sanitizers: the kernel goes on
 * @CONSOLE_STALL: soft lockup, hung task, RCU stall
 * @CONSOLE_OOM: the agent was killed for lack of memory
 * @CONSOLE_OOPS: an oops, a BUG, bad page state, a fault in kernel mode
 * @CONSOLE_PANIC: a panic
 */
enum console_kind {
	CONSOLE_WARNING, CONSOLE_STALL, CONSOLE_OOM, CONSOLE_OOPS, CONSOLE_PANIC, CONSOLE_KIND_NR
};

/**
 * struct console_trouble - the first line of its kind
 * @line: number of the line, from 1; 0 when there was none
 * @text: the line without time stamp
 * @rip: the first "RIP:" line in kernel mode after it, "" if none came
 */
struct console_trouble {
	uint64_t line;
	char text[CONSOLE_TEXT_MAX + 1];
	char rip[CONSOLE_TEXT_MAX + 1];
};

struct console;

/**
 * console_open() - start a console
 * @path: file that keeps it, replaced; NULL keeps nothing
 * @ret_console: ended with console_free()
 * @err: why the file cannot be made
 *
 * Return: 0 or -errno.
 */
int console_open(const char *path, struct console **ret_console, struct err *err);

/** console_feed() - bytes as they came, in pieces of any size */
void console_feed(struct console *console, const void *data, size_t len);

/**
 * console_end() - no more bytes come
 * @console: the console
 *
 * Scans a last line without newline and completes the file: of a console longer
 * than CONSOLE_HEAD_MAX + CONSOLE_TAIL_MAX the middle is left out, and a line in
 * the file says so.
 *
 * Return: 0, or the -errno the file was first refused with (disk full).
 */
int console_end(struct console *console);
void console_free(struct console *console);

/** console_trouble() - Return: the first trouble of that kind, NULL when there was none */
const struct console_trouble *console_trouble(const struct console *console,
					      enum console_kind kind);

/** console_last() - the last whole line that was not empty, "" if none */
const char *console_last(const struct console *console);

/** console_bytes() - bytes that came in all */
uint64_t console_bytes(const struct console *console);

/**
 * console_mark() - trouble that comes from now on was provoked (an NMI)
 *
 * It is kept apart from the kernel's own: console_trouble() does not show it,
 * console_provoked() has the first RIP line after the mark, "" if none came.
 */
void console_mark(struct console *console);
const char *console_provoked(const struct console *console);

#endif
