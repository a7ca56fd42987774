// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is shown of a run and of a cell, to the last byte, and what an argument
 * of `show` means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "sample-run.h"
#include "show.h"
#include "util.h"

static const struct sample_run fine = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .shift = 2703, .trials = 1,
	.compressors = "lzo,lz4", .pools = "zsmalloc",
};

static const struct sample_run counted = {
	.engine = "kvm", .variants = "baseline", .trials = 1, .compressors = "lz4",
	.pools = "zsmalloc", .counters = true,
};

static const struct sample_run trouble = {
	.engine = "exact", .variants = "baseline,vmemmap-4k,memdesc-slab", .trials = 1,
	.compressors = "lzo,zstd", .pools = "zbud", .trouble = SAMPLE_TROUBLE,
};

static const struct sample_run disturbed = {
	.engine = "kvm", .variants = "baseline", .trials = 1, .compressors = "lzo",
	.pools = "zbud", .disturbed = true,
};

static const char console_text[] =
	"[    0.000000] Linux version 6.12.57\r\n"
	"[    0.412345] Run /init as init process\r\n"
	"garbage \033[2J\001\377 end\r\n"
	"[    1.100000] reboot: Power down\r\n";

/* Cell @id says it has a console of @text in the folder that is returned. */
static char *with_console(struct store_content *content, int64_t id, const char *text, size_t len)
{
	struct store_cell *cell = &content->cell[id - 1];
	char *dir = sample_folder();
	char *path = str_printf("%s/console", dir);
	struct err err = { "" };

	free(cell->console);
	cell->console = str_printf("console/%d.txt", (int)id);
	if (fs_mkdir(path, &err))
		fail_msg("%s", err.text);
	free(path);
	path = str_printf("%s/%s", dir, cell->console);
	if (fs_write(path, text, len, &err))
		fail_msg("%s", err.text);
	free(path);
	return dir;
}

static void check_run(const struct sample_run *sample, bool live, const char *golden)
{
	struct store_content content;
	struct show show = { .content = &content, .dir = "results/20251201-094501-7c3e",
			     .live = live };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	sample_run_load(sample, &content);
	assert_int_equal(show_run(&show, out), 0);
	fclose(out);
	golden_check(golden, text);
	free(text);
	store_content_free(&content);
}

static void a_finished_run(void **state)
{
	(void)state;
	check_run(&fine, false, "show-run.txt");
}

static void a_run_that_was_cut_short(void **state)
{
	(void)state;
	check_run(&trouble, false, "show-run-cut-short.txt");
}

static void a_run_on_a_host_that_was_not_quiet(void **state)
{
	(void)state;
	check_run(&disturbed, false, "show-run-disturbed.txt");
}

static void a_run_that_goes_on(void **state)
{
	(void)state;
	check_run(&trouble, true, "show-run-live.txt");
}

static char *shown_cell(const struct store_content *content, const char *dir, int64_t id)
{
	struct show show = { .content = content, .dir = dir };
	struct err err = { "" };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (show_cell(&show, id, out, &err))
		fail_msg("%s", err.text);
	fclose(out);
	return text;
}

static void a_cell_with_all_it_has(void **state)
{
	struct store_content content;
	char *dir, *text;
	(void)state;

	sample_run_load(&fine, &content);
	dir = with_console(&content, 5, console_text, sizeof(console_text) - 1);
	text = shown_cell(&content, dir, 5);
	golden_check("show-cell.txt", text);
	free(text);
	sample_remove(dir);
	store_content_free(&content);
}

static void a_cell_with_performance_counters(void **state)
{
	struct store_content content;
	char *text, *from, *to;
	(void)state;

	sample_run_load(&counted, &content);
	text = shown_cell(&content, "/nowhere", 1);
	from = strstr(text, "\ncounters\n");
	assert_non_null(from);
	to = strstr(from, "\nchecks\n");
	assert_non_null(to);
	*to = '\0';
	golden_check("show-counters.txt", from);
	free(text);
	store_content_free(&content);
}

static void a_cell_that_failed_without_a_console(void **state)
{
	struct store_content content;
	char *text;
	(void)state;

	sample_run_load(&trouble, &content);
	text = shown_cell(&content, "/nowhere", 4);
	golden_check("show-cell-broken.txt", text);
	free(text);
	store_content_free(&content);
}

/* p99.9 of 128 samples would be the largest under another name. */
static void quantiles_that_need_more_samples_are_not_shown(void **state)
{
	struct store_content content;
	struct store_series *series;
	char *text;
	(void)state;

	sample_run_load(&fine, &content);
	series = &content.series[0];
	series->samples = mem_grow(series->samples, 10000, sizeof(uint64_t));
	series->nr = 10000;
	for (size_t i = 0; i < series->nr; i++)
		series->samples[i] = i;
	text = shown_cell(&content, "/nowhere", 1);
	assert_non_null(strstr(text, "  9,989.0  9,998.0  "));
	free(text);
	series->nr = 9999;
	text = shown_cell(&content, "/nowhere", 1);
	assert_non_null(strstr(text, "  9,988.0       -  "));
	free(text);
	store_content_free(&content);
}

/* Blanks only align: one is enough to tell the columns apart. */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from != ' ' || from[1] != ' ')
			*to++ = *from;
	*to = '\0';
}

/* Quantile q of the numbers from 1 to 10001 is 1 + 10000 q; 5119 of them are below 5120. */
static void a_histogram_is_shown_on_demand(void **state)
{
	struct store_content content;
	struct store_series *series;
	struct show show = { .content = &content, .dir = "/nowhere", .histogram = true };
	struct err err = { "" };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	(void)state;

	sample_run_load(&fine, &content);
	series = &content.series[0];
	series->samples = mem_grow(series->samples, 10001, sizeof(uint64_t));
	series->nr = 10001;
	for (size_t i = 0; i < series->nr; i++)
		series->samples[i] = 1 + i;
	assert_int_equal(show_cell(&show, 1, out, &err), 0);
	fclose(out);
	squeeze(text);
	assert_non_null(strstr(text, " 10001 1 5,001 9,001 9,901 9,991 10,000 10,001\n"));
	assert_non_null(strstr(text, "\nstore content=same, insns\n from to samples so far\n"));
	assert_non_null(strstr(text, "\n 4,096 5,119 1,024 51.18 % #######################\n"));
	assert_non_null(strstr(text, "\n 8,192 10,239 1,810 100.00 % "
				     "########################################\n"));
	free(text);
	store_content_free(&content);
}

static void only_the_last_lines_of_a_long_console_are_shown(void **state)
{
	struct store_content content;
	char *dir, *text, *console = NULL;
	size_t len;
	FILE *out = open_memstream(&console, &len);
	(void)state;

	for (int i = 0; i < 30000; i++)
		fprintf(out, "line %d\n", i);
	fclose(out);
	sample_run_load(&fine, &content);
	dir = with_console(&content, 1, console, len);
	text = shown_cell(&content, dir, 1);
	assert_non_null(strstr(text, "  line 29980\n"));
	assert_non_null(strstr(text, "  line 29999\n"));
	assert_null(strstr(text, "line 29979\n"));
	free(text);
	free(console);
	sample_remove(dir);
	store_content_free(&content);
}

/* What it complained of first, with its functions, and not only the registers at the end. */
static void what_a_kernel_complained_of_stands_before_its_last_words(void **state)
{
	static const char complaint[] =
		"[    0.100000] fine\n[    0.200000] WARNING: CPU: 0 PID: 1 at mm/zswap.c:1 \x1b[2Jx+0x1/0x2\n"
		"[    0.200000] RIP: 0010:zswap_load+0x97/0x120\n[    0.200000] Call Trace:\n"
		"[    0.200000]  swap_read_folio+0xa2/0x550\n[    0.300000] end of it\n";
	struct store_content content;
	char *dir, *text, *console = NULL;
	size_t len;
	FILE *out = open_memstream(&console, &len);
	(void)state;

	fputs(complaint, out);
	for (int i = 0; i < 100; i++)
		fprintf(out, "register %d\n", i);
	fclose(out);
	sample_run_load(&fine, &content);
	dir = with_console(&content, 1, console, len);
	text = shown_cell(&content, dir, 1);
	assert_non_null(strstr(text,
		"\nconsole (where the kernel complained first, line 2)\n"
		"  [    0.200000] WARNING: CPU: 0 PID: 1 at mm/zswap.c:1 ?[2Jx+0x1/0x2\n"
		"  [    0.200000] RIP: 0010:zswap_load+0x97/0x120\n"
		"  [    0.200000] Call Trace:\n"
		"  [    0.200000]  swap_read_folio+0xa2/0x550\n"
		"\ncall trace, with the file of each function\n"
		"  files are not known: there is no cache\n\n"
		"  WARNING: CPU: 0 PID: 1 at mm/zswap.c:1 ?[2Jx+0x1/0x2\n"
		"    zswap_load+0x97/0x120       -\n"
		"    swap_read_folio+0xa2/0x550  -\n"
		"\nconsole (its end; all of it with --console)\n"));
	assert_non_null(strstr(text, "  register 99\n"));
	free(text);
	free(console);
	sample_remove(dir);
	store_content_free(&content);
}

static char *shown_console(const struct store_content *content, const char *dir, int64_t id,
			   int expected, struct err *err)
{
	struct show show = { .content = content, .dir = dir };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(show_console(&show, id, out, err), expected);
	fclose(out);
	return text;
}

static void a_console_is_shown_without_what_steers_a_terminal(void **state)
{
	struct store_content content;
	char *dir, *text;
	(void)state;

	sample_run_load(&fine, &content);
	dir = with_console(&content, 1, console_text, sizeof(console_text) - 1);
	text = shown_console(&content, dir, 1, 0, NULL);
	assert_string_equal(text, "[    0.000000] Linux version 6.12.57\n"
			    "[    0.412345] Run /init as init process\n"
			    "garbage ?[2J?? end\n"
			    "[    1.100000] reboot: Power down\n");
	free(text);
	sample_remove(dir);
	store_content_free(&content);
}

static void a_console_outside_of_the_run_is_not_read(void **state)
{
	static const char *const path[] = { "/etc/passwd", "../../etc/passwd", "console/../x" };
	struct store_content content;
	(void)state;

	sample_run_load(&fine, &content);
	for (size_t i = 0; i < ARRAY_SIZE(path); i++) {
		struct err err = { "" };

		free(content.cell[0].console);
		content.cell[0].console = str_dup(path[i]);
		free(shown_console(&content, "/tmp", 1, -ENOENT, &err));
		assert_non_null(strstr(err.text, "not in the run's folder"));
	}
	store_content_free(&content);
}

static void a_cell_that_is_not_there_is_an_error(void **state)
{
	struct store_content content;
	struct show show = { .content = &content, .dir = "/nowhere" };
	struct err err = { "" };
	(void)state;

	sample_run_load(&fine, &content);
	assert_int_equal(show_cell(&show, 99, stdout, &err), -ENOENT);
	assert_non_null(strstr(err.text, "cell 99"));
	assert_non_null(strstr(err.text, "it has 7"));
	store_content_free(&content);
}

static void a_write_that_fails_is_an_error(void **state)
{
	struct store_content content;
	struct show show = { .content = &content, .dir = "/nowhere" };
	struct err err = { "" };
	FILE *full = fopen("/dev/full", "w");
	(void)state;

	sample_run_load(&fine, &content);
	assert_int_equal(show_run(&show, full), -ENOSPC);
	fclose(full);
	full = fopen("/dev/full", "w");
	assert_int_equal(show_cell(&show, 1, full, &err), -ENOSPC);
	assert_string_equal(err.text, "");	/* whoever owns the stream says it once */
	fclose(full);
	store_content_free(&content);
}

static void assert_means(const char *results, const char *arg, int64_t cell)
{
	struct err err = { "" };
	int64_t found = -1;
	char *dir;

	if (show_find(results, arg, &dir, &found, &err))
		fail_msg("%s", err.text);
	assert_int_equal(found, cell);
	free(dir);
}

static void an_argument_means_a_run_or_a_cell(void **state)
{
	char *results = sample_folder();
	char *dir = str_printf("%s/20251201-094501-7c3e", results);
	char *cell = str_printf("%s/3", dir);
	char *found;
	int64_t id;
	struct err err = { "" };
	(void)state;

	sample_run_make(&fine, dir);
	assert_means(results, "last", 0);
	assert_means(results, "20251201", 0);
	assert_means(results, dir, 0);
	assert_means(results, "4", 4);
	assert_means(results, "last/4", 4);
	assert_means(results, "20251201-094501-7c3e/2", 2);
	assert_means(results, cell, 3);
	assert_int_equal(show_find(results, "20991231", &found, &id, &err), -ENOENT);
	assert_int_equal(show_find(results, "nothing/2", &found, &id, &err), -ENOENT);
	assert_non_null(strstr(err.text, "nothing: no such run"));
	assert_int_equal(show_find(results, "last/two", &found, &id, &err), -ENOENT);
	free(cell);
	free(dir);
	sample_remove(results);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finished_run),
		cmocka_unit_test(a_run_that_was_cut_short),
		cmocka_unit_test(a_run_on_a_host_that_was_not_quiet),
		cmocka_unit_test(a_run_that_goes_on),
		cmocka_unit_test(a_cell_with_all_it_has),
		cmocka_unit_test(a_cell_with_performance_counters),
		cmocka_unit_test(a_cell_that_failed_without_a_console),
		cmocka_unit_test(quantiles_that_need_more_samples_are_not_shown),
		cmocka_unit_test(a_histogram_is_shown_on_demand),
		cmocka_unit_test(only_the_last_lines_of_a_long_console_are_shown),
		cmocka_unit_test(what_a_kernel_complained_of_stands_before_its_last_words),
		cmocka_unit_test(a_console_is_shown_without_what_steers_a_terminal),
		cmocka_unit_test(a_console_outside_of_the_run_is_not_read),
		cmocka_unit_test(a_cell_that_is_not_there_is_an_error),
		cmocka_unit_test(a_write_that_fails_is_an_error),
		cmocka_unit_test(an_argument_means_a_run_or_a_cell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
