// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What of a comparison is a change, by the rules of the gate.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-judge.h"
#include "compare-private.h"
#include "gate-more.h"
#include "metadata-metric.h"

/* The base against each other variant: p-values are adjusted for all of them together. */
static struct gate_pair *make_pairs(const struct compare *compare, size_t *ret_nr)
{
	struct gate_pair *pair = mem_grow(NULL, compare->nr_rows * compare->variant.nr + 1,
					  sizeof(*pair));
	size_t nr = 0;

	for (size_t side = 1; side < compare->variant.nr; side++)
		for (size_t i = 0; i < compare->nr_rows; i++)
			if (gate_is_judged(compare, &compare->row[i], 0, side))
				pair[nr++] = (struct gate_pair){ .row = &compare->row[i],
								 .old = 0, .new = side };
	*ret_nr = nr;
	return pair;
}

static double size_of(double ratio)
{
	return isnan(ratio) ? HUGE_VAL : fabs(log(ratio));
}

static struct compare_change *find_change(struct compare_changes *changes,
					  const struct gate_pair *pair)
{
	for (size_t i = 0; i < changes->nr; i++) {
		struct compare_change *change = &changes->item[i];

		if (change->metric == pair->row->metric && change->side == pair->new &&
		    change->verdict == pair->verdict)
			return change;
	}
	changes->item = mem_grow(changes->item, changes->nr + 1, sizeof(*changes->item));
	changes->item[changes->nr] = (struct compare_change){
		.metric = pair->row->metric, .side = pair->new, .verdict = pair->verdict,
		.worst = pair->row, .ratio = pair->ratio,
	};
	return &changes->item[changes->nr++];
}

static void take_change(struct compare_changes *changes, const struct gate_pair *pair)
{
	struct compare_change *change;

	if (pair->verdict != GATE_REGRESSION && pair->verdict != GATE_IMPROVEMENT)
		return;
	change = find_change(changes, pair);
	change->nr++;
	if (size_of(pair->ratio) <= size_of(change->ratio))
		return;
	change->worst = pair->row;
	change->ratio = pair->ratio;
}

static void count_judged(struct compare_changes *changes, const struct gate_pair *pair, size_t nr)
{
	for (size_t i = 0; i < changes->nr; i++)
		for (size_t j = 0; j < nr; j++)
			if (pair[j].row->metric == changes->item[i].metric &&
			    pair[j].new == changes->item[i].side)
				changes->item[i].of++;
}

static int by_size(const void *a, const void *b)
{
	const struct compare_change *left = a, *right = b;
	double difference = size_of(right->ratio) - size_of(left->ratio);

	/* Both are infinite where the base has 0. */
	if (isnan(difference) || difference == 0)
		return left->worst < right->worst ? -1 : left->worst > right->worst;
	return difference > 0 ? 1 : -1;
}

void compare_judge(const struct compare *compare, struct compare_changes *ret_changes)
{
	const struct gate_rules rules = { .final = true, .judge = gate_more_rules(0) };
	bool exact = compare->content->run.exact;
	struct compare_changes changes = { 0 };
	struct gate_pair *pair;
	size_t nr;

	pair = make_pairs(compare, &nr);
	gate_judge_pairs(pair, nr, exact, &rules);
	for (size_t i = 0; i < nr; i++) {
		const struct compare_row *row = pair[i].row;

		changes.count[pair[i].verdict]++;
		changes.one_boot |= exact && (row->side[0].nr == 1 || row->side[pair[i].new].nr == 1);
		take_change(&changes, &pair[i]);
	}
	changes.judged = nr;
	count_judged(&changes, pair, nr);
	if (changes.nr)
		qsort(changes.item, changes.nr, sizeof(*changes.item), by_size);
	free(pair);
	*ret_changes = changes;
}

void compare_changes_free(struct compare_changes *changes)
{
	free(changes->item);
	*changes = (struct compare_changes){ 0 };
}

static bool same_series(const struct store_metric *a, const struct store_metric *b)
{
	return !strcmp(a->workload, b->workload) && !strcmp(a->series, b->series);
}

bool compare_change_is_main(const struct compare_changes *changes,
			    const struct compare_change *change)
{
	if (metadata_metric_is(change->metric) || compare_is_further_traffic(change->metric))
		return false;
	for (size_t i = 0; i < changes->nr; i++) {
		const struct compare_change *other = &changes->item[i];

		if (other->side == change->side && other->verdict == change->verdict &&
		    other->metric < change->metric && same_series(other->metric, change->metric))
			return false;
	}
	return true;
}
