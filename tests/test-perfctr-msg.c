// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The counters of a phase travel as a record: all of it comes back, and what makes no
 * sense is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "perfctr-msg.h"

#define FIELDS 6

static struct msg msg;	/* large; reused */

static struct perfctr_phase plain_phase(void)
{
	struct perfctr_phase phase = { .name = "op=fault-4k, warm", .number = 3, .windows = 2048 };

	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++)
		phase.value[i] = (struct perfctr_value){
			.via = PERFCTR_VIA_PERF, .value = 10 + i, .raw = 10 + i,
			.enabled = 100, .running = 100,
		};
	phase.value[0] = (struct perfctr_value){ .error = ENOENT };
	phase.value[1].running = 50;
	phase.value[1].value = PERFCTR_MAX;
	phase.value[2] = (struct perfctr_value){ .via = PERFCTR_VIA_ACCOUNT, .value = 7, .raw = 7 };
	return phase;
}

static void expect_same(const struct perfctr_phase *got, const struct perfctr_phase *want)
{
	assert_string_equal(got->name, want->name);
	assert_true(got->number == want->number && got->windows == want->windows);
	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++) {
		const struct perfctr_value *a = &got->value[i], *b = &want->value[i];

		assert_int_equal(a->error, b->error);
		assert_int_equal(a->via, b->via);
		assert_true(a->value == b->value && a->raw == b->raw);
		assert_true(a->enabled == b->enabled && a->running == b->running);
	}
}

/* Over the wire as well: the record is decoded from its bytes. */
static void a_phase_comes_back(void **state)
{
	static uint8_t payload[FRAME_PAYLOAD_MAX];
	struct wire_out out = { .data = payload, .size = sizeof(payload) };
	struct perfctr_phase phase = plain_phase(), got;
	struct frame frame = { .type = MSG_COUNTERS, .payload = payload };

	(void)state;
	perfctr_to_msg(&phase, &msg);
	assert_int_equal(msg_encode(&msg, &out), 0);
	frame.len = (uint32_t)out.used;
	memset(&msg, 0xff, sizeof(msg));
	assert_int_equal(msg_decode(&frame, &msg), 0);
	assert_int_equal(perfctr_from_msg(&msg, &got), 0);
	expect_same(&got, &phase);
}

static void expect_refused(void)
{
	struct perfctr_phase got = { .name = "kept" };

	assert_int_equal(perfctr_from_msg(&msg, &got), -EBADMSG);
	assert_string_equal(got.name, "kept");
}

static void make(void)
{
	const struct perfctr_phase phase = plain_phase();

	memset(&msg, 0, sizeof(msg));
	perfctr_to_msg(&phase, &msg);
}

static void phases_need_name_number_and_windows(void **state)
{
	static const char *const names[] = { "", "two\nlines", "a\ttab" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		make();
		strcpy(msg.text, names[i]);
		expect_refused();
	}
	make();
	memset(msg.text, 'x', PERFCTR_PHASE_MAX);
	msg.text[PERFCTR_PHASE_MAX] = '\0';
	expect_refused();
	for (unsigned int i = 0; i < 2; i++) {
		make();
		msg.number[i] = 0;
		expect_refused();
		msg.number[i] = (uint64_t)PERFCTR_MAX + 1;
		expect_refused();
	}
}

static void events_must_be_as_many_as_there_are(void **state)
{
	static const uint32_t nrs[] = { 0, 1, FIELDS, PERFCTR_EVENTS * FIELDS - 1,
					PERFCTR_EVENTS * FIELDS + 1, MSG_SAMPLES_MAX, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(nrs) / sizeof(nrs[0]); i++) {
		make();
		msg.nr_samples = nrs[i];
		expect_refused();
	}
}

/** struct wrong - a field of an event, what it is made, and of which event */
static const struct wrong {
	unsigned int event, field;
	uint64_t value;
} wrongs[] = {
	{ 0, 0, PERFCTR_ERRNO_MAX + 1 },	/* no errno */
	{ 0, 0, UINT64_MAX },
	{ 3, 0, ENOENT },			/* figures beside an errno */
	{ 0, 2, 1 },
	{ 0, 5, 1 },
	{ 3, 1, PERFCTR_VIAS },			/* nobody counts so */
	{ 3, 2, (uint64_t)PERFCTR_MAX + 1 },
	{ 3, 4, UINT64_MAX },
	{ 3, 2, 12 },				/* not shared, and not what was read */
	{ 3, 2, 14 },
	{ 1, 2, 10 },				/* scaled down */
	{ 3, 5, 0 },				/* never ran */
	{ 2, 4, 5 },				/* times of an account */
	{ 2, 5, 5 },
};

static void values_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		make();
		msg.samples[wrongs[i].event * FIELDS + wrongs[i].field] = wrongs[i].value;
		expect_refused();
	}
}

static uint64_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* What is accepted must be what the store can hold. */
static void random_records_are_survived(void **state)
{
	struct perfctr_phase got;
	uint64_t seed = 20240101;
	unsigned int accepted = 0;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		make();
		for (uint64_t i = draw(&seed) % 3 + 1; i; i--)
			msg.samples[draw(&seed) % (PERFCTR_EVENTS * FIELDS)] =
				draw(&seed) << draw(&seed) % 40;
		if (perfctr_from_msg(&msg, &got))
			continue;
		accepted++;
		for (unsigned int i = 0; i < PERFCTR_EVENTS; i++) {
			assert_in_range(got.value[i].error, 0, PERFCTR_ERRNO_MAX);
			assert_true(got.value[i].value <= PERFCTR_MAX);
			assert_true(got.value[i].value >= got.value[i].raw);
			assert_true(!got.value[i].error || !got.value[i].value);
		}
	}
	assert_in_range(accepted, 1, 99999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_phase_comes_back),
		cmocka_unit_test(phases_need_name_number_and_windows),
		cmocka_unit_test(events_must_be_as_many_as_there_are),
		cmocka_unit_test(values_that_make_no_sense_are_refused),
		cmocka_unit_test(random_records_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
