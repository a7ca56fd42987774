/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a workload in a process of its own and judges how it went. A workload can
 * crash, hang, or leave processes behind; none of that may take the agent or what
 * was recorded with it.
 */
#include "run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run-counters.h"
#include "run-private.h"

#define KILL_WAIT_MS 5000	/* guest time a killed process gets to die */

int run_new(const struct run_config *config, struct run **ret_run)
{
	struct run *run = calloc(1, sizeof(*run));
	int err = -ENOMEM;

	if (!run)
		return -ENOMEM;
	run->config = *config;
	run->msg = calloc(1, sizeof(*run->msg));
	if (!run->msg)
		goto err_free_run;
	run->arena = mmap(NULL, RUN_ARENA_BYTES, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (run->arena == MAP_FAILED)
		goto err_free_msg;
	*ret_run = run;
	return 0;

err_free_msg:
	free(run->msg);
err_free_run:
	free(run);
	return err;
}

void run_free(struct run *run)
{
	if (!run)
		return;
	munmap(run->arena, RUN_ARENA_BYTES);
	free(run->msg);
	free(run);
}

static int call(struct run *run, const char *what, int (*function)(struct run *run))
{
	int err;

	if (!function)
		return 0;
	err = function(run);
	if (err)
		run_error(run, err, "%s() of workload '%s' failed: %s", what,
			  run->config.workload->name, strerror(-err));
	return err;
}

static int call_run(struct run *run)
{
	int err;

	run_counters_begin(run);
	err = call(run, "run", run->config.workload->run);
	run_counters_end(run);
	return err;
}

/* An inherited handler would let a crashed workload go on as if it were its parent. */
static void default_signals(void)
{
	int number;

	for (number = 1; number < SIGRTMIN; number++)
		signal(number, SIG_DFL);
}

static void __attribute__((noreturn)) child(struct run *run)
{
	const struct workload *workload = run->config.workload;
	int err;

	setpgid(0, 0);
	default_signals();
	err = run_check_params(run);
	if (!err) {
		err = call(run, "setup", workload->setup);
		if (!err)
			err = call_run(run);
		if (!err)
			run_loaded(run);
		if (!err)
			err = call(run, "verify", workload->verify);
		if (workload->cleanup)
			workload->cleanup(run);
	}
	run->arena->error = err;
	__atomic_store_n(&run->arena->finished, 1, __ATOMIC_RELEASE);
	_exit(0);
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* The process may be writing it at this moment: copy, then end it ourselves. */
static void copy_phase(const struct run *run, char phase[RUN_PHASE_MAX])
{
	size_t i;

	memcpy(phase, run->arena->phase, RUN_PHASE_MAX);
	phase[RUN_PHASE_MAX - 1] = '\0';
	for (i = 0; phase[i]; i++)
		if ((unsigned char)phase[i] < 0x20 || phase[i] == 0x7f)
			phase[i] = '?';
}

static void say_alive(const struct run *run)
{
	char phase[RUN_PHASE_MAX];

	if (!run->config.alive)
		return;
	copy_phase(run, phase);
	run->config.alive(run->config.ctx, phase);
}

static unsigned int deadline_s(const struct run *run)
{
	if (run->config.job->deadline_s)
		return run->config.job->deadline_s;
	return run->config.workload->deadline_s;
}

static bool ended(int pidfd, int timeout_ms)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	return poll(&pfd, 1, timeout_ms) == 1;
}

/* Waits until the process has ended (true) or its deadline has passed (false). */
static bool wait_for_end(const struct run *run, int pidfd)
{
	uint64_t alive_ms = run->config.alive_ms ? run->config.alive_ms : UINT64_MAX / 2;
	uint64_t start = now_ms(), now = start, alive = start + alive_ms;
	uint64_t end = start + (uint64_t)deadline_s(run) * 1000;
	uint64_t next, left;

	while (now < end) {
		next = alive < end ? alive : end;
		left = next > now ? next - now : 0;
		if (ended(pidfd, (int)(left < 60000 ? left : 60000)))
			return true;
		now = now_ms();
		if (now >= alive && now < end) {
			say_alive(run);
			alive += alive_ms;
		}
	}
	return false;
}

/** struct tally - what the records say */
struct tally {
	const struct workload *workload;
	struct msg *msg;
	enum verdict worst;
	char text[RUN_TEXT_MAX];
	unsigned int nr_checks;
	uint64_t reported;	/* bit per declared check */
};

static int count_record(void *ctx, uint16_t type, const uint8_t *payload, uint32_t len)
{
	struct frame frame = { .type = type, .payload = payload, .len = len };
	struct tally *tally = ctx;
	const char *const *name = tally->workload->checks;
	struct msg *msg = tally->msg;
	unsigned int i;

	if (type != MSG_CHECK && type != MSG_SAMPLES && type != MSG_WINDOWS &&
	    type != MSG_COUNTERS)
		return -EBADMSG;
	if (msg_decode(&frame, msg))
		return -EBADMSG;
	if (type != MSG_CHECK)
		return 0;
	for (i = 0; name && name[i] && i < 64; i++)
		if (!strcmp(name[i], msg->name))
			tally->reported |= 1ull << i;
	tally->nr_checks++;
	if (verdict_worse(tally->worst, msg->verdict) == tally->worst)
		return 0;
	tally->worst = msg->verdict;
	snprintf(tally->text, sizeof(tally->text), "check %.64s%s%.128s: %.700s", msg->name,
		 msg->labels[0] ? " " : "", msg->labels, msg->text);
	return 0;
}

int run_records(const struct run *run,
		int (*each)(void *ctx, uint16_t type, const uint8_t *payload, uint32_t len),
		void *ctx)
{
	uint64_t used = __atomic_load_n(&run->arena->used, __ATOMIC_ACQUIRE);
	struct wire_in in = { .data = run->arena->data };
	uint32_t type, len;
	int err;

	if (used > RUN_ARENA_BYTES - sizeof(*run->arena))
		return -EBADMSG;
	in.size = used;
	while (in.pos < in.size) {
		type = wire_get_u32(&in);
		len = wire_get_u32(&in);
		if (in.bad || len > in.size - in.pos || len > FRAME_PAYLOAD_MAX ||
		    type > UINT16_MAX)
			return -EBADMSG;
		err = each(ctx, (uint16_t)type, in.data + in.pos, len);
		if (err)
			return err;
		in.pos += len;
	}
	return 0;
}

static void conclude(struct run_outcome *outcome, enum verdict verdict, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The first sentence of the gravest verdict stays. */
static void conclude(struct run_outcome *outcome, enum verdict verdict, const char *fmt, ...)
{
	va_list args;

	if (verdict_worse(outcome->verdict, verdict) == outcome->verdict && outcome->text[0])
		return;
	outcome->verdict = verdict;
	va_start(args, fmt);
	vsnprintf(outcome->text, sizeof(outcome->text), fmt, args);
	va_end(args);
}

static void judge_return(const struct run *run, struct run_outcome *outcome)
{
	const struct run_arena *arena = run->arena;
	char text[RUN_TEXT_MAX];

	memcpy(text, arena->text, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	if (arena->overflow)
		conclude(outcome, VERDICT_BROKEN, "%s", text);
	else if (arena->error == -EOPNOTSUPP && arena->unsupported)
		conclude(outcome, VERDICT_UNSUPPORTED, "%s", text);
	else if (arena->error)
		conclude(outcome, VERDICT_BROKEN, "%s", text);
}

/* Returns whether the workload came to its own end. */
static bool judge_end(const struct run *run, bool in_time, int status,
		      struct run_outcome *outcome)
{
	char phase[RUN_PHASE_MAX];

	copy_phase(run, phase);
	if (!in_time) {
		conclude(outcome, VERDICT_FAIL,
			 "still at work after %u s of guest time, phase '%s'", deadline_s(run),
			 phase);
		return false;
	}
	if (WIFSIGNALED(status)) {
		conclude(outcome, VERDICT_BROKEN, "workload ended by signal %d (%s), phase '%s'",
			 WTERMSIG(status), strsignal(WTERMSIG(status)), phase);
		return false;
	}
	if (!__atomic_load_n(&run->arena->finished, __ATOMIC_ACQUIRE)) {
		conclude(outcome, VERDICT_BROKEN,
			 "workload ended its process with exit code %d, phase '%s'",
			 WEXITSTATUS(status), phase);
		return false;
	}
	judge_return(run, outcome);
	return !run->arena->error;
}

static void judge(struct run *run, bool in_time, int status, struct run_outcome *outcome)
{
	struct tally tally = { .workload = run->config.workload, .msg = run->msg };
	const char *const *name = run->config.workload->checks;
	unsigned int i;
	int err = run_records(run, count_record, &tally);

	memset(outcome, 0, sizeof(*outcome));
	if (tally.worst != VERDICT_PASS)
		conclude(outcome, tally.worst, "%s", tally.text);
	if (judge_end(run, in_time, status, outcome))
		for (i = 0; name && name[i] && i < 64; i++)
			if (!(tally.reported & 1ull << i))
				conclude(outcome, VERDICT_FAIL,
					 "declared check '%s' was not reported", name[i]);
	if (err)
		conclude(outcome, VERDICT_BROKEN, "records of the workload are damaged");
	conclude(outcome, VERDICT_PASS, "finished, %u of its checks passed", tally.nr_checks);
}

/*
 * A process that hangs in the kernel does not even die of SIGKILL. It is left
 * behind then: what it recorded is worth more than a tidy end.
 */
static bool reap(pid_t pid, int pidfd, int *ret_status)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	if (!ended(pidfd, KILL_WAIT_MS))
		return false;
	while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
		;
	return true;
}

int run_execute(struct run *run, struct run_outcome *ret_outcome)
{
	bool in_time, dead;
	int pidfd, err, status = 0;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		child(run);
	setpgid(pid, pid);
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0) {
		err = -errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return err;
	}
	in_time = wait_for_end(run, pidfd);
	dead = reap(pid, pidfd, &status);
	close(pidfd);
	judge(run, in_time, status, ret_outcome);
	if (!dead)
		strncat(ret_outcome->text, "; it cannot be killed: it hangs in the kernel",
			sizeof(ret_outcome->text) - strlen(ret_outcome->text) - 1);
	return 0;
}
