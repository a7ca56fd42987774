/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel variant is a folder: variant.ini, series, patches. This module reads
 * and checks it; it builds nothing.
 */
#ifndef PAGEMETA_VARIANT_H
#define PAGEMETA_VARIANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "job.h"
#include "util.h"

/**
 * struct kconfig_line - one option
 * @option: "CONFIG_X"
 * @value: "y", "n", a number or a quoted string
 * @reason: why a variant switches it off; NULL for all others
 * @of: the variant that does; NULL as well
 * @removed: its patches do, and no other kernel can be built without it
 */
struct kconfig_line {
	char *option;
	char *value;
	char *reason;
	char *of;
	bool removed;
};

/**
 * struct variant_notice - what must notice a mutant
 * @metric: @name are metrics that must get worse, not checks that must fail
 * @workload: where; each of them
 * @param: "NAME=VALUE", for these workloads
 * @name: each of them, in each of the workloads; the check "cell" is the cell itself
 */
struct variant_notice {
	bool metric;
	struct strv workload;
	struct strv param;
	struct strv name;
};

/**
 * struct variant - a variant as its folder describes it
 * @name: folder's name, with "+OTHER" for each variant it is matched with, and with "+debug"
 *	when the debug config is asked for
 * @dir: the folder
 * @help: one line
 * @parent: name of the variant it builds upon (never with +debug), NULL for a root
 * @state: "complete", "partial" or "planned", as the author states it
 * @source: NULL for the suite's kernel source, or "git:PATH REV"
 * @debug: debug.config is put on top
 * @page_bytes: sizeof(struct page), the closed form of the memmap; 0 not stated
 * @memmap_mapping: "2M", "4K" or NULL: how the boot memmap is mapped
 * @zspages: "moving", "fixed" or NULL: whether compaction can move their pages
 * @device_memmap: "full", "lazy" or NULL: whether a namespace takes its whole memmap when bound
 * @failed_bind: "undone", "kept" or NULL: what a bind leaves that runs out of memory while
 *	sections are added
 * @page_descriptors: "array", "pool" or NULL: what became of struct page's content, if anything
 * @descriptor_ranges: file in the guest that tells where descriptors lie, or NULL
 * @config: options over base.config, in file order; then those of variants it is matched with
 * @nr_config: how many
 * @counter: figures that prove the design is active
 * @nr_counters: how many
 * @patch: paths of its own patches in the order of the series
 * @defect: what kind of defect a mutant has, NULL for one that is tried only when all are
 * @notice: what must notice it
 * @nr_notices: how many
 * @up: the parent, loaded, without debug; NULL for a root
 * @keep_tree: others will be built upon it that stand in no folder
 */
struct variant {
	char *name;
	char *dir;
	char *help;
	char *parent;
	char *state;
	char *source;
	bool debug;
	uint32_t page_bytes;
	char *memmap_mapping;
	char *zspages;
	char *device_memmap;
	char *failed_bind;
	char *page_descriptors;
	char *descriptor_ranges;
	struct kconfig_line *config;
	size_t nr_config;
	struct job_counter counter[JOB_COUNTERS_MAX];
	size_t nr_counters;
	struct strv patch;
	char *defect;
	struct variant_notice *notice;
	size_t nr_notices;
	struct variant *up;
	bool keep_tree;
};

/** variant_is_debug() - whether a name asks for the debug config: "NAME+debug" */
bool variant_is_debug(const char *name);

/** variant_is_mutant() - whether a name is "mutants/NAME" */
bool variant_is_mutant(const char *name);

/**
 * variant_load() - read a variant and its parents
 * @kernels: the folder that holds the variants and base.config
 * @name: "baseline", "vmemmap-4k", "mutants/NAME", also with "+OTHER" and "+debug"
 * @ret_variant: freed with variant_free()
 * @err: file, line and what is wrong; the nearest name for an unknown one
 *
 * page_bytes, memmap_mapping, zspages, device_memmap, failed_bind, page_descriptors,
 * descriptor_ranges, source are inherited from the parent when absent.
 *
 * "NAME+OTHER" is NAME without what OTHER switches off, as by variant_match().
 *
 * Return: 0, -ENOENT, -EINVAL (bad file, or it cannot be matched), -ELOOP (parents in a circle).
 */
int variant_load(const char *kernels, const char *name, struct variant **ret_variant,
		 struct err *err);
void variant_free(struct variant *variant);

/**
 * variant_derive() - a variant that is another one with one patch more
 * @up: the other one; owned by the new one from here on
 * @name: without "+debug", which is added where @up has it
 * @help: one line
 * @patch: path
 *
 * It promises what @up promises, its counters among it.
 *
 * Return: freed with variant_free().
 */
struct variant *variant_derive(struct variant *up, const char *name, const char *help,
			       const char *patch);

/** variant_names() - all variants, sorted, mutants last as "mutants/NAME" */
int variant_names(const char *kernels, struct strv *ret_names, struct err *err);

#endif
