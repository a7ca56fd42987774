/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bench for the accounting of metadata: a made-up guest, one look at it, and what was said
 * of it.
 */
#ifndef PAGEMETA_TESTS_METADATA_BENCH_H
#define PAGEMETA_TESTS_METADATA_BENCH_H

#include "fake-memory.h"
#include "metadata-check.h"

#define RECORDS_MAX 64

/** struct told - a record, without its room for samples */
struct told {
	enum msg_type type;
	char name[64];
	char labels[64];
	char text[1024];
	enum verdict verdict;
	uint64_t sample;
};

/** struct bench - the guest, and what was said of it */
struct bench {
	struct fake_memory fake;
	struct job job;
	struct metadata_source source;
	struct metadata now;
	char why[METADATA_WHY];
	struct msg msg;
	struct report report;
	struct told told[RECORDS_MAX];
	size_t nr;
};

/** audit_setup()/audit_teardown() - a bench per test, in *state: a sound guest of 64 B a page */
int audit_setup(void **state);
int audit_teardown(void **state);

/** audit_look() - take a look, and judge it. Return: of metadata_read() */
int audit_look(struct bench *bench);

/** audit_find() - a record of the last look, or NULL */
const struct told *audit_find(const struct bench *bench, enum msg_type type, const char *name,
			      const char *labels);

/** audit_expect() - the check was made, with that verdict and that in its reason */
void audit_expect(const struct bench *bench, const char *name, const char *labels,
		  enum verdict verdict, const char *part);

/** audit_expect_only() - the check failed, and no other of this look */
void audit_expect_only(const struct bench *bench, const char *name, const char *labels,
		       const char *part);

/** audit_bytes() - a figure of METADATA_SERIES; UINT64_MAX for none */
uint64_t audit_bytes(const struct bench *bench, const char *labels);

#endif
