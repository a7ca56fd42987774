// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps what the guest's console says and scans it line by line. Lines may come
 * in pieces, never end, or hold any byte; a flood is kept with its beginning and
 * its end, as the words that matter come last.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console-rules.h"
#include "console.h"
#include "util.h"

#define LINE_MAX_BYTES 4096	/* longer lines are scanned in windows of this size ... */
#define LINE_OVERLAP 512	/* ... that overlap by more than any sentence is long */

/**
 * struct console - a console
 * @fd: the file, -1 when it is not (or no longer) written
 * @error: what the file was refused with
 * @bytes: that came
 * @tail: ring of the last bytes beyond the head, allocated when the head is full
 * @tail_bytes: that went into the ring
 * @line: bytes of the unfinished line
 * @line_len: how many
 * @line_nr: lines so far
 * @last: last line that was not empty
 * @marked: console_mark() was called
 * @trouble: first of each kind
 * @provoked: first RIP line after the mark
 */
struct console {
	int fd;
	int error;
	uint64_t bytes;
	char *tail;
	uint64_t tail_bytes;
	char line[LINE_MAX_BYTES + 1];
	size_t line_len;
	uint64_t line_nr;
	char last[CONSOLE_TEXT_MAX + 1];
	bool marked;
	struct console_trouble trouble[CONSOLE_KIND_NR];
	char provoked[CONSOLE_TEXT_MAX + 1];
};

int console_open(const char *path, struct console **ret_console, struct err *err)
{
	struct console *console;
	int fd = -1;

	if (path) {
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0)
			return err_set(err, -errno, "%s: cannot be made for the console: %s", path,
				       strerror(errno));
	}
	console = mem_grow(NULL, 1, sizeof(*console));
	memset(console, 0, sizeof(*console));
	console->fd = fd;
	*ret_console = console;
	return 0;
}

void console_free(struct console *console)
{
	if (!console)
		return;
	if (console->fd >= 0)
		close(console->fd);
	free(console->tail);
	free(console);
}

/* Scanning goes on without the file: a full disk must not hide a panic. */
static void keep_failed(struct console *console, int error)
{
	console->error = error;
	close(console->fd);
	console->fd = -1;
}

static void keep_write(struct console *console, const char *data, size_t len)
{
	while (len && console->fd >= 0) {
		ssize_t put = write(console->fd, data, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			keep_failed(console, put < 0 ? -errno : -EIO);
			return;
		}
		data += put;
		len -= put;
	}
}

static void keep_tail(struct console *console, const char *data, size_t len)
{
	if (!console->tail)
		console->tail = mem_grow(NULL, CONSOLE_TAIL_MAX, 1);
	while (len) {
		size_t at = console->tail_bytes % CONSOLE_TAIL_MAX;
		size_t part = CONSOLE_TAIL_MAX - at;

		if (part > len)
			part = len;
		memcpy(console->tail + at, data, part);
		console->tail_bytes += part;
		data += part;
		len -= part;
	}
}

static void keep(struct console *console, const char *data, size_t len)
{
	uint64_t room = 0;

	if (console->fd < 0)
		return;
	if (console->bytes < CONSOLE_HEAD_MAX)
		room = CONSOLE_HEAD_MAX - console->bytes;
	if (room > len)
		room = len;
	keep_write(console, data, room);
	if (room < len)
		keep_tail(console, data + room, len - room);
}

/* What the ring has, oldest byte first, with a remark where bytes are missing. */
static void keep_end(struct console *console)
{
	size_t at = console->tail_bytes % CONSOLE_TAIL_MAX;
	char remark[160];
	int len;

	if (console->tail_bytes <= CONSOLE_TAIL_MAX) {
		keep_write(console, console->tail, console->tail_bytes);
		return;
	}
	len = snprintf(remark, sizeof(remark),
		       "\n[the guest printed %" PRIu64 " bytes; %" PRIu64
		       " of them are left out here]\n",
		       console->bytes, console->tail_bytes - CONSOLE_TAIL_MAX);
	keep_write(console, remark, len);
	keep_write(console, console->tail + at, CONSOLE_TAIL_MAX - at);
	keep_write(console, console->tail, at);
}

/* What goes into reasons and reports must be printable. */
static void text_copy(char out[CONSOLE_TEXT_MAX + 1], const char *text)
{
	size_t len = strnlen(text, CONSOLE_TEXT_MAX);

	for (size_t i = 0; i < len; i++)
		out[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i];
	while (len && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
}

static void scan_rip(struct console *console, const char *line)
{
	const char *rip = console_find_rip(line);

	if (!rip)
		return;
	if (console->marked) {
		if (!console->provoked[0])
			text_copy(console->provoked, rip);
		return;
	}
	for (unsigned int kind = 0; kind < CONSOLE_KIND_NR; kind++)
		if (console->trouble[kind].line && !console->trouble[kind].rip[0])
			text_copy(console->trouble[kind].rip, rip);
}

static void scan(struct console *console)
{
	struct console_trouble *trouble;
	enum console_kind kind;
	const char *text;

	console->line[console->line_len] = '\0';
	if (!console->line_len)
		return;
	text_copy(console->last, console->line);
	scan_rip(console, console->line);
	if (console->marked || !console_classify(console->line, &kind, &text))
		return;
	trouble = &console->trouble[kind];
	if (trouble->line)
		return;
	trouble->line = console->line_nr + 1;
	text_copy(trouble->text, text);
}

static void line_end(struct console *console)
{
	scan(console);
	console->line_nr++;
	console->line_len = 0;
}

/* A line without end: scan what there is, keep enough to find what straddles. */
static void line_window(struct console *console)
{
	scan(console);
	memmove(console->line, console->line + LINE_MAX_BYTES - LINE_OVERLAP, LINE_OVERLAP);
	/* The window begins inside the line: no message begins here. */
	console->line[0] = '~';
	console->line_len = LINE_OVERLAP;
}

/*
 * A carriage return ends a line as well, so that nothing hides behind one. NULs
 * are dropped: a port that is reset mid-byte gives some inside of words.
 */
static void line_byte(struct console *console, char byte)
{
	if (byte == '\n' || byte == '\r') {
		line_end(console);
		return;
	}
	if (!byte)
		return;
	if (console->line_len == LINE_MAX_BYTES)
		line_window(console);
	console->line[console->line_len++] = byte;
}

void console_feed(struct console *console, const void *data, size_t len)
{
	const char *bytes = data;

	keep(console, bytes, len);
	console->bytes += len;
	for (size_t i = 0; i < len; i++)
		line_byte(console, bytes[i]);
}

int console_end(struct console *console)
{
	line_end(console);
	keep_end(console);
	if (console->fd >= 0 && close(console->fd) && !console->error)
		console->error = -errno;
	console->fd = -1;
	return console->error;
}

const struct console_trouble *console_trouble(const struct console *console,
					      enum console_kind kind)
{
	return console->trouble[kind].line ? &console->trouble[kind] : NULL;
}

const char *console_last(const struct console *console)
{
	return console->last;
}

uint64_t console_bytes(const struct console *console)
{
	return console->bytes;
}

void console_mark(struct console *console)
{
	console->marked = true;
}

const char *console_provoked(const struct console *console)
{
	return console->provoked;
}
