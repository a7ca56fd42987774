/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What show-run.c and show-cell.c share. Others include it for how times are written.
 */
#ifndef PAGEMETA_SHOW_PRIVATE_H
#define PAGEMETA_SHOW_PRIVATE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "show.h"
#include "store.h"

#define SHOW_TIME 40	/* bytes for a time as text */
#define SHOW_COLUMNS 100	/* what can be wrapped is */

/** show_field() - a line: name and what it is */
void show_field(FILE *out, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** show_block() - the same for a text of several lines; nothing for an empty one */
void show_block(FILE *out, const char *name, const char *text);

/** show_time() - "2026-01-31 14:25:01 UTC". Return: @buf */
char *show_time(char buf[SHOW_TIME], int64_t seconds);

/** show_nanoseconds() - "1.431 s", "3 min 05 s"; "-" for 0, a time that never came */
void show_nanoseconds(char *buf, size_t size, uint64_t ns);

/** show_counters() - what was counted in a cell; nothing where nothing was */
void show_counters(const struct store_content *content, int64_t cell, FILE *out);

/** show_find_cell() - a cell of the run, or NULL: there is no such cell */
const struct store_cell *show_find_cell(const struct show *show, int64_t id, struct err *err);

/** show_trouble() - where its kernel complained, and in which functions; nothing where it did not */
void show_trouble(const struct show *show, const struct store_cell *cell, FILE *out);

/** show_tail() - the end of its console */
void show_tail(const struct show *show, const struct store_cell *cell, FILE *out);

/** show_end() - Return: 0, or -errno when something could not be written */
int show_end(FILE *out);

#endif
