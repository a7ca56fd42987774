// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sample run with what a report says of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report-made.h"

void report_made_say(struct report_made *made)
{
	struct err err = { "" };

	if (compare_make(&made->content, &made->compare, &err))
		fail_msg("%s", err.text);
	report_make(&made->compare, &made->page);
}

void report_made_new(const struct sample_run *sample, struct report_made *ret_made)
{
	sample_run_load(sample, &ret_made->content);
	report_made_say(ret_made);
}

void report_made_unsay(struct report_made *made)
{
	report_free(&made->page);
	compare_free(&made->compare);
}

void report_made_free(struct report_made *made)
{
	report_made_unsay(made);
	store_content_free(&made->content);
}
