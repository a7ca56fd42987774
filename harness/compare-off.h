/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options that kernels of a run are built without, for all that show a comparison.
 */
#ifndef PAGEMETA_COMPARE_OFF_H
#define PAGEMETA_COMPARE_OFF_H

#include "store.h"

/**
 * struct compare_off - an option that designs of a run switch off
 * @option: "CONFIG_X"
 * @reason: why, as the first kernel has it
 * @in: kernels that are built without it, in order of the run
 * @not_in: all others: what it is worth is part of their figures
 */
struct compare_off {
	char *option;
	char *reason;
	struct strv in;
	struct strv not_in;
};

/** compare_off() - all of a run, freed with compare_off_free(); NULL for none */
struct compare_off *compare_off(const struct store_content *content, size_t *ret_nr);
void compare_off_free(struct compare_off *off, size_t nr);

/** compare_off_text() - malloc'd "switched off in A and B, not in C: CONFIG_X: reason" */
char *compare_off_text(const struct compare_off *off);

#endif
