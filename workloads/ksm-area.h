/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of the KSM workload: pages filled as a layout says, each placed on its
 * node, whose bytes and whose frames are looked at afterwards.
 */
#ifndef PAGEMETA_KSM_AREA_H
#define PAGEMETA_KSM_AREA_H

#include <stddef.h>
#include <stdint.h>

#include "ksm-layout.h"

struct content_maker;
struct run;

#define KSM_PAGE 4096

/**
 * struct ksm_area - pages, made as the layout says
 * @run: the run
 * @layout: the contents
 * @maker: makes them
 * @page: @layout->nr pages, mergeable
 * @sample: @layout->nr samples, locked
 * @frame: @layout->nr frame numbers, locked
 */
struct ksm_area {
	struct run *run;
	struct ksm_layout *layout;
	struct content_maker *maker;
	uint8_t *page;
	uint64_t *sample;
	uint64_t *frame;
};

/**
 * ksm_area_init() - map and fill pages, and let KSM have them
 * @area: filled in; undone with ksm_area_free() also after a failure
 * @run: the run
 * @layout: borrowed
 * @nodes: more than 1: the pages are bound to the nodes that the layout says
 */
int ksm_area_init(struct ksm_area *area, struct run *run, struct ksm_layout *layout,
		  unsigned int nodes);
void ksm_area_free(struct ksm_area *area);

/** ksm_area_at() - address of a page */
static inline uint8_t *ksm_area_at(const struct ksm_area *area, size_t i)
{
	return area->page + i * KSM_PAGE;
}

/** ksm_area_break() - write to a page what makes it differ from all others */
void ksm_area_break(const struct ksm_area *area, size_t i);

/**
 * ksm_area_verify() - compare every byte with what it must be: check content-verified
 * @area: the pages; those the layout calls broken have been written to
 * @labels: of the check
 */
void ksm_area_verify(struct ksm_area *area, const char *labels);

/**
 * ksm_area_check_frames() - hold the frames of the pages against the layout's sets:
 *	check frames-shared
 * @area: the pages
 * @labels: of the check
 *
 * Pages of one set have one frame and no other page has it; pages alone and pages
 * written to have a frame of their own; pages of zeroes have one frame. This says by
 * the page tables what KSM's own counters say about themselves.
 *
 * Return: 0 or an error that was reported.
 */
int ksm_area_check_frames(struct ksm_area *area, const char *labels);

/**
 * ksm_area_check_nodes() - hold the nodes the pages are on against the layout: check
 *	nodes-kept
 * @area: the pages, merged
 * @rules: the settings
 * @labels: of the check
 *
 * Return: 0 or an error that was reported.
 */
int ksm_area_check_nodes(struct ksm_area *area, const struct ksm_rules *rules,
			 const char *labels);

/**
 * ksm_area_swapped() - how many pages are in swap
 * @area: the pages
 * @ret_nr: set on success
 */
int ksm_area_swapped(struct ksm_area *area, size_t *ret_nr);

#endif
