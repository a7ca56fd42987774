/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options that say what a session measures and how, the same in each subcommand that
 * has one.
 */
#ifndef PAGEMETA_SESSION_OPTIONS_H
#define PAGEMETA_SESSION_OPTIONS_H

#include "session.h"

enum {
	OPT_ENGINE = OPT_SESSION, OPT_JOBS, OPT_SILENCE, OPT_TRIALS, OPT_PROFILE, OPT_PARAM,
	OPT_WORKLOADS, OPT_OUT,
};

/* How guests run. */
#define SESSION_GUEST_OPTIONS \
	{ "engine", required_argument, NULL, OPT_ENGINE }, \
	{ "jobs", required_argument, NULL, OPT_JOBS }, \
	{ "silence", required_argument, NULL, OPT_SILENCE }

/* Also what of a workload, and how often. */
#define SESSION_OPTIONS \
	SESSION_GUEST_OPTIONS, \
	{ "trials", required_argument, NULL, OPT_TRIALS }, \
	{ "profile", required_argument, NULL, OPT_PROFILE }, \
	{ "param", required_argument, NULL, OPT_PARAM }

/* Also which workloads, and where the run goes. */
#define SESSION_RUN_OPTIONS \
	SESSION_OPTIONS, \
	{ "workloads", required_argument, NULL, OPT_WORKLOADS }, \
	{ "out", required_argument, NULL, OPT_OUT }

/**
 * session_option() - take one of these, whose value is in optarg
 * @request: gets it
 * @opt: other ones are passed over
 *
 * Return: -1 to go on, or the exit code to end with.
 */
int session_option(struct session_request *request, int opt);

#endif
