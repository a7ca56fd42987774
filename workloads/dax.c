/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload dax: persistent memory of many times the guest's RAM, whose memmap comes
 * and goes. What binding a namespace costs, what its metadata takes, and what a fault
 * costs on a DAX file and on a DAX device.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dax-private.h"
#include "job.h"
#include "sysfs.h"
#include "table.h"

/*
 * The debug kernel maps all memory by entries of 4 KiB, to unmap what is free. Of 248 GiB
 * those are 65 million, which the kernel goes through without a pause (ptdump,
 * remove_pagetable()) until the watchdog barks.
 */
#define BIG_MAP "debug_pagealloc=off"

#define TOUCH_MIB 512	/* of the NVDIMM: the file system, and what describes it */

static const char *const sizes[] = { "1", "16", "64", "248", "1024", NULL };

static const struct workload_param dax_params[] = {
	{ .name = "size", .help = "GiB of the NVDIMM", .def = "1", .choices = sizes,
	  .quick = "1", .full = "1,16,64,248,1024" },
	{ .name = "rebinds", .help = "how often the namespace is bound again", .def = "30",
	  .min = 1, .max = 1000, .quick = "3", .full = "30" },
	{ .name = "pages", .help = "faults of 4 KiB in a series", .def = "1024",
	  .min = 16, .max = 8192, .quick = "512", .full = "8192" },
	{ .name = "units", .help = "faults of 2 MiB in a series", .def = "8",
	  .min = 2, .max = 32, .quick = "4", .full = "32" },
	{ .name = NULL }
};

static const struct metric dax_metrics[] = {
	{ .name = "first_bind", .help = "first bind of the namespace after boot",
	  .series = "first_bind", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "rebind", .help = "bind of a namespace that was bound before",
	  .series = "rebind", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "rebind_max", .help = "the same, longest",
	  .series = "rebind", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MAX },
	{ .name = "unbind", .help = "unbind of the namespace",
	  .series = "unbind", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "bound_memmap_bytes", .help = "memmap of the bound namespace",
	  .series = "bound_memmap_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER,
	  .combine = COMBINE_MAX },
	{ .name = "bound_table_bytes", .help = "page tables that map this memmap",
	  .series = "bound_table_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER,
	  .combine = COMBINE_MAX },
	{ .name = "first_touch", .help = "fault on a part of a mapping that was never touched",
	  .series = "first_touch", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "first_touch_p99", .help = "the same, 99th percentile",
	  .series = "first_touch", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "first_touch_max", .help = "the same, longest",
	  .series = "first_touch", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MAX },
	{ .name = "steady", .help = "fault on what was touched before and unmapped since",
	  .series = "steady", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "steady_p99", .help = "the same, 99th percentile",
	  .series = "steady", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "steady_max", .help = "the same, longest",
	  .series = "steady", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MAX },
	{ .name = "msync", .help = "msync of one part that was written to",
	  .series = "msync", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "msync_p99", .help = "the same, 99th percentile",
	  .series = "msync", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "read", .help = "read() of 4 KiB of a file that is not mapped",
	  .series = "read", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "read_p99", .help = "the same, 99th percentile",
	  .series = "read", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "write", .help = "write() of 4 KiB of such a file, blocks allocated",
	  .series = "write", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "write_p99", .help = "the same, 99th percentile",
	  .series = "write", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "device_bind", .help = "bind of the namespace as a character device",
	  .series = "device_bind", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "device_memmap_bytes", .help = "memmap of the namespace as a character device",
	  .series = "device_memmap_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER,
	  .combine = COMBINE_MAX },
	{ .name = "device_table_bytes", .help = "page tables that map this memmap",
	  .series = "device_table_bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER,
	  .combine = COMBINE_MAX },
	{ .name = "memory_taken", .help = "memory that was free before the first bind and is not after",
	  .series = "memory_taken", .unit = UNIT_BYTES, .direction = DIR_LOWER, .combine = COMBINE_MAX },
	{ .name = NULL }
};

/*
 * And struct-pages-return and struct-pages-untouched, where the variant says that struct
 * pages come and go.
 */
static const char *const dax_checks[] = {
	"bound-memmap-closed-form", "metadata-returns", "really-dax", "fault-size", "content-verified",
	NULL
};

static const char *const dax_config[] = {
	"CONFIG_ACPI_NFIT=y", "CONFIG_BLK_DEV_PMEM=y", "CONFIG_NVDIMM_PFN=y", "CONFIG_NVDIMM_DAX=y",
	"CONFIG_DEV_DAX_PMEM=y", "CONFIG_FS_DAX=y", "CONFIG_EXT4_FS=y", "CONFIG_PTDUMP_DEBUGFS=y",
	NULL
};

/* Guest RAM: the memmap, 16 MiB a GiB, in a half of it or less; 8 GiB at most. */
static unsigned int mem_mib(uint64_t gib)
{
	if (gib <= 1)
		return 512;
	return gib <= 16 ? 1024 : gib <= 64 ? 3072 : 8192;
}

static void dax_adapt(const struct job *job, struct workload_needs *needs)
{
	uint64_t gib = strtoull(job_param(job, "size"), NULL, 10);

	needs->mem_mib = mem_mib(gib);
	needs->pmem_mib = (unsigned int)gib * 1024;
	needs->pmem_touch_mib = TOUCH_MIB;
	/* Its memmap may not fit: a small namespace out of RAM tells before it is tried. */
	if (mem_mib(gib) / 2 < gib * 16)
		snprintf(needs->cmdline, sizeof(needs->cmdline), "memmap=%uM!1G " BIG_MAP,
			 DAX_SMALL_BYTES >> 20);
	else if (gib > 16)
		snprintf(needs->cmdline, sizeof(needs->cmdline), BIG_MAP);
}

/* A kernel that takes the NVDIMM for RAM has a memmap that nobody asked for. */
static int check_memory(const struct dax *dax)
{
	uint64_t total, most = mem_mib(dax->gib) * UINT64_C(1024);
	int err = sysfs_field("/proc/meminfo", "MemTotal", &total);

	if (err)
		return run_error(dax->run, err, "/proc/meminfo: no MemTotal: %s", strerror(-err));
	if (total <= most)
		return 0;
	return run_error(dax->run, -EINVAL, "MemTotal is %" PRIu64 " KiB, the guest has %" PRIu64
			 " KiB of RAM: part of the NVDIMM is taken for RAM", total, most);
}

/* 0 where the kernel does not say. */
static unsigned int address_bits(void)
{
	FILE *cpuinfo = fopen("/proc/cpuinfo", "re");
	unsigned int bits = 0;
	char line[512];

	while (cpuinfo && !bits && fgets(line, sizeof(line), cpuinfo))
		if (sscanf(line, "address sizes : %u bits physical", &bits) != 1)
			bits = 0;
	if (cpuinfo)
		fclose(cpuinfo);
	return bits;
}

/* CPUs of some hosts address less than the machine is given. */
static int check_addresses(const struct dax *dax)
{
	uint64_t last = dax->region.start + dax->region.bytes - 1;
	unsigned int bits = address_bits();

	if (bits && bits < 64 && last >> bits)
		return run_unsupported(dax->run, "the NVDIMM ends at %#" PRIx64
				       ", the CPU addresses %u bits", last, bits);
	return 0;
}

static int dax_init(struct dax *dax, struct run *run)
{
	int err;

	*dax = (struct dax){
		.run = run,
		.gib = run_param_u64(run, "size"),
		.rebinds = run_param_u64(run, "rebinds"),
		.pages = run_param_u64(run, "pages"),
		.units = run_param_u64(run, "units"),
	};
	run_phase(run, "set-up");
	err = check_memory(dax);
	if (!err)
		err = dax_page_bytes(run, &dax->page_bytes);
	if (!err)
		err = nd_region_find(run, dax->gib << 30, &dax->region);
	if (!err)
		err = check_addresses(dax);
	return err ? err : dax_room(dax);
}

static int dax_run(struct run *run)
{
	struct dax dax;
	int err = dax_init(&dax, run);

	if (!err)
		err = dax_bind(&dax);
	if (!err)
		err = dax_files(&dax);
	if (!err)
		err = dax_device(&dax);
	return err;
}

const struct workload workload_dax = {
	.name = "dax",
	.help = "persistent memory: bind and unbind, metadata, faults on DAX files and devices",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = dax_config, .mem_mib = 8192, .cpus = 1, .nodes = 1 },
	.params = dax_params,
	.metrics = dax_metrics,
	.checks = dax_checks,
	.deadline_s = 600,
	.adapt = dax_adapt,
	.run = dax_run,
};
