// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make and the first error in its output: with several jobs the last lines say
 * only that make gave up, and where is thousands of lines above.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel-make.h"
#include "proc.h"

#define LINE_KEPT 1024

/* Kinds of error lines, the most telling first; a later one only counts without an earlier. */
enum fault { FAULT_NO_SPACE, FAULT_COMPILER, FAULT_LINKER, FAULT_OTHER, FAULT_MAKE, FAULT_NR };

static const struct fault_pattern {
	enum fault fault;
	const char *text;
} fault_table[] = {
	{ FAULT_NO_SPACE,	"No space left on device" },
	{ FAULT_NO_SPACE,	"Disk quota exceeded" },
	{ FAULT_COMPILER,	": error: " },
	{ FAULT_COMPILER,	": fatal error: " },
	{ FAULT_COMPILER,	": Error: " },		/* the assembler's */
	{ FAULT_LINKER,		"undefined reference to" },
	{ FAULT_LINKER,		"multiple definition of" },
	{ FAULT_LINKER,		"undefined symbol" },
	{ FAULT_OTHER,		"error:" },
	{ FAULT_OTHER,		"ERROR:" },
	{ FAULT_OTHER,		"not found" },
	{ FAULT_OTHER,		"Killed" },
	{ FAULT_MAKE,		"*** " },
};

struct make_watch {
	const struct kernel_make *mk;
	unsigned int objects;
	char first[FAULT_NR][LINE_KEPT];
};

/* "  CC      mm/memory.o": two blanks, a tag in capitals, blanks, a file. */
static bool is_object_line(const char *line)
{
	size_t tag;

	if (strncmp(line, "  ", 2) || !isupper((unsigned char)line[2]))
		return false;
	tag = strspn(line + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	return line[2 + tag] == ' ';
}

static void watch_fault(struct make_watch *watch, const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(fault_table); i++) {
		char *first = watch->first[fault_table[i].fault];

		if (!strstr(line, fault_table[i].text))
			continue;
		if (!*first)
			snprintf(first, LINE_KEPT, "%s", line);
		return;
	}
}

static void watch_line(void *ctx, const char *line)
{
	struct make_watch *watch = ctx;
	unsigned int total = watch->mk->total;

	if (line && is_object_line(line))
		watch->objects++;
	else if (line)
		watch_fault(watch, line);
	if (total && total < watch->objects)
		total = watch->objects;
	kernel_progress(watch->mk->site, watch->mk->what, watch->objects, total);
}

static int make_failed(const struct make_watch *watch, const char *target, int status,
		       struct err *err)
{
	const char *line = "it printed no error";
	char how[64];

	for (int i = 0; i < FAULT_NR; i++) {
		if (!*watch->first[i])
			continue;
		line = watch->first[i];
		break;
	}
	if (*watch->first[FAULT_NO_SPACE])
		return err_set(err, -ENOSPC,
			       "%s: make %s: the disk is full: %s\nmake room (run-suite cache --prune --limit SIZE) or take another --cache; the build goes on where it stopped\nlog: %s",
			       watch->mk->site->name, target, line, watch->mk->log);
	return err_set(err, -EIO, "%s: make %s failed (%s): %s\nlog: %s", watch->mk->site->name,
		       target, proc_status_text(how, sizeof(how), status), line, watch->mk->log);
}

int kernel_make(const struct kernel_make *mk, const char *const *args,
		unsigned int *ret_objects, struct err *err)
{
	struct make_watch *watch;
	struct kernel_command cmd = { .site = mk->site, .dir = mk->dir, .lock_fd = mk->lock_fd };
	struct strv argv = { 0 };
	int error, status;

	cmd.log_fd = open(mk->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (cmd.log_fd < 0)
		return err_set(err, -errno, "%s: cannot open: %s", mk->log, strerror(errno));
	watch = mem_grow(NULL, 1, sizeof(*watch));
	*watch = (struct make_watch){ .mk = mk };
	kernel_command_env(&argv);
	strv_add(&argv, "make");
	for (size_t i = 0; args[i]; i++)
		strv_add(&argv, "%s", args[i]);
	cmd.argv = argv.item;
	cmd.on_line = watch_line;
	cmd.ctx = watch;
	error = kernel_command_run(&cmd, &status, err);
	if (!error && status)
		error = make_failed(watch, argv.item[argv.nr - 1], status, err);
	if (ret_objects)
		*ret_objects = watch->objects;
	strv_free(&argv);
	free(watch);
	close(cmd.log_fd);
	return error;
}
