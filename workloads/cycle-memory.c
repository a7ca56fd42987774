/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cycles of processes, files, huge pages and migration.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cycle.h"
#include "free-pages.h"
#include "sysfs.h"
#include "workload.h"

#define HUGE_BYTES (2u << 20)
#define COMPACT_BYTES (8u << 20)
#define MOVE_PAGES 64
#define CHILD_PAGES 16
#define FILES 64
#define GROUP_WAIT_MS 10000
#define THP "/sys/kernel/mm/transparent_hugepage/"
#define CGROUP "/tmp/cgroup"

int cycle_map(struct run *run, size_t bytes, unsigned char **ret_at)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return run_error(run, -errno, "mmap of %zu bytes: %s", bytes, strerror(errno));
	madvise(at, bytes, MADV_NOHUGEPAGE);
	*ret_at = at;
	return 0;
}

void cycle_touch(unsigned char *at, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i += CYCLE_PAGE)
		*(volatile unsigned char *)(at + i) = (unsigned char)(i / CYCLE_PAGE + 1);
}

int cycle_write(struct run *run, const char *path, const char *text)
{
	int err = sysfs_write(path, text);

	return err ? run_error(run, err, "%s: write '%s': %s", path, text, strerror(-err)) : 0;
}

/* --- anonymous memory and processes --- */

static int anon_once(struct run *run, unsigned int nr)
{
	const size_t bytes = 256 * CYCLE_PAGE;
	unsigned char *at;
	int err;

	(void)nr;
	err = cycle_map(run, bytes, &at);
	if (err)
		return err;
	cycle_touch(at, bytes);
	munmap(at, bytes);
	return 0;
}

/* The child breaks copy-on-write of what the parent has touched, then exits. */
static int fork_once(struct run *run, unsigned int nr)
{
	const size_t bytes = CHILD_PAGES * CYCLE_PAGE;
	unsigned char *at;
	int err, status = 0;
	pid_t pid;

	(void)nr;
	err = cycle_map(run, bytes, &at);
	if (err)
		return err;
	cycle_touch(at, bytes);
	pid = fork();
	if (!pid) {
		cycle_touch(at, bytes);
		_exit(0);
	}
	if (pid < 0)
		err = run_error(run, -errno, "fork: %s", strerror(errno));
	else if (waitpid(pid, &status, 0) != pid || status)
		err = run_error(run, -ECHILD, "child: status %d", status);
	munmap(at, bytes);
	return err;
}

/* --- files, pipes, inodes --- */

static int tmpfs_once(struct run *run, unsigned int nr)
{
	static const char path[] = "/tmp/cycle-file";
	static unsigned char buf[64 * CYCLE_PAGE];
	int fd, err = 0;

	(void)nr;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return run_error(run, -errno, "%s: open: %s", path, strerror(errno));
	if (write(fd, buf, sizeof(buf)) != sizeof(buf))
		err = run_error(run, errno ? -errno : -EIO, "%s: write: %s", path, strerror(errno));
	close(fd);
	unlink(path);
	return err;
}

/* A ring of 256 slots is a large kmalloc, and each filled slot a page. */
static int pipe_once(struct run *run, unsigned int nr)
{
	static unsigned char buf[256 * CYCLE_PAGE];
	int fds[2], err = 0;

	(void)nr;
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return run_error(run, -errno, "pipe: %s", strerror(errno));
	if (fcntl(fds[0], F_SETPIPE_SZ, sizeof(buf)) != sizeof(buf) ||
	    write(fds[1], buf, sizeof(buf)) != sizeof(buf))
		err = run_error(run, errno ? -errno : -EIO, "pipe of %zu bytes: %s", sizeof(buf),
				strerror(errno));
	close(fds[0]);
	close(fds[1]);
	return err;
}

static void remove_files(unsigned int files)
{
	char path[64];
	unsigned int i;

	for (i = 0; i < files; i++) {
		snprintf(path, sizeof(path), "/tmp/cycle-inode-%u", i);
		unlink(path);
	}
}

/* Inodes, directory entries and open files: objects of slab caches, thrown away. */
static int inode_once(struct run *run, unsigned int nr)
{
	int fd[FILES], err = 0;
	unsigned int i, opened;
	char path[64];

	(void)nr;
	for (opened = 0; opened < FILES; opened++) {
		snprintf(path, sizeof(path), "/tmp/cycle-inode-%u", opened);
		fd[opened] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd[opened] < 0) {
			err = run_error(run, -errno, "%s: open: %s", path, strerror(errno));
			break;
		}
	}
	for (i = 0; i < opened; i++)
		close(fd[i]);
	remove_files(opened);
	return err;
}

/* --- huge pages --- */

/* A kernel with less than 512 MiB leaves it off, mm/huge_memory.c hugepage_init(). */
static int thp_begin(struct run *run)
{
	return cycle_write(run, THP "enabled", "madvise");
}

static int split(struct run *run, const unsigned char *at)
{
	char range[96];

	snprintf(range, sizeof(range), "%d,0x%lx,0x%lx", (int)getpid(), (unsigned long)at,
		 (unsigned long)at + HUGE_BYTES);
	return cycle_write(run, "/sys/kernel/debug/split_huge_pages", range);
}

/* One huge page that is split in place, one of which half is taken away, one whole. */
static int thp_once(struct run *run, unsigned int nr)
{
	const size_t bytes = 4 * HUGE_BYTES;
	unsigned char *at, *huge;
	int err;

	(void)nr;
	err = cycle_map(run, bytes, &at);
	if (err)
		return err;
	huge = (unsigned char *)(((uintptr_t)at + HUGE_BYTES - 1) & ~(uintptr_t)(HUGE_BYTES - 1));
	if (madvise(huge, 3 * HUGE_BYTES, MADV_HUGEPAGE))
		err = run_error(run, -errno, "madvise(MADV_HUGEPAGE): %s", strerror(errno));
	cycle_touch(huge, 3 * HUGE_BYTES);
	if (!err)
		err = split(run, huge);
	if (!err && madvise(huge + HUGE_BYTES, HUGE_BYTES / 2, MADV_DONTNEED))
		err = run_error(run, -errno, "madvise(MADV_DONTNEED): %s", strerror(errno));
	munmap(at, bytes);
	return err;
}

/* --- migration --- */

/* On the usual lists of a CPU all the holes fit, and compaction finds no target. */
static int compact_begin(struct run *run)
{
	int err = free_pages_shorten_lists();

	return err ? run_error(run, err, "page lists of CPUs, limited by "
			       "percpu_pagelist_high_fraction: %s", strerror(-err)) : 0;
}

static void compact_end(struct run *run)
{
	(void)run;
	free_pages_usual_lists();
}

static int compact_once(struct run *run, unsigned int nr)
{
	unsigned char *at;
	size_t i;
	int err;

	(void)nr;
	err = cycle_map(run, COMPACT_BYTES, &at);
	if (err)
		return err;
	cycle_touch(at, COMPACT_BYTES);
	for (i = 0; i < COMPACT_BYTES; i += 2 * CYCLE_PAGE)
		madvise(at + i, CYCLE_PAGE, MADV_DONTNEED);
	err = cycle_write(run, "/proc/sys/vm/compact_memory", "1");
	munmap(at, COMPACT_BYTES);
	return err;
}

static int move_to(struct run *run, unsigned char *at, int node)
{
	int nodes[MOVE_PAGES], status[MOVE_PAGES];
	void *pages[MOVE_PAGES];
	size_t i;

	for (i = 0; i < MOVE_PAGES; i++) {
		pages[i] = at + i * CYCLE_PAGE;
		nodes[i] = node;
	}
	if (syscall(SYS_move_pages, 0, (unsigned long)MOVE_PAGES, pages, nodes, status,
		    MPOL_MF_MOVE))
		return run_error(run, -errno, "move_pages to node %d: %s", node, strerror(errno));
	for (i = 0; i < MOVE_PAGES; i++)
		if (status[i] != node)
			return run_error(run, -EIO, "move_pages: page %zu is %d, wanted on node %d",
					 i, status[i], node);
	return 0;
}

static int move_once(struct run *run, unsigned int nr)
{
	const size_t bytes = MOVE_PAGES * CYCLE_PAGE;
	unsigned char *at;
	int err;

	(void)nr;
	err = cycle_map(run, bytes, &at);
	if (err)
		return err;
	cycle_touch(at, bytes);
	err = move_to(run, at, 1);
	if (!err)
		err = move_to(run, at, 0);
	munmap(at, bytes);
	return err;
}

/* --- control groups --- */

static int cgroup_begin(struct run *run)
{
	if (mkdir(CGROUP, 0700) && errno != EEXIST)
		return run_error(run, -errno, CGROUP ": mkdir: %s", strerror(errno));
	if (mount("cgroup2", CGROUP, "cgroup2", 0, NULL))
		return run_error(run, -errno, CGROUP ": mount: %s", strerror(errno));
	return cycle_write(run, CGROUP "/cgroup.subtree_control", "+memory");
}

static void cgroup_end(struct run *run)
{
	(void)run;
	rmdir(CGROUP "/cycle");
	umount(CGROUP);
	rmdir(CGROUP);
}

/*
 * A group that is gone by name lives on until its last charge is. Waited for, because
 * how many are alive at once decides how many chunks the per-cpu allocator has.
 */
static int wait_for_group(struct run *run)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	uint64_t dying = 0;
	unsigned int ms;
	int err;

	for (ms = 0; ms < GROUP_WAIT_MS; ms++) {
		err = sysfs_field(CGROUP "/cgroup.stat", "nr_dying_descendants", &dying);
		if (err)
			return run_error(run, err, CGROUP "/cgroup.stat: %s", strerror(-err));
		if (!dying)
			return 0;
		nanosleep(&pause, NULL);
	}
	return run_error(run, -ETIMEDOUT, CGROUP "/cgroup.stat: nr_dying_descendants is %llu after "
			 "%d ms", (unsigned long long)dying, GROUP_WAIT_MS);
}

/* What a child was charged for must not outlive it and its group. */
static int cgroup_once(struct run *run, unsigned int nr)
{
	int err = 0, status = 0;
	pid_t pid;

	if (mkdir(CGROUP "/cycle", 0700))
		return run_error(run, -errno, CGROUP "/cycle: mkdir: %s", strerror(errno));
	pid = fork();
	if (!pid)
		_exit(sysfs_write(CGROUP "/cycle/cgroup.procs", "0") || anon_once(run, nr) ||
		      tmpfs_once(run, nr) || inode_once(run, nr));
	if (pid < 0)
		err = run_error(run, -errno, "fork: %s", strerror(errno));
	else if (waitpid(pid, &status, 0) != pid || status)
		err = run_error(run, -ECHILD, "child in " CGROUP "/cycle: status %d", status);
	if (!err && rmdir(CGROUP "/cycle"))
		err = run_error(run, -errno, CGROUP "/cycle: rmdir: %s", strerror(errno));
	return err ? err : wait_for_group(run);
}

const struct cycle cycles_memory[] = {
	{ .name = "anon", .help = "touch 256 pages and unmap them",
	  .event = "pgfault", .events = 256, .once = anon_once },
	{ .name = "fork", .help = "fork, 16 copy-on-write faults in the child, exit",
	  .event = "pgfault", .events = 2 * CHILD_PAGES, .once = fork_once },
	{ .name = "tmpfs", .help = "write a file of 64 pages, remove it",
	  .event = "pgfree", .events = 64, .once = tmpfs_once },
	{ .name = "pipe", .help = "fill a pipe of 256 pages, close it",
	  .event = "pgfree", .events = 256, .once = pipe_once },
	{ .name = "inode", .help = "make, open and remove 64 files", .once = inode_once },
	{ .name = "cgroup", .help = "make a memory cgroup, charge it by a child, remove it",
	  .event = "pgfault", .events = 256, .share = 2, .begin = cgroup_begin,
	  .once = cgroup_once, .end = cgroup_end },
	{ .name = "thp", .help = "3 huge pages: one is split, one halved, all are freed",
	  .event = "thp_split_page", .events = 1, .share = 2, .begin = thp_begin,
	  .once = thp_once },
	{ .name = "compaction", .help = "2048 pages with as many holes, compact_memory, unmap",
	  .event = "pgmigrate_success", .events = 4, .share = 2, .begin = compact_begin,
	  .once = compact_once, .end = compact_end },
	{ .name = "move_pages", .help = "64 pages to node 1 and back",
	  .event = "pgmigrate_success", .events = 2 * MOVE_PAGES, .once = move_once },
	{ .name = NULL }
};
