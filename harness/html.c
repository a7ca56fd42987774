// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text of anybody as HTML, and the few elements that are written again and again.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "text-plain.h"
#include "util.h"

#define REPLACEMENT "\xef\xbf\xbd"	/* U+FFFD */
#define UTF8_MAX 4	/* bytes of a character */

static bool is_between(uint32_t code, uint32_t first, uint32_t last)
{
	return code >= first && code <= last;
}

static bool is_harmless(uint32_t code)
{
	if (is_between(code, 0x80, 0x9f) || is_between(code, 0xfdd0, 0xfdef) ||
	    (code & 0xfffe) == 0xfffe)
		return false;
	/* Marks, embeddings, overrides and isolates of direction; separators; a byte order mark. */
	return !is_between(code, 0x200b, 0x200f) && !is_between(code, 0x2028, 0x202e) &&
	       !is_between(code, 0x2060, 0x206f) && code != 0x061c && code != 0xfeff;
}

static size_t put_wide(FILE *out, const char *bytes, size_t len)
{
	char copy[UTF8_MAX + 1] = "";
	unsigned int code;
	size_t length;

	memcpy(copy, bytes, len < UTF8_MAX ? len : UTF8_MAX);
	length = text_utf8_length(copy, &code);

	if (length && is_harmless(code))
		fwrite(bytes, 1, length, out);
	else
		fputs(REPLACEMENT, out);
	return length ? length : 1;
}

static void put_ascii(FILE *out, unsigned char byte)
{
	switch (byte) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	case '\r':
		break;
	default:
		if ((byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f)
			fputs(REPLACEMENT, out);
		else
			fputc(byte, out);
	}
}

void html_bytes(FILE *out, const char *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		if ((unsigned char)bytes[at] < 0x80)
			put_ascii(out, bytes[at++]);
		else
			at += put_wide(out, bytes + at, len - at);
	}
}

void html_text(FILE *out, const char *text)
{
	html_bytes(out, text, strlen(text));
}

static void put_format(FILE *out, const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		text = str_dup("");
	html_text(out, text);
	free(text);
}

void html_printf(FILE *out, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_format(out, fmt, args);
	va_end(args);
}

static void put_element(FILE *out, const char *open, const char *close, const char *fmt,
			va_list args)
{
	fputs(open, out);
	put_format(out, fmt, args);
	fprintf(out, "</%s>", close);
}

void html_element(FILE *out, const char *name, const char *class, const char *fmt, ...)
{
	va_list args;

	fprintf(out, "<%s", name);
	if (class)
		fprintf(out, " class=\"%s\"", class);
	va_start(args, fmt);
	put_element(out, ">", name, fmt, args);
	va_end(args);
	fputc('\n', out);
}

/* A box that scrolls is reached by keyboard, and says what it is. */
void html_table_begin(FILE *out, const char *caption)
{
	fputs("<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Table: ", out);
	html_text(out, caption);
	fputs("\"><table>\n<caption>", out);
	html_text(out, caption);
	fputs("</caption>\n<thead><tr>", out);
}

void html_table_body(FILE *out)
{
	fputs("</tr></thead>\n<tbody>\n", out);
}

void html_table_end(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

void html_head(FILE *out, char align, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_element(out, align == 'r' ? "<th scope=\"col\" class=\"r\">" : "<th scope=\"col\">", "th",
		    fmt, args);
	va_end(args);
}

void html_row_head(FILE *out, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_element(out, "<th scope=\"row\">", "th", fmt, args);
	va_end(args);
}

void html_cell(FILE *out, char align, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_element(out, align == 'r' ? "<td class=\"r\">" : "<td>", "td", fmt, args);
	va_end(args);
}
