/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Switching zswap on with a compressor and a pool, for all workloads that use it,
 * and what those workloads have in common.
 */
#ifndef PAGEMETA_ZSWAP_SETUP_H
#define PAGEMETA_ZSWAP_SETUP_H

struct job;
struct run;
struct workload_needs;

/** zswap_compressors - choices of a parameter "compressor" */
extern const char *const zswap_compressors[];

/** zswap_pools - choices of a parameter "pool"; z3fold is not in every kernel */
extern const char *const zswap_pools[];

/** zswap_config - kernel options all workloads of zswap need */
extern const char *const zswap_config[];

/**
 * zswap_set() - set a parameter of zswap and see that the kernel took it
 * @run: gets the reason of a failure
 * @name: file below /sys/module/zswap/parameters
 * @value: what to write
 *
 * Return: 0, -EOPNOTSUPP when this kernel does not know the value, -errno.
 */
int zswap_set(struct run *run, const char *name, const char *value);

/**
 * zswap_on() - switch zswap on, with the shrinker off
 * @run: has the parameters "compressor" and "pool"
 *
 * Return: as zswap_set().
 */
int zswap_on(struct run *run);

/**
 * zswap_swap_on() - zswap and swap, ready for pages that are swapped one by one
 * @run: as for zswap_on()
 * @pages: pages that will be swapped out at a time
 *
 * Locks what this process has touched so far, so that reclaim leaves it alone, and
 * turns readahead off, so that a fault brings back its page only.
 *
 * Return: 0, -EOPNOTSUPP or -errno.
 */
int zswap_swap_on(struct run *run, unsigned long pages);

/** zswap_adapt() - adapt() of a workload with a parameter "pool" */
void zswap_adapt(const struct job *job, struct workload_needs *needs);

#endif
