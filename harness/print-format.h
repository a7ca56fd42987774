/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The forms in which a subcommand prints figures.
 */
#ifndef PAGEMETA_PRINT_FORMAT_H
#define PAGEMETA_PRINT_FORMAT_H

/** enum print_format - text for people, json for programs, csv for spreadsheets */
enum print_format { PRINT_TEXT, PRINT_JSON, PRINT_CSV };

#endif
