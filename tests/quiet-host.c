// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-kernel.h"
#include "quiet-host.h"

/* A server with two nodes and four cores on which nothing disturbs. */
static const struct quiet_file quiet[] = {
	{ "dev/kvm", "" },
	{ "proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme hypervisory tsc\nbugs\t\t:\n" },
	{ "proc/loadavg", "0.10 0.05 0.01 1/200 4711\n" },
	{ "proc/meminfo", "MemTotal: 67108864 kB\nMemAvailable: 60000000 kB\n"
	  "CommitLimit: 33554432 kB\nCommitted_AS: 1048576 kB\nHugePages_Total: 0\n"
	  "Hugepagesize: 2048 kB\n" },
	{ "proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n" },
	{ "proc/pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n" },
	{ "proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n" },
	{ "proc/self/cgroup", "0::/user/me\n" },
	{ "proc/self/status", "Name:\ttest\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\n"
	  "Mems_allowed:\t3\nMems_allowed_list:\t0-1\n" },
	{ "proc/stat", "cpu  1000 0 500 90000 0 0 0 0 0 0\ncpu0 1000 0 500 90000 0 0 0 0 0 0\n" },
	{ "proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n" },
	{ "proc/sys/kernel/nmi_watchdog", "0\n" },
	{ "proc/sys/kernel/numa_balancing", "0\n" },
	{ "proc/sys/kernel/perf_event_paranoid", "1\n" },
	{ "proc/sys/vm/overcommit_memory", "0\n" },
	{ "proc/uptime", "1000.00 3900.00\n" },
	/* 20 ticks in 1000 s, and a name that is not easy to read */
	{ "proc/1/stat", "1 (a) R 2 (b) S 0 1 1 0 -1 0 0 0 0 0 10 10 0 0 20 0 1 0 0 0 0\n" },
	{ QUIET_CPU("cpu0/cpufreq/scaling_governor"), "performance\n" },
	{ QUIET_CPU("cpu0/cpuidle/state0/disable"), "0\n" },
	{ QUIET_CPU("cpu0/cpuidle/state0/latency"), "0\n" },
	{ QUIET_CPU("cpu0/cpuidle/state0/name"), "POLL\n" },
	{ QUIET_CPU("cpu0/cpuidle/state1/disable"), "0\n" },
	{ QUIET_CPU("cpu0/cpuidle/state1/latency"), "2\n" },
	{ QUIET_CPU("cpu0/cpuidle/state1/name"), "C1\n" },
	{ QUIET_CPU("cpu0/cpuidle/state2/disable"), "1\n" },
	{ QUIET_CPU("cpu0/cpuidle/state2/latency"), "133\n" },
	{ QUIET_CPU("cpu0/cpuidle/state2/name"), "C6\n" },
	{ QUIET_CPU("cpu0/thermal_throttle/core_throttle_count"), "0\n" },
	{ QUIET_CPU("cpu0/thermal_throttle/package_throttle_count"), "0\n" },
	{ QUIET_CPU("cpu1/cpufreq/scaling_governor"), "performance\n" },
	{ QUIET_CPU("cpu1/thermal_throttle/core_throttle_count"), "0\n" },
	{ QUIET_CPU("cpuidle/current_driver"), "intel_idle\n" },
	{ QUIET_CPU("intel_pstate/no_turbo"), "1\n" },
	{ QUIET_CPU("isolated"), "2-3\n" },
	{ QUIET_CPU("nohz_full"), "2-3\n" },
	{ QUIET_CPU("online"), "0-3\n" },
	{ QUIET_CPU("smt/active"), "0\n" },
	{ "sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n" },
	{ "sys/devices/system/node/has_memory", "0-1\n" },
	{ "sys/fs/cgroup/cgroup.controllers", "cpu memory\n" },
	{ "sys/fs/cgroup/user/cpu.max", "max 100000\n" },
	{ "sys/fs/cgroup/user/me/cpu.max", "max 100000\n" },
	{ "sys/fs/cgroup/user/me/memory.current", "1000000\n" },
	{ "sys/fs/cgroup/user/me/memory.max", "max\n" },
	{ "sys/kernel/mm/ksm/run", "0\n" },
	{ "sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n" },
	{ "sys/module/zswap/parameters/enabled", "N\n" },
	{ NULL, NULL }
};

void quiet_host_change(const struct quiet_host *host, const struct quiet_file *file)
{
	for (; file->path; file++) {
		char *path = str_printf("%s/%s", host->root, file->path);

		if (file->text)
			fake_write(host->root, file->path, file->text);
		else if (fs_remove(path, NULL))
			fail_msg("%s: cannot be removed", path);
		free(path);
	}
}

int quiet_host_open(void **state)
{
	struct quiet_host *host = mem_grow(NULL, 1, sizeof(*host));
	struct err err = { "" };

	*host = (struct quiet_host){ .probe = { .kvm = true, .why = "a guest was ready after 0.3 s" } };
	strcpy(host->root, "/tmp/pagemeta-test-XXXXXX");
	if (!mkdtemp(host->root) || topo_load_synthetic("numa:2 core:2 pu:1", &host->topo, &err))
		return -1;
	quiet_host_change(host, quiet);
	host->request = (struct host_request){
		.root = host->root,
		.results = host->root,
		.cache = host->root,
		.topo = host->topo,
		.probe = &host->probe,
		.memory = UINT64_C(1024) << 20,
		.mapped = UINT64_C(4096) << 20,
	};
	*state = host;
	return 0;
}

int quiet_host_close(void **state)
{
	struct quiet_host *host = *state;
	int error = fs_remove(host->root, NULL);

	host_findings_free(&host->findings);
	topo_free(host->topo);
	free(host);
	return error;
}

void quiet_host_examine(struct quiet_host *host)
{
	host_findings_free(&host->findings);
	host_examine(&host->request, &host->findings);
}

const struct host_finding *quiet_host_finding(const struct host_findings *list,
					      const char *name)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->item[i].item->name, name))
			return &list->item[i];
	return NULL;
}

void quiet_host_assert(const struct host_findings *list, const char *name, enum host_level level,
		       const char *words)
{
	const struct host_finding *found = quiet_host_finding(list, name);

	if (!found)
		fail_msg("nobody looked at %s", name);
	else if (found->level != level || !strstr(found->seen, words))
		fail_msg("%s: %s, not %s: \"%s\", wanted \"%s\"", name, host_level_name(found->level),
			 host_level_name(level), found->seen, words);
}
