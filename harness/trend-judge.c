// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a series changed: by the rules of a gate where figures are exact, by a search for
 * change points where they vary.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "trend-private.h"

#define BELIEVED 0.05		/* part of the series that are named wrongly, in the mean */
#define PERMUTATIONS_MAX 19999	/* 0.2 s for a hundred nights of one series */

static void add_change(struct trend_series *series, const struct trend_change *change)
{
	series->change = mem_grow(series->change, series->nr_changes + 1, sizeof(*series->change));
	series->change[series->nr_changes++] = *change;
}

static enum judge_verdict verdict_of(const struct trend *trend, const struct trend_series *series,
				     double before, double after)
{
	if (series->metric.direction == DIR_NEUTRAL ||
	    (series->metric.unit == UNIT_CLOCK && !strcmp(trend->engine, "tcg")))
		return JUDGE_CHANGED;
	return (after > before) == (series->metric.direction == DIR_LOWER) ? JUDGE_REGRESSION :
									   JUDGE_IMPROVEMENT;
}

/* --- exact engine --- */

static bool has_trial(const struct trend_point *point, unsigned int trial)
{
	for (size_t i = 0; i < point->nr; i++)
		if (point->trial[i] == trial)
			return true;
	return false;
}

/* Its figures of the trials that @other has as well; of all when they share none. */
static struct compare_side side_of(const struct trend_point *point, const struct trend_point *other)
{
	struct compare_side side = { .figure = mem_grow(NULL, point->nr, sizeof(double)) };

	for (size_t i = 0; i < point->nr; i++)
		if (has_trial(other, point->trial[i]))
			side.figure[side.nr++] = point->figure[i];
	if (!side.nr) {
		memcpy(side.figure, point->figure, point->nr * sizeof(double));
		side.nr = point->nr;
	}
	side.median = stats_median(side.figure, side.nr);
	return side;
}

/* Return: whether they differ; then @ret_change says how. */
static bool hold_against(const struct trend *trend, const struct trend_series *series, size_t from,
			 size_t at, struct trend_change *ret_change)
{
	const struct trend_point *old = &series->point[from], *new = &series->point[at];
	struct compare_side side[] = { side_of(old, new), side_of(new, old) };
	const struct compare_row row = { .metric = &series->metric, .side = side };
	struct gate_pair pair = { .row = &row, .new = 1 };
	const struct gate_rules rules = { .final = true };

	gate_judge_pairs(&pair, 1, true, &rules);
	free(side[0].figure);
	free(side[1].figure);
	if (pair.verdict != GATE_REGRESSION && pair.verdict != GATE_IMPROVEMENT)
		return false;
	*ret_change = (struct trend_change){
		.at = at, .from = from, .before = side[0].median, .after = side[1].median,
		.verdict = verdict_of(trend, series, side[0].median, side[1].median),
	};
	return true;
}

static void judge_exact(const struct trend *trend, struct trend_series *series)
{
	struct trend_change change;
	size_t level = 0;

	for (size_t at = 1; at < series->nr; at++) {
		struct trend_change step;

		if (trend_is_cut(trend, series, at)) {
			level = at;
			continue;
		}
		series->searched = true;
		if (!hold_against(trend, series, level, at, &change))
			continue;
		change.crept = !hold_against(trend, series, at - 1, at, &step);
		add_change(series, &change);
		level = at;
	}
}

/* --- other engines --- */

static bool matters(const struct trend_series *series, const struct stats_change *change)
{
	struct judge_floor floor = judge_default_floor(series->metric.unit, series->metric.combine,
						       false);

	return fabs(change->after - change->before) >
	       fmax(floor.relative / 1e6 * fabs(change->before), floor.absolute);
}

static void take_changes(const struct trend *trend, struct trend_series *series, size_t first,
			 const struct stats_changes *changes)
{
	for (size_t i = 0; i < changes->nr; i++) {
		const struct stats_change *found = &changes->change[i];
		struct trend_change change = {
			.at = first + found->at, .from = first + found->at - 1,
			.before = found->before, .after = found->after, .p = found->p,
			.verdict = verdict_of(trend, series, found->before, found->after),
		};

		if (matters(series, found))
			add_change(series, &change);
	}
	series->drifts = changes->drifts;
}

/* Whether even the clearest change, in the middle, would be clear enough. */
static bool can_be_found(size_t nr, const struct stats_change_rules *rules)
{
	return nr >= 2 * rules->shortest && stats_smallest_p(nr / 2, nr - nr / 2) <= rules->level;
}

/* One part of a series, that the same agent measured. */
static void search_part(const struct trend *trend, struct trend_series *series, size_t first,
			size_t end, const struct stats_change_rules *rules)
{
	double *value = mem_grow(NULL, end - first, sizeof(*value));
	struct stats_changes changes = { 0 };

	for (size_t i = first; i < end; i++)
		value[i - first] = series->point[i].value;
	series->searched |= can_be_found(end - first, rules);
	stats_changes(value, end - first, rules, &changes);
	take_changes(trend, series, first, &changes);
	stats_changes_free(&changes);
	free(value);
}

static void search(const struct trend *trend, struct trend_series *series,
		   const struct stats_change_rules *rules)
{
	size_t first = 0;

	for (size_t at = 1; at <= series->nr; at++) {
		if (at < series->nr && !trend_is_cut(trend, series, at))
			continue;
		search_part(trend, series, first, at, rules);
		first = at;
	}
}

/* The clearest change stands for its series; one without any counts, too. */
static double clearest(const struct trend_series *series)
{
	double p = 1;

	for (size_t i = 0; i < series->nr_changes; i++)
		p = fmin(p, series->change[i].p);
	return p;
}

static void drop_chance(struct trend *trend)
{
	double *p = mem_grow(NULL, trend->nr_series + 1, sizeof(*p));

	for (size_t i = 0; i < trend->nr_series; i++)
		p[i] = clearest(&trend->series[i]);
	stats_benjamini_hochberg(p, trend->nr_series, p);
	for (size_t i = 0; i < trend->nr_series; i++)
		if (p[i] > BELIEVED)
			trend->series[i].nr_changes = 0;
	free(p);
}

/* A single changed series among all of them must be able to have a p that is small enough. */
static struct stats_change_rules rules_for(size_t nr_series)
{
	struct stats_change_rules rules = STATS_CHANGE_RULES_DEFAULT;

	rules.permutations = fmin(fmax(rules.permutations, nr_series * 2 / BELIEVED),
				  PERMUTATIONS_MAX);
	return rules;
}

void trend_judge(struct trend *trend)
{
	const struct stats_change_rules rules = rules_for(trend->nr_series);

	for (size_t i = 0; i < trend->nr_series; i++) {
		if (trend->exact)
			judge_exact(trend, &trend->series[i]);
		else
			search(trend, &trend->series[i], &rules);
	}
	if (!trend->exact)
		drop_chance(trend);
}
