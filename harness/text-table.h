/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of text whose columns are as wide as what stands in them.
 */
#ifndef PAGEMETA_TEXT_TABLE_H
#define PAGEMETA_TEXT_TABLE_H

#include <stdio.h>

struct table;

/** table_new() - @align: 'l' or 'r' for each column */
struct table *table_new(const char *align);
void table_free(struct table *table);

/**
 * table_cell() - the next cell, from left to right and row by row
 * @table: where to
 * @paint: an escape sequence that is undone after the cell, or NULL
 * @fmt: what stands in it
 */
void table_cell(struct table *table, const char *paint, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** table_line() - a line between two rows that has no columns, e.g. a heading */
void table_line(struct table *table, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * text_wrapped() - print a text in lines
 * @text: without line ends
 * @indent: blanks before the first line
 * @hang: blanks before the others
 * @columns: where lines end: after a blank or a comma, within a word only where it must be
 * @out: where to
 */
void text_wrapped(const char *text, unsigned int indent, unsigned int hang, unsigned int columns,
		  FILE *out);

/** table_wrapped() - @text as lines that begin with @indent blanks and end at @width */
void table_wrapped(struct table *table, unsigned int indent, unsigned int width,
		   const char *text);

/** table_width() - columns the rows take, without indent */
unsigned int table_width(const struct table *table);

/**
 * table_print() - two blanks between columns, @indent before the first, none at the end
 *
 * On a terminal as table_print_within() for its width, elsewhere as wide as it is.
 */
void table_print(const struct table *table, unsigned int indent, FILE *out);

/**
 * table_print_within() - the same on lines of @columns
 *
 * A row that does not fit goes on in further lines, two blanks further in, and all rows do so
 * at the same column. A text that ends a line is wrapped, as a table_line() is; what cannot be
 * is cut, which "..." at its end shows.
 */
void table_print_within(const struct table *table, unsigned int indent, unsigned int columns,
			FILE *out);

#endif
