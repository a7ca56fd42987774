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
#include <numa.h>

#include "fake-kernel.h"
#include "metadata.h"
#include "proc.h"
#include "runner.h"

#define CELLS_MAX 8

static const struct workload plain = {
	.name = "plain", .needs = { .mem_mib = 64, .cpus = 1, .nodes = 1 }, .deadline_s = 5,
};
static const char *const option[] = { "CONFIG_NOT_THERE=y", NULL };
static const struct workload needy = {
	.name = "needy", .needs = { .config = option, .mem_mib = 64, .cpus = 1, .nodes = 1 },
	.deadline_s = 5,
};
static const struct workload wide = {
	.name = "wide", .needs = { .mem_mib = 64, .cpus = 4, .nodes = 1 }, .deadline_s = 5,
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

/**
 * struct bench - a run of up to CELLS_MAX cells
 * @script: what the guest of each cell does
 * @shell: what happens on the host when it starts; or NULL
 */
struct bench {
	char *dir;
	char *run_dir;
	char *qemu;
	const char *script[CELLS_MAX];
	const char *shell[CELLS_MAX];
	struct plan_cell cell[CELLS_MAX];
	bool finished[CELLS_MAX];
	struct plan plan;
	struct variant variant;
	struct runner_variant image;
	struct runner_config config;
	struct topo *topo;
	struct store_content content;
};

static int open_bench(void **state)
{
	struct bench *bench = mem_grow(NULL, 1, sizeof(*bench));
	struct err err = { "" };

	memset(bench, 0, sizeof(*bench));
	bench->dir = str_dup("/tmp/test-runner.XXXXXX");
	if (!mkdtemp(bench->dir) || topo_load(&bench->topo, &err))
		return -1;
	bench->run_dir = str_printf("%s/run", bench->dir);
	bench->qemu = str_printf("%s/qemu", bench->dir);
	bench->image.image.vmlinux = str_dup("/no/vmlinux");
	bench->image.image.config = str_printf("%s/config", bench->dir);
	bench->image.variant = &bench->variant;
	fs_write(bench->image.image.config, "", 0, &err);
	strv_add(&bench->plan.label, "baseline");
	bench->plan.cell = bench->cell;
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	for (size_t i = 0; i < bench->plan.nr_cells; i++)
		free(bench->cell[i].params);
	store_content_free(&bench->content);
	topo_free(bench->topo);
	strv_free(&bench->plan.label);
	fs_remove(bench->dir, NULL);
	free(bench->image.image.vmlinux);
	free(bench->image.image.config);
	free(bench->run_dir);
	free(bench->qemu);
	free(bench->dir);
	free(bench);
	return 0;
}

static void add(struct bench *bench, const struct workload *workload, unsigned int trial,
		const char *script)
{
	size_t at = bench->plan.nr_cells++;

	bench->script[at] = script;
	bench->cell[at] = (struct plan_cell){ .workload = workload, .trial = trial,
					      .params = str_printf("cell=%zu", at) };
}

/* One program for all cells: it knows its cell by the name of its initramfs. */
static void write_qemu(const struct bench *bench)
{
	const char *fake = getenv("FAKE_QEMU");
	FILE *file = fopen(bench->qemu, "w");

	fputs("#!/bin/sh\ncase \"$*\" in\n", file);
	for (size_t i = 0; i < bench->plan.nr_cells; i++)
		fprintf(file, "*/console/%zu.cpio*) FAKE_QEMU_SCRIPT='%s'; %s ;;\n", i + 1,
			bench->script[i] ? bench->script[i] : "exit 9",
			bench->shell[i] ? bench->shell[i] : ":");
	fprintf(file, "esac\nexport FAKE_QEMU_SCRIPT\nexec %s \"$@\"\n",
		fake ? fake : "tests/fake-qemu");
	fclose(file);
	chmod(bench->qemu, 0755);
}

static struct store *create_store(struct bench *bench)
{
	struct store_run run = { .id = "20260101-000000-0000", .suite_version = "0", .engine = "tcg",
				 .profile = "quick", .argv = "test", .qemu_version = "0",
				 .agent_hash = "", .host = "", .topology = "", .notes = "",
				 .started = 1 };
	struct err err = { "" };
	struct store *store;

	if (store_create(bench->run_dir, &run, &store, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < bench->plan.nr_cells; i++) {
		struct store_cell cell = { .variant = "baseline",
					   .workload = (char *)bench->cell[i].workload->name,
					   .params = bench->cell[i].params,
					   .trial = bench->cell[i].trial, .job = "" };

		assert_int_equal(store_plan(store, &cell, &err), 0);
	}
	return store;
}

static int run(struct bench *bench, enum engine engine, unsigned int jobs)
{
	struct progress *progress = progress_new(false, 0);
	struct store *store = create_store(bench);
	struct err err = { "" };
	int error;

	write_qemu(bench);
	bench->config.qemu = bench->qemu;
	bench->config.agent = bench->qemu;	/* any file will do as /init */
	bench->config.engine = engine;
	bench->config.jobs = jobs;
	bench->config.silence_s = 1;
	bench->config.plan = &bench->plan;
	bench->config.variant = &bench->image;
	bench->config.store = store;
	bench->config.finished = bench->finished;
	bench->config.progress = progress;
	bench->config.pool = topo_pool_new(bench->topo, engine == ENGINE_KVM, false);
	error = runner_run(&bench->config, &err);
	topo_pool_free(bench->config.pool);
	if (store_load(store, &bench->content, &err))
		fail_msg("%s", err.text);
	store_close(store);
	progress_free(progress);
	return error;
}

static void assert_cell(const struct bench *bench, size_t at, enum verdict verdict,
			const char *words)
{
	const struct store_cell *cell = &bench->content.cell[at];

	assert_string_equal(cell->status, "finished");
	if (cell->verdict != verdict || !strstr(cell->reason, words))
		fail_msg("cell %zu: %s: %s", at, verdict_name(cell->verdict), cell->reason);
}

#define GOOD "cont\nhello\nsamples 5\naccount 64\nend pass\nreset\nexit 0"

static void every_cell_runs_and_is_kept(void **state)
{
	struct bench *bench = *state;

	for (int i = 0; i < 5; i++)
		add(bench, &plain, 1, GOOD);
	assert_int_equal(run(bench, ENGINE_TCG, 2), 0);
	for (int i = 0; i < 5; i++)
		assert_cell(bench, i, VERDICT_PASS, "");
	/* What was asked for, and what is accounted of memory. */
	assert_int_equal(bench->content.nr_series, 5 * (1 + METADATA_KINDS * METADATA_PHASES + 1));
	assert_true(bench->content.cell[0].wall_ns >= bench->content.cell[0].ready_ns);
	assert_true(bench->content.cell[0].ready_ns > 0);
}

static void memory_that_is_not_accounted_is_noticed(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, "cont\nhello\nsamples 5\nend pass\nreset\nexit 0");
	add(bench, &plain, 1, "cont\nhello\nsamples 5\naccount 65\nend pass\nreset\nexit 0");
	add(bench, &plain, 1, "cont\nhello\nsamples 5\naccount 63\nend pass\nreset\nexit 0");
	add(bench, &plain, 1, "cont\nhello\nsamples 5\naccount 62\nend pass\nreset\nexit 0");
	assert_int_equal(run(bench, ENGINE_TCG, 2), 0);
	assert_cell(bench, 0, VERDICT_FAIL, "metadata-complete: 6 kinds in 3 phases, 18 are missing");
	assert_cell(bench, 1, VERDICT_FAIL, "metadata-given: 68157440 B present at boot, must be "
		    "66060288 to 67108864: 64 MiB were given");
	assert_cell(bench, 2, VERDICT_PASS, "");
	assert_cell(bench, 3, VERDICT_FAIL, "metadata-given");
}

static void a_broken_guest_does_not_stop_the_others(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, "cont\nhello\nconsole Kernel panic - not syncing: test\nexit 0");
	add(bench, &plain, 1, "cont\nhello\ngarbage\nhang");
	add(bench, &plain, 1, "cont\nhello\nhang");
	add(bench, &plain, 1, "stderr no such machine\nexit 1");
	add(bench, &plain, 1, GOOD);
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	assert_cell(bench, 0, VERDICT_FAIL, "panic");
	assert_cell(bench, 1, VERDICT_BROKEN, "garbage");
	assert_cell(bench, 2, VERDICT_FAIL, "hang");
	assert_cell(bench, 3, VERDICT_BROKEN, "no such machine");
	assert_cell(bench, 4, VERDICT_PASS, "");
}

static void no_archive_is_left_behind(void **state)
{
	struct bench *bench = *state;
	char *console, *archive;

	add(bench, &plain, 1, "cont\nconsole hello\nexit 1");
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	console = str_printf("%s/console/1.txt", bench->run_dir);
	archive = str_printf("%s/console/1.cpio", bench->run_dir);
	assert_true(fs_exists(console));
	assert_false(fs_exists(archive));
	free(console);
	free(archive);
}

static void unmet_needs_are_unsupported_not_failed(void **state)
{
	struct bench *bench = *state;

	add(bench, &needy, 1, NULL);
	add(bench, &wide, 1, NULL);
	assert_int_equal(run(bench, ENGINE_EXACT, 1), 0);
	assert_cell(bench, 0, VERDICT_UNSUPPORTED, "CONFIG_NOT_THERE=y");
	assert_cell(bench, 1, VERDICT_UNSUPPORTED, "needs 4 CPUs");
}

static void a_check_that_needs_cpus_is_run_by_tcg(void **state)
{
	struct bench *bench = *state;
	struct job job;

	add(bench, &race, 1, "cont\nexit 1");
	add(bench, &plain, 1, "cont\nexit 1");
	assert_int_equal(run(bench, ENGINE_EXACT, 1), 0);
	assert_non_null(strstr(bench->content.cell[0].command, "thread=multi"));
	assert_null(strstr(bench->content.cell[0].command, "-icount"));
	assert_non_null(strstr(bench->content.cell[1].command, "-icount"));
	runner_job(&bench->cell[0], &bench->variant, ENGINE_EXACT, PERFCTR_NONE, &job);
	assert_false(job.exact);
	runner_job(&bench->cell[1], &bench->variant, ENGINE_EXACT, PERFCTR_NONE, &job);
	assert_true(job.exact);
}

static const struct store_check *find_check(const struct bench *bench, const char *name)
{
	for (size_t i = 0; i < bench->content.nr_checks; i++)
		if (!strcmp(bench->content.check[i].name, name))
			return &bench->content.check[i];
	return NULL;
}

static void a_breakpoint_of_the_emulator_is_met_once(void **state)
{
	struct bench *bench = *state;
	char *met_once = str_printf("cont\nonce %s/met\nconsole [    1.000000] Oops: int3: 0000 [#1] "
				    "SMP\nexit 0\nthen\nhello\naccount 64\nend pass\nexit 0", bench->dir);
	const char *met_twice = "cont\nconsole [    1.000000] Oops: int3: 0000 [#1] SMP\nexit 0";

	add(bench, &race, 1, met_once);
	add(bench, &race, 1, met_twice);
	add(bench, &plain, 1, met_twice);
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	assert_cell(bench, 0, VERDICT_PASS, "");
	assert_non_null(find_check(bench, "started-twice"));
	assert_non_null(strstr(find_check(bench, "started-twice")->reason, "int3"));
	assert_cell(bench, 1, VERDICT_FAIL, "int3");
	assert_cell(bench, 2, VERDICT_FAIL, "int3");
	free(met_once);
}

static enum verdict verdict_of_check(const struct bench *bench, int64_t cell, const char *name)
{
	for (size_t i = 0; i < bench->content.nr_checks; i++)
		if (bench->content.check[i].cell == cell &&
		    !strcmp(bench->content.check[i].name, name))
			return bench->content.check[i].verdict;
	return VERDICT_NR;
}

/* Of two that measure and one that checks, while a CPU throttles itself under all but one. */
static void a_cell_that_the_host_disturbed_is_broken_where_it_is_watched(void **state)
{
	static const char count[] = "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count";
	struct bench *bench = *state;
	char *throttle = str_printf("date +%%s%%N >%s/host/%s", bench->dir, count);

	add(bench, &plain, 1, GOOD);
	add(bench, &plain, 1, GOOD);
	add(bench, &single_check, 1, GOOD);
	bench->shell[1] = bench->shell[2] = throttle;
	bench->config.watched = str_printf("%s/host", bench->dir);
	fake_write(bench->config.watched, count, "1\n");
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	assert_cell(bench, 0, VERDICT_PASS, "");
	assert_int_equal(verdict_of_check(bench, 1, "host-quiet"), VERDICT_PASS);
	assert_cell(bench, 1, VERDICT_BROKEN, "host-quiet: CPUs throttled themselves");
	assert_int_equal(verdict_of_check(bench, 2, "host-quiet"), VERDICT_BROKEN);
	assert_cell(bench, 2, VERDICT_PASS, "");
	assert_int_equal(verdict_of_check(bench, 3, "host-quiet"), VERDICT_NR);
	free((char *)bench->config.watched);
	free(throttle);
}

static void nobody_asks_what_disturbed_where_nothing_is_watched(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, GOOD);
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	assert_cell(bench, 0, VERDICT_PASS, "");
	assert_null(find_check(bench, "host-quiet"));
}

static void a_debug_kernel_gets_more_time(void **state)
{
	struct bench *bench = *state;
	struct job job;

	add(bench, &plain, 1, "cont\nexit 1");
	runner_job(&bench->cell[0], &bench->variant, ENGINE_EXACT, PERFCTR_NONE, &job);
	assert_int_equal(job.deadline_s, plain.deadline_s);
	bench->variant.debug = true;
	runner_job(&bench->cell[0], &bench->variant, ENGINE_EXACT, PERFCTR_NONE, &job);
	assert_int_equal(job.deadline_s, plain.deadline_s * 8);
}

static void a_cell_gets_what_its_parameters_need(void **state)
{
	struct bench *bench = *state;

	add(bench, &adaptive, 1, "cont\nexit 1");
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	assert_non_null(strstr(bench->content.cell[0].command, "96M"));
	assert_non_null(strstr(bench->content.cell[0].command, "added=word"));
}

static void a_variant_without_a_kernel_is_broken(void **state)
{
	struct bench *bench = *state;

	bench->image.why_not = (char *)"no kernel: it does not compile";
	add(bench, &plain, 1, NULL);
	add(bench, &plain, 1, NULL);
	assert_int_equal(run(bench, ENGINE_TCG, 2), 0);
	assert_cell(bench, 0, VERDICT_BROKEN, "does not compile");
	assert_cell(bench, 1, VERDICT_BROKEN, "does not compile");
}

static void equal_boots_prove_exactness(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, GOOD);
	add(bench, &plain, 0, GOOD);
	add(bench, &plain, 1, GOOD);
	assert_int_equal(run(bench, ENGINE_EXACT, 2), 0);
	assert_non_null(find_check(bench, "exactness"));
	assert_int_equal(find_check(bench, "exactness")->verdict, VERDICT_PASS);
}

static void unequal_boots_are_a_broken_test_bed(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, GOOD);
	add(bench, &plain, 0, "cont\nhello\nsamples 6\naccount 64\nend pass\nreset\nexit 0");
	assert_int_equal(run(bench, ENGINE_EXACT, 2), 0);
	assert_cell(bench, 1, VERDICT_BROKEN, "exactness: series");
}

#define COUNTED(faults) \
	"cont\nhello\nsamples 5\ncounters 1 " faults "\naccount 64\nend pass\nreset\nexit 0"

static void counters_are_part_of_the_proof_of_exactness(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, COUNTED("7"));
	add(bench, &plain, 0, COUNTED("7"));
	bench->config.perfctr = PERFCTR_QUIET;
	assert_int_equal(run(bench, ENGINE_EXACT, 2), 0);
	assert_cell(bench, 1, VERDICT_PASS, "");
	assert_non_null(strstr(find_check(bench, "exactness")->reason, "and the same 3 counters"));
}

static void unequal_counters_are_a_broken_test_bed(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, COUNTED("7"));
	add(bench, &plain, 0, COUNTED("8"));
	assert_int_equal(run(bench, ENGINE_EXACT, 2), 0);
	assert_cell(bench, 1, VERDICT_BROKEN, "but phase 1 (work), page_faults: 7, then 8");
}

/* What the first boot brought stands in the store by then. */
/* What the fake's "samples 5" and "account 64" make; freed with each one's labels. */
static struct store_series *first_series(size_t *ret_nr)
{
	static uint64_t latency[] = { 0, 1, 2, 3, 4 }, memmap = 64 << 10, none, present = 64 << 20;
	struct store_series *series = mem_grow(NULL, 2 + METADATA_PHASES * METADATA_KINDS,
					       sizeof(*series));
	char labels[METADATA_LABELS];
	size_t nr = 0;

	series[nr++] = (struct store_series){ .name = "latency", .labels = str_dup(""),
					      .samples = latency, .nr = 5 };
	for (unsigned int phase = 0; phase < METADATA_PHASES; phase++)
		for (unsigned int kind = 0; kind < METADATA_KINDS; kind++)
			series[nr++] = (struct store_series){
				.name = METADATA_SERIES, .nr = 1,
				.labels = str_dup(metadata_labels(labels, kind, 0, phase)),
				.samples = kind == METADATA_MEMMAP ? &memmap : &none,
			};
	series[nr++] = (struct store_series){ .name = METADATA_MEMORY_SERIES, .samples = &present,
					      .labels = str_dup("kind=present,phase=boot"), .nr = 1 };
	*ret_nr = nr;
	return series;
}

static void a_resumed_proof_has_the_counters_of_the_first_boot(void **state)
{
	struct bench *bench = *state;
	struct store_series *series;
	size_t nr;
	const struct store_counter counter = {
		.source = STORE_GUEST, .phase = 1, .name = "work", .windows = 5,
		.event = "page_faults", .value = { .via = PERFCTR_VIA_ACCOUNT, .value = 6, .raw = 6 },
	};

	add(bench, &plain, 1, "exit 9");
	add(bench, &plain, 0, COUNTED("7"));
	bench->finished[0] = true;
	series = first_series(&nr);
	bench->config.first_series = series;
	bench->config.nr_first_series = nr;
	bench->config.first_counter = &counter;
	bench->config.nr_first_counters = 1;
	assert_int_equal(run(bench, ENGINE_EXACT, 1), 0);
	assert_cell(bench, 1, VERDICT_BROKEN, "page_faults: 6, then 7");
	for (size_t i = 0; i < nr; i++)
		free(series[i].labels);
	free(series);
}

static const struct store_counter *find_counter(const struct bench *bench, const char *source,
						const char *event)
{
	for (size_t i = 0; i < bench->content.nr_counters; i++)
		if (!strcmp(bench->content.counter[i].source, source) &&
		    !strcmp(bench->content.counter[i].event, event))
			return &bench->content.counter[i];
	return NULL;
}

/* The fake touches 4 MiB; where perf is not allowed there is a reason instead. */
static void the_vcpu_threads_are_counted_on_the_host(void **state)
{
	struct bench *bench = *state;
	const struct store_counter *faults;

	add(bench, &plain, 1, "cont\nhello\neat 4\nsamples 5\naccount 64\nend pass\nreset\nexit 0");
	bench->config.perfctr = PERFCTR_QUIET;
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	assert_cell(bench, 0, VERDICT_PASS, "");
	assert_null(find_counter(bench, STORE_GUEST, "page_faults"));
	faults = find_counter(bench, STORE_HOST, "page_faults");
	assert_non_null(faults);
	assert_int_equal(faults->value.via, PERFCTR_VIA_PERF);
	assert_true(faults->phase == 1 && !faults->windows);
	if (!faults->value.error)
		assert_in_range(faults->value.value, 2, 1000000);
}

static void nothing_is_counted_where_nothing_is_wanted(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, GOOD);
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	assert_int_equal(bench->content.nr_counters, 0);
}

static void counters_that_make_no_sense_are_garbage(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, "cont\nhello\ncounters 0 7\nhang");
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	assert_cell(bench, 0, VERDICT_BROKEN, "(counters, ");
}

/* A QEMU that takes the plugin and leaves no file of it. */
static void a_cell_whose_traffic_is_missing_is_broken(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, GOOD);
	bench->config.plugin = "/traffic.so";
	bench->config.traffic_caches = "32K/8,1M/16,8M/16,64/4";
	assert_int_equal(run(bench, ENGINE_EXACT, 1), 0);
	assert_cell(bench, 0, VERDICT_BROKEN, "traffic: ");
}

static void finished_cells_are_not_run_again(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, "exit 9");
	add(bench, &plain, 1, GOOD);
	bench->finished[0] = true;
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	assert_string_equal(bench->content.cell[0].status, "planned");
	assert_cell(bench, 1, VERDICT_PASS, "");
}

/* The last test: once interrupted, a process stays so. */
/* CPU 0 and nothing else: a machine with room for one guest. */
static void use_one_core(struct bench *bench)
{
	topo_free(bench->topo);
	assert_int_equal(topo_load_synthetic("pack:1 [numa] core:1 pu:1", &bench->topo, NULL), 0);
}

static void guests_whose_time_is_measured_take_turns(void **state)
{
	struct bench *bench = *state;
	char *script = str_printf("alone %s/lock\n" GOOD, bench->dir);

	use_one_core(bench);
	for (int i = 0; i < 5; i++)
		add(bench, i == 2 ? &wide : &plain, 1, script);
	assert_int_equal(run(bench, ENGINE_KVM, 4), 0);
	for (int i = 0; i < 5; i++)
		assert_cell(bench, i, VERDICT_PASS, "");
	assert_non_null(strstr(bench->content.cell[1].placement, "node 0, CPU 0, "));
	assert_non_null(strstr(bench->content.cell[2].placement, "not pinned"));
	free(script);
}

/* A second node beside the only one: then memory is bound, and node 0 is what every host has. */
static bool use_two_nodes(struct bench *bench)
{
	if (numa_available() < 0) {
		print_message("# left out: memory policies are not to be had\n");
		return false;
	}
	topo_free(bench->topo);
	assert_int_equal(topo_load_synthetic("pack:1 [numa] [numa] core:1 pu:1", &bench->topo, NULL),
			 0);
	return true;
}

#define WORK "cont\nhello\nsamples 5\naccount 64\ntouch 4\n"

static void time_is_worth_what_its_place_is_worth(void **state)
{
	struct bench *bench = *state;

	if (!use_two_nodes(bench))
		return;
	add(bench, &plain, 1, WORK "end pass\nreset\nwait-quit\nexit 0");
	add(bench, &plain, 1, WORK "unbind\nend pass\nreset\nwait-quit\nexit 0");
	add(bench, &plain, 1, WORK "end pass\nexit 0");
	/* What went wrong before says more. */
	add(bench, &plain, 1, WORK "unbind\nconsole Kernel panic - not syncing: test\nreset\n"
	    "wait-quit\nexit 0");
	assert_int_equal(run(bench, ENGINE_KVM, 2), 0);
	assert_cell(bench, 0, VERDICT_PASS, "");
	assert_int_equal(find_check(bench, "placement")->verdict, VERDICT_PASS);
	assert_non_null(strstr(bench->content.cell[0].placement,
			       "\nnuma_maps: 64.0 MiB bound to node 0, 4.0 MiB of it there"));
	assert_cell(bench, 1, VERDICT_BROKEN, "placement: numa_maps: 0 B bound to node 0");
	assert_cell(bench, 2, VERDICT_BROKEN, "placement: QEMU was gone");
	assert_cell(bench, 3, VERDICT_FAIL, "panic");
	for (size_t i = 0; i < bench->content.nr_checks; i++)
		assert_int_not_equal(bench->content.check[i].cell, 4);
}

static void emulated_time_is_worth_the_same_anywhere(void **state)
{
	struct bench *bench = *state;

	if (!use_two_nodes(bench))
		return;
	add(bench, &plain, 1, WORK "unbind\nend pass\nreset\nwait-quit\nexit 0");
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	assert_cell(bench, 0, VERDICT_PASS, "");
	assert_null(find_check(bench, "placement"));
	assert_non_null(strstr(bench->content.cell[0].placement, "were to be bound to node 0"));
}

static void emulated_guests_do_not_wait_for_cores(void **state)
{
	struct bench *bench = *state;

	use_one_core(bench);
	for (int i = 0; i < 3; i++)
		add(bench, &plain, 1, GOOD);
	assert_int_equal(run(bench, ENGINE_TCG, 3), 0);
	for (int i = 0; i < 3; i++)
		assert_cell(bench, i, VERDICT_PASS, "");
	assert_non_null(strstr(bench->content.cell[0].placement, "node 0, CPU 0, "));
	assert_non_null(strstr(bench->content.cell[1].placement, "not pinned"));
}

static void no_guest_has_a_thousand_cpus(void **state)
{
	static const struct workload huge = {
		.name = "huge", .needs = { .mem_mib = 64, .cpus = 1000, .nodes = 1 },
		.deadline_s = 5,
	};
	struct bench *bench = *state;

	add(bench, &huge, 1, NULL);
	assert_int_equal(run(bench, ENGINE_TCG, 1), 0);
	assert_cell(bench, 0, VERDICT_BROKEN, "so many vCPUs");
}

static void an_interrupt_leaves_running_cells_to_be_resumed(void **state)
{
	struct bench *bench = *state;

	add(bench, &plain, 1, "cont\nhello\nhang");
	proc_catch_signals();
	raise(SIGINT);
	assert_int_equal(run(bench, ENGINE_TCG, 1), -EINTR);
	assert_string_equal(bench->content.cell[0].status, "running");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

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
		TEST(a_cell_gets_what_its_parameters_need),
		TEST(a_variant_without_a_kernel_is_broken),
		TEST(equal_boots_prove_exactness),
		TEST(a_cell_whose_traffic_is_missing_is_broken),
		TEST(unequal_boots_are_a_broken_test_bed),
		TEST(counters_are_part_of_the_proof_of_exactness),
		TEST(unequal_counters_are_a_broken_test_bed),
		TEST(a_resumed_proof_has_the_counters_of_the_first_boot),
		TEST(the_vcpu_threads_are_counted_on_the_host),
		TEST(nothing_is_counted_where_nothing_is_wanted),
		TEST(counters_that_make_no_sense_are_garbage),
		TEST(finished_cells_are_not_run_again),
		TEST(guests_whose_time_is_measured_take_turns),
		TEST(time_is_worth_what_its_place_is_worth),
		TEST(emulated_time_is_worth_the_same_anywhere),
		TEST(emulated_guests_do_not_wait_for_cores),
		TEST(no_guest_has_a_thousand_cpus),
		TEST(an_interrupt_leaves_running_cells_to_be_resumed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
