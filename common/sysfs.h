/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing the small text files the kernel speaks through (/proc,
 * /sys, debugfs), so that workloads do not each have their own way.
 */
#ifndef PAGEMETA_SYSFS_H
#define PAGEMETA_SYSFS_H

#include <stddef.h>
#include <stdint.h>

/**
 * sysfs_read() - the text of a file
 * @path: the file
 * @buf: receives it and a NUL; one newline at the end is taken off
 * @size: bytes at @buf
 *
 * Return: bytes of text, -EFBIG when it does not fit, or another -errno.
 */
int sysfs_read(const char *path, char *buf, size_t size);

/**
 * sysfs_read_u64() - a file that holds one decimal number
 * @path: the file
 * @ret_value: set on success
 *
 * Return: 0, -EINVAL when it is no number, or another -errno.
 */
int sysfs_read_u64(const char *path, uint64_t *ret_value);

/**
 * sysfs_read_hex() - a file that holds one hexadecimal number, with or without 0x
 * @path: the file
 * @ret_value: set on success
 */
int sysfs_read_hex(const char *path, uint64_t *ret_value);

/**
 * sysfs_field() - a number out of a file of "key value" or "key: value" lines
 * @path: /proc/vmstat, /proc/meminfo and the like
 * @key: first word of the line
 * @ret_value: set on success
 *
 * Return: 0, -ENOKEY when no line has the key, or another -errno.
 */
int sysfs_field(const char *path, const char *key, uint64_t *ret_value);

/**
 * sysfs_text_field() - the same out of a text that was read before
 * @text: NUL-terminated
 * @key: first word of the line
 * @ret_value: set on success
 *
 * Return: 0, -ENOKEY, or -EINVAL when no number follows.
 */
int sysfs_text_field(const char *text, const char *key, uint64_t *ret_value);

/** sysfs_write() - write a text in one write(). Return: 0 or -errno */
int sysfs_write(const char *path, const char *text);

#endif
