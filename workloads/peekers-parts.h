/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of check peekers, one way of asking each.
 */
#ifndef PAGEMETA_PEEKERS_PARTS_H
#define PAGEMETA_PEEKERS_PARTS_H

#include "page-kind.h"
#include "peekers-guest.h"

/*
 * Each reports its checks and returns 0, or -errno when it could not ask; the reason
 * is recorded in the run of @kinds.
 */

/** peekers_totals() - check page-totals: all pages by kind */
int peekers_totals(struct peekers_guest *guest, struct page_kinds *kinds);

/** peekers_raw() - checks raw-memmap and pinned: struct pages through /proc/kcore */
int peekers_raw(struct peekers_guest *guest, struct page_kinds *kinds);

/** peekers_idle() - check page-idle: the bitmap of idle page tracking */
int peekers_idle(struct peekers_guest *guest, struct page_kinds *kinds);

/** peekers_holes() - check holes: reserved memory, persistent memory, no memory */
int peekers_holes(struct peekers_guest *guest, struct page_kinds *kinds);

/** peekers_block() - check memory-block: added, onlined, offlined */
int peekers_block(struct peekers_guest *guest, struct page_kinds *kinds);

/** peekers_kernel() - checks kernel-pages and soft-offline: slabs, page tables, pools of zswap */
int peekers_kernel(struct peekers_guest *guest, struct page_kinds *kinds);

/** peekers_balloon() - checks kernel-pages and soft-offline: pages in a balloon */
int peekers_balloon(struct peekers_guest *guest, struct page_kinds *kinds);

/** peekers_poison() - checks hwpoison and soft-offline */
int peekers_poison(struct peekers_guest *guest, struct page_kinds *kinds);

/** peekers_debug() - checks page-owner and kmemleak, on kernels that have them */
int peekers_debug(struct peekers_guest *guest, struct page_kinds *kinds);

#endif
