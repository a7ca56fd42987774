/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The forms in which a subcommand prints what it has found.
 */
#ifndef PAGEMETA_PRINT_FORMAT_H
#define PAGEMETA_PRINT_FORMAT_H

#include "util.h"

/**
 * enum print_format - text for people, json for programs, csv for spreadsheets, junit and
 * ktap for servers that collect test results, mail for lists, markdown for documents
 */
enum print_format {
	PRINT_TEXT, PRINT_JSON, PRINT_CSV, PRINT_JUNIT, PRINT_KTAP, PRINT_MAIL, PRINT_MARKDOWN,
	PRINT_NR
};

/* Sets of them, for what a subcommand can print. */
#define PRINT_SET(format) (1u << (format))
#define PRINT_PLAIN (PRINT_SET(PRINT_TEXT) | PRINT_SET(PRINT_JSON))
#define PRINT_FIGURES (PRINT_PLAIN | PRINT_SET(PRINT_CSV))
#define PRINT_TESTS (PRINT_SET(PRINT_JUNIT) | PRINT_SET(PRINT_KTAP) | PRINT_SET(PRINT_MAIL))

/** print_format_name() - "text", "json", ... */
const char *print_format_name(enum print_format format);

/** print_format_names() - add the names of a set to @list */
void print_format_names(unsigned int set, struct strv *list);

#endif
