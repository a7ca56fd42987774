// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A calibration from a run of one kernel against itself.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibration-file.h"
#include "gate.h"

#define POWER 0.8	/* how often a change is found that is called detectable */
#define DRAWS 400	/* simulated comparisons a figure */

enum { OLD, NEW };

/** struct maker - what holds for all figures of a run */
struct maker {
	const struct compare *compare;
	struct calibrate_rules rules;
};

static size_t rounds_of(const struct compare_row *row, size_t boots)
{
	size_t nr = row->side[OLD].nr < row->side[NEW].nr ? row->side[OLD].nr : row->side[NEW].nr;

	return nr / boots;
}

static struct compare_side part_of(const struct compare_side *side, size_t first, size_t nr)
{
	return (struct compare_side){
		.figure = side->figure + first, .nr = nr,
		.median = stats_median(side->figure + first, nr),
	};
}

/* What a gate would tell of these boots. */
static bool is_alarm(const struct compare_row *row, size_t first, size_t boots)
{
	struct compare_side side[] = { part_of(&row->side[OLD], first, boots),
				       part_of(&row->side[NEW], first, boots) };
	const struct compare_row part = { .metric = row->metric, .side = side };
	struct gate_pair pair = { .row = &part, .old = OLD, .new = NEW };
	const struct gate_rules rules = { .final = true };

	gate_judge_pairs(&pair, 1, true, &rules);
	return pair.verdict == GATE_REGRESSION || pair.verdict == GATE_IMPROVEMENT;
}

/* Over the boots of both sides, in the figure's unit. */
static double width_of(const struct compare_row *row)
{
	double least = INFINITY, most = -INFINITY;

	for (size_t side = OLD; side <= NEW; side++)
		for (size_t i = 0; i < row->side[side].nr; i++) {
			least = fmin(least, row->side[side].figure[i]);
			most = fmax(most, row->side[side].figure[i]);
		}
	return most - least;
}

static double on_scale(const struct calibration *seen, double value, double median)
{
	return seen->scale == STATS_RATIO ? value / median : value;
}

/*
 * A gate tells of a change if the ranges of both kernels' boots lie apart by more than they
 * are wide, and their medians by more than the floor. What lies in a range of this width is
 * apart by at least the change less the width, wherever the ticks fall.
 */
static bool make_exact(const struct maker *maker, const struct compare_row *row,
		       struct calibration_row *made)
{
	const struct store_metric *metric = row->metric;
	struct judge_floor floor = judge_default_floor(metric->unit, metric->combine, true);
	double median = row->side[OLD].median;
	struct calibration *seen = &made->seen;

	*seen = (struct calibration){ .scale = median > 0 ? STATS_RATIO : STATS_DIFFERENCE };
	seen->rounds = rounds_of(row, maker->rules.boots);
	for (size_t i = 0; i < seen->rounds; i++)
		seen->alarms += is_alarm(row, i * maker->rules.boots, maker->rules.boots);
	if (!seen->rounds)
		return false;
	seen->floor = on_scale(seen, fmax(floor.relative / 1e6 * fabs(median), floor.absolute), median);
	made->width = on_scale(seen, width_of(row), median);
	seen->detectable = made->width + fmax(seen->floor, made->width);
	return true;
}

static bool make_varying(const struct maker *maker, const struct compare_row *row,
			 struct calibration_row *made)
{
	const struct store_metric *metric = row->metric;
	const struct judge_comparison like = {
		.unit = metric->unit, .combine = metric->combine, .direction = metric->direction,
	};
	size_t boots = maker->rules.boots, nr = rounds_of(row, boots);
	struct calibrate_round *round = mem_grow(NULL, nr + 1, sizeof(*round));
	int error;

	for (size_t i = 0; i < nr; i++)
		round[i] = (struct calibrate_round){
			.old = row->side[OLD].figure + i * boots, .nr_old = boots,
			.new = row->side[NEW].figure + i * boots, .nr_new = boots,
		};
	error = nr ? calibrate(&like, round, nr, &maker->rules, &made->seen) : -EINVAL;
	free(round);
	if (!error)
		made->width = on_scale(&made->seen, width_of(row), row->side[OLD].median);
	return !error;
}

static void add_row(const struct maker *maker, const struct compare_row *row,
		    struct calibration_file *file)
{
	struct calibration_row made = { .unit = row->metric->unit };
	bool exact = maker->compare->content->run.exact;

	if (!(exact ? make_exact : make_varying)(maker, row, &made))
		return;
	stats_binomial_interval(made.seen.alarms, made.seen.rounds, 0.95, &made.seen.rate_low,
				&made.seen.rate_high);
	made.seen.rate = (double)made.seen.alarms / made.seen.rounds;
	made.workload = str_dup(row->metric->workload);
	made.metric = str_dup(row->metric->name);
	made.params = str_dup(row->params);
	file->row = mem_grow(file->row, file->nr + 1, sizeof(made));
	file->row[file->nr++] = made;
}

static size_t count_judged(const struct compare *compare)
{
	size_t nr = 0;

	for (size_t i = 0; i < compare->nr_rows; i++)
		nr += gate_is_judged(compare, &compare->row[i], OLD, NEW);
	return nr;
}

void calibration_make(const struct compare *compare, size_t boots,
		      struct calibration_file *ret_file)
{
	const struct store_content *content = compare->content;
	struct maker maker = {
		.compare = compare,
		.rules = { .judge = { .alpha = 0.05, .adjust = JUDGE_HOLM, .look = 1, .looks = 1 },
			   .boots = boots, .counted = count_judged(compare), .power = POWER,
			   .draws = DRAWS, .seed = 1 },
	};
	struct calibration_file file = {
		.host = str_dup(content->run.host), .engine = str_dup(content->run.engine),
		.qemu_version = str_dup(content->run.qemu_version),
		.agent_hash = str_dup(content->run.agent_hash),
		.image_hash = str_dup(content->nr_kernels ? content->kernel[0].image_hash : ""),
		.run = str_dup(content->run.id), .boots = boots,
	};

	for (size_t i = 0; i < compare->nr_rows; i++)
		if (gate_is_judged(compare, &compare->row[i], OLD, NEW))
			add_row(&maker, &compare->row[i], &file);
	*ret_file = file;
}

void calibration_free(struct calibration_file *file)
{
	for (size_t i = 0; i < file->nr; i++) {
		free(file->row[i].workload);
		free(file->row[i].metric);
		free(file->row[i].params);
	}
	free(file->row);
	free(file->host);
	free(file->engine);
	free(file->qemu_version);
	free(file->agent_hash);
	free(file->image_hash);
	free(file->run);
	*file = (struct calibration_file){ 0 };
}

static bool same_source(const struct calibration_file *a, const struct calibration_file *b)
{
	return !strcmp(a->host, b->host) && !strcmp(a->engine, b->engine) &&
	       !strcmp(a->qemu_version, b->qemu_version) &&
	       !strcmp(a->agent_hash, b->agent_hash) && !strcmp(a->image_hash, b->image_hash) &&
	       a->boots == b->boots;
}

static bool has_workload(const struct calibration_file *file, size_t nr, const char *workload)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(file->row[i].workload, workload))
			return true;
	return false;
}

void calibration_merge(struct calibration_file *file, const struct calibration_file *old)
{
	size_t measured = file->nr;

	for (size_t i = 0; i < old->nr && same_source(file, old); i++) {
		struct calibration_row row = old->row[i];

		if (has_workload(file, measured, row.workload))
			continue;
		row.workload = str_dup(row.workload);
		row.metric = str_dup(row.metric);
		row.params = str_dup(row.params);
		file->row = mem_grow(file->row, file->nr + 1, sizeof(row));
		file->row[file->nr++] = row;
	}
}

const struct calibration_row *calibration_find(const struct calibration_file *file,
					       const char *workload, const char *metric,
					       const char *params)
{
	for (size_t i = 0; i < file->nr; i++)
		if (!strcmp(file->row[i].workload, workload) &&
		    !strcmp(file->row[i].metric, metric) && !strcmp(file->row[i].params, params))
			return &file->row[i];
	return NULL;
}
