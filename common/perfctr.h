/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Performance counters: which events there are, and how readings of one become a
 * figure. The same for a guest, which counts the phases of its workload, and for the
 * host, which counts the vCPU threads of a guest.
 */
#ifndef PAGEMETA_PERFCTR_H
#define PAGEMETA_PERFCTR_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "metric.h"

/** enum perfctr_account - what the kernel keeps of each process, without perf */
enum perfctr_account {
	ACCOUNT_NONE, ACCOUNT_FAULTS, ACCOUNT_SWITCHES, ACCOUNT_CPU_TIME, ACCOUNT_NR
};

/**
 * struct perfctr_event - an event that can be counted
 * @name: in tables and stored runs
 * @help: one line
 * @type: PERF_TYPE_* of linux/perf_event.h
 * @config: PERF_COUNT_* of that type
 * @unit: of one: "count", or "ns"
 * @direction: which way is better
 * @account: where the kernel has the same without perf
 * @exact: comes out the same in every boot of the exact engine
 */
struct perfctr_event {
	const char *name;
	const char *help;
	uint32_t type;
	uint64_t config;
	const char *unit;
	enum metric_direction direction;
	enum perfctr_account account;
	bool exact;
};

#define PERFCTR_EVENTS 8

/** perfctr_event - all of them */
extern const struct perfctr_event perfctr_event[PERFCTR_EVENTS];

/**
 * enum perfctr_mode - what is counted in a guest
 * @PERFCTR_NONE: nothing
 * @PERFCTR_QUIET: what costs nothing while it is counted: hardware events by perf on
 *	every CPU, and for software events what the kernel keeps anyway
 * @PERFCTR_PERF: all events by perf, those of software on the workload's process and on
 *	all it starts; page faults, context switches and forks then take longer
 */
enum perfctr_mode { PERFCTR_NONE, PERFCTR_QUIET, PERFCTR_PERF, PERFCTR_MODES };

/** perfctr_mode_name() - "none", "quiet", "perf" */
const char *perfctr_mode_name(enum perfctr_mode mode);

/** perfctr_mode_parse() - Return: 0 or -EINVAL */
int perfctr_mode_parse(const char *name, enum perfctr_mode *ret_mode);

/** enum perfctr_via - who counted */
enum perfctr_via { PERFCTR_VIA_PERF, PERFCTR_VIA_ACCOUNT, PERFCTR_VIAS };

/** perfctr_via_name() - "perf", "account" */
const char *perfctr_via_name(enum perfctr_via via);

/* The largest figure; what is more is not told apart (the store has 63 bits). */
#define PERFCTR_MAX INT64_MAX

/* Errors that are not perf_event_open()'s own. */
#define PERFCTR_NO_LIBPERF ENOPKG	/* this suite was built without libperf */
#define PERFCTR_NEVER_RAN ENODATA	/* opened, and never scheduled on a counter */

#define PERFCTR_ERRNO_MAX 4095

/**
 * struct perfctr_reading - one counter at one moment
 * @raw: what it has counted so far
 * @enabled: nanoseconds for which it was to count
 * @running: of these, nanoseconds for which it did
 *
 * Of an account both times are 0: it always runs.
 */
struct perfctr_reading {
	uint64_t raw;
	uint64_t enabled;
	uint64_t running;
};

/**
 * struct perfctr_value - an event over a span of time
 * @error: 0, or the errno for which it could not be counted; then all else is 0
 * @via: who counted
 * @value: @raw, scaled up where it was not counted all the time; see
 *	perfctr_multiplexed(). Of several CPUs or threads the sum, each scaled by itself
 * @raw: as counted
 * @enabled: nanoseconds, of all CPUs or threads
 * @running: the same
 */
struct perfctr_value {
	int error;
	enum perfctr_via via;
	uint64_t value;
	uint64_t raw;
	uint64_t enabled;
	uint64_t running;
};

/**
 * perfctr_scale() - what would have been counted in all the time
 * @raw: counted
 * @enabled: time
 * @running: part of it in which was counted, not 0
 *
 * Not perf_counts_values__scale() of libperf, which goes through a double, and so is not
 * exact beyond 2^53 and not defined beyond 2^64.
 *
 * Return: at most PERFCTR_MAX.
 */
uint64_t perfctr_scale(uint64_t raw, uint64_t enabled, uint64_t running);

/**
 * perfctr_add() - add what one CPU or thread counted between two readings
 * @value: the sum, begins as { .via = ... }; gets an error where the readings make no
 *	sense (ERANGE) or the counter never ran although it was to (PERFCTR_NEVER_RAN)
 * @from: the earlier reading
 * @to: the later one
 */
void perfctr_add(struct perfctr_value *value, const struct perfctr_reading *from,
		 const struct perfctr_reading *to);

/** perfctr_multiplexed() - it shared its counter with others: the value is an estimate */
static inline bool perfctr_multiplexed(const struct perfctr_value *value)
{
	return value->running < value->enabled;
}

#define PERFCTR_WHY 128

/** perfctr_why() - why there is no value: "ENOENT (there is no PMU that counts it)" */
const char *perfctr_why(int error, char buf[PERFCTR_WHY]);

#define PERFCTR_PHASE_MAX 128

/**
 * struct perfctr_phase - all events over one phase
 * @name: what was done
 * @number: from 1, in order
 * @windows: timed operations in it
 * @value: by event
 */
struct perfctr_phase {
	char name[PERFCTR_PHASE_MAX];
	uint64_t number;
	uint64_t windows;
	struct perfctr_value value[PERFCTR_EVENTS];
};

#endif
