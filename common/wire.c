/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounded reading and writing of little-endian integers and strings. All
 * lengths are compared by subtraction from what is left, so that no sum of a
 * length a guest wrote can wrap around.
 */
#include "wire.h"

#include <string.h>

static uint8_t *reserve(struct wire_out *out, size_t len)
{
	uint8_t *at;

	if (out->overflow || len > out->size - out->used) {
		out->overflow = true;
		return NULL;
	}
	at = out->data + out->used;
	out->used += len;
	return at;
}

static void put_int(struct wire_out *out, uint64_t value, size_t len)
{
	uint8_t *at = reserve(out, len);
	size_t i;

	if (!at)
		return;
	for (i = 0; i < len; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

void wire_put_u8(struct wire_out *out, uint8_t value)
{
	put_int(out, value, 1);
}

void wire_put_u32(struct wire_out *out, uint32_t value)
{
	put_int(out, value, 4);
}

void wire_put_u64(struct wire_out *out, uint64_t value)
{
	put_int(out, value, 8);
}

void wire_put_string(struct wire_out *out, const char *text)
{
	size_t len = strnlen(text, WIRE_STRING_MAX);
	uint8_t *at = reserve(out, 4 + len);

	if (!at)
		return;
	out->used -= 4 + len;
	wire_put_u32(out, (uint32_t)len);
	memcpy(at + 4, text, len);
	out->used += len;
}

static const uint8_t *take(struct wire_in *in, size_t len)
{
	const uint8_t *at;

	if (in->bad || len > in->size - in->pos) {
		in->bad = true;
		return NULL;
	}
	at = in->data + in->pos;
	in->pos += len;
	return at;
}

static uint64_t get_int(struct wire_in *in, size_t len)
{
	const uint8_t *at = take(in, len);
	uint64_t value = 0;
	size_t i;

	if (!at)
		return 0;
	for (i = 0; i < len; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

uint8_t wire_get_u8(struct wire_in *in)
{
	return (uint8_t)get_int(in, 1);
}

uint32_t wire_get_u32(struct wire_in *in)
{
	return (uint32_t)get_int(in, 4);
}

uint64_t wire_get_u64(struct wire_in *in)
{
	return get_int(in, 8);
}

static char printable(uint8_t byte)
{
	if (byte == '\t' || byte == '\n')
		return (char)byte;
	return byte < 0x20 || byte == 0x7f ? '?' : (char)byte;
}

void wire_get_string(struct wire_in *in, char buf[WIRE_STRING_MAX + 1])
{
	uint32_t len = wire_get_u32(in);
	const uint8_t *at;
	uint32_t i;

	buf[0] = '\0';
	if (len > WIRE_STRING_MAX)
		in->bad = true;
	at = take(in, len);
	if (!at)
		return;
	for (i = 0; i < len; i++)
		buf[i] = printable(at[i]);
	buf[len] = '\0';
}
