/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own search for memory that nobody points to.
 */
#ifndef PAGEMETA_KMEMLEAK_H
#define PAGEMETA_KMEMLEAK_H

struct run;

/**
 * kmemleak_check() - check kmemleak: two scans report nothing
 * @run: gets the check, or the reason of a failure
 *
 * Waits until everything that is there now is old enough to be reported, which takes
 * more than 10 seconds of the guest's time.
 *
 * Return: 0, also on kernels without kmemleak, where nothing is reported; or -errno.
 */
int kmemleak_check(struct run *run);

#endif
