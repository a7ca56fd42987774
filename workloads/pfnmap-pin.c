/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways in which user space makes the kernel take references to its pages. Each
 * gives back at once what it got.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel-log.h"
#include "pfnmap-touch.h"
#include "workload.h"

#define PAGE 4096
#define GUP_TEST "/sys/kernel/debug/gup_test"
#define BLOCK_DEVICE "/dev/ram0"

/* mm/gup_test.h of the kernel, which is no user-space header */
struct pin_longterm_test {
	uint64_t addr;
	uint64_t size;
	uint32_t flags;
};

#define PIN_START _IOW('g', 7, struct pin_longterm_test)
#define PIN_STOP _IO('g', 8)
#define PIN_WRITE 1u
#define PIN_FAST 2u

static int open_tool(struct run *run, const char *path, int flags, int *ret_fd)
{
	*ret_fd = open(path, flags | O_CLOEXEC);
	return *ret_fd < 0 ? run_error(run, -errno, "%s: open: %s", path, strerror(errno)) : 0;
}

int pfnmap_tools_open(struct pfnmap_tools *tools, struct run *run)
{
	struct io_uring_params params = { 0 };
	const char *path = "";
	int err;

	tools->mem = tools->mem_uncached = tools->disk = tools->gup = tools->ring = tools->log = -1;
	err = kpage_open(&tools->kpage, &path);
	if (err)
		return run_error(run, err, "%s: open: %s", path, strerror(-err));
	err = open_tool(run, "/dev/mem", O_RDWR, &tools->mem);
	if (!err)
		err = open_tool(run, "/dev/mem", O_RDWR | O_SYNC, &tools->mem_uncached);
	if (!err)
		err = open_tool(run, BLOCK_DEVICE, O_RDWR | O_DIRECT, &tools->disk);
	if (!err)
		err = open_tool(run, GUP_TEST, O_RDWR, &tools->gup);
	if (err)
		return err;
	tools->ring = (int)syscall(SYS_io_uring_setup, 4, &params);
	if (tools->ring < 0)
		return run_error(run, -errno, "io_uring_setup: %s", strerror(errno));
	tools->log = kernel_log_open();
	if (tools->log < 0)
		return run_error(run, tools->log, "/dev/kmsg: %s", strerror(-tools->log));
	return 0;
}

void pfnmap_tools_close(struct pfnmap_tools *tools)
{
	int *const fds[] = { &tools->mem, &tools->mem_uncached, &tools->disk, &tools->gup,
			     &tools->ring, &tools->log };
	size_t i;

	kpage_close(&tools->kpage);
	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

static int direct_write(const struct pfnmap_tools *tools, uint8_t *at)
{
	return pwrite(tools->disk, at, PAGE, 0) == PAGE ? 0 : errno;
}

static int direct_read(const struct pfnmap_tools *tools, uint8_t *at)
{
	return pread(tools->disk, at, PAGE, 0) == PAGE ? 0 : errno;
}

static int gup(const struct pfnmap_tools *tools, uint8_t *at, uint32_t flags)
{
	struct pin_longterm_test pin = { (uintptr_t)at, PAGE, flags };

	if (ioctl(tools->gup, PIN_START, &pin))
		return errno;
	return ioctl(tools->gup, PIN_STOP) ? errno : 0;
}

static int gup_slow(const struct pfnmap_tools *tools, uint8_t *at)
{
	return gup(tools, at, 0);
}

static int gup_fast(const struct pfnmap_tools *tools, uint8_t *at)
{
	return gup(tools, at, PIN_FAST);
}

static int gup_fast_write(const struct pfnmap_tools *tools, uint8_t *at)
{
	return gup(tools, at, PIN_FAST | PIN_WRITE);
}

static int vm_readv(const struct pfnmap_tools *tools, uint8_t *at)
{
	uint8_t bytes[64];
	struct iovec local = { bytes, sizeof(bytes) }, remote = { at, sizeof(bytes) };

	(void)tools;
	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == sizeof(bytes) ? 0 : errno;
}

static int splice_page(const struct pfnmap_tools *tools, uint8_t *at)
{
	struct iovec iov = { at, PAGE };
	int fds[2], err = 0;

	(void)tools;
	if (pipe(fds))
		return errno;
	if (vmsplice(fds[1], &iov, 1, 0) != PAGE)
		err = errno;
	close(fds[0]);
	close(fds[1]);
	return err;
}

static int ring_buffer(const struct pfnmap_tools *tools, uint8_t *at)
{
	struct iovec iov = { at, PAGE };

	if (syscall(SYS_io_uring_register, tools->ring, IORING_REGISTER_BUFFERS, &iov, 1))
		return errno;
	return syscall(SYS_io_uring_register, tools->ring, IORING_UNREGISTER_BUFFERS, NULL, 0) ?
	       errno : 0;
}

/* A long-term pin of the zero page gives the process a page of its own: back to it. */
static bool zero_again(const struct pfnmap_tools *tools, uint8_t *at, uint64_t zero)
{
	uint64_t pfn;

	if (madvise(at, PAGE, MADV_DONTNEED))
		return false;
	(void)*(volatile uint8_t *)at;
	return !kpage_pfn(&tools->kpage, at, &pfn) && pfn == zero;
}

unsigned int pfnmap_pin(const struct pfnmap_tools *tools, uint8_t *at, bool writable, uint64_t zero,
			char *text, size_t size)
{
	static const struct {
		const char *name;
		bool writes;
		int (*pin)(const struct pfnmap_tools *tools, uint8_t *at);
	} ways[] = {
		/* Those first that only take a reference, and do not use the memory. */
		{ "gup", false, gup_slow }, { "gup-fast", false, gup_fast },
		{ "gup-fast for write", true, gup_fast_write },
		{ "registered buffer", true, ring_buffer }, { "vmsplice", false, splice_page },
		{ "process_vm_readv", false, vm_readv }, { "direct write", false, direct_write },
		{ "direct read", true, direct_read },
	};
	int expected = zero ? 0 : EFAULT;
	unsigned int bad = 0;
	size_t i, used = 0;
	int err;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (ways[i].writes && !writable)
			continue;
		bad += zero && !zero_again(tools, at, zero);
		err = ways[i].pin(tools, at);
		bad += err != expected;
		used += (size_t)snprintf(text + used, size - used, "%s%s: %s", used ? ", " : "",
					 ways[i].name, err ? strerror(err) : "done");
		if (used >= size)
			used = size - 1;
		/* Who was let in once is not tried with what would use the memory. */
		if (bad)
			break;
	}
	return bad;
}
