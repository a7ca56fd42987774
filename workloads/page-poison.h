/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page frames taken out of use and given back, by their number: memory failure as the
 * machine, and as the administrator, would ask for it.
 */
#ifndef PAGEMETA_PAGE_POISON_H
#define PAGEMETA_PAGE_POISON_H

#include <stdint.h>

/**
 * page_poison() - say that the memory of a frame has failed (hwpoison/corrupt-pfn)
 * @pfn: the frame
 *
 * Return: 0 or -errno, as of the other two.
 */
int page_poison(uint64_t pfn);

/** page_soft_offline() - move what is in @pfn and take it out of use (soft_offline_page) */
int page_soft_offline(uint64_t pfn);

/** page_unpoison() - give @pfn back after either (hwpoison/unpoison-pfn) */
int page_unpoison(uint64_t pfn);

#endif
