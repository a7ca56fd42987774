/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of a storm as a whole: who takes part, how long it goes on, and what of
 * it is reported.
 */
#ifndef PAGEMETA_STORM_CREW_H
#define PAGEMETA_STORM_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storm-process.h"

struct run;

#define STORM_CREW_MAX 32

/**
 * struct storm_actor - what one process does for as long as a storm lasts
 * @name: in labels
 * @go: what it does, while storm_goes_on()
 * @check: what its verdict goes into; NULL where it compares nothing
 * @beside: what its other verdict goes into; NULL for none
 * @unit: what it counts
 * @least: how often it has to be done
 * @more: what it counts beside; NULL for nothing
 * @more_least: so many of that at least
 */
struct storm_actor {
	const char *name;
	int (*go)(struct storm_process *process);
	const char *check;
	const char *beside;
	const char *unit;
	uint64_t least;
	const char *more;
	uint64_t more_least;
};

/** struct storm_total - what a process did, in all storms of its crew */
struct storm_total {
	uint64_t done;
	uint64_t more;
	struct swap_verdict verdict;
	struct swap_verdict beside;
};

/**
 * struct storm_crew - who takes part
 * @run: the run
 * @nr: how many
 * @actor: what each does
 * @total: what each did since storm_crew_forget()
 * @storms: so often they raged
 * @shared: what they share: told to stop, and they themselves, in the order of @actor
 */
struct storm_crew {
	struct run *run;
	unsigned int nr;
	const struct storm_actor *actor[STORM_CREW_MAX];
	struct storm_total total[STORM_CREW_MAX];
	uint64_t storms;
	struct storm_shared {
		bool stop;
		struct storm_process process[STORM_CREW_MAX];
	} *shared;
};

/** storm_crew_new() - nobody yet. Return: 0 or -ENOMEM; freed with storm_crew_free() */
int storm_crew_new(struct run *run, struct storm_crew *ret_crew);
void storm_crew_free(struct storm_crew *crew);

/**
 * storm_crew_add() - some more take part
 * @crew: has room for them
 * @actor: @nr of them, kept
 * @nr: how many
 * @context: of their processes
 *
 * The number of a process is its place in the crew.
 */
void storm_crew_add(struct storm_crew *crew, const struct storm_actor *actor, unsigned int nr,
		    void *context);

/**
 * storm_crew_rage() - let all of them go on for a time, and to their end
 * @crew: none of them runs
 * @seconds: how long, in the guest's time
 * @most: longer, until everybody did his least in all or @most, whatever is less
 *
 * A slow machine gets more time, but for two minutes at most, so that the same was done
 * on it. What they did and compared is added up.
 *
 * Return: 0 or -errno of the first that failed.
 */
int storm_crew_rage(struct storm_crew *crew, uint64_t seconds, uint64_t most);

/** storm_crew_forget() - what they did so far was to warm up */
void storm_crew_forget(struct storm_crew *crew);

/** storm_crew_wrong() - how often anybody found something wrong */
size_t storm_crew_wrong(const struct storm_crew *crew);

/**
 * storm_crew_report() - report what was compared
 * @crew: has raged
 * @labels: of the checks, process= is added
 */
void storm_crew_report(const struct storm_crew *crew, const char *labels);

/** storm_crew_report_paths() - check all-paths-taken of each: he did his least */
void storm_crew_report_paths(const struct storm_crew *crew);

/** storm_goes_on() - asked before each operation by a process of a crew */
static inline bool storm_goes_on(const struct storm_process *process)
{
	return !__atomic_load_n(process->stop, __ATOMIC_ACQUIRE);
}

/** storm_did() - count an operation that was done */
static inline void storm_did(struct storm_process *process)
{
	__atomic_store_n(&process->done, process->done + 1, __ATOMIC_RELEASE);
}

#endif
