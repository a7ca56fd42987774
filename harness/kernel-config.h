/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel configuration of a variant: merged from fragments, completed by the
 * kernel's own tools, and then checked option by option, because Kconfig drops
 * what it does not like without an error.
 */
#ifndef PAGEMETA_KERNEL_CONFIG_H
#define PAGEMETA_KERNEL_CONFIG_H

#include "kernel-make.h"

/** struct kernel_config - merged options, sorted, each once */
struct kernel_config {
	struct kconfig_line *line;
	size_t nr;
};

/**
 * kernel_config_merge() - all options a variant asks for
 * @kernels: folder with base.config and debug.config
 * @variant: its parents' and its own options come last
 * @debug: put debug.config between
 * @ret_config: freed with kernel_config_free()
 * @err: file, line and what is wrong
 *
 * base.config, debug.config, then [config] of the oldest parent down to the
 * variant's own; a later line wins over an earlier one of the same option, so
 * that a variant can refuse a debug option.
 *
 * Return: 0, -EINVAL, or an -errno of reading.
 */
int kernel_config_merge(const char *kernels, const struct variant *variant, bool debug,
			struct kernel_config *ret_config, struct err *err);
void kernel_config_free(struct kernel_config *config);

/** kernel_config_text() - malloc'd text in the form of a .config */
char *kernel_config_text(const struct kernel_config *config);

/** kernel_config_hash() - SHA-256 over kernel_config_text() */
void kernel_config_hash(const struct kernel_config *config, char ret_hex[HASH_HEX]);

/**
 * kernel_config_check() - whether each option stuck
 * @path: the completed .config
 * @config: what was asked for
 * @name: variant, for @err
 * @err: each option that did not stick, what was wanted and what it is
 *
 * Return: 0, -EBADMSG, or an -errno of reading.
 */
int kernel_config_check(const char *path, const struct kernel_config *config, const char *name,
			struct err *err);

/**
 * kernel_config_make() - give a tree its .config and check it
 * @mk: the tree
 * @config: what is asked for
 * @err: as of kernel_make() and kernel_config_check()
 */
int kernel_config_make(const struct kernel_make *mk, const struct kernel_config *config,
		       struct err *err);

/**
 * kconfig_value() - the value of an option in the text of a .config
 * @text: the text
 * @option: "CONFIG_X"
 *
 * Return: malloc'd value; "n" for "is not set"; NULL when it is not there.
 */
char *kconfig_value(const char *text, const char *option);

#endif
