// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan: every combination once per variant and trial, interleaved, and clear
 * words for what does not exist.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "plan.h"

static int make(const char *variants, const char *workloads, const char *profile,
		const char *param, unsigned int trials, bool exact, struct plan *ret_plan,
		struct err *err)
{
	struct plan_request request = { .profile = profile, .trials = trials, .exact = exact };
	int error;

	strv_split(&request.variants, variants, ",");
	strv_split(&request.workloads, workloads, ",");
	if (param)
		strv_add(&request.params, "%s", param);
	error = plan_make(&request, ret_plan, err);
	strv_free(&request.variants);
	strv_free(&request.workloads);
	strv_free(&request.params);
	return error;
}

static void every_combination_runs_once_per_variant_and_trial(void **state)
{
	struct err err = { "" };
	struct plan plan;
	unsigned int seen = 0;

	(void)state;
	assert_int_equal(make("a,b", "zswap", "quick", "zswap.compressor=lzo,lz4,zstd", 2, false,
			      &plan, &err), 0);
	for (size_t i = 0; i < plan.nr_cells; i++) {
		for (size_t j = 0; j < i; j++)
			assert_false(plan.cell[i].variant == plan.cell[j].variant &&
				     plan.cell[i].trial == plan.cell[j].trial &&
				     !strcmp(plan.cell[i].params, plan.cell[j].params));
		seen += strstr(plan.cell[i].params, "compressor=zstd") != NULL;
	}
	assert_int_equal(plan.nr_cells % 12, 0);
	assert_int_equal(seen * 3, plan.nr_cells);
	plan_free(&plan);
}

static void variants_are_interleaved_in_both_orders(void **state)
{
	struct err err = { "" };
	struct plan plan;

	(void)state;
	assert_int_equal(make("a,b", "memmap", "quick", NULL, 4, false, &plan, &err), 0);
	assert_int_equal(plan.nr_cells, 8);
	for (size_t i = 0; i < 8; i += 4) {
		assert_int_equal(plan.cell[i].variant, 0);
		assert_int_equal(plan.cell[i + 1].variant, 1);
		assert_int_equal(plan.cell[i + 2].variant, 1);
		assert_int_equal(plan.cell[i + 3].variant, 0);
	}
	plan_free(&plan);
}

static void the_same_variant_twice_gets_two_labels(void **state)
{
	struct err err = { "" };
	struct plan plan;

	(void)state;
	assert_int_equal(make("baseline,x,baseline,baseline", "memmap", "quick", NULL, 1, false,
			      &plan, &err), 0);
	assert_string_equal(plan.label.item[0], "baseline");
	assert_string_equal(plan.label.item[2], "baseline~2");
	assert_string_equal(plan.label.item[3], "baseline~3");
	assert_string_equal(plan.variant.item[3], "baseline");
	plan_free(&plan);
}

static void exact_runs_the_first_cell_twice_and_one_trial(void **state)
{
	struct err err = { "" };
	struct plan plan;

	(void)state;
	assert_int_equal(make("a,b", "memmap", "full", NULL, 0, true, &plan, &err), 0);
	assert_int_equal(plan.trials, 1);
	assert_int_equal(plan.nr_cells, 3);
	assert_int_equal(plan.cell[0].trial, 1);
	assert_int_equal(plan.cell[1].trial, 0);
	assert_int_equal(plan.cell[1].variant, plan.cell[0].variant);
	assert_string_equal(plan.cell[1].params, plan.cell[0].params);
	plan_free(&plan);
}

static void the_default_is_every_workload_that_measures(void **state)
{
	struct err err = { "" };
	struct plan plan;

	(void)state;
	assert_int_equal(make("a", "", "quick", NULL, 1, false, &plan, &err), 0);
	for (size_t i = 0; i < plan.nr_workloads; i++)
		assert_true(plan.workload[i]->kind != WORKLOAD_SELFTEST &&
			    !plan.workload[i]->on_request);
	assert_true(plan.nr_workloads >= 2);
	plan_free(&plan);
}

static unsigned int cells_of(const struct plan *plan, const char *workload, size_t variant)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < plan->nr_cells; i++)
		nr += !strcmp(plan->cell[i].workload->name, workload) &&
		      plan->cell[i].variant == variant;
	return nr;
}

static void what_takes_a_debug_kernel_is_planned_there_or_when_named(void **state)
{
	struct err err = { "" };
	struct plan plan;

	(void)state;
	assert_int_equal(make("a,a+debug", "", "quick", NULL, 1, false, &plan, &err), 0);
	assert_int_equal(cells_of(&plan, "dax-fail", 0), 0);
	assert_int_equal(cells_of(&plan, "dax-fail", 1), 1);
	assert_int_equal(cells_of(&plan, "memmap", 0), 1);
	plan_free(&plan);
	assert_int_equal(make("a,a+debug", "dax-fail", "quick", NULL, 1, false, &plan, &err), 0);
	assert_int_equal(cells_of(&plan, "dax-fail", 0), 1);
	assert_int_equal(cells_of(&plan, "dax-fail", 1), 1);
	plan_free(&plan);
}

static void every_cell_carries_every_parameter(void **state)
{
	struct err err = { "" };
	struct plan plan;

	(void)state;
	assert_int_equal(make("a", "zswap", "quick", NULL, 1, false, &plan, &err), 0);
	for (size_t i = 0; i < plan.nr_cells; i++)
		for (size_t j = 0; plan.workload[0]->params[j].name; j++) {
			assert_true(j < plan.cell[i].nr_params);
			assert_string_equal(plan.cell[i].param[j].name,
					    plan.workload[0]->params[j].name);
			assert_true(*plan.cell[i].param[j].value);
		}
	plan_free(&plan);
}

static void assert_refused(const char *workloads, const char *profile, const char *param,
			   int error, const char *words)
{
	struct err err = { "" };
	struct plan plan;

	assert_int_equal(make("a", workloads, profile, param, 1, false, &plan, &err), error);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

static void unknown_names_are_answered_with_the_nearest(void **state)
{
	(void)state;
	assert_refused("zwsap", "quick", NULL, -ENOENT, "workload zwsap: no such workload; did you mean zswap?");
	assert_refused("zswap", "quikc", NULL, -ENOENT, "did you mean quick?");
	assert_refused("zswap", "quick", "zwsap.pages=1", -ENOENT, "did you mean zswap?");
	assert_refused("zswap", "quick", "zswap.compresor=lz4", -ENOENT, "did you mean compressor?");
	assert_refused("zswap", "quick", "zswap.compressor=lz44", -EINVAL, "did you mean lz4?");
}

static void bad_values_are_refused_with_their_limits(void **state)
{
	(void)state;
	assert_refused("zswap", "quick", "zswap.pages=-1", -EINVAL, "give a number from");
	assert_refused("zswap", "quick", "zswap.pages=12x", -EINVAL, "give a number from");
	assert_refused("zswap", "quick", "zswap.pages=99999999999999999999", -EINVAL, "give a number from");
	assert_refused("zswap", "quick", "zswap.pages=", -EINVAL, "no value given");
	assert_refused("zswap", "quick", "pages=3", -EINVAL, "WORKLOAD.NAME=VALUE");
	assert_refused("zswap", "quick", "zswap.compressor=lzo,lzo", -EINVAL, "lzo is given twice");
	assert_refused("zswap", "quick", "zswap.pages=1024,01024", -EINVAL, "01024 is given twice");
	assert_refused("zswap,zswap", "quick", NULL, -EINVAL, "named twice");
}

static char *profile_file(const char *text)
{
	char *path = str_dup("/tmp/test-plan.XXXXXX");
	int fd = mkstemp(path);

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

static void a_profile_file_sets_values_and_trials(void **state)
{
	char *path = profile_file("[run]\ntrials = 2\n[zswap]\ncompressor = zstd\npool = zbud\n");
	struct err err = { "" };
	struct plan plan;

	(void)state;
	assert_int_equal(make("a", "zswap", path, NULL, 0, false, &plan, &err), 0);
	assert_int_equal(plan.trials, 2);
	assert_int_equal(plan.nr_cells, 2);
	assert_non_null(strstr(plan.cell[0].params, "compressor=zstd,pool=zbud"));
	plan_free(&plan);
	unlink(path);
	free(path);
}

static void the_command_line_is_stronger_than_the_profile(void **state)
{
	char *path = profile_file("[zswap]\ncompressor = zstd\npool = zbud\n");
	struct err err = { "" };
	struct plan plan;

	(void)state;
	assert_int_equal(make("a", "zswap", path, "zswap.compressor=lz4", 1, false, &plan, &err), 0);
	assert_int_equal(plan.nr_cells, 1);
	assert_non_null(strstr(plan.cell[0].params, "compressor=lz4,pool=zbud"));
	plan_free(&plan);
	unlink(path);
	free(path);
}

/* A cell keeps its name when its workload gets one more parameter. */
static void a_tacit_default_is_not_in_the_name(void **state)
{
	struct err err = { "" };
	struct plan plan;

	(void)state;
	assert_int_equal(make("a", "core", "quick", "core.placement=remote,one-node", 1, false, &plan,
			      &err), 0);
	assert_int_equal(plan.nr_cells, 2);
	assert_string_equal(plan.cell[0].params, "placement=remote");
	assert_string_equal(plan.cell[1].params, "");
	plan_free(&plan);
	assert_int_equal(make("a", "core", "quick", NULL, 1, false, &plan, &err), 0);
	assert_int_equal(plan.nr_cells, 1);
	assert_int_equal(plan_cell_needs(&plan.cell[0]).nodes, 1);
	plan_free(&plan);
}

static void a_bad_profile_file_names_its_line(void **state)
{
	char *path = profile_file("[zswap]\n\ncompresor = zstd\n"), *junk = profile_file("junk\n");
	char *trials = profile_file("[run]\ntrials = many\n");

	(void)state;
	assert_refused("zswap", path, NULL, -EINVAL, "line 3: parameter zswap.compresor");
	assert_refused("zswap", junk, NULL, -EINVAL, "line 1");
	assert_refused("zswap", trials, NULL, -EINVAL, "line 2: trials = many");
	unlink(path);
	unlink(junk);
	unlink(trials);
	free(path);
	free(junk);
	free(trials);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination_runs_once_per_variant_and_trial),
		cmocka_unit_test(variants_are_interleaved_in_both_orders),
		cmocka_unit_test(the_same_variant_twice_gets_two_labels),
		cmocka_unit_test(exact_runs_the_first_cell_twice_and_one_trial),
		cmocka_unit_test(the_default_is_every_workload_that_measures),
		cmocka_unit_test(what_takes_a_debug_kernel_is_planned_there_or_when_named),
		cmocka_unit_test(every_cell_carries_every_parameter),
		cmocka_unit_test(unknown_names_are_answered_with_the_nearest),
		cmocka_unit_test(bad_values_are_refused_with_their_limits),
		cmocka_unit_test(a_profile_file_sets_values_and_trials),
		cmocka_unit_test(the_command_line_is_stronger_than_the_profile),
		cmocka_unit_test(a_tacit_default_is_not_in_the_name),
		cmocka_unit_test(a_bad_profile_file_names_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
