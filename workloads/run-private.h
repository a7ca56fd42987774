/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What run.c (called by workloads) and run-child.c (called by the agent) share.
 */
#ifndef PAGEMETA_RUN_PRIVATE_H
#define PAGEMETA_RUN_PRIVATE_H

#include "msg.h"
#include "perfctr.h"
#include "run.h"
#include "traffic-code.h"

#define RUN_PHASE_MAX PERFCTR_PHASE_MAX
#define RUN_ARENA_BYTES (32u << 20)	/* shared; memory is only taken for what is written */
#define RUN_RECORD_HEADER 8		/* u32 type, u32 bytes of payload */

/* Phases that are counted; what comes after the last but one is the last. */
#define RUN_COUNTERS_PHASES 128
#define RUN_COUNTERS_FURTHER "further phases"

/**
 * struct run_arena - memory shared between agent and workload
 * @used: bytes of @data that hold whole records; stored with release semantics
 *	after a record is complete, so that a crash never publishes half of one
 * @finished: the workload's functions have returned; @error is valid
 * @error: what they returned
 * @unsupported: run_unsupported() was called
 * @overflow: a record did not fit or could not be made; @text says why
 * @text: why it went wrong; the first reason stays
 * @phase: what is being done
 * @counted: counters of its phases, until they become records; only the workload's
 * @data: records
 *
 * The agent reads it as it reads a guest: the process that wrote it may have
 * crashed.
 */
struct run_arena {
	uint64_t used;
	uint32_t finished;
	int32_t error;
	uint32_t unsupported;
	uint32_t overflow;
	char text[RUN_TEXT_MAX];
	char phase[RUN_PHASE_MAX];
	struct perfctr_phase counted[RUN_COUNTERS_PHASES];
	uint8_t data[];
};

/**
 * struct run - one run
 * @config: what was asked for
 * @arena: shared with the workload's process
 * @msg: scratch for the record being made; used by one process at a time
 * @loaded: run_loaded() was called
 * @windows: how many have ended, by slot; beside what each operation reads anyway
 * @counters: of the workload's process, while run() runs; or NULL
 * @slept: how often it had slept when the tick was shifted last
 * @shifts: how often that was
 */
struct run {
	struct run_config config;
	struct run_arena *arena;
	struct msg *msg;
	bool loaded;
	uint32_t windows[TRAFFIC_SLOTS];
	struct run_counters *counters;
	long slept;
	unsigned int shifts;
};

/** run_note_bug() - what is wrong with the run, which becomes broken; the reason is the arena's */
void run_note_bug(const struct run *run, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** run_publish() - keep a record; what does not fit makes the cell broken */
void run_publish(struct run *run, const struct msg *msg);

/** run_check_params() - values against declarations. Return: 0 or -EINVAL, reason recorded */
int run_check_params(struct run *run);

#endif
