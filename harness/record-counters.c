// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The performance counters of a cell: taken from its guest and from its vCPU threads, and
 * held against those of a second boot.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "perfctr-msg.h"
#include "record.h"

static void add(struct record *record, const struct store_counter *counter)
{
	struct store_counter copy = *counter;

	copy.source = str_dup(counter->source);
	copy.name = str_dup(counter->name);
	copy.event = str_dup(counter->event);
	copy.unit = str_dup(counter->unit);
	/* In steps of a power of two: a guest may send tens of thousands. */
	if (!(record->nr_counters & (record->nr_counters - 1)))
		record->counter = mem_grow(record->counter,
					   record->nr_counters ? record->nr_counters * 2 : 1,
					   sizeof(copy));
	record->counter[record->nr_counters++] = copy;
}

void record_copy_counters(struct record *record, const struct store_counter *counter, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		add(record, &counter[i]);
}

void record_add_phase(struct record *record, const char *source, const struct perfctr_phase *phase)
{
	if (record->nr_counters > RECORD_ENTRIES_MAX - PERFCTR_EVENTS) {
		record->overflow = true;
		return;
	}
	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++) {
		const struct store_counter counter = {
			.source = (char *)source,
			.phase = phase->number,
			.name = (char *)phase->name,
			.windows = phase->windows,
			.event = (char *)perfctr_event[i].name,
			.unit = (char *)perfctr_event[i].unit,
			.direction = perfctr_event[i].direction,
			.value = phase->value[i],
		};

		add(record, &counter);
	}
}

/* Numbers that go up: nothing comes twice. The module of guests has refused all else. */
void record_take_counters(struct record *record, const struct msg *msg)
{
	struct perfctr_phase phase;

	if (perfctr_from_msg(msg, &phase) || phase.number <= record->phase) {
		record->disorder = true;
		return;
	}
	record->phase = phase.number;
	record_add_phase(record, STORE_GUEST, &phase);
}

/* A row of the guest's that both boots must agree on. */
static bool is_exact(const struct store_counter *counter)
{
	if (strcmp(counter->source, STORE_GUEST))
		return false;
	for (unsigned int i = 0; i < PERFCTR_EVENTS; i++)
		if (!strcmp(perfctr_event[i].name, counter->event))
			return perfctr_event[i].exact || counter->value.error;
	return false;
}

static const struct store_counter *find(const struct store_counter *list, size_t nr,
					const struct store_counter *like)
{
	for (size_t i = 0; i < nr; i++)
		if (list[i].phase == like->phase && !strcmp(list[i].event, like->event) &&
		    !strcmp(list[i].source, like->source))
			return &list[i];
	return NULL;
}

static char *difference(const struct store_counter *a, const struct store_counter *b)
{
	if (!b)
		return str_printf("phase %" PRIu64 " (%s) was counted in one boot only", a->phase,
				  a->name);
	if (strcmp(a->name, b->name) || a->windows != b->windows)
		return str_printf("phase %" PRIu64 ": %" PRIu64 " windows of %s, then %" PRIu64
				  " of %s", a->phase, a->windows, a->name, b->windows, b->name);
	if (a->value.error != b->value.error)
		return str_printf("phase %" PRIu64 " (%s), %s: errno %d, then %d", a->phase, a->name,
				  a->event, a->value.error, b->value.error);
	if (a->value.raw != b->value.raw)
		return str_printf("phase %" PRIu64 " (%s), %s: %" PRIu64 ", then %" PRIu64, a->phase,
				  a->name, a->event, a->value.raw, b->value.raw);
	return NULL;
}

bool record_compare_counters(const struct store_counter *first, size_t nr_first,
			     const struct store_counter *second, size_t nr_second, char **ret_why)
{
	size_t same = 0;

	*ret_why = NULL;
	for (size_t i = 0; i < nr_first && !*ret_why; i++) {
		if (!is_exact(&first[i]))
			continue;
		*ret_why = difference(&first[i], find(second, nr_second, &first[i]));
		same += !first[i].value.error;
	}
	for (size_t i = 0; i < nr_second && !*ret_why; i++)
		if (is_exact(&second[i]) && !find(first, nr_first, &second[i]))
			*ret_why = difference(&second[i], NULL);
	if (*ret_why)
		return false;
	*ret_why = same ? str_printf("%zu counters", same) : str_dup("");
	return true;
}
