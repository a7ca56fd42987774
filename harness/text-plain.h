/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that guests, patches and users wrote, made fit for where it goes. Whatever the bytes
 * are, what comes out is well-formed there.
 */
#ifndef PAGEMETA_TEXT_PLAIN_H
#define PAGEMETA_TEXT_PLAIN_H

#include <stddef.h>
#include <stdio.h>

/**
 * text_utf8_length() - bytes of the character that begins at @text
 * @text: NUL-terminated
 * @ret_code: the character's number; may be NULL
 *
 * Return: 1 to 4; 0 for bytes that are no UTF-8: cut short, longer than need be, a surrogate,
 * beyond U+10FFFF.
 */
size_t text_utf8_length(const char *text, unsigned int *ret_code);

/**
 * text_xml() - text of an XML 1.0 element or of an attribute in double quotes
 *
 * Line ends and tabs survive in both. What XML cannot hold (most control characters, bytes
 * that are no UTF-8) becomes '?', and ']]>' cannot come out.
 */
void text_xml(const char *text, FILE *out);

/**
 * text_ascii() - one line of printable ASCII
 * @text: any bytes
 * @without: a character that may not come out either, or '\0'
 *
 * Line ends and tabs become blanks, and a character that is not ASCII one '?'.
 *
 * Return: malloc'd.
 */
char *text_ascii(const char *text, char without);

#endif
