// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Histograms against the raw samples they were made from, and the quantiles that
 * are shown against a computation of their own and against closed forms.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "histogram.h"
#include "stats.h"
#include "util.h"

#define NR 100003	/* a prime: no quantile falls on a sample by luck */

static const double quantile[] = { 0, 0.5, 0.9, 0.99, 0.999, 0.9999, 1 };

/*
 * Latencies as kernels give them: a narrow fast path, a slow path some ten times as
 * long in one of a hundred, and an outlier in one of ten thousand.
 */
static uint64_t *latencies(size_t nr)
{
	uint64_t *samples = mem_grow(NULL, nr, sizeof(*samples));
	uint64_t state = 20251201;

	for (size_t i = 0; i < nr; i++) {
		uint64_t random;

		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		random = state >> 33;
		samples[i] = 5200 + random % 97 * (random % 89);
		if (random % 100 == 7)
			samples[i] = 50000 + random % 30011;
		if (random % 10000 == 4321)
			samples[i] = 1000000 + random % 1999993;
	}
	return samples;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *first = a, *second = b;

	return *first < *second ? -1 : *first > *second;
}

/* Type 7 from its definition, without GSL. @sorted is in order. */
static double exact_quantile(const uint64_t *sorted, size_t nr, double q)
{
	long double place = (long double)(nr - 1) * q;
	size_t below = floorl(place);
	size_t above = below + 1 < nr ? below + 1 : below;

	return sorted[below] + (place - below) * ((long double)sorted[above] - sorted[below]);
}

static uint64_t *sorted_copy(const uint64_t *samples, size_t nr)
{
	uint64_t *sorted = mem_grow(NULL, nr, sizeof(*sorted));

	memcpy(sorted, samples, nr * sizeof(*sorted));
	qsort(sorted, nr, sizeof(*sorted), by_value);
	return sorted;
}

static void buckets_have_no_gap_and_no_overlap(void **state)
{
	(void)state;
	for (unsigned int bits = 1; bits <= 8; bits++) {
		size_t last = histogram_bucket(bits, UINT64_MAX);

		assert_int_equal(histogram_lower(bits, 0), 0);
		for (size_t i = 0; i <= last; i++) {
			uint64_t lower = histogram_lower(bits, i), upper = histogram_upper(bits, i);

			assert_true(upper >= lower);
			assert_int_equal(histogram_bucket(bits, lower), i);
			assert_int_equal(histogram_bucket(bits, upper), i);
			if (i)
				assert_true(histogram_upper(bits, i - 1) + 1 == lower);
			/* relative width, the promise of @bits */
			assert_true(upper - lower <= lower >> bits);
		}
		assert_true(histogram_upper(bits, last) == UINT64_MAX);
	}
}

static void counts_are_those_of_the_raw_samples(void **state)
{
	uint64_t *samples = latencies(NR);
	struct histogram histogram;
	uint64_t total = 0;
	(void)state;

	histogram_make(2, samples, NR, &histogram);
	for (size_t i = 0; i < histogram.nr; i++) {
		uint64_t lower = histogram_lower(2, histogram.first + i);
		uint64_t upper = histogram_upper(2, histogram.first + i);
		uint64_t inside = 0;

		for (size_t at = 0; at < NR; at++)
			inside += samples[at] >= lower && samples[at] <= upper;
		assert_int_equal(histogram.count[i], inside);
		total += inside;
	}
	assert_int_equal(total, NR);
	assert_int_equal(histogram.total, NR);
	histogram_free(&histogram);
	free(samples);
}

static void quantiles_are_within_a_bucket_of_the_raw_ones(void **state)
{
	uint64_t *samples = latencies(NR), *sorted = sorted_copy(samples, NR);
	(void)state;

	for (unsigned int bits = 2; bits <= 6; bits++) {
		struct histogram histogram;

		histogram_make(bits, samples, NR, &histogram);
		for (size_t i = 0; i < ARRAY_SIZE(quantile); i++) {
			double exact = exact_quantile(sorted, NR, quantile[i]);
			double read = histogram_quantile(&histogram, quantile[i]);
			size_t place = ceil((NR - 1) * quantile[i]);
			size_t bucket = histogram_bucket(bits, sorted[place]);
			double width = histogram_upper(bits, bucket) - histogram_lower(bits, bucket);

			if (!(fabs(read - exact) <= width))
				fail_msg("%u bits, quantile %g: read %.1f, exact %.1f, bucket %.0f",
					 bits, quantile[i], read, exact, width);
		}
		assert_true(histogram_quantile(&histogram, 0) == sorted[0]);
		assert_true(histogram_quantile(&histogram, 1) == sorted[NR - 1]);
		histogram_free(&histogram);
	}
	free(sorted);
	free(samples);
}

/* What tables, show and plots print comes from stats_quantile() and stats_combine(). */
static void printed_quantiles_are_those_of_a_computation_of_their_own(void **state)
{
	uint64_t *samples = latencies(NR), *sorted = sorted_copy(samples, NR);
	double *figure = mem_grow(NULL, NR, sizeof(*figure));
	(void)state;

	for (size_t i = 0; i < NR; i++)
		figure[i] = samples[i];
	for (size_t i = 0; i < ARRAY_SIZE(quantile); i++) {
		double exact = exact_quantile(sorted, NR, quantile[i]);

		assert_true(fabs(stats_quantile(figure, NR, quantile[i]) - exact) <= 1e-9 * exact);
	}
	assert_true(stats_combine(COMBINE_MAX, samples, NR) == sorted[NR - 1]);
	assert_true(fabs(stats_combine(COMBINE_P99, samples, NR) -
			 exact_quantile(sorted, NR, 0.99)) < 1e-3);
	assert_true(fabs(stats_combine(COMBINE_P9999, samples, NR) -
			 exact_quantile(sorted, NR, 0.9999)) < 1e-3);
	free(figure);
	free(sorted);
	free(samples);
}

/* Of the numbers from 1 to n, quantile q is 1 + (n - 1) q. */
static void quantiles_of_counted_numbers_have_a_closed_form(void **state)
{
	uint64_t samples[10001];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		samples[i] = 1 + i * 7919 % ARRAY_SIZE(samples);
	assert_true(stats_combine(COMBINE_MEDIAN, samples, 10001) == 5001);
	assert_true(fabs(stats_combine(COMBINE_P99, samples, 10001) - 9901) < 1e-6);
	assert_true(fabs(stats_combine(COMBINE_P999, samples, 10001) - 9991) < 1e-6);
	assert_true(fabs(stats_combine(COMBINE_P9999, samples, 10001) - 10000) < 1e-6);
	assert_true(stats_combine(COMBINE_MAX, samples, 10001) == 10001);
}

static void few_and_extreme_samples_are_counted(void **state)
{
	static const uint64_t extreme[] = { UINT64_MAX, 0, 1 };
	struct histogram histogram;
	(void)state;

	histogram_make(2, extreme, 3, &histogram);
	assert_int_equal(histogram.count[0], 1);
	assert_int_equal(histogram.count[1], 1);
	assert_int_equal(histogram.count[histogram.nr - 1], 1);
	assert_true(histogram.max == UINT64_MAX);
	histogram_free(&histogram);
	histogram_make(2, extreme + 1, 1, &histogram);
	assert_int_equal(histogram.nr, 1);
	assert_true(histogram_quantile(&histogram, 0.5) == 0);
	histogram_free(&histogram);
	histogram_make(2, NULL, 0, &histogram);
	assert_int_equal(histogram.nr, 0);
	histogram_free(&histogram);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_have_no_gap_and_no_overlap),
		cmocka_unit_test(counts_are_those_of_the_raw_samples),
		cmocka_unit_test(quantiles_are_within_a_bucket_of_the_raw_ones),
		cmocka_unit_test(printed_quantiles_are_those_of_a_computation_of_their_own),
		cmocka_unit_test(quantiles_of_counted_numbers_have_a_closed_form),
		cmocka_unit_test(few_and_extreme_samples_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
