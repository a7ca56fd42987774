/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sample run with what a report says of it, for the tests of reports.
 */
#ifndef PAGEMETA_TESTS_REPORT_MADE_H
#define PAGEMETA_TESTS_REPORT_MADE_H

#include "report-model.h"
#include "sample-run.h"

/** struct report_made - a run, compared, and what is said of it */
struct report_made {
	struct store_content content;
	struct compare compare;
	struct report_page page;
};

/** report_made_new() - of a sample run; a failure fails the running test */
void report_made_new(const struct sample_run *sample, struct report_made *ret_made);

/** report_made_say() - the rest of it, once its content is as it should be */
void report_made_say(struct report_made *made);

/** report_made_unsay() - all but the content is freed */
void report_made_unsay(struct report_made *made);
void report_made_free(struct report_made *made);

#endif
