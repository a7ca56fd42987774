/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame encoder and the decoder of a byte stream that a guest wrote: any
 * bytes may come, in pieces of any size, and the first wrong one ends it.
 */
#include "frame.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "wire.h"

#define HEADER_SUMMED 20	/* bytes of the header that its own checksum covers */

/**
 * struct frame_decoder - bytes that came and what is known of them
 * @buf: bytes not yet handed out start at @start
 * @start: first of them
 * @end: one past the last
 * @size: bytes allocated
 * @offset: place of @start in the whole stream
 * @seq: sequence number the next frame must have
 * @error: what the stream broke with, 0 while it is whole
 * @why: the sentence for it
 */
struct frame_decoder {
	uint8_t *buf;
	size_t start;
	size_t end;
	size_t size;
	uint64_t offset;
	uint32_t seq;
	int error;
	char why[160];
};

/** struct header - the fields of a frame's header */
struct header {
	uint32_t magic;
	uint16_t version;
	uint16_t type;
	uint32_t seq;
	uint32_t len;
	uint32_t payload_crc;
	uint32_t crc;
};

static uint32_t checksum(const void *data, size_t len)
{
	return (uint32_t)crc32(0, data, (uInt)len);
}

size_t frame_encode(uint16_t type, uint32_t seq, const void *payload, uint32_t len, uint8_t *out)
{
	struct wire_out header = { .data = out, .size = FRAME_HEADER };

	wire_put_u32(&header, FRAME_MAGIC);
	wire_put_u32(&header, FRAME_VERSION | (uint32_t)type << 16);
	wire_put_u32(&header, seq);
	wire_put_u32(&header, len);
	wire_put_u32(&header, len ? checksum(payload, len) : checksum("", 0));
	wire_put_u32(&header, checksum(out, HEADER_SUMMED));
	if (len)
		memcpy(out + FRAME_HEADER, payload, len);
	return FRAME_HEADER + (size_t)len;
}

struct frame_decoder *frame_decoder_new(void)
{
	return calloc(1, sizeof(struct frame_decoder));
}

void frame_decoder_free(struct frame_decoder *dec)
{
	if (!dec)
		return;
	free(dec->buf);
	free(dec);
}

/* Moves what is left to the front, and grows when that is not enough. */
static int make_room(struct frame_decoder *dec, size_t len)
{
	size_t left = dec->end - dec->start;
	uint8_t *buf;
	size_t size;

	if (len <= dec->size - dec->end)
		return 0;
	if (left)
		memmove(dec->buf, dec->buf + dec->start, left);
	dec->start = 0;
	dec->end = left;
	if (len <= dec->size - left)
		return 0;
	if (len > SIZE_MAX / 2 - left)
		return -ENOMEM;
	size = left + len > 2 * dec->size ? left + len : 2 * dec->size;
	buf = realloc(dec->buf, size);
	if (!buf)
		return -ENOMEM;
	dec->buf = buf;
	dec->size = size;
	return 0;
}

int frame_decoder_feed(struct frame_decoder *dec, const void *data, size_t len)
{
	int err;

	if (dec->error)
		return dec->error;
	if (!len)
		return 0;
	err = make_room(dec, len);
	if (err)
		return err;
	memcpy(dec->buf + dec->end, data, len);
	dec->end += len;
	return 0;
}

static int stuck(struct frame_decoder *dec, int error, const char *what)
{
	dec->error = error;
	snprintf(dec->why, sizeof(dec->why), "byte %llu of the stream: %s",
		 (unsigned long long)dec->offset, what);
	return error;
}

/* Garbage shorter than a header would otherwise look like a frame to come. */
static bool magic_possible(const uint8_t *at, size_t have)
{
	size_t i;

	for (i = 0; i < 4 && i < have; i++)
		if (at[i] != (uint8_t)(FRAME_MAGIC >> (8 * i)))
			return false;
	return true;
}

static void read_header(const uint8_t *at, struct header *header)
{
	struct wire_in in = { .data = at, .size = FRAME_HEADER };
	uint32_t word;

	header->magic = wire_get_u32(&in);
	word = wire_get_u32(&in);
	header->version = (uint16_t)word;
	header->type = (uint16_t)(word >> 16);
	header->seq = wire_get_u32(&in);
	header->len = wire_get_u32(&in);
	header->payload_crc = wire_get_u32(&in);
	header->crc = wire_get_u32(&in);
}

/* The header's own checksum comes first: before it holds, no field means anything. */
static int check_header(struct frame_decoder *dec, const uint8_t *at, const struct header *header)
{
	char what[96];

	if (header->crc != checksum(at, HEADER_SUMMED))
		return stuck(dec, -EBADMSG, "checksum of the frame's header does not hold");
	if (header->version != FRAME_VERSION) {
		snprintf(what, sizeof(what), "protocol version %u, expected %u", header->version,
			 FRAME_VERSION);
		return stuck(dec, -EPROTO, what);
	}
	if (header->len > FRAME_PAYLOAD_MAX) {
		snprintf(what, sizeof(what), "payload of %u bytes, at most %u are allowed",
			 header->len, FRAME_PAYLOAD_MAX);
		return stuck(dec, -EMSGSIZE, what);
	}
	if (header->seq != dec->seq) {
		snprintf(what, sizeof(what), "frame number %u, expected %u", header->seq, dec->seq);
		return stuck(dec, -EILSEQ, what);
	}
	return 0;
}

int frame_decoder_next(struct frame_decoder *dec, struct frame *ret_frame)
{
	size_t have = dec->end - dec->start;
	struct header header;
	const uint8_t *at;
	int err;

	if (dec->error)
		return dec->error;
	if (!have)
		return 0;
	at = dec->buf + dec->start;
	if (!magic_possible(at, have))
		return stuck(dec, -EBADMSG, "no frame starts here (wrong magic)");
	if (have < FRAME_HEADER)
		return 0;
	read_header(at, &header);
	err = check_header(dec, at, &header);
	if (err)
		return err;
	if (have - FRAME_HEADER < header.len)
		return 0;
	if (header.payload_crc != checksum(at + FRAME_HEADER, header.len))
		return stuck(dec, -EBADMSG, "checksum of the frame's payload does not hold");

	dec->start += FRAME_HEADER + header.len;
	dec->offset += FRAME_HEADER + header.len;
	dec->seq++;
	ret_frame->type = header.type;
	ret_frame->seq = header.seq;
	ret_frame->payload = at + FRAME_HEADER;
	ret_frame->len = header.len;
	return 1;
}

const char *frame_decoder_why(const struct frame_decoder *dec)
{
	return dec->why;
}

size_t frame_decoder_pending(const struct frame_decoder *dec)
{
	return dec->end - dec->start;
}
