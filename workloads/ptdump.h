/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the kernel's dump of its own page tables (PTDUMP_DEBUGFS) as far as the
 * vmemmap and an array of descriptors go: how they are mapped, and what mapping them costs.
 */
#ifndef PAGEMETA_PTDUMP_H
#define PAGEMETA_PTDUMP_H

#include <stdint.h>
#include <stdio.h>

#define PTDUMP_FILE "/sys/kernel/debug/page_tables/kernel"

/**
 * struct ptdump_vmemmap - the vmemmap in the page tables
 * @pmd_bytes: bytes mapped by 2 MiB entries
 * @pte_bytes: bytes mapped by 4 KiB entries
 * @other_bytes: bytes mapped by larger entries
 * @descriptor_bytes: bytes of descriptors mapped by entries of any size
 * @table_pages: pages of page tables that serve the vmemmap and descriptors alone (PTE, PMD,
 *	PUD tables, and P4D tables under 5-level paging; not the top-level one)
 */
struct ptdump_vmemmap {
	uint64_t pmd_bytes;
	uint64_t pte_bytes;
	uint64_t other_bytes;
	uint64_t descriptor_bytes;
	uint64_t table_pages;
};

/**
 * ptdump_read_vmemmap() - sum up the vmemmap's part of a dump
 * @dump: the dump (arch/x86/mm/dump_pagetables.c writes it), read to its end
 * @descriptors: where the descriptor of page frame 0 lies in an array of all, behind the
 *	vmemmap; 0 where there is none
 * @ret_vmemmap: set on success
 *
 * A table shows in the dump even where it is empty: ranges that nothing maps are
 * printed with the level at which they end.
 *
 * Return: 0, -ENODATA when the dump has no vmemmap, -EBADMSG for a line that is
 * not understood.
 */
int ptdump_read_vmemmap(FILE *dump, uint64_t descriptors, struct ptdump_vmemmap *ret_vmemmap);

/** ptdump_load() - the same for this kernel. Return: also -errno of opening PTDUMP_FILE */
int ptdump_load(const char *path, uint64_t descriptors, struct ptdump_vmemmap *ret_vmemmap);

#endif
