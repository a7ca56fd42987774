// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is printed of a comparison, to the last byte, and the rules behind it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "compare-private.h"
#include "golden.h"
#include "sample-run.h"
#include "util.h"

static const struct sample_run two_variants = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .shift = 2703, .trials = 1,
	.compressors = "lzo,lz4,zstd", .pools = "zsmalloc,zbud",
};

static const struct sample_run small = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .shift = 2703, .trials = 1,
	.compressors = "lz4", .pools = "zsmalloc",
};

static const struct sample_run same_twice = {
	.engine = "exact", .variants = "baseline,baseline~2", .trials = 1,
	.compressors = "lz4,zstd", .pools = "zsmalloc",
};

static const struct sample_run many_boots = {
	.engine = "kvm", .variants = "baseline,vmemmap-4k,memdesc-slab,compact-page",
	.shift = 31000, .trials = 5, .compressors = "lz4", .pools = "zsmalloc",
};

static const struct sample_run trouble = {
	.engine = "exact", .variants = "baseline,vmemmap-4k,memdesc-slab", .shift = -2703,
	.trials = 1, .compressors = "lzo,lz4,zstd", .pools = "zbud", .trouble = SAMPLE_TROUBLE,
};

static const struct sample_run one_variant = {
	.engine = "tcg", .variants = "baseline", .trials = 1, .compressors = "lz4",
	.pools = "zsmalloc",
};

static const struct sample_run disturbed = {
	.engine = "kvm", .variants = "baseline,vmemmap-4k", .trials = 2, .compressors = "lz4",
	.pools = "zbud", .disturbed = true,
};

static const struct sample_run perf_counters = {
	.engine = "kvm", .variants = "baseline", .trials = 1, .compressors = "lz4",
	.pools = "zsmalloc", .counters = true,
};

static const struct sample_run counted = {
	.engine = "exact", .variants = "baseline,vmemmap-4k,lazy-vmemmap", .shift = 2703,
	.trials = 1, .compressors = "lz4", .pools = "zsmalloc", .traffic = true,
};

static const struct sample_run accounted = {
	.engine = "exact", .variants = "baseline,vmemmap-4k,lazy-vmemmap,memdesc-slab",
	.shift = 2703, .trials = 1, .compressors = "lz4,zstd", .pools = "zsmalloc",
	.metadata = true,
};

static const struct sample_run accounted_in_part = {
	.engine = "exact", .variants = "baseline,vmemmap-4k,memdesc-slab", .shift = 2703,
	.trials = 1, .compressors = "lzo,lz4", .pools = "zbud", .metadata = true,
	.trouble = SAMPLE_TROUBLE,
};

static const struct sample_run accounted_alone = {
	.engine = "tcg", .variants = "baseline", .trials = 1, .compressors = "lz4",
	.pools = "zbud", .metadata = true,
};

static const struct sample_run matched = {
	.engine = "exact", .variants = "baseline+memdesc,vmemmap-4k+memdesc,memdesc", .shift = 2703,
	.trials = 1, .compressors = "lz4", .pools = "zsmalloc", .off = 3,
};

static const struct sample_run unmatched = {
	.engine = "exact", .variants = "baseline,memdesc", .shift = 2703, .trials = 1,
	.compressors = "lz4", .pools = "zsmalloc", .off = 1,
};

static char *printed(const struct store_content *content, enum print_format format,
		     unsigned int flags)
{
	struct err err = { "" };
	struct compare compare;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (compare_make(content, &compare, &err))
		fail_msg("%s", err.text);
	assert_int_equal(compare_print(&compare, format, flags, out), 0);
	fclose(out);
	compare_free(&compare);
	return text;
}

static void check_output(const struct sample_run *sample, enum print_format format,
			 unsigned int flags, const char *golden)
{
	struct store_content content;
	char *text;

	sample_run_load(sample, &content);
	text = printed(&content, format, flags);
	golden_check(golden, text);
	free(text);
	store_content_free(&content);
}

static void text_of_two_variants(void **state)
{
	(void)state;
	check_output(&two_variants, PRINT_TEXT, 0, "compare-exact.txt");
}

static void text_with_all_figures_and_colour(void **state)
{
	(void)state;
	check_output(&small, PRINT_TEXT, COMPARE_ALL | COMPARE_COLOUR, "compare-all-colour.txt");
}

static void metadata_has_a_section_of_its_own(void **state)
{
	(void)state;
	check_output(&accounted, PRINT_TEXT, 0, "compare-metadata.txt");
	check_output(&accounted_in_part, PRINT_TEXT, 0, "compare-metadata-part.txt");
	check_output(&accounted_alone, PRINT_TEXT, COMPARE_ALL, "compare-metadata-all.txt");
}

static void what_disturbed_stands_above_the_figures(void **state)
{
	(void)state;
	check_output(&disturbed, PRINT_TEXT, 0, "compare-disturbed.txt");
}

static void programs_are_told_what_disturbed(void **state)
{
	struct store_content content;
	json_t *root, *findings, *load;
	char *text;

	(void)state;
	sample_run_load(&disturbed, &content);
	text = printed(&content, PRINT_JSON, 0);
	root = json_loads(text, 0, NULL);
	findings = json_object_get(root, "findings");
	assert_int_equal(json_array_size(findings), 3);
	load = json_array_get(findings, 2);
	assert_string_equal(json_string_value(json_object_get(load, "name")), "load");
	assert_string_equal(json_string_value(json_object_get(load, "stage")), "end");
	assert_string_equal(json_string_value(json_object_get(load, "level")), "disturbs");
	json_decref(root);
	free(text);
	store_content_free(&content);
}

static void text_of_the_same_variant_twice_shows_no_difference(void **state)
{
	(void)state;
	check_output(&same_twice, PRINT_TEXT, 0, "compare-same.txt");
}

static void text_of_many_boots_and_variants_shows_the_spread(void **state)
{
	(void)state;
	check_output(&many_boots, PRINT_TEXT, 0, "compare-kvm.txt");
}

static void text_of_trouble_says_what_did_not_pass(void **state)
{
	(void)state;
	check_output(&trouble, PRINT_TEXT, 0, "compare-trouble.txt");
}

static void text_of_traffic_shows_lines_of_the_memmap(void **state)
{
	(void)state;
	check_output(&counted, PRINT_TEXT, 0, "compare-traffic.txt");
}

static void text_of_one_variant_has_figures_only(void **state)
{
	(void)state;
	check_output(&one_variant, PRINT_TEXT, 0, "compare-one.txt");
}

static void what_is_switched_off_is_told_with_its_reason(void **state)
{
	(void)state;
	check_output(&matched, PRINT_TEXT, 0, "compare-matched.txt");
	check_output(&matched, PRINT_MAIL, 0, "compare-matched-mail.txt");
	check_output(&unmatched, PRINT_TEXT, 0, "compare-unmatched.txt");
	check_output(&unmatched, PRINT_JSON, 0, "compare-unmatched.json");
}

static void json_of_two_variants(void **state)
{
	(void)state;
	check_output(&small, PRINT_JSON, 0, "compare-exact.json");
}

static void json_of_performance_counters(void **state)
{
	(void)state;
	check_output(&perf_counters, PRINT_JSON, 0, "compare-counters.json");
}

static void json_of_trouble(void **state)
{
	(void)state;
	check_output(&trouble, PRINT_JSON, 0, "compare-trouble.json");
}

static void csv_of_trouble(void **state)
{
	(void)state;
	check_output(&trouble, PRINT_CSV, 0, "compare-trouble.csv");
}

static void csv_of_many_boots(void **state)
{
	(void)state;
	check_output(&many_boots, PRINT_CSV, 0, "compare-kvm.csv");
}

/* They have their verdict in a check. Without a figure, a workload has no table at all. */
static void figures_that_are_judged_are_shown_on_demand(void **state)
{
	struct store_content content;
	char *text;
	(void)state;

	sample_run_load(&small, &content);
	content.metric[6].reference = REFERENCE_EQUAL;	/* density */
	for (size_t i = 7; i < content.nr_metrics; i++)	/* all of memmap */
		content.metric[i].reference = REFERENCE_EQUAL;
	text = printed(&content, PRINT_TEXT, 0);
	assert_null(strstr(text, "\n    density"));
	assert_null(strstr(text, "\nmemmap\n"));
	assert_non_null(strstr(text, "load_p99, density\n"));
	assert_non_null(strstr(text, "\n  memmap        2       2  pass\n"));
	free(text);
	text = printed(&content, PRINT_TEXT, COMPARE_ALL);
	assert_non_null(strstr(text, "\n    density"));
	assert_non_null(strstr(text, "\nmemmap\n"));
	free(text);
	store_content_free(&content);
}

static void check_width(const struct sample_run *sample, unsigned int columns)
{
	struct store_content content;
	struct strv line = { 0 };
	char *text;

	sample_run_load(sample, &content);
	text = printed(&content, PRINT_TEXT, COMPARE_ALL);
	strv_split(&line, text, "\n");
	for (size_t at = 0; at < line.nr; at++) {
		size_t len = strlen(line.item[at]);

		if (len > columns || line.item[at][len - 1] == ' ')
			fail_msg("wider than %u, or blanks at its end: %s", columns, line.item[at]);
	}
	strv_free(&line);
	free(text);
	store_content_free(&content);
}

static void no_line_of_text_is_wider_than_a_page(void **state)
{
	static const struct sample_run *const all[] = {
		&two_variants, &same_twice, &many_boots, &trouble, &one_variant, &disturbed,
		&accounted, &accounted_in_part,
	};
	static const char *const columns[] = { "100", "80", "60", "40" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		/* Labels of metadata are longer than half a page, which a pipe does not mind. */
		if (!all[i]->metadata)
			check_width(all[i], COMPARE_COLUMNS);
		for (size_t k = 0; k < ARRAY_SIZE(columns); k++) {
			setenv("COLUMNS", columns[k], 1);
			check_width(all[i], atoi(columns[k]));
			unsetenv("COLUMNS");
		}
	}
}

static void json_is_one_object_with_one_entry_per_row_and_other_variant(void **state)
{
	struct store_content content;
	json_t *root, *metrics;
	char *text;
	(void)state;

	sample_run_load(&many_boots, &content);
	text = printed(&content, PRINT_JSON, 0);
	root = json_loads(text, 0, NULL);
	assert_true(json_is_object(root));
	metrics = json_object_get(root, "metrics");
	/* 7 metrics x 3 contents and 3 metrics of the memmap, against 3 variants */
	assert_int_equal(json_array_size(metrics), (7 * 3 + 3) * 3);
	assert_int_equal(json_array_size(json_object_get(root, "variants")), 4);
	assert_int_equal(json_array_size(json_object_get(json_object_get(json_array_get(metrics, 0),
							 "variant"), "samples")), 5);
	json_decref(root);
	free(text);
	store_content_free(&content);
}

/* A reason may hold what a guest sent: it must not cost the key or the object. */
static void json_keeps_a_reason_that_is_not_utf8(void **state)
{
	struct store_content content;
	json_t *root, *check;
	char *text;
	(void)state;

	sample_run_load(&small, &content);
	free(content.check[0].reason);
	content.check[0].reason = str_dup("garbage \xff\xfe\" end");
	text = printed(&content, PRINT_JSON, 0);
	root = json_loads(text, 0, NULL);
	assert_non_null(root);
	check = json_array_get(json_object_get(root, "checks"), 1);
	assert_string_equal(json_string_value(json_object_get(check, "reason")),
			    "garbage ??\" end");
	json_decref(root);
	free(text);
	store_content_free(&content);
}

static void csv_quotes_what_rfc_4180_wants_quoted(void **state)
{
	struct store_content content;
	char *text;
	(void)state;

	sample_run_load(&small, &content);
	free(content.run.id);
	content.run.id = str_dup("a \"b\", c");
	text = printed(&content, PRINT_CSV, 0);
	assert_non_null(strstr(text, "\r\n\"a \"\"b\"\", c\",exact,zswap,store,"
			       "\"compressor=lz4,pool=zsmalloc,content=same\",insns,lower,"));
	free(text);
	store_content_free(&content);
}

static void changes_have_sensible_digits(void **state)
{
	static const struct {
		double ratio;
		bool exact;
		const char *text;
	} expect[] = {
		{ 1, true, "=" }, { 1, false, "=" }, { NAN, true, "-" },
		{ 1000001 / 1e6, true, "+0.00010 %" }, { 999999 / 1e6, true, "-0.00010 %" },
		{ 1 + 1e-9, true, "+0.00000010 %" }, { 1.00054, true, "+0.054 %" },
		{ 1.0054, true, "+0.54 %" }, { 0.877, true, "-12.30 %" }, { 6, true, "+500.00 %" },
		{ 0, true, "-100.00 %" }, { 1.0054, false, "+0.5 %" }, { 0.9998, false, "0.0 %" },
		{ 123456, true, "x 1.23e+05" },
	};
	char text[FIGURE_TEXT];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(expect); i++)
		assert_string_equal(compare_change_text(text, expect[i].ratio, expect[i].exact),
				    expect[i].text);
}

static void figures_are_grouped_and_rounded_sensibly(void **state)
{
	static const struct {
		enum metric_unit unit;
		double figure;
		const char *text;
	} expect[] = {
		{ UNIT_CLOCK, 0, "0" }, { UNIT_CLOCK, 999, "999" }, { UNIT_CLOCK, 1000, "1,000" },
		{ UNIT_BYTES, 8388608, "8,388,608" }, { UNIT_CLOCK, 143201.5, "143,201.5" },
		{ UNIT_CLOCK, 12.25, "12.25" }, { UNIT_RATIO, 2731449, "2.731" },
		{ UNIT_RATIO, 64e6, "64.000" }, { UNIT_CLOCK, NAN, "-" },
		{ UNIT_CLOCK, 5210.0000000000009, "5,210" },
		{ UNIT_CLOCK, 1.8446744073709552e19, "18,446,744,073,709,551,616" },
		{ UNIT_CLOCK, 1e30, "1e+30" },
	};
	char text[FIGURE_TEXT];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(expect); i++)
		assert_string_equal(compare_figure_text(text, expect[i].unit, expect[i].figure),
				    expect[i].text);
}

static const struct compare_row *row_of(const struct compare *compare, const char *metric,
					const char *params)
{
	for (size_t i = 0; i < compare->nr_rows; i++)
		if (!strcmp(compare->row[i].metric->name, metric) &&
		    !strcmp(compare->row[i].params, params))
			return &compare->row[i];
	fail_msg("no row %s %s", metric, params);
	return NULL;
}

static void failed_and_unfinished_cells_give_no_figures(void **state)
{
	struct store_content content;
	const struct compare_row *row;
	struct compare compare;
	(void)state;

	sample_run_load(&trouble, &content);
	assert_int_equal(compare_make(&content, &compare, NULL), 0);
	row = row_of(&compare, "store", "compressor=lzo,pool=zbud,content=text");
	assert_int_equal(row->side[0].nr, 1);
	assert_int_equal(row->side[1].nr, 0);
	assert_true(isnan(compare_ratio(row, 1)));
	row = row_of(&compare, "store", "compressor=zstd,pool=zbud,content=text");
	assert_int_equal(row->side[1].nr, 0);
	row = row_of(&compare, "store", "compressor=lz4,pool=zbud,content=text");
	assert_int_equal(row->side[1].nr, 1);
	assert_true(compare_ratio(row, 1) < 1);
	compare_free(&compare);
	store_content_free(&content);
}

static void the_repetition_of_a_cell_is_no_further_boot(void **state)
{
	struct store_content content;
	struct compare compare;
	(void)state;

	sample_run_load(&small, &content);
	assert_int_equal(content.cell[1].trial, 0);
	assert_int_equal(compare_make(&content, &compare, NULL), 0);
	assert_true(compare.proved);
	assert_int_equal(row_of(&compare, "store", "compressor=lz4,pool=zsmalloc,content=same")
			 ->side[0].nr, 1);
	compare_free(&compare);

	content.cell[1].verdict = VERDICT_BROKEN;
	assert_int_equal(compare_make(&content, &compare, NULL), 0);
	assert_false(compare.proved);
	compare_free(&compare);
	store_content_free(&content);
}

static void ratios_with_zero_are_no_numbers_or_one(void **state)
{
	struct compare_side side[2] = { { .median = 0 }, { .median = 0 } };
	struct compare_row row = { .side = side };
	(void)state;

	assert_true(compare_ratio(&row, 1) == 1);
	side[1].median = 5;
	assert_true(isnan(compare_ratio(&row, 1)));
	side[0].median = 10;
	assert_true(compare_ratio(&row, 1) == 0.5);
	side[1].median = NAN;
	assert_true(isnan(compare_ratio(&row, 1)));
}

static void the_gravest_verdict_decides_the_exit_code(void **state)
{
	struct store_content content;
	struct store_content empty = { 0 };
	(void)state;

	assert_int_equal(compare_exit_code(&empty), EXIT_INCONCLUSIVE);
	sample_run_load(&small, &content);
	assert_int_equal(compare_exit_code(&content), EXIT_OK);
	content.cell[2].verdict = VERDICT_UNSUPPORTED;
	assert_int_equal(compare_exit_code(&content), EXIT_OK);
	strcpy(content.cell[3].status, "running");
	assert_int_equal(compare_exit_code(&content), EXIT_INCONCLUSIVE);
	content.cell[0].verdict = VERDICT_BROKEN;
	assert_int_equal(compare_exit_code(&content), EXIT_BROKEN);
	content.check[0].verdict = VERDICT_FAIL;
	assert_int_equal(compare_exit_code(&content), EXIT_FAILED);
	store_content_free(&content);
}

static void samples_of_a_cell_that_is_not_there_are_refused(void **state)
{
	struct store_content content;
	struct compare compare;
	struct err err = { "" };
	(void)state;

	sample_run_load(&small, &content);
	content.series[content.nr_series - 1].cell = 999;
	assert_int_equal(compare_make(&content, &compare, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "cell 999"));
	store_content_free(&content);
}

static void a_write_that_fails_is_an_error(void **state)
{
	static const enum print_format format[] = { PRINT_TEXT, PRINT_JSON, PRINT_CSV };
	struct store_content content;
	struct compare compare;
	(void)state;

	sample_run_load(&small, &content);
	assert_int_equal(compare_make(&content, &compare, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(format); i++) {
		FILE *full = fopen("/dev/full", "w");

		assert_non_null(full);
		assert_int_equal(compare_print(&compare, format[i], 0, full), -ENOSPC);
		fclose(full);
	}
	compare_free(&compare);
	store_content_free(&content);
}

static void a_reader_that_has_gone_is_an_error(void **state)
{
	struct store_content content;
	struct compare compare;
	FILE *pipe_end;
	int fd[2];
	(void)state;

	signal(SIGPIPE, SIG_IGN);
	sample_run_load(&small, &content);
	assert_int_equal(compare_make(&content, &compare, NULL), 0);
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	pipe_end = fdopen(fd[1], "w");
	assert_int_equal(compare_print(&compare, PRINT_CSV, 0, pipe_end), -EPIPE);
	fclose(pipe_end);
	compare_free(&compare);
	store_content_free(&content);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_two_variants),
		cmocka_unit_test(text_with_all_figures_and_colour),
		cmocka_unit_test(metadata_has_a_section_of_its_own),
		cmocka_unit_test(what_disturbed_stands_above_the_figures),
		cmocka_unit_test(programs_are_told_what_disturbed),
		cmocka_unit_test(text_of_the_same_variant_twice_shows_no_difference),
		cmocka_unit_test(text_of_many_boots_and_variants_shows_the_spread),
		cmocka_unit_test(text_of_trouble_says_what_did_not_pass),
		cmocka_unit_test(text_of_traffic_shows_lines_of_the_memmap),
		cmocka_unit_test(text_of_one_variant_has_figures_only),
		cmocka_unit_test(what_is_switched_off_is_told_with_its_reason),
		cmocka_unit_test(json_of_two_variants),
		cmocka_unit_test(json_of_performance_counters),
		cmocka_unit_test(json_of_trouble),
		cmocka_unit_test(csv_of_trouble),
		cmocka_unit_test(csv_of_many_boots),
		cmocka_unit_test(figures_that_are_judged_are_shown_on_demand),
		cmocka_unit_test(no_line_of_text_is_wider_than_a_page),
		cmocka_unit_test(json_is_one_object_with_one_entry_per_row_and_other_variant),
		cmocka_unit_test(json_keeps_a_reason_that_is_not_utf8),
		cmocka_unit_test(csv_quotes_what_rfc_4180_wants_quoted),
		cmocka_unit_test(changes_have_sensible_digits),
		cmocka_unit_test(figures_are_grouped_and_rounded_sensibly),
		cmocka_unit_test(failed_and_unfinished_cells_give_no_figures),
		cmocka_unit_test(the_repetition_of_a_cell_is_no_further_boot),
		cmocka_unit_test(ratios_with_zero_are_no_numbers_or_one),
		cmocka_unit_test(the_gravest_verdict_decides_the_exit_code),
		cmocka_unit_test(samples_of_a_cell_that_is_not_there_are_refused),
		cmocka_unit_test(a_write_that_fails_is_an_error),
		cmocka_unit_test(a_reader_that_has_gone_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
