// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What doctor looks at once more when a run ends, and what of it is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "quiet-host.h"

/* Everything that moves on a host between two looks. */
static void the_end_of_a_run_tells_what_changed(void **state)
{
	static const struct quiet_file changes[] = {
		{ QUIET_CPU("cpu0/cpufreq/scaling_governor"), "powersave\n" },
		{ QUIET_CPU("cpu0/thermal_throttle/package_throttle_count"), "2\n" },
		{ "proc/loadavg", "99.0 99.0 99.0 1/1 1\n" },
		{ "proc/stat", "cpu  6000 0 500 90000 0 0 0 100 0 0\n" },
		{ NULL, NULL }
	};
	struct quiet_host *host = *state;
	struct host_findings changed;

	quiet_host_examine(host);
	/* As if the run had taken some 10 s: 50 s of work of others, 1 s that was stolen. */
	host->findings.counts.time_ns -= UINT64_C(10000000000);
	quiet_host_change(host, changes);
	host_examine_again(&host->request, &host->findings, &changed);
	assert_int_equal(changed.nr, 4);
	quiet_host_assert(&changed, "governor", HOST_DISTURBS, "powersave");
	quiet_host_assert(&changed, "throttling", HOST_DISTURBS, "2 times during the run");
	quiet_host_assert(&changed, "load", HOST_DISTURBS, "others kept ");
	quiet_host_assert(&changed, "steal time", HOST_DISTURBS, " CPUs during the run");
	host_findings_free(&changed);
}

static void a_quiet_run_changes_nothing(void **state)
{
	static const struct quiet_file unknown[] = {
		{ QUIET_CPU("cpu0/thermal_throttle"), NULL }, { QUIET_CPU("cpu1/thermal_throttle"), NULL },
		{ NULL, NULL }
	};
	struct quiet_host *host = *state;
	struct host_findings changed;

	quiet_host_examine(host);
	host->findings.counts.time_ns -= UINT64_C(1000000000);
	host_examine_again(&host->request, &host->findings, &changed);
	assert_int_equal(changed.nr, 3);
	quiet_host_assert(&changed, "throttling", HOST_GOOD, "0 times");
	quiet_host_assert(&changed, "load", HOST_GOOD, "0.00 CPUs");
	quiet_host_assert(&changed, "steal time", HOST_GOOD, "0.000 CPUs");
	host_findings_free(&changed);
	/* What was not known and is not known is no news. */
	quiet_host_change(host, unknown);
	quiet_host_examine(host);
	host_examine_again(&host->request, &host->findings, &changed);
	assert_int_equal(changed.nr, 2);
	assert_null(quiet_host_finding(&changed, "throttling"));
	host_findings_free(&changed);
}

static void counters_that_cannot_be_read_disturb_nothing(void **state)
{
	struct host_counts before = { .cpu_error = -ENOENT, .throttle_error = -ENOENT }, after;
	struct quiet_host *host = *state;

	host_counts_read(host->root, &after);
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

#define test(function) cmocka_unit_test_setup_teardown(function, quiet_host_open, \
							quiet_host_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_end_of_a_run_tells_what_changed),
		test(a_quiet_run_changes_nothing),
		test(counters_that_cannot_be_read_disturb_nothing),
		test(what_happened_between_two_moments_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
