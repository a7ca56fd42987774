/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The namespace as a character device, once for faults of 4 KiB and once for faults
 * of 2 MiB. Of the latter the memmap is smaller: 6.12 makes compound pages of it and
 * lets their tails share memory (Documentation/mm/vmemmap_dedup.rst).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "content.h"
#include "dax-touch.h"

/** struct form - a form of the device */
struct form {
	const char *labels;
	const char *read_labels;
	const char *write_labels;
	size_t unit;
};

static const struct form forms[] = {
	{ "on=device,unit=4K", "on=device,unit=4K,op=read", "on=device,unit=4K,op=write", DAX_PAGE },
	{ "on=device,unit=2M", "on=device,unit=2M,op=read", "on=device,unit=2M,op=write", DAX_PMD },
};

static size_t units_of(const struct dax *dax, const struct form *form)
{
	return form->unit == DAX_PAGE ? dax->pages : dax->units;
}

static int open_device(struct dax *dax)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/dax%u.0", dax->region.id);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? run_error(dax->run, -errno, "%s: open: %s", path, strerror(errno)) : fd;
}

static struct dax_touch touch_of(struct dax *dax, const struct form *form, bool write)
{
	return (struct dax_touch){
		.dax = dax,
		.labels = write ? form->write_labels : form->read_labels,
		.unit = form->unit,
		.nr = units_of(dax, form),
		.write = write,
		.salt = (uint64_t)(form - forms) + 101,
	};
}

static int measure(struct dax *dax, const struct form *form, bool write)
{
	struct dax_touch touch = touch_of(dax, form, write);
	int fd, err;

	run_phase(dax->run, "%s", touch.labels);
	fd = open_device(dax);
	if (fd < 0)
		return fd;
	err = dax_touch_map(&touch, fd);
	if (!err) {
		dax_touch_series(&touch, "first_touch", true);
		err = dax_touch_forget(&touch);
	}
	if (!err)
		dax_touch_series(&touch, "steady", true);
	dax_touch_unmap(&touch);
	close(fd);
	return err;
}

/* Around the stamps the device holds this. */
static void fill(struct dax_touch *touch, struct content_maker *maker)
{
	size_t page;

	for (page = 0; page < touch->nr * touch->unit / DAX_PAGE; page++)
		content_fill(maker, touch->salt << 32 | page, touch->at + page * DAX_PAGE);
}

static size_t compare(struct dax_touch *touch, struct content_maker *maker)
{
	size_t at = dax_touch_offset(touch->unit), page, unit, wrong = 0;
	uint8_t want[DAX_PAGE];
	uint64_t stamp;

	for (page = 0; page < touch->nr * touch->unit / DAX_PAGE; page++) {
		unit = page * DAX_PAGE / touch->unit;
		stamp = dax_touch_stamp(touch->salt, unit);
		content_fill(maker, touch->salt << 32 | page, want);
		if ((unit * touch->unit + at) / DAX_PAGE == page)
			memcpy(want + at % DAX_PAGE, &stamp, sizeof(stamp));
		wrong += memcmp(touch->at + page * DAX_PAGE, want, DAX_PAGE) != 0;
	}
	return wrong;
}

static int with_mapping(struct dax *dax, const struct form *form, bool verify)
{
	struct content_maker *maker = content_maker_new(CONTENT_RANDOM, run_seed(dax->run));
	struct dax_touch touch = touch_of(dax, form, true);
	char labels[96];
	size_t wrong;
	int fd, err;

	if (!maker)
		return run_error(dax->run, -ENOMEM, "no memory");
	fd = open_device(dax);
	if (fd < 0) {
		content_maker_free(maker);
		return fd;
	}
	err = dax_touch_map(&touch, fd);
	if (!err && !verify)
		fill(&touch, maker);
	if (!err && verify) {
		wrong = compare(&touch, maker);
		snprintf(labels, sizeof(labels), "%s,after=bind", form->labels);
		run_check(dax->run, "content-verified", labels,
			  wrong ? VERDICT_FAIL : VERDICT_PASS,
			  "%zu of %zu pages of the device differ from what was written, must be 0",
			  wrong, touch.nr * touch.unit / DAX_PAGE);
	}
	dax_touch_unmap(&touch);
	close(fd);
	content_maker_free(maker);
	return err;
}

/* The first touch of a device that was just bound; then what it costs to fill it. */
static int use(struct dax *dax, const struct form *form)
{
	int err;

	err = measure(dax, form, false);
	if (!err)
		err = with_mapping(dax, form, false);
	return err ? err : measure(dax, form, true);
}

static int bind_error(struct dax *dax, const struct nd_device *device, const char *what, int err)
{
	return err ? run_error(dax->run, err, "%s: %s: %s", device->name, what, strerror(-err)) : 0;
}

static int bind_first(struct dax *dax, const struct form *form, const struct nd_device *device)
{
	struct dax_metadata start, bound;
	uint64_t begin, spent;
	int err;

	err = dax_metadata_read(dax->run, &start);
	if (err)
		return err;
	begin = run_begin(dax->run);
	err = nd_device_bind(device);
	spent = run_end(dax->run, begin);
	if (err)
		return bind_error(dax, device, "bind", err);
	err = dax_metadata_read(dax->run, &bound);
	if (err)
		return err;
	run_time(dax->run, "device_bind", form->labels, spent);
	run_value(dax->run, "device_memmap_bytes", form->labels,
		  (bound.memmap_pages - start.memmap_pages) * 4096);
	run_value(dax->run, "device_table_bytes", form->labels,
		  (uint64_t)dax_table_pages(&start, &bound) * 4096);
	dax_check_bound(dax, form->labels, &start, &bound, form->unit != DAX_PAGE);
	return 0;
}

static int run_form(struct dax *dax, const struct form *form)
{
	struct nd_device device;
	int err;

	run_phase(dax->run, "%s", form->labels);
	err = nd_device_new(dax->run, &dax->region, ND_DAX, form->unit, &device);
	if (!err)
		err = bind_first(dax, form, &device);
	if (!err)
		err = use(dax, form);
	if (!err)
		err = bind_error(dax, &device, "unbind", nd_device_unbind(&device));
	if (!err)
		err = bind_error(dax, &device, "bind", nd_device_bind(&device));
	if (!err)
		err = with_mapping(dax, form, true);
	if (!err)
		err = bind_error(dax, &device, "unbind", nd_device_unbind(&device));
	return err ? err : bind_error(dax, &device, "free", nd_device_free(&device));
}

int dax_device(struct dax *dax)
{
	struct dax_metadata start, end;
	size_t i;
	int err = dax_metadata_read(dax->run, &start);

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]) && !err; i++)
		err = run_form(dax, &forms[i]);
	if (!err)
		err = dax_metadata_read(dax->run, &end);
	if (!err)
		dax_check_returned(dax->run, "bind=device", &start, &end, false);
	return err;
}
