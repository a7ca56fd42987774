/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of dax-storm that use files. Their pages are the blocks of the file system:
 * a block that is freed while its page is pinned would be another file's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dax-storm-actors.h"
#include "gup-test.h"
#include "late-disk.h"
#include "prng.h"
#include "uring.h"
#include "workload.h"

#define PAGE CONTENT_PAGE
#define HELD STORM_POINT "/held"
#define AGAIN STORM_POINT "/again"
#define HOLD_POLLS 5
#define HOLD_POLL_US 10000

int storm_pages(struct storm_process *process, size_t nr, struct dax_pages *ret_pages)
{
	struct dax_storm *storm = process->context;

	return dax_pages_new(run_seed(storm->run) + process->salt, process->number + 1, nr,
			     &process->verdict, ret_pages);
}

/* --- files that are written, punched and truncated, and each page compared --- */

static int punch(int fd, size_t from, size_t to)
{
	return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(from * PAGE),
			 (off_t)((to - from) * PAGE)) ? -errno : 0;
}

static int cut(int fd, size_t to, size_t nr)
{
	return ftruncate(fd, (off_t)(to * PAGE)) || ftruncate(fd, (off_t)(nr * PAGE)) ? -errno : 0;
}

static int make_hole(struct dax_pages *pages, bool whole, size_t i, size_t nr)
{
	size_t end = whole || i + nr > pages->nr ? pages->nr : i + nr;

	dax_pages_zero(pages, i, end);
	return whole ? cut(pages->fd, i, pages->nr) : punch(pages->fd, i, end);
}

/* Through the mapping or by a system call, a few pages in a row. */
static int change(struct dax_pages *pages, bool mapped, size_t i, size_t nr)
{
	size_t end = i + nr > pages->nr ? pages->nr : i + nr;
	int err = 0;

	for (; i < end && !err; i++) {
		if (mapped)
			dax_pages_fill(pages, i);
		else
			err = dax_pages_write(pages, i);
	}
	return err;
}

/* As many pages are written as become zeroes: about half of them are found written. */
static int file_step(struct storm_process *process, struct dax_pages *pages, uint64_t *random)
{
	size_t i = prng_below(random, pages->nr);
	uint64_t what = prng_below(random, 64);

	switch (what) {
	case 0:
	case 1:
		process->more++;
		return make_hole(pages, what, i, 1 + prng_below(random, pages->nr / 8));
	case 2:
		return madvise(pages->at, pages->nr * PAGE, MADV_DONTNEED) ? -errno : 0;
	case 3:
		return fsync(pages->fd) ? -errno : 0;
	default:
		if (what < 28)
			return change(pages, what < 20, i, 1 + prng_below(random, 8));
		if (what < 46)
			return dax_pages_read(pages, i);
		dax_pages_compare(pages, i, NULL);
		return 0;
	}
}

/* @more: holes and truncations. */
int storm_file_use(struct storm_process *process, struct run *run, const char *path, size_t nr)
{
	uint64_t random = run_seed(run) + process->salt;
	struct dax_pages pages;
	size_t i;
	int err = dax_pages_new(random, process->number + 1, nr, &process->verdict, &pages);

	if (!err)
		err = dax_pages_map(&pages, path);
	while (storm_goes_on(process) && !err) {
		err = file_step(process, &pages, &random);
		storm_did(process);
	}
	for (i = 0; i < pages.nr && !err; i++) {
		dax_pages_compare(&pages, i, NULL);
		err = dax_pages_read(&pages, i);
	}
	dax_pages_free(&pages);
	return err;
}

int storm_file(struct storm_process *process)
{
	struct dax_storm *storm = process->context;
	char path[64];

	snprintf(path, sizeof(path), STORM_FILE "%u", process->number);
	return storm_file_use(process, storm->run, path, storm->pages);
}

/* --- short pins of those files' pages, whatever becomes of them meanwhile --- */

static int to_pipe(int fds[2], const uint8_t *at, size_t nr)
{
	struct iovec vector = { .iov_base = (void *)at, .iov_len = nr * PAGE };
	ssize_t n = vmsplice(fds[1], &vector, 1, SPLICE_F_NONBLOCK);

	return n < 0 ? -errno : (int)(n / PAGE);
}

static int drain(int fds[2], int nr)
{
	uint8_t page[PAGE];

	for (; nr > 0; nr--)
		if (read(fds[0], page, PAGE) != PAGE)
			return -EIO;
	return nr < 0 && nr != -EFAULT && nr != -EAGAIN ? nr : 0;
}

/* A pin for long would make truncation wait for ever: 6.12 refuses it. */
static int long_refused(struct storm_process *process, struct uring *uring, uint8_t *at)
{
	struct iovec vector = { .iov_base = at, .iov_len = PAGE };
	int err = uring_register(uring, &vector, 1);

	storm_judge(&process->verdict, err == -EOPNOTSUPP,
		    "registering a page of a file with io_uring: %s", strerror(-err));
	return err ? 0 : uring_unregister(uring);
}

static int pin_file(struct storm_process *process, struct dax_pages *pages, int gup,
		    struct uring *uring, int fds[2])
{
	enum gup_call call = (enum gup_call)(process->done % GUP_CALL_PIN_LONGTERM);
	struct gup_times times = { 0 };
	size_t i = process->done % (pages->nr - STORM_FEW);
	int err = gup_test_pass(gup, call, pages->at, pages->nr * PAGE, 64, &times);

	process->more += times.bytes / PAGE;
	if (!err)
		err = drain(fds, to_pipe(fds, pages->at + i * PAGE, STORM_FEW));
	return err ? err : long_refused(process, uring, pages->at);
}

/* @more: pages that were pinned by GUP, other than into a pipe. */
int storm_gup(struct storm_process *process)
{
	struct dax_storm *storm = process->context;
	struct dax_pages pages[2];
	int fds[2], gup = gup_test_open(), err, late, i;
	struct uring uring;
	char path[64];

	err = gup < 0 ? gup : uring_open(4, &uring);
	if (!err && pipe2(fds, O_CLOEXEC))
		err = -errno;
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), STORM_FILE "%d", STORM_FILE_1 + i);
		late = storm_pages(process, storm->pages, &pages[i]);
		if (!late)
			late = dax_pages_map(&pages[i], path);
		err = err ? err : late;
	}
	while (storm_goes_on(process) && !err) {
		err = pin_file(process, &pages[process->done & 1], gup, &uring, fds);
		storm_did(process);
	}
	for (i = 0; i < 2; i++)
		dax_pages_free(&pages[i]);
	return err;
}

/* --- pins that truncation has to wait for --- */

static int hold(struct dax_pages *pages, struct late_disk *disk, int fds[2], bool direct)
{
	size_t i;
	int err = 0;

	if (!direct)
		return to_pipe(fds, pages->at, pages->nr) == (int)pages->nr ? 0 : -EIO;
	for (i = 0; i < pages->nr && !err; i++)
		err = late_disk_read(disk, pages->at + i * PAGE, PAGE, i * PAGE);
	return err;
}

/* What was on its way comes now, or what was kept is looked at. */
static int let_go(struct dax_pages *pages, struct late_disk *disk, int fds[2], bool direct)
{
	uint8_t page[PAGE];
	size_t i;

	if (direct) {
		storm_judge(pages->verdict, late_disk_held(disk) == (int)pages->nr,
			    "reads were not held to the end");
		return late_disk_release(disk);
	}
	for (i = 0; i < pages->nr; i++) {
		if (read(fds[0], page, PAGE) != PAGE)
			return -EIO;
		dax_pages_compare(pages, i, page);
	}
	return 0;
}

/* Freed blocks can be had again once the journal has said so: hence sync(). */
static void stay(struct storm_process *process, pid_t pid, int *ret_status, bool *ret_early)
{
	int i;

	for (i = 0; i < HOLD_POLLS && !*ret_early; i++) {
		sync();
		usleep(HOLD_POLL_US);
		*ret_early = waitpid(pid, ret_status, WNOHANG) == pid;
	}
	storm_judge(&process->verdict, !*ret_early,
		    "pages were taken from a file while they were pinned");
}

static int hold_round(struct storm_process *process, struct dax_pages *pages,
		      struct late_disk *disk, int fds[2])
{
	bool direct = process->done & 1, whole = process->done & 2, early = false;
	int err, status = 0;
	pid_t pid;
	size_t i;

	for (i = 0; i < pages->nr; i++)
		dax_pages_fill(pages, i);
	err = hold(pages, disk, fds, direct);
	if (err)
		return err;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		_exit((whole ? cut(pages->fd, 0, pages->nr) : punch(pages->fd, 0, pages->nr)) != 0);
	stay(process, pid, &status, &early);
	err = let_go(pages, disk, fds, direct);
	if (!early && waitpid(pid, &status, 0) != pid)
		return -errno;
	dax_pages_zero(pages, 0, pages->nr);
	for (i = 0; i < pages->nr; i++)
		dax_pages_compare(pages, i, NULL);
	return err ? err : status ? -EIO : 0;
}

/* Of four rounds each: by vmsplice() and by a direct read, against a hole and a cut. */
int storm_hold(struct storm_process *process)
{
	struct dax_storm *storm = process->context;
	struct dax_pages pages;
	struct late_disk disk = { .fd = -1, .control = -1 };
	int fds[2], err = storm_pages(process, STORM_FEW, &pages);

	if (!err)
		err = dax_pages_map(&pages, HELD);
	if (!err && pipe2(fds, O_CLOEXEC))
		err = -errno;
	if (!err)
		err = late_disk_open(storm->run, "/dev/ram0", STORM_FEW * PAGE, &disk);
	while (storm_goes_on(process) && !err) {
		err = hold_round(process, &pages, &disk, fds);
		storm_did(process);
	}
	late_disk_close(&disk);
	dax_pages_free(&pages);
	return err;
}

/* --- who gets what others gave back --- */

int storm_reuse(struct storm_process *process)
{
	struct dax_storm *storm = process->context;
	struct dax_pages pages;
	size_t i;
	int err = storm_pages(process, storm->pages, &pages);

	while (storm_goes_on(process) && !err) {
		err = dax_pages_open(&pages, AGAIN);
		for (i = 0; i < pages.nr && !err; i++)
			err = dax_pages_write(&pages, i);
		usleep(HOLD_POLLS * HOLD_POLL_US);
		for (i = 0; i < pages.nr && !err; i++)
			err = dax_pages_read(&pages, i);
		dax_pages_unmap(&pages);
		unlink(AGAIN);
		sync();
		storm_did(process);
	}
	dax_pages_free(&pages);
	return err;
}
