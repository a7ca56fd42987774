/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the framing: a whole stream comes through in pieces of any size, and
 * any damage ends it at the frame it hit, never later and never silently.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "frame.h"
#include "wire.h"

#define NR_FRAMES 4

static const uint32_t payload_len[NR_FRAMES] = { 0, 1, 40, 17 };

static uint8_t payload_byte(uint32_t frame, uint32_t i)
{
	return (uint8_t)(frame * 37 + i * 11 + 3);
}

static size_t encode_one(uint32_t frame, uint32_t seq, uint8_t *out)
{
	uint8_t payload[64] = { 0 };
	uint32_t i;

	for (i = 0; i < payload_len[frame]; i++)
		payload[i] = payload_byte(frame, i);
	return frame_encode((uint16_t)(frame + 1), seq, payload, payload_len[frame], out);
}

/* Four frames one after the other; ret_end gets where each ends. */
static size_t make_stream(uint8_t *out, size_t ret_end[NR_FRAMES])
{
	size_t used = 0;
	uint32_t i;

	for (i = 0; i < NR_FRAMES; i++) {
		used += encode_one(i, i, out + used);
		ret_end[i] = used;
	}
	return used;
}

static void expect_frame(const struct frame *frame, uint32_t nr)
{
	uint32_t i;

	assert_int_equal(frame->seq, nr);
	assert_int_equal(frame->type, nr + 1);
	assert_int_equal(frame->len, payload_len[nr]);
	for (i = 0; i < frame->len; i++)
		assert_int_equal(frame->payload[i], payload_byte(nr, i));
}

/* Decodes; returns how many frames were right before the end or the error. */
static uint32_t decode(const uint8_t *data, size_t len, size_t piece, int *ret_error,
		       size_t *ret_pending)
{
	struct frame_decoder *dec = frame_decoder_new();
	struct frame frame;
	uint32_t nr = 0;
	size_t at, n;
	int err = 0;

	for (at = 0; at < len && err >= 0; at += n) {
		uint8_t *copy;

		n = len - at < piece ? len - at : piece;
		copy = malloc(n);
		memcpy(copy, data + at, n);
		assert_int_equal(frame_decoder_feed(dec, copy, n), 0);
		free(copy);
		while ((err = frame_decoder_next(dec, &frame)) == 1)
			expect_frame(&frame, nr++);
	}
	assert_int_equal(err < 0, frame_decoder_why(dec)[0] != '\0');
	if (err < 0) {
		assert_int_equal(frame_decoder_next(dec, &frame), err);
		assert_int_equal(frame_decoder_feed(dec, "x", 1), err);
	}
	*ret_error = err;
	*ret_pending = frame_decoder_pending(dec);
	frame_decoder_free(dec);
	return nr;
}

static void stream_comes_through_in_pieces_of_any_size(void **state)
{
	size_t end[NR_FRAMES], len, piece, pending;
	uint8_t stream[512];
	int err;

	(void)state;
	len = make_stream(stream, end);
	for (piece = 1; piece <= len; piece++) {
		assert_int_equal(decode(stream, len, piece, &err, &pending), NR_FRAMES);
		assert_int_equal(err, 0);
		assert_int_equal(pending, 0);
	}
}

static void every_prefix_gives_its_whole_frames_and_no_error(void **state)
{
	size_t end[NR_FRAMES], len, cut, pending;
	uint8_t stream[512];
	uint32_t nr, whole;
	int err;

	(void)state;
	len = make_stream(stream, end);
	for (cut = 0; cut < len; cut++) {
		for (whole = 0; end[whole] <= cut; whole++)
			;
		nr = decode(stream, cut, 7, &err, &pending);
		assert_int_equal(nr, whole);
		assert_int_equal(err, 0);
		assert_int_equal(pending, cut - (whole ? end[whole - 1] : 0));
	}
}

static void any_flipped_bit_ends_the_stream_at_its_frame(void **state)
{
	size_t end[NR_FRAMES], len, at, pending;
	uint8_t stream[512];
	uint32_t hit;
	int bit, err;

	(void)state;
	len = make_stream(stream, end);
	for (at = 0; at < len; at++) {
		for (hit = 0; end[hit] <= at; hit++)
			;
		for (bit = 0; bit < 8; bit++) {
			stream[at] ^= (uint8_t)(1 << bit);
			assert_int_equal(decode(stream, len, 512, &err, &pending), hit);
			assert_int_equal(err, -EBADMSG);
			stream[at] ^= (uint8_t)(1 << bit);
		}
	}
}

static void expect_stream(const uint8_t *stream, size_t len, uint32_t nr, int error)
{
	size_t pending;
	int err;

	assert_int_equal(decode(stream, len, 512, &err, &pending), nr);
	assert_int_equal(err, error);
}

static void repeated_missing_and_reordered_frames_are_out_of_order(void **state)
{
	uint8_t stream[512];
	size_t len;

	(void)state;
	len = encode_one(0, 0, stream);
	len += encode_one(0, 0, stream + len);		/* repeated */
	expect_stream(stream, len, 1, -EILSEQ);
	len = encode_one(0, 0, stream);
	len += encode_one(2, 2, stream + len);		/* one is missing */
	expect_stream(stream, len, 1, -EILSEQ);
	len = encode_one(1, 1, stream);			/* swapped */
	len += encode_one(0, 0, stream + len);
	expect_stream(stream, len, 0, -EILSEQ);
}

/* Rewrites a 16 or 32 bit field of a header and its checksum. */
static void rewrite(uint8_t *header, size_t at, uint32_t value, size_t bytes)
{
	struct wire_out crc = { .data = header + 20, .size = 4 };
	size_t i;

	for (i = 0; i < bytes; i++)
		header[at + i] = (uint8_t)(value >> (8 * i));
	wire_put_u32(&crc, (uint32_t)crc32(0, header, 20));
}

static void headers_with_right_checksum_and_wrong_fields_are_refused(void **state)
{
	uint8_t stream[512];
	size_t len;

	(void)state;
	len = encode_one(2, 0, stream);
	rewrite(stream, 4, FRAME_VERSION + 1, 2);
	expect_stream(stream, len, 0, -EPROTO);
	len = encode_one(2, 0, stream);
	rewrite(stream, 12, FRAME_PAYLOAD_MAX + 1, 4);
	expect_stream(stream, len, 0, -EMSGSIZE);
	rewrite(stream, 12, 0xffffffff, 4);
	expect_stream(stream, len, 0, -EMSGSIZE);
	len = encode_one(2, 0, stream);
	rewrite(stream, 0, 0x12345678, 4);
	expect_stream(stream, len, 0, -EBADMSG);
}

static void garbage_shorter_than_a_header_is_seen(void **state)
{
	(void)state;
	expect_stream((const uint8_t *)"x", 1, 0, -EBADMSG);
	expect_stream((const uint8_t *)"PGM2", 4, 0, -EBADMSG);
	expect_stream((const uint8_t *)"PGM", 3, 0, 0);
}

static void garbage_after_a_frame_ends_the_stream(void **state)
{
	uint8_t stream[512];
	size_t len = encode_one(0, 0, stream);

	(void)state;
	memcpy(stream + len, "login: ", 7);
	expect_stream(stream, len + 7, 1, -EBADMSG);
}

static void largest_payload_comes_through(void **state)
{
	uint8_t *out = malloc(FRAME_HEADER + FRAME_PAYLOAD_MAX);
	uint8_t *payload = malloc(FRAME_PAYLOAD_MAX);
	struct frame_decoder *dec = frame_decoder_new();
	struct frame frame;
	size_t len;

	(void)state;
	memset(payload, 0xa5, FRAME_PAYLOAD_MAX);
	len = frame_encode(2, 0, payload, FRAME_PAYLOAD_MAX, out);
	assert_int_equal(frame_decoder_feed(dec, out, len), 0);
	assert_int_equal(frame_decoder_next(dec, &frame), 1);
	assert_int_equal(frame.len, FRAME_PAYLOAD_MAX);
	assert_memory_equal(frame.payload, payload, FRAME_PAYLOAD_MAX);
	assert_int_equal(frame_decoder_next(dec, &frame), 0);
	frame_decoder_free(dec);
	free(payload);
	free(out);
}

static uint64_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* Whatever is done to the stream, frames that come out are those that went in. */
static void random_damage_never_makes_a_wrong_frame(void **state)
{
	size_t end[NR_FRAMES], len, n, pending;
	uint8_t stream[512], damaged[512];
	uint64_t seed = 20240101;
	int round, k, err;

	(void)state;
	len = make_stream(stream, end);
	for (round = 0; round < 20000; round++) {
		memcpy(damaged, stream, len);
		n = len;
		for (k = (int)(draw(&seed) % 4); k >= 0; k--)
			damaged[draw(&seed) % n] = (uint8_t)draw(&seed);
		if (draw(&seed) % 4 == 0)
			n = draw(&seed) % (len + 1);
		if (draw(&seed) % 4 == 0 && n > 8)
			memmove(damaged + draw(&seed) % (n / 2), damaged + draw(&seed) % (n / 2),
				n / 2);
		decode(damaged, n, 1 + draw(&seed) % 64, &err, &pending);
		assert_true(err <= 0);
	}
	for (round = 0; round < 2000; round++) {	/* noise with a believable start */
		for (n = 4; n < sizeof(damaged); n++)
			damaged[n] = (uint8_t)draw(&seed);
		memcpy(damaged, "PGM1", 4);
		assert_int_equal(decode(damaged, n, 100, &err, &pending), 0);
		assert_int_equal(err, -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stream_comes_through_in_pieces_of_any_size),
		cmocka_unit_test(every_prefix_gives_its_whole_frames_and_no_error),
		cmocka_unit_test(any_flipped_bit_ends_the_stream_at_its_frame),
		cmocka_unit_test(repeated_missing_and_reordered_frames_are_out_of_order),
		cmocka_unit_test(headers_with_right_checksum_and_wrong_fields_are_refused),
		cmocka_unit_test(garbage_shorter_than_a_header_is_seen),
		cmocka_unit_test(garbage_after_a_frame_ends_the_stream),
		cmocka_unit_test(largest_payload_comes_through),
		cmocka_unit_test(random_damage_never_makes_a_wrong_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
