// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures are drawn with labels that can be read, whatever the run is like, and say why
 * when they cannot be. PAGEMETA_PLOT_KEEP=DIR keeps the pictures for eyes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "figure-private.h"
#include "golden.h"
#include "nights.h"
#include "sample-figures.h"
#include "svg-text.h"

#define LONG "-as-long-as-names-may-well-get"

static const struct sample_run exact = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .shift = -2703, .trials = 2,
	.compressors = "lz4", .pools = "zsmalloc", .metadata = true,
};

static const struct sample_run alone = {
	.engine = "tcg", .variants = "baseline", .trials = 1, .compressors = "lz4",
	.pools = "zsmalloc", .metadata = true,
};

static const struct sample_run four = {
	.engine = "exact", .variants = "baseline,vmemmap-4k,memdesc-slab,compact-page",
	.shift = 31000, .trials = 3, .compressors = "lzo,lz4,zstd", .pools = "zsmalloc,zbud",
	.metadata = true,
};

static const struct sample_run eight = {
	.engine = "kvm", .variants = "baseline" LONG ",vmemmap4k" LONG ",memdesc-s" LONG
	",compact-p" LONG ",lazy-vmem" LONG ",pageless-" LONG ",unmovable" LONG ",Wide-MMMM" LONG,
	.shift = 11000, .trials = 4, .compressors = "lzo,lz4,zstd", .pools = "zsmalloc,zbud",
	.metadata = true,
};

static const struct sample_run trouble = {
	.engine = "exact", .variants = "baseline,vmemmap-4k,memdesc-slab", .shift = -2703,
	.trials = 1, .compressors = "lzo,lz4,zstd", .pools = "zbud", .trouble = SAMPLE_TROUBLE,
	.metadata = true,
};

static void check_svg_file(const char *dir, const struct figure *figure)
{
	char *path = str_printf("%s/%s.svg", dir, figure->name), *text;

	assert_int_equal(fs_read(path, &text, NULL, NULL), 0);
	svg_check_texts(figure->name, text, 13);
	free(text);
	free(path);
}

static void check_cards(const struct figures *figures, const char *where, const char *name)
{
	struct strv svg = { 0 };
	struct err err = { "" };
	char *what;

	if (figures_svg(figures, where, "fig", &svg, &err))
		fail_msg("%s", err.text);
	assert_int_equal(svg.nr, figures->nr);
	for (size_t i = 0; i < svg.nr; i++) {
		what = str_printf("card %s of %s", figures->item[i].name, name);
		if (figures->item[i].subject == FIGURE_WORKLOAD)
			assert_string_equal(svg.item[i], "");
		else
			svg_check_texts(what, svg.item[i], 11);
		free(what);
	}
	strv_free(&svg);
}

static void check_drawn(const struct sample_run *sample, const char *name)
{
	char *where = sample_figures_scripts(), *dir = sample_folder();
	unsigned int files = getenv("PAGEMETA_PLOT_KEEP") ? FIGURE_FILES : FIGURE_SVG;
	struct strv made = { 0 };
	struct err err = { "" };
	struct sample_figures drawn;

	sample_figures_make(&drawn, sample);
	if (!sample_figures_no_gnuplot()) {
		if (figures_draw(&drawn.figures, where, dir, files, &made, &err))
			fail_msg("%s", err.text);
		sample_figures_keep(dir, name);
		for (size_t i = 0; i < drawn.figures.nr; i++)
			check_svg_file(dir, &drawn.figures.item[i]);
		check_cards(&drawn.figures, where, name);
	}
	strv_free(&made);
	sample_figures_free(&drawn);
	sample_remove(dir);
	free(where);
}

static void labels_of_one_variant_do_not_overlap(void **state)
{
	(void)state;
	check_drawn(&alone, "one");
}

static void labels_of_two_variants_do_not_overlap(void **state)
{
	(void)state;
	check_drawn(&exact, "two");
}

static void labels_of_four_variants_do_not_overlap(void **state)
{
	(void)state;
	check_drawn(&four, "four");
}

static void labels_of_eight_long_names_do_not_overlap(void **state)
{
	(void)state;
	check_drawn(&eight, "eight");
}

static void labels_of_a_run_with_trouble_do_not_overlap(void **state)
{
	(void)state;
	check_drawn(&trouble, "trouble");
}

static void check_that_overlap_is_seen(void **state)
{
	struct svg_text one = { "one", 10, 40, 10, 20 }, two = { "two", 39, 60, 12, 22 };
	(void)state;

	assert_true(svg_texts_overlap(&one, &two));
	two.left = 41;
	assert_false(svg_texts_overlap(&one, &two));
	two.left = 10;
	two.top = 21;
	assert_false(svg_texts_overlap(&one, &two));
	two = one;
	assert_false(svg_texts_overlap(&one, &two));
}

static size_t count(const char *text, const char *word)
{
	size_t nr = 0;

	for (; (text = strstr(text, word)); text++)
		nr++;
	return nr;
}

/* Every id once in the whole page, every reference to one of the same picture. */
static void check_ids(const char *svg, const char *page)
{
	char word[64], id[40];

	for (const char *at = svg; (at = strstr(at, "href='#")); at++) {
		assert_int_equal(sscanf(at, "href='#%39[^']", id), 1);
		snprintf(word, sizeof(word), " id='%s'", id);
		assert_int_equal(count(svg, word), 1);
	}
	for (const char *at = svg; (at = strstr(at, " id='")); at++) {
		assert_int_equal(sscanf(at, " id='%39[^']", id), 1);
		snprintf(word, sizeof(word), " id='%s'", id);
		assert_int_equal(count(page, word), 1);
	}
}

static void cards_can_stand_in_one_page(void **state)
{
	char *where = sample_figures_scripts(), *page;
	struct strv svg = { 0 };
	struct err err = { "" };
	struct sample_figures drawn;
	(void)state;

	sample_figures_make(&drawn, &exact);
	if (!sample_figures_no_gnuplot()) {
		if (figures_svg(&drawn.figures, where, "fig", &svg, &err))
			fail_msg("%s", err.text);
		page = strv_join(&svg, "\n");
		for (size_t i = 0; i < svg.nr; i++) {
			if (!*svg.item[i])
				continue;
			check_ids(svg.item[i], page);
			assert_memory_equal(svg.item[i], "<svg ", 5);
			assert_string_equal(strstr(svg.item[i], "</svg>"), "</svg>");
			assert_null(strstr(svg.item[i], "<script"));
			assert_null(strstr(svg.item[i], "http://www.w3.org/1999"));
			assert_null(strstr(svg.item[i], "rgb("));
			assert_non_null(strstr(svg.item[i], "width=\"380\""));
		}
		/* small enough for a page of two hundred of them */
		assert_true(strlen(page) / svg.nr < 12000);
		free(page);
	}
	strv_free(&svg);
	sample_figures_free(&drawn);
	free(where);
}

/* --- what gnuplot alone might trip over --- */

static void draw_data(struct figures *figures, const char *script, const char *data)
{
	struct figure *figure = figures_add(figures, FIGURE_RATIO, script, script);

	figure->title = str_dup("t");
	figure->data = str_printf("# about\ntitle \"t\"\ncaption \"c\"\nx \"x, bytes\"\ny \"y\"\n"
				  "better \"lower\"\n%s", data);
}

#define VARIANTS "\n\n# variants\n0 \"base\"\n1 \"other\"\n"

static void odd_data_are_drawn(void **state)
{
	static const struct {
		const char *script;
		const char *data;
	} odd[] = {
		{ "ratio.gp", VARIANTS },
		{ "ratio.gp", VARIANTS "\n\n# rows\n1 1 1 \"one\" 1 NaN NaN\n" },
		{ "ratio.gp", VARIANTS "\n\n# rows\n1 1 1 \"nothing\" 0 0 0\n" },
		{ "ratio.gp", VARIANTS "\n\n# rows\n1 1 1 \"less\" -3 -4 -2\n2 2 1 \"\" 1e9 NaN NaN\n" },
		{ "ratio.gp", VARIANTS "\n\n# rows\n1 1 1 \"none\" NaN NaN NaN\n" },
		{ "ratio.gp", VARIANTS "\n\n# rows\n1 1 1 \"a\" 1e-9 1e-10 1e-8\n2 2 1 \"b\" 1e9 1 1e12\n" },
		{ "tradeoff.gp", VARIANTS },
		{ "tradeoff.gp", VARIANTS "\n\n# rows\n0 0 1 NaN NaN\n" },
		{ "tradeoff.gp", VARIANTS "\n\n# rows\n0 8388608 1 NaN NaN\n1 NaN NaN NaN NaN\n" },
		{ "tradeoff.gp", VARIANTS "\n\n# rows\n0 8388608 1 NaN NaN\n1 8388608 1 1 1\n" },
		{ "tradeoff.gp", VARIANTS "\n\n# rows\n1 -5 -2 -3 -1\n" },
		{ "cdf.gp", VARIANTS },
		{ "cdf.gp", VARIANTS "\n\n# present\n1\n\n\n# v1\n0.5 0.3 7\n" },
		{ "cdf.gp", VARIANTS "\n\n# present\n1\n\n\n# v1\n0.25 0.1 0\n0.75 0.6 0\n" },
		{ "cdf.gp", VARIANTS "\n\n# present\n0\n\n\n# v0\n0.25 0.1 -7\n0.75 0.6 1e12\n" },
		{ "cdf.gp", VARIANTS "\n\n# present\n0\n\n\n# v0\n0.25 0.1 1\n0.75 0.6 1e18\n" },
		{ "percentile.gp", VARIANTS },
		{ "percentile.gp", VARIANTS "\n\n# present\n1\n\n\n# v1\n0.5 0.3 7\n" },
		{ "percentile.gp", VARIANTS "\n\n# present\n0\n\n\n# v0\n0.25 0.1 -7\n0.75 0.6 NaN\n" },
		{ "metadata.gp", "\n\n# parts\n0 \"memmap\"\n" },
		{ "metadata.gp", "\n\n# parts\n0 \"memmap\"\n\n\n# rows\n1 \"base\" \"boot\" 0\n" },
		{ "metadata.gp", "\n\n# parts\n0 \"memmap\"\n\n\n# rows\n1 \"base\" \"boot\" NaN\n" },
		{ "metadata.gp", "\n\n# parts\n0 \"memmap\"\n\n\n# rows\n1 \"base\" \"boot\" 1e15\n" },
		{ "trend.gp", "" },
		{ "trend.gp", "\n\n# rows\n0 5 NaN NaN \"2026-01-01\" \"id\"\n" },
		{ "trend.gp", "\n\n# rows\n0 0 0 0 \"2026-01-01\" \"id\"\n1 0 0 0 \"2026-01-02\" \"id\"\n" },
		{ "trend.gp", "\n\n# rows\n0 -5 -6 -4 \"2026-01-01\" \"id\"\n1 NaN NaN NaN \"?\" \"id\"\n"
		  "\n\n# changes\n1 \"-\"\n\n\n# agents\n1\n" },
		{ "panels.gp", VARIANTS },
		{ "panels.gp", "metrics \"gone\"\n" VARIANTS },
		{ "panels.gp", "metrics \"m\"\n" VARIANTS "\n\n# m\n1 \"l\" \"m\" \"ns\" \"lower\" "
		  "NaN NaN \"-\" \"-\" 4 NaN \"4\" \"-\"\n" },
		{ "panels.gp", "metrics \"m\"\n" VARIANTS "\n\n# m\n1 \"l\" \"m\" \"ns\" \"lower\" "
		  "0 0 \"0\" \"=\" 0 0 \"0\" \"=\"\n" },
		{ "panels.gp", "metrics \"m\"\n" VARIANTS "\n\n# m\n1 \"l\" \"m\" \"ns\" \"lower\" "
		  "-7 0 \"-7\" \"=\" 1e9 NaN \"1e9\" \"-\"\n" },
		{ "memmap.gp", VARIANTS },
		{ "memmap.gp", "metrics \"m\"\n" VARIANTS "\n\n# m\n1 \"l\" \"m\" \"B\" \"lower\" "
		  "NaN NaN \"-\" \"-\" NaN NaN \"-\" \"-\"\n" },
	};
	char *where = sample_figures_scripts(), *dir = sample_folder();
	struct figures figures = { 0 };
	struct strv made = { 0 }, svg = { 0 };
	struct err err = { "" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		draw_data(&figures, odd[i].script, odd[i].data);
	if (!sample_figures_no_gnuplot()) {
		if (figures_draw(&figures, where, dir, FIGURE_FILES, &made, &err))
			fail_msg("%s", err.text);
		assert_int_equal(made.nr, 3 * ARRAY_SIZE(odd));
		sample_figures_keep(dir, "odd");
		for (size_t i = 0; i < figures.nr; i++)
			check_svg_file(dir, &figures.item[i]);
		if (figures_svg(&figures, where, "odd", &svg, &err))
			fail_msg("%s", err.text);
		/* what has nothing to show says so */
		assert_non_null(strstr(svg.item[0], "no figures"));
		assert_null(strstr(svg.item[1], "no figures"));
	}
	strv_free(&svg);
	strv_free(&made);
	figures_free(&figures);
	sample_remove(dir);
	free(where);
}

static void rename_all(char **name, const char *from, const char *to)
{
	if (strcmp(*name, from))
		return;
	free(*name);
	*name = str_dup(to);
}

/* A quote that is not closed would make the rest of a data file something else. */
static void check_quotes(const char *data)
{
	size_t quotes = 0;

	for (; *data; data++) {
		quotes += *data == '"';
		if (*data == '\n')
			assert_int_equal(quotes % 2, 0);
	}
}

/* A run may come from anyone: its names are shown, never obeyed. */
static void names_of_a_run_are_only_shown(void **state)
{
	static const char evil[] = "../x'\"`touch pwned`<script>@\\\n# rows\n9";
	char *where = sample_figures_scripts(), *dir = sample_folder(), *pwned = str_printf("%s/pwned", dir);
	struct store_content content;
	struct figures figures = { 0 };
	struct compare compare;
	struct strv svg = { 0 };
	struct err err = { "" };
	(void)state;

	sample_run_load(&exact, &content);
	for (size_t i = 0; i < content.nr_cells; i++) {
		rename_all(&content.cell[i].workload, "zswap", evil);
		rename_all(&content.cell[i].variant, "vmemmap-4k", evil);
	}
	for (size_t i = 0; i < content.nr_metrics; i++) {
		rename_all(&content.metric[i].workload, "zswap", evil);
		rename_all(&content.metric[i].name, "store", evil);
	}
	assert_int_equal(compare_make(&content, &compare, &err), 0);
	figures_of_compare(&compare, &figures);
	for (size_t i = 0; i < figures.nr; i++) {
		assert_null(strpbrk(figures.item[i].name, "/'\"`\n \\"));
		check_quotes(figures.item[i].data);
	}
	if (!sample_figures_no_gnuplot()) {
		if (figures_draw(&figures, where, dir, FIGURE_SVG, NULL, &err) ||
		    figures_svg(&figures, where, "fig", &svg, &err))
			fail_msg("%s", err.text);
		for (size_t i = 0; i < svg.nr; i++)
			assert_null(strstr(svg.item[i], "<script"));
	}
	assert_false(fs_exists(pwned));
	strv_free(&svg);
	figures_free(&figures);
	compare_free(&compare);
	store_content_free(&content);
	free(pwned);
	sample_remove(dir);
	free(where);
}

/* --- over time --- */

static void a_trend_is_drawn_with_its_changes(void **state)
{
	struct nights *nights = *state;
	struct figures figures = { 0 };
	char *where = sample_figures_scripts(), *dir = sample_folder();
	const struct trend *trend;
	struct err err = { "" };

	nights_from(nights, 3, 0, 1100);
	trend = nights_trend(nights);
	figures_of_trend(trend, 2, &figures);
	assert_int_equal(figures.nr, 2);
	/* what changed comes first */
	assert_non_null(strstr(figures.item[0].data, "# changes\n3 "));
	assert_null(strstr(figures.item[1].data, "# changes\n"));
	golden_check("plots/trend.dat", figures.item[0].data);
	if (!sample_figures_no_gnuplot()) {
		if (figures_draw(&figures, where, dir, FIGURE_FILES, NULL, &err))
			fail_msg("%s", err.text);
		sample_figures_keep(dir, "trend");
		check_svg_file(dir, &figures.item[0]);
		check_cards(&figures, where, "trend");
	}
	figures_free(&figures);
	sample_remove(dir);
	free(where);
}

/* --- when it cannot be --- */

static void a_script_that_fails_is_named_with_its_picture(void **state)
{
	char *where = sample_folder(), *dir = sample_folder();
	char *script = str_printf("%s/ratio.gp", where), *left = str_printf("%s/ratio.gp.png.new", dir);
	struct figures figures = { 0 };
	struct err err = { "" };
	(void)state;

	if (!sample_figures_no_gnuplot()) {
		draw_data(&figures, "ratio.gp", "");
		assert_int_equal(fs_write(script, "set output ARG3\nplot nonsense\n", 30, NULL), 0);
		assert_int_equal(figures_draw(&figures, where, dir, FIGURE_PNG, NULL, &err), -EIO);
		assert_non_null(strstr(err.text, "ratio.gp.png"));
		assert_non_null(strstr(err.text, "nonsense"));
		assert_false(fs_exists(left));
	}
	figures_free(&figures);
	free(left);
	free(script);
	sample_remove(dir);
	sample_remove(where);
}

static void one_that_fails_keeps_no_other_from_being_drawn(void **state)
{
	char *where = sample_folder(), *dir = sample_folder(), *command, *script;
	char *ours = sample_figures_scripts();
	struct figures figures = { 0 };
	struct strv made = { 0 };
	struct err err = { "" };
	(void)state;

	command = str_printf("cp '%s'/*.gp '%s'", ours, where);
	assert_int_equal(system(command), 0);
	script = str_printf("%s/cdf.gp", where);
	assert_int_equal(fs_write(script, "set output ARG3\nplot nonsense\n", 30, NULL), 0);
	if (!sample_figures_no_gnuplot()) {
		for (unsigned int i = 0; i < 20; i++)
			draw_data(&figures, i % 7 ? "ratio.gp" : "cdf.gp", VARIANTS);
		assert_int_equal(figures_draw(&figures, where, dir, FIGURE_SVG, &made, &err), -EIO);
		assert_non_null(strstr(err.text, "cdf.gp"));
		/* number 0, 7 and 14 are not there */
		assert_int_equal(made.nr, 17);
		free(command);
		command = str_printf("test -z \"$(find '%s' -name '*.new' -o -name 'cdf*.svg')\"", dir);
		assert_int_equal(system(command), 0);
	}
	strv_free(&made);
	figures_free(&figures);
	free(script);
	free(command);
	free(ours);
	sample_remove(dir);
	sample_remove(where);
}

static void what_is_no_picture_of_gnuplot_is_none(void **state)
{
	static const char *const text[] = {
		"", "<svg", "<svg><g ", "no", "</svg><svg", "<svg id='", "<svg url(", "<svg rgb(",
		"<svg <title>", "<svg  id='gp</svg>", "<svg></svg>",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(text); i++) {
		char *part = figure_inline(text[i], "x");

		assert_true(!*part || strstr(text[i], "</svg>"));
		free(part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_of_one_variant_do_not_overlap),
		cmocka_unit_test(labels_of_two_variants_do_not_overlap),
		cmocka_unit_test(labels_of_four_variants_do_not_overlap),
		cmocka_unit_test(labels_of_eight_long_names_do_not_overlap),
		cmocka_unit_test(labels_of_a_run_with_trouble_do_not_overlap),
		cmocka_unit_test(check_that_overlap_is_seen),
		cmocka_unit_test(cards_can_stand_in_one_page),
		cmocka_unit_test(odd_data_are_drawn),
		cmocka_unit_test(names_of_a_run_are_only_shown),
		cmocka_unit_test_setup_teardown(a_trend_is_drawn_with_its_changes, nights_open,
						nights_close),
		cmocka_unit_test(a_script_that_fails_is_named_with_its_picture),
		cmocka_unit_test(one_that_fails_keeps_no_other_from_being_drawn),
		cmocka_unit_test(what_is_no_picture_of_gnuplot_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
