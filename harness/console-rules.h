/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to the console module: the words of a kernel in trouble.
 */
#ifndef PAGEMETA_CONSOLE_RULES_H
#define PAGEMETA_CONSOLE_RULES_H

#include "console.h"

/**
 * console_classify() - what a line says
 * @line: NUL-terminated, without newline
 * @ret_kind: set when the line speaks of trouble
 * @ret_text: set to the message in @line, without time stamps before it
 *
 * Return: true when the line speaks of trouble.
 */
bool console_classify(const char *line, enum console_kind *ret_kind, const char **ret_text);

/** console_message() - the last message in a line: what follows its last time stamp, or the line */
const char *console_message(const char *line);

/** console_find_rip() - the "RIP:" message in a line of kernel mode, NULL if it is none */
const char *console_find_rip(const char *line);

#endif
