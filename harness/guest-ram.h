/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to the guest module: reading a guest's RAM out of QEMU's mappings.
 */
#ifndef PAGEMETA_GUEST_RAM_H
#define PAGEMETA_GUEST_RAM_H

#include <stdio.h>
#include <sys/types.h>

#include "guest.h"

/**
 * guest_ram_parse() - add up the mappings of a text like /proc/PID/smaps
 * @smaps: read to its end
 * @sizes: of memory backends, in bytes: a mapping of such a size is one
 * @nr: of them
 * @ret_ram: set on success
 *
 * Return: 0, or -ENODATA when there is no such mapping.
 */
int guest_ram_parse(FILE *smaps, const uint64_t *sizes, unsigned int nr, struct guest_ram *ret_ram);

/** guest_ram_read() - the same of a QEMU @pid that was started as @config says. Return: also -errno */
int guest_ram_read(const struct guest_config *config, pid_t pid, struct guest_ram *ret_ram);

#endif
