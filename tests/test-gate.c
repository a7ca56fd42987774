// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a gate says of a series: which patch is to blame for what, and what all of it
 * means for the shell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "gate.h"
#include "golden.h"
#include "util.h"

#define KERNELS 4	/* the base and three patches */

/* Two figures of a workload, and a check, in one cell for each kernel. */
static const struct store_metric metrics[] = {
	{ .workload = "zswap", .name = "load", .help = "", .series = "load", .unit = UNIT_CLOCK,
	  .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .workload = "zswap", .name = "density", .help = "", .series = "density",
	  .unit = UNIT_RATIO, .direction = DIR_HIGHER, .combine = COMBINE_MEDIAN },
	{ .workload = "zswap", .name = "pages", .help = "", .series = "pages", .unit = UNIT_COUNT,
	  .direction = DIR_NEUTRAL, .combine = COMBINE_MEDIAN },
};

/**
 * struct bench - a run and what is known of its patches
 * @value: figures by metric and kernel
 * @check: verdict of the check of each kernel's cell
 * @cell_verdict: of the cell
 * @calls: of the function that each kernel changed
 */
struct bench {
	uint64_t value[3][KERNELS];
	enum verdict check[KERNELS];
	enum verdict cell_verdict[KERNELS];
	uint64_t calls[KERNELS];
	struct gate_patch patch[KERNELS - 1];
	struct function_place place;
	struct function_list changed;
	struct store_content content;
	struct compare compare;
	struct gate gate;
};

static const char *const kernel[KERNELS] = { "baseline", "baseline+1", "baseline+2", "baseline+3" };

static int open_bench(void **state)
{
	struct bench *bench = mem_grow(NULL, 1, sizeof(*bench));

	*bench = (struct bench){ .place = { .name = (char *)"zswap_load" } };
	bench->changed = (struct function_list){ .item = &bench->place, .nr = 1, .objects = 1 };
	for (size_t i = 0; i < KERNELS; i++) {
		bench->value[0][i] = 10000;
		bench->value[1][i] = 2000000;
		bench->value[2][i] = 7 + i;
		bench->calls[i] = 3;
		if (i)
			bench->patch[i - 1] = (struct gate_patch){
				.subject = i == 1 ? "mm/zswap: one" : i == 2 ? "mm/zswap: two" :
					   "mm/zswap: a third one whose subject is longer than a line",
				.seconds = 11, .changed = &bench->changed,
			};
	}
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	gate_free(&bench->gate);
	compare_free(&bench->compare);
	store_content_free(&bench->content);
	free(bench);
	return 0;
}

static void add_series(struct store_content *content, size_t at, const char *name,
		       const char *labels, uint64_t value)
{
	uint64_t *sample = mem_grow(NULL, 1, sizeof(*sample));

	*sample = value;
	content->series = mem_grow(content->series, content->nr_series + 1, sizeof(*content->series));
	content->series[content->nr_series++] = (struct store_series){
		.cell = at + 1, .name = str_dup(name), .labels = str_dup(labels), .samples = sample,
		.nr = 1,
	};
}

static void add_kernel(const struct bench *bench, struct store_content *content, size_t at)
{
	content->cell[at] = (struct store_cell){
		.id = at + 1, .variant = str_dup(kernel[at]), .workload = str_dup("zswap"),
		.params = str_dup("pool=zbud"), .trial = 1,
		.status = str_dup("finished"), .verdict = bench->cell_verdict[at],
		.reason = str_dup(bench->cell_verdict[at] ? "it hangs" : ""), .command = str_dup(""),
		.console = str_dup(""), .job = str_dup(""),
	};
	content->check[at] = (struct store_check){
		.cell = at + 1, .name = str_dup("content-verified"), .labels = str_dup(""),
		.verdict = bench->check[at],
		.reason = str_dup(bench->check[at] ? "3 of 4096 pages differ" : "4096 pages"),
	};
	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++)
		add_series(content, at, metrics[i].series, "", bench->value[i][at]);
	if (at && bench->calls[at])
		add_series(content, at, FUNCTIONS_CALLS, "function=zswap_load", bench->calls[at]);
}

static struct store_metric copy_metric(const struct store_metric *metric)
{
	struct store_metric copy = *metric;

	copy.workload = str_dup(metric->workload);
	copy.name = str_dup(metric->name);
	copy.help = str_dup(metric->help);
	copy.series = str_dup(metric->series);
	return copy;
}

static const struct gate *judged(struct bench *bench)
{
	struct store_content *content = &bench->content;
	const struct gate_rules rules = { .final = true };
	struct err err = { "" };

	content->run = (struct store_run){ .id = str_dup("id"), .engine = str_dup("exact"),
					   .exact = true, .argv = str_dup("gate --patch x"),
					   .qemu_version = str_dup("QEMU 0.0") };
	content->nr_metrics = ARRAY_SIZE(metrics);
	content->metric = mem_grow(NULL, ARRAY_SIZE(metrics), sizeof(*content->metric));
	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++)
		content->metric[i] = copy_metric(&metrics[i]);
	content->nr_cells = content->nr_checks = KERNELS;
	content->cell = mem_grow(NULL, KERNELS, sizeof(*content->cell));
	content->check = mem_grow(NULL, KERNELS, sizeof(*content->check));
	for (size_t i = 0; i < KERNELS; i++)
		add_kernel(bench, content, i);
	if (compare_make(content, &bench->compare, &err))
		fail_msg("%s", err.text);
	gate_judge(&bench->compare, bench->patch, KERNELS - 1, &rules, &bench->gate);
	return &bench->gate;
}

static void assert_text(const struct bench *bench, const char *golden)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	gate_print_text(&bench->gate, 0, out);
	fclose(out);
	golden_check(golden, text);
	free(text);
}

static void a_series_that_changes_nothing_passes(void **state)
{
	const struct gate *gate = judged(*state);

	assert_int_equal(gate->verdict, GATE_NO_CHANGE);
	assert_int_equal(gate_exit_code(gate), EXIT_OK);
	/* The neutral figure differs for each kernel, and is no figure of merit. */
	assert_int_equal(gate->step[0].figures, 2);
	assert_int_equal(gate->nr_changes, 0);
	assert_int_equal(gate->step[2].exercise, GATE_RAN);
	assert_true(gate->step[2].calls == 3);
}

static void the_patch_that_slows_down_is_named(void **state)
{
	struct bench *bench = *state;
	const struct gate *gate;

	bench->value[0][2] = bench->value[0][3] = 10050;
	gate = judged(bench);
	assert_int_equal(gate->verdict, GATE_REGRESSION);
	assert_int_equal(gate_exit_code(gate), EXIT_FAILED);
	assert_int_equal(gate->step[0].verdict, GATE_NO_CHANGE);
	assert_int_equal(gate->step[1].verdict, GATE_REGRESSION);
	assert_int_equal(gate->step[2].verdict, GATE_NO_CHANGE);
	assert_int_equal(gate->nr_series, 1);
	assert_int_equal(gate->series[0].first, 2);
	assert_text(bench, "gate-regression.txt");
}

/* What a host sees stands beside the change; of the other figures the worst is named. */
static void what_is_seen_here_stands_beside_it(void **state)
{
	struct calibration_row row[] = {
		{ .workload = (char *)"zswap", .metric = (char *)"load", .params = (char *)"pool=zbud",
		  .seen = { .scale = STATS_RATIO, .detectable = 0.0015 } },
		{ .workload = (char *)"zswap", .metric = (char *)"density",
		  .params = (char *)"pool=zbud", .unit = UNIT_RATIO,
		  .seen = { .scale = STATS_RATIO, .detectable = 0.12 } },
	};
	const struct calibration_file seen = { .run = (char *)"20260101-010000-aaaa", .row = row,
					       .nr = ARRAY_SIZE(row) };
	struct bench *bench = *state;
	json_t *json, *change;
	char *text = NULL;
	size_t len;
	FILE *out;

	bench->value[0][2] = bench->value[0][3] = 10050;
	judged(bench);
	bench->gate.seen = &seen;
	assert_text(bench, "gate-seen.txt");
	out = open_memstream(&text, &len);
	assert_int_equal(gate_print_json(&bench->gate, out), 0);
	fclose(out);
	json = json_loads(text, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(json, "calibration")), seen.run);
	assert_true(json_is_null(json_object_get(json, "no_calibration")));
	change = json_object_get(json_array_get(json_object_get(json, "series"), 0),
				 "smallest_change_seen");
	assert_true(json_real_value(json_object_get(change, "change")) == 0.0015);
	assert_string_equal(json_string_value(json_object_get(change, "of")), "ratio");
	json_decref(json);
	free(text);
}

static void without_a_calibration_it_says_so(void **state)
{
	struct bench *bench = *state;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	judged(bench);
	bench->gate.why_not_seen = "there is none; make one";
	gate_print_text(&bench->gate, 0, out);
	assert_int_equal(gate_print_json(&bench->gate, out), 0);
	fclose(out);
	assert_non_null(strstr(text, "\nthere is none; make one\n"));
	assert_non_null(strstr(text, "\"no_calibration\": \"there is none; make one\""));
	assert_non_null(strstr(text, "\"calibration\": null"));
	free(text);
}

/* Higher is better here: the direction is the metric's, not the number's. */
static void a_density_that_falls_is_worse(void **state)
{
	struct bench *bench = *state;
	const struct gate *gate;

	bench->value[1][3] = 1990000;
	gate = judged(bench);
	assert_int_equal(gate->verdict, GATE_REGRESSION);
	assert_int_equal(gate->series[0].first, 3);
}

static void a_tenth_of_a_per_cent_is_no_regression(void **state)
{
	struct bench *bench = *state;
	const struct gate *gate;

	bench->value[0][1] = bench->value[0][2] = bench->value[0][3] = 10010;
	gate = judged(bench);
	assert_int_equal(gate->verdict, GATE_NO_CHANGE);
}

/* 0.08 % with each patch, which none of them alone answers for. */
static void what_creeps_up_is_several_patches(void **state)
{
	struct bench *bench = *state;
	const struct gate *gate;

	for (size_t i = 1; i < KERNELS; i++)
		bench->value[0][i] = 10000 + 8 * i;
	gate = judged(bench);
	assert_int_equal(gate->verdict, GATE_REGRESSION);
	assert_int_equal(gate->nr_changes, 0);
	assert_int_equal(gate->series[0].first, 0);
	assert_text(bench, "gate-creeping.txt");
}

static void what_a_later_patch_makes_good_passes_and_is_shown(void **state)
{
	struct bench *bench = *state;
	const struct gate *gate;

	bench->value[0][1] = bench->value[0][2] = 10100;
	gate = judged(bench);
	assert_int_equal(gate->verdict, GATE_NO_CHANGE);
	assert_int_equal(gate->step[0].verdict, GATE_REGRESSION);
	assert_int_equal(gate->step[2].verdict, GATE_IMPROVEMENT);
	assert_text(bench, "gate-made-good.txt");
}

static void a_check_that_begins_to_fail_is_the_patchs(void **state)
{
	struct bench *bench = *state;
	const struct gate *gate;

	bench->check[2] = bench->check[3] = VERDICT_FAIL;
	bench->cell_verdict[2] = bench->cell_verdict[3] = VERDICT_FAIL;
	bench->value[0][3] = 1;
	gate = judged(bench);
	assert_int_equal(gate->verdict, GATE_FAILED);
	assert_int_equal(gate_exit_code(gate), EXIT_FAILED);
	/* Of the third it was there already, and the cell says nothing beyond its check. */
	assert_int_equal(gate->nr_failures, 1);
	assert_int_equal(gate->failure[0].step, 1);
	/* What a kernel takes that does the wrong thing is no figure. */
	assert_int_equal(gate->nr_series, 0);
	assert_text(bench, "gate-failed.txt");
}

static void what_failed_before_the_series_is_not_its_fault(void **state)
{
	struct bench *bench = *state;

	for (size_t i = 0; i < KERNELS; i++)
		bench->check[i] = bench->cell_verdict[i] = VERDICT_FAIL;
	assert_int_equal(judged(bench)->nr_failures, 0);
}

static void a_kernel_with_which_nothing_goes_is_no_fault_of_the_test_bed(void **state)
{
	struct bench *bench = *state;

	bench->cell_verdict[3] = VERDICT_BROKEN;
	assert_int_equal(judged(bench)->verdict, GATE_FAILED);
	assert_int_equal(bench->gate.failure[0].step, 2);
}

static void a_patch_without_kernel_cannot_be_judged(void **state)
{
	struct bench *bench = *state;
	const struct gate *gate;

	bench->patch[1].why_not = "no kernel: mm/zswap.c: hunk 1 failed";
	bench->patch[2].why_not = "no kernel: the one it builds upon cannot be built";
	bench->cell_verdict[2] = bench->cell_verdict[3] = VERDICT_BROKEN;
	gate = judged(bench);
	assert_int_equal(gate->verdict, GATE_NO_KERNEL);
	assert_int_equal(gate_exit_code(gate), EXIT_CANNOT_JUDGE);
	assert_int_equal(gate->last, 1);
	assert_int_equal(gate->nr_failures, 0);
	assert_text(bench, "gate-no-kernel.txt");
}

static void code_that_no_workload_runs_is_inconclusive(void **state)
{
	struct bench *bench = *state;
	const struct gate *gate;

	bench->calls[2] = 0;
	gate = judged(bench);
	assert_int_equal(gate->step[1].exercise, GATE_NOT_RUN);
	assert_int_equal(gate->verdict, GATE_INCONCLUSIVE);
	assert_int_equal(gate_exit_code(gate), EXIT_INCONCLUSIVE);
	assert_text(bench, "gate-not-run.txt");
}

static void code_that_runs_at_boot_has_run(void **state)
{
	struct bench *bench = *state;

	bench->place.init = true;
	memset(bench->calls, 0, sizeof(bench->calls));
	assert_int_equal(judged(bench)->verdict, GATE_NO_CHANGE);
	assert_int_equal(bench->gate.step[0].exercise, GATE_BOOTED);
}

static void kernels_and_code_that_are_the_same_need_not_run(void **state)
{
	struct bench *bench = *state;
	const struct function_list none = { .objects = 1 };

	memset(bench->calls, 0, sizeof(bench->calls));
	bench->patch[0].same_kernel = true;
	bench->patch[1].changed = &none;
	bench->patch[2].changed = NULL;
	bench->patch[2].why_unknown = "the tree is gone";
	assert_int_equal(judged(bench)->verdict, GATE_NO_CHANGE);
	assert_int_equal(bench->gate.step[0].exercise, GATE_SAME_KERNEL);
	assert_int_equal(bench->gate.step[1].exercise, GATE_SAME_CODE);
	assert_int_equal(bench->gate.step[2].exercise, GATE_NOT_KNOWN);
	assert_text(bench, "gate-unknown.txt");
}

/* --- other formats --- */

static void all_formats_say_the_same(void **state)
{
	struct bench *bench = *state;
	char *text = NULL;
	json_error_t why;
	json_t *json;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	bench->value[0][2] = bench->value[0][3] = 10050;
	bench->value[1][3] = 2100000;
	bench->check[1] = bench->cell_verdict[1] = VERDICT_FAIL;
	bench->patch[2].subject = "mm: a < b && \"c\" > d";
	bench->calls[3] = 0;
	judged(bench);
	assert_int_equal(gate_print_json(&bench->gate, out), 0);
	fflush(out);
	json = json_loads(text, 0, &why);
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "verdict")), "failed");
	assert_int_equal(json_array_size(json_object_get(json, "patches")), 3);
	json_decref(json);
	fputs("----\n", out);
	gate_print_ktap(&bench->gate, out);
	fputs("----\n", out);
	gate_print_junit(&bench->gate, out);
	fputs("----\n", out);
	gate_print_mail(&bench->gate, out);
	fclose(out);
	golden_check("gate-formats.txt", text);
	free(text);
}

/* What a mail's subject and a kernel's words may hold, no format may break of. */
static void bad_bytes_survive_in_all_formats(void **state)
{
	struct bench *bench = *state;
	char *text = NULL;
	json_error_t why;
	json_t *json;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	bench->check[1] = bench->cell_verdict[1] = VERDICT_FAIL;
	bench->patch[0].subject = "mm: #1 \"q\" ]]> <b> & \x01\x1b[31m \xff\xc3( \xc3\xa9 tab\there";
	bench->patch[1].why_not = "does not apply:\n# hunk \xe2\x82\n]]> second line";
	bench->patch[2].why_not = "comes after one that does not";
	judged(bench);
	assert_int_equal(gate_print_json(&bench->gate, out), 0);
	fflush(out);
	json = json_loads(text, 0, &why);
	assert_non_null(json);
	json_decref(json);
	fputs("----\n", out);
	gate_print_ktap(&bench->gate, out);
	fputs("----\n", out);
	gate_print_junit(&bench->gate, out);
	fputs("----\n", out);
	gate_print_mail(&bench->gate, out);
	fclose(out);
	golden_check("gate-bad-bytes.txt", text);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_series_that_changes_nothing_passes),
		TEST(the_patch_that_slows_down_is_named),
		TEST(what_is_seen_here_stands_beside_it),
		TEST(without_a_calibration_it_says_so),
		TEST(a_density_that_falls_is_worse),
		TEST(a_tenth_of_a_per_cent_is_no_regression),
		TEST(what_creeps_up_is_several_patches),
		TEST(what_a_later_patch_makes_good_passes_and_is_shown),
		TEST(a_check_that_begins_to_fail_is_the_patchs),
		TEST(what_failed_before_the_series_is_not_its_fault),
		TEST(a_kernel_with_which_nothing_goes_is_no_fault_of_the_test_bed),
		TEST(a_patch_without_kernel_cannot_be_judged),
		TEST(code_that_no_workload_runs_is_inconclusive),
		TEST(code_that_runs_at_boot_has_run),
		TEST(kernels_and_code_that_are_the_same_need_not_run),
		TEST(all_formats_say_the_same),
		TEST(bad_bytes_survive_in_all_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
