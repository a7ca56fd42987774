// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a cell's kernel said: where it complained, with the functions and files that it was in,
 * its last words, or all of it. A guest wrote it.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "show.h"
#include "show-private.h"
#include "stack-run.h"
#include "text-table.h"

#define TAIL_LINES 20
#define TAIL_BYTES 65536	/* lines are short; more would be garbage */
#define CONSOLE_BYTES (CONSOLE_HEAD_MAX + CONSOLE_TAIL_MAX + 4096)	/* as console.c keeps it */
#define EXCERPT_LINES 40	/* of one complaint: registers, code bytes and the trace */
#define TRACES_SHOWN 3		/* what comes after the first is mostly its consequence */

/* The path stands in a file that may come from anyone: it must not lead elsewhere. */
static FILE *open_console(const struct show *show, const struct store_cell *cell, struct err *err)
{
	char *path;
	FILE *console;

	if (!*cell->console) {
		err_set(err, -ENOENT, "cell %lld: no console was kept", (long long)cell->id);
		return NULL;
	}
	if (*cell->console == '/' || strstr(cell->console, "..")) {
		err_set(err, -ENOENT, "cell %lld: its console \"%s\" is not in the run's folder; "
			"not read", (long long)cell->id, cell->console);
		return NULL;
	}
	path = str_printf("%s/%s", show->dir, cell->console);
	console = fopen(path, "re");
	if (!console)
		err_set(err, -ENOENT, "%s: cannot read the console: %s", path, strerror(errno));
	free(path);
	return console;
}

/* Carriage returns end every line of a serial console and are left out. */
static void put_plain(const char *text, size_t len, FILE *out)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = text[i];

		if (byte == '\r')
			continue;
		fputc(byte == '\n' || byte == '\t' || (byte >= 0x20 && byte < 0x7f) ? byte : '?',
		      out);
	}
}

static size_t tail_start(const char *text, size_t len, unsigned int lines)
{
	size_t at = len && text[len - 1] == '\n' ? len - 1 : len;

	while (at && (text[at - 1] != '\n' || --lines))
		at--;
	return at;
}

/* --- where it complained --- */

static char *read_console(const struct show *show, const struct store_cell *cell, size_t *ret_len)
{
	struct err err = { "" };
	FILE *console = open_console(show, cell, &err);
	char *text;

	if (!console)
		return NULL;
	text = mem_grow(NULL, CONSOLE_BYTES, 1);
	*ret_len = fread(text, 1, CONSOLE_BYTES, console);
	fclose(console);
	return text;
}

/* Lines @first to @last of a text, as they stand there. */
static void print_excerpt(const char *text, size_t len, size_t first, size_t last, FILE *out)
{
	size_t line = 1;

	for (size_t at = 0; at < len && line <= last; line++) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t bytes = end ? (size_t)(end - text) - at : len - at;

		if (line >= first) {
			fputs("  ", out);
			put_plain(text + at, bytes, out);
			fputc('\n', out);
		}
		at += bytes + 1;
	}
}

static void put_frame(struct table *table, const struct stack_frame *frame)
{
	char *text = stack_frame_text(frame);

	table_cell(table, NULL, "%s%s", frame->unsure ? "? " : "", text);
	table_cell(table, NULL, "%s", frame->source ? frame->source : "-");
	table_cell(table, NULL, "%s", frame->patched ? "patched" : "");
	free(text);
}

static void print_trace(const struct stack_trace *trace, FILE *out)
{
	struct table *table = table_new("lll");

	for (size_t i = 0; i < trace->nr; i++)
		put_frame(table, &trace->frame[i]);
	if (trace->cut)
		table_line(table, "    ...");
	fputc('\n', out);
	text_wrapped(trace->headline, 2, 4, columns_of(out, UINT_MAX), out);
	table_print(table, 4, out);
	table_free(table);
}

static void print_decoded(const struct show *show, const struct store_cell *cell,
			  struct stack_list *list, FILE *out)
{
	char *note = stack_decode_run(show->cache, show->content, cell->variant, list);

	fprintf(out, "\ncall trace%s, with the file of each function\n", list->nr > 1 ? "s" : "");
	if (note)
		text_wrapped(note, 2, 2, columns_of(out, SHOW_COLUMNS), out);
	free(note);
	for (size_t i = 0; i < list->nr && i < TRACES_SHOWN; i++)
		print_trace(&list->trace[i], out);
	if (list->nr > TRACES_SHOWN)
		fprintf(out, "\n  and %zu%s more; all of the console with --console\n",
			list->nr - TRACES_SHOWN, list->cut ? " or" : "");
}

void show_trouble(const struct show *show, const struct store_cell *cell, FILE *out)
{
	struct stack_list list;
	size_t len, last;
	char *text = read_console(show, cell, &len);

	if (!text)
		return;
	stack_parse(text, len, &list);
	if (list.nr) {
		const struct stack_trace *first = &list.trace[0];

		last = first->last < first->line + EXCERPT_LINES ? first->last :
		       first->line + EXCERPT_LINES - 1;
		fprintf(out, "\nconsole (where the kernel complained first, line %zu)\n",
			first->line);
		print_excerpt(text, len, first->line, last, out);
		if (last < first->last)
			fputs("  ...\n", out);
		print_decoded(show, cell, &list, out);
	}
	stack_free(&list);
	free(text);
}

/* --- its end, and all of it --- */

void show_tail(const struct show *show, const struct store_cell *cell, FILE *out)
{
	char *text = mem_grow(NULL, TAIL_BYTES, 1);
	struct err err = { "" };
	FILE *console;
	size_t len, at;

	fprintf(out, "\nconsole (its end; all of it with --console)\n");
	console = open_console(show, cell, &err);
	if (!console) {
		fprintf(out, "  %s\n", err.text);
		free(text);
		return;
	}
	if (fseek(console, -TAIL_BYTES, SEEK_END))
		rewind(console);
	len = fread(text, 1, TAIL_BYTES, console);
	fclose(console);
	for (at = tail_start(text, len, TAIL_LINES); at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line = end ? (size_t)(end - text) - at : len - at;

		fputs("  ", out);
		put_plain(text + at, line, out);
		fputc('\n', out);
		at += line + 1;
	}
	free(text);
}

int show_console(const struct show *show, int64_t id, FILE *out, struct err *err)
{
	const struct store_cell *cell = show_find_cell(show, id, err);
	char chunk[4096];
	FILE *console;
	size_t len;
	int error;

	if (!cell)
		return -ENOENT;
	console = open_console(show, cell, err);
	if (!console)
		return -ENOENT;
	while ((len = fread(chunk, 1, sizeof(chunk), console)))
		put_plain(chunk, len, out);
	fclose(console);
	errno = 0;
	error = show_end(out);
	return error;
}
