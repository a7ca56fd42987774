/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A storm with processes that do next to nothing: what they did and compared is added up
 * over several storms, who did too little is waited for and called so, and who fails or
 * dies ends it.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "run-private.h"
#include "storm-crew.h"

#define CHECKS_MAX 32
#define SLOW_US 300000

/** struct seen - checks, as "name labels verdict: text", and how the run ended */
struct seen {
	char check[CHECKS_MAX][256];
	unsigned int nr;
	struct run_outcome outcome;
};

static struct seen seen;

static int see(void *ctx, uint16_t type, const uint8_t *payload, uint32_t len)
{
	struct frame frame = { .type = type, .payload = payload, .len = len };
	static struct msg msg;

	(void)ctx;
	if (type != MSG_CHECK || msg_decode(&frame, &msg) || seen.nr == CHECKS_MAX)
		return type == MSG_CHECK ? -EPROTO : 0;
	snprintf(seen.check[seen.nr++], sizeof(seen.check[0]), "%.30s %.60s %s: %.120s", msg.name,
		 msg.labels, verdict_name(msg.verdict), msg.text);
	return 0;
}

static void execute(int (*go)(struct run *run), const struct workload_param *params,
		    const struct job *job)
{
	const struct workload workload = { .name = "crew", .kind = WORKLOAD_CHECK, .run = go,
					   .params = params, .deadline_s = 60 };
	const struct run_config config = { .workload = &workload, .job = job, .port = -1 };
	struct run *run;

	memset(&seen, 0, sizeof(seen));
	assert_int_equal(run_new(&config, &run), 0);
	assert_int_equal(run_execute(run, &seen.outcome), 0);
	assert_int_equal(run_records(run, see, NULL), 0);
	run_free(run);
}

static void says(const char *line)
{
	unsigned int i;

	for (i = 0; i < seen.nr; i++)
		if (!strcmp(seen.check[i], line))
			return;
	for (i = 0; i < seen.nr; i++)
		print_message("%s\n", seen.check[i]);
	fail_msg("no check '%s'", line);
}

/* --- processes --- */

static int quick(struct storm_process *process)
{
	storm_judge(&process->verdict, true, " ");
	storm_judge(&process->beside, process->salt > 32, "salt %d", (int)process->salt);
	process->more += 3;
	while (storm_goes_on(process)) {
		usleep(1000);
		if (process->done < 5)
			storm_did(process);
	}
	return 0;
}

/* It is not done with its second when the first second of the storm is over. */
static int slow(struct storm_process *process)
{
	while (storm_goes_on(process)) {
		usleep(SLOW_US * 2);
		storm_did(process);
	}
	return 0;
}

static int wrong(struct storm_process *process)
{
	storm_judge(&process->verdict, false, "byte %d", (int)process->number);
	storm_did(process);
	while (storm_goes_on(process))
		usleep(1000);
	return 0;
}

static int fails(struct storm_process *process)
{
	(void)process;
	return -ENOSPC;
}

static int dies(struct storm_process *process)
{
	(void)process;
	raise(SIGKILL);
	return 0;
}

static const struct storm_actor good[] = {
	{ .name = "quick", .go = quick, .check = "content", .beside = "other", .unit = "turns",
	  .least = 10, .more = "things", .more_least = 7 },
	{ .name = "slow", .go = slow, .unit = "naps", .least = 3 },
};
static const struct storm_actor bad[] = {
	{ .name = "wrong", .go = wrong, .check = "content", .unit = "turns", .least = 1 },
};
static const struct storm_actor failing[] = {
	{ .name = "fails", .go = fails, .unit = "turns", .least = 1 },
};
static const struct storm_actor dying[] = {
	{ .name = "dies", .go = dies, .unit = "turns", .least = 1 },
};

/* --- storms --- */

static int add_up(struct run *run)
{
	struct storm_crew crew;
	int err = storm_crew_new(run, &crew), i;

	storm_crew_add(&crew, good, 2, NULL);
	for (i = 0; i < 3 && !err; i++) {
		err = storm_crew_rage(&crew, 0, i == 2 ? UINT64_MAX : 1);
		if (i == 0)
			storm_crew_forget(&crew);
	}
	storm_crew_report(&crew, "storm=1");
	storm_crew_report_paths(&crew);
	run_check(run, "wrong", "", VERDICT_PASS, "%zu", storm_crew_wrong(&crew));
	storm_crew_free(&crew);
	return err;
}

/* The first storm's salts are those of 32 processes; it is forgotten, with what it had wrong. */
static void storms_are_added_up(void **state)
{
	const struct job job = { .seed = 1 };

	(void)state;
	execute(add_up, NULL, &job);
	says("content storm=1,process=quick pass: 2 times right (must be some), 0 times wrong");
	says("other storm=1,process=quick pass: 2 times right (must be some), 0 times wrong");
	says("all-paths-taken process=quick fail: 10 turns (at least 10), and 6 things (at least 7)");
	says("wrong  pass: 0");
}

static int one(struct run *run, const struct storm_actor *actor, unsigned int nr)
{
	struct storm_crew crew;
	int err = storm_crew_new(run, &crew);

	storm_crew_add(&crew, actor, nr, NULL);
	if (!err)
		err = storm_crew_rage(&crew, 0, UINT64_MAX);
	storm_crew_report(&crew, "");
	storm_crew_report_paths(&crew);
	run_check(run, "wrong", "", VERDICT_PASS, "%zu", storm_crew_wrong(&crew));
	storm_crew_free(&crew);
	return err;
}

static int go_slow(struct run *run)
{
	return one(run, &good[1], 1);
}

static int go_wrong(struct run *run)
{
	return one(run, bad, 1);
}

static int go_fail(struct run *run)
{
	return one(run, failing, 1);
}

static int go_die(struct run *run)
{
	return one(run, dying, 1);
}

static void the_slow_are_waited_for(void **state)
{
	const struct job job = { .seed = 1 };
	unsigned int naps = 0;

	(void)state;
	execute(go_slow, NULL, &job);
	assert_int_equal(sscanf(seen.check[0], "all-paths-taken process=slow pass: %u naps", &naps), 1);
	assert_true(naps >= 3);
}

static void what_is_wrong_is_told(void **state)
{
	const struct job job = { .seed = 1 };

	(void)state;
	execute(go_wrong, NULL, &job);
	says("content process=wrong fail: 0 times right (must be some), 1 times wrong, first: byte 0");
	says("wrong  pass: 1");
	assert_int_equal(seen.outcome.verdict, VERDICT_FAIL);
}

static void who_fails_or_dies_ends_it(void **state)
{
	const struct job job = { .seed = 1 };

	(void)state;
	execute(go_fail, NULL, &job);
	says("all-paths-taken process=fails fail: 0 turns (at least 1)");
	execute(go_die, NULL, &job);
	says("all-paths-taken process=dies fail: 0 turns (at least 1)");
}

static int tell_seed(struct run *run)
{
	run_check(run, "seed", "", VERDICT_PASS, "%llu", (unsigned long long)run_seed(run));
	return 0;
}

static void a_seed_that_is_asked_for_is_added(void **state)
{
	static const struct workload_param params[] = {
		{ .name = "seed", .help = "seed", .def = "0", .min = 0, .max = 1000 }, { 0 }
	};
	const struct job job = { .seed = 7, .nr_params = 1, .params = { { "seed", "100" } } };
	const struct job none = { .seed = 7 };

	(void)state;
	execute(tell_seed, params, &job);
	says("seed  pass: 107");
	execute(tell_seed, NULL, &none);
	says("seed  pass: 7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(storms_are_added_up),
		cmocka_unit_test(the_slow_are_waited_for),
		cmocka_unit_test(what_is_wrong_is_told),
		cmocka_unit_test(who_fails_or_dies_ends_it),
		cmocka_unit_test(a_seed_that_is_asked_for_is_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
