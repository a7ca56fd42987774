/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this host can do and what will disturb a measurement on it. Nothing is changed,
 * and nothing is waited for.
 */
#ifndef PAGEMETA_HOST_H
#define PAGEMETA_HOST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine.h"
#include "host-counts.h"
#include "host-level.h"
#include "plan.h"
#include "topo.h"

struct host_look;

/** enum host_again - what becomes of an item at the end of a run */
enum host_again {
	HOST_ONCE,	/* a run changes it itself, or nothing does */
	HOST_CHANGED,	/* looked at again, and told when it is another level */
	HOST_COUNTED,	/* what was counted during the run, told where it is known */
};

/**
 * struct host_item - one thing that is looked at
 * @name: as it is shown and stored
 * @looks_at: files or programs
 * @why: why it matters, one line
 * @mend: a command where one does it
 * @level: what it is when it is not as it should be
 * @engines: HOST_FOR() of the engines it matters for, or'ed; a note to the others
 * @again: at the end of a run
 * @look: looks
 */
struct host_item {
	const char *name;
	const char *looks_at;
	const char *why;
	const char *mend;
	enum host_level level;
	unsigned int engines;
	enum host_again again;
	enum host_level (*look)(struct host_look *look);
};

#define HOST_FOR(engine) (1u << (engine))
#define HOST_FOR_ALL (HOST_FOR(ENGINE_NR) - 1)

extern const struct host_item host_table[];
extern const size_t host_table_nr;

/**
 * struct host_request - whose host, and what is wanted of it
 * @root: prefix of /proc, /sys and /dev: "" for this host, a folder in tests
 * @results: folder of runs; it need not be there yet
 * @cache: folder of the cache; it need not be there yet
 * @topo: this host's topology, NULL if it is not known
 * @probe: answer of the kvm probe, NULL where it was not asked
 * @memory: bytes that guests which run at once may take, 0 unknown
 * @mapped: bytes they map, which may be many times @memory
 * @disk_results: bytes a run takes
 * @disk_cache: bytes its kernels take that are not built yet
 */
struct host_request {
	const char *root;
	const char *results;
	const char *cache;
	const struct topo *topo;
	const struct engine_probe *probe;
	uint64_t memory;
	uint64_t mapped;
	uint64_t disk_results;
	uint64_t disk_cache;
};

/**
 * host_request_plan() - what a plan needs of a host
 * @request: memory, mapped, disk_results and disk_cache are set
 * @plan: the cells
 * @jobs: guests that run at once: as if the largest met
 * @builds: kernels that have to be built first
 */
void host_request_plan(struct host_request *request, const struct plan *plan, unsigned int jobs,
		       unsigned int builds);

/**
 * struct host_finding - what one look found
 * @item: what was looked at
 * @level: for the engines it matters for; see host_level_for()
 * @seen: what was found, one line
 * @mend: what to do about it, "" where there is nothing to do
 */
struct host_finding {
	const struct host_item *item;
	enum host_level level;
	char *seen;
	char *mend;
};

/**
 * struct host_findings - all of them, in the order of the table
 * @item: the findings
 * @nr: how many
 * @counts: the counters at that moment
 */
struct host_findings {
	struct host_finding *item;
	size_t nr;
	struct host_counts counts;
};

/**
 * host_examine() - look at everything
 * @request: whose host
 * @ret_findings: filled; freed with host_findings_free()
 */
void host_examine(const struct host_request *request, struct host_findings *ret_findings);

/**
 * host_examine_again() - what has become of it at the end of a run
 * @request: whose host
 * @start: of host_examine(), with counters of the moment from which it is counted
 * @ret_changed: findings of another level, and all that is counted
 */
void host_examine_again(const struct host_request *request, const struct host_findings *start,
			struct host_findings *ret_changed);
void host_findings_free(struct host_findings *findings);

/** host_look_again_at() - what became known meanwhile: replace one finding */
void host_look_again_at(const struct host_request *request, struct host_findings *findings,
			const char *name);

/** host_level_for() - the level of a finding for one engine */
enum host_level host_level_for(const struct host_finding *finding, enum engine engine);

/** host_counted_for() - whether what is counted during a run matters for an engine */
bool host_counted_for(enum engine engine);

/** host_bad_names() - add the names of what is bad for an engine. Return: how many */
size_t host_bad_names(const struct host_findings *findings, enum engine engine,
		      struct strv *names);

/**
 * host_print_text() - for people
 * @findings: what was found
 * @engine: levels are those for it; NULL: as for the engine it matters most to
 * @out: where to
 */
void host_print_text(const struct host_findings *findings, const enum engine *engine, FILE *out);

/** host_print_json() - the same as docs/result-format.md says. Return: 0 or -errno */
int host_print_json(const struct host_findings *findings, const enum engine *engine, FILE *out);

/** host_cpu_model() - malloc'd model name of the first CPU, "unknown CPU" without one */
char *host_cpu_model(void);

#endif
