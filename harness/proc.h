/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes that cannot outlive the harness: each is the leader of a
 * process group, dies with its parent (PR_SET_PDEATHSIG) and is killed as a
 * group when its deadline passes.
 */
#ifndef PAGEMETA_PROC_H
#define PAGEMETA_PROC_H

#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "util.h"

/**
 * struct proc_spec - what to run
 * @argv: program and arguments, ended by NULL; looked up in PATH
 * @dir: working directory or NULL
 * @env: "NAME=value" added to the environment, ended by NULL; or NULL
 * @in_fd: becomes stdin; 0 (the default) is /dev/null
 * @out_fd: becomes stdout; -1 is /dev/null
 * @err_fd: becomes stderr; 0 (the default) is the same as @out_fd
 * @keep_fd: fds that stay open in the child under the same number, ended by -1; or NULL
 * @mem_limit: RLIMIT_AS in bytes; 0 is none
 * @prepare: called in the child just before its program; -errno ends it. Or NULL
 * @prepare_ctx: handed to it
 * @prepare_what: what it does, for the error: "cannot ..."
 * @new_session: start a session of its own, so that Ctrl-C of the terminal does
 *	not reach the child before the harness has decided what to do
 */
struct proc_spec {
	char *const *argv;
	const char *dir;
	char *const *env;
	int in_fd;
	int out_fd;
	int err_fd;
	const int *keep_fd;
	uint64_t mem_limit;
	int (*prepare)(const void *ctx);
	const void *prepare_ctx;
	const char *prepare_what;
	int new_session;
};

/**
 * proc_start() - start a child
 * @spec: what to run
 * @ret_pid: its pid, also its process group
 * @ret_pidfd: readable when it ends; the caller closes it; may be NULL
 * @err: says that the program is not there, and the like
 *
 * Return: 0 or -errno of fork or of exec (which is reported, not guessed).
 */
int proc_start(const struct proc_spec *spec, pid_t *ret_pid, int *ret_pidfd, struct err *err);

/**
 * proc_wait() - wait for the end of a child
 * @pid: from proc_start()
 * @deadline_s: seconds from now, 0 is no deadline; the group is killed then
 * @ret_status: as waitpid() gives it
 *
 * Return: 0, -ETIMEDOUT, -EINTR when the harness was told to stop
 * (proc_interrupted()); the child is gone in every case.
 */
int proc_wait(pid_t pid, unsigned int deadline_s, int *ret_status);

/** proc_kill() - kill the group of a child and reap it */
void proc_kill(pid_t pid);

/**
 * proc_capture() - run a command and take its standard output
 * @argv: command
 * @ret_text: malloc'd output with the last newline cut
 * @err: has the command's last words when it failed
 *
 * Return: 0, -errno, or -EIO when it exited with another code than 0.
 */
int proc_capture(char *const *argv, char **ret_text, struct err *err);

/** proc_filter() - proc_capture() of a command that reads the file @in */
int proc_filter(char *const *argv, const char *in, char **ret_text, struct err *err);

/** proc_status_text() - "exit 2", "killed by SIGKILL" */
char *proc_status_text(char *buf, size_t size, int status);

/**
 * proc_interrupted() - SIGINT, SIGTERM or SIGHUP came
 *
 * proc_catch_signals() installs the handlers (no SA_RESTART); long loops ask
 * here and unwind with -EINTR.
 */
int proc_interrupted(void);
void proc_catch_signals(void);

#endif
