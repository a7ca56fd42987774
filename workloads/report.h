/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks and figures of whoever is no workload: the agent tells the host at once, in a
 * workload's process they are kept with its own records.
 */
#ifndef PAGEMETA_REPORT_H
#define PAGEMETA_REPORT_H

#include <stdint.h>

#include "msg.h"

/**
 * struct report - whom to tell
 * @emit: called with each record (MSG_CHECK, MSG_SAMPLES)
 * @ctx: handed to it
 * @msg: scratch for the records
 */
struct report {
	void (*emit)(void *ctx, const struct msg *msg);
	void *ctx;
	struct msg *msg;
};

/** report_check() - a check with labels came out; the text says what was seen and expected */
void report_check(const struct report *report, const char *name, const char *labels,
		  enum verdict verdict, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/** report_value() - one sample of a series */
void report_value(const struct report *report, const char *series, const char *labels,
		  uint64_t value);

#endif
