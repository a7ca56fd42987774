// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Child processes that cannot outlive the harness, however it ends. The kernel
 * does the killing (PR_SET_PDEATHSIG): no handler of ours runs on SIGKILL.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int signal)
{
	interrupted = signal;
}

void proc_catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

int proc_interrupted(void)
{
	return interrupted;
}

/* Every fd of the harness is close-on-exec; those in @keep lose the flag. */
static void child_keep_fds(const int *keep)
{
	for (unsigned int i = 0; keep && keep[i] >= 0; i++)
		fcntl(keep[i], F_SETFD, 0);
}

static int child_redirect(int in_fd, int out_fd, int err_fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -errno;
	if (in_fd <= 0)
		in_fd = null;
	if (out_fd < 0)
		out_fd = null;
	if (err_fd <= 0)
		err_fd = out_fd;
	if (dup2(in_fd, STDIN_FILENO) < 0 || dup2(out_fd, STDOUT_FILENO) < 0 ||
	    dup2(err_fd, STDERR_FILENO) < 0)
		return -errno;
	return 0;
}

static void child_default_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

static void child_limit_memory(uint64_t bytes)
{
	struct rlimit limit = { bytes, bytes };

	if (bytes)
		setrlimit(RLIMIT_AS, &limit);
}

/** struct failure - why there is no child: -errno, and whether it was still preparing */
struct failure {
	int error;
	int preparing;
};

static void child_main(const struct proc_spec *spec, pid_t parent, int report)
{
	struct failure failure = { 0 };
	int error;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may have died between fork and prctl: nobody would kill us then. */
	if (getppid() != parent)
		_exit(127);
	if (spec->new_session)
		setsid();
	else
		setpgid(0, 0);
	child_default_signals();
	error = child_redirect(spec->in_fd, spec->out_fd, spec->err_fd);
	child_keep_fds(spec->keep_fd);
	for (char *const *env = spec->env; env && *env; env++)
		putenv(*env);
	if (!error && spec->dir && chdir(spec->dir))
		error = -errno;
	if (!error && spec->prepare) {
		error = spec->prepare(spec->prepare_ctx);
		failure.preparing = error != 0;
	}
	if (!error) {
		/* The last thing: a sanitizer in this process would not find its memory. */
		child_limit_memory(spec->mem_limit);
		execvp(spec->argv[0], spec->argv);
		error = -errno;
	}
	failure.error = error;
	if (write(report, &failure, sizeof(failure)) != sizeof(failure))
		_exit(126);
	_exit(127);
}

static int pidfd_of(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

int proc_start(const struct proc_spec *spec, pid_t *ret_pid, int *ret_pidfd, struct err *err)
{
	struct failure failure;
	int report[2], error = 0, pidfd;
	pid_t parent = getpid(), pid;
	ssize_t got;

	if (pipe2(report, O_CLOEXEC))
		return err_set(err, -errno, "%s: cannot start: %s", spec->argv[0], strerror(errno));
	pid = fork();
	if (pid < 0) {
		error = -errno;
		close(report[0]);
		close(report[1]);
		return err_set(err, error, "%s: cannot start: %s", spec->argv[0], strerror(-error));
	}
	if (!pid)
		child_main(spec, parent, report[1]);
	close(report[1]);
	do {
		got = read(report[0], &failure, sizeof(failure));
	} while (got < 0 && errno == EINTR);
	close(report[0]);
	if (got == sizeof(failure)) {
		waitpid(pid, NULL, 0);
		return err_set(err, failure.error, "%s: cannot %s: %s", spec->argv[0],
			       failure.preparing ? spec->prepare_what : "start",
			       strerror(-failure.error));
	}
	if (ret_pidfd) {
		pidfd = pidfd_of(pid);
		if (pidfd < 0) {
			proc_kill(pid);
			return err_set(err, pidfd, "%s: cannot watch: %s", spec->argv[0],
				       strerror(-pidfd));
		}
		*ret_pidfd = pidfd;
	}
	*ret_pid = pid;
	return 0;
}

void proc_kill(pid_t pid)
{
	/* The group may not exist yet when the child is killed at once: try both. */
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int wait_ready(int pidfd, uint64_t deadline)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

	for (;;) {
		uint64_t now = clock_ns();
		int timeout = -1;

		if (interrupted)
			return -EINTR;
		if (deadline && now >= deadline)
			return -ETIMEDOUT;
		if (deadline)
			timeout = (deadline - now) / 1000000 + 1;
		/* A signal between the test above and poll() is caught a second later. */
		if (timeout < 0 || timeout > 1000)
			timeout = 1000;
		if (poll(&poll_fd, 1, timeout) > 0)
			return 0;
	}
}

int proc_wait(pid_t pid, unsigned int deadline_s, int *ret_status)
{
	uint64_t deadline = deadline_s ? clock_ns() + deadline_s * UINT64_C(1000000000) : 0;
	int pidfd = pidfd_of(pid), error, status;

	if (pidfd < 0)
		return pidfd;
	error = wait_ready(pidfd, deadline);
	close(pidfd);
	if (error) {
		proc_kill(pid);
		return error;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*ret_status = status;
	return 0;
}

static void cut_newline(char *text)
{
	size_t len = strlen(text);

	if (len && text[len - 1] == '\n')
		text[len - 1] = '\0';
}

static char *last_line(char *text)
{
	size_t len = strlen(text);
	char *newline;

	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	newline = strrchr(text, '\n');
	return newline ? newline + 1 : text;
}

/* Output goes to unlinked files: no reader is needed while the command runs. */
static int capture_open(FILE **ret_file, struct err *err)
{
	FILE *file = tmpfile();

	if (!file)
		return err_set(err, -errno, "temporary file: cannot be made: %s", strerror(errno));
	fcntl(fileno(file), F_SETFD, FD_CLOEXEC);
	*ret_file = file;
	return 0;
}

static char *capture_text(FILE *file)
{
	off_t size = lseek(fileno(file), 0, SEEK_END);
	char *text = mem_grow(NULL, (size > 0 ? size : 0) + 1, 1);
	ssize_t got = size > 0 ? pread(fileno(file), text, size, 0) : 0;

	text[got > 0 ? got : 0] = '\0';
	return text;
}

static int capture(char *const *argv, int in_fd, char **ret_text, struct err *err)
{
	struct proc_spec spec = { .argv = argv, .in_fd = in_fd };
	char *text = NULL, *words, how[64];
	FILE *out = NULL, *complaints = NULL;
	int error, status = 0;
	pid_t pid;

	error = capture_open(&out, err);
	if (!error)
		error = capture_open(&complaints, err);
	if (error)
		goto out;
	spec.out_fd = fileno(out);
	spec.err_fd = fileno(complaints);
	error = proc_start(&spec, &pid, NULL, err);
	if (error)
		goto out;
	error = proc_wait(pid, 0, &status);
	if (error) {
		err_set(err, error, "%s: stopped: %s", argv[0], strerror(-error));
		goto out;
	}
	text = capture_text(out);
	if (status) {
		words = capture_text(complaints);
		error = err_set(err, -EIO, "%s: %s: %s", argv[0],
				proc_status_text(how, sizeof(how), status), last_line(words));
		free(words);
		goto out;
	}
	cut_newline(text);
	*ret_text = text;
	text = NULL;
out:
	free(text);
	if (out)
		fclose(out);
	if (complaints)
		fclose(complaints);
	return error;
}

int proc_capture(char *const *argv, char **ret_text, struct err *err)
{
	return capture(argv, 0, ret_text, err);
}

int proc_filter(char *const *argv, const char *in, char **ret_text, struct err *err)
{
	int fd = open(in, O_RDONLY | O_CLOEXEC), error;

	if (fd < 0)
		return err_set(err, -errno, "%s: cannot open: %s", in, strerror(errno));
	error = capture(argv, fd, ret_text, err);
	close(fd);
	return error;
}

char *proc_status_text(char *buf, size_t size, int status)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "killed by SIG%s", sigabbrev_np(WTERMSIG(status)) ?
			 sigabbrev_np(WTERMSIG(status)) : "?");
	else
		snprintf(buf, size, "exit %d", WEXITSTATUS(status));
	return buf;
}
