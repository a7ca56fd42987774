// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The part of a console that tells why a cell failed: some lines before the first trouble and
 * those after it, or the end where there is none.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console-rules.h"
#include "report-private.h"

#define READ_MAX (20u << 20)	/* more than a console is kept of, see CONSOLE_HEAD_MAX */
#define LINES_BEFORE 4
#define LINES_AFTER 60
#define LINES_TAIL 30
#define LINE_MAX_BYTES 400

/* The path stands in a file that may come from anyone: it must not lead elsewhere. */
bool report_console_read(const char *dir, const struct store_cell *cell,
			 struct report_console *ret_console)
{
	const char *name = cell->console;
	struct report_console console;
	char *path;
	struct stat st;
	ssize_t got;
	bool is_file;
	int fd;

	if (!*name || *name == '/' || strstr(name, ".."))
		return false;
	path = str_printf("%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return false;
	is_file = !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= READ_MAX;
	if (is_file) {
		console.text = mem_grow(NULL, st.st_size + 1, 1);
		got = read(fd, console.text, st.st_size);
		console.len = got > 0 ? got : 0;
		console.text[console.len] = '\0';
		*ret_console = console;
	}
	close(fd);
	return is_file;
}

struct line {
	const char *text;
	size_t len;
};

/* A NUL ends no line: what is searched is a copy without. */
static bool is_trouble(const struct line *line)
{
	char copy[CONSOLE_TEXT_MAX + 1];
	size_t len = line->len < CONSOLE_TEXT_MAX ? line->len : CONSOLE_TEXT_MAX;
	enum console_kind kind;
	const char *message;

	for (size_t i = 0; i < len; i++)
		copy[i] = line->text[i] ? line->text[i] : '?';
	copy[len] = '\0';
	copy[strcspn(copy, "\r")] = '\0';
	return console_classify(copy, &kind, &message);
}

static struct line *split(const char *text, size_t len, size_t *ret_nr)
{
	struct line *line = NULL;
	size_t nr = 0;

	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t bytes = end ? (size_t)(end - text) - at : len - at;

		if (!(nr & (nr + 1)))
			line = mem_grow(line, 2 * nr + 2, sizeof(*line));
		line[nr++] = (struct line){ text + at, bytes };
		at += bytes + 1;
	}
	*ret_nr = nr;
	return line;
}

static char *excerpt(const struct line *line, size_t nr, size_t first, size_t end)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	if (first)
		fprintf(out, "(%zu lines before)\n", first);
	for (size_t i = first; i < end; i++) {
		size_t bytes = line[i].len < LINE_MAX_BYTES ? line[i].len : LINE_MAX_BYTES;

		for (size_t k = 0; k < bytes; k++)
			fputc(line[i].text[k] ? line[i].text[k] : '?', out);
		fputc('\n', out);
	}
	if (end < nr)
		fprintf(out, "(%zu lines after)\n", nr - end);
	fclose(out);
	return text;
}

char *report_console_excerpt(const struct report_console *console)
{
	size_t nr = 0, at = 0, first, end;
	struct line *line = split(console->text, console->len, &nr);
	char *part;

	while (at < nr && !is_trouble(&line[at]))
		at++;
	if (at < nr) {
		first = at > LINES_BEFORE ? at - LINES_BEFORE : 0;
		end = at + LINES_AFTER < nr ? at + LINES_AFTER : nr;
	} else {
		first = nr > LINES_TAIL ? nr - LINES_TAIL : 0;
		end = nr;
	}
	part = excerpt(line, nr, first, end);
	free(line);
	return part;
}
