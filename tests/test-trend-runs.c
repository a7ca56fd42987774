// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which runs a trend is made of, and how it is printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "golden.h"
#include "nights.h"
#include "sample-run.h"
#include "store-cells.h"
#include "trend-runs.h"
#include "util.h"

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
	nights_from(nights, 1, DENSITY, 2100000);
	nights_from(nights, 2, LOAD, 10500);
	nights_from(nights, 2, PAGES, 1100);
	nights->nr = 8;
	for (size_t i = 4; i < 8; i++) {
		nights->agent[i] = 'b';
		nights->value[i][LOAD][0] = 20000 + (i - 4) * 15;
	}
	nights->kernel[1] = nights->kernel[2] = 'l';
	nights_trend(nights);
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

static void what_is_seen_here_stands_beside_it(void **state)
{
	struct calibration_row row = {
		.workload = (char *)"zswap", .metric = (char *)"load", .params = (char *)"pool=zbud",
		.seen = { .scale = STATS_RATIO, .detectable = 0.0345 },
	};
	const struct calibration_file seen = { .row = &row, .nr = 1 };
	struct nights *nights = *state;
	char *text;

	eventful(nights);
	nights->trend.seen = &seen;
	text = printed(&nights->trend, PRINT_TEXT, 0);
	assert_non_null(strstr(text, "10,500  +5.00 %     3.45 %  worse"));
	/* Of the density nothing is known. */
	assert_non_null(strstr(text, "2.100  +5.00 %          -  better"));
	free(text);
	text = printed(&nights->trend, PRINT_JSON, 0);
	assert_non_null(strstr(text, "\"change\": 0.0345"));
	free(text);
	nights->trend.seen = NULL;
	nights->trend.why_not_seen = "none; make one";
	text = printed(&nights->trend, PRINT_TEXT, 0);
	assert_non_null(strstr(text, "\nnone; make one\n"));
	free(text);
}

static void a_drift_is_printed(void **state)
{
	struct nights *nights = *state;
	char *text;

	nights->engine = "kvm";
	nights_trend(nights);
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

#define night_test(test) cmocka_unit_test_setup_teardown(test, nights_open, nights_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		night_test(text_is_as_expected),
		night_test(whole_series_are_as_expected),
		night_test(csv_is_as_expected),
		night_test(json_is_as_expected),
		night_test(what_is_seen_here_stands_beside_it),
		night_test(a_drift_is_printed),
		cmocka_unit_test(runs_are_found_that_belong_together),
		cmocka_unit_test(names_that_are_wrong_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
