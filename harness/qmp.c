// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asynchronous client of QEMU's machine protocol. QEMU may be the thing that is
 * broken, so nothing here waits for it and no line of it is trusted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "qmp.h"
#include "util.h"

#define PENDING_MAX 16		/* commands without an answer */
#define READ_CHUNK 4096

/**
 * struct pending - a command that was given
 * @command: its name, a string constant of the caller
 * @arguments: as text, NULL for none
 * @on_done: whom to tell
 * @ctx: handed on
 */
struct pending {
	const char *command;
	char *arguments;
	qmp_done_fn on_done;
	void *ctx;
};

/**
 * struct qmp - a client
 * @fd: socket, the caller's
 * @on_event: for events
 * @ctx: handed to @on_event
 * @greeted: the greeting came; commands are sent from then on
 * @line: bytes of an unfinished line
 * @line_len: how many
 * @line_size: allocated
 * @first_id: number of the command pending[0] belongs to; answers carry it
 * @pending: commands in the order they were given
 * @nr_pending: how many
 * @error: what ended it
 * @why: the sentence
 */
struct qmp {
	int fd;
	qmp_event_fn on_event;
	void *ctx;
	bool greeted;
	char *line;
	size_t line_len;
	size_t line_size;
	unsigned int first_id;
	struct pending pending[PENDING_MAX];
	unsigned int nr_pending;
	int error;
	char why[256];
};

struct qmp *qmp_new(int fd, qmp_event_fn on_event, void *ctx)
{
	struct qmp *qmp = mem_grow(NULL, 1, sizeof(*qmp));

	memset(qmp, 0, sizeof(*qmp));
	qmp->fd = fd;
	qmp->on_event = on_event;
	qmp->ctx = ctx;
	qmp->pending[qmp->nr_pending++].command = "qmp_capabilities";
	return qmp;
}

void qmp_free(struct qmp *qmp)
{
	if (!qmp)
		return;
	for (unsigned int i = 0; i < qmp->nr_pending; i++)
		free(qmp->pending[i].arguments);
	free(qmp->line);
	free(qmp);
}

const char *qmp_why(const struct qmp *qmp)
{
	return qmp->why;
}

static int qmp_fail(struct qmp *qmp, int error, const char *why)
{
	qmp->error = error;
	snprintf(qmp->why, sizeof(qmp->why), "%s", why);
	return error;
}

/* A command is at most some 100 bytes: a socket that does not take it whole is stuck. */
static int transmit(const struct qmp *qmp, unsigned int index)
{
	const struct pending *pending = &qmp->pending[index];
	bool plain = !pending->arguments;
	char *text = str_printf("{\"execute\":\"%s\"%s%s,\"id\":%u}\n", pending->command,
				plain ? "" : ",\"arguments\":", plain ? "" : pending->arguments,
				qmp->first_id + index);
	size_t len = strlen(text);
	ssize_t put;

	do {
		put = send(qmp->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (put < 0 && errno == EINTR);
	free(text);
	if (put < 0)
		return -errno;
	return (size_t)put == len ? 0 : -EAGAIN;
}

int qmp_send(struct qmp *qmp, const char *command, const char *arguments, qmp_done_fn on_done,
	     void *ctx)
{
	if (qmp->error)
		return qmp->error;
	if (qmp->nr_pending == PENDING_MAX)
		return -EAGAIN;
	qmp->pending[qmp->nr_pending++] = (struct pending){
		.command = command, .arguments = arguments ? str_dup(arguments) : NULL,
		.on_done = on_done, .ctx = ctx,
	};
	return qmp->greeted ? transmit(qmp, qmp->nr_pending - 1) : 0;
}

static int take_greeting(struct qmp *qmp, const json_t *message)
{
	int error = 0;

	if (!json_is_object(json_object_get(message, "QMP")))
		return qmp_fail(qmp, -EPROTO, "QEMU does not begin with a QMP greeting");
	qmp->greeted = true;
	for (unsigned int i = 0; i < qmp->nr_pending && !error; i++)
		error = transmit(qmp, i);
	return error ? qmp_fail(qmp, error, "QEMU takes no QMP commands") : 0;
}

static const char *answer_error(const json_t *message)
{
	const json_t *failure = json_object_get(message, "error");
	const char *text = json_string_value(json_object_get(failure, "desc"));

	if (!failure)
		return NULL;
	return text ? text : "an error without description";
}

static int take_answer(struct qmp *qmp, const json_t *message, const json_t *id)
{
	const char *why = answer_error(message);
	struct pending done;

	if (!qmp->nr_pending || json_integer_value(id) != qmp->first_id)
		return qmp_fail(qmp, -EPROTO, "QEMU answers a QMP command that was not given");
	done = qmp->pending[0];
	free(done.arguments);
	qmp->first_id++;
	qmp->nr_pending--;
	memmove(qmp->pending, qmp->pending + 1, qmp->nr_pending * sizeof(done));
	if (done.on_done)
		done.on_done(done.ctx, why ? NULL : json_object_get(message, "return"), why);
	return 0;
}

static int take_message(struct qmp *qmp, const json_t *message)
{
	const char *event = json_string_value(json_object_get(message, "event"));
	const json_t *id = json_object_get(message, "id");

	if (!qmp->greeted)
		return take_greeting(qmp, message);
	if (event) {
		if (qmp->on_event)
			qmp->on_event(qmp->ctx, event, json_object_get(message, "data"));
		return 0;
	}
	if (json_is_integer(id) &&
	    (json_object_get(message, "return") || json_object_get(message, "error")))
		return take_answer(qmp, message, id);
	return qmp_fail(qmp, -EPROTO, "QEMU says something on QMP that is no answer and no event");
}

static int take_line(struct qmp *qmp, const char *line, size_t len)
{
	json_error_t where;
	json_t *message = json_loadb(line, len, 0, &where);
	int error;

	if (!message)
		return qmp_fail(qmp, -EPROTO, "QEMU says something on QMP that is not JSON");
	error = take_message(qmp, message);
	json_decref(message);
	return error;
}

static int take_lines(struct qmp *qmp)
{
	char *start = qmp->line, *end = qmp->line + qmp->line_len, *newline;
	int error = 0;

	while (!error && (newline = memchr(start, '\n', end - start))) {
		/* A line of white space ends the greeting in some versions. */
		if (newline > start && !(newline == start + 1 && *start == '\r'))
			error = take_line(qmp, start, newline - start);
		start = newline + 1;
	}
	qmp->line_len = end - start;
	memmove(qmp->line, start, qmp->line_len);
	return error;
}

static int line_reserve(struct qmp *qmp)
{
	if (qmp->line_size - qmp->line_len >= READ_CHUNK)
		return 0;
	if (qmp->line_size >= QMP_LINE_MAX)
		return qmp_fail(qmp, -EMSGSIZE, "QEMU sends an endless line on QMP");
	qmp->line_size = qmp->line_size ? 2 * qmp->line_size : 2 * READ_CHUNK;
	qmp->line = mem_grow(qmp->line, qmp->line_size, 1);
	return 0;
}

int qmp_read(struct qmp *qmp)
{
	while (!qmp->error) {
		ssize_t got;

		if (line_reserve(qmp))
			break;
		got = recv(qmp->fd, qmp->line + qmp->line_len, READ_CHUNK, MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		/* Reset: it ended before it had read all that was sent. */
		if (!got || (got < 0 && errno == ECONNRESET))
			return qmp_fail(qmp, -EPIPE, "QEMU closed QMP");
		if (got < 0)
			return qmp_fail(qmp, -errno, "the QMP socket cannot be read");
		qmp->line_len += got;
		take_lines(qmp);
	}
	return qmp->error;
}
