/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The actions of check peekers-storm. They use the kernel's own knobs and nothing of
 * the pages whose classification is watched.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nd-region.h"
#include "page-poison.h"
#include "peekers-guest.h"
#include "peekers-storm.h"
#include "sysfs.h"

#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101	/* include/uapi/asm-generic/mman-common.h */
#endif

#define PAGE 4096
#define HUGE (2ul << 20)
#define BLOCK_STATE "/sys/devices/system/memory/memory2/state"
#define HUGE_PAGES "/proc/sys/vm/nr_hugepages"
#define PIPES 64
#define AREA_PAGES 128

static struct nd_device nvdimm;

void storm_actions_use(const struct nd_device *device)
{
	nvdimm = *device;
}

/* What another action, or the lack of memory, may answer with. */
static int tolerate(int err)
{
	return err == -EBUSY || err == -ENOMEM || err == -EAGAIN || err == -EINTR ? 0 : err;
}

static uint8_t *map(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* A huge page is made, mapped in parts, and split when a part of it goes. */
static int huge_page(uint64_t seed)
{
	uint8_t *area = map(2 * HUGE), *at;

	if (!area)
		return 0;
	at = (uint8_t *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));
	madvise(at, HUGE, MADV_HUGEPAGE);
	memset(at, (int)seed, HUGE);
	madvise(at + seed % 512 * PAGE, PAGE, MADV_DONTNEED);
	madvise(at, HUGE, MADV_PAGEOUT);
	at[seed % HUGE]++;
	munmap(area, 2 * HUGE);
	return 0;
}

static int hugetlb(uint64_t seed)
{
	char text[24];
	uint64_t nr;
	int err = sysfs_read_u64(HUGE_PAGES, &nr);

	if (err)
		return err;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)(nr + 1 + seed % 4));
	err = sysfs_write(HUGE_PAGES, text);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)nr);
	return tolerate(err ? err : sysfs_write(HUGE_PAGES, text));
}

static int slabs(uint64_t seed)
{
	int fds[PIPES][2], made = 0;

	(void)seed;
	while (made < PIPES && !pipe(fds[made]))
		made++;
	while (made-- > 0) {
		close(fds[made][0]);
		close(fds[made][1]);
	}
	return 0;
}

/* Page tables of a child, and pages that are shared until it writes to them. */
static int child(uint64_t seed)
{
	uint8_t *at = map(8 * HUGE);
	pid_t pid;
	int i;

	if (!at)
		return 0;
	for (i = 0; i < 8; i++)
		at[(size_t)i * HUGE] = 1;
	pid = fork();
	if (!pid) {
		for (i = 0; i < 8; i++)
			at[(size_t)i * HUGE + seed % HUGE] = 2;
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	munmap(at, 8 * HUGE);
	return 0;
}

static int swap_out(uint64_t seed)
{
	uint8_t *at = map(AREA_PAGES * PAGE);
	int i;

	if (!at)
		return 0;
	for (i = 0; i < AREA_PAGES; i++)
		snprintf((char *)at + i * PAGE, PAGE, "page %d of %llu", i, (unsigned long long)seed);
	madvise(at, AREA_PAGES * PAGE, MADV_PAGEOUT);
	for (i = 0; i < AREA_PAGES; i += 2)
		(void)*(volatile uint8_t *)(at + i * PAGE);
	munmap(at, AREA_PAGES * PAGE);
	return 0;
}

static int merge(uint64_t seed)
{
	uint8_t *at = map(AREA_PAGES * PAGE);
	int i;

	if (!at)
		return 0;
	memset(at, (int)(seed | 1), AREA_PAGES * PAGE);
	madvise(at, AREA_PAGES * PAGE, MADV_MERGEABLE);
	sysfs_write("/sys/kernel/mm/ksm/run", "1");
	usleep(20000);
	for (i = 0; i < AREA_PAGES; i += 3)
		at[i * PAGE]++;
	sysfs_write("/sys/kernel/mm/ksm/run", "0");
	munmap(at, AREA_PAGES * PAGE);
	return 0;
}

static int file(uint64_t seed)
{
	static const char path[] = "/tmp/peekers-storm";
	uint8_t page[PAGE];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), i;

	if (fd < 0)
		return -errno;
	memset(page, (int)seed, sizeof(page));
	for (i = 0; i < AREA_PAGES; i++)
		if (write(fd, page, sizeof(page)) != sizeof(page))
			break;
	if (ftruncate(fd, AREA_PAGES / 2 * PAGE))
		i = 0;
	close(fd);
	unlink(path);
	return 0;
}

/* As movable memory, so that what is allocated there can leave again. */
static int block(uint64_t seed)
{
	int err, tries;

	(void)seed;
	/* EINVAL: it is in this state already, as it could not be taken off last time. */
	err = sysfs_write(BLOCK_STATE, "online_movable");
	if (err && err != -EINVAL)
		return tolerate(err);
	for (tries = 0; tries < 5; tries++) {
		err = sysfs_write(BLOCK_STATE, "offline");
		if (err != -EBUSY)
			break;
	}
	return tolerate(err);
}

/* Its struct pages come and go, and so do the sections they are of. */
static int namespace(uint64_t seed)
{
	int err;

	(void)seed;
	err = nd_device_unbind(&nvdimm);
	/* Not bound: there was no memory for it last time. */
	if (err == -ENODEV)
		err = 0;
	return tolerate(err ? err : nd_device_bind(&nvdimm));
}

static int compact(uint64_t seed)
{
	int err = sysfs_write("/proc/sys/vm/compact_memory", "1");

	if (!err && seed % 4 == 0)
		err = sysfs_write("/proc/sys/vm/drop_caches", "3");
	return tolerate(err);
}

/* A page is taken out of use under its user, who keeps the data, and given back. */
static int offline_page(uint64_t seed)
{
	struct kpage kpage;
	const char *path;
	uint8_t *at = map(PAGE);
	uint64_t pfn;
	int err = 0;

	if (!at)
		return 0;
	memset(at, (int)seed, PAGE);
	if (!kpage_open(&kpage, &path) && !kpage_pfn(&kpage, at, &pfn)) {
		if (!madvise(at, PAGE, MADV_SOFT_OFFLINE)) {
			if (at[PAGE - 1] != (uint8_t)seed)
				err = -EIO;
			/* Somebody may hold a reference to it for a moment. */
			for (int tries = peekers_guest_owners() ? 100 : 0;
			     tries < 100 && page_unpoison(pfn); tries++)
				usleep(1000);
		}
	}
	kpage_close(&kpage);
	munmap(at, PAGE);
	return err;
}

const struct storm_action storm_actions[] = {
	{ "huge pages", huge_page }, { "hugetlb", hugetlb }, { "slabs", slabs },
	{ "fork", child }, { "zswap", swap_out }, { "ksm", merge }, { "tmpfs", file },
	{ "memory block online and offline", block },
	{ "namespace unbound and bound", namespace },
	{ "compaction", compact }, { "soft offline", offline_page },
	{ "memory freed under who asks about it", storm_freed }, { NULL, NULL }
};
