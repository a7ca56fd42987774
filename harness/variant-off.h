/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What variants switch off, and the same switched off in what they are compared with: a
 * kernel that has to do without an option is no measure for one that has it.
 */
#ifndef PAGEMETA_VARIANT_OFF_H
#define PAGEMETA_VARIANT_OFF_H

#include "variant.h"

/** struct variant_off - the options that a variant switches off; the lines are its own */
struct variant_off {
	const struct kconfig_line **line;
	size_t nr;
};

/**
 * variant_off_list() - what is switched off in a variant
 * @variant: with its parents, whose options come first; what a child switches on again is not
 *	among them
 * @ret_off: freed with variant_off_free()
 */
void variant_off_list(const struct variant *variant, struct variant_off *ret_off);
void variant_off_free(struct variant_off *off);

/** variant_off_text() - malloc'd "CONFIG_X: reason", a line for each option */
char *variant_off_text(const struct variant *variant);

/**
 * variant_match() - switch off in a variant what another one switches off
 * @kernels: the folder that holds the variants
 * @variant: without "+debug"; gets the options, and "+OTHER" at the end of its name
 * @other: name of a variant
 * @err: it switches nothing off, or what @variant is made to have
 *
 * What the patches of @other remove stays.
 *
 * Return: 0, -EINVAL, or what loading @other gave.
 */
int variant_match(const char *kernels, struct variant *variant, const char *other,
		  struct err *err);

/**
 * variant_match_all() - names of variants that can be compared with each other
 * @kernels: the folder that holds the variants
 * @names: names; "baseline" becomes "baseline+OTHER" where OTHER switches off what baseline
 *	does not. Kernels with "+debug" and those without it are matched among themselves, and
 *	nothing is matched with what a mutant itself switches off
 * @ret_said: a line about each name that has changed is added
 * @err: as of variant_load() and variant_match()
 *
 * Return: 0 or -errno; then @names are as they were.
 */
int variant_match_all(const char *kernels, struct strv *names, struct strv *ret_said,
		      struct err *err);

#endif
