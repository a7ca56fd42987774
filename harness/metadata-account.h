/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What describes memory, over all cells of a run: by kind, node and phase, of each
 * workload and of all. Text and pictures are made of this one account.
 */
#ifndef PAGEMETA_METADATA_ACCOUNT_H
#define PAGEMETA_METADATA_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "compare.h"
#include "metadata.h"

#define METADATA_ACCOUNT_NODES (METADATA_NODES + 1)	/* METADATA_DEVICE among them */

/**
 * struct metadata_part - one set of parameters of one workload
 * @workload: its name
 * @params: parameters
 * @bytes: of each phase, kind, node and variant, see metadata_account_mean()
 * @whole: of each phase and variant: it has figures
 */
struct metadata_part {
	const char *workload;
	const char *params;
	double *bytes;
	bool *whole;
};

/**
 * struct metadata_account - of a run; texts are the comparison's
 * @variants: of the run
 * @part: in order of the comparison
 * @nr: how many
 * @side: variants that have figures of METADATA_LOADED, the base first if it has
 * @nr_sides: how many
 */
struct metadata_account {
	size_t variants;
	struct metadata_part *part;
	size_t nr;
	size_t *side;
	size_t nr_sides;
};

/** metadata_account_make() - freed with metadata_account_free(); the comparison outlives it */
void metadata_account_make(const struct compare *compare, struct metadata_account *ret_account);
void metadata_account_free(struct metadata_account *account);

/**
 * metadata_account_parts() - of how many parts there are figures of all @side
 * @account: the account
 * @workload: whose; NULL for all
 * @phase: when
 *
 * What one variant lacks would make the means of others look different.
 */
size_t metadata_account_parts(const struct metadata_account *account, const char *workload,
			      enum metadata_phase phase);

/** struct metadata_which - what of it: KINDS, ACCOUNT_NODES or NULL stand for all */
struct metadata_which {
	const char *workload;
	enum metadata_phase phase;
	unsigned int kind;
	unsigned int node;
};

/** metadata_account_mean() - bytes of a variant, the mean of those parts; NaN for none */
double metadata_account_mean(const struct metadata_account *account,
			     const struct metadata_which *which, size_t variant);

#endif
