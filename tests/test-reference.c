// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cells held against those of a known good kernel: every kind of difference is a
 * failed check, and what cannot be held against anything is not called good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reference.h"
#include "sample-run.h"
#include "store-cells.h"

#define CELLS_MAX 8
#define SERIES_MAX 32

/** struct table - a run put together by hand */
struct table {
	struct store_content content;
	struct store_metric metric[3];
	struct store_cell cell[CELLS_MAX];
	struct store_series series[SERIES_MAX];
	uint64_t sample[SERIES_MAX][3];
};

static struct table *table_open(void)
{
	struct table *table = calloc(1, sizeof(*table));

	assert_non_null(table);
	table->metric[0] = (struct store_metric){
		.workload = "peek", .name = "class", .series = "class",
		.direction = DIR_NEUTRAL, .combine = COMBINE_SUM, .reference = REFERENCE_EQUAL
	};
	table->metric[1] = (struct store_metric){
		.workload = "peek", .name = "passed", .series = "passed", .unit = UNIT_COUNT,
		.direction = DIR_HIGHER, .combine = COMBINE_SUM, .reference = REFERENCE_NO_WORSE
	};
	table->metric[2] = (struct store_metric){
		.workload = "peek", .name = "cost", .series = "cost",
		.direction = DIR_LOWER, .combine = COMBINE_MAX, .reference = REFERENCE_NONE
	};
	table->content = (struct store_content){
		.metric = table->metric, .nr_metrics = 3, .cell = table->cell,
		.series = table->series
	};
	return table;
}

static struct store_cell *add_cell(struct table *table, const char *variant, enum verdict verdict)
{
	struct store_cell *cell = &table->cell[table->content.nr_cells++];

	assert_true(table->content.nr_cells <= CELLS_MAX);
	*cell = (struct store_cell){
		.id = table->content.nr_cells, .variant = (char *)variant, .workload = "peek",
		.params = "pool=zbud", .trial = 1, .status = "finished", .verdict = verdict,
		.reason = verdict ? "as it was" : ""
	};
	return cell;
}

static void add(struct table *table, const char *name, const char *labels, size_t nr,
		uint64_t first, uint64_t last)
{
	size_t at = table->content.nr_series++;

	assert_true(at < SERIES_MAX && nr && nr <= 3);
	table->sample[at][0] = first;
	table->sample[at][nr - 1] = last;
	table->series[at] = (struct store_series){
		.cell = table->content.nr_cells, .name = (char *)name, .labels = (char *)labels,
		.samples = table->sample[at], .nr = nr
	};
}

/* The good kernel, then another one that the test fills. */
static struct table *against_baseline(void)
{
	struct table *table = table_open();

	add_cell(table, "baseline", VERDICT_PASS);
	add(table, "class", "type=anon", 2, 4, 5);
	add(table, "class", "type=slab", 1, 7, 7);
	add(table, "passed", "test=a", 1, 1, 1);
	add(table, "passed", "test=b", 1, 0, 0);
	add(table, "cost", "", 1, 100, 100);
	add_cell(table, "lazy", VERDICT_PASS);
	return table;
}

static void same_classes(struct table *table)
{
	add(table, "class", "type=slab", 1, 7, 7);
	add(table, "class", "type=anon", 2, 4, 5);
}

static void same_tests(struct table *table)
{
	add(table, "passed", "test=a", 1, 1, 1);
	add(table, "passed", "test=b", 1, 0, 0);
}

/* Judges the second cell; one check a metric. */
static void expect(struct table *table, size_t at, enum verdict verdict, const char *words)
{
	struct reference_finding *finding;
	size_t nr;

	finding = reference_judge(&table->content, &nr);
	assert_int_equal(nr, 1);
	assert_int_equal(finding[0].cell, 2);
	assert_int_equal(finding[0].nr_checks, 2);
	assert_string_equal(finding[0].check[at].name, "as-reference");
	assert_string_equal(finding[0].check[at].labels, at ? "metric=passed" : "metric=class");
	if (!strstr(finding[0].check[at].reason, words))
		fail_msg("\"%s\" does not say \"%s\"", finding[0].check[at].reason, words);
	assert_int_equal(finding[0].check[at].verdict, verdict);
	if (verdict != VERDICT_PASS) {
		assert_int_equal(finding[0].verdict, verdict);
		assert_non_null(strstr(finding[0].reason, words));
	}
	reference_free(finding, nr);
	free(table);
}

static void equal_figures_pass_in_any_order(void **state)
{
	struct table *table = against_baseline();
	struct reference_finding *finding;
	size_t nr;
	(void)state;

	same_classes(table);
	same_tests(table);
	add(table, "cost", "", 1, 999, 999);	/* no reference is declared for it */
	finding = reference_judge(&table->content, &nr);
	assert_int_equal(nr, 1);
	assert_int_equal(finding[0].verdict, VERDICT_PASS);
	assert_string_equal(finding[0].reason, "");
	reference_free(finding, nr);
	expect(table, 0, VERDICT_PASS, "2 series are as on baseline");
}

static void one_other_sample_is_a_failure(void **state)
{
	struct table *table = against_baseline();
	(void)state;

	add(table, "class", "type=anon", 2, 4, 6);
	add(table, "class", "type=slab", 1, 7, 7);
	same_tests(table);
	expect(table, 0, VERDICT_FAIL, "1 of 2 series are not as on baseline: "
				       "type=anon: sample 1: 6 instead of 5");
}

/* The sum is the same: equal means sample by sample. */
static void another_number_of_samples_is_a_failure(void **state)
{
	struct table *table = against_baseline();
	(void)state;

	add(table, "class", "type=anon", 1, 9, 9);
	add(table, "class", "type=slab", 1, 7, 7);
	same_tests(table);
	expect(table, 0, VERDICT_FAIL, "type=anon: 1 samples instead of 2");
}

static void a_missing_series_is_a_failure(void **state)
{
	struct table *table = against_baseline();
	(void)state;

	add(table, "class", "type=slab", 1, 7, 7);
	same_tests(table);
	expect(table, 0, VERDICT_FAIL, "type=anon: missing");
}

static void a_series_that_the_reference_lacks_is_a_failure(void **state)
{
	struct table *table = against_baseline();
	(void)state;

	same_classes(table);
	add(table, "class", "type=zsmalloc", 1, 1, 1);
	same_tests(table);
	expect(table, 0, VERDICT_FAIL, "1 of 3 series are not as on baseline: "
				       "type=zsmalloc: not there on the reference");
}

static void only_the_first_differences_are_told(void **state)
{
	static const char *const label[] = { "t=1", "t=2", "t=3", "t=4", "t=5", "t=6" };
	struct table *table = against_baseline();
	(void)state;

	same_classes(table);
	for (size_t i = 0; i < ARRAY_SIZE(label); i++)
		add(table, "class", label[i], 1, 1, 1);
	same_tests(table);
	expect(table, 0, VERDICT_FAIL, "t=4: not there on the reference; and 2 more");
}

static void better_is_no_worse(void **state)
{
	struct table *table = against_baseline();
	(void)state;

	same_classes(table);
	add(table, "passed", "test=a", 1, 1, 1);
	add(table, "passed", "test=b", 1, 1, 1);
	expect(table, 1, VERDICT_PASS, "2 series are no worse than on baseline");
}

static void worse_is_a_failure(void **state)
{
	struct table *table = against_baseline();
	(void)state;

	same_classes(table);
	add(table, "passed", "test=a", 1, 0, 0);
	add(table, "passed", "test=b", 1, 1, 1);
	expect(table, 1, VERDICT_FAIL, "1 of 2 series are not as on baseline: "
				       "test=a: sum 0 instead of 1");
}

static void lower_can_be_better_and_neutral_must_be_the_same(void **state)
{
	static const struct {
		enum metric_direction direction;
		uint64_t test_b;
		enum verdict verdict;
	} want[] = {
		{ DIR_LOWER, 0, VERDICT_PASS }, { DIR_LOWER, 1, VERDICT_FAIL },
		{ DIR_NEUTRAL, 0, VERDICT_PASS }, { DIR_NEUTRAL, 1, VERDICT_FAIL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		struct table *table = against_baseline();

		table->metric[1].direction = want[i].direction;
		same_classes(table);
		add(table, "passed", "test=a", 1, 1, 1);
		add(table, "passed", "test=b", 1, want[i].test_b, want[i].test_b);
		expect(table, 1, want[i].verdict, "series are");
	}
}

static void nothing_on_either_side_is_not_called_good(void **state)
{
	struct table *table = against_baseline();
	(void)state;

	same_classes(table);
	same_tests(table);
	table->metric[0].series = "nobody";
	expect(table, 0, VERDICT_INCONCLUSIVE, "neither it nor baseline has series nobody");
}

static void a_reference_that_did_not_pass_is_none(void **state)
{
	static const enum verdict verdict[] = {
		VERDICT_FAIL, VERDICT_BROKEN, VERDICT_UNSUPPORTED, VERDICT_INCONCLUSIVE
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(verdict); i++) {
		struct table *table = against_baseline();

		table->cell[0].verdict = verdict[i];
		same_classes(table);
		same_tests(table);
		expect(table, 0, VERDICT_INCONCLUSIVE, "cell 1 of baseline");
	}
}

static void a_reference_cell_that_is_not_there_is_told(void **state)
{
	struct table *table = against_baseline();
	(void)state;

	table->cell[0].params = "pool=zsmalloc";
	same_classes(table);
	same_tests(table);
	expect(table, 0, VERDICT_INCONCLUSIVE, "has no such cell");
}

/* A panic left half of the series: the panic is the reason, not what it lacks. */
static void a_cell_that_failed_keeps_its_reason(void **state)
{
	struct table *table = against_baseline();
	struct reference_finding *finding;
	size_t nr;
	(void)state;

	table->cell[1].verdict = VERDICT_FAIL;
	table->cell[1].reason = "panic";
	finding = reference_judge(&table->content, &nr);
	assert_int_equal(nr, 1);
	assert_string_equal(finding[0].reason, "panic");
	assert_int_equal(finding[0].check[0].verdict, VERDICT_FAIL);
	reference_free(finding, nr);
	free(table);
}

static void cells_without_figures_are_left_alone(void **state)
{
	struct table *table = against_baseline();
	size_t nr;
	(void)state;

	add_cell(table, "lazy", VERDICT_PASS)->status = "running";
	table->cell[1].verdict = VERDICT_UNSUPPORTED;
	add_cell(table, "memdesc", VERDICT_BROKEN);
	assert_null(reference_judge(&table->content, &nr));
	assert_int_equal(nr, 0);
	free(table);
}

static void expect_reference(const char *labels, const char *label, const char *reference)
{
	struct strv list = { 0 };
	const char *found;

	strv_split(&list, labels, ",");
	found = reference_of(&list, label);
	if (!reference)
		assert_null(found);
	else
		assert_string_equal(found, reference);
	strv_free(&list);
}

static void the_reference_is_the_first_variant_of_the_same_configuration(void **state)
{
	static const char labels[] = "baseline,lazy+debug,lazy,baseline+debug,baseline~2";
	(void)state;

	expect_reference(labels, "baseline", NULL);
	expect_reference(labels, "lazy", "baseline");
	expect_reference(labels, "baseline~2", "baseline");
	expect_reference(labels, "lazy+debug", "baseline+debug");
	expect_reference(labels, "baseline+debug", NULL);
	expect_reference("baseline,lazy+debug,memdesc+debug", "memdesc+debug", "lazy+debug");
	expect_reference("baseline,lazy+debug", "lazy+debug", NULL);
	expect_reference("baseline+debug,baseline+debug~2", "baseline+debug~2", "baseline+debug");
	/* a name that only begins like the first one's */
	expect_reference("base,baseline+debug,base+debug", "baseline+debug", "base+debug");
}

static void expect_note(const char *labels, const char *words)
{
	struct strv list = { 0 };
	char *note;

	strv_split(&list, labels, ",");
	note = reference_note(&list);
	if (!words)
		assert_null(note);
	else
		assert_non_null(strstr(note, words));
	free(note);
	strv_free(&list);
}

static void a_variant_with_nothing_beside_it_is_noted(void **state)
{
	(void)state;
	expect_note("baseline,lazy", NULL);
	expect_note("baseline,lazy,baseline+debug,lazy+debug", NULL);
	expect_note("lazy", "reference: lazy: no other variant");
	expect_note("baseline,lazy,lazy+debug", "reference: lazy+debug: no other variant");
}

/* Through the store: what is found changes the run, once, whoever finds it again. */
static void a_finding_amends_the_stored_cell_and_does_so_once(void **state)
{
	struct store_check check = { .name = REFERENCE_CHECK, .labels = "metric=class",
				     .verdict = VERDICT_FAIL, .reason = "type=anon: missing" };
	struct store_cell cell = { .id = 2, .verdict = VERDICT_FAIL, .reason = "as-reference" };
	char *dir = sample_folder();
	struct store *store = create(dir);
	struct store_content content;
	struct err err = { "" };
	(void)state;

	plan_cells(store, 3);
	must(end_cell(store, 1, &err), &err);
	assert_int_equal(store_cell_amend(store, &cell, &check, 1, &err), -EINVAL);
	assert_non_null(strstr(err.text, "has not finished"));
	must(end_cell(store, 2, &err), &err);
	must(store_cell_amend(store, &cell, &check, 1, &err), &err);
	check.reason = "seen again";
	must(store_cell_amend(store, &cell, &check, 1, &err), &err);
	store_close(store);
	load(dir, &content);
	assert_int_equal(content.nr_checks, 3 + 3 + 1);
	assert_string_equal(content.check[6].reason, "seen again");
	assert_int_equal(content.check[6].cell, 2);
	assert_int_equal(content.cell[0].verdict, VERDICT_PASS);
	assert_int_equal(content.cell[1].verdict, VERDICT_FAIL);
	assert_string_equal(content.cell[1].reason, "as-reference");
	assert_int_equal(content.nr_series, 20);
	store_content_free(&content);
	sample_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_figures_pass_in_any_order),
		cmocka_unit_test(one_other_sample_is_a_failure),
		cmocka_unit_test(another_number_of_samples_is_a_failure),
		cmocka_unit_test(a_missing_series_is_a_failure),
		cmocka_unit_test(a_series_that_the_reference_lacks_is_a_failure),
		cmocka_unit_test(only_the_first_differences_are_told),
		cmocka_unit_test(better_is_no_worse),
		cmocka_unit_test(worse_is_a_failure),
		cmocka_unit_test(lower_can_be_better_and_neutral_must_be_the_same),
		cmocka_unit_test(nothing_on_either_side_is_not_called_good),
		cmocka_unit_test(a_reference_that_did_not_pass_is_none),
		cmocka_unit_test(a_reference_cell_that_is_not_there_is_told),
		cmocka_unit_test(a_cell_that_failed_keeps_its_reason),
		cmocka_unit_test(cells_without_figures_are_left_alone),
		cmocka_unit_test(the_reference_is_the_first_variant_of_the_same_configuration),
		cmocka_unit_test(a_variant_with_nothing_beside_it_is_noted),
		cmocka_unit_test(a_finding_amends_the_stored_cell_and_does_so_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
