// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plots are drawn, are pictures, and fail with gnuplot's own words. Whether they
 * are good to look at is for eyes: PAGEMETA_PLOT_KEEP=DIR keeps them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "census.h"
#include "compare.h"
#include "fake-host.h"
#include "golden.h"
#include "plot.h"
#include "proc.h"
#include "sample-run.h"
#include "util.h"

static const struct sample_run two_variants = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .shift = 2703, .trials = 1,
	.compressors = "lzo,lz4,zstd", .pools = "zsmalloc,zbud",
};

static const struct sample_run quick = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .shift = -2703, .trials = 1,
	.compressors = "lz4", .pools = "zsmalloc",
};

static const struct sample_run same_twice = {
	.engine = "exact", .variants = "baseline,baseline~2", .trials = 1,
	.compressors = "lz4,zstd", .pools = "zsmalloc",
};

static const struct sample_run many_variants = {
	.engine = "kvm", .variants = "baseline,vmemmap-4k,memdesc-slab,compact-page",
	.shift = 31000, .trials = 3, .compressors = "lzo,lz4", .pools = "zsmalloc,zbud",
};

static const struct sample_run trouble = {
	.engine = "exact", .variants = "baseline,vmemmap-4k,memdesc-slab", .shift = -2703,
	.trials = 1, .compressors = "lzo,lz4,zstd", .pools = "zbud", .trouble = SAMPLE_TROUBLE,
};

static const struct sample_run nothing_to_compare = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .trials = 1, .compressors = "zstd",
	.pools = "zbud", .trouble = SAMPLE_TROUBLE,
};

static const struct sample_run one_variant = {
	.engine = "tcg", .variants = "baseline", .trials = 1, .compressors = "lz4",
	.pools = "zsmalloc",
};

static void need_gnuplot(void)
{
	char *const argv[] = { "gnuplot", "--version", NULL };
	struct err err = { "" };
	char *version;

	if (proc_capture(argv, &version, &err)) {
		print_message("skipped: no gnuplot: %s\n", err.text);
		skip();
	}
	free(version);
}

static char *script_folder(void)
{
	const char *srcdir = getenv("srcdir");

	return str_printf("%s/plots", srcdir && *srcdir ? srcdir : ".");
}

static void rename_to(char **name, const char *from, const char *to)
{
	if (strcmp(*name, from))
		return;
	free(*name);
	*name = str_dup(to);
}

/* The samples of zswap under other names, so that another script draws them. */
static void disguise(struct store_content *content, const char *workload)
{
	for (size_t i = 0; i < content->nr_cells; i++)
		rename_to(&content->cell[i].workload, "zswap", workload);
	for (size_t i = 0; i < content->nr_metrics; i++) {
		rename_to(&content->metric[i].workload, "zswap", workload);
		rename_to(&content->metric[i].name, "store", "read");
		rename_to(&content->metric[i].name, "load", "write");
	}
}

static const char *disguised;	/* workload whose script draws zswap's samples; NULL: none */

static int plot_into(const struct sample_run *sample, const char *scripts, const char *dir,
		     struct strv *made, struct err *err)
{
	struct store_content content;
	struct compare compare;
	int error;

	sample_run_load(sample, &content);
	if (disguised)
		disguise(&content, disguised);
	assert_int_equal(compare_make(&content, &compare, err), 0);
	error = plot_run(&compare, scripts, dir, made, err);
	compare_free(&compare);
	store_content_free(&content);
	return error;
}

static uint32_t big_endian(const char *bytes)
{
	const unsigned char *byte = (const unsigned char *)bytes;

	return (uint32_t)byte[0] << 24 | byte[1] << 16 | byte[2] << 8 | byte[3];
}

/* Width and height stand at bytes 16 and 20 of a PNG. */
static void check_png(const char *path)
{
	char *text;
	size_t len;

	assert_int_equal(fs_read(path, &text, &len, NULL), 0);
	assert_true(len > 5000);
	assert_memory_equal(text, "\x89PNG\r\n\x1a\n", 8);
	assert_in_range(big_endian(text + 16), 960, 1280);
	assert_in_range(big_endian(text + 20), 150, 2400);
	free(text);
}

/* @word and @other: of the caption */
static void check_svg(const char *path, const char *word, const char *other)
{
	char *text;
	size_t len;

	assert_int_equal(fs_read(path, &text, &len, NULL), 0);
	assert_true(len > 5000);
	assert_non_null(strstr(text, "<svg"));
	assert_non_null(strstr(text, "</svg>"));
	assert_non_null(strstr(text, word));
	assert_non_null(strstr(text, other));
	free(text);
}

static void check_pdf(const char *path)
{
	char *text;
	size_t len;

	assert_int_equal(fs_read(path, &text, &len, NULL), 0);
	assert_true(len > 3000);
	assert_memory_equal(text, "%PDF-", 5);
	free(text);
}

static void check_picture(const char *path, const char *word, const char *other)
{
	const char *kind = strrchr(path, '.');

	if (!strcmp(kind, ".png"))
		check_png(path);
	else if (!strcmp(kind, ".pdf"))
		check_pdf(path);
	else
		check_svg(path, word, other);
}

/* For eyes; names the pictures by the test's. */
static void keep(const char *dir, const char *name)
{
	const char *where = getenv("PAGEMETA_PLOT_KEEP");
	char *command;

	if (!where)
		return;
	command = str_printf("mkdir -p '%s/%s' && cp '%s'/plots/* '%s/%s'", where, name, dir,
			     where, name);
	assert_int_equal(system(command), 0);
	free(command);
}

static void check_plots(const struct sample_run *sample, const char *name)
{
	char *scripts = script_folder();
	char *dir = sample_folder();
	struct strv made = { 0 };
	struct err err = { "" };

	need_gnuplot();
	if (plot_into(sample, scripts, dir, &made, &err))
		fail_msg("%s", err.text);
	/* zswap and memmap, and what there is to see of the metrics of zswap */
	assert_true(made.nr >= 6 && made.nr % 3 == 0);
	for (size_t i = 0; i < made.nr; i++)
		check_picture(made.item[i], "20251201-094501-7c3e", "6.12.57-1~bpo12+1");
	keep(dir, name);
	strv_free(&made);
	sample_remove(dir);
	free(scripts);
}

static void two_variants_are_drawn(void **state)
{
	(void)state;
	check_plots(&two_variants, "two");
}

static void a_quick_run_is_drawn(void **state)
{
	(void)state;
	check_plots(&quick, "quick");
}

static void no_change_at_all_is_drawn(void **state)
{
	(void)state;
	check_plots(&same_twice, "same");
}

static void many_variants_are_drawn(void **state)
{
	(void)state;
	check_plots(&many_variants, "many");
}

static void missing_figures_are_left_out(void **state)
{
	(void)state;
	check_plots(&trouble, "trouble");
}

static void a_base_without_counterpart_is_drawn(void **state)
{
	(void)state;
	check_plots(&nothing_to_compare, "nothing");
}

/* Boxes of which none has a place crashed gnuplot 5.4; which figures do it, it alone knows. */
static void a_base_without_figures_is_left_out(void **state)
{
	char *scripts = script_folder(), *dir = sample_folder();
	char *script = str_printf("%s/panels.gp", scripts);
	char *data = str_printf("%s/../tests/golden/plots/no-base.dat", scripts);
	char *picture = str_printf("%s/no-base.svg", dir), *said = NULL;
	char *const argv[] = { "gnuplot", "-c", script, "svg", data, picture, NULL };
	struct err err = { "" };
	(void)state;

	need_gnuplot();
	if (proc_capture(argv, &said, &err))
		fail_msg("%s", err.text);
	assert_true(fs_exists(picture));
	free(said);
	free(picture);
	free(data);
	free(script);
	free(scripts);
	sample_remove(dir);
}

static void one_variant_is_drawn(void **state)
{
	(void)state;
	check_plots(&one_variant, "one");
}

static void panels_are_drawn_of_every_kind_of_run(void **state)
{
	static const struct sample_run *const all[] = {
		&two_variants, &quick, &same_twice, &many_variants, &trouble, &nothing_to_compare,
		&one_variant
	};
	char name[32];
	(void)state;

	disguised = "odirect";	/* it has metrics read and write */
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		snprintf(name, sizeof(name), "panels-%zu", i);
		check_plots(all[i], name);
	}
	disguised = NULL;
}

static void a_script_that_finds_none_of_its_metrics_is_no_error(void **state)
{
	char *scripts = script_folder();
	char *dir = sample_folder();
	struct strv made = { 0 };
	struct err err = { "" };
	char *path;
	(void)state;

	need_gnuplot();
	disguised = "dax";	/* it has neither of them */
	if (plot_into(&two_variants, scripts, dir, &made, &err))
		fail_msg("%s", err.text);
	disguised = NULL;
	path = str_printf("%s/plots/dax.svg", dir);
	check_svg(path, "no figures", "20251201-094501-7c3e");
	free(path);
	strv_free(&made);
	sample_remove(dir);
	free(scripts);
}

static void scripts_that_are_not_there_are_an_error(void **state)
{
	char *scripts = sample_folder();
	char *dir = sample_folder();
	struct strv made = { 0 };
	struct err err = { "" };
	(void)state;

	need_gnuplot();
	assert_int_equal(plot_into(&quick, scripts, dir, &made, &err), -EIO);
	assert_non_null(strstr(err.text, "gnuplot"));
	assert_int_equal(made.nr, 0);
	sample_remove(dir);
	sample_remove(scripts);
}

static void without_gnuplot_the_error_says_so(void **state)
{
	char *path = str_dup(getenv("PATH"));
	char *scripts = script_folder();
	char *dir = sample_folder();
	struct err err = { "" };
	(void)state;

	assert_int_equal(setenv("PATH", "/nowhere", 1), 0);
	assert_int_equal(plot_into(&quick, scripts, dir, NULL, &err), -ENOENT);
	setenv("PATH", path, 1);
	assert_non_null(strstr(err.text, "gnuplot"));
	free(path);
	free(scripts);
	sample_remove(dir);
}

/* A census has no run: its data stand where the pictures are wanted. */
static void a_census_is_drawn(void **state)
{
	const struct fake_host *host = *state;
	char *scripts = script_folder(), *base = str_printf("%s/plots/census", host->root);
	struct strv made = { 0 };
	struct err err = { "" };
	struct census census;
	char *path, *text;

	need_gnuplot();
	fake_host_census(host, &census);
	path = str_printf("%s/plots", host->root);
	assert_int_equal(fs_mkdir(path, &err), 0);
	free(path);
	if (census_plot(&census, "/nonexistent", scripts, base, &made, &err))
		fail_msg("%s", err.text);
	assert_int_equal(made.nr, 3);
	for (size_t i = 0; i < made.nr; i++)
		check_picture(made.item[i], "6.12.0-test", "memdesc (unknown)");
	path = str_printf("%s.dat", base);
	assert_int_equal(fs_read(path, &text, NULL, &err), 0);
	/* the first line names the folder of the scripts */
	golden_check("plots/census.dat", strchr(text, '\n') + 1);
	free(text);
	free(path);
	keep(host->root, "census");
	census_free(&census);
	strv_free(&made);
	free(base);
	free(scripts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_variants_are_drawn),
		cmocka_unit_test(a_quick_run_is_drawn),
		cmocka_unit_test(no_change_at_all_is_drawn),
		cmocka_unit_test(many_variants_are_drawn),
		cmocka_unit_test(missing_figures_are_left_out),
		cmocka_unit_test(a_base_without_counterpart_is_drawn),
		cmocka_unit_test(a_base_without_figures_is_left_out),
		cmocka_unit_test(one_variant_is_drawn),
		cmocka_unit_test(panels_are_drawn_of_every_kind_of_run),
		cmocka_unit_test(a_script_that_finds_none_of_its_metrics_is_no_error),
		cmocka_unit_test(scripts_that_are_not_there_are_an_error),
		cmocka_unit_test(without_gnuplot_the_error_says_so),
		cmocka_unit_test_setup_teardown(a_census_is_drawn, fake_host_setup,
						fake_host_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
