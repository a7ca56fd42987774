// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text that others wrote, made fit for XML, and for formats of plain lines.
 */
#include <stdbool.h>

#include "text-plain.h"
#include "util.h"

#define CODE_MAX 0x10ffffu

/* What a first byte says: how many follow, and the least number that needs so many. */
static size_t first_byte(unsigned char byte, unsigned int *ret_bits, unsigned int *ret_least)
{
	if ((byte & 0xe0) == 0xc0) {
		*ret_bits = byte & 0x1f;
		*ret_least = 0x80;
		return 2;
	}
	if ((byte & 0xf0) == 0xe0) {
		*ret_bits = byte & 0x0f;
		*ret_least = 0x800;
		return 3;
	}
	if ((byte & 0xf8) == 0xf0) {
		*ret_bits = byte & 0x07;
		*ret_least = 0x10000;
		return 4;
	}
	return 0;
}

size_t text_utf8_length(const char *text, unsigned int *ret_code)
{
	unsigned int code = (unsigned char)*text, least = 0;
	size_t len = 1;

	if (code >= 0x80)
		len = first_byte(code, &code, &least);
	/* The NUL at the end is no byte that goes on. */
	for (size_t i = 1; i < len; i++) {
		unsigned char byte = text[i];

		if ((byte & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (byte & 0x3f);
	}
	if (code < least || code > CODE_MAX || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	if (len && ret_code)
		*ret_code = code;
	return len;
}

/* Of what XML 1.0 allows, without the control characters that it advises against. */
static bool xml_allows(unsigned int code)
{
	return code >= 0x20 && !(code >= 0x7f && code < 0xa0) && (code & 0xfffe) != 0xfffe;
}

static const char *xml_entity(unsigned int code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	/* As they are, an attribute would have blanks of them. */
	case '\n':
		return "&#10;";
	case '\t':
		return "&#9;";
	}
	return NULL;
}

void text_xml(const char *text, FILE *out)
{
	while (*text) {
		unsigned int code = 0;
		size_t len = text_utf8_length(text, &code);
		const char *entity = len ? xml_entity(code) : NULL;

		if (entity)
			fputs(entity, out);
		else if (len && xml_allows(code))
			fwrite(text, 1, len, out);
		else
			fputc('?', out);
		text += len ? len : 1;
	}
}

char *text_ascii(const char *text, char without)
{
	char *ascii = str_dup(text), *to = ascii;

	while (*text) {
		size_t len = text_utf8_length(text, NULL);

		if (*text == '\n' || *text == '\t')
			*to++ = ' ';
		else if (*text >= 0x20 && *text < 0x7f && *text != without)
			*to++ = *text;
		else
			*to++ = '?';
		text += len ? len : 1;
	}
	*to = '\0';
	return ascii;
}
