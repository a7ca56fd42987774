// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages that somebody holds while KSM scans. The two holders take references in the
 * two ways there are: vmsplice() as get_user_pages() does, the kernel's gup_test as
 * pin_user_pages() with FOLL_LONGTERM does, which is how registered buffers are held.
 *
 * write_protect_page() of mm/ksm.c compares the references of a page with its
 * mappings, after the page can no more be got at: the case for it was made when KSM
 * was first posted (Arcangeli, "Add replace_page()", linux-kernel, November 2008).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ksm-control.h"
#include "ksm-equal.h"
#include "workload.h"

#define PAGE 4096
#define HELD_BYTES ((size_t)KSM_OTHERS * PAGE)
#define SCANS 3
#define MARK 0xfe01010101010101ull

#define GUP_TEST "/sys/kernel/debug/gup_test"

/* mm/gup_test.h of 6.12 */
struct pin_longterm_test {
	uint64_t addr;
	uint64_t size;
	uint32_t flags;
};

#define PIN_LONGTERM_TEST_START _IOW('g', 7, struct pin_longterm_test)
#define PIN_LONGTERM_TEST_STOP _IO('g', 8)
#define PIN_LONGTERM_TEST_READ _IOW('g', 9, uint64_t)
#define PIN_LONGTERM_TEST_FLAG_USE_WRITE 1

/**
 * struct holder - somebody who takes references to pages
 * @name: for labels
 * @fd: what it works through
 * @hold: take references to HELD_BYTES at @at
 * @read: what the holder sees in them, to @seen
 * @release: drop the references
 *
 * The functions return 0 or -errno.
 */
struct holder {
	const char *name;
	int fd[2];
	int (*hold)(struct holder *holder, uint8_t *at);
	int (*read)(struct holder *holder, uint8_t *seen);
	void (*release)(struct holder *holder);
};

static int pipe_hold(struct holder *holder, uint8_t *at)
{
	struct iovec range = { .iov_base = at, .iov_len = HELD_BYTES };

	if (pipe2(holder->fd, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	if (vmsplice(holder->fd[1], &range, 1, 0) != (ssize_t)HELD_BYTES)
		return errno ? -errno : -EIO;
	return 0;
}

static int pipe_read(struct holder *holder, uint8_t *seen)
{
	size_t used = 0;
	ssize_t n;

	for (; used < HELD_BYTES; used += (size_t)n) {
		n = read(holder->fd[0], seen + used, HELD_BYTES - used);
		if (n <= 0)
			return n ? -errno : -EIO;
	}
	return 0;
}

static void pipe_release(struct holder *holder)
{
	if (holder->fd[0] >= 0)
		close(holder->fd[0]);
	if (holder->fd[1] >= 0)
		close(holder->fd[1]);
}

static int pin_hold(struct holder *holder, uint8_t *at)
{
	struct pin_longterm_test test = {
		.addr = (uintptr_t)at, .size = HELD_BYTES,
		.flags = PIN_LONGTERM_TEST_FLAG_USE_WRITE,
	};

	holder->fd[0] = open(GUP_TEST, O_RDWR | O_CLOEXEC);
	if (holder->fd[0] < 0)
		return -errno;
	return ioctl(holder->fd[0], PIN_LONGTERM_TEST_START, &test) ? -errno : 0;
}

static int pin_read(struct holder *holder, uint8_t *seen)
{
	uint64_t at = (uintptr_t)seen;

	return ioctl(holder->fd[0], PIN_LONGTERM_TEST_READ, &at) ? -errno : 0;
}

static void pin_release(struct holder *holder)
{
	if (holder->fd[0] < 0)
		return;
	ioctl(holder->fd[0], PIN_LONGTERM_TEST_STOP);
	close(holder->fd[0]);
}

static int scan(struct ksm_thread *thread, unsigned int times)
{
	uint64_t cpu;
	int err = 0;

	while (times-- && !err)
		err = ksm_thread_scan(thread, KSM_EQUAL + 1, &cpu);
	return err;
}

static void write_word(const struct ksm_equal *equal, uint64_t word)
{
	size_t i;

	for (i = 0; i < KSM_OTHERS; i++)
		*(volatile uint64_t *)(ksm_equal_other(equal, i) + KSM_WORD) = word;
}

/* Pages in which the holder sees something else than what was written to them. */
static unsigned int count_stale(const struct ksm_equal *equal, const uint8_t *seen)
{
	unsigned int stale = 0;
	size_t i;

	for (i = 0; i < KSM_OTHERS; i++)
		stale += !!memcmp(ksm_equal_other(equal, i), seen + i * PAGE, PAGE);
	return stale;
}

static int check_held(struct ksm_equal *equal, struct holder *holder)
{
	const struct ksm_want want[] = {
		{ KC_SHARED, 1 }, { KC_SHARING, KSM_ANCHORS - 1 }, { KC_VOLATILE, KSM_OTHERS },
	};
	static uint8_t seen[KSM_OTHERS * PAGE];
	struct ksm_counters counters;
	char text[256] = "", labels[48];
	unsigned int wrong, stale;
	int err;

	err = ksm_counters_read(equal->run, &counters);
	if (err)
		return err;
	wrong = ksm_counters_check(&counters, NULL, want, sizeof(want) / sizeof(want[0]), text,
				   sizeof(text));
	write_word(equal, MARK);
	err = holder->read(holder, seen);
	if (err)
		return run_error(equal->run, err, "%s: read held pages: %s", holder->name,
				 strerror(-err));
	stale = count_stale(equal, seen);
	snprintf(labels, sizeof(labels), "holder=%s,after=scans", holder->name);
	run_check(equal->run, "held-pages-left-alone", labels,
		  wrong || stale ? VERDICT_FAIL : VERDICT_PASS,
		  "%d equal pages, %d of them held: %s; the holder misses what was written to %u of them (must be 0)",
		  KSM_EQUAL, KSM_OTHERS, text, stale);
	return 0;
}

/* Equal again and held no more: they are merged, so it was the holder that kept them. */
static int check_released(struct ksm_equal *equal, struct ksm_thread *thread, const char *name)
{
	const struct ksm_want want[] = {
		{ KC_SHARED, 1 }, { KC_SHARING, KSM_EQUAL - 1 }, { KC_VOLATILE, 0 },
	};
	struct ksm_counters counters;
	char text[256] = "", labels[48];
	unsigned int wrong;
	int err;

	write_word(equal, equal->word);
	err = scan(thread, 1);
	if (!err)
		err = ksm_counters_read(equal->run, &counters);
	if (err)
		return err;
	wrong = ksm_counters_check(&counters, NULL, want, sizeof(want) / sizeof(want[0]), text,
				   sizeof(text));
	snprintf(labels, sizeof(labels), "holder=%s,after=release", name);
	run_check(equal->run, "held-pages-left-alone", labels,
		  wrong ? VERDICT_FAIL : VERDICT_PASS, "once released: %s", text);
	return 0;
}

static int check_while_held(struct ksm_equal *equal, struct ksm_thread *thread,
			    struct holder *holder)
{
	int err = holder->hold(holder, ksm_equal_other(equal, 0));

	if (err)
		return run_error(equal->run, err, "%s: hold pages: %s", holder->name,
				 strerror(-err));
	err = ksm_thread_start(equal->run, thread);
	if (!err)
		err = scan(thread, SCANS);
	return err ? err : check_held(equal, holder);
}

static int hold(struct run *run, struct holder *holder)
{
	struct ksm_thread thread;
	struct ksm_equal equal;
	int err;

	run_phase(run, "holder=%s", holder->name);
	err = ksm_equal_open(&equal, run);
	if (!err) {
		err = check_while_held(&equal, &thread, holder);
		holder->release(holder);
	}
	if (!err)
		err = check_released(&equal, &thread, holder->name);
	ksm_equal_close(&equal);
	return err;
}

int ksm_hold(struct run *run)
{
	struct holder pipe = { "pipe", { -1, -1 }, pipe_hold, pipe_read, pipe_release };
	struct holder pin = { "pin", { -1, -1 }, pin_hold, pin_read, pin_release };
	int err;

	err = hold(run, &pipe);
	return err ? err : hold(run, &pin);
}
