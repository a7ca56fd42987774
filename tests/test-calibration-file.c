// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a calibration says of a run of a kernel against itself, whether a gate keeps to it,
 * and that no file can do harm.
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

#include "calibration-file.h"
#include "compare-private.h"
#include "gate.h"
#include "golden.h"
#include "sample-run.h"
#include "util.h"

#define BOOTS 5
#define ROUNDS 2
#define ALL (BOOTS * ROUNDS)

static const struct store_metric metrics[] = {
	{ .workload = "zswap", .name = "load", .unit = UNIT_CLOCK, .direction = DIR_LOWER,
	  .combine = COMBINE_MEDIAN },
	{ .workload = "zswap", .name = "density", .unit = UNIT_RATIO, .direction = DIR_HIGHER,
	  .combine = COMBINE_MEDIAN },
	{ .workload = "zswap", .name = "loads", .unit = UNIT_PAGES, .direction = DIR_NEUTRAL,
	  .combine = COMBINE_MEDIAN },
	{ .workload = "memmap", .name = "bytes", .unit = UNIT_BYTES, .direction = DIR_LOWER,
	  .combine = COMBINE_MEDIAN },
};

enum { LOAD, DENSITY, LOADS, BYTES, METRICS };

/**
 * struct bench - a run of a kernel against itself
 * @figure: by metric, side and boot
 * @side: of each row
 * @row: one a metric
 * @content: what is known of the run
 * @kernel: its kernel
 * @compare: all of it
 */
struct bench {
	double figure[METRICS][2][ALL];
	struct compare_side side[METRICS][2];
	struct compare_row row[METRICS];
	struct store_content content;
	struct store_kernel kernel;
	struct compare compare;
};

static int open_bench(void **state)
{
	static const double usual[] = { 10000, 2000000, 7, 0 };
	struct bench *bench = mem_grow(NULL, 1, sizeof(*bench));

	*bench = (struct bench){ .kernel = { .image_hash = (char *)"image" } };
	for (size_t i = 0; i < METRICS; i++) {
		for (size_t side = 0; side < 2; side++) {
			for (size_t k = 0; k < ALL; k++)
				bench->figure[i][side][k] = usual[i];
			bench->side[i][side] = (struct compare_side){
				.figure = bench->figure[i][side], .nr = ALL, .median = usual[i],
			};
		}
		bench->row[i] = (struct compare_row){ .metric = &metrics[i], .side = bench->side[i],
						      .params = (char *)(i == BYTES ? "" : "pool=zbud") };
	}
	bench->content = (struct store_content){ .kernel = &bench->kernel, .nr_kernels = 1 };
	bench->content.run = (struct store_run){
		.id = (char *)"20260101-010000-aaaa", .engine = (char *)"exact", .exact = true,
		.host = (char *)"Linux 6.1 x86_64, AMD EPYC", .agent_hash = (char *)"agent",
		.qemu_version = (char *)"QEMU 7.2 (Debian 1:7.2)",
	};
	bench->compare = (struct compare){ .content = &bench->content, .row = bench->row,
					   .nr_rows = METRICS };
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	free(*state);
	return 0;
}

static void use_kvm(struct bench *bench)
{
	bench->content.run.engine = (char *)"kvm";
	bench->content.run.exact = false;
}

static struct calibration_file made(struct bench *bench)
{
	struct calibration_file file;

	calibration_make(&bench->compare, BOOTS, &file);
	return file;
}

static const struct calibration_row *row_of(const struct calibration_file *file, size_t metric)
{
	const struct calibration_row *row;

	row = calibration_find(file, metrics[metric].workload, metrics[metric].name,
			       metric == BYTES ? "" : "pool=zbud");
	assert_non_null(row);
	return row;
}

static void assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-9 * fmax(1, fabs(expected))))
		fail_msg("%.12g is not %.12g", value, expected);
}

/* --- making --- */

static void what_a_gate_does_not_judge_is_left_out(void **state)
{
	struct calibration_file file = made(*state);

	assert_int_equal(file.nr, 3);
	assert_null(calibration_find(&file, "zswap", "loads", "pool=zbud"));
	assert_null(calibration_find(&file, "zswap", "load", "pool=z3fold"));
	calibration_free(&file);
}

/* The floor of a median is 0.1 %. */
static void what_never_moves_shows_all_beyond_the_floor(void **state)
{
	struct calibration_file file = made(*state);
	const struct calibration_row *row = row_of(&file, LOAD);

	assert_near(row->width, 0);
	assert_near(row->seen.floor, 0.001);
	assert_near(row->seen.detectable, 0.001);
	assert_int_equal(row->seen.rounds, ROUNDS);
	assert_int_equal(row->seen.alarms, 0);
	calibration_free(&file);
}

/* 40 of 10000: width 0.4 %, seen from 0.8 % on. 5 of 10000: 0.05 %, and the floor. */
static void what_ticks_move_hides_as_much(void **state)
{
	struct bench *bench = *state;
	struct calibration_file file;

	bench->figure[LOAD][1][7] = 10030;
	bench->figure[LOAD][0][2] = 9990;
	file = made(bench);
	assert_near(row_of(&file, LOAD)->width, 0.004);
	assert_near(row_of(&file, LOAD)->seen.detectable, 0.008);
	calibration_free(&file);
	bench->figure[LOAD][1][7] = 10005;
	bench->figure[LOAD][0][2] = 10000;
	file = made(bench);
	assert_near(row_of(&file, LOAD)->width, 0.0005);
	assert_near(row_of(&file, LOAD)->seen.detectable, 0.0015);
	calibration_free(&file);
}

/* Of nothing there is no part: the figure is 0, and a change a difference. */
static void figures_of_zero_are_differences(void **state)
{
	struct bench *bench = *state;
	struct calibration_file file;

	bench->figure[BYTES][1][3] = 4096;
	file = made(bench);
	assert_int_equal(row_of(&file, BYTES)->seen.scale, STATS_DIFFERENCE);
	assert_near(row_of(&file, BYTES)->width, 4096);
	assert_near(row_of(&file, BYTES)->seen.detectable, 8192);
	calibration_free(&file);
}

/* The boots of one round lie apart, as only a change should make them. */
static void alarms_of_a_gate_are_counted(void **state)
{
	struct bench *bench = *state;
	struct calibration_file file;

	for (size_t k = BOOTS; k < ALL; k++)
		bench->figure[LOAD][1][k] = 10500;
	file = made(bench);
	assert_int_equal(row_of(&file, LOAD)->seen.rounds, 2);
	assert_int_equal(row_of(&file, LOAD)->seen.alarms, 1);
	assert_near(row_of(&file, LOAD)->seen.rate, 0.5);
	assert_true(row_of(&file, LOAD)->seen.rate_low > 0);
	assert_true(row_of(&file, LOAD)->seen.rate_high < 1);
	assert_int_equal(row_of(&file, DENSITY)->seen.alarms, 0);
	calibration_free(&file);
}

static bool gate_tells(const double *old, const double *new)
{
	struct compare_side side[] = {
		{ .figure = (double *)old, .nr = BOOTS, .median = stats_median(old, BOOTS) },
		{ .figure = (double *)new, .nr = BOOTS, .median = stats_median(new, BOOTS) },
	};
	const struct compare_row row = { .metric = &metrics[LOAD], .side = side };
	struct gate_pair pair = { .row = &row, .new = 1 };
	const struct gate_rules rules = { .final = true };

	gate_judge_pairs(&pair, 1, true, &rules);
	return pair.verdict == GATE_REGRESSION;
}

/*
 * Figures anywhere in a range: a change of as much as is said to be seen, and a little, is
 * told of wherever they lie. One that is half as large often is not, or the promise would
 * be needlessly weak.
 */
static void a_gate_tells_of_what_is_said_to_be_seen(void **state)
{
	static const double widths[] = { 0, 3, 9, 11, 40, 300 };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t missed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		struct bench *bench = *state;
		struct calibration_file file;
		double seen;

		bench->figure[LOAD][0][0] = 10000 - widths[i];
		file = made(bench);
		seen = row_of(&file, LOAD)->seen.detectable * 10000;
		calibration_free(&file);
		for (size_t draw = 0; draw < 2000; draw++) {
			double old[BOOTS], new[BOOTS], half[BOOTS];

			for (size_t k = 0; k < BOOTS; k++) {
				old[k] = 10000 - gsl_rng_uniform(rng) * widths[i];
				new[k] = 10000 - gsl_rng_uniform(rng) * widths[i] + seen * 1.001;
				half[k] = new[k] - seen / 2;
			}
			if (!gate_tells(old, new))
				fail_msg("width %g: a change of %g is missed", widths[i], seen);
			missed += !gate_tells(old, half);
		}
	}
	assert_true(missed > 1000);
	gsl_rng_free(rng);
}

static void varying_figures_are_calibrated(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct bench *bench = *state;
	struct calibration_file file;
	double seen;

	use_kvm(bench);
	for (size_t side = 0; side < 2; side++)
		for (size_t k = 0; k < ALL; k++)
			bench->figure[LOAD][side][k] = 10000 * (1 + gsl_ran_gaussian(rng, 0.002));
	calibration_make(&bench->compare, ALL, &file);
	seen = row_of(&file, LOAD)->seen.detectable;
	/* Beyond the floor of 2 %, by as much as the interval is wide. */
	assert_true(seen > 0.02 && seen < 0.03);
	assert_int_equal(row_of(&file, LOAD)->seen.rounds, 1);
	calibration_free(&file);
	/* Two boots a side cannot be significant. */
	calibration_make(&bench->compare, 2, &file);
	assert_true(isinf(row_of(&file, LOAD)->seen.detectable));
	assert_int_equal(row_of(&file, LOAD)->seen.rounds, BOOTS);
	calibration_free(&file);
	/* More boots than there are. */
	calibration_make(&bench->compare, ALL + 1, &file);
	assert_int_equal(file.nr, 0);
	calibration_free(&file);
	gsl_rng_free(rng);
}

/* The host changes between two rounds; then a change shows in the second alone. */
static void each_round_has_its_own_boots(void **state)
{
	struct bench *bench = *state;
	struct calibration_file file;

	use_kvm(bench);
	for (size_t change = 0; change < 2; change++) {
		for (size_t side = 0; side < 2; side++)
			for (size_t k = 0; k < ALL; k++)
				bench->figure[LOAD][side][k] = 10000 + 3 * k + side +
							       (k < BOOTS ? 0 : 2000) +
							       (k < BOOTS || !side ? 0 : 1000 * change);
		file = made(bench);
		assert_int_equal(row_of(&file, LOAD)->seen.rounds, 2);
		assert_int_equal(row_of(&file, LOAD)->seen.alarms, change);
		calibration_free(&file);
	}
}

/* --- files --- */

static char *folder_file(const char *folder)
{
	return str_printf("%s/calibration/x.json", folder);
}

static void assert_same(const struct calibration_file *a, const struct calibration_file *b)
{
	assert_string_equal(a->host, b->host);
	assert_string_equal(a->engine, b->engine);
	assert_string_equal(a->qemu_version, b->qemu_version);
	assert_string_equal(a->agent_hash, b->agent_hash);
	assert_string_equal(a->image_hash, b->image_hash);
	assert_string_equal(a->run, b->run);
	assert_int_equal(a->boots, b->boots);
	assert_int_equal(a->nr, b->nr);
	for (size_t i = 0; i < a->nr; i++) {
		assert_string_equal(a->row[i].workload, b->row[i].workload);
		assert_string_equal(a->row[i].metric, b->row[i].metric);
		assert_string_equal(a->row[i].params, b->row[i].params);
		assert_int_equal(a->row[i].unit, b->row[i].unit);
		assert_int_equal(a->row[i].seen.scale, b->row[i].seen.scale);
		assert_int_equal(a->row[i].seen.rounds, b->row[i].seen.rounds);
		assert_int_equal(a->row[i].seen.alarms, b->row[i].seen.alarms);
		assert_near(a->row[i].width, b->row[i].width);
		assert_near(a->row[i].seen.floor, b->row[i].seen.floor);
		assert_near(a->row[i].seen.rate_high, b->row[i].seen.rate_high);
		if (!isinf(a->row[i].seen.detectable) || !isinf(b->row[i].seen.detectable))
			assert_near(a->row[i].seen.detectable, b->row[i].seen.detectable);
	}
}

static void what_is_written_is_read(void **state)
{
	char *folder = sample_folder(), *path = folder_file(folder);
	struct bench *bench = *state;
	struct calibration_file file, read;
	struct err err = { "" };

	bench->figure[LOAD][1][7] = 10030;
	file = made(bench);
	file.row[1].seen.detectable = INFINITY;
	assert_int_equal(calibration_read(path, &read, &err), -ENOENT);
	assert_int_equal(calibration_write(&file, path, &err), 0);
	assert_int_equal(calibration_read(path, &read, &err), 0);
	assert_same(&file, &read);
	calibration_free(&read);
	calibration_free(&file);
	sample_remove(folder);
	free(path);
}

static void a_file_that_cannot_be_written_is_named(void **state)
{
	struct calibration_file file = made(*state);
	struct err err = { "" };

	assert_true(calibration_write(&file, "/proc/calibration/x.json", &err) < 0);
	assert_non_null(strstr(err.text, "/proc/calibration"));
	calibration_free(&file);
}

static char *as_text(struct calibration_file *file, const char *path)
{
	struct err err = { "" };
	char *text;

	assert_int_equal(calibration_write(file, path, &err), 0);
	assert_int_equal(fs_read(path, &text, NULL, &err), 0);
	return text;
}

static int read_text(const char *path, const char *text, size_t len)
{
	struct calibration_file read = { 0 };
	struct err err = { "" };
	int error;

	assert_int_equal(fs_write(path, text, len, &err), 0);
	error = calibration_read(path, &read, &err);
	if (error)
		assert_non_null(strstr(err.text, path));
	calibration_free(&read);
	return error;
}

static void files_that_were_cut_short_are_refused(void **state)
{
	char *folder = sample_folder(), *path = folder_file(folder), *text;
	struct calibration_file file = made(*state);

	text = as_text(&file, path);
	for (size_t len = 0; len < strlen(text); len += 7)
		assert_int_equal(read_text(path, text, len), -EBADMSG);
	assert_int_equal(read_text(path, text, strlen(text)), 0);
	calibration_free(&file);
	sample_remove(folder);
	free(text);
	free(path);
}

/* Whatever a byte becomes: it is read or refused, and nothing else happens. */
static void files_with_other_bytes_do_no_harm(void **state)
{
	static const char other[] = { '0', '-', '"', '}', '\xff', '9' };
	char *folder = sample_folder(), *path = folder_file(folder), *text;
	struct calibration_file file = made(*state);
	size_t refused = 0;

	text = as_text(&file, path);
	for (size_t at = 0; at < strlen(text); at += 5) {
		char kept = text[at];

		text[at] = other[at % sizeof(other)];
		refused += read_text(path, text, strlen(text)) == -EBADMSG;
		text[at] = kept;
	}
	assert_true(refused > 50);
	calibration_free(&file);
	sample_remove(folder);
	free(text);
	free(path);
}

static char *replaced(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);

	assert_non_null(at);
	return str_printf("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static void files_that_claim_what_cannot_be_are_refused(void **state)
{
	static const struct {
		const char *old;
		const char *new;
	} claim[] = {
		{ "\"version\": 1", "\"version\": 2" },
		{ "pagemeta calibration", "pagemeta trend" },
		{ "\"boots\": 5", "\"boots\": -5" },
		{ "\"boots\": 5", "\"boots\": \"5\"" },
		{ "\"boots\": 5", "\"boots\": 5e30" },
		{ "\"comparisons\": 2", "\"comparisons\": 0" },
		{ "\"alarms\": 0", "\"alarms\": 3" },
		{ "\"scale\": \"ratio\"", "\"scale\": \"rate\"" },
		{ "\"unit\": \"insns\"", "\"unit\": \"miles\"" },
		{ "\"smallest_change\": 0.001", "\"smallest_change\": -0.001" },
		{ "\"smallest_change\": 0.001", "\"smallest\": 0.001" },
		{ "\"metric\": \"load\"", "\"metric\": null" },
		{ "\"figures\": [", "\"figures\": {}, \"f\": [" },
	};
	char *folder = sample_folder(), *path = folder_file(folder), *text;
	struct calibration_file file = made(*state);

	text = as_text(&file, path);
	for (size_t i = 0; i < ARRAY_SIZE(claim); i++) {
		char *changed = replaced(text, claim[i].old, claim[i].new);

		if (read_text(path, changed, strlen(changed)) != -EBADMSG)
			fail_msg("%s is taken", claim[i].new);
		free(changed);
	}
	calibration_free(&file);
	sample_remove(folder);
	free(text);
	free(path);
}

/* --- which of them --- */

static void other_workloads_are_kept(void **state)
{
	struct bench *bench = *state;
	struct calibration_file old = made(bench), new, other;

	bench->compare.nr_rows = LOADS;
	bench->figure[LOAD][1][7] = 10030;
	new = made(bench);
	calibration_merge(&new, &old);
	assert_int_equal(new.nr, 3);
	assert_near(row_of(&new, LOAD)->width, 0.003);
	assert_near(row_of(&new, BYTES)->width, 0);
	calibration_free(&new);
	bench->content.run.agent_hash = (char *)"another";
	other = made(bench);
	calibration_merge(&other, &old);
	assert_int_equal(other.nr, 2);
	calibration_free(&other);
	calibration_free(&old);
}

static void the_calibration_of_a_run_is_found(void **state)
{
	char *cache = sample_folder(), *path, *why = NULL;
	struct bench *bench = *state;
	struct store_run *run = &bench->content.run;
	struct calibration_file file = made(bench), found;
	struct err err = { "" };

	path = calibration_path(cache, run);
	assert_string_equal(strrchr(path, '/'),
			    "/Linux_6.1_x86_64__AMD_EPYC-exact-QEMU_7.2__Debian_1_7.2_.json");
	assert_false(calibration_of_run(cache, run, &found, &why));
	assert_non_null(strstr(why, "`run-suite calibrate --engine exact`"));
	free(why);
	assert_int_equal(calibration_write(&file, path, &err), 0);
	assert_true(calibration_of_run(cache, run, &found, &why));
	assert_int_equal(found.nr, 3);
	calibration_free(&found);
	run->agent_hash = (char *)"another";
	assert_false(calibration_of_run(cache, run, &found, &why));
	assert_non_null(strstr(why, "another agent"));
	free(why);
	run->agent_hash = (char *)"agent";
	/* Two hosts can be called the same in a file's name, and are not the same. */
	run->host = (char *)"Linux 6.1 x86_64; AMD EPYC";
	assert_false(calibration_of_run(cache, run, &found, &why));
	free(why);
	run->host = (char *)"Linux 6.1 x86_64, AMD EPYC";
	assert_int_equal(fs_write(path, "{", 1, &err), 0);
	assert_false(calibration_of_run(cache, run, &found, &why));
	assert_non_null(strstr(why, path));
	free(why);
	calibration_free(&file);
	sample_remove(cache);
	free(path);
}

/* --- texts --- */

static void changes_are_written(void **state)
{
	struct calibration_row row = { .unit = UNIT_BYTES };
	char text[FIGURE_TEXT];

	(void)state;
	assert_string_equal(calibration_text(text, NULL), "-");
	row.seen = (struct calibration){ .scale = STATS_RATIO, .detectable = 0.0123 };
	assert_string_equal(calibration_text(text, &row), "1.23 %");
	row.seen.scale = STATS_DIFFERENCE;
	row.seen.detectable = 8192;
	assert_string_equal(calibration_text(text, &row), "8,192");
	row.seen.detectable = 0;
	assert_string_equal(calibration_text(text, &row), "any");
	row.seen.detectable = INFINITY;
	assert_string_equal(calibration_text(text, &row), "none");
}

static void a_calibration_is_printed(void **state)
{
	struct bench *bench = *state;
	struct calibration_file file;
	char *text = NULL, *line;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	bench->figure[LOAD][1][7] = 10030;
	for (size_t k = 0; k < BOOTS; k++)
		bench->figure[DENSITY][1][k] = 2020000;
	file = made(bench);
	calibration_print(&file, out);
	line = calibration_summary(&file, &bench->compare);
	fprintf(out, "%s\n", line);
	free(line);
	bench->compare.nr_rows = 0;
	line = calibration_summary(&file, &bench->compare);
	fprintf(out, "%s\n", line);
	free(line);
	fclose(out);
	golden_check("calibration.txt", text);
	calibration_free(&file);
	free(text);
}

#define bench_test(test) cmocka_unit_test_setup_teardown(test, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(what_a_gate_does_not_judge_is_left_out),
		bench_test(what_never_moves_shows_all_beyond_the_floor),
		bench_test(what_ticks_move_hides_as_much),
		bench_test(figures_of_zero_are_differences),
		bench_test(alarms_of_a_gate_are_counted),
		bench_test(a_gate_tells_of_what_is_said_to_be_seen),
		bench_test(varying_figures_are_calibrated),
		bench_test(each_round_has_its_own_boots),
		bench_test(what_is_written_is_read),
		bench_test(a_file_that_cannot_be_written_is_named),
		bench_test(files_that_were_cut_short_are_refused),
		bench_test(files_with_other_bytes_do_no_harm),
		bench_test(files_that_claim_what_cannot_be_are_refused),
		bench_test(other_workloads_are_kept),
		bench_test(the_calibration_of_a_run_is_found),
		cmocka_unit_test(changes_are_written),
		bench_test(a_calibration_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
