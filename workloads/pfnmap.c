/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check pfnmap: memory that is mapped by its page frame and not by its page: reserved
 * memory, holes, device registers and RAM through /dev/mem. Whoever takes a reference
 * there, or counts a mapping, is wrong (PG_reserved did both once); and the zero page,
 * which is mapped everywhere and counted nowhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job.h"
#include "kernel-log.h"
#include "kpage.h"
#include "pfnmap-touch.h"
#include "table.h"

#define PAGE 4096
#define LOG_MAX 8	/* what is logged anyway, such as a change of the clock source */

/*
 *	161 MiB  1 MiB reserved, from 64 KiB on: has struct pages, its subsection is shared
 *		 with RAM. /proc/kcore has those of RAM, to whole pages, and so the first
 *		 of these
 *	256 MiB  128 MiB reserved: a whole section, has none
 */
#define PFNMAP_CMDLINE "memmap=1M$164928K memmap=128M$256M"
#define RESERVED (164928ull << 10)
#define HOLE (256ull << 20)
/* The I/O APIC's registers: x86 has them there since the Pentium. */
#define REGISTERS 0xfec00000ull

static const char *const pat_choices[] = { "on", "off", NULL };

static const struct workload_param pfnmap_params[] = {
	{ .name = "pat", .help = "page attribute table; RAM can be mapped through /dev/mem without it",
	  .def = "on", .choices = pat_choices, .quick = "on,off", .full = "on,off" },
	{ .name = "rounds", .help = "times that everything is done to each mapping",
	  .def = "20", .min = 1, .max = 100000, .quick = "20", .full = "500" },
	{ .name = NULL }
};

static const char *const pfnmap_checks[] = {
	"not-pinned", "not-counted", "mapping-works", "no-log-flood", "zero-page", NULL
};

static const char *const pfnmap_config[] = {
	"CONFIG_DEVMEM=y", "CONFIG_PROC_PAGE_MONITOR=y", "CONFIG_GUP_TEST=y",
	"CONFIG_CROSS_MEMORY_ATTACH=y", "CONFIG_IO_URING=y", "CONFIG_BLK_DEV_RAM=y",
	"CONFIG_PROC_KCORE=y", NULL
};

static struct pfnmap_tools tools;
static uint8_t *own_page;

/*
 * RAM is allowed where CONFIG_STRICT_DEVMEM and PAT are off. It is a page of this process, so
 * that its bytes and its mappings are known: /dev/mem must not add to them.
 */
static int make_own_page(struct run *run, uint64_t *ret_phys)
{
	uint64_t pfn;
	int err;

	own_page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (own_page == MAP_FAILED)
		return run_error(run, -errno, "mmap: %s", strerror(errno));
	memset(own_page, 0x5a, PAGE);
	if (mlock(own_page, PAGE) || madvise(own_page, PAGE, MADV_DONTFORK))
		return run_error(run, -errno, "mlock or madvise: %s", strerror(errno));
	err = kpage_pfn(&tools.kpage, own_page, &pfn);
	if (err)
		return run_error(run, err, "pagemap: %s", strerror(-err));
	*ret_phys = pfn * PAGE;
	return 0;
}

static void pfnmap_adapt(const struct job *job, struct workload_needs *needs)
{
	const char *pat = job_param(job, "pat");

	if (pat && !strcmp(pat, "off"))
		snprintf(needs->cmdline, sizeof(needs->cmdline), "%s nopat", PFNMAP_CMDLINE);
}

static int pfnmap_setup(struct run *run)
{
	return pfnmap_tools_open(&tools, run);
}

/* Why this kernel must refuse to map RAM, NULL when it need not. */
static const char *refusal(struct run *run, const struct pfnmap_result *result)
{
	if (result->refused == EPERM)
		return "CONFIG_STRICT_DEVMEM";
	if (!strcmp(run_param(run, "pat"), "on"))
		return "with PAT it would be mapped with two memory types (pat/memtype.c)";
	return NULL;
}

/* Everything that can be done to a mapping, in a child that exits with it in place. */
static int work_on(struct run *run, const struct pfnmap_range *range)
{
	uint64_t rounds = run_param_u64(run, "rounds");
	struct pfnmap_result result;
	const char *refused = NULL;
	char labels[64];
	uint8_t last;
	size_t i;
	int err;

	run_phase(run, "range %s", range->name);
	snprintf(labels, sizeof(labels), "range=%s", range->name);
	err = pfnmap_work(&tools, run, range, (unsigned int)rounds, &result);
	if (err)
		return err;
	if (range->ram)
		refused = refusal(run, &result);
	if (result.refused) {
		for (i = 0; i + 1 < sizeof(pfnmap_checks) / sizeof(pfnmap_checks[0]) - 1; i++)
			run_check(run, pfnmap_checks[i], labels, refused ? VERDICT_PASS : VERDICT_FAIL,
				  "/dev/mem refuses RAM: %s; %s", strerror(result.refused),
				  refused ? refused : "there is no reason to");
		return 0;
	}
	last = pfnmap_byte((unsigned int)rounds - 1);
	if (range->ram && !result.map_bad && own_page[0] != last) {
		result.map_bad++;
		snprintf(result.map, sizeof(result.map),
			 "0x%02x was written through /dev/mem and 0x%02x is in the page", last,
			 own_page[0]);
	}
	run_check(run, "not-pinned", labels, result.pin_bad ? VERDICT_FAIL : VERDICT_PASS, "%s",
		  result.pin);
	run_check(run, "not-counted", labels, result.count_bad ? VERDICT_FAIL : VERDICT_PASS, "%s",
		  result.count);
	run_check(run, "mapping-works", labels, result.map_bad ? VERDICT_FAIL : VERDICT_PASS, "%s",
		  result.map);
	run_check(run, "no-log-flood", labels,
		  result.logged > LOG_MAX ? VERDICT_FAIL : VERDICT_PASS,
		  "the kernel logged %lld records in %llu rounds, at most %d are expected%s%.200s",
		  (long long)result.logged, (unsigned long long)rounds,
		  LOG_MAX, result.last[0] ? "; the last: " : "", result.last);
	return 0;
}

static int pfnmap_run(struct run *run)
{
	struct pfnmap_range ranges[] = {
		{ .name = "reserved", .phys = RESERVED, .pages = 16, .writable = true },
		{ .name = "hole", .phys = HOLE, .pages = 16, .writable = true },
		{ .name = "registers", .phys = REGISTERS, .pages = 1, .uncached = true },
		{ .name = "ram", .pages = 1, .writable = true, .ram = true },
	};
	int err = make_own_page(run, &ranges[3].phys);
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]) && !err; i++)
		err = work_on(run, &ranges[i]);
	if (err)
		return err;
	run_phase(run, "zero page");
	return pfnmap_zero_page(&tools, run, (unsigned int)run_param_u64(run, "rounds"));
}

static void pfnmap_cleanup(struct run *run)
{
	(void)run;
	pfnmap_tools_close(&tools);
}

const struct workload workload_pfnmap = {
	.name = "pfnmap",
	.help = "memory mapped by page frame through /dev/mem, and the zero page",
	.kind = WORKLOAD_CHECK,
	.needs = { .config = pfnmap_config, .cmdline = PFNMAP_CMDLINE, .mem_mib = 512, .cpus = 1,
		   .nodes = 1 },
	.params = pfnmap_params,
	.checks = pfnmap_checks,
	.deadline_s = 60,
	.adapt = pfnmap_adapt,
	.setup = pfnmap_setup,
	.run = pfnmap_run,
	.cleanup = pfnmap_cleanup,
};
