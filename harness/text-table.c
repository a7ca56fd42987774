// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table of text whose columns are as wide as what stands in them: figures of
 * 4 and of 12 digits come in the same column, and nobody knows beforehand.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "text-table.h"
#include "util.h"

#define GAP 2	/* blanks between columns */
#define FOLD 2	/* blanks more before what goes on in a further line */
#define ROOM 24	/* a text at the end of a row is wrapped in place where it has so much */

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

/* --- lines --- */

/* Where a line of @room columns may end: after a blank or a comma, else anywhere. */
static size_t wrap_at(const char *text, size_t room)
{
	size_t len = strlen(text);

	if (len <= room)
		return len;
	for (len = room; len; len--)
		if (text[len] == ' ' || text[len - 1] == ',')
			return len;
	for (len = room; len > 1 && (text[len] & 0xc0) == 0x80; len--)
		;
	return len;
}

/* @blanks are put before the first line, which begins at column @indent; no line end follows. */
static void put_wrapped(const char *text, unsigned int blanks, unsigned int indent,
			unsigned int hang, unsigned int columns, FILE *out)
{
	for (;;) {
		size_t len = wrap_at(text, columns > indent + GAP ? columns - indent : GAP);
		size_t shown = len;

		while (shown && text[shown - 1] == ' ')
			shown--;
		if (shown)
			put_blanks(blanks, out);
		fprintf(out, "%.*s", (int)shown, text);
		text += len + strspn(text + len, " ");
		if (!*text)
			return;
		fputc('\n', out);
		indent = blanks = hang;
	}
}

void text_wrapped(const char *text, unsigned int indent, unsigned int hang, unsigned int columns,
		  FILE *out)
{
	put_wrapped(text, indent, indent, hang, columns, out);
	fputc('\n', out);
}

static void print_line(const char *text, unsigned int columns, FILE *out)
{
	unsigned int indent = strspn(text, " ");

	text_wrapped(text + indent, indent, indent + FOLD, columns, out);
}

/* --- rows --- */

/**
 * struct layout - how rows stand on lines
 * @width: of each column, as it is printed
 * @start: where the column begins
 * @last: whether a line ends after the column
 * @indent: before the first column; two more before others that begin a line
 */
struct layout {
	int *width;
	unsigned int *start;
	bool *last;
	unsigned int indent;
};

static struct layout make_layout(const struct table *table, unsigned int indent,
				 unsigned int columns)
{
	struct layout layout = {
		.width = mem_grow(NULL, table->nr_columns, sizeof(*layout.width)),
		.start = mem_grow(NULL, table->nr_columns, sizeof(*layout.start)),
		.last = mem_grow(NULL, table->nr_columns, sizeof(*layout.last)),
		.indent = indent,
	};
	unsigned int at = indent;

	measure(table, layout.width);
	for (size_t i = 0; i < table->nr_columns; i++) {
		unsigned int start = i ? at + GAP : at, room, least = layout.width[i];

		layout.last[i] = i + 1 == table->nr_columns;
		if (layout.last[i] && table->align[i] == 'l' && least > ROOM)
			least = ROOM;
		if (i && start + least > columns) {
			layout.last[i - 1] = true;
			start = indent + FOLD;
		}
		room = columns > start + GAP ? columns - start : GAP;
		if ((unsigned int)layout.width[i] > room)
			layout.width[i] = room;
		layout.start[i] = start;
		at = start + layout.width[i];
	}
	return layout;
}

static void free_layout(struct layout *layout)
{
	free(layout->width);
	free(layout->start);
	free(layout->last);
}

/* What ends a line goes on below itself, what others follow is cut. */
static void put_text(const char *text, const struct layout *layout, size_t column, char align,
		     FILE *out)
{
	int len = strlen(text), width = layout->width[column], mark = width > 3 ? 3 : 0;

	if (len <= width) {
		fputs(text, out);
		return;
	}
	if (layout->last[column] && align == 'l') {
		put_wrapped(text, 0, layout->start[column], layout->start[column],
			    layout->start[column] + width, out);
		return;
	}
	for (len = width - mark; len && (text[len] & 0xc0) == 0x80; len--)
		;
	fprintf(out, "%.*s%.*s", len, text, mark, "...");
}

/*
 * Blanks are owed until something follows them, so that no line ends in blanks.
 * Returns what is owed after the cell.
 */
static unsigned int put_cell(const struct item *item, char align, const struct layout *layout,
			     size_t column, unsigned int owed, FILE *out)
{
	int len = strlen(item->text), width = layout->width[column];
	unsigned int pad = len < width ? width - len : 0;

	if (!len)
		return owed + width + GAP;
	put_blanks(owed + (align == 'r' ? pad : 0), out);
	fputs(item->paint ? item->paint : "", out);
	put_text(item->text, layout, column, align, out);
	fputs(item->paint ? "\033[0m" : "", out);
	return GAP + (align == 'r' ? 0 : pad);
}

/* A line of which all cells are empty is left out, but for the first of a row. */
static void put_row(const struct table *table, const struct layout *layout,
		    const struct item *item, FILE *out)
{
	unsigned int owed = layout->indent;
	bool any = false, first = true;

	for (size_t i = 0; i < table->nr_columns; i++) {
		any |= *item[i].text != '\0';
		owed = put_cell(&item[i], table->align[i], layout, i, owed, out);
		if (!layout->last[i])
			continue;
		if (any || first)
			fputc('\n', out);
		owed = layout->indent + FOLD;
		any = first = false;
	}
}

void table_print_within(const struct table *table, unsigned int indent, unsigned int columns,
			FILE *out)
{
	struct layout layout = make_layout(table, indent, columns);

	for (size_t i = 0; i < table->nr; ) {
		if (table->item[i].line) {
			print_line(table->item[i++].text, columns, out);
			continue;
		}
		if (i + table->nr_columns > table->nr)
			break;
		put_row(table, &layout, &table->item[i], out);
		i += table->nr_columns;
	}
	free_layout(&layout);
}

void table_print(const struct table *table, unsigned int indent, FILE *out)
{
	table_print_within(table, indent, columns_of(out, UINT_MAX), out);
}
