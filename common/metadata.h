/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What memory is spent on describing memory: the words for its kinds, and the phases of a
 * cell in which it is accounted. The agent records one series, METADATA_SERIES, whose
 * labels say which kind on which node in which phase; the harness reads it.
 */
#ifndef PAGEMETA_METADATA_H
#define PAGEMETA_METADATA_H

#include <stdbool.h>
#include <stddef.h>

#define METADATA_SERIES "metadata_bytes"
#define METADATA_MEMORY_SERIES "memory_bytes"	/* kind=present|managed|free|counted,phase= */
#define METADATA_LABELS 64	/* bytes for labels as text */
#define METADATA_NODES 64	/* NUMA nodes of a guest at most */
#define METADATA_DEVICE METADATA_NODES	/* in their place: memory that is no RAM */

/**
 * enum metadata_kind - what the memory holds
 * @METADATA_MEMMAP: struct pages: different page frames that the vmemmap maps
 * @METADATA_TABLES: page tables below the top level that map the vmemmap
 * @METADATA_SECTIONS: the array of section roots and the roots (mm/sparse.c), by which
 *	memory is known to have a memmap
 * @METADATA_PAGE_EXT: page_ext of sections that are online
 * @METADATA_DESCRIPTORS: descriptors and their pools, as the variant exports them
 * @METADATA_ZSPAGES: slabs of struct zspage
 *
 * Whole pages all of them. Not in it: the usage map of a section (56 bytes on 6.12).
 */
enum metadata_kind {
	METADATA_MEMMAP, METADATA_TABLES, METADATA_SECTIONS, METADATA_PAGE_EXT,
	METADATA_DESCRIPTORS, METADATA_ZSPAGES, METADATA_KINDS
};

/**
 * enum metadata_phase - when it is accounted
 * @METADATA_BOOT: before the workload sets up
 * @METADATA_LOADED: the workload has done what it does and has not cleaned up
 * @METADATA_AFTER: its process has ended
 */
enum metadata_phase { METADATA_BOOT, METADATA_LOADED, METADATA_AFTER, METADATA_PHASES };

/** metadata_kind_name() - "memmap", "tables", "sections", "page_ext", "descriptors", "zspages" */
const char *metadata_kind_name(enum metadata_kind kind);

/** metadata_phase_name() - "boot", "loaded", "after" */
const char *metadata_phase_name(enum metadata_phase phase);

/**
 * metadata_labels() - "kind=memmap,node=0,phase=boot"
 * @buf: gets them
 * @kind: what
 * @node: below METADATA_NODES, or METADATA_DEVICE for "node=device"
 * @phase: when
 *
 * Return: @buf.
 */
const char *metadata_labels(char buf[METADATA_LABELS], enum metadata_kind kind, unsigned int node,
			    enum metadata_phase phase);

/** metadata_labels_parse() - back again. Return: whether they were such labels */
bool metadata_labels_parse(const char *labels, enum metadata_kind *ret_kind,
			   unsigned int *ret_node, enum metadata_phase *ret_phase);

#endif
