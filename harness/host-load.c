// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How busy a host is with other things, by what its kernel averages, and what was
 * counted during a run.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-private.h"
#include "util.h"

#define CPU_PRESSURE 5.0	/* per cent of ten seconds in which a task waited */
#define MEMORY_PRESSURE 1.0
#define IO_PRESSURE 10.0	/* a guest waits for no disk, but what waits is at work */

int host_load(const struct host_request *request, double *ret_load)
{
	double load;
	char *text;
	int error = host_read(request, &text, "/proc/loadavg");

	if (error)
		return error;
	if (sscanf(text, "%lf", &load) == 1)
		*ret_load = load;
	else
		error = -EINVAL;
	free(text);
	return error;
}

/* The average has the run's own guests in it, so that the end of a run counts. */
static enum host_level load_of_run(struct host_look *look)
{
	double others = host_counts_others(look->since, look->now);

	if (isnan(others))
		return host_unread(look, "/proc/stat", look->now->cpu_error ? look->now->cpu_error :
				   -ENODATA);
	return host_say(look, others > HOST_OTHERS_MAX ? look->item->level : HOST_GOOD,
			"others kept %.2f CPUs busy during the run", others);
}

enum host_level host_look_load(struct host_look *look)
{
	double load;
	int error;

	if (look->since)
		return load_of_run(look);
	error = host_load(look->request, &load);
	if (error)
		return host_unread(look, "/proc/loadavg", error);
	return host_say(look, load > HOST_LOAD_QUIET ? look->item->level : HOST_GOOD,
			"%.2f in the last minute", load);
}

/* "some avg10=96.51 avg60=..." */
static int read_pressure(const struct host_request *request, const char *what, double *ret_percent)
{
	double percent;
	char *text;
	int error = host_read(request, &text, "/proc/pressure/%s", what);

	if (error)
		return error;
	if (sscanf(text, "some avg10=%lf", &percent) == 1)
		*ret_percent = percent;
	else
		error = -EINVAL;
	free(text);
	return error;
}

enum host_level host_look_pressure(struct host_look *look)
{
	double cpu, memory, io;
	bool high;
	int error = read_pressure(look->request, "cpu", &cpu);

	if (!error)
		error = read_pressure(look->request, "memory", &memory);
	if (!error)
		error = read_pressure(look->request, "io", &io);
	if (error == -ENOENT || error == -EOPNOTSUPP)
		return host_say(look, HOST_UNKNOWN, "cannot be read: this kernel does not count it; "
				"boot it with psi=1");
	if (error)
		return host_unread(look, "/proc/pressure", error);
	high = cpu > CPU_PRESSURE || memory > MEMORY_PRESSURE || io > IO_PRESSURE;
	return host_say(look, high ? look->item->level : HOST_GOOD, "of the last 10 s, tasks waited "
			"for a CPU %.0f %%, for memory %.0f %%, for a disk %.0f %%", cpu, memory, io);
}

enum host_level host_look_throttling(struct host_look *look)
{
	uint64_t times;

	if (look->now->throttle_error == -ENOENT)
		return host_say(look, HOST_UNKNOWN, "cannot be read: no CPU counts it "
				"(thermal_throttle)");
	if (look->now->throttle_error)
		return host_unread(look, "/sys/devices/system/cpu", look->now->throttle_error);
	if (look->since && look->since->throttle_error)
		return host_say(look, HOST_UNKNOWN, "cannot be judged: it could not be read when the "
				"run began");
	times = look->since ? host_counts_throttles(look->since, look->now) : look->now->throttles;
	if (look->since)
		return host_say(look, times ? look->item->level : HOST_GOOD,
				"%" PRIu64 " times during the run", times);
	return host_say(look, times ? HOST_NOTE : HOST_GOOD, "%" PRIu64 " times since the boot", times);
}

enum host_level host_look_steal(struct host_look *look)
{
	double stolen;

	if (look->now->cpu_error)
		return host_unread(look, "/proc/stat", look->now->cpu_error);
	if (!look->since)
		return host_say(look, look->now->steal_ns ? HOST_NOTE : HOST_GOOD,
				"%.1f CPU seconds since the boot", look->now->steal_ns / 1e9);
	stolen = host_counts_stolen(look->since, look->now);
	if (isnan(stolen))
		return host_unread(look, "/proc/stat", -ENODATA);
	return host_say(look, stolen > HOST_STEAL_MAX ? look->item->level : HOST_GOOD,
			"%.3f CPUs during the run", stolen);
}
