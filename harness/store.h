/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only module that reads or writes results. A run is a folder with one
 * SQLite file (run.db), the consoles of its cells, and plots. A cell's row is
 * there before its guest starts, and a finished cell is durable before the next
 * begins: kill -9 at any moment loses at most the cells that were running.
 */
#ifndef PAGEMETA_STORE_H
#define PAGEMETA_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "host-level.h"
#include "metric.h"
#include "perfctr.h"
#include "util.h"
#include "verdict.h"

/*
 * PRAGMA user_version; a newer one is refused with a clear text, older ones are read.
 * 2: metric.reference
 * 3: run.traffic
 * 4: cell.placement
 * 5: run.strict, finding
 * 6: table counters
 * 7: kernel.off
 */
#define STORE_SCHEMA 7

struct store;

/**
 * struct store_run - the run as a whole
 * @id: "20260131-142501-a1b2": start time (UTC) and four random digits
 * @suite_version: pagemeta's
 * @engine: engine's name
 * @exact: samples of UNIT_CLOCK are instructions
 * @profile: quick, full or a file
 * @argv: command line of the harness, shell-quoted
 * @qemu_version: first line of qemu --version
 * @agent_hash: SHA-256 of the agent
 * @host: uname and CPU model in one line
 * @topology: hwloc XML
 * @notes: what the run should be read with, such as the probe's answer
 * @traffic: sizes of the caches modelled where memory traffic was counted, or ""
 * @strict: it was not to run where something disturbs, see `run --strict`
 * @started: seconds since the epoch
 * @ended: 0 while it is not finished
 * @status: "running" or "finished"
 */
struct store_run {
	char *id;
	char *suite_version;
	char *engine;
	bool exact;
	char *profile;
	char *argv;
	char *qemu_version;
	char *agent_hash;
	char *host;
	char *topology;
	char *notes;
	char *traffic;
	bool strict;
	int64_t started;
	int64_t ended;
	char *status;
};

/**
 * struct store_kernel - a kernel of the run; see struct kernel_image
 * @off: what its variant switches off, of variant_off_text(); NULL is ""
 */
struct store_kernel {
	char *variant;		/* label in this run: "baseline", "baseline~2" for the second */
	char *key;
	char *source_version;
	char *patch_hash;
	char *config_hash;
	char *image_hash;
	char *compiler;
	char *off;
	double seconds;
};

/**
 * struct store_finding - what was found of the host
 * @at_end: when the run ended; otherwise before its first kernel was built
 * @time: seconds since the epoch: a run that was resumed has several starts
 * @name: what was looked at
 * @level: for the engine of the run
 * @seen: what was found
 * @mend: what to do about it, or ""
 */
struct store_finding {
	bool at_end;
	int64_t time;
	char *name;
	enum host_level level;
	char *seen;
	char *mend;
};

/**
 * struct store_cell - a cell
 * @id: row id, also its place in the plan, from 1
 * @variant: label as in struct store_kernel
 * @workload: name
 * @params: "compressor=lz4,pool=zsmalloc", in declared order; "" for none
 * @trial: from 1; 0 is the repetition that proves exactness
 * @status: "planned", "running" or "finished"
 * @verdict: valid when finished
 * @reason: one line
 * @started: seconds since the epoch, 0 if not
 * @ready_ns: QEMU's start to agent ready
 * @wall_ns: QEMU's start to end
 * @max_rss: bytes
 * @command: QEMU's command line
 * @console: path of the console, relative to the run's folder
 * @job: text of /job
 * @placement: where its guest ran, one line each for what was planned and what was seen
 * @counter: for store_cell_end() only; of a run that was loaded they are in struct
 *	store_content
 * @nr_counters: how many
 */
struct store_cell {
	int64_t id;
	char *variant;
	char *workload;
	char *params;
	unsigned int trial;
	char *status;
	enum verdict verdict;
	char *reason;
	int64_t started;
	uint64_t ready_ns;
	uint64_t wall_ns;
	uint64_t max_rss;
	char *command;
	char *console;
	char *job;
	char *placement;
	const struct store_counter *counter;
	size_t nr_counters;
};

/** struct store_metric - a declared metric, kept with the run so that it explains itself */
struct store_metric {
	char *workload;
	char *name;
	char *help;
	char *series;
	enum metric_unit unit;
	enum metric_direction direction;
	enum metric_combine combine;
	enum metric_reference reference;
};

/** struct store_series - samples of one series in one cell */
struct store_series {
	int64_t cell;
	char *name;
	char *labels;
	uint64_t *samples;
	size_t nr;
};

/** struct store_check - a check reported in one cell */
struct store_check {
	int64_t cell;
	char *name;
	char *labels;
	enum verdict verdict;
	char *reason;
};

#define STORE_GUEST "guest"
#define STORE_HOST "host"

/**
 * struct store_counter - an event over one phase of one cell
 * @cell: which
 * @source: STORE_GUEST, or STORE_HOST: the vCPU threads of the guest
 * @phase: number of the phase, from 1
 * @name: of the phase
 * @windows: timed operations in it; 0 for the host
 * @event: name of the event
 * @unit: of one
 * @direction: which way is better
 * @value: what was counted, or why it was not
 */
struct store_counter {
	int64_t cell;
	char *source;
	uint64_t phase;
	char *name;
	uint64_t windows;
	char *event;
	char *unit;
	enum metric_direction direction;
	struct perfctr_value value;
};

/**
 * store_create() - a new run in a new folder
 * @dir: the run's folder; created; -EEXIST when it holds a run already
 * @run: what is known of it; ended and status are ignored
 * @ret_store: closed with store_close()
 * @err: which file and why (disk full and read-only among them)
 */
int store_create(const char *dir, const struct store_run *run, struct store **ret_store,
		 struct err *err);

/**
 * store_create_begin() - the same, without making anything durable yet
 *
 * store_plan() and store_add_*() follow, then store_commit(): a run that is there
 * has its whole plan, whatever kills its harness. Errors as for store_create().
 */
int store_create_begin(const char *dir, const struct store_run *run, struct store **ret_store,
		       struct err *err);

/** store_abandon() - close a run that store_create_begin() began, and remove all of it */
void store_abandon(struct store *store);

/**
 * store_open() - an existing run
 * @dir: the run's folder
 * @write: for --resume; cells that were "running" become "planned" again and
 *	what they had recorded is dropped; two writers are refused (-EBUSY)
 * @ret_store: closed with store_close()
 * @err: not a run, newer schema (-EPROTO), damaged
 */
int store_open(const char *dir, bool write, struct store **ret_store, struct err *err);
void store_close(struct store *store);

const char *store_dir(const struct store *store);

/** store_has_writer() - whether someone is writing to this run now */
bool store_has_writer(const struct store *store);

int store_get_run(struct store *store, struct store_run *ret_run, struct err *err);
void store_run_free(struct store_run *run);

/** store_plan() - add a cell as "planned", with its job; sets @cell->id */
int store_plan(struct store *store, struct store_cell *cell, struct err *err);
int store_add_kernel(struct store *store, const struct store_kernel *kernel, struct err *err);
int store_add_metric(struct store *store, const struct store_metric *metric, struct err *err);

/** store_add_finding() - a run of an older schema has no place for it, which is no error */
int store_add_finding(struct store *store, const struct store_finding *finding,
		      struct err *err);

/** store_begin()/store_commit() - several store_plan()/store_add_*() as one durable step */
int store_begin(struct store *store, struct err *err);
int store_commit(struct store *store, struct err *err);

/** store_cell_begin() - the cell's guest is about to start: durable before it returns */
int store_cell_begin(struct store *store, const struct store_cell *cell, struct err *err);

/**
 * store_cell_end() - all a cell brought, in one durable transaction
 * @cell: id, verdict, reason, times, command, placement, counters; status becomes "finished"
 * @series: what was recorded
 * @nr_series: how many
 * @check: what was judged
 * @nr_checks: how many
 */
int store_cell_end(struct store *store, const struct store_cell *cell,
		   const struct store_series *series, size_t nr_series,
		   const struct store_check *check, size_t nr_checks, struct err *err);

/**
 * store_cell_amend() - what only the whole run could tell of a finished cell
 * @store: being written
 * @cell: id, verdict and reason, which replace what stands there
 * @check: what was judged; takes the place of checks of the same name and labels
 * @nr_checks: how many
 * @err: the cell has not finished (-EINVAL), or what the disk said
 *
 * One durable transaction; done twice it leaves what it left the first time.
 */
int store_cell_amend(struct store *store, const struct store_cell *cell,
		     const struct store_check *check, size_t nr_checks, struct err *err);

/** store_finish() - the run is complete */
int store_finish(struct store *store, struct err *err);

/** struct store_content - everything of a run, in memory, in order of ids and names */
struct store_content {
	struct store_run run;
	struct store_finding *finding;
	size_t nr_findings;
	struct store_kernel *kernel;
	size_t nr_kernels;
	struct store_metric *metric;
	size_t nr_metrics;
	struct store_cell *cell;
	size_t nr_cells;
	struct store_series *series;
	size_t nr_series;
	struct store_check *check;
	size_t nr_checks;
	struct store_counter *counter;
	size_t nr_counters;
};

int store_load(struct store *store, struct store_content *ret_content, struct err *err);
/** store_load_judged() - the same without what was measured: the run, its cells and checks */
int store_load_judged(struct store *store, struct store_content *ret_content, struct err *err);
void store_content_free(struct store_content *content);

/** store_counter_free() - what such a row points to */
void store_counter_free(struct store_counter *counter);

/**
 * store_find() - the folder of a run
 * @results: folder that holds runs
 * @run: an id, a unique beginning of one, "last", or a folder
 * @ret_dir: malloc'd
 * @err: names the nearest id for an unknown one
 */
int store_find(const char *results, const char *run, char **ret_dir, struct err *err);

/**
 * store_folders() - the folders of all runs below @results, in the order of store_ids()
 *
 * Those that cannot be read are among them: where its folder does not tell a run's id, it has
 * the folder's name here.
 */
int store_folders(const char *results, struct strv *ret_ids, struct strv *ret_dirs,
		  struct err *err);

/** store_ids() - ids of all runs below @results, oldest first */
int store_ids(const char *results, struct strv *ret_ids, struct err *err);

#endif
