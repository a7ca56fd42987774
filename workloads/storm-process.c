/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of a storm: their start, their end, and what most of them do.
 */
#include "storm-process.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

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
	return __atomic_load_n(&process->over, __ATOMIC_ACQUIRE);
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
	int err = swap_pages_new(run, process->number + 1, nr, &pages);

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
