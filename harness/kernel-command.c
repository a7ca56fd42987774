// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs one program of the build and hands its output on line by line; see
 * kernel-make.h.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel-make.h"
#include "proc.h"

#define LINE_SIZE	16384	/* longer lines are seen in pieces */
#define POLL_MS		200

/* Equal on every host and at any time, so that equal input gives equal bytes. */
static const char *const fixed_env[] = {
	"LC_ALL=C",
	"TZ=UTC",
	"KBUILD_BUILD_USER=pagemeta",
	"KBUILD_BUILD_HOST=pagemeta",
	"KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 2024",
	"KBUILD_BUILD_VERSION=1",
	"LOCALVERSION=",
};

static const char *const passed_env[] = { "PATH", "HOME", "TMPDIR" };

void kernel_progress(const struct kernel_site *site, const char *what, unsigned int done,
		     unsigned int total)
{
	if (site->kb->progress)
		site->kb->progress(site->kb->progress_ctx, site->name, what, done, total);
}

void kernel_waiting(void *site)
{
	kernel_progress(site, "wait", 0, 0);
}

void kernel_command_env(struct strv *argv)
{
	strv_add(argv, "env");
	strv_add(argv, "-i");
	for (size_t i = 0; i < ARRAY_SIZE(fixed_env); i++)
		strv_add(argv, "%s", fixed_env[i]);
	for (size_t i = 0; i < ARRAY_SIZE(passed_env); i++) {
		const char *value = getenv(passed_env[i]);

		if (value)
			strv_add(argv, "%s=%s", passed_env[i], value);
	}
}

struct lines {
	const struct kernel_command *cmd;
	char buf[LINE_SIZE];
	size_t used;
	int error;	/* of the log */
};

static void log_write(struct lines *lines, const char *data, size_t len)
{
	while (len && !lines->error && lines->cmd->log_fd >= 0) {
		ssize_t put = write(lines->cmd->log_fd, data, len);

		if (put < 0 && errno != EINTR)
			lines->error = -errno;
		if (put > 0) {
			data += put;
			len -= put;
		}
	}
}

static void hand_on(struct lines *lines, size_t len)
{
	lines->buf[len] = '\0';
	if (lines->cmd->on_line)
		lines->cmd->on_line(lines->cmd->ctx, lines->buf);
}

static void split(struct lines *lines)
{
	char *newline;
	size_t len;

	while ((newline = memchr(lines->buf, '\n', lines->used))) {
		len = newline - lines->buf;
		hand_on(lines, len);
		lines->used -= len + 1;
		memmove(lines->buf, newline + 1, lines->used);
	}
	if (lines->used < sizeof(lines->buf) - 1)
		return;
	hand_on(lines, lines->used);
	lines->used = 0;
}

/* Return: 1 there may be more, 0 nothing just now, -1 end of output. */
static int take_output(struct lines *lines, int fd)
{
	ssize_t got = read(fd, lines->buf + lines->used, sizeof(lines->buf) - 1 - lines->used);

	if (got == 0)
		return -1;
	if (got < 0)
		return errno == EINTR ? 1 : errno == EAGAIN ? 0 : -1;
	log_write(lines, lines->buf + lines->used, got);
	lines->used += got;
	split(lines);
	return 1;
}

/*
 * Until the end of output, or of the program: what it left running in the
 * background could hold the pipe for ever.
 */
static int follow(struct lines *lines, int fd, int pidfd)
{
	struct pollfd ready[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};
	int more = 1;

	while (more >= 0) {
		if (proc_interrupted())
			return -EINTR;
		if (lines->error)
			return lines->error;
		if (poll(ready, ARRAY_SIZE(ready), POLL_MS) <= 0) {
			if (lines->cmd->on_line)
				lines->cmd->on_line(lines->cmd->ctx, NULL);
			continue;
		}
		do {
			more = take_output(lines, fd);
		} while (more > 0 && !proc_interrupted());
		if (!more && ready[1].revents)
			break;
	}
	if (lines->used)
		hand_on(lines, lines->used);
	return lines->error;
}

static int open_pipe(int pipe_fd[2], const char *program, struct err *err)
{
	if (pipe2(pipe_fd, O_CLOEXEC))
		return err_set(err, -errno, "%s: cannot make a pipe: %s", program, strerror(errno));
	/* Only our end: a program that finds its output non-blocking loses lines. */
	if (fcntl(pipe_fd[0], F_SETFL, O_NONBLOCK) < 0) {
		close(pipe_fd[0]);
		close(pipe_fd[1]);
		return err_set(err, -errno, "%s: cannot set up a pipe: %s", program, strerror(errno));
	}
	return 0;
}

static int finish(struct lines *lines, pid_t pid, int error, int *ret_status, struct err *err)
{
	const char *name = lines->cmd->site->name;

	if (error) {
		proc_kill(pid);
		if (error == -EINTR)
			return err_set(err, error, "%s: interrupted; the next build goes on from here",
				       name);
		return err_set(err, error, "%s: cannot write the build log: %s", name,
			       strerror(-error));
	}
	error = proc_wait(pid, 0, ret_status);
	if (error)
		err_set(err, error, "%s: stopped: %s", name, strerror(-error));
	return error;
}

int kernel_command_run(const struct kernel_command *cmd, int *ret_status, struct err *err)
{
	int keep[] = { cmd->lock_fd, -1 }, pipe_fd[2], pidfd, error;
	struct proc_spec spec = {
		.argv = cmd->argv,
		.dir = cmd->dir,
		.keep_fd = keep,
	};
	struct lines *lines;
	pid_t pid;

	error = open_pipe(pipe_fd, cmd->argv[0], err);
	if (error)
		return error;
	spec.out_fd = pipe_fd[1];
	error = proc_start(&spec, &pid, &pidfd, err);
	close(pipe_fd[1]);
	if (error)
		goto out;
	lines = mem_grow(NULL, 1, sizeof(*lines));
	lines->cmd = cmd;
	lines->used = 0;
	lines->error = 0;
	error = follow(lines, pipe_fd[0], pidfd);
	close(pidfd);
	error = finish(lines, pid, error, ret_status, err);
	free(lines);
out:
	close(pipe_fd[0]);
	return error;
}

struct simple_watch {
	const struct kernel_site *site;
	const char *step;
	unsigned int done, total;
	bool no_space;
	bool told;	/* @text is a complaint and not just the last line */
	char text[512];
};

static bool is_complaint(const char *line)
{
	static const char *const word[] = { "No space left", "annot ", "fatal:", "error:" };

	for (size_t i = 0; i < ARRAY_SIZE(word); i++)
		if (strstr(line, word[i]))
			return true;
	return false;
}

static void simple_line(void *ctx, const char *line)
{
	struct simple_watch *watch = ctx;

	if (line) {
		watch->done += watch->done < watch->total || !watch->total;
		watch->no_space |= !!strstr(line, "No space left on device");
		if (*line && !watch->told)
			snprintf(watch->text, sizeof(watch->text), "%s", line);
		watch->told |= is_complaint(line);
	}
	kernel_progress(watch->site, watch->step, watch->done, watch->total);
}

int kernel_command_simple(const struct kernel_site *site, const struct strv *args,
			  const char *what, const char *step, unsigned int total,
			  struct err *err)
{
	struct simple_watch watch = { .site = site, .step = step, .total = total };
	struct kernel_command cmd = {
		.site = site,
		.log_fd = -1,
		.lock_fd = -1,
		.on_line = simple_line,
		.ctx = &watch,
	};
	struct strv argv = { 0 };
	int error, status;
	char how[64];

	kernel_command_env(&argv);
	for (size_t i = 0; i < args->nr; i++)
		strv_add(&argv, "%s", args->item[i]);
	cmd.argv = argv.item;
	error = kernel_command_run(&cmd, &status, err);
	if (!error && status)
		error = err_set(err, watch.no_space ? -ENOSPC : -EIO, "%s: %s: %s", what,
				proc_status_text(how, sizeof(how), status), watch.text);
	strv_free(&argv);
	return error;
}
