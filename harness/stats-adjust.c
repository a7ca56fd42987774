// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * p-values of many comparisons: of a thousand that have nothing to show, fifty have
 * p < 0.05, and a gate that says so every night is soon switched off.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>

#include "stats.h"
#include "util.h"

/* Places of the p-values in order; what is NaN is left out. Return: how many. */
static size_t in_order(const double *p, size_t nr, size_t *ret_order)
{
	double *value = mem_grow(NULL, nr, sizeof(*value));
	size_t *place = mem_grow(NULL, nr, sizeof(*place));
	size_t count = 0;

	for (size_t i = 0; i < nr; i++) {
		if (isnan(p[i]))
			continue;
		place[count] = i;
		value[count++] = p[i];
	}
	gsl_sort_index(ret_order, value, 1, count);
	for (size_t i = 0; i < count; i++)
		ret_order[i] = place[ret_order[i]];
	free(place);
	free(value);
	return count;
}

void stats_holm(const double *p, size_t nr, double *ret_adjusted)
{
	size_t *order = mem_grow(NULL, nr, sizeof(*order));
	size_t count = in_order(p, nr, order);
	double largest = 0;

	memmove(ret_adjusted, p, nr * sizeof(*p));
	for (size_t i = 0; i < count; i++) {
		largest = fmin(1, fmax(largest, (count - i) * ret_adjusted[order[i]]));
		ret_adjusted[order[i]] = largest;
	}
	free(order);
}

void stats_benjamini_hochberg(const double *p, size_t nr, double *ret_adjusted)
{
	size_t *order = mem_grow(NULL, nr, sizeof(*order));
	size_t count = in_order(p, nr, order);
	double smallest = 1;

	memmove(ret_adjusted, p, nr * sizeof(*p));
	for (size_t i = count; i > 0; i--) {
		smallest = fmin(smallest, count * ret_adjusted[order[i - 1]] / i);
		ret_adjusted[order[i - 1]] = smallest;
	}
	free(order);
}
