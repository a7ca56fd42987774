/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check races: data that is on its way into memory while something else is done to
 * that memory. Each race is a file of its own; what they share stands in race.h.
 *
 * Most need one CPU only: the disk holds the data back for as long as they need, so
 * that the other side does all of its work inside of what is a few microseconds on a
 * machine, every time. Two (gup, swap) hold nothing back and take two CPUs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "race.h"
#include "table.h"

/**
 * struct race_kind - one race
 * @name: value of the parameter
 * @run: it
 * @nodes: NUMA nodes it takes
 * @cpus: vCPUs it takes
 * @pmem_mib: size of an NVDIMM it takes
 */
static const struct race_kind {
	const char *name;
	int (*run)(struct race *race);
	unsigned int nodes;
	unsigned int cpus;
	unsigned int pmem_mib;
} kinds[] = {
	{ "ksm", race_ksm, 1, 1, 0 },
	{ "migrate", race_migrate, 2, 1, 0 },
	{ "compact", race_compact, 1, 1, 0 },
	{ "fork", race_fork, 1, 1, 0 },
	{ "discard", race_discard, 1, 1, 0 },
	{ "split", race_split, 1, 1, 0 },
	{ "pageout", race_pageout, 1, 1, 0 },
	{ "truncate", race_truncate, 1, 1, RACE_PMEM_MIB },
	{ "gup", race_gup, 1, 2, 0 },
	{ "swap", race_swap, 1, 2, 0 },
};

static const char *const names[] = {
	"ksm", "migrate", "compact", "fork", "discard", "split", "pageout", "truncate", "gup", "swap",
	NULL
};

#define EVERY "ksm,migrate,compact,fork,discard,split,pageout,truncate,gup,swap"

static const struct workload_param races_params[] = {
	{ .name = "race", .help = "what is done to memory that data is on its way into",
	  .def = "ksm", .choices = names, .quick = EVERY, .full = EVERY },
	{ .name = "pages", .help = "pages that take part, data on its way into every second one",
	  .def = "128", .min = 16, .max = 512, .quick = "128", .full = "512" },
	{ .name = "rounds", .help = "how often it is done",
	  .def = "2", .min = 1, .max = 1000, .quick = "2", .full = "20" },
	{ .name = NULL }
};

static const char *const races_checks[] = { "data-intact", "race-happened", NULL };

static const char *const races_config[] = {
	"CONFIG_AIO=y", "CONFIG_BLK_DEV_RAM=y", "CONFIG_BLK_DEV_DM=y", "CONFIG_DM_DELAY=y",
	"CONFIG_KSM=y", "CONFIG_MIGRATION=y", "CONFIG_COMPACTION=y", "CONFIG_SWAP=y",
	"CONFIG_ZSWAP=y", "CONFIG_ZSMALLOC=y", "CONFIG_CRYPTO_LZO=y", "CONFIG_IO_URING=y",
	"CONFIG_TRANSPARENT_HUGEPAGE=y", "CONFIG_SHMEM=y", "CONFIG_MEMFD_CREATE=y",
	"CONFIG_NUMA=y", "CONFIG_DEBUG_FS=y", "CONFIG_EXT4_FS=y", "CONFIG_FS_DAX=y",
	"CONFIG_ACPI_NFIT=y", "CONFIG_BLK_DEV_PMEM=y", "CONFIG_NVDIMM_PFN=y", NULL
};

static struct race race;

static const struct race_kind *find_kind(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (name && !strcmp(kinds[i].name, name))
			return &kinds[i];
	return &kinds[0];
}

static void races_adapt(const struct job *job, struct workload_needs *needs)
{
	const struct race_kind *kind = find_kind(job_param(job, "race"));

	needs->nodes = kind->nodes;
	needs->cpus = kind->cpus;
	needs->pmem_mib = needs->pmem_touch_mib = kind->pmem_mib;
}

static int races_setup(struct run *run)
{
	int err;

	memset(&race, 0, sizeof(race));
	race.run = run;
	race.disk.fd = race.disk.control = -1;
	race.pages = run_param_u64(run, "pages");
	race.rounds = (unsigned int)run_param_u64(run, "rounds");
	run_phase(run, "set-up");
	race.disk_content = content_maker_new(CONTENT_RANDOM, run_seed(run));
	race.old_content = content_maker_new(CONTENT_TEXT, run_seed(run) + 1);
	race.new_content = content_maker_new(CONTENT_RANDOM, run_seed(run) + 2);
	if (!race.disk_content || !race.old_content || !race.new_content)
		return run_error(run, -ENOMEM, "no memory for contents");
	err = race_write_disk(&race);
	if (!err)
		err = late_disk_open(run, RACE_DISK, race.pages * BUFFER_PAGE, &race.disk);
	return err;
}

static int races_run(struct run *run)
{
	run_phase(run, "race=%s", run_param(run, "race"));
	return find_kind(run_param(run, "race"))->run(&race);
}

static void races_cleanup(struct run *run)
{
	(void)run;
	late_disk_close(&race.disk);
	content_maker_free(race.disk_content);
	content_maker_free(race.old_content);
	content_maker_free(race.new_content);
}

const struct workload workload_races = {
	.name = "races",
	.help = "data on its way into memory that is merged, moved, forked, discarded, split, "
		"reclaimed or truncated",
	.kind = WORKLOAD_CHECK,
	.needs = { .config = races_config, .cmdline = "brd.rd_nr=2", .mem_mib = 512, .cpus = 1,
		   .nodes = 1 },
	.params = races_params,
	.checks = races_checks,
	.deadline_s = 120,
	.adapt = races_adapt,
	.setup = races_setup,
	.run = races_run,
	.cleanup = races_cleanup,
};
