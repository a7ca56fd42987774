/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check kselftest: the kernel's own mm selftests, one program a boot, so that none
 * finds what another left behind. What passes on the first variant and not on another
 * is a failure there; what fails on the first variant as well is shown and held
 * against nobody: not every test is made for a guest of one GiB that is emulated.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "job.h"
#include "kselftest-table.h"
#include "ktap.h"
#include "run.h"
#include "swap-device.h"
#include "sysfs.h"
#include "table.h"

#define FOLDER "/selftest/"
#define WHY_NOT FOLDER "why-not"	/* in place of a program that does not build */
#define SECONDS_DEFAULT 60
#define ARGS_MAX 12
#define NOBODY 65534
#define SWAP_PAGES 8192
#define CONSOLE_PREFIX "kselftest: "	/* no line of a test is one of the kernel's */

static const struct workload_param kselftest_params[] = {
	{ .name = "test", .help = "which of the kernel's mm selftests", .def = "madv_populate",
	  .choices = kselftest_names, .quick = kselftest_quick, .full = kselftest_full },
	{ .name = NULL }
};

static const struct metric kselftest_metrics[] = {
	{ .name = "test", .help = "outcome of a program: 0 pass, 1 skip, 2 fail",
	  .series = "test", .unit = UNIT_COUNT, .direction = DIR_LOWER, .combine = COMBINE_MAX,
	  .reference = REFERENCE_NO_WORSE },
	{ .name = "case", .help = "outcome of each of its cases, or of the whole where it names none",
	  .series = "case", .unit = UNIT_COUNT, .direction = DIR_LOWER, .combine = COMBINE_MAX,
	  .reference = REFERENCE_NO_WORSE },
	{ .name = NULL }
};

static const char *const kselftest_checks[] = { "ended", NULL };

static void kselftest_adapt(const struct job *job, struct workload_needs *needs)
{
	const char *name = job_param(job, "test");
	const struct kselftest *test = name ? kselftest_find(name) : NULL;

	if (!test)
		return;
	needs->selftest = test->program;
	needs->why_not = test->why_not;
	if (test->mem_mib)
		needs->mem_mib = test->mem_mib;
	if (test->nodes)
		needs->nodes = test->nodes;
	if (test->cpus || test->threads)
		needs->cpus = test->cpus ? test->cpus : 2;
}

/**
 * struct trial - the test at work
 * @run: the run
 * @test: what runs
 * @ktap: its output
 * @pid: leader of its process group
 * @pipe: read end of its output
 * @status: as waitpid() gives it
 * @late: it was killed at its deadline
 * @inside: the console is inside a line
 */
struct trial {
	struct run *run;
	const struct kselftest *test;
	struct ktap ktap;
	pid_t pid;
	int pipe;
	int status;
	bool late;
	bool inside;
};

/* --- set-up --- */

static int set(struct run *run, const char *path, const char *text)
{
	int err = sysfs_write(path, text);

	return err ? run_error(run, err, "%s: write '%s': %s", path, text, strerror(-err)) : 0;
}

static int set_hugepages(struct run *run, unsigned int pages)
{
	static const char path[] = "/proc/sys/vm/nr_hugepages";
	uint64_t seen = 0;
	char text[16];
	int err;

	snprintf(text, sizeof(text), "%u", pages);
	err = set(run, path, text);
	if (!err)
		err = sysfs_read_u64(path, &seen);
	if (!err && seen != pages)
		err = run_error(run, -ENOMEM, "%s: wrote %u, the pool has %llu", path, pages,
				(unsigned long long)seen);
	return err;
}

/* protection_keys reads from a file that every system has. */
static int write_passwd(struct run *run)
{
	static const char path[] = "/etc/passwd";
	int fd;

	mkdir("/etc", 0755);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return run_error(run, -errno, "%s: %s", path, strerror(errno));
	close(fd);
	return set(run, path, "root:x:0:0:root:/:/init\n");
}

static int kselftest_setup(struct run *run)
{
	const struct kselftest *test = kselftest_find(run_param(run, "test"));
	int err;

	if (!test)
		return run_error(run, -EINVAL, "no selftest '%s'", run_param(run, "test"));
	if (!run_guest(run))
		return run_unsupported(run, "may break the machine it runs on: guests only");
	run_phase(run, "set-up");
	/* POSIX shared memory, which glibc looks for there. */
	mkdir("/dev/shm", 01777);
	mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL);
	err = write_passwd(run);
	if (!err && test->hugepages)
		err = set_hugepages(run, test->hugepages);
	if (!err && test->shm)
		err = set(run, "/proc/sys/kernel/shmmax", "268435456");
	if (!err && test->shm)
		err = set(run, "/proc/sys/kernel/shmall", "4194304");
	if (!err && test->overcommit)
		err = set(run, "/proc/sys/vm/overcommit_memory", "1");
	if (!err && test->swap)
		err = swap_device_on(run, SWAP_PAGES);
	return err;
}

/* --- the program --- */

static void __attribute__((noreturn)) child(const struct trial *trial, int out)
{
	static char *const environment[] = { "PATH=/selftest", "HOME=/tmp", "TMPDIR=/tmp", NULL };
	char path[128], words[128], *argv[ARGS_MAX + 2], *word, *rest = NULL;
	size_t nr = 1;

	setpgid(0, 0);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	snprintf(path, sizeof(path), FOLDER "%s", trial->test->program);
	snprintf(words, sizeof(words), "%s", trial->test->args ? trial->test->args : "");
	argv[0] = path;
	for (word = strtok_r(words, " ", &rest); word && nr <= ARGS_MAX;
	     word = strtok_r(NULL, " ", &rest))
		argv[nr++] = word;
	argv[nr] = NULL;
	if (chdir("/tmp"))
		_exit(127);
	if (trial->test->nobody && (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY)))
		_exit(127);
	execve(path, argv, environment);
	dprintf(STDOUT_FILENO, "%s: %s\n", path, strerror(errno));
	_exit(127);
}

static int start(struct trial *trial)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return run_error(trial->run, -errno, "pipe: %s", strerror(errno));
	trial->pid = fork();
	if (!trial->pid)
		child(trial, fds[1]);
	close(fds[1]);
	trial->pipe = fds[0];
	if (trial->pid < 0) {
		close(fds[0]);
		return run_error(trial->run, -errno, "fork: %s", strerror(errno));
	}
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* What it says goes to the console as well: why a test fails is nowhere else. */
static void mirror(struct trial *trial, const char *data, size_t len)
{
	while (len) {
		const char *end = memchr(data, '\n', len);
		size_t part = end ? (size_t)(end - data) + 1 : len;

		fprintf(stderr, "%s%.*s", trial->inside ? "" : CONSOLE_PREFIX, (int)part, data);
		trial->inside = !end;
		data += part;
		len -= part;
	}
}

/* Until its output ends. Return: whether it did by the deadline. */
static bool follow(struct trial *trial, int64_t end)
{
	struct pollfd pfd = { .fd = trial->pipe, .events = POLLIN };
	char buf[4096];
	int64_t left;
	ssize_t n;

	for (;;) {
		left = end - now_ms();
		if (left <= 0 || poll(&pfd, 1, (int)left) == 0)
			return false;
		n = read(trial->pipe, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return true;
		ktap_feed(&trial->ktap, buf, (size_t)n);
		mirror(trial, buf, (size_t)n);
		run_phase(trial->run, "%s: %zu cases", trial->test->name, trial->ktap.nr);
	}
}

/* Helpers it has left keep its pipe open: the program itself is what is waited for. */
static bool wait_for(struct trial *trial, int64_t end)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	while (waitpid(trial->pid, &trial->status, WNOHANG) == 0) {
		if (now_ms() >= end)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

static int run_program(struct trial *trial)
{
	unsigned int seconds = trial->test->seconds ? trial->test->seconds : SECONDS_DEFAULT;
	int64_t end = now_ms() + seconds * INT64_C(1000);
	int err = start(trial);

	if (err)
		return err;
	follow(trial, end);
	trial->late = !wait_for(trial, end);
	kill(-trial->pid, SIGKILL);
	if (trial->late)
		waitpid(trial->pid, &trial->status, 0);
	close(trial->pipe);
	ktap_end(&trial->ktap);
	return 0;
}

/* --- what came out --- */

static enum ktap_outcome outcome_of(const struct trial *trial)
{
	if (trial->late || !WIFEXITED(trial->status))
		return KTAP_FAIL;
	return ktap_judge(&trial->ktap, WEXITSTATUS(trial->status));
}

static void record(struct trial *trial)
{
	const struct ktap *ktap = &trial->ktap;
	char labels[64 + KTAP_NAME_MAX];
	size_t i;

	snprintf(labels, sizeof(labels), "test=%s", trial->test->name);
	run_value(trial->run, "test", labels, outcome_of(trial));
	for (i = 0; i < ktap->nr; i++) {
		snprintf(labels, sizeof(labels), "case=%s", ktap->cases[i].name);
		run_value(trial->run, "case", labels, ktap->cases[i].outcome);
	}
	/* Some say with their exit code all that they have to say. */
	if (!ktap->nr)
		run_value(trial->run, "case", "case=whole", outcome_of(trial));
}

/* Names of the cases that did not pass, as many as fit. */
static void list_cases(const struct ktap *ktap, enum ktap_outcome outcome, char *text, size_t size)
{
	size_t used = strlen(text), i;
	bool first = true;

	for (i = 0; i < ktap->nr && used < size; i++) {
		if (ktap->cases[i].outcome != outcome)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%s", first ?
					 outcome == KTAP_FAIL ? "; failed: " : "; skipped: " : ", ",
					 ktap->cases[i].name);
		first = false;
	}
}

static void describe(const struct trial *trial, char *text, size_t size)
{
	const struct ktap *ktap = &trial->ktap;
	char how[64];

	if (WIFEXITED(trial->status))
		snprintf(how, sizeof(how), "exit %d", WEXITSTATUS(trial->status));
	else
		snprintf(how, sizeof(how), "signal %d", WTERMSIG(trial->status));
	snprintf(text, size, "%s: %s; %zu cases pass, %zu skip, %zu fail",
		 ktap_outcome_name(outcome_of(trial)), how, ktap->count[KTAP_PASS],
		 ktap->count[KTAP_SKIP], ktap->count[KTAP_FAIL]);
	list_cases(ktap, KTAP_FAIL, text, size);
	list_cases(ktap, KTAP_SKIP, text, size);
	if (outcome_of(trial) != KTAP_PASS && strlen(text) < size)
		snprintf(text + strlen(text), size - strlen(text), "; last words: %.200s",
			 ktap->last[0] ? ktap->last : "none");
}

static int report(struct trial *trial)
{
	char text[900];

	describe(trial, text, sizeof(text));
	if (!trial->late && WIFEXITED(trial->status) && WEXITSTATUS(trial->status) == 127 &&
	    !trial->ktap.nr)
		return run_error(trial->run, -ENOEXEC, "%s", text);
	record(trial);
	run_check(trial->run, "ended", "", trial->late ? VERDICT_FAIL : VERDICT_PASS, "%s%s",
		  trial->late ? "killed at its deadline: " : "", text);
	return 0;
}

static int kselftest_run(struct run *run)
{
	struct trial *trial;
	char why[512];
	int err;

	if (sysfs_read(WHY_NOT, why, sizeof(why)) > 0)
		return run_unsupported(run, "%s", why);
	trial = calloc(1, sizeof(*trial));
	if (!trial)
		return run_error(run, -ENOMEM, "no memory for the results");
	trial->run = run;
	trial->test = kselftest_find(run_param(run, "test"));
	ktap_begin(&trial->ktap);
	run_phase(run, "%s", trial->test->name);
	err = run_program(trial);
	if (!err)
		err = report(trial);
	free(trial);
	return err;
}

const struct workload workload_kselftest = {
	.name = "kselftest",
	.help = "the kernel's own mm selftests, against the first variant",
	.kind = WORKLOAD_CHECK,
	.on_request = true,
	.needs = { .mem_mib = 1024, .cpus = 1, .nodes = 1 },
	.params = kselftest_params,
	.metrics = kselftest_metrics,
	.checks = kselftest_checks,
	.deadline_s = 930,
	.adapt = kselftest_adapt,
	.setup = kselftest_setup,
	.run = kselftest_run,
};
