// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fields of each event in one fixed order, in the samples of a record. Both sides
 * have the same table of events, for the agent is built with its harness.
 */
#include "perfctr-msg.h"

#include <stdio.h>
#include <string.h>

/** enum field - of an event, in the order in which they travel */
enum field { F_ERROR, F_VIA, F_VALUE, F_RAW, F_ENABLED, F_RUNNING, FIELDS };

void perfctr_to_msg(const struct perfctr_phase *phase, struct msg *ret_msg)
{
	uint64_t *field = ret_msg->samples;

	ret_msg->type = MSG_COUNTERS;
	memset(ret_msg->number, 0, sizeof(ret_msg->number));
	ret_msg->number[0] = phase->number;
	ret_msg->number[1] = phase->windows;
	snprintf(ret_msg->text, sizeof(ret_msg->text), "%s", phase->name);
	ret_msg->nr_samples = PERFCTR_EVENTS * FIELDS;
	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++, field += FIELDS) {
		const struct perfctr_value *value = &phase->value[i];

		field[F_ERROR] = (uint64_t)value->error;
		field[F_VIA] = value->via;
		field[F_VALUE] = value->value;
		field[F_RAW] = value->raw;
		field[F_ENABLED] = value->enabled;
		field[F_RUNNING] = value->running;
	}
}

static bool in_range(const uint64_t *field)
{
	for (unsigned int i = F_VALUE; i < FIELDS; i++)
		if (field[i] > PERFCTR_MAX || (field[F_ERROR] && field[i]))
			return false;
	return field[F_ERROR] <= PERFCTR_ERRNO_MAX && field[F_VIA] < PERFCTR_VIAS;
}

static bool makes_sense(const struct perfctr_value *value)
{
	if (value->via == PERFCTR_VIA_ACCOUNT && (value->enabled || value->running))
		return false;
	if (value->enabled && !value->running)
		return false;
	return perfctr_multiplexed(value) ? value->value >= value->raw :
					    value->value == value->raw;
}

static bool take_value(const uint64_t *field, struct perfctr_value *value)
{
	if (!in_range(field))
		return false;
	*value = (struct perfctr_value){
		.error = (int)field[F_ERROR],
		.via = (enum perfctr_via)field[F_VIA],
		.value = field[F_VALUE],
		.raw = field[F_RAW],
		.enabled = field[F_ENABLED],
		.running = field[F_RUNNING],
	};
	return makes_sense(value);
}

static bool name_ok(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20)
			return false;
	return len && len < PERFCTR_PHASE_MAX;
}

int perfctr_from_msg(const struct msg *msg, struct perfctr_phase *ret_phase)
{
	struct perfctr_phase phase = { .number = msg->number[0], .windows = msg->number[1] };

	if (msg->nr_samples != PERFCTR_EVENTS * FIELDS || !name_ok(msg->text) ||
	    !phase.number || !phase.windows || phase.number > PERFCTR_MAX ||
	    phase.windows > PERFCTR_MAX)
		return -EBADMSG;
	strcpy(phase.name, msg->text);
	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++)
		if (!take_value(msg->samples + i * FIELDS, &phase.value[i]))
			return -EBADMSG;
	*ret_phase = phase;
	return 0;
}
