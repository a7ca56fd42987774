/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of one variant.ini, split from variant.c, which finds the files and
 * follows the parents.
 */
#ifndef PAGEMETA_VARIANT_INI_H
#define PAGEMETA_VARIANT_INI_H

#include "variant.h"

/**
 * variant_ini_read() - read one variant.ini
 * @path: the file
 * @variant: has its name; help, parent, state, source, page_bytes, memmap_mapping, zspages,
 *	device_memmap, failed_bind, page_descriptors, descriptor_ranges, config and counters are
 *	set from it; the caller frees it, also after a failure
 * @err: file, line and what is wrong
 *
 * Return: 0, -ENOENT, -EINVAL, or another -errno of reading.
 */
int variant_ini_read(const char *path, struct variant *variant, struct err *err);

#endif
