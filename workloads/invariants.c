/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check invariants: after many cycles of anything a workload does, the kernel holds
 * what it held before. Free memory, the counters of page metadata and the objects of
 * every slab cache are compared; what a kernel leaks per page, per fault or per
 * unmerge stands out against the number of cycles.
 *
 * The bound is half the number of cycles: a single page or object leaked per cycle is
 * twice that. What is beyond it has to be so again after as many cycles more.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cycle.h"
#include "kmemleak.h"
#include "run.h"
#include "snapshot.h"
#include "sysfs.h"
#include "table.h"

#define WARM_UP 4		/* cycles; also a quarter of those that count */
#define LEAST_CYCLES 32		/* of the costliest kind */

static const struct workload_param invariants_params[] = {
	{ .name = "cycles", .help = "cycles of each kind (the costly kinds: a half to an eighth)",
	  .def = "64", .min = LEAST_CYCLES, .max = 65536, .quick = "32", .full = "512" },
	{ .name = NULL }
};

static const char *const invariants_checks[] = { "exercised", "nothing-leaked", NULL };

static const char *const invariants_config[] = {
	"CONFIG_SLUB_DEBUG=y", "CONFIG_SWAP=y", "CONFIG_ZSWAP=y", "CONFIG_KSM=y",
	"CONFIG_TRANSPARENT_HUGEPAGE=y", "CONFIG_HUGETLBFS=y", "CONFIG_COMPACTION=y",
	"CONFIG_MEMCG=y", "CONFIG_BLK_DEV_RAM=y", "CONFIG_ARCH_MEMORY_PROBE=y",
	"CONFIG_X86_PMEM_LEGACY=y", "CONFIG_BLK_DEV_PMEM=y", "CONFIG_DEBUG_FS=y",
	"CONFIG_VM_EVENT_COUNTERS=y", NULL
};

/** struct trial - one kind of cycle at work */
struct trial {
	struct run *run;
	struct snapshot_reader *reader;
	const struct cycle *cycle;
	unsigned int nr;
	struct snapshot before;
	struct snapshot after;
	struct snapshot later;
};

static int take_settled(struct trial *trial, struct snapshot *ret_snapshot)
{
	const char *source = "";
	int err = snapshot_take_settled(trial->reader, ret_snapshot, &trial->later, &source);

	return err ? run_error(trial->run, err, "%s: %s", source, strerror(-err)) : 0;
}

static int cycles(struct trial *trial, unsigned int nr)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		run_phase(trial->run, "%s, cycle %u of %u", trial->cycle->name, i + 1, nr);
		err = trial->cycle->once(trial->run, i);
	}
	return err;
}

static int events(struct trial *trial, uint64_t *ret_events)
{
	int err = 0;

	*ret_events = 0;
	if (trial->cycle->event)
		err = sysfs_field("/proc/vmstat", trial->cycle->event, ret_events);
	return err ? run_error(trial->run, err, "/proc/vmstat: %s: %s", trial->cycle->event,
			       strerror(-err)) : 0;
}

static void report_events(struct trial *trial, const char *labels, uint64_t grew)
{
	const struct cycle *cycle = trial->cycle;
	uint64_t least = cycle->events * trial->nr;

	if (cycle->event)
		run_check(trial->run, "exercised", labels, grew >= least ? VERDICT_PASS : VERDICT_FAIL,
			  "%u cycles: %s grew by %" PRIu64 ", must be at least %" PRIu64, trial->nr,
			  cycle->event, grew, least);
	else
		run_check(trial->run, "exercised", labels, VERDICT_PASS,
			  "%u cycles, each looked at its own effect", trial->nr);
}

/* From @before on, which is left behind. */
static int grow_again(struct trial *trial, unsigned int *ret_beyond, char *text, size_t size)
{
	int err = take_settled(trial, &trial->after);

	if (err)
		return err;
	*ret_beyond = snapshot_growth(&trial->before, &trial->after, trial->nr / 2, text, size);
	trial->before = trial->after;
	return 0;
}

/* A leak goes on; what fills up late, such as the list of a CPU, does not grow a second time. */
static int report_growth(struct trial *trial, const char *labels)
{
	unsigned int beyond;
	char text[700];
	bool again;
	int err;

	err = grow_again(trial, &beyond, text, sizeof(text));
	again = !err && beyond;
	if (again)
		err = cycles(trial, trial->nr);
	if (again && !err)
		err = grow_again(trial, &beyond, text, sizeof(text));
	if (err)
		return err;
	run_check(trial->run, "nothing-leaked", labels, beyond ? VERDICT_FAIL : VERDICT_PASS,
		  "%u cycles%s: %s", trial->nr, again ? ", after as many in which more had grown" : "",
		  text);
	return 0;
}

static int trial_run(struct trial *trial)
{
	uint64_t before, after;
	char labels[64];
	int err;

	snprintf(labels, sizeof(labels), "cycle=%s", trial->cycle->name);
	err = cycles(trial, trial->nr / 4 > WARM_UP ? trial->nr / 4 : WARM_UP);
	if (!err)
		err = take_settled(trial, &trial->before);
	if (!err)
		err = events(trial, &before);
	if (!err)
		err = cycles(trial, trial->nr);
	if (!err)
		err = events(trial, &after);
	if (err)
		return err;
	report_events(trial, labels, after - before);
	return report_growth(trial, labels);
}

static int run_table(struct trial *trial, const struct cycle *cycle)
{
	unsigned int asked = (unsigned int)run_param_u64(trial->run, "cycles");
	int err = 0;

	for (; cycle->name && !err; cycle++) {
		trial->cycle = cycle;
		trial->nr = cycle->share ? asked / cycle->share : asked;
		if (trial->nr < LEAST_CYCLES)
			trial->nr = LEAST_CYCLES;
		if (cycle->begin)
			err = cycle->begin(trial->run);
		if (!err)
			err = trial_run(trial);
		if (cycle->end)
			cycle->end(trial->run);
	}
	return err;
}

static int invariants_run(struct run *run)
{
	struct trial *trial = calloc(1, sizeof(*trial));
	const char *source = "";
	int err;

	if (!trial)
		return run_error(run, -ENOMEM, "no memory for the snapshots");
	/* What this process has touched must not be paged out in place of its pages. */
	if (mlockall(MCL_CURRENT)) {
		err = run_error(run, -errno, "mlockall: %s", strerror(errno));
		goto out;
	}
	trial->run = run;
	err = snapshot_reader_new(run_job(run), &trial->reader, &source);
	if (err) {
		err = err == -EOPNOTSUPP ? run_unsupported(run, "%s: not in this kernel", source) :
		      run_error(run, err, "%s: %s", source, strerror(-err));
		goto out;
	}
	err = run_table(trial, cycles_memory);
	if (!err)
		err = run_table(trial, cycles_pool);
	if (!err)
		err = run_table(trial, cycles_device);
	if (!err)
		err = kmemleak_check(run);
	snapshot_reader_free(trial->reader);
out:
	free(trial);
	return err;
}

/*
 * Two nodes of 512 MiB. Of the second, 128 MiB are persistent memory, and the next 128
 * MiB are hidden from the kernel until the memory block is added there. They are not cut
 * off by mem=, because the initramfs lies at the end of memory: the kernel would move it
 * down and, with CONFIG_DEBUG_PAGEALLOC, unmap the pages of the copy without telling
 * kmemleak, whose next scan runs into them (free_init_pages() of arch/x86/mm/init.c asks
 * kmemleak to forget a virtual address, and relocate_initrd() had it note a physical one).
 */
const struct workload workload_invariants = {
	.name = "invariants",
	.help = "memory, counters and slab objects return to where they were after many cycles",
	.kind = WORKLOAD_CHECK,
	.needs = { .config = invariants_config, .mem_mib = 1024, .cpus = 1, .nodes = 2,
		   .cmdline = "memmap=128M!640M memmap=128M%768M-1" },
	.params = invariants_params,
	.checks = invariants_checks,
	.deadline_s = 600,
	.run = invariants_run,
};
