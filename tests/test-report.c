// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a report says of a run: which design to choose, and in which words.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report-made.h"
#include "report-private.h"
#include "report-trends.h"
#include "util.h"

/* --- a run, and what is said of it --- */

static const struct sample_run dearer = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .shift = 2703, .trials = 1,
	.compressors = "lz4", .pools = "zsmalloc", .metadata = true,
};

static const struct sample_run cheaper = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .shift = -2703, .trials = 1,
	.compressors = "lz4", .pools = "zsmalloc", .metadata = true,
};

static const struct sample_run three = {
	.engine = "exact", .variants = "baseline,vmemmap-4k,lazy-vmemmap", .trials = 1,
	.compressors = "lz4", .pools = "zsmalloc", .metadata = true,
};

/* Another kernel, and yet the same figures. */
static const struct sample_run alike = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .trials = 1,
	.compressors = "lz4", .pools = "zsmalloc", .metadata = true,
};

static const struct sample_run timed = {
	.engine = "kvm", .variants = "baseline,vmemmap-4k", .shift = 310000, .trials = 8,
	.compressors = "lz4", .pools = "zsmalloc", .metadata = true, .disturbed = true,
};

static const struct sample_run timed_once = {
	.engine = "kvm", .variants = "baseline,vmemmap-4k", .shift = 310000, .trials = 1,
	.compressors = "lz4", .pools = "zsmalloc", .metadata = true,
};

static const struct sample_run emulated = {
	.engine = "tcg", .variants = "baseline,vmemmap-4k", .shift = 310000, .trials = 2,
	.compressors = "lz4", .pools = "zsmalloc", .metadata = true,
};

static const struct sample_run same_twice = {
	.engine = "exact", .variants = "baseline,baseline~2", .trials = 1, .compressors = "lz4",
	.pools = "zsmalloc", .metadata = true,
};

static const struct sample_run alone = {
	.engine = "exact", .variants = "baseline", .trials = 1, .compressors = "lz4",
	.pools = "zsmalloc", .metadata = true,
};

static const struct sample_run trouble = {
	.engine = "exact", .variants = "baseline,vmemmap-4k,memdesc-slab", .shift = -2703,
	.trials = 1, .compressors = "lzo,lz4,zstd", .pools = "zbud", .trouble = SAMPLE_TROUBLE,
};

static const struct sample_run unaccounted = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .shift = -2703, .trials = 1,
	.compressors = "lz4", .pools = "zsmalloc",
};

static const struct store_cell *cell_of(const struct store_content *content, int64_t id)
{
	for (size_t i = 0; i < content->nr_cells; i++)
		if (content->cell[i].id == id)
			return &content->cell[i];
	fail_msg("no cell %lld", (long long)id);
	return NULL;
}

/* The memmap of a variant becomes a part of what it was. */
static void shrink(struct store_content *content, const char *variant, unsigned int part)
{
	for (size_t i = 0; i < content->nr_series; i++) {
		struct store_series *series = &content->series[i];

		if (!strcmp(series->name, METADATA_SERIES) &&
		    !strncmp(series->labels, "kind=memmap", strlen("kind=memmap")) &&
		    !strcmp(cell_of(content, series->cell)->variant, variant))
			series->samples[0] /= part;
	}
}

static void check_choice(const struct report_made *made, enum report_choice choice, const char *headline)
{
	assert_string_equal(made->page.headline, headline);
	assert_int_equal(made->page.choice, choice);
}

static bool contains(const struct strv *list, const char *text)
{
	for (size_t i = 0; i < list->nr; i++)
		if (strstr(list->item[i], text))
			return true;
	return false;
}

/* --- which design --- */

static void worse_in_both_is_not_chosen(void **state)
{
	struct report_made made;

	(void)state;
	report_made_new(&dearer, &made);
	check_choice(&made, REPORT_STAY, "Stay with baseline");
	assert_int_equal(made.page.card[1].standing, REPORT_WORSE);
	assert_int_equal(made.page.card[1].way, 1);
	assert_int_equal(made.page.card[1].pace, 1);
	assert_true(contains(&made.page.advice, "24.0 KiB more metadata"));
	assert_true(contains(&made.page.advice, "more instructions"));
	assert_false(contains(&made.page.advice, "time"));
	report_made_free(&made);
}

static void fewer_instructions_for_more_metadata_is_a_trade(void **state)
{
	struct report_made made;

	(void)state;
	report_made_new(&cheaper, &made);
	check_choice(&made, REPORT_DEPENDS,
		     "A trade: vmemmap-4k (fewer instructions for more metadata)");
	assert_int_equal(made.page.card[1].standing, REPORT_TRADE);
	report_made_free(&made);
}

static void less_metadata_at_no_price_is_chosen(void **state)
{
	struct report_made made;

	(void)state;
	sample_run_load(&alike, &made.content);
	shrink(&made.content, "vmemmap-4k", 2);
	report_made_say(&made);
	check_choice(&made, REPORT_TAKE, "Choose vmemmap-4k");
	assert_int_equal(made.page.card[1].standing, REPORT_BETTER);
	/* Of 4 MiB on each of two nodes, half. */
	assert_true(contains(&made.page.advice, "4.0 MiB less metadata"));
	assert_true(contains(&made.page.advice, "exactly as many instructions"));
	assert_true(contains(&made.page.advice, "nothing failed"));
	report_made_free(&made);
}

static void the_one_that_saves_more_beats_the_other(void **state)
{
	struct report_made made;

	(void)state;
	sample_run_load(&three, &made.content);
	shrink(&made.content, "vmemmap-4k", 2);
	shrink(&made.content, "lazy-vmemmap", 4);
	report_made_say(&made);
	check_choice(&made, REPORT_TAKE, "Choose lazy-vmemmap");
	assert_true(report_is_beaten(&made.page, &made.page.card[1]));
	assert_false(report_is_beaten(&made.page, &made.page.card[2]));
	report_made_free(&made);
}

static void no_difference_is_said_to_be_none(void **state)
{
	struct report_made made;

	(void)state;
	report_made_new(&alike, &made);
	check_choice(&made, REPORT_STAY, "Stay with baseline");
	assert_int_equal(made.page.card[1].standing, REPORT_SAME);
	assert_int_equal(made.page.card[1].regressions + made.page.card[1].improvements, 0);
	report_made_free(&made);
}

static void what_fails_is_not_chosen(void **state)
{
	struct report_made made;

	(void)state;
	sample_run_load(&alike, &made.content);
	shrink(&made.content, "vmemmap-4k", 2);
	for (size_t i = 0; i < made.content.nr_checks; i++)
		if (!strcmp(cell_of(&made.content, made.content.check[i].cell)->variant,
			    "vmemmap-4k"))
			made.content.check[i].verdict = VERDICT_FAIL;
	report_made_say(&made);
	check_choice(&made, REPORT_STAY, "Stay with baseline");
	assert_int_equal(made.page.card[1].standing, REPORT_FAILS);
	assert_int_equal(made.page.verdict, VERDICT_FAIL);
	report_made_free(&made);
}

static void a_base_that_fails_chooses_nothing(void **state)
{
	struct report_made made;

	(void)state;
	sample_run_load(&alike, &made.content);
	shrink(&made.content, "vmemmap-4k", 2);
	made.content.check[0].verdict = VERDICT_FAIL;
	assert_string_equal(cell_of(&made.content, made.content.check[0].cell)->variant, "baseline");
	report_made_say(&made);
	check_choice(&made, REPORT_NO_BASE, "No choice: baseline itself is in doubt");
	report_made_free(&made);
}

static void the_same_kernel_twice_is_no_choice(void **state)
{
	struct report_made made;

	(void)state;
	report_made_new(&same_twice, &made);
	check_choice(&made, REPORT_AGREES, "The same kernel under every name: nothing to choose");
	assert_non_null(strstr(made.page.lead, "0 of "));
	report_made_free(&made);
}

static void one_is_no_choice(void **state)
{
	struct report_made made;

	(void)state;
	report_made_new(&alone, &made);
	check_choice(&made, REPORT_ONE, "One design was measured: nothing to choose from");
	assert_int_equal(made.page.advice.nr, 0);
	report_made_free(&made);
}

static void what_has_not_finished_chooses_nothing(void **state)
{
	struct report_made made;

	(void)state;
	report_made_new(&trouble, &made);
	check_choice(&made, REPORT_NOT_YET, "No choice yet: the run has not finished");
	assert_true(contains(&made.page.caution, "has not finished"));
	report_made_free(&made);
}

static void missing_evidence_is_named(void **state)
{
	struct report_made made;

	(void)state;
	report_made_new(&emulated, &made);
	check_choice(&made, REPORT_UNKNOWN, "No choice can be made: evidence is missing");
	assert_non_null(strstr(made.page.lead, "times of an emulator are not judged"));
	assert_true(contains(&made.page.caution, "emulator"));
	report_made_free(&made);
	report_made_new(&unaccounted, &made);
	check_choice(&made, REPORT_UNKNOWN, "No choice can be made: evidence is missing");
	assert_non_null(strstr(made.page.lead, "metadata was not accounted"));
	report_made_free(&made);
	report_made_new(&timed_once, &made);
	assert_int_equal(made.page.card[1].standing, REPORT_OPEN);
	assert_non_null(strstr(made.page.lead, "to judge any time"));
	report_made_free(&made);
}

static void times_are_time_and_the_host_is_said_to_disturb(void **state)
{
	struct report_made made;

	(void)state;
	report_made_new(&timed, &made);
	assert_int_equal(made.page.card[1].pace, 1);
	assert_true(contains(&made.page.advice, "more time"));
	assert_false(contains(&made.page.advice, "instructions"));
	assert_true(contains(&made.page.caution, "disturbed (governor, load)"));
	report_made_free(&made);
}

static void an_empty_run_is_survived(void **state)
{
	struct store_content whole;
	struct report_made made;

	(void)state;
	sample_run_load(&alone, &whole);
	made.content = whole;
	made.content.nr_cells = made.content.nr_series = made.content.nr_checks = 0;
	made.content.nr_counters = 0;
	report_made_say(&made);
	assert_int_equal(made.page.choice, REPORT_NOT_YET);
	report_made_unsay(&made);
	store_content_free(&whole);
}

/* --- words --- */

static void ratios_in_words(void **state)
{
	static const struct {
		double ratio;
		const char *exact;
		const char *timed;
	} table[] = {
		{ 1, "exactly as many instructions", "exactly as much time" },
		{ 1.0004, "as many instructions (+0.040 %)", "as much time (0.0 %)" },
		{ 1.05, "5.00 % more instructions", "5.0 % more time" },
		{ 0.9, "10.00 % fewer instructions", "10.0 % less time" },
		{ 4.8, "4.8 times as many instructions", "4.8 times as much time" },
		{ NAN, "instructions not known", "time not known" },
	};
	struct store_content content = { .run.exact = true };
	struct compare compare = { .content = &content };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char *text;

		content.run.exact = true;
		text = report_ratio_text(&compare, table[i].ratio);
		assert_string_equal(text, table[i].exact);
		free(text);
		content.run.exact = false;
		text = report_ratio_text(&compare, table[i].ratio);
		assert_string_equal(text, table[i].timed);
		free(text);
	}
}

/* --- earlier runs --- */

static void put_run(const char *results, const char *id)
{
	const struct sample_run run = {
		.engine = "exact", .variants = "baseline+memdesc,memdesc,baseline+1,memdesc~2",
		.trials = 1, .compressors = "lz4", .pools = "zsmalloc", .id = id,
	};
	char *dir = str_printf("%s/%s", results, id);

	sample_run_make(&run, dir);
	free(dir);
}

/* Patches of a gate, and the second of a pair, are others the next time. */
static void only_what_is_the_same_each_time_has_a_trend(void **state)
{
	char *results = sample_folder(), *dir = str_printf("%s/20251202-094501-7c3e", results);
	struct store_content content;
	struct report_trends trends;
	struct compare compare;
	struct store *store;

	(void)state;
	put_run(results, "20251201-094501-7c3e");
	put_run(results, "20251202-094501-7c3e");
	assert_int_equal(store_open(dir, false, &store, NULL), 0);
	assert_int_equal(store_load(store, &content, NULL), 0);
	store_close(store);
	assert_int_equal(compare_make(&content, &compare, NULL), 0);
	report_trends_make(&compare, results, &trends);
	assert_int_equal(trends.nr, 2);
	assert_string_equal(trends.trend[0].variant, "baseline+memdesc");
	assert_string_equal(trends.trend[1].variant, "memdesc");
	report_trends_free(&trends);
	compare_free(&compare);
	store_content_free(&content);
	free(dir);
	sample_remove(results);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worse_in_both_is_not_chosen),
		cmocka_unit_test(fewer_instructions_for_more_metadata_is_a_trade),
		cmocka_unit_test(less_metadata_at_no_price_is_chosen),
		cmocka_unit_test(the_one_that_saves_more_beats_the_other),
		cmocka_unit_test(no_difference_is_said_to_be_none),
		cmocka_unit_test(what_fails_is_not_chosen),
		cmocka_unit_test(a_base_that_fails_chooses_nothing),
		cmocka_unit_test(the_same_kernel_twice_is_no_choice),
		cmocka_unit_test(one_is_no_choice),
		cmocka_unit_test(what_has_not_finished_chooses_nothing),
		cmocka_unit_test(missing_evidence_is_named),
		cmocka_unit_test(times_are_time_and_the_host_is_said_to_disturb),
		cmocka_unit_test(an_empty_run_is_survived),
		cmocka_unit_test(ratios_in_words),
		cmocka_unit_test(only_what_is_the_same_each_time_has_a_trend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
