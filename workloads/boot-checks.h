/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the booted kernel itself, made in every cell after its workload: is
 * the memmap as large and mapped as it must be, is the variant's design at work,
 * is the kernel untainted.
 */
#ifndef PAGEMETA_BOOT_CHECKS_H
#define PAGEMETA_BOOT_CHECKS_H

#include "job.h"
#include "kernel-frames.h"
#include "report.h"

/**
 * boot_checks_run() - make all of them
 * @report: whom to tell
 * @root: prefix of /proc, /sys and counter paths: "" in a guest, a folder in tests
 * @job: what the kernel promises (memmap_mapping, counters)
 * @memmap: what the page tables show of it; NULL where they could not be read
 *
 * Reports checks memmap-mapping, variant-active (one for each counter of the job, labelled
 * with its name) and clean-taint; records series variant_counter for each counter.
 */
void boot_checks_run(const struct report *report, const char *root, const struct job *job,
		     const struct kernel_memmap *memmap);

#endif
