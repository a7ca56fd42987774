/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A profile says which values each parameter goes through and how many boots a
 * cell gets. Two are built in (the declared quick and full values); others are
 * ini files:
 *
 *	[run]
 *	trials = 5
 *	[zswap]
 *	compressor = lz4,zstd
 */
#ifndef PAGEMETA_PROFILE_H
#define PAGEMETA_PROFILE_H

#include "err.h"
#include "plan.h"

/** struct profile_value - the values of one parameter of one workload */
struct profile_value {
	const struct workload *workload;
	const struct workload_param *param;
	struct strv values;
};

/**
 * struct profile - a profile with the user's own values on top
 * @full: the declared full values are the base, not the quick ones
 * @trials: boots per cell, 0 for the default
 * @value: set by file or command line; later ones win
 * @nr: how many
 */
struct profile {
	bool full;
	unsigned int trials;
	struct profile_value *value;
	size_t nr;
};

int profile_load(const char *name, struct profile *ret_profile, struct err *err);

/** profile_set() - "WORKLOAD.NAME=VALUE,..." from the command line */
int profile_set(struct profile *profile, const char *setting, struct err *err);
void profile_free(struct profile *profile);

/** profile_values() - the values a parameter goes through; at least one */
void profile_values(const struct profile *profile, const struct workload *workload,
		    const struct workload_param *param, struct strv *ret_values);

#endif
