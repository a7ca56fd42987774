// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which run a person means.
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

static void add_run(const char *results, const char *name, const char *id)
{
	char *dir = str_printf("%s/%s", results, name);
	struct store_run run = plain_run();
	struct err err = { "" };
	struct store *store;

	run.id = (char *)id;
	must(store_create(dir, &run, &store, &err), &err);
	store_close(store);
	free(dir);
}

static char *results_folder(void)
{
	char *results = sample_folder();
	struct err err = { "" };
	char *path;

	add_run(results, "20251201-094501-7c3e", "20251201-094501-7c3e");
	add_run(results, "20251202-101010-beef", "20251202-101010-beef");
	add_run(results, "20251202-101010-bead", "20251202-101010-bead");
	add_run(results, "mine", "20251203-000000-0001");
	path = str_printf("%s/20260101-000000-0000", results);
	must(fs_mkdir(path, &err), &err);
	free(path);
	path = str_printf("%s/20260101-000000-0001", results);
	must(fs_mkdir(path, &err), &err);
	free(path);
	path = str_printf("%s/20260101-000000-0001/run.db", results);
	must(fs_write(path, "", 0, &err), &err);
	free(path);
	return results;
}

static void assert_found(const char *results, const char *run, const char *name)
{
	char *expected = str_printf("%s/%s", results, name);
	struct err err = { "" };
	char *dir;

	must(store_find(results, run, &dir, &err), &err);
	assert_string_equal(dir, expected);
	free(dir);
	free(expected);
}

static void runs_are_found_by_id_beginning_last_and_folder(void **state)
{
	char *results = results_folder();
	char *folder = str_printf("%s/mine", results);
	struct strv ids = { 0 };
	struct err err = { "" };
	char *dir;
	(void)state;

	must(store_ids(results, &ids, &err), &err);
	assert_int_equal(ids.nr, 4);
	assert_string_equal(ids.item[0], "20251201-094501-7c3e");
	assert_string_equal(ids.item[1], "20251202-101010-bead");
	assert_string_equal(ids.item[3], "20251203-000000-0001");
	strv_free(&ids);

	assert_found(results, "20251201-094501-7c3e", "20251201-094501-7c3e");
	assert_found(results, "20251201", "20251201-094501-7c3e");
	assert_found(results, "20251202-101010-bee", "20251202-101010-beef");
	assert_found(results, "last", "mine");
	assert_found(results, "20251203", "mine");
	must(store_find(results, folder, &dir, &err), &err);
	assert_string_equal(dir, folder);
	free(dir);
	free(folder);
	sample_remove(results);
}

static void runs_that_are_not_found_are_explained(void **state)
{
	char *results = results_folder();
	char *empty = sample_folder();
	struct err err = { "" };
	char *dir;
	(void)state;

	assert_int_equal(store_find(results, "20251202", &dir, &err), -EINVAL);
	assert_non_null(strstr(err.text, "2 runs"));
	assert_int_equal(store_find(results, "20251202-101010-beaf", &dir, &err), -ENOENT);
	assert_non_null(strstr(err.text, "did you mean 20251202-101010-bea"));
	assert_int_equal(store_find(results, "zzz", &dir, &err), -ENOENT);
	assert_non_null(strstr(err.text, "list runs"));
	assert_int_equal(store_find(results, "", &dir, &err), -EINVAL);
	assert_int_equal(store_find(results, "no/where", &dir, &err), -ENOENT);
	assert_int_equal(store_find(empty, "last", &dir, &err), -ENOENT);
	assert_non_null(strstr(err.text, "there is none"));
	assert_int_equal(store_find("/nowhere/at/all", "last", &dir, &err), -ENOENT);
	sample_remove(empty);
	sample_remove(results);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_found_by_id_beginning_last_and_folder),
		cmocka_unit_test(runs_that_are_not_found_are_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
