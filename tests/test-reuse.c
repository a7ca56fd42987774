// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cells of earlier runs are taken only where another boot would bring the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reuse.h"
#include "sample-run.h"
#include "store-cells.h"

/** struct kept - a run to keep: one cell of a kernel */
struct kept {
	const char *id;
	bool exact;
	const char *agent;
	const char *traffic;
	enum verdict verdict;
	unsigned int trial;
};

static const struct kept good = { "20260101-000000-0001", true, "agent", "", VERDICT_PASS, 1 };

static void keep(const char *results, const struct kept *kept)
{
	uint64_t sample = 7;
	const struct store_series series = { .name = (char *)"load", .labels = (char *)"", .nr = 1,
					     .samples = &sample };
	const struct store_check check = { .name = (char *)"content", .labels = (char *)"",
					   .verdict = VERDICT_PASS, .reason = (char *)"same" };
	struct store_kernel kernel = { .variant = (char *)"base", .key = (char *)"k",
				       .source_version = (char *)"6.12", .patch_hash = (char *)"p",
				       .config_hash = (char *)"c", .image_hash = (char *)"image",
				       .compiler = (char *)"gcc", .seconds = 30 };
	struct store_cell cell = { .variant = (char *)"base", .workload = (char *)"zswap",
				   .params = (char *)"pool=zbud", .trial = kept->trial,
				   .verdict = kept->verdict, .reason = (char *)"",
				   .command = (char *)"", .console = (char *)"", .job = (char *)"job",
				   .wall_ns = 1500000000 };
	char *dir = str_printf("%s/%s", results, kept->id);
	struct store_run run = plain_run();
	struct err err = { "" };
	struct store *store;

	run.id = (char *)kept->id;
	run.exact = kept->exact;
	run.agent_hash = (char *)kept->agent;
	run.qemu_version = (char *)"QEMU 1";
	run.traffic = (char *)kept->traffic;
	must(store_create(dir, &run, &store, &err), &err);
	must(store_add_kernel(store, &kernel, &err), &err);
	must(store_plan(store, &cell, &err), &err);
	must(store_cell_begin(store, &cell, &err), &err);
	must(store_cell_end(store, &cell, &series, 1, &check, 1, &err), &err);
	store_close(store);
	free(dir);
}

/* Whether the cell of a run is taken for one with this image, parameters and job. */
static bool taken(const struct kept *kept, const char *image, const char *params, const char *job)
{
	char *results = sample_folder();
	struct reuse_cell cell = { 0 };
	struct reuse *reuse;
	bool found;

	keep(results, kept);
	reuse = reuse_open(results, "agent", "QEMU 1");
	found = reuse_find(reuse, image, params, job, &cell);
	if (found) {
		assert_string_equal(cell.run, kept->id);
		assert_int_equal(cell.nr_series, 1);
		assert_true(cell.series->samples[0] == 7);
		assert_int_equal(cell.nr_checks, 1);
	}
	reuse_close(reuse);
	sample_remove(results);
	return found;
}

static void the_same_boot_is_taken(void **state)
{
	(void)state;
	assert_true(taken(&good, "image", "pool=zbud", "job"));
}

static void another_kernel_or_job_is_not(void **state)
{
	(void)state;
	assert_false(taken(&good, "other", "pool=zbud", "job"));
	assert_false(taken(&good, "image", "pool=zsmalloc", "job"));
	assert_false(taken(&good, "image", "pool=zbud", "job with a delay"));
}

static void a_run_that_was_made_otherwise_is_not(void **state)
{
	struct kept kept = good;

	(void)state;
	kept.exact = false;
	assert_false(taken(&kept, "image", "pool=zbud", "job"));
	kept = good;
	kept.agent = "older";
	assert_false(taken(&kept, "image", "pool=zbud", "job"));
	kept = good;
	kept.traffic = "32K/8,1M/16,8M/16,64/4";
	assert_false(taken(&kept, "image", "pool=zbud", "job"));
}

static void what_did_not_pass_or_proves_exactness_is_not(void **state)
{
	struct kept kept = good;

	(void)state;
	kept.verdict = VERDICT_FAIL;
	assert_false(taken(&kept, "image", "pool=zbud", "job"));
	kept = good;
	kept.trial = 0;
	assert_false(taken(&kept, "image", "pool=zbud", "job"));
}

static void the_past_says_what_it_took(void **state)
{
	char *results = sample_folder();
	struct reuse *reuse;

	(void)state;
	keep(results, &good);
	reuse = reuse_open(results, "agent", "QEMU 1");
	assert_true(reuse_wall_ns(reuse, "zswap", "pool=zbud") == 1500000000);
	assert_true(reuse_wall_ns(reuse, "ksm", "pool=zbud") == 0);
	assert_true(reuse_build_seconds(reuse) == 30);
	assert_true(reuse_has_variant(reuse, "base"));
	assert_false(reuse_has_variant(reuse, "base+1"));
	reuse_close(reuse);
	sample_remove(results);
	reuse = reuse_open("/nowhere", "agent", "QEMU 1");
	assert_true(reuse_build_seconds(reuse) == 0);
	reuse_close(reuse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_boot_is_taken),
		cmocka_unit_test(another_kernel_or_job_is_not),
		cmocka_unit_test(a_run_that_was_made_otherwise_is_not),
		cmocka_unit_test(what_did_not_pass_or_proves_exactness_is_not),
		cmocka_unit_test(the_past_says_what_it_took),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
