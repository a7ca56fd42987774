/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload memmap: what the memmap of the booted guest costs, and the page tables that
 * map it, which have a closed form. It measures no time; the guest's memory is what varies.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

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

#define SECTION_MEMMAP_BYTES (2u << 20)	/* 32768 pages x 64 bytes */

static const char *const memmap_checks[] = { "vmemmap-tables-closed-form", NULL };

/*
 * Tables for memory that is no memory block: the device-private memory of debug kernels, at
 * the end of the physical address space. Two of PMDs, as it may lie across their border,
 * one of PUDs, and where 4 KiB pages are used one of PTEs for each of its sections.
 */
static uint64_t tables_beside(const struct ptdump_vmemmap *vmemmap,
			      const struct memmap_layout *layout, bool base_pages)
{
	uint64_t mapped = vmemmap->pmd_bytes + vmemmap->pte_bytes + vmemmap->other_bytes;
	uint64_t sections = mapped / SECTION_MEMMAP_BYTES;

	if (sections <= layout->sections)
		return 0;
	return 3 + (base_pages ? sections - layout->sections : 0);
}

static void check_tables(struct run *run, const struct ptdump_vmemmap *vmemmap)
{
	const char *mapping = run_job(run)->memmap_mapping;
	struct memmap_layout layout;
	uint64_t least, most;
	bool base_pages, five_levels;
	int err;

	err = memmap_layout_read("", &layout);
	if (err || !*mapping) {
		run_check(run, "vmemmap-tables-closed-form", "",
			  err && err != -EOPNOTSUPP ? VERDICT_BROKEN : VERDICT_UNSUPPORTED,
			  "cannot be computed: %s", err == -EOPNOTSUPP ?
			  "memory blocks are not one section of 128 MiB each" : err ?
			  strerror(-err) : "the variant does not state how its memmap is mapped");
		return;
	}
	base_pages = !strcmp(mapping, "4K");
	five_levels = memmap_five_levels("");
	least = memmap_layout_tables(&layout, base_pages, five_levels);
	most = least + tables_beside(vmemmap, &layout, base_pages);
	run_check(run, "vmemmap-tables-closed-form", "",
		  vmemmap->table_pages >= least && vmemmap->table_pages <= most ?
		  VERDICT_PASS : VERDICT_FAIL,
		  "%" PRIu64 " pages of page tables, must be %" PRIu64 " to %" PRIu64 ": %" PRIu64
		  " sections mapped by %s, %" PRIu64 " tables of PMDs, %" PRIu64
		  " of PUDs, %s of P4Ds, and %" PRIu64 " at most for other memory",
		  vmemmap->table_pages, least, most, layout.sections, mapping, layout.pmd_tables,
		  layout.pud_tables, five_levels ? "one" : "none", most - least);
}

static int memmap_run(struct run *run)
{
	struct ptdump_vmemmap vmemmap;
	struct memmap_size size;
	uint64_t total_kib;
	int err;

	err = memmap_size_read("", &size);
	if (err)
		return run_error(run, err, "/proc/vmstat and memory blocks: %s", strerror(-err));
	err = ptdump_load(PTDUMP_FILE, &vmemmap);
	if (err)
		return run_error(run, err, "%s: %s", PTDUMP_FILE, strerror(-err));
	err = sysfs_field("/proc/meminfo", "MemTotal", &total_kib);
	if (err)
		return run_error(run, err, "/proc/meminfo: no MemTotal: %s", strerror(-err));
	run_value(run, "booted_memmap_bytes", "", memmap_size_bytes(&size));
	run_value(run, "vmemmap_table_bytes", "", vmemmap.table_pages * 4096);
	run_value(run, "mem_total_bytes", "", total_kib * 1024);
	check_tables(run, &vmemmap);
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
