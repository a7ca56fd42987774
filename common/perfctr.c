// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of events, and the arithmetic of readings.
 */
#include "perfctr.h"

#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>

#define CACHE_MISS(cache, op) \
	((cache) | (op) << 8 | PERF_COUNT_HW_CACHE_RESULT_MISS << 16)

/*
 * Two that have counters of their own on most processors and three that take one each of
 * the four that every x86 has since 2008: nothing has to take turns.
 */
const struct perfctr_event perfctr_event[PERFCTR_EVENTS] = {
	{ "instructions", "instructions retired", PERF_TYPE_HARDWARE,
	  PERF_COUNT_HW_INSTRUCTIONS, "count", DIR_LOWER, ACCOUNT_NONE, false },
	{ "cycles", "cycles in which the CPU did not sleep", PERF_TYPE_HARDWARE,
	  PERF_COUNT_HW_CPU_CYCLES, "count", DIR_LOWER, ACCOUNT_NONE, false },
	{ "dtlb_load_misses", "loads whose translation the data TLB does not have",
	  PERF_TYPE_HW_CACHE, CACHE_MISS(PERF_COUNT_HW_CACHE_DTLB, PERF_COUNT_HW_CACHE_OP_READ),
	  "count", DIR_LOWER, ACCOUNT_NONE, false },
	{ "dtlb_store_misses", "stores whose translation the data TLB does not have",
	  PERF_TYPE_HW_CACHE, CACHE_MISS(PERF_COUNT_HW_CACHE_DTLB, PERF_COUNT_HW_CACHE_OP_WRITE),
	  "count", DIR_LOWER, ACCOUNT_NONE, false },
	{ "llc_misses", "accesses that the last-level cache does not have", PERF_TYPE_HARDWARE,
	  PERF_COUNT_HW_CACHE_MISSES, "count", DIR_LOWER, ACCOUNT_NONE, false },
	{ "page_faults", "page faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS, "count",
	  DIR_LOWER, ACCOUNT_FAULTS, true },
	{ "context_switches", "times a CPU was taken or given away", PERF_TYPE_SOFTWARE,
	  PERF_COUNT_SW_CONTEXT_SWITCHES, "count", DIR_LOWER, ACCOUNT_SWITCHES, true },
	{ "task_clock", "time on CPUs", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, "ns",
	  DIR_LOWER, ACCOUNT_CPU_TIME, true },
};

static const char *const mode_names[PERFCTR_MODES] = {
	[PERFCTR_NONE] = "none",
	[PERFCTR_QUIET] = "quiet",
	[PERFCTR_PERF] = "perf",
};

const char *perfctr_mode_name(enum perfctr_mode mode)
{
	return (unsigned int)mode < PERFCTR_MODES ? mode_names[mode] : "invalid";
}

int perfctr_mode_parse(const char *name, enum perfctr_mode *ret_mode)
{
	for (int i = 0; i < PERFCTR_MODES; i++) {
		if (strcmp(name, mode_names[i]))
			continue;
		*ret_mode = (enum perfctr_mode)i;
		return 0;
	}
	return -EINVAL;
}

const char *perfctr_via_name(enum perfctr_via via)
{
	static const char *const names[PERFCTR_VIAS] = {
		[PERFCTR_VIA_PERF] = "perf",
		[PERFCTR_VIA_ACCOUNT] = "account",
	};

	return (unsigned int)via < PERFCTR_VIAS ? names[via] : "invalid";
}

static uint64_t at_most(unsigned __int128 figure)
{
	return figure > PERFCTR_MAX ? PERFCTR_MAX : (uint64_t)figure;
}

uint64_t perfctr_scale(uint64_t raw, uint64_t enabled, uint64_t running)
{
	return at_most((unsigned __int128)raw * enabled / running);
}

static void give_up(struct perfctr_value *value, int error)
{
	*value = (struct perfctr_value){ .error = error, .via = value->via };
}

/* Of several, one that never ran spoils the sum: nobody knows what it would have counted. */
void perfctr_add(struct perfctr_value *value, const struct perfctr_reading *from,
		 const struct perfctr_reading *to)
{
	uint64_t raw = to->raw - from->raw;
	uint64_t enabled = to->enabled - from->enabled;
	uint64_t running = to->running - from->running;

	if (value->error)
		return;
	if (to->raw < from->raw || to->enabled < from->enabled || to->running < from->running) {
		give_up(value, ERANGE);
		return;
	}
	if (enabled && !running) {
		give_up(value, PERFCTR_NEVER_RAN);
		return;
	}
	value->value = at_most((unsigned __int128)value->value +
			       (running < enabled ? perfctr_scale(raw, enabled, running) : raw));
	value->raw = at_most((unsigned __int128)value->raw + raw);
	value->enabled = at_most((unsigned __int128)value->enabled + enabled);
	value->running = at_most((unsigned __int128)value->running + running);
}

/* What perf_event_open() means by them, which strerror() does not say. */
static const struct {
	int error;
	const char *text;
} meanings[] = {
	{ ENOENT, "there is no PMU that counts it" },
	{ EOPNOTSUPP, "the PMU does not count it" },
	{ EACCES, "not allowed, see sysctl kernel.perf_event_paranoid" },
	{ EPERM, "not allowed, see sysctl kernel.perf_event_paranoid" },
	{ ENOSYS, "a kernel without CONFIG_PERF_EVENTS" },
	{ PERFCTR_NO_LIBPERF, "built without libperf" },
	{ PERFCTR_NEVER_RAN, "it never got a counter of the PMU" },
};

const char *perfctr_why(int error, char buf[PERFCTR_WHY])
{
	const char *name = strerrorname_np(error), *text = strerrordesc_np(error);

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].error == error)
			text = meanings[i].text;
	snprintf(buf, PERFCTR_WHY, "%s (%s)", name ? name : "no errno", text ? text : "unknown");
	return buf;
}
