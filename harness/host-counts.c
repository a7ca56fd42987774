// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters that tell what happened between two moments. The kernel keeps them anyway, so
 * that nothing is waited for.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host-private.h"
#include "util.h"

#define SECOND UINT64_C(1000000000)

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice" */
static int parse_stat(const char *text, uint64_t ret_ticks[8])
{
	uint64_t *at = ret_ticks;

	return sscanf(text, "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		      " %" SCNu64 " %" SCNu64 " %" SCNu64, &at[0], &at[1], &at[2], &at[3], &at[4],
		      &at[5], &at[6], &at[7]) == 8 ? 0 : -EINVAL;
}

/* Time of guests stands in user and nice as well. */
static int read_cpu(const struct host_request *request, struct host_counts *counts)
{
	uint64_t tick_ns = SECOND / sysconf(_SC_CLK_TCK), ticks[8];
	char *text;
	int error = host_read(request, &text, "/proc/stat");

	if (error)
		return error;
	error = parse_stat(text, ticks);
	free(text);
	if (error)
		return error;
	counts->busy_ns = (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) * tick_ns;
	counts->steal_ns = ticks[7] * tick_ns;
	return 0;
}

static int read_throttles(const struct host_request *request, uint64_t *ret_throttles)
{
	static const char *const file[] = { "core_throttle_count", "package_throttle_count" };
	DIR *cpus = host_cpus(request->root);
	uint64_t sum = 0, here;
	unsigned int cpu;
	int error = -ENOENT;

	if (!cpus)
		return -errno;
	while (host_next_cpu(cpus, &cpu))
		for (size_t i = 0; i < ARRAY_SIZE(file); i++) {
			if (host_number(request, &here, "/sys/devices/system/cpu/cpu%u/"
					"thermal_throttle/%s", cpu, file[i]))
				continue;
			sum += here;
			error = 0;
		}
	closedir(cpus);
	if (!error)
		*ret_throttles = sum;
	return error;
}

static uint64_t usage_ns(int who)
{
	struct rusage usage;

	if (getrusage(who, &usage))
		return 0;
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * SECOND +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * UINT64_C(1000);
}

/* RUSAGE_CHILDREN has those that ended; a guest that runs is a child that has not. */
static uint64_t own_ns(const char *root)
{
	uint64_t tick_ns = SECOND / sysconf(_SC_CLK_TCK);
	uint64_t sum = usage_ns(RUSAGE_SELF) + usage_ns(RUSAGE_CHILDREN);
	struct host_process *list;
	size_t nr;

	if (host_processes(root, &list, &nr))
		return sum;
	for (size_t i = 0; i < nr; i++)
		if (list[i].parent == getpid())
			sum += list[i].ticks * tick_ns;
	free(list);
	return sum;
}

void host_counts_read(const char *root, struct host_counts *ret_counts)
{
	const struct host_request request = { .root = root };
	struct host_counts counts = { 0 };

	counts.throttle_error = read_throttles(&request, &counts.throttles);
	counts.own_ns = own_ns(root);
	counts.cpu_error = read_cpu(&request, &counts);
	counts.time_ns = clock_ns();
	*ret_counts = counts;
}

/* Counters of CPUs that went away go back. */
static uint64_t grown(uint64_t before, uint64_t after)
{
	return after > before ? after - before : 0;
}

static double elapsed(const struct host_counts *before, const struct host_counts *after)
{
	return before->cpu_error || after->cpu_error || after->time_ns <= before->time_ns ?
	       NAN : (double)(after->time_ns - before->time_ns);
}

double host_counts_others(const struct host_counts *before, const struct host_counts *after)
{
	uint64_t busy = grown(before->busy_ns, after->busy_ns);

	return grown(grown(before->own_ns, after->own_ns), busy) / elapsed(before, after);
}

double host_counts_stolen(const struct host_counts *before, const struct host_counts *after)
{
	return grown(before->steal_ns, after->steal_ns) / elapsed(before, after);
}

uint64_t host_counts_throttles(const struct host_counts *before, const struct host_counts *after)
{
	if (before->throttle_error || after->throttle_error)
		return 0;
	return grown(before->throttles, after->throttles);
}

char *host_counts_disturbed(const struct host_counts *before, const struct host_counts *after)
{
	uint64_t throttles = host_counts_throttles(before, after);
	double others = host_counts_others(before, after);
	double stolen = host_counts_stolen(before, after);
	struct strv parts = { 0 };
	char *text = NULL;

	if (throttles)
		strv_add(&parts, "CPUs throttled themselves %" PRIu64 " times", throttles);
	if (others > HOST_OTHERS_MAX)
		strv_add(&parts, "other processes kept %.2f CPUs busy", others);
	if (stolen > HOST_STEAL_MAX)
		strv_add(&parts, "a hypervisor stole %.2f CPUs", stolen);
	if (parts.nr)
		text = strv_join(&parts, "; ");
	strv_free(&parts);
	return text;
}
