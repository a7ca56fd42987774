// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table of text whose columns are as wide as what stands in them: figures of
 * 4 and of 12 digits come in the same column, and nobody knows beforehand.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text-table.h"
#include "util.h"

#define GAP 2	/* blanks between columns */

/* A cell; or, with @line set, a whole line of its own. */
struct item {
	char *text;
	const char *paint;
	bool line;
};

struct table {
	char *align;
	size_t nr_columns;
	struct item *item;
	size_t nr;
};

struct table *table_new(const char *align)
{
	struct table *table = mem_grow(NULL, 1, sizeof(*table));

	*table = (struct table){ .align = str_dup(align), .nr_columns = strlen(align) };
	return table;
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->nr; i++)
		free(table->item[i].text);
	free(table->item);
	free(table->align);
	free(table);
}

static void add(struct table *table, bool line, const char *paint, const char *fmt, va_list args)
{
	struct item item = { .paint = paint, .line = line };

	if (vasprintf(&item.text, fmt, args) < 0)
		item.text = str_dup("");
	table->item = mem_grow(table->item, table->nr + 1, sizeof(item));
	table->item[table->nr++] = item;
}

void table_cell(struct table *table, const char *paint, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(table, false, paint, fmt, args);
	va_end(args);
}

void table_line(struct table *table, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(table, true, NULL, fmt, args);
	va_end(args);
}

/* A word that is longer than a line stands on a line of its own, whole. */
static size_t line_len(const char *text, size_t room)
{
	size_t len = strcspn(text, "\n");

	if (len <= room)
		return len;
	for (len = room; len && text[len] != ' '; len--)
		;
	return len ? len : strcspn(text, " \n");
}

void table_wrapped(struct table *table, unsigned int indent, unsigned int width, const char *text)
{
	while (*(text += strspn(text, " \n\t"))) {
		size_t len = line_len(text, width - indent);

		table_line(table, "%*s%.*s", (int)indent, "", (int)len, text);
		text += len;
	}
}

static void measure(const struct table *table, int *width)
{
	size_t column = 0;

	memset(width, 0, table->nr_columns * sizeof(*width));
	for (size_t i = 0; i < table->nr; i++) {
		int len = strlen(table->item[i].text);

		if (table->item[i].line)
			continue;
		if (len > width[column])
			width[column] = len;
		column = (column + 1) % table->nr_columns;
	}
}

unsigned int table_width(const struct table *table)
{
	int *width = mem_grow(NULL, table->nr_columns, sizeof(*width));
	unsigned int all = 0;

	measure(table, width);
	for (size_t i = 0; i < table->nr_columns; i++)
		all += width[i] + (i ? GAP : 0);
	free(width);
	return all;
}

static void put_blanks(unsigned int nr, FILE *out)
{
	fprintf(out, "%*s", nr, "");
}

/*
 * Blanks are owed until something follows them, so that no line ends in blanks.
 * Returns what is owed after the cell.
 */
static unsigned int put_cell(const struct item *item, char align, int width, unsigned int owed,
			     FILE *out)
{
	unsigned int pad = width - strlen(item->text);

	if (!*item->text)
		return owed + width + GAP;
	put_blanks(owed + (align == 'r' ? pad : 0), out);
	fprintf(out, "%s%s%s", item->paint ? item->paint : "", item->text,
		item->paint ? "\033[0m" : "");
	return GAP + (align == 'r' ? 0 : pad);
}

void table_print(const struct table *table, unsigned int indent, FILE *out)
{
	int *width = mem_grow(NULL, table->nr_columns, sizeof(*width));
	unsigned int owed = indent;
	size_t column = 0;

	measure(table, width);
	for (size_t i = 0; i < table->nr; i++) {
		const struct item *item = &table->item[i];

		if (item->line) {
			fprintf(out, "%s\n", item->text);
			continue;
		}
		owed = put_cell(item, table->align[column], width[column], owed, out);
		column = (column + 1) % table->nr_columns;
		if (column)
			continue;
		fputc('\n', out);
		owed = indent;
	}
	free(width);
}
