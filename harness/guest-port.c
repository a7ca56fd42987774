// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent's records: checked for their order here, handed on otherwise
 * unread. The guest may be broken, so the first wrong record ends the trust.
 */
#include <stdarg.h>
#include <stdio.h>

#include "guest-private.h"
#include "perfctr-msg.h"

static void __attribute__((format(printf, 2, 3)))
garbage(struct guest *guest, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(guest->facts.garbage, sizeof(guest->facts.garbage), fmt, args);
	va_end(args);
	guest_close(guest, guest->limits.garbage_ns);
}

static void set_phase(struct guest *guest, const char *phase)
{
	snprintf(guest->facts.phase, sizeof(guest->facts.phase), "%.*s", GUEST_WHY_MAX, phase);
}

static void take_hello(struct guest *guest)
{
	guest->facts.hello = true;
	guest->result.ready_ns = clock_ns() - guest->start_ns;
	set_phase(guest, "hello");
}

static void take_end(struct guest *guest, const struct msg *msg)
{
	guest->facts.end = true;
	guest->result.end_verdict = msg->verdict;
	snprintf(guest->result.end_text, sizeof(guest->result.end_text), "%.*s",
		 (int)sizeof(guest->result.end_text) - 1, msg->text);
	set_phase(guest, "after END, should have powered off");
}

static void take_record(struct guest *guest, const struct msg *msg)
{
	const char *type = msg_type_name(msg->type);

	if (guest->facts.end) {
		garbage(guest, "the agent sends a record (%s) after END", type);
		return;
	}
	if (guest->facts.hello == (msg->type == MSG_HELLO)) {
		garbage(guest, guest->facts.hello ? "the agent says %s twice" :
						    "the agent begins with %s instead of hello",
			type);
		return;
	}
	if (msg->type == MSG_HELLO)
		take_hello(guest);
	if (msg->type == MSG_ALIVE)
		set_phase(guest, msg->text);
	if (msg->type == MSG_END)
		take_end(guest, msg);
	if (guest->config.on_msg)
		guest->config.on_msg(guest->config.on_msg_ctx, msg);
}

/* Counters are a record within a record. */
static bool makes_sense(struct guest *guest, const struct frame *frame)
{
	struct perfctr_phase phase;

	return !msg_decode(frame, guest->msg) &&
	       (guest->msg->type != MSG_COUNTERS || !perfctr_from_msg(guest->msg, &phase));
}

static void take_frame(struct guest *guest, const struct frame *frame)
{
	if (!makes_sense(guest, frame))
		garbage(guest, "record %u (%s, %u bytes): what it holds makes no sense", frame->seq,
			msg_type_name(frame->type), frame->len);
	else
		take_record(guest, guest->msg);
}

/* Also asked between records: on_msg may have stopped the guest. */
static bool trusted(const struct guest *guest)
{
	return !guest->facts.garbage[0] && guest->facts.cut != CUT_CALLER;
}

void guest_port_bytes(struct guest *guest, const void *data, size_t len)
{
	struct frame frame;
	int got = 0;

	/* What follows garbage is read and dropped, or the guest would wait for us. */
	if (!trusted(guest))
		return;
	if (!frame_decoder_feed(guest->decoder, data, len))
		while (trusted(guest) && (got = frame_decoder_next(guest->decoder, &frame)) > 0)
			take_frame(guest, &frame);
	if (got < 0)
		garbage(guest, "%s", frame_decoder_why(guest->decoder));
	guest->facts.unfinished = frame_decoder_pending(guest->decoder);
}
