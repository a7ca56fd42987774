/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run from its request to its last cell: kernels, engine, store, cells. What
 * `run` does, and what other subcommands that measure build upon.
 */
#ifndef PAGEMETA_SESSION_H
#define PAGEMETA_SESSION_H

#include <stdio.h>

#include "cmd.h"
#include "host.h"
#include "plan.h"
#include "progress.h"
#include "runner.h"

struct session;

/**
 * struct session_request - what to run
 * @opts: paths and the like
 * @plan: what was asked for; @plan.exact is set when the engine is known
 * @made: variants that stand in no folder, one for each of @plan.variants, each with the one
 *	before for its parent; or NULL. The session owns them once it is opened
 * @engine: name, "auto" included
 * @traffic: sizes of caches where memory traffic is counted, NULL where it is not; with
 *	it, "auto" is the exact engine
 * @perfctr: which performance counters are read; the jobs of a run that is resumed say it
 * @probe_again: forget what is remembered about kvm
 * @out: folder of the run; NULL makes one below the results
 * @jobs: guests at once, if there is room for them; 0 chooses
 * @silence_s: see struct runner_config
 * @reuse: take cells over that an earlier run has measured; exact engine only
 * @more: asked when all cells have ended: adds cells to the plan (plan_again()) that are then
 *	run as well, until it adds none; or NULL. Returns how many, or -errno
 * @more_ctx: handed to it
 * @strict: do not run where something disturbs the engine, and break cells it did disturb
 * @argv: command line, kept with the run
 */
struct session_request {
	const struct options *opts;
	struct plan_request plan;
	struct variant **made;
	const char *engine;
	const char *traffic;
	enum perfctr_mode perfctr;
	bool probe_again;
	const char *out;
	unsigned int jobs;
	unsigned int silence_s;
	bool reuse;
	int (*more)(void *ctx, struct session *session, struct err *err);
	void *more_ctx;
	bool strict;
	char *const *argv;
};

/**
 * struct session_seats - where the guests of a run go
 * @pool: the host's nodes and cores
 * @jobs: guests at once
 * @note: one line about it, kept with the run
 * @before: CPUs that the harness could run on before it was pinned, NULL when it is not
 */
struct session_seats {
	struct topo_pool *pool;
	unsigned int jobs;
	char *note;
	char *before;
};

/**
 * struct session - a run in the making
 * @request: what was asked for
 * @progress: what the user sees
 * @qemu: program
 * @qemu_version: its first line of --version
 * @agent_hash: SHA-256 of the agent
 * @topo: this host
 * @engine: resolved engine
 * @engine_note: one line about how it was chosen, "" when it was named
 * @variant: one per label of the plan
 * @nr_variants: how many
 * @compile_begun: when the compilation that is shown began, on clock_ns()
 * @plan: what will run
 * @seats: where
 * @probe: the answer of the kvm probe
 * @probed: it was asked
 * @host: what was found of this host before anything was built; its counters are those of
 *	the moment when the first cell began
 * @looked: when, in seconds since the epoch
 * @store: open once the run exists
 * @reuse: earlier runs, while cells run whose figures may be had from them; or NULL
 */
struct session {
	struct session_request *request;
	struct progress *progress;
	char *qemu;
	char *qemu_version;
	char agent_hash[HASH_HEX];
	struct topo *topo;
	enum engine engine;
	char engine_note[640];
	struct runner_variant *variant;
	size_t nr_variants;
	uint64_t compile_begun;
	struct plan plan;
	struct session_seats seats;
	struct engine_probe probe;
	bool probed;
	struct host_findings host;
	int64_t looked;
	struct store *store;
	struct reuse *reuse;
};

/**
 * session_open() - load the variants, find QEMU and the agent, read the topology
 * @request: must outlive the session
 * @progress: what the user sees
 * @ret_session: filled; session_close() whatever comes after
 * @err: an unknown variant (-ENOENT), no QEMU or no agent (-ENODEV)
 */
int session_open(struct session_request *request, struct progress *progress,
		 struct session *ret_session, struct err *err);
void session_close(struct session *session);

/**
 * session_build() - build the kernels of all variants
 * @session: opened and planned
 * @err: why the first variant did not build (-EIO; its why_not says so too), or what is in
 *	the way of a strict run (-EBUSY): the host is looked at before
 *
 * The first variant is what all others are held against: without it there is no
 * run. Another one that does not build is reported at once, its cells become
 * broken, and the others run, but for those that were @made upon it.
 */
int session_build(struct session *session, struct err *err);

/** session_show_build() - progress of a struct kernel_builder; @ctx is a session */
void session_show_build(void *ctx, const char *variant, const char *what, unsigned int done,
			unsigned int total);

/**
 * session_choose_engine() - resolve the engine
 * @session: opened
 * @may_boot: "auto" may boot the first kernel (which must be built) to find out;
 *	without it, exact is assumed and engine_note says so
 * @err: an unknown engine (-EINVAL)
 */
int session_choose_engine(struct session *session, bool may_boot, struct err *err);

/**
 * session_prepare() - open, choose an engine, plan: wrong names are found before anything
 * is built
 */
int session_prepare(struct session_request *request, struct progress *progress,
		    struct session *ret_session, struct err *err);

/** session_get_ready() - build, choose the engine for good, plan anew: cells can run */
int session_get_ready(struct session *session, struct err *err);

/**
 * session_look() - look at the host, for session_build()
 * @session: opened and planned
 * @err: of a strict run: all that is in the way of the engine, and what mends it (-EBUSY)
 *
 * Of the engine that is assumed where it is not known yet; session_admit() asks once more.
 */
int session_look(struct session *session, struct err *err);

/** session_admit() - the same for the resolved engine, before the first cell; says so */
int session_admit(struct session *session, struct err *err);

/** session_add_findings() - put what was found at the start into the store */
int session_add_findings(struct session *session, struct err *err);

/** session_count_from_here() - what the host counts belongs to the cells from now on */
void session_count_from_here(struct session *session);

/** session_look_again() - put what has changed since into the store */
int session_look_again(struct session *session, struct err *err);

/** session_watched() - for struct runner_config: the host's root where cells are watched */
const char *session_watched(const struct session *session);

/** session_make_plan() - expand the request; the engine must be known */
int session_make_plan(struct session *session, struct err *err);

/**
 * session_jobs() - guests at once; engine and plan must be known
 *
 * Those that were asked for, or as many as the host has cores; fewer where time is
 * measured and there is no room for so many.
 */
unsigned int session_jobs(const struct session *session);

/** session_print_plan() - for --dry-run: kernels, engine, cells in their order */
void session_print_plan(const struct session *session, FILE *out);

/**
 * session_find_seats() - how many guests at once, and which cores are theirs
 * @session: planned
 *
 * Says in one line how guests are placed, and why they are fewer than were asked for.
 */
void session_find_seats(struct session *session);

/**
 * session_keep_house() - pin the harness to the CPUs that no guest gets, if there are some
 *
 * Only while guests run: a kernel build inherits the CPUs of who starts it.
 */
int session_keep_house(struct session *session, struct err *err);

/** session_leave_house() - undo it */
void session_leave_house(struct session *session);

/**
 * session_run() - create the run's store and run all cells
 * @session: built and planned
 * @err: why it stopped
 *
 * Return: 0 when all cells have a verdict; -EINTR when told to stop: the run can
 * be resumed as soon as session->store is set.
 */
int session_run(struct session *session, struct err *err);

/**
 * session_resume() - run what is missing of an earlier run
 * @request: opts are used, and variants are filled in
 * @dir: the earlier run's folder
 * @progress: what the user sees
 * @ret_session: filled; session_close() whatever comes after
 * @err: a kernel, the agent or QEMU that is not the same any more
 */
int session_resume(struct session_request *request, const char *dir, struct progress *progress,
		   struct session *ret_session, struct err *err);

#endif
