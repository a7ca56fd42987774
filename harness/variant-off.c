// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Gives kernels that are compared the same options switched off; see variant-off.h.
 */
#include <stdlib.h>
#include <string.h>

#include "variant-off.h"

/* The line that counts: the nearest one, and of a matched variant the last. */
static const struct kconfig_line *find_line(const struct variant *variant, const char *option)
{
	for (; variant; variant = variant->up)
		for (size_t i = variant->nr_config; i-- > 0;)
			if (!strcmp(variant->config[i].option, option))
				return &variant->config[i];
	return NULL;
}

static bool is_off(const struct variant *variant, const char *option)
{
	const struct kconfig_line *line = find_line(variant, option);

	return line && line->reason;
}

static void add_lines(struct variant_off *off, const struct variant *leaf,
		      const struct variant *variant)
{
	if (variant->up)
		add_lines(off, leaf, variant->up);
	for (size_t i = 0; i < variant->nr_config; i++) {
		const struct kconfig_line *line = &variant->config[i];

		if (!line->reason || find_line(leaf, line->option) != line)
			continue;
		off->line = mem_grow(off->line, off->nr + 1, sizeof(*off->line));
		off->line[off->nr++] = line;
	}
}

void variant_off_list(const struct variant *variant, struct variant_off *ret_off)
{
	*ret_off = (struct variant_off){ 0 };
	add_lines(ret_off, variant, variant);
}

void variant_off_free(struct variant_off *off)
{
	free(off->line);
	*off = (struct variant_off){ 0 };
}

char *variant_off_text(const struct variant *variant)
{
	struct strv lines = { 0 };
	struct variant_off off;
	char *text;

	variant_off_list(variant, &off);
	for (size_t i = 0; i < off.nr; i++)
		strv_add(&lines, "%s: %s", off.line[i]->option, off.line[i]->reason);
	text = strv_join(&lines, "\n");
	strv_free(&lines);
	variant_off_free(&off);
	return text;
}

/* --- one with another --- */

/* Return: 1 when it was on, 0 when it was off already, -EINVAL when it has to be on. */
static int switch_off(struct variant *variant, const struct kconfig_line *line, const char *other,
		      struct err *err)
{
	const struct kconfig_line *own = find_line(variant, line->option);

	if (own && own->reason)
		return 0;
	if (own)
		return err_set(err, -EINVAL, "%s+%s: %s is off in %s, and %s is made to have it: "
			       "they cannot have the same configuration", variant->name, other,
			       line->option, other, variant->name);
	variant->config = mem_grow(variant->config, variant->nr_config + 1,
				   sizeof(*variant->config));
	variant->config[variant->nr_config++] = (struct kconfig_line){
		.option = str_dup(line->option),
		.value = str_dup(line->value),
		.reason = str_dup(line->reason),
		.of = str_dup(line->of),
	};
	return 1;
}

static void name_matched(struct variant *variant, const char *other)
{
	char *name = str_printf("%s+%s", variant->name, other);
	char *help = str_printf("%s; without what %s switches off", variant->help, other);

	free(variant->name);
	free(variant->help);
	variant->name = name;
	variant->help = help;
}

static int match(struct variant *variant, const struct variant *with, const char *other,
		 struct err *err)
{
	struct variant_off off;
	bool any = false;
	int was_on = 0;

	variant_off_list(with, &off);
	for (size_t i = 0; i < off.nr && was_on >= 0; i++) {
		if (off.line[i]->removed)
			continue;
		was_on = switch_off(variant, off.line[i], other, err);
		any |= was_on > 0;
	}
	variant_off_free(&off);
	if (was_on < 0)
		return was_on;
	if (!any)
		return err_set(err, -EINVAL, "%s+%s: %s switches nothing off that %s does not",
			       variant->name, other, other, variant->name);
	name_matched(variant, other);
	return 0;
}

int variant_match(const char *kernels, struct variant *variant, const char *other,
		  struct err *err)
{
	struct err why = { "" };
	struct variant *with;
	int error;

	if (variant_is_debug(variant->name) || !strcmp(other, "debug"))
		return err_set(err, -EINVAL, "%s+%s: +debug stands at the end", variant->name, other);
	error = variant_load(kernels, other, &with, &why);
	if (error)
		return err_set(err, error, "%s+%s: %s", variant->name, other, why.text);
	error = match(variant, with, other, err);
	variant_free(with);
	return error;
}

/* --- all with all --- */

/*
 * What @of switches off and @variant does not, one variant after the other. A mutant is there
 * to be caught and not to be compared: its tools are its own.
 */
static int match_with(const char *kernels, struct variant *variant, const struct variant *of,
		      struct err *err)
{
	struct variant_off off;
	int error = 0;

	variant_off_list(of, &off);
	for (size_t i = 0; i < off.nr && !error; i++)
		if (!off.line[i]->removed && !variant_is_mutant(off.line[i]->of) &&
		    !is_off(variant, off.line[i]->option))
			error = variant_match(kernels, variant, off.line[i]->of, err);
	variant_off_free(&off);
	return error;
}

static char *plain_name(const char *name)
{
	size_t len = strlen(name);

	return str_printf("%.*s", (int)(variant_is_debug(name) ? len - strlen("+debug") : len), name);
}

static int load_all(const char *kernels, const struct strv *names, struct variant **variant,
		    struct err *err)
{
	int error = 0;

	for (size_t i = 0; i < names->nr && !error; i++) {
		char *plain = plain_name(names->item[i]);

		error = variant_load(kernels, plain, &variant[i], err);
		free(plain);
	}
	return error;
}

static void take_name(struct strv *names, size_t at, const struct variant *variant,
		      struct strv *said)
{
	char *name = str_printf("%s%s", variant->name,
				variant_is_debug(names->item[at]) ? "+debug" : "");

	if (strcmp(name, names->item[at]))
		strv_add(said, "%s is built as %s, without what others of this run switch off; "
			 "--unmatched leaves it as it is", names->item[at], name);
	free(names->item[at]);
	names->item[at] = name;
}

int variant_match_all(const char *kernels, struct strv *names, struct strv *ret_said,
		      struct err *err)
{
	struct variant **variant = mem_grow(NULL, names->nr + 1, sizeof(*variant));
	int error;

	memset(variant, 0, (names->nr + 1) * sizeof(*variant));
	error = load_all(kernels, names, variant, err);
	for (size_t i = 0; i < names->nr && !error; i++)
		for (size_t j = 0; j < names->nr && !error; j++)
			if (variant_is_debug(names->item[i]) == variant_is_debug(names->item[j]))
				error = match_with(kernels, variant[i], variant[j], err);
	for (size_t i = 0; i < names->nr && !error; i++)
		take_name(names, i, variant[i], ret_said);
	for (size_t i = 0; i < names->nr; i++)
		variant_free(variant[i]);
	free(variant);
	return error;
}
