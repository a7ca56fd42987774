// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The false alarms and the eyesight of a host, from comparisons in which nothing changed.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "calibrate.h"
#include "util.h"

/**
 * struct pool - boots of all rounds
 * @scale: what they are
 * @figure: each over, or less, the median of its round
 * @nr: how many
 */
struct pool {
	enum stats_scale scale;
	double *figure;
	size_t nr;
};

static struct judge_result judge_round(const struct judge_comparison *like,
				       const struct calibrate_round *round,
				       const struct judge_rules *rules)
{
	struct judge_comparison comparison = *like;

	comparison.old = round->old;
	comparison.nr_old = round->nr_old;
	comparison.new = round->new;
	comparison.nr_new = round->nr_new;
	judge(&comparison, 1, rules);
	return comparison.result;
}

static bool is_alarm(const struct judge_result *result, const struct calibrate_rules *rules)
{
	if (result->verdict == JUDGE_NO_CHANGE || result->verdict == JUDGE_INCONCLUSIVE)
		return false;
	return isnan(result->p) || result->p * rules->counted <= judge_level(&rules->judge);
}

static void pool_side(struct pool *pool, const double *figure, size_t nr, double median)
{
	pool->figure = mem_grow(pool->figure, pool->nr + nr, sizeof(*pool->figure));
	for (size_t i = 0; i < nr; i++)
		pool->figure[pool->nr++] = pool->scale == STATS_RATIO ? figure[i] / median :
								        figure[i] - median;
}

static void pool_round(struct pool *pool, const struct calibrate_round *round)
{
	size_t nr = round->nr_old + round->nr_new;
	double *both = mem_grow(NULL, nr, sizeof(*both));
	double median;

	memcpy(both, round->old, round->nr_old * sizeof(*both));
	memcpy(both + round->nr_old, round->new, round->nr_new * sizeof(*both));
	median = stats_median(both, nr);
	pool_side(pool, both, nr, median);
	free(both);
}

/* Sides of which @u pairs have the new figure above, without ties. */
static double p_of_u(size_t boots, size_t u)
{
	double *old = mem_grow(NULL, boots, sizeof(*old));
	double *new = mem_grow(NULL, boots, sizeof(*new));
	struct stats_rank_test test;

	for (size_t i = 0; i < boots; i++) {
		size_t above = u < boots ? u : boots;

		old[i] = i;
		new[i] = above - 0.5;
		u -= above;
	}
	stats_mann_whitney(old, boots, new, boots, &test);
	free(new);
	free(old);
	return test.p_greater * 2;
}

/* The smallest U whose p is at most @p; one more than there are pairs when none is. */
static size_t critical_u(size_t boots, double p)
{
	size_t low = 0, high = boots * boots + 1;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (middle <= boots * boots && p_of_u(boots, middle) > p)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What the figures must grow by so that @critical pairs have the new one above. */
static double growth_for_rank(const double *old, const double *new, size_t boots, size_t critical,
			      enum stats_scale scale)
{
	double *growth;
	double needed;

	if (critical > boots * boots)
		return INFINITY;
	growth = mem_grow(NULL, boots * boots, sizeof(*growth));
	for (size_t i = 0; i < boots; i++)
		for (size_t j = 0; j < boots; j++)
			growth[i * boots + j] = scale == STATS_RATIO ? old[i] / new[j] - 1 :
								       old[i] - new[j];
	gsl_sort(growth, 1, boots * boots);
	needed = growth[critical - 1];
	free(growth);
	return needed;
}

/* What they must grow by so that the whole interval lies beyond the floor. */
static double growth_for_interval(const double *old, const double *new, size_t boots,
				  double confidence, const struct calibration *calibration)
{
	struct stats_effect effect;

	stats_median_effect(old, boots, new, boots, confidence, &effect);
	if (isinf(effect.high))
		return INFINITY;
	if (calibration->scale == STATS_RATIO)
		return (1 + calibration->floor) / effect.low - 1;
	return calibration->floor - effect.low;
}

/* Differences do not care about what is taken off all figures; a ratio must not be made. */
static void keep_below_zero(struct pool *pool)
{
	double largest = gsl_stats_max(pool->figure, 1, pool->nr);

	for (size_t i = 0; i < pool->nr; i++)
		pool->figure[i] -= largest;
}

static double find_detectable(const struct pool *pool, const struct calibrate_rules *rules,
			      const struct calibration *calibration)
{
	size_t boots = rules->boots;
	double level = judge_level(&rules->judge);
	size_t critical = critical_u(boots, level / rules->counted);
	double *growth = mem_grow(NULL, rules->draws, sizeof(*growth));
	double *old = mem_grow(NULL, boots, sizeof(*old));
	double *new = mem_grow(NULL, boots, sizeof(*new));
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double detectable;

	gsl_rng_set(rng, rules->seed);
	for (size_t i = 0; i < rules->draws; i++) {
		gsl_ran_sample(rng, old, boots, pool->figure, pool->nr, sizeof(*old));
		gsl_ran_sample(rng, new, boots, pool->figure, pool->nr, sizeof(*new));
		growth[i] = fmax(growth_for_rank(old, new, boots, critical, pool->scale),
				 growth_for_interval(old, new, boots, 1 - level, calibration));
	}
	gsl_sort(growth, 1, rules->draws);
	detectable = growth[(size_t)ceil(rules->power * rules->draws) - 1];
	gsl_rng_free(rng);
	free(new);
	free(old);
	free(growth);
	return detectable;
}

static bool has_figures(const struct calibrate_round *round)
{
	return stats_usable(round->old, round->nr_old) && stats_usable(round->new, round->nr_new);
}

/* The floor of a round in terms of all of them. */
static double floor_as(const struct judge_result *result, enum stats_scale scale)
{
	if (scale == result->effect.scale)
		return result->floor;
	return result->floor * result->effect.old_median;
}

/* One round that cannot be a ratio makes all of them differences. */
static void judge_rounds(const struct judge_comparison *like, const struct calibrate_round *round,
			 size_t nr, const struct calibrate_rules *rules,
			 struct calibration *calibration)
{
	struct judge_result *result = mem_grow(NULL, nr, sizeof(*result));
	double *floor = mem_grow(NULL, nr, sizeof(*floor));

	for (size_t i = 0; i < nr; i++) {
		if (!has_figures(&round[i]))
			continue;
		result[calibration->rounds] = judge_round(like, &round[i], &rules->judge);
		calibration->alarms += is_alarm(&result[calibration->rounds], rules);
		if (result[calibration->rounds++].effect.scale == STATS_DIFFERENCE)
			calibration->scale = STATS_DIFFERENCE;
	}
	for (size_t i = 0; i < calibration->rounds; i++)
		floor[i] = floor_as(&result[i], calibration->scale);
	calibration->floor = stats_median(floor, calibration->rounds);
	free(floor);
	free(result);
}

static double detectable_growth(const struct calibrate_round *round, size_t nr,
				const struct calibrate_rules *rules,
				const struct calibration *calibration)
{
	struct pool pool = { .scale = calibration->scale };
	double detectable = NAN;

	for (size_t i = 0; i < nr; i++)
		if (has_figures(&round[i]))
			pool_round(&pool, &round[i]);
	if (pool.scale == STATS_DIFFERENCE)
		keep_below_zero(&pool);
	if (pool.nr >= rules->boots)
		detectable = find_detectable(&pool, rules, calibration);
	free(pool.figure);
	return detectable;
}

int calibrate(const struct judge_comparison *like, const struct calibrate_round *round, size_t nr,
	      const struct calibrate_rules *rules, struct calibration *ret_calibration)
{
	struct calibration calibration = { .scale = STATS_RATIO };

	judge_rounds(like, round, nr, rules, &calibration);
	if (!calibration.rounds)
		return -EINVAL;
	calibration.rate = (double)calibration.alarms / calibration.rounds;
	stats_binomial_interval(calibration.alarms, calibration.rounds, 0.95,
				&calibration.rate_low, &calibration.rate_high);
	calibration.detectable = calibration.floor;
	if (!like->exact)
		calibration.detectable = detectable_growth(round, nr, rules, &calibration);
	*ret_calibration = calibration;
	return 0;
}
