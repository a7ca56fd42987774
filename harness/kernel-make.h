/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the programs a kernel is built with (make, tar, patch, git): in a clean
 * environment, interruptible, every line of output seen and logged.
 */
#ifndef PAGEMETA_KERNEL_MAKE_H
#define PAGEMETA_KERNEL_MAKE_H

#include "kernel.h"

/**
 * struct kernel_site - what every step of one build has at hand
 * @kb: the caller's builder
 * @root: root of the cache
 * @name: variant as it is shown
 */
struct kernel_site {
	const struct kernel_builder *kb;
	const char *root;
	const char *name;
};

/** kernel_progress() - tell the caller how far it is; also while nothing moves */
void kernel_progress(const struct kernel_site *site, const char *what, unsigned int done,
		     unsigned int total);

/** kernel_waiting() - the @waiting of cache_lock(); @site is a struct kernel_site */
void kernel_waiting(void *site);

/**
 * struct kernel_command - a program to run
 * @site: whose progress
 * @argv: program and arguments
 * @dir: where to run it
 * @log_fd: receives its output; -1 for none
 * @lock_fd: a lock the program and its children hold with us; -1 for none
 * @on_line: called for each line of output, also now and then with NULL; may be NULL
 * @ctx: handed to it
 */
struct kernel_command {
	const struct kernel_site *site;
	char *const *argv;
	const char *dir;
	int log_fd;
	int lock_fd;
	void (*on_line)(void *ctx, const char *line);
	void *ctx;
};

/**
 * kernel_command_env() - begin a command line with a clean environment
 * @argv: "env -i NAME=value ..." is added to it
 *
 * Nothing of the caller's environment reaches the build but PATH, HOME and
 * TMPDIR: MAKEFLAGS, ARCH, KCFLAGS or GIT_DIR of whoever started the suite would
 * give another kernel, or the kernel of another repository.
 */
void kernel_command_env(struct strv *argv);

/**
 * kernel_command_run() - run it to its end
 * @cmd: what
 * @ret_status: as waitpid() gives it
 * @err: what could not be run or logged
 *
 * Return: 0 when it ended by itself with whatever status, -EINTR, -ENOSPC when
 * the log cannot be written, or another -errno.
 */
int kernel_command_run(const struct kernel_command *cmd, int *ret_status, struct err *err);

/**
 * kernel_command_simple() - run a program whose output matters only if it fails
 * @site: whose progress
 * @args: program and arguments, without the clean environment, which is added
 * @what: what was tried, for @err: "WHAT: exit 1: line of output that says it"
 * @step: for progress; lines of output are counted as done
 * @total: lines that are expected, 0 if unknown
 * @err: see @what
 *
 * Return: 0, -EIO when it failed, -ENOSPC, -EINTR, or another -errno.
 */
int kernel_command_simple(const struct kernel_site *site, const struct strv *args,
			  const char *what, const char *step, unsigned int total,
			  struct err *err);

/**
 * struct kernel_make - one call of make
 * @site: whose progress
 * @dir: the kernel tree
 * @log: path of the log; appended to
 * @lock_fd: lock of the tree
 * @what: for progress
 * @total: objects it will make, 0 if unknown
 */
struct kernel_make {
	const struct kernel_site *site;
	const char *dir;
	const char *log;
	int lock_fd;
	const char *what;
	unsigned int total;
};

/**
 * kernel_make() - run make
 * @mk: where and how
 * @args: targets and options, NULL-terminated
 * @ret_objects: how many objects were made (also set on failure); may be NULL
 * @err: the first error line of the output and the log's place
 *
 * Return: 0, -EINTR, -ENOSPC, -EIO when make failed, or another -errno.
 */
int kernel_make(const struct kernel_make *mk, const char *const *args,
		unsigned int *ret_objects, struct err *err);

#endif
