/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload memmap: what the memmap of the booted guest costs, and the page tables that
 * map it, which have a closed form. It measures no time; the guest's memory is what varies.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "descriptor-array.h"
#include "memmap-size.h"
#include "memmap-tables.h"
#include "ptdump.h"
#include "run.h"
#include "sysfs.h"
#include "table.h"

/*
 * The series is not called memmap_bytes: the boot checks record one of that name
 * in every cell, after the workload.
 */
static const struct metric memmap_metrics[] = {
	{ .name = "memmap_bytes",
	  .help = "memmap of all memory (6.12 counts page_ext in it where that is on)",
	  .series = "booted_memmap_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER, .combine = COMBINE_MAX },
	{ .name = "vmemmap_table_bytes",
	  .help = "page-table pages that map the memmap: PTE, PMD, PUD (and P4D) tables",
	  .series = "vmemmap_table_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER, .combine = COMBINE_MAX },
	{ .name = "mem_total_bytes",
	  .help = "MemTotal: what is left for use after kernel image, memmap and other boot allocations",
	  .series = "mem_total_bytes", .unit = UNIT_BYTES, .direction = DIR_HIGHER, .combine = COMBINE_MAX },
	{ .name = NULL }
};

static const char *const memmap_config[] = {
	"CONFIG_SPARSEMEM_VMEMMAP=y", "CONFIG_MEMORY_HOTPLUG=y", "CONFIG_PTDUMP_DEBUGFS=y", NULL
};

static const char *const memmap_checks[] = { "vmemmap-tables-closed-form", NULL };

/**
 * struct tables - the closed form of page tables
 * @sections: memory sections
 * @memmap: what there is of struct pages
 * @descriptors: the same of an array of descriptors, all 0 where there is none
 * @base_pages: the memmap is mapped by 4 KiB pages; descriptors never are
 * @five_levels: 5-level paging: one table of P4Ds, which serves both
 */
struct tables {
	uint64_t sections;
	struct memmap_layout memmap;
	struct memmap_layout descriptors;
	bool base_pages;
	bool five_levels;
};

static uint64_t tables_least(const struct tables *tables)
{
	return memmap_layout_tables(&tables->memmap, tables->base_pages, tables->five_levels) +
	       memmap_layout_tables(&tables->descriptors, false, false);
}

/*
 * Tables for memory that is no memory block: the device-private memory of debug kernels, at
 * the end of the physical address space. Two of PMDs, as it may lie across their border,
 * one of PUDs, and where 4 KiB pages are used one of PTEs for each 2 MiB of its memmap.
 */
static uint64_t beside(uint64_t known, uint64_t mapped, uint32_t page_bytes, bool base_pages)
{
	uint64_t bytes = (uint64_t)MEMMAP_SECTION_PAGES * page_bytes;
	uint64_t sections = mapped / bytes, more;

	if (sections <= known)
		return 0;
	more = (sections - known) * bytes;
	/* Where a section has less than 2 MiB of memmap, it may begin within such a unit. */
	return 3 + (base_pages ? (more + MEMMAP_UNIT_BYTES - 1) / MEMMAP_UNIT_BYTES +
			     (bytes < MEMMAP_UNIT_BYTES) : 0);
}

static uint64_t tables_beside(const struct tables *tables, const struct ptdump_vmemmap *vmemmap,
			      uint32_t page_bytes)
{
	uint64_t mapped = vmemmap->pmd_bytes + vmemmap->pte_bytes + vmemmap->other_bytes;
	uint64_t more = beside(tables->sections, mapped, page_bytes, tables->base_pages);

	if (!tables->descriptors.units)
		return more;
	return more + beside(tables->sections, vmemmap->descriptor_bytes, DESCRIPTOR_BYTES, false);
}

static int read_tables(const struct job *job, uint64_t sections, struct tables *ret_tables)
{
	struct tables tables = {
		.sections = sections,
		.base_pages = !strcmp(job->memmap_mapping, "4K"),
		.five_levels = memmap_five_levels(""),
	};
	uint32_t bytes = job->page_bytes ? job->page_bytes : DESCRIPTOR_BYTES;
	int err = memmap_layout_read("", bytes, &tables.memmap);

	if (!err && !strcmp(job->page_descriptors, "array"))
		err = memmap_layout_read("", DESCRIPTOR_BYTES, &tables.descriptors);
	if (!err)
		*ret_tables = tables;
	return err;
}

static void check_tables(struct run *run, const struct ptdump_vmemmap *vmemmap, uint64_t sections)
{
	const struct job *job = run_job(run);
	struct tables tables;
	uint64_t least, most;
	int err = read_tables(job, sections, &tables);

	if (err || !*job->memmap_mapping || !job->page_bytes) {
		run_check(run, "vmemmap-tables-closed-form", "",
			  err && err != -EOPNOTSUPP ? VERDICT_BROKEN : VERDICT_UNSUPPORTED,
			  "cannot be computed: %s", err == -EOPNOTSUPP ?
			  "memory blocks are not one section of 128 MiB each" : err ?
			  strerror(-err) : "the variant does not state the size of struct page and how "
			  "the memmap is mapped");
		return;
	}
	least = tables_least(&tables);
	most = least + tables_beside(&tables, vmemmap, job->page_bytes);
	run_check(run, "vmemmap-tables-closed-form", "",
		  vmemmap->table_pages >= least && vmemmap->table_pages <= most ?
		  VERDICT_PASS : VERDICT_FAIL,
		  "%" PRIu64 " pages of page tables, must be %" PRIu64 " to %" PRIu64 ": %" PRIu64
		  " sections, %" PRIu64 " times 2 MiB of memmap mapped by %s, %" PRIu64
		  " tables of PMDs, %" PRIu64 " of PUDs, %s of P4Ds; %" PRIu64 " and %" PRIu64
		  " for %" PRIu64 " times 2 MiB of descriptors; and %" PRIu64
		  " at most for other memory",
		  vmemmap->table_pages, least, most, sections, tables.memmap.units,
		  job->memmap_mapping, tables.memmap.pmd_tables, tables.memmap.pud_tables,
		  tables.five_levels ? "one" : "none", tables.descriptors.pmd_tables,
		  tables.descriptors.pud_tables, tables.descriptors.units, most - least);
}

static int memmap_run(struct run *run)
{
	struct ptdump_vmemmap vmemmap;
	struct descriptor_array array;
	struct memmap_size size;
	uint64_t total_kib;
	int err;

	err = memmap_size_read("", &size);
	if (err)
		return run_error(run, err, "/proc/vmstat and memory blocks: %s", strerror(-err));
	err = descriptor_array_read("", run_job(run), &array);
	if (err)
		return run_error(run, err, "%s: %s", run_job(run)->descriptor_ranges,
				 strerror(-err));
	err = ptdump_load(PTDUMP_FILE, array.start, &vmemmap);
	if (err)
		return run_error(run, err, "%s: %s", PTDUMP_FILE, strerror(-err));
	err = sysfs_field("/proc/meminfo", "MemTotal", &total_kib);
	if (err)
		return run_error(run, err, "/proc/meminfo: no MemTotal: %s", strerror(-err));
	run_value(run, "booted_memmap_bytes", "", memmap_size_bytes(&size));
	run_value(run, "vmemmap_table_bytes", "", vmemmap.table_pages * 4096);
	run_value(run, "mem_total_bytes", "", total_kib * 1024);
	check_tables(run, &vmemmap, size.sections);
	return 0;
}

const struct workload workload_memmap = {
	.name = "memmap",
	.help = "what the memmap of the booted guest costs in memory",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = memmap_config, .mem_mib = 512, .cpus = 1, .nodes = 1 },
	.metrics = memmap_metrics,
	.checks = memmap_checks,
	.deadline_s = 20,
	.run = memmap_run,
};
