// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Histograms of latencies with buckets of equal relative width.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "histogram.h"
#include "util.h"

/*
 * A value of 2^bits and more is a leading one, @bits bits that choose the bucket
 * within its power of two, and the rest. Below, the value is its own index; the two
 * ranges meet without a gap.
 */
size_t histogram_bucket(unsigned int bits, uint64_t value)
{
	unsigned int shift;

	if (value >> bits == 0)
		return value;
	shift = 63 - __builtin_clzll(value) - bits;
	return ((size_t)shift << bits) + (value >> shift);
}

uint64_t histogram_lower(unsigned int bits, size_t index)
{
	size_t shift = index >> bits;

	if (shift < 2)
		return index;
	shift--;
	return (uint64_t)(index - (shift << bits)) << shift;
}

/* The end of the last bucket is 2^64, which wraps to what is wanted. */
uint64_t histogram_upper(unsigned int bits, size_t index)
{
	return histogram_lower(bits, index + 1) - 1;
}

void histogram_make(unsigned int bits, const uint64_t *samples, size_t nr,
		    struct histogram *ret_histogram)
{
	struct histogram histogram = { .bits = bits, .total = nr, .min = UINT64_MAX };

	for (size_t i = 0; i < nr; i++) {
		histogram.min = samples[i] < histogram.min ? samples[i] : histogram.min;
		histogram.max = samples[i] > histogram.max ? samples[i] : histogram.max;
	}
	if (nr) {
		histogram.first = histogram_bucket(bits, histogram.min);
		histogram.nr = histogram_bucket(bits, histogram.max) - histogram.first + 1;
		histogram.count = mem_grow(NULL, histogram.nr, sizeof(*histogram.count));
		memset(histogram.count, 0, histogram.nr * sizeof(*histogram.count));
	}
	for (size_t i = 0; i < nr; i++)
		histogram.count[histogram_bucket(bits, samples[i]) - histogram.first]++;
	*ret_histogram = histogram;
}

void histogram_free(struct histogram *histogram)
{
	free(histogram->count);
	*histogram = (struct histogram){ 0 };
}

/* Where the sample with that place in order lies, from 0. */
static double order_statistic(const struct histogram *histogram, uint64_t place)
{
	double lower, upper;
	uint64_t before = 0;
	size_t at = 0;

	while (before + histogram->count[at] <= place)
		before += histogram->count[at++];
	lower = fmax(histogram_lower(histogram->bits, histogram->first + at), histogram->min);
	upper = fmin(histogram_upper(histogram->bits, histogram->first + at), histogram->max);
	if (place == 0)
		return histogram->min;
	if (place == histogram->total - 1)
		return histogram->max;
	return lower + (upper - lower) * (place - before + 0.5) / histogram->count[at];
}

double histogram_quantile(const struct histogram *histogram, double q)
{
	double place = (histogram->total - 1) * fmin(fmax(q, 0), 1);
	uint64_t below = place;
	uint64_t above = below + 1 < histogram->total ? below + 1 : below;
	double low = order_statistic(histogram, below);

	return low + (order_statistic(histogram, above) - low) * (place - below);
}
