/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workloads that break the guest on purpose. The suite's own guest tests run
 * them: a harness that has never seen a panic, a hang or garbage on the port
 * cannot be trusted to report one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "frame.h"
#include "msg.h"
#include "ptdump.h"
#include "run.h"
#include "sysfs.h"
#include "table.h"

#define PROVOKE "/sys/kernel/debug/provoke-crash/DIRECT"
#define CRASH_SAMPLES 1000
#define WORDY_SAMPLES (3u << 17)	/* three times the MiB of the pipe */

static const char *const lkdtm_config[] = { "CONFIG_LKDTM=y", NULL };

static int provoke(struct run *run, const char *what)
{
	int err;

	if (!run_guest(run))
		return run_unsupported(run, "breaks the machine it runs on: guests only");
	run_phase(run, "provoking %s", what);
	err = sysfs_write(PROVOKE, what);
	if (err)
		return run_error(run, err, "%s: write %s: %s", PROVOKE, what, strerror(-err));
	return 0;
}

static int panic_run(struct run *run)
{
	return provoke(run, "PANIC");
}

/* The writing process dies of the oops; the kernel goes on. */
static int oops_run(struct run *run)
{
	return provoke(run, "EXCEPTION");
}

static int warning_run(struct run *run)
{
	return provoke(run, "WARNING");
}

/* Spins with interrupts off: with one CPU nothing in the guest moves any more. */
static int hang_run(struct run *run)
{
	return provoke(run, "HARDLOCKUP");
}

static int sleep_run(struct run *run)
{
	run_phase(run, "sleeping for ever");
	for (;;)
		pause();
	return 0;
}

static int write_port(struct run *run, const void *data, size_t len)
{
	if (!run_guest(run) || run_port(run) < 0)
		return run_unsupported(run, "there is no port to misuse");
	if (write(run_port(run), data, len) != (ssize_t)len)
		return run_error(run, -EIO, "port: write: %s", strerror(errno));
	return 0;
}

static int garbage_run(struct run *run)
{
	uint64_t state = run_seed(run);
	uint8_t bytes[4096];
	size_t i;

	for (i = 0; i < sizeof(bytes); i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		bytes[i] = (uint8_t)(state >> 56);
	}
	return write_port(run, bytes, sizeof(bytes));
}

static int truncate_run(struct run *run)
{
	uint8_t payload[64] = { 0 }, frame[FRAME_HEADER + sizeof(payload)];
	int err;

	/* The second frame of the stream: HELLO was the first. */
	frame_encode(MSG_ALIVE, 1, payload, sizeof(payload), frame);
	err = write_port(run, frame, sizeof(frame) / 2);
	if (err)
		return err;
	reboot(RB_AUTOBOOT);
	return run_error(run, -errno, "power off: %s", strerror(errno));
}

static int crash_run(struct run *run)
{
	uint64_t samples[CRASH_SAMPLES];
	volatile char *page;
	size_t i;

	for (i = 0; i < CRASH_SAMPLES; i++)
		samples[i] = i;
	run_samples(run, "before_crash", "", samples, CRASH_SAMPLES);
	run_phase(run, "crashing");
	page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return run_error(run, -errno, "mmap: %s", strerror(errno));
	*page = 1;
	return run_error(run, -EFAULT, "a store to an inaccessible page was not caught");
}

/* 3 MiB, in the order of their values. */
static int wordy_run(struct run *run)
{
	uint64_t samples[CRASH_SAMPLES], next = 0;
	size_t i;

	while (next < WORDY_SAMPLES) {
		for (i = 0; i < CRASH_SAMPLES && next < WORDY_SAMPLES; i++)
			samples[i] = next++;
		run_samples(run, "words", "", samples, i);
	}
	return 0;
}

static int check_run(struct run *run)
{
	run_check(run, "always-fails", "", VERDICT_FAIL, "fails on purpose");
	return 0;
}

static int silent_run(struct run *run)
{
	run_phase(run, "saying nothing");
	return 0;
}

/* What differs between variants by design, declared as if it must not. */
static int reference_run(struct run *run)
{
	struct ptdump_vmemmap vmemmap;
	int err;

	err = ptdump_load(PTDUMP_FILE, 0, &vmemmap);
	if (err)
		return run_error(run, err, "%s: %s", PTDUMP_FILE, strerror(-err));
	run_value(run, "table_pages", "", vmemmap.table_pages);
	return 0;
}

static const struct metric reference_metrics[] = {
	{ .name = "table_pages",
	  .help = "page-table pages that map the memmap, which designs may change",
	  .series = "table_pages", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL, .combine = COMBINE_SUM,
	  .reference = REFERENCE_EQUAL },
	{ .name = NULL }
};

static const char *const ptdump_config[] = { "CONFIG_PTDUMP_DEBUGFS=y", NULL };

static const struct metric crash_metrics[] = {
	{ .name = "before_crash",
	  .help = "samples recorded before the crash",
	  .series = "before_crash", .unit = UNIT_COUNT, .direction = DIR_NEUTRAL, .combine = COMBINE_SUM },
	{ .name = NULL }
};

static const struct metric wordy_metrics[] = {
	{ .name = "words", .help = "the largest sample", .series = "words", .unit = UNIT_COUNT,
	  .direction = DIR_NEUTRAL, .combine = COMBINE_MAX },
	{ .name = NULL }
};

static const char *const check_checks[] = { "always-fails", NULL };
static const char *const silent_checks[] = { "never-reported", NULL };

const struct workload workload_fault_panic = {
	.name = "fault-panic",
	.help = "the kernel panics",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .config = lkdtm_config, .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.deadline_s = 10,
	.run = panic_run,
};

const struct workload workload_fault_oops = {
	.name = "fault-oops",
	.help = "the kernel oopses",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .config = lkdtm_config, .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.deadline_s = 10,
	.run = oops_run,
};

const struct workload workload_fault_warning = {
	.name = "fault-warning",
	.help = "the kernel warns",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .config = lkdtm_config, .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.deadline_s = 10,
	.run = warning_run,
};

const struct workload workload_fault_hang = {
	.name = "fault-hang",
	.help = "the kernel hangs with interrupts off",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .config = lkdtm_config, .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.deadline_s = 10,
	.run = hang_run,
};

const struct workload workload_fault_sleep = {
	.name = "fault-sleep",
	.help = "the workload never ends",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.deadline_s = 2,
	.run = sleep_run,
};

const struct workload workload_fault_garbage = {
	.name = "fault-garbage",
	.help = "random bytes on the port",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.deadline_s = 10,
	.run = garbage_run,
};

const struct workload workload_fault_truncate = {
	.name = "fault-truncate",
	.help = "half a frame, then the guest powers off",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.deadline_s = 10,
	.run = truncate_run,
};

const struct workload workload_fault_crash = {
	.name = "fault-crash",
	.help = "the workload crashes after it recorded samples",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.metrics = crash_metrics,
	.deadline_s = 10,
	.run = crash_run,
};

const struct workload workload_fault_wordy = {
	.name = "fault-wordy",
	.help = "records more than the pipe to the harness holds",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.metrics = wordy_metrics,
	.deadline_s = 10,
	.run = wordy_run,
};

const struct workload workload_fault_check = {
	.name = "fault-check",
	.help = "a check fails",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.checks = check_checks,
	.deadline_s = 10,
	.run = check_run,
};

const struct workload workload_fault_silent = {
	.name = "fault-silent",
	.help = "a declared check is not reported",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.checks = silent_checks,
	.deadline_s = 10,
	.run = silent_run,
};

const struct workload workload_fault_reference = {
	.name = "fault-reference",
	.help = "a figure is not that of the first variant",
	.kind = WORKLOAD_SELFTEST,
	.needs = { .config = ptdump_config, .mem_mib = 256, .cpus = 1, .nodes = 1 },
	.metrics = reference_metrics,
	.deadline_s = 10,
	.run = reference_run,
};
