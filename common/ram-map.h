/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where RAM is, as /proc/iomem has it: "System RAM" of its outermost level.
 */
#ifndef PAGEMETA_RAM_MAP_H
#define PAGEMETA_RAM_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define RAM_MAP_RANGES 64

/**
 * struct ram_map - ranges of whole page frames
 * @nr: how many
 * @range: from @start up to @end, which is no part of it; in order
 */
struct ram_map {
	size_t nr;
	struct {
		uint64_t start;
		uint64_t end;
	} range[RAM_MAP_RANGES];
};

/**
 * ram_map_parse() - read the ranges of a file
 * @file: /proc/iomem
 * @ret_map: filled on success
 *
 * Return: 0, -EACCES when the addresses are all 0, as for others than root, -E2BIG
 * for more than RAM_MAP_RANGES, -ENODATA when there is no RAM.
 */
int ram_map_parse(FILE *file, struct ram_map *ret_map);

/** ram_map_load() - the same by name. Return: also -errno of opening it */
int ram_map_load(const char *path, struct ram_map *ret_map);

/**
 * ram_map_load_all() - the same with memory that is no RAM, or was not when it came
 * @path: file
 * @ret_ram: also RAM within something else: what dax added ("System RAM (kmem)")
 * @ret_devices: persistent memory of the outermost level, what became RAM included
 *
 * Return: as ram_map_load().
 */
int ram_map_load_all(const char *path, struct ram_map *ret_ram, struct ram_map *ret_devices);

/**
 * ram_map_remove() - leave out the frames from @start up to @end, exclusive
 *
 * Return: 0, or -E2BIG when it would be more than RAM_MAP_RANGES: then nothing has changed.
 */
int ram_map_remove(struct ram_map *map, uint64_t start, uint64_t end);

/** ram_map_has() - whether a page frame is RAM */
bool ram_map_has(const struct ram_map *map, uint64_t pfn);

/** ram_map_overlaps() - whether any frame from @start up to @end, exclusive, is RAM */
bool ram_map_overlaps(const struct ram_map *map, uint64_t start, uint64_t end);

/** ram_map_pages() - page frames of RAM */
uint64_t ram_map_pages(const struct ram_map *map);

/** ram_map_end() - the frame after the last one of RAM */
uint64_t ram_map_end(const struct ram_map *map);

#endif
