// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state of a thread is read from /proc: the interface for plugins has nothing of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "idle.h"

#define PATIENCE_S 1
#define HALT 0xf4

static int state = -1;

int idle_open(void)
{
	char path[64];

	/* The main thread has the number of the process. */
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)getpid());
	state = open(path, O_RDONLY | O_CLOEXEC);
	return state < 0 ? -errno : 0;
}

bool idle_sleeps(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	/* "running", or a number and its arguments; -1 for one that waits elsewhere. */
	return end != text && *end == ' ' && (number == SYS_ppoll || number == SYS_poll);
}

bool idle_is_halt(const uint8_t *bytes, unsigned int size)
{
	return size == 1 && bytes[0] == HALT;
}

static bool main_sleeps(void)
{
	char text[32];
	ssize_t len = pread(state, text, sizeof(text) - 1, 0);

	text[len < 0 ? 0 : len] = '\0';
	return len < 0 || idle_sleeps(text);
}

void idle_wait(void)
{
	struct timespec now, begun;

	if (main_sleeps())
		return;
	clock_gettime(CLOCK_MONOTONIC, &begun);
	do {
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!main_sleeps() && now.tv_sec - begun.tv_sec <= PATIENCE_S);
}
