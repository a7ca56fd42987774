/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps a range by page frame, does to the mapping what a process can do, and looks at
 * what the per-page files say of the frame before, meanwhile and after.
 */
#include "pfnmap-touch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-log.h"
#include "page-kind.h"
#include "raw-memmap.h"
#include "workload.h"

#define PAGE 4096

/**
 * struct frame - what is known of the range's first page frame
 * @flags: judged bits of /proc/kpageflags
 * @count: /proc/kpagecount
 * @refcount: references by its struct page, -1 for unknown
 * @unread: it has a struct page, and /proc/kcore has others but not this one
 */
struct frame {
	uint64_t flags;
	uint64_t count;
	int64_t refcount;
	bool unread;
};

static void look(const struct pfnmap_tools *tools, uint64_t pfn, struct frame *ret_frame)
{
	struct raw_page page;
	struct kcore kcore;

	/* Behind the end of the files there is no page; so it is in a hole. */
	if (kpage_read(&tools->kpage, KPAGE_FLAGS, pfn, &ret_frame->flags, 1) != 1)
		ret_frame->flags = KPF(NOPAGE);
	/* That it was used is no change of what it is. */
	ret_frame->flags &= PAGE_KIND_JUDGED;
	if (kpage_read(&tools->kpage, KPAGE_COUNT, pfn, &ret_frame->count, 1) != 1)
		ret_frame->count = 0;
	ret_frame->refcount = -1;
	ret_frame->unread = false;
	if (!kcore_open(&kcore)) {
		if (!raw_memmap_page(&kcore, pfn, &page))
			ret_frame->refcount = page.refcount;
		else
			ret_frame->unread = !(ret_frame->flags & KPF(NOPAGE));
	}
	kcore_close(&kcore);
}

/** struct task - shared with the child that works */
struct task {
	const struct pfnmap_tools *tools;
	const struct pfnmap_range *range;
	unsigned int rounds;
	struct frame meanwhile;
	struct pfnmap_result result;
};

static void must(struct task *task, bool held, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The first that did not hold is what is told. */
static void must(struct task *task, bool held, const char *fmt, ...)
{
	va_list args;

	if (held || task->result.map_bad++)
		return;
	va_start(args, fmt);
	vsnprintf(task->result.map, sizeof(task->result.map), fmt, args);
	va_end(args);
}

static uint8_t *map(const struct task *task, int flags)
{
	const struct pfnmap_range *range = task->range;
	int fd = range->uncached ? task->tools->mem_uncached : task->tools->mem;
	int prot = PROT_READ | (range->writable ? PROT_WRITE : 0);

	return mmap(NULL, range->pages * PAGE, prot, flags, fd, (off_t)range->phys);
}

/* The first byte by another way than the mapping. */
static bool other_way(const struct task *task, uint8_t *ret_byte)
{
	return pread(task->tools->mem, ret_byte, 1, (off_t)task->range->phys) == 1;
}

static void shared_bytes(struct task *task, uint8_t *at, uint8_t byte)
{
	uint8_t seen = 0;

	if (!task->range->writable) {
		*(volatile uint32_t *)(void *)at;
		return;
	}
	*(volatile uint8_t *)at = byte;
	if (task->range->pages > 1)
		*(volatile uint8_t *)(at + 2 * PAGE - 1) = byte;
	must(task, other_way(task, &seen) && seen == byte,
	     "0x%02x was written through the mapping and 0x%02x is there", byte, seen);
}

/* All of it is protected: a range in two parts is more than x86's memory types can undo. */
static void in_child(struct task *task, uint8_t *at)
{
	size_t bytes = task->range->pages * PAGE;
	pid_t child = fork();
	int status = 0;

	if (!child) {
		volatile uint8_t *byte = at;

		(void)*byte;
		if (mprotect(at, bytes, PROT_READ))
			_exit(1);
		(void)*byte;
		_exit(0);
	}
	must(task, child > 0, "fork: %s", strerror(errno));
	must(task, child < 0 || (waitpid(child, &status, 0) == child && !status),
	     "a forked child could not use the mapping: status 0x%x", status);
}

/* Protect, refuse what must be refused, move. Return: where it is then. */
static uint8_t *operate(struct task *task, uint8_t *at)
{
	size_t bytes = task->range->pages * PAGE;
	int prot = PROT_READ | (task->range->writable ? PROT_WRITE : 0);
	uint8_t *to, *moved;

	must(task, !mprotect(at, bytes, PROT_NONE) && !mprotect(at, bytes, prot), "mprotect: %s",
	     strerror(errno));
	must(task, madvise(at, bytes, MADV_DONTNEED) && errno == EINVAL,
	     "MADV_DONTNEED must be refused with EINVAL");
	must(task, mremap(at, bytes, 2 * bytes, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT,
	     "mremap to twice the size must be refused with EFAULT");
	to = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (to == MAP_FAILED)
		return at;
	moved = mremap(at, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	must(task, moved == to, "mremap to another address: %s", strerror(errno));
	return moved == to ? to : at;
}

/*
 * A private mapping is copied when it is written to, the memory stays as it is. Not its
 * first page: 6.12 finds the range's memory type through that, and fork() fails with
 * EINVAL when it was copied (04c35ab3bdae, x86/mm/pat).
 */
static void private_copy(struct task *task, uint8_t byte)
{
	uint8_t seen = 0, *at;

	if (!task->range->writable || task->range->pages < 2)
		return;
	at = map(task, MAP_PRIVATE);
	must(task, at != MAP_FAILED, "private mmap: %s", strerror(errno));
	if (at == MAP_FAILED)
		return;
	must(task, at[0] == byte, "a private mapping shows 0x%02x, not 0x%02x", at[0], byte);
	at[PAGE] = 1;
	must(task, at[2 * PAGE - 1] == byte,
	     "the copy that a write to a private mapping makes ends in 0x%02x, not 0x%02x",
	     at[2 * PAGE - 1], byte);
	at[PAGE + 1] = (uint8_t)~at[PAGE + 1];
	must(task, pread(task->tools->mem, &seen, 1, (off_t)task->range->phys + PAGE + 1) == 1 &&
	     seen != at[PAGE + 1], "a write to a private mapping changed the memory to 0x%02x", seen);
	in_child(task, at);
	munmap(at, task->range->pages * PAGE);
}

static void one_round(struct task *task, unsigned int round)
{
	uint8_t byte = pfnmap_byte(round), *at = map(task, MAP_SHARED);
	struct pfnmap_result *result = &task->result;

	if (at == MAP_FAILED && task->range->ram && (errno == EPERM || errno == EINVAL)) {
		result->refused = errno;
		return;
	}
	must(task, at != MAP_FAILED, "mmap /dev/mem: %s", strerror(errno));
	if (at == MAP_FAILED)
		return;
	shared_bytes(task, at, byte);
	/* Once is enough to know, and each way that works would need to be undone. */
	if (!round)
		result->pin_bad += pfnmap_pin(task->tools, at, task->range->writable, 0,
					      result->pin, sizeof(result->pin));
	in_child(task, at);
	at = operate(task, at);
	shared_bytes(task, at, byte);
	private_copy(task, byte);
	if (round + 1 < task->rounds) {
		must(task, !munmap(at, task->range->pages * PAGE), "munmap: %s", strerror(errno));
		return;
	}
	look(task->tools, task->range->phys / PAGE, &task->meanwhile);
}

static void __attribute__((noreturn)) work(struct task *task)
{
	unsigned int round;

	for (round = 0; round < task->rounds && !task->result.refused; round++)
		one_round(task, round);
	_exit(0);
}

static bool same(const struct frame *a, const struct frame *b)
{
	return a->flags == b->flags && a->count == b->count && a->refcount == b->refcount;
}

static void judge_count(struct pfnmap_result *result, uint64_t count, const struct frame *before,
			const struct frame *meanwhile, const struct frame *after)
{
	char flags[128];

	result->count_bad = !same(before, meanwhile) + !same(before, after) +
			    (before->count != count) + before->unread;
	snprintf(result->count, sizeof(result->count),
		 "flags %s, mappings %llu (must be %llu), references %lld%s; while mapped 0x%llx, "
		 "%llu, %lld; after 0x%llx, %llu, %lld; before it was 0x%llx",
		 kpage_flags_text(before->flags, flags, sizeof(flags)),
		 (unsigned long long)before->count, (unsigned long long)count,
		 (long long)before->refcount,
		 before->unread ? " (must be known)" : before->refcount < 0 ? " (unknown)" : "",
		 (unsigned long long)meanwhile->flags,
		 (unsigned long long)meanwhile->count, (long long)meanwhile->refcount,
		 (unsigned long long)after->flags, (unsigned long long)after->count,
		 (long long)after->refcount, (unsigned long long)before->flags);
}

int pfnmap_work(struct pfnmap_tools *tools, struct run *run, const struct pfnmap_range *range,
		unsigned int rounds, struct pfnmap_result *ret_result)
{
	uint64_t pfn = range->phys / PAGE;
	struct frame before, after;
	struct task *task;
	int status = 0;
	pid_t child;

	task = mmap(NULL, sizeof(*task), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (task == MAP_FAILED)
		return run_error(run, -errno, "mmap: %s", strerror(errno));
	task->tools = tools;
	task->range = range;
	task->rounds = rounds;
	look(tools, pfn, &before);
	kernel_log_count(tools->log, task->result.last, sizeof(task->result.last));
	child = fork();
	if (!child)
		work(task);
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		return run_error(run, -EIO, "range %s: the process that works on it ended with 0x%x",
				 range->name, status);
	look(tools, pfn, &after);
	judge_count(&task->result, range->ram ? 1 : 0, &before, &task->meanwhile, &after);
	if (!task->result.map_bad)
		snprintf(task->result.map, sizeof(task->result.map),
			 "fork, mprotect, mremap, private copies and exit, %u times", rounds);
	task->result.logged = kernel_log_count(tools->log, task->result.last,
					       sizeof(task->result.last));
	*ret_result = task->result;
	munmap(task, sizeof(*task));
	return 0;
}

int pfnmap_zero_page(struct pfnmap_tools *tools, struct run *run, unsigned int rounds)
{
	char pinned[PFNMAP_TEXT] = "";
	struct frame before, after;
	unsigned int i, bad = 0, dirty = 0;
	uint64_t pfn = 0;
	uint8_t *at;
	int err;

	at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return run_error(run, -errno, "mmap: %s", strerror(errno));
	dirty += *(volatile uint8_t *)at != 0;
	err = kpage_pfn(&tools->kpage, at, &pfn);
	if (err)
		return run_error(run, err, "zero page: pagemap: %s", strerror(-err));
	look(tools, pfn, &before);
	for (i = 0; i < rounds; i++)
		bad += pfnmap_pin(tools, at, false, pfn, pinned, sizeof(pinned));
	look(tools, pfn, &after);
	for (i = 0; i < PAGE; i++)
		dirty += at[i] != 0;
	bad += !same(&before, &after) || before.unread || before.count ||
	       !(before.flags & KPF(ZERO_PAGE)) || dirty;
	run_check(run, "zero-page", "", bad ? VERDICT_FAIL : VERDICT_PASS,
		  "%u rounds of %s; flags 0x%llx then 0x%llx (must have 'zero'), mappings %llu then "
		  "%llu (must be 0), references %lld then %lld (must be the same), %u bytes not 0",
		  rounds, pinned, (unsigned long long)before.flags, (unsigned long long)after.flags,
		  (unsigned long long)before.count, (unsigned long long)after.count,
		  (long long)before.refcount, (long long)after.refcount, dirty);
	munmap(at, PAGE);
	return 0;
}
