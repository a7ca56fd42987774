/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One session of the agent with its host. The port is one-way: everything the
 * host has to say stands in /job.
 */
#include "agent-session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "account.h"
#include "boot-checks.h"
#include "job.h"
#include "run.h"
#include "sysfs.h"
#include "traffic-mark.h"
#include "traffic-ranges.h"

#define JOB_FILE_MAX 65536

/** struct teller - a session, its scratch record, its account, and the first error of its port */
struct teller {
	const struct agent_session *session;
	struct msg *msg;
	struct account account;
	int error;
};

static void send_msg(void *ctx, const struct msg *msg)
{
	struct teller *teller = ctx;

	if (!teller->error)
		teller->error = port_send(teller->session->port, msg);
}

static void alive(void *ctx, const char *phase)
{
	struct teller *teller = ctx;

	teller->msg->type = MSG_ALIVE;
	snprintf(teller->msg->text, sizeof(teller->msg->text), "%s", phase);
	send_msg(teller, teller->msg);
}

static void end(struct teller *teller, enum verdict verdict, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void end(struct teller *teller, enum verdict verdict, const char *fmt, ...)
{
	va_list args;

	teller->msg->type = MSG_END;
	teller->msg->verdict = verdict;
	va_start(args, fmt);
	vsnprintf(teller->msg->text, sizeof(teller->msg->text), fmt, args);
	va_end(args);
	send_msg(teller, teller->msg);
}

/* A release name may hold what names of the protocol may not. */
static void kernel_release(char *buf, size_t size)
{
	struct utsname uts;
	size_t i;

	if (uname(&uts))
		strcpy(uts.release, "unknown");
	snprintf(buf, size, "%s", uts.release);
	for (i = msg_name_span(buf); buf[i]; i = msg_name_span(buf))
		buf[i] = '-';
}

/*
 * sysinfo() and not /proc/meminfo: it is the same figure, and /proc need not be
 * mounted before the host hears from us.
 */
int agent_session_hello(const struct agent_session *session)
{
	struct msg *msg = calloc(1, sizeof(*msg));
	struct sysinfo info = { 0 };
	struct timespec ts = { 0 };
	int err;

	if (!msg)
		return -ENOMEM;
	sysinfo(&info);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	msg->type = MSG_HELLO;
	strcpy(msg->text, PACKAGE_VERSION);
	kernel_release(msg->name, sizeof(msg->name));
	msg->number[0] = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
	msg->number[1] = (uint64_t)info.totalram * info.mem_unit;
	msg->number[2] = (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
	err = port_send(session->port, msg);
	free(msg);
	return err;
}

static int forward(void *ctx, uint16_t type, const uint8_t *payload, uint32_t len)
{
	struct teller *teller = ctx;

	if (!teller->error)
		teller->error = port_send_payload(teller->session->port, type, payload, len);
	return teller->error;
}

#define UNSETTLE_PAGES 61	/* primes, so that no two delays come out alike */
#define UNSETTLE_FILES 29

/*
 * Where the timer's tick falls is one thing that a figure can depend on and a kernel is not
 * to blame for; how full the first slab and the first list of free pages are is another.
 * So some of both are taken, and kept, and then time passes. The clock of the exact engine
 * counts instructions, these among them. What cannot be had is no matter. Nothing of it is
 * handed on to the workload's process, whose forks would take longer.
 */
static void unsettle(uint64_t delay)
{
	size_t bytes = (size_t)(1 + delay % UNSETTLE_PAGES) * 4096;
	uint64_t start = __rdtsc();
	void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	char name[32];
	unsigned int i;
	int fd;

	if (pages != MAP_FAILED)
		madvise(pages, bytes, MADV_DONTFORK);
	for (i = 0; i < 1 + delay % UNSETTLE_FILES; i++) {
		snprintf(name, sizeof(name), "/unsettled.%u", i);
		fd = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
	}
	while (__rdtsc() - start < delay)
		;
}

/* In the workload's process, which has what was seen at boot as well. */
static void loaded(void *ctx, const struct report *report)
{
	const struct teller *teller = ctx;

	account_phase(&teller->account, METADATA_LOADED, report, NULL);
}

static int run_workload(struct teller *teller, const struct run_config *config,
			struct run_outcome *ret_outcome)
{
	const struct job *job = config->job;
	struct run *run;
	int err = run_new(config, &run);

	if (err)
		return err;
	if (job->exact && job->delay)
		unsettle(job->delay);
	traffic_mark(TRAFFIC_START);
	err = run_execute(run, ret_outcome);
	traffic_mark(TRAFFIC_STOP);
	if (!err)
		run_records(run, forward, teller);
	run_free(run);
	return err;
}

/* What the cell leaves behind: its memory, and the kernel. */
static void look_back(struct teller *teller, const struct report *report)
{
	struct metadata now;
	bool seen = account_phase(&teller->account, METADATA_AFTER, report, &now);

	boot_checks_run(report, teller->session->root, teller->account.source.job,
			seen ? &now.memmap : NULL);
	if (seen)
		metadata_free(&now);
}

static void do_job(struct teller *teller, const struct job *job, const struct workload *workload)
{
	const struct report report = { .emit = send_msg, .ctx = teller, .msg = teller->msg };
	const struct run_config config = {
		.workload = workload,
		.job = job,
		.guest = teller->session->guest,
		.port = port_fd(teller->session->port),
		.alive_ms = teller->session->alive_ms,
		.alive = alive,
		.loaded = loaded,
		.ctx = teller,
	};
	struct run_outcome outcome;
	int err;

	err = job->exact && teller->session->guest ? traffic_ranges_tell(job) : 0;
	if (err) {
		end(teller, VERDICT_BROKEN, "%s: %s", job->descriptor_ranges, strerror(-err));
		return;
	}
	account_begin(&teller->account, teller->session->root, job, &report);
	err = run_workload(teller, &config, &outcome);
	look_back(teller, &report);
	account_end(&teller->account);
	if (err)
		end(teller, VERDICT_BROKEN, "workload cannot be started: %s", strerror(-err));
	else
		end(teller, outcome.verdict, "%s", outcome.text);
}

static void read_job(struct teller *teller, const char *text)
{
	struct job *job = calloc(1, sizeof(*job));
	const struct workload *workload;
	char why[256];

	if (!job) {
		end(teller, VERDICT_BROKEN, "no memory for the job");
		return;
	}
	if (job_parse(text, job, why, sizeof(why))) {
		end(teller, VERDICT_BROKEN, "/job: %s", why);
	} else {
		workload = workload_find(job->workload);
		if (workload)
			do_job(teller, job, workload);
		else
			end(teller, VERDICT_BROKEN, "/job: this agent has no workload '%s'",
			    job->workload);
	}
	free(job);
}

int agent_session_run(const struct agent_session *session, const char *job_path)
{
	struct teller teller = { .session = session };
	char *text;
	int n;

	teller.msg = calloc(1, sizeof(*teller.msg));
	text = malloc(JOB_FILE_MAX);
	if (!teller.msg || !text) {
		free(teller.msg);
		free(text);
		return -ENOMEM;
	}
	n = sysfs_read(job_path, text, JOB_FILE_MAX);
	if (n == -ENOENT)
		end(&teller, VERDICT_PASS, "no job: a probe");
	else if (n < 0)
		end(&teller, VERDICT_BROKEN, "%s: %s", job_path, strerror(-n));
	else
		read_job(&teller, text);
	free(text);
	free(teller.msg);
	return teller.error;
}
