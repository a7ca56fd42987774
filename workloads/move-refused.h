/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What move_pages() must not move, apart from what it moves.
 */
#ifndef PAGEMETA_MOVE_REFUSED_H
#define PAGEMETA_MOVE_REFUSED_H

#include <stddef.h>

struct run;

/**
 * move_pages_call() - move_pages(2) for this process
 * @nr: pages
 * @page: their addresses
 * @node: where to, or NULL to ask where they are
 * @status: receives a node or -errno for each
 * @flags: MPOL_MF_MOVE or MPOL_MF_MOVE_ALL
 *
 * Return: 0, the number of pages that could not be moved, or -1 with errno.
 */
long move_pages_call(size_t nr, void *const *page, const int *node, int *status, int flags);

/** move_refused() - check refused-as-documented. Return: 0 or -errno */
int move_refused(struct run *run);

/** move_referenced() - check referenced-page-stays. Return: 0 or -errno */
int move_referenced(struct run *run);

#endif
