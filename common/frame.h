/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Framing of records on the virtio-serial port. The port is one-way, guest to
 * host: what the host has to say stands in the initramfs (see job.h), because
 * input that arrives while a guest runs would end bit-identical runs.
 */
#ifndef PAGEMETA_FRAME_H
#define PAGEMETA_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_MAGIC	0x314d4750u	/* "PGM1", little endian */
#define FRAME_VERSION	1
#define FRAME_HEADER	24		/* bytes on the wire */
#define FRAME_PAYLOAD_MAX (1u << 20)	/* longer payloads are split by the sender */

/*
 * Header, little endian:
 *	 0 u32 magic
 *	 4 u16 version
 *	 6 u16 type
 *	 8 u32 sequence number, from 0, by 1
 *	12 u32 payload length
 *	16 u32 CRC-32 (zlib) of the payload
 *	20 u32 CRC-32 (zlib) of the 20 bytes before
 */

/**
 * struct frame - one decoded frame
 * @type: enum msg_type, not yet checked
 * @seq: its sequence number
 * @payload: points into the decoder's buffer, valid until the next call
 * @len: bytes of payload
 */
struct frame {
	uint16_t type;
	uint32_t seq;
	const uint8_t *payload;
	uint32_t len;
};

/**
 * frame_encode() - write header and payload
 * @type: record type
 * @seq: sequence number
 * @payload: bytes
 * @len: how many, at most FRAME_PAYLOAD_MAX
 * @out: room for FRAME_HEADER + @len bytes
 *
 * Return: bytes written.
 */
size_t frame_encode(uint16_t type, uint32_t seq, const void *payload, uint32_t len, uint8_t *out);

struct frame_decoder;

/** frame_decoder_new() - Return: a decoder, or NULL without memory */
struct frame_decoder *frame_decoder_new(void);
void frame_decoder_free(struct frame_decoder *dec);

/**
 * frame_decoder_feed() - add bytes as they came from the port
 * @dec: the decoder
 * @data: bytes, copied
 * @len: how many
 *
 * Return: 0, -ENOMEM, or the error the decoder is stuck in.
 */
int frame_decoder_feed(struct frame_decoder *dec, const void *data, size_t len);

/**
 * frame_decoder_next() - the next whole frame
 * @dec: the decoder
 * @ret_frame: set when 1 is returned
 *
 * A stream that once went wrong stays wrong: nothing after garbage can be
 * trusted to belong to this run.
 *
 * Return: 1 a frame, 0 more bytes are needed, or
 * -EBADMSG wrong magic or checksum, -EPROTO another version of the protocol,
 * -EMSGSIZE payload longer than FRAME_PAYLOAD_MAX, -EILSEQ sequence number out
 * of order. frame_decoder_why() has the sentence.
 */
int frame_decoder_next(struct frame_decoder *dec, struct frame *ret_frame);

/** frame_decoder_why() - what was wrong and at which byte; "" while all is well */
const char *frame_decoder_why(const struct frame_decoder *dec);

/** frame_decoder_pending() - bytes of an unfinished frame (0 at a clean end of stream) */
size_t frame_decoder_pending(const struct frame_decoder *dec);

#endif
