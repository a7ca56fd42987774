/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the booted kernel. Each reason says what was seen and what was
 * expected, also when the check passed.
 */
#include "boot-checks.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sysfs.h"

/* A memmap of devices that is populated lazily has small entries, whatever RAM has. */
static bool mapping_as_promised(const struct job *job, const struct kernel_memmap *memmap)
{
	const uint64_t *small = memmap->small, *large = memmap->large, *huge = memmap->huge;
	bool lazy = !strcmp(job->device_memmap, "lazy");

	if (huge[MEMMAP_OF_RAM] || huge[MEMMAP_OF_DEVICES])
		return !job->memmap_mapping[0];
	if (!strcmp(job->memmap_mapping, "2M"))
		return large[MEMMAP_OF_RAM] && !small[MEMMAP_OF_RAM] &&
		       (lazy || !small[MEMMAP_OF_DEVICES]);
	if (!strcmp(job->memmap_mapping, "4K"))
		return small[MEMMAP_OF_RAM] && !large[MEMMAP_OF_RAM] && !large[MEMMAP_OF_DEVICES];
	return small[MEMMAP_OF_RAM] || large[MEMMAP_OF_RAM];
}

static void memmap_mapping(const struct report *report, const struct job *job,
			   const struct kernel_memmap *memmap)
{
	if (!memmap) {
		report_check(report, "memmap-mapping", "", VERDICT_UNSUPPORTED,
			     "the page tables could not be read; metadata-counted says why");
		return;
	}
	report_check(report, "memmap-mapping", "",
		     mapping_as_promised(job, memmap) ? VERDICT_PASS : VERDICT_FAIL,
		     "vmemmap of RAM and of devices: %" PRIu64 " and %" PRIu64 " B by 2M entries, %"
		     PRIu64 " and %" PRIu64 " B by 4K entries, %" PRIu64 " and %" PRIu64
		     " B by larger ones; promised: %s%s",
		     memmap->large[MEMMAP_OF_RAM], memmap->large[MEMMAP_OF_DEVICES],
		     memmap->small[MEMMAP_OF_RAM], memmap->small[MEMMAP_OF_DEVICES],
		     memmap->huge[MEMMAP_OF_RAM], memmap->huge[MEMMAP_OF_DEVICES],
		     job->memmap_mapping[0] ? job->memmap_mapping : "nothing",
		     strcmp(job->device_memmap, "lazy") ? "" : ", of devices by 4K as well");
}

static bool holds(uint64_t seen, char op, uint64_t expected)
{
	if (op == '<')
		return seen < expected;
	if (op == '>')
		return seen > expected;
	return seen == expected;
}

static void counter(const struct report *report, const char *root, const struct job_counter *what)
{
	char path[512], labels[JOB_NAME_MAX + 16];
	uint64_t seen;
	int err;

	snprintf(labels, sizeof(labels), "counter=%s", what->name);
	snprintf(path, sizeof(path), "%s%s", root, what->path);
	err = sysfs_read_u64(path, &seen);
	if (err) {
		report_check(report, "variant-active", labels, VERDICT_FAIL,
			     "%s: %s; this kernel does not have the variant's counter", what->path,
			     strerror(-err));
		return;
	}
	report_value(report, "variant_counter", labels, seen);
	report_check(report, "variant-active", labels,
		     holds(seen, what->op, what->value) ? VERDICT_PASS : VERDICT_FAIL,
		     "%s is %" PRIu64 ", must be %c %" PRIu64, what->name, seen, what->op, what->value);
}

static void clean_taint(const struct report *report, const char *root)
{
	uint64_t taint;
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s/proc/sys/kernel/tainted", root);
	err = sysfs_read_u64(path, &taint);
	if (err)
		report_check(report, "clean-taint", "", VERDICT_BROKEN,
			     "/proc/sys/kernel/tainted: %s", strerror(-err));
	else
		report_check(report, "clean-taint", "", taint ? VERDICT_FAIL : VERDICT_PASS,
			     "kernel taint is %" PRIu64 "%s", taint, taint ?
			     ", must be 0 (Documentation/admin-guide/tainted-kernels.rst)" : "");
}

void boot_checks_run(const struct report *report, const char *root, const struct job *job,
		     const struct kernel_memmap *memmap)
{
	size_t i;

	memmap_mapping(report, job, memmap);
	for (i = 0; i < job->nr_counters; i++)
		counter(report, root, &job->counters[i]);
	clean_taint(report, root);
}
