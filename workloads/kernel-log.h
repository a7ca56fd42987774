/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much the kernel has logged: for checks that must not make it talk.
 */
#ifndef PAGEMETA_KERNEL_LOG_H
#define PAGEMETA_KERNEL_LOG_H

#include <stddef.h>
#include <stdint.h>

/**
 * kernel_log_open() - stand at the end of the log
 *
 * Return: a file descriptor of /dev/kmsg that is read by kernel_log_count() and
 * closed by the caller, or -errno.
 */
int kernel_log_open(void);

/**
 * kernel_log_count() - records logged since the last call, or since it was opened
 * @fd: from kernel_log_open()
 * @last: receives the text of the last of them, "" for none
 * @size: bytes at @last
 *
 * Return: how many, or -errno. Records that were overwritten before they were read
 * count as one: there were more than the log holds.
 */
int64_t kernel_log_count(int fd, char *last, size_t size);

#endif
