// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a workload declares is what docs/workloads.md says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalogue.h"
#include "job.h"

static const char *const pools[] = { "zbud", "zsmalloc", NULL };
static const struct workload_param params[] = {
	{ .name = "pool", .help = "one | the other", .def = "zbud", .choices = pools,
	  .full = "zbud,zsmalloc" },
	{ .name = "pages", .help = "how many", .def = "64", .min = 1, .max = 4096, .quick = "16" },
	{ 0 }
};
static const struct metric metrics[] = {
	{ .name = "store", .help = "store one page", .series = "store", .unit = UNIT_CLOCK,
	  .direction = DIR_LOWER, .combine = COMBINE_P999, .reference = REFERENCE_NO_WORSE },
	{ 0 }
};
static const char *const checks[] = { "content", "counters", NULL };
static const char *const config[] = { "CONFIG_ZSWAP=y", "CONFIG_ZBUD=y", NULL };

static void adapt(const struct job *job, struct workload_needs *needs)
{
	const char *pool = job_param(job, "pool");

	if (pool && !strcmp(pool, "zsmalloc") && job_param(job, "pages"))
		needs->why_not = "is not there";
}

static const struct workload full = {
	.name = "full", .help = "stores pages", .about = "Why it does.", .on_request = true,
	.needs = { .config = config, .cmdline = "brd.rd_nr=2", .mem_mib = 512, .cpus = 1, .nodes = 2,
		   .pmem_mib = 64, .balloon_mib = 8 },
	.params = params, .metrics = metrics, .checks = checks, .deadline_s = 20, .adapt = adapt,
	.lasts = "pages",
};
static const struct workload race = {
	.name = "race", .help = "races", .kind = WORKLOAD_CHECK,
	.needs = { .mem_mib = 256, .cpus = 4, .nodes = 1 }, .deadline_s = 5,
};
static const struct workload heavy = {
	.name = "heavy", .help = "looks closely", .kind = WORKLOAD_CHECK, .debug = true,
	.needs = { .mem_mib = 256, .cpus = 1, .nodes = 1 }, .deadline_s = 5,
};
static const struct workload fault = { .name = "fault", .help = "breaks it",
				       .kind = WORKLOAD_SELFTEST };
static const struct workload *const table[] = { &full, &race, &heavy, &fault, NULL };

static char *printed(void)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	catalogue_print(table, out);
	fclose(out);
	return text;
}

static void says(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("it does not say: %s\nbut: %s", words, text);
}

static void everything_declared_is_said(void **state)
{
	char *text = printed();
	(void)state;

	says(text, "| [full](#full) | measures, on request | stores pages |\n");
	says(text, "| [race](#race) | checks | races |\n");
	says(text, "\n## full\n\nStores pages.\n\nWhy it does.\n\nNeeds a guest of 512 MiB with 1 CPU "
		   "and 2 NUMA nodes, an NVDIMM of 64 MiB, "
		   "a balloon of 8 MiB, the command line `brd.rd_nr=2`; kernel "
		   "options `CONFIG_ZSWAP=y`, `CONFIG_ZBUD=y`. A cell may take 20 s, and `pages` "
		   "beside. What a cell needs follows its parameters.\nRuns only when it is named");
	says(text, "| `pool` | one \\| the other | zbud, zsmalloc | zbud | zbud | zbud, zsmalloc |\n");
	says(text, "| `pages` | how many | 1 to 4096 | 64 | 16 | 64 |\n");
	says(text, "\nCannot run, and is reported as unsupported:\n\n"
		   "- `pool=zsmalloc`: is not there\n\n|");
	says(text, "| `store` | store one page | insns or ns | lower | p99.9 | no worse |\n");
	says(text, "\nChecks: `content`, `counters`.\n");
	says(text, "| [heavy](#heavy) | checks, on debug kernels | looks closely |\n");
	says(text, "with 4 CPUs and 1 NUMA node. A cell may take 5 s.\nRun by the tcg engine");
	says(text, "A cell may take 5 s.\nRuns on debug kernels (`VARIANT+debug`)");
	free(text);
}

static void what_breaks_guests_is_not_offered(void **state)
{
	char *text = printed();
	(void)state;

	assert_null(strstr(text, "| [fault]"));
	assert_null(strstr(text, "## fault"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_declared_is_said),
		cmocka_unit_test(what_breaks_guests_is_not_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
