/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Truncation of a DAX file against direct reads into its mapping. The pages are the
 * file's blocks themselves: truncating must wait until the data is there
 * (ext4_break_layouts() of fs/ext4/inode.c), or the blocks would be another file's
 * by then. That other file is made here, and nothing else is free on the device.
 *
 * A pin for long would make truncation wait for ever, so that 6.12 refuses to
 * register such a mapping with io_uring (check_vma_flags() of mm/gup.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dax-volume.h"
#include "ext4-format.h"
#include "nd-region.h"
#include "race.h"
#include "sysfs.h"
#include "uring.h"
#include "workload.h"

#define LABELS "race=truncate,buffer=dax"
#define MOUNT_POINT "/tmp/race"
#define FILE_MAPPED MOUNT_POINT "/mapped"
#define FILE_REST MOUNT_POINT "/rest"
#define FILE_OTHER MOUNT_POINT "/other"
#define QUIET_POLLS 50		/* a process that sleeps so often in a row waits */
#define POLL_NS 10000000
#define IDLE_NS 150000000	/* kernels/lazy-vmemmap looks after 100 ms for what is idle */
#define TREE_BLOCKS 1		/* of a file of more than four extents, fs/ext4/extents.c */

/**
 * struct victim - the file that is truncated
 * @fd: of it
 * @at: its mapping
 * @bytes: of both
 * @refused: what registering the mapping with io_uring returned
 * @waited: truncation was waiting while the data was on its way
 * @early: blocks that another file got meanwhile
 */
struct victim {
	int fd;
	uint8_t *at;
	size_t bytes;
	int refused;
	bool waited;
	size_t early;
};

static int failed(struct race *race, const char *what)
{
	int err = errno ? -errno : -EIO;

	return run_error(race->run, err, "%s: %s", what, strerror(-err));
}

static int make_victim(struct race *race, struct victim *victim)
{
	size_t i;

	victim->fd = open(FILE_MAPPED, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (victim->fd < 0 || fallocate(victim->fd, 0, 0, (off_t)victim->bytes))
		return failed(race, FILE_MAPPED);
	victim->at = mmap(NULL, victim->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, victim->fd, 0);
	if (victim->at == MAP_FAILED) {
		victim->at = NULL;
		return failed(race, FILE_MAPPED ": mmap");
	}
	for (i = 0; i < race->pages; i++)
		content_fill(race->old_content, i, victim->at + i * BUFFER_PAGE);
	if (fsync(victim->fd))
		return failed(race, FILE_MAPPED ": fsync");
	return dax_volume_take(race->run, FILE_REST, 0);
}

static int try_register(struct race *race, struct victim *victim)
{
	struct iovec vector = { .iov_base = victim->at, .iov_len = victim->bytes };
	struct uring uring;
	int err = uring_open(4, &uring);

	if (err)
		return run_error(race->run, err, "io_uring_setup: %s", strerror(-err));
	victim->refused = uring_register(&uring, &vector, 1);
	uring_close(&uring);
	return 0;
}

/* Returns whether the process waits; it is not asked for what, only that it sleeps. */
static bool settles(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	char path[64], stat[512], *state;
	unsigned int quiet = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	while (quiet < QUIET_POLLS) {
		nanosleep(&pause, NULL);
		if (sysfs_read(path, stat, sizeof(stat)) < 0)
			return false;
		state = strrchr(stat, ')');
		if (!state || state[2] == 'Z')
			return false;
		quiet = state[2] == 'R' ? 0 : quiet + 1;
	}
	return true;
}

/* Returns how many pages the other file got until the device was full, or -errno. */
static ssize_t write_other(struct race *race)
{
	uint8_t page[BUFFER_PAGE];
	int fd = open(FILE_OTHER, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t i;

	if (fd < 0)
		return failed(race, FILE_OTHER);
	for (i = 0; i < (ssize_t)race->pages; i++) {
		content_fill(race->new_content, (uint64_t)i, page);
		if (pwrite(fd, page, sizeof(page), i * BUFFER_PAGE) != sizeof(page))
			break;
	}
	close(fd);
	return i;
}

static int compare_other(struct race *race, struct race_count *count, size_t pages)
{
	uint8_t page[BUFFER_PAGE];
	int fd = open(FILE_OTHER, O_RDONLY | O_CLOEXEC);
	size_t i;

	if (fd < 0)
		return failed(race, FILE_OTHER);
	for (i = 0; i < pages; i++) {
		errno = 0;
		if (pread(fd, page, sizeof(page), (off_t)(i * BUFFER_PAGE)) != sizeof(page))
			break;
		race_compare(count, race->new_content, i, page, 0, BUFFER_PAGE,
			     "of the other file");
	}
	close(fd);
	return i == pages ? 0 : failed(race, FILE_OTHER ": read");
}

/* Freed blocks can be had again once the journal has said so: hence sync(). */
static int contend(struct race *race, struct victim *victim, pid_t truncater)
{
	ssize_t early;

	victim->waited = settles(truncater);
	sync();
	early = write_other(race);
	if (early < 0)
		return (int)early;
	victim->early = (size_t)early;
	return 0;
}

static int await(struct race *race, pid_t truncater)
{
	int status;

	if (waitpid(truncater, &status, 0) != truncater || !WIFEXITED(status) ||
	    WEXITSTATUS(status))
		return run_error(race->run, -EIO, FILE_MAPPED ": truncating it failed");
	return 0;
}

/* What others get of the freed blocks after the truncation is theirs as well. */
static int look(struct race *race, struct victim *victim, unsigned int held,
		struct race_count *count)
{
	ssize_t late;
	int err = compare_other(race, count, victim->early);

	if (err)
		return err;
	sync();
	late = write_other(race);
	if (late < 0)
		return (int)late;
	race_happened(race, LABELS, held, (unsigned int)(race->pages / 2),
		      victim->waited && !victim->early && late + TREE_BLOCKS >= (ssize_t)race->pages &&
		      victim->refused == -EOPNOTSUPP,
		      "truncation %s while the data was on its way (it must wait); another file "
		      "got %zu blocks meanwhile (must be 0) and %zd of %zu afterwards (at most %d "
		      "may go to its extent tree); registering the mapping: %s (must be refused)",
		      victim->waited ? "waited" : "did not wait", victim->early, late, race->pages,
		      TREE_BLOCKS,
		      victim->refused ? strerror(-victim->refused) : "accepted");
	return compare_other(race, count, (size_t)late);
}

static int truncate_and_arrive(struct race *race, struct victim *victim,
			       struct race_count *count)
{
	unsigned int held = 0;
	pid_t truncater;
	int err;

	err = race_submit(race, victim->at, BUFFER_PAGE);
	if (err)
		return err;
	truncater = fork();
	if (truncater < 0)
		return failed(race, "fork");
	if (!truncater)
		_exit(ftruncate(victim->fd, 0) ? 1 : 0);
	err = contend(race, victim, truncater);
	if (!err)
		err = race_arrive(race, &held);
	if (!err)
		err = await(race, truncater);
	return err ? err : look(race, victim, held, count);
}

static int one_round(struct race *race, struct race_count *count)
{
	struct victim victim = { .fd = -1, .bytes = race->pages * BUFFER_PAGE };
	int err = make_victim(race, &victim);

	if (!err)
		err = try_register(race, &victim);
	if (!err)
		err = truncate_and_arrive(race, &victim, count);
	if (victim.at)
		munmap(victim.at, victim.bytes);
	if (victim.fd >= 0)
		close(victim.fd);
	unlink(FILE_MAPPED);
	unlink(FILE_OTHER);
	unlink(FILE_REST);
	sync();
	return err;
}

/*
 * Blocks are used again when nobody has used them for a while: their struct pages may
 * just be on their way out, where they are not there for good.
 */
static int on_volume(struct race *race, const struct nd_device *device)
{
	const struct timespec idle = { .tv_nsec = IDLE_NS };
	struct race_count count = { 0 };
	unsigned int i;
	int err, late;

	err = dax_volume_format(race->run, device, EXT4_FORMAT_STEP);
	if (!err)
		err = dax_volume_mount(race->run, device, MOUNT_POINT);
	if (err)
		return err;
	for (i = 0; i < race->rounds && !err; i++) {
		if (i)
			nanosleep(&idle, NULL);
		err = one_round(race, &count);
	}
	late = dax_volume_unmount(race->run, MOUNT_POINT);
	if (!err)
		err = late;
	if (!err)
		race_report(race, LABELS, &count);
	return err;
}

int race_truncate(struct race *race)
{
	struct nd_device device;
	struct nd_region region;
	int err;

	err = nd_region_find(race->run, (uint64_t)RACE_PMEM_MIB << 20, &region);
	if (!err)
		err = nd_device_new(race->run, &region, ND_PFN, BUFFER_HUGE, &device);
	if (err)
		return err;
	err = nd_device_bind(&device);
	if (err)
		return run_error(race->run, err, "%s: bind: %s", device.name, strerror(-err));
	err = on_volume(race, &device);
	nd_device_unbind(&device);
	nd_device_free(&device);
	return err;
}
