/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workloads and checks described in Markdown, from what they declare: what
 * docs/workloads.md is made of, so that it cannot differ from the code.
 */
#ifndef PAGEMETA_CATALOGUE_H
#define PAGEMETA_CATALOGUE_H

#include <stdio.h>

#include "workload.h"

/**
 * catalogue_print() - the whole document
 * @table: workloads, ended by NULL; those that break a guest on purpose are left out
 * @out: where to
 */
void catalogue_print(const struct workload *const *table, FILE *out);

#endif
