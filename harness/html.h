/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of anybody as HTML. Guests, kernels and users write what they like: all of it goes
 * through here, and nothing of it can become markup.
 *
 * Markup itself is constant and written as it is.
 */
#ifndef PAGEMETA_HTML_H
#define PAGEMETA_HTML_H

#include <stddef.h>
#include <stdio.h>

/**
 * html_bytes() - any bytes as content of an element or of a quoted attribute
 * @out: where to
 * @bytes: they
 * @len: how many; NUL is a byte like others
 *
 * What has a meaning in HTML is escaped. What no document may hold, or what would change how
 * others are read, becomes U+FFFD: bytes that are no UTF-8, control characters but tab and
 * newline, characters that turn the direction of text, and those that are none. Carriage
 * returns are left out.
 */
void html_bytes(FILE *out, const char *bytes, size_t len);

/** html_text() - the same for a string */
void html_text(FILE *out, const char *text);

/** html_printf() - the same for what comes out of a format, all of it */
void html_printf(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** html_element() - <name class="class">, text, </name>; @class may be NULL. Both constant */
void html_element(FILE *out, const char *name, const char *class, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * html_table_begin() - a table in a box of its own, which scrolls where it is too wide
 * @out: where to
 * @caption: what it holds
 *
 * html_head() for each column, html_table_body(), and then rows between <tr> and </tr>.
 */
void html_table_begin(FILE *out, const char *caption);
void html_table_body(FILE *out);
void html_table_end(FILE *out);

/** html_head() - one cell of the head; @align: 'l' or 'r' */
void html_head(FILE *out, char align, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** html_row_head() - the first cell of a row, which names it */
void html_row_head(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** html_cell() - any other cell; @align: 'l' or 'r' */
void html_cell(FILE *out, char align, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
