// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SVG that gnuplot writes, made fit to stand among others in one page: ids of its own,
 * colours in one spelling, without what is never used. It is read as text, since it is
 * gnuplot's and always the same in form; what does not look like it is passed through.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure-private.h"

static bool starts(const char *at, const char *with)
{
	return !strncmp(at, with, strlen(with));
}

/* Leaves @at after @end. Return: whether it was there. */
static bool skip_to(const char **at, const char *end)
{
	const char *found = strstr(*at, end);

	if (!found)
		return false;
	*at = found + strlen(end);
	return true;
}

/* What a page has of its own, or nobody uses. The filters are for boxed labels. */
static bool skip_useless(const char **at)
{
	static const struct {
		const char *begin;
		const char *end;
	} useless[] = {
		{ "<title>", "</title>" }, { "<desc>", "</desc>" }, { "<filter ", "</filter>" },
		{ "<rect x=\"0\" y=\"0\"", "/>" }, { "xmlns:xlink=\"", "1999/xlink\"" },
		{ " id=\"gnuplot_", "\"" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(useless); i++) {
		const char *from = *at + strlen(useless[i].begin);

		if (!starts(*at, useless[i].begin) || !skip_to(&from, useless[i].end))
			continue;
		*at = from;
		return true;
	}
	return false;
}

/* What the whole picture has, see put_root(), or SVG by itself. */
static bool skip_default(const char **at)
{
	static const char *const word[] = {
		" fill=\"none\" color=\"black\" stroke=\"currentColor\"",
		" stroke-linecap=\"butt\" stroke-linejoin=\"miter\"",
		" font-family=\"DejaVu Sans\" font-size=\"11.00\"", " text-anchor=\"start\"",
		" xml:space=\"preserve\"", " class=\"gridline\"",
	};

	for (size_t i = 0; i < ARRAY_SIZE(word); i++)
		if (starts(*at, word[i])) {
			*at += strlen(word[i]);
			return true;
		}
	return false;
}

static bool put_root(const char **at, FILE *out)
{
	if (!starts(*at, "<svg"))
		return false;
	*at += strlen("<svg");
	fputs("<svg fill=\"none\" color=\"#1a1a1a\" stroke=\"currentColor\" "
	      "font-family=\"DejaVu Sans, sans-serif\" font-size=\"11\"", out);
	return true;
}

/* gnuplot opens a group for each change of its pen, whether it then draws or not. */
static bool skip_empty_group(const char **at)
{
	const char *end = starts(*at, "<g ") ? strchr(*at, '>') : NULL;

	if (!end)
		return false;
	end++;
	end += strspn(end, " \t\r\n");
	if (!starts(end, "</g>"))
		return false;
	*at = end + strlen("</g>");
	return true;
}

/* "rgb(213,  94,   0)" as "#d55e00" */
static bool put_colour(const char **at, FILE *out)
{
	unsigned int red, green, blue;
	int len = 0;

	if (!starts(*at, "rgb(") ||
	    sscanf(*at, "rgb( %3u , %3u , %3u )%n", &red, &green, &blue, &len) < 3 || !len)
		return false;
	fprintf(out, "#%02x%02x%02x", red & 255, green & 255, blue & 255);
	*at += len;
	return true;
}

/* id="x", href='#x': whatever the quote */
static bool put_id(const char **at, const char *prefix, FILE *out)
{
	static const char *const word[] = { "xlink:href=", " id=", "url(" };
	bool hash;
	char quote;

	for (size_t i = 0; i < ARRAY_SIZE(word); i++) {
		if (!starts(*at, word[i]))
			continue;
		*at += strlen(word[i]);
		quote = **at == '"' || **at == '\'' ? *(*at)++ : '\0';
		hash = **at == '#';
		*at += hash;
		fputs(i ? word[i] : "href=", out);
		if (quote)
			fputc(quote, out);
		fprintf(out, "%s%s", hash ? "#" : "", prefix);
		return true;
	}
	return false;
}

/* Line ends and tabs between elements, and blanks in a row. */
static bool skip_blanks(const char **at, FILE *out)
{
	const char *end = *at + strspn(*at, " \t\r\n");

	if (end == *at || (end == *at + 1 && **at == ' '))
		return false;
	if ((*at)[-1] != '>' && *end != '<')
		fputc(' ', out);
	*at = end;
	return true;
}

/* A marker of gnuplot: '<path id='gpPt3' .../>' that no other element refers to. */
static bool skip_unused_marker(const char **at, const char *svg)
{
	static const char sign[] = " id='gp";
	const char *end = strchr(*at, '>'), *id = strstr(*at, sign);
	char name[32], *use;
	bool used;

	if (**at != '<' || !end || end[-1] != '/' || !id || id > end ||
	    sscanf(id + strlen(" id='"), "%24[A-Za-z0-9]", name) != 1)
		return false;
	use = str_printf("href='#%s'", name);
	used = strstr(svg, use) != NULL;
	free(use);
	if (used)
		return false;
	*at = end + 1;
	return true;
}

char *figure_inline(const char *svg, const char *prefix)
{
	const char *at = strstr(svg, "<svg");
	char *text = NULL;
	size_t len;
	FILE *out;

	if (!at || !strstr(at, "</svg>"))
		return str_dup("");
	out = open_memstream(&text, &len);
	if (!out)
		return str_dup("");
	while (*at) {
		if (skip_useless(&at) || skip_default(&at) || skip_empty_group(&at) ||
		    skip_unused_marker(&at, svg) || put_root(&at, out) || put_colour(&at, out) ||
		    put_id(&at, prefix, out) || skip_blanks(&at, out))
			continue;
		fputc(*at++, out);
	}
	fclose(out);
	return text;
}
