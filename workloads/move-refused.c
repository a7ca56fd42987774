/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What move_pages() refuses. Each address and what is answered for it follows from
 * add_folio_for_migration() and do_pages_move() in mm/migrate.c; a page with a
 * reference too many is refused by __migrate_folio(), and by try_to_migrate_one()
 * already when the reference is a pin of an anonymous page.
 */
#include "move-refused.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "long-pin.h"
#include "workload.h"

#define PAGE 4096u
#define ABSENT_NODE 9
#define STATUS_UNTOUCHED 12345

long move_pages_call(size_t nr, void *const *page, const int *node, int *status, int flags)
{
	return syscall(SYS_move_pages, 0, nr, page, node, status, flags);
}

static uint8_t *map(int flags)
{
	void *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static void answer(struct run *run, const char *labels, void *page, int flags, int expected)
{
	int node = 1, status = STATUS_UNTOUCHED;
	long n = move_pages_call(1, &page, &node, &status, flags);

	run_check(run, "refused-as-documented", labels,
		  !n && status == expected ? VERDICT_PASS : VERDICT_FAIL,
		  "move_pages() returned %ld with status %d, must be 0 with %d", n, status, expected);
}

static void absent_node(struct run *run, void *page)
{
	int node = ABSENT_NODE, status = STATUS_UNTOUCHED, err;
	long n;

	errno = 0;
	n = move_pages_call(1, &page, &node, &status, MPOL_MF_MOVE);
	err = errno;
	run_check(run, "refused-as-documented", "page=to-absent-node",
		  n == -1 && err == ENODEV && status == STATUS_UNTOUCHED ? VERDICT_PASS :
		  VERDICT_FAIL,
		  "move_pages() to node %d returned %ld (%s), must be -1 (%s)", ABSENT_NODE, n,
		  strerror(err), strerror(ENODEV));
}

/* A page that a child has mapped as well goes only when all of its users are meant. */
static int shared_page(struct run *run, uint8_t *page)
{
	int end[2];
	char byte;
	pid_t pid;

	if (pipe(end))
		return run_error(run, -errno, "pipe: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		close(end[1]);
		_exit(read(end[0], &byte, 1) != 0);
	}
	if (pid < 0)
		return run_error(run, -errno, "fork: %s", strerror(errno));
	answer(run, "page=of-two-processes", page, MPOL_MF_MOVE, -EACCES);
	answer(run, "page=of-two-processes,flag=all", page, MPOL_MF_MOVE_ALL, 1);
	close(end[0]);
	close(end[1]);
	waitpid(pid, NULL, 0);
	return 0;
}

int move_refused(struct run *run)
{
	uint8_t *untouched = map(MAP_PRIVATE), *zero = map(MAP_PRIVATE), *gone = map(MAP_PRIVATE);
	uint8_t *shared = map(MAP_PRIVATE);
	int err;

	run_phase(run, "what is refused");
	if (!untouched || !zero || !gone || !shared)
		return run_error(run, -ENOMEM, "mmap of a page");
	*(volatile uint8_t *)zero;
	*shared = 1;
	munmap(gone, PAGE);
	answer(run, "page=untouched", untouched, MPOL_MF_MOVE, -ENOENT);
	answer(run, "page=zero", zero, MPOL_MF_MOVE, -EFAULT);
	answer(run, "page=unmapped", gone, MPOL_MF_MOVE, -EFAULT);
	absent_node(run, shared);
	err = shared_page(run, shared);
	munmap(untouched, PAGE);
	munmap(zero, PAGE);
	munmap(shared, PAGE);
	return err;
}

/**
 * struct hold - a page that somebody holds
 * @name: label
 * @flags: of mmap()
 * @pin: it is pinned for long; else a pipe holds a reference
 * @page: the page
 * @pipe: a pipe with the page in it
 * @fd: holds the pin
 */
struct hold {
	const char *name;
	int flags;
	bool pin;
	uint8_t *page;
	int pipe[2];
	int fd;
};

static int hold_page(struct run *run, struct hold *hold)
{
	struct iovec iov;
	int err;

	hold->page = map(hold->flags);
	if (!hold->page)
		return run_error(run, -errno, "mmap of a page: %s", strerror(errno));
	memset(hold->page, 0x11, PAGE);
	if (hold->pin) {
		err = long_pin((void *const *)&hold->page, 1, &hold->fd);
		return err ? run_error(run, err, "io_uring: pin a page: %s", strerror(-err)) : 0;
	}
	iov = (struct iovec){ .iov_base = hold->page, .iov_len = PAGE };
	if (pipe(hold->pipe) || vmsplice(hold->pipe[1], &iov, 1, 0) != PAGE)
		return run_error(run, -errno, "vmsplice of a page: %s", strerror(errno));
	return 0;
}

static int try_to_move(struct run *run, struct hold *hold, long *ret_n, int *ret_node)
{
	int node = 1, status = STATUS_UNTOUCHED;
	void *page = hold->page;

	*ret_n = move_pages_call(1, &page, &node, &status, MPOL_MF_MOVE);
	if (move_pages_call(1, &page, NULL, ret_node, 0))
		return run_error(run, -errno, "move_pages() as a query: %s", strerror(errno));
	return 0;
}

/* What is written by the mapping must be what the pipe holds: it is one page still. */
static int compare_with_pipe(struct run *run, struct hold *hold, size_t *ret_wrong)
{
	static uint8_t seen[PAGE];
	size_t i, wrong = 0;

	memset(hold->page, 0x22, PAGE);
	if (read(hold->pipe[0], seen, PAGE) != PAGE)
		return run_error(run, -EIO, "pipe: read: %s", strerror(errno));
	for (i = 0; i < PAGE; i++)
		wrong += seen[i] != 0x22;
	*ret_wrong = wrong;
	return 0;
}

static int let_go(struct run *run, struct hold *hold, size_t *ret_wrong)
{
	int err;

	if (hold->pin) {
		err = long_unpin(hold->fd);
		return err ? run_error(run, err, "io_uring: unpin: %s", strerror(-err)) : 0;
	}
	err = compare_with_pipe(run, hold, ret_wrong);
	close(hold->pipe[0]);
	close(hold->pipe[1]);
	return err;
}

static int try_held(struct run *run, struct hold *hold)
{
	long held = 0, freed = 0;
	int held_node = -1, freed_node = -1, err;
	size_t wrong = 0;
	bool right;

	err = hold_page(run, hold);
	if (!err)
		err = try_to_move(run, hold, &held, &held_node);
	if (!err)
		err = let_go(run, hold, &wrong);
	if (!err)
		err = try_to_move(run, hold, &freed, &freed_node);
	if (err)
		return err;
	right = held == 1 && held_node == 0 && !wrong && !freed && freed_node == 1;
	run_check(run, "referenced-page-stays", hold->name, right ? VERDICT_PASS : VERDICT_FAIL,
		  "held: move_pages() returned %ld (must be 1: not moved), node %d (must be 0), %zu "
		  "bytes of it differ for the holder (must be 0); let go: returned %ld (must be 0), "
		  "node %d (must be 1)", held, held_node, wrong, freed, freed_node);
	munmap(hold->page, PAGE);
	return 0;
}

int move_referenced(struct run *run)
{
	struct hold holds[] = {
		{ .name = "type=anonymous,by=pipe", .flags = MAP_PRIVATE },
		{ .name = "type=shmem,by=pipe", .flags = MAP_SHARED },
		{ .name = "type=anonymous,by=pin", .flags = MAP_PRIVATE, .pin = true },
		{ .name = "type=shmem,by=pin", .flags = MAP_SHARED, .pin = true },
	};
	size_t i;
	int err = 0;

	run_phase(run, "pages that somebody holds");
	for (i = 0; i < sizeof(holds) / sizeof(holds[0]) && !err; i++)
		err = try_held(run, &holds[i]);
	return err;
}
