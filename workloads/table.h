/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every workload there is, in the order in which they are listed and run: a new
 * one is one line here. The list is expanded twice, into declarations and into
 * workload_table.
 */
#ifndef PAGEMETA_TABLE_H
#define PAGEMETA_TABLE_H

#include "workload.h"

#define WORKLOAD_LIST(entry)	\
	entry(zswap)		\
	entry(zswap_writeback)	\
	entry(zswap_compact)	\
	entry(zswap_memcg)	\
	entry(zswap_threads)	\
	entry(zswap_storm)	\
	entry(zram)		\
	entry(zsmalloc_storm)	\
	entry(memmap)		\
	entry(ksm)		\
	entry(odirect)		\
	entry(races)		\
	entry(dax)		\
	entry(dax_fail)		\
	entry(dax_storm)	\
	entry(storm)		\
	entry(invariants)	\
	entry(peekers)		\
	entry(peekers_storm)	\
	entry(pfnmap)		\
	entry(core)		\
	entry(compaction)	\
	entry(move_pages)	\
	entry(memory_offline)	\
	entry(kselftest)	\
	entry(holes)		\
	entry(traffic)		\
	entry(fault_panic)	\
	entry(fault_oops)	\
	entry(fault_warning)	\
	entry(fault_hang)	\
	entry(fault_sleep)	\
	entry(fault_garbage)	\
	entry(fault_truncate)	\
	entry(fault_crash)	\
	entry(fault_wordy)	\
	entry(fault_check)	\
	entry(fault_silent)	\
	entry(fault_reference)

#define WORKLOAD_DECLARE(name) extern const struct workload workload_##name;
WORKLOAD_LIST(WORKLOAD_DECLARE)

#endif
