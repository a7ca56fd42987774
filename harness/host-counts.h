/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters of a host that tell what happened between two moments: CPU time that others
 * took, that a hypervisor stole, and how often a CPU throttled itself.
 */
#ifndef PAGEMETA_HOST_COUNTS_H
#define PAGEMETA_HOST_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

/* CPUs that others may keep busy on average: what an idle server does by itself is less. */
#define HOST_OTHERS_MAX 0.25
/* CPUs' worth of time that may be stolen: one tick in a second. */
#define HOST_STEAL_MAX 0.01

/**
 * struct host_counts - counters at one moment
 * @time_ns: the moment, on clock_ns()
 * @busy_ns: time CPUs were not idle, since boot, all CPUs
 * @steal_ns: time a hypervisor ran something else instead, since boot, all CPUs
 * @own_ns: CPU time of this process and its children
 * @throttles: times a core or package throttled itself, since boot
 * @cpu_error: 0, or why busy_ns and steal_ns are not known (-errno)
 * @throttle_error: the same of throttles
 */
struct host_counts {
	uint64_t time_ns;
	uint64_t busy_ns;
	uint64_t steal_ns;
	uint64_t own_ns;
	uint64_t throttles;
	int cpu_error;
	int throttle_error;
};

/** host_counts_read() - read them below @root */
void host_counts_read(const char *root, struct host_counts *ret_counts);

/** host_counts_others() - CPUs that others kept busy on average; NaN if not known */
double host_counts_others(const struct host_counts *before, const struct host_counts *after);

/** host_counts_stolen() - CPUs' worth of time that was stolen on average; NaN if not known */
double host_counts_stolen(const struct host_counts *before, const struct host_counts *after);

/** host_counts_throttles() - how often CPUs throttled themselves; 0 if not known */
uint64_t host_counts_throttles(const struct host_counts *before, const struct host_counts *after);

/**
 * host_counts_disturbed() - what disturbed between two moments
 *
 * Return: malloc'd, one line; NULL where nothing did.
 */
char *host_counts_disturbed(const struct host_counts *before, const struct host_counts *after);

#endif
