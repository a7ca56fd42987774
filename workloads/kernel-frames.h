/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which page frames lie behind addresses of the kernel, and behind its memmap: by its page
 * tables, which are what the CPU goes by, read through /proc/kcore. A counter can say
 * something else, a mapping cannot.
 */
#ifndef PAGEMETA_KERNEL_FRAMES_H
#define PAGEMETA_KERNEL_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "kcore.h"
#include "memory-map.h"

/** struct frames - how many on each node; METADATA_DEVICE: not in RAM */
struct frames {
	uint64_t node[METADATA_NODES + 1];
};

/** frames_total() - on all nodes, and on devices */
uint64_t frames_total(const struct frames *frames);

/** enum memmap_part - what a memmap is of */
enum memmap_part { MEMMAP_OF_RAM, MEMMAP_OF_DEVICES, MEMMAP_PARTS };

/**
 * struct kernel_memmap - what the vmemmap maps, or an array of descriptors
 * @frames: different page frames, by what of: one that many struct pages share counts once
 * @tables: different page tables below the top level; a table that maps struct pages of RAM
 *	is of RAM
 * @small: bytes that entries of 4 KiB map; of a table that is in several places, once
 * @large: bytes that entries of 2 MiB map
 * @huge: bytes that larger entries map
 * @empty: tables in which nothing is present
 * @sections: one past the last section that has a struct page, or a descriptor, mapped
 */
struct kernel_memmap {
	struct frames frames[MEMMAP_PARTS];
	struct frames tables[MEMMAP_PARTS];
	uint64_t small[MEMMAP_PARTS];
	uint64_t large[MEMMAP_PARTS];
	uint64_t huge[MEMMAP_PARTS];
	uint64_t empty;
	uint64_t sections;
};

/**
 * struct kernel_frames - a kernel's memory, to be looked into
 * @kcore: open
 * @map: which frames are where
 * @top: physical address of its top-level page table
 * @five_levels: 5-level paging
 */
struct kernel_frames {
	const struct kcore *kcore;
	const struct memory_map *map;
	uint64_t top;
	bool five_levels;
};

/**
 * kernel_frames_begin() - find the page tables
 * @kcore: open; must outlive it
 * @map: the same
 * @ret_kernel: set on success
 *
 * Return: 0, or -ENOKEY when VMCOREINFO does not say where they are.
 */
int kernel_frames_begin(const struct kcore *kcore, const struct memory_map *map,
			struct kernel_frames *ret_kernel);

/**
 * struct descriptor_windows - addresses where descriptors of pages are mapped
 * @array: of the descriptor of page frame 0 in an array of all; 0 where there is none
 * @array_of_devices: only device memory has descriptors there
 * @shared: where those begin that pages share; 0 where there are none
 * @shared_bytes: how far they may reach
 */
struct descriptor_windows {
	uint64_t array;
	bool array_of_devices;
	uint64_t shared;
	uint64_t shared_bytes;
};

/**
 * kernel_frames_memmap() - the memmap
 * @kernel: see there
 * @page_bytes: sizeof(struct page)
 * @descriptors: where descriptors are
 * @ret_memmap: set on success
 * @ret_descriptors: set on success: the array, without the tables that map the memmap as well
 * @ret_shared: set on success: those that pages share, without the tables before; of RAM all
 *
 * Return: 0, -ERANGE for a frame beyond 64 TiB, or -errno of reading tables.
 */
int kernel_frames_memmap(const struct kernel_frames *kernel, uint32_t page_bytes,
			 const struct descriptor_windows *descriptors,
			 struct kernel_memmap *ret_memmap, struct kernel_memmap *ret_descriptors,
			 struct kernel_memmap *ret_shared);

/**
 * kernel_frames_add() - add the frames behind a range of addresses
 * @kernel: see there
 * @start: first address, on a page boundary
 * @bytes: how many, whole pages
 * @frames: grows by what is mapped
 *
 * Return: 0 or -errno of reading tables.
 */
int kernel_frames_add(const struct kernel_frames *kernel, uint64_t start, uint64_t bytes,
		      struct frames *frames);

#endif
