/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long it takes to bind a namespace, the first time and again, and to unbind it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dax-private.h"

/**
 * struct cycles - a bind and its rebinds
 * @dax: this cell
 * @device: the namespace
 * @bind: @nr samples; the first is that of the first bind
 * @unbind: @nr samples
 * @nr: cycles
 * @start: before the first bind
 * @bound: after it
 * @first: after the first unbind
 * @last: after the last unbind
 */
struct cycles {
	struct dax *dax;
	struct nd_device device;
	uint64_t *bind;
	uint64_t *unbind;
	size_t nr;
	struct dax_metadata start;
	struct dax_metadata bound;
	struct dax_metadata first;
	struct dax_metadata last;
};

static int timed_bind(struct cycles *cycles, size_t i)
{
	struct run *run = cycles->dax->run;
	uint64_t start = run_begin(run);
	int err = nd_device_bind(&cycles->device);

	cycles->bind[i] = run_end(run, start);
	return err ? run_error(run, err, "%s: bind no. %zu: %s", cycles->device.name, i + 1,
			       strerror(-err)) : 0;
}

static int timed_unbind(struct cycles *cycles, size_t i)
{
	struct run *run = cycles->dax->run;
	uint64_t start = run_begin(run);
	int err = nd_device_unbind(&cycles->device);

	cycles->unbind[i] = run_end(run, start);
	return err ? run_error(run, err, "%s: unbind no. %zu: %s", cycles->device.name, i + 1,
			       strerror(-err)) : 0;
}

static int measure(struct cycles *cycles)
{
	struct run *run = cycles->dax->run;
	size_t i;
	int err;

	run_phase(run, "first bind");
	err = dax_metadata_read(run, &cycles->start);
	if (!err)
		err = timed_bind(cycles, 0);
	if (!err)
		err = dax_metadata_read(run, &cycles->bound);
	if (!err)
		run_loaded(run);
	if (!err)
		err = timed_unbind(cycles, 0);
	if (!err)
		err = dax_metadata_read(run, &cycles->first);
	for (i = 1; i < cycles->nr && !err; i++) {
		run_phase(run, "bind %zu of %zu", i + 1, cycles->nr);
		err = timed_bind(cycles, i);
		if (!err)
			err = timed_unbind(cycles, i);
	}
	return err ? err : dax_metadata_read(run, &cycles->last);
}

static void record(const struct cycles *cycles)
{
	struct run *run = cycles->dax->run;
	uint64_t memmap = cycles->bound.memmap_pages - cycles->start.memmap_pages;
	uint64_t tables = (uint64_t)dax_table_pages(&cycles->start, &cycles->bound);
	uint64_t taken = cycles->start.free_pages - cycles->bound.free_pages;

	run_time(run, "first_bind", "", cycles->bind[0]);
	run_times(run, "rebind", "", cycles->bind + 1, cycles->nr - 1);
	run_times(run, "unbind", "", cycles->unbind, cycles->nr);
	run_value(run, "bound_memmap_bytes", "", memmap * 4096);
	run_value(run, "bound_table_bytes", "", tables * 4096);
	run_value(run, "memory_taken", "", taken * 4096);
}

int dax_bind(struct dax *dax)
{
	struct cycles cycles = { .dax = dax, .nr = dax->rebinds + 1 };
	int err;

	cycles.bind = calloc(2 * cycles.nr, sizeof(*cycles.bind));
	if (!cycles.bind)
		return run_error(dax->run, -ENOMEM, "no memory for %zu samples", cycles.nr);
	cycles.unbind = cycles.bind + cycles.nr;
	err = nd_device_new(dax->run, &dax->region, ND_PFN, DAX_PMD, &cycles.device);
	if (!err)
		err = measure(&cycles);
	if (!err) {
		record(&cycles);
		dax_check_bound(dax, "bind=first", &cycles.start, &cycles.bound, false);
		dax_check_returned(dax->run, "bind=first", &cycles.start, &cycles.first, true);
		dax_check_returned(dax->run, "bind=again", &cycles.first, &cycles.last, false);
		err = nd_device_free(&cycles.device);
		if (err)
			err = run_error(dax->run, err, "%s: free: %s", cycles.device.name,
					strerror(-err));
	}
	free(cycles.bind);
	return err;
}
