/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the records: all of them come back field by field, and a payload that
 * is cut, stretched or wrong anywhere is refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "msg.h"

/** struct scratch - room that is too large for a stack */
struct scratch {
	struct msg in;
	struct msg out;
	uint8_t payload[FRAME_PAYLOAD_MAX];
};

static int group_setup(void **state)
{
	*state = calloc(1, sizeof(struct scratch));
	return *state ? 0 : -1;
}

static int group_teardown(void **state)
{
	free(*state);
	return 0;
}

static void make(struct msg *msg, enum msg_type type)
{
	uint32_t i;

	memset(msg, 0, offsetof(struct msg, samples));
	msg->type = type;
	strcpy(msg->name, "some-name.6+1");
	strcpy(msg->labels, "content=text,pool=zbud");
	strcpy(msg->text, "a reason,\nof two lines: 100 %");
	msg->verdict = VERDICT_INCONCLUSIVE;
	msg->number[0] = 4;
	msg->number[1] = 1ull << 40;
	msg->number[2] = UINT64_MAX;
	msg->nr_samples = 5;
	for (i = 0; i < msg->nr_samples; i++)
		msg->samples[i] = UINT64_MAX / (i + 1);
}

static size_t encode(struct scratch *scratch)
{
	struct wire_out out = { .data = scratch->payload, .size = sizeof(scratch->payload) };

	assert_int_equal(msg_encode(&scratch->in, &out), 0);
	return out.used;
}

/* From a copy of exact size, so that the sanitizer sees any step too far. */
static int decode(struct scratch *scratch, uint16_t type, const uint8_t *payload, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct frame frame = { .type = type, .payload = copy, .len = (uint32_t)len };
	int err;

	memcpy(copy, payload, len);
	err = msg_decode(&frame, &scratch->out);
	free(copy);
	return err;
}

static void expect_text(const char *got, const char *want, bool has)
{
	assert_string_equal(got, has ? want : "");
}

static void all_records_come_back(void **state)
{
	struct scratch *s = *state;
	int type;

	for (type = MSG_HELLO; type <= MSG_END; type++) {
		bool series = type == MSG_SAMPLES || type == MSG_WINDOWS;
		bool sampled = series || type == MSG_COUNTERS;
		bool labelled = series || type == MSG_CHECK;
		bool named = labelled || type == MSG_HELLO;
		bool numbered = type == MSG_HELLO || type == MSG_WINDOWS || type == MSG_COUNTERS;

		make(&s->in, (enum msg_type)type);
		assert_int_equal(decode(s, (uint16_t)type, s->payload, encode(s)), 0);
		assert_int_equal(s->out.type, type);
		expect_text(s->out.name, s->in.name, named);
		expect_text(s->out.labels, s->in.labels, labelled);
		expect_text(s->out.text, s->in.text, !series);
		assert_int_equal(s->out.verdict, type == MSG_CHECK || type == MSG_END ?
				 VERDICT_INCONCLUSIVE : VERDICT_PASS);
		assert_true(s->out.number[2] == (numbered ? UINT64_MAX : 0));
		assert_int_equal(s->out.nr_samples, sampled ? 5 : 0);
		if (sampled)
			assert_memory_equal(s->out.samples, s->in.samples, 5 * sizeof(uint64_t));
	}
}

static void every_shorter_or_longer_payload_is_refused(void **state)
{
	struct scratch *s = *state;
	size_t len, cut;
	int type;

	for (type = MSG_HELLO; type <= MSG_END; type++) {
		make(&s->in, (enum msg_type)type);
		len = encode(s);
		for (cut = 0; cut < len; cut++)
			assert_int_equal(decode(s, (uint16_t)type, s->payload, cut), -EBADMSG);
		s->payload[len] = 0;
		assert_int_equal(decode(s, (uint16_t)type, s->payload, len + 1), -EBADMSG);
	}
}

static void unknown_types_are_refused(void **state)
{
	struct scratch *s = *state;
	uint32_t type;

	make(&s->in, MSG_NOTE);
	encode(s);
	for (type = 0; type <= UINT16_MAX; type++) {
		if (type >= MSG_HELLO && type <= MSG_END)
			continue;
		assert_int_equal(decode(s, (uint16_t)type, s->payload, 4), -EBADMSG);
		assert_string_equal(msg_type_name((uint16_t)type), "unknown");
	}
	assert_string_equal(msg_type_name(MSG_ALIVE), "alive");
}

static int name_passes(struct scratch *s, const char *name, const char *labels)
{
	make(&s->in, MSG_CHECK);
	strcpy(s->in.name, name);
	strcpy(s->in.labels, labels);
	return decode(s, MSG_CHECK, s->payload, encode(s)) == 0;
}

static void names_may_only_hold_the_agreed_characters(void **state)
{
	struct scratch *s = *state;
	char name[2] = "";
	int c;

	for (c = 1; c < 256; c++) {
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || strchr("._=,+-", c);

		name[0] = (char)c;
		assert_int_equal(name_passes(s, name, ""), good);
		assert_int_equal(name_passes(s, "x", name), good);
	}
	assert_false(name_passes(s, "", "a=b"));
}

static void verdicts_out_of_range_are_refused(void **state)
{
	struct scratch *s = *state;
	int verdict;

	for (verdict = 0; verdict < 256; verdict++) {
		make(&s->in, MSG_END);
		s->in.verdict = (enum verdict)verdict;
		assert_int_equal(decode(s, MSG_END, s->payload, encode(s)),
				 verdict < VERDICT_NR ? 0 : -EBADMSG);
	}
}

static void most_samples_fit_a_frame_and_one_more_does_not(void **state)
{
	struct scratch *s = *state;
	struct wire_out out = { .data = s->payload, .size = sizeof(s->payload) };

	make(&s->in, MSG_SAMPLES);
	memset(s->in.name, 'n', WIRE_STRING_MAX);
	memset(s->in.labels, 'l', WIRE_STRING_MAX);
	s->in.nr_samples = MSG_SAMPLES_MAX;
	assert_int_equal(decode(s, MSG_SAMPLES, s->payload, encode(s)), 0);
	assert_int_equal(s->out.nr_samples, MSG_SAMPLES_MAX);
	s->in.nr_samples = MSG_SAMPLES_MAX + 1;
	assert_int_equal(msg_encode(&s->in, &out), -EMSGSIZE);
	s->in.nr_samples = 10;
	out.size = 20;
	assert_int_equal(msg_encode(&s->in, &out), -EMSGSIZE);
	s->in.type = (enum msg_type)99;
	assert_int_equal(msg_encode(&s->in, &out), -EMSGSIZE);
	memset(&s->in, 0, offsetof(struct msg, samples));
}

static void one_sample_too_many_is_refused_even_when_it_is_there(void **state)
{
	struct scratch *s = *state;
	const uint32_t nr = MSG_SAMPLES_MAX + 1;
	size_t len;

	make(&s->in, MSG_SAMPLES);
	len = encode(s) - 5 * 8;
	memcpy(s->payload + len - 4, &nr, 4);
	memset(s->payload + len, 0, nr * 8);
	assert_int_equal(decode(s, MSG_SAMPLES, s->payload, len + nr * 8), -EBADMSG);
}

static void a_count_of_samples_that_are_not_there_is_refused(void **state)
{
	static const uint32_t counts[] = { 6, MSG_SAMPLES_MAX, MSG_SAMPLES_MAX + 1, 0x20000005,
					   0xffffffff };
	struct scratch *s = *state;
	size_t len, i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		make(&s->in, MSG_SAMPLES);
		len = encode(s);
		memcpy(s->payload + len - 5 * 8 - 4, &counts[i], 4);
		assert_int_equal(decode(s, MSG_SAMPLES, s->payload, len), -EBADMSG);
	}
}

static uint64_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* Nothing to assert but that it returns: the sanitizers watch. */
static void random_payloads_are_survived(void **state)
{
	struct scratch *s = *state;
	uint64_t seed = 20240101;
	size_t len, i;
	int round, err;

	for (round = 0; round < 30000; round++) {
		make(&s->in, (enum msg_type)(MSG_HELLO + draw(&seed) % MSG_END));
		len = encode(s);
		for (i = draw(&seed) % 4 + 1; i; i--)
			s->payload[draw(&seed) % len] = (uint8_t)draw(&seed);
		err = decode(s, (uint16_t)(draw(&seed) % (MSG_END + 2)), s->payload, draw(&seed) % (len + 1));
		assert_true(err == 0 || err == -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_records_come_back),
		cmocka_unit_test(every_shorter_or_longer_payload_is_refused),
		cmocka_unit_test(unknown_types_are_refused),
		cmocka_unit_test(names_may_only_hold_the_agreed_characters),
		cmocka_unit_test(verdicts_out_of_range_are_refused),
		cmocka_unit_test(most_samples_fit_a_frame_and_one_more_does_not),
		cmocka_unit_test(one_sample_too_many_is_refused_even_when_it_is_there),
		cmocka_unit_test(a_count_of_samples_that_are_not_there_is_refused),
		cmocka_unit_test(random_payloads_are_survived),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
