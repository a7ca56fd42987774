/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages pinned for long (FOLL_PIN | FOLL_LONGTERM), each chosen by its address:
 * io_uring pins what is registered as its buffers.
 */
#ifndef PAGEMETA_LONG_PIN_H
#define PAGEMETA_LONG_PIN_H

#include <stddef.h>

#define LONG_PIN_MAX 16384	/* buffers of one ring: IORING_MAX_REG_BUFFERS, io_uring/rsrc.c */

/**
 * long_pin() - pin pages
 * @page: their addresses, aligned to 4096; they must be mapped and writable
 * @nr: how many, at most LONG_PIN_MAX
 * @ret_fd: what holds the pins; long_unpin() lets them go
 *
 * Return: 0, -ENOSYS without CONFIG_IO_URING, or another -errno.
 */
int long_pin(void *const *page, size_t nr, int *ret_fd);

/** long_unpin() - unpin the pages, before it returns. Return: 0 or -errno */
int long_unpin(int fd);

#endif
