/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check peekers: what the kernel says of its pages where user space can ask. A page
 * of every kind is made and asked about in every way; nothing else goes on, so that
 * the answers are known to the bit. Whether they stay right while everything changes
 * is what peekers-storm asks.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "page-kind.h"
#include "peekers-parts.h"
#include "table.h"

#define PAGE 4096

static const struct metric peekers_metrics[] = {
	{ .name = "page_flags",
	  .help = "judged bits of /proc/kpageflags, by kind of page",
	  .series = "page_flags", .unit = UNIT_COUNT, .direction = DIR_NEUTRAL,
	  .combine = COMBINE_SUM, .reference = REFERENCE_EQUAL },
	{ .name = "page_count",
	  .help = "/proc/kpagecount, by kind of page",
	  .series = "page_count", .unit = UNIT_COUNT, .direction = DIR_NEUTRAL,
	  .combine = COMBINE_SUM, .reference = REFERENCE_EQUAL },
	{ .name = NULL }
};

static const char *const peekers_checks[] = {
	"page-kinds", "page-totals", "page-idle", "raw-memmap", "pinned", "kernel-pages", "holes",
	"memory-block", "hwpoison", "soft-offline", NULL
};

/* What changes the most comes last. */
static const struct {
	const char *name;
	int (*check)(struct peekers_guest *guest, struct page_kinds *kinds);
} parts[] = {
	{ "holes", peekers_holes }, { "struct pages", peekers_raw },
	{ "idle pages", peekers_idle }, { "kernel's own pages", peekers_kernel },
	{ "balloon", peekers_balloon }, { "debug kernel", peekers_debug }, { "memory block", peekers_block },
	{ "hwpoison", peekers_poison },
};

static struct peekers_guest guest;
static struct page_kinds kinds;

static int peekers_setup(struct run *run)
{
	int err = peekers_guest_enter(&guest, run);

	if (err)
		return err;
	kinds.run = run;
	kinds.kpage = guest.kpage;
	kinds.reserved_phys = PEEKERS_RESERVED;
	kinds.pmem_bytes = PEEKERS_PMEM_BYTES;
	kinds.cgroup = guest.cgroup;
	return page_kinds_make(&kinds);
}

static int record_kind(struct run *run, const struct page_made *made, const char *labels)
{
	uint64_t flags[PAGE_KIND_PAGES], count[PAGE_KIND_PAGES];
	unsigned int i, nr = made->kind->pages;

	for (i = 0; i < nr; i++) {
		if (kpage_read(&kinds.kpage, KPAGE_FLAGS, made->pfn[i], &flags[i], 1) != 1 ||
		    kpage_read(&kinds.kpage, KPAGE_COUNT, made->pfn[i], &count[i], 1) != 1)
			return run_error(run, -EIO, "kind '%s': the words of page %u cannot be read",
					 made->kind->name, i);
		flags[i] &= PAGE_KIND_JUDGED;
	}
	run_samples(run, "page_flags", labels, flags, nr);
	run_samples(run, "page_count", labels, count, nr);
	return 0;
}

static int check_kind(struct run *run, const struct page_made *made)
{
	char labels[64], text[1024];
	int bad;

	snprintf(labels, sizeof(labels), "kind=%s", made->kind->name);
	if (made->kind->rewrite)
		++*(volatile uint8_t *)made->at;
	bad = page_kinds_judge(&kinds, made, PAGE_KIND_JUDGED, text, sizeof(text));
	if (bad < 0)
		return run_error(run, bad, "kind '%s': %s", made->kind->name, strerror(-bad));
	run_check(run, "page-kinds", labels, bad ? VERDICT_FAIL : VERDICT_PASS, "%s", text);
	return record_kind(run, made, labels);
}

static int peekers_run(struct run *run)
{
	int err = 0;
	size_t i;

	run_phase(run, "asking about kinds of pages");
	for (i = 0; i < kinds.nr && !err; i++)
		err = check_kind(run, &kinds.made[i]);
	run_phase(run, "counting all pages");
	if (!err)
		err = peekers_totals(&guest, &kinds);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]) && !err; i++) {
		run_phase(run, "%s", parts[i].name);
		err = parts[i].check(&guest, &kinds);
	}
	return err;
}

static void peekers_cleanup(struct run *run)
{
	(void)run;
	page_kinds_free(&kinds);
	peekers_guest_leave(&guest);
}

const struct workload workload_peekers = {
	.name = "peekers",
	.help = "how pages of every kind are classified where user space can ask",
	.kind = WORKLOAD_CHECK,
	.needs = { .config = peekers_guest_config, .cmdline = PEEKERS_CMDLINE,
		   .mem_mib = PEEKERS_MEM_MIB, .pmem_mib = PEEKERS_NVDIMM_BYTES >> 20,
		   .balloon_mib = PEEKERS_BALLOON_MIB, .cpus = 1, .nodes = 1 },
	.metrics = peekers_metrics,
	.checks = peekers_checks,
	.deadline_s = 60,
	.setup = peekers_setup,
	.run = peekers_run,
	.cleanup = peekers_cleanup,
};
