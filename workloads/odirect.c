/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workload odirect: direct I/O, which takes a reference to every page of the user's
 * buffer for as long as the device works on it. What that costs depends on how the
 * pages are found and on how metadata counts references, and on little else: the
 * device is a RAM disk, which copies.
 *
 * Every byte that is read is compared with what was written there before.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "buffer.h"
#include "content.h"
#include "gup-test.h"
#include "job.h"
#include "nd-region.h"
#include "table.h"
#include "uring.h"

#define DISK "/dev/ram0"
#define AREA (4u << 20)		/* of the disk that is used */
#define IO_MAX (1u << 20)	/* largest operation */
#define GUP_PASSES 8
#define PMEM_MIB 256		/* twice what the largest range takes */
#define POISON 0xa5		/* in the buffer before a read; no image has pages of it */

static const char *const buffers[] = { "anon", "huge", "shared", "dax", NULL };

static const struct workload_param odirect_params[] = {
	{ .name = "buffer",
	  .help = "what the buffer is: anonymous pages, huge pages, tmpfs, device-dax",
	  .def = "anon", .choices = buffers, .quick = "anon,huge,shared,dax",
	  .full = "anon,huge,shared,dax" },
	{ .name = "ops", .help = "operations of each size, API and direction",
	  .def = "32", .min = 4, .max = 20000, .quick = "32", .full = "2000" },
	{ .name = "gup_pages", .help = "pages of the range that gup_test takes references to",
	  .def = "16384", .min = 1024, .max = 32768, .quick = "4096", .full = "32768" },
	{ .name = NULL }
};

static const struct metric odirect_metrics[] = {
	{ .name = "read",
	  .help = "one direct read from a RAM disk",
	  .series = "read", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "read_mean",
	  .help = "the same, mean",
	  .series = "read", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "read_p99",
	  .help = "the same, 99th percentile",
	  .series = "read", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "read_max",
	  .help = "the same, slowest",
	  .series = "read", .unit = UNIT_CLOCK, .direction = DIR_NEUTRAL, .combine = COMBINE_MAX },
	{ .name = "write",
	  .help = "one direct write to a RAM disk that has its memory already",
	  .series = "write", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "write_mean",
	  .help = "the same, mean",
	  .series = "write", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEAN },
	{ .name = "write_p99",
	  .help = "the same, 99th percentile",
	  .series = "write", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_P99 },
	{ .name = "write_max",
	  .help = "the same, slowest",
	  .series = "write", .unit = UNIT_CLOCK, .direction = DIR_NEUTRAL, .combine = COMBINE_MAX },
	{ .name = "register",
	  .help = "registering a buffer of 1 MiB with io_uring, which pins its pages for long",
	  .series = "register", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "unregister",
	  .help = "unpinning it",
	  .series = "unregister", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "gup_take",
	  .help = "references to 1000 pages, taken by the kernel's gup_test in batches",
	  .series = "gup_take", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "gup_drop",
	  .help = "dropping them, all in one call for pins, one by one for references",
	  .series = "gup_drop", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = "gup_pass",
	  .help = "both, for each page, and the call of gup_test around them",
	  .series = "gup_pass", .unit = UNIT_CLOCK, .direction = DIR_LOWER, .combine = COMBINE_MEDIAN },
	{ .name = NULL }
};

static const char *const odirect_checks[] = { "content-verified", "gup-complete", NULL };

static const char *const odirect_config[] = {
	"CONFIG_BLK_DEV_RAM=y", "CONFIG_IO_URING=y", "CONFIG_GUP_TEST=y", "CONFIG_DEBUG_FS=y",
	"CONFIG_TRANSPARENT_HUGEPAGE=y", "CONFIG_SHMEM=y", "CONFIG_MEMFD_CREATE=y",
	"CONFIG_ACPI_NFIT=y", "CONFIG_NVDIMM_DAX=y", "CONFIG_DEV_DAX_PMEM=y", NULL
};

static const size_t sizes[] = { 4u << 10, 16u << 10, 64u << 10, 256u << 10, IO_MAX };

enum api { API_SYNC, API_URING, API_NR };

static const char *const api_names[API_NR] = { "sync", "uring" };

/**
 * struct state - all that the workload works with
 * @buffer: what I/O is done with
 * @io: IO_MAX bytes of it, with the border of two huge pages in their middle
 * @image: two contents for AREA bytes of the disk, written in turn
 * @now: which of them is being written
 * @sample: room for two series
 * @sample_bytes: its size
 * @ops: operations a series
 * @disk: fd, O_DIRECT
 * @gup: fd of gup_test
 * @uring: with @io registered
 * @dax: of a buffer of that kind, its device
 * @has_dax: whether there is one
 */
static struct state {
	struct buffer buffer;
	uint8_t *io;
	uint8_t *image[2];
	unsigned int now;
	uint64_t *sample;
	size_t sample_bytes;
	size_t ops;
	int disk;
	int gup;
	struct uring uring;
	struct nd_device dax;
	bool has_dax;
} state;

/* Locked: a fault on it would be timed as part of an operation. */
static void *map_locked(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	if (mlock(at, bytes)) {
		munmap(at, bytes);
		return NULL;
	}
	return at;
}

static int make_images(struct run *run)
{
	struct content_maker *maker = content_maker_new(CONTENT_RANDOM, run_seed(run));
	unsigned int i;
	size_t page;

	if (!maker)
		return run_error(run, -ENOMEM, "no memory for contents");
	for (i = 0; i < 2; i++) {
		state.image[i] = map_locked(AREA);
		if (!state.image[i])
			break;
		for (page = 0; page < AREA / CONTENT_PAGE; page++)
			content_fill(maker, i * (AREA / CONTENT_PAGE) + page,
				     state.image[i] + page * CONTENT_PAGE);
	}
	content_maker_free(maker);
	return i == 2 ? 0 : run_error(run, -ENOMEM, "no memory for contents of %u bytes", AREA);
}

static int open_files(struct run *run)
{
	int err;

	state.disk = open(DISK, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (state.disk < 0)
		return run_error(run, -errno, DISK ": open with O_DIRECT: %s", strerror(errno));
	state.gup = gup_test_open();
	if (state.gup < 0)
		return run_error(run, state.gup, GUP_TEST_FILE ": open: %s",
				 strerror(-state.gup));
	err = uring_open(4, &state.uring);
	if (err)
		return run_error(run, err, "io_uring_setup: %s", strerror(-err));
	return 0;
}

static int make_dax(struct run *run)
{
	struct nd_region region;
	int err;

	err = nd_region_find(run, (uint64_t)PMEM_MIB << 20, &region);
	if (!err)
		err = nd_device_new(run, &region, ND_DAX, BUFFER_HUGE, &state.dax);
	if (err)
		return err;
	state.has_dax = true;
	err = nd_device_bind(&state.dax);
	return err ? run_error(run, err, "%s: bind: %s", state.dax.name, strerror(-err)) : 0;
}

static int make_buffer(struct run *run)
{
	enum buffer_kind kind = buffer_kind_parse(run_param(run, "buffer"));
	size_t bytes = run_param_u64(run, "gup_pages") * BUFFER_PAGE;
	char path[64];
	int err;

	if (kind != BUFFER_DAX)
		return buffer_map(run, kind, bytes, &state.buffer);
	err = make_dax(run);
	if (err)
		return err;
	snprintf(path, sizeof(path), "/dev/dax%u.0", state.dax.region.id);
	return buffer_map_dax(run, path, bytes, &state.buffer);
}

static int odirect_setup(struct run *run)
{
	int err;

	memset(&state, 0, sizeof(state));
	state.disk = state.gup = state.buffer.fd = state.uring.fd = -1;
	state.ops = run_param_u64(run, "ops");
	run_phase(run, "set-up");
	state.sample_bytes = 2 * state.ops * sizeof(*state.sample);
	state.sample = map_locked(state.sample_bytes);
	if (!state.sample)
		return run_error(run, -ENOMEM, "no memory for %zu samples", 2 * state.ops);
	err = make_images(run);
	if (!err)
		err = open_files(run);
	if (!err)
		err = make_buffer(run);
	state.io = state.buffer.at + BUFFER_HUGE - IO_MAX / 2;
	return err;
}

static void odirect_cleanup(struct run *run)
{
	unsigned int i;

	(void)run;
	uring_close(&state.uring);
	buffer_unmap(&state.buffer);
	if (state.has_dax) {
		nd_device_unbind(&state.dax);
		nd_device_free(&state.dax);
	}
	if (state.gup >= 0)
		close(state.gup);
	if (state.disk >= 0)
		close(state.disk);
	for (i = 0; i < 2; i++)
		if (state.image[i])
			munmap(state.image[i], AREA);
	if (state.sample)
		munmap(state.sample, state.sample_bytes);
}

static ssize_t transfer(enum api api, bool write, void *at, size_t bytes, uint64_t offset)
{
	ssize_t ret;

	if (api == API_URING)
		return uring_transfer(&state.uring, write, state.disk, at, bytes, offset);
	if (write)
		ret = pwrite(state.disk, at, bytes, (off_t)offset);
	else
		ret = pread(state.disk, at, bytes, (off_t)offset);
	return ret < 0 ? -errno : ret;
}

/**
 * struct series - operations of one API and size
 * @run: the run
 * @api: how they are done
 * @bytes: of one operation
 * @nr: how many in each direction
 * @bad: reads that brought something wrong
 * @bad_op: the first of them
 * @bad_at: its first wrong byte
 */
struct series {
	struct run *run;
	enum api api;
	size_t bytes;
	size_t nr;
	size_t bad;
	size_t bad_op;
	size_t bad_at;
};

static uint64_t offset_of(const struct series *series, size_t op)
{
	return (uint64_t)op * series->bytes % AREA;
}

/*
 * All over the buffer: a page that is mistaken for another of its huge page is only
 * missed where it is the first one anyway.
 */
static uint8_t *place_of(const struct series *series, size_t op)
{
	return state.io + op * 5 % (IO_MAX / series->bytes) * series->bytes;
}

static int timed(struct series *series, bool write, size_t op, uint64_t *sample)
{
	uint64_t offset = offset_of(series, op), start;
	ssize_t done;

	start = run_begin(series->run);
	done = transfer(series->api, write, place_of(series, op), series->bytes, offset);
	*sample = run_end(series->run, start);
	if (done == (ssize_t)series->bytes)
		return 0;
	return run_error(series->run, done < 0 ? (int)done : -EIO,
			 DISK ": %s of %zu bytes at %llu: %s", write ? "write" : "read",
			 series->bytes, (unsigned long long)offset,
			 done < 0 ? strerror((int)-done) : "short");
}

static void compare(struct series *series, size_t op)
{
	const uint8_t *expected = state.image[state.now] + offset_of(series, op);
	const uint8_t *seen = place_of(series, op);
	size_t i;

	if (!memcmp(seen, expected, series->bytes))
		return;
	if (series->bad++)
		return;
	for (i = 0; seen[i] == expected[i]; i++)
		;
	series->bad_op = op;
	series->bad_at = i;
}

static int writes(struct series *series, uint64_t *sample)
{
	size_t op;
	int err = 0;

	for (op = 0; op < series->nr && !err; op++) {
		memcpy(place_of(series, op), state.image[state.now] + offset_of(series, op),
		       series->bytes);
		err = timed(series, true, op, &sample[op]);
	}
	return err;
}

static int reads(struct series *series, uint64_t *sample)
{
	size_t op;
	int err = 0;

	for (op = 0; op < series->nr && !err; op++) {
		memset(place_of(series, op), POISON, series->bytes);
		err = timed(series, false, op, &sample[op]);
		if (!err)
			compare(series, op);
	}
	return err;
}

static void check_content(const struct series *series, const char *labels)
{
	if (series->bad)
		run_check(series->run, "content-verified", labels, VERDICT_FAIL,
			  "%zu of %zu reads brought something else than was written there, the "
			  "first is read %zu at byte %zu", series->bad, series->nr,
			  series->bad_op, series->bad_at);
	else
		run_check(series->run, "content-verified", labels, VERDICT_PASS,
			  "all %zu bytes of %zu reads are as they were written", series->bytes,
			  series->nr);
}

/* Of large operations, fewer do: at least 8, or the slowest could not be told from one. */
static size_t op_count(size_t bytes)
{
	size_t nr = bytes <= 64u << 10 ? state.ops : state.ops / 4;

	return nr < 8 ? 8 : nr;
}

static int measure_io(struct run *run, enum api api, size_t bytes)
{
	struct series series = { .run = run, .api = api, .bytes = bytes, .nr = op_count(bytes) };
	uint64_t *write_sample = state.sample, *read_sample;
	char labels[64];
	int err;

	if (series.nr > state.ops)
		series.nr = state.ops;
	read_sample = write_sample + series.nr;
	snprintf(labels, sizeof(labels), "api=%s,size=%zuk", api_names[api], bytes >> 10);
	run_phase(run, "%s", labels);
	err = writes(&series, write_sample);
	if (!err)
		err = reads(&series, read_sample);
	if (err)
		return err;
	run_times(run, "write", labels, write_sample, series.nr);
	run_times(run, "read", labels, read_sample, series.nr);
	check_content(&series, labels);
	state.now = !state.now;
	return 0;
}

static int measure_register(struct run *run, size_t nr)
{
	struct iovec vector = { .iov_base = state.io, .iov_len = IO_MAX };
	uint64_t *on = state.sample, *off = state.sample + nr, start;
	size_t i;
	int err;

	run_phase(run, "register");
	for (i = 0; i < nr; i++) {
		start = run_begin(run);
		err = uring_register(&state.uring, &vector, 1);
		on[i] = run_end(run, start);
		if (err)
			return run_error(run, err, "io_uring: register %u bytes: %s", IO_MAX,
					 strerror(-err));
		start = run_begin(run);
		err = uring_unregister(&state.uring);
		off[i] = run_end(run, start);
		if (err)
			return run_error(run, err, "io_uring: unregister: %s", strerror(-err));
	}
	run_times(run, "register", "size=1024k", on, nr);
	run_times(run, "unregister", "size=1024k", off, nr);
	err = uring_register(&state.uring, &vector, 1);
	return err ? run_error(run, err, "io_uring: register: %s", strerror(-err)) : 0;
}

/*
 * The disk gets its memory here, every page of the area once, and both APIs run
 * through all their code.
 */
static int warm_up(struct run *run)
{
	struct series series = { .run = run, .bytes = IO_MAX, .nr = AREA / IO_MAX };
	uint64_t unused[AREA / IO_MAX];
	unsigned int api;
	int err = 0;

	run_phase(run, "warm-up");
	for (api = 0; api < API_NR && !err; api++) {
		series.api = (enum api)api;
		err = writes(&series, unused);
		if (!err)
			err = reads(&series, unused);
	}
	return err;
}

/*
 * gup_test tells how far it came by its calls and not by their pages: of the last call a
 * part would do. So that is one for one page, which it either gets or not.
 */
static int gup_series(struct run *run, enum gup_call call, unsigned int batch)
{
	uint64_t take[GUP_PASSES], drop[GUP_PASSES], whole[GUP_PASSES], start;
	size_t pages = state.buffer.bytes / BUFFER_PAGE / batch * batch - (batch - 1);
	size_t bytes = pages * BUFFER_PAGE;
	struct gup_times times = { 0 };
	unsigned int i;
	char labels[64];
	int err;

	snprintf(labels, sizeof(labels), "call=%s,batch=%u", gup_call_name(call), batch);
	run_phase(run, "%s", labels);
	for (i = 0; i < GUP_PASSES; i++) {
		start = run_begin(run);
		err = gup_test_pass(state.gup, call, state.buffer.at, bytes, batch, &times);
		whole[i] = run_end(run, start);
		if (err)
			return run_error(run, err, GUP_TEST_FILE ": %s: %s", gup_call_name(call),
					 strerror(-err));
		if (times.bytes != bytes)
			break;
		/* The kernel tells whole microseconds: of the range, not of a page. */
		take[i] = times.get_us * 1000 * 1000 / pages;
		drop[i] = times.put_us * 1000 * 1000 / pages;
	}
	run_check(run, "gup-complete", labels, i == GUP_PASSES ? VERDICT_PASS : VERDICT_FAIL,
		  "references to %llu of %zu bytes in pass %u",
		  (unsigned long long)times.bytes, bytes, i);
	if (i == GUP_PASSES) {
		run_samples(run, "gup_take", labels, take, GUP_PASSES);
		run_samples(run, "gup_drop", labels, drop, GUP_PASSES);
		for (i = 0; i < GUP_PASSES; i++)
			run_time_each(run, "gup_pass", labels, whole[i], pages);
	}
	return 0;
}

static int measure_gup(struct run *run)
{
	unsigned int call;
	int err = 0;

	for (call = 0; call < GUP_CALL_NR && !err; call++) {
		err = gup_series(run, (enum gup_call)call, 1);
		if (!err)
			err = gup_series(run, (enum gup_call)call, 512);
	}
	return err;
}

static int odirect_run(struct run *run)
{
	unsigned int api, i;
	int err;

	err = measure_register(run, state.ops);
	if (!err)
		err = warm_up(run);
	for (api = 0; api < API_NR && !err; api++)
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !err; i++)
			err = measure_io(run, (enum api)api, sizes[i]);
	uring_unregister(&state.uring);
	if (!err)
		err = measure_gup(run);
	return err;
}

static void odirect_adapt(const struct job *job, struct workload_needs *needs)
{
	const char *buffer = job_param(job, "buffer");

	if (!buffer || strcmp(buffer, buffer_kind_name(BUFFER_DAX)))
		return;
	needs->pmem_mib = PMEM_MIB;
	needs->pmem_touch_mib = PMEM_MIB;
}

const struct workload workload_odirect = {
	.name = "odirect",
	.help = "direct I/O and io_uring with registered buffers, and the rates of GUP and pins",
	.kind = WORKLOAD_MEASURE,
	.needs = { .config = odirect_config, .mem_mib = 512, .cpus = 1, .nodes = 1 },
	.params = odirect_params,
	.metrics = odirect_metrics,
	.checks = odirect_checks,
	.deadline_s = 120,
	.adapt = odirect_adapt,
	.setup = odirect_setup,
	.run = odirect_run,
	.cleanup = odirect_cleanup,
};
