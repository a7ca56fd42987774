// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The part of a guest that is called again and again: hear its channels, watch
 * the time, notice the end. Nothing here waits; what QEMU writes is always
 * taken, or the guest would stand still.
 */
#include <ctype.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest-place.h"
#include "guest-private.h"

#define CHUNK 65536
#define CHUNKS_PER_STEP 64	/* a flood must not keep other guests from being served */
#define MONITOR_WAIT_NS (30 * GUEST_SECOND)
#define SAMPLE_NS GUEST_SECOND

static void channel_close(struct guest *guest, enum guest_channel channel)
{
	if (guest->fd[channel] >= 0)
		close(guest->fd[channel]);
	guest->fd[channel] = -1;
}

void guest_close(struct guest *guest, uint64_t wait_ns)
{
	if (guest->state >= STATE_CLOSING)
		return;
	guest->state = STATE_CLOSING;
	guest->close_ns = clock_ns() + wait_ns;
}

void guest_bed_failed(struct guest *guest, enum guest_end end, const char *why)
{
	if (guest->facts.cut == CUT_NONE) {
		guest->facts.cut = CUT_BED;
		guest->facts.cut_end = end;
		snprintf(guest->facts.cut_why, sizeof(guest->facts.cut_why), "%.*s", GUEST_WHY_MAX,
			 why);
	}
	guest_close(guest, 0);
}

static void console_bytes_came(struct guest *guest, const char *data, size_t len)
{
	console_feed(guest->console, data, len);
	if (console_trouble(guest->console, CONSOLE_PANIC))
		guest_close(guest, guest->limits.panic_ns);
}

/* Only the end is kept: the last words are the ones that say why. */
static void words_came(struct guest *guest, const char *data, size_t len)
{
	size_t over = 0;

	if (len > GUEST_WORDS_MAX) {
		data += len - GUEST_WORDS_MAX;
		len = GUEST_WORDS_MAX;
	}
	if (guest->words_len + len > GUEST_WORDS_MAX)
		over = guest->words_len + len - GUEST_WORDS_MAX;
	memmove(guest->words, guest->words + over, guest->words_len - over);
	guest->words_len -= over;
	memcpy(guest->words + guest->words_len, data, len);
	guest->words_len += len;
}

static void bytes_came(struct guest *guest, enum guest_channel channel, const char *data,
		       size_t len)
{
	if (channel == CHANNEL_WORDS) {
		words_came(guest, data, len);
		return;
	}
	guest->heard_ns = clock_ns();
	if (channel == CHANNEL_CONSOLE)
		console_bytes_came(guest, data, len);
	else
		guest_port_bytes(guest, data, len);
}

static void hear_pipe(struct guest *guest, enum guest_channel channel, unsigned int chunks)
{
	char data[CHUNK];

	while (chunks-- && guest->fd[channel] >= 0) {
		ssize_t got = read(guest->fd[channel], data, sizeof(data));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got > 0)
			bytes_came(guest, channel, data, got);
		else
			channel_close(guest, channel);
	}
}

static void hear_qmp(struct guest *guest)
{
	int error = qmp_read(guest->qmp);

	if (!error)
		return;
	channel_close(guest, CHANNEL_QMP);
	/* A closed monitor is how a QEMU begins to end; its exit will tell more. */
	if (error != -EPIPE)
		guest_bed_failed(guest, GUEST_QEMU_DIED, qmp_why(guest->qmp));
}

/* The last two lines QEMU printed, in one. */
static void words_end(struct guest *guest)
{
	struct strv lines = { 0 };
	char text[GUEST_WORDS_MAX + 1];
	size_t first;

	memcpy(text, guest->words, guest->words_len);
	text[guest->words_len] = '\0';
	/* Whatever runs under the name of QEMU: this is going to be printed. */
	for (size_t i = 0; i < guest->words_len; i++)
		if (!isprint((unsigned char)text[i]) && text[i] != '\n')
			text[i] = text[i] == '\t' || text[i] == '\r' ? ' ' : '?';
	strv_split(&lines, text, "\r\n");
	first = lines.nr > 2 ? lines.nr - 2 : 0;
	if (lines.nr)
		snprintf(guest->facts.words, sizeof(guest->facts.words), "%s%s%s",
			 lines.item[first], first + 1 < lines.nr ? "; " : "",
			 first + 1 < lines.nr ? lines.item[first + 1] : "");
	strv_free(&lines);
}

/* QEMU is gone: what it wrote before is still in the pipes. */
static void end(struct guest *guest)
{
	static const enum guest_channel pipes[] = { CHANNEL_CONSOLE, CHANNEL_PORT, CHANNEL_WORDS };
	int error;

	guest->result.wall_ns = clock_ns() - guest->start_ns;
	for (size_t i = 0; i < ARRAY_SIZE(pipes); i++)
		hear_pipe(guest, pipes[i], UINT32_MAX);
	/* A hello that was heard only now was said before. */
	if (guest->result.ready_ns > guest->result.wall_ns)
		guest->result.ready_ns = guest->result.wall_ns;
	if (guest->fd[CHANNEL_QMP] >= 0)
		qmp_read(guest->qmp);
	guest->state = STATE_ENDED;
	words_end(guest);
	error = console_end(guest->console);
	guest_judge(&guest->facts, guest->console, &guest->result);
	if (error && guest->result.verdict == VERDICT_PASS) {
		guest->result.verdict = VERDICT_BROKEN;
		snprintf(guest->result.reason, sizeof(guest->result.reason),
			 "%s: the console cannot be kept: %s", guest->config.console_path,
			 strerror(-error));
	}
}

/* The threads are gone, and what they counted can still be read. */
static void end_counters(struct guest *guest)
{
	struct perfctr_phase *phase = &guest->result.counters;

	if (!guest->counters)
		return;
	perfctr_set_next(guest->counters, phase->value);
	perfctr_set_close(guest->counters);
	guest->counters = NULL;
	phase->number = 1;
	strcpy(phase->name, "whole guest");
	guest->result.counted = true;
}

static void reap(struct guest *guest)
{
	struct rusage usage = { 0 };

	while (wait4(guest->pid, &guest->facts.status, 0, &usage) < 0 && errno == EINTR)
		;
	guest->result.max_rss = (uint64_t)usage.ru_maxrss * 1024;
	guest->pid = -1;
	end_counters(guest);
	end(guest);
}

void guest_kill(struct guest *guest)
{
	guest->facts.killed = true;
	kill(-guest->pid, SIGKILL);
	kill(guest->pid, SIGKILL);
	reap(guest);
}

/* Make the kernel say where it is: unknown_nmi_panic is on its command line. */
static void hang(struct guest *guest, enum guest_cut cut, const char *what, uint64_t ns)
{
	guest->facts.cut = cut;
	snprintf(guest->facts.cut_why, sizeof(guest->facts.cut_why), "%s %" PRIu64 " s", what,
		 ns / GUEST_SECOND);
	console_mark(guest->console);
	if (guest->fd[CHANNEL_QMP] < 0 || qmp_send(guest->qmp, "inject-nmi", NULL, NULL, NULL))
		guest_close(guest, 0);
	else
		guest_close(guest, guest->limits.nmi_ns);
}

static void watch_memory(struct guest *guest, uint64_t now)
{
	uint64_t resident = guest_resident(guest->pid);
	char is[16], may[16], why[128];

	guest->sample_ns = now + SAMPLE_NS;
	if (resident <= guest->limits.rss)
		return;
	snprintf(why, sizeof(why), "QEMU took %s of host memory, its limit is %s; it was killed",
		 text_bytes(is, sizeof(is), resident),
		 text_bytes(may, sizeof(may), guest->limits.rss));
	guest_bed_failed(guest, GUEST_QEMU_DIED, why);
}

/* Memory that is bound and populated first takes its time: about 1 s per GiB. */
static uint64_t monitor_until(const struct guest *guest)
{
	return guest->start_ns + MONITOR_WAIT_NS + guest->config.mem_mib / 1024 * GUEST_SECOND;
}

static uint64_t silence_of(const struct guest *guest)
{
	return guest->facts.hello ? guest->limits.silence_ns : guest->limits.boot_silence_ns;
}

static void watch_time(struct guest *guest)
{
	uint64_t now = clock_ns();

	if (now >= guest->sample_ns)
		watch_memory(guest, now);
	if (guest->state == STATE_MONITOR && now >= monitor_until(guest))
		guest_bed_failed(guest, GUEST_QEMU_DIED, "QEMU does not answer on QMP: killed");
	if (guest->state == STATE_RUNS && now >= guest->start_ns + guest->limits.deadline_ns)
		hang(guest, CUT_DEADLINE, "not done after", guest->limits.deadline_ns);
	if (guest->state == STATE_RUNS && now >= guest->heard_ns + silence_of(guest))
		hang(guest, CUT_SILENCE, "no output for", silence_of(guest));
	if (guest->state == STATE_CLOSING && now >= guest->close_ns)
		guest_kill(guest);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t next_look(const struct guest *guest)
{
	uint64_t next = guest->sample_ns;

	switch (guest->state) {
	case STATE_MONITOR:
		return earlier(next, monitor_until(guest));
	case STATE_RUNS:
		next = earlier(next, guest->start_ns + guest->limits.deadline_ns);
		return earlier(next, guest->heard_ns + silence_of(guest));
	case STATE_CLOSING:
		return earlier(next, guest->close_ns);
	case STATE_ENDED:
		break;
	}
	return 0;
}

int guest_timeout_ms(const struct guest *guest)
{
	uint64_t now = clock_ns(), next = next_look(guest);

	return next > now ? (int)((next - now) / 1000000 + 1) : 0;
}

/* So that an epoll over many guests needs no timeout of its own. */
static void timer_arm(const struct guest *guest)
{
	uint64_t next = next_look(guest);
	struct itimerspec when = {
		/* All zero would disarm it; 1 ns after boot is as good as now. */
		.it_value = { .tv_sec = next / GUEST_SECOND,
			      .tv_nsec = next % GUEST_SECOND + !next },
	};

	timerfd_settime(guest->fd[CHANNEL_TIMER], TFD_TIMER_ABSTIME, &when, NULL);
}

static void serve(struct guest *guest, enum guest_channel channel)
{
	switch (channel) {
	case CHANNEL_CONSOLE:
	case CHANNEL_PORT:
	case CHANNEL_WORDS:
		hear_pipe(guest, channel, CHUNKS_PER_STEP);
		break;
	case CHANNEL_QMP:
		hear_qmp(guest);
		break;
	case CHANNEL_EXIT:
		reap(guest);
		break;
	case CHANNEL_TIMER:
	case CHANNEL_NR:
		break;
	}
}

bool guest_step(struct guest *guest)
{
	struct epoll_event event[CHANNEL_NR];
	bool ready[CHANNEL_NR] = { false };
	int nr;

	if (guest->state == STATE_ENDED)
		return true;
	nr = epoll_wait(guest->epoll, event, CHANNEL_NR, 0);
	for (int i = 0; i < nr; i++)
		ready[event[i].data.u32] = true;
	for (unsigned int i = 0; i < CHANNEL_NR; i++)
		if (ready[i] && guest->state != STATE_ENDED && guest->fd[i] >= 0)
			serve(guest, i);
	if (guest->state != STATE_ENDED)
		watch_time(guest);
	/* An ended guest stays readable, so that no caller sleeps on it. */
	timer_arm(guest);
	return guest->state == STATE_ENDED;
}
