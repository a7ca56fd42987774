/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * io_uring as far as the workloads need it: one operation at a time on registered
 * buffers. The system calls are made directly, as there is no library for them in
 * the guest; the ABI is that of linux/io_uring.h.
 */
#ifndef PAGEMETA_URING_H
#define PAGEMETA_URING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct io_uring_sqe;
struct io_uring_cqe;

/**
 * struct uring - one ring
 * @fd: of the ring; -1 when closed
 * @ring: mapping of both queues' indices and of the completions
 * @ring_bytes: its size
 * @sqe: mapping of the submissions
 * @sqe_bytes: its size
 * @sq_tail: where the kernel looks for new submissions
 * @sq_mask: of indices into the submission queue
 * @sq_array: entry of the queue -> number of the submission
 * @cq_head: up to where completions were taken
 * @cq_tail: up to where the kernel put them
 * @cq_mask: of indices into @cqe
 * @cqe: completions
 */
struct uring {
	int fd;
	void *ring;
	size_t ring_bytes;
	struct io_uring_sqe *sqe;
	size_t sqe_bytes;
	unsigned int *sq_tail;
	unsigned int sq_mask;
	unsigned int *sq_array;
	unsigned int *cq_head;
	unsigned int *cq_tail;
	unsigned int cq_mask;
	struct io_uring_cqe *cqe;
};

/**
 * uring_open() - make a ring
 * @entries: submissions it has room for
 * @ret_uring: filled; -1 as fd on failure
 *
 * Return: 0 or -errno; -ENOSYS without CONFIG_IO_URING.
 */
int uring_open(unsigned int entries, struct uring *ret_uring);

/** uring_close() - give it back, with its buffers; closed already is no error */
void uring_close(struct uring *uring);

/**
 * uring_register() - register buffers, which pins their pages for long
 * @uring: open
 * @buffer: @nr of them
 * @nr: how many
 *
 * Return: 0 or -errno; -EOPNOTSUPP is what mm/gup.c of 6.12 answers for a mapping
 * of a file system's DAX.
 */
int uring_register(struct uring *uring, const struct iovec *buffer, unsigned int nr);

/** uring_unregister() - unpin the buffers. Return: 0 or -errno */
int uring_unregister(struct uring *uring);

/**
 * uring_transfer() - read or write with the first registered buffer, and wait
 * @uring: with registered buffers
 * @write: from the buffer to the file; else from the file into the buffer
 * @fd: the file
 * @at: inside of the registered buffer
 * @bytes: how many
 * @offset: in the file
 *
 * Return: bytes transferred or -errno.
 */
int uring_transfer(struct uring *uring, bool write, int fd, void *at, size_t bytes,
		   uint64_t offset);

#endif
