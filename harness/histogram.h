/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Histograms of latencies: buckets whose width grows with what is in them, so that
 * a fast path of a hundred and a slow path of a million instructions show in one
 * picture with the same relative precision.
 */
#ifndef PAGEMETA_HISTOGRAM_H
#define PAGEMETA_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BITS_MAX 16	/* the least is 1 */

/**
 * struct histogram - how many samples fell into each bucket
 * @bits: every power of two is cut into 2^bits equal buckets, so that a bucket is at
 *	most 2^-bits of its lower end wide; below 2^bits each number has its own
 * @first: index of the lowest bucket that has a sample
 * @count: samples per bucket, from @first on
 * @nr: buckets from the lowest to the highest that has a sample
 * @total: samples in all
 * @min: smallest sample
 * @max: largest sample
 */
struct histogram {
	unsigned int bits;
	size_t first;
	uint64_t *count;
	size_t nr;
	uint64_t total;
	uint64_t min;
	uint64_t max;
};

/** histogram_bucket() - index of the bucket a value falls into; grows with the value */
size_t histogram_bucket(unsigned int bits, uint64_t value);

/** histogram_lower() - smallest value of the bucket with that index */
uint64_t histogram_lower(unsigned int bits, size_t index);

/** histogram_upper() - largest value of the bucket with that index */
uint64_t histogram_upper(unsigned int bits, size_t index);

/**
 * histogram_make() - count samples
 * @bits: 1 to HISTOGRAM_BITS_MAX
 * @samples: in any order
 * @nr: how many; 0 gives a histogram without buckets
 * @ret_histogram: freed with histogram_free()
 */
void histogram_make(unsigned int bits, const uint64_t *samples, size_t nr,
		    struct histogram *ret_histogram);
void histogram_free(struct histogram *histogram);

/**
 * histogram_quantile() - a quantile as far as the buckets tell
 * @histogram: of at least one sample
 * @q: 0 to 1
 *
 * The samples of a bucket are taken to lie evenly in it, and never beyond the
 * smallest and the largest. Each order statistic is found within its bucket, so
 * that the quantile is off by less than one bucket of the larger of the two samples
 * it lies between.
 */
double histogram_quantile(const struct histogram *histogram, double q);

#endif
