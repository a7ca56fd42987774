/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up guest of 512 MiB on two nodes, below one temporary folder: its /proc/kcore
 * holds page tables and section roots that a test can change, and the files beside it say
 * what a sound kernel would.
 */
#ifndef PAGEMETA_TESTS_FAKE_MEMORY_H
#define PAGEMETA_TESTS_FAKE_MEMORY_H

#include <stdint.h>

#define FAKE_MEMORY_NODE_BYTES (UINT64_C(256) << 20)

/* Where things lie in its physical memory. */
#define FAKE_TOP	UINT64_C(0x1100000)	/* top-level page table, in the image */
#define FAKE_PUD	UINT64_C(0x2000000)
#define FAKE_PMD	UINT64_C(0x2001000)
#define FAKE_SPARE	UINT64_C(0x2002000)	/* pages that tests may take, zero */
#define FAKE_ROOTS	UINT64_C(0x3000600)	/* not on a page boundary, like the real one */
#define FAKE_ROOT	UINT64_C(0x3100000)
#define FAKE_MEMMAP_0	UINT64_C(0x4000000)	/* 4 MiB on node 0 */
#define FAKE_MEMMAP_1	UINT64_C(0x14000000)	/* 4 MiB on node 1 */

#define FAKE_VMEMMAP	UINT64_C(0xffffea0000000000)
#define FAKE_DIRECT	UINT64_C(0xffff888000000000)

/* Entries: present, and present and large. */
#define FAKE_TABLE	UINT64_C(0x63)
#define FAKE_LARGE	UINT64_C(0xe3)

/**
 * struct fake_memory - the guest
 * @root: the temporary folder, for what takes a root
 * @core: its kcore, open for writing
 */
struct fake_memory {
	char root[64];
	int core;
};

/** fake_memory_make() - a sound guest; a failure fails the test */
void fake_memory_make(struct fake_memory *fake);
void fake_memory_remove(struct fake_memory *fake);

/** fake_memory_put() - write a file below the root, with its folders */
void fake_memory_put(const struct fake_memory *fake, const char *path, const char *text);

/** fake_memory_word() - write a word of its physical memory */
void fake_memory_word(const struct fake_memory *fake, uint64_t physical, uint64_t word);

/** fake_memory_info() - its VMCOREINFO is @text */
void fake_memory_info(const struct fake_memory *fake, const char *text);

/** fake_memory_counted() - its /proc/vmstat says so many pages of memmap */
void fake_memory_counted(const struct fake_memory *fake, uint64_t boot, uint64_t later);

#endif
