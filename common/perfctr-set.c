// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters that are read together, and the accounts that the kernel keeps of a process.
 */
#include "perfctr-set.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/**
 * struct gauge - one event of a set
 * @error: why it is not counted, 0 where it is
 * @via: what it is read from
 * @counter: of perf
 * @nr: readings of it; an account has one
 * @last: the last ones
 * @now: room for the next ones
 */
struct gauge {
	int error;
	enum perfctr_via via;
	struct perfctr *counter;
	unsigned int nr;
	struct perfctr_reading *last;
	struct perfctr_reading *now;
};

struct perfctr_set {
	struct gauge gauge[PERFCTR_EVENTS];
};

static uint64_t microseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

/*
 * Of the process with all its threads, and of those it started, once they have ended and
 * were waited for. The time of the latter has microseconds only.
 */
static int read_accounts(uint64_t account[ACCOUNT_NR])
{
	struct rusage self, children;
	struct timespec cpu;

	if (getrusage(RUSAGE_SELF, &self) || getrusage(RUSAGE_CHILDREN, &children) ||
	    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu))
		return errno;
	account[ACCOUNT_FAULTS] = (uint64_t)(self.ru_minflt + self.ru_majflt +
					     children.ru_minflt + children.ru_majflt);
	account[ACCOUNT_SWITCHES] = (uint64_t)(self.ru_nvcsw + self.ru_nivcsw +
					       children.ru_nvcsw + children.ru_nivcsw);
	account[ACCOUNT_CPU_TIME] = (uint64_t)cpu.tv_sec * 1000000000 + (uint64_t)cpu.tv_nsec +
				    (microseconds(&children.ru_utime) +
				     microseconds(&children.ru_stime)) * 1000;
	return 0;
}

/* From now on there is no value of it. */
static void give_up(struct gauge *gauge, int error)
{
	perfctr_close(gauge->counter);
	gauge->counter = NULL;
	gauge->error = error;
}

static void read_gauge(struct gauge *gauge, enum perfctr_account account,
		       const uint64_t *accounts, int accounts_error)
{
	int err;

	if (gauge->via == PERFCTR_VIA_ACCOUNT) {
		gauge->error = accounts_error;
		gauge->now[0] = (struct perfctr_reading){ .raw = accounts[account] };
		return;
	}
	err = perfctr_read(gauge->counter, gauge->now);
	if (err)
		give_up(gauge, -err);
}

/* The accounts first: what reading the others costs is not theirs. */
static void read_all(struct perfctr_set *set)
{
	uint64_t accounts[ACCOUNT_NR] = { 0 };
	int error = read_accounts(accounts);

	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++)
		if (!set->gauge[i].error)
			read_gauge(&set->gauge[i], perfctr_event[i].account, accounts, error);
}

static void turn(struct gauge *gauge)
{
	struct perfctr_reading *last = gauge->last;

	gauge->last = gauge->now;
	gauge->now = last;
}

void perfctr_set_next(struct perfctr_set *set, struct perfctr_value ret_value[PERFCTR_EVENTS])
{
	read_all(set);
	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++) {
		struct gauge *gauge = &set->gauge[i];

		ret_value[i] = (struct perfctr_value){ .error = gauge->error, .via = gauge->via };
		if (gauge->error)
			continue;
		for (unsigned int k = 0; k < gauge->nr; k++)
			perfctr_add(&ret_value[i], &gauge->last[k], &gauge->now[k]);
		turn(gauge);
	}
}

static int make_room(struct gauge *gauge, unsigned int nr)
{
	gauge->nr = nr;
	gauge->last = calloc(nr, sizeof(*gauge->last));
	gauge->now = calloc(nr, sizeof(*gauge->now));
	return gauge->last && gauge->now ? 0 : -ENOMEM;
}

static int open_gauge(struct gauge *gauge, const struct perfctr_event *event,
		      const struct perfctr_target *target)
{
	int err;

	if (!target) {
		gauge->via = PERFCTR_VIA_ACCOUNT;
		return make_room(gauge, 1);
	}
	err = perfctr_open(event, target, &gauge->counter);
	if (err) {
		gauge->error = -err;
		return 0;
	}
	return make_room(gauge, perfctr_instances(gauge->counter));
}

/* @target: by event; NULL: the account of it. */
static int open_set(const struct perfctr_target *const target[PERFCTR_EVENTS],
		    struct perfctr_set **ret_set)
{
	struct perfctr_value ignored[PERFCTR_EVENTS];
	struct perfctr_set *set = calloc(1, sizeof(*set));
	int err = set ? 0 : -ENOMEM;

	for (unsigned int i = 0; i < PERFCTR_EVENTS && !err; i++)
		err = open_gauge(&set->gauge[i], &perfctr_event[i], target[i]);
	if (err) {
		perfctr_set_close(set);
		return err;
	}
	perfctr_set_next(set, ignored);
	*ret_set = set;
	return 0;
}

/*
 * What hardware counts costs nothing where it is counted for a CPU whatever runs there;
 * for a process it costs each switch of context, and the kernel's threads, which scan,
 * reclaim and compact on its behalf, would be left out.
 */
int perfctr_set_process(enum perfctr_mode mode, struct perfctr_set **ret_set)
{
	static const pid_t self;
	const struct perfctr_target process = { .tid = &self, .nr = 1, .inherit = true };
	const struct perfctr_target cpus = { 0 };
	const struct perfctr_target *target[PERFCTR_EVENTS];

	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++) {
		target[i] = &cpus;
		if (perfctr_event[i].account != ACCOUNT_NONE)
			target[i] = mode == PERFCTR_PERF ? &process : NULL;
	}
	return open_set(target, ret_set);
}

int perfctr_set_threads(const pid_t *tid, unsigned int nr, struct perfctr_set **ret_set)
{
	const struct perfctr_target threads = { .tid = tid, .nr = nr };
	const struct perfctr_target *target[PERFCTR_EVENTS];

	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++)
		target[i] = &threads;
	return open_set(target, ret_set);
}

void perfctr_set_close(struct perfctr_set *set)
{
	if (!set)
		return;
	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++) {
		perfctr_close(set->gauge[i].counter);
		free(set->gauge[i].last);
		free(set->gauge[i].now);
	}
	free(set);
}
