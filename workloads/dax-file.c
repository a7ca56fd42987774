/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of ext4 that are mapped from the NVDIMM itself: first touch, touch of what is
 * known to the mapping (steady) and msync, by size of a fault, by layout and by kind
 * of access; and one that is only read and written by calls. Every file is read back
 * after another mount and after another bind.
 *
 * A sparse file is a hole: reading maps a zero page, writing allocates and zeroes. A
 * dense file was written before.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "content.h"
#include "dax-touch.h"
#include "dax-volume.h"
#include "ext4-format.h"

#define MOUNT_POINT "/tmp/dax"
#define FS_BYTES (3 * (uint64_t)EXT4_FORMAT_STEP)
#define CHUNK DAX_PMD	/* of a write: one allocation */
#define WARM_UP_UNITS 2
#define ATTRIBUTE_DAX 0x00200000u	/* STATX_ATTR_DAX, which older headers lack */

/**
 * struct file - a file
 * @name: in the root of the file system
 * @labels: of its samples and checks
 * @unit: bytes of a fault
 * @dense: written before it is mapped
 * @write: touched by writing
 * @mapped: touched at all, and not read and written by calls
 */
struct file {
	const char *name;
	const char *labels;
	size_t unit;
	bool dense;
	bool write;
	bool mapped;
};

static const struct file files[] = {
	{ "0", "on=ext4,unit=4K,layout=sparse,op=read", DAX_PAGE, false, false, true },
	{ "1", "on=ext4,unit=4K,layout=sparse,op=write", DAX_PAGE, false, true, true },
	{ "2", "on=ext4,unit=4K,layout=dense,op=read", DAX_PAGE, true, false, true },
	{ "3", "on=ext4,unit=4K,layout=dense,op=write", DAX_PAGE, true, true, true },
	{ "4", "on=ext4,unit=2M,layout=sparse,op=read", DAX_PMD, false, false, true },
	{ "5", "on=ext4,unit=2M,layout=sparse,op=write", DAX_PMD, false, true, true },
	{ "6", "on=ext4,unit=2M,layout=dense,op=read", DAX_PMD, true, false, true },
	{ "7", "on=ext4,unit=2M,layout=dense,op=write", DAX_PMD, true, true, true },
	{ "8", "on=ext4,unit=4K,layout=dense,by=call", DAX_PAGE, true, false, false },
};

#define NR_FILES (sizeof(files) / sizeof(files[0]))

/**
 * struct volume - the file system and what is needed to fill and compare files
 * @dax: this cell
 * @device: what it lies on
 * @maker: contents of dense files
 * @buffer: CHUNK bytes
 */
struct volume {
	struct dax *dax;
	struct nd_device device;
	struct content_maker *maker;
	uint8_t *buffer;
};

static size_t units_of(const struct dax *dax, const struct file *file)
{
	return file->unit == DAX_PAGE ? dax->pages : dax->units;
}

static uint64_t salt_of(const struct file *file)
{
	return (uint64_t)(file - files) + 1;
}

/* Pages of all files have numbers of their own, so that no two are alike. */
static uint64_t page_number(const struct file *file, size_t page)
{
	return salt_of(file) << 32 | page;
}

static int file_error(struct volume *volume, const struct file *file, int err, const char *what)
{
	return run_error(volume->dax->run, err, MOUNT_POINT "/%s (%s): %s: %s", file->name,
			 file->labels, what, strerror(-err));
}

static int fill_dense(struct volume *volume, const struct file *file, int fd, size_t bytes)
{
	size_t at, page, part;
	ssize_t n;

	for (at = 0; at < bytes; at += part) {
		part = bytes - at < CHUNK ? bytes - at : CHUNK;
		for (page = 0; page < part / DAX_PAGE; page++)
			content_fill(volume->maker, page_number(file, at / DAX_PAGE + page),
				     volume->buffer + page * DAX_PAGE);
		n = pwrite(fd, volume->buffer, part, (off_t)at);
		if (n != (ssize_t)part)
			return file_error(volume, file, n < 0 ? -errno : -ENOSPC, "write");
	}
	return 0;
}

static void check_attribute(struct volume *volume, const struct file *file, int fd)
{
	struct statx stat = { 0 };
	int err = statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stat) ? errno : 0;

	run_check(volume->dax->run, "really-dax", file->labels,
		  !err && stat.stx_attributes & ATTRIBUTE_DAX ? VERDICT_PASS : VERDICT_FAIL,
		  "statx: %s, attributes %#llx, STATX_ATTR_DAX is %#x and must be among them",
		  err ? strerror(err) : "no error", (unsigned long long)stat.stx_attributes,
		  ATTRIBUTE_DAX);
}

static int measure_mapping(struct dax_touch *touch, bool dense, bool warm_up)
{
	bool on_device = dense || touch->write;
	int err;

	dax_touch_series(touch, warm_up ? NULL : "first_touch", on_device);
	err = dax_touch_forget(touch);
	if (err)
		return err;
	dax_touch_series(touch, warm_up ? NULL : "steady", on_device);
	return touch->write ? dax_touch_msync(touch, warm_up) : 0;
}

static int measure_mapped(struct volume *volume, const struct file *file, int fd, bool warm_up)
{
	struct dax_touch touch = {
		.dax = volume->dax,
		.labels = file->labels,
		.unit = file->unit,
		.nr = warm_up ? WARM_UP_UNITS : units_of(volume->dax, file),
		.write = file->write,
		.salt = salt_of(file),
	};
	int err = dax_touch_map(&touch, fd);

	if (!err)
		err = measure_mapping(&touch, file->dense, warm_up);
	dax_touch_unmap(&touch);
	return err;
}

static int measure_calls(struct volume *volume, const struct file *file, int fd)
{
	struct lazy_memmap start;
	int err = dax_lazy_read(volume->dax->run, &start);

	if (!err)
		err = dax_calls(volume->dax, file->labels, fd);
	return err ? err : dax_check_untouched(volume->dax, file->labels, &start);
}

static int measure_fd(struct volume *volume, const struct file *file, int fd, bool warm_up)
{
	size_t units = warm_up && file->mapped ? WARM_UP_UNITS : units_of(volume->dax, file);
	size_t bytes = units * file->unit;
	int err;

	if (ftruncate(fd, (off_t)bytes))
		return file_error(volume, file, -errno, "ftruncate");
	if (file->dense) {
		err = fill_dense(volume, file, fd, bytes);
		if (err)
			return err;
	}
	if (fsync(fd))
		return file_error(volume, file, -errno, "fsync");
	if (!warm_up)
		check_attribute(volume, file, fd);
	if (file->mapped)
		return measure_mapped(volume, file, fd, warm_up);
	/* It has a warm-up of its own. */
	return warm_up ? 0 : measure_calls(volume, file, fd);
}

static int open_file(struct volume *volume, const struct file *file, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), MOUNT_POINT "/%s", file->name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	return fd < 0 ? file_error(volume, file, -errno, "open") : fd;
}

static int measure_file(struct volume *volume, const struct file *file, bool warm_up)
{
	int fd, err;

	run_phase(volume->dax->run, "%s%s", file->labels, warm_up ? " (warm-up)" : "");
	fd = open_file(volume, file, O_RDWR | O_CREAT | O_TRUNC);
	if (fd < 0)
		return fd;
	err = measure_fd(volume, file, fd, warm_up);
	close(fd);
	return err;
}

/* What a page must hold now: content or zeroes, with a stamp where it was touched. */
static void expect_page(struct volume *volume, const struct file *file, size_t page, uint8_t *want)
{
	size_t at = dax_touch_offset(file->unit), unit = page * DAX_PAGE / file->unit;
	uint64_t stamp = dax_touch_stamp(salt_of(file), unit);

	if (file->dense)
		content_fill(volume->maker, page_number(file, page), want);
	else
		memset(want, 0, DAX_PAGE);
	if (file->write && (unit * file->unit + at) / DAX_PAGE == page)
		memcpy(want + at % DAX_PAGE, &stamp, sizeof(stamp));
}

static int compare(struct volume *volume, const struct file *file, int fd, size_t pages,
		   size_t *ret_wrong, size_t *ret_first)
{
	uint8_t *seen = volume->buffer, *want = volume->buffer + DAX_PAGE;
	size_t page, wrong = 0;
	ssize_t n;

	for (page = 0; page < pages; page++) {
		n = pread(fd, seen, DAX_PAGE, (off_t)(page * DAX_PAGE));
		if (n != DAX_PAGE)
			return file_error(volume, file, n < 0 ? -errno : -EIO, "read");
		expect_page(volume, file, page, want);
		if (memcmp(seen, want, DAX_PAGE) && !wrong++)
			*ret_first = page;
	}
	*ret_wrong = wrong;
	return 0;
}

static int verify_file(struct volume *volume, const struct file *file, const char *after)
{
	size_t pages = units_of(volume->dax, file) * file->unit / DAX_PAGE, wrong = 0, first = 0;
	char labels[128];
	int fd, err;

	fd = open_file(volume, file, O_RDONLY);
	if (fd < 0)
		return fd;
	err = compare(volume, file, fd, pages, &wrong, &first);
	close(fd);
	if (err)
		return err;
	snprintf(labels, sizeof(labels), "%s,after=%s", file->labels, after);
	run_check(volume->dax->run, "content-verified", labels, wrong ? VERDICT_FAIL : VERDICT_PASS,
		  "%zu of %zu pages differ from what was written or left as a hole, must be 0 (first: %zu)",
		  wrong, pages, first);
	return 0;
}

static int verify_volume(struct volume *volume, const char *after)
{
	size_t i;
	int err;

	run_phase(volume->dax->run, "verify after %s", after);
	err = dax_volume_mount(volume->dax->run, &volume->device, MOUNT_POINT);
	if (err)
		return err;
	for (i = 0; i < NR_FILES && !err; i++)
		err = verify_file(volume, &files[i], after);
	return err ? err : dax_volume_unmount(volume->dax->run, MOUNT_POINT);
}

static int measure_volume(struct volume *volume)
{
	struct dax_metadata start;
	size_t i;
	int err;

	err = dax_metadata_read(volume->dax->run, &start);
	if (!err)
		err = dax_volume_mount(volume->dax->run, &volume->device, MOUNT_POINT);
	/* First use of each path fills caches; it belongs to no fault. */
	for (i = 0; i < NR_FILES && !err; i++)
		err = measure_file(volume, &files[i], true);
	for (i = 0; i < NR_FILES && !err; i++)
		err = measure_file(volume, &files[i], false);
	if (!err)
		err = dax_volume_unmount(volume->dax->run, MOUNT_POINT);
	return err ? err : dax_check_given_back(volume->dax, "on=ext4", &start);
}

static int bind(struct volume *volume, bool on)
{
	int err = on ? nd_device_bind(&volume->device) : nd_device_unbind(&volume->device);

	return err ? run_error(volume->dax->run, err, "%s: %s: %s", volume->device.name,
			       on ? "bind" : "unbind", strerror(-err)) : 0;
}

static int run_volume(struct volume *volume)
{
	struct dax *dax = volume->dax;
	int err;

	err = nd_device_new(dax->run, &dax->region, ND_PFN, DAX_PMD, &volume->device);
	if (!err)
		err = bind(volume, true);
	if (!err)
		err = dax_volume_format(dax->run, &volume->device, FS_BYTES);
	if (!err)
		err = measure_volume(volume);
	if (!err)
		err = verify_volume(volume, "mount");
	if (!err)
		err = bind(volume, false);
	if (!err)
		err = bind(volume, true);
	if (!err)
		err = verify_volume(volume, "bind");
	if (!err)
		err = bind(volume, false);
	return err ? err : nd_device_free(&volume->device);
}

int dax_files(struct dax *dax)
{
	struct volume volume = { .dax = dax };
	int err;

	volume.maker = content_maker_new(CONTENT_RANDOM, run_seed(dax->run));
	volume.buffer = malloc(CHUNK);
	if (volume.maker && volume.buffer)
		err = run_volume(&volume);
	else
		err = run_error(dax->run, -ENOMEM, "no memory for a buffer of %u bytes", CHUNK);
	free(volume.buffer);
	content_maker_free(volume.maker);
	return err;
}
