/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client side of QEMU's machine protocol (docs/interop/qmp-spec.txt of
 * QEMU): JSON lines over a socket, never waited for. Commands are answered
 * through callbacks when qmp_read() meets the answer.
 */
#ifndef PAGEMETA_QMP_H
#define PAGEMETA_QMP_H

#include <jansson.h>

#include "err.h"

#define QMP_LINE_MAX (1u << 20)	/* no answer we ask for comes near it */

/**
 * qmp_done_fn - the answer to a command
 * @ctx: from qmp_send()
 * @answer: what "return" holds, borrowed; NULL when the command failed
 * @why: QEMU's words when it failed, else NULL
 */
typedef void (*qmp_done_fn)(void *ctx, const json_t *answer, const char *why);

/**
 * qmp_event_fn - something happened
 * @ctx: from qmp_new()
 * @name: "SHUTDOWN", "STOP", ...
 * @data: what belongs to it, borrowed; may be NULL
 */
typedef void (*qmp_event_fn)(void *ctx, const char *name, const json_t *data);

struct qmp;

/**
 * qmp_new() - a client
 * @fd: connected, non-blocking socket; stays the caller's
 * @on_event: may be NULL
 * @ctx: handed to @on_event
 *
 * Return: the client. qmp_capabilities is sent by itself after the greeting;
 * commands may be given before that and are sent in order.
 */
struct qmp *qmp_new(int fd, qmp_event_fn on_event, void *ctx);
void qmp_free(struct qmp *qmp);

/**
 * qmp_send() - give a command
 * @qmp: client
 * @command: its name, a string constant
 * @arguments: a JSON object as text, or NULL for none
 * @on_done: called with the answer; may be NULL
 * @ctx: handed to @on_done
 *
 * Return: 0, -EAGAIN when QEMU does not take it (it hangs), -EPIPE or another
 * -errno of the socket.
 */
int qmp_send(struct qmp *qmp, const char *command, const char *arguments, qmp_done_fn on_done,
	     void *ctx);

/**
 * qmp_read() - take what QEMU says and call back
 * @qmp: client
 *
 * Return: 0, -EPIPE at the end of the stream, -EMSGSIZE for a line longer than
 * QMP_LINE_MAX, -EPROTO for what is not QMP, or -errno of the socket. After an
 * error the client is of no more use; qmp_why() has the sentence.
 */
int qmp_read(struct qmp *qmp);

/** qmp_why() - what was wrong, "" while all is well */
const char *qmp_why(const struct qmp *qmp);

#endif
