/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the writers of the page share: each writes one part of it.
 */
#ifndef PAGEMETA_REPORT_HTML_H
#define PAGEMETA_REPORT_HTML_H

#include "html.h"
#include "report-pictures.h"
#include "report-private.h"

#define REPORT_ROWS 60		/* of a table; what is more is named, with a command */
#define REPORT_CONSOLES 8	/* excerpts of consoles */

/**
 * struct report_writer - a page being written
 * @page: what is said
 * @around: what is shown beside it
 * @trends: over earlier runs
 * @pictures: of the run and its trends
 * @out: where to
 */
struct report_writer {
	const struct report_page *page;
	const struct report_around *around;
	const struct report_trends *trends;
	const struct report_pictures *pictures;
	FILE *out;
};

/** report_section() - <section> with an anchor and a heading; ends with report_section_end() */
void report_section(const struct report_writer *writer, const char *id, const char *title);
void report_section_end(const struct report_writer *writer);

/** report_more() - "and 12 more; all: run-suite ...", where there are more than are shown */
void report_more(const struct report_writer *writer, size_t shown, size_t all,
		 const char *command);

/** report_change_cell() - a change with its sign, an arrow, and whether it is better or worse */
void report_change_cell(const struct report_writer *writer, const struct compare_row *row,
			double ratio);

/**
 * report_write_pictures() - those of a workload, with how many are left out
 * @writer: the page
 * @workload: whose; "" for metadata of the whole run, NULL for trends
 */
void report_write_pictures(const struct report_writer *writer, const char *workload);

void report_write_choice(const struct report_writer *writer);
void report_write_cards(const struct report_writer *writer);
void report_write_workloads(const struct report_writer *writer);
void report_write_metadata(const struct report_writer *writer);
void report_write_trends(const struct report_writer *writer);
void report_write_failures(const struct report_writer *writer);
void report_write_host(const struct report_writer *writer);
void report_write_calibration(const struct report_writer *writer);
void report_write_about(const struct report_writer *writer);

#endif
