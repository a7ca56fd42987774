/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to workload dax: a mapping whose parts of 4 KiB or 2 MiB are touched one by
 * one, each touch timed alone, and the proof that each was one fault on device memory.
 */
#ifndef PAGEMETA_DAX_TOUCH_H
#define PAGEMETA_DAX_TOUCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dax-private.h"

/**
 * struct dax_touch - a mapping
 * @dax: this cell
 * @labels: of its samples and checks
 * @unit: bytes of one fault: DAX_PAGE or DAX_PMD
 * @nr: units
 * @write: touched by writing, else by reading
 * @salt: makes what is written differ from that of other mappings
 * @at: start, a multiple of DAX_PMD
 * @reserved: addresses that were reserved for it
 * @samples: @nr, locked in memory
 */
struct dax_touch {
	struct dax *dax;
	const char *labels;
	size_t unit;
	size_t nr;
	bool write;
	uint64_t salt;
	uint8_t *at;
	void *reserved;
	uint64_t *samples;
};

/**
 * dax_touch_map() - map a file or a device from its start
 * @touch: all but @at, @reserved and @samples filled in
 * @fd: what to map
 *
 * Where @unit is DAX_PAGE, huge entries are forbidden to the mapping.
 *
 * Return: 0 or -errno, reason recorded; undone by dax_touch_unmap().
 */
int dax_touch_map(struct dax_touch *touch, int fd);
void dax_touch_unmap(struct dax_touch *touch);

/**
 * dax_touch_series() - touch all units once
 * @touch: mapped
 * @series: name of the samples; NULL: warm-up, nothing is recorded and checked
 * @on_device: what is mapped must be memory of the NVDIMM (not the zero page of a hole)
 *
 * Reports the check fault-size: as many faults as units, mapped as they must be, and
 * really-dax: where the first and the last unit lie.
 */
void dax_touch_series(struct dax_touch *touch, const char *series, bool on_device);

/** dax_touch_forget() - unmap all units, keep the mapping. Return: 0 or -errno */
int dax_touch_forget(struct dax_touch *touch);

/** dax_touch_msync() - msync of each unit; samples as "msync" unless @warm_up */
int dax_touch_msync(struct dax_touch *touch, bool warm_up);

/** dax_touch_offset() - where in a unit the touch is */
size_t dax_touch_offset(size_t unit);

/** dax_touch_stamp() - the 8 bytes that are written to unit @i */
uint64_t dax_touch_stamp(uint64_t salt, size_t i);

#endif
