/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small text files of the kernel. Files are read with few large reads: /proc and
 * /sys make their text anew for each open.
 */
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIELDS_FILE_MAX 32768	/* /proc/vmstat has about 5 KiB */

int sysfs_read(const char *path, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t n;
	int fd, err = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (used < size) {
		n = read(fd, buf + used, size - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = -errno;
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	close(fd);
	if (err)
		return err;
	if (used == size)
		return -EFBIG;
	if (used && buf[used - 1] == '\n')
		used--;
	buf[used] = '\0';
	return (int)used;
}

static int read_number(const char *path, int base, uint64_t *ret_value)
{
	unsigned long long value;
	char text[64], *end;
	int n;

	n = sysfs_read(path, text, sizeof(text));
	if (n < 0)
		return n;
	if (!n || text[0] == '-' || text[0] == '+' || text[0] == ' ')
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || *end)
		return -EINVAL;
	*ret_value = value;
	return 0;
}

int sysfs_read_u64(const char *path, uint64_t *ret_value)
{
	return read_number(path, 10, ret_value);
}

int sysfs_read_hex(const char *path, uint64_t *ret_value)
{
	return read_number(path, 16, ret_value);
}

int sysfs_text_field(const char *text, const char *key, uint64_t *ret_value)
{
	size_t len = strlen(key);
	const char *line, *at;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) || (line[len] != ' ' && line[len] != ':'))
			continue;
		at = line + len;
		at += strspn(at, ": \t");
		if (*at < '0' || *at > '9')
			return -EINVAL;
		*ret_value = strtoull(at, NULL, 10);
		return 0;
	}
	return -ENOKEY;
}

int sysfs_field(const char *path, const char *key, uint64_t *ret_value)
{
	char *text = malloc(FIELDS_FILE_MAX);
	int err;

	if (!text)
		return -ENOMEM;
	err = sysfs_read(path, text, FIELDS_FILE_MAX);
	if (err >= 0)
		err = sysfs_text_field(text, key, ret_value);
	free(text);
	return err;
}

int sysfs_write(const char *path, const char *text)
{
	size_t len = strlen(text);
	int fd, err = 0;
	ssize_t n;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0)
		err = -errno;
	else if ((size_t)n != len)
		err = -EIO;
	if (close(fd) && !err)
		err = -errno;
	return err;
}
