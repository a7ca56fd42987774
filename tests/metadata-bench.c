// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes looks at a made-up guest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metadata-bench.h"

static void keep(void *ctx, const struct msg *msg)
{
	struct bench *bench = ctx;
	struct told *told = &bench->told[bench->nr++];

	assert_true(bench->nr <= RECORDS_MAX);
	told->type = msg->type;
	snprintf(told->name, sizeof(told->name), "%.63s", msg->name);
	snprintf(told->labels, sizeof(told->labels), "%.63s", msg->labels);
	snprintf(told->text, sizeof(told->text), "%.1023s", msg->text);
	told->verdict = msg->verdict;
	told->sample = msg->type == MSG_SAMPLES ? msg->samples[0] : 0;
}

int audit_setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	*state = bench;
	fake_memory_make(&bench->fake);
	strcpy(bench->job.memmap_mapping, "2M");
	bench->job.page_bytes = 64;
	bench->source.root = bench->fake.root;
	bench->source.job = &bench->job;
	bench->report = (struct report){ .emit = keep, .ctx = bench, .msg = &bench->msg };
	return 0;
}

int audit_teardown(void **state)
{
	struct bench *bench = *state;

	metadata_free(&bench->now);
	fake_memory_remove(&bench->fake);
	free(bench);
	return 0;
}

int audit_look(struct bench *bench)
{
	int err;

	metadata_free(&bench->now);
	bench->nr = 0;
	bench->why[0] = '\0';
	err = metadata_read(&bench->source, &bench->now, bench->why);
	if (!err)
		metadata_report(&bench->report, &bench->source, METADATA_BOOT, &bench->now);
	return err;
}

const struct told *audit_find(const struct bench *bench, enum msg_type type, const char *name,
			       const char *labels)
{
	size_t i;

	for (i = 0; i < bench->nr; i++)
		if (bench->told[i].type == type && !strcmp(bench->told[i].name, name) &&
		    !strcmp(bench->told[i].labels, labels))
			return &bench->told[i];
	return NULL;
}

void audit_expect(const struct bench *bench, const char *name, const char *labels,
		   enum verdict verdict, const char *part)
{
	const struct told *told = audit_find(bench, MSG_CHECK, name, labels);

	assert_non_null(told);
	if (!strstr(told->text, part))
		assert_string_equal(told->text, part);
	assert_int_equal(told->verdict, verdict);
}

/* The check of a kind, and that no other check of this look failed. */
void audit_expect_only(const struct bench *bench, const char *name, const char *labels,
			const char *part)
{
	size_t i;

	audit_expect(bench, name, labels, VERDICT_FAIL, part);
	for (i = 0; i < bench->nr; i++)
		if (bench->told[i].type == MSG_CHECK && strcmp(bench->told[i].name, name) &&
		    bench->told[i].verdict != VERDICT_PASS)
			fail_msg("%s %s: %s", bench->told[i].name, bench->told[i].labels,
				 bench->told[i].text);
}

uint64_t audit_bytes(const struct bench *bench, const char *labels)
{
	const struct told *told = audit_find(bench, MSG_SAMPLES, METADATA_SERIES, labels);

	return told ? told->sample : UINT64_MAX;
}
