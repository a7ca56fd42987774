// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ratio of two medians and its bootstrap interval. The bootstrap's distribution
 * is computed, not sampled: a report that is made twice says the same to the last digit.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort.h>

#include "stats.h"
#include "util.h"

#define BISECTIONS 30

/**
 * struct resampled - the bootstrap's distribution of one side's median
 * @value: what it can be, in order
 * @chance: of each; then, of this and those below
 * @nr: how many
 */
struct resampled {
	double *value;
	double *chance;
	size_t nr;
};

static void add_value(struct resampled *median, double value, double chance)
{
	median->value[median->nr] = value;
	median->chance[median->nr++] = chance;
}

/* Of @n draws from @n boots at least @k are among the @i smallest. */
static double at_least(size_t k, size_t i, size_t n)
{
	return gsl_cdf_binomial_Q(k - 1, (double)i / n, n);
}

static void resample_odd(const double *sorted, size_t n, struct resampled *median)
{
	size_t middle = (n + 1) / 2;

	for (size_t i = 1; i <= n; i++)
		add_value(median, sorted[i - 1],
			  at_least(middle, i, n) - at_least(middle, i - 1, n));
}

/* C(n, k)^(1/2) ((i/n)^k - ((i-1)/n)^k): k draws up to the i-th boot, one of them that boot */
static double half_chance(double half_choose, size_t k, size_t i, size_t n)
{
	return half_choose * (gsl_pow_int((double)i / n, k) - gsl_pow_int((i - 1.0) / n, k));
}

/* The lower of the middle two draws is the i-th boot, the upper the same or a later one. */
static void resample_even(const double *sorted, size_t n, struct resampled *median)
{
	size_t k = n / 2;
	double half_choose = exp(gsl_sf_lnchoose(n, k) / 2);

	for (size_t i = 1; i <= n; i++) {
		double rest = at_least(k, i, n) - at_least(k, i - 1, n);

		for (size_t j = i + 1; j <= n; j++) {
			double both = half_chance(half_choose, k, i, n) *
				      half_chance(half_choose, k, n - j + 1, n);

			add_value(median, (sorted[i - 1] + sorted[j - 1]) / 2, both);
			rest -= both;
		}
		add_value(median, sorted[i - 1], fmax(rest, 0));
	}
	gsl_sort2(median->value, 1, median->chance, 1, median->nr);
}

static struct resampled resample(const double *figures, size_t nr)
{
	size_t values = nr % 2 ? nr : nr * (nr + 1) / 2;
	double *sorted = mem_grow(NULL, nr, sizeof(*sorted));
	struct resampled median = {
		.value = mem_grow(NULL, values, sizeof(double)),
		.chance = mem_grow(NULL, values, sizeof(double)),
	};

	memcpy(sorted, figures, nr * sizeof(*sorted));
	gsl_sort(sorted, 1, nr);
	if (nr % 2)
		resample_odd(sorted, nr, &median);
	else
		resample_even(sorted, nr, &median);
	for (size_t i = 1; i < median.nr; i++)
		median.chance[i] += median.chance[i - 1];
	free(sorted);
	return median;
}

static void resampled_free(struct resampled *median)
{
	free(median->value);
	free(median->chance);
}

static double effect_of(enum stats_scale scale, double new, double old)
{
	return scale == STATS_RATIO ? new / old : new - old;
}

/**
 * struct pair - the bootstrap's distribution of an effect
 * @scale: what the effect is
 * @new: medians after the change
 * @old: medians before it
 */
struct pair {
	enum stats_scale scale;
	struct resampled new;
	struct resampled old;
};

/*
 * Chance of an effect up to @limit, and the smallest effect above it. Both lists are in
 * order and the largest new median that is within the limit grows with the old one, so
 * that each list is walked once.
 */
static double chance_up_to(const struct pair *pair, double limit, double *ret_next)
{
	double chance = 0, next = INFINITY;
	size_t within = 0;

	for (size_t i = 0; i < pair->old.nr; i++) {
		double old = pair->old.value[i];

		while (within < pair->new.nr &&
		       effect_of(pair->scale, pair->new.value[within], old) <= limit)
			within++;
		if (within < pair->new.nr)
			next = fmin(next, effect_of(pair->scale, pair->new.value[within], old));
		if (within)
			chance += (pair->old.chance[i] - (i ? pair->old.chance[i - 1] : 0)) *
				  pair->new.chance[within - 1];
	}
	*ret_next = next;
	return chance;
}

/* The smallest effect up to which the chance is @q. */
static double quantile(const struct pair *pair, double q)
{
	double low = effect_of(pair->scale, pair->new.value[0], pair->old.value[pair->old.nr - 1]);
	double high = effect_of(pair->scale, pair->new.value[pair->new.nr - 1],
				pair->old.value[0]);
	double next, above, effect;

	if (chance_up_to(pair, low, &next) >= q)
		return low;
	for (int i = 0; i < BISECTIONS; i++) {
		double middle = low + (high - low) / 2;

		if (chance_up_to(pair, middle, &above) >= q) {
			high = middle;
		} else {
			low = middle;
			next = above;
		}
	}
	/* Few effects are left between both. */
	do
		effect = next;
	while (chance_up_to(pair, effect, &next) < q && isfinite(next));
	return effect;
}

static bool all_positive(const double *figures, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (figures[i] <= 0)
			return false;
	return true;
}

static void find_interval(const double *old, size_t nr_old, const double *new, size_t nr_new,
			  double confidence, struct stats_effect *effect)
{
	struct pair pair = { .scale = effect->scale };

	pair.old = resample(old, nr_old);
	pair.new = resample(new, nr_new);
	effect->low = quantile(&pair, (1 - confidence) / 2);
	effect->high = quantile(&pair, (1 + confidence) / 2);
	resampled_free(&pair.old);
	resampled_free(&pair.new);
}

int stats_median_effect(const double *old, size_t nr_old, const double *new, size_t nr_new,
			double confidence, struct stats_effect *ret_effect)
{
	struct stats_effect effect = { .scale = STATS_DIFFERENCE, .high = INFINITY };

	if (!stats_usable(old, nr_old) || !stats_usable(new, nr_new) ||
	    !(confidence > 0 && confidence < 1))
		return -EINVAL;
	if (nr_old > STATS_BOOTS_MAX || nr_new > STATS_BOOTS_MAX)
		return -E2BIG;
	if (all_positive(old, nr_old) && all_positive(new, nr_new))
		effect.scale = STATS_RATIO;
	effect.old_median = stats_median(old, nr_old);
	effect.new_median = stats_median(new, nr_new);
	effect.value = effect_of(effect.scale, effect.new_median, effect.old_median);
	effect.low = effect.scale == STATS_RATIO ? 0 : -INFINITY;
	if (stats_smallest_p(nr_old, nr_new) <= 1 - confidence)
		find_interval(old, nr_old, new, nr_new, confidence, &effect);
	*ret_effect = effect;
	return 0;
}
