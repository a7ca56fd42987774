/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload zswap-threads: several threads that store, load, rewrite and free pages in
 * zswap, each with pages of its own and all of them with pages that they share, while
 * a further thread has pages written back. Each page is compared whenever it is loaded.
 * Check zswap-storm does the same on two CPUs, where its further thread has the pool and
 * memory compacted as well.
 *
 * The shared pages are never written to, so that any number of threads may fault on
 * one, swap it out and compare it at the same time without a lock that would keep the
 * kernel's paths apart. Under the exact engine the threads take turns on one CPU, the
 * same turns in every boot.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"
#include "prng.h"
#include "swap-device.h"
#include "swap-pages.h"
#include "sysfs.h"
#include "table.h"
#include "tlb.h"
#include "zswap-counters.h"
#include "zswap-setup.h"

#define THREADS_MAX 8
#define STACK_BYTES (256 << 10)
#define ROUND 256		/* operations between two turns of the further thread */
#define PUSHES_MAX 64
#define RECLAIM_BYTES (64 << 10)
#define POLL_US 10000
#define POLLS_MAX 500

#define PARAMS_COMMON									\
	{ .name = "compressor", .help = "zswap's compressor", .def = "lzo",		\
	  .choices = zswap_compressors, .full = "lzo,zstd" },				\
	{ .name = "pool", .help = "zswap's pool of compressed pages", .def = "zsmalloc",\
	  .choices = zswap_pools, .full = "zsmalloc,zbud,z3fold" },			\
	{ .name = "pages", .help = "pages of each thread, and pages they share",	\
	  .def = "128", .min = 64, .max = 4096, .quick = "128", .full = "512" }

static const struct workload_param threads_params[] = {
	PARAMS_COMMON,
	{ .name = "threads", .help = "threads, besides the one that disturbs them", .def = "4",
	  .min = 1, .max = THREADS_MAX, .quick = "4", .full = "2,8" },
	{ .name = "operations", .help = "operations of each thread", .def = "1024",
	  .min = 64, .max = 1000000, .quick = "1024", .full = "8192" },
	{ .name = NULL }
};

static const struct workload_param storm_params[] = {
	PARAMS_COMMON,
	{ .name = "threads", .help = "threads, besides the one that disturbs them", .def = "2",
	  .min = 1, .max = THREADS_MAX, .quick = "2", .full = "4" },
	{ .name = "operations", .help = "operations of each thread", .def = "256",
	  .min = 64, .max = 1000000, .quick = "256", .full = "4096" },
	{ .name = NULL }
};

static const struct metric threads_metrics[] = {
	{ .name = "store",
	  .help = "MADV_PAGEOUT of one page, other threads' turns included",
	  .series = "store", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "store_mean",
	  .help = "the same, mean",
	  .series = "store", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "store_p99",
	  .help = "the same, 99th percentile",
	  .series = "store", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "load",
	  .help = "access to one page that is mostly swapped out, likewise",
	  .series = "load", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "load_mean",
	  .help = "the same, mean",
	  .series = "load", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "load_p99",
	  .help = "the same, 99th percentile",
	  .series = "load", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "whole",
	  .help = "all operations of all threads, a TLB flush after each",
	  .series = "whole", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "stores",
	  .help = "pages stored in zswap",
	  .series = "stores", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
	{ .name = "loads",
	  .help = "pages loaded from zswap",
	  .series = "loads", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
	{ .name = "written_back",
	  .help = "pages written back",
	  .series = "written_back", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const threads_checks[] = {
	"content-verified", "all-paths-taken", "nothing-left", NULL
};

/**
 * struct worker - one thread
 * @thread: its id
 * @number: from 0
 * @operations: how many to make
 * @state: of its random numbers
 * @own: pages nobody else touches
 * @store: samples
 * @nr_store: how many
 * @load: samples
 * @nr_load: how many
 * @verdict: of all it compared
 * @err: 0 or -errno of the first operation that failed
 */
struct worker {
	pthread_t thread;
	unsigned int number;
	uint64_t operations;
	uint64_t state;
	struct swap_pages own;
	uint64_t *store;
	size_t nr_store;
	uint64_t *load;
	size_t nr_load;
	struct swap_verdict verdict;
	int err;
};

static struct run *the_run;
static struct cgroup group;
static struct swap_pages shared;
static struct worker worker[THREADS_MAX];
static unsigned int nr_threads;
static uint64_t *samples;	/* of stores of each thread, then of loads */
static uint64_t made;		/* operations of all threads, counted by atomics */
static int over;		/* all workers have ended */
static bool compacting;		/* a storm */
static sem_t turn;		/* for the thread that disturbs */
static struct zswap_counters start;

static uint64_t *map_locked(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	if (mlock(at, bytes)) {
		munmap(at, bytes);
		return NULL;
	}
	return at;
}

static int worker_init(unsigned int number, uint64_t operations, uint64_t nr)
{
	struct worker *w = &worker[number];
	int err = swap_pages_new(the_run, 1 + number, nr, &w->own);

	if (err)
		return err;
	w->number = number;
	w->operations = operations;
	w->state = w->own.seed;
	w->store = samples + number * operations;
	w->load = samples + (nr_threads + number) * operations;
	return 0;
}

static int threads_setup(struct run *run)
{
	uint64_t nr = run_param_u64(run, "pages"), operations = run_param_u64(run, "operations");
	unsigned int i;
	int err;

	the_run = run;
	nr_threads = (unsigned int)run_param_u64(run, "threads");
	samples = map_locked(2 * nr_threads * operations * sizeof(*samples));
	if (!samples)
		return run_error(run, -ENOMEM, "no memory for %" PRIu64 " samples", operations);
	err = zswap_swap_on(run, nr * (THREADS_MAX + 1));
	if (!err)
		err = tlb_prepare(run);
	if (!err)
		err = cgroup_new(run, "zswap-threads", &group);
	if (!err)
		err = swap_pages_new(run, 0, nr, &shared);
	for (i = 0; i < nr_threads && !err; i++)
		err = worker_init(i, operations, nr);
	if (!err)
		err = cgroup_enter(run, &group);
	return err ? err : zswap_set(run, "shrinker_enabled", "Y");
}

static int timed_out(struct worker *w, struct swap_pages *pages, size_t i)
{
	uint64_t from = run_begin(the_run);
	int err = swap_pages_out(pages, i);

	w->store[w->nr_store++] = run_end(the_run, from);
	return err;
}

static void timed_in(struct worker *w, struct swap_pages *pages, size_t i)
{
	uint64_t from = run_begin(the_run);

	*(volatile uint8_t *)swap_pages_at(pages, i);
	w->load[w->nr_load++] = run_end(the_run, from);
	swap_pages_compare(pages, i, swap_pages_at(pages, i), &w->verdict);
}

/* Of 16: shared pages swapped out 2, in 2; own ones out 6, in 3, in and rewritten 2, freed 1. */
static int operate(struct worker *w)
{
	uint64_t draw = prng_next(&w->state);
	size_t i = (size_t)((draw >> 8) % w->own.nr);

	switch (draw % 16) {
	case 0: case 1:
		return timed_out(w, &shared, i);
	case 2: case 3:
		timed_in(w, &shared, i);
		return 0;
	case 4: case 5: case 6: case 7: case 8: case 9:
		return timed_out(w, &w->own, i);
	case 10: case 11: case 12:
		timed_in(w, &w->own, i);
		return 0;
	case 13: case 14:
		timed_in(w, &w->own, i);
		swap_pages_write(&w->own, i);
		return 0;
	default:
		return swap_pages_drop(&w->own, i);
	}
}

static void *work(void *arg)
{
	struct worker *w = arg;
	uint64_t k;

	run_slot(w->number + 1);
	for (k = 0; k < w->operations && !w->err; k++) {
		w->err = operate(w);
		tlb_forget();
		if (!(__atomic_add_fetch(&made, 1, __ATOMIC_RELAXED) % ROUND))
			sem_post(&turn);
	}
	return NULL;
}

/* Writeback by the shrinker; in a storm the pool compacted next, then memory. */
static int disturb(unsigned int nr)
{
	static const char *const files[] = {
		"/proc/sys/vm/drop_caches", "/proc/sys/vm/compact_memory",
	};
	const char *file;
	int err;

	if (!compacting || !(nr % 3))
		return cgroup_reclaim(the_run, &group, RECLAIM_BYTES);
	file = files[nr % 3 - 1];
	err = sysfs_write(file, nr % 3 == 1 ? "2" : "1");
	return err ? run_error(the_run, err, "%s: write: %s", file, strerror(-err)) : 0;
}

static void *disturb_all(void *arg)
{
	int *err = arg;
	unsigned int nr;

	for (nr = 0; !*err; nr++) {
		while (sem_wait(&turn))
			;
		if (__atomic_load_n(&over, __ATOMIC_ACQUIRE))
			break;
		*err = disturb(nr);
	}
	return NULL;
}

/* On a locked stack: reclaim takes what the threads have touched in the cgroup, too. */
static int start_thread(pthread_t *ret_thread, void *(*function)(void *), void *arg)
{
	void *stack = map_locked(STACK_BYTES);
	pthread_attr_t attr;
	int err;

	if (!stack)
		return run_error(the_run, -ENOMEM, "no memory for a stack");
	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, stack, STACK_BYTES);
	err = pthread_create(ret_thread, &attr, function, arg);
	pthread_attr_destroy(&attr);
	return err ? run_error(the_run, -err, "pthread_create: %s", strerror(err)) : 0;
}

/* Everything swapped out once, so that the threads find work to do. */
static int fill_all(void)
{
	unsigned int w;
	size_t i;
	int err;

	err = swap_pages_fill(&shared);
	for (i = 0; i < shared.nr && !err; i++)
		err = swap_pages_out(&shared, i);
	for (w = 0; w < nr_threads && !err; w++)
		err = swap_pages_fill(&worker[w].own);
	return err;
}

/*
 * A page that was written back stays in the swap cache until it is reclaimed, and
 * where the threads were quick all of them still do. Reclaimed until the cache is
 * empty, what was written back is read from the device by the verification.
 */
static int push_out(void)
{
	uint64_t cached_kib = 1;
	unsigned int i;
	int err = 0;

	for (i = 0; i < PUSHES_MAX && cached_kib && !err; i++) {
		err = cgroup_reclaim(the_run, &group, RECLAIM_BYTES);
		if (!err)
			err = sysfs_field("/proc/meminfo", "SwapCached", &cached_kib);
	}
	return err;
}

static int run_threads(void)
{
	pthread_t disturber;
	unsigned int started, i;
	int err, disturbed = 0;

	sem_init(&turn, 0, 0);
	err = start_thread(&disturber, disturb_all, &disturbed);
	if (err)
		return err;
	for (started = 0; started < nr_threads && !err; started += !err)
		err = start_thread(&worker[started].thread, work, &worker[started]);
	for (i = 0; i < started; i++) {
		pthread_join(worker[i].thread, NULL);
		if (!err)
			err = worker[i].err;
	}
	__atomic_store_n(&over, 1, __ATOMIC_RELEASE);
	sem_post(&turn);
	pthread_join(disturber, NULL);
	return err ? err : disturbed;
}

static void check_worker(struct worker *w)
{
	char labels[32];

	snprintf(labels, sizeof(labels), "thread=%u", w->number);
	run_check(the_run, "content-verified", labels,
		  w->verdict.wrong ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu of %zu loads found the page right%s%s", w->verdict.right, w->nr_load,
		  w->verdict.wrong ? ", the first other one: " : "", w->verdict.first);
	swap_pages_verify(&w->own, "content-verified", labels);
}

/* A series is recorded at once, and the threads' samples have gaps between them. */
static void record(void)
{
	uint64_t *stores = worker[0].store, *loads = worker[0].load;
	size_t nr_store = 0, nr_load = 0;
	unsigned int i;

	for (i = 0; i < nr_threads; i++) {
		memmove(stores + nr_store, worker[i].store, worker[i].nr_store * sizeof(*stores));
		memmove(loads + nr_load, worker[i].load, worker[i].nr_load * sizeof(*loads));
		nr_store += worker[i].nr_store;
		nr_load += worker[i].nr_load;
	}
	run_times(the_run, "store", "", stores, nr_store);
	run_times(the_run, "load", "", loads, nr_load);
}

static int record_counts(void)
{
	struct zswap_counters now;
	int err = zswap_counters_take(the_run, &now);

	if (err)
		return err;
	run_value(the_run, "stores", "", zswap_counters_change(&start, &now, ZC_ZSWPOUT));
	run_value(the_run, "loads", "", zswap_counters_change(&start, &now, ZC_ZSWPIN));
	run_value(the_run, "written_back", "",
		  zswap_counters_change(&start, &now, ZC_WRITTEN_BACK));
	return 0;
}

static int check_paths(void)
{
	struct zswap_counters now;
	uint64_t out, in, back, read;
	int err;

	err = zswap_counters_take(the_run, &now);
	if (err)
		return err;
	out = zswap_counters_change(&start, &now, ZC_ZSWPOUT);
	in = zswap_counters_change(&start, &now, ZC_ZSWPIN);
	back = zswap_counters_change(&start, &now, ZC_WRITTEN_BACK);
	read = zswap_counters_change(&start, &now, ZC_PSWPIN);
	run_check(the_run, "all-paths-taken", "",
		  out && in && back && read ? VERDICT_PASS : VERDICT_FAIL,
		  "%" PRIu64 " pages stored, %" PRIu64 " loaded, %" PRIu64 " written back, %" PRIu64
		  " read from the device (must be some of each)", out, in, back, read);
	return 0;
}

/* Empty zspages are freed by a worker of their own, hence the deadline. */
static int check_left(void)
{
	struct zswap_counters now = { { 0 } };
	uint64_t stored = 1, bytes = 1;
	unsigned int polls, i;
	int err = 0;

	swap_pages_free(&shared);
	for (i = 0; i < nr_threads; i++)
		swap_pages_free(&worker[i].own);
	for (polls = 0; polls < POLLS_MAX && !err && (stored || bytes); polls++) {
		if (polls)
			usleep(POLL_US);
		err = zswap_counters_take(the_run, &now);
		stored = zswap_counters_change(&start, &now, ZC_STORED);
		bytes = zswap_counters_change(&start, &now, ZC_POOL_BYTES);
	}
	if (err)
		return err;
	run_check(the_run, "nothing-left", "", stored || bytes ? VERDICT_FAIL : VERDICT_PASS,
		  "with all pages unmapped zswap has %" PRId64 " pages and the pool %" PRId64
		  " bytes more than at the start (must be none)", (int64_t)stored, (int64_t)bytes);
	return 0;
}

static int threads_run(struct run *run)
{
	uint64_t from;
	unsigned int i;
	int err;

	err = zswap_counters_take(run, &start);
	if (!err)
		err = fill_all();
	if (err)
		return err;
	run_phase(run, "threads");
	from = run_begin(run);
	err = run_threads();
	if (err)
		return err;
	run_time(run, "whole", "", run_end(run, from));
	record();
	err = record_counts();
	if (!err)
		err = push_out();
	if (err)
		return err;
	run_phase(run, "verify");
	for (i = 0; i < nr_threads; i++)
		check_worker(&worker[i]);
	swap_pages_verify(&shared, "content-verified", "thread=all");
	err = check_paths();
	return err ? err : check_left();
}

/* Unmapped first: swapoff would bring every page back. */
static void threads_cleanup(struct run *run)
{
	unsigned int i;

	(void)run;
	swap_pages_free(&shared);
	for (i = 0; i < nr_threads; i++)
		swap_pages_free(&worker[i].own);
	swap_device_off();
	cgroup_free(&group);
}

const struct workload workload_zswap_threads = {
	.name = "zswap-threads",
	.help = "threads that store, load and free pages while pages are written back",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = zswap_config, .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.params = threads_params,
	.metrics = threads_metrics,
	.checks = threads_checks,
	.deadline_s = 120,
	.adapt = zswap_adapt,
	.setup = threads_setup,
	.run = threads_run,
	.cleanup = threads_cleanup,
};

static int storm_setup(struct run *run)
{
	compacting = true;
	return threads_setup(run);
}

/* Nothing is measured, and no two runs are alike. */
const struct workload workload_zswap_storm = {
	.name = "zswap-storm",
	.help = "zswap's users, writeback and compaction on two CPUs at once",
	.kind = WORKLOAD_CHECK,
	.needs = { .config = zswap_config, .mem_mib = 256, .cpus = 2, .nodes = 1 },
	.params = storm_params,
	.checks = threads_checks,
	.deadline_s = 600,
	.adapt = zswap_adapt,
	.setup = storm_setup,
	.run = threads_run,
	.cleanup = threads_cleanup,
};
