// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starts one QEMU, with channels that leave nothing in the file system, and
 * takes it down again.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "guest-place.h"
#include "guest-private.h"
#include "proc.h"

/* The most an unprivileged process gets; see struct guest_fds for why it matters. */
#define PIPE_BYTES (1 << 20)

/** struct ends - QEMU's ends of the channels */
struct ends {
	struct guest_fds fds;
	int words;
};

static struct guest *guest_new(const struct guest_config *config)
{
	struct guest *guest = mem_grow(NULL, 1, sizeof(*guest));

	memset(guest, 0, sizeof(*guest));
	guest->config = *config;
	guest->pid = -1;
	guest->theirs[0] = guest->theirs[1] = -1;
	guest->epoll = -1;
	for (unsigned int i = 0; i < CHANNEL_NR; i++)
		guest->fd[i] = -1;
	guest->result.end_verdict = VERDICT_BROKEN;
	guest->msg = mem_grow(NULL, 1, sizeof(*guest->msg));
	return guest;
}

static void theirs_close(struct guest *guest)
{
	for (size_t i = 0; i < ARRAY_SIZE(guest->theirs); i++) {
		if (guest->theirs[i] >= 0)
			close(guest->theirs[i]);
		guest->theirs[i] = -1;
	}
}

static void guest_free(struct guest *guest)
{
	theirs_close(guest);
	for (unsigned int i = 0; i < CHANNEL_NR; i++)
		if (guest->fd[i] >= 0)
			close(guest->fd[i]);
	if (guest->epoll >= 0)
		close(guest->epoll);
	console_free(guest->console);
	qmp_free(guest->qmp);
	frame_decoder_free(guest->decoder);
	perfctr_set_close(guest->counters);
	free(guest->msg);
	guest_result_free(&guest->result);
	free(guest);
}

static int open_pipe(int *ret_read, int *ret_write)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC))
		return -errno;
	*ret_read = pair[0];
	*ret_write = pair[1];
	if (fcntl(pair[0], F_SETFL, O_NONBLOCK))
		return -errno;
	/* Refused when this user has many pipes: a smaller one works as well. */
	fcntl(pair[1], F_SETPIPE_SZ, PIPE_BYTES);
	return 0;
}

static int open_socket(int *ret_ours, int *ret_theirs)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	*ret_ours = pair[0];
	*ret_theirs = pair[1];
	return 0;
}

static void ends_close(struct ends *ends)
{
	int *const fds[] = { &ends->fds.console, &ends->fds.port, &ends->fds.qmp, &ends->words };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

static int open_channels(struct guest *guest, struct ends *ends, struct err *err)
{
	int error;

	error = open_pipe(&guest->fd[CHANNEL_CONSOLE], &ends->fds.console);
	if (!error)
		error = open_pipe(&guest->fd[CHANNEL_PORT], &ends->fds.port);
	if (!error)
		error = open_pipe(&guest->fd[CHANNEL_WORDS], &ends->words);
	if (!error)
		error = open_socket(&guest->fd[CHANNEL_QMP], &ends->fds.qmp);
	if (!error) {
		guest->fd[CHANNEL_TIMER] = timerfd_create(CLOCK_MONOTONIC,
							  TFD_CLOEXEC | TFD_NONBLOCK);
		if (guest->fd[CHANNEL_TIMER] < 0)
			error = -errno;
	}
	return error ? err_set(err, error, "guest: its channels cannot be made: %s",
			       strerror(-error)) : 0;
}

static int start_qemu(struct guest *guest, const struct ends *ends, struct err *err)
{
	const int keep[] = { ends->fds.console, ends->fds.port, ends->fds.qmp, -1 };
	unsigned int tsc_khz = guest->config.engine == ENGINE_TCG ? guest_tsc_khz() : 0;
	struct strv argv = { 0 };
	struct proc_spec spec = {
		.out_fd = ends->words,
		.keep_fd = keep,
		/* Ctrl-C is for the harness, which then decides about its guests. */
		.new_session = 1,
	};
	int error;

	error = guest_args(&guest->config, &ends->fds, tsc_khz, &argv, err);
	if (error)
		return error;
	guest->limits = guest_limits(&guest->config);
	spec.mem_limit = guest->limits.address_space;
	spec.argv = argv.item;
	if (guest->config.placement) {
		spec.prepare = guest_place_self;
		spec.prepare_ctx = guest->config.placement;
		spec.prepare_what = "be put on its CPUs and its node";
	}
	guest->result.command = guest_quote(&argv);
	guest->start_ns = clock_ns();
	guest->heard_ns = guest->start_ns;
	guest->sample_ns = guest->start_ns + GUEST_SECOND;
	error = proc_start(&spec, &guest->pid, &guest->fd[CHANNEL_EXIT], err);
	strv_free(&argv);
	return error;
}

static int watch_channels(struct guest *guest, struct err *err)
{
	guest->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (guest->epoll < 0)
		return err_set(err, -errno, "guest: epoll: %s", strerror(errno));
	for (unsigned int i = 0; i < CHANNEL_NR; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.u32 = i };

		if (epoll_ctl(guest->epoll, EPOLL_CTL_ADD, guest->fd[i], &event))
			return err_set(err, -errno, "guest: epoll: %s", strerror(errno));
	}
	return 0;
}

int guest_start(const struct guest_config *config, struct guest **ret_guest, struct err *err)
{
	struct guest *guest = guest_new(config);
	struct ends ends = { { -1, -1, -1 }, -1 };
	int error;

	error = open_channels(guest, &ends, err);
	if (error)
		goto err_free;
	error = console_open(config->console_path, &guest->console, err);
	if (error)
		goto err_free;
	guest->decoder = frame_decoder_new();
	if (!guest->decoder) {
		error = err_set(err, -ENOMEM, "guest: no memory for its records");
		goto err_free;
	}
	error = start_qemu(guest, &ends, err);
	if (error)
		goto err_free;
	guest->theirs[0] = ends.fds.console;
	guest->theirs[1] = ends.fds.port;
	ends.fds.console = ends.fds.port = -1;
	ends_close(&ends);
	guest->qmp = qmp_new(guest->fd[CHANNEL_QMP], guest_on_event, guest);
	guest_run_cpus(guest);
	error = watch_channels(guest, err);
	if (error)
		goto err_kill;
	*ret_guest = guest;
	return 0;

err_kill:
	proc_kill(guest->pid);
err_free:
	ends_close(&ends);
	guest_free(guest);
	return error;
}

/* Only QEMU holds its ends then: its end is the end of the streams. */
int guest_let_writes_wait(struct guest *guest, struct err *err)
{
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(guest->theirs); i++) {
		int flags = fcntl(guest->theirs[i], F_GETFL);

		if (flags < 0 || fcntl(guest->theirs[i], F_SETFL, flags & ~O_NONBLOCK))
			error = err_set(err, -errno, "guest: QEMU's channels cannot be made to wait: %s",
					strerror(errno));
	}
	theirs_close(guest);
	return error;
}

int guest_fd(const struct guest *guest)
{
	return guest->epoll;
}

void guest_stop(struct guest *guest, enum guest_end why, const char *reason)
{
	if (guest->state == STATE_ENDED)
		return;
	guest->facts.cut = CUT_CALLER;
	guest->facts.cut_end = why;
	snprintf(guest->facts.cut_why, sizeof(guest->facts.cut_why), "%.*s", GUEST_WHY_MAX, reason);
	guest_kill(guest);
}

void guest_finish(struct guest *guest, struct guest_result *ret_result)
{
	guest_stop(guest, GUEST_INTERRUPTED, "given up before it ended");
	*ret_result = guest->result;
	guest->result.command = NULL;
	guest->result.placed = NULL;
	guest_free(guest);
}

int guest_run(const struct guest_config *config, struct guest_result *ret_result,
	      struct err *err)
{
	struct guest *guest;
	int error = guest_start(config, &guest, err);

	if (error)
		return error;
	while (!guest_step(guest)) {
		struct pollfd poll_fd = { .fd = guest_fd(guest), .events = POLLIN };

		/* guest_timeout_ms() is at most a second, so a signal is not missed. */
		poll(&poll_fd, 1, guest_timeout_ms(guest));
		if (proc_interrupted())
			guest_stop(guest, GUEST_INTERRUPTED, "the harness was told to stop");
	}
	guest_finish(guest, ret_result);
	return 0;
}

void guest_result_free(struct guest_result *result)
{
	free(result->command);
	free(result->placed);
	result->command = NULL;
	result->placed = NULL;
}
