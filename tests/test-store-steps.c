// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store while a run goes on: cells are planned, begin, end once and are resumed, and
 * a step that fails leaves nothing half-written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample-run.h"
#include "store-cells.h"
#include "store-private.h"
#include "util.h"

static void a_step_that_failed_in_part_is_not_kept_in_part(void **state)
{
	struct store_cell cell = { .variant = "v", .workload = "w", .params = "", .trial = 1 };
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	struct err err = { "" };
	(void)state;

	must(store_begin(store, &err), &err);
	must(store_plan(store, &cell, &err), &err);
	assert_int_equal(store_plan(store, &cell, &err), -EINVAL);
	assert_int_equal(store_commit(store, &err), -EINVAL);
	assert_non_null(strstr(err.text, "none of it was kept"));
	assert_int_equal(store_commit(store, &err), -EINVAL);
	must(store_begin(store, &err), &err);
	must(store_plan(store, &cell, &err), &err);
	must(store_commit(store, &err), &err);
	store_close(store);
	load(dir, &content);
	assert_int_equal(content.nr_cells, 1);
	store_content_free(&content);
	sample_remove(dir);
}

static void samples_recorded_twice_leave_nothing_of_the_cell(void **state)
{
	uint64_t value = 1;
	struct store_series series[] = { { 0, "store", "a=1", &value, 1 },
					 { 0, "store", "a=1", &value, 1 } };
	struct store_cell cell = { .id = 1 };
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	struct err err = { "" };
	(void)state;

	plan_cells(store, 1);
	must(store_cell_begin(store, &cell, &err), &err);
	assert_int_equal(store_cell_end(store, &cell, series, 2, NULL, 0, &err), -EINVAL);
	store_close(store);
	load(dir, &content);
	assert_string_equal(content.cell[0].status, "running");
	assert_int_equal(content.nr_series, 0);
	store_content_free(&content);
	sample_remove(dir);
}

static void a_cell_ends_once_and_must_be_there(void **state)
{
	struct store_cell cell = { .id = 1 };
	struct store_cell none = { .id = 77 };
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct err err = { "" };
	(void)state;

	plan_cells(store, 1);
	must(end_cell(store, 1, &err), &err);
	assert_int_equal(store_cell_begin(store, &cell, &err), -EINVAL);
	assert_int_equal(store_cell_end(store, &cell, NULL, 0, NULL, 0, &err), -EINVAL);
	assert_non_null(strstr(err.text, "cell 1"));
	assert_int_equal(store_cell_end(store, &none, NULL, 0, NULL, 0, &err), -EINVAL);
	assert_non_null(strstr(err.text, "cell 77"));
	store_close(store);
	sample_remove(dir);
}

static void a_resumed_run_plans_again_what_was_running(void **state)
{
	struct store_cell cell = { .id = 2, .started = 5, .job = "workload zswap\n" };
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	struct err err = { "" };
	(void)state;

	plan_cells(store, 3);
	must(end_cell(store, 1, &err), &err);
	must(store_cell_begin(store, &cell, &err), &err);
	store_close(store);
	load(dir, &content);
	assert_string_equal(content.cell[1].status, "running");
	store_content_free(&content);

	store = open_run(dir, true);
	must(store_load(store, &content, &err), &err);
	assert_string_equal(content.cell[0].status, "finished");
	assert_string_equal(content.cell[1].status, "planned");
	assert_int_equal(content.cell[1].started, 0);
	check_whole_cells(&content);
	store_content_free(&content);
	must(end_cell(store, 2, &err), &err);
	must(end_cell(store, 3, &err), &err);
	must(store_finish(store, &err), &err);
	store_close(store);

	store = open_run(dir, true);
	must(store_load(store, &content, &err), &err);
	assert_string_equal(content.run.status, "finished");
	store_content_free(&content);
	store_close(store);
	sample_remove(dir);
}

static void a_run_that_was_not_planned_to_the_end_is_none(void **state)
{
	struct store_run run = { .id = "20260101-000000-0000", .suite_version = "0", .engine = "tcg",
				 .profile = "quick", .argv = "", .qemu_version = "", .agent_hash = "",
				 .host = "", .topology = "", .notes = "", .started = 1 };
	struct store_cell cell = { .variant = "baseline", .workload = "zswap", .params = "" };
	char *dir = sample_folder();
	struct store *store;
	struct err err = { "" };
	(void)state;

	must(store_create_begin(dir, &run, &store, &err), &err);
	must(store_plan(store, &cell, &err), &err);
	store_close(store);	/* as a kill would: nothing is committed */
	assert_true(store_open(dir, false, &store, &err) < 0);

	must(store_create_begin(dir, &run, &store, &err), &err);
	store_abandon(store);
	assert_false(fs_exists(dir));
	sample_remove(dir);
}

/* A cell that never started must still say what it was to do. */
static void the_job_of_a_planned_cell_outlives_the_harness(void **state)
{
	struct store_cell cell = { .variant = "baseline", .workload = "zswap", .params = "",
				   .trial = 1, .job = "workload zswap\nparam pages=7\n" };
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	struct err err = { "" };
	(void)state;

	must(store_plan(store, &cell, &err), &err);
	store_close(store);
	load(dir, &content);
	assert_string_equal(content.cell[0].job, cell.job);
	store_content_free(&content);

	store = open_run(dir, true);
	must(store_cell_begin(store, &(struct store_cell){ .id = 1 }, &err), &err);
	must(store_load(store, &content, &err), &err);
	assert_string_equal(content.cell[0].job, cell.job);
	store_content_free(&content);
	store_close(store);
	sample_remove(dir);
}

static void where_a_cell_runs_is_kept_from_its_start(void **state)
{
	struct store_cell cell = { .id = 1, .placement = "node 2, CPU 9", .reason = "" };
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	struct err err = { "" };
	(void)state;

	plan_cells(store, 1);
	must(store_cell_begin(store, &cell, &err), &err);
	must(store_load(store, &content, &err), &err);
	assert_string_equal(content.cell[0].placement, "node 2, CPU 9");
	store_content_free(&content);
	cell.placement = NULL;
	must(store_cell_end(store, &cell, NULL, 0, NULL, 0, &err), &err);
	must(store_load(store, &content, &err), &err);
	assert_string_equal(content.cell[0].placement, "node 2, CPU 9");
	store_content_free(&content);
	store_close(store);
	sample_remove(dir);
}

static void a_resumed_run_takes_the_same_kernel_and_no_other(void **state)
{
	struct store_kernel kernel = {
		.variant = "baseline", .image_hash = "aaaa", .seconds = 300, .off = "CONFIG_X: first"
	};
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	struct err err = { "" };
	(void)state;

	plan_cells(store, 1);
	must(store_add_kernel(store, &kernel, &err), &err);
	kernel.image_hash = "bbbb";
	must(store_add_kernel(store, &kernel, &err), &err);
	must(end_cell(store, 1, &err), &err);
	kernel.seconds = 0;
	kernel.off = "CONFIG_X: said better";
	must(store_add_kernel(store, &kernel, &err), &err);
	kernel.image_hash = "cccc";
	assert_int_equal(store_add_kernel(store, &kernel, &err), -ESTALE);
	assert_non_null(strstr(err.text, "baseline"));
	store_close(store);
	load(dir, &content);
	assert_int_equal(content.nr_kernels, 1);
	assert_string_equal(content.kernel[0].image_hash, "bbbb");
	assert_true(content.kernel[0].seconds == 300);
	assert_string_equal(content.kernel[0].off, "CONFIG_X: said better");
	store_content_free(&content);
	sample_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_that_failed_in_part_is_not_kept_in_part),
		cmocka_unit_test(samples_recorded_twice_leave_nothing_of_the_cell),
		cmocka_unit_test(a_cell_ends_once_and_must_be_there),
		cmocka_unit_test(a_resumed_run_plans_again_what_was_running),
		cmocka_unit_test(a_run_that_was_not_planned_to_the_end_is_none),
		cmocka_unit_test(the_job_of_a_planned_cell_outlives_the_harness),
		cmocka_unit_test(where_a_cell_runs_is_kept_from_its_start),
		cmocka_unit_test(a_resumed_run_takes_the_same_kernel_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
