/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of a storm: their start, their end, and what most of them do.
 */
#include "storm-process.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

void storm_judge(struct swap_verdict *verdict, bool right, const char *fmt, ...)
{
	va_list args;

	if (right) {
		verdict->right++;
	} else if (!verdict->wrong++) {
		va_start(args, fmt);
		vsnprintf(verdict->first, sizeof(verdict->first), fmt, args);
		va_end(args);
	}
}

int storm_process_start(struct run *run, struct storm_process *process)
{
	pid_t pid = fork();

	if (pid < 0)
		return run_error(run, -errno, "fork: %s", strerror(errno));
	/* It is in memory that both have: not the 0 of the child. */
	if (pid) {
		process->pid = pid;
		return 0;
	}
	process->err = process->go(process);
	__atomic_store_n(&process->over, true, __ATOMIC_RELEASE);
	_exit(0);
}

uint64_t storm_process_did(const struct storm_process *process)
{
	return __atomic_load_n(&process->done, __ATOMIC_ACQUIRE);
}

bool storm_process_over(const struct storm_process *process)
{
	siginfo_t died = { 0 };

	if (__atomic_load_n(&process->over, __ATOMIC_ACQUIRE))
		return true;
	return !waitid(P_PID, (id_t)process->pid, &died, WEXITED | WNOHANG | WNOWAIT) && died.si_pid;
}

static void tell(struct run *run, const struct storm_process *process, unsigned int nr)
{
	char text[256] = "";
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < nr && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, " %s %" PRIu64,
					 process[i].name, storm_process_did(&process[i]));
	run_phase(run, "storm:%s", text);
}

void storm_process_rage(struct run *run, const struct storm_process *process, unsigned int nr,
			uint64_t seconds)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	struct timespec now, end;
	bool over = false;
	unsigned int i;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += (time_t)seconds;
	do {
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
		for (i = 0; i < nr; i++)
			over |= storm_process_over(&process[i]);
		tell(run, process, nr);
	} while (!over && (now.tv_sec < end.tv_sec ||
			   (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec)));
}

int storm_process_await(struct run *run, const struct storm_process *process, unsigned int nr)
{
	unsigned int i;
	int err = 0, status;

	for (i = 0; i < nr; i++) {
		status = 0;
		waitpid(process[i].pid, &status, 0);
		if (!process[i].over)
			err = run_error(run, -ECHILD, "process %s of the storm died of signal %d (%s)",
					process[i].name, WTERMSIG(status),
					strsignal(WTERMSIG(status)));
		else if (process[i].err)
			err = run_error(run, process[i].err, "process %s of the storm: %s",
					process[i].name, strerror(-process[i].err));
	}
	return err;
}

int storm_process_swap(struct storm_process *process, struct run *run, size_t nr,
		       bool (*goes_on)(const struct storm_process *process))
{
	struct swap_pages pages;
	uint64_t random;
	size_t i;
	int err = swap_pages_new(run, process->salt, nr, &pages);

	if (err)
		return err;
	random = pages.seed;
	err = swap_pages_fill(&pages);
	while (goes_on(process) && !err) {
		err = swap_pages_step(&pages, &random, &process->verdict);
		__atomic_store_n(&process->done, process->done + 1, __ATOMIC_RELEASE);
	}
	for (i = 0; i < nr && !err; i++)
		swap_pages_compare(&pages, i, swap_pages_at(&pages, i), &process->verdict);
	swap_pages_free(&pages);
	return err;
}
