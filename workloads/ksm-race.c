// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing to pages while they are being merged. ksmd compares a page with those in
 * its trees, and only later takes the page's mapping away from writers; in between it
 * lets others run. So it compares once more before it replaces the mapping
 * (try_to_merge_one_page() of mm/ksm.c), and this is where that matters: a writer that
 * wakes up at random times, many of them while a page is being compared.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ksm-control.h"
#include "ksm-equal.h"
#include "prng.h"
#include "workload.h"

#define SCANS 400
#define PATIENCE_S 60
#define POLL_NS 1000000
#define EQUAL_NS 150000		/* pages are equal for up to that long ... */
#define CHANGED_NS 60000	/* ... and changed for up to that */
#define MARK 0xfd00000000000000ull

/**
 * struct writer - the thread that writes
 * @equal: to whose pages
 * @state: of its random times
 * @stop: told to it
 * @rounds: times it changed the pages
 * @lost: times that a page did not hold what had been written to it
 */
struct writer {
	const struct ksm_equal *equal;
	uint64_t state;
	bool stop;
	uint64_t rounds;
	uint64_t lost;
};

static void rest(struct writer *writer, uint64_t most)
{
	const struct timespec time = { .tv_nsec = (long)prng_below(&writer->state, most) };

	nanosleep(&time, NULL);
}

/* Each page must hold the last word written to it, and gets the next. */
static void exchange(struct writer *writer, uint64_t last, uint64_t next)
{
	volatile uint64_t *word;
	size_t i;

	for (i = 0; i < KSM_OTHERS; i++) {
		word = (volatile uint64_t *)(ksm_equal_other(writer->equal, i) + KSM_WORD);
		writer->lost += *word != last;
		*word = next;
	}
}

static void *write_on(void *arg)
{
	struct writer *writer = arg;
	uint64_t same = writer->equal->word, changed;

	while (!__atomic_load_n(&writer->stop, __ATOMIC_ACQUIRE)) {
		rest(writer, EQUAL_NS);
		changed = MARK | ++writer->rounds;
		exchange(writer, same, changed);
		rest(writer, CHANGED_NS);
		exchange(writer, changed, same);
	}
	return NULL;
}

/* ksmd without a rest, until it has been round often enough. */
static int scan_on(struct run *run)
{
	const struct timespec poll = { .tv_nsec = POLL_NS };
	struct ksm_counters start, now;
	struct timespec time, end;
	int err;

	err = ksm_counters_read(run, &start);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += PATIENCE_S;
	while (!err) {
		nanosleep(&poll, NULL);
		err = ksm_counters_read(run, &now);
		if (err || now.value[KC_FULL_SCANS] - start.value[KC_FULL_SCANS] >= SCANS)
			break;
		clock_gettime(CLOCK_MONOTONIC, &time);
		if (time.tv_sec >= end.tv_sec)
			err = run_error(run, -ETIMEDOUT, "ksmd: fewer than %d scans in %d s",
					SCANS, PATIENCE_S);
	}
	return err;
}

static unsigned int count_wrong(const struct ksm_equal *equal)
{
	unsigned int wrong = 0;
	size_t i;

	for (i = 0; i < KSM_EQUAL; i++)
		wrong += !!memcmp(equal->page + i * sizeof(equal->content), equal->content,
				  sizeof(equal->content));
	return wrong;
}

/* Without writes to merged pages nothing was raced: that would not be a pass. */
static void judge(const struct ksm_equal *equal, const struct writer *writer, uint64_t copied)
{
	unsigned int wrong = count_wrong(equal);

	run_check(equal->run, "race-content", "",
		  writer->lost || wrong || copied < KSM_OTHERS ? VERDICT_FAIL : VERDICT_PASS,
		  "%" PRIu64 " times %d pages were changed and back while ksmd scanned %d times or more: %" PRIu64 " words were not those last written (must be 0), %u pages are wrong in the end (must be 0), %" PRIu64 " writes came upon a merged page (must be %d or more)",
		  writer->rounds, KSM_OTHERS, SCANS, writer->lost, wrong, copied, KSM_OTHERS);
}

static int race(struct ksm_equal *equal, struct writer *writer)
{
	struct ksm_counters start, end;
	pthread_t thread;
	int err;

	err = ksm_counters_read(equal->run, &start);
	if (err)
		return err;
	err = pthread_create(&thread, NULL, write_on, writer);
	if (err)
		return run_error(equal->run, -err, "no thread: %s", strerror(err));
	err = scan_on(equal->run);
	__atomic_store_n(&writer->stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	if (!err)
		err = ksm_counters_read(equal->run, &end);
	if (!err)
		judge(equal, writer, end.value[KC_COW] - start.value[KC_COW]);
	return err;
}

int ksm_race(struct run *run)
{
	struct ksm_thread ksmd;
	struct ksm_equal equal;
	struct writer writer = { .equal = &equal, .state = run_seed(run) };
	int err;

	run_phase(run, "race");
	err = ksm_equal_open(&equal, run);
	if (!err)
		err = ksm_thread_start(run, &ksmd);
	if (!err)
		err = ksm_set(run, "pages_to_scan", KSM_EQUAL + 1);
	if (!err)
		err = ksm_set(run, "sleep_millisecs", 0);
	if (!err)
		err = race(&equal, &writer);
	ksm_equal_close(&equal);
	return err;
}
