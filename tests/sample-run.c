// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs with fixed figures, made through the store as the harness makes them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "metadata.h"
#include "sample-run.h"
#include "util.h"

#define NR_SAMPLES 128
#define STARTED 1764582301	/* 2025-12-01 09:45:01 UTC */

static void must(int error, const struct err *err)
{
	if (error)
		fail_msg("%s", err->text);
}

static const struct store_metric sample_metric[] = {
	{ .workload = "zswap", .name = "store", .help = "store one page, median",
	  .series = "store", .unit = UNIT_CLOCK, .direction = DIR_LOWER,
	  .combine = COMBINE_MEDIAN },
	{ .workload = "zswap", .name = "store_mean", .help = "store one page, mean",
	  .series = "store", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .workload = "zswap", .name = "store_p99", .help = "store one page, p99",
	  .series = "store", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .workload = "zswap", .name = "load", .help = "load one page, median",
	  .series = "load", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .workload = "zswap", .name = "load_mean", .help = "load one page, mean",
	  .series = "load", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .workload = "zswap", .name = "load_p99", .help = "load one page, p99",
	  .series = "load", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .workload = "zswap", .name = "density", .help = "bytes stored / bytes of the pool",
	  .series = "density", .unit = UNIT_RATIO, .direction = DIR_HIGHER,
	  .combine = COMBINE_MEDIAN },
	{ .workload = "memmap", .name = "memmap_bytes", .help = "struct pages",
	  .series = "memmap_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER,
	  .combine = COMBINE_MAX },
	{ .workload = "memmap", .name = "vmemmap_table_bytes", .help = "page tables of the memmap",
	  .series = "vmemmap_table_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER,
	  .combine = COMBINE_MAX },
	{ .workload = "memmap", .name = "mem_total_bytes", .help = "what is left",
	  .series = "mem_total_bytes", .unit = UNIT_BYTES, .direction = DIR_HIGHER,
	  .combine = COMBINE_MAX },
};

/* Of a class that no kernel has, and of a series without windows, there are no samples. */
static const struct store_metric sample_traffic[] = {
	{ .workload = "zswap", .name = "store.memmap_loads", .help = "loads", .unit = UNIT_COUNT,
	  .series = "store.memmap_loads", .combine = COMBINE_MEAN },
	{ .workload = "zswap", .name = "store.memmap_lines", .help = "lines", .unit = UNIT_COUNT,
	  .series = "store.memmap_lines", .combine = COMBINE_MEAN },
	{ .workload = "zswap", .name = "store.descriptors_lines", .help = "lines",
	  .unit = UNIT_COUNT, .series = "store.descriptors_lines", .combine = COMBINE_MEAN },
	{ .workload = "zswap", .name = "load.memmap_loads", .help = "loads", .unit = UNIT_COUNT,
	  .series = "load.memmap_loads", .combine = COMBINE_MEAN },
	{ .workload = "zswap", .name = "load.memmap_lines", .help = "lines", .unit = UNIT_COUNT,
	  .series = "load.memmap_lines", .combine = COMBINE_MEAN },
};

static const struct store_metric sample_metadata[] = {
	{ .workload = "zswap", .name = "metadata_bytes", .help = "what describes memory",
	  .series = "metadata_bytes", .unit = UNIT_BYTES, .combine = COMBINE_MAX },
	{ .workload = "memmap", .name = "metadata_bytes", .help = "what describes memory",
	  .series = "metadata_bytes", .unit = UNIT_BYTES, .combine = COMBINE_MAX },
};

static const char *const content_class[] = { "same", "text", "random" };

/* Instructions of one page, by content class, on the base. */
struct cost {
	const char *compressor;
	uint64_t store[3];
	uint64_t load[3];
};

static const struct cost cost_table[] = {
	{ "lzo", { 20113, 143201, 288407 }, { 5210, 31877, 24190 } },
	{ "lz4", { 20112, 121480, 231902 }, { 5209, 22346, 19871 } },
	{ "zstd", { 20115, 398844, 377160 }, { 5214, 58120, 21033 } },
};

static const struct cost *cost_of(const char *params)
{
	for (size_t i = 0; i < ARRAY_SIZE(cost_table); i++)
		if (strstr(params, cost_table[i].compressor))
			return &cost_table[i];
	fail_msg("no compressor in %s", params);
	return NULL;
}

/**
 * struct maker - a run being made
 * @sample: what was asked for
 * @store: where it goes
 * @variant: labels
 * @err: of the store
 */
struct maker {
	const struct sample_run *sample;
	struct store *store;
	struct strv variant;
	struct err err;
};

static bool maker_exact(const struct maker *maker)
{
	return !strcmp(maker->sample->engine, "exact");
}

static void make_run(struct maker *maker, const char *dir)
{
	struct store_run run = {
		.id = (char *)(maker->sample->id ? maker->sample->id : "20251201-094501-7c3e"),
		.suite_version = "0.1.0",
		.engine = (char *)maker->sample->engine,
		.exact = maker_exact(maker),
		.profile = "quick",
		.argv = "run-suite run --engine auto",
		.qemu_version = "QEMU emulator version 7.2.19 (Debian 1:7.2+dfsg-7+deb12u16)",
		.agent_hash = "5f1d8a1be4ac1f3a9d6d2a3c7c1e0f4e57a08b6e3a8c3b1b5d4f6e7a8b9c0d1e",
		.host = (char *)(maker->sample->host ? maker->sample->host :
				 "Linux 6.1.0-41-amd64 x86_64, AMD EPYC 7763 64-Core Processor"),
		.topology = "<topology version=\"2.0\"/>",
		.notes = "kvm: /dev/kvm cannot be opened: No such file or directory\n"
			 "host: 2 CPUs, load 1.3 at the start",
		.strict = maker->sample->disturbed,
		.started = STARTED,
	};

	must(store_create(dir, &run, &maker->store, &maker->err), &maker->err);
}

static const struct store_finding sample_finding[] = {
	{ false, STARTED, "QEMU", HOST_GOOD, "/usr/bin/qemu-system-x86_64: 7.2.19", "" },
	{ false, STARTED, "governor", HOST_DISTURBS, "powersave, 8 CPUs",
	  "cpupower frequency-set -g performance" },
	{ false, STARTED, "throttling", HOST_UNKNOWN, "cannot be read: no CPU counts it", "" },
	{ false, STARTED, "isolated CPUs", HOST_NOTE, "none", "boot with isolcpus=" },
	{ false, STARTED, "load", HOST_DISTURBS, "2.10 in the last minute",
	  "wait until the host is idle" },
	{ true, STARTED + 187, "load", HOST_DISTURBS, "others kept 1.30 CPUs busy during the run",
	  "wait until the host is idle" },
	{ true, STARTED + 187, "steal time", HOST_GOOD, "0.000 CPUs during the run", "" },
};

static void make_findings(struct maker *maker)
{
	for (size_t i = 0; i < ARRAY_SIZE(sample_finding) && maker->sample->disturbed; i++)
		must(store_add_finding(maker->store, &sample_finding[i], &maker->err),
		     &maker->err);
}

#define KEY		"c0ffee0000000000000000000000000000000000000000000000000000000001"
#define PATCH_HASH	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define CONFIG_HASH	"1b2c000000000000000000000000000000000000000000000000000000000002"
#define PATCHED_IMAGE	"9d4e11aa00000000000000000000000000000000000000000000000000000003"
#define BASE_IMAGE	"3fa2b6c100000000000000000000000000000000000000000000000000000004"

#define OFF \
	"CONFIG_HIBERNATION: it does not save free pages, and so not the bytes that link them\n" \
	"CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP: no array of descriptors has pages to share"

static void make_kernels(struct maker *maker)
{
	for (size_t i = 0; i < maker->variant.nr; i++) {
		struct store_kernel kernel = {
			.variant = maker->variant.item[i],
			.key = KEY,
			.source_version = "6.12.57-1~bpo12+1",
			.patch_hash = PATCH_HASH,
			.config_hash = CONFIG_HASH,
			.image_hash = strncmp(maker->variant.item[i], "baseline", 8) ?
				      PATCHED_IMAGE : BASE_IMAGE,
			.compiler = "gcc (Debian 12.2.0-14+deb12u1) 12.2.0",
			.off = i + maker->sample->off < maker->variant.nr ? NULL : OFF,
			.seconds = i ? 0 : 308.4,
		};

		/* A variant that does not build has no kernel. */
		if (maker->sample->trouble == SAMPLE_FINE || i < 2)
			must(store_add_kernel(maker->store, &kernel, &maker->err), &maker->err);
	}
}

/* Figures of a later variant differ a little more where pages compress less. */
static uint64_t shifted(const struct maker *maker, size_t variant, uint64_t value, unsigned int by)
{
	return value + (int64_t)value * maker->sample->shift * (int64_t)variant * by / 1000000;
}

/* Boots of a real machine differ: up to 2 % here, the same every time. */
static uint64_t noisy(const struct maker *maker, const struct store_cell *cell, uint64_t value)
{
	if (maker_exact(maker))
		return value;
	return value + value * ((cell->trial * 7919 + cell->id * 104729) % 200) / 10000;
}

static struct store_series *add_series(struct store_series *list, size_t *nr, const char *name,
				       const char *labels, size_t nr_samples)
{
	list = mem_grow(list, *nr + 1, sizeof(*list));
	list[(*nr)++] = (struct store_series){
		.name = (char *)name,
		.labels = str_dup(labels),
		.samples = mem_grow(NULL, nr_samples, sizeof(uint64_t)),
		.nr = nr_samples,
	};
	return list;
}

static struct store_series *add_latency(const struct maker *maker, const struct store_cell *cell,
					size_t variant, struct store_series *list, size_t *nr,
					unsigned int class, bool load)
{
	const struct cost *cost = cost_of(cell->params);
	uint64_t middle = load ? cost->load[class] : cost->store[class];
	char *labels = str_printf("content=%s", content_class[class]);
	struct store_series *series;

	list = add_series(list, nr, load ? "load" : "store", labels, NR_SAMPLES);
	series = &list[*nr - 1];
	middle = noisy(maker, cell, shifted(maker, variant, middle, class));
	if (strstr(cell->params, "zbud"))
		middle -= middle / 16;
	for (unsigned int i = 0; i < NR_SAMPLES; i++)
		series->samples[i] = class ? middle - middle / 64 + i * (middle / 2048) : middle;
	series->samples[NR_SAMPLES - 1] += middle / 3;
	free(labels);
	return list;
}

/* A mean that is no whole number: 12 lines and now and then one more. */
static struct store_series *add_traffic(size_t variant, struct store_series *list, size_t *nr,
					const char *labels)
{
	static const char *const names[] = { "store.memmap_loads", "store.memmap_lines" };

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		list = add_series(list, nr, names[i], labels, NR_SAMPLES);
		for (unsigned int k = 0; k < NR_SAMPLES; k++)
			list[*nr - 1].samples[k] = (i ? 12 : 80) + variant + !(k % 4);
	}
	return list;
}

static struct store_series *zswap_series(const struct maker *maker, const struct store_cell *cell,
					 size_t variant, size_t *nr)
{
	struct store_series *list = NULL;
	static const uint64_t density[] = { 64000000, 2731449, 1000000 };

	for (unsigned int class = 0; class < ARRAY_SIZE(content_class); class++) {
		char *labels = str_printf("content=%s", content_class[class]);

		list = add_latency(maker, cell, variant, list, nr, class, false);
		list = add_latency(maker, cell, variant, list, nr, class, true);
		list = add_series(list, nr, "density", labels, 1);
		list[*nr - 1].samples[0] = strstr(cell->params, "zbud") && class == 1 ?
					   1986021 : density[class];
		if (maker->sample->traffic)
			list = add_traffic(variant, list, nr, labels);
		free(labels);
	}
	return list;
}

static struct store_series *memmap_series(bool small_pages, size_t *nr)
{
	struct store_series *list = NULL;

	list = add_series(list, nr, "memmap_bytes", "", 1);
	list[0].samples[0] = 8388608;
	list = add_series(list, nr, "vmemmap_table_bytes", "", 1);
	list[1].samples[0] = small_pages ? 24576 : 8192;
	list = add_series(list, nr, "mem_total_bytes", "", 1);
	list[2].samples[0] = 487976960 - (small_pages ? 16384 : 0);
	return list;
}

/* Tables and zspages differ, and phases; half of it is on another node. */
static struct store_series *add_metadata(const struct maker *maker, size_t variant, bool zswap,
					 struct store_series *list, size_t *nr)
{
	bool other = variant && maker->sample->shift;
	char labels[METADATA_LABELS];

	for (unsigned int at = 0; at < METADATA_KINDS * METADATA_PHASES * 2; at++) {
		enum metadata_phase phase = at / 2 % METADATA_PHASES;
		enum metadata_kind kind = at / 2 / METADATA_PHASES;
		uint64_t bytes[METADATA_KINDS] = {
			[METADATA_MEMMAP] = 4 << 20,
			[METADATA_TABLES] = other ? 12288 + 4096 * variant : 4096,
			[METADATA_ZSPAGES] = zswap && phase == METADATA_LOADED ? 1000 - variant : 0,
		};

		list = add_series(list, nr, METADATA_SERIES,
				  metadata_labels(labels, kind, at % 2, phase), 1);
		list[*nr - 1].samples[0] = bytes[kind];
	}
	return list;
}

static void free_series(struct store_series *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		free(list[i].labels);
		free(list[i].samples);
	}
	free(list);
}

/*
 * Of the guest in phase 1 and 2 and of the host: what is counted, shared, absent, and
 * counted in one phase only.
 */
static const struct perfctr_value sample_counters[3][PERFCTR_EVENTS] = {
	{
		{ .value = 81234567, .raw = 81234567, .enabled = 40000000, .running = 40000000 },
		{ .value = 120000000, .raw = 90000000, .enabled = 40000000, .running = 30000000 },
		{ .error = ENOENT }, { .error = ENOENT }, { .error = PERFCTR_NEVER_RAN },
		{ .via = PERFCTR_VIA_ACCOUNT, .value = 1031, .raw = 1031 },
		{ .via = PERFCTR_VIA_ACCOUNT, .value = 0, .raw = 0 },
		{ .via = PERFCTR_VIA_ACCOUNT, .value = 39876543, .raw = 39876543 },
	}, {
		{ .value = 41234567, .raw = 41234567, .enabled = 20000000, .running = 20000000 },
		{ .value = 60000000, .raw = 60000000, .enabled = 20000000, .running = 20000000 },
		{ .error = ENOENT }, { .error = ENOENT },
		{ .value = 4242, .raw = 4242, .enabled = 20000000, .running = 20000000 },
		{ .via = PERFCTR_VIA_ACCOUNT, .value = 1024, .raw = 1024 },
		{ .via = PERFCTR_VIA_ACCOUNT, .value = 3, .raw = 3 },
		{ .via = PERFCTR_VIA_ACCOUNT, .value = 19876543, .raw = 19876543 },
	}, {
		{ .error = EACCES }, { .error = EACCES }, { .error = EACCES }, { .error = EACCES },
		{ .error = EACCES },
		{ .value = 4360, .raw = 4360, .enabled = 5000000000, .running = 5000000000 },
		{ .value = 512, .raw = 512, .enabled = 5000000000, .running = 5000000000 },
		{ .value = 5000000000, .raw = 5000000000, .enabled = 5000000000,
		  .running = 5000000000 },
	},
};

static size_t make_counters(struct store_counter *list)
{
	static const char *const names[] = { "store content=text", "load", "whole guest" };
	size_t nr = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		for (unsigned int k = 0; k < PERFCTR_EVENTS; k++)
			list[nr++] = (struct store_counter){
				.source = i < 2 ? STORE_GUEST : STORE_HOST,
				.phase = i < 2 ? i + 2 : 1,
				.name = (char *)names[i],
				.windows = i < 2 ? 1024 : 0,
				.event = (char *)perfctr_event[k].name,
				.unit = (char *)perfctr_event[k].unit,
				.direction = perfctr_event[k].direction,
				.value = sample_counters[i][k],
			};
	return nr;
}

static void end_well(struct maker *maker, struct store_cell *cell, size_t variant,
		     enum verdict verdict, const char *reason)
{
	struct store_check check[] = {
		{ 0, "memmap_mapping", "", VERDICT_PASS, "2M as promised, 4 of 4 ranges" },
		{ 0, "content", "content=text", verdict, (char *)reason },
	};
	bool zswap = !strcmp(cell->workload, "zswap");
	struct store_counter counter[3 * PERFCTR_EVENTS];
	struct store_series *series;
	size_t nr = 0;

	series = zswap ? zswap_series(maker, cell, variant, &nr) :
			 memmap_series(variant && maker->sample->shift, &nr);
	if (maker->sample->metadata)
		series = add_metadata(maker, variant, zswap, series, &nr);
	cell->verdict = verdict;
	cell->reason = (char *)(verdict ? reason : "all checks passed");
	cell->ready_ns = 1431000000;
	cell->wall_ns = 6204000000;
	cell->max_rss = 412 << 20;
	cell->counter = counter;
	cell->nr_counters = zswap && maker->sample->counters ? make_counters(counter) : 0;
	must(store_cell_end(maker->store, cell, series, nr, check, zswap ? 2 : 1, &maker->err),
	     &maker->err);
	free_series(series, nr);
}

static void end_without_samples(struct maker *maker, struct store_cell *cell,
				enum verdict verdict, const char *reason)
{
	cell->verdict = verdict;
	cell->reason = (char *)reason;
	must(store_cell_end(maker->store, cell, NULL, 0, NULL, 0, &maker->err), &maker->err);
}

static void do_cell(struct maker *maker, struct store_cell *cell, size_t variant)
{
	bool trouble = maker->sample->trouble == SAMPLE_TROUBLE;
	bool last = trouble && strstr(cell->params, "zstd") && variant == 1;

	cell->started = STARTED + 10 * cell->id;
	cell->job = "workload zswap\nparam compressor=lz4\nclock insns\ndeadline 60\nseed 1\n";
	cell->placement = "node 1, CPU 12, memory bound, other threads on CPUs 0,8\n"
			  "numa_maps: 512 MiB bound to node 1, 403 MiB of it there";
	must(store_cell_begin(maker->store, cell, &maker->err), &maker->err);
	cell->command = "qemu-system-x86_64 -M microvm -accel tcg -icount shift=0,sleep=off "
			"-kernel '/var/cache/page meta/vmlinux' -append 'nokaslr norandmaps'";
	if (last)
		return;
	if (trouble && variant == 2)
		end_without_samples(maker, cell, VERDICT_BROKEN,
				    "the kernel was not built: mm/sparse-vmemmap.c:214:2: error: "
				    "implicit declaration of function 'vmemmap_populate_pool'; the "
				    "whole log is in the cache");
	else if (trouble && variant == 1 && strstr(cell->params, "lzo"))
		end_well(maker, cell, variant, VERDICT_FAIL,
			 "page 12 of 1024 differs at byte 40: wrote 0x61, read 0x00");
	else if (trouble && !strcmp(cell->workload, "memmap") && variant == 1)
		end_without_samples(maker, cell, VERDICT_UNSUPPORTED,
				    "needs a kernel with CONFIG_PTDUMP_DEBUGFS=y");
	else
		end_well(maker, cell, variant, VERDICT_PASS, "1024 of 1024 pages as written");
}

/* Planned as a whole first, as the harness does: ids are places in the plan. */
struct planned {
	struct store_cell *cell;
	size_t *variant;
	size_t nr;
};

static void plan_cell(struct maker *maker, struct planned *plan, size_t variant,
		      const char *workload, const char *params, unsigned int trial)
{
	struct store_cell cell = {
		.variant = maker->variant.item[variant],
		.workload = (char *)workload,
		.params = str_dup(params),
		.trial = trial,
	};

	must(store_plan(maker->store, &cell, &maker->err), &maker->err);
	plan->cell = mem_grow(plan->cell, plan->nr + 1, sizeof(cell));
	plan->variant = mem_grow(plan->variant, plan->nr + 1, sizeof(variant));
	plan->cell[plan->nr] = cell;
	plan->variant[plan->nr++] = variant;
}

static void plan_round(struct maker *maker, struct planned *plan, const char *workload,
		       const char *params, unsigned int trial)
{
	for (size_t variant = 0; variant < maker->variant.nr; variant++) {
		plan_cell(maker, plan, variant, workload, params, trial);
		if (plan->nr == 1 && maker_exact(maker))
			plan_cell(maker, plan, variant, workload, params, 0);
	}
}

static void plan_trial(struct maker *maker, struct planned *plan, unsigned int trial)
{
	struct strv compressor = { 0 }, pool = { 0 };

	strv_split(&compressor, maker->sample->compressors, ",");
	strv_split(&pool, maker->sample->pools, ",");
	for (size_t i = 0; i < compressor.nr; i++)
		for (size_t j = 0; j < pool.nr; j++) {
			char *params = str_printf("compressor=%s,pool=%s", compressor.item[i],
						  pool.item[j]);

			plan_round(maker, plan, "zswap", params, trial);
			free(params);
		}
	plan_round(maker, plan, "memmap", "", trial);
	strv_free(&pool);
	strv_free(&compressor);
}

static void make_cells(struct maker *maker)
{
	struct planned plan = { 0 };

	must(store_begin(maker->store, &maker->err), &maker->err);
	for (size_t i = 0; i < ARRAY_SIZE(sample_metric); i++)
		must(store_add_metric(maker->store, &sample_metric[i], &maker->err), &maker->err);
	for (size_t i = 0; i < ARRAY_SIZE(sample_traffic) && maker->sample->traffic; i++)
		must(store_add_metric(maker->store, &sample_traffic[i], &maker->err), &maker->err);
	for (size_t i = 0; i < ARRAY_SIZE(sample_metadata) && maker->sample->metadata; i++)
		must(store_add_metric(maker->store, &sample_metadata[i], &maker->err),
		     &maker->err);
	for (unsigned int trial = 1; trial <= maker->sample->trials; trial++)
		plan_trial(maker, &plan, trial);
	must(store_commit(maker->store, &maker->err), &maker->err);
	for (size_t i = 0; i < plan.nr; i++) {
		do_cell(maker, &plan.cell[i], plan.variant[i]);
		free(plan.cell[i].params);
	}
	free(plan.cell);
	free(plan.variant);
}

void sample_run_make(const struct sample_run *sample, const char *dir)
{
	struct maker maker = { .sample = sample };

	strv_split(&maker.variant, sample->variants, ",");
	make_run(&maker, dir);
	make_findings(&maker);
	make_kernels(&maker);
	make_cells(&maker);
	if (sample->trouble == SAMPLE_FINE)
		must(store_finish(maker.store, &maker.err), &maker.err);
	store_close(maker.store);
	strv_free(&maker.variant);
}

void sample_run_load(const struct sample_run *sample, struct store_content *ret_content)
{
	char *dir = sample_folder();
	struct err err = { "" };
	struct store *store;

	sample_run_make(sample, dir);
	must(store_open(dir, false, &store, &err), &err);
	must(store_load(store, ret_content, &err), &err);
	store_close(store);
	sample_remove(dir);
	/* The only figure that is not fixed: when the run was finished. */
	if (ret_content->run.ended)
		ret_content->run.ended = STARTED + 187;
}

char *sample_folder(void)
{
	/* Every cell is synced twice: on a busy disk that is most of a test's time. */
	const char *fallback = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
	const char *tmp = getenv("TMPDIR");
	char *dir = str_printf("%s/pagemeta-test-XXXXXX", tmp && *tmp ? tmp : fallback);

	if (!mkdtemp(dir))
		fail_msg("%s: cannot create: %s", dir, strerror(errno));
	return dir;
}

void sample_remove(char *dir)
{
	struct err err = { "" };

	must(fs_remove(dir, &err), &err);
	free(dir);
}
