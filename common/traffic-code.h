/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent tells the traffic plugin: instructions that do nothing anywhere, and
 * of which the plugin knows the form. The number of what is said stands in the
 * instruction itself, so that nothing that happens between two of them (an interrupt,
 * another thread) can tear it.
 */
#ifndef PAGEMETA_TRAFFIC_CODE_H
#define PAGEMETA_TRAFFIC_CODE_H

/*
 * nopl TRAFFIC_MAGIC + code(%rax): three bytes and the displacement, which no compiler
 * would choose.
 */
#define TRAFFIC_NOP_BYTES { 0x0f, 0x1f, 0x80 }
#define TRAFFIC_NOP_SIZE 7
#define TRAFFIC_MAGIC 0x706d6000

/* Threads that can have a window open at the same time, the workload's own among them. */
#define TRAFFIC_SLOTS 16

/**
 * enum traffic_code - what can be said
 * @TRAFFIC_BYTE: and the 255 codes after it: one byte of the description of a range
 * @TRAFFIC_BEGIN: and one for each slot: a window begins
 * @TRAFFIC_END: and one for each slot: it ends; the windows of a slot are counted from 1
 * @TRAFFIC_RANGE: the last TRAFFIC_RANGE_BYTES bytes describe a range of addresses
 * @TRAFFIC_START: from now on accesses are counted
 * @TRAFFIC_STOP: no longer
 */
enum traffic_code {
	TRAFFIC_BYTE = 0,
	TRAFFIC_BEGIN = 0x100,
	TRAFFIC_END = TRAFFIC_BEGIN + TRAFFIC_SLOTS,
	TRAFFIC_RANGE = TRAFFIC_END + TRAFFIC_SLOTS,
	TRAFFIC_START,
	TRAFFIC_STOP,
	TRAFFIC_CODES
};

/* Class, log2 of the size of the pages that map it, first address, size; little-endian. */
#define TRAFFIC_RANGE_BYTES 18

/**
 * enum traffic_class - whose memory is accessed
 * @TRAFFIC_MEMMAP: struct pages, by their addresses in the vmemmap
 * @TRAFFIC_DESCRIPTORS: what a design has beside them: slab caches and pools of its own
 * @TRAFFIC_REST: everything else
 */
enum traffic_class { TRAFFIC_MEMMAP, TRAFFIC_DESCRIPTORS, TRAFFIC_REST, TRAFFIC_CLASSES };

#endif
