/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Made-up nightly runs of one variant, and the trend of them. A failure fails the running
 * test.
 */
#ifndef PAGEMETA_TESTS_NIGHTS_H
#define PAGEMETA_TESTS_NIGHTS_H

#include "trend.h"

#define NIGHTS_MAX 40
#define NIGHTS_BOOTS 3

/*
 * Metrics of "zswap" by place: a time (10000, lower is better), a ratio (2 millions, higher),
 * a neutral count (1024), and one that must equal the first variant's (7).
 */
enum { LOAD, DENSITY, PAGES, CLASS, NIGHTS_METRICS };

/**
 * struct nights - a series of runs
 * @engine: of all
 * @nr: how many
 * @boots: of each
 * @value: by night, metric and boot
 * @agent: of each night, a letter
 * @kernel: likewise
 * @broken: nights whose cells failed
 * @trend: what was made of them
 */
struct nights {
	const char *engine;
	size_t nr;
	size_t boots[NIGHTS_MAX];
	uint64_t value[NIGHTS_MAX][NIGHTS_METRICS][NIGHTS_BOOTS];
	char agent[NIGHTS_MAX];
	char kernel[NIGHTS_MAX];
	bool broken[NIGHTS_MAX];
	struct trend trend;
};

/** nights_open() - six nights of the exact engine that are all the same, as a fixture */
int nights_open(void **state);
int nights_close(void **state);

/** nights_from() - all boots from night @first on have @value */
void nights_from(struct nights *nights, size_t first, size_t metric, uint64_t value);

/** nights_content() - the run of one night; freed with store_content_free() */
void nights_content(const struct nights *nights, size_t night, struct store_content *ret_content);

/** nights_trend() - the trend of all of them, also in @nights->trend */
const struct trend *nights_trend(struct nights *nights);

/** nights_series() - the series of a metric, which must be there */
const struct trend_series *nights_series(const struct trend *trend, size_t metric);

/** nights_changes() - changes of all series */
size_t nights_changes(const struct trend *trend);

#endif
