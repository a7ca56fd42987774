/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cycles of memory that comes and goes (a memory block, a persistent-memory
 * namespace), and of direct I/O.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cycle.h"
#include "sysfs.h"
#include "workload.h"

#define PROBE "/sys/devices/system/memory/probe"
#define BLOCK_ADDRESS "0x30000000"	/* 768 MiB, see the needs of the check */
#define BLOCK "/sys/devices/system/memory/memory6/state"	/* blocks of 128 MiB */
#define PMEM "/sys/bus/nd/drivers/nd_pmem/"
#define NAMESPACE "namespace0.0"
#define IO_BYTES (64 * CYCLE_PAGE)

/* --- a memory block --- */

/* 6.12 has no way back from the probe file: the block is added once and stays offline. */
static int block_begin(struct run *run)
{
	char state[32];
	int err;

	if (sysfs_read(BLOCK, state, sizeof(state)) >= 0)
		return 0;
	err = sysfs_write(PROBE, BLOCK_ADDRESS);
	if (err)
		return run_error(run, err, PROBE ": write " BLOCK_ADDRESS ": %s", strerror(-err));
	err = sysfs_read(BLOCK, state, sizeof(state));
	return err < 0 ? run_error(run, err, BLOCK ": %s", strerror(-err)) : 0;
}

static int block_once(struct run *run, unsigned int nr)
{
	int err;

	(void)nr;
	err = cycle_write(run, BLOCK, "online_movable");
	return err ? err : cycle_write(run, BLOCK, "offline");
}

static void block_end(struct run *run)
{
	(void)run;
	sysfs_write(BLOCK, "offline");
}

/* --- a namespace --- */

static int memmap_pages(struct run *run, uint64_t *ret_pages)
{
	int err = sysfs_field("/proc/vmstat", "nr_memmap_pages", ret_pages);

	return err ? run_error(run, err, "/proc/vmstat: nr_memmap_pages: %s", strerror(-err)) : 0;
}

/* Its 128 MiB have a memmap of 512 pages of 64-byte struct pages; a design may save some. */
static int pmem_once(struct run *run, unsigned int nr)
{
	uint64_t bound = 0, unbound = 0;
	int err;

	(void)nr;
	err = memmap_pages(run, &bound);
	if (!err)
		err = cycle_write(run, PMEM "unbind", NAMESPACE);
	if (!err)
		err = memmap_pages(run, &unbound);
	if (!err)
		err = cycle_write(run, PMEM "bind", NAMESPACE);
	if (!err && unbound >= bound)
		err = run_error(run, -EIO, "nr_memmap_pages is %llu with " NAMESPACE
				", %llu without: it has no memmap", (unsigned long long)bound,
				(unsigned long long)unbound);
	return err;
}

/* The check that every boot makes tells the memmap of RAM from that of devices only so. */
static void pmem_end(struct run *run)
{
	(void)run;
	sysfs_write(PMEM "unbind", NAMESPACE);
}

/* --- direct I/O --- */

static int odirect_once(struct run *run, unsigned int nr)
{
	unsigned char *at;
	int fd, err;

	(void)nr;
	fd = open("/dev/ram0", O_RDWR | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		return run_error(run, -errno, "/dev/ram0: open: %s", strerror(errno));
	err = cycle_map(run, IO_BYTES, &at);
	if (err)
		goto out;
	cycle_touch(at, IO_BYTES);
	if (pwrite(fd, at, IO_BYTES, 0) != IO_BYTES || pread(fd, at, IO_BYTES, 0) != IO_BYTES)
		err = run_error(run, errno ? -errno : -EIO, "/dev/ram0: direct I/O: %s",
				strerror(errno));
	munmap(at, IO_BYTES);
out:
	close(fd);
	return err;
}

const struct cycle cycles_device[] = {
	{ .name = "odirect", .help = "write and read 64 pages of a RAM disk by direct I/O",
	  .event = "pgpgout", .events = IO_BYTES / 1024, .once = odirect_once },
	{ .name = "pmem", .help = "unbind and bind a namespace of 128 MiB", .share = 4,
	  .once = pmem_once, .end = pmem_end },
	{ .name = "memory_block", .help = "a block of 128 MiB online and offline", .share = 4,
	  .begin = block_begin, .once = block_once, .end = block_end },
	{ .name = NULL }
};
