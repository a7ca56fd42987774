/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations of workload core on anonymous memory and on processes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core-bench.h"
#include "sysfs.h"


static int failed(struct core *core, const char *what)
{
	int err = errno ? -errno : -EIO;

	return run_error(core->run, err, "%s: %s", what, strerror(-err));
}

/* Aligned to a huge page, so that what the page tables cost does not depend on luck. */
static int map(struct core *core, size_t bytes, int flags, int advice)
{
	uint8_t *at, *aligned;
	size_t head;

	at = mmap(NULL, bytes + CORE_HUGE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
	if (at == MAP_FAILED)
		return failed(core, "mmap");
	aligned = (uint8_t *)(((uintptr_t)at + CORE_HUGE - 1) & ~(uintptr_t)(CORE_HUGE - 1));
	head = (size_t)(aligned - at);
	if (head)
		munmap(at, head);
	if (head < CORE_HUGE)
		munmap(aligned + bytes, CORE_HUGE - head);
	core->map = aligned;
	core->map_bytes = bytes;
	if (madvise(aligned, bytes, advice))
		return failed(core, "madvise");
	return 0;
}

int core_map_base(struct core *core)
{
	return map(core, core->nr * CORE_PAGE, 0, MADV_NOHUGEPAGE);
}

static void tag_pages(struct core *core, size_t pages)
{
	size_t i;

	for (i = 0; i < pages; i++)
		*(volatile uint64_t *)(core->map + i * CORE_PAGE) = i + 1;
}

static int open_pipe(struct core *core)
{
	return pipe(core->pipe) ? failed(core, "pipe") : 0;
}

/* What a child inherits: the pages of the parameter, each with its number in it. */
int core_map_touched(struct core *core)
{
	int err;

	err = map(core, core->pages * CORE_PAGE, 0, MADV_NOHUGEPAGE);
	if (err)
		return err;
	tag_pages(core, core->pages);
	return open_pipe(core);
}

int core_map_batches(struct core *core)
{
	size_t pages = core->nr * CORE_BATCH;
	int err;

	err = map(core, pages * CORE_PAGE, 0, MADV_NOHUGEPAGE);
	if (!err)
		tag_pages(core, pages);
	return err;
}

int core_map_huge(struct core *core)
{
	return map(core, core->nr * CORE_HUGE, 0, MADV_HUGEPAGE);
}

int core_map_huge_touched(struct core *core)
{
	size_t i;
	int err;

	err = core_map_huge(core);
	for (i = 0; i < core->nr && !err; i++)
		err = core_touch_huge(core, i);
	return err;
}

int core_map_hugetlb(struct core *core)
{
	size_t bytes = core->nr * CORE_HUGE;
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);

	if (at == MAP_FAILED)
		return failed(core, "mmap(MAP_HUGETLB)");
	core->map = at;
	core->map_bytes = bytes;
	return 0;
}

void core_unmap(struct core *core)
{
	if (core->map)
		munmap(core->map, core->map_bytes);
	if (core->pipe[0] >= 0)
		close(core->pipe[0]);
	if (core->pipe[1] >= 0)
		close(core->pipe[1]);
	core->map = NULL;
	core->pipe[0] = core->pipe[1] = -1;
}

int core_touch_page(struct core *core, size_t i)
{
	*(volatile uint8_t *)(core->map + i * CORE_PAGE) = 1;
	return 0;
}

int core_touch_huge(struct core *core, size_t i)
{
	*(volatile uint8_t *)(core->map + i * CORE_HUGE) = 1;
	return 0;
}

int core_unmap_batch(struct core *core, size_t i)
{
	size_t bytes = CORE_BATCH * CORE_PAGE;

	return munmap(core->map + i * bytes, bytes) ? failed(core, "munmap") : 0;
}

int core_unmap_huge(struct core *core, size_t i)
{
	return munmap(core->map + i * CORE_HUGE, CORE_HUGE) ? failed(core, "munmap") : 0;
}

/* Looks at all it inherited, waits until it is told to go, and says whether all was right. */
static void __attribute__((noreturn)) child(struct core *core)
{
	size_t i, bad = 0;
	char byte;

	for (i = 0; i < core->pages; i++)
		bad += *(volatile uint64_t *)(core->map + i * CORE_PAGE) != i + 1;
	if (read(core->pipe[0], &byte, 1) != 1)
		bad++;
	_exit(bad ? 1 : 0);
}

int core_fork(struct core *core, size_t i)
{
	pid_t pid;

	(void)i;
	pid = fork();
	if (pid < 0)
		return failed(core, "fork");
	if (!pid)
		child(core);
	core->pid = pid;
	return 0;
}

int core_release_child(struct core *core, size_t i)
{
	int status;

	(void)i;
	if (write(core->pipe[1], "x", 1) != 1)
		return failed(core, "pipe: write");
	if (waitpid(core->pid, &status, 0) != core->pid)
		return failed(core, "waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		core->bad++;
	return 0;
}

static int set_pool(struct core *core, size_t pages)
{
	char text[24];
	int err;

	snprintf(text, sizeof(text), "%zu", pages);
	err = sysfs_write(core->pool, text);
	return err ? run_error(core->run, err, "%s: write %s: %s", core->pool, text,
			       strerror(-err)) : 0;
}

int core_hugetlb_alloc(struct core *core, size_t i)
{
	return set_pool(core, i + 1);
}

int core_hugetlb_free(struct core *core, size_t i)
{
	return set_pool(core, core->nr - 1 - i);
}

int core_count_faults(struct core *core, uint64_t *ret_count)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage))
		return failed(core, "getrusage");
	*ret_count = (uint64_t)usage.ru_minflt;
	return 0;
}

int core_count_huge_faults(struct core *core, uint64_t *ret_count)
{
	(void)core;
	return sysfs_field("/proc/vmstat", "thp_fault_alloc", ret_count);
}

int core_count_hugetlb(struct core *core, uint64_t *ret_count)
{
	(void)core;
	return sysfs_read_u64(CORE_HUGETLB_POOL "nr_hugepages", ret_count);
}

int core_count_hugetlb_free(struct core *core, uint64_t *ret_count)
{
	(void)core;
	return sysfs_read_u64(CORE_HUGETLB_POOL "free_hugepages", ret_count);
}

/* Pages of the operation's memory that are still mapped, as mincore() sees it. */
int core_count_mapped(struct core *core, uint64_t *ret_count)
{
	size_t i, pages = core->map_bytes / CORE_PAGE;
	uint64_t mapped = 0;
	unsigned char in;

	for (i = 0; i < pages; i++) {
		if (!mincore(core->map + i * CORE_PAGE, CORE_PAGE, &in))
			mapped += in & 1;
		else if (errno != ENOMEM)
			return failed(core, "mincore");
	}
	*ret_count = mapped;
	return 0;
}

int core_count_children(struct core *core, uint64_t *ret_count)
{
	(void)core;
	return sysfs_field("/proc/stat", "processes", ret_count);
}
