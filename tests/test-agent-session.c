/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the agent's session, on the host: the port is a file, and what stands
 * in it is read by the host's decoder.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent-session.h"
#include "workload.h"

/** struct heard - a folder for port and job, and what was said */
struct heard {
	char dir[64];
	char job[96];
	char port[96];
	struct msg msg;
	unsigned int nr[MSG_END + 1];
	uint64_t nr_samples;
	enum verdict verdict;
	char end[512];
	char hello[256];
};

static int setup(void **state)
{
	struct heard *heard = calloc(1, sizeof(*heard));

	*state = heard;
	strcpy(heard->dir, "/tmp/pagemeta-test-XXXXXX");
	if (!mkdtemp(heard->dir))
		return -1;
	snprintf(heard->job, sizeof(heard->job), "%s/job", heard->dir);
	snprintf(heard->port, sizeof(heard->port), "%s/vport0p1", heard->dir);
	return 0;
}

static int teardown(void **state)
{
	struct heard *heard = *state;
	char command[128];
	int err;

	snprintf(command, sizeof(command), "rm -r %s", heard->dir);
	err = system(command);
	free(heard);
	return err;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void note(struct heard *heard)
{
	const struct msg *msg = &heard->msg;

	heard->nr[msg->type]++;
	heard->nr_samples += msg->nr_samples;
	if (msg->type == MSG_HELLO)
		snprintf(heard->hello, sizeof(heard->hello), "%.100s %.100s", msg->text, msg->name);
	if (msg->type == MSG_END) {
		heard->verdict = msg->verdict;
		snprintf(heard->end, sizeof(heard->end), "%.500s", msg->text);
	}
}

static void listen_to(struct heard *heard)
{
	struct frame_decoder *dec = frame_decoder_new();
	uint8_t bytes[4096];
	struct frame frame;
	ssize_t n;
	int fd = open(heard->port, O_RDONLY), err = 0;

	assert_true(fd >= 0);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
		assert_int_equal(frame_decoder_feed(dec, bytes, (size_t)n), 0);
		while ((err = frame_decoder_next(dec, &frame)) == 1) {
			assert_int_equal(heard->nr[MSG_END], 0);	/* nothing after the end */
			assert_int_equal(msg_decode(&frame, &heard->msg), 0);
			note(heard);
		}
		assert_int_equal(err, 0);
	}
	assert_int_equal(frame_decoder_pending(dec), 0);
	close(fd);
	frame_decoder_free(dec);
}

static void hold_session(struct heard *heard, const char *job)
{
	struct agent_session session = { .root = heard->dir, .alive_ms = 200 };

	memset(heard->nr, 0, sizeof(heard->nr));
	heard->nr_samples = 0;
	if (job)
		write_file(heard->job, job);
	write_file(heard->port, "");
	assert_int_equal(port_open_path(heard->port, &session.port), 0);
	assert_int_equal(agent_session_hello(&session), 0);
	assert_int_equal(agent_session_run(&session, heard->job), 0);
	port_close(session.port);
	listen_to(heard);
	assert_int_equal(heard->nr[MSG_HELLO], 1);
	assert_int_equal(heard->nr[MSG_END], 1);
}

static void expect_end(const struct heard *heard, enum verdict verdict, const char *text)
{
	assert_string_equal(heard->end, text);
	assert_int_equal(heard->verdict, verdict);
}

static void probe_says_hello_and_passes(void **state)
{
	struct heard *heard = *state;

	hold_session(heard, NULL);
	expect_end(heard, VERDICT_PASS, "no job: a probe");
	assert_int_equal(heard->nr[MSG_CHECK], 0);
	assert_ptr_equal(strstr(heard->hello, PACKAGE_VERSION " "), heard->hello);
}

static void jobs_that_cannot_be_done_are_broken(void **state)
{
	struct heard *heard = *state;

	hold_session(heard, "workload a\nspeed 9\n");
	expect_end(heard, VERDICT_BROKEN, "/job: line 2: unknown word 'speed'");
	hold_session(heard, "workload no-such-thing\n");
	expect_end(heard, VERDICT_BROKEN, "/job: this agent has no workload 'no-such-thing'");
}

static void samples_of_a_crashed_workload_are_sent(void **state)
{
	struct heard *heard = *state;

	hold_session(heard, "workload fault-crash\n");
	assert_true(heard->nr_samples >= 1000);
	assert_int_equal(heard->verdict, VERDICT_BROKEN);
	assert_true(heard->nr[MSG_CHECK] >= 3);		/* the boot checks still came */
}

static void failed_and_missing_checks_are_told(void **state)
{
	struct heard *heard = *state;

	hold_session(heard, "workload fault-check\n");
	expect_end(heard, VERDICT_FAIL, "check always-fails: fails on purpose");
	hold_session(heard, "workload fault-silent\n");
	expect_end(heard, VERDICT_FAIL, "declared check 'never-reported' was not reported");
}

static void workload_that_never_ends_meets_its_deadline(void **state)
{
	struct heard *heard = *state;

	hold_session(heard, "workload fault-sleep\ndeadline 1\n");
	expect_end(heard, VERDICT_FAIL,
		   "still at work after 1 s of guest time, phase 'sleeping for ever'");
	assert_true(heard->nr[MSG_ALIVE] >= 1);
}

/* Run by root on a host they would otherwise take it down. */
static void what_breaks_a_machine_refuses_to_run_outside_of_guests(void **state)
{
	static const char *const names[] = {
		"panic", "oops", "warning", "hang", "garbage", "truncate"
	};
	struct heard *heard = *state;
	char job[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(job, sizeof(job), "workload fault-%s\n", names[i]);
		hold_session(heard, job);
		assert_int_equal(heard->verdict, VERDICT_UNSUPPORTED);
	}
}

static void port_is_found_by_its_name(void **state)
{
	struct heard *heard = *state;
	struct port *port = NULL;
	char path[160];

	assert_int_equal(port_open_named(heard->dir, heard->dir, "pagemeta", 0, &port), -ENODEV);
	snprintf(path, sizeof(path), "%s/vport0p1", heard->dir);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/vport0p1/name", heard->dir);
	write_file(path, "other\n");
	assert_int_equal(port_open_named(heard->dir, heard->dir, "pagemeta", 0, &port), -ENODEV);
	snprintf(path, sizeof(path), "%s/vport7p3", heard->dir);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/vport7p3/name", heard->dir);
	write_file(path, "pagemeta\n");
	snprintf(path, sizeof(path), "%s/dev", heard->dir);
	mkdir(path, 0700);
	/* Named already, but its device is not there yet: still worth waiting for. */
	assert_int_equal(port_open_named(heard->dir, path, "pagemeta", 1, &port), -ENOENT);
	snprintf(path, sizeof(path), "%s/dev/vport7p3", heard->dir);
	write_file(path, "");
	snprintf(path, sizeof(path), "%s/dev", heard->dir);
	assert_int_equal(port_open_named(heard->dir, path, "pagemeta", 0, &port), 0);
	port_close(port);
}

static void workloads_declare_what_can_be_declared(void **state)
{
	const struct workload *const *w;
	const struct metric *metric, *other;
	const struct workload_param *param;

	(void)state;
	for (w = workload_table; *w; w++) {
		assert_ptr_equal(workload_find((*w)->name), *w);
		assert_non_null((*w)->help);
		assert_non_null((*w)->run);
		assert_true((*w)->deadline_s && (*w)->needs.cpus && (*w)->needs.nodes);
		assert_true((*w)->kind == WORKLOAD_MEASURE ? (*w)->metrics != NULL : true);
		for (metric = (*w)->metrics; metric && metric->name; metric++) {
			assert_true(metric->help && metric->series && metric->unit < UNIT_NR);
			for (other = (*w)->metrics; other != metric; other++)
				assert_string_not_equal(other->name, metric->name);
		}
		for (param = (*w)->params; param && param->name; param++)
			assert_true(param->help && param->def);
	}
	assert_null(workload_find("nothing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(probe_says_hello_and_passes, setup, teardown),
		cmocka_unit_test_setup_teardown(jobs_that_cannot_be_done_are_broken, setup,
						teardown),
		cmocka_unit_test_setup_teardown(samples_of_a_crashed_workload_are_sent, setup,
						teardown),
		cmocka_unit_test_setup_teardown(failed_and_missing_checks_are_told, setup,
						teardown),
		cmocka_unit_test_setup_teardown(workload_that_never_ends_meets_its_deadline, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			what_breaks_a_machine_refuses_to_run_outside_of_guests, setup, teardown),
		cmocka_unit_test_setup_teardown(port_is_found_by_its_name, setup, teardown),
		cmocka_unit_test(workloads_declare_what_can_be_declared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
