/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel for programs that boot a guest themselves.
 */
#ifndef PAGEMETA_TESTS_GUEST_KERNEL_H
#define PAGEMETA_TESTS_GUEST_KERNEL_H

#include "kernel.h"

/** guest_kernel() - baseline, of $PAGEMETA_KERNELS, built if need be. Return: 0 or -errno */
int guest_kernel(struct kernel_image *ret_image, struct err *err);

#endif
