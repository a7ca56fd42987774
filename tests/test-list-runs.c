// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of runs: all of them, the newest last, and those that cannot be read as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "list-runs.h"
#include "sample-run.h"
#include "util.h"

static void add_run(const char *results, const char *folder, const char *id,
		    enum sample_trouble trouble)
{
	const struct sample_run sample = {
		.engine = "exact", .variants = "baseline,vmemmap-4k,lazy-vmemmap,memdesc-slab",
		.trials = 1, .compressors = "lz4,zstd", .pools = "zsmalloc", .id = id,
		.trouble = trouble,
	};
	char *dir = str_printf("%s/%s", results, folder);

	sample_run_make(&sample, dir);
	free(dir);
}

static void add_garbage(const char *results, const char *folder)
{
	char *path = str_printf("%s/%s", results, folder);

	assert_int_equal(fs_mkdir(path, NULL), 0);
	free(path);
	path = str_printf("%s/%s/run.db", results, folder);
	assert_int_equal(fs_write(path, "garbage", 7, NULL), 0);
	free(path);
}

static char *listed(const char *results)
{
	char *text = NULL;
	struct err err = { "" };
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (list_runs(results, out, &err))
		fail_msg("%s", err.text);
	fclose(out);
	return text;
}

static char *results_of_all_kinds(void)
{
	char *results = sample_folder();

	add_run(results, "by-hand", "20260103-000000-0003", SAMPLE_FINE);
	add_run(results, "20260101-000000-0001", "20260101-000000-0001", SAMPLE_FINE);
	add_run(results, "20260102-000000-0002", "20260102-000000-0002", SAMPLE_TROUBLE);
	add_garbage(results, "20260104-000000-0004");
	add_garbage(results, "odd");
	return results;
}

static size_t place_of(const char *text, const char *what)
{
	const char *at = strstr(text, what);

	if (!at)
		fail_msg("\"%s\" is not in:\n%s", what, text);
	return at - text;
}

static void all_runs_are_listed_the_newest_last(void **state)
{
	static const char *const in_order[] = {
		"RUN",
		"20260101-000000-0001  2025-12-01 09:45  exact   pass        ",
		"baseline, vmemmap-4k, lazy-vmemmap and 1 more  zswap, memmap\n",
		"20260102-000000-0002  2025-12-01 09:45  exact   cut short",
		"20260103-000000-0003", "in ", "by-hand\n",
		"20260104-000000-0004  -                 -       unreadable\n", "damaged",
		"odd                   -                 -       unreadable\n", "damaged",
		"5 runs in ",
	};
	char *results = results_of_all_kinds(), *text = listed(results);
	const char *at = text;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(in_order); i++)
		at += place_of(at, in_order[i]);
	free(text);
	sample_remove(results);
}

static void narrow_terminals_have_all_of_it(void **state)
{
	char *results = results_of_all_kinds(), *text;
	(void)state;

	setenv("COLUMNS", "60", 1);
	text = listed(results);
	unsetenv("COLUMNS");
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 60);
	place_of(text, "\n  baseline, vmemmap-4k, lazy-vmemmap and 1 more\n  zswap, memmap\n");
	place_of(text, "\nodd ");
	free(text);
	sample_remove(results);
}

static void no_runs_are_a_head_alone(void **state)
{
	char *results = sample_folder(), *text = listed(results);
	(void)state;

	assert_string_equal(text, "RUN  STARTED (UTC)  ENGINE  VERDICT  VARIANTS  WORKLOADS\n");
	free(text);
	sample_remove(results);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_runs_are_listed_the_newest_last),
		cmocka_unit_test(narrow_terminals_have_all_of_it),
		cmocka_unit_test(no_runs_are_a_head_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
