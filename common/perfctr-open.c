// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libperf, as far as it is needed.
 */
#include "perfctr-open.h"

#ifdef HAVE_LIBPERF

#include <dirent.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <perf/cpumap.h>
#include <perf/evsel.h>
#include <perf/threadmap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** struct perfctr - an event of libperf, and its readings: CPUs x threads */
struct perfctr {
	struct perf_evsel *evsel;
	struct perf_cpu_map *cpus;
	struct perf_thread_map *threads;
};

/* libperf's file descriptors are not to be had, and would be inherited by what is run. */
static void close_on_exec(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	char link[32];
	ssize_t len;

	while (dir && (entry = readdir(dir))) {
		len = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link) - 1);
		link[len > 0 ? len : 0] = '\0';
		if (!strcmp(link, "anon_inode:[perf_event]"))
			fcntl(atoi(entry->d_name), F_SETFD, FD_CLOEXEC);
	}
	if (dir)
		closedir(dir);
}

static int make_maps(struct perfctr *counter, const struct perfctr_target *target)
{
	if (target->tid) {
		counter->cpus = perf_cpu_map__new_any_cpu();
		counter->threads = perf_thread_map__new_array((int)target->nr,
							      (pid_t *)target->tid);
	} else {
		counter->cpus = perf_cpu_map__new_online_cpus();
		counter->threads = perf_thread_map__new_dummy();
	}
	return counter->cpus && counter->threads ? 0 : -ENOMEM;
}

static int open_evsel(struct perfctr *counter, const struct perfctr_event *event, bool inherit)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = event->type,
		.config = event->config,
		.inherit = inherit,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};

	counter->evsel = perf_evsel__new(&attr);
	if (!counter->evsel)
		return -ENOMEM;
	return perf_evsel__open(counter->evsel, counter->cpus, counter->threads);
}

int perfctr_open(const struct perfctr_event *event, const struct perfctr_target *target,
		 struct perfctr **ret_counter)
{
	struct perfctr *counter = calloc(1, sizeof(*counter));
	int err;

	if (!counter)
		return -ENOMEM;
	err = make_maps(counter, target);
	if (!err)
		err = open_evsel(counter, event, target->inherit);
	if (err) {
		perfctr_close(counter);
		return err;
	}
	close_on_exec();
	*ret_counter = counter;
	return 0;
}

void perfctr_close(struct perfctr *counter)
{
	if (!counter)
		return;
	if (counter->evsel) {
		perf_evsel__close(counter->evsel);
		perf_evsel__delete(counter->evsel);
	}
	perf_cpu_map__put(counter->cpus);
	perf_thread_map__put(counter->threads);
	free(counter);
}

unsigned int perfctr_instances(const struct perfctr *counter)
{
	return (unsigned int)(perf_cpu_map__nr(counter->cpus) *
			      perf_thread_map__nr(counter->threads));
}

int perfctr_read(struct perfctr *counter, struct perfctr_reading *ret_reading)
{
	int cpus = perf_cpu_map__nr(counter->cpus);
	int threads = perf_thread_map__nr(counter->threads);
	struct perf_counts_values counts;
	int err;

	for (int cpu = 0; cpu < cpus; cpu++)
		for (int thread = 0; thread < threads; thread++) {
			err = perf_evsel__read(counter->evsel, cpu, thread, &counts);
			if (err)
				return err;
			*ret_reading++ = (struct perfctr_reading){
				.raw = counts.val, .enabled = counts.ena, .running = counts.run,
			};
		}
	return 0;
}

#else

int perfctr_open(const struct perfctr_event *event, const struct perfctr_target *target,
		 struct perfctr **ret_counter)
{
	(void)event;
	(void)target;
	(void)ret_counter;
	return -PERFCTR_NO_LIBPERF;
}

void perfctr_close(struct perfctr *counter)
{
	(void)counter;
}

unsigned int perfctr_instances(const struct perfctr *counter)
{
	(void)counter;
	return 0;
}

int perfctr_read(struct perfctr *counter, struct perfctr_reading *ret_reading)
{
	(void)counter;
	(void)ret_reading;
	return -PERFCTR_NO_LIBPERF;
}

#endif
