/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of KTAP, version 1 (Documentation/dev-tools/ktap.rst of the kernel). Texts may hold
 * any bytes.
 */
#ifndef PAGEMETA_KTAP_TEXT_H
#define PAGEMETA_KTAP_TEXT_H

#include <stddef.h>
#include <stdio.h>

/** enum ktap_text_result - of a test */
enum ktap_text_result {
	KTAP_TEXT_OK,
	KTAP_TEXT_NOT_OK,
	KTAP_TEXT_SKIP,	/* ok # SKIP why */
	KTAP_TEXT_ERROR,	/* not ok # ERROR why: it could not be carried out */
};

/** ktap_text_plan() - version and plan of @tests tests; @level is 0 at the top, 1 for their subtests */
void ktap_text_plan(unsigned int level, size_t tests, FILE *out);

/** ktap_text_note() - "# TEXT", each line of it; stands before the result that it is about */
void ktap_text_note(unsigned int level, const char *text, FILE *out);

/**
 * ktap_text_line() - a result line
 * @level: see ktap_text_plan()
 * @result: how it came out
 * @number: of the test, from 1
 * @name: what was tested; '#' becomes '?', since no description may hold one
 * @why: after KTAP_TEXT_SKIP and KTAP_TEXT_ERROR; NULL or "" for nothing
 * @out: where to
 */
void ktap_text_line(unsigned int level, enum ktap_text_result result, size_t number, const char *name,
		 const char *why, FILE *out);

#endif
