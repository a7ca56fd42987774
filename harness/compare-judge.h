/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of a comparison is a change: figures of each variant held against the base's by the
 * rules of the gate, which a comparison is not: nothing here decides an exit code.
 */
#ifndef PAGEMETA_COMPARE_JUDGE_H
#define PAGEMETA_COMPARE_JUDGE_H

#include "gate.h"

/**
 * struct compare_change - a metric of a variant, over all parameters
 * @metric: declaration
 * @side: the variant
 * @verdict: GATE_REGRESSION or GATE_IMPROVEMENT
 * @worst: of the figures with that verdict the one that changed most
 * @ratio: of it; see struct gate_change
 * @nr: figures with that verdict
 * @of: figures that were judged
 */
struct compare_change {
	const struct store_metric *metric;
	size_t side;
	enum gate_verdict verdict;
	const struct compare_row *worst;
	double ratio;
	size_t nr;
	size_t of;
};

/**
 * struct compare_changes - of a run
 * @item: the largest first
 * @nr: how many
 * @judged: figures that were judged, of all variants
 * @count: of them, by verdict
 * @one_boot: figures of an exact engine came from one boot each: what the timer's tick moves
 *	is not told from what the kernel does, see struct gate_rules
 */
struct compare_changes {
	struct compare_change *item;
	size_t nr;
	size_t judged;
	size_t count[GATE_VERDICT_NR];
	bool one_boot;
};

/**
 * compare_change_is_main() - whether it is worth a line where not all are shown
 *
 * Not one of memory traffic that is not what most designs are about, not what describes memory
 * (which is accounted as a whole), and not the 99th percentile of a series whose median did
 * the same.
 */
bool compare_change_is_main(const struct compare_changes *changes,
			    const struct compare_change *change);

/** compare_judge() - @ret_changes: freed with compare_changes_free(); points into @compare */
void compare_judge(const struct compare *compare, struct compare_changes *ret_changes);
void compare_changes_free(struct compare_changes *changes);

#endif
