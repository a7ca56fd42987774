// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Applies patches to a tree and says what did not fit, in the patch's own words.
 * GNU patch writes a new file and renames it, so a source file that is shared by
 * hard links is never written to.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tree.h"
#include "proc.h"

#define REJECT_LINES 24

struct patch_watch {
	const struct kernel_site *site;
	unsigned int done, total;
	bool config;		/* a file of the configuration was patched */
	char file[256];		/* being patched */
	char failed_file[256];
	char failed[256];	/* first "Hunk #2 FAILED at 12." */
	char last[256];
};

/* Besides Kconfig files: fragments of tinyconfig, and what Kconfig asks the compiler with. */
static bool is_config_file(const char *file)
{
	static const char *const exact[] = { "Makefile", "arch/x86/Makefile" };

	for (size_t i = 0; i < ARRAY_SIZE(exact); i++)
		if (!strcmp(file, exact[i]))
			return true;
	return strstr(file, "/configs/") || !strncmp(file, "scripts/", 8);
}

static void patch_line(void *ctx, const char *line)
{
	struct patch_watch *watch = ctx;

	if (line && !strncmp(line, "patching file ", 14)) {
		snprintf(watch->file, sizeof(watch->file), "%s", line + 14);
		/* "patching file X (renamed from Y)"; names with blanks come quoted */
		watch->file[strcspn(watch->file, " ")] = '\0';
		watch->config |= is_config_file(watch->file) || strstr(line, "Kconfig");
	}
	if (line && !*watch->failed && strstr(line, "FAILED")) {
		snprintf(watch->failed, sizeof(watch->failed), "%s", line);
		strcpy(watch->failed_file, watch->file);
	}
	if (line && *line)
		snprintf(watch->last, sizeof(watch->last), "%s", line);
	kernel_progress(watch->site, "patch", watch->done, watch->total);
}

/* The first lines of the hunks that did not fit. */
static char *reject_text(const char *path)
{
	char *text, *end;

	if (fs_read(path, &text, NULL, NULL))
		return str_dup("");
	end = text;
	for (unsigned int line = 0; line < REJECT_LINES && *end; line++) {
		end += strcspn(end, "\n");
		end += *end == '\n';
	}
	*end = '\0';
	return text;
}

static int patch_failed(const struct patch_watch *watch, const char *patch, const char *reject,
			const char *log, struct err *err)
{
	const char *slash = strrchr(patch, '/');
	char *text = reject_text(reject);

	if (*watch->failed)
		err_set(err, -EBADMSG, "%s: patch %s does not apply: %s: %s\n%.2500slog: %s",
			watch->site->name, slash ? slash + 1 : patch, watch->failed_file,
			watch->failed, text, log);
	else
		err_set(err, -EBADMSG, "%s: patch %s does not apply: %s\nlog: %s", watch->site->name,
			slash ? slash + 1 : patch, watch->last, log);
	free(text);
	return -EBADMSG;
}

static int patch_one(struct patch_watch *watch, const char *dir, const char *patch, int log_fd,
		     const char *log, struct err *err)
{
	struct kernel_command cmd = {
		.site = watch->site, .dir = dir, .log_fd = log_fd, .lock_fd = -1,
		.on_line = patch_line, .ctx = watch,
	};
	char *reject = str_printf("%s.rej", dir);
	struct strv argv = { 0 };
	int error, status;

	kernel_command_env(&argv);
	strv_add(&argv, "patch");
	strv_add(&argv, "-p1");
	strv_add(&argv, "-F0");
	strv_add(&argv, "--force");
	strv_add(&argv, "--no-backup-if-mismatch");
	strv_add(&argv, "--reject-file=%s", reject);
	strv_add(&argv, "-i");
	strv_add(&argv, "%s", patch);
	cmd.argv = argv.item;
	error = kernel_command_run(&cmd, &status, err);
	if (!error && WIFEXITED(status) && !WEXITSTATUS(status))
		watch->done++;
	else if (!error)
		error = patch_failed(watch, patch, reject, log, err);
	unlink(reject);
	strv_free(&argv);
	free(reject);
	return error;
}

int tree_patch(const struct kernel_site *site, const char *dir, const struct strv *patches,
	       const char *log, bool *ret_config, struct err *err)
{
	struct patch_watch watch = { .site = site, .total = patches->nr };
	int log_fd, error = 0;

	log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (log_fd < 0)
		return err_set(err, -errno, "%s: cannot open: %s", log, strerror(errno));
	for (size_t i = 0; i < patches->nr && !error; i++) {
		char *path = realpath(patches->item[i], NULL);

		if (path)
			error = patch_one(&watch, dir, path, log_fd, log, err);
		else
			error = err_set(err, -errno, "%s: cannot read: %s", patches->item[i],
					strerror(errno));
		free(path);
	}
	close(log_fd);
	if (!error)
		*ret_config = watch.config;
	return error;
}
