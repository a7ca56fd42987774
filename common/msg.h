/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records that travel in frames. One struct for all of them: a decoder that
 * fills one struct is easier to test to the last byte than seven.
 */
#ifndef PAGEMETA_MSG_H
#define PAGEMETA_MSG_H

#include "frame.h"
#include "verdict.h"
#include "wire.h"

/**
 * enum msg_type - what a record says
 * @MSG_HELLO: first record: @text agent version, @name kernel release,
 *	@number[0] CPUs, @number[1] MemTotal in bytes, @number[2] guest uptime in ns
 * @MSG_SAMPLES: raw samples of series @name with @labels; may come in several
 *	records, which are appended in order
 * @MSG_CHECK: check @name with @labels came out as @verdict, @text is the reason
 * @MSG_NOTE: @text for the record of the cell
 * @MSG_ALIVE: the workload is still at work; @text is its phase
 * @MSG_WINDOWS: the windows in which samples of series @name with @labels were taken, in
 *	the same order: what the traffic plugin calls them is MSG_WINDOW_SLOT() and
 *	MSG_WINDOW_SERIAL() of each; 0 for none. Each window is of @number[0] operations
 * @MSG_COUNTERS: what was counted in the phase @text, see perfctr-msg.h
 * @MSG_END: last record: the workload's own @verdict and reason @text
 */
enum msg_type {
	MSG_HELLO = 1, MSG_SAMPLES, MSG_CHECK, MSG_NOTE, MSG_ALIVE, MSG_WINDOWS,
	MSG_COUNTERS, MSG_END
};

#define MSG_WINDOW_SERIAL_BITS 20
#define MSG_WINDOW(slot, serial) ((uint64_t)(slot) << MSG_WINDOW_SERIAL_BITS | (serial))
#define MSG_WINDOW_SLOT(window) ((window) >> MSG_WINDOW_SERIAL_BITS)
#define MSG_WINDOW_SERIAL(window) ((window) & ((UINT64_C(1) << MSG_WINDOW_SERIAL_BITS) - 1))

#define MSG_SAMPLES_MAX 65536	/* samples in one record */
#define MSG_NUMBERS 3

/**
 * struct msg - a decoded record
 * @type: what it is; the fields that do not belong to it are empty
 * @name: see enum msg_type
 * @labels: "key=value,key=value" in the workload's order, or ""
 * @text: see enum msg_type
 * @verdict: see enum msg_type
 * @number: see enum msg_type
 * @samples: values, the first @nr_samples count
 * @nr_samples: at most MSG_SAMPLES_MAX
 *
 * Large (the sample buffer is inside): keep one, reuse it.
 */
struct msg {
	enum msg_type type;
	char name[WIRE_STRING_MAX + 1];
	char labels[WIRE_STRING_MAX + 1];
	char text[WIRE_STRING_MAX + 1];
	enum verdict verdict;
	uint64_t number[MSG_NUMBERS];
	uint32_t nr_samples;
	uint64_t samples[MSG_SAMPLES_MAX];
};

/**
 * msg_encode() - the payload of a record
 * @msg: what to say
 * @out: cleared and filled
 *
 * Return: 0 or -EMSGSIZE.
 */
int msg_encode(const struct msg *msg, struct wire_out *out);

/**
 * msg_decode() - a record from a frame
 * @frame: a frame whose checksum held
 * @ret_msg: filled; contents undefined on failure
 *
 * Names and labels may only hold [A-Za-z0-9._=,+-]; a verdict must be one;
 * bytes left over are an error.
 *
 * Return: 0 or -EBADMSG.
 */
int msg_decode(const struct frame *frame, struct msg *ret_msg);

/** msg_name_span() - bytes at the start of @text that names and labels may hold */
size_t msg_name_span(const char *text);

/** msg_type_name() - "hello", "samples", ...; "unknown" */
const char *msg_type_name(uint16_t type);

#endif
