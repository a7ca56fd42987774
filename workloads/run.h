/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's side of a run: starting a workload in a process of its own and
 * judging how it went. What a workload itself may call stands in workload.h.
 */
#ifndef PAGEMETA_RUN_H
#define PAGEMETA_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "job.h"
#include "report.h"
#include "workload.h"

#define RUN_TEXT_MAX 1024

/**
 * struct run_config - what to run and where
 * @workload: what to run
 * @job: parameters, clock, seed, deadline; must outlive the run
 * @guest: this is PID 1 of a guest that may be crashed and powered off;
 *	workloads that break the machine refuse to run without it
 * @port: fd of the port, for the workloads that misuse it; -1 for none
 * @alive_ms: time between two calls of @alive
 * @alive: called while the workload is at work, with its phase; may be NULL
 * @loaded: called in the workload's process by run_loaded(); may be NULL. What it has to
 *	say it says to @report, and it is kept with the workload's records
 * @ctx: handed to @alive and @loaded
 */
struct run_config {
	const struct workload *workload;
	const struct job *job;
	bool guest;
	int port;
	unsigned int alive_ms;
	void (*alive)(void *ctx, const char *phase);
	void (*loaded)(void *ctx, const struct report *report);
	void *ctx;
};

/**
 * struct run_outcome - how the workload came out
 * @verdict: pass, or the gravest of its checks and of its own end
 * @text: the reason in one line
 */
struct run_outcome {
	enum verdict verdict;
	char text[RUN_TEXT_MAX];
};

/**
 * run_new() - prepare a run
 * @config: copied
 * @ret_run: freed with run_free()
 *
 * Records are kept in memory that is shared with the workload's process, so that
 * what was recorded survives its crash.
 *
 * Return: 0 or -ENOMEM.
 */
int run_new(const struct run_config *config, struct run **ret_run);
void run_free(struct run *run);

/**
 * run_execute() - run the workload in a process (and process group) of its own
 * @run: a new run; can be executed once
 * @ret_outcome: filled on success
 *
 * Everything in the process group is killed at the deadline of the job (that of
 * the workload when the job has none), and after the workload has ended.
 *
 * Return: 0 when there is an outcome, -errno when no process could be started.
 */
int run_execute(struct run *run, struct run_outcome *ret_outcome);

/**
 * run_records() - go through what was recorded, in order
 * @run: an executed run
 * @each: gets type and payload as msg_encode() wrote it; an error ends the walk
 * @ctx: handed to @each
 *
 * Return: 0, what @each returned, or -EBADMSG when the process that crashed
 * damaged its records; those before were handed out.
 */
int run_records(const struct run *run,
		int (*each)(void *ctx, uint16_t type, const uint8_t *payload, uint32_t len),
		void *ctx);

/** run_guest() - whether this is a guest that may be crashed */
bool run_guest(const struct run *run);

/** run_job() - what the cell was asked to do, the variant's counters among it */
const struct job *run_job(const struct run *run);

/** run_port() - fd of the port, -1 for none */
int run_port(const struct run *run);

#endif
