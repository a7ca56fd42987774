/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the booted kernel itself, made in every cell after its workload: is
 * the memmap as large and mapped as it must be, is the variant's design at work,
 * is the kernel untainted.
 */
#ifndef PAGEMETA_BOOT_CHECKS_H
#define PAGEMETA_BOOT_CHECKS_H

#include "job.h"
#include "msg.h"

/**
 * struct boot_checks - where to look and whom to tell
 * @job: what the kernel promises (page_bytes, memmap_mapping, counters)
 * @root: prefix of /proc, /sys and counter paths: "" in a guest, a folder in tests
 * @emit: called with each record (MSG_CHECK, MSG_SAMPLES)
 * @ctx: handed to it
 * @msg: scratch for the records
 */
struct boot_checks {
	const struct job *job;
	const char *root;
	void (*emit)(void *ctx, const struct msg *msg);
	void *ctx;
	struct msg *msg;
};

/**
 * boot_checks_run() - make all of them
 * @checks: see there
 *
 * Reports checks memmap-closed-form, memmap-mapping, variant-active (one for each
 * counter of the job, labelled with its name) and clean-taint; records series
 * memmap_bytes, and variant_counter for each counter.
 */
void boot_checks_run(struct boot_checks *checks);

#endif
