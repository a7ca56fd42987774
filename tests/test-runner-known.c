// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which cells need no guest: what was measured before, and what enters nothing in which a
 * kernel differs from the first one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "entered.h"
#include "runner-private.h"
#include "sample-run.h"
#include "store-cells.h"

enum { BASE_AGAIN, BASE, PATCHED_FIRST, PATCHED, CELLS };

static const struct workload measures = {
	.name = "measures", .needs = { .mem_mib = 64, .cpus = 1, .nodes = 1 }, .deadline_s = 5,
};
static const struct workload race = {
	.name = "race", .kind = WORKLOAD_CHECK, .needs = { .mem_mib = 64, .cpus = 2, .nodes = 1 },
	.deadline_s = 5,
};

/**
 * struct bench - a base and a patched kernel; an earlier run has a cell of the base
 * @place: the function in which the kernels differ
 * @entered: what the base's cell enters; NULL: nobody knows
 */
struct bench {
	char *dir;
	const char *entered;
	enum verdict verdict;
	struct function_place place;
	struct function_list differs;
	struct variant variant;
	struct runner_variant image[2];
	struct plan_cell cell[CELLS];
	struct plan plan;
	struct runner_config config;
	struct runner runner;
};

static int open_bench(void **state)
{
	struct bench *bench = mem_grow(NULL, 1, sizeof(*bench));

	*bench = (struct bench){
		.dir = sample_folder(), .entered = "pagemeta entered 1\nother\nend\n",
		.place = { .name = (char *)"changed" },
	};
	bench->differs = (struct function_list){ .item = &bench->place, .nr = 1 };
	strcpy(bench->image[0].image.image_hash, "base");
	strcpy(bench->image[1].image.image_hash, "patched");
	bench->image[0].image.dir = bench->dir;
	bench->image[0].variant = bench->image[1].variant = &bench->variant;
	bench->image[1].differs = &bench->differs;
	for (size_t i = 0; i < CELLS; i++)
		bench->cell[i] = (struct plan_cell){
			.variant = i >= PATCHED_FIRST, .workload = &measures,
			.params = (char *)(i == PATCHED_FIRST ? "size=1" : "size=2"),
			.trial = i != BASE_AGAIN,
		};
	bench->plan = (struct plan){ .cell = bench->cell, .nr_cells = CELLS };
	bench->config = (struct runner_config){
		.engine = ENGINE_EXACT, .plan = &bench->plan, .variant = bench->image,
		.agent_hash = "agent", .qemu_version = "QEMU 1",
	};
	bench->runner.config = &bench->config;
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	sample_remove(bench->dir);
	free(bench);
	return 0;
}

static char *base_job(const struct bench *bench)
{
	struct job job;
	char *text;

	runner_job(&bench->cell[BASE], &bench->variant, ENGINE_EXACT, PERFCTR_NONE, &job);
	assert_int_equal(job_format(&job, &text), 0);
	return text;
}

static void keep_run(const struct bench *bench, char *job)
{
	struct store_kernel kernel = { .variant = (char *)"base", .key = (char *)"k",
				       .source_version = (char *)"6.12", .patch_hash = (char *)"p",
				       .config_hash = (char *)"c", .image_hash = (char *)"base",
				       .compiler = (char *)"gcc" };
	struct store_cell cell = { .variant = (char *)"base",
				   .workload = (char *)bench->cell[BASE].workload->name,
				   .params = (char *)"size=2", .trial = 1, .verdict = bench->verdict,
				   .reason = (char *)"", .command = (char *)"", .console = (char *)"",
				   .job = job };
	char *dir = str_printf("%s/20260101-000000-0001", bench->dir);
	struct store_run run = plain_run();
	struct err err = { "" };
	struct store *store;

	run.id = (char *)"20260101-000000-0001";
	run.exact = true;
	run.agent_hash = (char *)"agent";
	run.qemu_version = (char *)"QEMU 1";
	run.traffic = (char *)"";
	must(store_create(dir, &run, &store, &err), &err);
	must(store_add_kernel(store, &kernel, &err), &err);
	must(store_plan(store, &cell, &err), &err);
	must(store_cell_begin(store, &cell, &err), &err);
	must(store_cell_end(store, &cell, NULL, 0, NULL, 0, &err), &err);
	store_close(store);
	free(dir);
}

static void keep_entered(const struct bench *bench, const char *job)
{
	char *path = entered_path(bench->dir, "agent", "QEMU 1", job);
	char *dir = str_printf("%s/entered", bench->dir);

	if (bench->entered) {
		assert_int_equal(fs_mkdir(dir, NULL), 0);
		assert_int_equal(fs_write(path, bench->entered, strlen(bench->entered), NULL), 0);
	}
	free(dir);
	free(path);
}

/* Whether @find finds the cell, with an earlier run and what is known of its functions. */
static bool found(struct bench *bench, size_t cell,
		  bool (*find)(const struct runner *, size_t, struct reuse_cell *))
{
	char *job = base_job(bench);
	struct reuse *reuse;
	struct reuse_cell known;
	bool is;

	keep_run(bench, job);
	keep_entered(bench, job);
	reuse = reuse_open(bench->dir, "agent", "QEMU 1");
	bench->config.reuse = reuse;
	is = find(&bench->runner, cell, &known);
	if (is)
		assert_string_equal(known.run, "20260101-000000-0001");
	reuse_close(reuse);
	free(job);
	return is;
}

static bool untouched(struct bench *bench)
{
	return found(bench, PATCHED, runner_find_untouched);
}

static void a_cell_that_enters_nothing_of_it_is_the_bases(void **state)
{
	assert_true(untouched(*state));
}

static void one_that_enters_it_is_run(void **state)
{
	struct bench *bench = *state;

	bench->entered = "pagemeta entered 1\nchanged\nother\nend\n";
	assert_false(untouched(bench));
}

static void one_of_which_nobody_knows_is_run(void **state)
{
	struct bench *bench = *state;

	bench->entered = NULL;
	assert_false(untouched(bench));
}

static void one_that_went_wrong_on_the_base_is_run(void **state)
{
	struct bench *bench = *state;

	bench->verdict = VERDICT_FAIL;
	assert_false(untouched(bench));
}

static void all_are_run_where_more_than_functions_differs(void **state)
{
	struct bench *bench = *state;

	bench->differs.everywhere = (char *)"mm/x.o: section .data differs";
	assert_false(untouched(bench));
}

static void all_are_run_where_nobody_looked(void **state)
{
	struct bench *bench = *state;

	bench->image[1].differs = NULL;
	assert_false(untouched(bench));
}

static void a_boot_to_decide_is_run(void **state)
{
	struct bench *bench = *state;

	bench->cell[PATCHED].trial = 2;
	assert_false(untouched(bench));
}

static void what_takes_another_way_each_time_is_run(void **state)
{
	struct bench *bench = *state;

	bench->cell[BASE].workload = bench->cell[PATCHED].workload = &race;
	assert_false(untouched(bench));
}

static void the_first_cell_of_a_kernel_is_run(void **state)
{
	struct bench *bench = *state;

	bench->cell[PATCHED_FIRST].params = (char *)"size=2";
	assert_false(found(bench, PATCHED_FIRST, runner_find_untouched));
}

static void all_are_run_afresh_when_asked_for(void **state)
{
	struct bench *bench = *state;
	struct reuse_cell known;

	assert_false(runner_find_untouched(&bench->runner, PATCHED, &known));
}

/* --- what is noted of the base --- */

static void the_base_is_measured_once(void **state)
{
	assert_true(found(*state, BASE, runner_find_known));
}

static void and_once_more_where_its_functions_are_not_known(void **state)
{
	struct bench *bench = *state;

	bench->image[0].all_path = (char *)"functions";
	bench->entered = NULL;
	assert_false(found(bench, BASE, runner_find_known));
}

static void but_not_where_they_are(void **state)
{
	struct bench *bench = *state;

	bench->image[0].all_path = (char *)"functions";
	assert_true(found(bench, BASE, runner_find_known));
}

/* A bisection has measured the kernel, and counted nothing. */
static void a_cell_in_which_nobody_counted_calls_is_run(void **state)
{
	struct bench *bench = *state;

	bench->image[0].changed_path = (char *)"functions";
	assert_false(found(bench, BASE, runner_find_known));
}

static bool notes(const struct bench *bench, size_t cell)
{
	char *path = runner_notes_entered(&bench->runner, cell);
	bool is = path;

	free(path);
	return is;
}

static void functions_are_noted_of_first_boots_by_the_exact_engine(void **state)
{
	struct bench *bench = *state;

	assert_false(notes(bench, BASE));
	bench->image[0].all_path = (char *)"functions";
	assert_true(notes(bench, BASE));
	assert_false(notes(bench, BASE_AGAIN));
	assert_false(notes(bench, PATCHED));
	bench->config.traffic_caches = "32K/8";
	assert_false(notes(bench, BASE));
	bench->config.traffic_caches = NULL;
	bench->cell[BASE].workload = &race;
	assert_false(notes(bench, BASE));
	bench->cell[BASE].workload = &measures;
	bench->config.engine = ENGINE_KVM;
	assert_false(notes(bench, BASE));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_cell_that_enters_nothing_of_it_is_the_bases),
		TEST(one_that_enters_it_is_run),
		TEST(one_of_which_nobody_knows_is_run),
		TEST(one_that_went_wrong_on_the_base_is_run),
		TEST(all_are_run_where_more_than_functions_differs),
		TEST(all_are_run_where_nobody_looked),
		TEST(a_boot_to_decide_is_run),
		TEST(what_takes_another_way_each_time_is_run),
		TEST(the_first_cell_of_a_kernel_is_run),
		TEST(all_are_run_afresh_when_asked_for),
		TEST(the_base_is_measured_once),
		TEST(and_once_more_where_its_functions_are_not_known),
		TEST(but_not_where_they_are),
		TEST(a_cell_in_which_nobody_counted_calls_is_run),
		TEST(functions_are_noted_of_first_boots_by_the_exact_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
