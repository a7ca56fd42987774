// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Child processes: started, waited for, killed, and never left behind.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proc.h"

static char *const sleeper[] = { "sleep", "1000", NULL };

static int start(char *const *argv, pid_t *ret_pid, struct err *err)
{
	struct proc_spec spec = { .argv = argv, .out_fd = -1 };

	return proc_start(&spec, ret_pid, NULL, err);
}

static void a_missing_program_is_named(void **state)
{
	char *const argv[] = { "no-such-program-here", NULL };
	struct err err = { "" };
	pid_t pid;

	(void)state;
	assert_int_equal(start(argv, &pid, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no-such-program-here"));
}

static void output_is_captured(void **state)
{
	char *const argv[] = { "sh", "-c", "echo out; echo complaint >&2", NULL };
	char *text;

	(void)state;
	assert_int_equal(proc_capture(argv, &text, NULL), 0);
	assert_string_equal(text, "out");
	free(text);
}

static void a_failing_command_gives_its_last_words(void **state)
{
	char *const argv[] = { "sh", "-c", "echo first >&2; echo last words >&2; exit 7", NULL };
	struct err err = { "" };
	char *text;

	(void)state;
	assert_int_equal(proc_capture(argv, &text, &err), -EIO);
	assert_string_equal(err.text, "sh: exit 7: last words");
}

static void a_deadline_kills_the_whole_group(void **state)
{
	/* The child tells the pid of its own child through a file. */
	char path[] = "/tmp/test-proc.XXXXXX", command[128], *text;
	char *const argv[] = { "sh", "-c", command, NULL };
	int fd = mkstemp(path), status;
	pid_t pid, grandchild;

	(void)state;
	close(fd);
	snprintf(command, sizeof(command), "sleep 1000 & echo $! > %s; wait", path);
	assert_int_equal(start(argv, &pid, NULL), 0);
	assert_int_equal(proc_wait(pid, 1, &status), -ETIMEDOUT);
	assert_int_equal(fs_read(path, &text, NULL, NULL), 0);
	grandchild = atoi(text);
	assert_true(grandchild > 0);
	/* A killed orphan may still be a zombie for a moment: poll with a bound. */
	for (int i = 0; i < 1000 && !kill(grandchild, 0); i++) {
		char stat_path[64], *stat_text, *mark;
		bool zombie;

		snprintf(stat_path, sizeof(stat_path), "/proc/%d/stat", grandchild);
		if (fs_read(stat_path, &stat_text, NULL, NULL))
			break;
		mark = strrchr(stat_text, ')');
		zombie = mark && mark[2] == 'Z';
		free(stat_text);
		if (zombie)
			break;
		usleep(1000);
		assert_int_not_equal(i, 999);
	}
	free(text);
	unlink(path);
}

static void the_status_is_handed_on(void **state)
{
	char *const argv[] = { "sh", "-c", "exit 3", NULL };
	char *const killed[] = { "sh", "-c", "kill -SEGV $$", NULL };
	char buf[64];
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(start(argv, &pid, NULL), 0);
	assert_int_equal(proc_wait(pid, 10, &status), 0);
	assert_string_equal(proc_status_text(buf, sizeof(buf), status), "exit 3");
	assert_int_equal(start(killed, &pid, NULL), 0);
	assert_int_equal(proc_wait(pid, 10, &status), 0);
	assert_string_equal(proc_status_text(buf, sizeof(buf), status), "killed by SIGSEGV");
}

static void a_child_dies_with_its_parent(void **state)
{
	int tell[2], status;
	pid_t parent, child;

	(void)state;
	/* Orphans come to this process, so that it can see them end. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe(tell), 0);
	parent = fork();
	if (!parent) {
		if (start(sleeper, &child, NULL) ||
		    write(tell[1], &child, sizeof(child)) != sizeof(child))
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(tell[0], &child, sizeof(child)), sizeof(child));
	assert_int_equal(kill(child, 0), 0);
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(tell[0]);
	close(tell[1]);
}

static void other_fds_are_not_inherited(void **state)
{
	int extra = open("/dev/null", O_RDONLY | O_CLOEXEC), kept = dup(extra);
	char command[128], *const argv[] = { "sh", "-c", command, NULL };
	const int keep[] = { kept, -1 };
	struct proc_spec spec = { .argv = argv, .out_fd = -1, .keep_fd = keep };
	int status;
	pid_t pid;

	(void)state;
	snprintf(command, sizeof(command), "test ! -e /proc/self/fd/%d && test -e /proc/self/fd/%d",
		 extra, kept);
	assert_int_equal(proc_start(&spec, &pid, NULL, NULL), 0);
	assert_int_equal(proc_wait(pid, 10, &status), 0);
	assert_int_equal(status, 0);
	close(kept);
	close(extra);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_program_is_named),
		cmocka_unit_test(output_is_captured),
		cmocka_unit_test(a_failing_command_gives_its_last_words),
		cmocka_unit_test(a_deadline_kills_the_whole_group),
		cmocka_unit_test(the_status_is_handed_on),
		cmocka_unit_test(a_child_dies_with_its_parent),
		cmocka_unit_test(other_fds_are_not_inherited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
