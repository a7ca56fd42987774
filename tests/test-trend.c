// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is found in series of nightly runs, and that nothing is found where nothing changed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <jansson.h>

#include "golden.h"
#include "sample-run.h"
#include "store-cells.h"
#include "trend-runs.h"
#include "util.h"

#define NIGHTS_MAX 40
#define BOOTS_MAX 3
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

enum { LOAD, DENSITY, PAGES, CLASS };

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
	uint64_t value[NIGHTS_MAX][ARRAY_SIZE(metrics)][BOOTS_MAX];
	char agent[NIGHTS_MAX];
	char kernel[NIGHTS_MAX];
	bool broken[NIGHTS_MAX];
	struct trend trend;
};

static int open_nights(void **state)
{
	static const uint64_t usual[] = { 10000, 2000000, 1024, 7 };
	struct nights *nights = mem_grow(NULL, 1, sizeof(*nights));

	*nights = (struct nights){ .engine = "exact", .nr = 6 };
	for (size_t i = 0; i < NIGHTS_MAX; i++) {
		nights->boots[i] = 1;
		nights->agent[i] = 'a';
		nights->kernel[i] = 'k';
		for (size_t j = 0; j < ARRAY_SIZE(metrics); j++)
			for (size_t k = 0; k < BOOTS_MAX; k++)
				nights->value[i][j][k] = usual[j];
	}
	*state = nights;
	return 0;
}

static int close_nights(void **state)
{
	struct nights *nights = *state;

	trend_free(&nights->trend);
	free(nights);
	return 0;
}

/* From night @first on, all boots. */
static void from_night(struct nights *nights, size_t first, size_t metric, uint64_t value)
{
	for (size_t i = first; i < NIGHTS_MAX; i++)
		for (size_t k = 0; k < BOOTS_MAX; k++)
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

static void make_content(const struct nights *nights, size_t night,
			 struct store_content *ret_content)
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

static const struct trend *trend_of(struct nights *nights)
{
	for (size_t night = 0; night < nights->nr; night++) {
		struct store_content content;
		struct compare compare;
		struct err err = { "" };

		make_content(nights, night, &content);
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

static const struct trend_series *series_of(const struct trend *trend, size_t metric)
{
	for (size_t i = 0; i < trend->nr_series; i++)
		if (!strcmp(trend->series[i].metric.name, metrics[metric].name))
			return &trend->series[i];
	fail_msg("no series of %s", metrics[metric].name);
	return NULL;
}

static size_t changes_in_all(const struct trend *trend)
{
	size_t nr = 0;

	for (size_t i = 0; i < trend->nr_series; i++)
		nr += trend->series[i].nr_changes;
	return nr;
}

static void assert_change(const struct trend *trend, size_t metric, size_t which, size_t at,
			  double before, double after, enum judge_verdict verdict)
{
	const struct trend_series *series = series_of(trend, metric);

	assert_true(which < series->nr_changes);
	assert_int_equal(series->change[which].at, at);
	assert_true(series->change[which].before == before);
	assert_true(series->change[which].after == after);
	assert_int_equal(series->change[which].verdict, verdict);
}

/* --- exact engine --- */

static void equal_nights_have_no_change(void **state)
{
	const struct trend *trend = trend_of(*state);

	assert_int_equal(trend->nr_runs, 6);
	assert_int_equal(trend->nr_series, 3);
	assert_int_equal(series_of(trend, LOAD)->nr, 6);
	assert_true(series_of(trend, LOAD)->searched);
	assert_true(trend_is_searched(trend));
	assert_int_equal(changes_in_all(trend), 0);
	assert_false(trend_is_worse(trend));
}

static void a_change_is_named_with_its_run(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	from_night(nights, 3, LOAD, 10500);
	trend = trend_of(nights);
	assert_int_equal(changes_in_all(trend), 1);
	assert_change(trend, LOAD, 0, 3, 10000, 10500, JUDGE_REGRESSION);
	assert_int_equal(series_of(trend, LOAD)->change[0].from, 0);
	assert_false(series_of(trend, LOAD)->change[0].crept);
	assert_string_equal(trend->run[3].id, "20260104-010000-aaaa");
	assert_true(trend_is_worse(trend));
}

static void what_was_made_good_is_not_worse(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	from_night(nights, 2, LOAD, 10500);
	from_night(nights, 4, LOAD, 10000);
	trend = trend_of(nights);
	assert_change(trend, LOAD, 0, 2, 10000, 10500, JUDGE_REGRESSION);
	assert_change(trend, LOAD, 1, 4, 10500, 10000, JUDGE_IMPROVEMENT);
	assert_false(trend_is_worse(trend));
}

static void directions_are_those_of_the_metric(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	from_night(nights, 1, LOAD, 9000);
	from_night(nights, 2, DENSITY, 1900000);
	from_night(nights, 3, PAGES, 1100);
	trend = trend_of(nights);
	assert_change(trend, LOAD, 0, 1, 10000, 9000, JUDGE_IMPROVEMENT);
	assert_change(trend, DENSITY, 0, 2, 2000000, 1900000, JUDGE_REGRESSION);
	assert_change(trend, PAGES, 0, 3, 1024, 1100, JUDGE_CHANGED);
}

/* The floor of a median is 0.1 %: 10 of 10000 is not beyond it, 11 is. */
static void the_floor_is_kept(void **state)
{
	struct nights *nights = *state;

	from_night(nights, 3, LOAD, 10010);
	assert_int_equal(changes_in_all(trend_of(nights)), 0);
	trend_free(&nights->trend);
	from_night(nights, 3, LOAD, 10011);
	assert_int_equal(changes_in_all(trend_of(nights)), 1);
}

/* 4 a night: no step is beyond the floor, the third sum is. */
static void what_creeps_is_found(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	for (size_t i = 0; i < nights->nr; i++)
		nights->value[i][LOAD][0] = 10000 + 4 * i;
	trend = trend_of(nights);
	assert_int_equal(changes_in_all(trend), 1);
	assert_change(trend, LOAD, 0, 3, 10000, 10012, JUDGE_REGRESSION);
	assert_int_equal(series_of(trend, LOAD)->change[0].from, 0);
	assert_true(series_of(trend, LOAD)->change[0].crept);
}

static void another_agent_cuts_a_series(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	from_night(nights, 3, LOAD, 15000);
	from_night(nights, 5, LOAD, 16000);
	for (size_t i = 3; i < nights->nr; i++)
		nights->agent[i] = 'b';
	trend = trend_of(nights);
	assert_true(trend_is_cut(trend, series_of(trend, LOAD), 3));
	assert_false(trend_is_cut(trend, series_of(trend, LOAD), 4));
	assert_int_equal(changes_in_all(trend), 1);
	assert_change(trend, LOAD, 0, 5, 15000, 16000, JUDGE_REGRESSION);
}

/* Nothing was compared with anything: that must not look like no change. */
static void an_agent_a_night_leaves_nothing_to_search(void **state)
{
	struct nights *nights = *state;

	for (size_t i = 0; i < nights->nr; i++)
		nights->agent[i] = 'a' + i;
	assert_false(trend_is_searched(trend_of(nights)));
}

/* Trials 2 and 3 have the tick elsewhere; a night that has only the first says nothing of them. */
static void only_trials_of_both_are_compared(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	nights->boots[3] = 3;
	nights->value[3][LOAD][1] = 12000;
	nights->value[3][LOAD][2] = 12000;
	trend = trend_of(nights);
	assert_int_equal(changes_in_all(trend), 0);
	assert_true(series_of(trend, LOAD)->point[3].value == 10000);
}

/* Nor do they hide what the first one shows. */
static void other_trials_hide_nothing(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	from_night(nights, 3, LOAD, 9000);
	for (size_t i = 3; i < nights->nr; i++) {
		nights->boots[i] = 3;
		nights->value[i][LOAD][0] = 10300;
	}
	trend = trend_of(nights);
	assert_int_equal(changes_in_all(trend), 1);
	assert_change(trend, LOAD, 0, 3, 10000, 10300, JUDGE_REGRESSION);
}

/* As a gate judges it: what the tick alone moves as far is no change. */
static void what_the_tick_moves_is_no_change(void **state)
{
	struct nights *nights = *state;

	nights->boots[2] = nights->boots[3] = 2;
	nights->nr = 4;
	nights->value[2][LOAD][1] = 10400;
	nights->value[3][LOAD][0] = 10300;
	nights->value[3][LOAD][1] = 10000;
	nights->boots[0] = nights->boots[1] = 2;
	nights->value[0][LOAD][1] = nights->value[1][LOAD][1] = 10400;
	assert_int_equal(changes_in_all(trend_of(nights)), 0);
}

static void failed_cells_have_no_figures(void **state)
{
	struct nights *nights = *state;
	const struct trend *trend;

	nights->broken[2] = true;
	nights->value[2][LOAD][0] = 1;
	trend = trend_of(nights);
	assert_int_equal(trend->nr_runs, 6);
	assert_int_equal(series_of(trend, LOAD)->nr, 5);
	assert_int_equal(changes_in_all(trend), 0);
}

static void one_night_is_no_trend(void **state)
{
	struct nights *nights = *state;

	nights->nr = 1;
	assert_false(series_of(trend_of(nights), LOAD)->searched);
}

static void other_hosts_engines_and_qemus_do_not_fit(void **state)
{
	struct nights *nights = *state;
	struct store_content content;

	trend_of(nights);
	make_content(nights, 0, &content);
	assert_true(trend_fits(&nights->trend, &content.run));
	content.run.host[0] = 't';
	assert_false(trend_fits(&nights->trend, &content.run));
	content.run.host[0] = 'h';
	content.run.engine[0] = 'E';
	assert_false(trend_fits(&nights->trend, &content.run));
	content.run.engine[0] = 'e';
	content.run.qemu_version[0] = 'K';
	assert_false(trend_fits(&nights->trend, &content.run));
	store_content_free(&content);
}

/* --- engines whose figures vary --- */

static void vary(struct nights *nights, gsl_rng *rng, double sigma)
{
	for (size_t i = 0; i < nights->nr; i++)
		for (size_t j = LOAD; j <= PAGES; j++)
			for (size_t k = 0; k < BOOTS_MAX; k++)
				nights->value[i][j][k] *= 1 + gsl_ran_gaussian(rng, sigma);
}

static void a_change_is_found_in_noise(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct nights *nights = *state;
	const struct trend *trend;
	const struct trend_series *load;

	nights->engine = "kvm";
	nights->nr = 30;
	from_night(nights, 18, LOAD, 11000);
	vary(nights, rng, 0.01);
	trend = trend_of(nights);
	load = series_of(trend, LOAD);
	assert_int_equal(changes_in_all(trend), 1);
	assert_int_equal(load->nr_changes, 1);
	assert_in_range(load->change[0].at, 17, 19);
	assert_int_equal(load->change[0].verdict, JUDGE_REGRESSION);
	assert_true(fabs(trend_ratio(&load->change[0]) - 1.1) < 0.01);
	assert_true(trend_is_worse(trend));
	gsl_rng_free(rng);
}

/* The floor of a time is 2 %: 1 % is seen, and does not matter. */
static void what_is_clear_and_small_does_not_matter(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct nights *nights = *state;

	nights->engine = "kvm";
	nights->nr = 30;
	from_night(nights, 15, LOAD, 10100);
	vary(nights, rng, 0.001);
	assert_int_equal(series_of(trend_of(nights), LOAD)->nr_changes, 0);
	gsl_rng_free(rng);
}

static void times_of_an_emulator_are_not_judged(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct nights *nights = *state;
	const struct trend *trend;

	nights->engine = "tcg";
	nights->nr = 30;
	from_night(nights, 15, LOAD, 20000);
	vary(nights, rng, 0.01);
	trend = trend_of(nights);
	assert_int_equal(series_of(trend, LOAD)->change[0].verdict, JUDGE_CHANGED);
	assert_false(trend_is_worse(trend));
	gsl_rng_free(rng);
}

static void a_drift_is_no_step(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct nights *nights = *state;
	const struct trend *trend;

	nights->engine = "kvm";
	nights->nr = 40;
	for (size_t i = 0; i < nights->nr; i++)
		for (size_t k = 0; k < BOOTS_MAX; k++)
			nights->value[i][LOAD][k] = 10000 + 50 * i;
	vary(nights, rng, 0.003);
	trend = trend_of(nights);
	assert_true(series_of(trend, LOAD)->drifts);
	assert_false(series_of(trend, PAGES)->drifts);
	assert_int_equal(changes_in_all(trend), 0);
	gsl_rng_free(rng);
}

/* Nine nights are too few for a level of 1 %: 2 / C(9, 4) is 1.6 %. */
static void few_nights_cannot_show_a_change(void **state)
{
	struct nights *nights = *state;

	nights->engine = "kvm";
	nights->nr = 9;
	assert_false(series_of(trend_of(nights), LOAD)->searched);
	trend_free(&nights->trend);
	nights->nr = 10;
	assert_true(series_of(trend_of(nights), LOAD)->searched);
}

/*
 * Two hundred series of noise. At a level of 1 % each, two of them would be named every
 * night; chosen together, in most of all trends none is.
 */
static void many_series_do_not_cry_wolf(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t named = 0;

	(void)state;
	for (size_t round = 0; round < 10; round++) {
		const struct store_run like = { .engine = "kvm", .host = "", .qemu_version = "" };
		struct trend trend;

		trend_begin(&trend, &like, "baseline");
		trend.run = mem_grow(NULL, 1, sizeof(*trend.run));
		trend.run[0] = (struct trend_run){ .id = str_dup("a"), .agent = str_dup("a") };
		trend.nr_runs = 1;
		trend.nr_series = 200;
		trend.series = mem_grow(NULL, 200, sizeof(*trend.series));
		for (size_t i = 0; i < 200; i++) {
			struct trend_series *series = &trend.series[i];

			*series = (struct trend_series){ .metric = { .unit = UNIT_CLOCK }, .nr = 24 };
			series->point = mem_grow(NULL, 24, sizeof(*series->point));
			for (size_t k = 0; k < 24; k++)
				series->point[k] = (struct trend_point){
					.value = 1e6 * (1 + gsl_ran_gaussian(rng, 0.1)),
				};
		}
		trend_judge(&trend);
		named += !!changes_in_all(&trend);
		trend_free(&trend);
	}
	print_message("# %zu of 10 trends of 200 series of noise name a change\n", named);
	assert_in_range(named, 0, 2);
	gsl_rng_free(rng);
}

/* --- one metric --- */

static void a_metric_is_picked(void **state)
{
	struct nights *nights = *state;
	struct err err = { "" };

	trend_of(nights);
	must(trend_pick(&nights->trend, "zswap.density", &err), &err);
	assert_int_equal(nights->trend.nr_series, 1);
	assert_string_equal(nights->trend.series[0].metric.name, "density");
	assert_int_equal(trend_pick(&nights->trend, "zswap.densiti", &err), -ENOENT);
	assert_non_null(strstr(err.text, "did you mean zswap.density?"));
}

/* --- output --- */

static char *printed(const struct trend *trend, enum print_format format, unsigned int flags)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(trend_print(trend, format, flags, out), 0);
	fclose(out);
	return text;
}

/* A change of each kind, an agent that changes, a run that was left out. */
static const struct trend *eventful(struct nights *nights)
{
	from_night(nights, 1, DENSITY, 2100000);
	from_night(nights, 2, LOAD, 10500);
	from_night(nights, 2, PAGES, 1100);
	nights->nr = 8;
	for (size_t i = 4; i < 8; i++) {
		nights->agent[i] = 'b';
		nights->value[i][LOAD][0] = 20000 + (i - 4) * 15;
	}
	nights->kernel[1] = nights->kernel[2] = 'l';
	trend_of(nights);
	nights->trend.left_out = 1;
	return &nights->trend;
}

static void text_is_as_expected(void **state)
{
	char *text = printed(eventful(*state), PRINT_TEXT, COMPARE_COLOUR);

	golden_check("trend.txt", text);
	free(text);
}

static void whole_series_are_as_expected(void **state)
{
	char *text = printed(eventful(*state), PRINT_TEXT, COMPARE_ALL);

	golden_check("trend-all.txt", text);
	free(text);
}

static void csv_is_as_expected(void **state)
{
	char *text = printed(eventful(*state), PRINT_CSV, 0);

	golden_check("trend.csv", text);
	free(text);
}

static void json_is_as_expected(void **state)
{
	char *text = printed(eventful(*state), PRINT_JSON, 0);
	json_t *json = json_loads(text, 0, NULL);

	assert_non_null(json);
	json_decref(json);
	golden_check("trend.json", text);
	free(text);
}

static void a_drift_is_printed(void **state)
{
	struct nights *nights = *state;
	char *text;

	nights->engine = "kvm";
	trend_of(nights);
	nights->trend.series[0].drifts = true;
	text = printed(&nights->trend, PRINT_TEXT, 0);
	assert_non_null(strstr(text, "going up or down all the time"));
	assert_non_null(strstr(text, "3 series have too few runs"));
	free(text);
}

/* --- runs on disk --- */

static char *add_sample(const char *results, const char *id, const char *host, int shift)
{
	const struct sample_run sample = {
		.engine = "exact", .variants = "baseline,lazy", .shift = shift, .trials = 1,
		.compressors = "lz4", .pools = "zbud", .id = id, .host = host,
	};
	char *dir = str_printf("%s/%s", results, id);

	sample_run_make(&sample, dir);
	return dir;
}

/* Four runs: the second is another host's, the third cannot be read. */
static char *results_folder(void)
{
	static const char *const id[] = { "20260101-010000-aaaa", "20260102-010000-aaaa",
					  "20260103-010000-aaaa", "20260104-010000-aaaa" };
	char *results = sample_folder();

	for (size_t i = 0; i < ARRAY_SIZE(id); i++) {
		char *dir = add_sample(results, id[i], i == 1 ? "elsewhere" : NULL, i == 3 ? 50000 : 100);

		if (i == 2)
			run_sql(dir, "PRAGMA user_version = 99");
		free(dir);
	}
	return results;
}

static void runs_are_found_that_belong_together(void **state)
{
	char *results = results_folder();
	struct trend_request request = { .results = results, .variant = "lazy" };
	struct strv unreadable = { 0 };
	struct trend trend = { 0 };
	struct err err = { "" };

	(void)state;
	must(trend_runs(&request, &trend, &unreadable, &err), &err);
	assert_int_equal(trend.nr_runs, 2);
	assert_int_equal(trend.left_out, 1);
	assert_int_equal(unreadable.nr, 1);
	assert_non_null(strstr(unreadable.item[0], "20260103-010000-aaaa"));
	assert_string_equal(trend.run[0].id, "20260101-010000-aaaa");
	assert_string_equal(trend.run[1].id, "20260104-010000-aaaa");
	assert_true(trend_is_worse(&trend));
	trend_free(&trend);
	request.since = "20260102";
	must(trend_runs(&request, &trend, &unreadable, &err), &err);
	assert_int_equal(trend.nr_runs, 1);
	assert_int_equal(trend.left_out, 1);
	trend_free(&trend);
	strv_free(&unreadable);
	sample_remove(results);
}

static void names_that_are_wrong_are_told(void **state)
{
	char *results = results_folder();
	struct trend_request request = { .results = results, .variant = "lasy" };
	struct strv unreadable = { 0 };
	struct trend trend = { 0 };
	struct err err = { "" };

	(void)state;
	assert_int_equal(trend_runs(&request, &trend, &unreadable, &err), -ENOENT);
	assert_non_null(strstr(err.text, "did you mean lazy?"));
	request.variant = "lazy";
	request.engine = "kvm";
	assert_int_equal(trend_runs(&request, &trend, &unreadable, &err), -ENOENT);
	assert_non_null(strstr(err.text, "kvm"));
	request.engine = NULL;
	request.since = "2027";
	assert_int_equal(trend_runs(&request, &trend, &unreadable, &err), -ENOENT);
	trend_free(&trend);
	strv_free(&unreadable);
	sample_remove(results);
}

#define night_test(test) cmocka_unit_test_setup_teardown(test, open_nights, close_nights)

int main(void)
{
	const struct CMUnitTest tests[] = {
		night_test(equal_nights_have_no_change),
		night_test(a_change_is_named_with_its_run),
		night_test(what_was_made_good_is_not_worse),
		night_test(directions_are_those_of_the_metric),
		night_test(the_floor_is_kept),
		night_test(what_creeps_is_found),
		night_test(another_agent_cuts_a_series),
		night_test(an_agent_a_night_leaves_nothing_to_search),
		night_test(only_trials_of_both_are_compared),
		night_test(other_trials_hide_nothing),
		night_test(what_the_tick_moves_is_no_change),
		night_test(failed_cells_have_no_figures),
		night_test(one_night_is_no_trend),
		night_test(other_hosts_engines_and_qemus_do_not_fit),
		night_test(a_change_is_found_in_noise),
		night_test(what_is_clear_and_small_does_not_matter),
		night_test(times_of_an_emulator_are_not_judged),
		night_test(a_drift_is_no_step),
		night_test(few_nights_cannot_show_a_change),
		cmocka_unit_test(many_series_do_not_cry_wolf),
		night_test(a_metric_is_picked),
		night_test(text_is_as_expected),
		night_test(whole_series_are_as_expected),
		night_test(csv_is_as_expected),
		night_test(json_is_as_expected),
		night_test(a_drift_is_printed),
		cmocka_unit_test(runs_are_found_that_belong_together),
		cmocka_unit_test(names_that_are_wrong_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
