/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the booted kernel. Each reason says what was seen and what was
 * expected, also when the check passed.
 */
#include "boot-checks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lazy-memmap.h"
#include "memmap-size.h"
#include "ptdump.h"
#include "sysfs.h"

static void check(struct boot_checks *checks, const char *name, const char *labels,
		  enum verdict verdict, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void check(struct boot_checks *checks, const char *name, const char *labels,
		  enum verdict verdict, const char *fmt, ...)
{
	struct msg *msg = checks->msg;
	va_list args;

	msg->type = MSG_CHECK;
	snprintf(msg->name, sizeof(msg->name), "%s", name);
	snprintf(msg->labels, sizeof(msg->labels), "%s", labels);
	msg->verdict = verdict;
	va_start(args, fmt);
	vsnprintf(msg->text, sizeof(msg->text), fmt, args);
	va_end(args);
	checks->emit(checks->ctx, msg);
}

static void value(struct boot_checks *checks, const char *series, const char *labels,
		  uint64_t number)
{
	struct msg *msg = checks->msg;

	msg->type = MSG_SAMPLES;
	snprintf(msg->name, sizeof(msg->name), "%s", series);
	snprintf(msg->labels, sizeof(msg->labels), "%s", labels);
	msg->samples[0] = number;
	msg->nr_samples = 1;
	checks->emit(checks->ctx, msg);
}

/* What explains a difference is slow to get: it is asked for only when there is one. */
static void closed_form_judge(struct boot_checks *checks, const struct memmap_size *size)
{
	uint32_t page_bytes = checks->job->page_bytes;
	struct memmap_beside beside = { 0 };
	struct memmap_judged judged;

	memmap_size_judge(size, page_bytes, &beside, &judged);
	if (judged.seen != judged.expected) {
		memmap_size_beside(checks->root, &beside);
		memmap_size_judge(size, page_bytes, &beside, &judged);
	}
	check(checks, "memmap-closed-form", "",
	      judged.seen == judged.expected ? VERDICT_PASS : VERDICT_FAIL,
	      "nr_memmap_boot_pages %" PRIu64 " %s nr_memmap_pages %" PRIu64 "%s%s%s = %" PRIu64
	      " B; %" PRIu64 " sections x %u pages x %u B = %" PRIu64 " B",
	      size->boot_pages, judged.extras ? "without" : "+", size->hotplug_pages,
	      judged.extras & MEMMAP_EXTRA_PAGE_EXT ? " (counts page_ext)" : "",
	      judged.extras & MEMMAP_EXTRA_DEVICE ? " (counts device memory)" : "",
	      judged.added ? " but for blocks added later" : "", judged.seen,
	      size->sections, MEMMAP_SECTION_PAGES, page_bytes, judged.expected);
}

static void memmap_closed_form(struct boot_checks *checks)
{
	struct memmap_size size;
	int err;

	err = memmap_size_read(checks->root, &size);
	if (err) {
		check(checks, "memmap-closed-form", "",
		      err == -EOPNOTSUPP ? VERDICT_UNSUPPORTED : VERDICT_BROKEN,
		      "cannot be computed: %s", err == -EOPNOTSUPP ?
		      "memory blocks are not one section of 128 MiB each" : strerror(-err));
		return;
	}
	value(checks, "memmap_bytes", "", memmap_size_bytes(&size));
	if (checks->job->page_bytes)
		closed_form_judge(checks, &size);
	else
		check(checks, "memmap-closed-form", "", VERDICT_UNSUPPORTED,
		      "%" PRIu64 " B; the variant does not state sizeof(struct page)",
		      memmap_size_bytes(&size));
}

/* The memmap of a device that is populated lazily is no part of the boot memmap. */
static uint64_t lazy_bytes(struct boot_checks *checks)
{
	struct lazy_memmap lazy;

	if (strcmp(checks->job->device_memmap, "lazy") || lazy_memmap_read(checks->root, &lazy))
		return 0;
	return (lazy.populated + lazy.shared) * 4096;
}

static bool mapping_as_promised(const char *promised, const struct ptdump_vmemmap *vmemmap,
				uint64_t lazy)
{
	if (!strcmp(promised, "2M"))
		return vmemmap->pmd_bytes && vmemmap->pte_bytes == lazy && !vmemmap->other_bytes;
	if (!strcmp(promised, "4K"))
		return vmemmap->pte_bytes && !vmemmap->pmd_bytes && !vmemmap->other_bytes;
	return vmemmap->pmd_bytes || vmemmap->pte_bytes || vmemmap->other_bytes;
}

static void memmap_mapping(struct boot_checks *checks)
{
	const char *promised = checks->job->memmap_mapping;
	struct ptdump_vmemmap vmemmap;
	char path[512];
	uint64_t lazy;
	int err;

	snprintf(path, sizeof(path), "%s%s", checks->root, PTDUMP_FILE);
	err = ptdump_load(path, &vmemmap);
	if (err) {
		check(checks, "memmap-mapping", "",
		      err == -ENOENT ? VERDICT_UNSUPPORTED : VERDICT_BROKEN,
		      "%s: %s; it takes CONFIG_PTDUMP_DEBUGFS", PTDUMP_FILE, strerror(-err));
		return;
	}
	lazy = lazy_bytes(checks);
	check(checks, "memmap-mapping", "",
	      mapping_as_promised(promised, &vmemmap, lazy) ? VERDICT_PASS : VERDICT_FAIL,
	      "vmemmap: %" PRIu64 " B by 2M entries, %" PRIu64 " B by 4K entries, %" PRIu64
	      " B by larger ones, %" PRIu64 " pages of page tables; promised: %s, and %" PRIu64
	      " B of devices by 4K entries",
	      vmemmap.pmd_bytes, vmemmap.pte_bytes, vmemmap.other_bytes, vmemmap.table_pages,
	      promised[0] ? promised : "nothing", lazy);
}

static bool holds(uint64_t seen, char op, uint64_t expected)
{
	if (op == '<')
		return seen < expected;
	if (op == '>')
		return seen > expected;
	return seen == expected;
}

static void counter(struct boot_checks *checks, const struct job_counter *what)
{
	char path[512], labels[JOB_NAME_MAX + 16];
	uint64_t seen;
	int err;

	snprintf(labels, sizeof(labels), "counter=%s", what->name);
	snprintf(path, sizeof(path), "%s%s", checks->root, what->path);
	err = sysfs_read_u64(path, &seen);
	if (err) {
		check(checks, "variant-active", labels, VERDICT_FAIL,
		      "%s: %s; this kernel does not have the variant's counter", what->path,
		      strerror(-err));
		return;
	}
	value(checks, "variant_counter", labels, seen);
	check(checks, "variant-active", labels,
	      holds(seen, what->op, what->value) ? VERDICT_PASS : VERDICT_FAIL,
	      "%s is %" PRIu64 ", must be %c %" PRIu64, what->name, seen, what->op, what->value);
}

static void clean_taint(struct boot_checks *checks)
{
	uint64_t taint;
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s/proc/sys/kernel/tainted", checks->root);
	err = sysfs_read_u64(path, &taint);
	if (err)
		check(checks, "clean-taint", "", VERDICT_BROKEN, "/proc/sys/kernel/tainted: %s",
		      strerror(-err));
	else
		check(checks, "clean-taint", "", taint ? VERDICT_FAIL : VERDICT_PASS,
		      "kernel taint is %" PRIu64 "%s", taint,
		      taint ? ", must be 0 (Documentation/admin-guide/tainted-kernels.rst)" : "");
}

void boot_checks_run(struct boot_checks *checks)
{
	size_t i;

	memmap_closed_form(checks);
	memmap_mapping(checks);
	for (i = 0; i < checks->job->nr_counters; i++)
		counter(checks, &checks->job->counters[i]);
	clean_taint(checks);
}
