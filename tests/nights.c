// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Made-up nightly runs of one variant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nights.h"
#include "store-cells.h"
#include "util.h"

#define NIGHT (24 * 3600)

static const struct store_metric metrics[] = {
	{ .workload = "zswap", .name = "load", .help = "", .series = "load", .unit = UNIT_CLOCK,
	  .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .workload = "zswap", .name = "density", .help = "", .series = "density",
	  .unit = UNIT_RATIO, .direction = DIR_HIGHER, .combine = COMBINE_MEDIAN },
	{ .workload = "zswap", .name = "pages", .help = "", .series = "pages", .unit = UNIT_COUNT,
	  .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
	{ .workload = "zswap", .name = "class", .help = "", .series = "class", .unit = UNIT_COUNT,
	  .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN, .reference = REFERENCE_EQUAL },
};

int nights_open(void **state)
{
	static const uint64_t usual[] = { 10000, 2000000, 1024, 7 };
	struct nights *nights = mem_grow(NULL, 1, sizeof(*nights));

	*nights = (struct nights){ .engine = "exact", .nr = 6 };
	for (size_t i = 0; i < NIGHTS_MAX; i++) {
		nights->boots[i] = 1;
		nights->agent[i] = 'a';
		nights->kernel[i] = 'k';
		for (size_t j = 0; j < ARRAY_SIZE(metrics); j++)
			for (size_t k = 0; k < NIGHTS_BOOTS; k++)
				nights->value[i][j][k] = usual[j];
	}
	*state = nights;
	return 0;
}

int nights_close(void **state)
{
	struct nights *nights = *state;

	trend_free(&nights->trend);
	free(nights);
	return 0;
}

void nights_from(struct nights *nights, size_t first, size_t metric, uint64_t value)
{
	for (size_t i = first; i < NIGHTS_MAX; i++)
		for (size_t k = 0; k < NIGHTS_BOOTS; k++)
			nights->value[i][metric][k] = value;
}

static void add_boot(const struct nights *nights, struct store_content *content, size_t night,
		     size_t boot)
{
	content->cell[boot] = (struct store_cell){
		.id = boot + 1, .variant = str_dup("baseline"), .workload = str_dup("zswap"),
		.params = str_dup("pool=zbud"), .trial = boot + 1, .status = str_dup("finished"),
		.verdict = nights->broken[night] ? VERDICT_FAIL : VERDICT_PASS,
		.reason = str_dup(""), .command = str_dup(""), .console = str_dup(""),
		.job = str_dup(""), .placement = str_dup(""),
	};
	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		struct store_series *series = &content->series[content->nr_series++];

		*series = (struct store_series){ .cell = boot + 1, .name = str_dup(metrics[i].series),
						 .labels = str_dup(""), .nr = 1 };
		series->samples = mem_grow(NULL, 1, sizeof(uint64_t));
		series->samples[0] = nights->value[night][i][boot];
	}
}

void nights_content(const struct nights *nights, size_t night, struct store_content *ret_content)
{
	struct store_content *content = ret_content;

	*content = (struct store_content){ .nr_metrics = ARRAY_SIZE(metrics), .nr_kernels = 1,
					   .nr_cells = nights->boots[night] };
	content->run = (struct store_run){
		.id = str_printf("202601%02zu-010000-aaaa", night + 1), .engine = str_dup(nights->engine),
		.exact = !strcmp(nights->engine, "exact"), .host = str_dup("here"),
		.qemu_version = str_dup("QEMU 0.0"), .started = 1767229200 + night * NIGHT,
		.agent_hash = str_printf("%c", nights->agent[night]),
	};
	content->kernel = mem_grow(NULL, 1, sizeof(*content->kernel));
	content->kernel[0] = (struct store_kernel){
		.variant = str_dup("baseline"), .source_version = str_printf("6.12.%zu (deb)", night),
		.image_hash = str_printf("%c23456789012345", nights->kernel[night]),
	};
	content->metric = mem_grow(NULL, ARRAY_SIZE(metrics), sizeof(*content->metric));
	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		content->metric[i] = metrics[i];
		content->metric[i].workload = str_dup(metrics[i].workload);
		content->metric[i].name = str_dup(metrics[i].name);
		content->metric[i].help = str_dup(metrics[i].help);
		content->metric[i].series = str_dup(metrics[i].series);
	}
	content->cell = mem_grow(NULL, content->nr_cells, sizeof(*content->cell));
	content->series = mem_grow(NULL, content->nr_cells * ARRAY_SIZE(metrics),
				   sizeof(*content->series));
	for (size_t boot = 0; boot < nights->boots[night]; boot++)
		add_boot(nights, content, night, boot);
}

const struct trend *nights_trend(struct nights *nights)
{
	for (size_t night = 0; night < nights->nr; night++) {
		struct store_content content;
		struct compare compare;
		struct err err = { "" };

		nights_content(nights, night, &content);
		must(compare_make(&content, &compare, &err), &err);
		if (!night)
			trend_begin(&nights->trend, &content.run, "baseline");
		assert_true(trend_fits(&nights->trend, &content.run));
		trend_add(&nights->trend, &compare);
		compare_free(&compare);
		store_content_free(&content);
	}
	trend_judge(&nights->trend);
	return &nights->trend;
}

const struct trend_series *nights_series(const struct trend *trend, size_t metric)
{
	for (size_t i = 0; i < trend->nr_series; i++)
		if (!strcmp(trend->series[i].metric.name, metrics[metric].name))
			return &trend->series[i];
	fail_msg("no series of %s", metrics[metric].name);
	return NULL;
}

size_t nights_changes(const struct trend *trend)
{
	size_t nr = 0;

	for (size_t i = 0; i < trend->nr_series; i++)
		nr += trend->series[i].nr_changes;
	return nr;
}
