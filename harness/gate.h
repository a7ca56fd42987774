/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gate's judgement of a series of patches, made from a run whose variants are the
 * base and the kernel after each patch. Sees a comparison, never files or guests.
 */
#ifndef PAGEMETA_GATE_H
#define PAGEMETA_GATE_H

#include <stdbool.h>
#include <stdio.h>

#include "calibration-file.h"
#include "compare.h"
#include "functions.h"
#include "judge.h"

/** enum gate_verdict - of a figure, a patch, a series; the graver ones come later */
enum gate_verdict {
	GATE_NO_CHANGE,
	GATE_IMPROVEMENT,
	GATE_INCONCLUSIVE,	/* not enough evidence either way, or the change did not run */
	GATE_REGRESSION,
	GATE_FAILED,		/* a check that passed before fails */
	GATE_BROKEN,		/* the test bed */
	GATE_NO_KERNEL,		/* it does not apply or does not build */
	GATE_VERDICT_NR,
};

/* Boots of a kernel by the exact engine, at most: each with the timer's tick elsewhere. */
#define GATE_PHASES 5

/**
 * struct gate_rules - how figures are judged
 * @final: no more boots will be added: what would need them is inconclusive
 * @all: boots are added for every figure, also for those that cannot change the verdict
 * @judge: for engines whose figures vary; see judge.h
 *
 * Figures of the exact engine are the same with every boot, and still move with a change
 * that has nothing to do with them: the timer ticks, and a worker runs, within another
 * operation. So a figure that differs beyond its floor is measured again with the tick
 * elsewhere, of both kernels. It has changed if the two ranges lie apart, by more than
 * either of them is wide; it has not if they overlap. What the tick does not move at all
 * is decided by two boots; a median of many samples, which it moves by less than a quarter of
 * the change, by three, or by the first where all boots of the other kernel are known. In
 * a cell in which a figure is plainly worse the others are judged by two boots, and so are those
 * that are better where one is plainly better: what the patch is they cannot change any more.
 */
struct gate_rules {
	bool final;
	bool all;
	struct judge_rules judge;
};

/**
 * struct gate_pair - one figure of two kernels while it is judged
 * @row: of the comparison
 * @old: side of the kernel before
 * @new: side of the other one
 * @ratio: see struct gate_change
 * @verdict: what came out
 * @worse: of the exact engine: the median went the wrong way, however far
 * @plain: of the exact engine: more boots would not change the verdict
 * @more_old: another boot of the kernel before would help
 * @more_new: one of the other kernel would
 */
struct gate_pair {
	const struct compare_row *row;
	size_t old;
	size_t new;
	double ratio;
	enum gate_verdict verdict;
	bool worse;
	bool plain;
	bool more_old;
	bool more_new;
};

/** gate_is_judged() - whether a figure has a better way, and both sides have it */
bool gate_is_judged(const struct compare *compare, const struct compare_row *row, size_t old,
		    size_t new);

/** gate_judge_pairs() - judge figures: of the exact engine each by itself, others together */
void gate_judge_pairs(struct gate_pair *pair, size_t nr, bool exact,
		      const struct gate_rules *rules);

/** gate_comparison() - a pair as judge() takes it; its group is for the caller to fill in */
struct judge_comparison gate_comparison(const struct gate_pair *pair);

/** gate_verdict_name() - "no change", "regression", ... */
const char *gate_verdict_name(enum gate_verdict verdict);

/**
 * enum gate_exercise - whether the code that a patch changed has run
 * @GATE_RAN: while a workload ran
 * @GATE_SAME_KERNEL: there is nothing to run: the kernel is the same to the byte
 * @GATE_SAME_CODE: data changed, and no function
 * @GATE_BOOTED: only functions that run while the kernel boots have changed
 * @GATE_NOT_RUN: no workload entered any of them
 * @GATE_NOT_KNOWN: it was not looked for; see @why
 */
enum gate_exercise {
	GATE_RAN, GATE_SAME_KERNEL, GATE_SAME_CODE, GATE_BOOTED, GATE_NOT_RUN, GATE_NOT_KNOWN,
	GATE_EXERCISE_NR,
};

/** gate_exercise_name() - "ran", "same kernel", "same code", "at boot", "not run", "not known" */
const char *gate_exercise_name(enum gate_exercise exercise);

/**
 * struct gate_patch - a patch of the series, as the caller knows it
 * @subject: of the patch
 * @why_not: why there is no kernel, NULL when there is one
 * @seconds: what its kernel took to build
 * @same_kernel: its image is that of the kernel before
 * @changed: functions that changed; NULL when that is not known
 * @why_unknown: why not
 */
struct gate_patch {
	const char *subject;
	const char *why_not;
	double seconds;
	bool same_kernel;
	const struct function_list *changed;
	const char *why_unknown;
};

/** struct gate_want - another boot would help to decide */
struct gate_want {
	size_t side;
	const struct compare_row *row;
};

/**
 * struct gate_change - a figure of two kernels
 * @row: of the comparison
 * @old: side of the kernel before
 * @new: side of the other one
 * @ratio: of their medians; NaN when the old one is 0 and the new one is not
 * @verdict: regression, improvement, no change or inconclusive
 * @first: in a change of the whole series: the first patch that makes it, from 1; 0: no
 *	patch alone goes beyond the threshold
 */
struct gate_change {
	const struct compare_row *row;
	size_t old;
	size_t new;
	double ratio;
	enum gate_verdict verdict;
	size_t first;
};

/** struct gate_failure - a check or a cell that passed before this patch and does not now */
struct gate_failure {
	size_t step;
	char *what;	/* "zswap content-verified, compressor=lz4" */
	enum verdict verdict;
	const char *reason;
};

/**
 * struct gate_step - a patch, judged against the one before
 * @patch: as the caller gave it
 * @verdict: the gravest of what was found
 * @regressions: figures that got worse
 * @improvements: figures that got better
 * @figures: that could be judged
 * @failures: checks and cells
 * @exercise: whether the change has run
 * @reached: how many of the changed functions were entered by workloads
 * @calls: how often in all
 * @untouched: cells that enter none of the functions in which its kernel differs from the
 *	base, and that have the base's figures for it
 */
struct gate_step {
	const struct gate_patch *patch;
	enum gate_verdict verdict;
	size_t regressions;
	size_t improvements;
	size_t figures;
	size_t failures;
	enum gate_exercise exercise;
	size_t reached;
	uint64_t calls;
	size_t untouched;
};

/**
 * struct gate - the judgement
 * @compare: what it was made from
 * @step: one per patch
 * @nr_steps: how many
 * @change: of patches, each against the one before: what changed
 * @nr_changes: how many
 * @series: the last kernel that could be judged against the base: what changed
 * @nr_series: how many
 * @last: that kernel's place, from 1; 0: there is none
 * @failure: in order of steps
 * @nr_failures: how many
 * @want: boots that would help, with repetitions
 * @nr_wants: how many
 * @verdict: of the whole
 * @seen: what changes are seen on this host; NULL where that is not known. Set by the caller
 * @why_not_seen: one line that says why, and what to do; NULL where nobody has looked
 */
struct gate {
	const struct compare *compare;
	struct gate_step *step;
	size_t nr_steps;
	struct gate_change *change;
	size_t nr_changes;
	struct gate_change *series;
	size_t nr_series;
	size_t last;
	struct gate_failure *failure;
	size_t nr_failures;
	struct gate_want *want;
	size_t nr_wants;
	enum gate_verdict verdict;
	const struct calibration_file *seen;
	const char *why_not_seen;
};

/**
 * gate_judge() - judge a series
 * @compare: the run: its first variant is the base, patch i is variant i; outlives the gate
 * @patch: what is known of the patches; outlives the gate
 * @nr_patches: variants of the run but one
 * @rules: how figures are judged
 * @ret_gate: freed with gate_free()
 *
 * A figure that one patch makes worse and a later one better again is no regression of the
 * series; it is shown with its patch. A check that fails is a failure of the series with
 * whichever patch it comes, since a bisection will meet it.
 */
void gate_judge(const struct compare *compare, const struct gate_patch *patch, size_t nr_patches,
		const struct gate_rules *rules, struct gate *ret_gate);
void gate_free(struct gate *gate);

/** gate_pairs() - what is judged of a series: each kernel against the one before, the last
 * against the base. Freed with free()
 */
struct gate_pair *gate_pairs(const struct gate *gate, size_t *ret_nr);

/** gate_seen() - what is known of how small a change of a figure is seen; NULL for nothing */
const struct calibration_row *gate_seen(const struct gate *gate, const struct compare_row *row);

/** gate_exit_code() - what the verdict is to the shell; 125 when there is no kernel to judge */
enum exit_code gate_exit_code(const struct gate *gate);

/**
 * gate_print_text() - for people
 * @gate: what
 * @flags: of enum compare_flags; COMPARE_ALL prints every change and not the largest
 * @out: where to
 */
void gate_print_text(const struct gate *gate, unsigned int flags, FILE *out);

/**
 * gate_print_json() - for programs, see docs/result-format.md. Return: 0 or -errno
 */
int gate_print_json(const struct gate *gate, FILE *out);

/** gate_print_ktap() - a test a patch, with subtests: builds, checks, figures, exercised */
void gate_print_ktap(const struct gate *gate, FILE *out);

/** gate_print_junit() - the same as XML: a suite a patch */
void gate_print_junit(const struct gate *gate, FILE *out);

/** gate_print_mail() - for a mailing list: headline, patches, figures, how to reproduce */
void gate_print_mail(const struct gate *gate, FILE *out);

#endif
