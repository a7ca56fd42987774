// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a sample run in a folder, for tests that are no C: make-run KIND FOLDER.
 */
#include <stdio.h>
#include <string.h>

#include "sample-run.h"
#include "util.h"

static const struct {
	const char *name;
	struct sample_run sample;
} kind[] = {
	{ "exact", { .engine = "exact", .variants = "baseline,vmemmap-4k", .shift = 2703,
		     .trials = 1, .compressors = "lz4", .pools = "zsmalloc" } },
	{ "kvm", { .engine = "kvm", .variants = "baseline,vmemmap-4k,memdesc-slab,compact-page",
		   .shift = 31000, .trials = 5, .compressors = "lz4,zstd", .pools = "zsmalloc",
		   .disturbed = true, .metadata = true, .counters = true } },
	{ "trouble", { .engine = "exact", .variants = "baseline,vmemmap-4k,memdesc-slab",
		       .shift = -2703, .trials = 1, .compressors = "lzo,lz4,zstd",
		       .pools = "zbud", .trouble = SAMPLE_TROUBLE } },
	{ "matched", { .engine = "exact", .variants = "baseline+memdesc,memdesc", .shift = 2703,
		       .trials = 1, .compressors = "lz4", .pools = "zsmalloc", .off = 2 } },
	{ "alone", { .engine = "tcg", .variants = "baseline", .trials = 1, .compressors = "lz4",
		     .pools = "zsmalloc" } },
	{ "wide", { .engine = "exact",
		    .variants = "baseline,vmemmap-4k,lazy-vmemmap,pageless-zsmalloc,"
				"zsmalloc-unmovable,memdesc-slab,compact-page,"
				"a-design-whose-name-is-longer-than-any-other+debug",
		    .shift = -27030, .trials = 2, .compressors = "lz4,zstd",
		    .pools = "zsmalloc,zbud", .metadata = true, .trouble = SAMPLE_TROUBLE } },
	{ "four", { .engine = "exact",
		    .variants = "baseline,vmemmap-4k,lazy-vmemmap,memdesc-slab", .shift = 2703,
		    .trials = 1, .compressors = "lzo,lz4,zstd", .pools = "zsmalloc,zbud",
		    .metadata = true } },
	{ "cut-short", { .engine = "exact", .variants = "baseline,vmemmap-4k,memdesc-slab",
			 .shift = -2703, .trials = 1, .compressors = "lzo,lz4,zstd",
			 .pools = "zbud", .metadata = true, .trouble = SAMPLE_TROUBLE } },
	{ "one", { .engine = "exact", .variants = "baseline", .trials = 1, .compressors = "lz4",
		   .pools = "zsmalloc", .metadata = true } },
	{ "same", { .engine = "exact", .variants = "baseline,baseline~2", .trials = 1,
		    .compressors = "lz4,zstd", .pools = "zsmalloc", .metadata = true } },
	{ "many", { .engine = "kvm",
		    .variants = "baseline,vmemmap-4k,lazy-vmemmap-with-a-very-long-name,"
				"pageless-zsmalloc-and-pageless-zram-together,"
				"compact-page-of-8-bytes,memdesc-slab,"
				"descriptors-of-folios-behind-one-word-each,a",
		    .trials = 5, .shift = 31000, .compressors = "lz4,zstd", .pools = "zsmalloc",
		    .metadata = true, .disturbed = true } },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < ARRAY_SIZE(kind); i++) {
		if (strcmp(kind[i].name, argv[1]))
			continue;
		sample_run_make(&kind[i].sample, argv[2]);
		return 0;
	}
	fprintf(stderr, "make-run: usage: make-run KIND FOLDER, with KIND one of");
	for (size_t i = 0; i < ARRAY_SIZE(kind); i++)
		fprintf(stderr, " %s", kind[i].name);
	fputc('\n', stderr);
	return 2;
}
