// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Gets the baseline kernel; see guest-kernel.h.
 */
#include "guest-kernel.h"

#include <stdlib.h>

int guest_kernel(struct kernel_image *ret_image, struct err *err)
{
	struct kernel_builder builder = { .kernels = getenv("PAGEMETA_KERNELS"),
					  .limit = UINT64_MAX };
	struct variant *variant;
	int error;

	if (!builder.kernels)
		return err_set(err, -EINVAL, "PAGEMETA_KERNELS is not set");
	error = variant_load(builder.kernels, "baseline", &variant, err);
	if (error)
		return error;
	error = kernel_build(&builder, variant, ret_image, err);
	variant_free(variant);
	return error;
}
