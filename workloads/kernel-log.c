/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts records of /dev/kmsg: each read() gives one, whatever its level
 * (Documentation/ABI/testing/dev-kmsg).
 */
#include "kernel-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int kernel_log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_END) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int64_t kernel_log_count(int fd, char *last, size_t size)
{
	char record[8192], *text;
	int64_t nr = 0;
	ssize_t n;

	last[0] = '\0';
	for (;;) {
		n = read(fd, record, sizeof(record) - 1);
		if (n < 0 && errno == EAGAIN)
			return nr;
		if (n < 0 && errno != EPIPE && errno != EINTR)
			return -errno;
		nr++;
		if (n <= 0)
			continue;
		record[n] = '\0';
		/* "level,sequence,time,flags;text\n", and lines of a dictionary after it */
		text = strchr(record, ';');
		text = text ? text + 1 : record;
		text[strcspn(text, "\n")] = '\0';
		snprintf(last, size, "%s", text);
	}
}
