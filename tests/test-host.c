// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What doctor looks at, on a host that is made up: nothing disturbs on it, and then one
 * thing after the other does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-kernel.h"
#include "golden.h"
#include "host.h"

#define MIB (UINT64_C(1) << 20)

/** struct file - a file of the made-up host; its text is NULL where it is taken away */
struct file {
	const char *path;
	const char *text;
};

#define CPU(file) "sys/devices/system/cpu/" file

/* A server with two nodes and four cores on which nothing disturbs. */
static const struct file quiet[] = {
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
	{ CPU("cpu0/cpufreq/scaling_governor"), "performance\n" },
	{ CPU("cpu0/cpuidle/state0/disable"), "0\n" },
	{ CPU("cpu0/cpuidle/state0/latency"), "0\n" },
	{ CPU("cpu0/cpuidle/state0/name"), "POLL\n" },
	{ CPU("cpu0/cpuidle/state1/disable"), "0\n" },
	{ CPU("cpu0/cpuidle/state1/latency"), "2\n" },
	{ CPU("cpu0/cpuidle/state1/name"), "C1\n" },
	{ CPU("cpu0/cpuidle/state2/disable"), "1\n" },
	{ CPU("cpu0/cpuidle/state2/latency"), "133\n" },
	{ CPU("cpu0/cpuidle/state2/name"), "C6\n" },
	{ CPU("cpu0/thermal_throttle/core_throttle_count"), "0\n" },
	{ CPU("cpu0/thermal_throttle/package_throttle_count"), "0\n" },
	{ CPU("cpu1/cpufreq/scaling_governor"), "performance\n" },
	{ CPU("cpu1/thermal_throttle/core_throttle_count"), "0\n" },
	{ CPU("cpuidle/current_driver"), "intel_idle\n" },
	{ CPU("intel_pstate/no_turbo"), "1\n" },
	{ CPU("isolated"), "2-3\n" },
	{ CPU("nohz_full"), "2-3\n" },
	{ CPU("online"), "0-3\n" },
	{ CPU("smt/active"), "0\n" },
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

/**
 * struct bench - a made-up host
 * @root: its folder
 * @topo: two nodes, four cores
 * @probe: says that guests boot under kvm
 * @request: for it; small guests
 * @findings: what was found last
 */
struct bench {
	char root[64];
	struct topo *topo;
	struct engine_probe probe;
	struct host_request request;
	struct host_findings findings;
};

static void change(const struct bench *bench, const struct file *file)
{
	for (; file->path; file++) {
		char *path = str_printf("%s/%s", bench->root, file->path);

		if (file->text)
			fake_write(bench->root, file->path, file->text);
		else if (fs_remove(path, NULL))
			fail_msg("%s: cannot be removed", path);
		free(path);
	}
}

static int open_bench(void **state)
{
	struct bench *bench = mem_grow(NULL, 1, sizeof(*bench));
	struct err err = { "" };

	*bench = (struct bench){ .probe = { .kvm = true, .why = "a guest was ready after 0.3 s" } };
	strcpy(bench->root, "/tmp/pagemeta-test-XXXXXX");
	if (!mkdtemp(bench->root) || topo_load_synthetic("numa:2 core:2 pu:1", &bench->topo, &err))
		return -1;
	change(bench, quiet);
	bench->request = (struct host_request){
		.root = bench->root,
		.results = bench->root,
		.cache = bench->root,
		.topo = bench->topo,
		.probe = &bench->probe,
		.memory = 1024 * MIB,
		.mapped = 4096 * MIB,
	};
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;
	int error = fs_remove(bench->root, NULL);

	host_findings_free(&bench->findings);
	topo_free(bench->topo);
	free(bench);
	return error;
}

static void examine(struct bench *bench)
{
	host_findings_free(&bench->findings);
	host_examine(&bench->request, &bench->findings);
}

static const struct host_finding *finding(const struct host_findings *list, const char *name)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->item[i].item->name, name))
			return &list->item[i];
	return NULL;
}

static void assert_found(const struct host_findings *list, const char *name,
			 enum host_level level, const char *words)
{
	const struct host_finding *found = finding(list, name);

	if (!found)
		fail_msg("nobody looked at %s", name);
	else if (found->level != level || !strstr(found->seen, words))
		fail_msg("%s: %s, not %s: \"%s\", wanted \"%s\"", name, host_level_name(found->level),
			 host_level_name(level), found->seen, words);
}

/* Programs are not below the root. */
static bool is_of_this_host(const char *name)
{
	return !strcmp(name, "QEMU") || !strcmp(name, "build tools") ||
	       !strcmp(name, "compilers") || !strcmp(name, "gnuplot");
}

static void nothing_disturbs_on_a_quiet_host(void **state)
{
	struct bench *bench = *state;

	examine(bench);
	assert_int_equal(bench->findings.nr, host_table_nr);
	for (size_t i = 0; i < bench->findings.nr; i++) {
		const struct host_finding *found = &bench->findings.item[i];

		if (is_of_this_host(found->item->name))
			continue;
		assert_found(&bench->findings, found->item->name, HOST_GOOD, "");
		assert_string_equal(found->mend, "");
	}
}

/** struct one_case - what is found when some files are others */
struct one_case {
	const char *name;
	enum host_level level;
	const char *words;
	struct file file[5];
};

static const struct one_case cases[] = {
	{ "governor", HOST_DISTURBS, "powersave", {
		{ CPU("cpu0/cpufreq/scaling_governor"), "powersave\n" },
		{ CPU("cpu1/cpufreq/scaling_governor"), "powersave\n" } } },
	{ "governor", HOST_DISTURBS, "schedutil", {
		{ CPU("cpu1/cpufreq/scaling_governor"), "schedutil\n" } } },
	{ "governor", HOST_UNKNOWN, "cannot be read", {
		{ CPU("cpu0/cpufreq"), NULL }, { CPU("cpu1/cpufreq"), NULL } } },
	{ "governor", HOST_UNKNOWN, "No such file", { { "sys", NULL } } },
	{ "turbo", HOST_DISTURBS, "on", { { CPU("intel_pstate/no_turbo"), "0\n" } } },
	{ "turbo", HOST_DISTURBS, "on", {
		{ CPU("intel_pstate"), NULL }, { CPU("cpufreq/boost"), "1\n" } } },
	{ "turbo", HOST_GOOD, "off", {
		{ CPU("intel_pstate"), NULL }, { CPU("cpufreq/boost"), "0\n" } } },
	{ "turbo", HOST_UNKNOWN, "cannot be read", { { CPU("intel_pstate"), NULL } } },
	{ "SMT", HOST_NOTE, "little else", { { CPU("smt/active"), "1\n" } } },
	{ "SMT", HOST_DISTURBS, "in use", {
		{ CPU("smt/active"), "1\n" }, { "proc/loadavg", "3.00 0 0 1/1 1\n" } } },
	{ "SMT", HOST_DISTURBS, "cannot be read", {
		{ CPU("smt/active"), "1\n" }, { "proc/loadavg", NULL } } },
	{ "SMT", HOST_UNKNOWN, "smt/active", { { CPU("smt"), NULL } } },
	{ "idle states", HOST_DISTURBS, "C6, 133 us", { { CPU("cpu0/cpuidle/state2/disable"), "0\n" } } },
	{ "idle states", HOST_GOOD, "none: no states", {
		{ CPU("cpu0/cpuidle"), NULL }, { CPU("cpuidle/current_driver"), "none\n" } } },
	{ "idle states", HOST_UNKNOWN, "current_driver", { { CPU("cpuidle"), NULL } } },
	{ "clocksource", HOST_DISTURBS, "hpet", {
		{ "sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n" } } },
	{ "clocksource", HOST_UNKNOWN, "cannot be read", { { "sys/devices/system/clocksource", NULL } } },
	{ "virtual host", HOST_DISTURBS, "guest", {
		{ "proc/cpuinfo", "processor : 0\nflags : fpu hypervisor\nbugs : \n" } } },
	{ "virtual host", HOST_GOOD, "real", {
		{ "proc/cpuinfo", "flagship: 1\nflags : fpu\nmodel name : hypervisor of mine\n" } } },
	{ "virtual host", HOST_UNKNOWN, "cpuinfo", { { "proc/cpuinfo", NULL } } },
	{ "NMI watchdog", HOST_DISTURBS, "on", { { "proc/sys/kernel/nmi_watchdog", "1\n" } } },
	{ "NMI watchdog", HOST_GOOD, "not in this kernel", { { "proc/sys/kernel/nmi_watchdog", NULL } } },
	{ "NMI watchdog", HOST_UNKNOWN, "cannot be read", { { "proc/sys", NULL } } },
	{ "perf events", HOST_UNKNOWN, "cannot be read", { { "proc/sys/kernel/perf_event_paranoid", NULL } } },
	{ "isolated CPUs", HOST_NOTE, "none", {
		{ CPU("isolated"), "\n" }, { CPU("nohz_full"), "(null)\n" } } },
	{ "isolated CPUs", HOST_GOOD, "without ticks: none", { { CPU("nohz_full"), NULL } } },
	{ "isolated CPUs", HOST_UNKNOWN, "isolated", { { CPU("isolated"), NULL } } },
	{ "THP", HOST_DISTURBS, "always", {
		{ "sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n" } } },
	{ "THP", HOST_NOTE, "madvise", {
		{ "sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n" } } },
	{ "THP", HOST_GOOD, "not in this kernel", { { "sys/kernel/mm/transparent_hugepage", NULL } } },
	{ "THP", HOST_UNKNOWN, "cannot be read", { { "sys/kernel", NULL } } },
	{ "KSM", HOST_DISTURBS, "merges", { { "sys/kernel/mm/ksm/run", "1\n" } } },
	{ "KSM", HOST_GOOD, "does not", { { "sys/kernel/mm/ksm/run", "2\n" } } },
	{ "KSM", HOST_GOOD, "not in this kernel", { { "sys/kernel/mm/ksm", NULL } } },
	{ "KSM", HOST_UNKNOWN, "cannot be read", { { "sys/kernel/mm/ksm/run", "yes\n" } } },
	{ "NUMA balancing", HOST_DISTURBS, "2 nodes", { { "proc/sys/kernel/numa_balancing", "1\n" } } },
	{ "NUMA balancing", HOST_GOOD, "one node", {
		{ "proc/sys/kernel/numa_balancing", "1\n" },
		{ "sys/devices/system/node/has_memory", "0\n" } } },
	{ "NUMA balancing", HOST_GOOD, "not in this kernel", { { "proc/sys/kernel/numa_balancing", NULL } } },
	{ "swap", HOST_NOTE, "0 B of 8.0 GiB", {
		{ "proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 8388608 0 -2\n" } } },
	{ "swap", HOST_DISTURBS, "1.0 MiB of 16.0 GiB", {
		{ "proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 8388608 0 -2\n"
		  "/swap\\040file file 8388608 1024 -3\n" } } },
	{ "swap", HOST_GOOD, "not in this kernel", { { "proc/swaps", NULL } } },
	{ "swap", HOST_UNKNOWN, "cannot be read", { { "proc", NULL } } },
	{ "zswap", HOST_GOOD, "no swap", { { "sys/module/zswap/parameters/enabled", "Y\n" } } },
	{ "zswap", HOST_DISTURBS, "swapped out", {
		{ "sys/module/zswap/parameters/enabled", "Y\n" },
		{ "proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 8388608 4 -2\n" } } },
	{ "zswap", HOST_GOOD, "not in this kernel", { { "sys/module/zswap", NULL } } },
	{ "memory", HOST_DISTURBS, "900 MiB left", { { "proc/meminfo", "MemAvailable: 921600 kB\n" } } },
	{ "memory", HOST_DISTURBS, "limit of a control group", {
		{ "sys/fs/cgroup/user/memory.max", "1048576000\n" },
		{ "sys/fs/cgroup/user/memory.current", "1000000\n" } } },
	{ "memory", HOST_DISTURBS, "0 B left", {
		{ "sys/fs/cgroup/user/me/memory.max", "1000\n" },
		{ "sys/fs/cgroup/user/me/memory.current", "2000\n" } } },
	{ "memory", HOST_UNKNOWN, "meminfo", { { "proc/meminfo", "MemTotal: 1 kB\n" } } },
	{ "overcommit", HOST_NOTE, "31.0 GiB can be mapped", { { "proc/sys/vm/overcommit_memory", "2\n" } } },
	{ "overcommit", HOST_DISTURBS, "0 B can be mapped", {
		{ "proc/sys/vm/overcommit_memory", "2\n" },
		{ "proc/meminfo", "CommitLimit: 5 kB\nCommitted_AS: 9 kB\n" } } },
	{ "overcommit", HOST_UNKNOWN, "cannot be read", { { "proc/sys/vm/overcommit_memory", NULL } } },
	{ "huge pages", HOST_NOTE, "2.0 GiB", {
		{ "proc/meminfo", "HugePages_Total: 1024\nHugepagesize: 2048 kB\n" } } },
	{ "huge pages", HOST_GOOD, "not in this kernel", { { "proc/meminfo", "MemTotal: 1 kB\n" } } },
	{ "CPU limit", HOST_DISTURBS, "1.50 CPUs", { { "sys/fs/cgroup/user/cpu.max", "150000 100000\n" } } },
	{ "CPU limit", HOST_DISTURBS, "0.50 CPUs", {
		{ "sys/fs/cgroup/user/cpu.max", "50000 100000\n" },
		{ "sys/fs/cgroup/user/me/cpu.max", "150000 100000\n" } } },
	{ "CPU limit", HOST_DISTURBS, "2.00 CPUs", {
		{ "proc/self/cgroup", "4:memory:/\n3:cpuacct,cpu:/box\n0::/\n" },
		{ "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n" },
		{ "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "200000\n" },
		{ "sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n" } } },
	{ "CPU limit", HOST_DISTURBS, "1.00 CPUs", {
		{ "proc/self/cgroup", "3:cpu:/box\n" },
		{ "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n" },
		{ "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n" } } },
	{ "CPU limit", HOST_GOOD, "none", { { "proc/self/cgroup", "4:memory:/\n" } } },
	{ "CPU limit", HOST_GOOD, "none", { { "proc/self/cgroup", "gar:bage\n:::\n0:\n\n9\n" } } },
	{ "CPU limit", HOST_GOOD, "no control groups", { { "proc/self/cgroup", NULL } } },
	{ "CPU limit", HOST_UNKNOWN, "cannot be read", { { "proc/self", NULL } } },
	{ "usable CPUs", HOST_NOTE, "0,2 of 0-3", {
		{ "proc/self/status", "Name:\ttest\nCpus_allowed_list:\t0,2\nMems_allowed:\t1\n" } } },
	{ "usable CPUs", HOST_UNKNOWN, "cannot be read", {
		{ "proc/self/status", "Name:\ttest\nCpus_allowed_list:\t3-1\n" } } },
	{ "usable CPUs", HOST_UNKNOWN, "cannot be read", {
		{ "proc/self/status", "Name:\ttest\nCpus_allowed_list:\t0-1;3\n" } } },
	{ "usable nodes", HOST_NOTE, "1 of 0-1", {
		{ "proc/self/status", "Name:\ttest\nMems_allowed_list:\t1\n" } } },
	{ "usable nodes", HOST_UNKNOWN, "cannot be read", {
		{ "proc/self/status", "Name:\ttest\nMems_allowed_list:\t\n" } } },
	{ "usable nodes", HOST_UNKNOWN, "has_memory", { { "sys/devices/system/node", NULL } } },
	{ "load", HOST_DISTURBS, "3.25 in the last minute", { { "proc/loadavg", "3.25 2 1 1/1 1\n" } } },
	{ "load", HOST_UNKNOWN, "loadavg", { { "proc/loadavg", "much\n" } } },
	{ "pressure", HOST_DISTURBS, "for a CPU 96 %", { { "proc/pressure/cpu", "some avg10=96.4 avg60=9\n" } } },
	{ "pressure", HOST_DISTURBS, "for memory 2 %", { { "proc/pressure/memory", "some avg10=2.00\n" } } },
	{ "pressure", HOST_DISTURBS, "for a disk 11 %", { { "proc/pressure/io", "some avg10=11.00\n" } } },
	{ "pressure", HOST_UNKNOWN, "psi=1", { { "proc/pressure", NULL } } },
	{ "other guests", HOST_DISTURBS, "1: qemu-system-x86 (77)", {
		{ "proc/77/stat", "77 (qemu-system-x86) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 9 0 0\n" } } },
	{ "other guests", HOST_UNKNOWN, "/proc", { { "proc/1", NULL } } },
	/* Of 10 s of life 6 s of CPU time, or 2 s and it runs now; of 1000 s 6 s is little. */
	{ "busy processes", HOST_DISTURBS, "1: cc?1 (78)", {
		{ "proc/78/stat", "78 (cc\t1) S 1 1 1 0 -1 0 0 0 0 0 500 100 0 0 20 0 1 0 99000 0 0\n" } } },
	{ "busy processes", HOST_DISTURBS, "cc1 (78)", {
		{ "proc/78/stat", "78 (cc1) R 1 1 1 0 -1 0 0 0 0 0 100 100 0 0 20 0 1 0 99000 0 0\n" } } },
	{ "busy processes", HOST_GOOD, "none", {
		{ "proc/78/stat", "78 (cc1) S 1 1 1 0 -1 0 0 0 0 0 100 100 0 0 20 0 1 0 99000 0 0\n" } } },
	{ "busy processes", HOST_GOOD, "none", {
		{ "proc/78/stat", "78 (cc1) S 1 1 1 0 -1 0 0 0 0 0 500 100 0 0 20 0 1 0 0 0 0\n" },
		{ "proc/79/stat", "79 (cut" }, { "proc/80/stat", ")80( R 1" }, { "proc/81/stat", "" } } },
	{ "irqbalance", HOST_DISTURBS, "runs", {
		{ "proc/9/stat", "9 (irqbalance) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 9 0 0\n" } } },
	{ "throttling", HOST_NOTE, "7 times since the boot", {
		{ CPU("cpu0/thermal_throttle/core_throttle_count"), "3\n" },
		{ CPU("cpu1/thermal_throttle/core_throttle_count"), "4\n" } } },
	{ "throttling", HOST_UNKNOWN, "no CPU counts it", {
		{ CPU("cpu0/thermal_throttle"), NULL }, { CPU("cpu1/thermal_throttle"), NULL } } },
	{ "steal time", HOST_NOTE, "2.5 CPU seconds", { { "proc/stat", "cpu  1 0 5 9 0 0 0 250 0 0\n" } } },
	{ "steal time", HOST_UNKNOWN, "cannot be read", { { "proc/stat", "cpu  1 0 5\n" } } },
	{ "kvm device", HOST_MISSING, "No such file", { { "dev/kvm", NULL } } },
	{ "kvm device", HOST_MISSING, "Is a directory", { { "dev/kvm", NULL }, { "dev/kvm/x", "" } } },
};

/* Each on a host of its own, with the one finding and what it is for each engine. */
static void what_disturbs_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct host_finding *found;
		struct bench *bench;

		assert_int_equal(open_bench((void **)&bench), 0);
		change(bench, cases[i].file);
		examine(bench);
		assert_found(&bench->findings, cases[i].name, cases[i].level, cases[i].words);
		found = finding(&bench->findings, cases[i].name);
		assert_true(host_level_is_bad(found->level) ? *found->mend : true);
		assert_int_equal(host_level_for(found, ENGINE_KVM), found->level);
		if (host_level_is_bad(found->level) && found->item->engines != HOST_FOR_ALL)
			assert_int_equal(host_level_for(found, ENGINE_EXACT), HOST_NOTE);
		else
			assert_int_equal(host_level_for(found, ENGINE_EXACT), found->level);
		assert_int_equal(close_bench((void **)&bench), 0);
	}
}

static void every_look_has_been_seen_to_find_something(void **state)
{
	/* Programs, disks, topology and the probe have tests of their own. */
	static const char *const elsewhere[] = {
		"QEMU", "build tools", "compilers", "gnuplot", "disk of results", "disk of the cache",
		"topology", "kvm guest", "perf events", "placement",
	};

	(void)state;
	for (size_t i = 0; i < host_table_nr; i++) {
		bool seen = false;

		for (size_t j = 0; j < ARRAY_SIZE(elsewhere); j++)
			seen |= !strcmp(host_table[i].name, elsewhere[j]);
		for (size_t j = 0; j < ARRAY_SIZE(cases); j++)
			seen |= !strcmp(host_table[i].name, cases[j].name) &&
				cases[j].level != HOST_GOOD;
		if (!seen)
			fail_msg("no case in which %s is not good", host_table[i].name);
		assert_true(*host_table[i].looks_at && *host_table[i].why);
		assert_true(*host_table[i].mend || !strcmp(host_table[i].name, "topology"));
	}
}

static void what_is_not_known_of_the_host_is_unknown(void **state)
{
	struct bench *bench = *state;

	bench->request.topo = NULL;
	bench->request.probe = NULL;
	bench->request.results = "relative/and/not/there";
	examine(bench);
	assert_found(&bench->findings, "topology", HOST_UNKNOWN, "hwloc");
	assert_found(&bench->findings, "kvm guest", HOST_UNKNOWN, "not tried");
	assert_found(&bench->findings, "disk of results", HOST_GOOD, " left");
}

static void use_topology(struct bench *bench, const char *description)
{
	topo_free(bench->topo);
	assert_int_equal(topo_load_synthetic(description, &bench->topo, NULL), 0);
	bench->request.topo = bench->topo;
}

static void places_are_told_beforehand(void **state)
{
	struct bench *bench = *state;

	use_topology(bench, "pack:4 [numa] core:2 pu:2");
	examine(bench);
	assert_found(&bench->findings, "placement", HOST_GOOD, "4 guests side by side, harness on "
		     "CPUs 0-1");
	topo_set_may_bind(bench->topo, false);
	examine(bench);
	assert_found(&bench->findings, "placement", HOST_DISTURBS, "cannot be bound");
	assert_non_null(strstr(finding(&bench->findings, "placement")->mend, "mbind"));
	/* With one node there is nothing to bind to. */
	use_topology(bench, "pack:1 [numa] core:2 pu:1");
	topo_set_may_bind(bench->topo, false);
	examine(bench);
	assert_found(&bench->findings, "placement", HOST_GOOD, "1 guest side");
	use_topology(bench, "pack:1 [numa] core:1 pu:2");
	examine(bench);
	assert_found(&bench->findings, "placement", HOST_NOTE, "no core is left");
	bench->request.topo = NULL;
	examine(bench);
	assert_found(&bench->findings, "placement", HOST_UNKNOWN, "without a topology");
}

static void a_guest_that_does_not_boot_is_missing_to_kvm_alone(void **state)
{
	struct bench *bench = *state;

	bench->probe = (struct engine_probe){ .why = "a guest does not boot", .remembered = true };
	examine(bench);
	assert_found(&bench->findings, "kvm guest", HOST_MISSING, "(remembered");
	assert_int_equal(host_level_for(finding(&bench->findings, "kvm guest"), ENGINE_TCG),
			 HOST_NOTE);
}

static void a_full_disk_disturbs_every_engine(void **state)
{
	struct bench *bench = *state;
	struct strv names = { 0 };

	bench->request.results = "/nonexistent/folder/of/results";
	bench->request.disk_results = UINT64_MAX;
	bench->request.disk_cache = UINT64_MAX;
	examine(bench);
	assert_found(&bench->findings, "disk of results", HOST_DISTURBS, "16384 PiB wanted");
	assert_found(&bench->findings, "disk of the cache", HOST_DISTURBS, bench->root);
	assert_int_equal(host_bad_names(&bench->findings, ENGINE_EXACT, &names), 2);
	assert_string_equal(names.item[0], "disk of results");
	strv_free(&names);
}

static void missing_programs_are_named_with_their_packages(void **state)
{
	struct bench *bench = *state;
	char *path = strdup(getenv("PATH"));

	setenv("PATH", "/nonexistent", 1);
	unsetenv("PAGEMETA_QEMU");
	examine(bench);
	setenv("PATH", path, 1);
	assert_found(&bench->findings, "build tools", HOST_MISSING, "flex");
	assert_non_null(strstr(finding(&bench->findings, "build tools")->mend, "bison"));
	assert_found(&bench->findings, "QEMU", HOST_MISSING, "qemu-system-x86_64");
	assert_found(&bench->findings, "compilers", HOST_MISSING, "gcc");
	assert_found(&bench->findings, "gnuplot", HOST_NOTE, "PATH");
	free(path);
}

static void a_program_in_path_is_found_there(void **state)
{
	struct bench *bench = *state;
	char *path = strdup(getenv("PATH")), *program;

	fake_write(bench->root, "bin/gnuplot", "#!/bin/sh\n");
	fake_write(bench->root, "bin/qemu", "#!/bin/sh\nexit 1\n");
	program = str_printf("%s/bin/gnuplot", bench->root);
	assert_int_equal(chmod(program, 0755), 0);
	free(program);
	program = str_printf("%s/bin/qemu", bench->root);
	assert_int_equal(chmod(program, 0755), 0);
	setenv("PAGEMETA_QEMU", program, 1);
	free(program);
	program = str_printf("%s/bin", bench->root);
	setenv("PATH", program, 1);
	examine(bench);
	setenv("PATH", path, 1);
	unsetenv("PAGEMETA_QEMU");
	assert_found(&bench->findings, "gnuplot", HOST_GOOD, program);
	assert_found(&bench->findings, "QEMU", HOST_MISSING, "does not tell its version");
	free(program);
	free(path);
}

/* Everything that moves on a host between two looks. */
static void the_end_of_a_run_tells_what_changed(void **state)
{
	static const struct file changes[] = {
		{ CPU("cpu0/cpufreq/scaling_governor"), "powersave\n" },
		{ CPU("cpu0/thermal_throttle/package_throttle_count"), "2\n" },
		{ "proc/loadavg", "99.0 99.0 99.0 1/1 1\n" },
		{ "proc/stat", "cpu  6000 0 500 90000 0 0 0 100 0 0\n" },
		{ NULL, NULL }
	};
	struct bench *bench = *state;
	struct host_findings changed;

	examine(bench);
	/* As if the run had taken some 10 s: 50 s of work of others, 1 s that was stolen. */
	bench->findings.counts.time_ns -= UINT64_C(10000000000);
	change(bench, changes);
	host_examine_again(&bench->request, &bench->findings, &changed);
	assert_int_equal(changed.nr, 4);
	assert_found(&changed, "governor", HOST_DISTURBS, "powersave");
	assert_found(&changed, "throttling", HOST_DISTURBS, "2 times during the run");
	assert_found(&changed, "load", HOST_DISTURBS, "others kept ");
	assert_found(&changed, "steal time", HOST_DISTURBS, " CPUs during the run");
	host_findings_free(&changed);
}

static void a_quiet_run_changes_nothing(void **state)
{
	static const struct file unknown[] = {
		{ CPU("cpu0/thermal_throttle"), NULL }, { CPU("cpu1/thermal_throttle"), NULL },
		{ NULL, NULL }
	};
	struct bench *bench = *state;
	struct host_findings changed;

	examine(bench);
	bench->findings.counts.time_ns -= UINT64_C(1000000000);
	host_examine_again(&bench->request, &bench->findings, &changed);
	assert_int_equal(changed.nr, 3);
	assert_found(&changed, "throttling", HOST_GOOD, "0 times");
	assert_found(&changed, "load", HOST_GOOD, "0.00 CPUs");
	assert_found(&changed, "steal time", HOST_GOOD, "0.000 CPUs");
	host_findings_free(&changed);
	/* What was not known and is not known is no news. */
	change(bench, unknown);
	examine(bench);
	host_examine_again(&bench->request, &bench->findings, &changed);
	assert_int_equal(changed.nr, 2);
	assert_null(finding(&changed, "throttling"));
	host_findings_free(&changed);
}

static void counters_that_cannot_be_read_disturb_nothing(void **state)
{
	struct host_counts before = { .cpu_error = -ENOENT, .throttle_error = -ENOENT }, after;
	struct bench *bench = *state;

	host_counts_read(bench->root, &after);
	assert_int_equal(after.cpu_error, 0);
	assert_int_equal(after.throttle_error, 0);
	after.throttles = 5;
	assert_null(host_counts_disturbed(&before, &after));
	host_counts_read("/nonexistent", &after);
	assert_int_equal(after.cpu_error, -ENOENT);
	assert_int_equal(after.throttle_error, -ENOENT);
}

static void what_happened_between_two_moments_is_told(void **state)
{
	const struct host_counts before = { .time_ns = 1, .busy_ns = 100, .steal_ns = 100,
					    .own_ns = 100, .throttles = 100 };
	struct host_counts after = before;
	char *text;

	(void)state;
	after.time_ns += UINT64_C(10000000000);
	assert_null(host_counts_disturbed(&before, &after));
	/* The guests' own work is no disturbance. */
	after.busy_ns += UINT64_C(30000000000);
	after.own_ns += UINT64_C(29000000000);
	assert_null(host_counts_disturbed(&before, &after));
	after.busy_ns += UINT64_C(2000000000);
	after.steal_ns += UINT64_C(200000000);
	after.throttles++;
	text = host_counts_disturbed(&before, &after);
	assert_string_equal(text, "CPUs throttled themselves 1 times; other processes kept 0.30 CPUs "
			    "busy; a hypervisor stole 0.02 CPUs");
	free(text);
	/* A CPU that went away took its counters along. */
	after.throttles = 3;
	after.busy_ns = after.steal_ns = 0;
	assert_null(host_counts_disturbed(&before, &after));
}

static void a_plan_needs_what_its_largest_guests_take(void **state)
{
	static const struct workload small = { .needs = { .mem_mib = 256 } };
	static const struct workload large = { .needs = { .mem_mib = 512, .pmem_mib = 512 } };
	static const struct workload sparse = {
		.needs = { .mem_mib = 1024, .pmem_mib = 1 << 20, .pmem_touch_mib = 16 },
	};
	struct plan_cell cell[] = { { .workload = &small }, { .workload = &sparse },
				    { .workload = &large }, { .workload = &small } };
	const struct plan plan = { .cell = cell, .nr_cells = ARRAY_SIZE(cell) };
	struct host_request request = { .root = "" };

	(void)state;
	/* 256 MiB are QEMU's own, each time. */
	host_request_plan(&request, &plan, 1, 0);
	assert_int_equal(request.memory / MIB, 1024 + 16 + 256);
	assert_int_equal(request.mapped / MIB, 1024 + (1 << 20) + 256);
	assert_int_equal(request.disk_cache, 0);
	host_request_plan(&request, &plan, 3, 2);
	assert_int_equal(request.memory / MIB, (1024 + 16) + (512 + 512) + 256 + 3 * 256);
	assert_int_equal(request.disk_cache / MIB, 6 * 1024);
	host_request_plan(&request, &plan, 100, 0);
	assert_int_equal(request.memory / MIB, (1024 + 16) + (512 + 512) + 2 * 256 + 4 * 256);
}

/* On the host the test runs on: whatever it is like, each look says something. */
static void every_look_speaks_on_a_real_host(void **state)
{
	struct bench *bench = *state;

	bench->request.root = "";
	examine(bench);
	for (size_t i = 0; i < bench->findings.nr; i++) {
		assert_true(*bench->findings.item[i].seen);
		assert_null(strchr(bench->findings.item[i].seen, '\n'));
		assert_true(*bench->findings.item[i].mend ||
			    !host_level_is_bad(bench->findings.item[i].level));
	}
}

/* Text of the findings that do not depend on the host the test runs on. */
static void check_printed(struct bench *bench, bool json, const enum engine *engine,
			  const char *golden)
{
	struct host_findings some = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	some.item = mem_grow(NULL, bench->findings.nr, sizeof(*some.item));
	for (size_t i = 0; i < bench->findings.nr; i++)
		if (bench->findings.item[i].level != HOST_GOOD ||
		    !strcmp(bench->findings.item[i].item->name, "clocksource"))
			some.item[some.nr++] = bench->findings.item[i];
	if (json)
		assert_int_equal(host_print_json(&some, engine, out), 0);
	else
		host_print_text(&some, engine, out);
	fclose(out);
	golden_check(golden, text);
	free(text);
	free(some.item);
}

static void findings_are_printed_for_people_and_programs(void **state)
{
	static const struct file disturbed[] = {
		{ CPU("cpu0/cpufreq/scaling_governor"), "powersave\n" },
		{ CPU("cpu1/cpufreq/scaling_governor"), "powersave\n" },
		{ CPU("intel_pstate"), NULL },
		{ CPU("smt/active"), "1\n" },
		{ "proc/meminfo", "MemAvailable: 921600 kB\nHugePages_Total: 0\nHugepagesize: 2048 kB\n" },
		{ NULL, NULL }
	};
	const enum engine exact = ENGINE_EXACT;
	struct bench *bench = *state;
	char *path = strdup(getenv("PATH"));

	/* Programs are missing on any host. */
	setenv("PATH", "/nonexistent", 1);
	change(bench, disturbed);
	examine(bench);
	setenv("PATH", path, 1);
	check_printed(bench, false, NULL, "doctor.txt");
	check_printed(bench, false, &exact, "doctor-exact.txt");
	check_printed(bench, true, &exact, "doctor-exact.json");
	free(path);
}

#define test(function) cmocka_unit_test_setup_teardown(function, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(nothing_disturbs_on_a_quiet_host),
		cmocka_unit_test(what_disturbs_is_found),
		test(every_look_has_been_seen_to_find_something),
		test(what_is_not_known_of_the_host_is_unknown),
		test(places_are_told_beforehand),
		test(a_guest_that_does_not_boot_is_missing_to_kvm_alone),
		test(a_full_disk_disturbs_every_engine),
		test(missing_programs_are_named_with_their_packages),
		test(a_program_in_path_is_found_there),
		test(the_end_of_a_run_tells_what_changed),
		test(a_quiet_run_changes_nothing),
		test(counters_that_cannot_be_read_disturb_nothing),
		test(what_happened_between_two_moments_is_told),
		cmocka_unit_test(a_plan_needs_what_its_largest_guests_take),
		test(every_look_speaks_on_a_real_host),
		test(findings_are_printed_for_people_and_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
