/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * More boots for what a gate cannot decide yet.
 */
#ifndef PAGEMETA_GATE_MORE_H
#define PAGEMETA_GATE_MORE_H

#include "gate.h"
#include "session.h"
#include "trials.h"

#define GATE_BOOTS_KVM 10	/* of each kernel before figures are looked at: see trials.h */

/**
 * struct gate_more - between two looks at a run
 * @patch: see gate_judge()
 * @nr_patches: how many
 * @budget_s: seconds of wall time for all boots; 0 adds none to what was planned, but for
 *	the exact engine, which needs no more than GATE_PHASES
 * @all: see struct gate_rules
 * @begun: when the first boot began, on clock_ns()
 * @judge: grows with each look; gate_more_rules() sets it
 */
struct gate_more {
	const struct gate_patch *patch;
	size_t nr_patches;
	unsigned int budget_s;
	bool all;
	uint64_t begun;
	struct judge_rules judge;
};

/** gate_more_rules() - rules for the first look */
struct judge_rules gate_more_rules(unsigned int budget_s);

/** gate_more() - see struct session_request, of which it is @more; @ctx is a struct gate_more */
int gate_more(void *ctx, struct session *session, struct err *err);

#endif
