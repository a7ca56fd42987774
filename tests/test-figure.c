// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures: what stands in them, their tables and their descriptions.
 */
#include <math.h>
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
#include "sample-figures.h"

static const struct sample_run measured = {
	.engine = "kvm", .variants = "baseline,vmemmap-4k,memdesc-slab", .shift = 31000, .trials = 4,
	.compressors = "lzo,lz4", .pools = "zsmalloc", .metadata = true,
};

static const struct sample_run exact = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .shift = -2703, .trials = 2,
	.compressors = "lz4", .pools = "zsmalloc", .metadata = true,
};

static const struct figure *find(const struct figures *figures, const char *name)
{
	for (size_t i = 0; i < figures->nr; i++)
		if (!strcmp(figures->item[i].name, name))
			return &figures->item[i];
	fail_msg("no figure %s", name);
	return NULL;
}

static void put_figure(const struct figure *figure, FILE *out)
{
	fprintf(out, "%s: %s\n%s\n%s\n", figure->name, figure->title, figure->about, figure->caption);
	for (size_t i = 0; i < figure->heading.nr; i++)
		fprintf(out, "%s%s", i ? " | " : "    ", figure->heading.item[i]);
	fputc('\n', out);
	assert_int_equal(figure->cell.nr, figure->heading.nr * figure->nr_rows);
	for (size_t i = 0; i < figure->cell.nr; i++)
		fprintf(out, "%s%s%s", i % figure->heading.nr ? " | " : "    ", figure->cell.item[i],
			(i + 1) % figure->heading.nr ? "" : "\n");
	fputc('\n', out);
}

static void texts_and_tables_are_as_they_were(void **state)
{
	struct sample_figures drawn;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	(void)state;

	assert_non_null(out);
	sample_figures_make(&drawn, &measured);
	for (size_t i = 0; i < drawn.figures.nr; i++)
		put_figure(&drawn.figures.item[i], out);
	fclose(out);
	golden_check("plots/figures.txt", text);
	free(text);
	sample_figures_free(&drawn);
}

static void data_are_as_they_were(void **state)
{
	static const char *const name[] = {
		"tradeoff-zswap", "metadata-kind", "metadata-node", "ratio-zswap-store",
		"cdf-zswap-load", "percentile-zswap-load", "zswap", "memmap",
	};
	struct sample_figures drawn;
	(void)state;

	sample_figures_make(&drawn, &exact);
	for (size_t i = 0; i < ARRAY_SIZE(name); i++) {
		char *file = str_printf("plots/%s.dat", name[i]);

		golden_check(file, find(&drawn.figures, name[i])->data);
		free(file);
	}
	sample_figures_free(&drawn);
}

static void ratios_have_the_range_of_boots_or_an_interval(void **state)
{
	static const double base[] = { 100, 102, 101 }, other[] = { 110, 111, 108 };
	static const double nothing[] = { 0, 0, 0 }, bad[] = { NAN };
	struct figure_effect effect;
	(void)state;

	effect = figure_effect(true, base, 3, other, 3);
	assert_float_equal(effect.ratio, 110 / 101.0, 1e-9);
	assert_float_equal(effect.low, 108 / 102.0, 1e-9);
	assert_float_equal(effect.high, 111 / 100.0, 1e-9);
	/* one boot of each has no range */
	effect = figure_effect(true, base, 1, other, 1);
	assert_float_equal(effect.ratio, 1.1, 1e-9);
	assert_true(isnan(effect.low) && isnan(effect.high));
	/* three boots are too few for 95 %: 2 / C(6, 3) is a tenth */
	effect = figure_effect(false, base, 3, other, 3);
	assert_float_equal(effect.ratio, 110 / 101.0, 1e-9);
	assert_true(isnan(effect.low) && isnan(effect.high));
	effect = figure_effect(true, nothing, 3, other, 3);
	assert_true(isnan(effect.ratio));
	effect = figure_effect(true, nothing, 3, nothing, 3);
	assert_float_equal(effect.ratio, 1, 0);
	effect = figure_effect(true, base, 3, nothing, 3);
	assert_float_equal(effect.ratio, 0, 0);
	effect = figure_effect(true, bad, 1, other, 3);
	assert_true(isnan(effect.ratio));
	effect = figure_effect(true, NULL, 0, other, 3);
	assert_true(isnan(effect.ratio));
}

/* Of what sample-run.c makes: 4 MiB of memmap on each of two nodes, and page tables. */
static void metadata_are_means_of_cells_that_all_have(void **state)
{
	struct metadata_which all = {
		.phase = METADATA_LOADED, .kind = METADATA_KINDS, .node = METADATA_ACCOUNT_NODES,
	};
	struct metadata_which which = all;
	struct metadata_account account;
	struct sample_figures drawn;
	(void)state;

	sample_figures_make(&drawn, &exact);
	metadata_account_make(&drawn.compare, &account);
	assert_int_equal(account.nr_sides, 2);
	assert_int_equal(metadata_account_parts(&account, NULL, METADATA_LOADED), 2);
	assert_int_equal(metadata_account_parts(&account, "zswap", METADATA_BOOT), 1);
	which.kind = METADATA_TABLES;
	assert_float_equal(metadata_account_mean(&account, &which, 0), 2 * 4096, 0);
	assert_float_equal(metadata_account_mean(&account, &which, 1), 2 * (12288 + 4096), 0);
	which.node = 1;
	assert_float_equal(metadata_account_mean(&account, &which, 1), 12288 + 4096, 0);
	/* zspages are in one of both workloads */
	assert_float_equal(metadata_account_mean(&account, &all, 0), 2 * (4 << 20) + 8192 + 1000, 0);
	which = all;
	which.workload = "zswap";
	assert_float_equal(metadata_account_mean(&account, &which, 0), 2 * (4 << 20) + 8192 + 2000, 0);
	which.workload = "none";
	assert_true(isnan(metadata_account_mean(&account, &which, 0)));
	metadata_account_free(&account);
	sample_figures_free(&drawn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_tables_are_as_they_were),
		cmocka_unit_test(data_are_as_they_were),
		cmocka_unit_test(ratios_have_the_range_of_boots_or_an_interval),
		cmocka_unit_test(metadata_are_means_of_cells_that_all_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
