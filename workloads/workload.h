/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A workload or a check is one file that ends in one const struct workload. The
 * struct is linked into the agent, which runs it, and into the harness, which
 * reads what it needs and declares. Its functions are called in the guest, but for
 * adapt(), which the harness calls.
 */
#ifndef PAGEMETA_WORKLOAD_H
#define PAGEMETA_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metric.h"
#include "verdict.h"

struct job;
struct run;

/** enum workload_kind - what it is for */
enum workload_kind {
	WORKLOAD_MEASURE,	/* yields metrics (and checks) */
	WORKLOAD_CHECK,		/* yields checks only */
	WORKLOAD_SELFTEST,	/* breaks the guest on purpose; not listed, not run by default */
};

/**
 * struct workload_param - a parameter
 * @name: as on the command line and in results
 * @help: one line
 * @def: default, as text
 * @choices: NULL-terminated words, or NULL for a decimal number
 * @min: smallest number
 * @max: largest number
 * @quick: values the quick profile goes through, comma separated; NULL: @def
 * @full: the same for the full profile
 * @tacit: its default is not said in the name of a cell, which is the one it had before
 *	there was this parameter
 *
 * A parameter is constant for a boot: every combination of values is a cell.
 */
struct workload_param {
	const char *name;
	const char *help;
	const char *def;
	const char *const *choices;
	uint64_t min;
	uint64_t max;
	const char *quick;
	const char *full;
	bool tacit;
};

#define WORKLOAD_CMDLINE_MAX 256

/**
 * struct workload_needs - what must be there; checked before a guest starts
 * @config: NULL-terminated kernel options ("CONFIG_ZSWAP=y"), or NULL
 * @cmdline: added to the kernel's command line
 * @mem_mib: guest memory in MiB
 * @cpus: vCPUs. The exact engine runs one: a workload that measures and needs more
 *	is unsupported there, a check that needs more is run by tcg, see runner.h
 * @nodes: NUMA nodes of the guest
 * @pmem_mib: size of an NVDIMM, 0 for none
 * @pmem_touch_mib: so much of it the workload reads or writes at most, so that one
 *	larger than the host's memory can be had; 0: all of it
 * @balloon_mib: so much of @mem_mib is in a balloon (virtio-balloon) soon after boot
 * @selftest: a program of the kernel's mm selftests (kselftest-table.h) that must be
 *	there as /selftest/NAME; NULL for none
 * @check: a check that this cell reports beside those of the workload; NULL for none
 * @why_not: why the cell cannot run anywhere; NULL where it can
 */
struct workload_needs {
	const char *const *config;
	char cmdline[WORKLOAD_CMDLINE_MAX];
	unsigned int mem_mib;
	unsigned int cpus;
	unsigned int nodes;
	unsigned int pmem_mib;
	unsigned int pmem_touch_mib;
	unsigned int balloon_mib;
	const char *selftest;
	const char *check;
	const char *why_not;
};

/**
 * struct workload - all there is to know of a workload
 * @name: as on the command line
 * @help: one line
 * @about: paragraphs for docs/workloads.md: why it is there, what its figures and
 *	checks mean; NULL where @help says it all
 * @kind: what it is for
 * @on_request: runs only when it is named: it takes too long to be everybody's
 * @debug: what it needs stands in debug.config: on kernels without it, it runs only when
 *	it is named, and is unsupported
 * @needs: what must be there
 * @params: parameters, ended by a NULL name; or NULL
 * @metrics: what it yields, ended by a NULL name; or NULL
 * @checks: NULL-terminated names of the checks it always reports; a check that
 *	is declared and not reported fails the cell; or NULL
 * @deadline_s: seconds of guest time for one cell
 * @lasts: name of a parameter, a number: so many seconds it lasts beside @deadline_s; or NULL
 * @adapt: makes of @needs what one cell needs, from its parameters; called by the
 *	harness, so it only computes; NULL where all cells need the same
 * @setup: prepare; may be NULL
 * @run: do and measure
 * @verify: look at what @run left; may be NULL
 * @cleanup: undo; called also after a failure; may be NULL
 *
 * The functions return 0 or -errno. -EOPNOTSUPP after run_unsupported() makes
 * the cell unsupported; any other error makes it broken, unless a check said
 * fail before.
 */
struct workload {
	const char *name;
	const char *help;
	const char *about;
	enum workload_kind kind;
	bool on_request;
	bool debug;
	struct workload_needs needs;
	const struct workload_param *params;
	const struct metric *metrics;
	const char *const *checks;
	unsigned int deadline_s;
	const char *lasts;
	void (*adapt)(const struct job *job, struct workload_needs *needs);
	int (*setup)(struct run *run);
	int (*run)(struct run *run);
	int (*verify)(struct run *run);
	void (*cleanup)(struct run *run);
};

/** workload_table - every workload, ended by NULL; one line each in table.h */
extern const struct workload *const workload_table[];

/** workload_find() - Return: the workload of that name or NULL */
const struct workload *workload_find(const char *name);

/* --- what a workload may call while it runs; implemented in run.c --- */

/**
 * run_now() - the clock operations are timed with
 * @run: this run
 *
 * Return: instructions executed under the exact engine, nanoseconds otherwise.
 */
uint64_t run_now(const struct run *run);

/**
 * run_begin() - an operation begins: a window in which the traffic plugin counts
 * @run: this run
 *
 * Return: the clock, for run_end(). Where an operation fails, its window is given up by
 * the next one.
 */
uint64_t run_begin(struct run *run);

/**
 * run_end() - it has ended
 * @run: this run
 * @start: what run_begin() returned
 *
 * Return: how long it took, and which window it was: only for run_times() and its
 * kin. It can be copied and left out; for everything else there is run_time_taken().
 */
uint64_t run_end(struct run *run, uint64_t start);

/** run_end_as() - the same for an operation whose time @taken was measured otherwise */
uint64_t run_end_as(struct run *run, uint64_t taken);

/** run_time_taken() - how long it took that run_end() returned @sample for */
uint64_t run_time_taken(const struct run *run, uint64_t sample);

/**
 * run_slot() - windows of this thread are apart from those of others
 * @slot: from 1, below TRAFFIC_SLOTS; of one thread at a time
 */
void run_slot(unsigned int slot);

/** run_seed() - the seed of this cell, and a parameter "seed" where there is one, added */
uint64_t run_seed(const struct run *run);

/** run_param() - a parameter as text; every declared parameter has a value */
const char *run_param(const struct run *run, const char *name);

/** run_param_u64() - a parameter that is declared as a number */
uint64_t run_param_u64(const struct run *run, const char *name);

/**
 * run_samples() - record samples of a series
 * @run: this run
 * @series: name of the series, as metrics refer to it
 * @labels: "key=value,..." that tell apart series of one name, or ""
 * @samples: raw values in the declared unit
 * @nr: how many
 *
 * Only copies memory, but call it outside of what is timed. What was recorded
 * survives a crash of the workload.
 */
void run_samples(struct run *run, const char *series, const char *labels,
		 const uint64_t *samples, size_t nr);

/** run_value() - record one sample */
void run_value(struct run *run, const char *series, const char *labels, uint64_t value);

/** run_times() - run_samples() of what run_end() has returned */
void run_times(struct run *run, const char *series, const char *labels, const uint64_t *samples,
	       size_t nr);

/** run_time() - run_times() of one sample */
void run_time(struct run *run, const char *series, const char *labels, uint64_t sample);

/** run_time_each() - the same, of each of the @nr operations that were done in one window */
void run_time_each(struct run *run, const char *series, const char *labels, uint64_t sample,
		   uint64_t nr);

/**
 * run_check() - report a check
 * @run: this run
 * @name: name of the check
 * @labels: as for run_samples()
 * @verdict: how it came out
 * @fmt: the reason, also for a pass: what was seen
 */
void run_check(struct run *run, const char *name, const char *labels, enum verdict verdict,
	       const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/**
 * run_loaded() - now the workload holds what it is about: a full pool, a bound device
 * @run: this run
 *
 * Metadata of memory is accounted for the phase "loaded": outside of every window. Only the
 * first call counts; where there is none, it is done when the workload has run, before it
 * verifies and cleans up.
 */
void run_loaded(struct run *run);

/**
 * run_phase() - name what is being done now; shown when a guest goes silent
 *
 * Performance counters are read here, so never call it in a window.
 */
void run_phase(struct run *run, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * run_error() - say why the set-up cannot go on
 *
 * Return: @error, so that a failure is one line: return run_error(run, -errno, ...).
 */
int run_error(struct run *run, int error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** run_unsupported() - say what is missing. Return: -EOPNOTSUPP */
int run_unsupported(struct run *run, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
