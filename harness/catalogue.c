// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Workloads and checks described in Markdown, from what they declare.
 */
#include <stdio.h>
#include <string.h>

#include "catalogue.h"
#include "job.h"

static const char intro[] =
	"# Workloads and checks\n"
	"\n"
	"Made from what the files in `workloads/` declare, by\n"
	"`run-suite list workloads --format markdown`. Do not edit it by hand;\n"
	"`PAGEMETA_GOLDEN_UPDATE=1 make check TESTS=tests/cli.test` writes it anew.\n"
	"\n"
	"A *cell* is one boot of one guest with one value for each parameter. The profiles `quick`\n"
	"and `full` go through several values of some; `--param WORKLOAD.NAME=VALUE,...` chooses\n"
	"others. The time limit of a cell is in seconds of the guest's own clock.\n"
	"\n"
	"A *figure* is what a metric makes of the samples of one series in one boot; all samples are\n"
	"kept. Costs are in instructions of the guest (`insns`) under the exact engine and in\n"
	"nanoseconds elsewhere. A metric that must be `equal` or `no worse` beside the first variant\n"
	"is a check as well: `as-reference` fails a cell whose figures are not as on a known good\n"
	"kernel.\n"
	"\n"
	"Every cell of every workload also checks what it booted: `memmap-mapping` (the memmap is\n"
	"mapped as the variant promises), `variant-active` (the variant's design is at work),\n"
	"`clean-taint`; and its console must be free of warnings, oopses and hangs.\n"
	"\n"
	"## Metadata of memory\n"
	"\n"
	"Every cell accounts what memory is spent on describing memory, on each node, in three phases:\n"
	"`boot`, before the workload sets up; `loaded`, when it holds what it is about (a full pool, a\n"
	"bound namespace), or has run; `after`, when its process has ended. The metric is\n"
	"`metadata_bytes`, labelled `kind`, `node` and `phase`; `node=device` is memory that is no RAM.\n"
	"\n"
	"| kind | what it is, and where the figure is from | its closed form |\n"
	"|---|---|---|\n"
	"| memmap | struct pages: different page frames that the kernel's page tables have behind the vmemmap, read through /proc/kcore. A page that many entries map counts once, one on the device itself (altmap) as `node=device` | sections of RAM by /proc/iomem x 32768 x sizeof(struct page), each on the node of its block; of devices what the kernel counts |\n"
	"| tables | page tables of the vmemmap, and of descriptors that are an array or that pages share, below the top level, by the same walk | of RAM by sections and the size of entries; none is empty, but with 4-level paging that of PUDs for an array of device memory when there is none |\n"
	"| sections | the array of section roots, 1 MiB with 5-level paging, and the roots in use (mm/sparse.c). Not in it: usage maps, 56 B a section | by levels of page tables and sections |\n"
	"| page_ext | page_ext, found by its sections; 0 where it is off | sections online x 32768 x (72 B with `page_owner=on`, 8 B where page tables are checked) |\n"
	"| descriptors | memory of what the variant exports as `descriptor_ranges`; what a lazily populated memmap has in reserve. Of an array of descriptors (`page_descriptors = array`) different page frames, by the same walk, and of a pool (`pool`) its pages beside them, when it has given back what it does not need | of an array: sections of RAM x 32768 x 64 B, each on the node of its block, and with devices as many addresses as the kernel tells. Of a pool: 2 pages of shared ones on each node, as many pages of slots and of device memory as the kernel counts, and `bytes` is the sum; of others none |\n"
	"| zspages | zspages of all pools x what the slab allocator takes for one | objects in their slab caches, to what CPUs have at hand |\n"
	"\n"
	"Checks, in each phase: `metadata-closed-form` of each kind, to the page; `metadata-counted`\n"
	"(`nr_memmap_boot_pages` + `nr_memmap_pages` of /proc/vmstat, which in 6.12 are global and count\n"
	"altmap pages and page_ext and neither tables nor sections, are what the page tables show; so is\n"
	"what the kernel counts of an array of descriptors, `kind=descriptors`). Of a pool of descriptors\n"
	"`kind=slots`: those that words lead to and those that are free are 64 for each page, so that a\n"
	"leaked one is missing, and no more than 8 pages of a node are empty; and `kind=descriptors`: as\n"
	"many lead to pages as /proc/kpageflags has pages in use, one for a page, four for a compound page\n"
	"of four and more that is not mapped page by page, but for some 100, and for what is on lists of\n"
	"CPUs in blocks.\n"
	"`metadata-memtotal`: what is present and not in MemTotal at boot is what is known to be taken\n"
	"then, but for some 20 pages. `metadata-free`: what is used more than at boot is metadata or in another\n"
	"count of the kernel, but for some 100 pages and what went to RAM disks. By the harness:\n"
	"`metadata-given` (the memory that is present is what the guest was given), `metadata-resident`\n"
	"(the host has as much of the guest's RAM as it has metadata, which is written when it is made)\n"
	"and `metadata-complete` (no figure is missing).\n";

/* A bar would end the cell of a table. */
static void put_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '|')
			fputc('\\', out);
		fputc(*text, out);
	}
}

/* "lzo,zstd" as "lzo, zstd": long lists must be able to wrap. */
static void put_values(const char *values, FILE *out)
{
	for (; *values; values++)
		fputs(*values == ',' ? ", " : (char[]){ *values, '\0' }, out);
}

static const char *kind_of(const struct workload *workload)
{
	return workload->kind == WORKLOAD_CHECK ? "checks" : "measures";
}

static void put_overview(const struct workload *const *table, FILE *out)
{
	fputs("\n| name | kind | what it does |\n|---|---|---|\n", out);
	for (; *table; table++) {
		const struct workload *workload = *table;

		if (workload->kind == WORKLOAD_SELFTEST)
			continue;
		fprintf(out, "| [%s](#%s) | %s%s | ", workload->name, workload->name,
			kind_of(workload), workload->on_request ? ", on request" :
			workload->debug ? ", on debug kernels" : "");
		put_text(workload->help, out);
		fputs(" |\n", out);
	}
}

static void put_needs(const struct workload *workload, FILE *out)
{
	const struct workload_needs *needs = &workload->needs;

	fprintf(out, "\nNeeds a guest of %u MiB with %u CPU%s and %u NUMA node%s", needs->mem_mib,
		needs->cpus, needs->cpus == 1 ? "" : "s", needs->nodes, needs->nodes == 1 ? "" : "s");
	if (needs->pmem_mib)
		fprintf(out, ", an NVDIMM of %u MiB", needs->pmem_mib);
	if (needs->balloon_mib)
		fprintf(out, ", a balloon of %u MiB", needs->balloon_mib);
	if (*needs->cmdline)
		fprintf(out, ", the command line `%s`", needs->cmdline);
	for (size_t i = 0; needs->config && needs->config[i]; i++)
		fprintf(out, "%s`%s`", i ? ", " : "; kernel options ", needs->config[i]);
	fprintf(out, ". A cell may take %u s", workload->deadline_s);
	if (workload->lasts)
		fprintf(out, ", and `%s` beside", workload->lasts);
	fprintf(out, ".%s\n", workload->adapt ? " What a cell needs follows its parameters." : "");
	if (workload->kind == WORKLOAD_CHECK && needs->cpus > 1)
		fputs("Run by the tcg engine where the run is exact: races take CPUs that run at once.\n",
		      out);
	if (workload->on_request)
		fputs("Runs only when it is named with `--workloads`.\n", out);
	if (workload->debug)
		fputs("Runs on debug kernels (`VARIANT+debug`); on others only when it is named, to say "
		      "what they lack.\n", out);
}

static void put_limits(const struct workload_param *param, FILE *out)
{
	for (size_t i = 0; param->choices && param->choices[i]; i++)
		fprintf(out, "%s%s", i ? ", " : "", param->choices[i]);
	if (!param->choices)
		fprintf(out, "%llu to %llu", (unsigned long long)param->min,
			(unsigned long long)param->max);
}

static void put_params(const struct workload_param *param, FILE *out)
{
	if (!param || !param->name)
		return;
	fputs("\n| parameter | what it is | values | default | quick | full |\n"
	      "|---|---|---|---|---|---|\n", out);
	for (; param->name; param++) {
		fprintf(out, "| `%s` | ", param->name);
		put_text(param->help, out);
		fputs(" | ", out);
		put_limits(param, out);
		fprintf(out, " | %s | ", param->def);
		put_values(param->quick ? param->quick : param->def, out);
		fputs(" | ", out);
		put_values(param->full ? param->full : param->def, out);
		fputs(" |\n", out);
	}
}

/* A job of default values, but for @except, which has @value. */
static void make_job(const struct workload_param *param, const struct workload_param *except,
		     const char *value, struct job *job)
{
	*job = (struct job){ 0 };
	for (; param->name && job->nr_params < JOB_PARAMS_MAX; param++) {
		struct job_param *to = &job->params[job->nr_params++];

		snprintf(to->name, sizeof(to->name), "%s", param->name);
		snprintf(to->value, sizeof(to->value), "%s", param == except ? value : param->def);
	}
}

static struct workload_needs needs_with(const struct workload *workload,
					const struct workload_param *param, const char *value)
{
	struct workload_needs needs = workload->needs;
	struct job job;

	make_job(workload->params, param, value, &job);
	workload->adapt(&job, &needs);
	return needs;
}

static const char *why_not_of(const struct workload_needs *needs)
{
	return needs->why_not;
}

static const char *check_of(const struct workload_needs *needs)
{
	return needs->check;
}

/* What a cell needs that has one value of a parameter and else the defaults, where it does. */
static void put_values_that(const struct workload *workload, const char *heading,
			    const char *(*what)(const struct workload_needs *needs), FILE *out)
{
	const struct workload_param *param = workload->adapt ? workload->params : NULL;
	bool first = true;

	for (; param && param->name; param++) {
		for (size_t i = 0; param->choices && param->choices[i]; i++) {
			const struct workload_needs needs = needs_with(workload, param,
								       param->choices[i]);

			if (!what(&needs))
				continue;
			fprintf(out, "%s- `%s=%s`: %s\n", first ? heading : "", param->name,
				param->choices[i], what(&needs));
			first = false;
		}
	}
}

static const char *beside(const struct metric *metric)
{
	static const char *const word[REFERENCE_NR] = {
		[REFERENCE_NONE] = "",
		[REFERENCE_EQUAL] = "equal",
		[REFERENCE_NO_WORSE] = "no worse",
	};

	return word[metric->reference];
}

static void put_metrics(const struct metric *metric, FILE *out)
{
	if (!metric || !metric->name)
		return;
	fputs("\n| metric | what it is | unit | better | figure | beside the first variant |\n"
	      "|---|---|---|---|---|---|\n", out);
	for (; metric->name; metric++) {
		fprintf(out, "| `%s` | ", metric->name);
		put_text(metric->help, out);
		fprintf(out, " | %s | %s | %s | %s |\n",
			metric->unit == UNIT_CLOCK ? "insns or ns" : metric_unit_name(metric->unit, 0),
			metric_direction_name(metric->direction), metric_combine_name(metric->combine),
			beside(metric));
	}
}

static void put_checks(const char *const *check, FILE *out)
{
	if (!check || !*check)
		return;
	fputs("\nChecks: ", out);
	for (size_t i = 0; check[i]; i++)
		fprintf(out, "%s`%s`", i ? ", " : "", check[i]);
	fputs(".\n", out);
}

static void put_workload(const struct workload *workload, FILE *out)
{
	fprintf(out, "\n## %s\n\n", workload->name);
	fprintf(out, "%c%s.\n", workload->help[0] >= 'a' && workload->help[0] <= 'z' ?
				workload->help[0] - 'a' + 'A' : workload->help[0],
		workload->help[0] ? workload->help + 1 : "");
	if (workload->about)
		fprintf(out, "\n%s\n", workload->about);
	put_needs(workload, out);
	put_params(workload->params, out);
	put_values_that(workload, "\nCannot run, and is reported as unsupported:\n\n", why_not_of,
			out);
	put_metrics(workload->metrics, out);
	put_checks(workload->checks, out);
	put_values_that(workload, "\nAlso checked, by value of a parameter:\n\n", check_of, out);
}

void catalogue_print(const struct workload *const *table, FILE *out)
{
	fputs(intro, out);
	put_overview(table, out);
	for (; *table; table++)
		if ((*table)->kind != WORKLOAD_SELFTEST)
			put_workload(*table, out);
}
