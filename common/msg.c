/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records to payloads and back. One table says which fields a record has and in
 * what order they travel, so that the two directions cannot disagree.
 */
#include "msg.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/** enum field - what a record can be made of */
enum field { F_NONE, F_NAME, F_LABELS, F_TEXT, F_VERDICT, F_NUMBERS, F_SAMPLES };

#define FIELDS_MAX 4

/** struct msg_layout - a record's name and its fields in order, ended by F_NONE */
struct msg_layout {
	const char *name;
	enum field field[FIELDS_MAX + 1];
};

static const struct msg_layout layouts[] = {
	[MSG_HELLO]	= { "hello", { F_NAME, F_TEXT, F_NUMBERS } },
	[MSG_SAMPLES]	= { "samples", { F_NAME, F_LABELS, F_SAMPLES } },
	[MSG_CHECK]	= { "check", { F_NAME, F_LABELS, F_VERDICT, F_TEXT } },
	[MSG_NOTE]	= { "note", { F_TEXT } },
	[MSG_ALIVE]	= { "alive", { F_TEXT } },
	[MSG_WINDOWS]	= { "windows", { F_NAME, F_LABELS, F_NUMBERS, F_SAMPLES } },
	[MSG_COUNTERS]	= { "counters", { F_TEXT, F_NUMBERS, F_SAMPLES } },
	[MSG_END]	= { "end", { F_VERDICT, F_TEXT } },
};

static const struct msg_layout *layout_find(unsigned int type)
{
	if (type >= sizeof(layouts) / sizeof(layouts[0]) || !layouts[type].name)
		return NULL;
	return &layouts[type];
}

const char *msg_type_name(uint16_t type)
{
	const struct msg_layout *layout = layout_find(type);

	return layout ? layout->name : "unknown";
}

static void put_samples(const struct msg *msg, struct wire_out *out)
{
	uint32_t i;

	if (msg->nr_samples > MSG_SAMPLES_MAX) {
		out->overflow = true;
		return;
	}
	wire_put_u32(out, msg->nr_samples);
	for (i = 0; i < msg->nr_samples; i++)
		wire_put_u64(out, msg->samples[i]);
}

static void put_field(const struct msg *msg, enum field field, struct wire_out *out)
{
	int i;

	switch (field) {
	case F_NONE:
		break;
	case F_NAME:
		wire_put_string(out, msg->name);
		break;
	case F_LABELS:
		wire_put_string(out, msg->labels);
		break;
	case F_TEXT:
		wire_put_string(out, msg->text);
		break;
	case F_VERDICT:
		wire_put_u8(out, (uint8_t)msg->verdict);
		break;
	case F_NUMBERS:
		for (i = 0; i < MSG_NUMBERS; i++)
			wire_put_u64(out, msg->number[i]);
		break;
	case F_SAMPLES:
		put_samples(msg, out);
		break;
	}
}

int msg_encode(const struct msg *msg, struct wire_out *out)
{
	const struct msg_layout *layout = layout_find((unsigned int)msg->type);
	const enum field *field;

	out->used = 0;
	out->overflow = !layout;
	for (field = layout ? layout->field : NULL; field && *field != F_NONE; field++)
		put_field(msg, *field, out);
	if (out->overflow || out->used > FRAME_PAYLOAD_MAX)
		return -EMSGSIZE;
	return 0;
}

size_t msg_name_span(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789" "._=,+-");
}

static void get_name(struct wire_in *in, char buf[WIRE_STRING_MAX + 1], bool may_be_empty)
{
	wire_get_string(in, buf);
	if ((!buf[0] && !may_be_empty) || buf[msg_name_span(buf)])
		in->bad = true;
}

static void get_verdict(struct wire_in *in, enum verdict *verdict)
{
	uint8_t value = wire_get_u8(in);

	if (value >= VERDICT_NR)
		in->bad = true;
	else
		*verdict = (enum verdict)value;
}

static void get_samples(struct wire_in *in, struct msg *msg)
{
	uint32_t nr = wire_get_u32(in);
	uint32_t i;

	if (nr > MSG_SAMPLES_MAX || nr > (in->size - in->pos) / 8) {
		in->bad = true;
		return;
	}
	for (i = 0; i < nr; i++)
		msg->samples[i] = wire_get_u64(in);
	msg->nr_samples = nr;
}

static void get_field(struct wire_in *in, enum field field, struct msg *msg)
{
	int i;

	switch (field) {
	case F_NONE:
		break;
	case F_NAME:
		get_name(in, msg->name, false);
		break;
	case F_LABELS:
		get_name(in, msg->labels, true);
		break;
	case F_TEXT:
		wire_get_string(in, msg->text);
		break;
	case F_VERDICT:
		get_verdict(in, &msg->verdict);
		break;
	case F_NUMBERS:
		for (i = 0; i < MSG_NUMBERS; i++)
			msg->number[i] = wire_get_u64(in);
		break;
	case F_SAMPLES:
		get_samples(in, msg);
		break;
	}
}

/* All but the sample buffer, which is half a megabyte and guarded by its count. */
static void msg_clear(struct msg *msg)
{
	msg->name[0] = '\0';
	msg->labels[0] = '\0';
	msg->text[0] = '\0';
	msg->verdict = VERDICT_PASS;
	memset(msg->number, 0, sizeof(msg->number));
	msg->nr_samples = 0;
}

int msg_decode(const struct frame *frame, struct msg *ret_msg)
{
	const struct msg_layout *layout = layout_find(frame->type);
	struct wire_in in = { .data = frame->payload, .size = frame->len };
	const enum field *field;

	if (!layout)
		return -EBADMSG;
	msg_clear(ret_msg);
	ret_msg->type = (enum msg_type)frame->type;
	for (field = layout->field; *field != F_NONE; field++)
		get_field(&in, *field, ret_msg);
	return in.bad || in.pos != in.size ? -EBADMSG : 0;
}
