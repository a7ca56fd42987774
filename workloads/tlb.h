/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a CPU remembers of page tables decides which pages count as used: x86 clears the
 * accessed bit of an entry without flushing the TLB (ptep_clear_flush_young() of
 * arch/x86/mm/pgtable.c), so that the bit stays clear while the page is used through the
 * TLB. QEMU sizes its TLB by the clock of the host (tlb_mmu_resize_locked() of
 * accel/tcg/cputlb.c): which entries it drops, and with that what reclaim takes, is not
 * the same in each boot, also under icount. Forgotten after each access, a page that is
 * used again is always seen to be.
 */
#ifndef PAGEMETA_TLB_H
#define PAGEMETA_TLB_H

struct run;

/**
 * tlb_prepare() - before the first tlb_forget()
 * @run: gets the reason of a failure
 *
 * Its area is there until the process ends, and locked in memory.
 *
 * Return: 0 or -errno.
 */
int tlb_prepare(struct run *run);

/** tlb_forget() - have the CPU forget all translations of this process: one mprotect() */
void tlb_forget(void);

#endif
