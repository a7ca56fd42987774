/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A census of page frames: what a host uses its pages for, and what each design of
 * page metadata would cost there.
 *
 * What is kept of a host are counts: how many pages of a node have the same word of
 * /proc/kpageflags and are mapped never, once or more often. That is small (some
 * thousand counts, whatever the size of the host), says nothing of what lies where,
 * and everything that is printed follows from it.
 */
#ifndef PAGEMETA_CENSUS_H
#define PAGEMETA_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "memmap-size.h"
#include "memmap-tables.h"
#include "print-format.h"
#include "util.h"

#define CENSUS_NODES_MAX 1024	/* MAX_NUMNODES of x86-64 */
#define CENSUS_NO_NODE (-1)	/* page frames without a struct page */
#define CENSUS_PAGE_BYTES 64	/* sizeof(struct page) of a host on x86-64 */

/** enum census_mapped - how often a page is mapped, by /proc/kpagecount */
enum census_mapped { CENSUS_UNMAPPED, CENSUS_ONCE, CENSUS_SHARED, CENSUS_MAPPED_NR };

/**
 * struct census_tally - pages that are alike
 * @node: their NUMA node, CENSUS_NO_NODE for holes
 * @mapped: how often each is mapped
 * @flags: word of /proc/kpageflags
 * @pages: how many
 */
struct census_tally {
	int node;
	enum census_mapped mapped;
	uint64_t flags;
	uint64_t pages;
};

/** struct census_tallies - all of them; sorted by node, flags, mapped once it is complete */
struct census_tallies {
	struct census_tally *item;
	size_t nr;
	uint32_t *slot;		/* hash table of places in @item, counted from 1 */
	size_t nr_slots;
	size_t last;		/* where the last page was counted */
};

/**
 * struct census_node - what a node's counters say; in pages
 * @id: number of the node
 * @sections: sections of memory, each with a memmap
 * @present: that zones have
 * @managed: that the page allocator was given
 * @cpu_lists: free, in the lists of the CPUs
 * @zsmalloc: of zsmalloc
 * @stacks: of kernel stacks
 * @device: that the zone of device memory spans, holes included
 */
struct census_node {
	unsigned int id;
	uint64_t sections;
	uint64_t present;
	uint64_t managed;
	uint64_t cpu_lists;
	uint64_t zsmalloc;
	uint64_t stacks;
	uint64_t device;
};

/**
 * struct census_device - persistent memory bound with a memmap that lies in RAM
 * @bytes: size
 * @align: of faults; above 4096 device-dax has a memmap without its duplicates
 * @dax: a character device (device-dax), otherwise a block device (fsdax)
 */
struct census_device {
	uint64_t bytes;
	uint64_t align;
	bool dax;
};

/** struct census_blocks - memory blocks: how many, and the size of each */
struct census_blocks {
	uint64_t nr;
	uint64_t bytes;
};

/**
 * struct census - a host
 * @kernel: its release, as uname -r prints it
 * @tallies: its pages
 * @node: in the order of their numbers
 * @nr_nodes: how many
 * @device: persistent memory
 * @nr_devices: how many
 * @layout: its sections, each of which has 2 MiB of memmap
 * @blocks: memory blocks; none where the kernel has no memory hotplug
 * @counted: whether the kernel counts its memmap (Linux 6.12 and later)
 * @size: what it counted, and the sections of @layout
 * @beside: what explains a difference, looked for only when there is one
 * @hvo: hugetlb gives back memmap (vm.hugetlb_optimize_vmemmap)
 * @five_levels: 5-level paging
 */
struct census {
	char kernel[65];
	struct census_tallies tallies;
	struct census_node *node;
	size_t nr_nodes;
	struct census_device *device;
	size_t nr_devices;
	struct memmap_layout layout;
	struct census_blocks blocks;
	bool counted;
	struct memmap_size size;
	struct memmap_beside beside;
	bool hvo;
	bool five_levels;
};

/**
 * census_read() - take the census of a host
 * @root: prefix of /proc and /sys: "" for this host, "/host" in a container that has
 *	them there
 * @ret_census: freed with census_free()
 * @err: the file, why it cannot be read, what to do
 *
 * Pages change while they are read, so that totals are not those of one moment. How many
 * struct pages there are is exact, unless memory is plugged meanwhile.
 *
 * Return: 0, -EACCES, -ENOENT, -EBADMSG or another -errno.
 */
int census_read(const char *root, struct census *ret_census, struct err *err);
void census_free(struct census *census);

/** census_save() - write a snapshot (docs/result-format.md). Return: 0 or -errno */
int census_save(const struct census *census, const char *path, struct err *err);

/**
 * census_load() - read a snapshot, which may come from anyone
 * @path: file that census_save() wrote
 * @ret_census: freed with census_free()
 * @err: what is wrong with it
 *
 * Return: 0, -EBADMSG for what is no snapshot or contradicts itself, -ENOTSUP for one of
 * another version, -EFBIG, or another -errno.
 */
int census_load(const char *path, struct census *ret_census, struct err *err);

/** enum census_type - what a page is used for; a page is of one type */
enum census_type {
	CENSUS_FREE, CENSUS_CPU_LISTS, CENSUS_ANON, CENSUS_KSM, CENSUS_SHMEM, CENSUS_FILE,
	CENSUS_HUGETLB, CENSUS_SLAB, CENSUS_PGTABLE, CENSUS_STACKS, CENSUS_ZSMALLOC,
	CENSUS_OTHER, CENSUS_ZERO, CENSUS_OFFLINE, CENSUS_POISONED, CENSUS_RESERVED,
	CENSUS_UNMANAGED, CENSUS_NOT_ONLINE, CENSUS_HOLES, CENSUS_TYPES
};

/** census_type_name() - "free", "anon", ... */
const char *census_type_name(enum census_type type);

/** census_type_help() - how pages of the type are told, in one line */
const char *census_type_help(enum census_type type);

/** census_type_has_memmap() - whether these page frames have a struct page */
bool census_type_has_memmap(enum census_type type);

/**
 * census_type_of() - the type that a word of /proc/kpageflags tells
 * @flags: the word
 * @node: CENSUS_NO_NODE without a struct page
 *
 * Some types have no flag: their pages are CENSUS_OTHER here, see census_count_types().
 */
enum census_type census_type_of(uint64_t flags, int node);

/**
 * struct census_row - pages of a type
 * @pages: how many
 * @mapped: of these, mapped at least once
 * @shared: of these, mapped more than once
 * @large: of @pages, part of a large folio or another compound page
 * @folios: of @pages, all that are no tail of a compound page
 */
struct census_row {
	uint64_t pages;
	uint64_t mapped;
	uint64_t shared;
	uint64_t large;
	uint64_t folios;
};

/** struct census_types - a row for each type */
struct census_types {
	struct census_row row[CENSUS_TYPES];
};

/**
 * census_count_types() - add up the pages of each type
 * @census: a host
 * @node: a node of it, NULL for all and the holes between them
 * @ret_types: filled
 *
 * Types without a flag are as many as the kernel's counters say, taken from what has no
 * flag: kernel stacks, pages of zsmalloc, lists of CPUs, and what zones have but the page
 * allocator was not given although it is not reserved.
 */
void census_count_types(const struct census *census, const struct census_node *node,
			struct census_types *ret_types);

/** enum census_bytes - what metadata consist of */
enum census_bytes { CENSUS_MEMMAP, CENSUS_TABLES, CENSUS_DESCRIPTORS, CENSUS_BYTES_NR };

/** census_bytes_name() - "memmap", "tables" (page tables of the vmemmap), "descriptors" */
const char *census_bytes_name(enum census_bytes bytes);

/**
 * struct census_cost - what a design costs on a host; bytes
 * @least: of each kind, when what varies is at its best
 * @most: the same at its worst
 */
struct census_cost {
	uint64_t least[CENSUS_BYTES_NR];
	uint64_t most[CENSUS_BYTES_NR];
};

/** census_cost_total() - sum of one column. Return: bytes */
uint64_t census_cost_total(const uint64_t bytes[CENSUS_BYTES_NR]);

/** struct census_design - a design and its closed form; census-design.c has them all */
struct census_design {
	const char *name;	/* of the variant */
	const char *help;	/* what varies between least and most */
	const char *held[CENSUS_BYTES_NR];	/* check that holds guests to it, or NULL */
	void (*cost)(const struct census *census, const struct census_types *types,
		     struct census_cost *cost);
};

/** census_design_table - all designs, ended by a NULL name; the baseline is the first */
extern const struct census_design census_design_table[];

/** census_judge() - hold the closed form of the baseline against what the kernel counts */
void census_judge(const struct census *census, struct memmap_judged *ret_judged);

/** enum census_verdict - how the two compare */
enum census_verdict {
	CENSUS_SAME,		/* to the byte */
	CENSUS_EXPLAINED,	/* the kernel is known to count something else as well */
	CENSUS_DIFFERS,
	CENSUS_UNKNOWN,		/* the kernel does not count its memmap */
};

/**
 * census_verdict() - the verdict, in a word and in a sentence
 * @census: a host
 * @ret_text: malloc'd sentence with both figures and the reason of a difference
 */
enum census_verdict census_verdict(const struct census *census, char **ret_text);

/** census_verdict_name() - "same", "explained", "differs", "unknown" */
const char *census_verdict_name(enum census_verdict verdict);

/**
 * census_print() - print types and designs
 * @census: a host
 * @kernels: folder of the variants, which say how far each design has come
 * @format: how
 * @verbose: of PRINT_TEXT: how each type is told as well
 * @out: where to
 *
 * Return: 0 or -errno.
 */
int census_print(const struct census *census, const char *kernels, enum print_format format,
		 bool verbose, FILE *out);

/** census_state() - malloc'd state of a design: that of its variant, "planned" without one */
char *census_state(const char *kernels, const char *design);

/**
 * census_plot() - draw types and designs
 * @census: a host
 * @kernels: folder of the variants
 * @scripts: folder of the *.gp files
 * @base: BASE.dat, BASE.png, BASE.svg and BASE.pdf are written
 * @ret_made: paths of the pictures
 * @err: gnuplot's own words when it fails
 *
 * Return: 0, -ENOENT without gnuplot, -EIO.
 */
int census_plot(const struct census *census, const char *kernels, const char *scripts,
		const char *base, struct strv *ret_made, struct err *err);

#endif
