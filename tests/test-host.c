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
#include "quiet-host.h"

#define MIB (UINT64_C(1) << 20)

/* Programs are not below the root. */
static bool is_of_this_host(const char *name)
{
	return !strcmp(name, "QEMU") || !strcmp(name, "build tools") ||
	       !strcmp(name, "compilers") || !strcmp(name, "gnuplot");
}

static void nothing_disturbs_on_a_quiet_host(void **state)
{
	struct quiet_host *host = *state;

	quiet_host_examine(host);
	assert_int_equal(host->findings.nr, host_table_nr);
	for (size_t i = 0; i < host->findings.nr; i++) {
		const struct host_finding *found = &host->findings.item[i];

		if (is_of_this_host(found->item->name))
			continue;
		quiet_host_assert(&host->findings, found->item->name, HOST_GOOD, "");
		assert_string_equal(found->mend, "");
	}
}

/** struct one_case - what is found when some files are others */
struct one_case {
	const char *name;
	enum host_level level;
	const char *words;
	struct quiet_file file[5];
};

static const struct one_case cases[] = {
	{ "governor", HOST_DISTURBS, "powersave", {
		{ QUIET_CPU("cpu0/cpufreq/scaling_governor"), "powersave\n" },
		{ QUIET_CPU("cpu1/cpufreq/scaling_governor"), "powersave\n" } } },
	{ "governor", HOST_DISTURBS, "schedutil", {
		{ QUIET_CPU("cpu1/cpufreq/scaling_governor"), "schedutil\n" } } },
	{ "governor", HOST_UNKNOWN, "cannot be read", {
		{ QUIET_CPU("cpu0/cpufreq"), NULL }, { QUIET_CPU("cpu1/cpufreq"), NULL } } },
	{ "governor", HOST_UNKNOWN, "No such file", { { "sys", NULL } } },
	{ "turbo", HOST_DISTURBS, "on", { { QUIET_CPU("intel_pstate/no_turbo"), "0\n" } } },
	{ "turbo", HOST_DISTURBS, "on", {
		{ QUIET_CPU("intel_pstate"), NULL }, { QUIET_CPU("cpufreq/boost"), "1\n" } } },
	{ "turbo", HOST_GOOD, "off", {
		{ QUIET_CPU("intel_pstate"), NULL }, { QUIET_CPU("cpufreq/boost"), "0\n" } } },
	{ "turbo", HOST_UNKNOWN, "cannot be read", { { QUIET_CPU("intel_pstate"), NULL } } },
	{ "SMT", HOST_NOTE, "little else", { { QUIET_CPU("smt/active"), "1\n" } } },
	{ "SMT", HOST_DISTURBS, "in use", {
		{ QUIET_CPU("smt/active"), "1\n" }, { "proc/loadavg", "3.00 0 0 1/1 1\n" } } },
	{ "SMT", HOST_DISTURBS, "cannot be read", {
		{ QUIET_CPU("smt/active"), "1\n" }, { "proc/loadavg", NULL } } },
	{ "SMT", HOST_UNKNOWN, "smt/active", { { QUIET_CPU("smt"), NULL } } },
	{ "idle states", HOST_DISTURBS, "C6, 133 us",
	  { { QUIET_CPU("cpu0/cpuidle/state2/disable"), "0\n" } } },
	{ "idle states", HOST_GOOD, "none: no states", {
		{ QUIET_CPU("cpu0/cpuidle"), NULL }, { QUIET_CPU("cpuidle/current_driver"), "none\n" } } },
	{ "idle states", HOST_UNKNOWN, "current_driver", { { QUIET_CPU("cpuidle"), NULL } } },
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
		{ QUIET_CPU("isolated"), "\n" }, { QUIET_CPU("nohz_full"), "(null)\n" } } },
	{ "isolated CPUs", HOST_GOOD, "without ticks: none", { { QUIET_CPU("nohz_full"), NULL } } },
	{ "isolated CPUs", HOST_UNKNOWN, "isolated", { { QUIET_CPU("isolated"), NULL } } },
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
		{ QUIET_CPU("cpu0/thermal_throttle/core_throttle_count"), "3\n" },
		{ QUIET_CPU("cpu1/thermal_throttle/core_throttle_count"), "4\n" } } },
	{ "throttling", HOST_UNKNOWN, "no CPU counts it", {
		{ QUIET_CPU("cpu0/thermal_throttle"), NULL }, { QUIET_CPU("cpu1/thermal_throttle"), NULL } } },
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
		struct quiet_host *host;

		assert_int_equal(quiet_host_open((void **)&host), 0);
		quiet_host_change(host, cases[i].file);
		quiet_host_examine(host);
		quiet_host_assert(&host->findings, cases[i].name, cases[i].level, cases[i].words);
		found = quiet_host_finding(&host->findings, cases[i].name);
		assert_true(host_level_is_bad(found->level) ? *found->mend : true);
		assert_int_equal(host_level_for(found, ENGINE_KVM), found->level);
		if (host_level_is_bad(found->level) && found->item->engines != HOST_FOR_ALL)
			assert_int_equal(host_level_for(found, ENGINE_EXACT), HOST_NOTE);
		else
			assert_int_equal(host_level_for(found, ENGINE_EXACT), found->level);
		assert_int_equal(quiet_host_close((void **)&host), 0);
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
	struct quiet_host *host = *state;

	host->request.topo = NULL;
	host->request.probe = NULL;
	host->request.results = "relative/and/not/there";
	quiet_host_examine(host);
	quiet_host_assert(&host->findings, "topology", HOST_UNKNOWN, "hwloc");
	quiet_host_assert(&host->findings, "kvm guest", HOST_UNKNOWN, "not tried");
	quiet_host_assert(&host->findings, "disk of results", HOST_GOOD, " left");
}

static void use_topology(struct quiet_host *host, const char *description)
{
	topo_free(host->topo);
	assert_int_equal(topo_load_synthetic(description, &host->topo, NULL), 0);
	host->request.topo = host->topo;
}

static void places_are_told_beforehand(void **state)
{
	struct quiet_host *host = *state;

	use_topology(host, "pack:4 [numa] core:2 pu:2");
	quiet_host_examine(host);
	quiet_host_assert(&host->findings, "placement", HOST_GOOD, "4 guests side by side, harness on "
			  "CPUs 0-1");
	topo_set_may_bind(host->topo, false);
	quiet_host_examine(host);
	quiet_host_assert(&host->findings, "placement", HOST_DISTURBS, "cannot be bound");
	assert_non_null(strstr(quiet_host_finding(&host->findings, "placement")->mend, "mbind"));
	/* With one node there is nothing to bind to. */
	use_topology(host, "pack:1 [numa] core:2 pu:1");
	topo_set_may_bind(host->topo, false);
	quiet_host_examine(host);
	quiet_host_assert(&host->findings, "placement", HOST_GOOD, "1 guest side");
	use_topology(host, "pack:1 [numa] core:1 pu:2");
	quiet_host_examine(host);
	quiet_host_assert(&host->findings, "placement", HOST_NOTE, "no core is left");
	host->request.topo = NULL;
	quiet_host_examine(host);
	quiet_host_assert(&host->findings, "placement", HOST_UNKNOWN, "without a topology");
}

static void a_guest_that_does_not_boot_is_missing_to_kvm_alone(void **state)
{
	struct quiet_host *host = *state;

	host->probe = (struct engine_probe){ .why = "a guest does not boot", .remembered = true };
	quiet_host_examine(host);
	quiet_host_assert(&host->findings, "kvm guest", HOST_MISSING, "(remembered");
	assert_int_equal(host_level_for(quiet_host_finding(&host->findings, "kvm guest"), ENGINE_TCG),
							   HOST_NOTE);
}

static void a_full_disk_disturbs_every_engine(void **state)
{
	struct quiet_host *host = *state;
	struct strv names = { 0 };

	host->request.results = "/nonexistent/folder/of/results";
	host->request.disk_results = UINT64_MAX;
	host->request.disk_cache = UINT64_MAX;
	quiet_host_examine(host);
	quiet_host_assert(&host->findings, "disk of results", HOST_DISTURBS, "16384 PiB wanted");
	quiet_host_assert(&host->findings, "disk of the cache", HOST_DISTURBS, host->root);
	assert_int_equal(host_bad_names(&host->findings, ENGINE_EXACT, &names), 2);
	assert_string_equal(names.item[0], "disk of results");
	strv_free(&names);
}

static void missing_programs_are_named_with_their_packages(void **state)
{
	struct quiet_host *host = *state;
	char *path = strdup(getenv("PATH"));

	setenv("PATH", "/nonexistent", 1);
	unsetenv("PAGEMETA_QEMU");
	quiet_host_examine(host);
	setenv("PATH", path, 1);
	quiet_host_assert(&host->findings, "build tools", HOST_MISSING, "flex");
	assert_non_null(strstr(quiet_host_finding(&host->findings, "build tools")->mend, "bison"));
	quiet_host_assert(&host->findings, "QEMU", HOST_MISSING, "qemu-system-x86_64");
	quiet_host_assert(&host->findings, "compilers", HOST_MISSING, "gcc");
	quiet_host_assert(&host->findings, "gnuplot", HOST_NOTE, "PATH");
	free(path);
}

static void a_program_in_path_is_found_there(void **state)
{
	struct quiet_host *host = *state;
	char *path = strdup(getenv("PATH")), *program;

	fake_write(host->root, "bin/gnuplot", "#!/bin/sh\n");
	fake_write(host->root, "bin/qemu", "#!/bin/sh\nexit 1\n");
	program = str_printf("%s/bin/gnuplot", host->root);
	assert_int_equal(chmod(program, 0755), 0);
	free(program);
	program = str_printf("%s/bin/qemu", host->root);
	assert_int_equal(chmod(program, 0755), 0);
	setenv("PAGEMETA_QEMU", program, 1);
	free(program);
	program = str_printf("%s/bin", host->root);
	setenv("PATH", program, 1);
	quiet_host_examine(host);
	setenv("PATH", path, 1);
	unsetenv("PAGEMETA_QEMU");
	quiet_host_assert(&host->findings, "gnuplot", HOST_GOOD, program);
	quiet_host_assert(&host->findings, "QEMU", HOST_MISSING, "does not tell its version");
	free(program);
	free(path);
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
	struct quiet_host *host = *state;

	host->request.root = "";
	quiet_host_examine(host);
	for (size_t i = 0; i < host->findings.nr; i++) {
		assert_true(*host->findings.item[i].seen);
		assert_null(strchr(host->findings.item[i].seen, '\n'));
		assert_true(*host->findings.item[i].mend ||
			    !host_level_is_bad(host->findings.item[i].level));
	}
}

/* Text of the findings that do not depend on the host the test runs on. */
static void check_printed(struct quiet_host *host, bool json, const enum engine *engine,
			  const char *golden)
{
	struct host_findings some = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	some.item = mem_grow(NULL, host->findings.nr, sizeof(*some.item));
	for (size_t i = 0; i < host->findings.nr; i++)
		if (host->findings.item[i].level != HOST_GOOD ||
		    !strcmp(host->findings.item[i].item->name, "clocksource"))
			some.item[some.nr++] = host->findings.item[i];
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
	static const struct quiet_file disturbed[] = {
		{ QUIET_CPU("cpu0/cpufreq/scaling_governor"), "powersave\n" },
		{ QUIET_CPU("cpu1/cpufreq/scaling_governor"), "powersave\n" },
		{ QUIET_CPU("intel_pstate"), NULL },
		{ QUIET_CPU("smt/active"), "1\n" },
		{ "proc/meminfo", "MemAvailable: 921600 kB\nHugePages_Total: 0\nHugepagesize: 2048 kB\n" },
		{ NULL, NULL }
	};
	const enum engine exact = ENGINE_EXACT;
	struct quiet_host *host = *state;
	char *path = strdup(getenv("PATH"));

	/* Programs are missing on any host. */
	setenv("PATH", "/nonexistent", 1);
	quiet_host_change(host, disturbed);
	quiet_host_examine(host);
	setenv("PATH", path, 1);
	check_printed(host, false, NULL, "doctor.txt");
	check_printed(host, false, &exact, "doctor-exact.txt");
	check_printed(host, true, &exact, "doctor-exact.json");
	free(path);
}

#define test(function) cmocka_unit_test_setup_teardown(function, quiet_host_open, \
							quiet_host_close)

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
		cmocka_unit_test(a_plan_needs_what_its_largest_guests_take),
		test(every_look_speaks_on_a_real_host),
		test(findings_are_printed_for_people_and_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
