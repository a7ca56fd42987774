// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adjusted p-values and binomial intervals: the example of the paper, R's figures, and
 * the procedures as they are defined, step by step.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>

#include "stats.h"
#include "util.h"

#define NR 15

static void assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-9 * fmax(1e-3, fabs(expected))))
		fail_msg("%.17g is not %.17g", value, expected);
}

/*
 * The 15 p-values of Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995, section 3.2, a
 * little out of order. The paper takes three by Bonferroni's rule at 5 %, four by its own.
 */
static const double paper[NR] = {
	0.0001, 0.0019, 0.0004, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
	0.5719, 0.6528, 0.7590, 1.0000
};

/* p.adjust() of R 4.2.2 */
static void the_example_of_the_paper_comes_out(void **state)
{
	static const double holm[NR] = {
		0.0015, 0.0247, 0.0056, 0.1140, 0.2211, 0.2780, 0.2780, 0.2780, 0.3213, 1, 1, 1, 1,
		1, 1
	};
	static const double hochberg[NR] = {
		0.0015, 0.0095, 0.0030, 0.035625, 0.0603, 0.06385714285714286, 0.06385714285714286,
		0.0645, 0.0765, 0.486, 0.58118181818181813, 0.714875, 0.75323076923076926,
		0.81321428571428567, 1
	};
	double by_holm[NR], by_hochberg[NR];
	size_t few = 0, more = 0;
	(void)state;

	stats_holm(paper, NR, by_holm);
	stats_benjamini_hochberg(paper, NR, by_hochberg);
	for (size_t i = 0; i < NR; i++) {
		assert_near(by_holm[i], holm[i]);
		assert_near(by_hochberg[i], hochberg[i]);
		few += by_holm[i] <= 0.05;
		more += by_hochberg[i] <= 0.05;
	}
	assert_int_equal(few, 3);
	assert_int_equal(more, 4);
}

static size_t smallest_left(const double *p, const bool *taken)
{
	size_t at = NR;

	for (size_t i = 0; i < NR; i++)
		if (!taken[i] && (at == NR || p[i] < p[at]))
			at = i;
	return at;
}

/* Down from the smallest, until one is not below the level over how many are left. */
static void take_by_holm(const double *p, double level, bool *taken)
{
	for (size_t left = NR; left > 0; left--) {
		size_t at = smallest_left(p, taken);

		if (p[at] > level / left)
			return;
		taken[at] = true;
	}
}

/* All up to the largest p that is below its share of the level. */
static void take_by_hochberg(const double *p, double level, bool *taken)
{
	for (size_t i = 0; i < NR; i++) {
		size_t up_to = 0;

		for (size_t j = 0; j < NR; j++)
			up_to += p[j] <= p[i];
		if (p[i] > level * up_to / NR)
			continue;
		for (size_t j = 0; j < NR; j++)
			taken[j] |= p[j] <= p[i];
	}
}

static void adjusted_values_take_what_the_procedures_take(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t some = 0;
	(void)state;

	for (int run = 0; run < 500; run++) {
		double level = gsl_rng_uniform(rng), p[NR], holm[NR], hochberg[NR];
		bool by_holm[NR] = { false }, by_hochberg[NR] = { false };

		for (size_t i = 0; i < NR; i++)
			p[i] = pow(gsl_rng_uniform(rng), 1 + run % 5);
		p[3] = p[11];
		take_by_holm(p, level, by_holm);
		take_by_hochberg(p, level, by_hochberg);
		stats_holm(p, NR, holm);
		stats_benjamini_hochberg(p, NR, hochberg);
		for (size_t i = 0; i < NR; i++) {
			assert_int_equal(holm[i] <= level, by_holm[i]);
			assert_int_equal(hochberg[i] <= level, by_hochberg[i]);
			some += by_holm[i] != by_hochberg[i];
		}
	}
	assert_true(some > 100);
	gsl_rng_free(rng);
}

static void what_was_not_compared_is_not_counted(void **state)
{
	double p[] = { NAN, 0.01, NAN, 0.04 };
	(void)state;

	stats_benjamini_hochberg(p, 4, p);
	assert_near(p[1], 0.02);
	assert_near(p[3], 0.04);
	assert_true(isnan(p[0]) && isnan(p[2]));
	stats_holm(p, 4, p);
	assert_near(p[1], 0.04);
	assert_near(p[3], 0.04);
	assert_true(isnan(p[0]) && isnan(p[2]));
	stats_holm(p, 0, p);
}

static void one_comparison_keeps_its_p(void **state)
{
	double p = 0.03;
	(void)state;

	stats_holm(&p, 1, &p);
	stats_benjamini_hochberg(&p, 1, &p);
	assert_near(p, 0.03);
}

/* binom.test() of R 4.2.2 */
static void binomial_intervals_are_those_of_r(void **state)
{
	static const struct {
		size_t hits, trials;
		double low, high;
	} known[] = {
		{ 0, 10, 0, 0.3084971078187608 },
		{ 1, 10, 0.002528578544461786, 0.4450161170281954 },
		{ 5, 20, 0.08657146910143457, 0.4910458719568175 },
		{ 10, 10, 0.6915028921812392, 1 },
		{ 3, 1000, 0.000619099931649572, 0.00874202323847828 },
	};
	double low, high;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		stats_binomial_interval(known[i].hits, known[i].trials, 0.95, &low, &high);
		assert_near(low, known[i].low);
		assert_near(high, known[i].high);
	}
	stats_binomial_interval(0, 0, 0.95, &low, &high);
	assert_true(low == 0 && high == 1);
}

/* What defines it: at either end, as many hits or more extreme ones have half the rest. */
static void binomial_intervals_end_where_hits_get_unlikely(void **state)
{
	(void)state;
	for (unsigned int hits = 1; hits < 40; hits++) {
		double low, high;

		stats_binomial_interval(hits, 40, 0.9, &low, &high);
		assert_near(gsl_cdf_binomial_Q(hits - 1, low, 40), 0.05);
		assert_near(gsl_cdf_binomial_P(hits, high, 40), 0.05);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_paper_comes_out),
		cmocka_unit_test(adjusted_values_take_what_the_procedures_take),
		cmocka_unit_test(what_was_not_compared_is_not_counted),
		cmocka_unit_test(one_comparison_keeps_its_p),
		cmocka_unit_test(binomial_intervals_are_those_of_r),
		cmocka_unit_test(binomial_intervals_end_where_hits_get_unlikely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
