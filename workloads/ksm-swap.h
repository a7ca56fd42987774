/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KSM pages on their way to zswap and back. */
#ifndef PAGEMETA_KSM_SWAP_H
#define PAGEMETA_KSM_SWAP_H

struct ksm_round;
struct run;

/** ksm_swap_setup() - switch on zswap and a swap device. Return: 0 or a reported error */
int ksm_swap_setup(struct run *run);
void ksm_swap_cleanup(void);

/**
 * ksm_swap() - swap all pages of a round out and in again, then merge them again
 * @round: the round, everything merged
 *
 * Checks swapped-to-zswap by the counters of swap, zswap and KSM: a KSM page goes out
 * once for all its sharers, comes in once, and is copied for each but the first of
 * them. Series swapin, one sample a page.
 */
int ksm_swap(struct ksm_round *round);

#endif
