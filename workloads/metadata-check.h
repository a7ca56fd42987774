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
 * @descriptors: of sections of RAM, on each node, where each page has one in an array
 * @tables: page tables for both, on each node
 * @sections: how many of these there are
 * @roots: section roots that they have
 * @counted: pages of memmap by the kernel's way of counting
 * @counted_descriptors: the same of descriptors
 */
struct metadata_form {
	struct frames memmap;
	struct frames descriptors;
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
 * they are an array), and metadata-counted, labelled phase=, and for an array of descriptors
 * kind=descriptors,phase= as well.
 */
void metadata_report(const struct report *report, const struct metadata_source *source,
		     enum metadata_phase phase, const struct metadata *now);

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
