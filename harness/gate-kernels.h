/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a series' kernels once they are built: what each patch has changed, and
 * so which cells must be run to judge it.
 */
#ifndef PAGEMETA_GATE_KERNELS_H
#define PAGEMETA_GATE_KERNELS_H

#include "gate.h"
#include "session.h"
#include "steps.h"

/**
 * struct gate_kernels - the patches
 * @patch: one each
 * @unknown: texts of @patch
 */
struct gate_kernels {
	struct gate_patch *patch;
	struct strv unknown;
};

/**
 * gate_kernels_look() - compare what was built
 * @steps: the series; lists for the plugin are written to its folder
 * @session: ready: its variants are the base and a kernel a patch. Gets what the runner is
 *	to count, and how each kernel differs from the base
 * @ret_kernels: freed with gate_kernels_free()
 */
void gate_kernels_look(const struct steps *steps, struct session *session,
		       struct gate_kernels *ret_kernels);
void gate_kernels_free(struct gate_kernels *kernels);

#endif
