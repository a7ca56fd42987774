// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Holds outputs against the files in tests/golden.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "golden.h"
#include "proc.h"
#include "util.h"

/* make sets srcdir; by hand, tests run in the top folder of the tree. */
static char *golden_path(const char *name)
{
	const char *srcdir = getenv("srcdir");

	return str_printf("%s/tests/golden/%s", srcdir && *srcdir ? srcdir : ".", name);
}

static void print_diff(const char *path, const char *text)
{
	char actual[] = "/tmp/pagemeta-golden-XXXXXX";
	char *const argv[] = { "diff", "-u", (char *)path, actual, NULL };
	struct proc_spec spec = { .argv = argv, .out_fd = STDERR_FILENO };
	int fd = mkstemp(actual);
	struct err err = { "" };
	int status;
	pid_t pid;

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) >= 0 && !proc_start(&spec, &pid, NULL, &err))
		proc_wait(pid, 10, &status);
	close(fd);
	unlink(actual);
}

void golden_check(const char *name, const char *text)
{
	const char *update = getenv("PAGEMETA_GOLDEN_UPDATE");
	char *path = golden_path(name);
	struct err err = { "" };
	char *expected = NULL;
	bool equal;

	if (update && !strcmp(update, "1")) {
		if (fs_write(path, text, strlen(text), &err))
			fail_msg("%s", err.text);
		free(path);
		return;
	}
	if (fs_read(path, &expected, NULL, &err))
		fail_msg("%s", err.text);
	equal = !strcmp(expected, text);
	free(expected);
	if (!equal) {
		print_diff(path, text);
		fail_msg("the output is not what %s holds (PAGEMETA_GOLDEN_UPDATE=1 accepts it)",
			 path);
	}
	free(path);
}
