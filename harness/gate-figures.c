// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a figure has changed between two kernels. See struct gate_rules for how those of
 * the exact engine are told from what the timer does to them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "stats.h"

/** struct range - of a kernel's figures over its boots */
struct range {
	double least;
	double most;
};

static struct range range_of(const struct compare_side *side)
{
	struct range range = { side->figure[0], side->figure[0] };

	for (size_t i = 1; i < side->nr; i++) {
		range.least = fmin(range.least, side->figure[i]);
		range.most = fmax(range.most, side->figure[i]);
	}
	return range;
}

static double width(const struct range *range)
{
	return range->most - range->least;
}

/* What lies between two ranges; negative when they overlap. */
static double gap(const struct range *a, const struct range *b)
{
	return fmax(a->least - b->most, b->least - a->most);
}

static double ratio_of(const struct gate_pair *pair)
{
	double old = pair->row->side[pair->old].median, new = pair->row->side[pair->new].median;
	double ratio = old == new ? 1 : new / old;

	return isfinite(ratio) ? ratio : NAN;
}

static bool within_floor(const struct gate_pair *pair)
{
	const struct store_metric *metric = pair->row->metric;
	struct judge_floor floor = judge_default_floor(metric->unit, metric->combine, true);
	double old = pair->row->side[pair->old].median, new = pair->row->side[pair->new].median;

	return fabs(new - old) <= fmax(floor.relative / 1e6 * fabs(old), floor.absolute);
}

static enum gate_verdict direction_of(const struct gate_pair *pair)
{
	double old = pair->row->side[pair->old].median, new = pair->row->side[pair->new].median;
	bool worse = (new > old) == (pair->row->metric->direction == DIR_LOWER);

	return worse ? GATE_REGRESSION : GATE_IMPROVEMENT;
}

/* So many samples a boot that a tick in a few of them does not move their median. */
#define STEADY_SAMPLES 16

/* A mean, a percentile or a median of few moves when the tick hits, which it does or does not. */
static bool is_steady(const struct compare_row *row, const struct compare_side *side)
{
	return row->metric->combine == COMBINE_MEDIAN &&
	       side->nr_samples >= STEADY_SAMPLES * side->nr;
}

/*
 * What the tick hardly moves is plain after fewer boots; how little it moves it is known best
 * of a kernel that had all of them.
 */
static bool is_plain(const struct gate_pair *pair, double between, double widest)
{
	const struct compare_side *old = &pair->row->side[pair->old];
	const struct compare_side *new = &pair->row->side[pair->new];
	size_t fewer = old->nr < new->nr ? old->nr : new->nr;
	bool known = old->nr >= GATE_PHASES || new->nr >= GATE_PHASES;

	if (fewer > 1 && widest == 0)
		return true;
	if (!is_steady(pair->row, old) || !is_steady(pair->row, new))
		return false;
	return between > 4 * widest && (known || fewer > 2);
}

static void judge_exact(struct gate_pair *pair, const struct gate_rules *rules)
{
	const struct compare_side *old = &pair->row->side[pair->old];
	const struct compare_side *new = &pair->row->side[pair->new];
	struct range before = range_of(old), after = range_of(new);
	double between = gap(&before, &after), widest = fmax(width(&before), width(&after));

	if (within_floor(pair) || between <= 0)
		return;
	pair->verdict = between > widest ? direction_of(pair) : GATE_INCONCLUSIVE;
	pair->worse = direction_of(pair) == GATE_REGRESSION;
	pair->plain = is_plain(pair, between, widest);
	if (rules->final || pair->plain)
		return;
	pair->more_old = old->nr < GATE_PHASES;
	pair->more_new = new->nr < GATE_PHASES;
}

static enum gate_verdict verdict_of(enum judge_verdict verdict)
{
	switch (verdict) {
	case JUDGE_REGRESSION:
		return GATE_REGRESSION;
	case JUDGE_IMPROVEMENT:
		return GATE_IMPROVEMENT;
	case JUDGE_INCONCLUSIVE:
		return GATE_INCONCLUSIVE;
	default:
		return GATE_NO_CHANGE;
	}
}

struct judge_comparison gate_comparison(const struct gate_pair *pair)
{
	const struct store_metric *metric = pair->row->metric;
	const struct compare_side *old = &pair->row->side[pair->old];
	const struct compare_side *new = &pair->row->side[pair->new];

	return (struct judge_comparison){
		.unit = metric->unit, .combine = metric->combine, .direction = metric->direction,
		.old = old->figure, .nr_old = old->nr, .new = new->figure, .nr_new = new->nr,
	};
}

/* All of a run at once: how sure each has to be depends on how many there are. */
static void judge_together(struct gate_pair *pair, size_t nr, const struct gate_rules *rules)
{
	struct judge_comparison *list = mem_grow(NULL, nr + 1, sizeof(*list));

	for (size_t i = 0; i < nr; i++)
		list[i] = gate_comparison(&pair[i]);
	judge(list, nr, &rules->judge);
	for (size_t i = 0; i < nr; i++) {
		pair[i].verdict = verdict_of(list[i].result.verdict);
		pair[i].more_old = pair[i].more_new = !rules->final && !judge_decided(&list[i]);
	}
	free(list);
}

void gate_judge_pairs(struct gate_pair *pair, size_t nr, bool exact, const struct gate_rules *rules)
{
	for (size_t i = 0; i < nr; i++) {
		pair[i].verdict = GATE_NO_CHANGE;
		pair[i].ratio = ratio_of(&pair[i]);
		pair[i].more_old = pair[i].more_new = false;
		pair[i].worse = pair[i].plain = false;
		if (exact)
			judge_exact(&pair[i], rules);
	}
	if (!exact)
		judge_together(pair, nr, rules);
}
