/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One ring, one operation at a time. Submission and completion indices are shared
 * with the kernel: what we publish is stored with release, what it publishes is
 * loaded with acquire (io_uring(7)).
 */
#include "uring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int enter(int fd, unsigned int submit, unsigned int wait)
{
	long ret = syscall(__NR_io_uring_enter, fd, submit, wait,
			   wait ? IORING_ENTER_GETEVENTS : 0, NULL, 0);

	return ret < 0 ? -errno : (int)ret;
}

static void *at(const struct uring *uring, uint32_t offset)
{
	return (char *)uring->ring + offset;
}

static int map_rings(struct uring *uring, const struct io_uring_params *params)
{
	size_t cq_bytes = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);
	void *ring, *sqe;

	/* Since 5.4 one mapping holds both queues; older kernels are not booted here. */
	if (!(params->features & IORING_FEAT_SINGLE_MMAP))
		return -EOPNOTSUPP;
	uring->ring_bytes = params->sq_off.array + params->sq_entries * sizeof(unsigned int);
	if (cq_bytes > uring->ring_bytes)
		uring->ring_bytes = cq_bytes;
	uring->sqe_bytes = params->sq_entries * sizeof(struct io_uring_sqe);
	ring = mmap(NULL, uring->ring_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		    uring->fd, IORING_OFF_SQ_RING);
	if (ring == MAP_FAILED)
		return -errno;
	uring->ring = ring;
	sqe = mmap(NULL, uring->sqe_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		   uring->fd, IORING_OFF_SQES);
	if (sqe == MAP_FAILED)
		return -errno;
	uring->sqe = sqe;
	return 0;
}

int uring_open(unsigned int entries, struct uring *ret_uring)
{
	struct io_uring_params params = { 0 };
	struct uring *uring = ret_uring;
	int err;

	memset(uring, 0, sizeof(*uring));
	uring->fd = (int)syscall(__NR_io_uring_setup, entries, &params);
	if (uring->fd < 0)
		return -errno;
	err = map_rings(uring, &params);
	if (err) {
		uring_close(uring);
		return err;
	}
	uring->sq_tail = at(uring, params.sq_off.tail);
	uring->sq_mask = *(unsigned int *)at(uring, params.sq_off.ring_mask);
	uring->sq_array = at(uring, params.sq_off.array);
	uring->cq_head = at(uring, params.cq_off.head);
	uring->cq_tail = at(uring, params.cq_off.tail);
	uring->cq_mask = *(unsigned int *)at(uring, params.cq_off.ring_mask);
	uring->cqe = at(uring, params.cq_off.cqes);
	return 0;
}

void uring_close(struct uring *uring)
{
	if (uring->sqe)
		munmap(uring->sqe, uring->sqe_bytes);
	if (uring->ring)
		munmap(uring->ring, uring->ring_bytes);
	if (uring->fd >= 0)
		close(uring->fd);
	memset(uring, 0, sizeof(*uring));
	uring->fd = -1;
}

static int reg(const struct uring *uring, unsigned int opcode, const void *arg, unsigned int nr)
{
	return syscall(__NR_io_uring_register, uring->fd, opcode, arg, nr) < 0 ? -errno : 0;
}

int uring_register(struct uring *uring, const struct iovec *buffer, unsigned int nr)
{
	return reg(uring, IORING_REGISTER_BUFFERS, buffer, nr);
}

int uring_unregister(struct uring *uring)
{
	return reg(uring, IORING_UNREGISTER_BUFFERS, NULL, 0);
}

static int take_completion(struct uring *uring)
{
	unsigned int head = *uring->cq_head;
	int res;

	if (head == __atomic_load_n(uring->cq_tail, __ATOMIC_ACQUIRE))
		return -EIO;
	res = uring->cqe[head & uring->cq_mask].res;
	__atomic_store_n(uring->cq_head, head + 1, __ATOMIC_RELEASE);
	return res;
}

int uring_transfer(struct uring *uring, bool write, int fd, void *buf, size_t bytes,
		   uint64_t offset)
{
	unsigned int tail = *uring->sq_tail, index = tail & uring->sq_mask;
	struct io_uring_sqe *sqe = &uring->sqe[index];
	int ret;

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = write ? IORING_OP_WRITE_FIXED : IORING_OP_READ_FIXED;
	sqe->fd = fd;
	sqe->addr = (uint64_t)(uintptr_t)buf;
	sqe->len = (uint32_t)bytes;
	sqe->off = offset;
	uring->sq_array[index] = index;
	__atomic_store_n(uring->sq_tail, tail + 1, __ATOMIC_RELEASE);
	ret = enter(uring->fd, 1, 1);
	if (ret < 0)
		return ret;
	return take_completion(uring);
}
