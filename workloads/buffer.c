/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A reservation twice as large as needed gives an aligned place; the mapping proper
 * is put there. All kinds are aligned alike, so that only the kind differs.
 */
#include "buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sysfs.h"
#include "workload.h"

static const char *const kind_names[BUFFER_KIND_NR] = {
	[BUFFER_ANON]		= "anon",
	[BUFFER_HUGE_ANON]	= "huge",
	[BUFFER_SHARED]		= "shared",
	[BUFFER_DAX]		= "dax",
};

const char *buffer_kind_name(enum buffer_kind kind)
{
	return (unsigned int)kind < BUFFER_KIND_NR ? kind_names[kind] : "invalid";
}

enum buffer_kind buffer_kind_parse(const char *name)
{
	unsigned int kind;

	for (kind = 0; kind < BUFFER_KIND_NR; kind++)
		if (!strcmp(kind_names[kind], name))
			break;
	return (enum buffer_kind)kind;
}

/* The parts of the reservation before and behind the aligned place go back. */
static uint8_t *reserve(size_t bytes)
{
	size_t reserved = bytes + BUFFER_HUGE, before;
	uint8_t *from, *at;

	from = mmap(NULL, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (from == MAP_FAILED)
		return NULL;
	at = (uint8_t *)(((uintptr_t)from + BUFFER_HUGE - 1) & ~(uintptr_t)(BUFFER_HUGE - 1));
	before = (size_t)(at - from);
	if (before)
		munmap(from, before);
	munmap(at + bytes, reserved - before - bytes);
	return at;
}

static int map_at(struct buffer *buffer)
{
	int flags = MAP_FIXED | (buffer->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
	int advice = buffer->kind == BUFFER_HUGE_ANON ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;

	if (mmap(buffer->at, buffer->bytes, PROT_READ | PROT_WRITE, flags, buffer->fd, 0) ==
	    MAP_FAILED)
		return -errno;
	/* A device that is faulted by 2 MiB ends a process that asked for less. */
	if (buffer->kind != BUFFER_DAX && madvise(buffer->at, buffer->bytes, advice))
		return -errno;
	return 0;
}

static int check_huge(struct run *run, uint64_t before, const struct buffer *buffer)
{
	uint64_t huge_kib = 0, expected = buffer->kind == BUFFER_HUGE_ANON ? buffer->bytes / 1024 : 0;
	int err;

	err = sysfs_field("/proc/self/smaps_rollup", "AnonHugePages", &huge_kib);
	if (err)
		return run_error(run, err, "/proc/self/smaps_rollup: no AnonHugePages: %s",
				 strerror(-err));
	if (huge_kib - before == expected)
		return 0;
	return run_error(run, -ENOMEM, "a buffer of kind '%s': %llu KiB of it are huge pages, "
			 "%llu must be", buffer_kind_name(buffer->kind),
			 (unsigned long long)(huge_kib - before), (unsigned long long)expected);
}

static int touch(struct run *run, struct buffer *buffer)
{
	uint64_t before = 0;
	size_t offset;

	sysfs_field("/proc/self/smaps_rollup", "AnonHugePages", &before);
	for (offset = 0; offset < buffer->bytes; offset += BUFFER_PAGE)
		*(volatile uint8_t *)(buffer->at + offset) = 1;
	return check_huge(run, before, buffer);
}

/*
 * A guest of less than 512 MiB of usable memory boots with huge pages off
 * (hugepage_init() in mm/huge_memory.c).
 */
static int allow_huge(struct run *run)
{
	static const char *const files[] = {
		"/sys/kernel/mm/transparent_hugepage/enabled",
		"/sys/kernel/mm/transparent_hugepage/defrag",
	};
	unsigned int i;
	int err;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		err = sysfs_write(files[i], "madvise");
		if (err == -ENOENT)
			return run_unsupported(run, "%s is not there; it takes "
					       "CONFIG_TRANSPARENT_HUGEPAGE", files[i]);
		if (err)
			return run_error(run, err, "%s: %s", files[i], strerror(-err));
	}
	return 0;
}

static int open_memfd(struct run *run, struct buffer *buffer)
{
	buffer->fd = memfd_create("buffer", MFD_CLOEXEC);
	if (buffer->fd < 0)
		return run_error(run, -errno, "memfd_create: %s", strerror(errno));
	if (ftruncate(buffer->fd, (off_t)buffer->bytes))
		return run_error(run, -errno, "memfd: size %zu: %s", buffer->bytes,
				 strerror(errno));
	return 0;
}

static int map_and_touch(struct run *run, struct buffer *buffer)
{
	int err;

	buffer->at = reserve(buffer->bytes);
	err = buffer->at ? map_at(buffer) : -ENOMEM;
	if (err)
		return run_error(run, err, "a buffer of kind '%s', %zu bytes: %s",
				 buffer_kind_name(buffer->kind), buffer->bytes, strerror(-err));
	return touch(run, buffer);
}

static void buffer_init(struct buffer *buffer, enum buffer_kind kind, size_t bytes)
{
	memset(buffer, 0, sizeof(*buffer));
	buffer->kind = kind;
	buffer->bytes = (bytes + BUFFER_HUGE - 1) & ~(size_t)(BUFFER_HUGE - 1);
	buffer->fd = -1;
}

int buffer_map(struct run *run, enum buffer_kind kind, size_t bytes, struct buffer *ret_buffer)
{
	struct buffer *buffer = ret_buffer;
	int err = 0;

	buffer_init(buffer, kind, bytes);
	if (kind == BUFFER_SHARED)
		err = open_memfd(run, buffer);
	else if (kind == BUFFER_HUGE_ANON)
		err = allow_huge(run);
	if (!err)
		err = map_and_touch(run, buffer);
	if (err)
		buffer_unmap(buffer);
	return err;
}

int buffer_map_dax(struct run *run, const char *path, size_t bytes, struct buffer *ret_buffer)
{
	struct buffer *buffer = ret_buffer;
	int err;

	buffer_init(buffer, BUFFER_DAX, bytes);
	buffer->fd = open(path, O_RDWR | O_CLOEXEC);
	if (buffer->fd < 0)
		return run_error(run, -errno, "%s: open: %s", path, strerror(errno));
	err = map_and_touch(run, buffer);
	if (err)
		buffer_unmap(buffer);
	return err;
}

void buffer_unmap(struct buffer *buffer)
{
	if (buffer->at)
		munmap(buffer->at, buffer->bytes);
	if (buffer->fd >= 0)
		close(buffer->fd);
	buffer->at = NULL;
	buffer->fd = -1;
}
