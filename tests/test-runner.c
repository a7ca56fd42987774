// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop that runs cells, with guests played by fake-qemu: every cell gets a
 * verdict and a durable record whatever its guest does, and the next one runs.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "metadata.h"
#include "proc.h"
#include "runner-cells.h"

static const char *const option[] = { "CONFIG_NOT_THERE=y", NULL };
static const struct workload needy = {
	.name = "needy", .needs = { .config = option, .mem_mib = 64, .cpus = 1, .nodes = 1 },
	.deadline_s = 5,
};
static const struct workload race = {
	.name = "race", .kind = WORKLOAD_CHECK, .needs = { .mem_mib = 64, .cpus = 4, .nodes = 1 },
	.deadline_s = 5,
};

static const struct workload single_check = {
	.name = "check", .kind = WORKLOAD_CHECK, .needs = { .mem_mib = 64, .cpus = 1, .nodes = 1 },
	.deadline_s = 5,
};

static void grow(const struct job *job, struct workload_needs *needs)
{
	(void)job;
	needs->mem_mib *= 2;
	strcpy(needs->cmdline, "added=word");
}

static const struct workload adaptive = {
	.name = "adaptive", .needs = { .mem_mib = 48, .cpus = 1, .nodes = 1 }, .deadline_s = 5,
	.adapt = grow,
};

static void every_cell_runs_and_is_kept(void **state)
{
	struct cells *cells = *state;

	for (int i = 0; i < 5; i++)
		cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	assert_int_equal(cells_run(cells, ENGINE_TCG, 2), 0);
	for (int i = 0; i < 5; i++)
		cells_assert(cells, i, VERDICT_PASS, "");
	/* What was asked for, and what is accounted of memory. */
	assert_int_equal(cells->content.nr_series, 5 * (1 + METADATA_KINDS * METADATA_PHASES + 1));
	assert_true(cells->content.cell[0].wall_ns >= cells->content.cell[0].ready_ns);
	assert_true(cells->content.cell[0].ready_ns > 0);
}

static void memory_that_is_not_accounted_is_noticed(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, "cont\nhello\nsamples 5\nend pass\nreset\nexit 0");
	cells_add(cells, &cells_plain, 1, "cont\nhello\nsamples 5\naccount 65\nend pass\nreset\nexit 0");
	cells_add(cells, &cells_plain, 1, "cont\nhello\nsamples 5\naccount 63\nend pass\nreset\nexit 0");
	cells_add(cells, &cells_plain, 1, "cont\nhello\nsamples 5\naccount 62\nend pass\nreset\nexit 0");
	assert_int_equal(cells_run(cells, ENGINE_TCG, 2), 0);
	cells_assert(cells, 0, VERDICT_FAIL, "metadata-complete: 6 kinds in 3 phases, 18 are missing");
	cells_assert(cells, 1, VERDICT_FAIL, "metadata-given: 68157440 B present at boot, must be "
		     "66060288 to 67108864: 64 MiB were given");
	cells_assert(cells, 2, VERDICT_PASS, "");
	cells_assert(cells, 3, VERDICT_FAIL, "metadata-given");
}

static void a_broken_guest_does_not_stop_the_others(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, "cont\nhello\nconsole Kernel panic - not syncing: test\nexit 0");
	cells_add(cells, &cells_plain, 1, "cont\nhello\ngarbage\nhang");
	cells_add(cells, &cells_plain, 1, "cont\nhello\nhang");
	cells_add(cells, &cells_plain, 1, "stderr no such machine\nexit 1");
	cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	cells_assert(cells, 0, VERDICT_FAIL, "panic");
	cells_assert(cells, 1, VERDICT_BROKEN, "garbage");
	cells_assert(cells, 2, VERDICT_FAIL, "hang");
	cells_assert(cells, 3, VERDICT_BROKEN, "no such machine");
	cells_assert(cells, 4, VERDICT_PASS, "");
}

static void no_archive_is_left_behind(void **state)
{
	struct cells *cells = *state;
	char *console, *archive;

	cells_add(cells, &cells_plain, 1, "cont\nconsole hello\nexit 1");
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	console = str_printf("%s/console/1.txt", cells->run_dir);
	archive = str_printf("%s/console/1.cpio", cells->run_dir);
	assert_true(fs_exists(console));
	assert_false(fs_exists(archive));
	free(console);
	free(archive);
}

static void unmet_needs_are_unsupported_not_failed(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &needy, 1, NULL);
	cells_add(cells, &cells_wide, 1, NULL);
	assert_int_equal(cells_run(cells, ENGINE_EXACT, 1), 0);
	cells_assert(cells, 0, VERDICT_UNSUPPORTED, "CONFIG_NOT_THERE=y");
	cells_assert(cells, 1, VERDICT_UNSUPPORTED, "needs 4 CPUs");
}

static void a_check_that_needs_cpus_is_run_by_tcg(void **state)
{
	struct cells *cells = *state;
	struct job job;

	cells_add(cells, &race, 1, "cont\nexit 1");
	cells_add(cells, &cells_plain, 1, "cont\nexit 1");
	assert_int_equal(cells_run(cells, ENGINE_EXACT, 1), 0);
	assert_non_null(strstr(cells->content.cell[0].command, "thread=multi"));
	assert_null(strstr(cells->content.cell[0].command, "-icount"));
	assert_non_null(strstr(cells->content.cell[1].command, "-icount"));
	runner_job(&cells->cell[0], &cells->variant, ENGINE_EXACT, PERFCTR_NONE, &job);
	assert_false(job.exact);
	runner_job(&cells->cell[1], &cells->variant, ENGINE_EXACT, PERFCTR_NONE, &job);
	assert_true(job.exact);
}

static void a_breakpoint_of_the_emulator_is_met_once(void **state)
{
	struct cells *cells = *state;
	char *met_once = str_printf("cont\nonce %s/met\nconsole [    1.000000] Oops: int3: 0000 [#1] "
				    "SMP\nexit 0\nthen\nhello\naccount 64\nend pass\nexit 0", cells->dir);
	const char *met_twice = "cont\nconsole [    1.000000] Oops: int3: 0000 [#1] SMP\nexit 0";

	cells_add(cells, &race, 1, met_once);
	cells_add(cells, &race, 1, met_twice);
	cells_add(cells, &cells_plain, 1, met_twice);
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	cells_assert(cells, 0, VERDICT_PASS, "");
	assert_non_null(cells_check(cells, "started-twice"));
	assert_non_null(strstr(cells_check(cells, "started-twice")->reason, "int3"));
	cells_assert(cells, 1, VERDICT_FAIL, "int3");
	cells_assert(cells, 2, VERDICT_FAIL, "int3");
	free(met_once);
}

static enum verdict verdict_of_check(const struct cells *cells, int64_t cell, const char *name)
{
	for (size_t i = 0; i < cells->content.nr_checks; i++)
		if (cells->content.check[i].cell == cell &&
		    !strcmp(cells->content.check[i].name, name))
			return cells->content.check[i].verdict;
	return VERDICT_NR;
}

/* Of two that measure and one that checks, while a CPU throttles itself under all but one. */
static void a_cell_that_the_host_disturbed_is_broken_where_it_is_watched(void **state)
{
	static const char count[] = "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count";
	struct cells *cells = *state;
	char *throttle = str_printf("date +%%s%%N >%s/host/%s", cells->dir, count);

	cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	cells_add(cells, &single_check, 1, CELLS_GOOD);
	cells->shell[1] = cells->shell[2] = throttle;
	cells->config.watched = str_printf("%s/host", cells->dir);
	fake_write(cells->config.watched, count, "1\n");
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	cells_assert(cells, 0, VERDICT_PASS, "");
	assert_int_equal(verdict_of_check(cells, 1, "host-quiet"), VERDICT_PASS);
	cells_assert(cells, 1, VERDICT_BROKEN, "host-quiet: CPUs throttled themselves");
	assert_int_equal(verdict_of_check(cells, 2, "host-quiet"), VERDICT_BROKEN);
	cells_assert(cells, 2, VERDICT_PASS, "");
	assert_int_equal(verdict_of_check(cells, 3, "host-quiet"), VERDICT_NR);
	free((char *)cells->config.watched);
	free(throttle);
}

static void nobody_asks_what_disturbed_where_nothing_is_watched(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	cells_assert(cells, 0, VERDICT_PASS, "");
	assert_null(cells_check(cells, "host-quiet"));
}

static void a_debug_kernel_gets_more_time(void **state)
{
	struct cells *cells = *state;
	struct job job;

	cells_add(cells, &cells_plain, 1, "cont\nexit 1");
	runner_job(&cells->cell[0], &cells->variant, ENGINE_EXACT, PERFCTR_NONE, &job);
	assert_int_equal(job.deadline_s, cells_plain.deadline_s);
	cells->variant.debug = true;
	runner_job(&cells->cell[0], &cells->variant, ENGINE_EXACT, PERFCTR_NONE, &job);
	assert_int_equal(job.deadline_s, cells_plain.deadline_s * 8);
}

/* The largest gap between delays of five boots in a row, on a circle of @period. */
static uint64_t largest_gap(unsigned int first, uint64_t period)
{
	uint64_t at[5], gap = 0;
	struct variant variant = { 0 };
	struct job job;

	for (unsigned int i = 0; i < 5; i++) {
		struct plan_cell cell = { .workload = &cells_plain, .trial = first + i,
					  .params = (char *)"" };

		runner_job(&cell, &variant, ENGINE_EXACT, PERFCTR_NONE, &job);
		at[i] = job.delay % period;
	}
	for (unsigned int i = 0; i < 5; i++) {
		uint64_t next = period;

		for (unsigned int j = 0; j < 5; j++)
			if (j != i && (at[j] + period - at[i]) % period < next)
				next = (at[j] + period - at[i]) % period;
		gap = next > gap ? next : gap;
	}
	return gap;
}

/* Wherever the tick falls in one of them, it falls elsewhere in the others. */
static void boots_in_a_row_have_delays_that_lie_apart(void **state)
{
	static const uint64_t part[] = { 1, 2, 5, 10 };

	(void)state;
	for (unsigned int first = 1; first < 500; first++)
		for (size_t i = 0; i < ARRAY_SIZE(part); i++)
			assert_true(largest_gap(first, 10000000 / part[i]) <
				    10000000 / part[i] / 2);
}

static void what_lasts_for_a_time_gets_that_as_well(void **state)
{
	static const struct workload storm = {
		.name = "storm", .needs = { .mem_mib = 64, .cpus = 1, .nodes = 1 },
		.deadline_s = 5, .lasts = "seconds",
	};
	struct cells *cells = *state;
	struct job job;

	cells_add(cells, &storm, 1, "cont\nexit 1");
	runner_job(&cells->cell[0], &cells->variant, ENGINE_TCG, PERFCTR_NONE, &job);
	assert_int_equal(job.deadline_s, 5);
	cells->cell[0].nr_params = 2;
	cells->cell[0].param[0] = (struct job_param){ "pages", "77" };
	cells->cell[0].param[1] = (struct job_param){ "seconds", "1800" };
	runner_job(&cells->cell[0], &cells->variant, ENGINE_TCG, PERFCTR_NONE, &job);
	assert_int_equal(job.deadline_s, 1805);
	cells->variant.debug = true;
	runner_job(&cells->cell[0], &cells->variant, ENGINE_TCG, PERFCTR_NONE, &job);
	assert_int_equal(job.deadline_s, 1840);
}

static void a_cell_gets_what_its_parameters_need(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &adaptive, 1, "cont\nexit 1");
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	assert_non_null(strstr(cells->content.cell[0].command, "96M"));
	assert_non_null(strstr(cells->content.cell[0].command, "added=word"));
}

static void a_variant_without_a_kernel_is_broken(void **state)
{
	struct cells *cells = *state;

	cells->image.why_not = (char *)"no kernel: it does not compile";
	cells_add(cells, &cells_plain, 1, NULL);
	cells_add(cells, &cells_plain, 1, NULL);
	assert_int_equal(cells_run(cells, ENGINE_TCG, 2), 0);
	cells_assert(cells, 0, VERDICT_BROKEN, "does not compile");
	cells_assert(cells, 1, VERDICT_BROKEN, "does not compile");
}

static void finished_cells_are_not_run_again(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, "exit 9");
	cells_add(cells, &cells_plain, 1, CELLS_GOOD);
	cells->finished[0] = true;
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	assert_string_equal(cells->content.cell[0].status, "planned");
	cells_assert(cells, 1, VERDICT_PASS, "");
}

static void no_guest_has_a_thousand_cpus(void **state)
{
	static const struct workload huge = {
		.name = "huge", .needs = { .mem_mib = 64, .cpus = 1000, .nodes = 1 },
		.deadline_s = 5,
	};
	struct cells *cells = *state;

	cells_add(cells, &huge, 1, NULL);
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), 0);
	cells_assert(cells, 0, VERDICT_BROKEN, "so many vCPUs");
}

/* The last test: once interrupted, a process stays so. */
static void an_interrupt_leaves_running_cells_to_be_resumed(void **state)
{
	struct cells *cells = *state;

	cells_add(cells, &cells_plain, 1, "cont\nhello\nhang");
	proc_catch_signals();
	raise(SIGINT);
	assert_int_equal(cells_run(cells, ENGINE_TCG, 1), -EINTR);
	assert_string_equal(cells->content.cell[0].status, "running");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cells_open, cells_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_cell_runs_and_is_kept),
		TEST(memory_that_is_not_accounted_is_noticed),
		TEST(a_broken_guest_does_not_stop_the_others),
		TEST(no_archive_is_left_behind),
		TEST(unmet_needs_are_unsupported_not_failed),
		TEST(a_check_that_needs_cpus_is_run_by_tcg),
		TEST(a_breakpoint_of_the_emulator_is_met_once),
		TEST(a_cell_that_the_host_disturbed_is_broken_where_it_is_watched),
		TEST(nobody_asks_what_disturbed_where_nothing_is_watched),
		TEST(a_debug_kernel_gets_more_time),
		TEST(boots_in_a_row_have_delays_that_lie_apart),
		TEST(what_lasts_for_a_time_gets_that_as_well),
		TEST(a_cell_gets_what_its_parameters_need),
		TEST(a_variant_without_a_kernel_is_broken),
		TEST(finished_cells_are_not_run_again),
		TEST(no_guest_has_a_thousand_cpus),
		TEST(an_interrupt_leaves_running_cells_to_be_resumed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
