/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent does once it has a port: say hello, do the job, say how it went.
 * Apart from agent.c, which is only PID 1's part, so that all of it can be tested
 * on a host.
 */
#ifndef PAGEMETA_AGENT_SESSION_H
#define PAGEMETA_AGENT_SESSION_H

#include <stdbool.h>

#include "port.h"

#define AGENT_SESSION_ALIVE_MS 10000

/**
 * struct agent_session - the surroundings of a session
 * @port: open port; every record goes there
 * @guest: see struct run_config
 * @root: prefix of /proc and /sys for the boot checks, "" in a guest
 * @alive_ms: time between two signs of life while a workload runs
 */
struct agent_session {
	struct port *port;
	bool guest;
	const char *root;
	unsigned int alive_ms;
};

/** agent_session_hello() - the first record: what runs here. Return: 0 or -errno */
int agent_session_hello(const struct agent_session *session);

/**
 * agent_session_run() - everything between hello and the reset
 * @session: surroundings
 * @job_path: /job; when it is not there this is a probe, which passes
 *
 * Sends samples, checks and the end. What goes wrong with the job is said in the
 * end record.
 *
 * Return: 0, or -errno when the port cannot be written any more.
 */
int agent_session_run(const struct agent_session *session, const char *job_path);

#endif
