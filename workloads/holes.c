/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check holes: machines whose memory does not end where the kernel would like it to.
 * Reserved pieces that cut sections, subsections and pageblocks, whole sections that
 * are missing, and nodes of odd sizes whose border lies within a pageblock. The memmap
 * covers holes, and whoever walks it has to know (e577c8b64d58).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "free-pages.h"
#include "job.h"
#include "kpage.h"
#include "page-kind.h"
#include "ram-map.h"
#include "sysfs.h"
#include "table.h"

#define PAGE 4096
#define SUBSECTION_PAGES 512
#define SPREAD_PAGES 28672	/* 112 MiB, of which every other page is freed */

/**
 * struct layout - a machine
 * @name: value of parameter layout
 * @cmdline: what is taken away
 * @mem_mib: what there is
 * @nodes: among how many nodes it is divided; what is left over goes to the first
 */
struct layout {
	const char *name;
	const char *cmdline;
	unsigned int mem_mib;
	unsigned int nodes;
};

static const struct layout layouts[] = {
	/* 96 to 160 MiB lie in two sections; the single ones in the midst of subsections */
	{ "hole", "memmap=64M$96M memmap=1M$33M memmap=4K$0x3201000", 320, 1 },
	/* one whole section and half of the next */
	{ "section", "memmap=192M$128M", 448, 1 },
	/* 129 and 128 MiB: the border lies in the midst of a pageblock of 2 MiB */
	{ "uneven", "", 257, 2 },
	/* 193 and 192 MiB with a hole over the border */
	{ "uneven-hole", "memmap=65M$160M", 385, 2 },
};

static const char *const layout_choices[] = { "hole", "section", "uneven", "uneven-hole", NULL };

static const struct workload_param holes_params[] = {
	{ .name = "layout", .help = "what the machine's memory looks like", .def = "hole",
	  .choices = layout_choices, .quick = "hole,section,uneven-hole",
	  .full = "hole,section,uneven,uneven-hole" },
	{ .name = NULL }
};

static const char *const holes_checks[] = { "frames", "present-pages", "compaction", NULL };

static const char *const holes_config[] = {
	"CONFIG_PROC_PAGE_MONITOR=y", "CONFIG_COMPACTION=y", "CONFIG_NUMA=y",
	"CONFIG_IDLE_PAGE_TRACKING=y", NULL
};

static void holes_adapt(const struct job *job, struct workload_needs *needs)
{
	const char *name = job_param(job, "layout");
	size_t i;

	for (i = 0; name && i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		if (strcmp(name, layouts[i].name))
			continue;
		snprintf(needs->cmdline, sizeof(needs->cmdline), "%s", layouts[i].cmdline);
		needs->mem_mib = layouts[i].mem_mib;
		needs->nodes = layouts[i].nodes;
	}
}

static struct kpage kpage;
static struct ram_map ram;

static int holes_setup(struct run *run)
{
	const char *path = "";
	int err = kpage_open(&kpage, &path);

	if (err)
		return run_error(run, err, "%s: open: %s", path, strerror(-err));
	err = ram_map_load("/proc/iomem", &ram);
	return err ? run_error(run, err, "/proc/iomem: %s", strerror(-err)) : 0;
}

/* What a frame must be: see include/linux/mmzone.h, pfn_section_valid(), and mm/mm_init.c */
static const char *frame_wrong(uint64_t pfn, uint64_t flags)
{
	uint64_t first = pfn / SUBSECTION_PAGES * SUBSECTION_PAGES;

	if (ram_map_has(&ram, pfn))
		return flags & KPF(NOPAGE) ? "RAM and no page" : NULL;
	if (!ram_map_overlaps(&ram, first, first + SUBSECTION_PAGES))
		return flags == KPF(NOPAGE) ? NULL : "in a subsection without RAM and a page";
	if (flags & KPF(NOPAGE) || !(flags & KPF(RESERVED)))
		return "a hole in a subsection with RAM and not reserved";
	return flags & (KPF(BUDDY) | KPF(LRU) | KPF(SLAB)) ? "a hole and in use" : NULL;
}

static int check_frames(struct run *run)
{
	uint64_t pfn, flags[512], other[512], nr = 0, bad = 0, holes = 0;
	const char *why;
	char first[96] = "";
	int64_t got, i;

	for (pfn = 0;; pfn += (uint64_t)got) {
		got = kpage_read(&kpage, KPAGE_FLAGS, pfn, flags, 512);
		if (got <= 0)
			break;
		/* The others have nothing to say of a hole, but have to survive it. */
		if (kpage_read(&kpage, KPAGE_COUNT, pfn, other, (size_t)got) != got ||
		    kpage_read(&kpage, KPAGE_CGROUP, pfn, other, (size_t)got) != got)
			return run_error(run, -EIO, "the per-page files end at different frames");
		for (i = 0; i < got; i++) {
			holes += !ram_map_has(&ram, pfn + (uint64_t)i);
			why = frame_wrong(pfn + (uint64_t)i, flags[i]);
			if (!why || bad++)
				continue;
			snprintf(first, sizeof(first), ", 0x%llx is %s",
				 (unsigned long long)pfn + (unsigned long long)i, why);
		}
		nr += (uint64_t)got;
	}
	if (got < 0)
		return run_error(run, (int)got, "/proc/kpageflags: %s", strerror((int)-got));
	run_check(run, "frames", "", bad || nr < ram_map_end(&ram) ? VERDICT_FAIL : VERDICT_PASS,
		  "%llu frames, RAM ends at 0x%llx, %llu lie in holes; %llu are not what they must be"
		  "%s", (unsigned long long)nr, (unsigned long long)ram_map_end(&ram),
		  (unsigned long long)holes, (unsigned long long)bad, first);
	return 0;
}

static int check_present(struct run *run)
{
	uint64_t present = 0, pages = ram_map_pages(&ram);
	FILE *file = fopen("/proc/zoneinfo", "re");
	unsigned long long value;
	char line[256];

	if (!file)
		return run_error(run, -errno, "/proc/zoneinfo: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " present %llu", &value) == 1)
			present += value;
	fclose(file);
	run_check(run, "present-pages", "", present == pages ? VERDICT_PASS : VERDICT_FAIL,
		  "zones have %llu present pages, /proc/iomem has %llu pages of RAM",
		  (unsigned long long)present, (unsigned long long)pages);
	return 0;
}

static int compact(struct run *run, uint64_t *ret_scanned)
{
	uint64_t before = 0, after = 0;
	int err;

	err = sysfs_field("/proc/vmstat", "compact_migrate_scanned", &before);
	if (!err)
		err = sysfs_write("/proc/sys/vm/compact_memory", "1");
	if (!err)
		err = sysfs_field("/proc/vmstat", "compact_migrate_scanned", &after);
	*ret_scanned = after - before;
	return err ? run_error(run, err, "compact_memory: %s", strerror(-err)) : 0;
}

/*
 * Every other page is freed, so that there is something to move over the holes. On the usual
 * lists of a CPU all of these would stay, and compaction would find no target.
 */
static int check_compaction(struct run *run)
{
	uint64_t i, scanned = 0, bad = 0, moved = 0, *pfn, now;
	uint8_t *at;
	int err;

	at = mmap(NULL, SPREAD_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		  -1, 0);
	pfn = calloc(SPREAD_PAGES, sizeof(*pfn));
	if (at == MAP_FAILED || !pfn)
		return run_error(run, -ENOMEM, "no memory for %d pages", SPREAD_PAGES);
	err = free_pages_shorten_lists();
	if (err)
		return run_error(run, err, "page lists of CPUs, limited by "
				 "percpu_pagelist_high_fraction: %s", strerror(-err));
	for (i = 0; i < SPREAD_PAGES; i++)
		*(uint64_t *)(void *)(at + i * PAGE) = ~i;
	page_lru_drain();
	for (i = 1; i < SPREAD_PAGES; i += 2)
		if (madvise(at + i * PAGE, PAGE, MADV_DONTNEED))
			return run_error(run, -errno, "madvise: %s", strerror(errno));
	for (i = 0; i < SPREAD_PAGES; i += 2)
		kpage_pfn(&kpage, at + i * PAGE, &pfn[i]);
	err = compact(run, &scanned);
	for (i = 0; i < SPREAD_PAGES && !err; i += 2) {
		bad += *(uint64_t *)(void *)(at + i * PAGE) != ~i;
		moved += !kpage_pfn(&kpage, at + i * PAGE, &now) && now != pfn[i];
		bad += !ram_map_has(&ram, now);
	}
	munmap(at, SPREAD_PAGES * PAGE);
	free(pfn);
	if (err)
		return err;
	run_check(run, "compaction", "", bad || !scanned || !moved ? VERDICT_FAIL : VERDICT_PASS,
		  "%llu pages scanned and %llu of %d moved (both must be more than 0), %llu are wrong or "
		  "not in RAM now", (unsigned long long)scanned, (unsigned long long)moved,
		  SPREAD_PAGES / 2, (unsigned long long)bad);
	return 0;
}

static int holes_run(struct run *run)
{
	int err;

	run_phase(run, "frames");
	err = check_frames(run);
	if (!err)
		err = check_present(run);
	run_phase(run, "compaction");
	return err ? err : check_compaction(run);
}

static void holes_cleanup(struct run *run)
{
	(void)run;
	kpage_close(&kpage);
}

const struct workload workload_holes = {
	.name = "holes",
	.help = "machines with holes in their memory and nodes of odd sizes: boot, walk, compact",
	.kind = WORKLOAD_CHECK,
	.needs = { .config = holes_config, .mem_mib = 320, .cpus = 1, .nodes = 1 },
	.params = holes_params,
	.checks = holes_checks,
	.deadline_s = 60,
	.adapt = holes_adapt,
	.setup = holes_setup,
	.run = holes_run,
	.cleanup = holes_cleanup,
};
