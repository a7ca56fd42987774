/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Swap on a RAM disk. Guest RAM and not a host file backs it, because I/O of the
 * host ends at another instruction in every run.
 */
#ifndef PAGEMETA_SWAP_DEVICE_H
#define PAGEMETA_SWAP_DEVICE_H

#include <stdint.h>

struct run;

#define SWAP_DEVICE "/dev/ram0"

/**
 * swap_device_on() - write a swap header to SWAP_DEVICE and start to swap on it
 * @run: gets the reason of a failure
 * @min_pages: pages it must have room for
 *
 * Return: 0, -EOPNOTSUPP when there is no RAM disk or it is too small, -errno.
 */
int swap_device_on(struct run *run, uint64_t min_pages);

/** swap_device_on_path() - the same on another device, "/dev/zram0" */
int swap_device_on_path(struct run *run, const char *path, uint64_t min_pages);

/** swap_device_off() - stop to swap on it; not being on is no error */
void swap_device_off(void);

#endif
