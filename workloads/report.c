/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes records of checks and figures.
 */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>

static struct msg *begin(const struct report *report, enum msg_type type, const char *name,
			 const char *labels)
{
	struct msg *msg = report->msg;

	msg->type = type;
	snprintf(msg->name, sizeof(msg->name), "%s", name);
	snprintf(msg->labels, sizeof(msg->labels), "%s", labels);
	return msg;
}

void report_check(const struct report *report, const char *name, const char *labels,
		  enum verdict verdict, const char *fmt, ...)
{
	struct msg *msg = begin(report, MSG_CHECK, name, labels);
	va_list args;

	msg->verdict = verdict;
	va_start(args, fmt);
	vsnprintf(msg->text, sizeof(msg->text), fmt, args);
	va_end(args);
	report->emit(report->ctx, msg);
}

void report_value(const struct report *report, const char *series, const char *labels,
		  uint64_t value)
{
	struct msg *msg = begin(report, MSG_SAMPLES, series, labels);

	msg->samples[0] = value;
	msg->nr_samples = 1;
	report->emit(report->ctx, msg);
}
