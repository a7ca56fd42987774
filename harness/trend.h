/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures of one variant over the runs of a host: where a nightly series changed. Sees
 * comparisons, never files or guests.
 *
 *	trend_add(&trend, &compare, "baseline");	for each run, the oldest first
 *	trend_judge(&trend);
 *	trend_print(&trend, PRINT_TEXT, flags, stdout);
 *
 * A gate sees what a patch does. A trend sees what came with a new kernel source, another
 * compiler or configuration, and what crept in below every gate's floor.
 */
#ifndef PAGEMETA_TREND_H
#define PAGEMETA_TREND_H

#include "calibration-file.h"
#include "compare.h"
#include "judge.h"

/**
 * struct trend_run - a run that was looked at; texts are its own
 * @id: of the run
 * @started: seconds since the epoch
 * @source: version of the kernel source of the variant; "" when it was not built
 * @image: hash of its image; "" when it was not built
 * @agent: hash of the agent
 */
struct trend_run {
	char *id;
	int64_t started;
	char *source;
	char *image;
	char *agent;
};

/**
 * struct trend_point - a series in one run
 * @run: place of the run
 * @figure: one per boot
 * @trial: of each
 * @nr: how many, at least one
 * @value: what stands for the run. Of the exact engine the figure of the first trial:
 *	others are boots with the timer's tick elsewhere, of which not every run has as
 *	many. Of other engines the median over the boots
 */
struct trend_point {
	size_t run;
	double *figure;
	unsigned int *trial;
	size_t nr;
	double value;
};

/**
 * struct trend_change - a series changed its level
 * @at: place of the first point of the new level
 * @from: place of a point of the old one: of the exact engine the first, otherwise the last
 * @before: the old level, over the boots that were compared
 * @after: the new one
 * @verdict: JUDGE_REGRESSION, JUDGE_IMPROVEMENT, or JUDGE_CHANGED where neither way is
 *	better, or where times are of an engine whose times are not judged (tcg)
 * @p: chance of so clear a change without one, see struct stats_change; 0 for the exact
 *	engine
 * @crept: exact engine: the step from the run before is none by itself; it came little by
 *	little since @from
 */
struct trend_change {
	size_t at;
	size_t from;
	double before;
	double after;
	enum judge_verdict verdict;
	double p;
	bool crept;
};

/**
 * struct trend_series - one metric with one set of parameters; texts are its own
 * @metric: as the newest run declares it
 * @params: of the cell, and labels
 * @point: in order of time
 * @nr: how many
 * @change: in order of time
 * @nr_changes: how many
 * @drifts: it goes up or down all the time, in the part with the newest agent
 * @searched: in some part of it there are runs enough for a change to be found
 */
struct trend_series {
	struct store_metric metric;
	char *params;
	struct trend_point *point;
	size_t nr;
	struct trend_change *change;
	size_t nr_changes;
	bool drifts;
	bool searched;
};

/**
 * struct trend - all series of a variant
 * @variant: label
 * @engine: name
 * @host: of the runs
 * @qemu_version: of the runs
 * @exact: figures are of the exact engine
 * @run: in order of time
 * @nr_runs: how many
 * @series: in the order in which runs show them
 * @nr_series: how many
 * @left_out: runs with the variant that are of another host, engine or QEMU
 * @seen: what changes are seen on this host with the newest agent; NULL where that is not
 *	known. Set by the caller
 * @why_not_seen: one line that says why; NULL where nobody has looked
 */
struct trend {
	char *variant;
	char *engine;
	char *host;
	char *qemu_version;
	bool exact;
	struct trend_run *run;
	size_t nr_runs;
	struct trend_series *series;
	size_t nr_series;
	size_t left_out;
	const struct calibration_file *seen;
	const char *why_not_seen;
};

/**
 * trend_begin() - an empty trend
 * @ret_trend: freed with trend_free()
 * @like: a run: others must be of the same host, engine and QEMU
 * @variant: label
 */
void trend_begin(struct trend *ret_trend, const struct store_run *like, const char *variant);
void trend_free(struct trend *trend);

/** trend_fits() - whether a run is of the same host, engine and QEMU */
bool trend_fits(const struct trend *trend, const struct store_run *run);

/**
 * trend_add() - the next run
 * @trend: gets a point for each series that has figures
 * @compare: a run that began later than those before and fits; not needed afterwards
 *
 * A run without the variant is passed over. What must equal the first variant's
 * (REFERENCE_EQUAL) is judged within each run, and is no series.
 */
void trend_add(struct trend *trend, const struct compare *compare);

/** trend_is_cut() - whether point @at is the first one that another agent than before brought */
bool trend_is_cut(const struct trend *trend, const struct trend_series *series, size_t at);

/**
 * trend_judge() - find the changes
 * @trend: complete
 *
 * A series is cut where the agent changed: what another program measured is no
 * measurement of the same.
 *
 * exact engine. Each run is held against the first one of the level it continues, so that
 * what creeps is found as soon as the sum is beyond the floor. It is judged as a gate
 * judges two kernels (struct gate_rules), by the trials that both runs have: beyond
 * judge_default_floor(), and where both have boots with the tick elsewhere, apart by more
 * than these are wide.
 *
 * Other engines. stats_changes() of each series, and beyond the floor. As many series are
 * looked at, those of which a change is believed are chosen by Benjamini and Hochberg's
 * procedure (stats_benjamini_hochberg()), so that of the series that are named 5 % at most
 * have not changed, in the mean.
 */
void trend_judge(struct trend *trend);

/**
 * trend_pick() - leave the series of one metric only
 * @trend: judged
 * @metric: "WORKLOAD.NAME"
 * @err: names the nearest one
 *
 * Return: 0, or -ENOENT when no run has it.
 */
int trend_pick(struct trend *trend, const char *metric, struct err *err);

/** trend_seen() - what is known of how small a change of a series is seen; NULL for nothing */
const struct calibration_row *trend_seen(const struct trend *trend,
					 const struct trend_series *series);

/** trend_last_change() - the newest change of a series, NULL for none */
const struct trend_change *trend_last_change(const struct trend_series *series);

/** trend_is_worse() - whether the last change of any series made it worse */
bool trend_is_worse(const struct trend *trend);

/** trend_is_searched() - whether there are runs enough for a change of any series to be found */
bool trend_is_searched(const struct trend *trend);

/** trend_ratio() - after / before of a change; 1 when both are 0, NaN when it cannot be had */
double trend_ratio(const struct trend_change *change);

/**
 * trend_print() - write it
 * @trend: judged
 * @format: PRINT_TEXT has the changes; the others every point of every series
 * @flags: COMPARE_COLOUR; COMPARE_ALL prints in text all series whole
 * @out: where to
 *
 * Return: 0 or -errno of a failed write.
 */
int trend_print(const struct trend *trend, enum print_format format, unsigned int flags, FILE *out);

#endif
