/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bench on which the harness runs guests that fake-qemu plays: a folder of its
 * own, the records a guest sent, and how it ended.
 */
#ifndef PAGEMETA_TESTS_GUEST_BENCH_H
#define PAGEMETA_TESTS_GUEST_BENCH_H

#include "guest-private.h"

/**
 * struct bench - a folder, the fake, and what a guest said
 * @impatient: silence, NMI and garbage are waited for in tenths of seconds
 */
struct bench {
	bool impatient;
	char *dir;
	char *console;
	char *qemu;
	struct strv records;
	struct guest_config config;
	struct guest_result result;
};

/** bench_open() - cmocka's setup; *state becomes a struct bench */
int bench_open(void **state);

/** bench_close() - cmocka's teardown */
int bench_close(void **state);

/** bench_find_fake() - malloc'd path of fake-qemu: $FAKE_QEMU, or beside the test */
char *bench_find_fake(void);

/** bench_start() - a guest that does what @script says; fails the test if it cannot */
struct guest *bench_start(struct bench *bench, const char *script);

/** bench_step() - step until it ends */
void bench_step(struct guest *guest);

/** bench_step_until() - step until @nr records came */
void bench_step_until(struct bench *bench, struct guest *guest, size_t nr);

/** bench_run() - from start to end; the result is in @bench */
void bench_run(struct bench *bench, const char *script);

/** bench_expect() - fail the test unless the guest ended so, with @reason in its reason */
void bench_expect(const struct bench *bench, enum guest_end end, enum verdict verdict,
		  const char *reason);

/** bench_expect_kept() - fail the test unless the kept console has @words */
void bench_expect_kept(const struct bench *bench, const char *words);

#endif
