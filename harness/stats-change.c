// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a series of nightly figures changed its level. A gate sees a patch; this sees
 * what crept in between.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_fit.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "stats.h"
#include "util.h"

/**
 * struct search - one series under examination
 * @series: what is looked at
 * @rules: when a change is one
 * @rng: of the permutations
 * @found: so far, in no order
 */
struct search {
	const double *series;
	const struct stats_change_rules *rules;
	gsl_rng *rng;
	struct stats_changes found;
};

static void rank_around_mean(const double *figure, size_t nr, double *ret_rank)
{
	stats_midranks(figure, nr, ret_rank);
	for (size_t i = 0; i < nr; i++)
		ret_rank[i] -= (nr + 1) / 2.0;
}

/* How clear the clearest change is, squared, and where. */
static double clearest(const double *rank, size_t nr, size_t shortest, size_t *ret_at)
{
	double sum = 0, best = -1;

	for (size_t i = 0; i + shortest < nr; i++) {
		size_t left = i + 1;
		double clear;

		sum += rank[i];
		clear = sum * sum / ((double)left * (nr - left));
		if (left < shortest || clear <= best)
			continue;
		best = clear;
		*ret_at = left;
	}
	return best;
}

/*
 * The chance of so clear a change. Counting ends as soon as it is sure to be above the
 * level. Sums of ranks are added up in another order each time: what is equal is equal
 * but for rounding.
 */
static double chance_of(struct search *search, double *rank, size_t nr, double clear)
{
	const struct stats_change_rules *rules = search->rules;
	double all = rules->permutations + 1, hits = 1;
	size_t at;

	for (size_t i = 0; i < rules->permutations && hits / all <= rules->level; i++) {
		gsl_ran_shuffle(search->rng, rank, nr, sizeof(*rank));
		hits += clearest(rank, nr, rules->shortest, &at) >= clear * (1 - 1e-12);
	}
	return hits / all;
}

static void add_change(struct search *search, size_t at, double p)
{
	struct stats_changes *found = &search->found;

	found->change = mem_grow(found->change, found->nr + 1, sizeof(*found->change));
	found->change[found->nr++] = (struct stats_change){ .at = at, .p = p };
}

/* Between two changes there may be further ones. */
static void search_part(struct search *search, size_t first, size_t end)
{
	size_t nr = end - first, at = 0;
	double *rank;
	double clear, p;

	if (nr < 2 * search->rules->shortest)
		return;
	rank = mem_grow(NULL, nr, sizeof(*rank));
	rank_around_mean(search->series + first, nr, rank);
	clear = clearest(rank, nr, search->rules->shortest, &at);
	p = clear > 0 ? chance_of(search, rank, nr, clear) : 1;
	free(rank);
	if (p > search->rules->level)
		return;
	add_change(search, first + at, p);
	search_part(search, first, first + at);
	search_part(search, first + at, end);
}

static int by_place(const void *a, const void *b)
{
	const struct stats_change *first = a, *second = b;

	return first->at < second->at ? -1 : first->at > second->at;
}

static size_t end_of(const struct stats_changes *changes, size_t level, size_t nr)
{
	return level < changes->nr ? changes->change[level].at : nr;
}

static void find_levels(const double *series, size_t nr, struct stats_changes *changes)
{
	size_t first = 0;

	for (size_t level = 0; level <= changes->nr; level++) {
		size_t end = end_of(changes, level, nr);
		double median = stats_median(series + first, end - first);

		if (level)
			changes->change[level - 1].after = median;
		if (level < changes->nr)
			changes->change[level].before = median;
		first = end;
	}
}

static double squares_of_steps(const double *rank, size_t nr, const struct stats_changes *changes)
{
	double squares = 0;
	size_t first = 0;

	for (size_t level = 0; level <= changes->nr; level++) {
		size_t end = end_of(changes, level, nr);
		double mean = 0;

		for (size_t i = first; i < end; i++)
			mean += rank[i] / (end - first);
		for (size_t i = first; i < end; i++)
			squares += gsl_pow_2(rank[i] - mean);
		first = end;
	}
	return squares;
}

static double squares_of_line(const double *rank, size_t nr)
{
	double *time = mem_grow(NULL, nr, sizeof(*time));
	double at_start, slope, variance, squares;

	for (size_t i = 0; i < nr; i++)
		time[i] = i;
	gsl_fit_linear(time, 1, rank, 1, nr, &at_start, &slope, &variance, &variance, &variance,
		       &squares);
	free(time);
	return squares;
}

/* Schwarz, Estimating the Dimension of a Model, Annals of Statistics 6, 1978 */
static double criterion(double squares, size_t nr, size_t parameters)
{
	return nr * log(squares / nr) + parameters * log(nr);
}

static bool is_line(const double *series, size_t nr, const struct stats_changes *changes)
{
	double *rank = mem_grow(NULL, nr, sizeof(*rank));
	double steps, line;

	rank_around_mean(series, nr, rank);
	steps = criterion(squares_of_steps(rank, nr, changes), nr, 2 * changes->nr + 1);
	line = criterion(squares_of_line(rank, nr), nr, 2);
	free(rank);
	return line < steps;
}

static bool rules_can_be(const struct stats_change_rules *rules)
{
	return rules->shortest >= 2 && rules->level > 0 && rules->level < 1 &&
	       (rules->permutations + 1) * rules->level >= 1;
}

int stats_changes(const double *series, size_t nr, const struct stats_change_rules *rules,
		  struct stats_changes *ret_changes)
{
	struct search search = { .series = series, .rules = rules };

	if (!rules_can_be(rules) || (nr && !stats_usable(series, nr)))
		return -EINVAL;
	search.rng = gsl_rng_alloc(gsl_rng_mt19937);
	gsl_rng_set(search.rng, rules->seed);
	search_part(&search, 0, nr);
	gsl_rng_free(search.rng);
	if (search.found.nr) {
		qsort(search.found.change, search.found.nr, sizeof(*search.found.change), by_place);
		find_levels(series, nr, &search.found);
		search.found.drifts = is_line(series, nr, &search.found);
	}
	if (search.found.drifts) {
		free(search.found.change);
		search.found.change = NULL;
		search.found.nr = 0;
	}
	*ret_changes = search.found;
	return 0;
}

void stats_changes_free(struct stats_changes *changes)
{
	free(changes->change);
	*changes = (struct stats_changes){ 0 };
}
