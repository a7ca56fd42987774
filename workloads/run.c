/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a workload calls while it runs: clock, parameters, records. All of it
 * ends in the arena that the workload's process shares with the agent.
 */
#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <x86intrin.h>

#include "run-counters.h"
#include "run-private.h"
#include "traffic-mark.h"

/*
 * Under icount with shift=0 the TSC advances by one for each instruction and
 * reading it takes no system call; CLOCK_MONOTONIC would add the kernel's
 * scaling, which rounds.
 */
uint64_t run_now(const struct run *run)
{
	struct timespec ts;

	if (run->config.job->exact)
		return __rdtsc();
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void set_text(const struct run *run, const char *fmt, va_list args)
{
	struct run_arena *arena = run->arena;

	if (!arena->text[0])
		vsnprintf(arena->text, sizeof(arena->text), fmt, args);
}

void run_note_bug(const struct run *run, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_text(run, fmt, args);
	va_end(args);
	run->arena->overflow = 1;
}

/* A sample is the time and, in the exact engine, above it the window. */
#define TIME_BITS 40
#define TIME_MASK ((UINT64_C(1) << TIME_BITS) - 1)

static __thread unsigned int window_slot;

void run_slot(unsigned int slot)
{
	window_slot = slot;
}

uint64_t run_begin(struct run *run)
{
	traffic_mark(TRAFFIC_BEGIN + window_slot);
	return run_now(run);
}

uint64_t run_end_as(struct run *run, uint64_t taken)
{
	uint32_t serial;

	traffic_mark(TRAFFIC_END + window_slot);
	serial = ++run->windows[window_slot];
	if (!run->config.job->exact)
		return taken;
	if (taken > TIME_MASK || serial >> MSG_WINDOW_SERIAL_BITS) {
		run_note_bug(run, "bug: an operation of %" PRIu64 " instructions, window %" PRIu32,
			 taken, serial);
		return 0;
	}
	return MSG_WINDOW(window_slot, serial) << TIME_BITS | taken;
}

uint64_t run_end(struct run *run, uint64_t start)
{
	return run_end_as(run, run_now(run) - start);
}

uint64_t run_time_taken(const struct run *run, uint64_t sample)
{
	return run->config.job->exact ? sample & TIME_MASK : sample;
}

uint64_t run_seed(const struct run *run)
{
	const char *beside = job_param(run->config.job, "seed");

	return run->config.job->seed + (beside ? strtoull(beside, NULL, 10) : 0);
}

bool run_guest(const struct run *run)
{
	return run->config.guest;
}

const struct job *run_job(const struct run *run)
{
	return run->config.job;
}

int run_port(const struct run *run)
{
	return run->config.port;
}

static const struct workload_param *param_find(const struct run *run, const char *name)
{
	const struct workload_param *param = run->config.workload->params;

	for (; param && param->name; param++)
		if (!strcmp(param->name, name))
			return param;
	return NULL;
}

const char *run_param(const struct run *run, const char *name)
{
	const struct workload_param *param = param_find(run, name);
	const char *value = job_param(run->config.job, name);

	if (!param) {
		run_note_bug(run, "bug: workload '%s' asks for parameter '%s' and does not declare it",
			 run->config.workload->name, name);
		return "";
	}
	return value ? value : param->def;
}

static bool to_u64(const char *text, uint64_t *ret_value)
{
	unsigned long long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end)
		return false;
	*ret_value = value;
	return true;
}

uint64_t run_param_u64(const struct run *run, const char *name)
{
	const char *text = run_param(run, name);
	uint64_t value = 0;

	if (!to_u64(text, &value))
		run_note_bug(run, "parameter '%s': '%s' is not a number", name, text);
	return value;
}

static bool among(const char *const *choices, const char *text)
{
	for (; *choices; choices++)
		if (!strcmp(*choices, text))
			return true;
	return false;
}

static int check_param(struct run *run, const struct workload_param *param)
{
	const char *text = run_param(run, param->name);
	uint64_t value;

	if (param->choices) {
		if (among(param->choices, text))
			return 0;
		return run_error(run, -EINVAL, "parameter '%s': '%s' is none of its choices",
				 param->name, text);
	}
	if (to_u64(text, &value) && value >= param->min && value <= param->max)
		return 0;
	return run_error(run, -EINVAL, "parameter '%s': '%s' is not a number from %llu to %llu",
			 param->name, text, (unsigned long long)param->min,
			 (unsigned long long)param->max);
}

int run_check_params(struct run *run)
{
	const struct workload_param *param = run->config.workload->params;
	const struct job *job = run->config.job;
	size_t i;
	int err;

	for (; param && param->name; param++) {
		err = check_param(run, param);
		if (err)
			return err;
	}
	for (i = 0; i < job->nr_params; i++)
		if (!param_find(run, job->params[i].name))
			return run_error(run, -EINVAL, "workload '%s' has no parameter '%s'",
					 run->config.workload->name, job->params[i].name);
	return 0;
}

static bool names_ok(const struct run *run, const char *name, const char *labels)
{
	if (*name && strlen(name) <= WIRE_STRING_MAX && strlen(labels) <= WIRE_STRING_MAX &&
	    !name[msg_name_span(name)] && !labels[msg_name_span(labels)])
		return true;
	run_note_bug(run, "bug: record '%.100s' with labels '%.100s': only letters, digits and ._=,+-",
		 name, labels);
	return false;
}

void run_publish(struct run *run, const struct msg *msg)
{
	struct run_arena *arena = run->arena;
	size_t used = __atomic_load_n(&arena->used, __ATOMIC_RELAXED);
	struct wire_out header = { .data = arena->data + used, .size = RUN_RECORD_HEADER };
	struct wire_out payload = { .data = arena->data + used + RUN_RECORD_HEADER };
	size_t room = RUN_ARENA_BYTES - sizeof(*arena) - used;

	if (room < RUN_RECORD_HEADER) {
		run_note_bug(run, "more records than the %u MiB kept for them", RUN_ARENA_BYTES >> 20);
		return;
	}
	payload.size = room - RUN_RECORD_HEADER;
	if (msg_encode(msg, &payload)) {
		run_note_bug(run, "more records than the %u MiB kept for them", RUN_ARENA_BYTES >> 20);
		return;
	}
	wire_put_u32(&header, msg->type);
	wire_put_u32(&header, (uint32_t)payload.used);
	__atomic_store_n(&arena->used, used + RUN_RECORD_HEADER + payload.used, __ATOMIC_RELEASE);
}

static uint64_t as_it_is(const struct run *run, uint64_t sample)
{
	(void)run;
	return sample;
}

static uint64_t window_of(const struct run *run, uint64_t sample)
{
	(void)run;
	return sample >> TIME_BITS;
}

/* In parts that fit a record; @take is what of each sample is recorded. */
static void record(struct run *run, const char *series, const char *labels,
		   const uint64_t *samples, size_t nr,
		   uint64_t (*take)(const struct run *run, uint64_t sample))
{
	struct msg *msg = run->msg;
	size_t part, i;

	if (!names_ok(run, series, labels))
		return;
	strcpy(msg->name, series);
	strcpy(msg->labels, labels);
	for (; nr && !run->arena->overflow; nr -= part, samples += part) {
		part = nr < MSG_SAMPLES_MAX ? nr : MSG_SAMPLES_MAX;
		for (i = 0; i < part; i++)
			msg->samples[i] = take(run, samples[i]);
		msg->nr_samples = (uint32_t)part;
		run_publish(run, msg);
	}
}

void run_samples(struct run *run, const char *series, const char *labels,
		 const uint64_t *samples, size_t nr)
{
	run->msg->type = MSG_SAMPLES;
	record(run, series, labels, samples, nr, as_it_is);
}

static void record_windows(struct run *run, const char *series, const char *labels,
			   const uint64_t *samples, size_t nr, uint64_t operations)
{
	if (!run->config.job->exact)
		return;
	run->msg->type = MSG_WINDOWS;
	run->msg->number[0] = operations;
	record(run, series, labels, samples, nr, window_of);
}

void run_times(struct run *run, const char *series, const char *labels, const uint64_t *samples,
	       size_t nr)
{
	run->msg->type = MSG_SAMPLES;
	record(run, series, labels, samples, nr, run_time_taken);
	record_windows(run, series, labels, samples, nr, 1);
}

void run_time(struct run *run, const char *series, const char *labels, uint64_t sample)
{
	run_times(run, series, labels, &sample, 1);
}

void run_time_each(struct run *run, const char *series, const char *labels, uint64_t sample,
		   uint64_t nr)
{
	run_value(run, series, labels, run_time_taken(run, sample) / nr);
	record_windows(run, series, labels, &sample, 1, nr);
}

void run_value(struct run *run, const char *series, const char *labels, uint64_t value)
{
	run_samples(run, series, labels, &value, 1);
}

void run_check(struct run *run, const char *name, const char *labels, enum verdict verdict,
	       const char *fmt, ...)
{
	struct msg *msg = run->msg;
	va_list args;

	if (!names_ok(run, name, labels))
		return;
	if ((unsigned int)verdict >= VERDICT_NR) {
		run_note_bug(run, "bug: check '%s' reports %d, which is no verdict", name, verdict);
		return;
	}
	msg->type = MSG_CHECK;
	strcpy(msg->name, name);
	strcpy(msg->labels, labels);
	msg->verdict = verdict;
	va_start(args, fmt);
	vsnprintf(msg->text, sizeof(msg->text), fmt, args);
	va_end(args);
	run_publish(run, msg);
}

static void keep(void *ctx, const struct msg *msg)
{
	run_publish(ctx, msg);
}

void run_loaded(struct run *run)
{
	const struct report report = { .emit = keep, .ctx = run, .msg = run->msg };

	if (!run->loaded && run->config.loaded)
		run->config.loaded(run->config.ctx, &report);
	run->loaded = true;
}

#define TICK 10000000u		/* between two of the timer's ticks (CONFIG_HZ_100), exact engine */
#define SHIFTS_MAX 64u		/* a quarter of a second of a host's time each, at most */

/*
 * Who has slept goes on right after a tick, whatever the delay was that the workload began
 * with: ticks would fall into the same operations in every boot of a kernel, and into others
 * in every boot of the next.
 */
static void shift_tick(struct run *run)
{
	const struct job *job = run->config.job;
	uint64_t start = __rdtsc();
	struct rusage usage;

	if (!job->exact || !job->delay || run->config.workload->kind != WORKLOAD_MEASURE ||
	    run->shifts == SHIFTS_MAX)
		return;
	if (getrusage(RUSAGE_SELF, &usage) || usage.ru_nvcsw == run->slept)
		return;
	run->slept = usage.ru_nvcsw;
	run->shifts++;
	while (__rdtsc() - start < job->delay * run->shifts % TICK)
		;
}

void run_phase(struct run *run, const char *fmt, ...)
{
	va_list args;

	run_counters_phase(run);
	shift_tick(run);
	va_start(args, fmt);
	vsnprintf(run->arena->phase, sizeof(run->arena->phase), fmt, args);
	va_end(args);
}

int run_error(struct run *run, int error, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_text(run, fmt, args);
	va_end(args);
	return error;
}

int run_unsupported(struct run *run, const char *fmt, ...)
{
	va_list args;

	run->arena->unsupported = 1;
	va_start(args, fmt);
	set_text(run, fmt, args);
	va_end(args);
	return -EOPNOTSUPP;
}
