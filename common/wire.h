/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cursors over byte buffers: little-endian integers, length-prefixed strings.
 * Reading is total: it never goes past the end and never trusts a length that
 * a guest wrote; the first bad read latches an error that all later reads keep.
 */
#ifndef PAGEMETA_WIRE_H
#define PAGEMETA_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct wire_out - a bounded buffer being written
 * @data: start, owned by the caller
 * @size: capacity in bytes
 * @used: bytes written so far
 * @overflow: a write did not fit; nothing of it was written
 */
struct wire_out {
	uint8_t *data;
	size_t size;
	size_t used;
	bool overflow;
};

/**
 * struct wire_in - a buffer being read
 * @data: start, owned by the caller
 * @size: bytes there are
 * @pos: bytes consumed
 * @bad: a read went past the end or met an invalid string
 */
struct wire_in {
	const uint8_t *data;
	size_t size;
	size_t pos;
	bool bad;
};

#define WIRE_STRING_MAX 4095	/* longest string on the wire, without its NUL */

void wire_put_u8(struct wire_out *out, uint8_t value);
void wire_put_u32(struct wire_out *out, uint32_t value);
void wire_put_u64(struct wire_out *out, uint64_t value);

/**
 * wire_put_string() - length (32 bits) and bytes, without a NUL
 * @out: where to
 * @text: a string; cut to WIRE_STRING_MAX bytes
 */
void wire_put_string(struct wire_out *out, const char *text);

uint8_t wire_get_u8(struct wire_in *in);
uint32_t wire_get_u32(struct wire_in *in);
uint64_t wire_get_u64(struct wire_in *in);

/**
 * wire_get_string() - read a string into a buffer of WIRE_STRING_MAX + 1 bytes
 * @in: where from
 * @buf: receives the text and a NUL; bytes below 0x20 other than tab and
 *	newline, and 0x7f, become '?', so that what a guest sent can be printed
 *
 * A length over WIRE_STRING_MAX or past the end sets @in->bad and empties @buf.
 */
void wire_get_string(struct wire_in *in, char buf[WIRE_STRING_MAX + 1]);

#endif
