// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What there is to say of each variant in numbers: its metadata, its figures, and what of it
 * failed.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "gate-more.h"
#include "metadata-metric.h"
#include "report-private.h"
#include "traffic-metric.h"

/* --- what failed --- */

static void count_judged(struct report_card *card, const struct compare_judged *list, size_t nr,
			 size_t at)
{
	if (strcmp(list[at].check, "cell"))
		card->checks++;
	else
		card->cells++;
	/* A cell that only repeats the verdict of one of its checks counts once. */
	if (compare_says_nothing_new(list, nr, at))
		return;
	switch (list[at].verdict) {
	case VERDICT_UNSUPPORTED:
		card->unsupported++;
		break;
	case VERDICT_BROKEN:
	case VERDICT_INCONCLUSIVE:
		card->missing++;
		break;
	default:
		card->failed++;
	}
}

static void count_failures(struct report_page *page)
{
	struct compare_judged *list;
	size_t nr;

	list = compare_judged(page->compare->content, &nr);
	for (size_t i = 0; i < nr; i++)
		for (size_t at = 0; at < page->nr_cards; at++)
			if (!strcmp(list[i].cell->variant, page->card[at].variant))
				count_judged(&page->card[at], list, nr, i);
	compare_judged_free(list, nr);
}

/* --- figures --- */

bool report_is_shown(const struct store_metric *metric)
{
	return metric->reference != REFERENCE_EQUAL && !metadata_metric_is(metric) &&
	       (!traffic_metric_is(metric) || traffic_metric_is_first(metric));
}

/* Median, mean and tail of one series are one thing: its first figure stands for it. */
bool report_is_first(const struct store_content *content, const struct store_metric *metric)
{
	for (size_t i = 0; i < content->nr_metrics && &content->metric[i] != metric; i++)
		if (!strcmp(content->metric[i].workload, metric->workload) &&
		    !strcmp(content->metric[i].series, metric->series))
			return false;
	return true;
}

static double loss_of(const struct compare_row *row, double ratio)
{
	if (isnan(ratio))
		return INFINITY;
	return row->metric->direction == DIR_HIGHER ? 1 / ratio : ratio;
}

/* What an operation takes comes before what it counts, and both before means and tails. */
static int by_weight(const struct report_figure *x, const struct report_figure *y)
{
	return (x->weight < y->weight) - (x->weight > y->weight);
}

static int by_loss(const void *a, const void *b)
{
	const struct report_figure *x = a, *y = b;
	int weight = by_weight(x, y);

	return weight ? weight : (x->loss < y->loss) - (x->loss > y->loss);
}

static int by_gain(const void *a, const void *b)
{
	const struct report_figure *x = a, *y = b;
	int weight = by_weight(x, y);

	return weight ? weight : (x->loss > y->loss) - (x->loss < y->loss);
}

unsigned int report_weight(const struct store_content *content, const struct store_metric *metric)
{
	if (!report_is_first(content, metric))
		return 0;
	return metric->unit == UNIT_CLOCK ? 2 : 1;
}

static void add_figure(const struct store_content *content, struct report_figure **list,
		       size_t *nr, const struct gate_pair *pair)
{
	double loss = loss_of(pair->row, pair->ratio);

	*list = mem_grow(*list, *nr + 1, sizeof(**list));
	(*list)[(*nr)++] = (struct report_figure){
		.row = pair->row, .ratio = pair->ratio, .loss = loss,
		.weight = isfinite(loss) ? report_weight(content, pair->row->metric) : 0,
	};
}

static void take_extreme(struct report_card *card, const struct gate_pair *pair)
{
	double loss = loss_of(pair->row, pair->ratio);

	if (isfinite(loss) && (!card->extreme.row || loss > card->extreme.loss))
		card->extreme = (struct report_figure){ pair->row, pair->ratio, loss, 0 };
}

static void take_verdict(const struct store_content *content, struct report_card *card,
			 const struct gate_pair *pair)
{
	if (pair->row->metric->unit == UNIT_CLOCK && pair->verdict != GATE_INCONCLUSIVE)
		card->decided_times++;
	switch (pair->verdict) {
	case GATE_REGRESSION:
		add_figure(content, &card->worst, &card->nr_worst, pair);
		take_extreme(card, pair);
		break;
	case GATE_IMPROVEMENT:
		add_figure(content, &card->best, &card->nr_best, pair);
		break;
	case GATE_INCONCLUSIVE:
		card->undecided++;
		break;
	default:
		card->same++;
	}
}

static void keep_some(struct report_figure *list, size_t *nr, size_t *all,
		      int (*order)(const void *a, const void *b))
{
	if (*nr)
		qsort(list, *nr, sizeof(*list), order);
	*all = *nr;
	*nr = *nr < REPORT_WORST ? *nr : REPORT_WORST;
}

/* All variants at once: how sure a verdict has to be depends on how many figures there are. */
static void judge_figures(struct report_page *page)
{
	const struct gate_rules rules = { .final = true, .judge = gate_more_rules(0) };
	const struct compare *compare = page->compare;
	struct gate_pair *pair = mem_grow(NULL, compare->nr_rows * page->nr_cards, sizeof(*pair));
	size_t nr = 0;

	for (size_t at = 1; at < page->nr_cards; at++)
		for (size_t i = 0; i < compare->nr_rows; i++)
			if (report_is_shown(compare->row[i].metric) &&
			    gate_is_judged(compare, &compare->row[i], 0, at))
				pair[nr++] = (struct gate_pair){ .row = &compare->row[i], .new = at };
	gate_judge_pairs(pair, nr, compare->content->run.exact, &rules);
	for (size_t i = 0; i < nr; i++)
		take_verdict(compare->content, &page->card[pair[i].new], &pair[i]);
	free(pair);
	for (size_t at = 1; at < page->nr_cards; at++) {
		struct report_card *card = &page->card[at];

		keep_some(card->worst, &card->nr_worst, &card->regressions, by_loss);
		keep_some(card->best, &card->nr_best, &card->improvements, by_gain);
	}
}

/* --- what it costs --- */

static struct report_cost *cost_of(struct report_card *card, const char *workload)
{
	for (size_t i = 0; i < card->nr_costs; i++)
		if (!strcmp(card->cost[i].workload, workload))
			return &card->cost[i];
	card->cost = mem_grow(card->cost, card->nr_costs + 1, sizeof(*card->cost));
	card->cost[card->nr_costs] = (struct report_cost){ .workload = workload };
	return &card->cost[card->nr_costs++];
}

/* Sums of logarithms first, means when all are in. */
static void add_costs(const struct compare *compare, struct report_card *card)
{
	for (size_t i = 0; i < compare->nr_rows; i++) {
		const struct compare_row *row = &compare->row[i];
		double loss = loss_of(row, compare_ratio(row, card->side));
		struct report_cost *cost;

		if (row->metric->unit != UNIT_CLOCK || !gate_is_judged(compare, row, 0, card->side) ||
		    !report_is_first(compare->content, row->metric) || !isfinite(loss) || loss <= 0)
			continue;
		cost = cost_of(card, row->metric->workload);
		cost->ratio += log(loss);
		cost->figures++;
	}
}

static void find_costs(const struct compare *compare, struct report_card *card)
{
	double sum = 0;

	add_costs(compare, card);
	for (size_t i = 0; i < card->nr_costs; i++) {
		sum += card->cost[i].ratio / card->cost[i].figures;
		card->cost[i].ratio = exp(card->cost[i].ratio / card->cost[i].figures);
		card->timed += card->cost[i].figures;
	}
	card->ratio = card->nr_costs ? exp(sum / card->nr_costs) : NAN;
	/* Without one change that is judged, a mean beyond the floor is chance. */
	if (isnan(card->ratio) || report_is_same_time(compare, card->ratio) ||
	    (!compare->content->run.exact && !card->regressions && !card->improvements))
		return;
	card->pace = card->ratio < 1 ? -1 : 1;
}

/* --- where it stands --- */

static bool is_debug(const char *variant)
{
	return strstr(variant, "+debug");
}

static const char *image_of(const struct store_content *content, const char *variant)
{
	for (size_t i = 0; i < content->nr_kernels; i++)
		if (!strcmp(content->kernel[i].variant, variant))
			return content->kernel[i].image_hash;
	return NULL;
}

static const char *why_open(const struct compare *compare, const struct report_card *card)
{
	if (card->missing)
		return "not everything that was planned has an outcome";
	if (card->debug)
		return "a debug kernel is held against one that is none";
	if (!card->memory.known)
		return "its metadata was not accounted";
	if (!strcmp(compare->content->run.engine, "tcg"))
		return "times of an emulator are not judged";
	if (!card->timed)
		return "no time was measured";
	if (!card->decided_times || (!card->pace && !report_is_same_time(compare, card->ratio)))
		return "boots are too few, or differ too much, to judge any time";
	return NULL;
}

/* Metadata and the mean of all workloads decide; where they do not differ, single figures do. */
static enum report_standing standing_of(const struct report_card *card)
{
	bool worse = card->way > 0 || card->pace > 0;
	bool better = card->way < 0 || card->pace < 0;

	if (!worse && !better) {
		worse = card->regressions;
		better = card->improvements;
	}
	if (card->failed)
		return REPORT_FAILS;
	if (card->why)
		return REPORT_OPEN;
	if (worse)
		return better ? REPORT_TRADE : REPORT_WORSE;
	return better ? REPORT_BETTER : REPORT_SAME;
}

static void make_card(const struct compare *compare, struct report_card *card)
{
	const char *base = compare->variant.item[0];
	const char *image = image_of(compare->content, card->variant);
	const char *other = image_of(compare->content, base);

	card->same_kernel = image && other && *image && !strcmp(image, other);
	card->debug = is_debug(card->variant) != is_debug(base);
	report_memory_make(compare, card->side, &card->memory);
	card->ratio = NAN;
	if (!card->side)
		return;
	if (card->memory.known)
		card->way = report_memory_way(card->memory.base[METADATA_LOADED],
					      card->memory.bytes[METADATA_LOADED]);
	find_costs(compare, card);
	card->why = why_open(compare, card);
	card->standing = standing_of(card);
}

void report_cards_make(struct report_page *page)
{
	const struct compare *compare = page->compare;

	page->nr_cards = compare->variant.nr;
	page->card = mem_grow(NULL, page->nr_cards, sizeof(*page->card));
	for (size_t i = 0; i < page->nr_cards; i++)
		page->card[i] = (struct report_card){ .variant = compare->variant.item[i], .side = i };
	count_failures(page);
	judge_figures(page);
	for (size_t i = 0; i < page->nr_cards; i++)
		make_card(compare, &page->card[i]);
}
