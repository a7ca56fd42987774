/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds metadata of memory against closed forms and against what the kernel counts, and
 * records it: in every cell, in each phase.
 */
#ifndef PAGEMETA_METADATA_CHECK_H
#define PAGEMETA_METADATA_CHECK_H

#include "metadata-read.h"
#include "report.h"

/**
 * struct metadata_form - what there must be by closed form, in pages
 * @memmap: of sections of RAM, on each node
 * @descriptors: of sections of RAM, on each node, where each page has one in an array; or
 *	what pages share, where others are in a pool
 * @shared_elsewhere: of those that pages share, for nodes without RAM, on whichever has some
 * @tables: page tables for both, on each node
 * @sections: how many of these there are
 * @roots: section roots that they have
 * @counted: pages of memmap by the kernel's way of counting
 * @counted_descriptors: the same of descriptors
 */
struct metadata_form {
	struct frames memmap;
	struct frames descriptors;
	uint64_t shared_elsewhere;
	struct frames tables;
	uint64_t sections;
	uint64_t roots;
	uint64_t counted;
	uint64_t counted_descriptors;
};

/**
 * metadata_form() - reckon it
 * @now: what there is
 * @job: sizeof(struct page), how the memmap is mapped, whether there is an array of descriptors
 * @ret_form: filled
 */
void metadata_form(const struct metadata *now, const struct job *job,
		   struct metadata_form *ret_form);

/** metadata_form_array() - pages of the array of section roots */
uint64_t metadata_form_array(const struct metadata *now);

/**
 * metadata_report() - record and judge one look
 * @report: whom to tell
 * @source: where it was read
 * @phase: when
 * @now: what was seen
 *
 * Records the series METADATA_SERIES and METADATA_MEMORY_SERIES. Reports metadata-closed-form, labelled
 * kind=,phase= (memmap, tables, sections, zspages; page_ext where it is on; descriptors where
 * they are an array or in a pool), and metadata-counted, labelled phase=, and for descriptors
 * kind=descriptors,phase= as well, for those in a pool also kind=slots,phase=.
 */
void metadata_report(const struct report *report, const struct metadata_source *source,
		     enum metadata_phase phase, const struct metadata *now);

/**
 * metadata_report_pool() - judge what one look says of a pool of descriptors
 * @report: whom to tell
 * @phase: when
 * @now: what was seen
 * @form: what there must be
 *
 * Part of metadata_report(). Reports metadata-closed-form, labelled kind=descriptors,phase=, and
 * metadata-counted, labelled kind=slots,phase= and kind=descriptors,phase=.
 */
void metadata_report_pool(const struct report *report, enum metadata_phase phase,
			  const struct metadata *now, const struct metadata_form *form);

/** metadata_nodes_text() - "node 0: 2048, must be 2048; node 1: 1024, must be 1024" */
#define METADATA_NODES_TEXT 1024
const char *metadata_nodes_text(char text[METADATA_NODES_TEXT], const struct frames *seen,
				const struct frames *form);

/** metadata_report_unread() - the look failed with @error: the check metadata-counted says why */
void metadata_report_unread(const struct report *report, enum metadata_phase phase, int error,
			    const char *why);

/**
 * metadata_report_free() - report metadata-free: does what became of free memory explain itself?
 * @report: whom to tell
 * @phase: when; not METADATA_BOOT
 * @boot: the look before the workload
 * @now: the look at @phase
 */
void metadata_report_free(const struct report *report, enum metadata_phase phase,
			  const struct metadata *boot, const struct metadata *now);

#endif
