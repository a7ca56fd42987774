/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations of workload core on the page cache. The files are on tmpfs: their pages
 * are those of the page cache and nothing but memory is behind them.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core-bench.h"

#define DIRECTORY "/tmp"

static int failed(struct core *core, const char *what)
{
	int err = errno ? -errno : -EIO;

	return run_error(core->run, err, "file on tmpfs: %s: %s", what, strerror(-err));
}

int core_file_new(struct core *core)
{
	core->fd = open(DIRECTORY, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return core->fd < 0 ? failed(core, "open") : 0;
}

static int fill(struct core *core, size_t pages)
{
	size_t i;
	int err;

	err = core_file_new(core);
	for (i = 0; i < pages && !err; i++) {
		content_fill(core->maker, i, core->buf);
		err = core_write_page(core, i);
	}
	return err;
}

int core_file_filled(struct core *core)
{
	return fill(core, core->nr);
}

int core_file_batches(struct core *core)
{
	return fill(core, core->nr * CORE_BATCH);
}

int core_file_mapped(struct core *core)
{
	size_t bytes = core->nr * CORE_AROUND * CORE_PAGE;
	int err;

	err = fill(core, core->nr * CORE_AROUND);
	if (err)
		return err;
	core->map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, core->fd, 0);
	if (core->map == MAP_FAILED) {
		core->map = NULL;
		return failed(core, "mmap");
	}
	core->map_bytes = bytes;
	return 0;
}

void core_file_close(struct core *core)
{
	core_unmap(core);
	if (core->fd >= 0)
		close(core->fd);
	core->fd = -1;
}

int core_read_page(struct core *core, size_t i)
{
	if (pread(core->fd, core->buf, CORE_PAGE, (off_t)(i * CORE_PAGE)) != CORE_PAGE)
		return failed(core, "read");
	return 0;
}

int core_compare_page(struct core *core, size_t i)
{
	core->bad += content_differs(core->maker, i, core->buf) >= 0;
	return 0;
}

int core_fill_buffer(struct core *core, size_t i)
{
	content_fill(core->maker, i, core->buf);
	return 0;
}

int core_write_page(struct core *core, size_t i)
{
	if (pwrite(core->fd, core->buf, CORE_PAGE, (off_t)(i * CORE_PAGE)) != CORE_PAGE)
		return failed(core, "write");
	return 0;
}

/* From the end, as a file is shortened. */
int core_truncate_batch(struct core *core, size_t i)
{
	off_t left = (off_t)((core->nr - 1 - i) * CORE_BATCH * CORE_PAGE);

	return ftruncate(core->fd, left) ? failed(core, "truncate") : 0;
}

int core_touch_around(struct core *core, size_t i)
{
	*(volatile uint8_t *)(core->map + i * CORE_AROUND * CORE_PAGE);
	return 0;
}

int core_count_file_pages(struct core *core, uint64_t *ret_count)
{
	struct stat st;

	if (fstat(core->fd, &st))
		return failed(core, "fstat");
	*ret_count = (uint64_t)st.st_blocks / (CORE_PAGE / 512);
	return 0;
}
