/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail-nth of a thread counts down and lets one allocation fail. The probability is asked
 * after that: where it is 100 % for this thread (make-it-fail), all that follow fail too.
 */
#include "fail-alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kallsyms.h"
#include "sysfs.h"
#include "workload.h"

static const char *const kinds[] = { "failslab", "fail_page_alloc" };

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/** struct setting - a file of the folder of a kind; @only: of this kind, NULL for both */
struct setting {
	const char *file;
	const char *value;
	const char *only;
};

/* By default nothing that may sleep fails, no single page, and each failure is logged. */
static const struct setting settings[] = {
	{ "probability", "0", NULL },
	{ "interval", "1", NULL },
	{ "times", "-1", NULL },
	{ "space", "0", NULL },
	{ "verbose", "0", NULL },
	{ "task-filter", "Y", NULL },
	{ "stacktrace-depth", "32", NULL },
	{ "ignore-gfp-wait", "N", NULL },
	{ "cache-filter", "N", "failslab" },
	{ "ignore-gfp-highmem", "N", "fail_page_alloc" },
	{ "min-order", "0", "fail_page_alloc" },
};

static int set(struct run *run, const char *kind, const char *file, const char *value)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", kind, file);
	err = sysfs_write(path, value);
	return err ? run_error(run, err, "%s: write %s: %s", path, value, strerror(-err)) : 0;
}

static int set_all(struct run *run)
{
	size_t i, kind;
	int err = 0;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		for (kind = 0; kind < NR_KINDS && !err; kind++)
			if (!settings[i].only || !strcmp(settings[i].only, kinds[kind]))
				err = set(run, kinds[kind], settings[i].file, settings[i].value);
	return err;
}

static int open_thread(struct run *run, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/thread-self/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? run_error(run, -errno, "%s: open: %s", path, strerror(errno)) : fd;
}

int fail_alloc_open(struct run *run, struct fail_alloc *ret_fail)
{
	struct fail_alloc fail;
	int err = set_all(run);

	if (err)
		return err;
	fail.nth = open_thread(run, "fail-nth");
	if (fail.nth < 0)
		return fail.nth;
	fail.make = open_thread(run, "make-it-fail");
	if (fail.make < 0) {
		close(fail.nth);
		return fail.make;
	}
	*ret_fail = fail;
	return 0;
}

void fail_alloc_close(struct fail_alloc *fail)
{
	close(fail->nth);
	close(fail->make);
	fail->nth = fail->make = -1;
}

static int set_address(struct run *run, const char *file, uint64_t address)
{
	char text[32];
	size_t kind;
	int err = 0;

	snprintf(text, sizeof(text), "%#" PRIx64, address);
	for (kind = 0; kind < NR_KINDS && !err; kind++)
		err = set(run, kinds[kind], file, text);
	return err;
}

int fail_alloc_where(struct run *run, const struct fail_where *where)
{
	struct kallsyms_range range[] = { { .name = where->beneath }, { .name = where->except } };
	size_t nr = where->except ? 2 : 1, kind;
	int err = kallsyms_find(range, nr);

	if (err)
		return run_error(run, err, "/proc/kallsyms: %s%s%s: %s", where->beneath,
				 where->except ? ", " : "", where->except ? where->except : "",
				 strerror(-err));
	err = set_address(run, "require-start", range[0].start);
	if (!err)
		err = set_address(run, "require-end", range[0].end);
	if (!err)
		err = set_address(run, "reject-start", range[1].start);
	if (!err)
		err = set_address(run, "reject-end", range[1].end);
	/* Of no effect before the thread is told so, see fail_alloc_arm(). */
	for (kind = 0; kind < NR_KINDS && !err; kind++)
		err = set(run, kinds[kind], "probability", "100");
	return err;
}

static int write_number(int fd, unsigned int number)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", number);

	return pwrite(fd, text, (size_t)len, 0) == len ? 0 : errno ? -errno : -EIO;
}

int fail_alloc_arm(const struct fail_alloc *fail, unsigned int nth, bool onwards)
{
	int err = write_number(fail->make, onwards);

	return err ? err : write_number(fail->nth, nth);
}

int fail_alloc_disarm(const struct fail_alloc *fail, bool *ret_failed)
{
	char text[16] = "";
	int err;

	if (pread(fail->nth, text, sizeof(text) - 1, 0) <= 0)
		return errno ? -errno : -EIO;
	err = write_number(fail->nth, 0);
	if (!err)
		err = write_number(fail->make, 0);
	*ret_failed = !strtoul(text, NULL, 10);
	return err;
}
