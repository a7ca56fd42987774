// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Merges, completes and checks a kernel configuration; see kernel-config.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel-config.h"

#define UNSET_HEAD "# "
#define UNSET_TAIL " is not set"

static void set_option(struct kernel_config *config, const char *option, size_t option_len,
		       const char *value, size_t value_len)
{
	for (size_t i = 0; i < config->nr; i++) {
		struct kconfig_line *line = &config->line[i];

		if (strncmp(line->option, option, option_len) || line->option[option_len])
			continue;
		free(line->value);
		line->value = str_printf("%.*s", (int)value_len, value);
		return;
	}
	config->line = mem_grow(config->line, config->nr + 1, sizeof(*config->line));
	config->line[config->nr++] = (struct kconfig_line){
		.option = str_printf("%.*s", (int)option_len, option),
		.value = str_printf("%.*s", (int)value_len, value),
	};
}

static size_t option_length(const char *text)
{
	if (strncmp(text, "CONFIG_", 7))
		return 0;
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
}

/* "CONFIG_X=v", "# CONFIG_X is not set", or nothing of interest. Return: false for neither. */
static bool parse_line(struct kernel_config *config, const char *line, size_t len)
{
	size_t option;

	while (len && strchr(" \t\r", line[len - 1]))
		len--;
	if (!len)
		return true;
	if (*line == '#') {
		option = len > 2 ? option_length(line + 2) : 0;
		if (option && len == 2 + option + strlen(UNSET_TAIL) &&
		    !strncmp(line + 2 + option, UNSET_TAIL, strlen(UNSET_TAIL)))
			set_option(config, line + 2, option, "n", 1);
		return true;
	}
	option = option_length(line);
	if (option <= 7 || option + 1 >= len || line[option] != '=')
		return false;
	set_option(config, line, option, line + option + 1, len - option - 1);
	return true;
}

static int merge_file(struct kernel_config *config, const char *kernels, const char *file,
		      struct err *err)
{
	char *path = str_printf("%s/%s", kernels, file), *text;
	int error;

	error = fs_read(path, &text, NULL, err);
	if (error)
		goto out;
	for (const char *line = text; *line && !error; ) {
		size_t len = strcspn(line, "\n");

		if (!parse_line(config, line, len))
			error = err_set(err, -EINVAL,
					"%s: \"%.*s\": must be CONFIG_X=value or # CONFIG_X is not set",
					path, (int)(len < 200 ? len : 200), line);
		line += len + (line[len] == '\n');
	}
	free(text);
out:
	free(path);
	return error;
}

static void merge_variant(struct kernel_config *config, const struct variant *variant)
{
	if (variant->up)
		merge_variant(config, variant->up);
	for (size_t i = 0; i < variant->nr_config; i++) {
		const struct kconfig_line *line = &variant->config[i];

		set_option(config, line->option, strlen(line->option), line->value,
			   strlen(line->value));
	}
}

static int by_option(const void *a, const void *b)
{
	return strcmp(((const struct kconfig_line *)a)->option,
		      ((const struct kconfig_line *)b)->option);
}

int kernel_config_merge(const char *kernels, const struct variant *variant, bool debug,
			struct kernel_config *ret_config, struct err *err)
{
	struct kernel_config config = { 0 };
	int error;

	error = merge_file(&config, kernels, "base.config", err);
	if (!error && debug)
		error = merge_file(&config, kernels, "debug.config", err);
	if (error) {
		kernel_config_free(&config);
		return error;
	}
	merge_variant(&config, variant);
	/* Sorted, so that moving a line in a file does not make another kernel. */
	if (config.nr)
		qsort(config.line, config.nr, sizeof(*config.line), by_option);
	*ret_config = config;
	return 0;
}

void kernel_config_free(struct kernel_config *config)
{
	for (size_t i = 0; i < config->nr; i++) {
		free(config->line[i].option);
		free(config->line[i].value);
	}
	free(config->line);
	*config = (struct kernel_config){ 0 };
}

static char *setting_text(const struct kconfig_line *line)
{
	if (!strcmp(line->value, "n"))
		return str_printf(UNSET_HEAD "%s" UNSET_TAIL, line->option);
	return str_printf("%s=%s", line->option, line->value);
}

char *kernel_config_text(const struct kernel_config *config)
{
	struct strv lines = { 0 };
	char *text;

	for (size_t i = 0; i < config->nr; i++) {
		char *line = setting_text(&config->line[i]);

		strv_add(&lines, "%s", line);
		free(line);
	}
	strv_add(&lines, "%s", "");
	text = strv_join(&lines, "\n");
	strv_free(&lines);
	return text;
}

void kernel_config_hash(const struct kernel_config *config, char ret_hex[HASH_HEX])
{
	char *text = kernel_config_text(config);
	struct hash *hash = hash_new();

	hash_add_string(hash, text);
	hash_end(hash, ret_hex);
	free(text);
}

/* --- the completed configuration --- */

char *kconfig_value(const char *text, const char *option)
{
	char *unset = str_printf(UNSET_HEAD "%s" UNSET_TAIL, option);
	size_t option_len = strlen(option), unset_len = strlen(unset);
	char *value = NULL;

	while (*text && !value) {
		size_t len = strcspn(text, "\n");

		if (len == unset_len && !strncmp(text, unset, len))
			value = str_dup("n");
		else if (len > option_len && !strncmp(text, option, option_len) &&
			 text[option_len] == '=')
			value = str_printf("%.*s", (int)(len - option_len - 1), text + option_len + 1);
		text += len + (text[len] == '\n');
	}
	free(unset);
	return value;
}

static const char *shown(const char *value)
{
	if (!value)
		return "not there";
	return strcmp(value, "n") ? value : "not set";
}

int kernel_config_check(const char *path, const struct kernel_config *config, const char *name,
			struct err *err)
{
	struct strv faults = { 0 };
	char *text, *all;
	int error;

	error = fs_read(path, &text, NULL, err);
	if (error)
		return error;
	for (size_t i = 0; i < config->nr; i++) {
		const struct kconfig_line *line = &config->line[i];
		char *got = kconfig_value(text, line->option);

		/* An option that is off is often not there, with what it depends on. */
		if (strcmp(got ? got : "n", line->value))
			strv_add(&faults, "  %s: wanted %s, got %s", line->option, shown(line->value),
				 shown(got));
		free(got);
	}
	free(text);
	if (faults.nr) {
		all = strv_join(&faults, "\n");
		error = err_set(err, -EBADMSG,
				"%s: the kernel's configuration does not have %zu of the options asked for (not in this source, or something they depend on is off):\n%.3000s",
				name, faults.nr, all);
		free(all);
	}
	strv_free(&faults);
	return error;
}

static int append(const char *path, const char *added, struct err *err)
{
	char *text, *whole;
	int error;

	error = fs_read(path, &text, NULL, err);
	if (error)
		return error;
	whole = str_printf("%s%s", text, added);
	error = fs_write(path, whole, strlen(whole), err);
	free(whole);
	free(text);
	return error;
}

int kernel_config_make(const struct kernel_make *mk, const struct kernel_config *config,
		       struct err *err)
{
	char *path = str_printf("%s/.config", mk->dir), *text = kernel_config_text(config);
	int error;

	error = kernel_make(mk, (const char *const[]){ "tinyconfig", NULL }, NULL, err);
	if (!error)
		error = append(path, text, err);
	if (!error)
		error = kernel_make(mk, (const char *const[]){ "olddefconfig", NULL }, NULL, err);
	if (!error)
		error = kernel_config_check(path, config, mk->site->name, err);
	free(text);
	free(path);
	return error;
}
