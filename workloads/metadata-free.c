/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free memory as a witness. What is managed is free, or in a count, or metadata, or in no
 * count: the last part changes little, whatever a workload does, unless somebody takes
 * pages and tells nobody: an uncounted descriptor pool, or a leak.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "metadata-check.h"

/*
 * Pages that a CPU has on their way to or from an LRU list are on none (31 folios in each
 * of a few batches), and the rest of the kernel takes one here and there.
 */
#define CPU_PAGES 32
#define OTHER_PAGES 64

#define HUGE_PAGES 512	/* of the huge zero page, which is made when it is first read from */

/* Pools of zbud and z3fold are counted by zswap alone, those of zsmalloc by the kernel as well. */
static uint64_t counted_pages(const struct metadata *metadata)
{
	uint64_t zswap = metadata->use.zswap, zsmalloc = metadata->zspages.zswap_pages;

	return memory_use_known(&metadata->use) + (zswap > zsmalloc ? zswap - zsmalloc : 0);
}

/*
 * Slabs of zspages are slabs, and those are counted. A pool of descriptors has by now given
 * back what it did not need when free memory was looked at, or has taken more.
 */
static uint64_t metadata_pages(const struct metadata *metadata)
{
	uint64_t pages = metadata->pool_pages - frames_total(&metadata->slot_pages);
	unsigned int kind, node;

	for (kind = 0; kind < METADATA_KINDS; kind++)
		for (node = 0; kind != METADATA_ZSPAGES && node < METADATA_DEVICE; node++)
			pages += metadata->frames[kind].node[node];
	return pages;
}

void metadata_report_free(const struct report *report, enum metadata_phase phase,
			  const struct metadata *boot, const struct metadata *now)
{
	int64_t managed = (int64_t)(memory_use_sum(now->use.managed) -
				    memory_use_sum(boot->use.managed));
	int64_t counted = (int64_t)(counted_pages(now) - counted_pages(boot));
	int64_t metadata = (int64_t)(metadata_pages(now) - metadata_pages(boot));
	int64_t fell = managed - (int64_t)(now->use.free - boot->use.free);
	int64_t written = (int64_t)(now->use.written - boot->use.written);
	int64_t slack = OTHER_PAGES + CPU_PAGES * sysconf(_SC_NPROCESSORS_CONF);
	int64_t most = slack + written, least = -slack;
	int64_t rest = fell - counted - metadata;
	char labels[METADATA_LABELS];

	if (now->use.huge_zeroes > boot->use.huge_zeroes)
		most += HUGE_PAGES;
	/* Pages of a device that are poisoned are in the same count, and are no RAM. */
	if (now->use.poisoned > boot->use.poisoned)
		least -= (int64_t)(now->use.poisoned - boot->use.poisoned);
	snprintf(labels, sizeof(labels), "phase=%s", metadata_phase_name(phase));
	report_check(report, "metadata-free", labels,
		     rest >= least && rest <= most ? VERDICT_PASS : VERDICT_FAIL,
		     "since boot %" PRId64 " pages more are used: %" PRId64 " more of metadata, %" PRId64
		     " more that the kernel counts, and %" PRId64 " more that it does not, must be %"
		     PRId64 " to %" PRId64 " (%" PRId64 " went to block devices, which may be RAM)",
		     fell, metadata, counted, rest, least, most, written);
}
