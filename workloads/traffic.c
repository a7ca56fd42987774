/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory traffic that is known beforehand: loops of loads and stores, and reads of
 * every struct page of a range. What the traffic plugin counts is held against it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

#include "job.h"
#include "run.h"

#define LINE 64u
#define WORD 8u
#define TIMES 16u		/* a timer interrupt falls into some of them */
#define BUFFER (32u << 20)	/* more than any cache that is modelled by default */
#define RESIDENT (16u << 10)	/* less than any */
#define STREAM (512u << 10)
#define FRAMES 512u		/* page frames whose struct pages are read */
#define FIRST_FRAME 0x8000u	/* 128 MiB: all of it memory, and aligned */
#define STEP_INSTRUCTIONS 4u	/* of a loop below, for each access */

/**
 * struct pattern - what is done in a window
 * @labels: of its samples
 * @bytes: of the buffer that it goes over
 * @step: bytes from one access to the next; 0 for none
 * @store: it stores
 * @frames: it has the kernel read so many struct pages
 */
struct pattern {
	const char *labels;
	size_t bytes;
	size_t step;
	bool store;
	size_t frames;
};

static const struct pattern patterns[] = {
	{ .labels = "pattern=nothing", .step = WORD },
	{ .labels = "pattern=load", .bytes = STREAM, .step = WORD },
	{ .labels = "pattern=store", .bytes = STREAM, .step = WORD, .store = true },
	{ .labels = "pattern=resident", .bytes = RESIDENT, .step = LINE },
	{ .labels = "pattern=stride", .bytes = BUFFER, .step = LINE },
	{ .labels = "pattern=no-struct-pages", .frames = 0 },
	{ .labels = "pattern=struct-pages", .frames = FRAMES },
};

static const struct metric traffic_metrics[] = {
	{ .name = "pattern", .help = "one pass over memory; its traffic is what is to be looked at",
	  .series = "pattern", .unit = UNIT_CLOCK, .direction = DIR_NEUTRAL,
	  .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const traffic_checks[] = { "undisturbed", NULL };

static uint8_t *buffer = MAP_FAILED;
static uint64_t counts[FRAMES];
static int frames = -1;

static int traffic_setup(struct run *run)
{
	if (!run_job(run)->exact)
		return run_unsupported(run, "needs the exact engine: it counts instructions");
	buffer = mmap(NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buffer == MAP_FAILED || mlock(buffer, BUFFER) || mlock(counts, sizeof(counts)))
		return run_error(run, -errno, "%u bytes of locked memory: %s", BUFFER,
				 strerror(errno));
	frames = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	if (frames < 0)
		return run_error(run, -errno, "/proc/kpagecount: %s", strerror(errno));
	return 0;
}

/* Assembler, so that each pass of the loop is one access and four instructions. */
static void load_all(const uint8_t *at, size_t nr, size_t step)
{
	uint64_t value;

	if (nr)
		__asm__ volatile("1: mov (%0), %2\n\tadd %3, %0\n\tdec %1\n\tjnz 1b"
				 : "+r" (at), "+r" (nr), "=&r" (value) : "r" (step) : "memory", "cc");
}

static void store_all(uint8_t *at, size_t nr, size_t step)
{
	if (nr)
		__asm__ volatile("1: mov %1, (%0)\n\tadd %2, %0\n\tdec %1\n\tjnz 1b"
				 : "+r" (at), "+r" (nr) : "r" (step) : "memory", "cc");
}

/* One system call, however many struct pages it makes the kernel read. */
static int read_frames(size_t nr)
{
	ssize_t bytes = (ssize_t)(nr * sizeof(*counts));

	return pread(frames, counts, (size_t)bytes, FIRST_FRAME * sizeof(*counts)) == bytes ?
	       0 : -EIO;
}

static int once(const struct pattern *pattern)
{
	if (!pattern->step)
		return read_frames(pattern->frames);
	if (pattern->store)
		store_all(buffer, pattern->bytes / pattern->step, pattern->step);
	else
		load_all(buffer, pattern->bytes / pattern->step, pattern->step);
	return 0;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Before each pass that counts comes one that leaves caches as every pass leaves them.
 * Where no interrupt fell into them, passes take the fewest instructions, and all the
 * same number. Those that count are recorded where both did.
 */
static int measure(struct run *run, const struct pattern *pattern, uint64_t *ret_shortest)
{
	uint64_t sample[TIMES], before[TIMES], shortest = UINT64_MAX, first = UINT64_MAX, start;
	size_t nr = 0, i;
	int err = 0;

	for (i = 0; i < TIMES && !err; i++) {
		start = run_now(run);
		err = once(pattern);
		before[i] = run_now(run) - start;
		start = run_begin(run);
		err = err ? err : once(pattern);
		sample[i] = run_end(run, start);
		first = lesser(first, before[i]);
		shortest = lesser(shortest, run_time_taken(run, sample[i]));
	}
	if (err)
		return run_error(run, err, "%s: %s", pattern->labels, strerror(-err));
	for (i = 0; i < TIMES; i++)
		if (before[i] == first && run_time_taken(run, sample[i]) == shortest)
			sample[nr++] = sample[i];
	if (!nr)
		return run_error(run, -EBUSY, "%s: each of %u passes was interrupted",
				 pattern->labels, TIMES);
	run_times(run, "pattern", pattern->labels, sample, nr);
	*ret_shortest = shortest;
	return 0;
}

static void check(struct run *run, const struct pattern *pattern, uint64_t shortest,
		  uint64_t nothing)
{
	uint64_t loop = pattern->bytes / pattern->step * STEP_INSTRUCTIONS;

	run_check(run, "undisturbed", pattern->labels,
		  shortest == nothing + loop ? VERDICT_PASS : VERDICT_FAIL,
		  "%llu instructions, must be %llu of the loop and %llu of a window with none",
		  (unsigned long long)shortest, (unsigned long long)loop,
		  (unsigned long long)nothing);
}

static int traffic_run(struct run *run)
{
	uint64_t shortest = 0, nothing = 0;
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]) && !err; i++) {
		run_phase(run, "%s", patterns[i].labels);
		err = measure(run, &patterns[i], &shortest);
		if (!i)
			nothing = shortest;
		if (!err && patterns[i].step)
			check(run, &patterns[i], shortest, nothing);
	}
	return err;
}

static void traffic_cleanup(struct run *run)
{
	(void)run;
	if (frames >= 0)
		close(frames);
	if (buffer != MAP_FAILED)
		munmap(buffer, BUFFER);
}

const struct workload workload_traffic = {
	.name = "traffic",
	.help = "memory traffic that is known beforehand, to hold --traffic against",
	.about = "Loops over a buffer and reads of /proc/kpagecount, of which it is known how many "
		 "loads, stores, lines and pages they are. Of 16 passes those are recorded that "
		 "no interrupt fell into, nor into the one before: they took the fewest instructions. Without `--traffic` "
		 "there is nothing to be learnt from it.\n\n"
		 "Beside the pass over nothing, `load` and `store` are 65536 accesses more; "
		 "`resident` fits into every cache and misses none; `stride` goes over 32 MiB by "
		 "lines and misses at each of 524288, and the dTLB at each of 8192 pages. "
		 "`struct-pages` has the kernel read 512 struct pages of 64 bytes: 512 lines and 8 "
		 "pages of the memmap more than `no-struct-pages`.",
	.kind = WORKLOAD_MEASURE,
	.on_request = true,
	.needs = { .mem_mib = 512, .cpus = 1, .nodes = 1 },
	.metrics = traffic_metrics,
	.checks = traffic_checks,
	.deadline_s = 30,
	.setup = traffic_setup,
	.run = traffic_run,
	.cleanup = traffic_cleanup,
};
