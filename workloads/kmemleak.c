/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmemleak (mm/kmemleak.c) reports an object in the second scan that finds no pointer
 * to it, and only when it was older than 5 seconds then. Scans in quick succession
 * found nothing of what had just been leaked.
 */
#include "kmemleak.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sysfs.h"
#include "workload.h"

#define KMEMLEAK "/sys/kernel/debug/kmemleak"
#define AGE_MS 5500	/* MSECS_MIN_AGE, and more */
#define SCANS 2

static int scan(void)
{
	const struct timespec age = { .tv_sec = AGE_MS / 1000,
				      .tv_nsec = AGE_MS % 1000 * 1000000L };

	nanosleep(&age, NULL);
	return sysfs_write(KMEMLEAK, "scan");
}

/* The first reports, as far as there is room, in one line. */
static int read_reports(char *text, size_t size)
{
	int fd = open(KMEMLEAK, O_RDONLY | O_CLOEXEC), err = 0;
	char *newline;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		err = -errno;
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	while ((newline = strchr(text, '\n')))
		*newline = ' ';
	return err;
}

int kmemleak_check(struct run *run)
{
	char text[700];
	int i, err = 0;

	if (access(KMEMLEAK, F_OK))
		return 0;
	run_phase(run, "kmemleak");
	for (i = 0; i < SCANS && !err; i++)
		err = scan();
	if (!err)
		err = read_reports(text, sizeof(text));
	if (err)
		return run_error(run, err, KMEMLEAK ": %s", strerror(-err));
	run_check(run, "kmemleak", "", text[0] ? VERDICT_FAIL : VERDICT_PASS,
		  "two scans: %s", text[0] ? text : "no unreferenced object");
	return 0;
}
