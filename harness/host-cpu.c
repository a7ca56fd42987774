// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the CPUs of a host do by themselves: their clock speed, their sleep, their
 * siblings, the clock the host lives by.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host-private.h"
#include "util.h"

#define CPU_DIR "/sys/devices/system/cpu"
#define DEEP_US 20	/* a CPU that takes so long to wake up is felt */
#define STATES_MAX 16

enum host_level host_look_governor(struct host_look *look)
{
	DIR *cpus = host_cpus(look->request->root);
	enum host_level level = HOST_UNKNOWN;
	struct strv names = { 0 };
	char *text, *all;
	unsigned int cpu, nr = 0;

	if (!cpus)
		return host_unread(look, CPU_DIR, -errno);
	while (host_next_cpu(cpus, &cpu)) {
		if (host_read(look->request, &text, CPU_DIR "/cpu%u/cpufreq/scaling_governor", cpu))
			continue;
		nr++;
		if (!strv_has(&names, text))
			strv_add(&names, "%s", text);
		free(text);
	}
	closedir(cpus);
	all = strv_join(&names, ", ");
	if (!nr)
		host_say(look, level, "cannot be read: no CPU has cpufreq/scaling_governor: firmware "
			 "or a hypervisor chooses the clock speed");
	else
		level = host_say(look, strcmp(all, "performance") ? look->item->level : HOST_GOOD,
				 "%s, %u CPU%s", all, nr, nr == 1 ? "" : "s");
	free(all);
	strv_free(&names);
	return level;
}

enum host_level host_look_turbo(struct host_look *look)
{
	static const char on[] = "on: the clock speed follows load and heat";
	uint64_t value;

	if (!host_number(look->request, &value, CPU_DIR "/intel_pstate/no_turbo"))
		return value ? host_say(look, HOST_GOOD, "off") :
			       host_say(look, look->item->level, on);
	if (!host_number(look->request, &value, CPU_DIR "/cpufreq/boost")) {
		host_mend(look, "echo 0 > " CPU_DIR "/cpufreq/boost");
		return value ? host_say(look, look->item->level, on) :
			       host_say(look, HOST_GOOD, "off");
	}
	return host_say(look, HOST_UNKNOWN, "cannot be read: neither intel_pstate/no_turbo nor "
			"cpufreq/boost is there");
}

/* Guests get whole cores: siblings are felt when something else runs on them. */
enum host_level host_look_smt(struct host_look *look)
{
	static const char path[] = CPU_DIR "/smt/active";
	uint64_t active;
	double load;
	int error = host_number(look->request, &active, "%s", path);

	if (error)
		return host_unread(look, path, error);
	if (!active)
		return host_say(look, HOST_GOOD, "off");
	if (host_load(look->request, &load))
		return host_say(look, look->item->level, "on, and how busy siblings are cannot be read");
	if (load > HOST_LOAD_QUIET)
		return host_say(look, look->item->level,
				"on, and with a load of %.2f siblings of a guest's cores are in use", load);
	return host_say(look, HOST_NOTE, "on; guests get whole cores, and little else runs now");
}

/**
 * struct sleep - the deepest idle state that is enabled
 * @us: microseconds to wake up from it
 * @name: its name
 * @states: how many there are at all
 */
struct sleep {
	uint64_t us;
	char name[32];
	unsigned int states;
};

static void look_at_states(const struct host_request *request, unsigned int cpu,
			   struct sleep *deepest)
{
	for (unsigned int i = 0; i < STATES_MAX; i++) {
		uint64_t us, disabled = 0;
		char *name;

		if (host_number(request, &us, CPU_DIR "/cpu%u/cpuidle/state%u/latency", cpu, i))
			return;
		deepest->states++;
		host_number(request, &disabled, CPU_DIR "/cpu%u/cpuidle/state%u/disable", cpu, i);
		if (disabled || us < deepest->us ||
		    host_read(request, &name, CPU_DIR "/cpu%u/cpuidle/state%u/name", cpu, i))
			continue;
		deepest->us = us;
		snprintf(deepest->name, sizeof(deepest->name), "%s", name);
		free(name);
	}
}

enum host_level host_look_idle(struct host_look *look)
{
	DIR *cpus = host_cpus(look->request->root);
	struct sleep deepest = { 0 };
	char *driver;
	unsigned int cpu;
	int error;

	if (!cpus)
		return host_unread(look, CPU_DIR, -errno);
	while (host_next_cpu(cpus, &cpu))
		look_at_states(look->request, cpu, &deepest);
	closedir(cpus);
	error = host_read(look->request, &driver, CPU_DIR "/cpuidle/current_driver");
	if (error)
		return host_unread(look, CPU_DIR "/cpuidle/current_driver", error);
	if (!deepest.states)
		host_say(look, HOST_GOOD, "%s: no states to choose from", driver);
	else
		host_say(look, HOST_GOOD, "%s: the deepest is %s, %llu us to wake up from", driver,
			 *deepest.name ? deepest.name : "disabled",
			 (unsigned long long)deepest.us);
	free(driver);
	return deepest.us >= DEEP_US ? look->item->level : HOST_GOOD;
}

enum host_level host_look_clocksource(struct host_look *look)
{
	static const char path[] = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
	char *name;
	bool good;
	int error = host_read(look->request, &name, "%s", path);

	if (error)
		return host_unread(look, path, error);
	host_say(look, HOST_GOOD, "%s", name);
	good = !strcmp(name, "tsc");
	free(name);
	return good ? HOST_GOOD : look->item->level;
}

/* Whole words of the first "flags" line. */
static bool has_flag(const char *cpuinfo, const char *flag)
{
	const char *line = strstr(cpuinfo, "\nflags");
	size_t len = strlen(flag), end = line ? strcspn(line + 1, "\n") + 1 : 0;

	for (const char *at = line; at; at = strstr(at + 1, flag)) {
		if ((size_t)(at - line) >= end)
			return false;
		if (at != line && at[-1] == ' ' && strchr(" \n", at[len]))
			return true;
	}
	return false;
}

enum host_level host_look_virtual(struct host_look *look)
{
	char *cpuinfo;
	bool is_guest;
	int error = host_read(look->request, &cpuinfo, "/proc/cpuinfo");

	if (error)
		return host_unread(look, "/proc/cpuinfo", error);
	is_guest = has_flag(cpuinfo, "hypervisor");
	free(cpuinfo);
	return is_guest ? host_say(look, look->item->level, "a guest itself") :
			  host_say(look, HOST_GOOD, "a real machine");
}

/* A kernel without the detector has no such file. */
enum host_level host_look_watchdog(struct host_look *look)
{
	static const char path[] = "/proc/sys/kernel/nmi_watchdog";
	uint64_t on;
	int error = host_number(look->request, &on, "%s", path);

	if (error == -ENOENT && host_has(look->request, "/proc/sys/kernel"))
		return host_say(look, HOST_GOOD, "not in this kernel");
	if (error)
		return host_unread(look, path, error);
	return on ? host_say(look, look->item->level, "on") : host_say(look, HOST_GOOD, "off");
}

enum host_level host_look_perf(struct host_look *look)
{
	static const char path[] = "/proc/sys/kernel/perf_event_paranoid";
	char *text;
	bool closed;
	int error = host_read(look->request, &text, "%s", path);

	if (error)
		return host_unread(look, path, error);
	closed = atoi(text) > 1 && geteuid();
	host_say(look, HOST_GOOD, "%s%s", text, closed ? "" : ", and open to this user");
	free(text);
	return closed ? look->item->level : HOST_GOOD;
}

enum host_level host_look_isolation(struct host_look *look)
{
	char *isolated, *tickless;
	enum host_level level;
	int error = host_read(look->request, &isolated, CPU_DIR "/isolated");

	if (error)
		return host_unread(look, CPU_DIR "/isolated", error);
	/* Without CONFIG_NO_HZ_FULL there is no such file. */
	if (host_read(look->request, &tickless, CPU_DIR "/nohz_full"))
		tickless = str_dup("");
	if (host_list(isolated) || host_list(tickless))
		level = host_say(look, HOST_GOOD, "isolated: %s; without ticks: %s",
				 host_list(isolated) ? isolated : "none",
				 host_list(tickless) ? tickless : "none");
	else
		level = host_say(look, look->item->level, "none");
	free(tickless);
	free(isolated);
	return level;
}
