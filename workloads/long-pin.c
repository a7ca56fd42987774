/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ring is made for the sake of its buffers only; nothing is ever submitted to it.
 */
#include "long-pin.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096

int long_pin(void *const *page, size_t nr, int *ret_fd)
{
	struct io_uring_params params = { 0 };
	struct iovec *buffer;
	int fd, err = 0;
	size_t i;

	if (!nr || nr > LONG_PIN_MAX)
		return -EINVAL;
	buffer = calloc(nr, sizeof(*buffer));
	if (!buffer)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		buffer[i] = (struct iovec){ .iov_base = page[i], .iov_len = PAGE };
	fd = (int)syscall(SYS_io_uring_setup, 1, &params);
	if (fd < 0)
		err = -errno;
	else if (syscall(SYS_io_uring_register, fd, IORING_REGISTER_BUFFERS, buffer, nr))
		err = -errno;
	free(buffer);
	if (err && fd >= 0)
		close(fd);
	else if (!err)
		*ret_fd = fd;
	return err;
}

/* Closing alone would do it too, but some time later, from a worker. */
int long_unpin(int fd)
{
	int err = 0;

	if (syscall(SYS_io_uring_register, fd, IORING_UNREGISTER_BUFFERS, NULL, 0))
		err = -errno;
	close(fd);
	return err;
}
