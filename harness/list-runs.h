/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs below a folder, as a list.
 */
#ifndef PAGEMETA_LIST_RUNS_H
#define PAGEMETA_LIST_RUNS_H

#include <stdio.h>

#include "err.h"

/**
 * list_runs() - a line for each run: when, engine, what ran, how it came out
 * @results: folder that holds runs
 * @out: where to; the newest run stands last, next to the prompt
 * @err: the folder cannot be read
 *
 * A run that cannot be read is named, with the reason.
 *
 * Return: 0, or -errno when @results cannot be read.
 */
int list_runs(const char *results, FILE *out, struct err *err);

#endif
