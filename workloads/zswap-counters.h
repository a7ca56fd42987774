/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters that prove where pages went: into zswap, or past it to the swap
 * device.
 */
#ifndef PAGEMETA_ZSWAP_COUNTERS_H
#define PAGEMETA_ZSWAP_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

struct run;

/** enum zswap_counter - what is counted; the sources stand in zswap-counters.c */
enum zswap_counter {
	ZC_ZSWPOUT,		/* pages stored in zswap */
	ZC_ZSWPIN,		/* pages loaded from zswap */
	ZC_PSWPOUT,		/* pages written to the swap device */
	ZC_PSWPIN,		/* pages read from the swap device */
	ZC_SWPOUT_ZERO,		/* pages of zeroes, kept as a bit only */
	ZC_REJECT_POOR,		/* compressed size is nothing the pool takes */
	ZC_REJECT_FAIL,		/* compressor gave up: output larger than a page */
	ZC_REJECT_OTHER,	/* no memory, pool limit, failed reclaim */
	ZC_WRITTEN_BACK,	/* pages moved from zswap to the device */
	ZC_STORED,		/* pages in zswap now */
	ZC_POOL_BYTES,		/* bytes the pool takes now */
	ZC_NR
};

/** struct zswap_counters - all of them at one moment */
struct zswap_counters {
	uint64_t value[ZC_NR];
};

/**
 * zswap_counters_read() - read all
 * @ret_counters: set on success
 * @ret_source: on failure the file or field that could not be read
 *
 * Return: 0 or -errno.
 */
int zswap_counters_read(struct zswap_counters *ret_counters, const char **ret_source);

/**
 * zswap_counters_take() - read all, for a workload
 * @run: gets the reason of a failure
 * @ret_counters: set on success
 *
 * Return: 0 or -errno.
 */
int zswap_counters_take(struct run *run, struct zswap_counters *ret_counters);

/** zswap_counters_change() - by how much a counter grew; negative wraps around */
static inline uint64_t zswap_counters_change(const struct zswap_counters *before,
					     const struct zswap_counters *after,
					     enum zswap_counter counter)
{
	return after->value[counter] - before->value[counter];
}

/** struct zswap_expect - by how much a counter must have changed */
struct zswap_expect {
	enum zswap_counter counter;
	int64_t change;
};

/**
 * zswap_counters_check() - hold changes against what they must be
 * @before: at the start
 * @after: at the end
 * @expect: @nr expectations
 * @nr: how many
 * @text: gets "name +change" of each, with "(must be +x)" where that is wrong;
 *	appended to what is there
 * @size: bytes at @text
 *
 * Return: how many are wrong.
 */
unsigned int zswap_counters_check(const struct zswap_counters *before,
				  const struct zswap_counters *after,
				  const struct zswap_expect *expect, size_t nr,
				  char *text, size_t size);

/**
 * zswap_counters_report() - zswap_counters_check() as a check of the run
 * @run: this run
 * @check: name of the check
 * @labels: as for run_check()
 * @before: at the start
 * @after: at the end
 * @expect: @nr expectations
 * @nr: how many
 */
void zswap_counters_report(struct run *run, const char *check, const char *labels,
			   const struct zswap_counters *before,
			   const struct zswap_counters *after,
			   const struct zswap_expect *expect, size_t nr);

#endif
