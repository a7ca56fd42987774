/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations of workload core that are mostly kmalloc() and kfree(), and the files in
 * which the kernel tells about every page.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core-bench.h"
#include "memory-block.h"

#define ENTRIES (CORE_PAGE / sizeof(uint64_t))	/* pages that one read tells about */
#define SECTION_READS 64				/* reads for 128 MiB */

static int failed(struct core *core, const char *what)
{
	int err = errno ? -errno : -EIO;

	return run_error(core->run, err, "%s: %s", what, strerror(-err));
}

int core_open_close(struct core *core, size_t i)
{
	int fd;

	(void)i;
	fd = open("/init", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return failed(core, "open /init");
	return close(fd) ? failed(core, "close") : 0;
}

/* A page of it is written to and read, so that there is a buffer to allocate. */
int core_pipe(struct core *core, size_t i)
{
	int end[2], err = 0;

	(void)i;
	if (pipe(end))
		return failed(core, "pipe");
	if (write(end[1], core->buf, CORE_PAGE) != CORE_PAGE ||
	    read(end[0], core->buf, CORE_PAGE) != CORE_PAGE)
		err = failed(core, "pipe: write or read");
	close(end[0]);
	close(end[1]);
	return err;
}

int core_eventfd(struct core *core, size_t i)
{
	int fd;

	fd = eventfd((unsigned int)i, EFD_CLOEXEC);
	if (fd < 0)
		return failed(core, "eventfd");
	return close(fd) ? failed(core, "close") : 0;
}

int core_epoll(struct core *core, size_t i)
{
	struct epoll_event event = { .events = EPOLLIN };
	int poll, fd, err = 0;

	(void)i;
	poll = epoll_create1(EPOLL_CLOEXEC);
	if (poll < 0)
		return failed(core, "epoll_create1");
	fd = eventfd(0, EFD_CLOEXEC);
	if (fd < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event))
		err = failed(core, "epoll_ctl or eventfd");
	if (fd >= 0)
		close(fd);
	close(poll);
	return err;
}

int core_mmap_munmap(struct core *core, size_t i)
{
	void *at;

	(void)i;
	at = mmap(NULL, CORE_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return failed(core, "mmap");
	return munmap(at, CORE_PAGE) ? failed(core, "munmap") : 0;
}

/*
 * The files end behind the last section there is (get_max_dump_pfn(), fs/proc/page.c),
 * so that looking once a section is enough to find the end.
 */
static int kpage_open(struct core *core, const char *path)
{
	uint64_t entry;
	size_t reads;

	core->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (core->fd < 0)
		return failed(core, path);
	core->present = 0;
	if (core->warm_up)
		return 0;
	for (reads = 0; reads + SECTION_READS <= core->room; reads += SECTION_READS)
		if (pread(core->fd, &entry, sizeof(entry), (off_t)(reads * CORE_PAGE)) <= 0)
			break;
	core->nr = reads;
	return 0;
}

int core_kpageflags_open(struct core *core)
{
	return kpage_open(core, "/proc/kpageflags");
}

int core_kpagecount_open(struct core *core)
{
	return kpage_open(core, "/proc/kpagecount");
}

int core_kpage_read(struct core *core, size_t i)
{
	if (pread(core->fd, core->buf, CORE_PAGE, (off_t)(i * CORE_PAGE)) != CORE_PAGE)
		return failed(core, "kpageflags or kpagecount");
	return 0;
}

/* Every page of every block in use has flags, holes within blocks included; no other has. */
static int compare_present(struct core *core)
{
	uint64_t bytes, blocks, online = 0, block;
	int err;

	err = memory_block_bytes(&bytes);
	if (err)
		return run_error(core->run, err, "memory blocks: size: %s", strerror(-err));
	blocks = core->nr * ENTRIES * CORE_PAGE / bytes;
	for (block = 0; block < blocks; block++)
		online += memory_block_online(block);
	core->bad += core->present != online * (bytes / CORE_PAGE);
	return 0;
}

int core_kpageflags_look(struct core *core, size_t i)
{
	uint64_t flags;
	size_t k;

	for (k = 0; k < ENTRIES; k++) {
		memcpy(&flags, core->buf + k * sizeof(flags), sizeof(flags));
		core->present += !(flags & 1ull << KPF_NOPAGE);
	}
	return i + 1 == core->nr && !core->warm_up ? compare_present(core) : 0;
}
