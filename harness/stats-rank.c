// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Mann-Whitney test: a few boots of unknown distribution are what it is made for,
 * and at a few boots its chances can be counted instead of approximated.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort.h>

#include "stats.h"
#include "util.h"

/**
 * struct ranking - both sides in one order
 * @rank: twice the midrank of each figure, the old ones first: always an integer
 * @nr: figures of both sides
 * @ties: sum of t^3 - t over groups of t equal figures
 */
struct ranking {
	size_t *rank;
	size_t nr;
	double ties;
};

double stats_midranks(const double *figures, size_t nr, double *ret_rank)
{
	size_t *order = mem_grow(NULL, nr, sizeof(*order));
	double ties = 0;
	size_t end;

	gsl_sort_index(order, figures, 1, nr);
	for (size_t first = 0; first < nr; first = end) {
		double equal;

		for (end = first + 1; end < nr; end++)
			if (figures[order[end]] != figures[order[first]])
				break;
		for (size_t i = first; i < end; i++)
			ret_rank[order[i]] = (first + 1 + end) / 2.0;
		equal = end - first;
		ties += equal * equal * equal - equal;
	}
	free(order);
	return ties;
}

static struct ranking rank_both(const double *old, size_t nr_old, const double *new, size_t nr_new)
{
	struct ranking ranking = { .nr = nr_old + nr_new };
	double *figure = mem_grow(NULL, ranking.nr, sizeof(*figure));
	double *rank = mem_grow(NULL, ranking.nr, sizeof(*rank));

	ranking.rank = mem_grow(NULL, ranking.nr, sizeof(*ranking.rank));
	memcpy(figure, old, nr_old * sizeof(*figure));
	memcpy(figure + nr_old, new, nr_new * sizeof(*figure));
	ranking.ties = stats_midranks(figure, ranking.nr, rank);
	for (size_t i = 0; i < ranking.nr; i++)
		ranking.rank[i] = 2 * rank[i];
	free(rank);
	free(figure);
	return ranking;
}

/* Without ties all are even: half the sums to count. */
static void shorten(struct ranking *ranking)
{
	for (size_t i = 0; i < ranking->nr; i++)
		if (ranking->rank[i] % 2)
			return;
	for (size_t i = 0; i < ranking->nr; i++)
		ranking->rank[i] /= 2;
}

static size_t sum_of(const size_t *rank, size_t nr)
{
	size_t sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += rank[i];
	return sum;
}

/*
 * Which of the sets of @size of these ranks have a sum below and up to @sum, as chances.
 * ways[k][s] is in how many ways k of the ranks looked at so far add up to s.
 */
static void count_sets(const struct ranking *ranking, size_t size, size_t sum, double *ret_below,
		       double *ret_up_to)
{
	size_t row = sum + 1;
	double *ways = mem_grow(NULL, (size + 1) * row, sizeof(*ways));
	double all = gsl_sf_choose(ranking->nr, size);
	double below = 0;

	memset(ways, 0, (size + 1) * row * sizeof(*ways));
	ways[0] = 1;
	for (size_t i = 0; i < ranking->nr; i++) {
		size_t rank = ranking->rank[i];

		for (size_t k = i < size ? i + 1 : size; k > 0; k--)
			for (size_t s = rank; s < row; s++)
				ways[k * row + s] += ways[(k - 1) * row + s - rank];
	}
	for (size_t s = 0; s < sum; s++)
		below += ways[size * row + s];
	*ret_below = below / all;
	*ret_up_to = (below + ways[size * row + sum]) / all;
	free(ways);
}

/* The smaller tail is counted: 1 minus the larger one would be rounded away. */
static void exact_chances(struct ranking *ranking, size_t nr_old, struct stats_rank_test *test)
{
	size_t nr_new = ranking->nr - nr_old;
	size_t sum, turned = 0;
	double below, up_to;
	bool low;

	shorten(ranking);
	sum = sum_of(ranking->rank + nr_old, nr_new);
	low = sum * ranking->nr <= sum_of(ranking->rank, ranking->nr) * nr_new;
	for (size_t i = 0; !low && i < ranking->nr; i++)
		turned = ranking->rank[i] > turned ? ranking->rank[i] : turned;
	for (size_t i = 0; !low && i < ranking->nr; i++)
		ranking->rank[i] = turned - ranking->rank[i];
	count_sets(ranking, nr_new, sum_of(ranking->rank + nr_old, nr_new), &below, &up_to);
	test->p_less = low ? up_to : 1 - below;
	test->p_greater = low ? 1 - below : up_to;
	test->exact = true;
}

static void normal_chances(const struct ranking *ranking, double pairs,
			   struct stats_rank_test *test)
{
	double nr = ranking->nr;
	double sd = sqrt(pairs / 12 * (nr + 1 - ranking->ties / (nr * (nr - 1))));
	double above = test->u - pairs / 2;

	test->p_less = sd > 0 ? gsl_cdf_ugaussian_P((above + 0.5) / sd) : 1;
	test->p_greater = sd > 0 ? gsl_cdf_ugaussian_Q((above - 0.5) / sd) : 1;
}

int stats_mann_whitney(const double *old, size_t nr_old, const double *new, size_t nr_new,
		       struct stats_rank_test *ret_test)
{
	struct stats_rank_test test = { 0 };
	struct ranking ranking;

	if (!stats_usable(old, nr_old) || !stats_usable(new, nr_new))
		return -EINVAL;
	ranking = rank_both(old, nr_old, new, nr_new);
	test.u = (sum_of(ranking.rank + nr_old, nr_new) - (double)nr_new * (nr_new + 1)) / 2;
	if (ranking.nr <= STATS_EXACT_MAX)
		exact_chances(&ranking, nr_old, &test);
	else
		normal_chances(&ranking, (double)nr_old * nr_new, &test);
	test.p = fmin(1, 2 * fmin(test.p_less, test.p_greater));
	free(ranking.rank);
	*ret_test = test;
	return 0;
}

double stats_smallest_p(size_t nr_old, size_t nr_new)
{
	return 2 * exp(-gsl_sf_lnchoose(nr_old + nr_new, nr_old));
}
